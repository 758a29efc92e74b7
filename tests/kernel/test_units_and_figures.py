"""Units and figures: one place rounds for show, and missing is never zero."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from workrelief.kernel.clock import CHINA
from workrelief.kernel.figure import Figure, FigureTable
from workrelief.kernel.period import Period
from workrelief.kernel.units import (
    FEN,
    FEN_PER_PERSON,
    PERSON,
    PERSON_DAY,
    PERSON_TIME,
    RATIO,
    UNITS,
    show_value,
    unit_suffix,
)

WAGES = Figure("wages_paid", 160_303_000_000, FEN, Period("2022"), "370000000000", "m1")


@pytest.mark.parametrize(
    ("value", "unit", "table", "headline"),
    [
        (160_303_000_000, FEN, "160,303.00", "16.03亿元"),
        (5_000, FEN, "0.01", "0.00亿元"),
        (4_999, FEN, "0.00", "0.00亿元"),
        (Decimal("1123450.5"), FEN_PER_PERSON, "11,235", "1.12万元"),
        (176_600, PERSON, "176,600", "17.66万人"),
        (24_396, PERSON_TIME, "24,396", "24396人次"),
        (123_455, PERSON_DAY, "12,345.5", "1.23万工日"),
        (Decimal("0.30449"), RATIO, "30.4", "30.4%"),
        (Decimal("0.3045"), RATIO, "30.5", "30.5%"),
    ],
)
def test_each_unit_shows_in_its_forms(value: int | Decimal, unit: object, table: str, headline: str) -> None:
    assert show_value(value, unit) == table  # type: ignore[arg-type]
    assert show_value(value, unit, headline=True, suffix=True) == headline  # type: ignore[arg-type]


def test_a_figure_shows_itself_and_its_unit() -> None:
    assert (WAGES.text, WAGES.headline, WAGES.unit_text) == ("160,303.00", "16.03亿元", "万元")
    assert unit_suffix(FEN, headline=True) == "亿元"


def test_missing_is_a_dash_and_masked_a_star_never_a_zero() -> None:
    assert replace(WAGES, value=None, status="no_data").text == "—"
    assert replace(WAGES, value=None, status="no_data").headline == "—"
    assert replace(WAGES, value=3, status="masked").text == "＊"
    assert replace(WAGES, value=0).text == "0.00"


def test_units_are_found_by_id() -> None:
    assert all(UNITS[unit.id] is unit for unit in UNITS.values())


def test_a_table_keeps_the_order_of_reading_and_names_its_keys() -> None:
    cells = {
        ("371400000000",): {"wages_paid": replace(WAGES, value=2)},
        ("371300000000",): {"wages_paid": replace(WAGES, value=1)},
    }
    table = FigureTable(
        ("wages_paid",), ("city",), Period("2022"), "370000000000", "m1", datetime(2023, 1, 1, tzinfo=CHINA), cells,
        {"city": {"371400000000": "德州市"}},
    )  # fmt: skip
    assert [key for key, _ in table] == [("371400000000",), ("371300000000",)]
    assert len(table) == 2
    assert table.figure("wages_paid", "371300000000").value == 1
    assert table.label("city", "371400000000") == "德州市"
    assert table.label("city", "371300000000") == "371300000000"
    with pytest.raises(KeyError):
        table.figure("wages_paid", "371500000000")
