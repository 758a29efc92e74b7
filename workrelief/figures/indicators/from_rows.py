"""Reading measures from ledger rows through Ibis: any month, project or place; the same numbers as from cubes.

Expressions stand on unbound tables and return whole numbers only, so that DuckDB and Spark run the same ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache

import ibis
import ibis.expr.types as ir

from workrelief.figures.engine.choose import engine_for
from workrelief.figures.indicators.asking import Asked, Window
from workrelief.figures.indicators.definitions import Measure
from workrelief.figures.indicators.from_cells import Values
from workrelief.figures.ledger.schema import unbound
from workrelief.figures.snapshots.families import Family
from workrelief.figures.snapshots.view import View


def read_rows(view: View, measures: Sequence[Measure], asked: Asked) -> dict[str, Values]:
    """Values of each measure by dimension numbers. Sums over the same rows are taken in one query."""
    values: dict[str, Values] = {m.id: {} for m in measures}
    for expression, window, family, together in queries(measures, asked):
        source = view.source(family.table, family.time, window.first_month, window.last_month)
        for row in engine_for(view.rows).rows(expression, {source.name: source}):
            *key, count = row[: len(asked.by) + 1]
            if count:
                for measure, value in zip(together, row[len(asked.by) + 1 :], strict=True):
                    values[measure.id][tuple(int(k or 0) for k in key)] = int(value or 0)
    return values


def queries(
    measures: Sequence[Measure], asked: Asked
) -> Iterator[tuple[ir.Table, Window, Family, tuple[Measure, ...]]]:
    """Expression, window, family and measures of each query. Columns: dimension numbers, row count, one per measure."""
    sums: dict[tuple[Family, Window], list[Measure]] = defaultdict(list)
    for measure in measures:
        for window in asked.windows(measure):
            if measure.column:
                sums[(measure.family, window)].append(measure)
            else:
                yield _distinct(measure, asked, window), window, measure.family, (measure,)
    for (family, window), together in sums.items():
        yield _sums(tuple(together), asked, window), window, family, tuple(together)


def selected(measure: Measure, asked: Asked, window: Window) -> ir.Table:
    """Rows in the window, the scope and the filters."""
    rows = unbound(measure.family.table)
    time = rows[measure.family.time]
    conditions = [time.between(window.first_month, window.last_month), asked.scope.where(rows)]
    for dim, numbers in asked.conditions:
        conditions.append(dim.of_rows(rows, measure.family).isin(numbers))
    return rows.filter(*conditions)


def amount(measure: Measure, rows: ir.Table) -> ir.IntegerColumn:
    """What each row adds: the column, or the weight of its key; 0 where the measure does not count the row."""
    names = (measure.column,) if measure.column else measure.spec.weights
    value = rows[names[0]].cast("int64")
    for name in names[1:]:
        value = value + rows[name].cast("int64")
    for column, codes in measure.only:
        value = ibis.ifelse(rows[column].isin(codes), value, 0)
    return value


def _keys(rows: ir.Table, family: Family, asked: Asked, window: Window) -> dict[str, ir.Value]:
    keys: dict[str, ir.Value] = {}
    for position, dim in enumerate(asked.dimensions):
        fixed = window.number is not None and dim is asked.time
        keys[f"k{position}"] = ibis.literal(window.number, "int64") if fixed else dim.of_rows(rows, family)
    return keys


@lru_cache(maxsize=256)
def _sums(measures: tuple[Measure, ...], asked: Asked, window: Window) -> ir.Table:
    first = measures[0]
    rows = selected(first, asked, window)
    keys = _keys(rows, first.family, asked, window)
    amounts = {f"v{i}": amount(m, rows) for i, m in enumerate(measures)}
    picked = rows.select(**keys, **amounts)
    totals = {"n": picked.count(), **{name: picked[name].sum() for name in amounts}}
    return picked.group_by(list(keys)).aggregate(**totals) if keys else picked.aggregate(**totals)


@lru_cache(maxsize=256)
def _distinct(measure: Measure, asked: Asked, window: Window) -> ir.Table:
    """Keys whose weights add up to more than zero: first each key's net, then how many stand."""
    rows = selected(measure, asked, window)
    spec = measure.spec
    if spec.key_may_be_empty:
        rows = rows.filter(rows[spec.key].notnull())
    keys = _keys(rows, measure.family, asked, window)
    picked = rows.select(**keys, key=rows[spec.key], weight=amount(measure, rows))
    nets = picked.group_by([*keys, "key"]).aggregate(net=picked.weight.sum())
    totals = {"n": nets.count(), "v0": (nets.net > 0).cast("int64").sum()}
    return nets.group_by(list(keys)).aggregate(**totals) if keys else nets.aggregate(**totals)
