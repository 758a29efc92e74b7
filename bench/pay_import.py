"""Spreadsheet → committed and posted pay lines, beside a bare reader with a bare bulk insert of the same file.

Ours: gate, reading, all row checks, persons and accounts found blindly, sheets, lines, ledger facts, audit, one
transaction. Peer: calamine reads the same rows and `executemany` (SQLite) or `COPY` (PostgreSQL) writes them into one
plain table. Both run in turn, each in a process of its own, on a fresh database; medians of the rounds.

    python -m bench.pay_import [--lines 100000] [--rounds 3]        # PostgreSQL too when DATABASE_URL is given
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.run import Measure

PERSONS_A_PROJECT = 100
MONTHS = (202203, 202204, 202205, 202206, 202207)
LEAST_LINES_A_SECOND = 5_000
MOST_MB = 600
MOST_STATEMENTS_A_ROW = 0.05
LEAST_SHARE_OF_FLOOR = 1 / 6


def measures(options: Any) -> list[Measure]:
    """The measures of `make bench`; `options.rounds` rounds."""
    from bench.run import Measure

    lines = getattr(options, "lines", 100_000)
    urls = {"sqlite": "", **({"postgresql": url} if (url := os.environ.get("DATABASE_URL", "")) else {})}
    found: list[Measure] = []
    with tempfile.TemporaryDirectory(prefix="bench-pay-") as folder:
        path = Path(folder) / "pay.xlsx"
        write_file(path, lines)
        for vendor, url in urls.items():
            rounds: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
            for number in range(options.rounds):
                for side in rounds:
                    rounds[side].append(_in_process(side, path, lines, url, Path(folder) / f"{vendor}-{side}-{number}"))
            ours = {key: statistics.median(r[key] for r in rounds["ours"]) for key in rounds["ours"][0]}
            bare = {key: statistics.median(r[key] for r in rounds["bare"]) for key in rounds["bare"][0]}
            found += _judged(Measure, vendor, lines, ours, bare)
    return found


def _judged(
    measure: type[Measure], vendor: str, lines: int, ours: dict[str, float], bare: dict[str, float]
) -> list[Measure]:
    speed, floor = lines / ours["commit_s"], lines / bare["total_s"]
    return [
        measure(
            f"pay import, {lines} lines, {vendor}: commit", speed, "lines/s", LEAST_LINES_A_SECOND, "higher", floor,
            "bare reader + bulk insert", ours["peak_mb"],
            {"upload_s": ours["upload_s"], "check_s": ours["check_s"], "commit_cpu_s": ours["commit_cpu_s"], "with_check_lines_s": lines / (ours["commit_s"] + ours["check_s"]), "bare_peak_mb": bare["peak_mb"]},
        ),
        measure(f"pay import, {vendor}: share of the floor", speed / floor, "of 1", LEAST_SHARE_OF_FLOOR, "higher"),
        measure(f"pay import, {vendor}: peak memory", ours["peak_mb"], "MB", MOST_MB),
        measure(f"pay import, {vendor}: statements a row", ours["statements"] / lines, "", MOST_STATEMENTS_A_ROW),
    ]  # fmt: skip


def write_file(path: Path, lines: int) -> None:
    """One pay ledger: projects of a hundred persons, each paid in five months."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet("发放表")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    page.write(0, 0, "劳务报酬发放明细台账")
    heads = (
        "项目代码", "所属月份", "用人单位名称", "支付周期", "联系方式", "姓名", "证件号", "工种", "出工天数", "计酬方式", "计酬单位",
        "计酬数量", "单价（元）", "应发（元）", "代扣代缴及扣除（元）", "扣除项目", "其他增减（元）", "实发（元）", "支付方式", "户名",
        "卡号", "发放日期", "银行流水号", "状态", "签名",
    )  # fmt: skip
    page.write_row(1, 0, heads)
    for i in range(lines):
        number, month = _place(i)
        project, who = divmod(number, PERSONS_A_PROJECT)
        days = 10 + i % 11
        page.write_row(
            i + 2, 0,
            (_code(project), f"{month // 100}-{month % 100:02d}", "演示施工有限公司", "月", f"139{number:08d}", _name(number),
             _identity(number), ("普工", "瓦工", "钢筋工")[who % 3], days, "计时", "天", days, 150, days * 150, 0, "", 0, days * 150,
             "银行卡直发", _name(number), f"62284801{number:011d}"),
        )  # fmt: skip
        page.write_datetime(i + 2, 21, _paid_on(month), day)
        page.write_row(i + 2, 22, (f"LS{i:010d}", "已到账", "已签"))
    book.close()


def _place(i: int) -> tuple[int, int]:
    """(person, month) of line `i`: a project's months follow one another."""
    block, who = divmod(i, PERSONS_A_PROJECT)
    project, month = divmod(block, len(MONTHS))
    return project * PERSONS_A_PROJECT + who, MONTHS[month]


