"""Quantity, unit labour quota and day rate → person-days and pay (rule D02), rounded once and half up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from workrelief.base.law import registry
from workrelief.base.law.parameters import find_parameter
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.money import yuan_text

PER_DAY = "工日"


@dataclass(frozen=True)
class Quota:
    """Person-days per unit × 100 (that is, per 100 units) for a link and a unit, from a day on."""

    code: str
    unit: str
    days_x100: int
    valid_from: date
    mark: str


@dataclass(frozen=True)
class Rate:
    """Pay for a day by trade or skill level and division prefix; `until` is the first day it holds no more."""

    trade: str
    prefix: str
    day_fen: int
    valid_from: date
    until: date | None
    mark: str


def days_x10(quantity_x100: int, quota_x100: int) -> int:
    """Person-days × 10 of a quantity × 100 at a quota × 100."""
    return (quantity_x100 * quota_x100 * 2 + 1000) // 2000


def pay_fen(person_days_x10: int, rate_fen: int) -> int:
    """Person-days × day rate in fen."""
    return (person_days_x10 * rate_fen * 2 + 10) // 20


def quota_on(quotas: Iterable[Quota], unit: str, on: date) -> Quota | None:
    """The newest quota for the unit in force on a day; work counted in person-days needs none and is 1 : 1."""
    if unit == PER_DAY:
        return Quota("", PER_DAY, 100, date.min, "")
    fitting = [q for q in quotas if q.unit == unit and q.valid_from <= on]
    return max(fitting, key=lambda q: q.valid_from, default=None)


def rate_on(rates: Iterable[Rate], *, trades: Sequence[str], skill: str, division: str, on: date) -> Rate | None:
    """The rate for the first trade that has one, else for the skill level; the closest division, then the newest.

    `division` is a 12-digit code.
    """
    fitting = [
        r for r in rates if division.startswith(r.prefix) and r.valid_from <= on and (r.until is None or on < r.until)
    ]
    for trade in (*trades, skill):
        named = [r for r in fitting if r.trade == trade]
        if named:
            return max(named, key=lambda r: (len(r.prefix), r.valid_from))
    return None


def rate_note(rate_fen: int, *, division: str, on: date) -> str:
    """A sentence when a day rate lies outside the published reference range of the place (rule F06); else ""."""
    low = find_parameter("wage_standard_day_fen", on=on, division=division, bound="low")
    high = find_parameter("wage_standard_day_fen", on=on, division=division, bound="high")
    if low is not None and rate_fen < low.whole:
        return f"日工价低于当地公开区间下端 {yuan_text(low.whole)} 元"
    if high is not None and rate_fen > high.whole:
        return f"日工价高于当地公开区间上端 {yuan_text(high.whole)} 元"
    return ""


def unlisted(matched: int, reason: str) -> list[Finding]:
    """Rule A06: a project whose works the catalogue covers is listed, or says why not."""
    if matched == 0 or len(reason.strip()) >= 4:
        return []
    return [
        Finding(
            "A06", Severity.BLOCKER, f"清单有 {matched} 行命中指导目录，不纳入适用项目清单须说明原因。", "填写不少于 4 个字的原因。",
            registry.rule("A06").cite,
        )
    ]  # fmt: skip
