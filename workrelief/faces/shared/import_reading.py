"""How the sheets of an import were understood, in words: head, columns and their units, rows that were left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ROWS_NAMED = 20
_LEFT_OUT = (
    ("total_rows", "合计、小计行"),
    ("foot_rows", "表尾落款、说明行"),
    ("example_rows", "模板示例行"),
    ("other_rows", "各列均无内容的行"),
)


@dataclass(frozen=True)
class ColumnReading:
    """A column of the file: its letter, the title as printed, what it was taken for, the unit of its bare amounts."""

    letter: str
    printed: str
    taken: str
    unit: str

    @property
    def text(self) -> str:
        """“M 列总投资（万元）”, with the printed title where it differs."""
        taken = f"{self.taken}（{self.unit}）" if self.unit else self.taken
        return (
            f"{self.letter} 列{taken}"
            if self.printed in (self.taken, taken)
            else f"{self.letter} 列“{self.printed}”作{taken}"
        )


@dataclass(frozen=True)
class SheetReading:
    """One sheet: where its head stands, columns used and not used, rows read and left out. `head` "" when none was found."""

    name: str
    head: str
    rows: int
    columns: tuple[ColumnReading, ...]
    unknown: tuple[str, ...]
    left_out: tuple[tuple[str, int, str], ...]
    """(kind of row, how many, their numbers)"""

    @property
    def sentences(self) -> tuple[str, ...]:
        if not self.head:
            return (f"工作表“{self.name}”：没有找到表头，未读取",)
        said = [f"工作表“{self.name}”：表头{self.head}，读取 {self.rows:,} 行"]
        if self.columns:
            said.append(f"  列：{'，'.join(c.text for c in self.columns)}")
        if self.unknown:
            said.append(f"  未用的列：{'、'.join(self.unknown)}")
        said += [f"  不作数据：{label} {count} 行（{numbers}）" for label, count, numbers in self.left_out]
        return tuple(said)


def sheet_reading(kept: Mapping[str, Any]) -> SheetReading:
    """The kept report of one of a batch's sheets, ready to be shown; batches of before may know less."""
    return SheetReading(
        name=kept["name"],
        head=_head(kept),
        rows=kept.get("rows", 0),
        columns=tuple(ColumnReading(*column) for column in kept.get("columns", ())),
        unknown=tuple(kept.get("unknown", ())),
        left_out=tuple(
            (label, len(numbers), _numbers(numbers)) for key, label in _LEFT_OUT if (numbers := kept.get(key))
        ),
    )


def _head(sheet: Mapping[str, Any]) -> str:
    last, depth = sheet.get("head_row", 0), sheet.get("head_rows", 0)
    if not last:
        return ""
    return f"第 {last} 行" if depth == 1 else f"第 {last - depth + 1}–{last} 行"


def _numbers(rows: Sequence[int]) -> str:
    named = "、".join(str(n) for n in rows[:ROWS_NAMED])
    return f"第 {named} 行" if len(rows) <= ROWS_NAMED else f"第 {named} 等行"
