"""Arithmetic, calendar, minimum wage and time limits of pay lines, by hand-made numbers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workrelief.kernel.findings import Severity
from workrelief.work.payroll import rules
from workrelief.work.payroll.rules import Amounts, Limits

NINGJIN = "371422000000"


def line(
    quantity: int = 2_000,
    rate: int = 15_000,
    extra: int = 0,
    deducted: int = 0,
    due: int = 300_000,
    paid: int = 300_000,
) -> Amounts:
    return Amounts(quantity, rate, extra, deducted, due, paid)


def test_twenty_days_at_150_yuan_are_3000_yuan() -> None:
    assert rules.earned_fen(2_000, 15_000) == 300_000
    assert rules.due_fit(line(), tolerance_fen=1) == "both"


def test_a_fraction_of_a_fen_is_rounded_half_up() -> None:
    assert rules.earned_fen(150, 333) == 500
    assert rules.earned_fen(1, 49) == 0
    assert rules.earned_fen(1, 50) == 1


@pytest.mark.parametrize(("off", "fit"), [(0, "both"), (1, "both"), (-1, "both"), (2, "neither"), (-2, "neither")])
def test_one_fen_is_forgiven_and_two_are_not(off: int, fit: str) -> None:
    assert rules.due_fit(line(due=300_000 + off, paid=300_000 + off), tolerance_fen=1) == fit


def test_the_two_ways_of_arriving_at_the_due_are_told_apart_by_deductions() -> None:
    assert rules.due_fit(line(deducted=5_000, due=300_000, paid=295_000), tolerance_fen=1) == "gross"
    assert rules.due_fit(line(deducted=5_000, due=295_000, paid=295_000), tolerance_fen=1) == "net"
    assert rules.due_fit(line(deducted=5_000, due=300_000, paid=300_000), tolerance_fen=1) == "neither"


@given(st.integers(1, 40_000), st.integers(1, 100_000), st.integers(-5_000, 50_000), st.integers(1, 50_000))
def test_a_line_made_one_way_is_recognised_as_that_way(quantity: int, rate: int, extra: int, deducted: int) -> None:
    earned = rules.earned_fen(quantity, rate) + extra
    gross = Amounts(quantity, rate, extra, deducted, earned, earned - deducted)
    net = Amounts(quantity, rate, extra, deducted, earned - deducted, earned - deducted)
    assert rules.due_fit(gross, tolerance_fen=1) in ("gross", "both")
    assert rules.due_fit(net, tolerance_fen=1) in ("net", "both")


def test_a_wrong_line_says_what_would_be_right() -> None:
    found = rules.arithmetic(line(due=310_000, paid=310_000), tolerance_fen=1)
    assert (found.rule_id, found.severity) == ("F13", Severity.BLOCKER)
    assert "3,000.00" in found.message
    assert found.cite is not None
    short = rules.arithmetic(line(deducted=5_000, due=300_000, paid=290_000), tolerance_fen=1)
    assert "2,950.00" in short.message


@pytest.mark.parametrize(("month", "days", "ok"), [(202202, 28, True), (202202, 29, False), (202402, 29, True), (202202, 30, False), (202207, 31, True), (202206, 31, False)])  # fmt: skip
def test_nobody_works_more_days_than_the_month_has(month: int, days: int, ok: bool) -> None:
    found = rules.too_many_days(days * 10, Limits.of(month, NINGJIN))
    assert (found is None) == ok
    if found:
        assert (found.rule_id, found.severity) == ("F14", Severity.BLOCKER)


def test_half_a_day_too_much_is_too_much() -> None:
    assert rules.too_many_days(285, Limits.of(202202, NINGJIN)) is not None


def test_the_31st_day_is_in_time_and_the_32nd_is_late() -> None:
    limits = Limits.of(202207, NINGJIN)
    assert limits.on_time_until == date(2022, 8, 31)
    assert rules.paid_late(date(2022, 8, 31), limits) is None
    found = rules.paid_late(date(2022, 9, 1), limits)
    assert found is not None
    assert (found.rule_id, found.severity) == ("F07", Severity.SERIOUS)
    assert "第 32 天" in found.message


def test_day_and_hour_pay_are_held_to_the_minimum_wage_and_piece_work_is_not() -> None:
    limits = Limits.of(202207, NINGJIN)
    assert limits.day_fen == int(170_000 / 21.75)
    assert rules.below_minimum("time", "day", limits.day_fen, limits) is None
    below = rules.below_minimum("time", "day", limits.day_fen - 1, limits)
    assert below is not None
    assert (below.rule_id, below.severity) == ("F06a", Severity.BLOCKER)
    assert rules.below_minimum("time", "hour", 1_700, limits) is None
    assert rules.below_minimum("time", "hour", 1_699, limits) is not None
    assert rules.below_minimum("piece", "piece", 1, limits) is None
    assert rules.below_minimum("lump", "job", 1, limits) is None


def test_the_holder_is_the_worker() -> None:
    found = rules.holder_differs("演示乙", "演示甲")
    assert found is not None
    assert (found.rule_id, found.severity) == ("F08a", Severity.BLOCKER)
    assert rules.holder_differs("演示甲", "演示甲") is None


def test_cash_is_serious_but_does_not_block() -> None:
    found = rules.cash(100_000)
    assert (found.rule_id, found.severity) == ("F08b", Severity.SERIOUS)
