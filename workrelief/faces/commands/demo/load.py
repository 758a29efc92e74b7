"""Loads the demo year: draws its spreadsheets and brings each in through intake, as the officer it belongs to.

Counties are independent of each other, so a few processes take one county after the other: one draws while another
commits. One process more than processors keeps them busy, since only one can write to SQLite at a time. A file that is committed already is recognised by its content and left out, so a load that was killed goes on
where it stopped; a file half imported has left nothing behind, since each commit is one transaction.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from django.conf import settings
from django.db import connections

from workrelief.base.access.actor import system_actor
from workrelief.base.audit.sm3 import sm3_file
from workrelief.base.divisions import queries as divisions
from workrelief.base.divisions.tree import Kind
from workrelief.base.intake import queries as batches
from workrelief.base.intake import services as intake
from workrelief.base.intake.states import CHECKED, COMMITTED, UPLOADED
from workrelief.faces.commands.demo import helper, sheets
from workrelief.faces.commands.demo.officers import make_officers, officer
from workrelief.faces.commands.demo.plan import YEARS, County, Size, Town, YearPlan, plan_year
from workrelief.faces.commands.demo.sheets import SheetFile
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, RuleViolated
from workrelief.work.catalogue import services as catalogue

Say = Callable[[str], None]
DRAWING = ("names.py", "people.py", "plan.py", "shares.py", "sheets.py", "workbook.py", "works.py")
"""The files of this folder that the spreadsheets follow from."""


@dataclass(frozen=True)
class Imported:
    """One file brought in: data rows taken over, remarks of the check, seconds to draw and to import it."""

    kind: str
    rows: int
    remarks: int = 0
    drawn_seconds: float = 0.0
    seconds: float = 0.0
    was_there: bool = False


@dataclass
class Loaded:
    """What a load did, by kind of file. Seconds are summed over all processes."""

    files: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    drawn_seconds: float = 0.0
    remarks: int = 0
    were_there: int = 0

    def add(self, *results: Imported) -> None:
        for one in results:
            self.files[one.kind] = self.files.get(one.kind, 0) + 1
            self.rows[one.kind] = self.rows.get(one.kind, 0) + one.rows
            self.seconds[one.kind] = round(self.seconds.get(one.kind, 0.0) + one.seconds, 3)
            self.drawn_seconds = round(self.drawn_seconds + one.drawn_seconds, 3)
            self.remarks += one.remarks
            self.were_there += one.was_there


def division_tree() -> tuple[County, ...]:
    """The 136 counties of the loaded divisions with their towns and streets."""
    return tuple(
        County(
            code=node.code,
            name=node.name,
            city_code=f"{node.code[:4]}00000000",
            city_name=divisions.name(f"{node.code[:4]}00000000"),
            towns=tuple(
                Town(t.code, t.name) for t in divisions.children(node.code) if t.kind is not Kind.TOWNSHIP_UNIT
            ),
        )
        for node in divisions.counties()
    )


@cache
def _plan(size: Size, year: int) -> YearPlan:
    return plan_year(division_tree(), size, year)


def cities_of(size: Size, year: int) -> list[str]:
    """The cities of a year, 12-digit codes in order."""
    return sorted({c.county.city_code for c in _plan(size, year).counties})


def counties_of(size: Size, year: int) -> list[County]:
    """The counties that take part in a year, in order."""
    return [c.county for c in _plan(size, year).counties]


def received_at(year: int) -> datetime:
    """When the sheets of a year begin to come in: after its end, before the annual figures are closed."""
    return datetime(year + 1, 1, 9, 8, 30, tzinfo=clock.CHINA)


def load_years(size: Size, *, processes: int, say: Say, password: str = "") -> Loaded:
    """Draw and import every year of the size; with `processes` = 1 everything happens in this process.

    Raises RuleViolated when a row is refused: the demo's sheets hold none that should be.
    """
    prepare_folder(size)
    cities = dict.fromkeys(c.county.city_code for year in YEARS[size] for c in _plan(size, year).counties)
    make_officers(cities, password=password)
    catalogue.issued_edition(system_actor("演示数据"))
    loaded = Loaded()
    for year in YEARS[size]:
        _load_year(loaded, size, year, processes, say)
    return loaded


def _load_year(loaded: Loaded, size: Size, year: int, processes: int, say: Say) -> None:
    plan = _plan(size, year)
    for number in range(len(plan.cities)):
        loaded.add(bring_list(size, year, number))
    loaded.add(bring_progress(size, year))
    say(f"{year}年项目清单 {len(plan.projects)} 个项目")
    for done, results in enumerate(_counties(size, year, processes), start=1):
        loaded.add(*results)
        if done % 10 == 0 or done == len(plan.counties):
            lines = loaded.rows["pay_sheet"]
            say(f"已导入 {done}/{len(plan.counties)} 个县（市、区），发放明细 {lines:,} 行")
    for number in range(len(plan.cities)):
        loaded.add(bring_training(size, year, number))


def _counties(size: Size, year: int, processes: int) -> Iterator[tuple[Imported, ...]]:
    """Every county's files; the largest first, so that no process ends long after the others."""
    plan = _plan(size, year)
    order = sorted(range(len(plan.counties)), key=lambda i: -sum(p.headcount for p in plan.counties[i].projects))
    if processes == 1:
        for number in order:
            yield bring_county(size, year, number)
        return
    connections.close_all()
    spawn = get_context("spawn")
    with ProcessPoolExecutor(processes, spawn, initializer=helper.begin, initargs=(os.getpid(),)) as pool:
        for one in as_completed([pool.submit(helper.bring_county, size, year, number) for number in order]):
            yield one.result()


