"""Writes large office tables: XlsxWriter draws the frame (titles, heads, widths), the rows are streamed into it.

The rows of a pay ledger take XlsxWriter four times as long as writing their SpreadsheetML does (measured for 50,000
rows of 25 columns: 5 to 8 s against 1.4 s), and the demo has to write half a million of them beside the import. Strings
stand in the cells, as the constant-memory mode of XlsxWriter has it. The same input gives the same bytes.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape

import xlsxwriter

MADE_AT = datetime(2023, 1, 5, 9, 0)  # noqa: DTZ001 - the wall clock a spreadsheet names
_EPOCH = date(1899, 12, 30).toordinal()
_CHUNK = 400
_COL = re.compile(r'<col min="(\d+)" max="(\d+)"[^>]*?style="(\d+)"')
_DIMENSION = re.compile(r'<dimension ref="[^"]*"/>')

Style = Literal["text", "int", "number", "date"]


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell with a formula and the value it had when last saved."""

    text: str
    value: float


Cell = str | int | float | date | Formula | None
"""None leaves the cell out."""


@dataclass(frozen=True, slots=True)
class Head:
    """One column: title, style and width in characters."""

    title: str
    style: Style = "text"
    width: int = 10


def heads(text: str) -> list[Head]:
    """Columns from a compact table: 「title width style」 between bars, style "text" when left out."""
    columns = []
    for part in " | ".join(text.strip().splitlines()).split(" | "):
        title, width, *style = part.split()
        columns.append(Head(title, _STYLES[style[0]] if style else "text", int(width)))
    return columns


_STYLES: dict[str, Style] = {"text": "text", "int": "int", "number": "number", "date": "date"}


@dataclass
class Table:
    """A sheet as an office draws it: merged title, lines under it, one head row, rows, closing lines."""

    title: str
    heads: Sequence[Head]
    rows: Iterable[Sequence[Cell]]
    sheet: str = "Sheet1"
    above: Sequence[str] = ()
    below: Sequence[str] = field(default_factory=tuple)


def write_table(path: Path, table: Table) -> int:
    """Write the table to `path` (appearing there only when complete); returns the number of data rows."""
    frame = io.BytesIO()
    first = _frame(frame, table)
    draft = path.with_suffix(f".{os.getpid()}.part")
    with zipfile.ZipFile(frame) as drawn, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        count = 0
        for name in drawn.namelist():
            with out.open(name, "w") as target:  # dated 1980, so that equal tables are equal files
                if name == "xl/worksheets/sheet1.xml":
                    count = _stream(drawn.read(name).decode(), target.write, table, first)
                else:
                    target.write(drawn.read(name))
    draft.replace(path)
    return count


def _frame(target: io.BytesIO, table: Table) -> int:
    """Draw everything but the rows; returns the 1-based number of the first data row."""
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": MADE_AT, "comments": "演示数据"})
        sheet = book.add_worksheet(table.sheet)
        last = len(table.heads) - 1
        title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
        head = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1})
        styles = {s: book.add_format({"num_format": f}) for s, f in _NUMBER_FORMATS.items()}
        sheet.merge_range(0, 0, 0, last, table.title, title)
        sheet.set_row(0, 30)
        row = 1
        for line in table.above:
            sheet.write_string(row, 0, line)
            row += 1
        for i, column in enumerate(table.heads):
            sheet.set_column(i, i, column.width, styles[column.style])
            sheet.write_string(row, i, column.title, head)
        sheet.set_row(row, 32)
        sheet.freeze_panes(row + 1, 0)
    return row + 2


_NUMBER_FORMATS: dict[Style, str] = {"text": "@", "int": "0", "number": "0.00", "date": "yyyy-mm-dd"}


def _stream(xml: str, write: Callable[[bytes], Any], table: Table, first: int) -> int:
    """The frame's sheet with the rows put in before the end of its data."""
    styles = [">"] * len(table.heads)
    for low, high, style in _COL.findall(xml):
        for i in range(int(low) - 1, int(high)):
            styles[i] = f' s="{style}">'
    before, after = xml.split("</sheetData>")
    starts = [f'<c r="{_letter(i)}' for i in range(len(table.heads))]
    write(_DIMENSION.sub("", before).encode())
    number, count, chunk = first, 0, []
    for row in _with_closing(table):
        chunk.append(_row(row, number, starts, styles))
        number += 1
        if len(chunk) == _CHUNK:
            write("".join(chunk).encode())
            count, chunk = count + len(chunk), []
    write("".join(chunk).encode())
    write(("</sheetData>" + after).encode())
    return count + len(chunk) - len(table.below)


def _with_closing(table: Table) -> Iterator[Sequence[Cell]]:
    yield from table.rows
    for line in table.below:
        yield (line,)


def _row(row: Sequence[Cell], number: int, starts: Sequence[str], styles: Sequence[str]) -> str:
    cells = []
    for start, style, value in zip(starts, styles, row, strict=False):
        kind = type(value)
        if kind is str:
            if "&" in value or "<" in value:  # type: ignore[operator] # the type was just asked
                value = escape(value)  # type: ignore[arg-type]
            cells.append(f'{start}{number}" t="inlineStr"{style}<is><t>{value}</t></is></c>')
        elif kind is int or kind is float:
            cells.append(f'{start}{number}"{style}<v>{value!r}</v></c>')
        elif isinstance(value, date):
            cells.append(f'{start}{number}"{style}<v>{value.toordinal() - _EPOCH}</v></c>')
        elif isinstance(value, Formula):
            cells.append(f'{start}{number}"{style}<f>{escape(value.text)}</f><v>{value.value!r}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def _letter(index: int) -> str:
    return chr(65 + index) if index < 26 else _letter(index // 26 - 1) + chr(65 + index % 26)
