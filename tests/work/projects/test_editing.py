"""Editing a project, its stage, and what follows in the ledger."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db.models import Sum

from tests.conftest import make_actor
from tests.work.projects.build import FEIXIAN, WAN, entry
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.audit.models import AuditEntry
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.figures.ledger.seal import seal_months
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.kinds import FundType, Track
from workrelief.kernel.period import Period
from workrelief.work.projects.models import Project
from workrelief.work.projects.rules import Fund
from workrelief.work.projects.services import (
    ProjectChanges,
    correct_stage,
    edit_project,
    register_many,
    register_project,
    set_stage,
)

pytestmark = pytest.mark.django_db

PROJECT_FACT = FACT_MODELS["project_fact"]._default_manager
FUND_FACT = FACT_MODELS["fund_fact"]._default_manager


@pytest.fixture
def project(ningjin_officer: Actor) -> Project:
    return register_project(ningjin_officer, entry())


def investment_by_month() -> dict[int, int]:
    return {m: v for m, v in PROJECT_FACT.values_list("period").annotate(Sum("investment_fen")) if v}


def test_plain_particulars_change_without_touching_the_ledger(ningjin_officer: Actor, project: Project) -> None:
    edit_project(ningjin_officer, project.pk, ProjectChanges(owner_name="演示镇人民政府"), reason="补填")
    assert Project.rows.get().owner_name == "演示镇人民政府"
    assert PROJECT_FACT.count() == 1
    said = AuditEntry.objects.order_by("id").last()
    assert said is not None
    assert said.difference["owner_name"] == ["", "演示镇人民政府"]
    assert said.reason == "补填"


def test_a_new_total_needs_new_sources_and_both_reach_the_ledger(ningjin_officer: Actor, project: Project) -> None:
    with pytest.raises(RuleViolated) as caught:
        edit_project(ningjin_officer, project.pk, ProjectChanges(investment_fen=500 * WAN))
    assert caught.value.code == "C06"

    funds = (
        Fund(FundType.CENTRAL_BUDGET, 350 * WAN, 320 * WAN, date(2022, 5, 20)),
        Fund(FundType.PROVINCIAL, 150 * WAN),
    )
    edit_project(ningjin_officer, project.pk, ProjectChanges(investment_fen=500 * WAN, funds=funds))

    assert investment_by_month() == {202212: 500 * WAN}
    assert PROJECT_FACT.aggregate(n=Sum("projects"))["n"] == 1
    standing = {
        t: (p, i) for t, p, i in FUND_FACT.values_list("fund_type").annotate(Sum("planned_fen"), Sum("issued_fen"))
    }
    assert standing == {
        FundType.CENTRAL_BUDGET.code: (350 * WAN, 320 * WAN),
        FundType.COUNTY.code: (0, 0),
        FundType.PROVINCIAL.code: (150 * WAN, 0),
    }


def test_a_sealed_year_is_corrected_in_the_open_month(ningjin_officer: Actor, project: Project) -> None:
    seal_months(Period("2022"), by="演示")
    with clock.travel(datetime(2023, 2, 14, 9, tzinfo=clock.CHINA)):
        edit_project(ningjin_officer, project.pk, ProjectChanges(planned_workers=40))
    workers = dict(PROJECT_FACT.values_list("period").annotate(Sum("planned_workers")))
    assert workers == {202212: 30, 202302: 10}
    assert investment_by_month() == {202212: 400 * WAN}


def test_only_the_newest_list_takes_a_changed_plan(ningjin_officer: Actor, project: Project) -> None:
    register_many(ningjin_officer, [entry(year=2023)])
    edit_project(ningjin_officer, project.pk, ProjectChanges(planned_pay_fen=100 * WAN))
    pay = dict(PROJECT_FACT.values_list("period").annotate(Sum("planned_pay_fen")))
    assert pay == {202212: 90 * WAN, 202312: 100 * WAN}


def test_another_track_is_posted_anew_on_all_lists(ningjin_officer: Actor, project: Project) -> None:
    register_many(ningjin_officer, [entry(year=2023)])
    edit_project(ningjin_officer, project.pk, ProjectChanges(track=Track.AGRI_PROMOTION))
    tracks = {t: n for t, n in PROJECT_FACT.values_list("track").annotate(Sum("projects")) if n}
    assert tracks == {Track.AGRI_PROMOTION.code: 2}


def test_a_project_may_not_be_moved_out_of_ones_own_division(ningjin_officer: Actor, project: Project) -> None:
    with pytest.raises(NotFound):
        edit_project(ningjin_officer, project.pk, ProjectChanges(division_code=FEIXIAN))


def test_a_name_that_another_project_of_the_county_has_is_refused(ningjin_officer: Actor, project: Project) -> None:
    register_project(ningjin_officer, entry(name="演示镇二期"))
    with pytest.raises(Conflict):
        edit_project(ningjin_officer, project.pk, ProjectChanges(name="演示镇（二期）"))


def test_an_owner_changes_particulars_but_no_money(project: Project) -> None:
    owner = make_actor(Role.OWNER, "371422", projects=frozenset({project.pk}))
    edit_project(owner, project.pk, ProjectChanges(implementer="演示施工单位"))
    with pytest.raises(NotPermitted):
        edit_project(owner, project.pk, ProjectChanges(investment_fen=1))


def test_a_project_outside_the_scope_is_not_found(project: Project, feixian_officer: Actor, stranger: Actor) -> None:
    for actor in (feixian_officer, stranger):
        with pytest.raises(NotFound):
            edit_project(actor, project.pk, ProjectChanges(remark="x"))
        with pytest.raises(NotFound):
            set_stage(actor, project.pk, "building")


def test_no_change_is_refused(ningjin_officer: Actor, project: Project) -> None:
    with pytest.raises(InvalidInput):
        edit_project(ningjin_officer, project.pk, ProjectChanges())


def test_the_stage_goes_forward_only_and_back_with_a_reason(ningjin_officer: Actor, project: Project) -> None:
    assert set_stage(ningjin_officer, project.pk, "main_done").stage == "main_done"
    with pytest.raises(RuleViolated) as caught:
        set_stage(ningjin_officer, project.pk, "building")
    assert caught.value.code == "I02"
    with pytest.raises(InvalidInput):
        correct_stage(ningjin_officer, project.pk, "building", reason=" ")
    assert correct_stage(ningjin_officer, project.pk, "building", reason="误填").stage == "building"


def test_an_unknown_stage_is_refused(ningjin_officer: Actor, project: Project) -> None:
    with pytest.raises(InvalidInput):
        set_stage(ningjin_officer, project.pk, "opened")
