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
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.findings import Finding, blockers
from workrelief.kernel.kinds import FundType
from workrelief.kernel.money import wan_text, yuan_text
from workrelief.work.funds import queries
from workrelief.work.funds.models import ChangeItem, ChangeOrder, PlanBatch, PlanLine
from workrelief.work.funds.queries import money
from workrelief.work.funds.queries.documents import parts_of, placed_by
from workrelief.work.funds.rules import plans as rules
from workrelief.work.funds.rules.targets import read_targets
from workrelief.work.funds.services import lives, money_given
from workrelief.work.funds.services.common import require_another, require_day, require_office, require_text
from workrelief.work.funds.states import CHANGE_ORDER
from workrelief.work.projects import queries as projects
from workrelief.work.projects.services import ProjectChanges, edit_project

_WHY = "lines above and below the changed ones, summed whatever the reader may see of them"
Amounts = dict[int, int]
Gaps = dict[tuple[int, int, str], Finding]
"""{(document, line above, target id): what the lines of the document lack of what the line above asks}."""


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
    _require_unpaid(actor, batch, {pk: new - leaves[pk].amount_fen for pk, new in after.items()})
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


def propose_hand_back(actor: Actor, line_id: int, fen: int, *, reason: str) -> ChangeOrder:
    """Ask to take money back that nobody has placed yet: from the receiving office to the one that asks, else one level up.

    An office hands its own unplaced money to the office that gave it, the province to the nation; an office above takes it
    to itself. What lies at projects is recalled first. Decided by the office the money goes to (the nation's decision is
    entered at the province), by another person. Raises NotFound, InvalidInput, Conflict as `propose_recall`.
    """
    said = require_text(reason, "plan.reason", "请写明收回或交回的理由。")
    rows: QuerySet[PlanLine] = PlanLine.objects.within(actor.scope).filter(pk=line_id, document__state="issued")
    line = (
        rows.exclude(document__level="county", document__source__isnull=False)
        .select_related("document__source")
        .first()
    )
    if line is None:
        raise NotFound("plan.line", "没有这一行尚未分解的计划，或不在您的数据范围内。")
    left = line.amount_fen - placed_by([line.pk]).get(line.pk, 0)
    if not 0 < fen <= left:
        raise InvalidInput(
            "plan.amount",
            f"这一行尚未分解{yuan_text(left)}元，收回金额应大于0且不超过这个数，现为{yuan_text(fen)}元。",
            facts={"line": line.pk, "open_fen": left},
        )
    chain = _above([line])
    is_own = codes.prefix_of(line.division_code) in actor.scope.divisions
    if is_own:
        changed = [line]
        decider = line.document.division_code
    else:
        changed = [one for one in chain.values() if _is_below(one, actor.home)]
        decider = actor.home
    if not changed:
        raise NotPermitted(
            "plan.office", f"这笔资金由{divisions.name(line.division_code)}或下达单位的发展改革部门办理收回。"
        )
    items = [
        ChangeItem(
            line_id=one.pk, field="amount_fen", before=str(one.amount_fen), after=str(one.amount_fen - fen),
            is_derived=one.pk != line.pk,
        )
        for one in sorted(changed, key=lambda one: one.pk)
    ]  # fmt: skip
    ids = [line.project_id] if line.project_id else []
    return _propose(actor, line.batch, "recall", said, decider, items, ids)


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
            _set_targets(actor, items)
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


def _require_unpaid(actor: Actor, batch: PlanBatch, deltas: Mapping[int, int]) -> None:
    """No project keeps less than it has paid out of this fund already (J03). Raises RuleViolated with the difference."""
    less = {pk: delta for pk, delta in deltas.items() if delta < 0}
    fund = FundType.of_id(batch.fund_type)
    said = []
    for pk, balance in money.balances(actor.scope, less.keys()).items():
        source = balance.source(fund)
        short = source.paid_fen - (source.issued_fen + less[pk])
        if short > 0:
            said.append(
                rules.finding(
                    "J03",
                    f"“{balance.name}”{fund.label}已支付{yuan_text(source.paid_fen)}元，调整后只剩"
                    f"{yuan_text(source.issued_fen + less[pk])}元，少{yuan_text(short)}元。",
                    "请减少调减或收回的金额；确须全部收回的，先追回已支付的资金并冲回支付凭证。",
                    facts={"project": pk, "short_fen": short},
                )
            )
    if said:
        raise RuleViolated("J03", said[0].message, findings=said)


