"""Reading the project list: scope, filters, counts, totals, look-ups for imports, detail."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import make_actor
from tests.work.projects.build import FEIXIAN, NINGJIN, WAN, entry
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.kernel.period import Period
from workrelief.work.projects import queries
from workrelief.work.projects.models import ProgressReport
from workrelief.work.projects.queries import ProjectFilter
from workrelief.work.projects.services import ProjectChanges, edit_project, register_many, set_stage

pytestmark = pytest.mark.django_db

CODE = "2204-371422-04-01-100008"


@pytest.fixture
def ids(province_officer: Actor) -> dict[str, int]:
    entries = [
        entry(name="演示镇道路", code=CODE),
        entry(name="演示河治理", sector=Sector.WATER, track=Track.AGRI_PROMOTION, investment_fen=900 * WAN, funds=(),
              demand=entry().demand),
        entry(name="演示高速", division_code=FEIXIAN, track=Track.KEY_PROJECT, investment_fen=5_000 * WAN, funds=(), year=2021,
              list_level="province", is_government_funded=False),
        entry(name="演示镇道路", division_code=FEIXIAN),
    ]  # fmt: skip
    done = register_many(province_officer, entries)
    set_stage(province_officer, done.project_ids[1], "building")
    return dict(zip(("road", "river", "highway", "feixian"), done.project_ids, strict=True))


def names(scope: Scope, **wanted: object) -> list[str]:
    return [p.name for p in queries.projects(scope, ProjectFilter(order="place", **wanted))]  # type: ignore[arg-type]


def test_everybody_sees_their_own_division_only(ids: dict[str, int]) -> None:
    assert len(queries.projects(Scope(("37",)))) == 4
    assert names(Scope(("3713",))) == ["演示高速", "演示镇道路"]
    assert names(Scope(("371422",))) == ["演示镇道路", "演示河治理"]
    assert names(Scope.nothing()) == []
    assert names(Scope(("37",), sectors=frozenset({"water"}))) == ["演示河治理"]
    assert names(Scope(("37",), projects=frozenset({ids["highway"]}))) == ["演示高速"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"division": "371325000000"}, {"演示高速", "演示镇道路"}),
        ({"division": "3714"}, {"演示镇道路", "演示河治理"}),
        ({"tracks": ("key_project", "agri_promotion")}, {"演示高速", "演示河治理"}),
        ({"sectors": ("water",)}, {"演示河治理"}),
        ({"stages": ("building",)}, {"演示河治理"}),
        ({"year": 2021}, {"演示高速"}),
        ({"list_level": "province"}, {"演示高速"}),
        ({"is_government_funded": False}, {"演示高速"}),
        ({"text": "河 治"}, {"演示河治理"}),
        ({"text": "2204-3714"}, {"演示镇道路"}),
        ({"text": "没有的"}, set()),
    ],
)
def test_each_filter_narrows(ids: dict[str, int], wanted: dict[str, object], expected: set[str]) -> None:
    assert set(names(Scope(("37",)), **wanted)) == expected


def test_orders_and_an_unknown_one(ids: dict[str, int]) -> None:
    scope = Scope(("37",))
    by_size = queries.projects(scope, ProjectFilter(order="investment"))
    assert [p.name for p in by_size][:2] == ["演示高速", "演示河治理"]
    assert queries.projects(scope)[0].name == "演示河治理"
    with pytest.raises(InvalidInput):
        queries.projects(scope, ProjectFilter(order="luck"))


def test_totals_and_counts_speak_for_the_whole_result(ids: dict[str, int]) -> None:
    scope = Scope(("37",))
    listed = queries.tally(scope, ProjectFilter(year=2022), Level.COUNTY)
    assert (listed.numbers[""], listed.sums[""][0]) == (3, 1_700 * WAN)
    assert {code: listed.numbers[code[:6]] for code in (FEIXIAN, NINGJIN)} == {FEIXIAN: 1, NINGJIN: 2}
    nothing = queries.tally(Scope.nothing(), ProjectFilter(), Level.COUNTY)
    assert nothing == divisions.Tally({}, {})
    every = queries.tally(scope, ProjectFilter(), Level.CITY).numbers
    assert every == {"": 4, "37": 4, "3713": 2, "3714": 2}


@pytest.mark.parametrize(
    "asked",
    [
        {"text": "演示"},
        {"text": "高速"},
        {"text": "2204-37"},
        {"year": 2022},
        {"year": 2022, "text": "演示"},
        {"year": 2021},
    ],
)
def test_read_along_the_order_the_rows_are_the_same(ids: dict[str, int], asked: dict[str, Any]) -> None:
    for order in queries.ORDERS:
        wanted = ProjectFilter(order=order, **asked)
        collected = list(queries.projects(Scope(("37",)), wanted))
        assert list(queries.projects(Scope(("37",)), wanted, along_order=True)) == collected


def test_search_finds_by_a_part_of_the_name_and_the_beginning_of_a_code(ids: dict[str, int]) -> None:
    assert [r.name for r in queries.search(Scope(("37",)), "高速")] == ["演示高速"]
    assert [r.code for r in queries.search(Scope(("37",)), "2204-37")] == [CODE]
    assert queries.search(Scope(("37",)), " ") == []
    assert queries.search(Scope(("3714",)), "高速") == []


def test_imports_find_projects_by_code_and_by_county_and_name(ids: dict[str, int]) -> None:
    pairs = [("371325", "演示镇 道路"), ("371422000000", "演示镇道路"), ("37", "演示镇道路"), ("371325", "没有")]
    found = queries.find_for_import(Scope(("37",)), codes=[CODE, CODE.replace("-", ""), "x"], names=pairs)
    assert found[CODE].id == found[CODE.replace("-", "")].id == ids["road"]
    assert found["371325", "演示镇 道路"].id == ids["feixian"]
    assert found["371422000000", "演示镇道路"].id == ids["road"]
    assert ("37", "演示镇道路") not in found
    assert len(found) == 4


def test_what_lies_out_of_scope_is_not_found(ids: dict[str, int]) -> None:
    scope = Scope(("3713",))
    assert queries.by_codes(scope, [CODE]) == {}
    assert set(queries.refs(scope, ids.values())) == {ids["highway"], ids["feixian"]}
    assert set(queries.stored(scope, ids.values())) == {ids["highway"], ids["feixian"]}
    with pytest.raises(NotFound):
        queries.project_row(scope, ids["road"])
    with pytest.raises(NotFound):
        queries.project(scope, ids["road"])


def test_the_detail_shows_listings_money_and_figures(province_officer: Actor, ids: dict[str, int]) -> None:
    register_many(province_officer, [entry(name="演示镇道路", code=CODE, year=2023)])
    edit_project(province_officer, ids["road"], ProjectChanges(remark="核"))
    detail = queries.project(Scope(("371422",)), ids["road"])
    assert [y.year for y in detail.years] == [2023, 2022]
    assert detail.latest_year == 2023
    assert [f.fund_type for f in detail.funds] == [FundType.CENTRAL_BUDGET, FundType.COUNTY]
    assert (detail.planned_fen, detail.issued_fen, detail.central_issued_fen) == (400 * WAN, 300 * WAN, 300 * WAN)
    assert (detail.track, detail.sector, detail.stage.label) == (Track.SPECIAL_FUND, Sector.TRANSPORT, "前期工作")
    assert detail.figures is not None
    assert "headcount_project" in detail.figures.indicators


def test_a_sector_post_reads_the_progress_of_its_projects() -> None:
    water = make_actor(Role.MEMBER_AGENCY, "37", sectors=frozenset({"water"}))
    assert ProgressReport.objects.within(water.scope).count() == 0


def test_figures_of_no_project_are_no_figures(ids: dict[str, int]) -> None:
    table = queries.project_figures(Scope(("37",)), [], Period("2022"))
    assert len(table) == 0
