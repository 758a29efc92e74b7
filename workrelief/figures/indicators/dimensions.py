"""Along what a number may be laid out: places, closed sets, time, projects.

Each dimension has a whole number for each of its values, the same from cubes and from rows, so that both ways of
reading meet in the same keys; outside, keys are ids (12-digit codes, kind ids, 2022Q3, 2022-07, project id as text).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from workrelief.base.divisions import queries as divisions
from workrelief.figures.snapshots.cube import Int64s
from workrelief.figures.snapshots.families import Family
from workrelief.figures.snapshots.view import Cells
from workrelief.kernel import codes, kinds
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.kinds import Kind
from workrelief.kernel.period import Period

NONE_ID = "none"
NONE_LABEL = "不属于项目"


@dataclass(frozen=True)
class Dimension:
    """One way to lay figures out. Subclasses know its numbers and texts."""

    name: str
    label: str
    in_cubes: bool = True

    def applies_to(self, family: Family) -> bool:
        """Whether facts of this family have it."""
        return True

    def of_cells(self, cells: Cells) -> Int64s:
        """The number of each cell."""
        raise NotImplementedError

    def of_rows(self, rows: ir.Table, family: Family) -> ir.IntegerColumn:
        """The number of each row."""
        raise NotImplementedError

    def key(self, number: int) -> str:
        """The id outside."""
        raise NotImplementedError

    def number(self, key: str) -> int:
        """Back from the id. Raises InvalidInput for one that cannot be."""
        raise NotImplementedError

    def text(self, key: str) -> str:
        """The Chinese label of an id."""
        raise NotImplementedError

    def _unknown(self, key: str) -> InvalidInput:
        return InvalidInput("figures.key", f"“{key}”不是{self.label}的取值。")


@dataclass(frozen=True)
class Place(Dimension):
    """Divisions at one level. A row of a higher division keeps its own code."""

    level: Level = Level.CITY
    below: int = 1

    def of_cells(self, cells: Cells) -> Int64s:
        return cells.division - cells.division % self.below

    def of_rows(self, rows: ir.Table, family: Family) -> ir.IntegerColumn:
        return rows.division_code - rows.division_code % self.below

    def key(self, number: int) -> str:
        return f"{number:012d}"

    def number(self, key: str) -> int:
        return int(codes.normalise(key))

    def text(self, key: str) -> str:
        name = divisions.name(key)
        return f"{name}本级" if codes.level_of(key) < self.level else name


@dataclass(frozen=True)
class Closed(Dimension):
    """A closed set of `kernel.kinds`; 0 stands for none of them (`none_label`)."""

    kind: type[Kind] = Kind
    none_label: str = NONE_LABEL

    def applies_to(self, family: Family) -> bool:
        return self.name in family.dims

    def of_cells(self, cells: Cells) -> Int64s:
        return cells.dims[self.name]

    def of_rows(self, rows: ir.Table, family: Family) -> ir.IntegerColumn:
        return rows[self.name].cast("int64")

    def key(self, number: int) -> str:
        return self.kind.of_code(number).id if number else NONE_ID

    def number(self, key: str) -> int:
        if key == NONE_ID:
            return 0
        try:
            return self.kind.of_id(key).code
        except ValueError as err:
            raise self._unknown(key) from err

    def text(self, key: str) -> str:
        return self.none_label if key == NONE_ID else self.kind.of_id(key).label


@dataclass(frozen=True)
class Time(Dimension):
    """Quarters (number 202203) or months (number 202207) of the measure's own time."""

    def of_cells(self, cells: Cells) -> Int64s:
        return (2000 + cells.quarter // 4) * 100 + cells.quarter % 4 + 1

    def of_rows(self, rows: ir.Table, family: Family) -> ir.IntegerColumn:
        month = rows[family.time].cast("int64")
        if self.name == "month":
            return month
        in_year = month % 100
        quarter = ibis.cases((in_year <= 3, 1), (in_year <= 6, 2), (in_year <= 9, 3), else_=4).cast("int64")
        return month - in_year + quarter

    def key(self, number: int) -> str:
        year, part = divmod(number, 100)
        return f"{year}-{part:02d}" if self.name == "month" else f"{year}Q{part}"

    def number(self, key: str) -> int:
        period = Period(key)
        if period.kind != self.name:
            raise self._unknown(key)
        return period.first_month if self.name == "month" else period.year * 100 + (period.first - 1) // 3 + 1

    def text(self, key: str) -> str:
        return Period(key).label

    def periods(self, period: Period) -> list[tuple[int, Period]]:
        """(number, whole period) of each quarter or month that `period` touches."""
        wanted = {self.number_of(month): month for month in period.each_month()}
        return [(n, Period(self.key(n))) for n in wanted]

    def number_of(self, month: Period) -> int:
        return month.first_month if self.name == "month" else month.year * 100 + (month.first - 1) // 3 + 1


@dataclass(frozen=True)
class ByProject(Dimension):
    """Projects by id; their names are known to the room above."""

    def of_rows(self, rows: ir.Table, family: Family) -> ir.IntegerColumn:
        return rows.project_id

    def key(self, number: int) -> str:
        return str(number)

    def number(self, key: str) -> int:
        if not key.isdecimal():
            raise self._unknown(key)
        return int(key)

    def text(self, key: str) -> str:
        return NONE_LABEL if key == "0" else f"项目 {key}"


_ALL: tuple[Dimension, ...] = (
    Place("province", "省", level=Level.PROVINCE, below=10**10),
    Place("city", "市", level=Level.CITY, below=10**8),
    Place("county", "县（市、区）", level=Level.COUNTY, below=10**6),
    Place("township", "乡镇（街道）", level=Level.TOWNSHIP, below=10**3),
    Closed("track", "项目线", kind=kinds.Track),
    Closed("sector", "领域", kind=kinds.Sector),
    Closed("group", "人员类别", kind=kinds.WorkerGroup),
    Closed("fund_type", "资金来源", kind=kinds.FundType, none_label="未分来源"),
    Closed("audience", "培训对象", kind=kinds.Audience),
    Closed("training_type", "培训类型", kind=kinds.TrainingType),
    Time("quarter", "季度"),
    Time("month", "月份", in_cubes=False),
    ByProject("project", "项目", in_cubes=False),
)
DIMENSIONS: Mapping[str, Dimension] = {d.name: d for d in _ALL}


def dimension(name: str) -> Dimension:
    """Raises InvalidInput for an unknown name."""
    found = DIMENSIONS.get(name)
    if found is None:
        raise InvalidInput("figures.dimension", f"没有名为“{name}”的分组方式。")
    return found
