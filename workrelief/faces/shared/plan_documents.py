"""Plan papers in the official layout: a county's application, and the document that decomposes or forwards a plan.

Annexes: the project table (with what 政府投资条例第16条 asks of a yearly plan), the ten performance targets (forms §3) and
the two responsibilities (form I); the annexed tables come as a workbook too. Amounts arrive in fen and are printed in 万元;
where 0.01 万元 would hide a remainder the exact amount is printed. Sums come from the queries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.conf import settings

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.faces.shared.text import exact_wan
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.kinds import FundType
from workrelief.outputs.render.blocks import (
    Attachment,
    Block,
    Column,
    Heading,
    OfficialDocument,
    Row,
    Table,
    cell_text,
    paragraph,
)
from workrelief.outputs.render.docx import docx_bytes
from workrelief.outputs.render.pdf import pdf_bytes
from workrelief.outputs.render.xlsx import CellValue, ColumnKind, Sheet, SheetColumn, xlsx_bytes
from workrelief.work.funds import queries
from workrelief.work.funds.queries import ApplicationLineView, ApplicationView, DocumentView, LineView
from workrelief.work.funds.rules.targets import TARGETS, target_text
from workrelief.work.projects import queries as projects

FORMATS: Final = ("docx", "pdf", "xlsx")
_NO_NUMBER: Final = "〔{year}〕×号"


def application_document(scope: Scope, application_id: int) -> OfficialDocument:
    """The county's application to its city, with its annexes. Raises NotFound."""
    view = queries.application(scope, application_id)
    county = view.row.division_code
    city = codes.at_level(county, Level.CITY)
    name = divisions.name(county)
    fund = view.row.fund_type.label
    return OfficialDocument(
        issuer_mark=f"{name}发展和改革局文件",
        number=view.row.document_no or _NO_NUMBER.format(year=view.row.year),
        title=f"关于申请{view.batch.title}以工代赈项目资金的请示",
        addressee=f"{divisions.name(city)}发展和改革委员会：",
        blocks=tuple(_application_text(view, name, fund)),
        signer=f"{name}发展和改革局",
        signed_on=view.row.submitted_on,
        attachments=(
            Attachment(f"{view.batch.title}申请项目表", (_asked_table(view),), landscape=True),
            Attachment(
                "绩效目标申报表",
                (_targets_table("本次申请", [(v.project.name, v.requested_fen, v.targets) for v in view.lines]),),
                landscape=True,
            ),
        ),
        demo=settings.DEMO_MODE,
        remark=f"联系人：{view.contact}" if view.contact else None,
    )


def _application_text(view: ApplicationView, name: str, fund: str) -> list[Block]:
    row = view.row
    lead = (
        f"按照{view.batch.title}申报要求，我们对我{name[-1]}前期工作成熟的专项资金项目进行了筛选，"
        f"拟申请{fund}{exact_wan(row.requested_fen)}万元，用于{row.lines}个以工代赈项目。现将有关情况请示如下。"
    )
    pledge = (
        "以上项目申报材料真实、完整、准确，未就同一建设内容多头申报，我们对材料的真实性负责。"
        if view.is_truthful
        else ""
    )
    blocks: list[Block] = [
        paragraph(lead),
        Heading(1, "一、项目前期工作情况"),
        paragraph("所列项目均已取得批复，资金来源逐项拆分清楚，用工需求和劳务报酬已单独测算，资金下达后能够及时开工。"),
        Heading(1, "二、资金和绩效目标"),
        paragraph(
            f"申请资金逐项目列入附件1，{len(TARGETS)}项绩效目标逐项目列入附件2，其中劳务报酬占比按项目承诺填报，"
            "严格执行项目建设标准、规模和内容，专款专用。"
        ),
    ]
    if pledge:
        blocks += [Heading(1, "三、真实性承诺"), paragraph(pledge)]
    return [*blocks, paragraph("妥否，请批示。")]


