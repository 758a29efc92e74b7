"""Editions: what is frozen, what is counted, what a withdrawal takes back, and what two editions differ in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.work.lists.build import DEZHOU, NINGJIN, WAN, in_reserve, reserve, this_year
from workrelief.figures.indicators.read import read
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotPermitted, RuleViolated
from workrelief.kernel.period import Period
from workrelief.work.lifecycle import queries as lives
from workrelief.work.lists import queries, services
from workrelief.work.projects import queries as projects
from workrelief.work.projects.rules import LabourDemand
from workrelief.work.projects.services import ProjectChanges, edit_project

pytestmark = pytest.mark.django_db


def confirmed(officer, numbers, **changes):
    ids = in_reserve(officer, [reserve(n, **changes) for n in numbers])
    services.advance(officer, ids, "submit")
    services.advance(officer, ids, "confirm")
    return ids


def issued(officer, number=1, *, level="county", division=NINGJIN, year=None):
    return services.issue(
        officer, year or this_year(), level, division=division, document_no=f"宁发改〔{this_year()}〕{number}号",
        issued_on=clock.today(),
    )  # fmt: skip


def counted(officer):
    table = read(("projects",), scope=officer.scope, period=Period(str(this_year())))
    return table.figure("projects").value


def test_issuing_publishes_and_counts_the_projects(ningjin_officer):
    ids = confirmed(ningjin_officer, range(3))
    assert not counted(ningjin_officer)
    edition = issued(ningjin_officer)
    assert (edition.number, edition.totals["projects"], edition.totals["investment_fen"]) == (1, 3, 1203 * WAN)
    assert {e.state for e in queries.entries(ningjin_officer.scope)} == {"published"}
    assert counted(ningjin_officer) == 3
    one = queries.entry(ningjin_officer.scope, ids[0])
    assert [y.year for y in projects.project(ningjin_officer.scope, one.project_id).years] == [this_year()]
    lines = list(queries.edition_lines(ningjin_officer.scope, edition.pk))
    assert [line.change for line in lines] == ["in"] * 3
    assert lines[0].fields["posts"] == "普工"


def test_lives_of_the_two_promotions_become_listed(ningjin_officer):
    from tests.build import project_code
    from workrelief.work.lifecycle import services as lifecycle

    ids = in_reserve(ningjin_officer, [reserve(0, code=project_code(NINGJIN, 1))])
    one = queries.entry(ningjin_officer.scope, ids[0])
    lifecycle.adopt(ningjin_officer, [one.project_id])
    assert lives.states_of(ningjin_officer.scope, [one.project_id]) == {one.project_id: "approved"}
    services.advance(ningjin_officer, ids, "submit")
    services.advance(ningjin_officer, ids, "confirm")
    edition = issued(ningjin_officer)
    assert lives.states_of(ningjin_officer.scope, [one.project_id]) == {one.project_id: "listed"}
    services.withdraw_edition(ningjin_officer, edition.pk, reason="演示：文号有误")
    assert lives.states_of(ningjin_officer.scope, [one.project_id]) == {one.project_id: "approved"}


def test_next_years_reserve_does_not_hide_the_list_a_project_stands_on(ningjin_officer):
    (pk,) = confirmed(ningjin_officer, [0])
    edition = issued(ningjin_officer)
    project = queries.entry(ningjin_officer.scope, pk).project_id
    services.enter(ningjin_officer, project, this_year() + 1, "county")
    found = queries.list_facts(ningjin_officer.scope, [project], clock.today())[project]
    assert (found.year, found.is_published, found.document_no) == (this_year(), True, edition.document_no)


def test_only_the_office_of_the_level_issues(ningjin_officer, dezhou_officer):
    confirmed(ningjin_officer, [0])
    with pytest.raises(NotPermitted, match="县级"):
        issued(dezhou_officer)
    with pytest.raises(NotPermitted, match="不符"):
        issued(ningjin_officer, level="city")
    with pytest.raises(InvalidInput, match="文字号"):
        services.issue(
            ningjin_officer, this_year(), "county", division=NINGJIN, document_no=" ", issued_on=clock.today()
        )
    with pytest.raises(InvalidInput, match="晚于今天"):
        services.issue(
            ningjin_officer, this_year(), "county", division=NINGJIN, document_no="演示1号",
            issued_on=clock.today() + timedelta(days=1),
        )  # fmt: skip


def test_an_edition_without_change_is_not_issued_again(ningjin_officer):
    with pytest.raises(Conflict, match="没有已确认"):
        issued(ningjin_officer)
    confirmed(ningjin_officer, [0])
    issued(ningjin_officer)
    with pytest.raises(Conflict, match="没有变化"):
        issued(ningjin_officer, 2)


def test_a_gap_made_after_confirming_stops_the_issue(ningjin_officer):
    ids = confirmed(ningjin_officer, [0])
    one = queries.entry(ningjin_officer.scope, ids[0])
    from workrelief.work.projects.models import Project

    Project.rows.filter(pk=one.project_id).update(labour_demand=LabourDemand("普工").text)
    with pytest.raises(RuleViolated) as stopped:
        issued(ningjin_officer)
    assert stopped.value.code == "B03"
    assert one.project.name in stopped.value.message


def test_the_next_edition_keeps_who_went_in_out_changed_and_promoted(ningjin_officer, dezhou_officer):
    stays, changes, leaves, rises = confirmed(ningjin_officer, [0, 11, 22, 33])
    first = issued(ningjin_officer)
    services.adjust(
        ningjin_officer, changes, ProjectChanges(planned_workers=50), reason="演示：用工增加", expected="published"
    )
    services.take_out(ningjin_officer, leaves, reason="演示：资金未落实")
    services.promote(dezhou_officer, rises, "city", reason="演示：带动多")
    (enters,) = confirmed(ningjin_officer, [44])
    second = issued(ningjin_officer, 2)
    found = {line.entry_id: line for line in queries.edition_lines(ningjin_officer.scope, second.pk)}
    assert {pk: line.change for pk, line in found.items()} == {
        stays: "kept", changes: "changed", leaves: "out", rises: "promoted", enters: "in",
    }  # fmt: skip
    assert found[changes].difference == {"拟吸纳人数": ["30", "50"]}
    assert found[changes].reason == "演示：用工增加"
    assert found[leaves].reason == "演示：资金未落实"
    compared = queries.compare(ningjin_officer.scope, first.pk, second.pk)
    assert [len(part) for part in (compared.added, compared.removed, compared.changed, compared.promoted)] == [1] * 4
    assert compared.kept == 1
    assert compared.removed[0].reason == "演示：资金未落实"
    assert compared.changed[0].difference == {"拟吸纳人数": ("30", "50")}
    assert second.totals["projects"] == 3


def test_taking_out_reverses_the_facts_and_deletes_none(ningjin_officer):
    first, _ = confirmed(ningjin_officer, [0, 11])
    issued(ningjin_officer)
    facts = FACT_MODELS["project_fact"]
    before = set(facts.objects.all().values_list("id", flat=True))
    services.take_out(ningjin_officer, first, reason="演示：资金未落实")
    after = facts.objects.all()
    assert before < set(after.values_list("id", flat=True))
    assert after.filter(reverses__in=before).count() == 1
    assert counted(ningjin_officer) == 1
    one = queries.entry(ningjin_officer.scope, first)
    assert projects.project(ningjin_officer.scope, one.project_id).years == ()
    again = services.enter(ningjin_officer, one.project_id, one.year, "county", reason="演示：资金已落实")
    services.advance(ningjin_officer, [again.pk], "submit")
    services.advance(ningjin_officer, [again.pk], "confirm")
    issued(ningjin_officer, 2)
    assert counted(ningjin_officer) == 2


def test_withdrawing_an_edition_takes_back_what_it_brought_in(ningjin_officer):
    confirmed(ningjin_officer, [0])
    first = issued(ningjin_officer)
    confirmed(ningjin_officer, [11])
    second = issued(ningjin_officer, 2)
    with pytest.raises(Conflict, match="最新"):
        services.withdraw_edition(ningjin_officer, first.pk, reason="演示：有误")
    with pytest.raises(InvalidInput, match="理由"):
        services.withdraw_edition(ningjin_officer, second.pk, reason="")
    services.withdraw_edition(ningjin_officer, second.pk, reason="演示：有误")
    assert counted(ningjin_officer) == 1
    states = sorted(e.state for e in queries.entries(ningjin_officer.scope))
    assert states == ["county_confirmed", "published"]
    assert queries.edition_lines(ningjin_officer.scope, second.pk).count() == 2
    third = issued(ningjin_officer, 3)
    assert third.number == 3
    assert third.previous_id == first.pk
    assert counted(ningjin_officer) == 2


def test_an_edit_on_the_project_page_is_said_by_the_list(ningjin_officer):
    (pk,) = confirmed(ningjin_officer, [0])
    issued(ningjin_officer)
    one = queries.entry(ningjin_officer.scope, pk)
    edit_project(ningjin_officer, one.project_id, ProjectChanges(content="演示：路面加宽"), reason="演示：批复调整")
    one = queries.entry(ningjin_officer.scope, pk)
    assert (one.state, one.waits_for, one.reason) == ("adjusted", "county", "演示：批复调整")


def test_a_city_edition_shows_each_county_its_own_part(ningjin_officer, dezhou_officer, linyi_officer):
    ids = confirmed(ningjin_officer, [0], list_level="city")
    services.advance(dezhou_officer, ids, "confirm")
    edition = issued(dezhou_officer, level="city", division=DEZHOU)
    assert edition in queries.editions(ningjin_officer.scope, year=this_year())
    assert queries.edition_totals(ningjin_officer.scope, edition.pk).projects == 1
    assert not queries.editions(linyi_officer.scope).exists()


def test_a_year_is_closed_only_when_nothing_waits(ningjin_officer):
    confirmed(ningjin_officer, [0])
    issued(ningjin_officer)
    (waits,) = in_reserve(ningjin_officer, [reserve(11)])
    services.advance(ningjin_officer, [waits], "submit")
    with pytest.raises(Conflict, match="1项待确认"):
        services.close_year(ningjin_officer, this_year(), "county", division=NINGJIN)
    services.take_out(ningjin_officer, waits, reason="演示：不再安排")
    assert services.close_year(ningjin_officer, this_year(), "county", division=NINGJIN) == 1


def test_a_closed_year_takes_nothing_in_and_gives_nothing_back(ningjin_officer, dezhou_officer):
    confirmed(ningjin_officer, [0])
    edition = issued(ningjin_officer)
    (left, rises) = in_reserve(ningjin_officer, [reserve(11), reserve(22)])
    services.close_year(ningjin_officer, this_year(), "county", division=NINGJIN)
    with pytest.raises(Conflict, match="年度关闭"):
        in_reserve(ningjin_officer, [reserve(33)])
    with pytest.raises(Conflict, match="年度关闭"):
        services.advance(ningjin_officer, [left], "submit")
    with pytest.raises(Conflict, match="年度关闭"):
        issued(ningjin_officer, 2)
    with pytest.raises(Conflict, match="年度关闭"):
        services.withdraw_edition(ningjin_officer, edition.pk, reason="演示：有误")
    confirmed(ningjin_officer, [44], list_level="city")
    city = queries.entry(ningjin_officer.scope, rises)
    assert city.state == "draft"
    assert queries.closed_lists({(this_year(), "city", NINGJIN), (this_year(), "county", NINGJIN)}) == {
        (this_year(), "county", NINGJIN)
    }
    assert counted(ningjin_officer) == 1


def test_a_list_issued_track_by_track_is_closed_as_well_and_not_before_what_left_it_was_issued(ningjin_officer):
    ids = confirmed(ningjin_officer, [0, 11, 22])
    for number, track in enumerate(("agri_promotion", "key_project"), start=1):
        services.issue(
            ningjin_officer, this_year(), "county", division=NINGJIN, document_no=f"宁发改〔{this_year()}〕{number}号",
            issued_on=clock.today(), track=track,
        )  # fmt: skip
    preview = queries.issue_preview(ningjin_officer.scope, this_year(), "county", division=NINGJIN)
    assert preview.may_close
    issued(ningjin_officer, 3)
    services.take_out(ningjin_officer, ids[0], reason="演示：资金未落实")
    with pytest.raises(Conflict, match="1项变动待印发"):
        services.close_year(ningjin_officer, this_year(), "county", division=NINGJIN)
    issued(ningjin_officer, 4)
    assert services.close_year(ningjin_officer, this_year(), "county", division=NINGJIN) == 2


def test_withdrawing_a_higher_list_leaves_the_project_as_the_lower_one_had_it(ningjin_officer, dezhou_officer):
    from tests.build import project_code
    from workrelief.work.lifecycle import services as lifecycle

    ids = in_reserve(ningjin_officer, [reserve(0, code=project_code(NINGJIN, 1))])
    project = queries.entry(ningjin_officer.scope, ids[0]).project_id
    lifecycle.adopt(ningjin_officer, [project])
    services.advance(ningjin_officer, ids, "submit")
    services.advance(ningjin_officer, ids, "confirm")
    issued(ningjin_officer)
    above = services.promote(dezhou_officer, ids[0], "city", reason="演示：带动多")
    services.advance(dezhou_officer, [above.pk], "confirm")
    edition = issued(dezhou_officer, level="city", division=DEZHOU)
    assert projects.project_row(ningjin_officer.scope, project).list_level == "city"
    before = counted(ningjin_officer)
    services.withdraw_edition(dezhou_officer, edition.pk, reason="演示：文号有误")
    assert projects.project_row(ningjin_officer.scope, project).list_level == "county"
    assert lives.states_of(ningjin_officer.scope, [project]) == {project: "listed"}
    assert counted(ningjin_officer) == before == 1
    again = issued(dezhou_officer, 2, level="city", division=DEZHOU)
    assert [line.change for line in queries.edition_lines(dezhou_officer.scope, again.pk)] == ["in"]


def test_the_next_document_has_a_number_of_its_own_and_is_not_the_older_one(ningjin_officer):
    confirmed(ningjin_officer, [0])
    issued(ningjin_officer)
    confirmed(ningjin_officer, [11])
    with pytest.raises(InvalidInput, match="已用于上一版"):
        issued(ningjin_officer)
    with pytest.raises(InvalidInput, match="不能早于上一版"):
        services.issue(
            ningjin_officer, this_year(), "county", division=NINGJIN, document_no="宁发改〔演示〕2号",
            issued_on=clock.today() - timedelta(days=1),
        )  # fmt: skip
    assert issued(ningjin_officer, 2).number == 2


def test_four_hundred_projects_cost_hardly_more_statements_than_one(ningjin_officer, django_assert_max_num_queries):
    ids = in_reserve(ningjin_officer, [reserve(n, name=f"（演示）{n:03d}号") for n in range(400)])
    services.advance(ningjin_officer, ids, "submit")
    services.advance(ningjin_officer, ids, "confirm")
    with django_assert_max_num_queries(90):
        issued(ningjin_officer)
