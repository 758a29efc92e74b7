"""The list of projects to which work relief applies (form F), of one county or of a whole city or province."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from workrelief.base.intake.columns import Column, Option
from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, Issue, Row, RowBlock, RowId
from workrelief.base.intake.places import Place, Places
from workrelief.base.law.parameters import Parameters, parameters
from workrelief.kernel import clock
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.work.projects import queries, rules, services
from workrelief.work.projects.importers.findings import issues_of
from workrelief.work.projects.models import ProgressStage
from workrelief.work.projects.naming import CodeStyle, code_style, name_key, plain_code
from workrelief.work.projects.queries import Known

FUND_COLUMNS = {
    "central_budget": FundType.CENTRAL_BUDGET,
    "central_bridging": FundType.CENTRAL_BRIDGING,
    "provincial": FundType.PROVINCIAL,
    "city_fund": FundType.CITY,
    "county_fund": FundType.COUNTY,
    "other_fund": FundType.OTHER,
}
COLUMN_OF_RULE = {
    "A01": "track",
    "A04": "sector",
    "B01": "name",
    "B02": "labour_tasks",
    "B03": "planned_workers",
    "C06": "investment",
    "J03": "issued_central",
    "K04": "planned_pay",
    "N01": "code",
    "N02": "code",
    "N03": "owner_uscc",
    "N06": "investment",
}
NEEDS = {
    "A01": ("track",),
    "A04": ("sector",),
    "B01": ("name", "list_level"),
    "B03": ("post_number", "planned_workers", "planned_priority"),
    "C06": ("investment", *FUND_COLUMNS),
    "J03": ("issued_central", "issued_provincial", *FUND_COLUMNS),
    "K04": ("planned_pay", "investment"),
    "N01": ("code",),
    "N06": ("investment",),
}
"""Columns each rule judges: a cell that was refused is no nought and no gap."""
_YEAR = re.compile(r"(20\d{2})\s*年")
_YES_NO = {"yes": "是", "no": "否"}


@dataclass
class _Session:
    """What one file has told so far."""

    places: Places
    law: Parameters
    codes: dict[tuple[str, int], RowId] = field(default_factory=dict)
    names: dict[tuple[str, str, int], RowId] = field(default_factory=dict)
    placed: set[RowId] = field(default_factory=set)
    """Rows whose place on the year's lists is taken, as the room of the lists has said already."""