def _asked_table(view: ApplicationView) -> Table:
    columns = (
        Column("序号", "center", 0.5),
        Column("项目名称", "left", 2.4),
        Column("项目代码", "center", 2.5),
        Column("建设单位", "left", 1.5),
        Column("主要建设内容", "left", 2.6),
        Column("批复文号", "left", 1.5),
        Column("合计", "right", 1.0, "总投资"),
        Column(view.row.fund_type.label, "right", 1.0, "总投资"),
        Column("本次申请", "right", 1.4),
        Column("拟吸纳人数", "right", 0.8),
        Column("拟发报酬", "right", 0.9),
    )
    own = sum(fen for v in view.lines for kind, fen in v.sources if kind is view.row.fund_type)
    total: Row = (
        "", "合计", "", "", "", "", exact_wan(sum(v.investment_fen for v in view.lines)), exact_wan(own),
        exact_wan(view.row.requested_fen), str(sum(v.planned_workers or 0 for v in view.lines)),
        exact_wan(sum(v.planned_pay_fen or 0 for v in view.lines)),
    )  # fmt: skip
    return Table(
        "",
        "万元、人",
        columns,
        tuple(_asked_row(v, view.row.fund_type) for v in view.lines),
        total=total,
        total_first=True,
    )


def _asked_row(v: ApplicationLineView, fund: FundType) -> Row:
    own = next((fen for kind, fen in v.sources if kind is fund), 0)
    return (
        str(v.number), v.project.name, v.project.code or "未赋码", v.owner_name or "—", v.content or "—", v.approval_no or "—",
        exact_wan(v.investment_fen), exact_wan(own), exact_wan(v.requested_fen), str(v.planned_workers or "—"),
        exact_wan(v.planned_pay_fen) if v.planned_pay_fen else "—",
    )  # fmt: skip


def plan_document(scope: Scope, document_id: int) -> OfficialDocument:
    """The decomposition (or forwarding) of a plan with its annexes, as far as the reader's scope goes.

    Raises NotFound; InvalidInput for the document of a higher authority, which the platform only registers.
    """
    view = queries.document(scope, document_id)
    row = view.row
    if row.is_root:
        raise InvalidInput("plan.paper", "国家（省级）下达文件由上级印发，平台只作登记，不代拟。请上传原件。")
    place = divisions.name(row.division_code)
    office = row.issuer
    named = [line for line in view.lines if line.project is not None]
    annexes = [Attachment(f"{row.batch_title}投资计划分解表", (_plan_table(scope, view),), landscape=True)]
    targets = [(line.label, line.amount_fen, line.targets) for line in view.lines]
    annexes.append(Attachment("投资计划绩效目标表", (_targets_table("本次下达", targets),), landscape=True))
    if named:
        annexes.append(Attachment("项目“两个责任”表", (_duty_table(scope, named),), landscape=True))
    return OfficialDocument(
        issuer_mark=f"{office}文件",
        number=row.document_no or _NO_NUMBER.format(year=row.year),
        title=row.title,
        addressee=_addressee(row.level, view),
        blocks=tuple(_plan_text(view, place)),
        signer=office,
        signed_on=row.issued_on,
        attachments=tuple(annexes),
        demo=settings.DEMO_MODE,
        remark=_withdrawn(view),
    )


def _withdrawn(view: DocumentView) -> str | None:
    """What a paper that no longer counts says of itself."""
    if view.row.state.id != "withdrawn" or view.withdrawn_on is None:
        return None
    return f"本文件已于{view.withdrawn_on:%Y年%-m月%-d日}撤回，仅供查考"


def _addressee(level: str, view: DocumentView) -> str:
    if level == "county":
        return "各有关乡镇人民政府（街道办事处），各项目单位："
    names = "、".join(dict.fromkeys(divisions.name(line.division_code) for line in view.lines))
    office = "发展和改革委员会" if level == "province" else "发展和改革局"
    return (
        f"{names}{office}："
        if len(view.lines) <= 3 and names
        else f"各有关{'市' if level == 'province' else '县（市、区）'}{office}："
    )


