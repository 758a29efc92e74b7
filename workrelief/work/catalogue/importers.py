"""A bill of works from a spreadsheet: the columns it may have, read by the same reader as every other import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workrelief.base.access.actor import Actor
from workrelief.base.intake.columns import Column
from workrelief.base.intake.importer import ImportContext, Importer, Issue
from workrelief.base.intake.reader import SheetReport, Workbook, open_workbook, read_blocks
from workrelief.work.catalogue.rules.bill import TITLES, Bill, BillLine, assemble, numbered, parse_text

TEXT_SUFFIXES = (".txt", ".md")


class BillOfWorks(Importer):
    """Columns of a bill. It is read and matched, never committed as a batch, so it is not registered as an import."""

    kind, title, permission = "bill_of_works", "工程量清单", "catalogue.match"
    columns = tuple(
        Column(name, titles[0], aliases=titles[1:], in_head=name == "quantity") for name, titles in TITLES.items()
    )


def read_bill(actor: Actor, path: Path, name: str) -> Bill:
    """The bill in a spreadsheet or a text file. Raises InvalidInput: unreadable, no head, nothing in it."""
    if name.lower().endswith(TEXT_SUFFIXES):
        return parse_text(_text(path))
    issues: list[Issue] = []
    reports: list[SheetReport] = []
    one = BillOfWorks()
    ctx = ImportContext(actor, 0, name, {}, {c.name: c for c in one.columns})
    with open_workbook(path, name) as book:
        rows = list(_rows(book, one, ctx, issues, reports))
    remarks = _understood(ctx, reports)
    remarks += [f"{i.reason}{f'（{i.sheet} 第 {i.row} 行）' if i.row else ''}" for i in issues[:20]]
    skipped = sum(len(r.total_rows) for r in reports)
    if skipped:
        remarks.append(f"跳过合计、小计 {skipped} 行")
    return assemble(rows, remarks)


def _rows(
    book: Workbook, one: BillOfWorks, ctx: ImportContext, issues: list[Issue], reports: list[SheetReport]
) -> Iterator[BillLine]:
    for block in read_blocks(book, one, ctx, issues.append, reports):
        for row in block:
            yield BillLine(
                row.number, numbered(row["ordinal"], row["name"] or row["part"]), row["unit"], row["quantity"], row["remark"],
                row["part"] if row["name"] else "",
            )  # fmt: skip


def _understood(ctx: ImportContext, reports: list[SheetReport]) -> list[str]:
    """For each sheet: where its head was found and which column was taken for what, and what was not found."""
    said = []
    for report in reports:
        if report.skipped:
            continue
        titles, letters = ctx.heads.get(report.name, {}), ctx.letters.get(report.name, {})
        taken = [f"{TITLES[name][0]}取 {letters[name]} 列“{titles[name]}”" for name in TITLES if name in letters]
        missing = [TITLES[name][0] for name in ("unit", "quantity", "remark") if name not in letters]
        rows = (
            f"第 {report.head_row} 行"
            if report.head_rows == 1
            else f"至第 {report.head_row} 行（{report.head_rows} 行）"
        )
        gap = f"；没有{'、'.join(missing)}列" if missing else ""
        said.append(f"工作表“{report.name}”：表头{rows}，{'，'.join(taken)}{gap}")
    return said


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")
