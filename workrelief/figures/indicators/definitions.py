"""The three forms a number may take: Measure (whole numbers from ledger rows), Ratio, and Derived (a comparison in
time).

A measure says which fact, by which time, which rows count and how they add up; both ways of reading (cubes and rows)
obey it. Ratios and comparisons are computed from measures after adding up, in exact decimals, never averaged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from workrelief.figures.snapshots.families import Family, SetSpec
from workrelief.kernel.citation import Cite
from workrelief.kernel.units import Unit

AddsUp = Literal["sum", "recount", "ratio"]
Window = Literal["within", "year_to_date", "to_date"]
ADDS_UP_TEXT: dict[AddsUp, str] = {
    "sum": "可由下级相加",
    "recount": "逐级重新去重，下级之和不等于上级",
    "ratio": "由分子、分母分别汇总后相除，不取平均",
}


@dataclass(frozen=True)
class Definition:
    """What every indicator has. `text` is the 口径 in official words, `adds_up` how it behaves over divisions."""

    id: str
    code: str
    label: str
    unit: Unit
    text: str
    cites: tuple[Cite, ...]

    @property
    def adds_up(self) -> AddsUp:
        raise NotImplementedError

    @property
    def adds_up_text(self) -> str:
        return ADDS_UP_TEXT[self.adds_up]


@dataclass(frozen=True)
class Measure(Definition):
    """A sum of a column, or a count of distinct keys, over the rows of one fact.

    `family` fixes fact, time and the sets there are; `column` is a measure of the fact, or `counted` a set of the
    family. Rows count where each column of `only` holds one of its codes; the others add nothing. `window`:
    rows of the period, from January of its year to its end, or from the first row of all to its end. `divisions_apart`: one key lies in one division, so
    counts add up.
    """

    family: Family = field(kw_only=True)
    column: str = field(default="", kw_only=True)
    counted: str = field(default="", kw_only=True)
    only: tuple[tuple[str, tuple[int, ...]], ...] = field(default=(), kw_only=True)
    window: Window = field(default="within", kw_only=True)
    divisions_apart: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if bool(self.column) == bool(self.counted):
            raise ValueError(f"{self.id}: a measure sums a column or counts a set, not both or neither")
        if self.column and self.column not in self.family.sums:
            raise ValueError(f"{self.id}: {self.column} is no sum of {self.family.name}")
        if self.counted:
            self.spec  # noqa: B018 - raises for an unknown set
        unknown = {name for name, _ in self.only} - set(self.family.dims)
        if unknown:
            raise ValueError(f"{self.id}: {self.family.name} has no dimension {sorted(unknown)}")

    @property
    def spec(self) -> SetSpec:
        """The set counted. Raises ValueError for a sum, or when the family has no such set."""
        for spec in self.family.sets:
            if spec.name == self.counted:
                return spec
        raise ValueError(f"{self.id}: {self.family.name} has no set {self.counted!r}")

    @property
    def adds_up(self) -> AddsUp:
        return "sum" if self.column or self.divisions_apart else "recount"


@dataclass(frozen=True)
class Ratio(Definition):
    """numerator ÷ denominator; no data while the denominator is 0 or missing."""

    numerator: Measure = field(kw_only=True)
    denominator: Measure = field(kw_only=True)

    @property
    def adds_up(self) -> AddsUp:
        return "ratio"


@dataclass(frozen=True)
class Derived(Definition):
    """Growth of a measure against the same period of the year before: (now − then) ÷ then."""

    base: Measure = field(kw_only=True)

    @property
    def adds_up(self) -> AddsUp:
        return "ratio"


def measures_of(definition: Definition) -> tuple[Measure, ...]:
    """The measures a number is made of."""
    match definition:
        case Measure():
            return (definition,)
        case Ratio(numerator=numerator, denominator=denominator):
            return (numerator, denominator)
        case Derived(base=base):
            return (base,)
    raise TypeError(type(definition).__name__)
