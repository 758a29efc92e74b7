"""The labour-pay share: the strictest limit wins, exactly at the mark, judged by the law of the plan's own time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import make_actor
from tests.figures import build
from tests.work.funds.money_build import BRIDGING, CENTRAL, COUNTY, NINGJIN, PROVINCIAL, WAN, arrives, special
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.figures.indicators.explain import explain
from workrelief.kernel.errors import NotFound
from workrelief.kernel.findings import Severity
from workrelief.kernel.kinds import FundType, Track
from workrelief.work.funds.queries import share as queries
from workrelief.work.funds.queries.facts import voucher_facts
from workrelief.work.funds.rules.share import Issue, Money, ShareCase, judge
from workrelief.work.funds.services import money
from workrelief.work.projects.rules import Fund
from workrelief.work.projects.services import set_stage

NEW, OLD = date(2022, 7, 1), date(2022, 6, 30)


def case(
    paid: int, *, central: int = 1_000, on: date = NEW, fund: FundType = CENTRAL, batch: str = "", **more
) -> ShareCase:
    """A project with `central` fen of one fund issued on a day, and `paid` fen of labour pay."""
    values = {
        "name": "演示项目",
        "division_code": NINGJIN,
        "central_fen": central if fund.is_central else 0,
        "provincial_fen": 0 if fund.is_central else central,
        "paid_fen": paid,
        "money": (Money(fund, central, (Issue(on, batch),)),),
    }
    return ShareCase(**(values | more))


# ---------- what is asked ----------


def test_thirty_per_cent_is_met_to_the_fen():
    assert judge(case(300)).is_met
    assert judge(case(300)).share == Decimal("0.3")
    short = judge(case(299))
    assert not short.is_met
    assert short.missing_fen == 1
    odd = judge(case(300, central=1_001))  # 30 % of 10.01 yuan is 300.3 fen
    assert not odd.is_met
    assert odd.missing_fen == 1
    assert judge(case(301, central=1_001)).is_met


@pytest.mark.parametrize(
    ("fund", "on", "share"),
    [
        (CENTRAL, date(2016, 5, 1), "0.15"), (CENTRAL, OLD, "0.15"), (CENTRAL, NEW, "0.30"),
        (BRIDGING, date(2021, 1, 1), "0.20"), (BRIDGING, date(2023, 3, 1), "0.20"),
    ],
)  # fmt: skip
def test_a_project_is_judged_by_the_floor_of_its_time(fund, on, share):
    found = judge(case(0, fund=fund, on=on))
    assert found.floor is not None
    assert found.floor.share == Decimal(share)
    assert found.floor.parameter == "labour_pay_share_floor"
    assert found.floor.cite.source
    assert f"{on.year}年{on.month}月" in found.floor.basis


def test_before_there_was_a_rule_nothing_is_asked():
    assert judge(case(0, on=date(2010, 1, 1))).applied is None
    assert judge(case(0, on=date(2010, 1, 1))).is_met
    assert judge(case(0, fund=PROVINCIAL)).applied is None  # the province has not set one


def test_the_strictest_wins():
    mixed = case(
        0, central=1_000,
        money=(Money(CENTRAL, 600, (Issue(OLD), Issue(NEW))), Money(BRIDGING, 400, (Issue(NEW),))),
    )  # fmt: skip
    found = judge(mixed)
    assert [(r.rule_id, r.share) for r in found.requirements] == [
        ("F01", Decimal("0.15")), ("F01", Decimal("0.30")), ("F02", Decimal("0.20")),
    ]  # fmt: skip
    assert (found.applied.rule_id, found.applied.required_fen) == ("F01", 300)
    promised = judge(case(0, promised_share=Decimal("0.42"), target_share=Decimal("0.35"), promised_pay_fen=360))
    assert (promised.applied.rule_id, promised.applied.label, promised.applied.share) == (
        "F04",
        "承诺比例",
        Decimal("0.42"),
    )
    assert promised.floor.share == Decimal("0.30")
    wuxi = judge(case(0, central=676 * WAN, promised_pay_fen=206 * WAN))  # 206 万元 is more than 202.8 万元
    assert (wuxi.applied.label, wuxi.applied.required_fen, wuxi.missing_fen) == ("承诺金额", 206 * WAN, 206 * WAN)
    less = judge(case(0, central=676 * WAN, promised_pay_fen=200 * WAN))
    assert less.applied.rule_id == "F01"


def test_a_region_may_ask_more_and_provincial_money_is_its_own_base():
    fujian = judge(case(0, fund=PROVINCIAL, on=date(2024, 5, 1), division_code="350102000000"))
    assert (fujian.applied.kind, fujian.applied.rule_id, fujian.applied.share) == ("region", "F03", Decimal("0.15"))
    assert fujian.base_label == "省级资金"
    assert fujian.applied.parameter == "labour_pay_share_floor_local"
    assert judge(case(0, fund=PROVINCIAL, on=date(2023, 5, 1), division_code="350102000000")).applied is None


def test_a_batch_may_ask_more(monkeypatch):
    from workrelief.work.funds.rules import share as rules

    real = rules.find_parameter

    def with_batch(name, **how):
        found = real(name, **how)
        if name == rules.BATCH_FLOOR and how["batch"] == "2023-central_budget-1":
            return type(found)(Decimal("0.35"), found.unit, found.cite, found.id, found.label, found.start)
        return found

    monkeypatch.setattr(rules, "find_parameter", with_batch)
    found = judge(case(0, batch="2023-central_budget-1"))
    assert (found.applied.kind, found.applied.share) == ("batch", Decimal("0.35"))
    assert judge(case(0, batch="2023-central_budget-2")).applied.kind == "nation"


def test_without_money_there_is_nothing_to_measure_by():
    found = judge(ShareCase("演示项目", NINGJIN, 0, 0, 500))
    assert (found.share, found.applied, found.forecast_share) == (None, None, None)


# ---------- where it is heading ----------


def test_the_forecast_is_exact_and_says_when_there_is_not_enough_data():
    found = judge(case(100, invested_fen=1, investment_fen=3))
    assert (found.progress, found.forecast_fen, found.forecast_share) == (Decimal(1) / 3, 300, Decimal("0.3"))
    nothing = judge(case(100, invested_fen=0, investment_fen=3, is_building=True))
    assert (nothing.progress, nothing.forecast_fen, nothing.forecast_is_met) == (None, None, None)
    assert not nothing.has_enough_data
    assert nothing.findings == ()
    over = judge(case(100, invested_fen=9, investment_fen=3))
    assert (over.progress, over.forecast_fen) == (1, 100)


def test_the_yellow_card_is_shown_a_fen_below_the_pace_and_only_while_building():
    half = {"invested_fen": 500, "investment_fen": 1_000}
    assert judge(case(150, **half, is_building=True)).findings == ()
    (card,) = judge(case(149, **half, is_building=True)).findings
    assert (card.rule_id, card.severity) == ("F01", Severity.WARNING)
    assert "投资完成50.00%" in card.message
    assert "少0.01元" in card.message
    assert judge(case(0, **half)).findings == ()
    assert judge(case(299, invested_fen=1_000, investment_fen=1_000)).findings == ()  # acceptance is the gate, not this


def test_the_pace_is_that_of_the_promise_when_it_is_stricter():
    half = {"invested_fen": 500, "investment_fen": 1_000, "is_building": True, "promised_share": Decimal("0.42")}
    assert judge(case(210, **half)).findings == ()
    (card,) = judge(case(209, **half)).findings
    assert card.rule_id == "F04"


def test_a_lag_of_more_than_thirty_points_is_called_building_without_relief():
    half = {"invested_fen": 500, "investment_fen": 1_000, "is_building": True}
    assert [f.rule_id for f in judge(case(60, **half)).findings] == ["F01"]  # 50 % built, 60 of 300 paid: on the line
    pace, lag = judge(case(59, **half)).findings
    assert (pace.rule_id, lag.rule_id, lag.severity) == ("F01", "A03", Severity.WARNING)
    assert "投资完成率50.00%，劳务报酬完成率19.67%" in lag.message
    assert "相差30.33个百分点，超过30.00个百分点的预警线" in lag.message
    assert lag.cite.source == "ndrc-57"
    assert not judge(case(59, **half | {"is_building": False})).findings
    assert not judge(case(0, central=0, **half)).findings


@given(paid=st.integers(0, 10**12), built=st.integers(1, 10**12), total=st.integers(1, 10**12))
def test_a_wide_lag_is_always_behind_its_pace_too(paid, built, total):
    said = [f.rule_id for f in judge(case(paid, invested_fen=built, investment_fen=total, is_building=True)).findings]
    done = min(built, total)
    assert ("A03" in said) == (10 * done * 300 - 10 * paid * total > 3 * total * 300)
    assert said in ([], ["F01"], ["F01", "A03"])


@given(
    paid=st.integers(0, 10**12), central=st.integers(1, 10**12), built=st.integers(0, 10**12),
    total=st.integers(1, 10**12), promised=st.none() | st.integers(1, 10**12),
)  # fmt: skip
def test_pace_and_requirement_agree_with_whole_number_arithmetic(paid, central, built, total, promised):
    found = judge(
        case(
            paid, central=central, invested_fen=built, investment_fen=total, promised_pay_fen=promised, is_building=True
        )
    )
    required_x100 = max(30 * central, 100 * (promised or 0))
    assert found.is_met == (100 * paid >= required_x100)
    assert found.missing_fen == max(0, -((100 * paid - required_x100) // 100))
    done = min(built, total)
    assert found.is_behind == (done > 0 and 100 * paid * total < done * required_x100)
    if found.missing_fen:
        assert judge(case(paid + found.missing_fen, central=central, promised_pay_fen=promised)).is_met


# ---------- from the ledger ----------


def wages(project: int, fen: int, on: date = date(2022, 9, 20), worker: int = 1) -> None:
    build.pay(build.a_pay_row(worker, project=project, paid=fen, on=on, track=build.SPECIAL))


@pytest.mark.django_db
def test_the_share_is_live_and_every_part_of_it_can_be_explained(ningjin_officer: Actor):
    project = special(ningjin_officer)
    wages(project, 100 * WAN)
    wages(project, 19 * WAN, date(2023, 1, 10))
    money.record(ningjin_officer, [money.investment(project, 202209, 250 * WAN), arrives(project, 300 * WAN)])
    set_stage(ningjin_officer, project, "building")
    found = queries.share(ningjin_officer.scope, project, on=date(2023, 2, 1))
    share = found.share
    assert (share.paid_fen, share.base_fen, share.share) == (119 * WAN, 400 * WAN, Decimal("0.2975"))
    assert (share.progress, share.forecast_share) == (Decimal("0.5"), Decimal("0.595"))
    assert share.missing_fen == 1 * WAN
    assert share.findings == ()
    assert queries.share(ningjin_officer.scope, project, on=date(2022, 10, 1)).share.paid_fen == 100 * WAN
    rows = explain(found.figures["special_wages_to_date"], scope=ningjin_officer.scope).rows
    assert [r.value for r in rows] == [100 * WAN, 19 * WAN]
    assert found.figures["share_to_date"].value == share.share


@pytest.mark.django_db
def test_projects_behind_their_pace_are_listed_the_largest_gap_first(ningjin_officer: Actor):
    ids = [special(ningjin_officer, number=n) for n in (1, 2, 3, 4)]
    for project, paid in zip(ids, (10, 60, 59, 20), strict=True):
        wages(project, paid * WAN)
        money.record(ningjin_officer, [money.investment(project, 202209, 250 * WAN)])
    for project in ids[:3]:
        set_stage(ningjin_officer, project, "building")
    behind = queries.behind_pace(ningjin_officer.scope, on=date(2022, 12, 1))
    assert [(b.project_id, b.findings[0].facts["short_fen"]) for b in behind] == [(ids[0], 50 * WAN), (ids[2], 1 * WAN)]
    assert queries.behind_pace(make_actor(Role.COUNTY_OFFICER, "371325").scope, on=date(2022, 12, 1)) == []


@pytest.mark.django_db
def test_a_project_of_2016_stays_judged_by_fifteen_per_cent(ningjin_officer: Actor):
    project = special(ningjin_officer, issued_on=date(2016, 4, 1))
    wages(project, 60 * WAN)
    found = queries.share(ningjin_officer.scope, project).share
    assert (found.applied.share, found.is_met) == (Decimal("0.15"), True)


@pytest.mark.django_db
def test_only_special_funds_have_a_common_floor(ningjin_officer: Actor, feixian_officer: Actor):
    agri = special(ningjin_officer, track=Track.AGRI_PROMOTION, funds=(Fund(COUNTY, 500 * WAN),))
    assert queries.share(ningjin_officer.scope, agri) is None
    with pytest.raises(NotFound):
        queries.share(feixian_officer.scope, special(ningjin_officer, number=2))


@pytest.mark.django_db
def test_the_facts_for_acceptance_hold_floors_but_not_the_promise_of_the_life(ningjin_officer: Actor):
    project = special(ningjin_officer)
    wages(project, 120 * WAN)
    money.record(ningjin_officer, [arrives(project, 300 * WAN)])
    known = voucher_facts(ningjin_officer.scope, [project], date(2022, 12, 31))[project]
    assert (known.receipts, known.payments) == (1, 0)
    assert voucher_facts(ningjin_officer.scope, [project], date(2021, 12, 31)) == {}
    facts = queries.share_facts(ningjin_officer.scope, [project], date(2022, 12, 31))[project]
    assert (facts.paid_fen, facts.issued_fen, facts.received_fen) == (120 * WAN, 400 * WAN, 300 * WAN)
    assert [(f.rule_id, f.required_fen) for f in facts.floors] == [("F01", 120 * WAN)]


@pytest.mark.django_db
def test_many_projects_cost_as_many_statements_as_one(ningjin_officer: Actor, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ids = [special(ningjin_officer, number=n) for n in range(1, 13)]
    wages(ids[0], 5)
    with CaptureQueriesContext(connection) as one:
        queries.shares(ningjin_officer.scope, ids[:1])
    with django_assert_num_queries(len(one)):
        assert len(queries.shares(ningjin_officer.scope, ids)) == 12
    assert len(one) <= 12
