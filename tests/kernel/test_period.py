"""Periods: every spelling, days and months they hold, neighbours, labels."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.period import Period, month_index

years = st.integers(2000, 2099)
periods = st.one_of(
    years.map(lambda y: Period(str(y))),
    st.builds(lambda y, h: Period(f"{y}H{h}"), years, st.integers(1, 2)),
    st.builds(lambda y, q: Period(f"{y}Q{q}"), years, st.integers(1, 4)),
    st.builds(lambda y, m: Period(f"{y}-{m:02d}"), years, st.integers(1, 12)),
)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("2022", "2022"),
        (" 2022H2 ", "2022H2"),
        ("2022Q3", "2022Q3"),
        ("2022-07", "2022-07"),
        ("202207", "2022-07"),
        ("2022年", "2022"),
        ("2022年度", "2022"),
        ("2022年全年", "2022"),
        ("2022年上半年", "2022H1"),
        ("2022年下半年", "2022H2"),
        ("2022年第一季度", "2022Q1"),
        ("2022年第四季度", "2022Q4"),
        ("2022年3季度", "2022Q3"),
        ("2022年7月", "2022-07"),
        ("2022 年 12 月", "2022-12"),
        ("2022年07月", "2022-07"),
    ],
)
def test_every_spelling_means_its_period(text: str, plain: str) -> None:
    assert str(Period(text)) == plain


@pytest.mark.parametrize(
    "text", ["", "22", "2022-13", "2022-00", "2022Q5", "2022H3", "1999", "2022-7-1", "2022年13月", "去年", "2022Q"]
)
def test_what_is_no_period_is_refused_with_the_text(text: str) -> None:
    with pytest.raises(InvalidInput, match="无法识别"):
        Period(text)


def test_days_months_and_kind() -> None:
    half = Period("2022H2")
    assert (half.first_day, half.last_day) == (date(2022, 7, 1), date(2022, 12, 31))
    assert (half.first_month, half.last_month, half.kind) == (202207, 202212, "half")
    assert Period("2024-02").last_day == date(2024, 2, 29)
    assert [Period(t).kind for t in ("2022", "2022Q1", "2022-01")] == ["year", "quarter", "month"]


def test_quarters_a_period_consists_of() -> None:
    assert Period("2022").quarters == (1, 2, 3, 4)
    assert Period("2022H2").quarters == (3, 4)
    assert Period("2022Q2").quarters == (2,)
    assert Period("2022-05").quarters is None


def test_neighbours_cross_the_year() -> None:
    assert str(Period("2022-01").previous()) == "2021-12"
    assert str(Period("2022Q1").previous()) == "2021Q4"
    assert str(Period("2022H1").previous()) == "2021H2"
    assert str(Period("2022").previous()) == "2021"
    assert str(Period("2022Q3").same_last_year()) == "2021Q3"


def test_containing_goes_by_whole_months_and_by_day() -> None:
    assert Period("2022H1").contains(Period("2022Q2"))
    assert not Period("2022H1").contains(Period("2022Q3"))
    assert not Period("2022Q2").contains(Period("2022H1"))
    assert Period("2022Q2").contains(date(2022, 6, 30))
    assert not Period("2022Q2").contains(date(2022, 7, 1))


@pytest.mark.parametrize(
    ("plain", "label"),
    [
        ("2022", "2022年"),
        ("2022H1", "2022年上半年"),
        ("2022H2", "2022年下半年"),
        ("2022Q3", "2022年第三季度"),
        ("2022-07", "2022年7月"),
    ],
)
def test_labels_are_the_official_wording(plain: str, label: str) -> None:
    assert Period(plain).label == label


@given(periods)
def test_text_and_label_both_read_back(period: Period) -> None:
    assert Period(str(period)) == period
    assert Period(period.label) == period
    assert eval(repr(period), {"Period": Period}) == period


@given(periods)
def test_the_months_of_a_period_fill_it_without_gap(period: Period) -> None:
    months = period.each_month()
    assert months[0].first_day == period.first_day
    assert months[-1].last_day == period.last_day
    assert all((b.first_day - a.last_day).days == 1 for a, b in itertools.pairwise(months))
    assert [m.first_month for m in months] == [month_index(m.first_day) for m in months]


@given(periods.filter(lambda p: p.year > 2000))
def test_the_period_before_ends_the_day_before_and_is_as_long(period: Period) -> None:
    before = period.previous()
    assert (period.first_day - before.last_day).days == 1
    assert before.months == period.months


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_lies_in_the_month_that_contains_it(day: date) -> None:
    month = Period.containing(day)
    assert month.contains(day)
    assert month.first_month == month_index(day)


@given(periods, periods)
def test_equal_periods_hash_equal_and_order_goes_by_time(a: Period, b: Period) -> None:
    assert (a == b) == (str(a) == str(b))
    if a == b:
        assert hash(a) == hash(b)
    if a.first_day < b.first_day:
        assert a < b
