"""From the reserve up to the office that issues: whose turn it is, what stops an entry, promotion, taking out."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from tests.work.lists.build import NINGJIN, in_reserve, reserve, this_year
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.kinds import Track
from workrelief.work.lists import queries, services
from workrelief.work.lists.models import ListEntry
from workrelief.work.lists.queries.counting import counts
from workrelief.work.lists.states import chain, next_office, next_step
from workrelief.work.projects import queries as projects
from workrelief.work.projects.rules import LabourDemand
from workrelief.work.projects.services import ProjectChanges, edit_project

pytestmark = pytest.mark.django_db


def test_the_offices_follow_from_the_place_and_the_level():
    assert chain("371422000000", "province") == ("county", "city", "province")
    assert chain("371422100000", "county") == ("county",)
    assert chain("371400000000", "province") == ("city", "province")
    assert chain("371400000000", "county") == ()
    assert next_office("371422000000", "city", "county_confirmed") == "city"
    assert next_office("371422000000", "county", "county_confirmed") == "county"
    assert next_step("371422000000", "county", "county_confirmed") == "publish"
    assert next_step("371400000000", "city", "submitted") == "confirm_city"


def test_an_entry_goes_up_office_by_office(ningjin_officer, dezhou_officer, province_officer):
    (pk,) = in_reserve(ningjin_officer, [reserve(0, list_level="province")])
    services.advance(ningjin_officer, [pk], "submit", expected="draft")
    assert [e.pk for e in queries.awaiting(ningjin_officer)] == [pk]
    with pytest.raises(NotPermitted, match="县级"):
        services.advance(province_officer, [pk], "confirm")
    services.advance(ningjin_officer, [pk], "confirm")
    assert not queries.awaiting(ningjin_officer).exists()
    assert [e.pk for e in queries.awaiting(dezhou_officer)] == [pk]
    services.advance(dezhou_officer, [pk], "confirm")
    services.advance(province_officer, [pk], "confirm")
    one = queries.entry(province_officer.scope, pk)
    assert (one.state, one.waits_for) == ("prov_confirmed", "province")
    assert [s.step for s in queries.steps(province_officer.scope, pk)] == [
        "enter", "submit", "confirm_county", "confirm_city", "confirm_province",
    ]  # fmt: skip


def test_a_project_in_the_reserve_counts_nowhere_yet(ningjin_officer):
    (pk,) = in_reserve(ningjin_officer, [reserve(0)])
    one = queries.entry(ningjin_officer.scope, pk)
    assert projects.project(ningjin_officer.scope, one.project_id).years == ()
    assert counts(ningjin_officer.scope, queries.EntryFilter(), Level.COUNTY).under.sums[""] == (0, 0, 0)


@pytest.mark.parametrize(
    ("gap", "rule"),
    [
        ({"labour_tasks": "", "labour_links": ""}, "B02"),
        ({"demand": LabourDemand("普工", 20, "", "不限")}, "B03"),
        ({"planned_workers": 0}, "B03"),
        ({"track": Track.SPECIAL_FUND, "labour_tasks": "", "labour_links": ""}, "B02"),
        ({"track": Track.SPECIAL_FUND, "demand": LabourDemand()}, "B03"),
    ],
)
def test_a_gap_in_the_labour_demand_stops_the_submission_and_names_the_clause(ningjin_officer, gap, rule):
    good, bad = in_reserve(ningjin_officer, [reserve(0), reserve(11, **gap)])
    with pytest.raises(RuleViolated) as stopped:
        services.advance(ningjin_officer, [good, bad], "submit")
    assert stopped.value.code == rule
    assert "第12标段" in stopped.value.message
    assert stopped.value.findings[0].cite is not None
    assert {e.state for e in queries.entries(ningjin_officer.scope)} == {"draft"}


def test_lists_of_past_years_are_not_stopped_by_gaps_nobody_can_mend(ningjin_officer):
    (pk,) = in_reserve(ningjin_officer, [reserve(0, year=this_year() - 2, demand=LabourDemand())])
    assert services.advance(ningjin_officer, [pk], "submit") == 1


def test_what_an_officer_saw_must_still_hold(ningjin_officer):
    (pk,) = in_reserve(ningjin_officer, [reserve(0)])
    services.advance(ningjin_officer, [pk], "submit")
    with pytest.raises(Conflict, match="已由演示县"):
        services.advance(ningjin_officer, [pk], "submit", expected="draft")
    services.advance(ningjin_officer, [pk], "confirm", expected="submitted")
    with pytest.raises(Conflict, match="县级确认"):
        services.advance(ningjin_officer, [pk], "confirm")


def test_returning_wants_a_reason_and_the_office_whose_turn_it_is(ningjin_officer, dezhou_officer):
    (pk,) = in_reserve(ningjin_officer, [reserve(0, list_level="city")])
    services.advance(ningjin_officer, [pk], "submit")
    services.advance(ningjin_officer, [pk], "confirm")
    with pytest.raises(InvalidInput, match="理由"):
        services.advance(dezhou_officer, [pk], "return")
    with pytest.raises(NotPermitted):
        services.advance(ningjin_officer, [pk], "return", reason="演示：想改")
    services.advance(dezhou_officer, [pk], "return", reason="演示：内容不清")
    one = queries.entry(dezhou_officer.scope, pk)
    assert (one.state, one.waits_for, one.reason) == ("draft", "county", "演示：内容不清")


def test_a_project_stands_on_one_level_a_year(ningjin_officer):
    (pk,) = in_reserve(ningjin_officer, [reserve(0)])
    one = queries.entry(ningjin_officer.scope, pk)
    with pytest.raises(Conflict, match="县级清单"):
        services.enter(ningjin_officer, one.project_id, one.year, "city")
    with pytest.raises(IntegrityError):
        ListEntry.rows.create(
            project_id=one.project_id, year=one.year, level="city", track=one.track, sector=one.sector,
            division_code=one.division_code, updated_at=one.updated_at,
        )  # fmt: skip


def test_a_city_project_cannot_stand_on_a_county_list(dezhou_officer):
    with pytest.raises(InvalidInput, match="市级项目"):
        in_reserve(dezhou_officer, [reserve(0, division_code="371400000000", list_level="county")])


def test_promotion_keeps_the_former_level_visible_and_uncounted(ningjin_officer, dezhou_officer):
    (pk,) = in_reserve(ningjin_officer, [reserve(0)])
    services.advance(ningjin_officer, [pk], "submit")
    services.advance(ningjin_officer, [pk], "confirm")
    with pytest.raises(NotPermitted):
        services.promote(ningjin_officer, pk, "city", reason="演示：带动多")
    above = services.promote(dezhou_officer, pk, "city", reason="演示：带动多")
    former = queries.entry(ningjin_officer.scope, pk)
    assert (former.state, former.is_standing) == ("promoted", False)
    assert (above.state, above.level, above.waits_for) == ("county_confirmed", "city", "city")
    shown = queries.entries(ningjin_officer.scope, queries.EntryFilter(level="county", year=above.year))
    assert [e.pk for e in shown] == [pk]
    found = counts(ningjin_officer.scope, queries.EntryFilter(level="county"), Level.COUNTY).under
    assert (found.numbers["371422"], found.sums["371422"]) == (1, (0, 0, 0)), "to be seen, and not counted"


def test_returning_a_promoted_entry_puts_the_former_one_back(ningjin_officer, dezhou_officer):
    (pk,) = in_reserve(ningjin_officer, [reserve(0)])
    services.advance(ningjin_officer, [pk], "submit")
    services.advance(ningjin_officer, [pk], "confirm")
    above = services.promote(dezhou_officer, pk, "city", reason="演示：带动多")
    services.advance(dezhou_officer, [above.pk], "return", reason="演示：仍留县级")
    former = queries.entry(ningjin_officer.scope, pk)
    assert (former.state, former.is_standing, former.waits_for) == ("county_confirmed", True, "county")
    assert queries.entry(dezhou_officer.scope, above.pk).is_standing is False


def test_a_draft_follows_the_edits_of_its_project(ningjin_officer):
    (pk,) = in_reserve(ningjin_officer, [reserve(0)])
    one = queries.entry(ningjin_officer.scope, pk)
    edit_project(ningjin_officer, one.project_id, ProjectChanges(planned_workers=44), reason="演示：核实")
    assert queries.entry(ningjin_officer.scope, pk).planned_workers == 44
    last = queries.steps(ningjin_officer.scope, pk)[-1]
    assert (last.step, last.difference) == ("edit", {"拟吸纳人数": ["30", "44"]})


def test_another_city_sees_nothing_and_decides_nothing(ningjin_officer, linyi_officer):
    (pk,) = in_reserve(ningjin_officer, [reserve(0)])
    assert not queries.entries(linyi_officer.scope).exists()
    with pytest.raises(NotFound):
        services.advance(linyi_officer, [pk], "submit")


def test_offers_say_whose_turn_it_is(ningjin_officer, dezhou_officer):
    (pk,) = in_reserve(ningjin_officer, [reserve(0, list_level="city")])
    services.advance(ningjin_officer, [pk], "submit")
    one = queries.entry(ningjin_officer.scope, pk)
    mine = queries.offers(ningjin_officer, one)
    assert (mine[0].step, mine[0].permitted) == ("confirm_county", True)
    theirs = queries.offers(dezhou_officer, one)
    assert (theirs[0].step, theirs[0].permitted) == ("confirm_county", False)
    assert "县级" in theirs[0].refusal


def test_five_hundred_more_entries_cost_no_more_statements(ningjin_officer, django_assert_max_num_queries):
    in_reserve(ningjin_officer, [reserve(0, name="（演示）先行项目")])
    ids = in_reserve(ningjin_officer, [reserve(n, name=f"（演示）{n:03d}号") for n in range(400)])
    with django_assert_max_num_queries(40):
        services.advance(ningjin_officer, ids, "submit")
    assert (
        queries.entries(ningjin_officer.scope, queries.EntryFilter(division=NINGJIN, states=("submitted",))).count()
        == 400
    )


def test_read_along_the_order_the_entries_are_the_same(ningjin_officer):
    in_reserve(ningjin_officer, [reserve(n) for n in (0, 11, 12)])
    for order in queries.ORDERS:
        for text in ("演示", "没有这样的项目", "2204-37"):
            wanted = queries.EntryFilter(year=this_year(), text=text, order=order)
            collected = list(queries.entries(ningjin_officer.scope, wanted))
            assert list(queries.entries(ningjin_officer.scope, wanted, along_order=True)) == collected
            assert bool(collected) == (text == "演示")
