"""How many entries stand under each tab of the list page and under each division, with their sums, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Count, Sum

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.base.divisions.queries import Tally
from workrelief.kernel.codes import Level
from workrelief.work.lists.queries.entries import EntryFilter, entries
from workrelief.work.lists.states import COUNTED, STANDING
from workrelief.work.projects.queries import prefix_of


@dataclass(frozen=True)
class ListCounts:
    """Entries by level, by track and by state, each narrowed by the choices in the other two and by the division, where
    levels and tracks count standing entries only: a promoted or taken-out one has no place any more.

    `under` tells of the whole filter but the division: entries under each prefix, and as sums (entries that count, their
    total investment in fen, planned workers). Counted are published, adjusted and closed ones.
    """

    by_level: Mapping[str, int]
    by_track: Mapping[str, int]
    by_state: Mapping[str, int]
    under: Tally


@dataclass(frozen=True)
class _Group:
    level: str
    track: str
    state: str
    is_standing: bool
    waits_for: str
    code: str
    number: int
    investment_fen: int
    planned_workers: int

    def fits(self, wanted: EntryFilter) -> bool:
        return (
            (not wanted.level or self.level == wanted.level)
            and (not wanted.tracks or self.track in wanted.tracks)
            and (not wanted.states or self.state in wanted.states)
            and (wanted.is_standing is None or self.is_standing == wanted.is_standing)
            and (not wanted.waits_for or self.waits_for == wanted.waits_for)
        )

    @property
    def sums(self) -> tuple[int, int, int]:
        return (self.number, self.investment_fen, self.planned_workers) if self.state in COUNTED else (0, 0, 0)


_KEYS = ("level", "track", "state", "is_standing", "waits_for", "division_code")


def counts(scope: Scope, wanted: EntryFilter, deepest: Level) -> ListCounts:
    """All numbers of a list page with these choices; `deepest` as in `divisions.tally`.

    Grouped in the order of an index: the database walks it once and sorts nothing.
    """
    every = replace(wanted, level="", division="", tracks=(), states=(), is_standing=None, waits_for="")
    rows = entries(scope, every).order_by().values(*_KEYS)
    summed = rows.annotate(number=Count("*"), investment=Sum("investment_fen"), workers=Sum("planned_workers"))
    groups = [_Group(*row) for row in summed.values_list(*_KEYS, "number", "investment", "workers")]
    under = divisions.gathered(((g.code, g.number, g.sums) for g in groups if g.fits(wanted)), deepest)
    return _tabs(groups, wanted, under)


def _tabs(groups: list[_Group], wanted: EntryFilter, under: Tally) -> ListCounts:
    place = prefix_of(wanted.division) if wanted.division else ""
    by_level: dict[str, int] = {"": 0}
    by_track: dict[str, int] = {"": 0}
    by_state: dict[str, int] = {"": 0}
    for group in groups:
        if not group.code.startswith(place):
            continue
        fits_level = not wanted.level or group.level == wanted.level
        fits_track = not wanted.tracks or group.track in wanted.tracks
        if group.state in STANDING and fits_track:
            _add(by_level, group.level, group.number)
        if group.state in STANDING and fits_level:
            _add(by_track, group.track, group.number)
        if fits_level and fits_track:
            by_state[group.state] = by_state.get(group.state, 0) + group.number
            by_state[""] += group.number if group.state in STANDING else 0
    return ListCounts(by_level, by_track, by_state, under)


def _add(counts: dict[str, int], key: str, number: int) -> None:
    counts[key] = counts.get(key, 0) + number
    counts[""] += number
