"""Spreadsheets as offices make them, and a small importer that writes units."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from workrelief.base.accounts.models import Unit
from workrelief.base.intake.columns import Column
from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, Issue, RowBlock
from workrelief.base.intake.issues import IssueLog
from workrelief.base.intake.reader import SheetReport, open_workbook, read_blocks
from workrelief.kernel.errors import Conflict
from workrelief.kernel.kinds import Track

NINGJIN = "371422000000"


class UnitImporter(Importer):
    """Units by name; a name beginning with 坏 is refused, 慢 kills nothing but is counted."""

    kind = "test_units"
    title = "测试单位表"
    permission = "roster.import"
    columns = (
        Column("name", "单位名称", required=True, aliases=("名称",)),
        Column("code", "代码", "code", private="account"),
        Column("money", "金额", "money", default_unit="元"),
        Column("day", "日期", "date"),
        Column("ok", "已建成", "tick", aliases=("建成",)),
        Column("track", "项目线", "choice", choices=Track),
        Column("people", "人数", "int"),
    )

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterable[Issue]:
        for row in rows:
            if row["name"].startswith("坏"):
                yield ctx.error(row, "name", "名称不可用", "改名")

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        names = [name for b in blocks for name in b.columns["name"]]
        made = Unit.objects.bulk_create(Unit(name=n, division_code=NINGJIN, kind=str(ctx.batch_id)) for n in names)
        return CommitReport(
            rows=len(names),
            created=len(made),
            totals={"money_fen": sum(m or 0 for b in blocks for m in b.columns["money"])},
        )

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        if Unit.objects.filter(kind=str(ctx.batch_id), uscc="used").exists():
            raise Conflict("unit.used", "已有单位被引用，不能撤销。")
        removed, _ = Unit.objects.filter(kind=str(ctx.batch_id)).delete()
        return {"removed": removed}


class StrictUnitImporter(UnitImporter):
    kind = "test_units_strict"
    mode = "all_or_nothing"


def xlsx(
    rows: Sequence[Sequence[Any]],
    *,
    name: str = "表一",
    merges: Iterable[tuple[int, int, int, int, str]] = (),
    hidden: Iterable[int] = (),
) -> bytes:
    """An .xlsx with these rows; merges are (top, left, bottom, right, text), rows to hide are 0-based."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"created": datetime(2022, 1, 1)})  # equal sheets are equal files
    page = book.add_worksheet(name)
    for i, row in enumerate(rows):
        page.write_row(i, 0, row)
    for top, left, bottom, right, text in merges:
        page.merge_range(top, left, bottom, right, text)
    for i in hidden:
        page.set_row(i, None, None, {"hidden": True})
    book.close()
    return target.getvalue()


def read(
    path: Path, importer: Importer | None = None, *, name: str = ""
) -> tuple[list[dict[str, Any]], IssueLog, list[SheetReport], ImportContext]:
    """All rows as dictionaries (with "row"), what was said, reports, context."""
    one = importer or UnitImporter()
    ctx = ImportContext(None, 1, path.name, {}, {c.name: c for c in one.columns})  # type: ignore[arg-type]
    log, reports, rows = IssueLog(), [], []
    with open_workbook(path, name or path.name) as book:
        for block in read_blocks(book, one, ctx, log, reports):
            rows += [{"row": r.number, **{c: r[c] for c in block.columns}} for r in block]
    return rows, log, reports, ctx


def errors(log: IssueLog) -> list[tuple[int, str, str]]:
    """(row, column letter, reason) of errors kept."""
    return [(i.row, i.column, i.reason) for i in log.kept if i.level == "error"]


def remarks(log: IssueLog) -> list[tuple[int, str, str]]:
    return [(i.row, i.column, i.reason) for i in log.kept if i.level == "remark"]
