"""The small demo year through the real door: drawn, imported by its officers, sealed, and equal to its plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from workrelief.base.divisions.services import load_divisions
from workrelief.base.intake import queries as batches
from workrelief.faces.commands.demo import load
from workrelief.faces.commands.demo.load import Loaded, division_tree, load_years
from workrelief.faces.commands.demo.officers import officer
from workrelief.faces.commands.demo.people import county_books
from workrelief.faces.commands.demo.plan import YearPlan, plan_year
from workrelief.figures.indicators.read import LIVE, Snapshot, read
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel.errors import Conflict
from workrelief.kernel.figure import FigureTable
from workrelief.kernel.kinds import Track, TrainingType
from workrelief.kernel.period import Period

PROVINCE = "370000000000"
YEAR = Period("2022")
INDICATORS = ("projects", "investment", "headcount_project", "headcount_unique", "wages_paid", "wages_due")


@pytest.fixture(autouse=True)
def quick_passwords(settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]


@pytest.fixture
def loaded(db: None) -> Loaded:
    load_divisions()
    load._plan.cache_clear()
    return load_years("s", processes=1, say=lambda line: None)


def value(table: FigureTable, indicator: str, *key: str) -> object:
    return table.figure(indicator, *key).value


def expected(plan: YearPlan) -> Mapping[str, Counter[str]]:
    """What the figures must be, counted from the plan's people and lines."""
    sums: dict[str, Counter[str]] = {name: Counter() for name in INDICATORS}
    people: dict[str, set[str]] = {}
    for year in plan.counties:
        for book in county_books(year, tuple(y.county for y in plan.in_city(year.county.city_name))):
            track = book.project.track.id
            sums["projects"][track] += 1
            sums["investment"][track] += book.project.investment_fen
            sums["headcount_project"][track] += len(book.engagements)
            sums["wages_paid"][track] += sum(line.paid_fen for line in book.lines)
            sums["wages_due"][track] += sum(line.due_fen for line in book.lines)
            people.setdefault(track, set()).update(e.person.identity for e in book.engagements)
    sums["headcount_unique"] = Counter({track: len(named) for track, named in people.items()})
    return sums


def test_the_year_loads_seals_and_equals_its_plan(loaded: Loaded) -> None:
    plan = plan_year(division_tree(), "s")
    scope = officer(PROVINCE).scope
    live = read(INDICATORS, scope=scope, period=YEAR, by=("track",), source=LIVE)
    manifest = seal_period(officer(PROVINCE), YEAR)
    sealed = read(INDICATORS, scope=scope, period=YEAR, by=("track",), source=Snapshot(manifest.name))
    for indicator, by_track in expected(plan).items():
        for track in Track:
            assert value(live, indicator, track.id) == by_track[track.id], (indicator, track.id)
            assert value(sealed, indicator, track.id) == by_track[track.id], (indicator, track.id)
    for track, total in plan.targets.tracks.items():
        assert value(sealed, "wages_paid", track.id) == total.wages_fen
        assert value(sealed, "headcount_project", track.id) == total.headcount


def test_business_training_equals_its_plan_by_audience(loaded: Loaded) -> None:
    plan = plan_year(division_tree(), "s")
    scope = officer(PROVINCE).scope
    policy = {"training_type": (TrainingType.POLICY.id,)}
    whole = read(["training_sessions"], scope=scope, period=YEAR, where=policy)
    parts = read(["training_person_times"], scope=scope, period=YEAR, by=("audience",), where=policy)
    assert value(whole, "training_sessions") == plan.targets.sessions
    for audience, times in plan.targets.person_times.items():
        assert value(parts, "training_person_times", audience.id) == times


def test_skill_training_knows_its_persons_and_stays_apart(loaded: Loaded) -> None:
    plan = plan_year(division_tree(), "s")
    scope = officer(PROVINCE).scope
    trained = sum(a.attended for y in plan.counties for s in plan.skill_sessions(y.county) for a in s.audiences)
    figures = read(
        ["training_person_times", "training_persons"], scope=scope, period=YEAR,
        where={"training_type": (TrainingType.SKILL.id,)},
    )  # fmt: skip
    assert value(figures, "training_person_times") == trained
    assert trained * 9 // 10 < value(figures, "training_persons") <= trained  # type: ignore[operator]


def test_every_sheet_comes_from_the_officer_of_its_division_without_a_refused_row(loaded: Loaded) -> None:
    committed = list(batches.batches(officer(PROVINCE).scope, states=("committed",)))
    assert len(committed) == sum(loaded.files.values()) == 3 + 1 + 9 * 3 + 3
    assert all(b.rows_bad == 0 and not any(sheet["unknown"] for sheet in b.sheets) for b in committed)
    brought = {b.file_name.split("2022")[0]: b.uploaded_by_name for b in committed}
    assert brought["德州市"] == "演示市级经办丙"
    assert brought["371422宁津县"] == "演示县级经办丁"


def test_loading_again_takes_nothing_twice(loaded: Loaded) -> None:
    scope = officer(PROVINCE).scope
    before = read(INDICATORS, scope=scope, period=YEAR)
    drawn = {path: path.stat().st_mtime_ns for path in load.folder_of("s").glob("*/*.xlsx")}
    again = load_years("s", processes=1, say=lambda line: None)
    after = read(INDICATORS, scope=scope, period=YEAR)
    assert again.were_there == sum(again.files.values()) == sum(loaded.files.values())
    assert [value(after, i) for i in INDICATORS] == [value(before, i) for i in INDICATORS]
    assert {path: path.stat().st_mtime_ns for path in drawn} == drawn
    assert len(drawn) == sum(loaded.files.values())


def test_sheets_of_another_plan_are_drawn_anew(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    load_divisions()
    folder = load.prepare_folder("s")
    sheet, note = folder / "1 项目清单" / "旧.xlsx", folder / "7 通报" / "通报.md"
    for path in (sheet, note):
        path.parent.mkdir(exist_ok=True)
        path.write_text("kept while the plan is the same")
    load.prepare_folder("s")
    assert sheet.exists()
    monkeypatch.setattr(load, "fingerprint", lambda size: "another plan")
    load.prepare_folder("s")
    assert not sheet.exists()
    assert note.exists()


def test_a_load_that_broke_off_goes_on_where_it_stopped(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    load_divisions()
    load._plan.cache_clear()
    plan = plan_year(division_tree(), "s")
    real, calls = load.intake.commit, []

    def broken(actor: object, batch_id: int) -> object:
        calls.append(batch_id)
        if len(calls) == 9:
            raise Conflict("test.killed", "broken off between upload and commit")
        return real(actor, batch_id)  # type: ignore[arg-type]

    monkeypatch.setattr(load.intake, "commit", broken)
    with pytest.raises(Conflict):
        load_years("s", processes=1, say=lambda line: None)
    finished = load_years("s", processes=1, say=lambda line: None)
    whole = read(["wages_paid"], scope=officer(PROVINCE).scope, period=YEAR, by=("track",))
    assert finished.were_there == 8
    for track, total in plan.targets.tracks.items():
        assert value(whole, "wages_paid", track.id) == total.wages_fen
