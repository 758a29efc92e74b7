"""The decomposition of a plan as a spreadsheet: a project or a division a row, in 万元, balanced against the source.

What is imported becomes the draft of the actor's own office; a second person checks it and it is issued as any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from workrelief.base.intake.columns import Column
from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, Issue, Row, RowBlock, RowId
from workrelief.base.intake.places import Place, Places
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.kinds import FundType, Track
from workrelief.kernel.money import yuan_text
from workrelief.work.funds import queries, services
from workrelief.work.funds.models import PlanBatch
from workrelief.work.funds.queries import Source
from workrelief.work.funds.rules.targets import TARGETS, read_target
from workrelief.work.projects import queries as projects
from workrelief.work.projects.queries import ProjectRef

_TARGET_COLUMNS = tuple(
    Column(t.id, t.label, group="绩效目标", max_length=60, example="持续改善" if t.kind == "text" else "")
    for t in TARGETS
)


@dataclass
class _Line:
    """One row as understood."""

    row: RowId
    label: str
    line: services.NewLine


@dataclass
class _Session:
    """What one file has told: its batch, the source it decomposes, and its lines."""

    places: Places
    batch: PlanBatch | None = None
    batch_key: tuple[int, str, int] | None = None
    source: Source | None = None
    asked_source: bool = False
    lines: list[_Line] = field(default_factory=list)


class FundPlanImporter(Importer):
    """投资计划分解表. All or nothing: a part of a decomposition never balances."""

    kind = "fund_plan"
    title = "投资计划分解表"
    permission = "plan.import"
    guide = "import-fund-plan"
    forms = ("投资计划分解表", "投资计划项目表")
    mode = "all_or_nothing"
    sort_order = 17
    columns = (
        Column("year", "年度", "int", required=True, aliases=("计划年度",), example="2023"),
        Column("fund_type", "资金类型", "choice", required=True, choices=FundType, aliases=("资金来源", "专项名称"),
               example="中央预算内投资"),
        Column("batch", "批次", "int", aliases=("批次号", "计划批次"), example="1", note="不填按第1批"),
        Column("place", "市县", aliases=("市、县", "地区", "下达地方", "县（市、区）"), example="德州市宁津县",
               note="下达给下级单位的填写；填了项目的可不填"),
        Column("code", "项目代码", "code", aliases=("代码",), example="2208-371422-04-01-123455"),
        Column("name", "项目名称", max_length=160, fill_down=False, aliases=("项目",), example="演示镇道路改造工程"),
        Column("amount", "本次下达", "money", required=True, default_unit="万元",
               aliases=("下达金额", "本次下达投资", "计划金额", "本次下达中央预算内投资", "金额"), example="400"),
        *_TARGET_COLUMNS,
        Column("remark", "备注", max_length=200),
    )  # fmt: skip

    def open(self, ctx: ImportContext) -> object:
        return _Session(Places(ctx.actor.scope))

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterator[Issue]:
        session: _Session = ctx.session
        found = _projects(ctx, session, rows)
        for row, (ref, place) in zip(rows, found, strict=True):
            yield from _take(ctx, session, row, ref, place)

    def finish(self, ctx: ImportContext) -> Iterable[Issue]:
        session: _Session = ctx.session
        if session.source is None:
            return
        yield from _balance(ctx, session)

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        session: _Session = ctx.session
        if session.source is None:
            raise InvalidInput("plan.source", "没有找到可分解的上级文件。")
        lines = [one.line for one in session.lines]
        made = services.draft_decomposition(
            ctx.actor,
            session.source.document.id,
            services.DocumentHead(),
            lines,
            action=self.permission,
            import_batch=ctx.batch_id,
        )
        total = sum(line.amount_fen for line in lines)
        bare = sum(1 for line in lines if line.project_id and not line.targets)
        notes = [f"已生成“{made.title}”拟稿，共{len(lines)}行、{yuan_text(total)}元，复核并签发后生效。"]
        notes += [f"{bare}个项目没有填写绩效目标，沿用上级文件或资金申请中的目标，请在拟稿中核对。"] if bare else []
        return CommitReport(
            rows=len(lines), created=len(lines), totals={"total_fen": total, "document": made.pk}, notes=notes
        )

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        return {"lines": services.discard_import(ctx.actor, ctx.batch_id)}


def _projects(ctx: ImportContext, session: _Session, rows: RowBlock) -> list[tuple[ProjectRef | None, Place]]:
    """The project and place of each row, looked up for the whole block."""
    places = [session.places.find(row["place"]) if row["place"] else Place() for row in rows]
    names = [(place.code or ctx.actor.home, row["name"]) for row, place in zip(rows, places, strict=True)]
    found = projects.find_for_import(
        ctx.actor.scope,
        codes=[row["code"] for row in rows if row["code"]],
        names=[pair for pair in names if pair[1]],
    )
    return [
        (found.get(row["code"]) if row["code"] else found.get(pair), place)
        for row, place, pair in zip(rows, places, names, strict=True)
    ]


def _take(ctx: ImportContext, session: _Session, row: Row, ref: ProjectRef | None, place: Place) -> Iterator[Issue]:
    issues = [
        *_batch(ctx, session, row), *_what(ctx, row, ref, place), *(_target_issues(ctx, row)),
    ]  # fmt: skip
    if row["amount"] == 0:
        issues.append(ctx.error(row, "amount", "下达金额为0", "不安排资金的删去该行"))
    yield from issues
    if any(issue.level == "error" for issue in issues) or not row["amount"]:
        return
    targets = {t.id: row[t.id] for t in TARGETS if row[t.id]}
    line = services.NewLine(
        amount_fen=row["amount"],
        project_id=ref.id if ref else None,
        division_code="" if ref else place.code,
        targets=targets,
    )
    session.lines.append(_Line(row.id, ref.name if ref else place.code, line))


def _batch(ctx: ImportContext, session: _Session, row: Row) -> Iterator[Issue]:
    """One batch a file; its source is what the actor's own office has still to place."""
    if row["year"] is None or not row["fund_type"]:
        return
    key = (row["year"], row["fund_type"], row["batch"] or 1)
    if session.batch_key is None:
        session.batch_key = key
        rows = queries.batches(ctx.actor.scope, year=key[0], fund_type=key[1])
        session.batch = rows.filter(number=key[2]).first()
    label = FundType.of_id(key[1]).label
    if key != session.batch_key:
        yield ctx.error(
            row, "batch", "与表中前面的行不是同一年度、资金类型和批次", "一张表只放一个批次，其余的另表导入"
        )
    elif session.batch is None:
        yield ctx.error(
            row,
            "batch",
            f"没有建立{key[0]}年{label}第{key[2]}批",
            "核对年度、资金类型和批次；确实没有的由省发展改革委建立",
        )
    elif not session.asked_source:
        session.asked_source = True
        open_sources = queries.sources(ctx.actor.scope, ctx.actor.home, batch_id=session.batch.pk)
        if not open_sources:
            yield ctx.error(
                row,
                "batch",
                f"“{session.batch.title}”没有下达给本单位、待分解的资金",
                "等上级文件下达，或核对是否已经分解",
            )
        elif len(open_sources) > 1:
            names = "、".join(s.document.document_no for s in open_sources)
            yield ctx.error(row, "batch", f"本单位有{len(open_sources)}份文件待分解（{names}）", "请在页面上逐份分解")
        else:
            session.source = open_sources[0]


