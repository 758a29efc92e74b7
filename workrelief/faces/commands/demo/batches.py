"""When the plan money of a demo year went from the nation to its projects: batches by the start of work, in working days.

A batch is asked for, reviewed, received, and passed on level by level so that the county forwards it some weeks before the
first of its projects starts. Most offices keep their clocks (rules C01, C02); some, by the number of the place, do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from workrelief.base.law.calendar import add_working_days, is_working_day, last_working_day_until
from workrelief.faces.commands.demo.told import Told
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.kinds import FundType

_LAST_MONTHS = (2, 4, 12)
"""Projects that start until the end of these months share a batch."""
_AHEAD = 30
"""Working days between forwarding and the first start of work, where the year is old enough."""
_LEAST_AHEAD = 16
_LATE = 13


@dataclass(frozen=True)
class Batch:
    """One round of money with the projects it paid for, and the days its documents were dated."""

    year: int
    fund_type: FundType
    number: int
    projects: tuple[Told, ...]
    opened_on: date
    applied_on: date
    city_reviewed_on: date
    prov_reviewed_on: date
    nation_on: date
    province_on: date

    @property
    def apply_by(self) -> date:
        return add_working_days(self.applied_on, 5)

    def fen(self, one: Told) -> int:
        """What the batch gives a project, fen."""
        return one.granted[self.fund_type]

    def total_fen(self, some: Iterable[Told]) -> int:
        return sum(self.fen(one) for one in some)

    def under(self, level: Level) -> list[tuple[str, list[Told]]]:
        """Its projects by city or county (12-digit codes), in the order of the codes."""

        def place(one: Told) -> str:
            return codes.at_level(one.division_code, level)

        return [(code, list(some)) for code, some in groupby(sorted(self.projects, key=place), key=place)]

    def city_on(self, city: str) -> date:
        """When the city passed the money on; one city in five took longer than its five working days."""
        number = int(city[2:4])
        return add_working_days(self.province_on, 8 if number % 5 == 2 else 3 + number % 3)

    def county_on(self, county: str) -> date:
        """When the county forwarded it to its projects; one county in six took longer than its ten working days."""
        number = int(county[2:6])
        first = min(one.starts_on for one in self.projects if one.division_code.startswith(county[:6]))
        received = self.city_on(codes.at_level(county, Level.CITY))
        wanted = add_working_days(received, _LATE if number % 6 == 1 else 3 + number % 4)
        latest = last_working_day_until(first - timedelta(days=_LEAST_AHEAD - 1))
        return max(min(wanted, latest), received, _first_working_day(self.year))

    def days(self, one: Told) -> dict[str, date]:
        """The days of the steps the money took for a project, and of the notice after them."""
        county = codes.at_level(one.division_code, Level.COUNTY)
        forwarded = self.county_on(county)
        notice = add_working_days(forwarded, 2 + one.number % 4)
        return {
            "apply": self.applied_on,
            "city_review": self.city_reviewed_on,
            "prov_review": self.prov_reviewed_on,
            "issue_plan": self.province_on,
            "decompose": forwarded,
            "announce": min(notice, one.starts_on - timedelta(days=_LEAST_AHEAD - 3)),
        }


def batches(year: int, funded: Sequence[Told]) -> list[Batch]:
    """The year's batches by fund and number; every project of `funded` stands in one batch of each fund that paid for it."""
    found: list[Batch] = []
    for fund in dict.fromkeys(fund for one in funded for fund in one.granted):
        paid = [one for one in funded if one.granted.get(fund)]
        waves = [some for last in _LAST_MONTHS if (some := [one for one in paid if _wave(one) == last])]
        found += [_batch(year, fund, number, some) for number, some in enumerate(waves, start=1)]
    return found


def with_days(year: int, told: Sequence[Told]) -> list[Told]:
    """The same projects; those with plan money know the days of their batch."""
    days = {one.id: batch.days(one) for batch in batches(year, told) for one in batch.projects}
    return [replace(one, plan_days=days.get(one.id, {})) for one in told]


def _wave(one: Told) -> int:
    return next(last for last in _LAST_MONTHS if one.starts_on.month <= last)


def _batch(year: int, fund: FundType, number: int, paid: Sequence[Told]) -> Batch:
    first = min(one.starts_on for one in paid)
    latest = last_working_day_until(first - timedelta(days=_LEAST_AHEAD))
    forwarded = min(max(back(first, _AHEAD), _first_working_day(year)), latest)
    province_on = back(forwarded, 8)
    nation_on = back(province_on, 12)
    prov_reviewed_on = back(nation_on, 10)
    city_reviewed_on = back(prov_reviewed_on, 8)
    applied_on = back(city_reviewed_on, 7)
    return Batch(
        year, fund, number, tuple(paid), back(applied_on, 15), applied_on, city_reviewed_on, prov_reviewed_on, nation_on,
        province_on,
    )  # fmt: skip


def back(day: date, count: int) -> date:
    """The `count`-th working day before `day`."""
    while count:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day


def _first_working_day(year: int) -> date:
    return add_working_days(date(year, 1, 1), 1)
