"""Rules about persons and their numbers: pure functions, each naming its rule of the rule book."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from operator import mul

from workrelief.base.law import registry
from workrelief.kernel.findings import Finding, Severity

_IDENTITY = re.compile(r"^\d{17}[\dX]$")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_DIGIT = {str(d): d for d in range(10)}
_PHONE = re.compile(r"^1\d{10}$|^0\d{2,3}-?\d{7,8}(-\d{1,6})?$")


@dataclass(frozen=True, slots=True)
class Identity:
    """What an identity number says of itself (its area part names the first place of registration only, reading 3)."""

    number: str
    area: str
    born_on: date
    sex: str


def normal_identity(text: str) -> str:
    """Upper case, full-width and spaces mended; nothing else is guessed."""
    if text.isdigit() and text.isascii():
        return text
    return text.strip().replace(" ", "").translate(_FULL_WIDTH).upper()


_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


def check_digit(first17: str) -> str:
    """18th character by GB 11643 (ISO 7064 MOD 11-2)."""
    return _CHECK[sum(map(mul, map(_DIGIT.__getitem__, first17), _WEIGHTS)) % 11]


def read_identity(number: str) -> tuple[Identity | None, str]:
    """(identity, "") or (None, reason) for an 18-character number (rule N04, GB 11643)."""
    if not _IDENTITY.match(number):
        if len(number) == 15 and number.isdigit():
            return None, "15 位旧证件号已停用，应填 18 位"
        return None, f"证件号应为 18 位，现为 {len(number)} 位" if len(number) != 18 else "证件号含有不该有的字符"
    if check_digit(number[:17]) != number[17]:
        return None, "证件号校验位不符"
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None, "证件号中的出生日期不存在"
    return Identity(number, number[:6], born, "M" if _DIGIT[number[16]] % 2 else "F"), ""


def age_on(born_on: date, day: date) -> int:
    """Full years on `day`."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def mask_identity(number: str) -> str:
    """First 6 and last 4 characters (rule H10)."""
    return number[:6] + "*" * (len(number) - 10) + number[-4:] if len(number) > 10 else "*" * len(number)


def mask_name(name: str) -> str:
    """Family name and stars: enough to recognise one's own, not to learn another's."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def mask_account(number: str) -> str:
    """Last 4 digits (rule H10)."""
    return "*" * 4 + number[-4:] if len(number) > 4 else "*" * len(number)


def mask_phone(number: str) -> str:
    return number[:3] + "****" + number[-4:] if len(number) >= 11 else "*" * len(number)


def luhn_holds(number: str) -> bool:
    """Luhn check of a card number (rule N07: a warning only, some banks' old cards do not hold)."""
    if not number.isdigit():
        return False
    digits = [_DIGIT[c] for c in reversed(number)]
    doubled = (d * 2 - 9 if d > 4 else d * 2 for d in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def phone_is_plausible(number: str) -> bool:
    return bool(_PHONE.match(number))


def working_age(
    born_on: date, day: date, *, sex: str, minimum: int, retirement_male: int, retirement_female: int
) -> Finding | None:
    """Rule E07 / Q28: below the minimum blocks (E07a), above retirement age is a hint (E07b), reading 17."""
    age = age_on(born_on, day)
    if age < minimum:
        return finding(
            "E07",
            Severity.BLOCKER,
            f"用工时 {age} 周岁，未满 {minimum} 周岁，不得招用",
            "删除该行；已上岗的立即停工并报告",
            part="a",
        )
    limit = retirement_male if sex == "M" else retirement_female
    if age > limit:
        return finding(
            "E07", Severity.HINT, f"用工时 {age} 周岁，已超 {limit} 周岁", "补充身体状况说明和保险情况", part="b"
        )
    return None


def finding(rule_id: str, severity: Severity, message: str, remedy: str, *, part: str = "") -> Finding:
    """A finding with the clause the rule book gives for `rule_id`."""
    return Finding(rule_id + part, severity, message, remedy, registry.rule(rule_id).cite)
