"""Single cells: what is understood, what is remarked upon, what is refused by name."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workrelief.base.intake.cells import Doubt, parser
from workrelief.base.intake.columns import Column
from workrelief.base.intake.importer import masked
from workrelief.kernel.kinds import Track, WorkerGroup


def value(cell: object, kind: str, **extra: object) -> object:
    return parser(Column("x", "某列", kind, **extra))(cell)  # type: ignore[arg-type]


def refused(cell: object, kind: str, **extra: object) -> str:
    found = value(cell, kind, **extra)
    assert isinstance(found, Doubt), f"{cell!r} was taken as {found!r}"
    assert found.level == "error", f"{cell!r} was taken as {found.value!r} with a remark"
    return found.reason


@pytest.mark.parametrize("cell", ["", " ", "-", "—", "——", "/", "－", None, "　"])
@pytest.mark.parametrize(
    ("kind", "empty"), [("text", ""), ("code", ""), ("money", None), ("int", None), ("date", None), ("tick", False)]
)
def test_dashes_and_slashes_are_empty(cell: object, kind: str, empty: object) -> None:
    assert value(cell, kind) == empty


@pytest.mark.parametrize("cell", ["√", "✓", "✔", "是", "已", "完成", "已完成", "☑", " √ ", True, 1.0])
def test_a_tick_has_many_spellings(cell: object) -> None:
    assert value(cell, "tick") is True


@pytest.mark.parametrize("cell", ["否", "×", "未完成", "无", False, 0.0])
def test_a_missing_tick_too(cell: object) -> None:
    assert value(cell, "tick") is False


def test_a_word_that_is_no_tick_is_refused() -> None:
    assert "不是打勾" in refused("部分", "tick")


@pytest.mark.parametrize(("cell", "fen"), [
    (1234.56, 123456), (0.1 + 0.2, 30), ("1,234.50", 123450), ("１２３.４", 12340), (12.299999999999999, 1230), ("¥88", 8800), (1e-9, 0), (150, 15000),
])  # fmt: skip
def test_amounts_become_whole_fen(cell: object, fen: int) -> None:
    assert value(cell, "money", default_unit="元") == fen


@given(st.integers(min_value=0, max_value=10**10))
def test_every_amount_with_two_places_survives_the_way_through_a_float(fen: int) -> None:
    assert value(fen / 100, "money", default_unit="元") == fen


@given(st.integers(min_value=0, max_value=10**9))
def test_every_amount_in_wan_survives_too(steps: int) -> None:
    assert value(float(Decimal(steps) / 100), "wan") == steps * 10_000


def test_wan_columns_round_to_a_hundredth_first() -> None:
    assert value(12.34500000000001, "wan") == 12_350_000
    assert value(12.344999, "wan") == 12_340_000


@pytest.mark.parametrize(
    "cell",
    ["约4000", "≥15", "100-200", "100~200", "100至200", "已发1862", "4000左右", "三千", "3000以上", "20余", "1.2.3"],
)
@pytest.mark.parametrize("kind", ["money", "int", "tenths", "wan"])
def test_what_is_no_definite_number_is_never_guessed(cell: str, kind: str) -> None:
    assert cell in refused(cell, kind)


def test_an_amount_with_a_unit_is_understood_with_a_remark() -> None:
    found = value("150元/天", "money", default_unit="元")
    assert isinstance(found, Doubt)
    assert (found.level, found.value) == ("remark", 15_000)
    assert "150 元/天" in found.reason
    wan = value("1.2万元", "money", default_unit="元")
    assert isinstance(wan, Doubt)
    assert wan.value == 1_200_000


def test_a_count_with_a_unit_is_understood_and_a_foreign_unit_is_refused() -> None:
    found = value("22天", "tenths")
    assert isinstance(found, Doubt)
    assert (found.level, found.value) == ("remark", 220)
    assert "单位" in refused("22元", "tenths")
    assert "单位" in refused("22人", "money")


def test_negative_numbers_need_permission() -> None:
    assert "负数" in refused(-5.0, "money")
    assert value(-5.0, "money", allow_negative=True) == -500


def test_days_keep_one_place_and_no_more() -> None:
    assert value(20.5, "tenths") == 205
    assert "一位小数" in refused(20.55, "tenths")


@pytest.mark.parametrize(
    "cell",
    [
        "2022-07-05",
        "2022.7.5",
        "2022/7/5",
        "2022年7月5日",
        "20220705",
        20220705.0,
        date(2022, 7, 5),
        datetime(2022, 7, 5, 8),
        "2022-07-05 00:00:00",
        "２０２２年７月５日",
    ],
)
def test_dates_have_many_spellings(cell: object) -> None:
    assert value(cell, "date") == date(2022, 7, 5)


def test_a_serial_number_of_a_day_is_understood_with_a_remark() -> None:
    found = value(44747.0, "date")
    assert isinstance(found, Doubt)
    assert (found.level, found.value) == ("remark", date(2022, 7, 5))


@pytest.mark.parametrize(
    "cell", ["2022-02-30", "2022.7", "7月5日", "22.7.5", "尽快", 2022.7, "2022-13-01", "0202-01-01"]
)
def test_half_dates_and_impossible_days_are_refused(cell: object) -> None:
    refused(cell, "date")


@pytest.mark.parametrize(
    "cell", ["2022-07", "2022.7", "2022年7月", "2022/07", "202207", 202207.0, date(2022, 7, 31), 2022.7, "2022年7月份"]
)
def test_months_have_many_spellings(cell: object) -> None:
    assert value(cell, "month") == 202207


def test_a_number_that_may_be_january_or_october_is_refused() -> None:
    assert "10 月" in refused(2022.1, "month")
    assert value("2022.10", "month") == 202210


def test_a_long_number_kept_as_a_number_is_refused_because_digits_are_lost() -> None:
    assert "15 位" in refused(3.79900198001010e17, "code")
    assert "科学计数" in refused("3.799E+17", "code")
    assert value(13900000000.0, "code") == "13900000000"
    assert value(" 6228 4800 1234 ", "code") == "622848001234"
    assert value("37990019800101001x", "code") == "37990019800101001x"


def test_choices_know_labels_and_aliases() -> None:
    assert value("脱贫人口", "choice", choices=WorkerGroup) == "lifted"
    found = value("脱贫户", "choice", choices=WorkerGroup)
    assert isinstance(found, Doubt)
    assert (found.level, found.value) == ("remark", "lifted")
    assert "脱贫人口" in found.reason
    assert "不在字典" in refused("按天数", "choice", choices=Track)


def test_a_boolean_in_a_number_column_is_refused() -> None:
    refused(True, "money")


def test_private_values_keep_their_ends_only() -> None:
    assert masked("379900198001010018", Column("i", "证件号", "code", private="identity")) == "379900********0018"
    assert masked("6228480012345678", Column("a", "卡号", "code", private="account")) == "************5678"
    assert masked("13912345678", Column("p", "电话", "code", private="phone")) == "139****5678"
