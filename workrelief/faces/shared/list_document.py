"""A list of one year and level as files: form F as a workbook, and the official document with its annexes.

An issued edition is printed from its frozen lines; a list not issued yet from what an edition made now would hold. The
workbook's head is form F's, so that what was exported can be imported again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.conf import settings

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.kernel.money import wan_text
from workrelief.outputs.render.blocks import Attachment, Column, OfficialDocument, Row, Table, cell_text, paragraph
from workrelief.outputs.render.docx import docx_bytes
from workrelief.outputs.render.xlsx import CellValue, ColumnKind, Sheet, SheetColumn, xlsx_bytes
from workrelief.work.lists import queries
from workrelief.work.lists.queries import Comparison, EditionTotals, LineChange
from workrelief.work.lists.queries.preview import title as list_title
from workrelief.work.lists.rules.form import shown
from workrelief.work.lists.states import LEVEL_LABELS

FORMATS: Final = ("xlsx", "docx")
CHANGES: Final = {"in": "调入", "kept": "保留", "changed": "变更", "out": "调出", "promoted": "提级"}


@dataclass(frozen=True)
class ListLine:
    """One line as printed: its change, why, both values of what differs, and form F (rules.form)."""

    change: str
    reason: str
    difference: Mapping[str, Sequence[str]]
    fields: Mapping[str, Any]

    @property
    def is_on_list(self) -> bool:
        return self.change in ("in", "kept", "changed")


@dataclass(frozen=True)
class ListSource:
    """Everything the files of a list say."""

    title: str
    year: int
    level: str
    division: str
    number: int
    document_no: str
    issued_on: date | None
    edition_id: int | None
    is_withdrawn: bool
    has_previous: bool
    track: str
    lines: tuple[ListLine, ...]
    totals: EditionTotals

    @property
    def place(self) -> str:
        return divisions.name(self.division)

    @property
    def changed(self) -> tuple[ListLine, ...]:
        """What a later edition changed against the one before; everything is new in the first."""
        return tuple(line for line in self.lines if line.change != "kept") if self.has_previous else ()


def of_edition(scope: Scope, edition_id: int) -> ListSource:
    """An issued edition, the part in scope. Raises NotFound."""
    one = queries.edition(scope, edition_id)
    lines = tuple(
        ListLine(line.change, line.reason, line.difference, line.fields)
        for line in queries.edition_lines(scope, one.pk)
    )
    return ListSource(
        one.title, one.year, one.level, one.division_code, one.number, one.document_no, one.issued_on, one.pk,
        one.state == "withdrawn", one.previous_id is not None, one.track, lines, queries.edition_totals(scope, one.pk),
    )  # fmt: skip


def of_list(scope: Scope, year: int, level: str, *, division: str, track: str = "") -> ListSource:
    """The newest issued edition of a list, else what would be issued now. Raises NotFound."""
    issued = queries.editions(scope, year=year, level=level, division=division)
    newest = issued.filter(state="issued", track=track).first()
    if newest is not None:
        return of_edition(scope, newest.pk)
    return of_draft(scope, year, level, division=division, track=track)


def of_draft(scope: Scope, year: int, level: str, *, division: str, track: str = "") -> ListSource:
    """What an edition issued now would hold, to be read before it is issued."""
    preview = queries.issue_preview(scope, year, level, division=division, track=track)
    lines = tuple(ListLine(line.change, line.reason, line.difference, line.fields) for line in preview.lines)
    name = list_title(year, level, divisions.name(preview.division), track, preview.number)
    return ListSource(
        name, year, level, preview.division, preview.number, "", None, None, False, preview.previous is not None, track,
        lines, preview.totals,
    )  # fmt: skip


def list_document(source: ListSource) -> dict[str, Any]:
    """The list as one document, the same for the command and the API; amounts in fen."""
    return {
        "title": source.title,
        "year": source.year,
        "level": source.level,
        "division": source.division,
        "edition": source.edition_id,
        "number": source.number,
        "document_no": source.document_no,
        "issued_on": source.issued_on.isoformat() if source.issued_on else None,
        "is_issued": source.edition_id is not None and not source.is_withdrawn,
        "totals": dict(vars(source.totals)),
        "lines": [
            {"change": line.change, "reason": line.reason, "difference": dict(line.difference), **line.fields}
            for line in source.lines
        ],
    }


def list_file(source: ListSource, form: str) -> bytes:
    """The file of a list: "xlsx" form F, "docx" the official document with its annexes."""
    return workbook(source) if form == "xlsx" else docx_bytes(official_document(source))


# ---------- form F ----------

_FUNDS: Final = {
    FundType.CENTRAL_BUDGET: "中央预算内投资", FundType.CENTRAL_BRIDGING: "中央衔接资金", FundType.PROVINCIAL: "省级资金",
    FundType.CITY: "市级资金", FundType.COUNTY: "县级资金", FundType.OTHER: "其他资金",
}  # fmt: skip
_HEADS: Final[tuple[tuple[str, str, ColumnKind, float], ...]] = (
    ("year", "年度", "text", 7), ("level", "级次", "text", 7), ("city", "市", "text", 10),
    ("county", "县（市、区）", "text", 12), ("name", "项目名称", "text", 34), ("code", "项目代码", "text", 27),
    ("track", "项目线", "text", 18), ("sector", "领域", "text", 12), ("construction_kind", "建设性质", "text", 10),
    ("owner_name", "建设单位", "text", 24), ("content", "主要建设内容", "text", 40),
    ("investment_fen", "总投资（万元）", "money_wan", 13), ("planned_investment_fen", "年度计划投资（万元）", "money_wan", 13),
    *((f"fund_{fund.id}", f"{label}（万元）", "money_wan", 13) for fund, label in _FUNDS.items()),
    ("starts_on", "开工时间", "date", 12), ("ends_on", "完工时间", "date", 12),
    ("labour_tasks", "适用的建设任务", "text", 24), ("labour_links", "用工环节", "text", 24),
    ("posts", "用工岗位", "text", 14), ("post_number", "岗位数量", "int", 9), ("season", "用工时段", "text", 16),
    ("skill", "技能要求", "text", 14), ("planned_workers", "拟吸纳人数", "int", 9),
    ("planned_priority_workers", "其中优先群体", "int", 9), ("planned_pay_fen", "拟发劳务报酬（万元）", "money_wan", 13),
    ("planned_training", "拟培训人次", "int", 9), ("industry_department", "行业主管部门", "text", 16),
    ("responsible", "责任人与电话", "text", 20), ("remark", "备注", "text", 24),
)  # fmt: skip


_LEAD: Final = 6
"""序号 to 项目名称: what names a line of form F."""


def workbook(source: ListSource) -> bytes:
    """Form F with its total, and a sheet of what changed where there is an edition before."""
    rows = [[number, *_form_row(source, line)] for number, line in enumerate(_on_list(source), start=1)]
    sheets = [
        Sheet(
            title="适用项目清单",
            caption=source.title,
            unit_note=_note(source),
            columns=[SheetColumn("序号", "int", 6), *(SheetColumn(t, k, w, wrap=k == "text") for _, t, k, w in _HEADS)],
            rows=rows,
            total_row=["合计", *(_sum(rows, at, kind) for at, (_, _, kind, _) in enumerate(_HEADS, start=1))],
            notes=("提级到上级清单的项目不在本表内，也不计数。",),
            demo=settings.DEMO_MODE,
            lead=_LEAD,
        )
    ]
    if source.changed:
        sheets.append(
            Sheet(
                title="与上一版的变化",
                caption=f"{source.title}：与上一版相比的变化",
                columns=[
                    SheetColumn("变化", width=8), SheetColumn("所在地", width=20), SheetColumn("项目名称", width=36, wrap=True),
                    SheetColumn("项目代码", width=27), SheetColumn("理由", width=36, wrap=True),
                    SheetColumn("变更内容（前 → 后）", width=50, wrap=True),
                ],
                rows=[_change_row(line) for line in source.changed],
                demo=settings.DEMO_MODE,
            )
        )  # fmt: skip
    return xlsx_bytes(sheets)


def _sum(rows: Sequence[Sequence[CellValue]], at: int, kind: ColumnKind) -> CellValue:
    """The column's sum; None for words and days, and where no line says anything."""
    known = [value for row in rows if isinstance(value := row[at], int)] if kind in ("int", "money_wan") else []
    return sum(known) if known else None


