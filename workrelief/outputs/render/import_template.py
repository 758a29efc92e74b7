"""Empty forms to fill in and upload: head rows, one marked example, choice lists, and a sheet that explains every column."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from workrelief.outputs.render.blocks import Column as TextColumn
from workrelief.outputs.render.blocks import Table
from workrelief.outputs.render.layout import head_rows, text_width
from workrelief.outputs.render.xlsx import NUMBER_FORMATS, ColumnKind, Formats, set_up_page, sheet_names

EXAMPLE_MARK = "示例："
"""Begins the first cell of the example row; readers leave a row that begins so alone."""
FILLED_ROWS = 5_000
_MADE_AT = datetime(2020, 1, 1)  # noqa: DTZ001 spreadsheets know no time zone; fixed, so that equal forms are equal files
_GUIDE_HEADS = (("列名", 24), ("是否必填", 10), ("填写要求", 46), ("可选内容", 40), ("示例", 24))
_GUIDE, _CHOICES = "填表说明", "可选内容"


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column to fill in. `group` is the head above it; `kind` decides the number format of its cells."""

    title: str
    required: bool = False
    example: str = ""
    note: str = ""
    choices: tuple[str, ...] = ()
    group: str = ""
    kind: ColumnKind = "text"


def template_bytes(title: str, columns: Sequence[TemplateColumn], notes: Sequence[str] = ()) -> bytes:
    """The form: heads (required ones red, each with its note), an example row, lists to choose from, a guide.

    Text columns keep what is typed (ID numbers, codes with zeros). The same columns give the same bytes.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": _MADE_AT, "author": ""})
    formats = Formats(book)
    page = book.add_worksheet(sheet_names([title])[0])
    guide = book.add_worksheet(_GUIDE)
    lists = _write_choices(book, columns)
    set_up_page(page, demo=False)
    depth = _write_heads(page, columns, formats)
    for index, column in enumerate(columns):
        example = text_width(column.example) + (text_width(EXAMPLE_MARK) if index == 0 else 0)
        width = max(12.0, min(max(text_width(column.title), example) * 2 + 4, 30))
        page.set_column(index, index, width, formats.get(num_format=NUMBER_FORMATS[column.kind]))
        if column.choices:
            page.data_validation(depth, index, depth + FILLED_ROWS, index, _choice_rule(lists[index], column))
    _write_example(page, depth, columns, formats)
    page.freeze_panes(depth, 0)
    page.repeat_rows(0, depth - 1)
    _write_guide(guide, title, columns, notes, formats)
    book.close()
    return out.getvalue()


def _write_heads(page: Any, columns: Sequence[TemplateColumn], formats: Formats) -> int:
    """One head row, or two with groups; returns their number. Notes hang at the column's own cell as comments."""
    table = Table("", "", tuple(TextColumn(column.title, group=column.group or None) for column in columns), ())
    rows = head_rows(table)
    for line in range(len(rows)):
        page.set_row(line, 30)
    index = 0
    for cell in rows[0]:
        look = _head(formats, columns[index] if cell.rows == len(rows) else None)
        if cell.columns > 1 or cell.rows > 1:
            page.merge_range(0, index, cell.rows - 1, index + cell.columns - 1, "", look)
        page.write_string(0, index, cell.text, look)
        index += cell.columns
    for index, column in enumerate(columns):
        if column.group:
            page.write_string(1, index, column.title, _head(formats, column))
        line = 1 if column.group else 0
        comment = "　".join(text for text in ("必填。" if column.required else "", column.note) if text)
        if comment:
            page.write_comment(line, index, comment, {"x_scale": 1.6, "author": ""})
    return len(rows)


def _head(formats: Formats, column: TemplateColumn | None) -> Any:
    return formats.head(font_color="#C00000") if column and column.required else formats.head()


def _write_example(page: Any, line: int, columns: Sequence[TemplateColumn], formats: Formats) -> None:
    """The example, grey and slanting; its first cell says what the row is."""
    look = formats.get(italic=True, font_color="#7F7F7F", num_format="@")
    for index, column in enumerate(columns):
        page.write_string(line, index, EXAMPLE_MARK + column.example if index == 0 else column.example, look)
    page.write_comment(
        line, 0, "本行是示例，导入时自动跳过，也可以删去。请从下一行起填写。", {"x_scale": 1.6, "author": ""}
    )


def _write_choices(book: Any, columns: Sequence[TemplateColumn]) -> dict[int, str]:
    """A hidden sheet with every list; returns the range of each, by column. Lists of any length work this way."""
    if not any(column.choices for column in columns):
        return {}
    page = book.add_worksheet(_CHOICES)
    page.hide()
    ranges: dict[int, str] = {}
    for index, column in enumerate(columns):
        if column.choices:
            place = len(ranges)
            page.write_string(0, place, column.title)
            page.write_column(1, place, column.choices)
            letter = xl_col_to_name(place)
            ranges[index] = f"={_CHOICES}!${letter}$2:${letter}${len(column.choices) + 1}"
    return ranges


def _choice_rule(source: str, column: TemplateColumn) -> dict[str, object]:
    return {
        "validate": "list",
        "source": source,
        "error_title": "请从列表中选择",
        "error_message": f"“{column.title}”只能填列表中的内容。"[:255],
    }


def _write_guide(
    page: Any, title: str, columns: Sequence[TemplateColumn], notes: Sequence[str], formats: Formats
) -> None:
    set_up_page(page, demo=False)
    last = len(_GUIDE_HEADS) - 1
    page.set_row(0, 28)
    page.merge_range(0, 0, 0, last, f"{title}填表说明"[:200], formats.get(bold=True, font_size=15, align="center"))
    plain = formats.get(text_wrap=True)
    line = 1
    for number, note in enumerate(_with_standing_notes(notes), start=1):
        page.merge_range(line, 0, line, last, "", plain)
        page.write_string(line, 0, f"{number}.{note}", plain)
        page.set_row(line, 15.0 * max(1, -(-int(text_width(note)) // 68)))
        line += 1
    for index, (head, width) in enumerate(_GUIDE_HEADS):
        page.set_column(index, index, width)
        page.write_string(line, index, head, formats.head())
    cell = formats.get(text_wrap=True, border=1)
    for row, column in enumerate(columns, start=line + 1):
        name = f"{column.group}/{column.title}" if column.group else column.title
        choices = "、".join(column.choices)
        texts = (name, "必填" if column.required else "选填", column.note, choices, column.example)
        for index, text in enumerate(texts):
            page.write_string(row, index, text, cell)


def _with_standing_notes(notes: Sequence[str]) -> tuple[str, ...]:
    return (
        f"表头不要改动；红色列名为必填。以“{EXAMPLE_MARK}”开头的一行是示例，导入时自动跳过。",
        "证件号、项目代码、银行卡号等号码按文本填写，不要用科学计数法。",
        *notes,
    )
