"""Recall at every level, the nation's included; money that was paid is not taken; a withdrawal closes what waits on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.conftest import make_actor
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
    planned_project,
    responsible,
    reviewed,
    standing,
    to,
    year_plan,
)  # fmt: skip
from workrelief.base.access.permissions import Role
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.kinds import FundType
from workrelief.work.funds import queries, services
from workrelief.work.funds.models import PlanLine
from workrelief.work.funds.queries.overview import batch_rows
from workrelief.work.funds.services import money
from workrelief.work.lifecycle import queries as lives

pytestmark = pytest.mark.django_db
DAY = date(2022, 10, 20)


@pytest.fixture
def who():
    return offices()


def levels(*amounts: int) -> dict[str, int]:
    return dict(zip(("nation", "province", "city", "county"), amounts, strict=True))


def handed_back(who_asks, who_decides, line_id: int, fen: int, number: str) -> None:
    order = services.propose_hand_back(who_asks, line_id, fen, reason="国家收回")
    services.approve_change(who_decides, order.pk, document_no=number, on=DAY)


def only_line(document) -> int:
    return int(PlanLine.rows.get(document=document).pk)


def test_the_nation_takes_back_what_a_project_had(who):
    project = planned_project(who.county, 1)
    batch, documents = forwarded(who, {project: 100 * WAN})
    order = services.propose_recall(who.province, batch.pk, [services.MoneyShift(project, 40 * WAN)], reason="国家收回")
    services.approve_change(who.province, order.pk, document_no="鲁收1", on=DAY)
    assert standing(batch) == levels(100 * WAN, 60 * WAN, 60 * WAN, 60 * WAN)
    handed_back(who.province, who.province, only_line(documents[0]), 40 * WAN, "发改投资收〔2022〕1号")
    assert standing(batch) == dict.fromkeys(("nation", "province", "city", "county"), 60 * WAN)
    assert queries.unplaced(who.province.scope) == ()
    (row,) = batch_rows(who.province.scope, [batch])
    assert (row.received_fen, row.to_projects_fen, row.open_fen) == (60 * WAN, 60 * WAN, 0)
    assert issued_fen(who.county, project) == year_plan(project) == 60 * WAN


def test_money_nobody_placed_goes_up_level_by_level_each_decided_by_who_gave_it(who):
    batch = a_batch(who)
    root = a_root(who, batch, 100 * WAN)
    province = pass_on(who.province, root, [lump(DEZHOU, 100 * WAN)], TO_CITY, no="鲁1")
    city = pass_on(who.city, province, [lump(NINGJIN, 100 * WAN)], TO_COUNTY, no="德1")
    order = services.propose_hand_back(who.county, only_line(city), 30 * WAN, reason="项目不具备条件")
    assert order.decided_by_division == DEZHOU
    assert standing(batch) == {"nation": 100 * WAN, "province": 100 * WAN, "city": 100 * WAN}
    services.approve_change(who.city, order.pk, document_no="德收1", on=DAY)
    assert standing(batch) == {"nation": 100 * WAN, "province": 100 * WAN, "city": 70 * WAN}
    up = services.propose_hand_back(who.city, only_line(province), 30 * WAN, reason="项目不具备条件")
    assert up.decided_by_division == PROVINCE
    services.approve_change(who.province, up.pk, document_no="鲁收1", on=DAY)
    handed_back(who.province, who.province, only_line(root), 30 * WAN, "国收1")
    assert standing(batch) == {"nation": 70 * WAN, "province": 70 * WAN, "city": 70 * WAN}


def test_an_office_above_takes_unplaced_money_to_itself_and_the_levels_between_follow(who):
    batch = a_batch(who)
    root = a_root(who, batch, 100 * WAN)
    province = pass_on(who.province, root, [lump(DEZHOU, 100 * WAN)], TO_CITY, no="鲁1")
    city = pass_on(who.city, province, [lump(NINGJIN, 100 * WAN)], TO_COUNTY, no="德1")
    handed_back(who.province, who.province, only_line(city), 25 * WAN, "鲁收1")
    assert standing(batch) == {"nation": 100 * WAN, "province": 75 * WAN, "city": 75 * WAN}
    (left,) = [one for one in queries.unplaced(who.province.scope) if one.division_code == PROVINCE]
    assert left.open_fen == 25 * WAN


def test_only_what_is_open_and_in_reach_may_be_handed_back(who):
    project = planned_project(who.county, 1)
    batch, documents = forwarded(who, {project: 100 * WAN})
    with pytest.raises(InvalidInput, match=r"尚未分解0\.00元"):
        services.propose_hand_back(who.city, only_line(documents[1]), 1, reason="收回")
    with pytest.raises(NotFound):
        services.propose_hand_back(who.county, only_line(documents[3]), 1, reason="收回")
    stranger = make_actor(Role.CITY_OFFICER, "3713")
    with pytest.raises(NotFound):
        services.propose_hand_back(stranger, only_line(documents[1]), 1, reason="收回")
    assert standing(batch) == dict.fromkeys(("nation", "province", "city", "county"), 100 * WAN)


def test_whoever_asks_does_not_decide_and_another_office_neither(who):
    batch = a_batch(who)
    root = a_root(who, batch, 100 * WAN)
    asks, decides = (replace(who.province, user_id=number) for number in (11, 12))
    order = services.propose_hand_back(asks, only_line(root), 10 * WAN, reason="国家收回")
    for actor in (asks, who.city):
        with pytest.raises((NotPermitted, NotFound)):
            services.approve_change(actor, order.pk, document_no="国收1", on=DAY)
    services.approve_change(decides, order.pk, document_no="国收1", on=DAY)
    assert standing(batch) == {"nation": 90 * WAN}
    with pytest.raises(Conflict):
        services.approve_change(decides, order.pk, document_no="国收2", on=DAY)


def test_money_that_was_placed_meanwhile_is_not_handed_back(who):
    batch = a_batch(who)
    root = a_root(who, batch, 100 * WAN)
    order = services.propose_hand_back(who.province, only_line(root), 10 * WAN, reason="国家收回")
    pass_on(who.province, root, [lump(DEZHOU, 100 * WAN)], TO_CITY, no="鲁1")
    with pytest.raises(RuleViolated, match=r"可分解900,000\.00元，已分解1,000,000\.00元，多100,000\.00元"):
        services.approve_change(who.province, order.pk, document_no="国收1", on=DAY)
    assert standing(batch) == {"nation": 100 * WAN, "province": 100 * WAN}


def test_money_that_was_paid_is_neither_recalled_nor_shifted_away(who):
    first, second = planned_project(who.county, 1), planned_project(who.county, 2)
    batch, _ = forwarded(who, {first: 100 * WAN, second: 100 * WAN})
    fund = FundType.CENTRAL_BUDGET
    paid = money.record(
        who.county,
        [
            money.receipt(first, fund, 80 * WAN, TO_PROJECT, voucher_no="到1"),
            money.payment(
                first, fund, 70 * WAN, TO_PROJECT, voucher_no="付1", payee_kind="contractor", payee="演示公司"
            ),
        ],
    )
    recall = [services.MoneyShift(first, 30 * WAN + 1)]
    with pytest.raises(RuleViolated, match=r"已支付700,000.00元.*少0.01元") as err:
        services.propose_recall(who.city, batch.pk, recall, reason="进度过慢")
    assert err.value.code == "J03"
    order = services.propose_recall(who.city, batch.pk, [services.MoneyShift(first, 30 * WAN)], reason="进度过慢")
    money.record(
        who.county,
        [money.payment(first, fund, 1, TO_PROJECT, voucher_no="付2", payee_kind="contractor", payee="演示公司")],
    )
    with pytest.raises(RuleViolated, match=r"少0\.01元"):
        services.approve_change(who.city, order.pk, document_no="德收1", on=DAY)
    assert issued_fen(who.county, first) == 100 * WAN
    services.cancel_change(who.city, order.pk, reason="先追回资金")
    money.reverse(who.county, paid.ids[1], reason="资金已追回")
    again = services.propose_recall(who.city, batch.pk, [services.MoneyShift(first, 90 * WAN)], reason="进度过慢")
    services.approve_change(who.city, again.pk, document_no="德收2", on=DAY)
    assert issued_fen(who.county, first) == 10 * WAN


def test_after_money_of_a_second_document_was_recalled_the_first_is_still_in_reach(who):
    project = planned_project(who.county, 1)
    batch = a_batch(who)
    reviewed(who, batch, {project: 150 * WAN})
    province = pass_on(who.province, a_root(who, batch, 150 * WAN), [lump(DEZHOU, 150 * WAN)], TO_CITY, no="鲁1")
    first = pass_on(who.city, province, [lump(NINGJIN, 150 * WAN)], TO_COUNTY, no="德1")
    responsible(who.county, [project])
    pass_on(who.county, first, [to(project, 150 * WAN)], TO_PROJECT, no="宁1")
    take = services.propose_recall(who.city, batch.pk, [services.MoneyShift(project, 50 * WAN)], reason="重新安排")
    services.approve_change(who.city, take.pk, document_no="德收1", on=DAY)
    second = pass_on(who.city, province, [lump(NINGJIN, 50 * WAN)], DAY, no="德2")
    pass_on(who.county, second, [to(project, 50 * WAN)], DAY, no="宁2")
    for fen, number in ((50 * WAN, "德收2"), (100 * WAN, "德收3")):
        order = services.propose_recall(who.city, batch.pk, [services.MoneyShift(project, fen)], reason="停建")
        services.approve_change(who.city, order.pk, document_no=number, on=DAY)
    assert issued_fen(who.county, project) == 0


def test_a_withdrawal_cancels_the_orders_that_wait_on_its_lines(who):
    first, second = planned_project(who.county, 1), planned_project(who.county, 2)
    batch, documents = forwarded(who, {first: 200 * WAN, second: 200 * WAN})
    shifts = [services.MoneyShift(first, 150 * WAN), services.MoneyShift(second, 250 * WAN)]
    order = services.propose_shift(who.county, batch.pk, shifts, reason="征地变化")
    services.withdraw_document(who.province, documents[1].pk, reason="国家调整计划", on=DAY)
    view = queries.change_order(who.county.scope, order.pk)
    assert view.state.id == "cancelled"
    assert "鲁发改演〔2022〕1号" in view.decision
    assert "adjusting" not in lives.lives_of(who.province.scope, [first])[first].marks
    with pytest.raises(Conflict):
        services.approve_change(who.city, order.pk, document_no="德批1", on=DAY)
