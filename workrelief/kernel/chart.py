"""ChartSpec: what to draw, independent of who draws it (ECharts on screen, a drawn picture in documents)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

ChartKind = Literal["bar", "line", "map"]
ChartValue = int | float | Decimal


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values, in the order of the categories and in the unit of the chart.

    `values` are already divided into that unit (万元, 万人 …) and serve the length of bars only; None is "no data",
    never zero. `labels` are the texts printed beside them, made by `show()`; without them the plain value is printed.
    """

    name: str
    values: tuple[ChartValue | None, ...]
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.labels and len(self.labels) != len(self.values):
            raise ValueError(f"series {self.name!r}: {len(self.labels)} labels for {len(self.values)} values")

    def label(self, index: int) -> str:
        """The text beside value `index`; a dash where there is no data."""
        if self.labels:
            return self.labels[index]
        value = self.values[index]
        return "—" if value is None else format(value, "f" if isinstance(value, Decimal) else "")


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """Bars for ranking, lines for time, a map for place; the table of the same figures always stands beneath.

    `categories` are the labels along the axis. A map also needs `codes`, the 12-digit division code of each category,
    and `area`, the division whose children are drawn; it has exactly one series.
    """

    kind: ChartKind
    title: str
    unit: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    note: str = ""
    codes: tuple[str, ...] = ()
    area: str = ""

    def __post_init__(self) -> None:
        for one in self.series:
            if len(one.values) != len(self.categories):
                raise ValueError(f"chart {self.title!r}: series {one.name!r} does not have one value for each category")
        if self.kind == "map" and (len(self.series) != 1 or len(self.codes) != len(self.categories) or not self.area):
            raise ValueError(f"chart {self.title!r}: a map needs one series, a code for each category, and its area")
