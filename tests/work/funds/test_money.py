"""Receipts, payments and work done: balanced by source to the fen, never deleted, always in the ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.conftest import make_actor
from tests.work.funds.money_build import BRIDGING, CENTRAL, COUNTY, WAN, arrives, pays, special
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.access.scope import Scope
from workrelief.base.audit.models import AuditEntry
from workrelief.figures.indicators.explain import explain
from workrelief.figures.indicators.read import read
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.figures.ledger.seal import seal_months
from workrelief.figures.snapshots.services import refresh_live
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.findings import Severity
from workrelief.kernel.period import Period
from workrelief.work.funds.models import FundMove, MoveKind, PayeeKind
from workrelief.work.funds.queries import money as queries
from workrelief.work.funds.services import money
from workrelief.work.projects.services import ProjectChanges, edit_project

pytestmark = pytest.mark.django_db
MOVE_FACT = FACT_MODELS["fund_move_fact"]._default_manager
Y2022 = Period("2022")


@pytest.fixture
def project(ningjin_officer: Actor) -> int:
    return special(ningjin_officer)


def figures(scope: Scope, *ids: str) -> list[object]:
    table = read(ids, scope=scope, period=Y2022)
    return [table.figure(i).value for i in ids]


def test_receipts_payments_and_work_done_reach_the_figures_and_lead_back(ningjin_officer, project):
    done = money.record(
        ningjin_officer,
        [
            arrives(project, 300 * WAN), pays(project, 120 * WAN), money.investment(project, 202208, 100 * WAN),
            money.investment(project, 202209, 50 * WAN, fund_type=CENTRAL), money.year_plan(project, 2022, 200 * WAN),
        ],
    )  # fmt: skip
    assert done.findings == ()
    scope = ningjin_officer.scope
    assert figures(scope, "payment_rate", "completion_rate", "start_rate") == [Decimal("0.3"), Decimal("0.75"), 1]
    rate = read(["payment_rate"], scope=scope, period=Y2022).figure("payment_rate")
    (row,) = explain(rate, scope=scope).rows
    assert row.value == 120 * WAN
    voucher = queries.move(scope, row.source_ref)
    assert (voucher.kind, voucher.voucher_no, voucher.payee) == ("payment", "付1", "演示施工有限公司")
    by_source = queries.structure(scope, Y2022)
    assert by_source.figure("funds_received", "central_budget").value == 300 * WAN
    assert by_source.figure("funds_planned", "county").value == 100 * WAN
    assert queries.leverage(scope, Y2022, by=()).figure("leverage").value == Decimal("0.25")
    said = AuditEntry.objects.order_by("id").last()
    assert (said.action, said.difference["payment_fen"], said.difference["rows"]) == ("money.record", 120 * WAN, 5)


def test_paying_one_fen_more_than_issued_is_refused_with_the_difference(ningjin_officer, project):
    money.record(ningjin_officer, [arrives(project, 400 * WAN), pays(project, 400 * WAN - 1)])
    with pytest.raises(RuleViolated) as refused:
        money.record(ningjin_officer, [pays(project, 2, no="付2")])
    assert refused.value.code == "J03"
    assert "多0.01元" in refused.value.message
    assert FundMove.rows.count() == MOVE_FACT.count() == 2
    money.record(ningjin_officer, [pays(project, 1, no="付2")])
    assert queries.balances(ningjin_officer.scope, [project])[project].source(CENTRAL).paid_fen == 400 * WAN


def test_each_source_is_held_against_its_own_amount(ningjin_officer, project):
    """Reading 19: what central money has left over does not help a source that has none."""
    with pytest.raises(RuleViolated, match="中央衔接资金"):
        money.record(ningjin_officer, [pays(project, 1, fund=BRIDGING)])
    money.record(ningjin_officer, [arrives(project, 100 * WAN, fund=COUNTY), pays(project, 100 * WAN, fund=COUNTY)])
    with pytest.raises(RuleViolated, match="批复的"):
        money.record(ningjin_officer, [pays(project, 1, no="付2", fund=COUNTY)])


def test_what_does_not_block_is_said(ningjin_officer, project):
    done = money.record(
        ningjin_officer,
        [arrives(project, 50 * WAN), pays(project, 60 * WAN), money.investment(project, 202208, 40 * WAN)],
    )
    assert [(f.rule_id, f.severity) for f in done.findings] == [
        ("J03a", Severity.SERIOUS), ("J03a", Severity.WARNING),
    ]  # fmt: skip
    assert "多100,000.00元" in done.findings[0].message
    over = money.record(ningjin_officer, [arrives(project, 400 * WAN, no="到2")])
    assert ["500,000.00" in f.message for f in over.findings] == [True]
    built = money.record(ningjin_officer, [money.investment(project, 202209, 461 * WAN)])
    assert [f.rule_id for f in built.findings] == ["C08"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount_fen": 0}, "money.amount"), ({"amount_fen": -5}, "money.amount"), ({"amount_fen": 1.0}, "money.amount"),
        ({"fund_type": None}, "money.source"), ({"voucher_no": " "}, "money.voucher"), ({"payee": ""}, "money.payee"),
        ({"payee_kind": "friend"}, "money.payee"), ({"happened_on": date(2999, 1, 1)}, "money.day"),
    ],
)  # fmt: skip
def test_malformed_vouchers_are_refused(ningjin_officer, project, change, code):
    good = pays(project, 100)
    with pytest.raises(InvalidInput) as refused:
        money.record(ningjin_officer, [money.MoveIn(**{**vars(good), **change})])
    assert refused.value.code == code


def test_a_wrong_voucher_is_reversed_and_never_deleted(ningjin_officer, project):
    (wrong, _) = money.record(ningjin_officer, [pays(project, 120 * WAN), arrives(project, 300 * WAN)]).ids
    with pytest.raises(InvalidInput):
        money.reverse(ningjin_officer, wrong, reason="错")
    row = money.reverse(ningjin_officer, wrong, reason="收款单位登记错误")
    assert (row.state, row.amount_fen, row.reversed_by_name) == ("reversed", 120 * WAN, ningjin_officer.name)
    with pytest.raises(Conflict):
        money.reverse(ningjin_officer, wrong, reason="收款单位登记错误")
    assert figures(ningjin_officer.scope, "funds_paid") == [0]
    assert [f.paid_fen for f in MOVE_FACT.exclude(paid_fen=0).order_by("id")] == [120 * WAN, -120 * WAN]
    money.record(ningjin_officer, [pays(project, 110 * WAN)])  # the number is free again
    assert figures(ningjin_officer.scope, "funds_paid") == [110 * WAN]
    shown = queries.moves(ningjin_officer.scope, queries.MoveFilter(kinds=("payment",)))
    assert [(m.state, m.amount_fen) for m in shown.order_by("id")] == [
        ("reversed", 120 * WAN), ("posted", 110 * WAN),
    ]  # fmt: skip


def test_a_voucher_or_a_month_stands_once(ningjin_officer, project):
    money.record(ningjin_officer, [pays(project, 5), money.investment(project, 202208, 7)])
    with pytest.raises(Conflict, match="付1"):
        money.record(ningjin_officer, [pays(project, 6)])
    with pytest.raises(Conflict, match="202208"):
        money.record(ningjin_officer, [money.investment(project, 202208, 9)])
    with pytest.raises(Conflict, match="两次"):
        money.record(ningjin_officer, [pays(project, 1, no="付9"), pays(project, 1, no="付9")])
    money.record(ningjin_officer, [pays(project, 6, to="演示监理公司", kind=PayeeKind.SUPERVISOR)])
    money.record(ningjin_officer, [money.investment(project, 202208, 2, fund_type=CENTRAL)])


def follow(actor, project, fen, year=2022):
    return money.follow_plans(actor, {project: fen}, year, action="money.record")


def test_a_year_plan_follows_the_issued_plans_until_an_office_registers_its_own(ningjin_officer, project):
    follow(ningjin_officer, project, 200 * WAN)
    follow(ningjin_officer, project, 200 * WAN)
    follow(ningjin_officer, project, 180 * WAN)
    follow(ningjin_officer, project, 20 * WAN, 2023)
    assert figures(ningjin_officer.scope, "year_plan", "planned_projects") == [180 * WAN, 1]
    plans = FundMove.rows.filter(kind=MoveKind.YEAR_PLAN, month=2022).order_by("id")
    assert [(p.state, p.amount_fen) for p in plans] == [("reversed", 200 * WAN), ("posted", 180 * WAN)]
    follow(ningjin_officer, project, 0, 2023)
    assert not FundMove.rows.filter(kind=MoveKind.YEAR_PLAN, month=2023, state="posted").exists()
    money.record(ningjin_officer, [money.year_plan(project, 2022, 300 * WAN, remark="含地方配套")])
    follow(ningjin_officer, project, 150 * WAN)
    assert figures(ningjin_officer.scope, "year_plan") == [300 * WAN]


def test_a_late_voucher_of_a_sealed_month_counts_as_a_correction_today(ningjin_officer, project, travel):
    from datetime import datetime

    travel(datetime(2023, 2, 3, 9).astimezone())
    seal_months(Y2022, by="测试")
    (pk, _) = money.record(ningjin_officer, [pays(project, 120 * WAN), arrives(project, 300 * WAN)]).ids
    row = FundMove.rows.get(pk=pk)
    assert (row.happened_on, row.posted_on) == (date(2022, 9, 5), date(2023, 2, 3))
    assert figures(ningjin_officer.scope, "funds_paid") == [None]
    with pytest.raises(Conflict, match="封存"):
        money.record(ningjin_officer, [money.investment(project, 202208, 5)])
    money.reverse(ningjin_officer, pk, reason="重复登记的凭证")
    assert read(["funds_paid"], scope=ningjin_officer.scope, period=Period("2023")).figure("funds_paid").value == 0


def test_money_of_another_county_is_out_of_reach(ningjin_officer, feixian_officer, project):
    (pk,) = money.record(ningjin_officer, [arrives(project, 5)]).ids
    for act in (
        lambda: money.record(feixian_officer, [pays(project, 5)]),
        lambda: money.reverse(feixian_officer, pk, reason="不是本县的凭证"),
        lambda: queries.move(feixian_officer.scope, pk),
        lambda: queries.project_money(feixian_officer.scope, project),
    ):
        with pytest.raises(NotFound):
            act()
    assert queries.balances(feixian_officer.scope, [project]) == {}
    assert list(queries.moves(feixian_officer.scope)) == []
    with pytest.raises(NotPermitted):
        money.record(make_actor(Role.INSPECTOR, "37"), [pays(project, 5)])
    owner = make_actor(Role.OWNER, "371422", projects=frozenset({project}))
    money.record(owner, [pays(project, 5)])
    with pytest.raises(NotPermitted):
        money.reverse(owner, pk, reason="业主不能自行冲回")


def test_many_rows_cost_as_many_statements_as_few(ningjin_officer, django_assert_max_num_queries):
    ids = [special(ningjin_officer, number=n) for n in range(1, 13)]
    with django_assert_max_num_queries(24):
        money.record(
            ningjin_officer,
            [e for p in ids for e in (arrives(p, 9), pays(p, 3), money.investment(p, 202208, 4))],
        )
    assert FundMove.rows.count() == 36


# ---------- idle money ----------


def test_idle_money_by_age_the_first_that_came_is_the_first_spent(ningjin_officer, project):
    money.record(
        ningjin_officer,
        [
            arrives(project, 100, date(2022, 1, 1), no="一"), arrives(project, 50, date(2022, 7, 3), no="二"),
            arrives(project, 30, date(2022, 9, 30), no="三"), pays(project, 90, date(2022, 5, 1)),
            arrives(project, 40, date(2022, 7, 2), fund=COUNTY, no="四"),
        ],
    )  # fmt: skip
    idle = queries.idle_money(ningjin_officer.scope, on=date(2022, 9, 30))
    assert [(c.label, idle.by_class[c.id]) for c in idle.classes] == [
        ("0—30天", 30), ("31—90天", 90), ("91—180天", 0), ("181—360天", 10), ("360天以上", 0),
    ]  # fmt: skip
    assert (idle.total_fen, idle.late_fen) == (130, 10)
    assert idle.by_division == {"371400000000": dict(idle.by_class)}
    next_day = queries.idle_money(ningjin_officer.scope, on=date(2022, 10, 1))
    assert next_day.late_fen == 50  # the county's 40 are on their 91st day, the central 50 on their 90th
    assert [(s.fund_type, s.oldest_days) for s in next_day.late] == [(CENTRAL, 273), (COUNTY, 91)]
    assert queries.idle_money(ningjin_officer.scope, on=date(2022, 4, 1)).total_fen == 100


def test_the_page_of_a_project_says_what_lies_idle(ningjin_officer, project):
    money.record(ningjin_officer, [arrives(project, 100 * WAN), pays(project, 30 * WAN)])
    shown = queries.project_money(ningjin_officer.scope, project, on=date(2022, 11, 9))
    assert [f.rule_id for f in shown.findings] == ["J04", "J01"]
    assert "700,000.00元到位超过90天" in shown.findings[0].message
    assert shown.rates.figure("payment_rate", str(project)).value == Decimal("0.075")
    day_before = queries.project_money(ningjin_officer.scope, project, on=date(2022, 11, 8))
    assert [f.rule_id for f in day_before.findings] == ["J01"]


def test_rates_that_fall_behind_time_are_said_of_projects_and_counties(ningjin_officer, project):
    money.record(
        ningjin_officer,
        [
            arrives(project, 400 * WAN), pays(project, 190 * WAN), money.investment(project, 202206, 99 * WAN),
            money.year_plan(project, 2022, 200 * WAN),
        ],
    )  # fmt: skip
    half = date(2022, 7, 2)  # day 183 of 365: 95 % × 183/365 = 47.63 %
    (said,) = [f for f in queries.project_money(ningjin_officer.scope, project, on=half).findings if f.rule_id[:2] == "J0"
               and "时序" in f.message]  # fmt: skip
    assert said.rule_id == "J01"
    assert "今年资金支付率47.5%" in said.message
    assert "应达47.6%" in said.message
    behind = queries.behind_schedule(ningjin_officer.scope, on=date(2022, 7, 20))
    assert {code: [f.rule_id for f in found] for code, found in behind.items()} == {"371422000000": ["J01", "J02"]}
    assert queries.behind_schedule(ningjin_officer.scope, on=date(2022, 3, 1)) == {}


def test_a_project_stays_in_its_place_while_vouchers_stand_for_it(ningjin_officer, dezhou_officer, project):
    (pk,) = money.record(ningjin_officer, [arrives(project, 5)]).ids
    move_away = ProjectChanges(division_code="371482000000")
    with pytest.raises(Conflict, match="凭证"):
        edit_project(dezhou_officer, project, move_away)
    edit_project(dezhou_officer, project, ProjectChanges(owner_name="演示镇人民政府"))
    money.reverse(ningjin_officer, pk, reason="登记到别的项目了")
    edit_project(dezhou_officer, project, move_away)


def test_live_figures_and_the_mirror_say_the_same_of_money(ningjin_officer, project):
    (pk, *_) = money.record(
        ningjin_officer, [arrives(project, 3), pays(project, 2), arrives(project, 1, no="到2", fund=COUNTY)]
    ).ids
    money.reverse(ningjin_officer, pk, reason="到账日登记错误")
    ids = ("funds_received", "funds_paid", "central_received", "leverage_received")
    live = figures(ningjin_officer.scope, *ids)
    refresh_live()
    assert figures(ningjin_officer.scope, *ids) == live == [1, 2, 0, None]
