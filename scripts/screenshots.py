"""Every page in both sizes, from a small demo year: `make screenshots`.

Pictures go to var/screenshots (with index.html to look through); those the guide and the README use go to
docs/guide/pictures as well, smaller. A page that fails stops the run.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from scripts.pictures import smaller

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "var" / "screenshots"
GUIDE = ROOT / "docs" / "guide" / "pictures"
GUIDE_BYTES = 200_000
SIZES = {"desktop": (1366, 768), "phone": (390, 844)}
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PROVINCE, COUNTY, INSPECTOR = "演示省级经办甲", "演示县级经办丁", "演示第三方评估员"


@dataclass(frozen=True)
class Shot:
    """A page: its name, its address, or a link to follow from the page before. `guide` keeps the desktop picture."""

    name: str
    address: str = ""
    follow: str = ""
    guide: bool = False


SHOTS: dict[str, tuple[Shot, ...]] = {
    PROVINCE: (
        Shot("workbench", "/", guide=True),
        Shot("statistics", "/statistics/", guide=True),
        Shot("statistics-city", "/statistics/?d=371300000000", guide=True),
        Shot("figure", "/figure/?i=wages_paid&p=2022&d=371300000000", guide=True),
        Shot("pay-line", follow="a[href*='/pay-lines/']", guide=True),
        Shot("projects", "/projects/", guide=True),
        Shot("projects-narrowed", "/projects/?division=3713&track=key_project&sort=-investment"),
        Shot("projects-none", "/projects/?text=没有这样的项目"),
        Shot("project", "/projects/?track=special_fund"),
        Shot("project", follow="tbody a[href^='/projects/']", guide=True),
        Shot("workers", "/workers/"),
        Shot("worker", follow="tbody a[href^='/workers/']"),
        Shot("paysheets", "/pay-sheets/"),
        Shot("paysheet", follow="tbody a[href^='/pay-sheets/']", guide=True),
        Shot("training", "/training/"),
        Shot("training-session", follow="tbody a[href^='/training/']"),
        Shot("catalogue", "/catalogue/"),
        Shot("catalogue-quotas", "/catalogue/quotas/"),
        Shot("catalogue-rates", "/catalogue/rates/"),
        Shot("lists", "/lists/?year=2022"),
        Shot("list-entry", follow="tbody a[href^='/lists/entries/']"),
        Shot("list-editions", "/lists/editions/"),
        Shot("list-edition", follow="tbody a[href^='/lists/editions/']"),
        Shot("list-duplicates", "/lists/duplicates/"),
        Shot("list-unlisted", "/lists/unlisted/"),
        Shot("board", "/board/"),
        Shot("board-list", "/board/list/"),
        Shot("board-map", "/board/map/"),
        Shot("objections", "/objections/"),
        Shot("life", "/projects/22/life/", guide=True),
        Shot("archive", "/projects/1/archive/"),
        Shot("plans", "/plans/"),
        Shot("plan-clocks", "/plans/clocks/"),
        Shot("money", "/money/"),
        Shot("idle-money", "/money/idle/"),
        Shot("fund-structure", "/money/structure/?year=2022"),
        Shot("labour-share", "/labour-share/", guide=True),
        Shot("bulletins", "/bulletins/"),
        Shot("bulletin", "/bulletins/1/", guide=True),
        Shot("snapshots", "/snapshots/"),
        Shot("law", "/law/"),
        Shot("law-found", "/law/?q=一卡通"),
        Shot("jobs", "/jobs/"),
        Shot("search", "/search/?q=水利"),
        Shot("search-none", "/search/?q=没有这样的内容"),
        Shot("password", "/password/"),
        Shot("missing", "/projects/999999/"),
    ),
    COUNTY: (
        Shot("county-workbench", "/"),
        Shot("county-projects", "/projects/"),
        Shot("imports", "/imports/"),
        Shot("import-new", "/imports/new/pay_sheet/", guide=True),
    ),
    INSPECTOR: (Shot("limited-projects", "/projects/"), Shot("denied", "/imports/")),
}


def main() -> None:
    """Load, serve, photograph, stop."""
    from playwright.sync_api import sync_playwright

    for folder in (OUT, GUIDE):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.png"):
            old.unlink()
    with tempfile.TemporaryDirectory(prefix="workrelief-shots-") as name:
        folder = Path(name)
        with _site(folder) as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
            camera = _Camera(browser, base)
            for account, shots in SHOTS.items():
                camera.sign_in(account)
                for shot in shots:
                    camera.take(shot)
                if account == COUNTY:
                    camera.take_import(_ledger_with_mistakes(folder))
            browser.close()
    _contact_sheet()
    print(
        f"{len(list(OUT.glob('*.png')))} pictures in {OUT.relative_to(ROOT)}, {len(list(GUIDE.glob('*.png')))} for the guide"
    )


class _Camera:
    """The same account in a wide and a narrow window; every page is taken in both."""

    def __init__(self, browser: Any, base: str) -> None:
        self.browser = browser
        self.base = base
        self.blank = browser.new_page()
        self.pages: dict[str, Any] = {}

    def sign_in(self, account: str) -> None:
        """One click on the demo account, once for each window."""
        for page in self.pages.values():
            page.context.close()
        for size, (width, height) in SIZES.items():
            page = self.browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN").new_page()
            page.goto(f"{self.base}/login/")
            self._save(page, "login", size, guide=True)
            page.locator("button[name=demo]", has_text=account).first.click()
            page.wait_for_load_state("networkidle")
            self.pages[size] = page

    def take(self, shot: Shot) -> None:
        for size, page in self.pages.items():
            if shot.address:
                self._open(page, shot.address)
            if shot.follow:
                self._open(page, _path(page.locator(shot.follow).first.get_attribute("href")))
            self._save(page, shot.name, size, guide=shot.guide)

    def take_import(self, file: Path) -> None:
        """The wizard with a file that is none, with one that holds mistakes, and after its good rows went in."""
        no_table = file.with_name("不是表格.xlsx")
        no_table.write_text("这不是表格", encoding="utf-8")
        for size, page in self.pages.items():
            self._upload(page, no_table)
            self._save(page, "import-refused", size)
        desktop = self.pages["desktop"]
        self._upload(desktop, file)
        desktop.wait_for_selector("text=已校验，待确认", timeout=60_000)
        address = _path(desktop.url)
        self.take(Shot("import-check", address, guide=True))
        self._open(desktop, address)
        desktop.click("text=确认导入")
        desktop.wait_for_selector("h2:has-text('导入结果')", timeout=60_000)
        self.take(Shot("import-done", address))

    def _upload(self, page: Any, file: Path) -> None:
        self._open(page, "/imports/new/pay_sheet/")
        page.set_input_files("input[type=file]", str(file))
        page.click("text=上传并校验")
        page.wait_for_load_state("networkidle")

    def _open(self, page: Any, address: str) -> None:
        answer = page.goto(self.base + address)
        if answer is not None and answer.status >= 500:
            raise RuntimeError(f"{address} answered {answer.status}")

    def _save(self, page: Any, name: str, size: str, *, guide: bool = False) -> None:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(400)  # charts draw, drawers close
        data = page.screenshot(path=str(OUT / f"{name}-{size}.png"))
        if guide and size == "desktop":
            small = smaller(self.blank, data)
            if len(small) > GUIDE_BYTES:
                raise RuntimeError(f"{name}.png has {len(small):,} bytes, more than {GUIDE_BYTES:,}")
            (GUIDE / f"{name}.png").write_bytes(small)


def _path(address: str) -> str:
    """Path and query of an address, whatever its host."""
    return re.sub(r"^https?://[^/]+", "", address)


def _ledger_with_mistakes(folder: Path) -> Path:
    """The first month of a county's pay ledger as a new month, with four mistakes an office makes."""
    source = next(folder.glob("demo/s/*/371422*发放台账.xlsx"))
    book = openpyxl.load_workbook(source)
    sheet = book.active
    first = next(row for row in range(1, 9) if sheet.cell(row, 1).value == "项目代码") + 1
    place = {str(sheet.cell(first - 1, c).value): c for c in range(1, sheet.max_column + 1)}
    month = sheet.cell(first, place["所属月份"]).value
    last = next(r for r in range(first, sheet.max_row + 2) if sheet.cell(r, place["所属月份"]).value != month)
    sheet.delete_rows(last, sheet.max_row)
    for row in range(first, sheet.max_row + 1):
        sheet.cell(row, place["所属月份"]).value = "2023-01"
        sheet.cell(row, place["发放日期"]).value = "2023-02-08"
    sheet.cell(first + 3, place["出工天数"]).value = 40
    sheet.cell(first + 8, place["应发（元）"]).value = sheet.cell(first + 8, place["应发（元）"]).value + 100
    sheet.cell(first + 14, place["户名"]).value = "演示他人"
    number = str(sheet.cell(first + 21, place["证件号"]).value)
    sheet.cell(first + 21, place["证件号"]).value = number[:-1] + ("1" if number[-1] != "1" else "2")
    target = folder / "宁津县2023年1月劳务报酬发放台账.xlsx"
    book.save(target)
    return target


