"""Personal numbers: check digits, ages, masks, sealing and blind finding."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from workrelief.kernel.errors import Conflict
from workrelief.kernel.findings import Severity
from workrelief.work.workers import crypto, rules


def number(born: date, order: int, area: str = "379900") -> str:
    first = f"{area}{born:%Y%m%d}{order:03d}"
    return first + rules.check_digit(first)


@pytest.mark.parametrize("text", ["11010519491231002X", "440524188001010014"])
def test_the_examples_of_the_standard_hold(text: str) -> None:
    identity, reason = rules.read_identity(text)
    assert not reason
    assert identity is not None
    assert identity.sex == {"11010519491231002X": "F", "440524188001010014": "M"}[text]
    assert identity.born_on.year == int(text[6:10])


@given(st.dates(min_value=date(1930, 1, 1), max_value=date(2020, 12, 31)), st.integers(0, 999))
def test_the_check_digit_agrees_with_an_independent_implementation(born: date, order: int) -> None:
    made = number(born, order, "370102")
    assert ric.calc_check_digit(made) == made[-1]
    identity, _ = rules.read_identity(made)
    assert identity is not None
    assert (identity.born_on, identity.sex) == (born, "M" if order % 2 else "F")


@given(
    st.dates(min_value=date(1930, 1, 1), max_value=date(2020, 12, 31)),
    st.integers(0, 999),
    st.integers(0, 16),
    st.integers(1, 9),
)
def test_one_wrong_digit_is_always_found(born: date, order: int, place: int, off: int) -> None:
    made = number(born, order)
    changed = made[:place] + str((int(made[place]) + off) % 10) + made[place + 1 :]
    assert rules.read_identity(changed)[0] is None


@pytest.mark.parametrize(("text", "word"), [
    ("37990019800101", "18 位"), ("379900800101001", "15 位旧"), ("37990019800101001A", "不该有的字符"), ("", "18 位"),
])  # fmt: skip
def test_other_shapes_are_refused_by_name(text: str, word: str) -> None:
    identity, reason = rules.read_identity(text)
    assert identity is None
    assert word in reason


def test_a_birthday_that_never_was_is_refused() -> None:
    first = "37990019850230001"
    assert rules.read_identity(first + rules.check_digit(first))[1] == "证件号中的出生日期不存在"


def test_full_width_and_small_x_are_mended() -> None:
    assert rules.normal_identity(" １１０１０５19491231002ｘ ") == "11010519491231002X"


def test_age_counts_full_years_on_the_day() -> None:
    assert rules.age_on(date(2006, 7, 5), date(2022, 7, 4)) == 15
    assert rules.age_on(date(2006, 7, 5), date(2022, 7, 5)) == 16
    assert rules.age_on(date(2004, 2, 29), date(2022, 2, 28)) == 17


@pytest.mark.parametrize(("born", "sex", "rule", "severity"), [
    (date(2006, 7, 6), "M", "E07a", Severity.BLOCKER),
    (date(2006, 7, 5), "M", None, None),
    (date(1962, 7, 5), "M", None, None),
    (date(1961, 7, 5), "M", "E07b", Severity.HINT),
    (date(1966, 7, 5), "F", "E07b", Severity.HINT),
    (date(1967, 7, 5), "F", None, None),
])  # fmt: skip
def test_children_are_refused_and_the_old_are_remarked(
    born: date, sex: str, rule: str | None, severity: Severity | None
) -> None:
    found = rules.working_age(born, date(2022, 7, 5), sex=sex, minimum=16, retirement_male=60, retirement_female=55)
    assert (found and found.rule_id, found and found.severity) == (rule, severity)


def test_luhn_holds_for_a_real_pattern_and_fails_for_a_slip() -> None:
    assert rules.luhn_holds("79927398713")
    assert not rules.luhn_holds("79927398710")
    assert not rules.luhn_holds("7992739871a")


def test_masks_keep_the_ends_only() -> None:
    assert rules.mask_identity("11010519491231002X") == "110105********002X"
    assert rules.mask_account("6228480012345678") == "****5678"
    assert rules.mask_phone("13912345678") == "139****5678"
    assert rules.mask_name("演示甲") == "演**"
    for short in ("", "1", "1234"):
        assert rules.mask_identity(short) == rules.mask_account(short) == rules.mask_phone(short) == "*" * len(short)


@given(st.text(min_size=0, max_size=40))
def test_what_is_sealed_can_be_unsealed_and_never_looks_the_same(text: str) -> None:
    first, second = crypto.seal(text), crypto.seal(text)
    assert first != second
    assert crypto.unseal(first) == crypto.unseal(second) == text
    assert text.encode() not in first or len(text) < 3


def test_a_changed_seal_is_noticed() -> None:
    sealed = bytearray(crypto.seal("11010519491231002X"))
    sealed[-1] ^= 1
    with pytest.raises(Conflict):
        crypto.unseal(bytes(sealed))


def test_another_key_cannot_unseal(settings: object) -> None:
    sealed = crypto.seal("11010519491231002X")
    settings.DATA_KEY = "00" * 16  # type: ignore[attr-defined]
    with pytest.raises(Conflict):
        crypto.unseal(sealed)


def test_blind_indexes_are_equal_for_equal_numbers_of_one_kind_under_one_key(settings: object) -> None:
    index = crypto.blind("idcard", "11010519491231002X")
    assert len(index) == 32
    assert index == crypto.blind("idcard", "11010519491231002X")
    assert index != crypto.blind("account", "11010519491231002X")
    assert index != crypto.blind("idcard", "110105194912310021")
    settings.INDEX_KEY = "11" * 32  # type: ignore[attr-defined]
    assert index != crypto.blind("idcard", "11010519491231002X")