class ProjectListImporter(Importer):
    """适用以工代赈项目清单. All or nothing: a list is a document of its own.

    Reads form F into projects; the room of the lists registers its own kind of it, which enters them on the list too.
    """

    kind = "project_list"
    title = "适用以工代赈项目清单"
    permission = "project.import"
    guide = "import-project-list"
    forms = ("适用以工代赈项目清单", "年度重点项目清单", "表F")
    mode = "all_or_nothing"
    sort_order = 10
    options: tuple[Option, ...] = (
        Option("year", "清单年度", note="表里没有“年度”一列、表题也没有写年度时填写，例如 2022"),
        Option("listed_on", "清单印发日期", "date", note="不填按当年 12 月 31 日计"),
    )
    columns = (
        Column("year", "年度", "int", aliases=("计划年度", "清单年度", "所属年度"), words=("年", "年度"), example="2022",
               note="不填取表题中的年度"),
        Column("list_level", "级次", aliases=("清单级次", "清单级别"), example="县", note="省、市、县三级之一"),
        Column("city", "市", aliases=("所属市", "地市", "设区市"), example="德州市"),
        Column("county", "县（市、区）", aliases=("县", "区县", "县市区", "所属县"), example="宁津县"),
        Column("place", "市县", aliases=("地区", "行政区划", "所属地区"), note="市、县写在一格时用这一列"),
        Column("township", "乡镇（街道）", aliases=("乡镇", "镇街")),
        Column("name", "项目名称", required=True, max_length=160, fill_down=False, example="演示镇道路改造工程"),
        Column("code", "项目代码", "code", aliases=("项目统一代码", "国家项目代码"), fill_down=False,
               example="2204-371422-04-01-123451", note="在线审批监管平台的24位赋码，尚未赋码的留空"),
        Column("track", "项目线", "choice", choices=Track, aliases=("项目类别", "项目分类"), example="重点工程推广",
               note="不填取表题中的类别"),
        Column("sector", "领域", "choice", choices=Sector, aliases=("所属领域", "行业领域", "建设领域"), required=True,
               example="交通"),
        Column("construction_kind", "建设性质", aliases=("项目性质",), max_length=20, example="新建"),
        Column("owner_name", "建设单位", aliases=("项目业主", "业主单位", "项目单位", "项目法人单位"), max_length=120),
        Column("owner_uscc", "统一社会信用代码", "code", aliases=("建设单位统一社会信用代码", "信用代码")),
        Column("implementer", "施工单位", aliases=("承接主体", "实施主体", "承建单位"), max_length=120),
        Column("content", "主要建设内容", aliases=("建设内容", "主要建设内容及规模", "建设内容与规模", "建设内容及规模", "主要建设内容与规模", "建设规模及内容",
                                        "建设规模和内容", "建设内容和规模")),
        Column("investment", "总投资", "money", default_unit="万元", required=True, loose=True, aliases=("项目总投资", "批复总投资"),
               example="400.00"),
        Column("planned_investment", "年度计划投资", "money", default_unit="万元", loose=True, aliases=("当年计划投资", "本年计划投资")),
        Column("done_investment", "本年完成投资", "money", default_unit="万元", aliases=("当年完成投资", "完成投资")),
        Column("central_budget", "中央预算内投资", "money", default_unit="万元", group="资金来源",
               aliases=("中央预算内", "中央预算内资金")),
        Column("central_bridging", "中央衔接资金", "money", default_unit="万元", group="资金来源",
               aliases=("中央衔接", "衔接资金", "中央财政衔接资金", "中央衔接资金（以工代赈任务）")),
        Column("provincial", "省级资金", "money", default_unit="万元", group="资金来源", aliases=("省级", "省级财政")),
        Column("city_fund", "市级资金", "money", default_unit="万元", group="资金来源", aliases=("市级", "市级财政")),
        Column("county_fund", "县级资金", "money", default_unit="万元", group="资金来源",
               aliases=("县级", "县级财政", "县级配套", "市县配套")),
        Column("other_fund", "其他资金", "money", default_unit="万元", group="资金来源",
               aliases=("其他", "整合资金", "自筹资金", "社会资本", "银行贷款")),
        Column("issued_central", "已下达中央资金", "money", default_unit="万元",
               aliases=("中央资金已下达", "下达中央资金", "已下达中央投资")),
        Column("issued_provincial", "已下达省级资金", "money", default_unit="万元", aliases=("省级资金已下达",)),
        Column("starts_on", "开工时间", "date", month_is="first", aliases=("开工日期", "开工年月", "计划开工时间"),
               note="只写到月的，按当月1日计"),
        Column("ends_on", "完工时间", "date", month_is="last", aliases=("完工日期", "竣工时间", "计划完工时间", "完工年月"),
               note="只写到月的，按当月最后一日计"),
        Column("labour_tasks", "适用的建设任务", aliases=("适用以工代赈的建设任务", "建设任务"), example="路基、路面工程"),
        Column("labour_links", "用工环节", aliases=("适用的用工环节",), example="路肩培土、模板安装"),
        Column("posts", "用工岗位", aliases=("岗位", "用工岗位名称"), example="普工、瓦工"),
        Column("post_number", "岗位数量", "int", loose=True, aliases=("用工岗位数量", "岗位数", "数量")),
        Column("season", "用工时段", aliases=("时段", "用工时间"), example="3月至10月"),
        Column("skill", "技能要求", aliases=("技能", "用工技能要求"), example="不限"),
        Column("planned_workers", "拟吸纳人数", "int", loose=True,
               aliases=("拟吸纳务工人数", "计划吸纳人数", "计划用工人数", "预计带动务工人数", "计划务工人数")),
        Column("planned_priority", "其中优先群体", "int", loose=True, aliases=("优先群体", "其中优先群体人数", "优先群体人数")),
        Column("planned_pay", "拟发劳务报酬", "money", default_unit="万元", loose=True,
               aliases=("计划发放劳务报酬", "预计发放劳务报酬", "计划劳务报酬", "劳务报酬")),
        Column("planned_training", "拟培训人次", "int", loose=True, aliases=("计划培训人次", "计划培训人数", "拟培训人数")),
        Column("stage", "形象进度", "choice", choices=dict(ProgressStage.choices), aliases=("当前进度",)),
        Column("is_government", "是否政府投资", "choice", choices=_YES_NO, aliases=("政府投资项目",),
               note="不填为是；非政府投资的单独统计"),
        Column("industry_department", "行业主管部门", aliases=("主管部门", "行业部门"), max_length=60),
        Column("responsible", "责任人与电话", aliases=("责任人及电话", "责任人", "联系人及电话"), max_length=80),
        Column("remark", "备注"),
    )  # fmt: skip

    def open(self, ctx: ImportContext) -> object:
        return _Session(Places(ctx.actor.scope), parameters(on=clock.today()))

    def entry_of(self, ctx: ImportContext, row: Row) -> services.NewProject:
        """The row as the project it registers."""
        session: _Session = ctx.session
        return _entry(ctx, row, _place(session, row))

    def comes_on_list(self, entry: services.NewProject) -> bool:
        """Whether importing the row lists the project, so that the demand binds it whatever its track; here it registers it."""
        return False

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterator[Issue]:
        session: _Session = ctx.session
        found = [_place(session, row) for row in rows]
        known = queries.registered(
            codes=[plain_code(code) for code in rows.columns["code"] if code],
            places=[(p.code, name_key(row["name"])) for p, row in zip(found, rows, strict=True) if p.code],
        )
        for place, row in zip(found, rows, strict=True):
            yield from _check_place(ctx, row, place)
            entry = self.entry_of(ctx, row)
            columns = COLUMN_OF_RULE | ({"B01": "list_level"} if entry.list_level not in rules.LIST_LEVELS else {})
            said = rules.listing(entry, session.law, is_listing=self.comes_on_list(entry))
            yield from issues_of(ctx, row, said, columns, NEEDS)
            yield from _check_row(ctx, row, entry)
            yield from _check_doubles(ctx, session, row, entry)
            yield from _check_known(ctx, session, known, row, entry)

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        entries = [self.entry_of(ctx, row) for block in blocks for row in block]
        done = services.register_many(
            ctx.actor, entries, action=self.permission, batch_id=ctx.batch_id, label=ctx.file_name
        )
        return CommitReport(
            rows=len(entries),
            created=done.created,
            updated=done.listed - done.created,
            totals={"investment_fen": sum(e.investment_fen for e in entries)},
        )

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        return vars(services.withdraw_batch(ctx.actor, ctx.batch_id, reason="撤销导入"))