def _plan_text(view: DocumentView, place: str) -> list[Block]:
    row = view.row
    basis = f"根据{row.basis_no}文件，" if row.basis_no else ""
    verb = "转发" if row.level == "county" else "分解下达"
    days = next((line.targets.get("decompose_days") for line in view.lines if line.targets.get("decompose_days")), "")
    demands = [line.strip() for line in view.requirements.splitlines() if line.strip()]
    standing = [
        "严格执行计划。不得擅自变更建设地点、标准、规模和内容，确需变更的按程序报批；超出计划的部分由项目单位自行解决。",
        "足额发放劳务报酬。以工代赈专项资金中劳务报酬占比不低于附件2所列目标，发放给参加务工的当地群众本人。",
        "落实“两个责任”。逐项目明确项目责任和日常监管责任，按时调度，如实填报建设和支付进度。",
    ]
    if row.level != "county" and days:
        standing.insert(0, f"抓紧分解转发。请于收文后规定时限内逐级分解到具体项目，全程不超过{days}个工作日。")
    numerals = "一二三四五六七八九"
    blocks: list[Block] = [
        paragraph(
            f"{basis}现将{row.batch_title}投资计划{exact_wan(row.total_fen)}万元{verb}给你们（详见附件1），"
            f"绩效目标随计划一并下达（详见附件2）。现就有关事项通知如下。"
        )
    ]
    for numeral, demand in zip(numerals, [*standing, *demands], strict=False):
        head, _, rest = demand.partition("。")
        blocks += [Heading(1, f"{numeral}、{head}"), paragraph(rest)] if rest else [paragraph(f"{numeral}、{demand}")]
    return blocks


def _plan_table(scope: Scope, view: DocumentView) -> Table:
    """Projects with content, scale, duration, total and source (Q19); places that decompose further with their amount."""
    known = projects.stored(scope, [line.project.id for line in view.lines if line.project])
    columns = [Column("序号", "center", 0.5), Column("地区", "left", 1.2)]
    if known:
        columns += [
            Column("项目名称", "left", 2.4),
            Column("项目代码", "center", 2.2),
            Column("建设性质", "center", 0.9),
            Column("建设内容及规模", "left", 2.6),
            Column("建设工期", "center", 1.3),
            Column("总投资", "right", 1.1),
        ]
    columns += [Column("资金来源", "left", 1.5), Column("本次下达", "right", 1.5)]
    blank = ("", "", "", "", "", exact_wan(sum(row.investment_fen for row in known.values()))) if known else ()
    total: Row = ("", "合计", *blank, "", exact_wan(view.row.total_fen))
    rows = tuple(_plan_row(view, line, known) for line in view.lines)
    return Table("", "万元", tuple(columns), rows, total=total, total_first=True)


def _plan_row(view: DocumentView, line: LineView, known: Mapping[int, Any]) -> Row:
    named: tuple[str, ...] = ()
    if known:
        stored = known.get(line.project.id) if line.project else None
        named = (
            (
                stored.name, stored.code or "未赋码", stored.construction_kind or "—", stored.content or "—",
                _duration(stored.starts_on, stored.ends_on), exact_wan(stored.investment_fen),
            )
            if stored
            else (line.label if line.project else "（待分解到项目）", "—", "—", "—", "—", "—")
        )  # fmt: skip
    return (str(line.number), line.division_name, *named, view.row.fund_type.label, exact_wan(line.amount_fen))


def _duration(first: date | None, last: date | None) -> str:
    """2022年3月—2022年11月."""
    if first is None and last is None:
        return "—"
    return "—".join(f"{day:%Y年%-m月}" if day else "" for day in (first, last))


