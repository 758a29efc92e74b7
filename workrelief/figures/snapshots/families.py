"""What a cube keeps of each fact: by which time, along which dimensions, which sums and which sets.

Wages are read in two times: money counts in the month it arrived (`period`), persons and days in the month they worked
(`wage_period`; reading 4, forms.md I03–I07). A partition is cut by the year of `period`; its work cells may
therefore lie in an earlier year (December's wage paid in January). A reader of a year looks into every partition
whose recorded span of `wage_period` touches it, so nothing is counted twice or missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workrelief.figures.ledger.facts import FUND, FUND_MOVE, PAY, PROJECT, TRAINING, FactTable

QUARTERS = 512
"""Room for quarter numbers, (year − 2000)·4 + quarter − 1: until 2127."""
_CODES = 16
"""Room for each code of a closed set."""
_UNIT = 1_000
"""A cell's place is the township: a 12-digit code without its village part."""
FINEST_PREFIX = 9


@dataclass(frozen=True)
class SetSpec:
    """Distinct values of `key`, standing where the sum of the `weights` over the rows is above zero."""

    name: str
    key: str
    weights: tuple[str, ...]
    key_may_be_empty: bool = False


@dataclass(frozen=True)
class Grain:
    """How fine cells are needed: divisions without their last digits below `below` (10⁸: city), and which dimensions.

    `quarters` (first, last number) are told apart no longer: what stands in any of them is put under the first.
    """

    below: int = _UNIT
    dims: frozenset[str] | None = None
    quarters: tuple[int, int] | None = None

    def keeps(self, dim: str) -> bool:
        return self.dims is None or dim in self.dims


FINEST = Grain()
"""The lowest cells themselves."""


@dataclass(frozen=True)
class Family:
    """Cells of one fact along one time. A cell is township × `dims` × quarter."""

    name: str
    table: FactTable
    time: str
    dims: tuple[str, ...]
    sums: tuple[str, ...]
    sets: tuple[SetSpec, ...] = ()

    @property
    def weights(self) -> frozenset[str]:
        """The weight columns of all its sets."""
        return frozenset(w for s in self.sets for w in s.weights)

    def code_sql(self) -> str:
        """DuckDB expression packing a row's cell into one whole number below 2⁶³; order of codes is order of dims."""
        code = f'("division_code" // {_UNIT})'
        for dim in self.dims:
            code = f'({code} * {_CODES} + "{dim}")'
        month = f'"{self.time}"'
        return f"({code} * {QUARTERS} + ({month} // 100 - 2000) * 4 + ({month} % 100 - 1) // 3)"

    def codes_of(self, rows: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
        """The same of whole columns."""
        code = rows["division_code"].astype(np.int64) // _UNIT
        for dim in self.dims:
            code *= _CODES
            code += rows[dim]
        month = rows[self.time].astype(np.int32)
        year = month // 100
        code *= QUARTERS
        code += (year - 2000) * 4 + (month - year * 100 - 1) // 3
        return code

    @property
    def dim_places(self) -> dict[str, tuple[int, int]]:
        """(divisor, modulus) that take each dimension out of a code; "unit" and "quarter" included."""
        places = {"quarter": (1, QUARTERS)}
        divisor = QUARTERS
        for dim in reversed(self.dims):
            places[dim] = (divisor, _CODES)
            divisor *= _CODES
        places["unit"] = (divisor, 10**9)
        return places

    def coarser(self, codes: NDArray[np.int64], grain: Grain) -> NDArray[np.int64]:
        """The code of the cell of this grain each cell belongs to: dimensions not kept become 0."""
        result = codes % QUARTERS
        if grain.quarters is not None:
            first, last = grain.quarters
            result = np.where((result >= first) & (result <= last), first, result)
        for name, (divisor, modulus) in self.dim_places.items():
            if name == "unit":
                below = grain.below // _UNIT
                unit = codes // divisor
                result = result + (unit - unit % below) * divisor
            elif name != "quarter" and grain.keeps(name):
                result = result + (codes // divisor) % modulus * divisor
        return result


def quarter_number(month: int) -> int:
    """Number of the quarter a ledger month lies in: 202207 → 90."""
    return (month // 100 - 2000) * 4 + (month % 100 - 1) // 3


_SIGN = ("sign",)
WORK = Family(
    "pay_work",
    PAY,
    "wage_period",
    ("track", "sector", "group"),
    ("days_x10", "due_fen", "on_time_fen"),
    (
        SetSpec("workers", "worker_key", _SIGN),
        SetSpec("engagements", "engagement_key", _SIGN),
        SetSpec("local_engagements", "engagement_key", ("local",)),
    ),
)
PAID = Family("pay_paid", PAY, "period", ("track", "sector", "group"), ("paid_fen", "own_card_fen"))
PROJECTS = Family(
    "project",
    PROJECT,
    "period",
    ("track", "sector"),
    ("investment_fen", "planned_workers", "planned_pay_fen"),
    (SetSpec("projects", "project_id", ("projects",)),),
)
FUNDS = Family("fund", FUND, "period", ("track", "sector", "fund_type"), ("planned_fen", "issued_fen"))
FUND_MOVES = Family(
    "fund_move",
    FUND_MOVE,
    "period",
    ("track", "sector", "fund_type"),
    ("received_fen", "paid_fen", "invested_fen", "year_plan_fen"),
    (
        SetSpec("planned_projects", "project_id", ("year_plan_fen",)),
        SetSpec("begun_projects", "project_id", ("invested_fen",)),
    ),
)
TRAININGS = Family(
    "training",
    TRAINING,
    "period",
    ("track", "sector", "audience", "training_type"),
    ("person_times",),
    (
        SetSpec("sessions", "session_key", ("sessions", "person_times")),
        SetSpec("trained", "worker_key", ("person_times",), key_may_be_empty=True),
    ),
)
FAMILIES = (WORK, PAID, PROJECTS, FUNDS, FUND_MOVES, TRAININGS)


def families_of(table: FactTable) -> tuple[Family, ...]:
    return tuple(f for f in FAMILIES if f.table is table)
