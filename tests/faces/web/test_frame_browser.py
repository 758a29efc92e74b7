"""The frame in Chromium: accessible, nothing refused by a strict policy, nothing wider than the screen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from tests.faces.web.frame_site import SMALL_SITE
from workrelief.faces.web import static_pipeline

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not static_pipeline.is_up_to_date(), reason="run python -m workrelief.faces.web.static_pipeline"
    ),
]

AXE = static_pipeline.MODULES / "axe-core" / "axe.min.js"
MODES = {
    "desktop": ((1366, 768), {}),
    "dark": ((1366, 768), {"wr_theme": "dark"}),
    "large": ((1366, 768), {"wr_large": "1"}),
    "phone": ((390, 844), {}),
    "large phone": ((390, 844), {"wr_large": "1"}),
}
PAGES = ("/components/", "/login/", "/404/", "/500/")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # Playwright runs a loop in this thread; the database is used as always
    )
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield found
        found.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[str]:
    """Address of a server of the small site; one for all tests here, which only read."""
    folders = [static_pipeline.TARGET.parent, *settings.STATICFILES_DIRS]
    with django_db_blocker.unblock(), override_settings(STATICFILES_DIRS=folders, **SMALL_SITE):
        server = LiveServer("127.0.0.1")
        yield server.url
        server.stop()


@pytest.fixture
def visit(browser, site):
    """Open a page in a mode; the page and what the console complained about."""
    contexts = []

    def go(url: str, mode: str = "desktop"):
        (width, height), cookies = MODES[mode]
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda line: said.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(site + url)
        if url == "/components/":
            page.wait_for_selector("#sample-map svg path")
        return page, said

    yield go
    for context in contexts:
        context.close()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("url", PAGES)
def test_a_page_is_accessible_fits_the_screen_and_breaks_no_policy(visit, url, mode):
    page, said = visit(url, mode)

    assert [
        line for line in said if "favicon" not in line and "/components/job/" not in line and "404" not in line
    ] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= MODES[mode][0][0]
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "axe.run().then(r => [r.passes.length, r.violations.map(v => v.id + ': ' + v.nodes[0].html)])"
    )
    assert found[1] == []
    assert found[0] > 10


def test_the_accessibility_check_would_find_a_fault(visit):
    page, _ = visit("/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<input>')")
    page.evaluate(AXE.read_text())

    assert "label" in page.evaluate("axe.run().then(r => r.violations.map(v => v.id))")


def test_dark_and_large_print_are_remembered_on_the_next_page(visit, site):
    page, _ = visit("/")
    page.click("details.wr-dd >> summary[aria-label^=用户]")
    page.click("[data-wr-theme=dark]")
    page.click(".wr-tb > [data-wr-large]")
    page.goto(site + "/login/")

    assert page.get_attribute("html", "data-bs-theme") == "dark"
    assert page.get_attribute("html", "class") == "wr-large"


def test_the_menu_is_a_drawer_on_the_phone_and_escape_closes_it(visit):
    page, _ = visit("/", "phone")
    assert not page.is_visible("#wr-menu")

    page.click(".wr-burger")
    page.wait_for_selector("#wr-menu.open")
    assert page.is_visible("#wr-menu >> text=项目清单")

    page.keyboard.press("Escape")
    page.wait_for_selector("#wr-menu", state="hidden")
    assert page.evaluate("document.activeElement.classList.contains('wr-burger')")


def test_all_boxes_are_ticked_at_once_and_counted(visit):
    page, _ = visit("/components/")

    page.check("[data-wr-all=project]")

    assert page.inner_text("[data-wr-picked=project] b") == "5"
    page.uncheck("input[name=project] >> nth=0")
    assert page.evaluate("document.querySelector('[data-wr-all=project]').indeterminate")


def test_a_copied_table_has_plain_numbers(visit):
    page, _ = visit("/components/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.click('[data-wr-copy="#cities"]')
    page.wait_for_selector(".wr-toast >> text=已复制")

    first, second = page.evaluate("navigator.clipboard.readText()").split("\n")[:2]
    assert first.split("\t")[0] == "市"
    assert second == "临沂市\t22962\t7554\t15408"


def test_a_hidden_column_stays_hidden_on_the_next_visit(visit):
    page, _ = visit("/components/")
    page.click("[data-wr-columns]")
    page.click(".wr-tool .wr-menu label >> text=项目线")
    page.reload()
    page.wait_for_selector("#projects")

    assert not page.is_visible("#projects th[data-name=项目线]")
    assert page.is_visible("#projects th[data-name=状态]")


def test_a_chart_is_saved_as_a_picture(visit):
    page, _ = visit("/components/")

    with page.expect_download() as download:
        page.click("[data-wr-png=sample-map]")

    assert download.value.suggested_filename == "分布.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_a_city_on_the_map_leads_to_its_page(visit):
    page, _ = visit("/components/")

    page.locator("#sample-map svg text", has_text="潍坊").first.click(force=True)
    page.wait_for_url("**/components/?city=370700000000")


def test_a_failed_request_is_said_in_words_with_its_number(visit):
    page, _ = visit("/")
    page.route("**/broken/", lambda route: route.fulfill(status=500, headers={"X-Request-ID": "R-7"}, body=""))

    page.evaluate("htmx.ajax('GET', '/broken/', 'main')")
    page.wait_for_selector(".wr-toast.stop")

    assert "R-7" in page.inner_text(".wr-toast.stop")
