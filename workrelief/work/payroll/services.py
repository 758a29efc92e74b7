"""Verbs that change pay sheets: enter, confirm (and post), reverse. Only these write pay facts.

What a line posts: days, due and persons count in the month the wage was earned (`wage_period`); money counts on the day of
arrival (reading 4). A line that has not arrived posts its due with nothing paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.audit.change import change
from workrelief.base.intake.bulk import bulk_insert, reserve_ids
from workrelief.figures.ledger.facts import PAY
from workrelief.figures.ledger.post import post, reverse_sources
from workrelief.kernel import clock
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.kinds import Sector, Track, WorkerGroup
from workrelief.work.payroll import queries, rules
from workrelief.work.payroll.models import PayLine, PaySheet
from workrelief.work.payroll.states import PAY_SHEET

CARD_ROUTES = frozenset({"direct_bank", "one_card"})


class LineIn(NamedTuple):
    """A line ready to be stored: keys found, amounts checked. `due_fen` is always before deductions (reading 1)."""

    row_no: int
    worker_id: int
    engagement_id: int
    account_id: int | None
    trade: str
    days_x10: int
    basis: str
    unit: str
    quantity_x100: int
    rate_fen: int
    due_fen: int
    deducted_fen: int
    deduction_note: str
    extra_fen: int
    extra_note: str
    paid_fen: int
    route: str
    holder: str
    paid_on: date | None
    receipt_no: str
    status: str
    is_back_pay: bool
    back_pay_month: int | None
    signature: str
    name: str
    group_code: int
    is_local: bool


@dataclass
class SheetIn:
    """One pay sheet to be entered: its project as it stands today, and its lines."""

    project_id: int
    division_code: str
    track: str
    sector: str
    month: int
    issue_no: int
    employer: str
    employer_contact: str
    cycle: str
    due_rule: rules.DueRule
    is_history: bool
    lines: list[LineIn] = field(default_factory=list)


@dataclass(frozen=True)
class Entered:
    """What came in, in fen."""

    sheets: int
    lines: int
    due_fen: int
    paid_fen: int
    is_posted: bool


_LINE_COLUMNS = (
    "id", "sheet_id", "row_no", "worker_id", "engagement_id", "account_id", "trade", "days_x10", "basis", "unit",
    "quantity_x100", "rate_fen", "due_fen", "deducted_fen", "deduction_note", "extra_fen", "extra_note", "paid_fen", "route",
    "holder", "paid_on", "receipt_no", "status", "is_back_pay", "back_pay_month", "signature",
)  # fmt: skip
_STORED = len(_LINE_COLUMNS) - 2
_FACT_ORDER = (
    "occurred_on", "period", "division_code", "track", "sector", "project_id", "source_ref", "batch_id", "reverses",
    "worker_key", "engagement_key", "group", "sign", "days_x10", "due_fen", "paid_fen", "paid_on", "own_card_fen",
    "on_time_fen", "local", "wage_period",
)  # fmt: skip
if PAY.column_names[2:] != _FACT_ORDER:
    raise RuntimeError("payroll builds pay facts in another order than facts.py declares")


def enter_sheets(actor: Actor, sheets: Sequence[SheetIn], *, batch_id: int, action: str) -> Entered:
    """Store sheets with their lines and, where the actor may confirm, post them at once.

    Inside the caller's open change. Raises IntegrityError when a sheet of the same project, month and issue stands already.
    """
    posts = allowed(actor, "paysheet.confirm")
    moment = clock.now()
    made = [
        PaySheet(
            project_id=s.project_id, division_code=s.division_code, track=s.track, sector=s.sector, month=s.month,
            issue_no=s.issue_no, state="posted" if posts else "draft", employer=s.employer,
            employer_contact=s.employer_contact, cycle=s.cycle, due_rule=s.due_rule, is_history=s.is_history,
            lines_count=len(s.lines), due_fen=sum(line.due_fen for line in s.lines),
            paid_fen=sum(line.paid_fen for line in s.lines if line.status == "paid"), batch_id=batch_id, made_at=moment,
            posted_at=moment if posts else None,
        )
        for s in sheets
    ]  # fmt: skip
    PaySheet.rows.bulk_create(made, batch_size=200)
    ids = iter(reserve_ids(PayLine, sum(len(s.lines) for s in sheets)))
    rows: list[tuple[Any, ...]] = []
    facts: list[tuple[Any, ...]] = []
    for sheet, entry in zip(made, sheets, strict=True):
        build = _FactBuilder(sheet, batch_id)
        for line in entry.lines:
            line_id = next(ids)
            rows.append((line_id, sheet.pk, *line[:_STORED]))
            if posts:
                facts.append(build.fact(line_id, line))
    bulk_insert(PayLine, _LINE_COLUMNS, rows)
    if facts:
        post(PAY, facts, actor=actor, action=action)
    return Entered(len(made), len(rows), sum(s.due_fen for s in made), sum(s.paid_fen for s in made), posts)


class _FactBuilder:
    """Pay facts of one sheet."""

    def __init__(self, sheet: PaySheet, batch_id: int) -> None:
        self._head = (
            int(sheet.division_code),
            Track.of_id(sheet.track).code,
            Sector.of_id(sheet.sector).code,
            sheet.project_id,
        )
        self._batch_id = batch_id
        self._month = sheet.month
        self._limits: dict[int, tuple[date, date]] = {}
        self._division = sheet.division_code

    def _days_of(self, month: int) -> tuple[date, date]:
        """(last day of the month, last day in time)."""
        if month not in self._limits:
            limits = rules.Limits.of(month, self._division)
            self._limits[month] = (rules.last_day(month), limits.on_time_until)
        return self._limits[month]

    def fact(self, line_id: int, line: LineIn) -> tuple[Any, ...]:
        wage_month = line.back_pay_month or self._month
        month_end, in_time = self._days_of(wage_month)
        arrived = line.status == "paid" and line.paid_on is not None
        day = line.paid_on if arrived and line.paid_on else month_end
        paid = line.paid_fen if arrived else 0
        own = paid if line.route in CARD_ROUTES and line.holder == line.name else 0
        in_full = line.paid_fen >= line.due_fen - line.deducted_fen
        on_time = own if in_full and day <= in_time else 0
        return (
            day, day.year * 100 + day.month, *self._head, line_id, self._batch_id, None,
            line.worker_id, line.engagement_id, line.group_code, 1, line.days_x10, line.due_fen, paid,
            line.paid_on if arrived else None, own, on_time, 1 if line.is_local else 0, wage_month,
        )  # fmt: skip


def confirm_sheet(actor: Actor, sheet_id: int, *, note: str = "") -> PaySheet:
    """Confirm a sheet that waits, and post its facts in the same transaction."""
    with change(actor, "paysheet.confirm", queries.pay_sheet_row(actor.scope, sheet_id), reason=note) as c:
        c.fire(PAY_SHEET, "confirm")
        c.row.posted_at = clock.now()
        c.row.save()
        build = _FactBuilder(c.row, c.row.batch_id)
        facts = [build.fact(line.pk, _line_in(line)) for line in _stored_lines(c.row.pk)]
        if facts:
            post(PAY, facts, actor=actor, action="paysheet.confirm")
    return c.row


def reverse_sheet(actor: Actor, sheet_id: int, *, reason: str) -> PaySheet:
    """Take a posted sheet back as a whole: its facts are reversed, its lines stay to be read."""
    if len(reason.strip()) < 4:
        raise InvalidInput("paysheet.reason", "请写明冲回的原因（至少 4 个字）。")
    with change(actor, "paysheet.reverse", queries.pay_sheet_row(actor.scope, sheet_id), reason=reason) as c:
        c.fire(PAY_SHEET, "reverse")
        c.row.save()
        _reverse_facts(actor, [c.row.pk], action="paysheet.reverse")
    return c.row


def take_back(actor: Actor, *, batch_id: int) -> dict[str, int]:
    """Reverse or discard every standing sheet of one import batch, inside the caller's open change."""
    sheets = list(PaySheet.objects.within(actor.scope).filter(batch_id=batch_id).exclude(state="reversed"))
    posted = [s.pk for s in sheets if s.state == "posted"]
    lines = _reverse_facts(actor, posted, action="import.undo")
    PaySheet.objects.within(actor.scope).filter(pk__in=[s.pk for s in sheets]).update(state="reversed")
    return {"sheets": len(sheets), "reversed_lines": lines, "paid_fen": sum(s.paid_fen for s in sheets)}


def _reverse_facts(actor: Actor, sheet_ids: Iterable[int], *, action: str) -> int:
    sources = list(PayLine.objects.filter(sheet_id__in=list(sheet_ids)).values_list("pk", flat=True))
    if sources:
        reverse_sources(PAY, sources, on=clock.today(), actor=actor, action=action)
    return len(sources)


def _stored_lines(sheet_id: int) -> Iterable[PayLine]:
    return (
        PayLine.objects.filter(sheet_id=sheet_id).select_related("worker", "engagement").order_by("id").iterator(2_000)
    )


def _line_in(line: PayLine) -> LineIn:
    stored = [getattr(line, name) for name in _LINE_COLUMNS[2:]]
    group = WorkerGroup.of_id(line.engagement.group).code
    return LineIn._make([*stored, line.worker.name, group, line.engagement.is_local])
