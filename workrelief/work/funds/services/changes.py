"""Changes of issued plans: only by an order that a second office or person decides; before and after are kept (C09)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import QuerySet

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import Change, change
from workrelief.base.divisions import queries as divisions
from workrelief.kernel import clock, codes
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, RuleViolated
from workrelief.kernel.money import wan_text, yuan_text
from workrelief.work.funds import queries
from workrelief.work.funds.models import ChangeItem, ChangeOrder, PlanBatch, PlanLine
from workrelief.work.funds.queries.documents import placed_by
from workrelief.work.funds.rules import plans as rules
from workrelief.work.funds.rules.targets import read_targets
from workrelief.work.funds.services import lives, money_given
from workrelief.work.funds.services.common import require_another, require_day, require_office, require_text
from workrelief.work.funds.states import CHANGE_ORDER
from workrelief.work.projects import queries as projects
from workrelief.work.projects.services import ProjectChanges, edit_project

_WHY = "lines above and below the changed ones, summed whatever the reader may see of them"
Amounts = dict[int, int]


@dataclass(frozen=True)
class MoneyShift:
    """A project's amount as it shall be, in fen; for a recall the amount taken back."""

    project_id: int
    fen: int


@dataclass(frozen=True)
class ContentChange:
    """The construction content (standard, place, scale) of a project as it shall be."""

    project_id: int
    content: str


def propose_shift(actor: Actor, batch_id: int, shifts: Sequence[MoneyShift], *, reason: str) -> ChangeOrder:
    """Ask to move money between projects of a batch; the sum stays to the fen and lines above follow.

    Decided by the office that gave out the money of the highest line that changes. Raises RuleViolated (C03 with the
    difference), InvalidInput, NotFound, Conflict when an order on one of the projects waits already.
    """
    return _propose_money(actor, batch_id, shifts, reason, "shift")


def propose_recall(actor: Actor, batch_id: int, recalls: Sequence[MoneyShift], *, reason: str) -> ChangeOrder:
    """Ask to take money back from projects to the actor's own office, where it waits to be placed anew.

    Decided by the same office, by another person; a county's by the office above. Raises as `propose_shift`.
    """
    return _propose_money(actor, batch_id, recalls, reason, "recall")


def _propose_money(
    actor: Actor, batch_id: int, wanted: Sequence[MoneyShift], reason: str, kind: Literal["shift", "recall"]
) -> ChangeOrder:
    said = require_text(reason, "plan.reason", "请写明变更的理由。")
    batch = queries.batch(actor.scope, batch_id)
    leaves = _leaves(actor, batch, [one.project_id for one in wanted])
    after = _amounts_after(wanted, leaves, kind)
    chain = _above(leaves.values())
    deltas = _deltas(leaves, after, chain)
    if kind == "shift":
        _require_zero(leaves, after)
        changed = {pk: delta for pk, delta in deltas.items() if delta}
        decider = _decider([chain[pk] for pk in changed])
    else:
        changed = {pk: delta for pk, delta in deltas.items() if delta and _is_below(chain[pk], actor.home)}
        is_county = codes.level_of(actor.home) >= codes.Level.COUNTY
        decider = _decider([chain[pk] for pk in changed]) if is_county else actor.home
    direct = {line.pk for line in leaves.values()}
    items = [
        ChangeItem(
            line_id=pk, field="amount_fen", before=str(chain[pk].amount_fen),
            after=str(chain[pk].amount_fen + delta), is_derived=pk not in direct,
        )
        for pk, delta in sorted(changed.items())
    ]  # fmt: skip
    return _propose(actor, batch, kind, said, decider, items, sorted(leaves))


def propose_content(actor: Actor, batch_id: int, wanted: ContentChange, *, reason: str) -> ChangeOrder:
    """Ask to change what a planned project builds; decided by the office that gave out the money."""
    said = require_text(reason, "plan.reason", "请写明变更的理由。")
    after = require_text(wanted.content, "plan.content", "请写明变更后的建设内容。")
    batch = queries.batch(actor.scope, batch_id)
    (line,) = _leaves(actor, batch, [wanted.project_id]).values()
    before = projects.stored(actor.scope, [wanted.project_id])[wanted.project_id].content
    if before.strip() == after:
        raise InvalidInput("plan.unchanged", "建设内容与现在的一样，没有要变更的。")
    item = ChangeItem(line=line, field="content", before=before, after=after)
    return _propose(actor, batch, "content", said, _decider([line]), [item], [wanted.project_id])


