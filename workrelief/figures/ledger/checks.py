"""What every row must be before it enters the ledger, checked column by column.

A ledger row is a plain tuple of whole numbers and dates. Checks run over whole columns (numpy), so a hundred thousand
rows cost a fraction of their insertion; only when a column fails is the guilty row looked for.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from workrelief.figures.ledger.facts import FactColumn, FactTable
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.period import month_index

Row = Sequence[int | date | None]
Column = tuple[int | date | None, ...]
_LIMITS = {kind: (int(np.iinfo(kind).min), int(np.iinfo(kind).max)) for kind in ("int16", "int32", "int64")}
_MONTHS = ("period", "wage_period")


@dataclass(frozen=True)
class Checked:
    """A sound batch: its columns by name, its totals, the partitions ("2022/3714") and ledger months it touches."""

    rows: int
    columns: dict[str, Column]
    totals: dict[str, int]
    partitions: tuple[str, ...]
    months: tuple[int, ...]


def check_rows(table: FactTable, rows: Sequence[Row]) -> Checked:
    """Check shape, types, ranges, codes and months of `rows` (columns `table.posted`).

    Raises InvalidInput naming the first row (from 1) and column at fault.
    """
    names = [c.name for c in table.posted]
    if not rows:
        raise InvalidInput("ledger.empty", f"{table.label}：没有可入账的行。")
    if set(map(len, rows)) != {len(names)}:
        row = next(i for i, r in enumerate(rows) if len(r) != len(names))
        _refuse(table, row, None, f"应有 {len(names)} 列")
    columns: dict[str, Column] = dict(zip(names, zip(*rows, strict=True), strict=True))
    numbers: dict[str, NDArray[np.int64]] = {}
    for column in table.posted:
        values = columns[column.name]
        if column.kind == "date":
            _check_dates(table, column, values)
        elif column.null:
            _check_nullable(table, column, values)
        else:
            numbers[column.name] = _numbers(table, column, values)
    _check_months(table, columns, numbers)
    _check_place(table, numbers)
    _check_signs(table, numbers)
    period, division = numbers["period"], numbers["division_code"]
    touched = np.unique((period // 100) * 10_000 + division // 10**8)
    return Checked(
        rows=len(rows),
        columns=columns,
        totals={name: int(numbers[name].sum()) for name in table.additive},
        partitions=tuple(f"{key // 10_000}/{key % 10_000:04d}" for key in touched.tolist()),
        months=tuple(np.unique(period).tolist()),
    )


def _refuse(table: FactTable, row: int, column: FactColumn | None, reason: str) -> NoReturn:
    where = f"第 {row + 1} 行" + (f"“{column.name}”" if column else "")
    raise InvalidInput(
        "ledger.row",
        f"{table.label}{where}：{reason}。",
        facts={"table": table.name, "row": row + 1, "column": column.name if column else ""},
    )


def _numbers(table: FactTable, column: FactColumn, values: Column) -> NDArray[np.int64]:
    """The column as int64; whole numbers inside the column's range, codes known."""
    kinds = set(map(type, values))
    if kinds != {int}:
        row = next(i for i, v in enumerate(values) if type(v) is not int)
        _refuse(table, row, column, f"应为整数，不是“{values[row]}”")
    try:
        numbers = np.frombuffer(array("q", values), dtype=np.int64)  # type: ignore[type-var] # proven ints just above
    except OverflowError:
        row = next(i for i, v in enumerate(values) if not _LIMITS["int64"][0] <= v <= _LIMITS["int64"][1])  # type: ignore[operator]
        _refuse(table, row, column, "数值超出范围")
    low, high = _LIMITS[column.kind]
    _hold(table, column, (numbers >= low) & (numbers <= high), "数值超出范围")
    if column.codes is not None:
        known = [k.code for k in column.codes] + ([0] if column.or_none else [])
        _hold(table, column, np.isin(numbers, known), "代码未登记")
    return numbers


def _hold(table: FactTable, column: FactColumn, good: NDArray[np.bool_], reason: str) -> None:
    if not good.all():
        _refuse(table, int(np.argmin(good)), column, reason)


def _check_dates(table: FactTable, column: FactColumn, values: Column) -> None:
    for value in set(values):
        if type(value) is not date and not (value is None and column.null):
            _refuse(table, values.index(value), column, f"应为日期，不是“{value}”")


def _check_nullable(table: FactTable, column: FactColumn, values: Column) -> None:
    low, high = _LIMITS[column.kind]
    for row, value in enumerate(values):
        if value is not None and (type(value) is not int or not low <= value <= high):
            _refuse(table, row, column, f"应为整数或空，不是“{value}”")


def _check_months(table: FactTable, columns: dict[str, Column], numbers: dict[str, NDArray[np.int64]]) -> None:
    for name in _MONTHS:
        if name in numbers:
            months = numbers[name]
            good = (months >= 200_001) & (months <= 209_912) & (months % 100 >= 1) & (months % 100 <= 12)
            _hold(table, table.column(name), good, "不是台账月份")
    of_day: dict[Any, int] = {day: month_index(day) for day in set(columns["occurred_on"]) if isinstance(day, date)}
    expected = np.fromiter(
        map(of_day.__getitem__, columns["occurred_on"]), dtype=np.int64, count=len(numbers["period"])
    )
    _hold(table, table.column("period"), numbers["period"] == expected, "与发生日期不是同一个月")


def _check_place(table: FactTable, numbers: dict[str, NDArray[np.int64]]) -> None:
    division = numbers["division_code"]
    _hold(table, table.column("division_code"), (division >= 10**11) & (division < 10**12), "应为 12 位行政区划代码")
    for name in ("track", "sector"):
        none_allowed = numbers["project_id"] == 0
        _hold(table, table.column(name), (numbers[name] != 0) | none_allowed, "有项目的行必须填写")


def _check_signs(table: FactTable, numbers: dict[str, NDArray[np.int64]]) -> None:
    """Signs are +1 or −1, so that persons can be counted from them."""
    if "sign" in numbers:
        _hold(table, table.column("sign"), np.abs(numbers["sign"]) == 1, "应为 1 或 −1")