def _what(ctx: ImportContext, row: Row, ref: ProjectRef | None, place: Place) -> Iterator[Issue]:
    """A row names a project, or else a place."""
    wants_project = bool(row["code"] or row["name"])
    if wants_project and ref is None:
        column = "code" if row["code"] else "name"
        yield ctx.error(
            row, column, "没有登记这个项目，或不在您的数据范围内", "先登记项目，或核对项目代码、名称和所在县"
        )
    elif ref is not None and ref.track != Track.SPECIAL_FUND.id:
        yield ctx.error(row, "name", f"“{ref.name}”不是专项资金项目", "只分解到专项资金项目")
    elif not wants_project and not row["place"]:
        yield ctx.error(row, "place", "既没有项目也没有市县", "填写项目代码或名称；下达给下级单位的填写市县")
    elif not wants_project and not place.code:
        yield ctx.error(
            row, "place", place.reason or "没有这个行政区划", place.remedy or "按全称填写，例如“德州市宁津县”"
        )
    elif ref is not None and row["name"] and row["code"] and ref.name != row["name"]:
        yield ctx.remark(row, "name", f"代码对应的项目是“{ref.name}”，按代码导入", "核对项目名称")


def _target_issues(ctx: ImportContext, row: Row) -> Iterator[Issue]:
    for target in TARGETS:
        try:
            read_target(target, row[target.id])
        except InvalidInput as err:
            yield ctx.error(row, target.id, err.message.removesuffix("。"), "写成“≥30%”“20工作日”或“持续改善”这样的值")


def _balance(ctx: ImportContext, session: _Session) -> Iterator[Issue]:
    """Every line of the source must be placed to the fen; projects named above keep their amount."""
    source = session.source
    if source is None or not session.lines:
        return
    named = {line.project.id: line for line in source.lines if line.project}
    left = {line.id: line.open_fen for line in source.lines}
    lumps = [line for line in source.lines if line.project is None]
    for one in session.lines:
        parent = named.get(one.line.project_id or 0) or (lumps[0] if len(lumps) == 1 else None)
        if parent is None:
            yield ctx.error(
                one.row,
                "name",
                f"“{one.label}”不在上级文件“{source.document.document_no}”内",
                "上级已明确项目的须原样转发",
            )
            continue
        left[parent.id] -= one.line.amount_fen
    for line in source.lines:
        if left[line.id]:
            word = "少" if left[line.id] > 0 else "多"
            yield ctx.file_error(
                f"上级文件“{source.document.document_no}”第{line.number}行（{line.label}）可分解{yuan_text(line.open_fen)}元，"
                f"本表{word}分{yuan_text(abs(left[line.id]))}元",
                "改正金额，使合计分毫不差",
                rule_id="C03",
            )
