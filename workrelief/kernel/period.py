"""Reporting periods: month, quarter, half-year, year, written 2022-07, 2022Q3, 2022H2, 2022."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from workrelief.kernel.errors import InvalidInput

_FORM = re.compile(r"^(?P<year>20\d{2})(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|-?(?P<month>0[1-9]|1[0-2]))?$")
_CHINESE = re.compile(
    r"^(?P<year>20\d{2})\s*年(?:\s*(?:(?P<month>1[0-2]|0?[1-9])\s*月|第?(?P<q>[一二三四1-4])季度|(?P<h>上半年|下半年)|全年|度)?)?$"
)


def month_index(day: date) -> int:
    """The ledger's month of a day: 202207."""
    return day.year * 100 + day.month


@dataclass(frozen=True, order=True)
class Period:
    """A run of whole calendar months inside one year.

    `Period("2022H1")`; comparison and hashing go by (first month, length).
    """

    year: int
    first: int
    months: int

    def __init__(self, text: str) -> None:
        year, first, months = _parse(text)
        object.__setattr__(self, "year", year)
        object.__setattr__(self, "first", first)
        object.__setattr__(self, "months", months)

    @classmethod
    def of_month(cls, year: int, month: int) -> Period:
        return cls(f"{year}-{month:02d}")

    @classmethod
    def containing(cls, day: date) -> Period:
        """The month of `day`."""
        return cls.of_month(day.year, day.month)

    @property
    def kind(self) -> str:
        return {1: "month", 3: "quarter", 6: "half", 12: "year"}[self.months]

    @property
    def first_month(self) -> int:
        """Ledger month of the first month, e.g. 202207."""
        return self.year * 100 + self.first

    @property
    def last_month(self) -> int:
        return self.year * 100 + self.first + self.months - 1

    @property
    def first_day(self) -> date:
        return date(self.year, self.first, 1)

    @property
    def last_day(self) -> date:
        month = self.first + self.months
        following = date(self.year + 1, 1, 1) if month == 13 else date(self.year, month, 1)
        return following - timedelta(days=1)

    @property
    def quarters(self) -> tuple[int, ...] | None:
        """Quarter numbers it consists of, or None when it cuts through a quarter (a month)."""
        if self.months == 1:
            return None
        first = (self.first - 1) // 3 + 1
        return tuple(range(first, first + self.months // 3))

    def contains(self, other: Period | date) -> bool:
        if isinstance(other, date):
            return self.first_day <= other <= self.last_day
        return self.first_month <= other.first_month and other.last_month <= self.last_month

    def previous(self) -> Period:
        """The period of equal length just before."""
        first = self.first - self.months
        return (
            _make(self.year, first, self.months) if first >= 1 else _make(self.year - 1, 13 - self.months, self.months)
        )

    def same_last_year(self) -> Period:
        return _make(self.year - 1, self.first, self.months)

    def each_month(self) -> tuple[Period, ...]:
        return tuple(Period.of_month(self.year, m) for m in range(self.first, self.first + self.months))

    def __str__(self) -> str:
        match self.months:
            case 12:
                return str(self.year)
            case 6:
                return f"{self.year}H{(self.first - 1) // 6 + 1}"
            case 3:
                return f"{self.year}Q{(self.first - 1) // 3 + 1}"
            case _:
                return f"{self.year}-{self.first:02d}"

    def __repr__(self) -> str:
        return f"Period({str(self)!r})"

    @property
    def label(self) -> str:
        """As written in official text: 2022年, 2022年上半年, 2022年第三季度, 2022年7月."""
        match self.months:
            case 12:
                return f"{self.year}年"
            case 6:
                return f"{self.year}年{'上' if self.first == 1 else '下'}半年"
            case 3:
                return f"{self.year}年第{'一二三四'[(self.first - 1) // 3]}季度"
            case _:
                return f"{self.year}年{self.first}月"


def _make(year: int, first: int, months: int) -> Period:
    period = object.__new__(Period)
    object.__setattr__(period, "year", year)
    object.__setattr__(period, "first", first)
    object.__setattr__(period, "months", months)
    return period


def _parse(text: str) -> tuple[int, int, int]:
    stripped = text.strip()
    if found := _FORM.match(stripped):
        year = int(found["year"])
        if found["month"]:
            return year, int(found["month"]), 1
        if found["quarter"]:
            return year, int(found["quarter"]) * 3 - 2, 3
        if found["half"]:
            return year, int(found["half"]) * 6 - 5, 6
        return year, 1, 12
    if found := _CHINESE.match(stripped):
        year = int(found["year"])
        if found["month"]:
            return year, int(found["month"]), 1
        if found["q"]:
            return (
                year,
                ("一二三四".find(found["q"]) % 5 if found["q"] in "一二三四" else int(found["q"]) - 1) * 3 + 1,
                3,
            )
        if found["h"]:
            return year, 1 if found["h"] == "上半年" else 7, 6
        return year, 1, 12
    raise InvalidInput("period.form", f"期间“{text}”无法识别，应写作 2022、2022H1、2022Q3 或 2022-07。")