def propose_targets(
    actor: Actor, batch_id: int, project_id: int, targets: Mapping[str, str], *, reason: str
) -> ChangeOrder:
    """Ask for other performance targets of a project; those not named stay. Decided by the office that gave the money."""
    said = require_text(reason, "plan.reason", "请写明变更的理由。")
    batch = queries.batch(actor.scope, batch_id)
    (line,) = _leaves(actor, batch, [project_id]).values()
    read = {name: value for name, value in read_targets(targets).items() if line.targets.get(name) != value}
    if not read:
        raise InvalidInput("plan.unchanged", "绩效目标与现在的一样，没有要变更的。")
    items = [
        ChangeItem(line=line, field=name, before=line.targets.get(name, ""), after=value)
        for name, value in read.items()
    ]
    return _propose(actor, batch, "targets", said, _decider([line]), items, [project_id])


def _propose(
    actor: Actor,
    batch: PlanBatch,
    kind: str,
    reason: str,
    decider: str,
    items: Sequence[ChangeItem],
    project_ids: Sequence[int],
) -> ChangeOrder:
    waiting = ChangeItem.objects.filter(order__state="proposed", line__in=[item.line_id for item in items])
    if waiting.exists():
        raise Conflict("plan.change_waits", "其中有项目（或上级行）的另一份变更尚待审批，请等它办结后再提。")
    with change(actor, "plan.change", ChangeOrder, reason=reason) as opened:
        order = ChangeOrder.rows.create(
            batch=batch, division_code=actor.home, decided_by_division=decider, kind=kind, reason=reason[:500],
            made_by_id=actor.user_id, made_by_name=actor.name, made_at=clock.now(),
        )  # fmt: skip
        for item in items:
            item.order = order
        ChangeItem.objects.bulk_create(items, batch_size=500)
        lives.mark(actor, project_ids, "adjusting", reason=reason)
        opened.target = order
        opened.details = {"items": [[i.line_id, i.field, i.before, i.after] for i in items]}
    return opened.row


def approve_change(actor: Actor, order_id: int, *, document_no: str, on: date, decision: str = "") -> ChangeOrder:
    """Decide for a change: lines, targets or content take their new value, the ledger is reversed and posted anew.

    Raises Conflict when a line is no longer as the order says or the order is decided already, NotPermitted (own office,
    four eyes), RuleViolated C03 when a level would not balance.
    """
    number = require_text(document_no, "plan.number", "请填写变更批复的文号。")
    with _decided(actor, order_id, "approve", decision) as opened:
        order = opened.row
        order.document_no, order.decided_on = number, require_day(on, what="批复日期")
        order.save()
        items = list(order.items.select_related("line__document").order_by("line_id", "pk"))
        ids = sorted({item.line.project_id for item in items if not item.is_derived and item.line.project_id})
        if order.kind in ("shift", "recall"):
            opened.details["notes"] = _move_money(actor, order, items, ids, on)
        elif order.kind == "targets":
            _set_targets(items)
        else:
            for item in items:
                _set_content(actor, item, order)
        lives.unmark(actor, ids, "adjusting", outcome=f"变更已批准（{number}）")
        if order.kind == "recall":
            lives.mark(actor, ids, "fund_recalled", reason=f"{order.reason}（{number}）")
        opened.details["items"] = [[i.line_id, i.field, i.before, i.after] for i in items]
    return opened.row


def refuse_change(actor: Actor, order_id: int, *, decision: str) -> ChangeOrder:
    """Decide against a change, with reasons; nothing changes."""
    said = require_text(decision, "plan.reason", "请写明不予批准的理由。")
    with _decided(actor, order_id, "refuse", said) as opened:
        opened.row.decided_on = clock.today()
        opened.row.save()
        lives.unmark(actor, _project_ids(opened.row), "adjusting", outcome=f"变更未获批准：{said}")
    return opened.row


def cancel_change(actor: Actor, order_id: int, *, reason: str) -> ChangeOrder:
    """Take back an order that is not decided yet; by the office that asked."""
    said = require_text(reason, "plan.reason", "请写明取消的理由。")
    with change(actor, "plan.change", _one(actor, order_id), reason=said) as opened:
        require_office(actor, opened.row.division_code, "取消变更")
        opened.fire(CHANGE_ORDER, "cancel")
        opened.row.decision = said[:500]
        opened.row.save()
        lives.unmark(actor, _project_ids(opened.row), "adjusting", outcome=f"变更已取消：{said}")
    return opened.row


