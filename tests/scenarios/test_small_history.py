"""The history of the small demo year: plan money goes down on paper, balances at every level and equals the sheets."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from workrelief.base.divisions.services import load_divisions
from workrelief.faces.commands.demo import load, present, sites
from workrelief.faces.commands.demo.ahead import Ahead, look_ahead
from workrelief.faces.commands.demo.history import History, tell
from workrelief.faces.commands.demo.load import load_years
from workrelief.faces.commands.demo.officers import officer
from workrelief.faces.commands.demo.told import Told
from workrelief.figures.indicators.read import LIVE, read
from workrelief.kernel import clock
from workrelief.kernel.kinds import Track
from workrelief.kernel.period import Period
from workrelief.work.funds.models import Delivery, PlanDocument, PlanLine
from workrelief.work.lifecycle import queries as lives
from workrelief.work.lifecycle.states import STATES
from workrelief.work.lists import queries as lists
from workrelief.work.projects import queries as projects

PROVINCE = "370000000000"
YEAR = 2022
COUNTED = ("projects", "investment", "wages_paid", "headcount_unique")
SQUARE = [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0], [0.0, 0.0]]


@pytest.fixture
def year_end():
    with clock.travel(clock.now().replace(year=YEAR + 1, month=1, day=12)):
        yield


def told_year() -> History:
    load_divisions()
    load._plan.cache_clear()
    load_years("s", processes=1, say=lambda line: None)
    return tell(YEAR, ["370100000000"])


@pytest.fixture
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def granted() -> Counter[int]:
    """Fen by project that plans gave it, as the register has them."""
    scope = officer(PROVINCE).scope
    special = [
        p.pk for p in projects.projects(scope, projects.ProjectFilter(year=YEAR)) if p.track == Track.SPECIAL_FUND.id
    ]
    given = projects.fund_sources(scope, special)
    return Counter({pk: sum(f.issued_fen or 0 for f in funds) for pk, funds in given.items()})


def test_the_plan_money_is_on_paper_from_the_nation_to_the_project(db, quick_passwords, year_end) -> None:
    history = told_year()
    given = granted()
    assert history.documents > 0
    forwarded: Counter[int] = Counter()
    standing = PlanDocument.rows.filter(state="issued")
    for line in PlanLine.rows.filter(document__in=standing, project_id__isnull=False):
        forwarded[line.project_id] += line.amount_fen
    assert sum(given.values()) > 0
    assert +forwarded == +given
    for document in standing:
        for line in PlanLine.rows.filter(document=document, project__isnull=True):
            below = PlanLine.rows.filter(parent=line, document__in=standing)
            assert sum(part.amount_fen for part in below) == line.amount_fen
    levels = Counter(standing.values_list("level", flat=True))
    assert levels["nation"] > 0
    assert levels["nation"] == levels["province"]
    assert levels["county"] >= levels["city"] >= levels["province"]
    assert not Delivery.rows.filter(document__in=standing, done_on=None).exists()


def test_the_history_is_told_once_and_moves_no_figure(db, quick_passwords, year_end, monkeypatch) -> None:
    load_divisions()
    load._plan.cache_clear()
    load_years("s", processes=1, say=lambda line: None)
    scope = officer(PROVINCE).scope
    before = read(COUNTED, scope=scope, period=Period(str(YEAR)), by=("track",), source=LIVE)
    tell(YEAR, ["370100000000"])
    after = read(COUNTED, scope=scope, period=Period(str(YEAR)), by=("track",), source=LIVE)
    again = tell(YEAR, ["370100000000"])
    for name in COUNTED:
        for track in Track:
            assert after.figure(name, track.id).value == before.figure(name, track.id).value
    assert again == History()


def test_every_project_with_plan_money_went_past_the_plan(db, quick_passwords, year_end) -> None:
    told_year()
    states = lives.states_of(officer(PROVINCE).scope, list(granted()))
    assert len(states) == len(granted())
    before_the_money = {state.id for state in STATES[: [s.id for s in STATES].index("announced")]}
    assert not set(states.values()) & before_the_money


def test_every_project_has_a_life_and_some_are_late_stopped_changed_or_short_of_papers(
    db, quick_passwords, year_end
) -> None:
    told_year()
    scope = officer(PROVINCE).scope
    every = {p.pk for p in projects.projects(scope, projects.ProjectFilter(year=YEAR))}
    known = lives.lives_of(scope, every)
    assert known.keys() == every
    assert len({life.state for life in known.values()}) >= 5, "not all at the same place"
    assert [life for life in known.values() if life.suspended]
    assert [life for life in known.values() if life.due_on is not None and life.due_on < clock.today()]
    built = [pk for pk, life in known.items() if life.state in ("accepted", "in_use", "archived")]
    short = [pk for pk in built if any(i.is_missing for c in lives.archive(scope, pk).classes for i in c.items)]
    assert 0 < len(short) < len(built)


def test_the_whole_year_has_every_kind_of_odd_project() -> None:
    told = [replace(_told(n, "371422000000"), number=n) for n in range(882)]
    for odd in ("is_suspended", "is_changing", "is_late", "forgets_notice", "lacks_papers"):
        assert 5 <= sum(getattr(one, odd) for one in told) <= 110, odd
    assert any(one.is_changing and not one.is_suspended for one in told)


def test_the_year_ahead_waits_on_every_desk_and_counts_nowhere(db, quick_passwords, year_end) -> None:
    load_divisions()
    load._plan.cache_clear()
    load_years("s", processes=1, say=lambda line: None)
    scope = officer(PROVINCE).scope
    before = read(COUNTED, scope=scope, period=Period(str(YEAR)), by=("track",), source=LIVE)
    made = look_ahead(YEAR + 1, load.counties_of("s", YEAR))
    assert (made.projects, made.entries, made.applications, made.matches) == (18, 12, 3, 3)
    assert not made.held_up
    after = read(COUNTED, scope=scope, period=Period(str(YEAR)), by=("track",), source=LIVE)
    assert after.cells == before.cells
    assert not read(COUNTED, scope=scope, period=Period(str(YEAR + 1)), by=("track",), source=LIVE).cells
    states = Counter(lives.lives(scope).values_list("state", flat=True))
    assert states.keys() >= {"surveyed", "approved"}
    assert states.keys() & {"plan_issued", "prov_reviewed", "city_reviewed", "applied"}
    waiting = Counter(entry.waits_for for entry in lists.entries(scope, lists.EntryFilter(year=YEAR + 1)))
    assert waiting.keys() == {"county", "city", "province"}
    (pair,) = lists.duplicates(scope, YEAR + 1)
    assert pair.second.name.endswith("续建工程"), "one to be decided in a county that can be visited"
    assert Delivery.rows.filter(done_on=None, due_on__lt=clock.today()).exists()
    assert look_ahead(YEAR + 1, load.counties_of("s", YEAR)) == Ahead()


def test_a_forgotten_notice_stops_after_acceptance_and_a_suspended_project_before() -> None:
    forgetful, suspended = replace(_told(1, "371422000000"), number=11), replace(_told(2, "371422000000"), number=7)
    assert forgetful.day("accept") is not None
    assert [forgetful.day(step) for step in ("announce_result", "archive")] == [None, None]
    assert [suspended.day(step) for step in ("complete_main", "accept")] == [None, None]


def test_a_place_is_drawn_inside_its_county_and_nowhere_without_an_outline(tmp_path: Path, settings) -> None:
    settings.DATA_DIR = tmp_path
    maps = tmp_path / "assets" / "vendor" / "maps"
    maps.mkdir(parents=True)
    shape = {"type": "Polygon", "coordinates": [[[117, 37], [118, 37], [117, 38], [117, 37]]]}
    content = {"features": [{"properties": {"adcode": 371422}, "geometry": shape}]}
    (maps / "371400.json").write_text(json.dumps(content), encoding="utf-8")
    sites._outlines.cache_clear()
    try:
        found = sites.sites_of([_told(1, "371422000000"), _told(2, "371426000000"), _told(3, "370102000000")])
    finally:
        sites._outlines.cache_clear()
    assert [one.project_id for one in found] == [1]
    east, north = found[0].lon_e6 - 117_000_000, found[0].lat_e6 - 37_000_000
    assert min(east, north) >= 0
    assert east + north <= 1_000_000


@pytest.mark.parametrize(
    ("x", "y", "inside"), [(1, 1, True), (3, 1, False), (-1, 1, False), (1, 3, False), (1.9, 0.1, True)]
)
def test_a_point_is_inside_a_ring_or_not(x: float, y: float, inside: bool) -> None:
    assert sites.is_inside(SQUARE, x, y) is inside
    assert sites.is_inside(SQUARE[:-1], x, y) is inside


def _told(pk: int, place: str) -> Told:
    first = date(YEAR, 3, 1)
    return Told(
        pk,
        f"3714222022010100{pk}",
        Track.SPECIAL_FUND.id,
        first,
        first + timedelta(days=90),
        1,
        1,
        place,
        "",
        pk,
        "enterprise",
    )


def test_the_demo_goes_on_from_the_day_its_year_was_closed(tmp_path: Path, settings) -> None:
    settings.DATA_DIR = tmp_path
    try:
        present.enter()
        assert not clock.is_shifted()
        present.keep(clock.now().replace(year=YEAR + 1, month=1, day=12))
        assert clock.today() == date(YEAR + 1, 1, 12)
        clock.shift(timedelta(0))
        present.enter()
        assert clock.today() == date(YEAR + 1, 1, 12)
        (tmp_path / "demo" / "present.json").write_text("{}")
        present.enter()
        assert not clock.is_shifted()
    finally:
        clock.shift(timedelta(0))
