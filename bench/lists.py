"""Issuing a list of a thousand projects with its annex, the list pages over a hundred thousand, and finding doubles among them.

Each database in a process of its own, freshly made: a thousand projects are entered, confirmed and issued through the
services; then a hundred thousand are brought in, half of them on last year's list too, all with a life. The project list,
the three-level list, the plan board and the list of lives are read with every filter as whole pages through the site: signed
in as the province, with menu, tree, tabs, totals and template. PostgreSQL too when DATABASE_URL is given.

    python -m bench.lists [--projects 100000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.run import Measure

PROJECTS = 100_000
ISSUED = 1_000
PARTS = ("load", "pages")
MOST_ISSUE_S = 10
MOST_PAGE_MS = 200
MOST_DOUBLES_S = 60
PLACES = ["柴胡", "长官", "杜集", "保店", "大柳", "大曹", "相衙", "时集", "张大", "刘营"]
VILLAGES = [
    "东",
    "西",
    "南",
    "北",
    "前",
    "后",
    "上",
    "下",
    "中",
    "新",
    "李",
    "王",
    "张",
    "刘",
    "陈",
    "杨",
    "赵",
    "黄",
    "周",
    "吴",
]
WORKS = [
    "农村道路改造",
    "河道治理",
    "高标准农田",
    "供水管网",
    "灌区续建",
    "小流域治理",
    "产业路",
    "桥梁修复",
    "排水沟渠",
    "人居环境整治",
]


def measures(options: Any) -> list[Measure]:
    """The measures of `make bench`."""
    from bench.run import Measure

    projects = getattr(options, "projects", PROJECTS)
    found: list[Measure] = []
    for vendor, url in (("sqlite", ""), ("postgresql", os.environ.get("DATABASE_URL", ""))):
        if vendor == "postgresql" and not url:
            continue
        with tempfile.TemporaryDirectory(prefix="bench-lists-") as folder:
            ours = _in_process(Path(folder), url, projects, options.rounds)
        issue_s = ours["issue_s"] + ours["annex_s"]
        found += [
            Measure(
                f"lists, {vendor}: issue {ISSUED} with annex", issue_s, "s", MOST_ISSUE_S,
                notes={k: ours[k] for k in ("issue_s", "annex_s", "statements", "docx_kb", "xlsx_kb")},
            ),
            Measure(f"lists, {vendor}: doubles among {projects}", ours["doubles_s"], "s", MOST_DOUBLES_S,
                    notes={"pairs": ours["pairs"]}),
            *(
                measure
                for name, times in (
                    ("project list, whole page", ours["projects"]), ("three-level list, whole page", ours["lists"]),
                    ("plan board, whole page", ours["board"]), ("project progress, whole page", ours["lives"]),
                )
                for measure in _of_pages(f"{name}, {vendor}: {projects}", times)
            ),
        ]  # fmt: skip
    return found


def _of_pages(name: str, times: dict[str, float]) -> list[Measure]:
    """The slowest filter beside its limit, and the slowest order asked for by a click on a head, which has none."""
    from bench.run import Measure

    orders = {what: ms for what, ms in times.items() if what.startswith("sorted")}
    filters = {what: ms for what, ms in times.items() if what not in orders}
    found = [Measure(f"{name}, slowest filter p95", max(filters.values()), "ms", MOST_PAGE_MS, notes=dict(filters))]
    return found + (
        [Measure(f"{name}, slowest order p95", max(orders.values()), "ms", notes=dict(orders))] if orders else []
    )


def _in_process(folder: Path, url: str, projects: int, rounds: int) -> dict[str, Any]:
    environment = os.environ | {
        "WORKRELIEF_MODE": "test", "DATA_DIR": str(folder), "DB_PATH": str(folder / "db.sqlite3"), "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "workrelief.config.settings",
    }  # fmt: skip
    found: dict[str, Any] = {}
    for part in PARTS:  # pages are read by a process that has not loaded what they show, as a server's
        command = [
            sys.executable,
            "-m",
            "bench.lists",
            "--part",
            part,
            "--projects",
            str(projects),
            "--rounds",
            str(rounds),
        ]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-4_000:])
        found |= json.loads(done.stdout.splitlines()[-1])
    return found


def load(projects: int) -> dict[str, Any]:
    """Fill a fresh database, issuing on the way; times in the units their names say."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from workrelief.base.access.actor import system_actor
    from workrelief.base.divisions.services import load_divisions
    from workrelief.faces.shared.list_document import list_file, of_edition
    from workrelief.kernel import clock
    from workrelief.work.lists import services

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
    load_divisions()
    actor = system_actor("bench")
    year = clock.today().year
    ids = _entered(actor, ISSUED, year, "province", first=0)
    services.advance(actor, ids, "submit")
    for _ in range(3):
        services.advance(actor, ids, "confirm")
    with CaptureQueriesContext(connection) as statements:
        began = time.perf_counter()
        edition = services.issue(
            actor, year, "province", division="370000000000", document_no=f"演示〔{year}〕1号", issued_on=clock.today()
        )
        issue_s = time.perf_counter() - began
    began = time.perf_counter()
    source = of_edition(actor.scope, edition.pk)
    sizes = {form: len(list_file(source, form)) for form in ("docx", "xlsx")}
    annex_s = time.perf_counter() - began
    for number, start in enumerate(range(ISSUED, projects, 10_000)):
        _entered(actor, min(10_000, projects - start), year, "county", first=start, is_listed_before=number % 2 == 0)
    with connection.cursor() as cursor:
        # What an evening's autovacuum does to a database in use.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    began = time.perf_counter()
    pairs = services.look_for_duplicates(actor, year)
    doubles_s = time.perf_counter() - began
    return {
        "issue_s": issue_s, "annex_s": annex_s, "statements": len(statements), "docx_kb": sizes["docx"] / 1_000,
        "xlsx_kb": sizes["xlsx"] / 1_000, "doubles_s": doubles_s, "pairs": pairs,
    }  # fmt: skip