@contextlib.contextmanager
def _decided(actor: Actor, order_id: int, step: str, decision: str) -> Iterator[Change[ChangeOrder]]:
    """The change door around a decision: own office, four eyes, state."""
    with change(actor, "plan.approve_change", _one(actor, order_id), reason=decision) as opened:
        row = opened.row
        require_office(actor, row.decided_by_division, "变更审批")
        require_another(actor, row.made_by_id, "审批人不得是申请人")
        opened.fire(CHANGE_ORDER, step)
        row.decision = decision.strip()[:500]
        row.decided_by_id, row.decided_by_name = actor.user_id, actor.name
        yield opened


def _move_money(
    actor: Actor, order: ChangeOrder, items: Sequence[ChangeItem], ids: Sequence[int], on: date
) -> list[str]:
    """Give every line its new amount and see that all levels still balance."""
    lines = _locked([item.line_id for item in items])
    for item in items:
        line = lines[item.line_id]
        if line.document.state != "issued" or str(line.amount_fen) != item.before:
            raise Conflict(
                "plan.moved",
                f"第{line.number}行的金额已不是申请时的{yuan_text(int(item.before))}元（现为{yuan_text(line.amount_fen)}元），"
                "请取消这份变更后重新提出。",
            )
        line.amount_fen = int(item.after)
    PlanLine.rows.bulk_update(lines.values(), ["amount_fen"], batch_size=500)
    _require_balance(order, lines)
    return money_given.carry(actor, ids, order.batch, action="plan.approve_change", on=on)


def _locked(line_ids: Sequence[int]) -> dict[int, PlanLine]:
    found: dict[int, PlanLine] = {}
    for part in projects.in_parts(set(line_ids)):
        rows = PlanLine.objects.unscoped(_WHY).filter(pk__in=part).order_by("pk").select_for_update(of=("self",))
        found.update((row.pk, row) for row in rows.select_related("document"))
    return found


def _require_balance(order: ChangeOrder, lines: Mapping[int, PlanLine]) -> None:
    """No changed line may hold less than is placed below it, and a shift leaves nothing open that was placed."""
    parents = {line.pk: line for line in lines.values()}
    parents |= _locked([line.parent_id for line in lines.values() if line.parent_id])
    placed = placed_by(list(parents))
    wrong = [
        rules.Given(pk, line.number, f"（{divisions.name(line.division_code)}）", line.amount_fen, placed[pk])
        for pk, line in parents.items()
        if pk in placed and (placed[pk] > line.amount_fen or (order.kind == "shift" and placed[pk] != line.amount_fen))
    ]
    said = rules.balance(wrong)
    if said:
        raise RuleViolated("C03", said[0].message, findings=said)


def _set_targets(items: Sequence[ChangeItem]) -> None:
    """New targets on the project's line and on the lines above that name the project."""
    lines = _locked([item.line_id for item in items])
    for item in items:
        line: PlanLine | None = lines[item.line_id]
        if line is not None and line.targets.get(item.field, "") != item.before:
            raise Conflict("plan.moved", "绩效目标已被另一份变更改动，请取消这份变更后重新提出。")
        while line is not None and line.project_id is not None:
            line.targets = {**line.targets, item.field: item.after}
            line.save(update_fields=["targets"])
            line = _locked([line.parent_id]).get(line.parent_id) if line.parent_id else None


def _set_content(actor: Actor, item: ChangeItem, order: ChangeOrder) -> None:
    project_id = item.line.project_id
    if project_id is None:
        raise InvalidInput("plan.content", "这一行没有项目，不能变更建设内容。")
    now = projects.stored(actor.scope, [project_id]).get(project_id)
    if now is None or now.content != item.before:
        raise Conflict("plan.moved", "建设内容已在项目页改动，请取消这份变更后重新提出。")
    edit_project(actor, project_id, ProjectChanges(content=item.after), reason=f"{order.reason}（{order.document_no}）")


# --- finding lines ---------------------------------------------------------------------------------------------------