def _targets_table(word: str, rows: Sequence[tuple[str, int, Mapping[str, str]]]) -> Table:
    """One line for each project or place, one column for each of the ten targets, under their first and second heads."""
    columns = [Column("序号", "center", 0.5), Column("项目（地区）", "left", 2.0), Column(word, "right", 1.5)]
    columns += [Column(t.label, "center", 1.2, f"{t.first}·{t.second}") for t in TARGETS]
    body = tuple(
        (str(number), label, exact_wan(fen), *(target_text(t, given.get(t.id, "")) for t in TARGETS))
        for number, (label, fen, given) in enumerate(rows, start=1)
    )
    return Table("", "万元", tuple(columns), body)


def _duty_table(scope: Scope, named: Sequence[LineView]) -> Table:
    columns = (
        Column("序号", "center", 0.5),
        Column("项目", "left", 2.6),
        Column("法人单位", "left", 1.8, "项目责任"),
        Column("责任人", "center", 1.1, "项目责任"),
        Column("电话", "center", 1.6, "项目责任"),
        Column("直接责任单位", "left", 1.8, "日常监管责任"),
        Column("责任人", "center", 1.1, "日常监管责任"),
        Column("电话", "center", 1.6, "日常监管责任"),
        Column("确认日期", "center", 1.2),
        Column("备案日期", "center", 1.2),
    )
    rows = []
    for one in queries.responsibilities(scope, [line.project.id for line in named if line.project]):
        d = one.duties
        days = [day for day in (d.owner_confirmed_on, d.supervisor_confirmed_on) if day]
        confirmed = max(days).isoformat() if len(days) == 2 else "—"
        rows.append(
            (
                str(one.number), one.project.name, d.owner_unit or "—", d.owner_person or "—", d.owner_phone or "—",
                d.supervisor_unit or "—", d.supervisor_person or "—", d.supervisor_phone or "—", confirmed,
                d.filed_on.isoformat() if d.filed_on else "—",
            )
        )  # fmt: skip
    return Table("", "", columns, tuple(rows))


def paper_bytes(document: OfficialDocument, form: str) -> bytes:
    """The paper as docx or pdf, or its annexed tables as xlsx. Raises InvalidInput for another form."""
    if form == "docx":
        return docx_bytes(document)
    if form == "pdf":
        return pdf_bytes(document).data
    if form == "xlsx":
        return xlsx_bytes(
            [_sheet(one, table) for one in document.attachments for table in one.blocks if isinstance(table, Table)]
        )
    raise InvalidInput("plan.form", f"计划文件可以下载为{'、'.join(FORMATS)}，不能下载为“{form}”。")


_WIDE: Final = {
    "序号": 6, "项目名称": 34, "项目（地区）": 34, "项目": 34, "主要建设内容": 40, "建设内容及规模": 40, "项目代码": 26, "建设工期": 20,
}  # fmt: skip
_WHOLE: Final = ("序号", "拟吸纳人数")


def _sheet(annex: Attachment, table: Table) -> Sheet:
    """An annexed table as a sheet: its title, unit and heads; amounts and counts as numbers."""
    columns = tuple(
        SheetColumn(
            one.title,
            _sheet_kind(one),
            width=_WIDE.get(one.title, 13 if one.align == "center" else 0),
            wrap=one.align == "left",
            group=one.group or "",
        )
        for one in table.columns
    )
    return Sheet(
        title=annex.title,
        caption=annex.title,
        columns=columns,
        rows=[
            tuple(_sheet_cell(c, cell_text(cell)) for c, cell in zip(columns, row, strict=True))
            for row, _ in table.printed_rows
        ],
        unit_note=f"单位：{table.unit}" if table.unit else "",
        demo=settings.DEMO_MODE,
    )


def _sheet_kind(column: Column) -> ColumnKind:
    if column.title in _WHOLE:
        return "int"
    return "exact_wan" if column.align == "right" else "text"


def _sheet_cell(column: SheetColumn, text: str) -> CellValue:
    if column.kind == "text" or not text or text == "—":
        return text
    return int(text) if column.kind == "int" else Decimal(text.replace(",", ""))
