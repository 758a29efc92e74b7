"""Working-day clocks of plan documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.base.law.calendar import calendar_finding, working_days_between
from workrelief.kernel import clock, codes
from workrelief.kernel.findings import Finding
from workrelief.work.funds.models import Delivery
from workrelief.work.funds.rules import plans as rules

ClockStatus = Literal["running", "warned", "overdue", "done", "done_late"]
STATUS_LABELS: dict[str, str] = {
    "running": "办理中",
    "warned": "将到期",
    "overdue": "超期",
    "done": "按时办结",
    "done_late": "超期办结",
}


@dataclass(frozen=True)
class ClockRow:
    """One division's time for one document. `days_left` counts working days, negative when late; None once done.

    `findings` hold C01 or C02 when late or warned, and N09 when the calendar of a year is not known.
    """

    id: int
    document_id: int
    document_title: str
    document_no: str
    batch_title: str
    division_code: str
    division_name: str
    level: str
    received_on: date
    is_registered: bool
    days: int
    warn_on: date
    due_on: date
    done_on: date | None
    used_days: int | None
    days_left: int | None
    status: ClockStatus
    findings: tuple[Finding, ...]

    @property
    def status_label(self) -> str:
        return STATUS_LABELS[self.status]


def clocks(
    scope: Scope, *, on: date | None = None, year: int | None = None, batch_id: int | None = None, status: str = ""
) -> list[ClockRow]:
    """Clocks of divisions in scope as of `on` (today), the most pressing first."""
    day = on or clock.today()
    rows = Delivery.objects.within(scope).filter(is_void=False)
    if year:
        rows = rows.filter(document__batch__year=year)
    if batch_id:
        rows = rows.filter(document__batch=batch_id)
    found = [
        _clock(row, day) for row in rows.select_related("document__batch").order_by("due_on", "division_code", "id")
    ]
    found = [row for row in found if not status or row.status == status]
    return sorted(found, key=lambda row: (row.done_on is not None, row.due_on, row.division_code))


def overdue(scope: Scope, *, on: date | None = None) -> list[ClockRow]:
    """Divisions in scope that are late, the latest first."""
    return clocks(scope, on=on, status="overdue")


def _status_on(row: Delivery, day: date) -> ClockStatus:
    """How a clock stands on a day."""
    if row.done_on is not None:
        return "done_late" if row.done_on > row.due_on else "done"
    if day > row.due_on:
        return "overdue"
    return "warned" if day >= row.warn_on else "running"


def _clock(row: Delivery, day: date) -> ClockRow:
    status = _status_on(row, day)
    left = None
    if row.done_on is None:
        left = working_days_between(day, row.due_on) if day <= row.due_on else -working_days_between(row.due_on, day)
    name = divisions.path_name(row.division_code)
    return ClockRow(
        id=row.pk,
        document_id=row.document_id,
        document_title=row.document.title,
        document_no=row.document.document_no,
        batch_title=row.document.batch.title,
        division_code=row.division_code,
        division_name=name,
        level=row.level,
        received_on=row.received_on,
        is_registered=row.is_registered,
        days=row.days,
        warn_on=row.warn_on,
        due_on=row.due_on,
        done_on=row.done_on,
        used_days=row.used_days,
        days_left=left,
        status=status,
        findings=tuple(_said(row, name, status, left)),
    )


def _said(row: Delivery, name: str, status: ClockStatus, left: int | None) -> list[Finding]:
    rule_id = "C01" if row.level == "province" else "C02"
    found = []
    where = f"{name}{row.received_on:%Y年%-m月%-d日}收到“{row.document.title}”"
    if status == "overdue":
        said = f"{where}，应在{row.due_on:%Y年%-m月%-d日}前（{row.days}个工作日）分解，已超{-(left or 0)}个工作日。"
        found.append(rules.finding(rule_id, said, "请立即分解下达，并书面说明超期原因。"))
    elif status == "warned":
        said = f"{where}，距{row.due_on:%Y年%-m月%-d日}的时限只剩{left}个工作日。"
        found.append(rules.finding(rule_id, said, "请抓紧分解下达。"))
    elif status == "done_late":
        said = f"{where}，用{row.used_days}个工作日分解，超过{row.days}个工作日。"
        found.append(rules.finding(rule_id, said, "请在绩效自评中说明。"))
    hint = calendar_finding(row.received_on, row.due_on)
    return [*found, hint] if hint else found


def own_offices(scope: Scope) -> tuple[str, ...]:
    """12-digit codes of the divisions the post itself speaks for: those its scope begins at."""
    return tuple(codes.normalise(prefix) for prefix in scope.divisions)
