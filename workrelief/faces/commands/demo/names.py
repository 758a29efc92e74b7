"""Invented names and numbers of the demo: well-formed, carrying their check digits, and belonging to nobody.

Identity numbers use the area code 379900, which GB/T 2260 does not have; cards a bank number beginning with 9, which no
bank has; telephones the range 10000xxxxxx, which is not given to subscribers; persons are all called 演示.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from stdnum import luhn
from stdnum.iso7064 import mod_11_10

AREA = "379900"
BIN = "937900"
_SIGNS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_FIRST_BIRTHDAY = date(1956, 1, 1)
_LAST_BIRTHDAY = date(2002, 12, 31)
_STRIDE = 104_729  # a prime, so that people next to each other in the count are not born next to each other


def person_name(number: int) -> str:
    """演示 and two characters: 演示甲子."""
    mixed = number * 7_919
    return f"演示{_SIGNS[mixed % len(_SIGNS)]}{_SIGNS[mixed // len(_SIGNS) % len(_SIGNS)]}"


@cache
def _birthdays() -> tuple[list[int], int]:
    """For each day of birth the number of the first slot on it, and the number of slots in all.

    Most people on the sites are between 30 and 54 years old in 2022; a day therefore has more or fewer slots.
    """
    starts, total = [], 0
    for offset in range((_LAST_BIRTHDAY - _FIRST_BIRTHDAY).days + 1):
        starts.append(total)
        age = 2022 - (_FIRST_BIRTHDAY + timedelta(days=offset)).year
        total += 2 if age > 60 else 14 if age > 54 else 34 if age > 44 else 23 if age > 29 else 8
    return starts, total


def birth(number: int) -> tuple[date, int]:
    """Birthday of person `number` and a running number on that day; no two persons share both."""
    starts, total = _birthdays()
    if number >= total:
        raise ValueError(f"the demo has room for {total} persons, not for number {number}")
    slot = number * _STRIDE % total
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if starts[middle] <= slot else (low, middle)
    return _FIRST_BIRTHDAY + timedelta(days=low), slot - starts[low]


def identity_number(born: date, order: int, *, is_male: bool) -> str:
    """An 18-character number of GB 11643 for the `order`-th person born on that day."""
    body = f"{AREA}{born:%Y%m%d}{order * 2 + 100 + is_male:03d}"
    return body + _CHECK[sum(w * (ord(d) - 48) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]


def phone(number: int) -> str:
    """An 11-digit number outside the ranges of subscribers."""
    return f"10000{number:06d}"


def card(number: int) -> str:
    """A 19-digit card number whose last digit is right by Luhn."""
    body = f"{BIN}{number * 1_009 % 10**12:012d}"
    return body + str(luhn.calc_check_digit(body))


def project_code(head: str, county: str, department: str, kind: str, order: int) -> str:
    """A national project code of GB/T 40058 with its check digit: 2203-371325-04-01-100001."""
    body = f"{head}{county}{department}{kind}{order:05d}"
    digits = body + str(mod_11_10.calc_check_digit(body))
    return f"{digits[:4]}-{digits[4:10]}-{digits[10:12]}-{digits[12:14]}-{digits[14:]}"
