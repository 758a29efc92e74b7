"""Papers of a project, with the particulars the gates read; and objections from the day they are raised until settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change, change_many
from workrelief.base.files import queries as files
from workrelief.base.law.calendar import add_working_days
from workrelief.base.law.parameters import parameter
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound
from workrelief.work.lifecycle import queries
from workrelief.work.lifecycle.models import Objection, Paper
from workrelief.work.lifecycle.services.adopting import WRITE_ROWS
from workrelief.work.lifecycle.services.stepping import LEAST_REASON
from workrelief.work.lifecycle.states import ARCHIVE_CLASSES, OBJECTION_SUBJECTS, PAPERS, PaperField, PaperKind
from workrelief.work.projects import queries as projects

_AFTER_ARCHIVE = ("archived", "performance_evaluated")


def attach_paper(
    actor: Actor,
    project_id: int,
    kind: str,
    *,
    file_id: int | None = None,
    title: str = "",
    number: str = "",
    dated_on: date | None = None,
    fields: Mapping[str, object] | None = None,
    archive_class: int | None = None,
) -> Paper:
    """Put a paper to a project; `fields` are the particulars of its kind (`states.PAPERS[kind].fields`).

    Days may be given as `date` or ISO text, money in fen, months as ledger months. `archive_class` counts for kind "other"
    only. Raises InvalidInput naming the particular, NotFound for a project or file out of scope, NotPermitted.
    """
    known = PAPERS.get(kind)
    if known is None:
        raise InvalidInput("paper.kind", f"没有“{kind}”这一类材料。")
    if dated_on is not None and dated_on > clock.today():
        raise InvalidInput("paper.day", "材料日期在今天以后，请更正。")
    project = projects.project_row(actor.scope, project_id)
    if file_id is not None:
        files.file_for(actor, file_id)
    with change(actor, "lifecycle.attach_paper", Paper) as c:
        made = Paper(
            project=project, division_code=project.division_code, kind=kind,
            archive_class=_class_of(known, archive_class), title=(title.strip() or known.label)[:160],
            number=number.strip()[:80], dated_on=dated_on, file_id=file_id, fields=_understood(known, fields or {}),
            by_name=actor.name, at=clock.now(),
        )  # fmt: skip
        made.save()
        c.target = made
    return made


@dataclass(frozen=True, kw_only=True)
class NewPaper:
    """A paper to be put to a project; what `attach_paper` says of each holds here."""

    project_id: int
    kind: str
    title: str = ""
    number: str = ""
    dated_on: date | None = None
    fields: Mapping[str, object] = field(default_factory=dict)


def attach_papers(actor: Actor, papers: Sequence[NewPaper], *, reason: str = "") -> int:
    """Put the particulars of many papers (a filing cabinet entered afterwards) in one change, all or nothing.

    Raises InvalidInput naming the particular, NotFound when a project is out of scope, NotPermitted.
    """
    today, moment = clock.today(), clock.now()
    with change_many(actor, "lifecycle.attach_paper", kind="lifecycle.paper", reason=reason) as opened:
        rows = projects.stored(actor.scope, {one.project_id for one in papers})
        made: list[Paper] = []
        for one in papers:
            known = PAPERS.get(one.kind)
            if known is None:
                raise InvalidInput("paper.kind", f"没有“{one.kind}”这一类材料。")
            if one.project_id not in rows:
                raise NotFound("project.missing", "有项目没有登记，或不在您的数据范围内。")
            if one.dated_on is not None and one.dated_on > today:
                raise InvalidInput("paper.day", f"“{rows[one.project_id].name}”的{known.label}日期在今天以后，请更正。")
            made.append(
                Paper(
                    project_id=one.project_id, division_code=rows[one.project_id].division_code, kind=one.kind,
                    archive_class=known.archive_class, title=(one.title.strip() or known.label)[:160],
                    number=one.number.strip()[:80], dated_on=one.dated_on, fields=_understood(known, one.fields),
                    by_name=actor.name, at=moment,
                )
            )  # fmt: skip
        Paper.rows.bulk_create(made, batch_size=WRITE_ROWS)
        opened.label = f"补录材料{len(made)}份"
        opened.totals = {"papers": len(made), "projects": len(rows)}
    return len(made)


def _class_of(kind: PaperKind, wanted: int | None) -> int:
    if kind.id != "other" or wanted is None:
        return kind.archive_class
    if wanted not in ARCHIVE_CLASSES:
        raise InvalidInput("paper.class", "档案类别应为1到8。")
    return wanted


def _understood(kind: PaperKind, given: Mapping[str, object]) -> dict[str, object]:
    names = {one.name for one in kind.fields}
    if unknown := sorted(given.keys() - names):
        raise InvalidInput("paper.field", f"“{kind.label}”没有“{'、'.join(unknown)}”这一项。")
    found: dict[str, object] = {}
    for one in kind.fields:
        value = given.get(one.name)
        if value is None or value == "":
            if one.is_required:
                raise InvalidInput("paper.field", f"“{kind.label}”还缺“{one.label}”。", facts={"field": one.name})
            continue
        found[one.name] = _value(kind, one, value)
    return found


def _value(kind: PaperKind, one: PaperField, value: object) -> object:
    wrong = InvalidInput(
        "paper.field", f"“{kind.label}”的“{one.label}”填写有误：“{value}”。", facts={"field": one.name}
    )
    if one.kind == "yes":
        if not isinstance(value, bool):
            raise wrong
        return value
    if one.kind in ("whole", "fen", "month"):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise wrong
        if one.kind == "month" and not (200_001 <= value <= 209_912 and 1 <= value % 100 <= 12):
            raise wrong
        return value
    if one.kind == "day":
        try:
            return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
        except ValueError as err:
            raise wrong from err
    if one.kind == "choice" and value not in dict(one.choices):
        raise wrong
    return str(value).strip()[:200]


def withdraw_paper(actor: Actor, paper_id: int, *, reason: str) -> Paper:
    """Take a paper out that was put there by mistake; it stays to be read. Raises Conflict once the project is archived."""
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput("paper.reason", "请写明撤下的原因（至少4个字）。")
    with change(actor, "lifecycle.attach_paper", queries.paper_row(actor.scope, paper_id), reason=reason) as c:
        if c.row.is_withdrawn:
            raise Conflict("paper.withdrawn", "这份材料已撤下，请刷新。")
        if queries.states_of(actor.scope, [c.row.project_id]).get(c.row.project_id) in _AFTER_ARCHIVE:
            raise Conflict("paper.archived", "项目已归档，材料不能撤下。确需更正的，请先更正项目状态。")
        c.row.is_withdrawn, c.row.withdrawn_reason = True, reason.strip()[:200]
        c.row.withdrawn_by, c.row.withdrawn_at = actor.name[:60], clock.now()
        c.row.save(update_fields=["is_withdrawn", "withdrawn_reason", "withdrawn_by", "withdrawn_at"])
    return c.row


def raise_objection(
    actor: Actor, project_id: int, subject: str, content: str, *, raised_by: str = "", raised_on: date | None = None
) -> Objection:
    """Register an objection or complaint; it must be settled within the working days of the parameter (H11).

    `subject` is wages, roster, plan, quality or other; `raised_by` may be empty for an anonymous one.
    """
    if subject not in OBJECTION_SUBJECTS:
        raise InvalidInput("objection.subject", f"没有“{subject}”这一类异议。")
    if len(content.strip()) < LEAST_REASON:
        raise InvalidInput("objection.content", "请写明异议内容（至少4个字）。")
    day = raised_on or clock.today()
    if day > clock.today():
        raise InvalidInput("objection.day", "提出日期在今天以后，请更正。")
    project = projects.project_row(actor.scope, project_id)
    with change(actor, "lifecycle.raise_objection", Objection) as c:
        made = Objection(
            project=project, division_code=project.division_code, subject=subject, content=content.strip(),
            raised_by=raised_by.strip()[:60] or "匿名", raised_on=day,
            due_on=add_working_days(day, parameter("objection_working_days", on=day).whole), at=clock.now(),
        )  # fmt: skip
        made.save()
        c.target = made
    return made


def settle_objection(
    actor: Actor, objection_id: int, *, outcome: str, is_upheld: bool, settled_on: date | None = None
) -> Objection:
    """Settle an objection: what was found and done, and whether it was right. Raises Conflict when it is settled already."""
    if len(outcome.strip()) < LEAST_REASON:
        raise InvalidInput("objection.outcome", "请写明核实情况和处理结果（至少4个字）。")
    with change(
        actor, "lifecycle.settle_objection", queries.objection_row(actor.scope, objection_id), reason=outcome
    ) as c:
        row = c.row
        if row.settled_on is not None:
            raise Conflict("objection.settled", f"{row.settled_by}已办结这件异议，请刷新。")
        day = settled_on or clock.today()
        if not row.raised_on <= day <= clock.today():
            raise InvalidInput("objection.day", "办结日期应在提出日期与今天之间。")
        row.settled_on, row.settled_by, row.is_upheld, row.outcome = day, actor.name, is_upheld, outcome.strip()
        row.save(update_fields=["settled_on", "settled_by", "is_upheld", "outcome"])
    return row
