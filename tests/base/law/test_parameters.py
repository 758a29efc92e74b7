"""Parameters by date and dimension."""

from datetime import date
from decimal import Decimal

import pytest

from workrelief.base import law
from workrelief.kernel.errors import NotFound


@pytest.mark.parametrize(
    ("day", "fund_type", "floor"),
    [
        (date(2022, 6, 30), "central_budget", "0.15"),
        (date(2022, 7, 1), "central_budget", "0.30"),
        (date(2026, 1, 1), "central_budget", "0.30"),
        (date(2023, 1, 1), "central_bridging", "0.20"),
        (date(2023, 1, 1), "provincial", "0"),
        (date(2023, 1, 1), "county", "0"),
    ],
)
def test_the_floor_of_the_pay_share_depends_on_fund_and_day(day, fund_type, floor):
    found = law.parameter("labour_pay_share_floor", on=day, fund_type=fund_type)
    assert found.exact == Decimal(floor)
    assert found.unit == "ratio"


def test_ratios_are_exact_decimals_and_counts_are_ints():
    on = law.parameters(on=date(2023, 5, 1))
    assert isinstance(on.get("labour_pay_share_floor", fund_type="central_budget").value, Decimal)
    assert on.get("wage_tolerance_fen").value == 1
    assert isinstance(on.get("wage_tolerance_fen").value, int)
    assert on.get("monthly_pay_days").value == Decimal("21.75")


def test_a_ratio_refuses_to_be_read_as_a_whole_number():
    with pytest.raises(TypeError):
        _ = law.parameter("labour_pay_share_floor", on=date(2023, 1, 1), fund_type="county").whole


@pytest.mark.parametrize(
    ("parameter_id", "value"),
    [
        ("wage_late_after_days", 31),
        ("min_working_age", 16),
        ("phone_shared_by_max", 2),
        ("publicity_days", 7),
        ("session_idle_minutes", 30),
        ("login_max_failures", 5),
        ("login_lock_minutes", 20),
        ("pay_outlier_min_group", 8),
        ("audit_retention_days", 180),
    ],
)
def test_plain_parameters_hold_today(parameter_id, value):
    assert law.parameter(parameter_id, on=date(2026, 11, 1)).whole == value


def test_minimum_wages_of_the_three_tiers_in_2022():
    on = law.parameters(on=date(2022, 3, 1))
    assert [on.get("minimum_wage_monthly_fen", tier=t).whole for t in "123"] == [210_000, 190_000, 170_000]
    assert [on.get("minimum_wage_hourly_fen", tier=t).whole for t in "123"] == [2_100, 1_900, 1_700]
    assert not on.get("minimum_wage_monthly_fen", tier="1").cite.checked


def test_a_county_without_confirmed_tier_is_measured_by_the_lowest():
    tier = law.parameter("minimum_wage_tier", on=date(2022, 3, 1), division="371422000000")
    assert tier.text == "3"


def test_a_value_of_a_county_holds_in_its_townships_and_nowhere_else():
    on = law.parameters(on=date(2023, 6, 1))
    assert on.get("wage_standard_day_fen", division="371482100000", bound="high").whole == 30_000
    assert on.find("wage_standard_day_fen", division="371422000000", bound="high") is None


def test_a_day_before_the_first_value_has_none():
    assert law.find_parameter("wage_tolerance_fen", on=date(1999, 1, 1)) is None
    with pytest.raises(NotFound, match="1999年1月1日没有取值"):
        law.parameter("wage_tolerance_fen", on=date(1999, 1, 1))


def test_an_unknown_parameter_is_not_found():
    with pytest.raises(NotFound):
        law.parameter("nothing", on=date(2023, 1, 1))


@pytest.mark.parametrize("dimensions", [{}, {"fund": "x"}, {"fund_type": "x", "more": "y"}])
def test_forgotten_or_invented_dimensions_are_refused(dimensions):
    with pytest.raises(TypeError):
        law.parameter("labour_pay_share_floor", on=date(2023, 1, 1), **dimensions)