def _entered(
    actor: Any, number: int, year: int, level: str, *, first: int, is_listed_before: bool = False
) -> list[int]:
    """Register and enter projects of this year's reserve, spread over the counties; ids of the entries."""
    from workrelief.base.divisions import queries as divisions
    from workrelief.kernel.kinds import FundType, Sector, Track
    from workrelief.work.lifecycle import services as lifecycle
    from workrelief.work.lists import services
    from workrelief.work.projects.rules import Fund, LabourDemand
    from workrelief.work.projects.services import NewProject, register_many

    counties = [node.code for node in divisions.counties()]
    sectors = [s for s in Sector if s is not Sector.OTHER]
    entries = [
        NewProject(
            name=f"（演示）{PLACES[i // 136 % 10]}镇{VILLAGES[i // 1_360 % 20]}{VILLAGES[i // 27_200 % 20]}村"
            f"{WORKS[i * 7_919 % 10]}第{i}段",
            division_code=counties[i % len(counties)], track=(Track.KEY_PROJECT, Track.AGRI_PROMOTION)[i % 2],
            sector=sectors[i % len(sectors)], year=year, list_level=level, investment_fen=(100 + i * 31 % 9_000) * 1_000_000,
            planned_workers=30, planned_pay_fen=90_000_000,
            funds=(Fund(FundType.COUNTY, (100 + i * 31 % 9_000) * 1_000_000),) if i < ISSUED else (),
            owner_name="演示镇人民政府", content="路基、路面、排水及附属工程", labour_tasks="路基、路面工程",
            labour_links="路基清表、路肩培土", demand=LabourDemand("普工", 20, "3月至10月", "不限"), is_reserve=True,
        )
        for i in range(first, first + number)
    ]  # fmt: skip
    done = register_many(actor, entries)
    lifecycle.begin(actor, done.project_ids)
    if is_listed_before:
        before = [services.NewEntry(project_id=pk, year=year - 1, level=level) for pk in done.project_ids]
        services.enter_many(actor, before, state="published")
    return services.enter_many(
        actor, [services.NewEntry(project_id=pk, year=year, level=level) for pk in done.project_ids]
    )


ADDRESSES = {
    "all": "", "page 40": "page=40", "city": "division=371400000000", "county": "division=371422000000",
    "track": "track=key_project", "sector": "sector=water", "text": "text=河道治理", "rare text": "text=第77777段",
    "city, text": "division=371300000000&text=桥梁修复", "track, sector, text": "track=agri_promotion&sector=transport&text=农村道路",
}  # fmt: skip
"""Name → query of addresses that all four pages understand."""


def pages(rounds: int) -> dict[str, dict[str, float]]:
    """p95 in ms of whole pages, by page and filter, as the provincial officer sees them."""
    from django.core.management import call_command
    from django.test import Client

    import workrelief.config.wsgi  # noqa: F401 # the state a server's process is in
    from workrelief.base.accounts.models import User
    from workrelief.base.accounts.seeds import make_demo_accounts
    from workrelief.kernel import clock

    year = clock.today().year
    call_command("clearsessions", verbosity=0)
    make_demo_accounts()
    client = Client()
    client.force_login(
        User.objects.get(username="demo.province.a"), backend="django.contrib.auth.backends.ModelBackend"
    )
    last_year = {"year": f"year={year - 1}", "year, track, text": f"year={year - 1}&track=key_project&text=河道治理"}
    sorted_by = {
        f"sorted by {name}": f"sort={name}" for name in ("name", "place", "investment", "-investment", "planned_pay")
    }
    of_lives = {"phase": "phase=preparing", "overdue": "overdue=1", "marked": "mark=any", **last_year}
    shown = {
        "projects": ("/projects/?", {"stage": "stage=preparing", "level": "list_level=province", **last_year, **sorted_by}),
        "lists": (f"/lists/?year={year}&", {
            "state": "state=draft", "level": "level=province", "waits": "waits_for=county", **last_year, **sorted_by,
        }),
        "board": ("/board/?", of_lives),
        "lives": ("/board/list/?", {"state": "state=reserved", "sorted by limit": "sort=due_on", **of_lives}),
    }  # fmt: skip

    def read(address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)

    found: dict[str, dict[str, float]] = {}
    for name, (address, own) in shown.items():
        asked = ADDRESSES | own
        found[name] = {what: _p95(partial(read, f"{address}{query}"), rounds) for what, query in asked.items()}
    return found


def _p95(call: Callable[[], None], rounds: int) -> float:
    """95th percentile of warm reads, ms."""
    call()
    times = []
    for _ in range(max(20, rounds * 14)):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1_000)
    return round(statistics.quantiles(times, n=20)[-1], 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=PROJECTS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--part", choices=PARTS, help="on the database of the environment, as JSON")
    options = parser.parse_args()
    if options.part:
        print(json.dumps(load(options.projects) if options.part == "load" else pages(options.rounds)))
        return
    for measure in measures(options):
        print(measure.line())
        print("   ", measure.notes)


if __name__ == "__main__":
    main()
