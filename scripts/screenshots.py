"""Every page in both sizes, from a small demo year: `make screenshots`.

Pictures go to var/screenshots (with index.html to look through); those the guide and the README use go to
docs/guide/pictures as well.
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "var" / "screenshots"
GUIDE = ROOT / "docs" / "guide" / "pictures"
SIZES = {"desktop": (1366, 768), "phone": (390, 844)}
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@dataclass(frozen=True)
class Shot:
    """A page: its name, its address, or a link to follow from the page before. `guide` keeps the desktop picture."""

    name: str
    address: str = ""
    follow: str = ""
    guide: bool = False


SHOTS = (
    Shot("workbench", "/", guide=True),
    Shot("statistics", "/statistics/", guide=True),
    Shot("statistics-city", "/statistics/?d=371300000000", guide=True),
    Shot("figure", "/figure/?i=wages_paid&p=2022&d=371300000000", guide=True),
    Shot("pay-line", follow="a[href*='/pay-lines/']", guide=True),
    Shot("projects", "/projects/", guide=True),
    Shot("project", follow="tbody a[href^='/projects/']", guide=True),
    Shot("workers", "/workers/"),
    Shot("worker", follow="tbody a[href^='/workers/']"),
    Shot("paysheets", "/pay-sheets/"),
    Shot("paysheet", follow="tbody a[href^='/pay-sheets/']", guide=True),
    Shot("training", "/training/"),
    Shot("training-session", follow="tbody a[href^='/training/']"),
    Shot("imports", "/imports/"),
    Shot("import-new", "/imports/new/pay_sheet/", guide=True),
    Shot("import-batch", "/imports/", follow="tbody a[href^='/imports/']", guide=True),
    Shot("bulletins", "/bulletins/"),
    Shot("bulletin", "/bulletins/1/", guide=True),
    Shot("snapshots", "/snapshots/"),
    Shot("law", "/law/"),
    Shot("jobs", "/jobs/"),
    Shot("search", "/search/?q=水利"),
    Shot("empty", "/projects/?text=没有这样的项目"),
    Shot("missing", "/projects/999999/"),
)


def main() -> None:
    """Load, serve, photograph, stop."""
    from playwright.sync_api import sync_playwright

    OUT.mkdir(parents=True, exist_ok=True)
    GUIDE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="workrelief-shots-") as folder:
        environment = os.environ | {"WORKRELIEF_MODE": "demo", "DATA_DIR": folder, "DATABASE_URL": "", "DB_PATH": ""}
        run = [sys.executable, "manage.py"]
        subprocess.run(
            [sys.executable, "-m", "workrelief.faces.web.static_pipeline"], cwd=ROOT, env=environment, check=True
        )
        subprocess.run(
            [*run, "demo", "--size", "s", "--load-only", "--json"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        port = _free_port()
        server = subprocess.Popen([*run, "serve", "--port", str(port), "--workers", "1"], cwd=ROOT, env=environment)
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(base)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
                for size, (width, height) in SIZES.items():
                    _photograph(browser, base, size, width, height)
                browser.close()
        finally:
            server.terminate()
            server.wait(timeout=30)
    _contact_sheet()
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT.relative_to(ROOT)}")


def _photograph(browser: Any, base: str, size: str, width: int, height: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{base}/login/")
    _save(page, "login", size, guide=True)
    page.locator("button[name=demo], form:has(input[name=demo]) button").first.click()
    page.wait_for_load_state("networkidle")
    for shot in SHOTS:
        if shot.address:
            page.goto(base + shot.address)
        if shot.follow:
            link = page.locator(shot.follow).first
            page.goto(base + re.sub(r"^https?://[^/]+", "", str(link.get_attribute("href"))))
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(400)
        _save(page, shot.name, size, guide=shot.guide)
    context.close()


def _save(page: Any, name: str, size: str, *, guide: bool) -> None:
    path = OUT / f"{name}-{size}.png"
    page.screenshot(path=str(path))
    if guide and size == "desktop":
        shutil.copyfile(path, GUIDE / f"{name}.png")


def _contact_sheet() -> None:
    figures = "\n".join(
        f'<figure><img src="{p.name}" width="{680 if "desktop" in p.name else 220}"><figcaption>{p.stem}</figcaption></figure>'
        for p in sorted(OUT.glob("*.png"))
    )
    style = (
        "body{font:14px sans-serif}figure{display:inline-block;margin:8px;vertical-align:top}img{border:1px solid #ccc}"
    )
    (OUT / "index.html").write_text(
        f'<!doctype html><meta charset="utf-8"><title>页面截图</title><style>{style}</style>\n{figures}\n',
        encoding="utf-8",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(base: str, *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{base}/login/", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(f"no answer from {base}")


if __name__ == "__main__":
    main()
