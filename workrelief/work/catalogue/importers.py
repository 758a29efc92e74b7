"""A year's catalogue and a bill of works from spreadsheets, read by the same reader as every other import.

A catalogue is committed as the draft of its year; a bill is only read and matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from workrelief.base.access.actor import Actor
from workrelief.base.intake.columns import Column, Option
from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, Issue, Row, RowBlock, RowId
from workrelief.base.intake.reader import SheetReport, Workbook, open_workbook, read_blocks
from workrelief.kernel.kinds import Kind, Sector
from workrelief.work.catalogue import services
from workrelief.work.catalogue.rules.bill import TITLES, Bill, BillLine, assemble, numbered, parse_text

TEXT_SUFFIXES = (".txt", ".md")
BACKGROUND = "背景知识"
_GENERAL = "general"
_NO_SOURCE = ("无", "不详", "未知", "待查", "待核", "核")
_YEAR = re.compile(r"(20\d{2})(?:年度?)?")
_TITLE_YEAR = re.compile(r"(20\d{2})年")
_MARKED = re.compile(r"(证|背)[：:](.+)")
_NUMBERED = re.compile(r"S\d+")
_TRADE_SIGNS = re.compile(r"[、，,;；/\s]+")


class LinkSector(Kind):
    """领域 of a link as written in a catalogue: the seven fields, or all of them."""

    GENERAL = _GENERAL, 10, "通用（各领域）", "通用", "通用(各领域)", "各领域", "各领域通用", "G"
    TRANSPORT = Sector.TRANSPORT.id, 1, Sector.TRANSPORT.label, *Sector.TRANSPORT.aliases, "TR"
    WATER = Sector.WATER.id, 2, Sector.WATER.label, *Sector.WATER.aliases, "WA"
    ENERGY = Sector.ENERGY.id, 3, Sector.ENERGY.label, *Sector.ENERGY.aliases, "EN"
    AGRICULTURE = Sector.AGRICULTURE.id, 4, Sector.AGRICULTURE.label, *Sector.AGRICULTURE.aliases, "AG"
    URBAN = Sector.URBAN.id, 5, Sector.URBAN.label, *Sector.URBAN.aliases, "UR"
    ECOLOGY = Sector.ECOLOGY.id, 6, Sector.ECOLOGY.label, *Sector.ECOLOGY.aliases, "EC"
    RECONSTRUCTION = Sector.RECONSTRUCTION.id, 7, Sector.RECONSTRUCTION.label, *Sector.RECONSTRUCTION.aliases, "DR"


class Skill(Kind):
    """技能等级; ids are the words themselves."""

    PLAIN = "普工", 1, "普工", "普通工", "无技能要求", "不限"
    HALF = "半熟练", 2, "半熟练", "半熟练工", "半技工"
    SKILLED = "技工", 3, "技工", "技术工", "技术工人", "技能工"


class Phase(Kind):
    """阶段; ids are the words themselves."""

    TEMPORARY = "附属临建", 1, "附属临建", "临建", "附属及临建", "附属临时工程"
    MAIN = "主体工程", 2, "主体工程", "主体", "主体施工"
    SITE = "工地服务", 3, "工地服务", "工地服务保障", "服务保障"
    AFTER = "建后管护", 4, "建后管护", "管护", "后期管护"


class Mark(Kind):
    """来源标记 of a link: a published source, or general knowledge."""

    PUBLISHED = "证", 1, "证", "有公开来源", "证：有公开来源"
    KNOWN = "背", 2, "背", BACKGROUND, "背：背景知识"


@dataclass
class _Session:
    """What one file has told so far: its years, and where each link and code stood first."""

    years: dict[int, dict[str, str]] = field(default_factory=dict)
    """For each year the links of the former edition: code → name."""
    unsaid: set[str] = field(default_factory=set)
    """Sheets without a year."""
    links: dict[services.Identity, RowId] = field(default_factory=dict)
    codes: dict[str, RowId] = field(default_factory=dict)


class EditionImporter(Importer):
    """年度指导目录. All or nothing: it becomes the draft of its year, to be checked, given its quotas and issued."""

    kind = "catalogue"
    title = "年度指导目录"
    permission = "catalogue.edit"
    forms = ("建设任务与用工环节指导目录", "以工代赈指导目录")
    mode = "all_or_nothing"
    sort_order = 70
    options = (
        Option("year", "年度", note="不填取表题中的年度，例如 2023；该年度尚无印发的目录、草稿内也没有环节时才能导入"),
    )
    columns = (
        Column("code", "编号", "code", aliases=("目录编号", "环节编号", "编码", "catalogue_id"), fill_down=False, example="TR001",
               note="沿用上年编号；不填的，同名环节沿用上年编号，新环节自动编号"),
        Column("sector", "领域", "choice", required=True, choices=LinkSector, example="交通",
               aliases=("所属领域", "行业领域", "建设领域", "sector")),
        Column("subfield", "子领域", required=True, max_length=40, aliases=("细分领域", "项目类型", "subfield"), example="农村公路"),
        Column("task", "建设任务", required=True, max_length=40, aliases=("适用的建设任务", "任务", "construction_task"),
               example="路基与路面"),
        Column("name", "用工环节", required=True, max_length=60, fill_down=False, example="路肩培土",
               aliases=("适用的用工环节", "环节", "环节名称", "劳务环节", "labour_link")),
        Column("trades", "适用工种", required=True, max_length=60, aliases=("工种", "典型工种", "用工岗位", "typical_trades"),
               example="普工、瓦工", note="几个工种用顿号隔开"),
        Column("skill", "技能等级", "choice", required=True, choices=Skill, aliases=("技能", "技能要求", "skill_level"),
               example="普工"),
        Column("phase", "阶段", "choice", required=True, choices=Phase, aliases=("建设阶段", "施工阶段", "所属阶段", "phase"),
               example="主体工程"),
        Column("is_core", "是否七大领域", "choice", choices={"yes": "是", "no": "否"}, example="是",
               aliases=("七大领域", "核心领域", "是否核心领域", "is_core_sector"), note="可不填；通用环节为否，其余为是"),
        Column("source", "来源", in_head=True, max_length=60, aliases=("来源编号", "来源说明", "出处", "依据", "source_status"),
               example="S74", note="有公开来源的写来源编号或名称（证），没有的写背景知识（背）"),
        Column("mark", "来源标记", "choice", choices=Mark, aliases=("标记", "证背", "证/背"), example="证",
               note="可不填，按来源判断；填写的须与来源一致"),
    )  # fmt: skip

    def open(self, ctx: ImportContext) -> object:
        return _Session()

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterator[Issue]:
        session: _Session = ctx.session
        year = _year_of(ctx, rows.sheet)
        if year:
            yield from _check_year(ctx, session, year)
        elif rows.sheet not in session.unsaid:
            session.unsaid.add(rows.sheet)
            yield ctx.file_error(
                "没有写明目录年度", "上传时填写年度（如 2023），或在表题写明“2023年”", sheet=rows.sheet
            )
        for row in rows:
            yield from _check_link(ctx, row)
            yield from _check_source(ctx, row)
            yield from _check_double(ctx, session, row)
            yield from _check_code(ctx, session, row, session.years.get(year, {}))

    def finish(self, ctx: ImportContext) -> Iterator[Issue]:
        years = sorted(ctx.session.years)
        if len(years) > 1:
            said = "、".join(map(str, years))
            yield ctx.file_error(f"各工作表的年度不一致（{said}）", "一个文件只放一个年度的目录，或上传时填写年度")

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        (year,) = ctx.session.years
        links = [_link(row) for block in blocks for row in block]
        done = services.import_edition(ctx.actor, year, links, note=f"由{ctx.file_name}导入")
        known = sum(one.source_status.startswith("背景") for one in links)
        return CommitReport(
            rows=len(links), created=len(links), totals={"year": year, "published": len(links) - known, "background": known},
            undo=asdict(done),
            notes=[
                f"已形成 {year} 年指导目录草稿，{len(links)} 个用工环节，其中有公开来源（证）{len(links) - known} 个、背景知识（背）{known} 个。",
                "表内没有用工定额，请在草稿中补齐定额，并核对日工价后再印发。",
            ],
        )  # fmt: skip

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        return services.withdraw_import(ctx.actor, services.ImportedEdition(**ctx.undo_data))


def _year_of(ctx: ImportContext, sheet: str) -> int:
    """Year of the option, else of the lines above the head; 0 when neither says a year."""
    if said := "".join(str(ctx.options.get("year") or "").split()):
        found = _YEAR.fullmatch(said)
    else:
        found = _TITLE_YEAR.search("".join("".join(ctx.titles.get(sheet, ())).split()))
    return int(found[1]) if found else 0


def _check_year(ctx: ImportContext, session: _Session, year: int) -> Iterator[Issue]:
    """Whether the year still takes an edition; said once a file."""
    if year in session.years:
        return
    former = services.former_codes(ctx.actor, year)
    session.years[year] = {code: name for (_, _, name), code in former.items()}
    reason, remedy = services.import_refusal(ctx.actor, year)
    if reason:
        yield ctx.file_error(reason, remedy)


def _check_link(ctx: ImportContext, row: Row) -> Iterator[Issue]:
    trades = _trades(row)
    if row["trades"] and not trades:
        yield ctx.error(row, "trades", f"“{row['trades']}”里没有工种", "填写工种，几个工种用顿号隔开")
    if row["sector"] and row["is_core"]:
        wanted = "no" if row["sector"] == _GENERAL else "yes"
        if row["is_core"] != wanted:
            label = LinkSector.of_id(row["sector"]).label
            said = "不属于某一领域" if wanted == "no" else "属于七大领域"
            yield ctx.error(
                row, "is_core", f"“{label}”{said}，与所填不符", f"改为“{'否' if wanted == 'no' else '是'}”或留空"
            )


def _check_source(ctx: ImportContext, row: Row) -> Iterator[Issue]:
    if row.is_unread("source", "mark"):
        return
    source, reason, remedy = _source(row)
    if reason:
        yield ctx.error(row, "source", reason, remedy)
    elif source != BACKGROUND and not source.startswith("背景") and not row["mark"] and not _NUMBERED.match(source):
        yield ctx.remark(row, "source", f"“{source}”按公开来源（证）处理", "核对来源；没有公开来源的填写背景知识")


def _check_double(ctx: ImportContext, session: _Session, row: Row) -> Iterator[Issue]:
    if not (row["sector"] and row["task"] and row["name"]):
        return
    key = services.identity_of(row["sector"], row["task"], row["name"])
    first = session.links.setdefault(key, row.id)
    if first != row.id:
        yield ctx.error(
            row, "name", f"与{_at(first, row)}是同一建设任务下的同名环节", "保留一行，删除其余；不同的环节写明区别"
        )


def _check_code(ctx: ImportContext, session: _Session, row: Row, former: dict[str, str]) -> Iterator[Issue]:
    code = row["code"].upper()
    if not code or not row["sector"]:
        return
    if reason := services.code_reason(code, _sector(row)):
        yield ctx.error(row, "code", reason, "改正编号，或留空由平台编号")
        return
    first = session.codes.setdefault(code, row.id)
    if first != row.id:
        yield ctx.error(row, "code", f"编号与{_at(first, row)}重复", "改正编号，或留空由平台编号")
    elif code in former and row["name"] and former[code] != "".join(row["name"].split()):
        yield ctx.remark(
            row, "code", f"编号{code}上一版是“{former[code]}”", "改名的不用处理；是新环节的，编号留空由平台编号"
        )


def _at(first: RowId, row: Row) -> str:
    sheet, number = first
    return f"第 {number} 行" if sheet == row.sheet else f"工作表“{sheet}”第 {number} 行"


def _source(row: Row) -> tuple[str, str, str]:
    """(source as it is kept, why it cannot be, what to do)."""
    text, mark = row["source"].rstrip("：:"), row["mark"]
    if found := _MARKED.fullmatch(text):
        mark, text = mark or found[1], found[2].strip()
    if text in ("背", "背景"):
        text = BACKGROUND
    if text == "证" or (mark == "证" and not text):
        return "", "标“证”的没有写公开来源", "写明来源编号或名称；没有公开来源的填写背景知识"
    if not text and mark != "背":
        return "", "没有写来源", "有公开来源的写来源编号或名称，没有的填写背景知识"
    if text in _NO_SOURCE:
        return "", f"“{text}”不是来源，环节的来源只分证、背", "有公开来源的写来源编号或名称，没有的填写背景知识"
    if mark and text and (mark == "背") != text.startswith("背景"):
        return "", f"来源“{text}”与标记“{mark}”不一致", "背景知识标背，有公开来源的标证"
    return text or BACKGROUND, "", ""


def _sector(row: Row) -> str:
    """The Sector id, or "" for links of every sector."""
    return "" if row["sector"] == _GENERAL else str(row["sector"])


def _trades(row: Row) -> str:
    return "、".join(dict.fromkeys(one for one in _TRADE_SIGNS.split(row["trades"]) if one))


def _link(row: Row) -> services.NumberedLink:
    return services.NumberedLink(
        code=row["code"].upper(), sector=_sector(row), subfield=row["subfield"], task=row["task"], name=row["name"],
        trades=_trades(row), skill=row["skill"], phase=row["phase"], source_status=_source(row)[0],
    )  # fmt: skip


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