def _place(session: _Session, row: Row) -> Place:
    if row["place"] and not row["city"] and not row["county"]:
        return session.places.find(row["place"], row["township"])
    found = session.places.find(row["city"], row["county"], row["township"])
    if not found.code and row["township"]:
        return session.places.find(row["city"], row["county"])
    return found


def _check_place(ctx: ImportContext, row: Row, place: Place) -> Iterator[Issue]:
    column = "place" if row["place"] and not row["county"] else "county"
    if not place.code:
        yield ctx.error(row, column, place.reason, place.remedy, rule_id="N05")
    elif place.remark:
        yield ctx.remark(row, column, place.remark, "核对后采用")


def _year(ctx: ImportContext, row: Row) -> int:
    """The row's year, else the option, else the year in the lines above the head; 0 when none says it."""
    if row["year"]:
        return int(row["year"])
    chosen = str(ctx.options.get("year") or "").strip().removesuffix("年")
    if chosen.isdigit():
        return int(chosen)
    for line in ctx.titles.get(row.sheet, ()):
        if found := _YEAR.search(line):
            return int(found.group(1))
    return 0


def _track(ctx: ImportContext, row: Row) -> Track | None:
    """The row's track, else the one named in the title lines or the sheet's name."""
    if row["track"]:
        return Track.of_id(row["track"])
    for text in (row.sheet, *ctx.titles.get(row.sheet, ())):
        named = {t for t, word in ((Track.KEY_PROJECT, "重点工程"), (Track.AGRI_PROMOTION, "农业农村")) if word in text}
        if len(named) == 1:
            return named.pop()
    return None


_LEVELS = {"省": "province", "市": "city", "县": "county", "区": "county"}


def _level(text: str) -> str:
    """Id of a list level: 省级, 省, 县（市、区）级 …; a county list when the column is empty."""
    return _LEVELS.get(text.strip()[:1], text) if text.strip() else "county"


def _funds(row: Row) -> tuple[rules.Fund, ...]:
    """Sources with an amount. Issued central money belongs to the central source that is there."""
    planned = {kind: row[name] for name, kind in FUND_COLUMNS.items() if row[name]}
    issued: dict[FundType, int] = {}
    if row["issued_provincial"]:
        issued[FundType.PROVINCIAL] = row["issued_provincial"]
    if row["issued_central"]:
        central = [kind for kind in planned if kind.is_central] or [FundType.CENTRAL_BUDGET]
        issued[central[0]] = row["issued_central"]
    kinds = [kind for kind in FUND_COLUMNS.values() if kind in planned or kind in issued]
    return tuple(rules.Fund(kind, planned.get(kind, 0), issued.get(kind, 0)) for kind in kinds)


