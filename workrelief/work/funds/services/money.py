"""Entering receipts, payments, completed investment and year plans, and taking wrong ones back. Amounts in whole fen.

What is entered is posted to the ledger in the same transaction. Nothing is deleted: a wrong voucher is reversed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError
from django.db.models import Model

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change, change_many
from workrelief.figures.ledger.facts import FUND_MOVE
from workrelief.figures.ledger.post import post, reverse_sources
from workrelief.figures.ledger.seal import sealed_among
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, RuleViolated
from workrelief.kernel.findings import Finding, blockers
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.kernel.period import Period, month_index
from workrelief.work.funds import money_states
from workrelief.work.funds.models import FundMove, MoveKind, PayeeKind
from workrelief.work.funds.queries import money as queries
from workrelief.work.funds.rules import money as rules
from workrelief.work.projects import queries as projects
from workrelief.work.projects.queries import ProjectRef
from workrelief.work.projects.queries.lookups import REF_COLUMNS

__all__ = [
    "Key",
    "MoveIn",
    "MoveKind",
    "PayeeKind",
    "Recorded",
    "follow_plans",
    "follow_project",
    "investment",
    "key_of",
    "payment",
    "receipt",
    "record",
    "require_shape",
    "reverse",
    "standing_keys",
    "take_back",
    "year_plan",
]

_CASH = (MoveKind.RECEIPT, MoveKind.PAYMENT)
_MEASURES = (MoveKind.RECEIPT, MoveKind.PAYMENT, MoveKind.INVESTMENT, MoveKind.YEAR_PLAN)
"""In the order of the fact's measures."""


BY_PLAN = "按下达的投资计划"
"""Remark of a year plan that follows the issued plans; one registered by hand has another, and stands."""


@dataclass(frozen=True, kw_only=True)
class MoveIn:
    """One row to be entered; see `receipt`, `payment`, `investment`, `year_plan` for the four kinds."""

    project_id: int
    kind: MoveKind
    amount_fen: int
    happened_on: date
    fund_type: FundType | None = None
    month: int = 0
    tranche: int = 0
    voucher_no: str = ""
    payer: str = ""
    payee_kind: str = ""
    payee: str = ""
    purpose: str = ""
    remark: str = ""


def receipt(
    project_id: int, fund_type: FundType, amount_fen: int, on: date, *, voucher_no: str, tranche: int = 0,
    payer: str = "", remark: str = "",
) -> MoveIn:  # fmt: skip
    """Money that arrived at the project's account (到位)."""
    return MoveIn(
        project_id=project_id, kind=MoveKind.RECEIPT, fund_type=fund_type, amount_fen=amount_fen, happened_on=on,
        voucher_no=voucher_no, tranche=tranche, payer=payer, remark=remark,
    )  # fmt: skip


def payment(
    project_id: int, fund_type: FundType, amount_fen: int, on: date, *, voucher_no: str, payee_kind: PayeeKind | str,
    payee: str, tranche: int = 0, purpose: str = "", remark: str = "",
) -> MoveIn:  # fmt: skip
    """Money paid out of the project's account (支付)."""
    return MoveIn(
        project_id=project_id, kind=MoveKind.PAYMENT, fund_type=fund_type, amount_fen=amount_fen, happened_on=on,
        voucher_no=voucher_no, payee_kind=str(payee_kind), payee=payee, tranche=tranche, purpose=purpose, remark=remark,
    )  # fmt: skip


