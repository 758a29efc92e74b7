"""Plan documents: registered from above, decomposed level by level to the fen, forwarded to projects, withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import Change, change, change_many
from workrelief.base.divisions import queries as divisions
from workrelief.base.law.calendar import add_working_days, working_days_between
from workrelief.base.law.parameters import parameters
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound
from workrelief.kernel.kinds import FundType, Track
from workrelief.work.funds import queries
from workrelief.work.funds.models import ChangeItem, ChangeOrder, Delivery, PlanBatch, PlanDocument, PlanLine
from workrelief.work.funds.queries.applications import approved_lines
from workrelief.work.funds.queries.documents import addressed, balance_of, findings_of, placed_by
from workrelief.work.funds.rules.plans import level_id
from workrelief.work.funds.rules.targets import read_targets
from workrelief.work.funds.services import lives, money_given
from workrelief.work.funds.services.common import (
    require_another,
    require_day,
    require_fresh,
    require_office,
    require_text,
)
from workrelief.work.funds.states import CHANGE_ORDER, PLAN_DOCUMENT
from workrelief.work.projects import queries as projects

WRITE_ROWS = 500
PROVINCE = "370000000000"
_WHY = "a document's own lines and deliveries, whose office was asked before"


@dataclass(frozen=True, kw_only=True)
class DocumentHead:
    """What stands around the lines. `requirements` holds a paragraph a line; the number may follow at issue."""

    title: str = ""
    document_no: str = ""
    basis_no: str = ""
    requirements: str = ""


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """One amount in fen for a division (12 digits) or a project; targets as typed or stored, by target id.

    `parent_id` is the line of the source it comes from; it may be left out when the project is named there, or when the
    office received a single lump. `division_code` may be left out for projects: the city from the province, else the
    project's own place.
    """

    amount_fen: int
    division_code: str = ""
    project_id: int | None = None
    parent_id: int | None = None
    targets: Mapping[str, str] = field(default_factory=dict)


def register_plan(
    actor: Actor, batch_id: int, head: DocumentHead, *, total_fen: int, targets: Mapping[str, str]
) -> PlanDocument:
    """Write down the document that brings a batch's money into the province, as a draft with one line.

    Raises NotFound, NotPermitted, InvalidInput for an amount that is not above zero or a malformed target.
    """
    require_office(actor, PROVINCE, "国家（省级）下达文件的登记")
    wanted = queries.batch(actor.scope, batch_id)
    if total_fen <= 0:
        raise InvalidInput("plan.amount", "下达总额应大于0。")
    level = "nation" if FundType.of_id(wanted.fund_type).is_central else "province"
    read = read_targets(targets)
    with change(actor, "plan.draft", PlanDocument) as opened:
        row = _new(actor, wanted, level, PROVINCE, head, source=None)
        row.title = row.title or f"关于下达{wanted.title}投资计划的通知"
        row.save()
        PlanLine.rows.create(
            document=row, batch=wanted, number=1, division_code=PROVINCE, original_fen=total_fen,
            amount_fen=total_fen, targets=read,
        )  # fmt: skip
        opened.target, opened.details = row, {"total_fen": total_fen}
    return opened.row


def draft_decomposition(
    actor: Actor,
    source_id: int,
    head: DocumentHead,
    lines: Sequence[NewLine],
    *,
    division: str = "",
    action: str = "plan.draft",
    import_batch: int = 0,
) -> PlanDocument:
    """Begin the document by which `division` (the actor's own) passes on what it received by document `source_id`.

    A draft need not balance; its shape must fit. Raises NotFound, NotPermitted, Conflict (source withdrawn or placed
    already), InvalidInput naming the line.
    """
    place = division or actor.home
    require_office(actor, place, "计划分解")
    source = _source(actor, source_id)
    parents = list(addressed(source, place))
    if not parents:
        raise NotFound("plan.source", f"“{source.title}”没有下达给{divisions.name(place)}的资金。")
    placed = placed_by([p.pk for p in parents])
    if not any(p.amount_fen - placed.get(p.pk, 0) for p in parents):
        raise Conflict("plan.placed", f"“{source.title}”下达给{divisions.name(place)}的资金已全部分解。")
    with change(actor, action, PlanDocument) as opened:
        row = _new(actor, source.batch, level_id(place), place, head, source=source)
        what = "转发" if row.level == "county" else "分解下达"
        row.title = row.title or f"关于{what}{source.batch.title}投资计划的通知"
        row.basis_no = row.basis_no or source.document_no
        row.import_batch = import_batch
        rows = _lines(actor, row, parents, lines)
        row.save()
        PlanLine.rows.bulk_create(rows, batch_size=WRITE_ROWS)
        opened.target, opened.details = row, _sums(rows)
    return opened.row


def save_document(
    actor: Actor, document_id: int, head: DocumentHead, lines: Sequence[NewLine], *, version: int | None = None
) -> PlanDocument:
    """Put another head and other lines into a draft. Raises Conflict for a stale edit or a document no longer a draft."""
    with change(actor, "plan.draft", _one(actor, document_id)) as opened:
        row = opened.row
        _require_own(actor, row, version)
        if row.state != "draft":
            raise Conflict(
                "plan.state", f"文件{PLAN_DOCUMENT.state(row.state).label}，不能修改。需要修改的请先退回拟稿。"
            )
        for name in ("title", "document_no", "basis_no", "requirements"):
            setattr(row, name, getattr(head, name).strip() or getattr(row, name))
        if row.source is None:
            rows = _root_lines(row, lines)
        else:
            rows = _lines(actor, row, list(addressed(row.source, row.division_code)), lines)
        PlanLine.rows.filter(document=row).delete()
        row.made_by_id, row.made_by_name = actor.user_id, actor.name
        _done(opened)
        PlanLine.rows.bulk_create(rows, batch_size=WRITE_ROWS)
        opened.details = _sums(rows)
    return opened.row


def set_line_targets(
    actor: Actor, document_id: int, line_id: int, targets: Mapping[str, str], *, version: int | None = None
) -> PlanDocument:
    """Put other performance targets on one line of a draft; all ten as typed. Raises NotFound, Conflict, InvalidInput."""
    return _set_targets(actor, document_id, targets, version, line_id=line_id)


def set_all_targets(
    actor: Actor, document_id: int, targets: Mapping[str, str], *, version: int | None = None
) -> PlanDocument:
    """Put the same performance targets on every line of a draft. Raises NotFound, Conflict, InvalidInput."""
    return _set_targets(actor, document_id, targets, version)


def _set_targets(
    actor: Actor, document_id: int, targets: Mapping[str, str], version: int | None, *, line_id: int | None = None
) -> PlanDocument:
    with change(actor, "plan.draft", _one(actor, document_id)) as opened:
        row = opened.row
        _require_own(actor, row, version)
        if row.state != "draft":
            raise Conflict(
                "plan.state", f"文件{PLAN_DOCUMENT.state(row.state).label}，不能修改。需要修改的请先退回拟稿。"
            )
        found: QuerySet[PlanLine] = PlanLine.objects.unscoped(_WHY).filter(document=row)
        lines = list(found.filter(pk=line_id) if line_id is not None else found.order_by("number"))
        if not lines:
            raise NotFound("plan.line", "文件里没有这一行，请刷新页面。")
        read = read_targets(targets)
        opened.details = {"lines": [[line.number, line.targets] for line in lines], "after": read}
        for line in lines:
            line.targets = read
        PlanLine.rows.bulk_update(lines, ["targets"], batch_size=WRITE_ROWS)
        row.made_by_id, row.made_by_name = actor.user_id, actor.name
        _done(opened)
    return opened.row


def check_document(actor: Actor, document_id: int, *, version: int | None = None) -> PlanDocument:
    """A second person confirms the draft; it must balance and carry its targets by now. Raises RuleViolated, NotPermitted."""
    with change(actor, "plan.check", _one(actor, document_id)) as opened:
        row = opened.row
        _require_own(actor, row, version)
        require_another(actor, row.made_by_id, "复核人不得是拟稿人")
        opened.fire(PLAN_DOCUMENT, "check")
        opened.require(findings_of(actor.scope, row, balance_of(row)))
        row.checked_by_id, row.checked_by_name = actor.user_id, actor.name
        _done(opened)
    return opened.row


def reopen_document(actor: Actor, document_id: int, *, reason: str) -> PlanDocument:
    """Send a checked document back to its writer, with a reason."""
    said = require_text(reason, "plan.reason", "请写明退回拟稿的理由。")
    with change(actor, "plan.check", _one(actor, document_id), reason=said) as opened:
        _require_own(actor, opened.row, None)
        opened.fire(PLAN_DOCUMENT, "reopen")
        _done(opened)
    return opened.row


def issue_document(
    actor: Actor, document_id: int, *, document_no: str = "", on: date, version: int | None = None
) -> PlanDocument:
    """Issue a checked document: money, clocks, lives of the projects and (from the county) their funds, in one change.

    Raises RuleViolated (C03 to the fen with line and difference, C04, C05, C06), Conflict when another document placed the
    same money first, the source was withdrawn or the document is not checked, NotPermitted (four eyes, other office).
    """
    with change(actor, "plan.issue", _one(actor, document_id)) as opened:
        row = opened.row
        _require_own(actor, row, version)
        require_another(actor, row.made_by_id, "签发人不得是拟稿人")
        opened.fire(PLAN_DOCUMENT, "issue")
        row.document_no = require_text(document_no or row.document_no, "plan.number", "请填写发文字号。")
        delivery = _lock_source(row)
        require_day(on, not_before=delivery.received_on if delivery else None, what="发文日期", before="收文日期")
        row.issued_on, row.issued_by_name = on, actor.name
        opened.require(findings_of(actor.scope, row, balance_of(row)))
        _done(opened)
        lines: list[PlanLine] = list(PlanLine.objects.unscoped(_WHY).filter(document=row).order_by("number"))
        if delivery is not None:
            delivery.done_on, delivery.used_days = on, working_days_between(delivery.received_on, on)
            delivery.save(update_fields=["done_on", "used_days"])
        if row.level != "county":
            Delivery.rows.bulk_create(_deliveries(row, lines, on), batch_size=WRITE_ROWS)
        _move_lives(actor, row, lines, on)
        if row.level == "county":
            ids = [line.project_id for line in lines if line.project_id]
            opened.details["notes"] = money_given.carry(actor, ids, row.batch, action="plan.issue", on=on)
            lives.unmark(actor, ids, "fund_recalled", outcome=f"按{row.document_no}重新下达")
        opened.details |= _sums(lines)
    return opened.row


def _lock_source(row: PlanDocument) -> Delivery | None:
    """Hold the office's delivery and the lines it takes from, so that the same money cannot be placed twice."""
    if row.source_id is None:
        return None
    deliveries: QuerySet[Delivery] = Delivery.objects.unscoped(_WHY).filter(
        document=row.source_id, division_code=row.division_code
    )
    delivery: Delivery | None = deliveries.select_for_update().first()
    standing: QuerySet[PlanDocument] = PlanDocument.objects.unscoped(_WHY).filter(pk=row.source_id, state="issued")
    if delivery is None or delivery.is_void or not standing.exists():
        raise Conflict("plan.source", "上级文件已撤回，本文件不能下达。请按新的计划文件重新拟稿。")
    parents = list(
        PlanLine.objects.unscoped(_WHY)
        .filter(document=row.source_id, division_code=row.division_code)
        .order_by("pk")
        .select_for_update()
    )
    placed = placed_by([p.pk for p in parents])
    if not any(p.amount_fen - placed.get(p.pk, 0) for p in parents):
        other = PlanDocument.objects.unscoped(_WHY).filter(
            source=row.source_id, division_code=row.division_code, state="issued"
        )
        named = "、".join(f"“{one.document_no}”（{one.issued_by_name}签发）" for one in other) or "另一文件"
        raise Conflict("plan.placed", f"这笔资金已由{named}分解完毕，本文件不能再下达。请刷新页面。")
    return delivery


def _deliveries(row: PlanDocument, lines: Sequence[PlanLine], on: date) -> list[Delivery]:
    """A clock for each division that got something to decompose."""
    law = parameters(on=on)
    found = []
    for place in dict.fromkeys(line.division_code for line in lines):
        level = level_id(place)
        days = law.get("plan_level_working_days", level=level, batch=row.batch.key).whole
        warn = min(law.get("plan_level_warn_working_days", level=level, batch=row.batch.key).whole, days)
        found.append(
            Delivery(
                document=row, division_code=place, level=level, received_on=on, days=days,
                warn_on=add_working_days(on, warn), due_on=add_working_days(on, days),
            )
        )  # fmt: skip
    return found


def register_receipt(actor: Actor, delivery_id: int, *, received_on: date, receipt_no: str = "") -> Delivery:
    """Say when a document came in; the clock starts the next working day. Once decomposed it stays as it is."""
    rows: QuerySet[Delivery] = Delivery.objects.within(actor.scope).filter(pk=delivery_id)
    with change(actor, "plan.receive", rows) as opened:
        row = opened.row
        require_office(actor, row.division_code, "收文登记")
        if row.is_void or row.done_on is not None:
            raise Conflict("plan.receipt", "该文件已撤回或已分解，收文日期不能再改。")
        require_day(received_on, not_before=row.document.issued_on, what="收文日期", before="发文日期")
        law = parameters(on=received_on)
        key = row.document.batch.key
        row.received_on, row.is_registered, row.receipt_no = received_on, True, receipt_no.strip()[:40]
        row.days = law.get("plan_level_working_days", level=row.level, batch=key).whole
        warn = min(law.get("plan_level_warn_working_days", level=row.level, batch=key).whole, row.days)
        row.warn_on, row.due_on = add_working_days(received_on, warn), add_working_days(received_on, row.days)
        row.save()
        lines = PlanLine.objects.unscoped(_WHY).filter(document=row.document_id, division_code=row.division_code)
        lives.renew(actor, _covered(actor, row.document.batch_id, lines))
    return opened.row


def withdraw_document(actor: Actor, document_id: int, *, reason: str, on: date | None = None) -> PlanDocument:
    """Withdraw an issued document and every document that rests on it. Lines stay, the ledger is reversed, not erased.

    Projects that have not gone beyond the notice return to “reviewed” when the province withdraws; all others, and those of a
    county's or city's withdrawal, carry the mark “fund recalled”. Raises Conflict, NotPermitted, InvalidInput.
    """
    said = require_text(reason, "plan.reason", "请写明撤回的理由和依据。")
    day = on or clock.today()
    with change(actor, "plan.withdraw", _one(actor, document_id), reason=said) as opened:
        row = opened.row
        _require_own(actor, row, None)
        opened.fire(PLAN_DOCUMENT, "withdraw")
        require_day(day, not_before=row.issued_on, what="撤回日期", before="发文日期")
        row.withdrawn_on, row.withdrawn_reason = day, said[:300]
        _done(opened)
        fallen = [row, *_resting_on(row)]
        for part in projects.in_parts([one.pk for one in fallen]):
            PlanDocument.rows.filter(pk__in=part).exclude(pk=row.pk).update(
                state="withdrawn",
                withdrawn_on=day,
                withdrawn_reason=f"上级文件撤回：{said}"[:300],
                updated_at=clock.now(),
            )
            Delivery.rows.filter(document__in=part).update(is_void=True)
        Delivery.rows.filter(document=row.source_id, division_code=row.division_code).update(
            done_on=None, used_days=None
        )
        closed = _close_orders(actor, fallen, row, said)
        named, forwarded = _projects_of(fallen)
        notes = money_given.carry(actor, forwarded, row.batch, action="plan.withdraw", on=day)
        gone_on = forwarded
        if row.level in ("nation", "province"):
            covered = [line.project_id for line in approved_lines(actor.scope, row.batch_id, row.division_code)]
            gone_on = lives.back(actor, sorted({*named, *covered}), "withdraw_plan", on=day, note=said)
        else:
            lives.renew(actor, _covered(actor, row.batch_id, PlanLine.objects.unscoped(_WHY).filter(document=row)))
        lives.mark(actor, [one for one in gone_on if one in set(forwarded)], "fund_recalled", reason=said)
        opened.details |= {
            "documents": len(fallen), "projects": len(forwarded), "changes_closed": closed, "notes": notes,
        }  # fmt: skip
    return opened.row


def discard_import(actor: Actor, import_batch: int) -> int:
    """Take back the draft an import made; returns how many lines went. Raises Conflict once it was checked or issued."""
    with change_many(actor, "import.undo", kind="funds.plandocument", reason="撤销导入") as opened:
        rows: list[PlanDocument] = list(
            PlanDocument.objects.within(actor.scope).filter(import_batch=import_batch).select_for_update()
        )
        for row in rows:
            if row.state != "draft":
                raise Conflict("import.in_use", f"“{row.title}”{PLAN_DOCUMENT.state(row.state).label}，不能撤销导入。")
        lines = PlanLine.rows.filter(document__in=rows).count()
        PlanDocument.rows.filter(pk__in=[row.pk for row in rows]).delete()
        opened.totals = {"documents": len(rows), "lines": lines}
    return lines


def _resting_on(row: PlanDocument) -> list[PlanDocument]:
    """Issued documents below, level by level."""
    found: list[PlanDocument] = []
    above = [row.pk]
    while above:
        below = list(PlanDocument.objects.unscoped(_WHY).filter(source__in=above, state="issued").order_by("pk"))
        found += below
        above = [one.pk for one in below]
    return found


def _close_orders(actor: Actor, fallen: Sequence[PlanDocument], row: PlanDocument, reason: str) -> list[int]:
    """Change orders that wait on a line of a withdrawn document have lost their object: cancelled, with the reason."""
    orders: list[ChangeOrder] = []
    for part in projects.in_parts([one.pk for one in fallen]):
        items = ChangeItem.objects.filter(line__document__in=part, order__state="proposed")
        found: QuerySet[ChangeOrder] = ChangeOrder.objects.unscoped(_WHY).filter(pk__in=items.values("order"))
        orders += list(found.select_for_update().order_by("pk"))
    for order in {one.pk: one for one in orders}.values():
        order.state = CHANGE_ORDER.transition("cancel", order.state).target
        order.decision = f"“{row.document_no}”已撤回，变更随之取消：{reason}"[:500]
        order.save(update_fields=["state", "decision"])
        rows = ChangeItem.objects.filter(order=order, is_derived=False).values_list("line__project", flat=True)
        lives.unmark(actor, sorted({one for one in rows if one}), "adjusting", outcome="计划文件已撤回")
    return sorted({one.pk for one in orders})


def _projects_of(documents: Sequence[PlanDocument]) -> tuple[list[int], list[int]]:
    """(projects named in any of the documents, projects that counties forwarded money to)."""
    named: set[int] = set()
    forwarded: set[int] = set()
    level = {one.pk: one.level for one in documents}
    for part in projects.in_parts(level.keys()):
        rows = PlanLine.objects.unscoped(_WHY).filter(document__in=part, project__isnull=False)
        for document_id, project_id in rows.values_list("document", "project"):
            named.add(project_id)
            if level[document_id] == "county":
                forwarded.add(project_id)
    return sorted(named), sorted(forwarded)


def _move_lives(actor: Actor, row: PlanDocument, lines: Sequence[PlanLine], on: date) -> None:
    """The province's document issues the plan to its projects, the city's passes it on to the county's clock, the county's
    decomposes it."""
    if row.level == "county":
        named = [line.project_id for line in lines if line.project_id]
        lives.step(actor, named, "decompose", on=on, reference=row.document_no)
    elif row.level == "city":
        lives.renew(actor, _covered(actor, row.batch_id, lines))
    elif not row.is_root:
        lives.step(actor, _covered(actor, row.batch_id, lines), "issue_plan", on=on, reference=row.document_no)


def _covered(actor: Actor, batch_id: int, lines: Iterable[PlanLine]) -> list[int]:
    """Projects that lines name, or that were reviewed under a lump."""
    found: set[int] = set()
    for line in lines:
        if line.project_id:
            found.add(line.project_id)
        else:
            found.update(a.project_id for a in approved_lines(actor.scope, batch_id, line.division_code))
    return sorted(found)


# --- lines ---------------------------------------------------------------------------------------------------------


def _root_lines(row: PlanDocument, lines: Sequence[NewLine]) -> list[PlanLine]:
    if len(lines) != 1 or lines[0].amount_fen <= 0:
        raise InvalidInput("plan.amount", "国家（省级）下达文件只有一行，金额应大于0。")
    return [
        PlanLine(
            document=row, batch=row.batch, number=1, division_code=PROVINCE, original_fen=lines[0].amount_fen,
            amount_fen=lines[0].amount_fen, targets=read_targets(lines[0].targets),
        )
    ]  # fmt: skip


def _lines(actor: Actor, row: PlanDocument, parents: Sequence[PlanLine], lines: Sequence[NewLine]) -> list[PlanLine]:
    """The lines with their parent and place; every complaint names the line."""
    refs = projects.refs(actor.scope, [line.project_id for line in lines if line.project_id])
    by_id = {p.pk: p for p in parents}
    by_project = {p.project_id: p for p in parents if p.project_id}
    lumps = [p for p in parents if p.project_id is None]
    asked = _targets_asked(actor, row, lines, by_project)
    seen: dict[tuple[object, ...], int] = {}
    found = []
    for number, line in enumerate(lines, start=1):
        where = f"第{number}行"
        if line.amount_fen <= 0:
            raise InvalidInput("plan.amount", f"{where}的金额应大于0；不安排的请删去该行。", facts={"line": number})
        ref = refs.get(line.project_id) if line.project_id else None
        if line.project_id and ref is None:
            raise NotFound("project.missing", f"{where}的项目没有登记，或不在您的数据范围内。")
        if ref is not None and ref.track != Track.SPECIAL_FUND.id:
            raise InvalidInput("plan.track", f"{where}“{ref.name}”不是专项资金项目，不能安排以工代赈专项资金。")
        parent = _parent(line, where, by_id, by_project, lumps)
        place = _place(row, line, ref, where)
        key = (line.project_id,) if line.project_id else (parent.pk, place)
        if key in seen:
            label = ref.name if ref else divisions.name(place)
            raise InvalidInput("plan.twice", f"{where}与第{seen[key]}行都是“{label}”，请合并为一行。")
        seen[key] = number
        found.append(
            PlanLine(
                document=row, batch=row.batch, parent=parent, number=number, division_code=place,
                project_id=line.project_id, original_fen=line.amount_fen, amount_fen=line.amount_fen,
                targets=read_targets(line.targets) or _inherited(line, parent, asked),
            )
        )  # fmt: skip
    return found


def _inherited(line: NewLine, parent: PlanLine, asked: Mapping[int, dict[str, str]]) -> dict[str, str]:
    """Targets of a line that brings none: those of the line above, or those a project under a lump was applied for with."""
    if line.project_id is None or parent.project_id is not None:
        return dict(parent.targets)
    return asked.get(line.project_id, {})


def _targets_asked(
    actor: Actor, row: PlanDocument, lines: Sequence[NewLine], by_project: Mapping[int, PlanLine]
) -> dict[int, dict[str, str]]:
    """Targets of the agreed applications for the projects whose line brings none and stands under a lump."""
    wanted = {line.project_id for line in lines if line.project_id and not line.targets} - by_project.keys()
    if not wanted:
        return {}
    known = approved_lines(actor.scope, row.batch_id, row.division_code)
    return {line.project_id: dict(line.targets) for line in known if line.project_id in wanted}


def _parent(
    line: NewLine,
    where: str,
    by_id: Mapping[int, PlanLine],
    by_project: Mapping[int, PlanLine],
    lumps: Sequence[PlanLine],
) -> PlanLine:
    if line.parent_id is not None:
        parent = by_id.get(line.parent_id)
        if parent is None:
            raise NotFound("plan.parent", f"{where}所分的上级文件行不存在，或不是下达给本单位的。")
    elif line.project_id is not None and line.project_id in by_project:
        parent = by_project[line.project_id]
    elif len(lumps) == 1:
        parent = lumps[0]
    elif lumps:
        raise InvalidInput("plan.parent", f"{where}没有说明分自上级文件的哪一行（上级有{len(lumps)}行），请选择。")
    else:
        raise InvalidInput(
            "plan.parent", f"{where}的项目不在上级文件内。上级已明确项目的，须原样转发；更换项目请办理变更。"
        )
    if parent.project_id is not None and parent.project_id != line.project_id:
        raise InvalidInput(
            "C09",
            f"{where}与上级文件第{parent.number}行不是同一项目。上级已明确项目的，须原样转发；更换项目请办理变更。",
        )
    return parent


def _place(row: PlanDocument, line: NewLine, ref: projects.ProjectRef | None, where: str) -> str:
    """Who receives the line: below the issuer, above (or at) the project."""
    level = codes.level_of(row.division_code)
    if ref is not None and not line.division_code:
        below = Level.CITY if level is Level.PROVINCE else Level.COUNTY
        place = ref.division_code if level is Level.COUNTY else codes.at_level(ref.division_code, below)
    else:
        place = line.division_code
    is_own = ref is not None and place == ref.division_code  # a village stands in no table of divisions
    if not place or not (is_own or divisions.exists(place)):
        raise InvalidInput("plan.place", f"{where}没有填写有效的行政区划。")
    if not place.startswith(codes.prefix_of(row.division_code)):
        raise InvalidInput(
            "plan.place", f"{where}的{divisions.name(place)}不在{divisions.name(row.division_code)}辖区内。"
        )
    if ref is None and row.level == "county":
        raise InvalidInput("plan.project", f"{where}没有写明项目。县级须把资金转到具体项目。")
    if ref is None and not level < codes.level_of(place) <= Level.COUNTY:
        raise InvalidInput("plan.place", f"{where}的{divisions.name(place)}不是下一级行政区划。")
    if ref is not None:
        inside = ref.division_code.startswith(codes.prefix_of(place))
        if not inside or (row.level != "county" and not level < codes.level_of(place) <= Level.COUNTY):
            raise InvalidInput("plan.place", f"{where}“{ref.name}”不在{divisions.name(place)}。")
    return place


# --- small things ----------------------------------------------------------------------------------------------------


def _new(
    actor: Actor, batch: PlanBatch, level: str, place: str, head: DocumentHead, *, source: PlanDocument | None
) -> PlanDocument:
    return PlanDocument(
        batch=batch, level=level, division_code=place, source=source, title=head.title.strip(),
        document_no=head.document_no.strip(), basis_no=head.basis_no.strip(), requirements=head.requirements.strip(),
        made_by_id=actor.user_id, made_by_name=actor.name, updated_at=clock.now(),
    )  # fmt: skip


def _source(actor: Actor, source_id: int) -> PlanDocument:
    found = queries.documents(actor.scope).filter(pk=source_id).first()
    if found is None:
        raise NotFound("plan.document", "没有这份计划文件，或不在您的数据范围内。")
    if found.state != "issued":
        raise Conflict("plan.source", f"“{found.title}”{PLAN_DOCUMENT.state(found.state).label}，不能分解。")
    return found


def _one(actor: Actor, document_id: int) -> QuerySet[PlanDocument]:
    rows: QuerySet[PlanDocument] = PlanDocument.objects.within(actor.scope).filter(pk=document_id)
    return rows


def _require_own(actor: Actor, row: PlanDocument, version: int | None) -> None:
    require_office(actor, row.division_code, "这份文件")
    require_fresh(row.version, version)


def _done(opened: Change[PlanDocument]) -> None:
    opened.row.version += 1
    opened.row.updated_at = clock.now()
    opened.row.save()


def _sums(lines: Sequence[PlanLine]) -> dict[str, object]:
    return {
        "lines": len(lines),
        "projects": sum(line.project_id is not None for line in lines),
        "total_fen": sum(line.amount_fen for line in lines),
    }
