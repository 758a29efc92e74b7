"""Division codes: padding, levels, prefixes, ancestors, ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import InvalidInput

COUNTY = "371422000000"
VILLAGE = "371422100201"


@pytest.mark.parametrize(
    ("code", "level", "prefix"),
    [
        ("000000000000", Level.NATION, ""),
        ("370000000000", Level.PROVINCE, "37"),
        ("371400000000", Level.CITY, "3714"),
        (COUNTY, Level.COUNTY, "371422"),
        ("371422100000", Level.TOWNSHIP, "371422100"),
        (VILLAGE, Level.VILLAGE, VILLAGE),
    ],
)
def test_level_and_prefix_follow_from_trailing_zeros(code: str, level: Level, prefix: str) -> None:
    assert codes.level_of(code) is level
    assert codes.prefix_of(code) == prefix


def test_prefixes_of_every_length_become_twelve_digits() -> None:
    assert codes.normalise("37") == "370000000000"
    assert codes.normalise(" 371422 ") == COUNTY
    assert codes.normalise(VILLAGE) == VILLAGE


@pytest.mark.parametrize("text", ["", "3", "371", "37142", "3714221", "37142a", "３７", "3714220000000"])
def test_other_texts_are_no_code(text: str) -> None:
    with pytest.raises(InvalidInput):
        codes.normalise(text)


def test_ancestors() -> None:
    assert codes.at_level(VILLAGE, Level.COUNTY) == COUNTY
    assert codes.at_level(COUNTY, Level.VILLAGE) == COUNTY
    assert codes.at_level(VILLAGE, Level.NATION) == "000000000000"
    assert codes.parent_of(VILLAGE) == "371422100000"
    assert codes.parent_of(COUNTY) == "371400000000"
    assert codes.parent_of("370000000000") is None


def test_a_range_holds_exactly_what_the_prefix_covers() -> None:
    low, high = codes.code_range("371422")
    assert (low, high) == ("371422000000", "371422999999")
    assert low <= VILLAGE <= high
    assert codes.covers("371422", VILLAGE)
    assert not codes.covers("371423", VILLAGE)


@given(st.from_regex(r"\A37[0-9]{10}\Z"), st.from_regex(r"\A37([0-9]{2}([0-9]{2}([0-9]{3})?)?)?\Z"))
def test_range_and_prefix_always_agree(code: str, prefix: str) -> None:
    low, high = codes.code_range(prefix)
    assert (low <= code <= high) == codes.covers(prefix, code)


@given(st.from_regex(r"\A37[0-9]{10}\Z"))
def test_going_up_ends_at_the_province(code: str) -> None:
    steps = 0
    at: str | None = code
    while at is not None and (above := codes.parent_of(at)) is not None:
        assert codes.level_of(above) < codes.level_of(at)
        at = above
        steps += 1
    assert at == "370000000000"
    assert steps <= 4
