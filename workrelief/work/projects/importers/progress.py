"""The provincial progress table of 20 columns (省级财政以工代赈项目进展情况调度表), with its head of three merged rows.

Registered projects get a progress line. A project that is not registered yet is registered as a special-fund project of
that year with what the table says of it: name, county, money, content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workrelief.base.intake.columns import Column, Option
from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, Issue, Row, RowBlock, RowId
from workrelief.base.intake.places import Place, Places
from workrelief.base.law.parameters import Parameters, parameters
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.kernel.money import wan_text
from workrelief.kernel.period import Period
from workrelief.work.projects import queries, rules, services
from workrelief.work.projects.importers.findings import issues_of
from workrelief.work.projects.models import ProgressStage, Project
from workrelief.work.projects.naming import name_key

STAGE_COLUMNS = tuple(ProgressStage.values)
COLUMN_OF_RULE = {
    "I02": "preparing",
    "J03": "paid_province",
    "J05": "paid_province",
    "J06": "wages",
    "K03": "wages",
    "K04": "investment",
    "C06": "investment",
    "B01": "name",
    "N01": "code",
    "N02": "code",
}
_DAY = re.compile(r"(20\d{2})\s*[年.\-/]\s*(\d{1,2})\s*[月.\-/]\s*(?:(\d{1,2})|底)?")


@dataclass
class _Session:
    """What one file has told so far."""

    places: Places
    law: Parameters
    names: dict[tuple[str, str], RowId] = field(default_factory=dict)


class ProgressImporter(Importer):
    """省级财政以工代赈项目进展情况调度表. Amounts are 万元 with two decimals by rule (reading 5)."""

    kind = "progress"
    title = "以工代赈项目进展情况调度表"
    permission = "project.import"
    guide = "import-project-list"
    forms = ("省级财政以工代赈项目进展情况调度表", "20列调度表")
    mode = "row_by_row"
    sort_order = 15
    options = (Option("as_of", "截止日期", "date", note="不填取表头上方写的截止日期"),)
    columns = (
        Column("place", "市县", required=True, aliases=("市县名称", "市、县", "地区", "县（市、区）"), example="德州市宁津县"),
        Column("name", "项目名称", required=True, max_length=160, fill_down=False, example="演示镇道路改造工程"),
        Column("code", "项目代码", "code", fill_down=False, note="可不填；填写时按代码对项目"),
        Column("fund_label", "资金类型", max_length=40, aliases=("资金类型（省级财政）", "资金类别"), example="省级财政"),
        Column("issued", "下达的以工代赈资金额度", "wan", in_head=True, aliases=("下达资金额度", "下达以工代赈资金额度")),
        Column("investment", "项目总投资", "wan", group="项目投资情况", aliases=("总投资",)),
        Column("work_relief", "其中实际用于实施以工代赈项目的资金", "wan", group="项目投资情况",
               aliases=("实际用于实施以工代赈项目的资金",)),
        Column("integrated", "其中整合资金", "wan", group="项目投资情况", aliases=("整合资金",)),
        Column("preparing", "前期工作", "tick", group="项目形象进度"),
        Column("building", "主体施工", "tick", group="项目形象进度"),
        Column("main_done", "主体完工", "tick", group="项目形象进度"),
        Column("in_use", "建成投用", "tick", group="项目形象进度"),
        Column("paid_total", "已支付资金总额", "wan", group="资金支付进度"),
        Column("paid_province", "其中已支付省级财政金额", "wan", group="资金支付进度", aliases=("已支付省级财政金额",)),
        Column("wages", "已发放劳务报酬", "wan", group="政策落实情况"),
        Column("workers", "已吸纳农村群众务工（人数）", "int", group="政策落实情况", aliases=("已吸纳农村群众务工人数",)),
        Column("welfare_posts", "已设置公益性岗位（个数）", "int", group="政策落实情况", aliases=("已设置公益性岗位个数",)),
        Column("trained", "已组织劳动力技能培训（人数）", "int", group="政策落实情况", aliases=("已组织劳动力技能培训人数",)),
        Column("content", "主要建设内容及成果", aliases=("主要建设内容", "主要建设内容及成效")),
        Column("remark", "备注"),
    )  # fmt: skip

    def open(self, ctx: ImportContext) -> object:
        return _Session(Places(ctx.actor.scope), parameters(on=clock.today()))

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterator[Issue]:
        session: _Session = ctx.session
        as_of = as_of_day(ctx, rows.sheet)
        if as_of is None:
            yield ctx.file_error(
                "没有写明截止日期", "在表题下写明“截止时间：2022年12月31日”，或上传时填写截止日期", sheet=rows.sheet
            )
            return
        places = [session.places.find(place) if place else Place() for place in rows.columns["place"]]
        projects = _registered(ctx, rows, places)
        for row, place, project in zip(rows, places, projects, strict=True):
            if row["place"] and not place.code:
                yield ctx.error(row, "place", place.reason, place.remedy, rule_id="N05")
                continue
            yield from _check_double(ctx, session, row, place)
            yield from _check_stage(ctx, row)
            if project is None:
                yield ctx.remark(
                    row, "name", f"没有登记过，将按专项资金项目登记到{as_of.year}年", "应属其他项目线的，先导入项目清单"
                )
                new = rules.listing(_new(ctx, row, place, as_of), session.law)
                yield from issues_of(
                    ctx, row, [f for f in new if f.rule_id in ("C06", "N01", "N02", "J03")], COLUMN_OF_RULE
                )
                yield from issues_of(ctx, row, rules.progress(_figures(row)), COLUMN_OF_RULE)
            else:
                yield from _check_registered(ctx, row, project, as_of)

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        session: _Session = ctx.session
        lines: list[services.ProgressLine] = []
        fresh: list[tuple[Row, services.NewProject]] = []
        for block in blocks:
            as_of = as_of_day(ctx, block.sheet)
            assert as_of is not None  # a sheet without its day stopped the batch in check_rows
            places = [session.places.find(place) for place in block.columns["place"]]
            for row, place, project in zip(block, places, _registered(ctx, block, places), strict=True):
                if project is None:
                    fresh.append((row, _new(ctx, row, place, as_of)))
                else:
                    lines.append(_line(row, project.pk, as_of, project.stage))
        if fresh:
            done = services.register_many(
                ctx.actor, [e for _, e in fresh], action=self.permission, batch_id=ctx.batch_id, label=ctx.file_name
            )
            for (row, entry), project_id in zip(fresh, done.project_ids, strict=True):
                lines.append(_line(row, project_id, entry.listed_on or date(entry.year, 12, 31), entry.stage))
        services.record_progress(ctx.actor, lines, batch_id=ctx.batch_id, label=ctx.file_name)
        wages_fen = sum(line.figures.wages_fen for line in lines)
        return CommitReport(
            rows=len(lines), created=len(fresh), updated=len(lines) - len(fresh), totals={"wages_fen": wages_fen}
        )

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        return vars(services.withdraw_batch(ctx.actor, ctx.batch_id, reason="撤销导入"))


def as_of_day(ctx: ImportContext, sheet: str) -> date | None:
    """The day the table speaks for: the option, else the first day named in the lines above the head."""
    chosen = ctx.options.get("as_of")
    if isinstance(chosen, date):
        return chosen
    for line in ctx.titles.get(sheet, ()):
        if found := _DAY.search(line):
            year, month = int(found[1]), int(found[2])
            if not 1 <= month <= 12:
                continue
            last = Period.of_month(year, month).last_day
            return last if not found[3] else date(year, month, min(int(found[3]), last.day))
    return None


def _registered(ctx: ImportContext, rows: RowBlock, places: Sequence[Place]) -> list[Project | None]:
    """The registered project of each row, by code, else by county and name; None where there is none."""
    pairs = [(p.code, name) if p.code and name else None for p, name in zip(places, rows.columns["name"], strict=True)]
    found = queries.find_for_import(
        ctx.actor.scope, codes={c for c in rows.columns["code"] if c}, names={p for p in pairs if p}
    )
    refs = [
        found.get(code) if code in found else found.get(pair) if pair else None
        for code, pair in zip(rows.columns["code"], pairs, strict=True)
    ]
    stored = queries.stored(ctx.actor.scope, {ref.id for ref in refs if ref})
    return [stored.get(ref.id) if ref else None for ref in refs]


def _figures(row: Row) -> rules.ProgressFigures:
    kind = FundType.find(row["fund_label"]) if row["fund_label"] else FundType.PROVINCIAL
    return rules.ProgressFigures(
        issued_fen=row["issued"] or 0,
        investment_fen=row["investment"] or 0,
        work_relief_fen=row["work_relief"] or 0,
        integrated_fen=row["integrated"] or 0,
        paid_total_fen=row["paid_total"] or 0,
        paid_province_fen=row["paid_province"] or 0,
        wages_fen=row["wages"] or 0,
        is_provincial=kind is None or kind is FundType.PROVINCIAL,
    )


def _stage(row: Row, otherwise: str) -> str:
    """The furthest ticked stage; `otherwise` when none is ticked."""
    ticked = [stage for stage in STAGE_COLUMNS if row[stage]]
    return ticked[-1] if ticked else otherwise


def _check_stage(ctx: ImportContext, row: Row) -> Iterator[Issue]:
    ticked = [ProgressStage(stage).label for stage in STAGE_COLUMNS if row[stage]]
    if not ticked:
        yield ctx.remark(row, "", "形象进度四栏都没有打勾", "没有打勾的，形象进度不变")
    elif len(ticked) > 1:
        yield ctx.remark(row, "", f"形象进度有多处打勾：{'、'.join(ticked)}，按“{ticked[-1]}”计", "只在当前阶段打勾")


def _check_double(ctx: ImportContext, session: _Session, row: Row, place: Place) -> Iterator[Issue]:
    key = (place.code, name_key(row["name"]))
    first = session.names.setdefault(key, row.id)
    if place.code and first != row.id:
        yield ctx.error(row, "name", f"与第 {first[1]} 行市县和项目名称相同", "保留一行，删除其余", rule_id="B01")


def _check_registered(ctx: ImportContext, row: Row, project: Project, as_of: date) -> Iterator[Issue]:
    try:
        said = services.progress_findings(project, _line(row, project.pk, as_of, project.stage))
    except Conflict as twice:
        yield ctx.error(row, "name", twice.message, "同一截止日期只登记一次，需要改的先撤销那一批")
        return
    yield from issues_of(ctx, row, said, COLUMN_OF_RULE)
    investment = row["investment"]
    if investment is not None and abs(investment - project.investment_fen) > 10_000:
        was = f"登记的总投资是{wan_text(project.investment_fen)}万元，表上是{wan_text(investment)}万元"
        yield ctx.remark(row, "investment", was, "登记的数不因本表改动；批复已调整的，请在项目页修改", rule_id="K05")


def _line(row: Row, project_id: int, as_of: date, stage_now: str) -> services.ProgressLine:
    return services.ProgressLine(
        project_id=project_id,
        as_of=as_of,
        fund_label=row["fund_label"] or FundType.PROVINCIAL.label,
        figures=_figures(row),
        stage=_stage(row, stage_now),
        workers=row["workers"] or 0,
        welfare_posts=row["welfare_posts"] or 0,
        trained=row["trained"] or 0,
        content=row["content"],
        remark=row["remark"],
    )


def _new(ctx: ImportContext, row: Row, place: Place, as_of: date) -> services.NewProject:
    """A special-fund project as far as the table tells; money beside the issued fund is other money."""
    issued_fen: int = row["issued"] or 0
    investment_fen: int = row["investment"] if row["investment"] is not None else issued_fen
    kind = FundType.find(row["fund_label"]) if row["fund_label"] else FundType.PROVINCIAL
    funds = [rules.Fund(kind or FundType.PROVINCIAL, issued_fen, issued_fen)] if issued_fen else []
    if investment_fen > issued_fen:
        funds.append(rules.Fund(FundType.OTHER, investment_fen - issued_fen))
    return services.NewProject(
        name=row["name"],
        division_code=place.code,
        track=Track.SPECIAL_FUND,
        sector=Sector.OTHER,
        year=as_of.year,
        list_level="county",
        investment_fen=investment_fen,
        planned_workers=0,
        funds=tuple(funds),
        code=row["code"],
        remark=f"由{as_of}进展情况调度表登记，领域和用工需求待补",
        content=row["content"],
        stage=ProgressStage.PREPARING,
        listed_on=as_of,
    )
