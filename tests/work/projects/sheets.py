"""Small spreadsheets for import tests, written the way offices write them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from workrelief.base.access.actor import Actor
from workrelief.base.intake import services as intake
from workrelief.base.intake.models import ImportBatch, RowIssue

PUBLISHED = Path(__file__).parents[2] / "data" / "published"


def xlsx(
    rows: Sequence[Sequence[object]], *, merges: Sequence[tuple[int, int, int, int]] = (), name: str = "Sheet1"
) -> io.BytesIO:
    """One sheet; a value "=…|number" is a formula with its kept value."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(name)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, str) and value.startswith("="):
                formula, kept = value.rsplit("|", 1)
                sheet.write_formula(r, c, formula, None, float(kept))
            elif value is not None:
                sheet.write(r, c, value)
    for top, left, bottom, right in merges:
        sheet.merge_range(top, left, bottom, right, rows[top][left])
    book.close()
    target.seek(0)
    return target


def checked(actor: Actor, file: io.BytesIO, kind: str, *, name: str = "演示.xlsx", **options: str) -> ImportBatch:
    batch = intake.upload(actor, file, name, kind, options=options)
    return intake.check(actor, batch.pk)


def committed(actor: Actor, file: io.BytesIO, kind: str, *, name: str = "演示.xlsx", **options: str) -> ImportBatch:
    return intake.commit(actor, checked(actor, file, kind, name=name, **options).pk)


def said(batch: ImportBatch, level: str = "") -> list[str]:
    """What the batch says, as “row column: reason”."""
    issues = RowIssue.rows.filter(batch=batch).order_by("row", "id")
    if level:
        issues = issues.filter(level=level)
    return [f"{i.row} {i.title}: {i.reason}" for i in issues]