def _note(source: ListSource) -> str:
    if source.issued_on is None:
        return "尚未印发"
    withdrawn = "，已撤回" if source.is_withdrawn else ""
    return f"{source.document_no}，{source.issued_on}{withdrawn}"


def _form_row(source: ListSource, line: ListLine) -> list[CellValue]:
    f = line.fields
    city, county = _places(str(f["division_code"]))
    own: dict[str, CellValue] = {
        "year": str(source.year), "level": LEVEL_LABELS[source.level][0], "city": city, "county": county,
        "track": Track.of_id(f["track"]).label, "sector": Sector.of_id(f["sector"]).label,
        **{f"fund_{fund.id}": f["funds"].get(fund.id) for fund in _FUNDS},
        **{name: date.fromisoformat(f[name]) if f[name] else None for name in ("starts_on", "ends_on")},
    }  # fmt: skip
    return [own[name] if name in own else f[name] if f[name] != "" else None for name, _, _, _ in _HEADS]


def _places(division: str) -> tuple[str, str]:
    """Names of the city and the county of a division; a city's own project has no county."""
    level = codes.level_of(division)
    city = divisions.name(codes.at_level(division, Level.CITY)) if level >= Level.CITY else divisions.name(division)
    return city, divisions.name(codes.at_level(division, Level.COUNTY)) if level >= Level.COUNTY else ""


