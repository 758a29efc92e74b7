"""Sheets → CSV that is safe to open in a spreadsheet program: UTF-8 with its mark, and no cell that begins a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from workrelief.outputs.render.xlsx import WHOLE_IN_UNIT, CellValue, ColumnKind, Sheet

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_CHUNK_ROWS = 1_000


def csv_bytes(sheet: Sheet) -> bytes:
    """Head row, rows and total; without title and notes, so that programs can read it."""
    return b"".join(csv_chunks(sheet))


def csv_chunks(sheet: Sheet) -> Iterator[bytes]:
    """The same in pieces of a thousand rows, for streaming."""
    kinds = [column.kind for column in sheet.columns]
    yield b"\xef\xbb\xbf" + _lines([[column.title for column in sheet.columns]])
    batch: list[list[str]] = []
    for row in sheet.rows:
        batch.append(_texts(row, kinds))
        if len(batch) == _CHUNK_ROWS:
            yield _lines(batch)
            batch = []
    if sheet.total_row is not None:
        batch.append(_texts(sheet.total_row, kinds))
    if batch:
        yield _lines(batch)


def safe_text(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet program would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def _texts(row: Sequence[CellValue], kinds: Sequence[ColumnKind]) -> list[str]:
    return [_text(value, kind) for value, kind in zip(row, kinds, strict=True)]


def _text(value: CellValue, kind: ColumnKind) -> str:
    """Numbers in the unit of their column and with all their digits; they may be negative, being no text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, int) and kind in WHOLE_IN_UNIT:
        return format((Decimal(value) / WHOLE_IN_UNIT[kind]).normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _lines(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
