"""Laws of money: no fen is lost or made, whatever is entered, refused and reversed; the last yuan is spent once."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection, connections, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import make_actor
from tests.work.funds.money_build import BRIDGING, CENTRAL, COUNTY, NINGJIN, arrives, pays, special
from workrelief.base.access.permissions import Role
from workrelief.figures.indicators.read import read
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.figures.snapshots.services import refresh_live
from workrelief.kernel.errors import Conflict, RuleViolated
from workrelief.kernel.period import Period
from workrelief.work.funds.models import FundMove
from workrelief.work.funds.queries import money as queries
from workrelief.work.funds.rules.money import Arrival, remainders
from workrelief.work.funds.services import money

OFFICER = make_actor(Role.COUNTY_OFFICER, NINGJIN[:6])
SOURCES = (CENTRAL, BRIDGING, COUNTY)
LIMITS = {CENTRAL: 1_000, BRIDGING: 0, COUNTY: 400}
MONEY_COLUMNS = ("received_fen", "paid_fen", "invested_fen", "year_plan_fen")

steps = st.one_of(
    st.tuples(st.just("receipt"), st.sampled_from(SOURCES), st.integers(1, 500), st.integers(1, 6)),
    st.tuples(st.just("payment"), st.sampled_from(SOURCES), st.integers(1, 500), st.integers(1, 6)),
    st.tuples(st.just("investment"), st.sampled_from((None, CENTRAL)), st.integers(1, 500), st.integers(1, 6)),
    st.tuples(st.just("reverse"), st.none(), st.integers(0, 20), st.just(0)),
    st.tuples(st.just("refresh"), st.none(), st.just(0), st.just(0)),
)


@pytest.mark.django_db
@settings(
    max_examples=30, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(plan=st.lists(steps, min_size=1, max_size=14))
def test_every_fen_is_accounted_for(plan):
    with transaction.atomic():
        project = special(OFFICER, central=1_000, county=400)
        expected = {(kind, fund): 0 for kind in ("receipt", "payment") for fund in SOURCES}
        invested = 0
        standing: dict[int, tuple[str, object, int]] = {}
        for number, (what, fund, fen, month) in enumerate(plan):
            if what == "refresh":
                refresh_live()
            elif what == "reverse":
                if standing:
                    pk = sorted(standing)[fen % len(standing)]
                    money.reverse(OFFICER, pk, reason="登记错误的凭证")
                    kind, of, amount = standing.pop(pk)
                    if kind == "investment":
                        invested -= amount
                    else:
                        expected[kind, of] -= amount
            elif what == "investment":
                try:
                    (pk,) = money.record(OFFICER, [money.investment(project, 202200 + month, fen, fund_type=fund)]).ids
                except Conflict:
                    assert any(m.month == 202200 + month for m in FundMove.rows.filter(state="posted"))
                else:
                    invested += fen
                    standing[pk] = (what, fund, fen)
            else:
                make = arrives if what == "receipt" else pays
                entry = make(project, fen, date(2022, month, 9), no=f"凭{number}", fund=fund)
                too_much = what == "payment" and expected[what, fund] + fen > LIMITS[fund]
                if too_much:
                    with pytest.raises(RuleViolated):
                        money.record(OFFICER, [entry])
                else:
                    (pk,) = money.record(OFFICER, [entry]).ids
                    expected[what, fund] += fen
                    standing[pk] = (what, fund, fen)
        _agree(project, expected, invested)
        transaction.set_rollback(True)


def _agree(project: int, expected: dict[tuple[str, object], int], invested: int) -> None:
    """Vouchers, balances, ledger rows and figures say the same; reversed rows stay."""
    balance = queries.balances(OFFICER.scope, [project])[project]
    for fund in SOURCES:
        source = balance.source(fund)
        assert (source.received_fen, source.paid_fen) == (expected["receipt", fund], expected["payment", fund])
        assert 0 <= source.paid_fen <= LIMITS[fund]
    assert balance.invested_fen == invested
    facts = FACT_MODELS["fund_move_fact"]._default_manager
    sums = {c: facts.aggregate(s=Sum(c))["s"] or 0 for c in MONEY_COLUMNS}
    assert sums == {
        "received_fen": balance.received_fen, "paid_fen": balance.paid_fen, "invested_fen": invested, "year_plan_fen": 0,
    }  # fmt: skip
    assert facts.count() == FundMove.rows.count() + FundMove.rows.filter(state="reversed").count()
    table = read(["received_to_date", "paid_to_date", "invested_to_date"], scope=OFFICER.scope, period=Period("2022"))
    assert [f.value or 0 for f in table.cells[()].values()] == [balance.received_fen, balance.paid_fen, invested]
    idle = queries.idle_money(OFFICER.scope, on=date(2022, 12, 31))
    wanted = sum(max(expected["receipt", f] - expected["payment", f], 0) for f in SOURCES)
    assert idle.total_fen == sum(idle.by_class.values()) == sum(s.left_fen for s in idle.sources) == wanted


@given(
    came=st.lists(st.tuples(st.dates(date(2022, 1, 1), date(2022, 12, 31)), st.integers(1, 10**12)), max_size=8),
    paid=st.integers(0, 10**13),
)
def test_what_is_left_of_receipts_is_what_was_not_paid(came, paid):
    left = remainders([Arrival(on, fen, ref) for ref, (on, fen) in enumerate(came)], paid, date(2023, 1, 1))
    assert sum(r.left_fen for r in left) == max(0, sum(fen for _, fen in came) - paid)
    assert [r.on for r in left] == sorted(r.on for r in left)
    newest = sorted((on, ref) for ref, (on, _) in enumerate(came))[len(came) - len(left) :]
    assert [(r.on, r.ref) for r in left] == newest
    full = {ref: fen for ref, (_, fen) in enumerate(came)}
    assert all(r.left_fen == full[r.ref] for r in left[1:])


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_two_who_spend_the_last_yuan_at_once_one_is_told():
    project = special(OFFICER, central=1_000)
    money.record(OFFICER, [arrives(project, 1_000), pays(project, 900, no="前")])
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def spend(number: str) -> None:
        try:
            together.wait(10)
            money.record(OFFICER, [pays(project, 100, no=number)])
            outcomes.append("paid")
        except RuleViolated as told:
            outcomes.append(told.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=spend, args=(name,)) for name in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["J03", "paid"]
    assert queries.balances(OFFICER.scope, [project])[project].source(CENTRAL).paid_fen == 1_000
    assert connection.vendor == "postgresql"


@pytest.mark.django_db
def test_the_second_of_two_who_saw_the_same_last_yuan_is_told():
    """What the second officer saw does not count: the balance is read again behind the lock."""
    project = special(OFFICER, central=1_000)
    seen = queries.balances(OFFICER.scope, [project])[project].source(CENTRAL)
    assert seen.limit_fen - seen.paid_fen == 1_000
    money.record(OFFICER, [pays(project, 1_000, no="甲")])
    with pytest.raises(RuleViolated) as told:
        money.record(OFFICER, [pays(project, 1_000, no="乙")])
    assert told.value.code == "J03"
    assert "多10.00元" in told.value.message
