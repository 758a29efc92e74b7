"""The finished pages in Chromium: accessible, quiet, no wider than a phone; the import by hand; the way down to a pay line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.build import PAY_HEAD, pay_rows, workbook
from tests.conftest import make_actor
from tests.faces.web.rooms_world import RoomsWorld, a_rooms_world
from workrelief.base.access.permissions import Role
from workrelief.base.accounts.seeds import make_demo_accounts
from workrelief.faces.web import static_pipeline
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel.period import Period
from workrelief.outputs.bulletins import services as bulletins
from workrelief.outputs.bulletins.models import Bulletin
from workrelief.work.payroll.models import PayLine

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not static_pipeline.is_up_to_date(), reason="run python -m workrelief.faces.web.static_pipeline"
    ),
]
AXE = static_pipeline.MODULES / "axe-core" / "axe.min.js"
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
PROVINCE, COUNTY = "演示省级经办甲", "演示县级经办戊"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
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


@pytest.fixture
def world(transactional_db: None) -> RoomsWorld:
    """The two counties, their year sealed, a bulletin begun, and the demo accounts."""
    made = a_rooms_world()
    province = make_actor(Role.PROVINCE_OFFICER, "37")
    seal_period(province, Period("2022"))
    bulletins.compose_annual(province, Period("2022"))
    make_demo_accounts()
    return made


@pytest.fixture
def site(world: RoomsWorld, settings: Any) -> Iterator[str]:
    """Address of the whole site in demo mode."""
    settings.DEMO_MODE = True
    settings.STATICFILES_DIRS = [static_pipeline.TARGET.parent, *settings.STATICFILES_DIRS]
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def said() -> list[str]:
    """What the console complained about, page by page."""
    return []


@pytest.fixture
def sign_in(browser: Any, site: str, said: list[str]) -> Iterator[Any]:
    """A page of somebody who pressed their demo account on the sign-in page."""
    contexts = []

    def go(account: str, size: dict[str, int] = DESKTOP) -> Any:
        context = browser.new_context(viewport=size, locale="zh-CN", base_url=site)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: said.append(f"{page.url} {m.text}") if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(f"{page.url} {error}"))
        page.goto("/login/")
        page.locator("button[name=demo]", has_text=account).click()
        page.wait_for_url(site + "/")
        return page

    yield go
    for context in contexts:
        context.close()


def standing_lines() -> int:
    """Pay lines of sheets that are not taken back; lines of a reversed sheet are kept but do not count."""
    return PayLine.objects.exclude(sheet__state="reversed").count()


def pages_of(world: RoomsWorld) -> list[str]:
    return [
        "/", "/statistics/", "/statistics/?d=371325000000", "/figure/?i=wages_paid&p=2022&d=371325000000",
        "/bulletins/", f"/bulletins/{Bulletin.rows.get().pk}/", "/snapshots/", "/imports/new/project_list/", "/imports/new/roster/",
        *(url for url, _ in world.pages.values()),
    ]  # fmt: skip


def test_no_page_complains_is_wider_than_a_phone_or_shuts_anybody_out(world, sign_in, said):
    page = sign_in(PROVINCE)
    axe = AXE.read_text()
    wide, faults, checked = [], [], 0

    for url in pages_of(world):
        page.set_viewport_size(DESKTOP)
        assert page.goto(url).status == 200, url
        page.wait_for_load_state("networkidle")
        page.evaluate(axe)
        passes, violations = page.evaluate(
            "axe.run({exclude: [['.wm']]}).then(r => [r.passes.length, r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
            ".map(v => v.id + ': ' + v.nodes[0].html)])"
        )
        faults += [f"{url} {fault}" for fault in violations]
        checked += passes
        page.set_viewport_size(PHONE)
        page.reload()
        page.wait_for_load_state("networkidle")
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            wide.append(url)

    assert said == []
    assert "\n".join(faults) == ""
    assert wide == []
    assert checked > 10 * len(pages_of(world))


def test_a_ledger_is_imported_by_hand_mended_and_taken_back(world, sign_in, said, tmp_path: Path):
    page = sign_in(COUNTY)
    rows = pay_rows(world.feixian.code, "2022-08", world.feixian.people, paid_on="2023-01-08")  # 2022 is sealed
    rows[2][8] = 40
    file = tmp_path / "费县八月.xlsx"
    file.write_bytes(workbook([PAY_HEAD, *rows]).read())
    before = standing_lines()

    page.click("nav >> text=数据导入")
    page.locator(".wr-kinds li", has_text="劳务报酬发放明细台账").locator("text=导入").last.click()
    page.set_input_files("input[type=file]", str(file))
    assert page.inner_text("[data-wr-file-name]") == "费县八月.xlsx"
    page.click("text=上传并校验")

    page.wait_for_selector("text=已校验，待确认")
    assert page.locator(".wr-issues tbody tr", has_text="出工 40 天").count() == 1
    with page.expect_download() as download:
        page.locator("a:visible", has_text="下载未通过行").click()
    assert download.value.suggested_filename == "未通过行_费县八月.xlsx"
    page.locator(".wr-issues tbody a", has_text="F14").first.click()
    assert page.locator("tr:target").get_attribute("id") == "F14"
    page.go_back()

    page.click("text=确认导入")
    page.wait_for_selector("h2:has-text('导入结果')")
    assert standing_lines() == before + 11
    page.on("dialog", lambda question: question.accept())
    page.click("button:has-text('整批撤销')")
    page.wait_for_selector("text=已撤销")
    assert standing_lines() == before
    assert said == []


def test_one_clicks_down_from_the_province_to_a_pay_line_and_its_file(world, sign_in, said):
    page = sign_in(PROVINCE)

    page.click("nav >> text=统计分析")
    page.locator("table a", has_text="临沂市").first.click()
    page.wait_for_url("**/statistics/?d=371300000000*")
    page.locator("table a", has_text="费县").first.click()
    page.wait_for_url("**/statistics/?d=371325000000*")
    page.locator("table a", has_text="费县第1号道路项目").first.click()
    page.wait_for_url(f"**/projects/{world.feixian.project}/")

    pay = page.locator(".wr-kpi", has_text="发放劳务报酬")
    assert "3.60" in pay.inner_text()
    pay.locator("a").first.click()
    page.wait_for_url("**/figure/?*")
    page.locator("text=发放明细").first.click()
    page.wait_for_url("**/pay-lines/*/")

    assert "20 天 × 150.00" in page.inner_text(".wr-formula")
    assert "第 2 行" in page.inner_text("main")
    page.locator("dd a", has_text="批").click()
    page.wait_for_url(f"**/imports/{world.feixian.pay_batch}/")
    assert "台账1.xlsx" in page.inner_text("main")
    assert said == []


def test_on_a_phone_the_division_is_chosen_from_a_folded_tree(world, sign_in, said):
    page = sign_in(PROVINCE, PHONE)
    page.goto("/projects/")
    assert not page.is_visible("#wr-tree")

    page.click("text=选辖区")
    page.wait_for_selector("#wr-tree", state="visible")
    page.fill("[data-wr-filter-tree]", "临沂")
    assert not page.is_visible("#wr-tree >> text=德州市")
    page.click("#wr-tree >> text=临沂市")

    page.wait_for_url("**/projects/?division=3713")
    assert page.locator("tbody tr").count() == 2
    assert said == []
