"""An issued edition as form F (适用项目清单): a spreadsheet, and the annex to the document that issued it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from workrelief.base.divisions import queries as divisions
from workrelief.kernel.kinds import Sector, Track
from workrelief.kernel.money import wan_text
from workrelief.outputs.render.blocks import Attachment, Column, OfficialDocument, Table, paragraph
from workrelief.outputs.render.docx import docx_bytes
from workrelief.outputs.render.xlsx import ColumnKind, Sheet, SheetColumn, xlsx_bytes
from workrelief.work.lists.rules.form import COLUMNS, shown
from workrelief.work.lists.states import LEVEL_LABELS

_NUMBERS: dict[str, ColumnKind] = {"post_number": "int", "planned_workers": "int", "planned_priority_workers": "int",
                                   "planned_training": "int"}  # fmt: skip
_WIDE = {"name": 36, "content": 44, "labour_tasks": 24, "labour_links": 30, "code": 26, "funds": 26}


def edition_xlsx(edition: Any, lines: Iterable[Any], *, demo: bool) -> bytes:
    """Two sheets: the projects on the list in form F, and those that left it with the reason."""
    rows = list(lines)
    head = (
        SheetColumn("序号", "int"),
        SheetColumn("年度", "int"),
        SheetColumn("级次"),
        SheetColumn("市"),
        SheetColumn("县"),
    )
    columns = (*head, *(_column(key, title) for key, title in COLUMNS.items() if key != "division_code"))
    left = [r for r in rows if not r.is_on_list]
    sheets = [
        Sheet(
            title="适用项目清单", caption=edition.title, unit_note=f"{edition.document_no} · {edition.issued_on:%Y-%m-%d}",
            columns=columns, rows=[_row(edition, r) for r in rows if r.is_on_list], demo=demo,
        )
    ]  # fmt: skip
    if left:
        sheets.append(
            Sheet(
                title="调出和提级", caption="调出、提级项目", unit_note=edition.document_no,
                columns=(SheetColumn("变动"), SheetColumn("项目名称", width=36), SheetColumn("项目代码", width=26), SheetColumn("所在地", width=22),
                         SheetColumn("理由", width=44)),
                rows=[(r.get_change_display(), r.fields["name"], r.fields["code"], divisions.path_name(r.division_code), r.reason) for r in left],
                demo=demo,
            )
        )  # fmt: skip
    return xlsx_bytes(sheets)


def _column(key: str, title: str) -> SheetColumn:
    if key.endswith("_fen"):
        return SheetColumn(title, "money_wan")
    return SheetColumn(title, _NUMBERS.get(key, "text"), width=_WIDE.get(key, 0))


def _row(edition: Any, line: Any) -> tuple[Any, ...]:
    path = divisions.path_name(line.division_code)
    city = divisions.name(f"{line.division_code[:4]}00000000")
    cells: list[Any] = [line.position, edition.year, LEVEL_LABELS[edition.level], city, path.removeprefix(city) or city]
    for key in COLUMNS:
        if key == "division_code":
            continue
        value = line.fields.get(key)
        cells.append(value if key.endswith("_fen") or key in _NUMBERS else shown(key, value))
    return tuple(cells)


_ANNEX = (
    Column("序号", "center", 0.6), Column("市县", "left", 1.6), Column("项目名称", "left", 4.0), Column("领域", "left", 1.3),
    Column("总投资", "right", 1.3), Column("拟吸纳人数", "right", 1.0), Column("拟发报酬", "right", 1.2), Column("建设单位", "left", 2.4),
)  # fmt: skip


def edition_docx(edition: Any, lines: Iterable[Any], totals: Any, *, office: str, demo: bool) -> bytes:
    """The document that issues the list, with one annexed table for each track."""
    rows = sorted((r for r in lines if r.is_on_list), key=lambda r: (Track.of_id(r.track).code, r.position))
    tables = tuple(
        _annex(Track.of_id(track).label, list(group)) for track, group in groupby(rows, key=lambda r: r.track)
    )
    text = (
        f"现印发《{edition.title}》，列入项目{totals.projects}个，总投资{wan_text(totals.investment_fen)}万元，"
        f"拟吸纳务工{totals.planned_workers}人，拟发放劳务报酬{wan_text(totals.planned_pay_fen)}万元。"
    )
    return docx_bytes(
        OfficialDocument(
            issuer_mark="",
            number=edition.document_no,
            title=f"关于印发《{edition.title}》的通知",
            addressee="",
            blocks=(paragraph(text), paragraph("请按照清单组织实施，能用尽用、应发尽发，按期报送进展。")),
            signer=f"{office}发展和改革部门",
            signed_on=edition.issued_on,
            attachments=(Attachment(edition.title, tables, landscape=True),),
            demo=demo,
        )
    )


def _annex(caption: str, rows: list[Any]) -> Table:
    return Table(
        caption=caption,
        unit="单位：万元、人",
        columns=_ANNEX,
        rows=tuple(
            (
                str(r.position), divisions.path_name(r.division_code), r.fields["name"], Sector.of_id(r.sector).label,
                wan_text(r.fields["investment_fen"]), str(r.fields["planned_workers"]), wan_text(r.fields["planned_pay_fen"]),
                r.fields["owner_name"] or "—",
            )
            for r in rows
        ),
    )  # fmt: skip