def _change_row(line: ListLine) -> list[CellValue]:
    f = line.fields
    return [
        CHANGES[line.change], "".join(_places(str(f["division_code"]))), str(f["name"]), str(f["code"]), line.reason,
        _differs(line.difference),
    ]  # fmt: skip


def _differs(difference: Mapping[str, Sequence[str]]) -> str:
    return "；".join(
        f"{name}：{before or '（空）'} → {after or '（空）'}" for name, (before, after) in difference.items()
    )


_BOTH: Final = (
    SheetColumn("变化", width=8), SheetColumn("所在地", width=24), SheetColumn("项目名称", width=40, wrap=True),
    SheetColumn("项目代码", width=27), SheetColumn("前一版总投资（万元）", "money_wan", 14),
    SheetColumn("后一版总投资（万元）", "money_wan", 14), SheetColumn("变更内容（前 → 后）", width=50, wrap=True),
    SheetColumn("理由", width=36, wrap=True),
)  # fmt: skip


def comparison_workbook(found: Comparison) -> bytes:
    """Two editions side by side: one line for each project that differs, in the order in, out, changed, promoted."""
    parts = (("in", found.added), ("out", found.removed), ("changed", found.changed), ("promoted", found.promoted))
    counts = "，".join(f"{CHANGES[key]}{len(lines)}个" for key, lines in parts)
    return xlsx_bytes(
        [
            Sheet(
                title="两版比较",
                caption="适用项目清单两版比较",
                unit_note=f"前一版 {found.older.document_no}，后一版 {found.newer.document_no}",
                columns=_BOTH,
                rows=[_compared(key, line) for key, lines in parts for line in lines],
                notes=(
                    f"前一版：{found.older.title}",
                    f"后一版：{found.newer.title}",
                    f"{counts}，保留{found.kept}个。",
                ),
                demo=settings.DEMO_MODE,
            )
        ]
    )


