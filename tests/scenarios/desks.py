"""Desks in a browser: every account signed in once on its own, forms filled by name, refusals read off the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from workrelief.kernel import clock

DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
READY = "domcontentloaded"
"""The page and its scripts are there; fonts may follow."""
Values = Mapping[str, "str | bool | Path"]
_ANSWER = re.compile(r"Failed to load resource: the server responded with a status of (403|409|422)")


class Choice(str):
    """The value of an option to be chosen in a select."""


def set_day(patch: pytest.MonkeyPatch, day: str) -> None:
    """Let it be nine o'clock of this day for every thread of the process: the page server answers in threads of its own,
    which a frozen clock of this one (`clock.travel`) does not reach."""
    moment = datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=clock.CHINA)
    patch.setattr(clock, "_frozen", ContextVar("frozen_clock_of_all_threads", default=moment))


@dataclass
class Desk:
    """One account's browser window."""

    page: Any

    def go(self, url: str) -> Desk:
        answer = self.page.goto(url, wait_until=READY)
        assert answer.status == 200, f"{url}: {answer.status} {self.text()[:400]}"
        return self

    def text(self) -> str:
        """What stands on the page, with single spaces."""
        return " ".join(str(self.page.locator("main").inner_text()).split())

    def shows(self, *words: str) -> Desk:
        standing = self.text()
        for word in words:
            assert word in standing, f"“{word}” is missing on {self.page.url}:\n{standing}"
        return self

    def fill(self, values: Values, *, inside: str) -> Desk:
        """Fill fields by name: a tick for True, a Choice in a select, a file by its path, else the text."""
        form = self.page.locator(inside)
        for name, value in values.items():
            box = form.locator(f'[name="{name}"]')
            if value is True:
                box.check()
            elif isinstance(value, Path):
                box.set_input_files(str(value))
            elif isinstance(value, Choice):
                box.select_option(str(value))
            else:
                box.fill(str(value))
        return self

    def press(self, button: str) -> Desk:
        """Press a button that sends a form, and wait for the page that answers."""
        wanted = self.page.locator(button)
        assert wanted.count(), f"no {button} on {self.page.url}:\n{self.text()}"
        with self.page.expect_navigation(wait_until=READY):
            wanted.first.click()
        return self

    def send(self, url: str, values: Values) -> int:
        """Send a form past the buttons of the pages, as somebody might who knows the address; the status of the answer."""
        token = next(c["value"] for c in self.page.context.cookies() if c["name"] == "csrftoken")
        answer = self.page.request.post(url, form={**values, "csrfmiddlewaretoken": token}, max_redirects=0)
        return int(answer.status)


@dataclass
class Office:
    """The demo site and whoever works at it. `said` is what consoles complained about, refusals of forms left out."""

    browser: Any
    url: str
    said: list[str] = field(default_factory=list)
    desks: dict[str, Desk] = field(default_factory=dict)

    def desk(self, account: str) -> Desk:
        """The window of an account, signed in with one click on the sign-in page when it is needed first."""
        if account not in self.desks:
            page = self.browser.new_context(viewport=DESKTOP, locale="zh-CN", base_url=self.url).new_page()
            page.on("console", self._heard)
            page.on("pageerror", lambda error: self.said.append(f"{page.url} {error}"))
            page.on("dialog", lambda question: question.accept())
            page.goto("/login/", wait_until=READY)
            page.locator("button[name=demo]", has_text=account).click(no_wait_after=True)
            page.wait_for_url(self.url + "/", wait_until="commit")
            self.desks[account] = Desk(page)
        return self.desks[account]

    def close(self) -> None:
        for desk in self.desks.values():
            desk.page.context.close()

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"} and not _ANSWER.match(message.text):
            self.said.append(f"{message.location.get('url')} {message.text}")


@dataclass(frozen=True)
class Project:
    """The pages of one project, whoever opens them."""

    office: Office
    id: int

    def life(self, account: str) -> Desk:
        return self.office.desk(account).go(f"/projects/{self.id}/life/")

    def take(self, account: str, step: str, values: Values | None = None) -> Desk:
        """Press the step on the time line, fill the form that opens in place, and send it."""
        desk = self.life(account)
        desk.page.locator(f"#step-{step} .do a.btn").click()
        desk.page.wait_for_selector("#wr-panel #wr-step-form")
        desk.fill(values or {}, inside="#wr-step-form")
        return desk.press("#wr-step-form button.btn-primary")

    def refused(self, account: str, step: str, *words: str, values: Values | None = None) -> Desk:
        """The step is not taken, and the page says so in these words (rule and clause among them).

        Where an explanation is asked for and none of `values`, only a blank is typed: words must not carry a step that lacks more.
        """
        return self.take(account, step, {"note": " "} | dict(values or {})).shows("没有办成", *words)

    def passes(self, account: str, step: str, state: str, values: Values | None = None) -> Desk:
        """The step is taken; the time line shows the state it led to."""
        desk = self.take(account, step, values)
        assert desk.page.url.endswith("/life/"), f"{step} was refused:\n{desk.text()}"
        return desk.shows(state)

    def hand_in(self, account: str, kind: str, values: Values | None = None, *, file: Path | None = None) -> Desk:
        """Put a paper into the archive by its own form; `values` without the kind they end with."""
        desk = self.office.desk(account).go(f"/projects/{self.id}/papers/?kind={kind}")
        given: dict[str, Any] = {f"{name}-{kind}": value for name, value in (values or {}).items()}
        if file is not None:
            given[f"file-{kind}"] = file
        elif not given:
            given[f"number-{kind}"] = "演示号"
        desk.fill(given, inside="form[enctype]").press("form[enctype] button.btn-primary")
        assert "/archive/" in desk.page.url, f"{kind} was not taken:\n{desk.text()}"
        return desk

    def has_no_way(self, account: str, step: str) -> None:
        """The time line of this account has no button for the step, and sending it past the buttons is refused."""
        desk = self.life(account)
        assert desk.page.locator(f"#step-{step} .do a.btn").count() == 0
        assert desk.send(f"/projects/{self.id}/life/steps/{step}/", {"on": ""}) == 403


def bring(office: Office, account: str, kind: str, content: bytes, name: str) -> None:
    """Bring a spreadsheet in: upload and check, confirm. Every row has to pass."""
    desk = office.desk(account).go(f"/imports/new/{kind}/")
    desk.page.set_input_files(
        "input[type=file]", files=[{"name": name, "mimeType": "application/octet-stream", "buffer": content}]
    )
    desk.press("main form button.btn-primary, .wr-foot button.btn-primary")
    desk.shows("已校验")
    assert desk.page.locator("button[disabled]").count() == 0, desk.text()
    assert "暂缓" not in desk.text(), desk.text()
    desk.press("button:has-text('确认导入')").shows("已导入")


Day = Callable[[str], None]
