"""Working days by the State Council's yearly holiday notices, as kept by the `chinesecalendar` library (rule N09).

A year the library does not know yet falls back to Monday–Friday; `calendar_known()` and `calendar_finding()` say so.
"""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
from chinese_calendar import constants

from workrelief.base.law.registry import rule
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.findings import Finding, Severity

_KNOWN_YEARS = frozenset(day.year for day in constants.holidays)
_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


def calendar_known(year: int) -> bool:
    """Whether the official holidays of `year` are in the library."""
    return year in _KNOWN_YEARS


def is_working_day(day: date) -> bool:
    """Whether offices work on `day`: official holidays and shifted weekends, or Monday–Friday in an unknown year."""
    if calendar_known(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < _SATURDAY


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day`; `day` itself when `count` is 0.

    Raises InvalidInput for a negative count.
    """
    if count < 0:
        raise InvalidInput("law.working_days", "工作日数不能为负数。")
    current = day
    while count:
        current += _ONE_DAY
        if is_working_day(current):
            count -= 1
    return current


def working_days_between(start: date, end: date) -> int:
    """Working days from the day after `start` up to and including `end`; 0 when `end` is not after `start`."""
    days = range((end - start).days)
    return sum(is_working_day(start + timedelta(days=offset + 1)) for offset in days)


def last_working_day_until(day: date) -> date:
    """`day`, or the last working day before it: pay days that fall on a holiday move forward (rule Q02)."""
    current = day
    while not is_working_day(current):
        current -= _ONE_DAY
    return current


def calendar_finding(*days: date) -> Finding | None:
    """A hint when one of `days` lies in a year whose holidays are not known, otherwise None."""
    unknown = sorted({day.year for day in days if not calendar_known(day.year)})
    if not unknown:
        return None
    years = "、".join(f"{year}年" for year in unknown)
    return Finding(
        rule_id="N09",
        severity=Severity.HINT,
        message=f"{years}的节假日与调休尚未收录，工作日暂按周一至周五推算。",
        remedy="国务院办公厅公布放假通知并更新日历后重新计算。",
        cite=rule("N09").cite,
        facts={"years": unknown},
    )
