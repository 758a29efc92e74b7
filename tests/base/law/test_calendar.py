"""Working days: official holidays where known, Monday to Friday beyond."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workrelief.base.law.calendar import (
    add_working_days,
    calendar_finding,
    calendar_known,
    is_working_day,
    last_working_day_until,
    working_days_between,
)
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.findings import Severity

DAYS = st.dates(min_value=date(2004, 1, 1), max_value=date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2022, 10, 3), False),  # National Day week
        (date(2022, 10, 8), True),  # a Saturday worked in exchange
        (date(2022, 10, 15), False),  # an ordinary Saturday
        (date(2022, 10, 10), True),
    ],
)
def test_holidays_and_exchanged_weekends_follow_the_notice(day, works):
    assert is_working_day(day) is works


def test_ten_working_days_over_the_spring_festival():
    """The festival of 2023 lasted from 21 to 27 January; 28 and 29 January, a weekend, were worked."""
    assert add_working_days(date(2023, 1, 18), 4) == date(2023, 1, 29)
    assert working_days_between(date(2023, 1, 18), date(2023, 1, 29)) == 4


def test_a_pay_day_on_a_holiday_moves_forward():
    assert last_working_day_until(date(2022, 10, 5)) == date(2022, 9, 30)


def test_an_unknown_year_falls_back_to_weekdays_and_says_so():
    assert not calendar_known(2040)
    assert not is_working_day(date(2040, 10, 6))  # a Saturday
    assert is_working_day(date(2040, 10, 1))  # a Monday, certainly a holiday, but not announced yet
    finding = calendar_finding(date(2022, 1, 1), date(2040, 10, 1))
    assert finding is not None
    assert finding.severity is Severity.HINT
    assert "2040年" in finding.message
    assert "2022年" not in finding.message


def test_known_years_need_no_hint():
    assert calendar_known(2022)
    assert calendar_finding(date(2022, 1, 1), date(2023, 1, 1)) is None


def test_counting_backwards_is_refused():
    with pytest.raises(InvalidInput):
        add_working_days(date(2022, 1, 1), -1)


@given(day=DAYS, count=st.integers(min_value=0, max_value=60))
def test_adding_then_counting_gives_the_number_back(day, count):
    assert working_days_between(day, add_working_days(day, count)) == count


@given(day=DAYS, count=st.integers(min_value=1, max_value=60))
def test_a_deadline_falls_on_a_working_day_after_the_start(day, count):
    deadline = add_working_days(day, count)
    assert deadline > day
    assert is_working_day(deadline)


@given(day=DAYS, first=st.integers(min_value=0, max_value=30), second=st.integers(min_value=0, max_value=30))
def test_adding_in_two_steps_is_adding_at_once(day, first, second):
    assert add_working_days(add_working_days(day, first), second) == add_working_days(day, first + second)


@given(day=DAYS, span=st.integers(min_value=0, max_value=200), cut=st.integers(min_value=0, max_value=200))
def test_counts_of_adjoining_spans_add_up(day, span, cut):
    middle = day + timedelta(days=min(cut, span))
    end = day + timedelta(days=span)
    assert working_days_between(day, end) == working_days_between(day, middle) + working_days_between(middle, end)


@given(day=DAYS, back=st.integers(min_value=0, max_value=50))
def test_nothing_is_counted_backwards(day, back):
    assert working_days_between(day, day - timedelta(days=back)) == 0
