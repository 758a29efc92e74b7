"""Money: office spellings become whole fen and come back as text; half goes up, nothing is lost in floats."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.money import (
    FEN_PER_WAN,
    fen_from_cell,
    round_half_up,
    shortest_decimal,
    wan_cell_fen,
    wan_text,
    yi_text,
    yuan_text,
)

amounts = st.integers(min_value=0, max_value=10**14)


@pytest.mark.parametrize(
    ("cell", "unit", "fen"),
    [
        ("1,234.56", "元", 123_456),
        ("¥1,234.5", "元", 123_450),
        ("１２３", "元", 12_300),
        ("12.5万元", "元", 12_500_000),
        ("1.2亿", "万元", 12_000_000_000),
        ("3分", "元", 3),
        (".5", "元", 50),
        ("-8.01", "元", -801),
        ("−8", "元", -800),
        (" 1 000 ", "元", 100_000),
        (400, "万元", 400_000_000),
        (0.1 + 0.2, "元", 30),
        (Decimal("0.005"), "元", 1),
        (0.005, "元", 1),
        (2.675, "元", 268),
        (1e-9, "元", 0),
    ],
)
def test_one_amount_becomes_whole_fen(cell: object, unit: str, fen: int) -> None:
    assert fen_from_cell(cell, unit=unit) == fen  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell", ["约4000", "≥15", "100-200", "", "-", "一千", "12.3.4", "12元整", True, float("nan"), float("inf")]
)
def test_what_is_not_one_amount_is_refused(cell: object) -> None:
    with pytest.raises(InvalidInput):
        fen_from_cell(cell, unit="元")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "hundredths_wan"),
    [(300.004999999, 30_000), ("300.0049999999", 30_000), (285.125, 28_513), ("285.125", 28_513), (1.005, 101), (12.3, 1_230),
     ("3000000元", 30_000), (Decimal("0.0049"), 0), (0, 0)],
)  # fmt: skip
def test_amounts_of_wan_tables_are_rounded_once_to_two_decimals(cell: object, hundredths_wan: int) -> None:
    assert wan_cell_fen(cell) == hundredths_wan * 10_000  # type: ignore[arg-type]


def test_half_goes_away_from_zero_and_not_to_even() -> None:
    assert [round_half_up(Decimal(t)) for t in ("0.5", "1.5", "2.5", "-0.5", "-2.5")] == [1, 2, 3, -1, -3]
    assert round_half_up(Decimal("1.005"), 2) == Decimal("1.01")


def test_amounts_print_with_two_decimals_and_separators() -> None:
    assert yuan_text(123_456_789) == "1,234,567.89"
    assert yuan_text(-5) == "-0.05"
    assert wan_text(12_345_000) == "12.35"
    assert wan_text(123_456_789_000_000) == "123,456,789.00"
    assert yi_text(160_303_000_000) == "16.03"


@given(amounts)
def test_yuan_text_reads_back_as_the_same_fen(fen: int) -> None:
    assert fen_from_cell(yuan_text(fen), unit="元") == fen
    assert fen_from_cell(yuan_text(-fen), unit="元") == -fen


@given(st.integers(min_value=0, max_value=10**13))
def test_a_cell_in_yuan_or_wan_gives_the_fen_it_was_made_from(fen: int) -> None:
    """A spreadsheet keeps 15 significant digits; any amount up to 1000 亿元 survives them."""
    assert fen_from_cell(fen / 100, unit="元") == fen
    assert fen_from_cell(fen / FEN_PER_WAN, unit="万元") == fen


@given(st.lists(st.integers(min_value=0, max_value=10**9), max_size=30))
def test_adding_fen_is_exact_where_adding_cells_is_not(parts: list[int]) -> None:
    assert sum(fen_from_cell(p / 100, unit="元") for p in parts) == sum(parts)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6),
    st.integers(0, 4),
)
def test_rounding_moves_by_at_most_half_a_step(value: Decimal, places: int) -> None:
    assert abs(round_half_up(value, places) - value) <= Decimal(1).scaleb(-places) / 2


@given(amounts)
def test_wan_cells_are_multiples_of_one_hundredth(fen: int) -> None:
    rounded = wan_cell_fen(Decimal(fen) / FEN_PER_WAN)
    assert rounded % 10_000 == 0
    assert abs(rounded - fen) <= 5_000


@given(st.floats(min_value=0, max_value=1e9, allow_nan=False))
def test_the_shortest_decimal_is_within_fifteen_digits_of_the_float(value: float) -> None:
    assert abs(shortest_decimal(value) - Decimal(value)) <= Decimal(value) * Decimal("1e-14")
    assert len(shortest_decimal(value).as_tuple().digits) <= 15
