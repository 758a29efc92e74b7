"""Loosely written numbers: each form is understood as one thing, or refused by name."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.loose_number import is_blank, parse_loose


@pytest.mark.parametrize(
    ("text", "kind", "low", "high", "unit", "said"),
    [
        ("1862", "exact", "1862", "1862", "", "1862"),
        ("1,234.5万元", "exact", "1234.5", "1234.5", "万元", "1234.5万元"),
        ("１２％", "exact", "12", "12", "%", "12%"),
        ("已发1862", "exact", "1862", "1862", "", "1862"),
        ("≥15", "at_least", "15", None, "", "不少于15"),
        (">=15%", "at_least", "15", None, "%", "不少于15%"),
        ("不低于30%", "at_least", "30", None, "%", "不少于30%"),
        ("15人以上", "at_least", "15", None, "人", "不少于15人"),
        ("1000余场", "more_than", "1000", None, "场", "多于1000场"),
        ("4000多元/月", "more_than", "4000", None, "元/月", "多于4000元/月"),
        ("超过200", "more_than", "200", None, "", "多于200"),
        ("≤20", "at_most", None, "20", "", "不超过20"),
        ("20天以内", "at_most", None, "20", "天", "不超过20天"),
        ("不足100人", "less_than", None, "100", "人", "不足100人"),
        ("约4000", "about", "4000", "4000", "", "约4000"),
        ("200元左右", "about", "200", "200", "元", "约200元"),
        ("120-300", "range", "120", "300", "", "120至300"),
        ("5000～6000元/月", "range", "5000", "6000", "元/月", "5000至6000元/月"),
        ("30%至50%", "range", "30", "50", "%", "30至50%"),
        ("9→18", "change", "9", "18", "", "由9变为18"),
        ("从9个增加到18个", "change", "9", "18", "个", "由9变为18个"),
    ],
)
def test_each_form_is_understood(text: str, kind: str, low: str | None, high: str | None, unit: str, said: str) -> None:
    number = parse_loose(text)
    assert number is not None
    assert (number.kind, number.unit, number.said, number.text) == (kind, unit, said, text)
    assert number.low == (None if low is None else Decimal(low))
    assert number.high == (None if high is None else Decimal(high))


@pytest.mark.parametrize(
    "text",
    [
        "三百余",
        "2025第四批",
        "117/117",
        "约1000余",
        "-5",
        "300-120",
        "100元至",
        "若干",
        "1.2.3",
        "9→",
        "0.5万-1亿",
        "800元至1万元",
    ],
)
def test_other_forms_are_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInput, match=text.replace("/", "/").replace(".", r"\.")):
        parse_loose(text)


@pytest.mark.parametrize("text", ["", " ", "-", "—", "/", "无", "暂无"])
def test_blank_cells_hold_no_number(text: str) -> None:
    assert is_blank(text)
    assert parse_loose(text) is None


def test_words_beside_the_number_are_kept() -> None:
    number = parse_loose("已发1862")
    assert number is not None
    assert (number.is_exact, number.words) == (True, "已发")
    plain = parse_loose(1862)
    assert plain is not None
    assert (plain.is_exact, plain.words, plain.low) == (True, "", 1862)


@given(st.integers(0, 10**12))
def test_a_plain_number_is_always_exactly_itself(value: int) -> None:
    for text in (str(value), f"{value:,}", f" {value} "):
        number = parse_loose(text)
        assert number is not None
        assert (number.kind, number.low, number.high) == ("exact", value, value)


@given(st.decimals(0, 10**6, places=2), st.decimals(0, 10**6, places=2))
def test_a_range_keeps_both_ends(a: Decimal, b: Decimal) -> None:
    low, high = sorted((a, b))
    number = parse_loose(f"{low}-{high}")
    assert number is not None
    assert (number.kind, number.low, number.high) == ("range", low, high)


@given(st.text(max_size=12))
def test_any_text_is_blank_understood_or_refused(text: str) -> None:
    try:
        number = parse_loose(text)
    except InvalidInput:
        return
    assert number is None or number.low is not None or number.high is not None