@contextmanager
def _site(folder: Path) -> Iterator[str]:
    """A demo site of the small year in `folder`; its address. Stopped afterwards."""
    environment = os.environ | {"WORKRELIEF_MODE": "demo", "DATA_DIR": str(folder), "DATABASE_URL": "", "DB_PATH": ""}
    manage = [sys.executable, "manage.py"]

    def run(*command: str) -> None:
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)

    run(sys.executable, "-m", "workrelief.faces.web.static_pipeline")
    run(*manage, "demo", "--size", "s", "--load-only", "--json")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([*manage, "serve", "--port", str(port), "--workers", "1"], cwd=ROOT, env=environment)
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for(base)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(base: str, *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{base}/login/", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(f"no answer from {base}")


def _contact_sheet() -> None:
    """index.html beside the pictures: each page wide and narrow."""
    names = sorted({path.stem.rsplit("-", 1)[0] for path in OUT.glob("*.png")})
    pages = "\n".join(
        f'<h2>{name}</h2><p><img src="{name}-desktop.png" width="820"> <img src="{name}-phone.png" width="234"></p>'
        for name in names
    )
    style = "body{font:14px sans-serif;margin:16px}img{border:1px solid #ccc;vertical-align:top}"
    (OUT / "index.html").write_text(
        f'<!doctype html><meta charset="utf-8"><title>页面截图</title><style>{style}</style>\n{pages}\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