def _compared(change: str, line: LineChange) -> list[CellValue]:
    shown_in = line.newer if line.newer is not None and line.newer.is_on_list else None
    known = line.newer or line.older
    assert known is not None
    return [
        CHANGES[change], "".join(_places(line.division_code)), line.name, str(known.fields["code"]),
        *(one.fields["investment_fen"] if one is not None else None for one in (line.older, shown_in)),
        _differs(line.difference), line.reason,
    ]  # fmt: skip


# ---------- the official document ----------

_PLACE: Final = Column("所在地", "left", 1.0)
_ANNEX: Final = (
    Column("序号", "center", 0.65), _PLACE, Column("项目名称", "left", 2.1), Column("项目代码", "center", 1.6),
    Column("类别、领域", "center", 0.95), Column("建设单位", "left", 1.4), Column("总投资", "right", 1.05, "投资"),
    Column("年度计划", "right", 1.05, "投资"), Column("建设任务和用工环节", "left", 1.9, "以工代赈用工"),
    Column("岗位、时段、技能", "left", 1.6, "以工代赈用工"), Column("拟吸纳人数", "right", 0.8, "以工代赈用工"),
    Column("拟发报酬", "right", 0.95, "以工代赈用工"),
)  # fmt: skip
_CHANGE_ANNEX: Final = (
    Column("序号", "center", 0.5), Column("变化", "center", 0.6), _PLACE,
    Column("项目名称", "left", 2.4), Column("变更内容（前 → 后）", "left", 3.0), Column("理由", "left", 2.2),
)  # fmt: skip
_UNDER: Final = {
    "province": "各市发展改革委，省直有关部门：",
    "city": "各县（市、区）发展改革局，市直有关部门：",
    "county": "各乡镇人民政府（街道办事处），{own}直有关部门：",
}
_NAMED_IN: Final = "gbh-2022-58"
"""The document that asks for yearly lists; a list older than it, or of special funds alone, cannot rest on it."""
_BY_CHARACTER, _BESIDE = 0.12, 0.2
"""Shares of the line that a figure takes for each of its characters, and for its margins."""


def official_document(source: ListSource) -> OfficialDocument:
    """关于印发…清单的通知, with the list across the page as its first annex and what changed as its second."""
    organ = f"{source.place}发展和改革{'局' if source.level == 'county' else '委员会'}"
    attachments = [Attachment(source.title, (_list_table(source),), landscape=True)]
    if source.changed:
        attachments.append(
            Attachment(
                f"{source.year}年{LEVEL_LABELS[source.level]}清单变化情况", (_change_table(source),), landscape=True
            )
        )
    return OfficialDocument(
        issuer_mark=f"{organ}文件",
        number=source.document_no,
        title=f"关于印发{source.title}的通知",
        addressee=_UNDER[source.level].format(own=source.place[-1:]),
        blocks=_body(source),
        signer=organ,
        signed_on=source.issued_on,
        attachments=tuple(attachments),
        demo=settings.DEMO_MODE,
        remark="此件公开发布" if source.edition_id is not None else None,
    )


def _body(source: ListSource) -> tuple[Any, ...]:
    t = source.totals
    changes = [f"{CHANGES[k]}{n}个" for k in ("in", "changed", "out", "promoted") if (n := t.changes.get(k, 0))]
    against = f"与上一版相比，{'，'.join(changes)}，具体情况和理由见附件2。" if source.changed else ""
    return (
        paragraph(f"{_basis(source)}，现将《{source.title}》印发给你们，请认真组织实施。"),
        paragraph(
            f"列入清单的项目共{t.projects}个，总投资{wan_text(t.investment_fen)}万元，拟吸纳当地群众务工{t.planned_workers:,}人，"
            f"拟发放劳务报酬{wan_text(t.planned_pay_fen)}万元。{against}"
        ),
        paragraph(
            "各单位要对照清单所列建设任务和用工环节，组织项目单位和施工单位优先吸纳当地群众务工，及时足额发放劳务报酬，按季报送"
            "进展情况。清单实行动态调整，项目调入、调出和内容变更须说明理由，按原程序办理。"
        ),
    )