# ---------- one office's files ----------


def bring_list(size: Size, year: int, number: int) -> Imported:
    """The list of projects of one city. Raises Conflict when the database holds projects of another plan."""
    plan = _plan(size, year)
    city = plan.cities[number]
    file = sheets.project_list_file(plan, city)
    try:
        return _bring(size, plan, file, lambda path: sheets.write_project_list(path, plan, city), minute=number)
    except RuleViolated as err:
        raise Conflict(
            "demo.other_plan",
            f"{city}的项目清单不能导入：{err.message}数据库里可能已有另一版演示数据，请换一个空的数据目录（DATA_DIR）再执行。",
        ) from err


def bring_progress(size: Size, year: int) -> Imported:
    """The provincial table of 20 columns."""
    plan = _plan(size, year)
    file = sheets.progress_file(plan)
    return _bring(size, plan, file, lambda path: sheets.write_progress(path, plan), minute=30)


def bring_county(size: Size, year: int, number: int) -> tuple[Imported, ...]:
    """Roster, pay ledger and skill register of one county; drawn together when one of them is missing."""
    plan = _plan(size, year)
    county = plan.counties[number]
    files = (sheets.roster_file(county), sheets.pay_file(county), sheets.skill_file(county))
    roster, ledger, skill = paths = [folder_of(size) / f.path for f in files]
    began = time.perf_counter()
    if not all(path.exists() for path in paths):
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
        sheets.write_county(roster, ledger, skill, plan, county)
    drawn = time.perf_counter() - began
    minute = 60 + number * 3
    return tuple(
        _import(path, file, year, minute=minute + i, drawn_seconds=0.0 if i else drawn)
        for i, (path, file) in enumerate(zip(paths, files, strict=True))
    )


def bring_training(size: Size, year: int, number: int) -> Imported:
    """The register of business training of one city."""
    plan = _plan(size, year)
    city = plan.cities[number]
    file = sheets.training_file(plan, city)
    return _bring(size, plan, file, lambda path: sheets.write_training(path, plan, city), minute=500 + number)


def _bring(size: Size, plan: YearPlan, file: SheetFile, draw: Callable[[Path], int], *, minute: int) -> Imported:
    path = folder_of(size) / file.path
    began = time.perf_counter()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draw(path)
    return _import(path, file, plan.year, minute=minute, drawn_seconds=time.perf_counter() - began)


def _import(path: Path, file: SheetFile, year: int, *, minute: int, drawn_seconds: float = 0.0) -> Imported:
    """Upload and commit one file as its officer (the commit judges every row); `minute` is when it arrives.

    A batch that an earlier load uploaded but did not commit is taken up again.
    """
    began = time.perf_counter()
    with clock.travel(received_at(year) + timedelta(minutes=minute)):
        actor = officer(file.division)
        alike = batches.batches(actor.scope, kind=file.kind).filter(file_sm3=sm3_file(path))
        if committed := alike.filter(state=COMMITTED).first():
            return Imported(file.kind, committed.rows_good, drawn_seconds=drawn_seconds, was_there=True)
        waiting = alike.filter(state__in=(UPLOADED, CHECKED)).first()
        if waiting is None:
            with path.open("rb") as stream:
                waiting = intake.upload(actor, stream, path.name, file.kind)
        batch = intake.commit(actor, waiting.pk)
    if batch.rows_bad:
        first = batches.issues(actor.scope, batch.pk, level="error").first()
        raise RuleViolated("demo.refused", f"{path.name}：{first or '有行未通过'}（共 {batch.rows_bad} 行）")
    return Imported(
        file.kind, batch.rows_good, batch.remarks, drawn_seconds=drawn_seconds, seconds=time.perf_counter() - began
    )


# ---------- the folder of the spreadsheets ----------


def folder_of(size: Size) -> Path:
    return Path(settings.DATA_DIR) / "demo" / size


def prepare_folder(size: Size) -> Path:
    """The folder of the spreadsheets, emptied when it was drawn from another plan."""
    folder = folder_of(size)
    folder.mkdir(parents=True, exist_ok=True)
    mark, current = folder / "plan.json", {"plan": fingerprint(size)}
    if not mark.exists() or json.loads(mark.read_text()) != current:
        for old in [*folder.glob("*/*.xlsx"), *folder.glob("*/*.part")]:
            old.unlink()
        mark.write_text(json.dumps(current))
    return folder


def fingerprint(size: Size) -> str:
    """What the spreadsheets follow from: the size, the divisions, and the code that draws them."""
    digest = hashlib.sha256(size.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        if source.name in DRAWING:
            digest.update(source.read_bytes())
    for county in division_tree():
        digest.update(repr(county).encode())
    return digest.hexdigest()
