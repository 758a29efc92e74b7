"""How many entries stand under each tab of the list page, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db.models import Count

from workrelief.base.access.scope import Scope
from workrelief.work.lists.queries.entries import EntryFilter, entries
from workrelief.work.lists.states import STANDING


@dataclass(frozen=True)
class TabCounts:
    """Entries by level, by track and by state; each narrowed by the choices in the other two. Levels and tracks count
    standing entries only: a promoted or taken-out one has no place any more."""

    by_level: Mapping[str, int]
    by_track: Mapping[str, int]
    by_state: Mapping[str, int]


def tab_counts(scope: Scope, wanted: EntryFilter) -> TabCounts:
    """The counts for a list page with these choices of level, tracks and states."""
    every = replace(wanted, level="", tracks=(), states=(), is_standing=None, waits_for="")
    rows = list(
        entries(scope, every)
        .order_by()
        .values_list("level", "track", "state")
        .annotate(number=Count("*"))
        .values_list("level", "track", "state", "number")
    )
    by_level: dict[str, int] = {"": 0}
    by_track: dict[str, int] = {"": 0}
    by_state: dict[str, int] = {"": 0}
    for level, track, state, number in rows:
        fits_level = not wanted.level or level == wanted.level
        fits_track = not wanted.tracks or track in wanted.tracks
        if state in STANDING and fits_track:
            _add(by_level, level, number)
        if state in STANDING and fits_level:
            _add(by_track, track, number)
        if fits_level and fits_track:
            by_state[state] = by_state.get(state, 0) + number
            by_state[""] += number if state in STANDING else 0
    return TabCounts(by_level, by_track, by_state)


def _add(counts: dict[str, int], key: str, number: int) -> None:
    counts[key] = counts.get(key, 0) + number
    counts[""] += number
