"""Registering lists: what stands afterwards in the register, in the ledger and in the audit trail."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Sum

from tests.conftest import make_actor
from tests.work.projects.build import FEIXIAN, NINGJIN, WAN, entry
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.audit.models import AuditEntry
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.work.projects.models import FundSource, Project, ProjectYear
from workrelief.work.projects.rules import Fund
from workrelief.work.projects.services import register_many, register_project

pytestmark = pytest.mark.django_db

PROJECT_FACT = FACT_MODELS["project_fact"]._default_manager
FUND_FACT = FACT_MODELS["fund_fact"]._default_manager


def test_a_registered_project_stands_on_its_list_with_its_money_and_its_facts(ningjin_officer: Actor) -> None:
    project = register_project(ningjin_officer, entry())

    listed = ProjectYear.objects.get(project=project)
    assert (listed.year, listed.listed_on, listed.investment_fen) == (2022, date(2022, 12, 31), 400 * WAN)
    fact = PROJECT_FACT.get()
    assert (fact.occurred_on, fact.period, fact.projects) == (date(2022, 12, 31), 202212, 1)
    assert (fact.investment_fen, fact.planned_workers, fact.planned_pay_fen) == (400 * WAN, 30, 90 * WAN)
    assert (fact.source_ref, fact.project_id, fact.division_code) == (listed.pk, project.pk, int(NINGJIN))
    assert (fact.track, fact.sector) == (Track.SPECIAL_FUND.code, Sector.TRANSPORT.code)
    central = FUND_FACT.get(fund_type=FundType.CENTRAL_BUDGET.code)
    assert (central.occurred_on, central.planned_fen, central.issued_fen) == (date(2022, 5, 20), 300 * WAN, 300 * WAN)
    assert FUND_FACT.get(fund_type=FundType.COUNTY.code).occurred_on == date(2022, 12, 31)


def test_the_audit_trail_keeps_one_entry_with_counts_and_totals(ningjin_officer: Actor) -> None:
    register_many(ningjin_officer, [entry(), entry(name="演示镇二期工程")], batch_id=7)
    said = AuditEntry.objects.get()
    assert said.action == "project.register"
    assert said.difference["investment_fen"] == 800 * WAN
    assert (said.difference["projects_created"], said.difference["batch_id"]) == (2, 7)


def test_a_listing_day_inside_the_year_is_kept_and_one_outside_is_not(ningjin_officer: Actor) -> None:
    inside = entry(name="甲", listed_on=date(2022, 3, 10))
    outside = entry(name="乙", listed_on=date(2021, 11, 5))
    register_many(ningjin_officer, [inside, outside])
    days = dict(ProjectYear.objects.values_list("project__name", "listed_on"))
    assert days == {"甲": date(2022, 3, 10), "乙": date(2022, 12, 31)}


def test_a_registered_project_joins_the_next_years_list_with_that_lists_figures(ningjin_officer: Actor) -> None:
    first = register_project(ningjin_officer, entry())
    again = register_project(
        ningjin_officer, entry(year=2023, investment_fen=500 * WAN, funds=(), code="2204-370000-04-01-123455")
    )
    assert again.pk == first.pk
    assert again.investment_fen == 500 * WAN
    assert again.code == "2204-370000-04-01-123455"
    totals = dict(PROJECT_FACT.values_list("period").annotate(Sum("investment_fen")))
    assert totals == {202212: 400 * WAN, 202312: 500 * WAN}
    assert FundSource.objects.filter(project=first).count() == 2


def test_a_list_of_an_earlier_year_does_not_change_the_project(ningjin_officer: Actor) -> None:
    register_project(ningjin_officer, entry())
    later = register_project(ningjin_officer, entry(year=2021, investment_fen=100 * WAN, funds=()))
    assert later.investment_fen == 400 * WAN


def test_one_project_may_stand_in_one_batch_with_two_years(ningjin_officer: Actor) -> None:
    done = register_many(ningjin_officer, [entry(), entry(year=2023)])
    assert done.project_ids[0] == done.project_ids[1]
    assert (done.created, done.listed) == (1, 2)


def test_funding_that_differs_from_the_registered_is_said_and_not_followed(ningjin_officer: Actor) -> None:
    register_project(ningjin_officer, entry())
    done = register_many(ningjin_officer, [entry(year=2023, funds=(Fund(FundType.PROVINCIAL, 400 * WAN),))])
    assert "C06" in [f.rule_id for f in done.findings]
    assert set(FundSource.objects.values_list("fund_type", flat=True)) == {"central_budget", "county"}


@pytest.mark.parametrize(
    "twin",
    [
        entry(name="演示镇 道路改造工程"),
        entry(code="2204-370000-04-01-123455", name="另一个名字"),
    ],
    ids=["same name", "same code"],
)
def test_a_second_listing_in_the_same_year_is_a_duplicate(ningjin_officer: Actor, twin: object) -> None:
    register_project(ningjin_officer, entry(code="2204-370000-04-01-123455"))
    with pytest.raises(Conflict) as caught:
        register_project(ningjin_officer, twin)  # type: ignore[arg-type]
    assert caught.value.code == "B01"
    assert Project.rows.count() == 1


def test_a_duplicate_inside_one_batch_stops_all_of_it(ningjin_officer: Actor) -> None:
    with pytest.raises(Conflict):
        register_many(ningjin_officer, [entry(), entry(name="乙"), entry()])
    assert Project.rows.count() == 0
    assert PROJECT_FACT.count() == 0


def test_one_code_on_two_tracks_is_refused(ningjin_officer: Actor) -> None:
    code = "2204-370000-04-01-123455"
    register_project(ningjin_officer, entry(code=code))
    with pytest.raises(Conflict) as caught:
        register_project(ningjin_officer, entry(code=code, year=2023, track=Track.KEY_PROJECT))
    assert caught.value.code == "A01"


def test_two_codes_for_one_name_in_one_county_are_refused(ningjin_officer: Actor) -> None:
    register_project(ningjin_officer, entry(code="2204-370000-04-01-123455"))
    with pytest.raises(Conflict):
        register_project(ningjin_officer, entry(code="2510-500156-04-05-923166", year=2023))


def test_the_same_name_in_another_county_is_another_project(province_officer: Actor) -> None:
    done = register_many(province_officer, [entry(), entry(division_code=FEIXIAN)])
    assert done.created == 2


def test_a_blocking_rule_names_the_project_and_its_clause(ningjin_officer: Actor) -> None:
    with pytest.raises(RuleViolated) as caught:
        register_many(ningjin_officer, [entry(), entry(name="乙", investment_fen=1)])
    assert caught.value.code == "C06"
    assert "第2个项目“乙”" in caught.value.message
    assert any(f.cite for f in caught.value.findings)


def test_another_countys_project_looks_as_if_it_did_not_exist(ningjin_officer: Actor, stranger: Actor) -> None:
    for actor in (ningjin_officer, stranger):
        with pytest.raises(NotFound):
            register_project(actor, entry(division_code=FEIXIAN))


def test_an_officer_of_one_sector_registers_only_there() -> None:
    water = make_actor(Role.CITY_OFFICER, "3714", sectors=frozenset({"water"}))
    with pytest.raises(NotFound):
        register_project(water, entry())
    assert register_project(water, entry(sector=Sector.WATER)).sector == "water"


def test_a_contractor_may_not_register() -> None:
    with pytest.raises(NotPermitted):
        register_project(make_actor(Role.CONTRACTOR, "37"), entry())


def test_nothing_to_register_is_refused(ningjin_officer: Actor) -> None:
    with pytest.raises(InvalidInput):
        register_many(ningjin_officer, [])


def test_a_thousand_projects_take_few_statements(
    province_officer: Actor, django_assert_max_num_queries: object
) -> None:
    entries = [entry(name=f"演示{i}") for i in range(1_000)]
    with django_assert_max_num_queries(75):  # type: ignore[operator]
        done = register_many(province_officer, entries)
    assert done.created == 1_000
    assert PROJECT_FACT.aggregate(n=Sum("projects"))["n"] == 1_000