def _paid_on(month: int) -> Any:
    from datetime import datetime

    return datetime(month // 100, month % 100 + 1, 10)  # noqa: DTZ001 - a spreadsheet's day


def _code(project: int) -> str:
    return f"2201-371422-04-01-{project:06d}"


def _name(number: int) -> str:
    stems = "甲乙丙丁戊己庚辛壬癸"
    return "演示" + "".join(stems[int(d)] for d in f"{number % 1000:03d}")


def _identity(number: int) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    first = f"379900{1960 + number // 1000 % 40}{1 + number // 40_000 % 12:02d}15{number % 1000:03d}"
    return first + "10X98765432"[sum(int(c) * w for c, w in zip(first, weights, strict=True)) % 11]


def _in_process(side: str, path: Path, lines: int, url: str, folder: Path) -> dict[str, float]:
    folder.mkdir()
    env = {
        **os.environ,
        "WORKRELIEF_MODE": "test",
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "workrelief.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.pay_import", "--side", side, "--file", str(path), "--lines", str(lines)],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _run_ours(path: Path, lines: int, profile: str) -> dict[str, float]:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    settings.JOBS_EAGER = False  # the mirror is another process's work
    _fresh_database()

    from workrelief.base.access.actor import system_actor
    from workrelief.base.intake import services

    actor = system_actor("测速")
    _surroundings(lines)
    began = time.perf_counter()
    with path.open("rb") as file:
        batch = services.upload(actor, file, path.name, "pay_sheet")
    uploaded = time.perf_counter()
    services.check(actor, batch.pk)
    checked = time.perf_counter()
    counter = _Statements()
    cpu = time.process_time()
    with connection.execute_wrapper(counter):
        if profile:
            import cProfile

            watched = cProfile.Profile(time.process_time)
            batch = watched.runcall(services.commit, actor, batch.pk)
            watched.dump_stats(profile)
        else:
            batch = services.commit(actor, batch.pk)
    done = time.perf_counter()
    if batch.rows_good != lines or batch.report["totals"]["lines"] != lines:
        raise RuntimeError(f"only {batch.rows_good} of {lines} lines were taken over")
    return {
        "upload_s": uploaded - began, "check_s": checked - uploaded, "commit_s": done - checked, "commit_cpu_s": time.process_time() - cpu,
        "statements": counter.count, "peak_mb": _peak_mb(),
    }  # fmt: skip


class _Statements:
    """Counts the statements that go through Django; bulk inserts are one statement each and not counted row by row."""

    count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def _surroundings(lines: int) -> None:
    """Projects, persons and rosters the pay ledger speaks of; not measured."""
    from django.db import transaction

    from workrelief.kernel import clock
    from workrelief.work.projects.models import Project
    from workrelief.work.workers import rules, services

    persons = {_place(i)[0] for i in range(lines)}
    projects = sorted({number // PERSONS_A_PROJECT for number in persons})
    with transaction.atomic():
        made = Project.rows.bulk_create([
            Project(
                code=_code(p), name=f"演示工程{p}", name_key=f"演示工程{p}", division_code="371422000000", track="special_fund",
                sector="transport", investment_fen=400_000_000, starts_on=date(2022, 1, 1), ends_on=date(2022, 12, 31),
                updated_at=clock.now(),
            )
            for p in projects
        ])  # fmt: skip
        ids = {p: m.pk for p, m in zip(projects, made, strict=True)}
        people = []
        for number in sorted(persons):
            identity, why = rules.read_identity(_identity(number))
            if identity is None:
                raise RuntimeError(why)
            people.append(
                services.PersonIn(
                    _name(number), identity.number, identity.born_on, identity.sex, "371422000000", group="lifted"
                )
            )
        found = services.register_people(people, batch_id=0, refresh=False)
        services.engage(
            [services.EngagementIn(w, ids[n // PERSONS_A_PROJECT], "371422000000", "lifted", True) for n, w in zip(sorted(persons), found.ids, strict=True)],
            batch_id=0, from_history=False, refresh=False,
        )  # fmt: skip


def _fresh_database() -> None:
    """Tables straight from the models, in an empty database."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)


def _run_bare(path: Path) -> dict[str, float]:
    """The floor: read every cell, write every row, nothing else."""
    from itertools import islice

    from python_calamine import CalamineWorkbook

    url, folder = os.environ.get("DATABASE_URL", ""), os.environ["DATA_DIR"]
    began = time.perf_counter()
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()
    width = len(next(rows))
    columns = ", ".join(f"c{i} TEXT" for i in range(width))
    plain = ([c if type(c) in (str, float) else str(c) for c in row] for row in islice(rows, 1, None))
    if url:
        import psycopg

        with psycopg.connect(url) as connection, connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bare")
            cursor.execute(f"CREATE TABLE bare ({columns})")
            with cursor.copy("COPY bare FROM STDIN") as copy:
                for row in plain:
                    copy.write_row(row)
    else:
        import sqlite3

        with sqlite3.connect(Path(folder) / "bare.sqlite3") as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"CREATE TABLE bare ({columns})")
            connection.executemany(f"INSERT INTO bare VALUES ({', '.join('?' * width)})", plain)
    return {"total_s": time.perf_counter() - began, "peak_mb": _peak_mb()}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=("ours", "bare"))
    parser.add_argument("--file", type=Path)
    parser.add_argument("--profile", default="", help="write a profile of the commit to this file")
    options = parser.parse_args()
    if options.side == "ours":
        print(json.dumps(_run_ours(options.file, options.lines, options.profile)))
    elif options.side == "bare":
        print(json.dumps(_run_bare(options.file)))
    else:
        for measure in measures(options):
            print(measure.line(), measure.notes or "")


if __name__ == "__main__":
    main()
