"""read(): the only way to obtain a number.

    table = read(["wages_paid", "labour_pay_share"], scope=actor.scope, period=Period("2022"), by=("city", "track"))
    table.figure("wages_paid", "371400000000", "key_project").headline    →  "1.23亿元"

It applies the scope, reads from cubes where cells are fine enough and from rows otherwise, divides after adding up,
hides small counts from the public, and says "no data" where there is none. LIVE is the newest state of the ledger,
never stale.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from django.db import connection

from workrelief.base.access.scope import Scope
from workrelief.figures.indicators.asking import Asked, ask
from workrelief.figures.indicators.catalogue import definition
from workrelief.figures.indicators.catalogue.employment import HEADCOUNT_UNIQUE
from workrelief.figures.indicators.definitions import Definition, Derived, Measure, Ratio, measures_of
from workrelief.figures.indicators.from_cells import Numbers, Values, read_cells
from workrelief.figures.indicators.from_rows import read_rows
from workrelief.figures.indicators.masking import hidden_keys, threshold
from workrelief.figures.snapshots import queries as snapshots
from workrelief.figures.snapshots.view import View
from workrelief.kernel.errors import NotFound
from workrelief.kernel.figure import Figure, FigureTable, Key, Status
from workrelief.kernel.period import Period

NO_FILTER: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})
_MOST_KEPT = 512


@dataclass(frozen=True)
class Snapshot:
    """A state to read from, by name: a sealed snapshot (2022-v1) or the `manifest` a figure carries."""

    name: str


@dataclass(frozen=True)
class Live:
    """The ledger as it is now."""


LIVE: Final = Live()
Source = Live | Snapshot


def read(
    ids: Sequence[str],
    *,
    scope: Scope,
    period: Period,
    by: Sequence[str] = (),
    division: str | None = None,
    where: Mapping[str, Sequence[str]] = NO_FILTER,
    source: Source = LIVE,
) -> FigureTable:
    """Figures of `ids` for the part of `division` (default: the scope's home) that `scope` may see.

    Keys are the values of the dimensions `by` that have rows, in official order; with by=() there is the one key ().
    A measure whose facts lack a dimension laid out or filtered by has no data. Raises NotFound for an unknown
    indicator, a division outside the scope, a missing snapshot or, for the public, a period not published;
    InvalidInput for unknown dimensions.
    """
    asked = ask(scope=scope, period=period, by=by, division=division, where=where)
    definitions = tuple(definition(i) for i in ids)
    view = _view(source, scope, period)
    key = (view.files.name, view.files.digest, view.waiting.name, tuple(ids), asked)
    return _kept_or(key, definitions, view, asked)


def _view(source: Source, scope: Scope, period: Period) -> View:
    if isinstance(source, Live):
        return snapshots.published(period) if scope.published_only else snapshots.live()
    if scope.published_only and source.name.startswith("live-"):
        raise NotFound("snapshot.missing", f"没有名为“{source.name}”的数据快照。")
    return snapshots.named(source.name)


_kept: OrderedDict[Hashable, FigureTable] = OrderedDict()
_lock = threading.Lock()


def _kept_or(key: Hashable, definitions: Sequence[Definition], view: View, asked: Asked) -> FigureTable:
    """Views never change, so a table read once stays right; inside a transaction a view may yet be rolled back."""
    if connection.in_atomic_block:
        return _table(definitions, view, asked)
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    found = _table(definitions, view, asked)
    with _lock:
        _kept[key] = found
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return found


def forget() -> None:
    """Drop kept tables and views (a process that changes its database)."""
    with _lock:
        _kept.clear()
    snapshots.forget()


def values_of(view: View, measures: Sequence[Measure], asked: Asked, *, from_rows: bool = False) -> dict[str, Values]:
    """Exact whole numbers of each measure; from cubes where they are fine enough, unless rows are asked for."""
    fitting = [m for m in dict.fromkeys(measures) if asked.applies_to(m)]
    values: dict[str, Values] = {m.id: {} for m in measures}
    if asked.fits_cubes and not from_rows:
        return values | {m.id: read_cells(view, m, asked) for m in fitting}
    return values | read_rows(view, fitting, asked)


def _table(definitions: Sequence[Definition], view: View, asked: Asked) -> FigureTable:
    measures = list(dict.fromkeys(m for d in definitions for m in measures_of(d)))
    now = values_of(view, measures, asked)
    bases = list(dict.fromkeys(d.base for d in definitions if isinstance(d, Derived)))
    then = _shifted(values_of(view, bases, asked.a_year_before()), asked) if bases else {}
    keys = sorted({key for values in now.values() for key in values}) if asked.by else [()]
    hidden = _hidden(view, measures, asked, now, keys)
    ids = tuple(tuple(d.key(n) for d, n in zip(asked.dimensions, key, strict=True)) for key in keys)
    cells: dict[Key, dict[str, Figure]] = {}
    for key, outside in zip(keys, ids, strict=True):
        cells[outside] = {
            d.id: _figure(d, outside, *_evaluate(d, key, now, then, hidden), view=view, asked=asked)
            for d in definitions
        }
    labels = {
        d.name: {k: d.text(k) for k in dict.fromkeys(key[i] for key in ids)} for i, d in enumerate(asked.dimensions)
    }
    return FigureTable(
        tuple(d.id for d in definitions), asked.by, asked.period, asked.division, view.name, view.as_of, cells, labels
    )


def _shifted(values: dict[str, Values], asked: Asked) -> dict[str, Values]:
    """Last year's values under this year's keys: a quarter or month is moved on by a year."""
    time = asked.time
    if time is None:
        return values
    place = asked.by.index(time.name)
    return {
        i: {(*key[:place], key[place] + 100, *key[place + 1 :]): value for key, value in found.items()}
        for i, found in values.items()
    }


def _hidden(
    view: View, measures: Sequence[Measure], asked: Asked, values: dict[str, Values], keys: Sequence[Numbers]
) -> dict[str, frozenset[Numbers]]:
    if not asked.scope.published_only:
        return {}
    persons = values_of(view, [HEADCOUNT_UNIQUE], asked)[HEADCOUNT_UNIQUE.id]
    return hidden_keys(measures, values, persons, keys, threshold(asked.period.last_day))


def _evaluate(
    wanted: Definition,
    key: Numbers,
    now: Mapping[str, Values],
    then: Mapping[str, Values],
    hidden: Mapping[str, frozenset[Numbers]],
) -> tuple[int | Decimal | None, Status]:
    if any(key in hidden.get(m.id, ()) for m in measures_of(wanted)):
        return None, "masked"
    value: int | Decimal | None
    match wanted:
        case Measure():
            value = now[wanted.id].get(key)
        case Ratio(numerator=numerator, denominator=denominator):
            value = _quotient(now[numerator.id].get(key), now[denominator.id].get(key))
        case Derived(base=base):
            current, former = now[base.id].get(key), then[base.id].get(key)
            value = None if current is None or former is None else _quotient(current - former, former)
        case _:
            raise TypeError(type(wanted).__name__)
    return value, "no_data" if value is None else "ok"


def _quotient(numerator: int | None, denominator: int | None) -> Decimal | None:
    """Exact to 28 digits; nothing where there is nothing to divide by."""
    if numerator is None or not denominator:
        return None
    return Decimal(numerator) / Decimal(denominator)


def _figure(
    wanted: Definition, key: Key, value: int | Decimal | None, status: Status, *, view: View, asked: Asked
) -> Figure:
    return Figure(
        wanted.id, value, wanted.unit, asked.period, asked.division, view.name, status, asked.by, key, asked.where
    )
