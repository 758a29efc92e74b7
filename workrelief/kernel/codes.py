"""Division codes of GB/T 2260 and the statistical 12-digit form.

A *code* is always 12 digits ("371422100000"); a *prefix* is the significant part ("37", "3714", "371422", "371422100",
or 12 digits for a village). Ranges over codes are inclusive and need only an ordinary index.
"""

from __future__ import annotations

from enum import IntEnum

from workrelief.kernel.errors import InvalidInput

CODE_LENGTH = 12
PREFIX_LENGTHS = {1: 2, 2: 4, 3: 6, 4: 9, 5: 12}


class Level(IntEnum):
    """Administrative level; the number is the depth below the nation."""

    NATION = 0
    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    TOWNSHIP = 4
    VILLAGE = 5


def normalise(code: str) -> str:
    """Pad a code or prefix of 2, 4, 6, 9 or 12 digits to the 12-digit form.

    Raises InvalidInput for anything else.
    """
    text = code.strip()
    if not text.isascii() or not text.isdigit() or len(text) not in PREFIX_LENGTHS.values():
        raise InvalidInput("division.code", f"行政区划代码“{code}”不是 2、4、6、9 或 12 位数字。")
    return text.ljust(CODE_LENGTH, "0")


def level_of(code: str) -> Level:
    """Level of a 12-digit code, from its trailing zeros."""
    if code == "0" * CODE_LENGTH:
        return Level.NATION
    for level, length in PREFIX_LENGTHS.items():
        if not code[length:].strip("0"):
            return Level(level)
    return Level.VILLAGE


def prefix_of(code: str) -> str:
    """Significant prefix of a 12-digit code; the nation has the empty prefix."""
    level = level_of(code)
    return "" if level == Level.NATION else code[: PREFIX_LENGTHS[level]]


def at_level(code: str, level: Level) -> str:
    """The ancestor of `code` at `level` (or `code` itself when it is already higher)."""
    if level == Level.NATION:
        return "0" * CODE_LENGTH
    return code[: PREFIX_LENGTHS[level]].ljust(CODE_LENGTH, "0")


def parent_of(code: str) -> str | None:
    """Code one level up; None above the province."""
    level = level_of(code)
    return None if level <= Level.PROVINCE else at_level(code, Level(level - 1))


def code_range(prefix: str) -> tuple[str, str]:
    """Inclusive range of 12-digit codes under `prefix`."""
    return prefix.ljust(CODE_LENGTH, "0"), prefix.ljust(CODE_LENGTH, "9")


def covers(prefix: str, code: str) -> bool:
    """Whether the 12-digit `code` lies under `prefix`."""
    return code.startswith(prefix)
