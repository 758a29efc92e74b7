"""Changes, recalls and withdrawals: by order only, before and after kept, the ledger reversed, sealed figures untouched."""

from __future__ import annotations

from datetime import date

import pytest

from tests.work.funds.plan_build import (
    DEZHOU,
    NINGJIN,
    PROVINCE,
    TO_CITY,
    TO_COUNTY,
    TO_PROJECT,
    WAN,
    a_batch,
    a_root,
    forwarded,
    issued_fen,
    lump,
    offices,
    pass_on,
    plan_of,
    planned_project,
    responsible,
    reviewed,
    standing,
    to,
    year_plan,
)  # fmt: skip
from workrelief.base.audit.models import AuditEntry
from workrelief.figures.indicators.read import LIVE, Snapshot, read
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.kinds import FundType
from workrelief.kernel.period import Period
from workrelief.work.funds import queries, services
from workrelief.work.funds.models import ChangeOrder, PlanLine
from workrelief.work.lifecycle import queries as lives
from workrelief.work.projects import queries as projects
from workrelief.work.projects import services as project_services
from workrelief.work.projects.rules import Fund

FundFact = FACT_MODELS["fund_fact"]
pytestmark = pytest.mark.django_db
DAY = date(2022, 10, 20)


@pytest.fixture
def who():
    return offices()


def marks(who, project: int) -> tuple[str, ...]:
    return lives.lives_of(who.province.scope, [project])[project].marks


def test_a_shift_inside_a_county_is_decided_by_the_city_and_only_then_counts(who):
    first, second = planned_project(who.county, 1), planned_project(who.county, 2)
    batch, _ = forwarded(who, {first: 200 * WAN, second: 200 * WAN})
    shifts = [services.MoneyShift(first, 150 * WAN + 1), services.MoneyShift(second, 250 * WAN - 1)]
    order = services.propose_shift(who.county, batch.pk, shifts, reason="征地变化")
    assert order.decided_by_division == DEZHOU
    assert issued_fen(who.county, first) == 200 * WAN
    assert "adjusting" in marks(who, first)
    with pytest.raises(NotPermitted):
        services.approve_change(who.county, order.pk, document_no="批1", on=DAY)
    services.approve_change(who.city, order.pk, document_no="德批1", on=DAY)
    assert (issued_fen(who.county, first), issued_fen(who.county, second)) == (150 * WAN + 1, 250 * WAN - 1)
    assert standing(batch) == dict.fromkeys(("nation", "province", "city", "county"), 400 * WAN)
    assert (year_plan(first), year_plan(second)) == (150 * WAN + 1, 250 * WAN - 1)
    line = PlanLine.rows.get(project=first, batch=batch)
    assert (line.original_fen, line.amount_fen) == (200 * WAN, 150 * WAN + 1)
    assert "adjusting" not in marks(who, first)
    view = queries.change_order(who.county.scope, order.pk)
    assert [(i.before, i.after, i.delta_fen) for i in view.items] == [
        (str(200 * WAN), str(150 * WAN + 1), 1 - 50 * WAN), (str(200 * WAN), str(250 * WAN - 1), 50 * WAN - 1),
    ]  # fmt: skip
    assert AuditEntry.objects.filter(action="plan.approve_change").exists()
    with pytest.raises(Conflict, match="已批准"):
        services.approve_change(who.city, order.pk, document_no="德批1", on=DAY)


def test_a_shift_that_is_not_even_is_refused_with_the_difference(who):
    first, second = planned_project(who.county, 1), planned_project(who.county, 2)
    batch, _ = forwarded(who, {first: 200 * WAN, second: 200 * WAN})
    shifts = [services.MoneyShift(first, 150 * WAN), services.MoneyShift(second, 250 * WAN + 1)]
    with pytest.raises(RuleViolated, match=r"多0\.01元") as err:
        services.propose_shift(who.county, batch.pk, shifts, reason="征地变化")
    assert err.value.findings[0].facts["difference_fen"] == 1
    assert not ChangeOrder.rows.exists()


