"""Tables → spreadsheet: title, unit line, head row, rows, total, notes; written row by row in constant memory.

Numbers are numbers, texts are texts: nothing a user typed ever becomes a formula or a link, whatever sign it begins with,
and codes keep their zeros. The same sheets give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

import xlsxwriter

from workrelief.kernel.errors import InvalidInput
from workrelief.outputs.render.layout import DEMO_TEXT, note_lines, text_width

ColumnKind = Literal[
    "text", "int", "money_wan", "exact_wan", "money_yuan", "ratio", "date", "days", "quantity", "decimal"
]
CellValue = str | int | Decimal | date | None

ROW_LIMIT = 1_048_576
FONT = "宋体"
_MADE_AT = datetime(2020, 1, 1)  # noqa: DTZ001 spreadsheets know no time zone; fixed, so that equal sheets are equal files
_HEAD_ROWS = 3
NUMBER_FORMATS: dict[ColumnKind, str] = {
    "text": "@",
    "int": "#,##0",
    "money_wan": "#,##0.00",
    "exact_wan": "#,##0.00####",
    "money_yuan": "#,##0.00",
    "ratio": "0.0%",
    "date": "yyyy-mm-dd",
    "days": "#,##0.0",
    "quantity": "#,##0.00",
    "decimal": "#,##0.00",
}
WHOLE_IN_UNIT: dict[ColumnKind, int] = {
    "money_wan": 1_000_000,
    "exact_wan": 1_000_000,
    "money_yuan": 100,
    "days": 10,
    "quantity": 100,
}
"""What an int of this kind is divided by: fen, days × 10, quantity × 100."""
_WIDTHS: dict[ColumnKind, float] = {"text": 16, "money_wan": 14, "exact_wan": 16, "money_yuan": 15, "date": 12}
_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: head, what its values are, width in characters (0: found from kind and head).

    | kind       | int values are | Decimal values are   | shown as  |
    |------------|----------------|----------------------|-----------|
    | text       | –              | –                    | as typed  |
    | int        | the number     | the number           | 1,234     |
    | money_wan  | fen            | already 万元         | 12.34     |
    | exact_wan  | fen            | already 万元         | 12.345678 |
    | money_yuan | fen            | already yuan         | 12.34     |
    | ratio      | –              | plain ratio (0.304)  | 30.4%     |
    | days       | days × 10      | days                 | 12.5      |
    | quantity   | quantity × 100 | quantity             | 12.50     |
    | decimal    | the number     | the number           | 12.34     |
    | date       | –              | –                    | 2022-07-01|

    `wrap` breaks long texts into lines; neighbours with the same `group` stand under one merged head. None leaves the cell empty; a text in a number column ("—") is written as text; texts end at 32,767 characters.
    """

    title: str
    kind: ColumnKind = "text"
    width: float = 0
    wrap: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `caption` is the title over the table, `unit_note` stands at the right of the second line.

    `lead` columns at the left name the row: they stay in sight, and stand on every page of a table several pages wide.
    """

    title: str
    caption: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[CellValue]]
    unit_note: str = ""
    total_row: Sequence[CellValue] | None = None
    notes: Sequence[str] = ()
    demo: bool = False
    lead: int = 1


def xlsx_bytes(sheets: Sequence[Sheet]) -> bytes:
    """The workbook; rows are read once and not kept."""
    out = io.BytesIO()
    write_xlsx(out, sheets)
    return out.getvalue()


def write_xlsx(target: BinaryIO | Path, sheets: Sequence[Sheet]) -> None:
    """Write the workbook to an open binary file or a path. Raises InvalidInput when a sheet has too many rows."""
    if not sheets:
        raise InvalidInput("xlsx.empty", "没有可导出的内容。")
    book = xlsxwriter.Workbook(
        str(target) if isinstance(target, Path) else target,
        {
            "constant_memory": not any(_has_groups(s) for s in sheets),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {"created": _MADE_AT, "author": "", "comments": DEMO_TEXT if any(s.demo for s in sheets) else ""}
    )
    formats = Formats(book)
    for name, sheet in zip(sheet_names([one.title for one in sheets]), sheets, strict=True):
        _write_sheet(book.add_worksheet(name), sheet, formats)
    book.close()


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Names Excel accepts: at most 31 characters, none of []:*?/\\, and no two alike."""
    names: list[str] = []
    for title in titles:
        base = _SHEET_NAME.sub("_", title).strip("' ")[:31] or "表"
        name, number = base, 2
        while name.casefold() in {one.casefold() for one in names}:
            tail = f"（{number}）"
            name, number = base[: 31 - len(tail)] + tail, number + 1
        names.append(name)
    return names