def investment(
    project_id: int, month: int, amount_fen: int, *, fund_type: FundType | None = None, remark: str = ""
) -> MoveIn:
    """Completed investment of one ledger month (202207), in all or of one source."""
    day = Period.of_month(month // 100, month % 100).last_day
    return MoveIn(
        project_id=project_id, kind=MoveKind.INVESTMENT, fund_type=fund_type, amount_fen=amount_fen, happened_on=day,
        month=month, remark=remark,
    )  # fmt: skip


def year_plan(
    project_id: int, year: int, amount_fen: int, *, fund_type: FundType | None = None, remark: str = ""
) -> MoveIn:
    """Planned investment of a year; counts from its first of January, so that every quarter is measured by it."""
    return MoveIn(
        project_id=project_id, kind=MoveKind.YEAR_PLAN, fund_type=fund_type, amount_fen=amount_fen,
        happened_on=date(year, 1, 1), month=year, remark=remark,
    )  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """What was entered: ids in the order of the entries, and what the rules said without stopping."""

    ids: tuple[int, ...]
    findings: tuple[Finding, ...]


def record(
    actor: Actor, entries: Sequence[MoveIn], *, batch_id: int = 0, label: str = "", action: str = "money.record"
) -> Recorded:
    """Enter rows of any kind and project in one transaction; all or nothing.

    A standing year plan of the same project, year and source is reversed by the new one. Raises InvalidInput for a
    malformed row, NotFound for a project out of scope, RuleViolated when payments of a source exceed what was issued
    (J03), Conflict when a voucher or month is entered already, or an investment falls into a sealed month.
    """
    if not entries:
        raise InvalidInput("money.empty", "没有可以登记的到位、支付或完成投资。")
    for entry in entries:
        require_shape(entry)
    try:
        with change_many(actor, action, kind="funds.fundmove") as opened:
            stored = _locked(actor, {e.project_id for e in entries})
            _replace_year_plans(actor, entries, action)
            _require_new(entries)
            said = _require_balance(actor, entries)
            rows = _rows(actor, entries, stored, batch_id)
            FundMove.rows.bulk_create(rows, batch_size=500)
            facts = [_fact(row, stored[row.project_id]) for row in rows]
            post(FUND_MOVE, facts, actor=actor, action=action)
            opened.label = label or stored[entries[0].project_id].name
            opened.target_id = str(rows[0].pk) if len(rows) == 1 else ""
            opened.totals = {"batch_id": batch_id, "rows": len(rows)} | {
                f"{kind}_fen": sum(r.amount_fen for r in rows if r.kind == kind) for kind in _MEASURES
            }
    except IntegrityError as err:
        raise Conflict("money.twice", "同一凭证或同一月份刚刚由他人登记，请刷新后核对。") from err
    return Recorded(tuple(row.pk for row in rows), tuple(said))


def follow_plans(actor: Actor, issued: Mapping[int, int], year: int, *, action: str) -> list[str]:
    """The year's planned investment as the issued plans have it: {project id: fen standing in that year's batches}.

    What an office registered by hand stands, the plan's own row is replaced, nothing issued leaves none; repeating is
    harmless. Inside the caller's open change. Returns what has to be said: of a sealed year nothing changes any more.
    """
    if sealed_among({month_index(date(year, 1, 1))}) and year != clock.today().year:
        return [f"{year}年已封存，年度计划投资不再随计划调整。"]
    own: dict[int, FundMove] = {}
    by_hand: set[int] = set()
    for part in projects.in_parts(issued.keys()):
        rows = FundMove.rows.filter(project__in=part, kind=MoveKind.YEAR_PLAN, fund_type="", month=year, state="posted")
        own |= {row.project_id: row for row in rows if row.remark == BY_PLAN}
        by_hand |= {row.project_id for row in rows if row.remark != BY_PLAN}
    stands = {project_id: row.amount_fen for project_id, row in own.items()}
    changed = [
        year_plan(one, year, fen, remark=BY_PLAN)
        for one, fen in issued.items()
        if fen and one not in by_hand and stands.get(one) != fen
    ]
    gone = [row for one, row in own.items() if not issued[one]]
    if changed:
        record(actor, changed, action=action)
    if gone:
        _reverse_rows(actor, gone, "计划收回", action)
    return []


def reverse(actor: Actor, move_id: int, *, reason: str) -> FundMove:
    """Take a wrong voucher back: its fact is reversed, the row stays and says by whom and why.

    Raises InvalidInput without a reason, NotFound out of scope, Conflict when it was reversed already.
    """
    if len(reason.strip()) < 4:
        raise InvalidInput("money.reason", "请写明冲回的原因（至少 4 个字）。")
    with change(actor, "money.reverse", queries.move_row(actor.scope, move_id), reason=reason) as c:
        c.fire(money_states.FUND_MOVE, "reverse")
        c.row.reversed_on, c.row.reversed_by_name = clock.today(), actor.name[:60]
        c.row.reversed_reason = reason.strip()[:300]
        c.row.save()
        reverse_sources(FUND_MOVE, [c.row.pk], on=clock.today(), actor=actor, action="money.reverse")
    return c.row


def take_back(actor: Actor, *, batch_id: int) -> dict[str, int]:
    """Reverse every standing row of one import batch, inside the caller's open change."""
    rows = list(FundMove.objects.within(actor.scope).select_for_update().filter(batch_id=batch_id, state="posted"))
    if FundMove.rows.filter(batch_id=batch_id, state="posted").count() > len(rows):
        raise NotFound("object.scope", "该批次有项目不在您的数据范围内。")
    _reverse_rows(actor, rows, "撤销导入批次", "import.undo")
    return {"rows": len(rows), "amount_fen": sum(r.amount_fen for r in rows)}


def follow_project(actor: Actor, project: Model, different: Mapping[str, tuple[Any, Any]], reason: str) -> None:
    """Told of every edit of a project (`follow_edits`): it stays in its place and kind while vouchers stand for it.

    Their facts carry the division, track and sector of the day they were posted. Raises Conflict.
    """
    if not {"division_code", "track", "sector"} & different.keys():
        return
    if FundMove.rows.filter(project=project.pk, state="posted").exists():
        raise Conflict(
            "A01",
            "该项目已有资金到位、支付或完成投资凭证，不能改动行政区划、项目线或领域。确需改动的，请先冲回这些凭证。",
        )


# ---------- inside ----------


def require_shape(entry: MoveIn) -> None:
    """Raises InvalidInput for a row that is malformed in itself, whatever stands already."""
    if type(entry.amount_fen) is not int or entry.amount_fen <= 0:
        raise InvalidInput("money.amount", "金额应大于 0；登记错误的请冲回原凭证，不登记负数。")
    if entry.kind in _CASH:
        if entry.fund_type is None:
            raise InvalidInput("money.source", "到位和支付须写明资金来源。")
        if not entry.voucher_no.strip():
            raise InvalidInput("money.voucher", "到位和支付须填写凭证号。")
        if entry.happened_on > clock.today():
            raise InvalidInput("money.day", f"{entry.happened_on}还没有到，不能登记。")
    if entry.kind is MoveKind.PAYMENT:
        if entry.payee_kind not in PayeeKind.values:
            raise InvalidInput("money.payee", "支付须写明收款对象类别。")
        if not entry.payee.strip():
            raise InvalidInput("money.payee", "支付须写明收款单位或收款人。")
    if entry.kind is MoveKind.INVESTMENT and entry.month > month_index(clock.today()):
        raise InvalidInput("money.month", "还没有到的月份不能登记完成投资。")


def _locked(actor: Actor, ids: set[int]) -> dict[int, ProjectRef]:
    """The projects, locked against other writers of their money. Raises NotFound when one is out of scope."""
    found: dict[int, ProjectRef] = {}
    for part in projects.in_parts(ids):
        rows = projects.projects(actor.scope).filter(pk__in=part).order_by("pk").select_for_update(no_key=True)
        found.update({row[0]: ProjectRef(*row) for row in rows.values_list(*REF_COLUMNS)})
    if len(found) < len(ids):
        raise NotFound("project.missing", "有项目没有登记，或不在您的数据范围内。")
    return found


def _replace_year_plans(actor: Actor, entries: Sequence[MoveIn], action: str) -> None:
    wanted = {(e.project_id, e.month, e.fund_type.id if e.fund_type else "") for e in entries if _is_plan(e)}
    rows = [
        row
        for part in projects.in_parts({project_id for project_id, _, _ in wanted})
        for row in FundMove.rows.filter(project__in=part, kind=MoveKind.YEAR_PLAN, state="posted")
        if (row.project_id, row.month, row.fund_type) in wanted
    ]
    if rows:
        _reverse_rows(actor, rows, "调整年度计划投资", action)


def _is_plan(entry: MoveIn) -> bool:
    return entry.kind is MoveKind.YEAR_PLAN


def _reverse_rows(actor: Actor, rows: Sequence[FundMove], reason: str, action: str) -> None:
    for part in projects.in_parts([row.pk for row in rows]):
        FundMove.rows.filter(pk__in=part).update(
            state="reversed", reversed_on=clock.today(), reversed_by_name=actor.name[:60], reversed_reason=reason
        )
    reverse_sources(FUND_MOVE, [row.pk for row in rows], on=clock.today(), actor=actor, action=action)


Key = tuple[int, str, str, str, str, int]
"""(project, kind, source, voucher, payee, month): what may stand once."""


def key_of(entry: MoveIn) -> Key:
    """Its key: a voucher to one payee, or a month of one source."""
    fund = entry.fund_type.id if entry.fund_type else ""
    voucher, payee = entry.voucher_no.strip(), entry.payee.strip()
    return entry.project_id, entry.kind.value, fund, voucher, payee if voucher else "", entry.month


def _require_new(entries: Sequence[MoveIn]) -> None:
    """Raises Conflict for a voucher or month that stands already, or comes twice."""
    wanted: dict[Key, MoveIn] = {}
    for entry in entries:
        if wanted.setdefault(key_of(entry), entry) is not entry:
            raise Conflict("money.twice", f"{_said(entry)}在这次登记里出现了两次。")
    for key in standing_keys({e.project_id for e in entries}):
        if key in wanted:
            raise Conflict("money.twice", f"{_said(wanted[key])}已经登记，不能重复。登记有误的，先冲回原凭证。")


def standing_keys(project_ids: set[int]) -> set[Key]:
    """(project, kind, source, voucher, payee, month) of all that stands for these projects."""
    found: set[Key] = set()
    for part in projects.in_parts(project_ids):
        rows = FundMove.rows.filter(project__in=part, state="posted")
        for project_id, kind, fund, voucher, payee, month in rows.values_list(
            "project_id", "kind", "fund_type", "voucher_no", "payee", "month"
        ):
            found.add((project_id, kind, fund, voucher, payee if voucher else "", month))
    return found


def _said(entry: MoveIn) -> str:
    label = entry.kind.label + (f"（{entry.fund_type.label}）" if entry.fund_type else "")
    if entry.kind in _CASH:
        return f"{label}凭证“{entry.voucher_no.strip()}”"
    return f"{entry.month}{label}"


def _require_balance(actor: Actor, entries: Sequence[MoveIn]) -> list[Finding]:
    after = queries.balances(actor.scope, {e.project_id for e in entries})
    paying: dict[int, set[FundType]] = defaultdict(set)
    receiving: dict[int, set[FundType]] = defaultdict(set)
    built: set[int] = set()
    for e in entries:
        if e.fund_type is not None and e.kind is MoveKind.PAYMENT:
            after[e.project_id] = after[e.project_id].plus(e.fund_type, paid_fen=e.amount_fen)
            paying[e.project_id].add(e.fund_type)
        elif e.fund_type is not None and e.kind is MoveKind.RECEIPT:
            after[e.project_id] = after[e.project_id].plus(e.fund_type, received_fen=e.amount_fen)
            receiving[e.project_id].add(e.fund_type)
        elif e.kind is MoveKind.INVESTMENT:
            after[e.project_id] = after[e.project_id].plus(None, invested_fen=e.amount_fen)
            built.add(e.project_id)
    said: list[Finding] = []
    for project_id, balance in after.items():
        said += rules.balance(balance, paying=paying[project_id], receiving=receiving[project_id])
        said += rules.built(balance) if project_id in built else []
    if stopping := blockers(said):
        raise RuleViolated(stopping[0].rule_id, stopping[0].message, findings=said)
    return said


def _rows(actor: Actor, entries: Sequence[MoveIn], stored: dict[int, ProjectRef], batch_id: int) -> list[FundMove]:
    """Rows to insert. A receipt or payment of a sealed month is posted today, as a correction in the open period; so is a
    plan of the year that is running."""
    sealed = set(sealed_among({month_index(e.happened_on) for e in entries}))
    today, moment = clock.today(), clock.now()

    def posted_on(e: MoveIn) -> date:
        late = month_index(e.happened_on) in sealed and (e.kind in _CASH or (_is_plan(e) and e.month == today.year))
        return today if late else e.happened_on

    return [
        FundMove(
            project_id=e.project_id, division_code=stored[e.project_id].division_code, kind=e.kind.value,
            fund_type=e.fund_type.id if e.fund_type else "", amount_fen=e.amount_fen, happened_on=e.happened_on,
            posted_on=posted_on(e), month=e.month, tranche=e.tranche, voucher_no=e.voucher_no.strip()[:60],
            payer=e.payer.strip()[:120], payee_kind=e.payee_kind, payee=e.payee.strip()[:120],
            purpose=e.purpose.strip()[:160], remark=e.remark.strip()[:200], batch_id=batch_id,
            made_by_name=actor.name[:60], made_at=moment,
        )
        for e in entries
    ]  # fmt: skip


def _fact(row: FundMove, project: ProjectRef) -> tuple[int | date | None, ...]:
    """The row as a fund_move_fact."""
    return (
        row.posted_on, month_index(row.posted_on), int(row.division_code), Track.of_id(project.track).code,
        Sector.of_id(project.sector).code, row.project_id, row.pk, row.batch_id, None,
        FundType.of_id(row.fund_type).code if row.fund_type else 0,
        *(row.amount_fen if row.kind == kind else 0 for kind in _MEASURES),
    )  # fmt: skip