def test_lines_named_above_follow_a_shift_and_the_province_decides(who):
    first, second = planned_project(who.county, 1), planned_project(who.county, 2)
    batch = a_batch(who)
    reviewed(who, batch, {first: 100 * WAN, second: 100 * WAN})
    lines = [to(first, 100 * WAN), to(second, 100 * WAN)]
    province = pass_on(who.province, a_root(who, batch, 200 * WAN), lines, TO_CITY, no="鲁1")
    city = pass_on(who.city, province, lines, TO_COUNTY, no="德1")
    responsible(who.county, [first, second])
    pass_on(who.county, city, lines, TO_PROJECT, no="宁1")
    shifts = [services.MoneyShift(first, 50 * WAN), services.MoneyShift(second, 150 * WAN)]
    order = services.propose_shift(who.county, batch.pk, shifts, reason="征地变化")
    assert order.decided_by_division == PROVINCE
    services.approve_change(who.province, order.pk, document_no="鲁批1", on=DAY)
    amounts = PlanLine.rows.filter(project=first, batch=batch).values_list("amount_fen", flat=True)
    assert set(amounts) == {50 * WAN}
    assert set(standing(batch).values()) == {200 * WAN}


def test_an_order_on_lines_that_moved_meanwhile_is_refused_and_one_waits_at_a_time(who):
    first, second = planned_project(who.county, 1), planned_project(who.county, 2)
    batch, _ = forwarded(who, {first: 200 * WAN, second: 200 * WAN})
    shifts = [services.MoneyShift(first, 150 * WAN), services.MoneyShift(second, 250 * WAN)]
    order = services.propose_shift(who.county, batch.pk, shifts, reason="征地变化")
    with pytest.raises(Conflict, match="尚待审批"):
        services.propose_shift(who.county, batch.pk, shifts, reason="再来一次")
    PlanLine.rows.filter(project=first).update(amount_fen=199 * WAN)
    with pytest.raises(Conflict, match="重新提出"):
        services.approve_change(who.city, order.pk, document_no="批1", on=DAY)
    services.cancel_change(who.county, order.pk, reason="重新测算")
    assert marks(who, first) == ()


def test_recalled_money_waits_at_the_office_and_can_be_placed_again(who):
    first, second = planned_project(who.county, 1), planned_project(who.county, 2)
    batch = a_batch(who)
    reviewed(who, batch, {first: 100 * WAN, second: 100 * WAN})
    root = a_root(who, batch, 100 * WAN)
    province = pass_on(who.province, root, [lump(DEZHOU, 100 * WAN)], TO_CITY, no="鲁1")
    city = pass_on(who.city, province, [lump(NINGJIN, 100 * WAN)], TO_COUNTY, no="德1")
    responsible(who.county, [first, second])
    pass_on(who.county, city, [to(first, 100 * WAN)], TO_PROJECT, no="宁1")
    order = services.propose_recall(who.city, batch.pk, [services.MoneyShift(first, 40 * WAN)], reason="进度过慢")
    services.approve_change(who.city, order.pk, document_no="德收1", on=DAY)
    assert issued_fen(who.county, first) == 60 * WAN
    assert "fund_recalled" in marks(who, first)
    assert standing(batch) == {"nation": 100 * WAN, "province": 100 * WAN, "city": 60 * WAN, "county": 60 * WAN}
    (open_line,) = queries.unplaced(who.city.scope)
    assert (open_line.division_code, open_line.open_fen) == (DEZHOU, 40 * WAN)
    again = pass_on(who.city, province, [lump(NINGJIN, 40 * WAN)], date(2022, 10, 25), no="德2")
    pass_on(who.county, again, [to(second, 40 * WAN)], date(2022, 10, 28), no="宁2")
    assert issued_fen(who.county, second) == 40 * WAN
    assert set(standing(batch).values()) == {100 * WAN}
    with pytest.raises(InvalidInput, match="金额应在0到"):
        services.propose_recall(who.city, batch.pk, [services.MoneyShift(first, 61 * WAN)], reason="超额")


def test_content_and_targets_change_by_order_and_a_refused_order_changes_nothing(who):
    project = planned_project(who.county, 1)
    batch, _ = forwarded(who, {project: 100 * WAN})
    change = services.ContentChange(project, "硬化村内道路1.5公里，修涵洞2座")
    order = services.propose_content(who.county, batch.pk, change, reason="线位调整")
    services.refuse_change(who.city, order.pk, decision="理由不充分")
    assert projects.stored(who.county.scope, [project])[project].content == "硬化村内道路2公里"
    order = services.propose_content(who.county, batch.pk, change, reason="线位调整，有设计单位意见")
    services.approve_change(who.city, order.pk, document_no="德批2", on=DAY)
    assert projects.stored(who.county.scope, [project])[project].content == change.content
    order = services.propose_targets(who.county, batch.pk, project, {"wage_share": "35%"}, reason="提高占比")
    services.approve_change(who.city, order.pk, document_no="德批3", on=DAY)
    assert plan_of(who.county, project).targets["wage_share"] == "0.35"
    with pytest.raises(InvalidInput, match="没有要变更"):
        services.propose_targets(who.county, batch.pk, project, {"wage_share": "35%"}, reason="再来")
    with pytest.raises(NotFound):
        services.propose_content(who.other, batch.pk, change, reason="别县")