class Formats:
    """The cell formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def get(self, **look: object) -> Any:
        """A format in the house font with these XlsxWriter properties."""
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": FONT, "font_size": 10.5, "valign": "vcenter", **look})
        return self._made[key]

    def cell(self, kind: ColumnKind, *, bold: bool = False, wrap: bool = False) -> Any:
        align = "left" if kind == "text" else "center" if kind == "date" else "right"
        look: dict[str, object] = {"text_wrap": True} if wrap else {}
        return self.get(num_format=NUMBER_FORMATS[kind], align=align, border=1, bold=bold, **look)

    def head(self, **look: object) -> Any:
        """A cell of the head row."""
        return self.get(bold=True, align="center", text_wrap=True, border=1, bg_color="#EEF1F4", **look)


def _write_sheet(page: Any, sheet: Sheet, formats: Formats) -> None:
    columns = list(sheet.columns)
    last = len(columns) - 1
    widths = [column.width or _width(column) for column in columns]
    pages = set_up_page(page, demo=sheet.demo, width=sum(widths), lead=sum(widths[: sheet.lead]))
    for index, width in enumerate(widths):
        page.set_column(index, index, width)
    caption = f"{sheet.caption}（{DEMO_TEXT}）" if sheet.demo else sheet.caption
    edge = last if pages == 1 else sheet.lead - 1  # over several pages the title stands whole on each of them
    align = "center" if pages == 1 else "left"
    _across(page, 0, edge, caption, formats.get(bold=True, font_size=16, align=align), height=30)
    _across(page, 1, edge, sheet.unit_note, formats.get(align="right" if pages == 1 else "left"), height=18)
    first = _write_head(page, columns, formats, is_grouped=_has_groups(sheet))
    page.freeze_panes(first, sheet.lead if last else 0)
    page.repeat_rows(0, first - 1)
    if pages > 1:
        page.repeat_columns(0, sheet.lead - 1)
    folding = [(index, widths[index]) for index, column in enumerate(columns) if column.wrap]
    line = _write_rows(page, sheet, [_writer(page, column, formats) for column in columns], folding, first)
    if sheet.total_row is not None:
        for index, (column, value) in enumerate(zip(columns, sheet.total_row, strict=True)):
            write = _writer(page, column, formats, bold=True)
            write.blank(line, index) if value is None else write(line, index, value)
        line += 1
    for note in note_lines(tuple(sheet.notes)):
        page.write_string(line, 0, note, formats.get(font_size=9))
        line += 1


def _has_groups(sheet: Sheet) -> bool:
    return any(column.group for column in sheet.columns)


def _write_head(page: Any, columns: Sequence[SheetColumn], formats: Formats, *, is_grouped: bool) -> int:
    """The head row, or two with the groups merged above their columns; returns the first line beneath."""
    page.set_row(2, 24 if is_grouped else 30)
    if not is_grouped:
        for index, column in enumerate(columns):
            page.write_string(2, index, column.title, formats.head())
        return _HEAD_ROWS
    page.set_row(3, 44)
    index = 0
    while index < len(columns):
        group, end = columns[index].group, index
        while group and end + 1 < len(columns) and columns[end + 1].group == group:
            end += 1
        if not group:
            page.merge_range(2, index, 3, index, columns[index].title, formats.head())
        elif end > index:
            page.merge_range(2, index, 2, end, group, formats.head())
        else:
            page.write_string(2, index, group, formats.head())
        for under in range(index, end + 1) if group else ():
            page.write_string(3, under, columns[under].title, formats.head())
        index = end + 1
    return _HEAD_ROWS + 1


def _write_rows(page: Any, sheet: Sheet, writers: list[_Write], folding: Sequence[tuple[int, float]], line: int) -> int:
    """The rows beneath the head, from `line`, as high as their `folding` columns (index, width) need; the next free line."""
    room = ROW_LIMIT - len(sheet.notes) - 1
    width = len(writers)
    cells = list(enumerate(writers))
    for row in sheet.rows:
        if line >= room:
            raise InvalidInput(
                "xlsx.too_long",
                f"“{sheet.title}”超过一张工作表能放的 {ROW_LIMIT:,} 行，请缩小查询范围或改用 CSV 导出。",
            )
        if len(row) != width:
            raise ValueError(f"sheet {sheet.title!r}, row {line + 1}: {len(row)} values for {width} columns")
        lines = max((_folds(row[index], wide) for index, wide in folding), default=1)
        if lines > 1:
            page.set_row(line, min(lines * _LINE, 400))
        for index, write in cells:
            value = row[index]
            if value is not None:
                write(line, index, value)
            else:
                write.blank(line, index)
        line += 1
    return line


class _Write:
    """Writes values of one column; chosen once per column, so that a cell costs one call."""

    __slots__ = ("_blank", "_divisor", "_format", "_kind", "_number", "_string", "_when")

    def __init__(self, page: Any, kind: ColumnKind, form: Any) -> None:
        self._string, self._number = page.write_string, page.write_number
        self._blank, self._when = page.write_blank, page.write_datetime
        self._kind, self._format = kind, form
        self._divisor = WHOLE_IN_UNIT.get(kind, 1)

    def __call__(self, line: int, index: int, value: CellValue) -> None:
        if isinstance(value, str):
            self._string(line, index, value, self._format)
        elif self._kind == "text":
            self._string(line, index, str(value), self._format)
        elif isinstance(value, int):
            self._number(line, index, value / self._divisor if self._divisor > 1 else value, self._format)
        elif isinstance(value, date):
            self._when(line, index, value, self._format)
        elif value is not None:
            self._number(line, index, float(value), self._format)

    def blank(self, line: int, index: int) -> None:
        self._blank(line, index, "", self._format)


def _writer(page: Any, column: SheetColumn, formats: Formats, *, bold: bool = False) -> _Write:
    return _Write(page, column.kind, formats.cell(column.kind, bold=bold, wrap=column.wrap))


def _across(page: Any, line: int, last: int, text: str, form: Any, *, height: float) -> None:
    """A text over the whole width of the table."""
    page.set_row(line, height)
    if last:
        page.merge_range(line, 0, line, last, "", form)
    page.write_string(line, 0, text, form)


_LINE: Final = 15
"""Height of a line of text, points."""


def _folds(value: CellValue, width: float) -> int:
    """Lines a text takes in a column of this width; the edges of the cell take one character."""
    if not isinstance(value, str) or 2 * len(value) < width:
        return 1
    room = max(width - 1, 1)
    return sum(max(1, ceil(2 * text_width(part) / room)) for part in value.split("\n"))


def _width(column: SheetColumn) -> float:
    return max(_WIDTHS.get(column.kind, 10), min(text_width(column.title) * 2 + 2, 24))


_ON_A4, _ON_A3 = 230, 340
"""Characters that are still readable over the width of one page across."""


def set_up_page(page: Any, *, demo: bool, width: float = 0, lead: float = 0) -> int:
    """Across, page number below, the demo mark above: one A4 page wide, and for tables too wide for that (`width` in
    characters, of which `lead` are repeated) A3, as many pages wide as it takes to be read. Returns how many."""
    pages = 1 if width <= _ON_A4 else max(1, ceil((width - lead) / (_ON_A3 - lead)))
    page.set_landscape()
    page.set_paper(9 if width <= _ON_A4 else 8)
    page.fit_to_pages(pages, 0)
    page.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    page.set_footer("&C第 &P 页 共 &N 页")
    if demo:
        page.set_header(f"&R{DEMO_TEXT}")
    return pages