def _leaves(actor: Actor, batch: PlanBatch, ids: Sequence[int]) -> dict[int, PlanLine]:
    """The county's standing line of each project in the batch; the newest where two documents gave to it."""
    if not ids:
        raise InvalidInput("plan.change", "请至少选择一个项目。")
    if len(set(ids)) < len(ids):
        raise InvalidInput("plan.twice", "同一项目在变更里出现两次，请合并。")
    found: dict[int, PlanLine] = {}
    for part in projects.in_parts(ids):
        rows = PlanLine.objects.within(actor.scope).filter(
            project__in=part, batch=batch, document__level="county", document__state="issued"
        )
        found.update((row.project_id, row) for row in rows.select_related("document__source").order_by("pk"))
    lacking = [one for one in ids if one not in found]
    if lacking:
        raise NotFound(
            "plan.line", f"有{len(lacking)}个项目在“{batch.title}”里没有已转发的资金，或不在您的数据范围内。"
        )
    return found


def _amounts_after(
    wanted: Sequence[MoneyShift], leaves: Mapping[int, PlanLine], kind: Literal["shift", "recall"]
) -> Amounts:
    """The new amount of each project, by project id."""
    names = {one.project_id: leaves[one.project_id].amount_fen for one in wanted}
    after: Amounts = {}
    for one in wanted:
        standing = names[one.project_id]
        new = one.fen if kind == "shift" else standing - one.fen
        if new < 0 or (kind == "recall" and one.fen <= 0):
            raise InvalidInput(
                "plan.amount", f"金额应在0到{wan_text(standing)}万元之间，现为{wan_text(one.fen)}万元。",
                facts={"project": one.project_id},
            )  # fmt: skip
        if new == standing:
            raise InvalidInput(
                "plan.unchanged", "有项目的金额没有变化，请从变更里去掉。", facts={"project": one.project_id}
            )
        after[one.project_id] = new
    return after


def _require_zero(leaves: Mapping[int, PlanLine], after: Amounts) -> None:
    difference = sum(after[one] - leaves[one].amount_fen for one in after)
    if not difference:
        return
    word = "多" if difference > 0 else "少"
    said = rules.finding(
        "C03",
        f"调整后合计比调整前{word}{yuan_text(abs(difference))}元，项目间调整须增减相等。",
        "请改正各项目调整后的金额；要减少总额的，请办理收回。",
        facts={"difference_fen": difference},
    )
    raise RuleViolated("C03", said.message, findings=[said])


def _above(leaves: Iterable[PlanLine]) -> dict[int, PlanLine]:
    """The lines with all lines above them, by id."""
    found = {line.pk: line for line in leaves}
    wanted = {line.parent_id for line in found.values() if line.parent_id}
    while wanted:
        rows = PlanLine.objects.unscoped(_WHY).filter(pk__in=wanted).select_related("document__source")
        fresh = {row.pk: row for row in rows}
        found |= fresh
        wanted = {row.parent_id for row in fresh.values() if row.parent_id} - found.keys()
    return found


def _deltas(leaves: Mapping[int, PlanLine], after: Amounts, chain: Mapping[int, PlanLine]) -> Amounts:
    """Change of each line in fen, leaves and all above, by line id."""
    found: Amounts = {}
    for project_id, new in after.items():
        line: PlanLine | None = leaves[project_id]
        delta = new - leaves[project_id].amount_fen
        while line is not None:
            found[line.pk] = found.get(line.pk, 0) + delta
            line = chain.get(line.parent_id) if line.parent_id else None
    return found


def _decider(lines: Sequence[PlanLine]) -> str:
    """The division that gave out the money of the highest of these lines."""
    sources = [line.document.source.division_code for line in lines if line.document.source]
    if not sources:
        raise InvalidInput("plan.change", "这项变更改动了下达总额，请按收回办理。")
    return min(sources, key=codes.level_of)


def _is_below(line: PlanLine, office: str) -> bool:
    """Whether the line stands in a document of the office or of one below it."""
    document = line.document
    return document.source_id is not None and document.division_code.startswith(codes.prefix_of(office))


def _project_ids(order: ChangeOrder) -> list[int]:
    rows: QuerySet[ChangeItem] = ChangeItem.objects.filter(order=order, is_derived=False)
    return sorted({one for one in rows.values_list("line__project", flat=True) if one})


def _one(actor: Actor, order_id: int) -> Callable[[], QuerySet[ChangeOrder]]:
    def rows() -> QuerySet[ChangeOrder]:
        found: QuerySet[ChangeOrder] = ChangeOrder.objects.within(actor.scope).filter(pk=order_id)
        return found

    return rows