def test_money_of_plans_is_not_edited_on_the_project_page(who):
    project = planned_project(who.county, 1)
    forwarded(who, {project: 400 * WAN})
    funds = (Fund(FundType.CENTRAL_BUDGET, 400 * WAN, 300 * WAN), Fund(FundType.COUNTY, 100 * WAN))
    with pytest.raises(Conflict, match="来自投资计划"):
        project_services.edit_project(who.county, project, project_services.ProjectChanges(funds=funds))
    kept = (Fund(FundType.CENTRAL_BUDGET, 420 * WAN, 400 * WAN), Fund(FundType.COUNTY, 80 * WAN))
    project_services.edit_project(who.county, project, project_services.ProjectChanges(funds=kept))
    assert issued_fen(who.county, project) == 400 * WAN
    rows = list(FundFact._default_manager.filter(project_id=project, fund_type=1))
    assert (sum(r.planned_fen for r in rows), sum(r.issued_fen for r in rows)) == (420 * WAN, 400 * WAN)


def test_a_withdrawn_plan_takes_all_below_with_it_and_the_lives_back(who):
    project = planned_project(who.county, 1)
    batch, documents = forwarded(who, {project: 100 * WAN})
    services.withdraw_document(who.province, documents[1].pk, reason="国家调整计划", on=DAY)
    assert standing(batch) == {"nation": 100 * WAN}
    assert issued_fen(who.county, project) == year_plan(project) == 0
    assert lives.states_of(who.province.scope, [project])[project] == "prov_reviewed"
    assert PlanLine.rows.filter(batch=batch).count() == 4
    rows = list(FundFact._default_manager.filter(project_id=project, fund_type=1))
    assert sum(r.issued_fen for r in rows) == 0
    assert any(r.issued_fen == 100 * WAN for r in rows)
    assert any(r.issued_fen == -100 * WAN and r.reverses for r in rows)
    with pytest.raises(Conflict, match="已撤回"):
        services.withdraw_document(who.province, documents[1].pk, reason="再撤")
    with pytest.raises(Conflict, match="不能分解"):
        services.draft_decomposition(who.city, documents[1].pk, services.DocumentHead(), [lump(NINGJIN, WAN)])
    again = pass_on(who.province, documents[0], [lump(DEZHOU, 100 * WAN)], DAY, no="鲁2")
    assert again.state == "issued"
    assert lives.states_of(who.province.scope, [project])[project] == "plan_issued"


def test_a_draft_below_a_withdrawn_plan_cannot_be_issued(who):
    root = a_root(who, a_batch(who), 100 * WAN)
    province = pass_on(who.province, root, [lump(DEZHOU, 100 * WAN)], TO_CITY, no="鲁1")
    draft = services.draft_decomposition(who.city, province.pk, services.DocumentHead(), [lump(NINGJIN, 100 * WAN)])
    services.check_document(who.city, draft.pk)
    services.withdraw_document(who.province, province.pk, reason="国家调整计划", on=DAY)
    with pytest.raises(Conflict, match="上级文件已撤回"):
        services.issue_document(who.city, draft.pk, document_no="德1", on=DAY)


def test_every_sealed_figure_stays_after_a_withdrawal(who):
    project = planned_project(who.county, 1)
    _, documents = forwarded(who, {project: 100 * WAN})
    manifest = seal_period(who.province, Period("2022Q3")).name

    def central(name: str | None, period: str) -> int:
        table = read(
            ["central_issued"], scope=who.province.scope, period=Period(period), division=NINGJIN,
            source=Snapshot(name) if name else LIVE,
        )  # fmt: skip
        return int(table.figure("central_issued").value or 0)

    assert central(manifest, "2022Q3") == 100 * WAN
    services.withdraw_document(who.province, documents[1].pk, reason="国家调整计划", on=DAY)
    assert central(manifest, "2022Q3") == 100 * WAN
    assert central(None, "2022") == 0
    reversal = FundFact._default_manager.filter(project_id=project, reverses__isnull=False, issued_fen__lt=0)
    assert {row.occurred_on for row in reversal} == {DAY}
