"""Figure and FigureTable: the only shape in which a number travels above the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from workrelief.kernel.period import Period
from workrelief.kernel.units import Unit, show, unit_suffix

Status = Literal["ok", "no_data", "incomplete", "masked"]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """One number and everything needed to find its way back.

    `value` is exact in `unit` (fen, persons, days×10, plain ratio); `key` are the values of the table's `by` dimensions;
    `filters` the conditions that held for the whole read; `manifest` names the snapshot it was read from.
    """

    indicator: str
    value: int | Decimal | None
    unit: Unit
    period: Period
    division: str
    manifest: str
    status: Status = "ok"
    by: tuple[str, ...] = ()
    key: Key = ()
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def text(self) -> str:
        """As in tables, without the unit."""
        return show(self)

    @property
    def headline(self) -> str:
        """As in provincial text, with the unit: 16.03亿元."""
        return show(self, headline=True, suffix=True)

    @property
    def unit_text(self) -> str:
        return unit_suffix(self.unit)


@dataclass(frozen=True)
class FigureTable:
    """Figures of several indicators along the same dimensions.

    `cells[key][indicator]`; keys keep the order of reading. `labels` gives the Chinese text for each value of a dimension.
    """

    indicators: tuple[str, ...]
    by: tuple[str, ...]
    period: Period
    division: str
    manifest: str
    as_of: datetime
    cells: Mapping[Key, Mapping[str, Figure]]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[Key, Mapping[str, Figure]]]:
        return iter(self.cells.items())

    def __len__(self) -> int:
        return len(self.cells)

    def figure(self, indicator: str, *key: str) -> Figure:
        """The figure at `key`. Raises KeyError when the table has no such cell."""
        return self.cells[key][indicator]

    def label(self, dimension: str, value: str) -> str:
        return self.labels.get(dimension, {}).get(value, value)