def _move_money(
    actor: Actor, order: ChangeOrder, items: Sequence[ChangeItem], ids: Sequence[int], on: date
) -> list[str]:
    """Give every line its new amount and see that all levels still balance, and that nothing paid is taken."""
    lines = _locked([item.line_id for item in items])
    deltas = {item.line.project_id: item.delta_fen for item in items if item.line.document.level == "county"}
    _require_unpaid(actor, order.batch, {pk: delta for pk, delta in deltas.items() if pk})
    gaps = _gaps(actor, lines)
    for item in items:
        line = lines[item.line_id]
        if line.document.state != "issued":
            raise Conflict(
                "plan.withdrawn",
                f"“{line.document.document_no}”已撤回，这份变更不能再批准，请不予批准或由提出单位取消。",
            )
        if str(line.amount_fen) != item.before:
            raise Conflict(
                "plan.moved",
                f"第{line.number}行的金额已不是申请时的{yuan_text(int(item.before))}元（现为{yuan_text(line.amount_fen)}元），"
                "请取消这份变更后重新提出。",
            )
        line.amount_fen = int(item.after)
    PlanLine.rows.bulk_update(lines.values(), ["amount_fen"], batch_size=500)
    _require_balance(order, lines)
    if order.kind == "shift":
        _require_targets(actor, lines, gaps)
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


def _require_targets(actor: Actor, lines: Mapping[int, PlanLine], before: Gaps) -> None:
    """No line above gets less of what it asks than before the change (C04). Raises RuleViolated."""
    said = [
        one
        for key, one in sorted(_gaps(actor, lines).items())
        if key not in before or _missing(one) > _missing(before[key])
    ]
    if said:
        raise RuleViolated("C04", said[0].message, findings=said)


def _missing(one: Finding) -> int:
    fen = one.facts["missing_fen"]
    assert isinstance(fen, int)
    return fen


def _gaps(actor: Actor, lines: Mapping[int, PlanLine]) -> Gaps:
    """What lines above ask and the lines below do not hold together, as stored (C04).

    Documents are weighed as they were issued: each for itself, the lines of one document under the same line above.
    """
    pairs = {(line.document_id, line.parent_id) for line in lines.values() if line.parent_id}
    rows = PlanLine.objects.unscoped(_WHY).filter(
        document__in={document for document, _ in pairs}, parent__in={parent for _, parent in pairs}, amount_fen__gt=0
    )
    groups: dict[tuple[int, int], list[PlanLine]] = {}
    for row in rows.select_related("parent__document").order_by("number"):
        groups.setdefault((row.document_id, row.parent_id), []).append(row)
    parts = parts_of(actor.scope, groups)
    found: Gaps = {}
    for (document, parent), group in groups.items():
        above = group[0].parent
        assert above is not None
        where = f"“{above.document.document_no}”第{above.number}行"
        for one in blockers(rules.targets_follow(where, above.targets, parts[document, parent])):
            found[document, parent, str(one.facts["target"])] = one
    return found


def _set_targets(actor: Actor, items: Sequence[ChangeItem]) -> None:
    """New targets on the project's line and on the lines above that name the project; lumps above still get theirs."""
    lines = _locked([item.line_id for item in items])
    touched = _above(lines.values())
    gaps = _gaps(actor, touched)
    for item in items:
        line: PlanLine | None = lines[item.line_id]
        if line is not None and line.targets.get(item.field, "") != item.before:
            raise Conflict("plan.moved", "绩效目标已被另一份变更改动，请取消这份变更后重新提出。")
        while line is not None and line.project_id is not None:
            line.targets = {**line.targets, item.field: item.after}
            line.save(update_fields=["targets"])
            line = _locked([line.parent_id]).get(line.parent_id) if line.parent_id else None
    _require_targets(actor, touched, gaps)


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
    """The county's standing line of each project in the batch; where several documents gave to it, the newest with money."""
    if not ids:
        raise InvalidInput("plan.change", "请至少选择一个项目。")
    if len(set(ids)) < len(ids):
        raise InvalidInput("plan.twice", "同一项目在变更里出现两次，请合并。")
    found: dict[int, PlanLine] = {}
    for part in projects.in_parts(ids):
        rows = PlanLine.objects.within(actor.scope).filter(
            project__in=part, batch=batch, document__level="county", document__state="issued"
        )
        for row in rows.select_related("document__source").order_by("pk"):
            if row.amount_fen or row.project_id not in found:
                found[row.project_id] = row
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
