"""表 I 两个责任表: who answers for a project and who supervises it, a project a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from workrelief.base.intake.columns import Column
from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, Issue, Row, RowBlock, RowId
from workrelief.base.intake.places import Places
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict
from workrelief.work.funds import services
from workrelief.work.funds.importers.finding import projects_of, unknown
from workrelief.work.funds.rules import plans as rules
from workrelief.work.projects.queries import ProjectRef

_PHONES = ("owner_phone", "supervisor_phone")
_DAYS = ("owner_confirmed_on", "supervisor_confirmed_on", "filed_on")
_FIELDS = ("owner_unit", "owner_person", "owner_phone", "supervisor_unit", "supervisor_person", "supervisor_phone")


@dataclass
class _Session:
    """Where each project stood first in the file."""

    places: Places
    first: dict[int, RowId] = field(default_factory=dict)


class ResponsibilityImporter(Importer):
    """两个责任表. Row by row: a row that does not hold is left out and named, the others are taken over."""

    kind = "responsibility"
    title = "两个责任表"
    permission = "plan.responsibility"
    guide = "decompose-plan"
    forms = ("两个责任表", "“两个责任”落实情况表")
    mode = "row_by_row"
    sort_order = 18
    columns = (
        Column("code", "项目代码", "code", note="与“市县＋项目名称”至少填一样", example="2208-371422-04-01-123455"),
        Column("place", "市县", aliases=("市、县", "地区", "县（市、区）"), example="德州市宁津县"),
        Column("name", "项目名称", max_length=160, aliases=("项目",), fill_down=False, example="演示镇道路改造工程"),
        Column("owner_unit", "项目（法人）单位", in_head=True, max_length=120, aliases=("法人单位", "项目单位", "建设单位"),
               example="演示镇人民政府"),
        Column("owner_person", "项目责任人", in_head=True, max_length=40, aliases=("项目（法人）单位责任人",), fill_down=False),
        Column("owner_phone", "项目责任人电话", max_length=30, aliases=("责任人电话", "项目责任人联系电话"), fill_down=False),
        Column("supervisor_unit", "日常监管直接责任单位", in_head=True, max_length=120, aliases=("监管单位", "监管责任单位")),
        Column("supervisor_person", "监管责任人", in_head=True, max_length=40, aliases=("日常监管直接责任人", "监管单位责任人")),
        Column("supervisor_phone", "监管责任人电话", max_length=30, aliases=("监管责任人联系电话",)),
        Column("owner_confirmed_on", "确认日期", "date", aliases=("项目责任人确认日期",), note="两人同日确认的只填这一列"),
        Column("supervisor_confirmed_on", "监管责任人确认日期", "date"),
        Column("filed_on", "备案日期", "date"),
    )  # fmt: skip

    def open(self, ctx: ImportContext) -> object:
        return _Session(Places(ctx.actor.scope))

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterator[Issue]:
        session: _Session = ctx.session
        for row, (ref, place) in zip(rows, projects_of(ctx, session.places, rows), strict=True):
            if ref is None:
                yield unknown(ctx, row, place)
            else:
                yield from _check(ctx, session, row, ref)

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        session: _Session = ctx.session
        entries = [
            _entry(row, ref)
            for block in blocks
            for row, (ref, _) in zip(block, projects_of(ctx, session.places, block), strict=True)
            if ref is not None
        ]
        done = services.set_responsibilities(ctx.actor, entries, reason=f"导入{ctx.file_name}")
        short = sum(bool(rules.duties_missing(entry)) for entry in entries)
        notes = [f"已登记{done}个项目的两个责任。"]
        notes += [f"其中{short}个项目还不齐全，资金分解前须补齐（规则C05）。"] if short else []
        return CommitReport(rows=done, created=done, totals={"projects": done, "incomplete": short}, notes=notes)

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        raise Conflict("import.in_use", "两个责任的导入不能整批撤销：有误的请更正后重新导入，更正前后的内容都有留痕。")


def _check(ctx: ImportContext, session: _Session, row: Row, ref: ProjectRef) -> Iterator[Issue]:
    first = session.first.setdefault(ref.id, row.id)
    if first != row.id:
        yield ctx.error(row, "name", f"与第 {first[1]} 行是同一项目“{ref.name}”", "保留一行，删除其余")
        return
    if not any(row[name] for name in _FIELDS):
        yield ctx.error(row, "owner_unit", "没有填写任何一项责任", "填写责任单位、责任人和电话，暂未确定的删去该行")
    for name in _PHONES:
        if row[name] and not rules.is_phone(row[name]):
            yield ctx.error(
                row, name, f"“{row[name]}”不是有效的手机或固定电话号码", "填写11位手机号码，或带区号的固定电话"
            )
    for name in _DAYS:
        if row[name] and row[name] > clock.today():
            yield ctx.error(row, name, f"日期{row[name]}在今天之后", "填写实际确认（备案）的日期")
    if row["name"] and row["code"] and ref.name != row["name"]:
        yield ctx.remark(row, "name", f"代码对应的项目是“{ref.name}”，按代码导入", "核对项目名称")
    missing = rules.duties_missing(_entry(row, ref))
    if missing and any(row[name] for name in _FIELDS):
        yield ctx.remark(
            row,
            "owner_unit",
            f"两个责任缺少：{'、'.join(missing)}",
            "补齐后重新导入，缺项不影响先行登记",
            rule_id="C05",
        )


def _entry(row: Row, ref: ProjectRef) -> services.NewResponsibility:
    owner_on = row["owner_confirmed_on"]
    return services.NewResponsibility(
        project_id=ref.id, **{name: row[name] for name in _FIELDS}, owner_confirmed_on=owner_on,
        supervisor_confirmed_on=row["supervisor_confirmed_on"] or owner_on, filed_on=row["filed_on"],
    )  # fmt: skip