def _entry(ctx: ImportContext, row: Row, place: Place) -> services.NewProject:
    return services.NewProject(
        name=row["name"],
        division_code=place.code,
        track=_track(ctx, row),
        sector=Sector.of_id(row["sector"]) if row["sector"] else None,
        year=_year(ctx, row),
        list_level=_level(row["list_level"]),
        investment_fen=row["investment"] or 0,
        planned_workers=row["planned_workers"] or 0,
        funds=_funds(row),
        code=row["code"],
        owner_uscc=row["owner_uscc"],
        labour_tasks=row["labour_tasks"],
        labour_links=row["labour_links"],
        demand=rules.LabourDemand(row["posts"], row["post_number"], row["season"], row["skill"]),
        planned_priority_workers=row["planned_priority"] or 0,
        planned_pay_fen=row["planned_pay"] or 0,
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        remark=row["remark"],
        stage=row["stage"] or ProgressStage.PREPARING,
        is_government_funded=row["is_government"] != "no",
        construction_kind=row["construction_kind"],
        content=row["content"],
        owner_name=row["owner_name"],
        implementer=row["implementer"],
        industry_department=row["industry_department"],
        responsible=row["responsible"],
        planned_training=row["planned_training"] or 0,
        planned_investment_fen=row["planned_investment"] or 0,
        done_investment_fen=row["done_investment"] or 0,
        listed_on=ctx.options.get("listed_on") or None,
    )


def _check_row(ctx: ImportContext, row: Row, entry: services.NewProject) -> Iterator[Issue]:
    if not 2015 <= entry.year <= clock.today().year + 1 and not row.is_unread("year"):
        yield ctx.error(row, "year", "没有写明清单年度，或年度不合理", "填写年度，例如 2022", rule_id="B01")
    if row["issued_central"] and len([f for f in entry.funds if f.fund_type.is_central]) > 1:
        first = next(f.fund_type.label for f in entry.funds if f.fund_type.is_central)
        yield ctx.remark(
            row, "issued_central", f"两种中央资金都有，已下达额记在{first}", "需要分开的，请在项目页修改资金来源"
        )
    if entry.code and code_style(plain_code(entry.code)) is CodeStyle.OLD:
        yield ctx.remark(row, "code", "旧式代码（首段为年份），不核校验位", "已换新码的改填新码", rule_id="N02")
    if entry.starts_on is None and not row.is_unread("starts_on"):
        yield ctx.remark(row, "starts_on", "没有填写开工时间", "开工后补填，报酬归属期要与工期核对")


def _check_doubles(ctx: ImportContext, session: _Session, row: Row, entry: services.NewProject) -> Iterator[Issue]:
    """One project stands once on the list of a year (B01): by code, and by county and name."""
    code = plain_code(entry.code)
    if code:
        first = session.codes.setdefault((code, entry.year), row.id)
        if first != row.id:
            yield ctx.error(row, "code", f"与第 {first[1]} 行项目代码相同", "同一项目在同一年度只列一次", rule_id="B01")
    if entry.division_code:
        key = (entry.division_code, name_key(entry.name), entry.year)
        first = session.names.setdefault(key, row.id)
        if first != row.id:
            yield ctx.error(
                row, "name", f"与第 {first[1]} 行为同一县的同名项目", "同一项目在同一年度只列一次", rule_id="B01"
            )


def _check_known(
    ctx: ImportContext, session: _Session, known: Known, row: Row, entry: services.NewProject
) -> Iterable[Issue]:
    if not entry.division_code or row.id in session.placed:
        return
    code = plain_code(entry.code)
    project = known.find(code, entry.division_code, name_key(entry.name))
    if project is None:
        return
    if refusal := services.refusal(project, entry):
        yield ctx.error(
            row, "code" if code and project.code == code else "name", refusal.message, "", rule_id=refusal.code
        )
    elif known.is_listed(project, entry.year):
        yield ctx.error(row, "name", f"项目已在 {entry.year} 年清单内", "已导入过的不必再次导入", rule_id="B01")
    else:
        years = "、".join(str(year) for year in known.years_of(project))
        before = f"（已在 {years} 年清单内）" if years else ""
        remedy = "跨年度的，核对是否为续建，避免重复享受" if years else "核对后采用"
        yield ctx.remark(
            row, "name", f"项目已登记{before}，本次列入 {entry.year} 年清单", remedy, rule_id="C10" if years else ""
        )
