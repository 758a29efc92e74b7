"""Deadlines: from the day something was reached and a dated parameter in days, working days or months."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from workrelief.base.law.calendar import add_working_days
from workrelief.base.law.parameters import find_parameter
from workrelief.kernel.statemachine import Transition
from workrelief.work.lifecycle.states import PROJECT_LIFE


def last_day(parameter_id: str, since: date) -> date | None:
    """The last day in time, by the value in force on `since`; None when no value holds then."""
    limit = find_parameter(parameter_id, on=since)
    if limit is None:
        return None
    if limit.unit == "working_day":
        return add_working_days(since, limit.whole)
    if limit.unit == "month":
        return _months_later(since, limit.whole)
    return since + timedelta(days=limit.whole)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Clocks:
    """What other rooms know of a life's limits.

    `starts`: event → its day, for clocks that no state starts (`plan_received`, the county got the plan document, H01).
    `limits`: step → its last day, for steps whose clock stands in another room (`decompose`, by level and batch, C01, C02).
    """

    starts: Mapping[str, date] = field(default_factory=dict)
    limits: Mapping[str, date] = field(default_factory=dict)


def deadline_of(step: Transition, state: str, reached: Mapping[str, date], clocks: Clocks) -> date | None:
    """Last day for `step` out of `state`; None when it has no limit or its clock never started."""
    if step.name in clocks.limits:
        return clocks.limits[step.name]
    since = clocks.starts.get(step.clock) or reached.get(step.since or state)
    return last_day(step.due, since) if step.due and since else None


def next_deadline(state: str, traits: Collection[str], reached: Mapping[str, date], clocks: Clocks) -> date | None:
    """The nearest limit ahead: of the steps out of `state`, and of later ones whose clock runs already."""
    ahead = [t for t in PROJECT_LIFE.available(state, traits) if t.due]
    ahead += [t for t in PROJECT_LIFE.main_path(traits, start=state) if t.due and t.since]
    days = [day for t in ahead if (day := deadline_of(t, state, reached, clocks))]
    return min(days, default=None)
