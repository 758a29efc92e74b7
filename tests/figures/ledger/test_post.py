"""Posting: sound rows enter fast and whole, unsound ones are refused by row and column, sealed months stay closed."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.figures import build
from tests.figures.build import FEIXIAN, NINGJIN, SYSTEM, a_pay_row
from workrelief.figures.ledger.checks import check_rows
from workrelief.figures.ledger.facts import FACTS, FUND, PAY, PROJECT, TRAINING
from workrelief.figures.ledger.models import FACT_MODELS, Posting
from workrelief.figures.ledger.post import post
from workrelief.figures.ledger.seal import seal_months
from workrelief.kernel.errors import Conflict, InvalidInput
from workrelief.kernel.period import Period

pytestmark = pytest.mark.django_db
PayFact = FACT_MODELS["pay_fact"]
NAMES = [c.name for c in PAY.posted]


def changed(row, **values):
    return tuple(values.get(name, value) for name, value in zip(NAMES, row, strict=True))


def test_a_posting_knows_its_rows_totals_and_partitions():
    posting = build.pay(
        a_pay_row(1, paid=300_000),
        a_pay_row(2, paid=100_050, on=date(2023, 1, 5), division=FEIXIAN, days=15),
        a_pay_row(3, due=7, on=date(2022, 12, 31)),
    )
    assert posting.rows == 3
    assert posting.totals == {
        "days_x10": 415, "due_fen": 400_057, "paid_fen": 400_050, "own_card_fen": 400_050, "on_time_fen": 400_050, "local": 3,
    }  # fmt: skip
    assert posting.partitions == ["2022/3714", "2023/3713"]
    assert not posting.is_mirrored
    stored = PayFact._default_manager.order_by("id").values_list("worker_key", "paid_fen", "paid_on", "posting_id")
    assert list(stored) == [
        (1, 300_000, date(2022, 7, 20), posting.pk), (2, 100_050, date(2023, 1, 5), posting.pk), (3, 0, None, posting.pk),
    ]  # fmt: skip


def test_every_fact_can_be_posted():
    build.projects(build.a_project_row(1, investment=5))
    build.funds(build.a_fund_row(1, issued=7))
    build.moves(build.a_move_row(1, received=7), build.a_move_row(1, invested=7, fund_type=0))
    build.training(build.a_training_row(1, times=20), build.a_training_row(1, times=1, worker=9, first=False))
    assert [FACT_MODELS[name]._default_manager.count() for name in FACTS] == [0, 1, 1, 2, 2]


def test_a_thousand_rows_cost_as_many_statements_as_one():
    def statements(rows: int) -> int:
        with CaptureQueriesContext(connection) as seen, transaction.atomic():
            post(PAY, [a_pay_row(n) for n in range(1, rows + 1)], actor=SYSTEM, action="x")
        return len(seen)

    assert statements(1_000) == statements(1) <= 6


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"paid_fen": 10.5}, "paid_fen"),
        ({"paid_fen": True}, "paid_fen"),
        ({"paid_fen": None}, "paid_fen"),
        ({"paid_fen": 2**63}, "paid_fen"),
        ({"worker_key": 2**31}, "worker_key"),
        ({"occurred_on": "2022-07-20"}, "occurred_on"),
        ({"paid_on": 20220720}, "paid_on"),
        ({"period": 202206}, "period"),
        ({"wage_period": 202213}, "wage_period"),
        ({"division_code": 371422}, "division_code"),
        ({"track": 4}, "track"),
        ({"track": 0}, "track"),
        ({"sector": 8}, "sector"),
        ({"group": 0}, "group"),
        ({"sign": 2}, "sign"),
        ({"reverses": "7"}, "reverses"),
    ],
)
def test_an_unsound_row_is_named_and_nothing_is_posted(values, column):
    with pytest.raises(InvalidInput) as refused:
        build.pay(a_pay_row(1), changed(a_pay_row(2), **values))
    assert refused.value.facts == {"table": "pay_fact", "row": 2, "column": column}
    assert not Posting.objects.exists()


def test_rows_of_the_wrong_width_and_empty_batches_are_refused():
    with pytest.raises(InvalidInput, match="第 2 行"):
        build.pay(a_pay_row(1), a_pay_row(2)[:-1])
    with pytest.raises(InvalidInput):
        build.pay()


def test_facts_outside_any_project_need_no_track():
    checked = check_rows(TRAINING, [build.a_training_row(1, times=20)])
    assert checked.partitions == ("2022/3714",)
    with pytest.raises(InvalidInput):
        check_rows(PROJECT, [build.a_project_row(1, investment=5, track=0)])
    with pytest.raises(InvalidInput):
        check_rows(FUND, [build.a_fund_row(1, issued=5, fund_type=7)])


@pytest.mark.django_db(transaction=True)
def test_posting_belongs_inside_a_change():
    with pytest.raises(RuntimeError, match="transaction"):
        post(PAY, [a_pay_row(1)], actor=SYSTEM, action="x")


def test_a_sealed_month_is_closed_and_named():
    assert seal_months(Period("2022Q3"), by="测试") == (202207, 202208, 202209)
    assert seal_months(Period("2022H2"), by="测试") == (202210, 202211, 202212)
    with pytest.raises(Conflict, match="2022年8月") as refused:
        build.pay(a_pay_row(1, on=date(2023, 1, 1)), a_pay_row(2, on=date(2022, 8, 31)))
    assert refused.value.code == "period.sealed"
    assert refused.value.facts == {"months": [202208]}
    build.pay(a_pay_row(3, on=date(2023, 1, 1), wage=202208))  # paid late: the wage month may be sealed


def test_reversing_takes_back_exactly_what_stands():
    build.pay(a_pay_row(1, paid=300_000, source=11), a_pay_row(2, paid=200_000, source=12), a_pay_row(3, source=13))
    posting = build.take_back(11, 12, on=date(2022, 9, 9))
    assert posting is not None
    assert posting.totals == {
        "days_x10": -400, "due_fen": -500_000, "paid_fen": -500_000, "own_card_fen": -500_000, "on_time_fen": -500_000,
        "local": -2,
    }  # fmt: skip
    first = PayFact._default_manager.get(worker_key=1, sign=-1)
    original = PayFact._default_manager.get(worker_key=1, sign=1)
    assert (first.reverses, first.occurred_on, first.wage_period, first.source_ref) == (
        original.pk,
        date(2022, 7, 20),
        202207,
        11,
    )
    assert build.take_back(11, 12, on=date(2022, 9, 9)) is None  # nothing stands any more


def test_a_source_posted_again_after_a_reversal_can_be_taken_back_again():
    build.pay(a_pay_row(1, paid=100, source=11))
    build.take_back(11, on=date(2022, 9, 9))
    build.pay(a_pay_row(1, paid=90, source=11))
    again = build.take_back(11, on=date(2022, 9, 9))
    assert again is not None
    assert again.totals["paid_fen"] == -90


def test_a_reversal_of_a_sealed_month_counts_in_the_open_one():
    build.pay(a_pay_row(1, paid=100, source=11), a_pay_row(2, paid=70, on=date(2023, 1, 10), source=12))
    seal_months(Period("2022"), by="测试")
    build.take_back(11, 12, on=date(2023, 2, 3))
    rows = PayFact._default_manager.filter(sign=-1).order_by("worker_key")
    assert list(rows.values_list("occurred_on", "period", "wage_period")) == [
        (date(2023, 2, 3), 202302, 202207), (date(2023, 1, 10), 202301, 202301),
    ]  # fmt: skip
    build.pay(a_pay_row(3, on=date(2023, 1, 1), source=13))
    seal_months(Period("2023"), by="测试")
    with pytest.raises(Conflict, match="2023年3月"):
        build.take_back(13, on=date(2023, 3, 1))


def test_the_database_refuses_to_take_one_row_back_twice():
    build.pay(a_pay_row(1, paid=100, source=11))
    original = PayFact._default_manager.get()
    build.take_back(11, on=date(2022, 9, 9))
    with pytest.raises(IntegrityError):
        build.pay(changed(a_pay_row(1, paid=-100, sign=-1), reverses=original.pk))


def test_many_sources_are_taken_back_together():
    build.pay(*(a_pay_row(n, paid=n, source=n, division=NINGJIN) for n in range(1, 1_201)))
    posting = build.take_back(*range(1, 1_201), on=date(2022, 9, 9))
    assert posting is not None
    assert posting.rows == 1_200
    assert posting.totals["paid_fen"] == -sum(range(1, 1_201))