def _basis(source: ListSource) -> str:
    """On what the list rests, as far as it was in force on that day."""
    document, on = registry.source(_NAMED_IN), source.issued_on or clock.today()
    if source.track == Track.SPECIAL_FUND.id or document.effective is None or on < document.effective:
        return "根据国家和省以工代赈有关规定"
    return (
        "根据《国务院办公厅转发国家发展改革委关于在重点工程项目中大力实施以工代赈促进当地群众就业增收工作方案的通知》"
        f"（{document.number}）要求"
    )


def _list_table(source: ListSource) -> Table:
    t = source.totals
    rows = tuple(_annex_row(source, number, line) for number, line in enumerate(_on_list(source), start=1))
    plan = wan_text(t.planned_investment_fen) if t.planned_investment_fen else "—"
    total: Row = (
        "", "", f"合计{t.projects}个", "", "", "", wan_text(t.investment_fen), plan, "", "", f"{t.planned_workers:,}",
        wan_text(t.planned_pay_fen),
    )  # fmt: skip
    return _roomy(_placed(Table(source.title, "万元、人", _ANNEX, rows, total=total, total_first=True)))


def _roomy(table: Table) -> Table:
    """With room for the longest figure of each column, so that none breaks in the middle."""
    lines = (*table.rows, table.total) if table.total else table.rows
    columns = []
    for index, column in enumerate(table.columns):
        longest = max((len(cell_text(line[index])) for line in lines), default=0)
        wanted = _BY_CHARACTER * longest + _BESIDE if column.align == "right" else 0
        columns.append(replace(column, width=max(column.width, wanted)))
    return replace(table, columns=tuple(columns))


def _placed(table: Table) -> Table:
    """Without the column of places where all lie in the office's own division and nothing more is known."""
    at = table.columns.index(_PLACE)
    if any(cell_text(row[at]) for row in table.rows):
        return table
    rows = tuple((*row[:at], *row[at + 1 :]) for row in table.rows)
    total = (*table.total[:at], *table.total[at + 1 :]) if table.total else None
    return replace(table, columns=(*table.columns[:at], *table.columns[at + 1 :]), rows=rows, total=total)


def _within(source: ListSource, division: str) -> str:
    """The place as it is called inside the issuing division: city and county, county alone, or the township."""
    city, county = _places(division)
    if source.level == "province":
        return city + county
    if source.level == "city":
        return county or city
    return divisions.name(division) if codes.level_of(division) > Level.COUNTY else ""


def _on_list(source: ListSource) -> list[ListLine]:
    return [line for line in source.lines if line.is_on_list]


def _annex_row(source: ListSource, number: int, line: ListLine) -> Row:
    f = line.fields
    tasks = "：".join(part for part in (f["labour_tasks"], f["labour_links"]) if part)
    post = f"{f['posts']}{f['post_number']}人" if f["posts"] and f["post_number"] else f["posts"]
    demand = "；".join(part for part in (post, f["season"], f["skill"] and f"技能{f['skill']}") if part)
    return (
        str(number), _within(source, str(f["division_code"])), f["name"], f["code"] or "未赋码",
        f"{Track.of_id(f['track']).short}·{Sector.of_id(f['sector']).label}", f["owner_name"] or "—",
        wan_text(f["investment_fen"]), wan_text(f["planned_investment_fen"]) if f["planned_investment_fen"] else "—",
        tasks or "—", demand or "—", f"{f['planned_workers']:,}", shown("planned_pay_fen", f["planned_pay_fen"]) or "—",
    )  # fmt: skip


def _change_table(source: ListSource) -> Table:
    rows = []
    for number, line in enumerate(source.changed, start=1):
        kind, _, name, _, reason, what = (str(cell) for cell in _change_row(line))
        place = _within(source, str(line.fields["division_code"]))
        rows.append((str(number), kind, place, name, what or "—", reason or "—"))
    return _placed(Table("", "万元、人", _CHANGE_ANNEX, tuple(rows)))
