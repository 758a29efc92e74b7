"""Reading a measure from cubes: choose cells, group them, add up or unite. Exact, and milliseconds at any size."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workrelief.figures.indicators.asking import Asked, Window
from workrelief.figures.indicators.definitions import Measure
from workrelief.figures.indicators.dimensions import Place
from workrelief.figures.snapshots.cube import Int64s, united
from workrelief.figures.snapshots.families import Grain, quarter_number
from workrelief.figures.snapshots.view import Cells, View
from workrelief.kernel import codes
from workrelief.kernel.kinds import Sector

Numbers = tuple[int, ...]
Values = dict[Numbers, int]
_BELOW_PREFIX = {2: 10**10, 4: 10**8, 6: 10**6, 9: 10**3}


def read_cells(view: View, measure: Measure, asked: Asked) -> Values:
    """Value of the measure for each combination of dimension numbers that has rows."""
    values: Values = {}
    if asked.scope.is_empty:
        return values
    for window in asked.windows(measure):
        values |= _read_window(view, measure, asked, window)
    return values


def _read_window(view: View, measure: Measure, asked: Asked, window: Window) -> Values:
    cells = view.cells(measure.family, window.first_month, window.last_month, _grain(measure, asked, window))
    chosen = np.flatnonzero(_chosen(cells, asked, window))
    if not len(chosen):
        return {}
    columns = []
    for dim in asked.dimensions:
        fixed = window.number is not None and dim is asked.time
        columns.append(np.full(len(chosen), window.number) if fixed else dim.of_cells(cells)[chosen])
    order, edges, keys = _groups(columns, len(chosen))
    ordered = chosen[order]
    counts = np.ones(len(ordered), dtype=np.bool_)
    for column, numbers in measure.only:
        counts &= np.isin(cells.dims[column][ordered], numbers)
    if measure.column:
        amounts = np.where(counts, cells.sums[measure.column][ordered], 0)
        return dict(zip(keys, np.add.reduceat(amounts, edges[:-1]).tolist(), strict=True))
    found = dict(zip(keys, _counted(cells, measure, ordered, counts, edges), strict=True))
    if measure.spec.key_may_be_empty:
        known = np.add.reduceat(cells.known[measure.counted][ordered], edges[:-1]).tolist()
        return {key: found[key] for key, rows in zip(keys, known, strict=True) if rows}
    return found


def _grain(measure: Measure, asked: Asked, window: Window) -> Grain:
    """The coarsest cells that still tell apart what is laid out, filtered, counted and allowed."""
    named = [*asked.dimensions, *(d for d, _ in asked.conditions)]
    dims = {d.name for d in named} | {name for name, _ in measure.only}
    if asked.scope.sectors is not None:
        dims.add("sector")
    belows = [d.below for d in named if isinstance(d, Place)]
    belows += [_BELOW_PREFIX[len(prefix)] for prefix in asked.scope.divisions]
    quarters = None
    if asked.time is None or window.number is not None:
        quarters = (quarter_number(window.first_month), quarter_number(window.last_month))
    return Grain(min(belows), frozenset(dims & set(measure.family.dims)), quarters)


def _chosen(cells: Cells, asked: Asked, window: Window) -> NDArray[np.bool_]:
    """Which cells lie in the window, the scope and the filters."""
    first, last = quarter_number(window.first_month), quarter_number(window.last_month)
    chosen = (cells.quarter >= first) & (cells.quarter <= last)
    inside = np.zeros(len(cells), dtype=np.bool_)
    for prefix in asked.scope.divisions:
        low, high = (int(code) for code in codes.code_range(prefix))
        inside |= (cells.division >= low) & (cells.division <= high)
    chosen &= inside
    if asked.scope.sectors is not None:
        chosen &= np.isin(cells.dims["sector"], [Sector.of_id(s).code for s in asked.scope.sectors])
    for dim, numbers in asked.conditions:
        chosen &= np.isin(dim.of_cells(cells), numbers)
    return chosen


def _groups(columns: list[Int64s], count: int) -> tuple[NDArray[np.intp], Int64s, list[Numbers]]:
    """(order that brings groups together, keeping cells ascending; edges of the groups in that order; their keys)."""
    if not columns:
        return np.arange(count), np.array([0, count]), [()]
    combined = np.zeros(count, dtype=np.int64)
    for column in columns:
        values, position = np.unique(column, return_inverse=True)
        combined = combined * len(values) + position
    order = np.argsort(combined, kind="stable")
    ordered = combined[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    keys = list(zip(*(column[order[starts]].tolist() for column in columns), strict=True))
    return order, np.append(starts, count), keys


def _counted(cells: Cells, measure: Measure, ordered: Int64s, counts: NDArray[np.bool_], edges: Int64s) -> list[int]:
    """Distinct keys of each group: the union of its bitmaps, exceptions resolved from their nets."""
    spec = measure.spec
    exceptional, nets = cells.exceptions(spec)
    found: list[int] = []
    for start, end in pairwise(edges.tolist()):
        members = ordered[start:end][counts[start:end]]
        keys = united(cells.bitmaps(spec.name, members))
        found.append(len(keys - exceptional) if exceptional else len(keys))
    if exceptional:
        group_of = np.full(len(cells), -1, dtype=np.int64)
        group_of[ordered[counts]] = np.repeat(np.arange(len(edges) - 1), np.diff(edges))[counts]
        group = group_of[nets.cell]
        relevant = group >= 0
        pairs = (group[relevant].astype(np.uint64) << np.uint64(32)) + nets.key[relevant].astype(np.uint64)
        if len(pairs):
            unique, position = np.unique(pairs, return_inverse=True)
            net = np.zeros(len(unique), dtype=np.int64)
            np.add.at(net, position, nets.net[relevant])
            standing = np.bincount((unique[net > 0] >> np.uint64(32)).astype(np.int64), minlength=len(found))
            found = [a + b for a, b in zip(found, standing.tolist(), strict=True)]
    return found
