"""explain(): from a figure to the ledger rows it was made of, in the same state of the ledger it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import ibis

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.figures.engine.duckdb import DuckEngine
from workrelief.figures.indicators.asking import Asked, Window, ask, running_from
from workrelief.figures.indicators.catalogue import definition
from workrelief.figures.indicators.definitions import Definition, Derived, Measure, Ratio, measures_of
from workrelief.figures.indicators.dimensions import DIMENSIONS, Time, dimension
from workrelief.figures.indicators.from_rows import amount, selected
from workrelief.figures.indicators.read import Snapshot, read
from workrelief.figures.ledger.facts import FACTS
from workrelief.figures.snapshots import queries as snapshots
from workrelief.kernel.errors import NotPermitted
from workrelief.kernel.figure import Figure
from workrelief.kernel.period import Period


@dataclass(frozen=True)
class LedgerRow:
    """One row behind a figure. `value` is what it adds (fen, days×10, persons as ±1); `source_ref` leads to the work.

    `columns` holds every column of the fact by name, whole numbers and days.
    """

    id: int
    fact: str
    occurred_on: date
    division_code: str
    project_id: int
    source_ref: int
    batch_id: int
    reverses: int | None
    value: int
    columns: Mapping[str, int | date | None]


@dataclass(frozen=True)
class Explanation:
    """A figure taken apart.

    For a ratio, `numerator` and `denominator` are figures that can be explained in turn (for growth: this year and last
    year), and `rows` are those of the numerator. `rows_sum` adds up `value` over all pages: for a sum it equals the
    figure as the given scope sees it. `table` is the fact's Chinese name.
    """

    figure: Figure
    definition: Definition
    measure: Measure
    numerator: Figure | None
    denominator: Figure | None
    filters: tuple[str, ...]
    rows: tuple[LedgerRow, ...]
    total_rows: int
    rows_sum: int
    page: int
    per_page: int
    table: str

    @property
    def pages(self) -> int:
        return max(1, -(-self.total_rows // self.per_page))


def explain(figure: Figure, *, scope: Scope, page: int = 1, per_page: int = 50) -> Explanation:
    """The rows behind `figure` that `scope` may see, oldest first; pages count from 1.

    Raises NotFound when the division lies outside the scope or the live state it was read from is no longer kept,
    NotPermitted for the public.
    """
    if scope.published_only:
        raise NotPermitted("figures.explain", "公开页面只提供汇总数据，不提供明细。")
    defined = definition(figure.indicator)
    measure = measures_of(defined)[0]
    asked, window = _place(figure, scope, measure)
    numerator, denominator = _parts(figure, defined, scope)
    rows, total, total_sum = _rows(figure, measure, asked, window, page=max(page, 1), per_page=per_page)
    return Explanation(
        figure, defined, measure, numerator, denominator, _filters(figure, measure, window), rows, total, total_sum,
        max(page, 1), per_page, measure.family.table.label,
    )  # fmt: skip


def _place(figure: Figure, scope: Scope, measure: Measure) -> tuple[Asked, Window]:
    """The question that has exactly this figure as its answer: keys become filters, time becomes a window."""
    where = dict(figure.filters)
    period, window = figure.period, None
    for name, key in zip(figure.by, figure.key, strict=True):
        dim = dimension(name)
        if isinstance(dim, Time):
            end = Period(key)
            first = max(end.first_month, period.first_month)
            window = Window(first, min(end.last_month, period.last_month))
        else:
            where[name] = (key,) if name not in where or key in where[name] else ()
    asked = ask(scope=scope, period=period, by=(), division=figure.division, where=where)
    if window is None:
        (window,) = asked.windows(measure)
    elif measure.window != "within":
        window = Window(running_from(measure, period), window.last_month)
    return asked, window


def _parts(figure: Figure, defined: Definition, scope: Scope) -> tuple[Figure | None, Figure | None]:
    match defined:
        case Ratio(numerator=numerator, denominator=denominator):
            return _same_place(figure, numerator, scope), _same_place(figure, denominator, scope)
        case Derived(base=base):
            before = replace(
                figure,
                period=figure.period.same_last_year(),
                key=tuple(_year_before(n, k) for n, k in zip(figure.by, figure.key, strict=True)),
            )
            return _same_place(figure, base, scope), _same_place(before, base, scope)
    return None, None


def _year_before(name: str, key: str) -> str:
    return str(Period(key).same_last_year()) if isinstance(DIMENSIONS[name], Time) else key


def _same_place(figure: Figure, measure: Measure, scope: Scope) -> Figure:
    table = read(
        [measure.id], scope=scope, period=figure.period, by=figure.by, division=figure.division,
        where=dict(figure.filters), source=Snapshot(figure.manifest),
    )  # fmt: skip
    if figure.key in table.cells:
        return table.figure(measure.id, *figure.key)
    return replace(figure, indicator=measure.id, value=None, unit=measure.unit, status="no_data")


def _rows(
    figure: Figure, measure: Measure, asked: Asked, window: Window, *, page: int, per_page: int
) -> tuple[tuple[LedgerRow, ...], int, int]:
    view = snapshots.named(figure.manifest)
    table = measure.family.table
    source = view.source(table, measure.family.time, window.first_month, window.last_month)
    if not asked.applies_to(measure):
        return (), 0, 0
    found = selected(measure, asked, window)
    if measure.counted and measure.spec.key_may_be_empty:
        found = found.filter(found[measure.spec.key].notnull())
    found = found.mutate(added=amount(measure, found))
    found = found.filter(found.added != 0)
    engine = DuckEngine()
    ((count, total),) = engine.rows(found.aggregate(n=found.count(), total=found.added.sum()), {source.name: source})
    ordered = found.order_by([ibis.asc("occurred_on"), ibis.asc("id")]).limit(per_page, offset=(page - 1) * per_page)
    names = (*table.column_names, "added")
    rows = engine.rows(ordered.select(*names), {source.name: source})
    return (
        tuple(_ledger_row(table.name, dict(zip(names, r, strict=True))) for r in rows),
        int(count or 0),
        int(total or 0),
    )


def _ledger_row(fact: str, values: dict[str, int | date | None]) -> LedgerRow:
    added = values.pop("added")
    occurred_on, reverses = values["occurred_on"], values["reverses"]
    assert isinstance(occurred_on, date)
    assert isinstance(added, int)
    assert not isinstance(reverses, date)
    return LedgerRow(
        id=_whole(values["id"]),
        fact=FACTS[fact].name,
        occurred_on=occurred_on,
        division_code=f"{_whole(values['division_code']):012d}",
        project_id=_whole(values["project_id"]),
        source_ref=_whole(values["source_ref"]),
        batch_id=_whole(values["batch_id"]),
        reverses=reverses,
        value=added,
        columns=values,
    )


def _whole(value: int | date | Decimal | None) -> int:
    assert isinstance(value, int)
    return value


_TIME_TEXT = {"wage_period": "按务工所属月份", "period": "按发生（到账）日期"}


def _filters(figure: Figure, measure: Measure, window: Window) -> tuple[str, ...]:
    """The conditions, as people read them: division, months, keys, filters, and what the definition itself demands."""
    first, last = (Period.of_month(m // 100, m % 100).label for m in (window.first_month, window.last_month))
    months = first if first == last else f"{first}至{last}"
    if measure.window == "to_date":
        months = f"自第一笔起至{last}"
    said = [f"行政区划：{divisions.name(figure.division)}", f"期间：{months}（{_TIME_TEXT[measure.family.time]}）"]
    for name, key in zip(figure.by, figure.key, strict=True):
        dim = dimension(name)
        if not isinstance(dim, Time):
            said.append(f"{dim.label}：{dim.text(key)}")
    for name, keys in figure.filters:
        said.append(f"{dimension(name).label}：{'、'.join(map(dimension(name).text, keys))}")
    for name, codes in measure.only:
        dim = dimension(name)
        said.append(f"{dim.label}：{'、'.join(dim.text(dim.key(code)) for code in codes)}")
    return tuple(said)
