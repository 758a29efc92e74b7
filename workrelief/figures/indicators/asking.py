"""A question to the ledger, checked and made unambiguous, and what it means for one measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workrelief.base.access.scope import Scope
from workrelief.figures.indicators.definitions import Measure
from workrelief.figures.indicators.dimensions import Dimension, Time, dimension
from workrelief.figures.snapshots.families import FINEST_PREFIX
from workrelief.kernel import codes
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.kernel.period import Period

Filters = tuple[tuple[str, tuple[str, ...]], ...]
_FIRST_MONTH = 200_001  # of the ledger (checks.py)


@dataclass(frozen=True)
class Window:
    """Ledger months a value is taken from; `number` is its place along the time dimension, None without one."""

    first_month: int
    last_month: int
    number: int | None = None


@dataclass(frozen=True)
class Asked:
    """What is wanted: `scope` is already narrowed to `division`; `where` is sorted, so equal questions are equal."""

    scope: Scope
    division: str
    period: Period
    by: tuple[str, ...]
    where: Filters

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return tuple(dimension(name) for name in self.by)

    @property
    def conditions(self) -> tuple[tuple[Dimension, tuple[int, ...]], ...]:
        """Each filtered dimension with the numbers it may have."""
        return tuple((dimension(name), tuple(dimension(name).number(k) for k in keys)) for name, keys in self.where)

    def applies_to(self, measure: Measure) -> bool:
        """Whether the measure's facts have every dimension laid out or filtered by."""
        wanted = [*self.by, *(name for name, _ in self.where)]
        return all(dimension(name).applies_to(measure.family) for name in wanted)

    @property
    def fits_cubes(self) -> bool:
        """Whether cells are fine enough: whole quarters, no single projects, no place below the township."""
        named = [*self.dimensions, *(d for d, _ in self.conditions)]
        return (
            self.period.quarters is not None
            and all(d.in_cubes for d in named)
            and self.scope.projects is None
            and all(len(prefix) <= FINEST_PREFIX for prefix in self.scope.divisions)
        )

    @property
    def time(self) -> Time | None:
        """The time dimension laid out by, if any."""
        return next((d for d in self.dimensions if isinstance(d, Time)), None)

    def windows(self, measure: Measure) -> tuple[Window, ...]:
        """The months to read. Running measures along time have one window for each value, all from the same month."""
        first, last = self.period.first_month, self.period.last_month
        if measure.window == "within":
            return (Window(first, last),)
        start = running_from(measure, self.period)
        time = self.time
        if time is None:
            return (Window(start, last),)
        return tuple(Window(start, min(p.last_month, last), number) for number, p in time.periods(self.period))

    def a_year_before(self) -> Asked:
        return replace(self, period=self.period.same_last_year())


def running_from(measure: Measure, period: Period) -> int:
    """First ledger month of a running measure's window: January of the year, or the first there is."""
    return period.year * 100 + 1 if measure.window == "year_to_date" else _FIRST_MONTH


def ask(
    *, scope: Scope, period: Period, by: Sequence[str], division: str | None, where: Mapping[str, Sequence[str]]
) -> Asked:
    """Check the question.

    Raises InvalidInput for unknown dimensions or keys, NotFound for a division outside the scope.
    """
    for name in (*by, *where):
        if isinstance(dimension(name), Time) and name in where:
            raise InvalidInput("figures.where", "按时间筛选请使用期间。")
    if len(set(by)) != len(by):
        raise InvalidInput("figures.by", "同一个分组方式出现了两次。")
    code = codes.normalise(division) if division else scope.home
    if not (scope.covers_division(code) or code == scope.home):
        raise NotFound("figures.division", "没有找到该行政区划，或不在您的数据范围内。")
    filters = tuple((name, tuple(sorted(set(map(str, where[name]))))) for name in sorted(where))
    asked = Asked(scope.narrowed(codes.prefix_of(code)), code, period, tuple(by), filters)
    _ = asked.conditions  # every key is looked at now, not while reading
    return asked
