"""What payroll tells the life of a project: months paid, wages still owed, late and unsigned lines, sheets unconfirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest

from workrelief.base.access.scope import Scope
from workrelief.base.law.parameters import parameter
from workrelief.work.lifecycle.facts import PaidMonth, PayFacts
from workrelief.work.payroll.models import PayLine, PaySheet
from workrelief.work.payroll.rules import Limits
from workrelief.work.projects import queries as projects

_NET = F("due_fen") - F("deducted_fen")
_WAGE_MONTH = Coalesce(F("back_pay_month"), F("sheet__month"))
_ARRIVED = Q(status="paid")


def pay_facts(scope: Scope, project_ids: Sequence[int], on: date) -> dict[int, PayFacts]:
    """Pay facts of the projects in scope, as known today; a constant number of statements.

    Owed are, for each person and wage month, what was due after deductions less what arrived, back pay counted in: a back-pay
    line stands for the failed or missing one, so the larger of both sums is due. Differences within the tolerance of the
    wage sheet are none.
    """
    ids = list(projects.refs(scope, project_ids))
    lines = PayLine.objects.filter(sheet__project_id__in=ids, sheet__state="posted").order_by()
    told = _told(lines)
    unpaid = _unpaid(lines, parameter("wage_tolerance_fen", on=on).whole)
    waiting = dict(
        PaySheet.objects.unscoped("projects were read within the scope; a gate sees every sheet of theirs")
        .filter(project_id__in=ids, state="draft")
        .order_by()
        .values("project_id")
        .annotate(number=Count("pk"))
        .values_list("project_id", "number")
    )
    return {
        project_id: PayFacts(
            months=one.paid_months,
            sheets=len(one.sheets),
            unpaid_fen=unpaid.get(project_id, (0, 0))[0],
            unpaid_people=unpaid.get(project_id, (0, 0))[1],
            late_lines=one.late,
            unposted_sheets=waiting.get(project_id, 0),
            unsigned_lines=one.unsigned,
            last_paid_on=one.last_paid_on,
        )
        for project_id in ids
        for one in (told.get(project_id) or _Told(),)
    }


@dataclass
class _Told:
    """What the posted sheets of one project say: by wage month (due, arrived in fen, lines that are no history), and counts."""

    months: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    sheets: set[int] = field(default_factory=set)
    late: int = 0
    unsigned: int = 0
    last_paid_on: date | None = None

    @property
    def paid_months(self) -> tuple[PaidMonth, ...]:
        return tuple(
            PaidMonth(month, due, arrived, is_history=not live)
            for month, (due, arrived, live) in sorted(self.months.items())
        )


def _told(lines: QuerySet[PayLine]) -> dict[int, _Told]:
    """By project, from one walk over the lines: a sheet's lines share a few wage months and days of payment."""
    rows = (
        lines.values(project=F("sheet__project_id"), of_sheet=F("sheet_id"), wage_month=_WAGE_MONTH, on=F("paid_on"))
        .annotate(
            due=Sum(_NET, filter=Q(is_back_pay=False), default=0),
            arrived=Sum("paid_fen", filter=_ARRIVED, default=0),
            arrivals=Count("pk", filter=_ARRIVED),
            live=Count("pk", filter=Q(sheet__is_history=False)),
            unsigned=Count("pk", filter=Q(signature="", sheet__is_history=False)),
        )
        .values_list("project", "of_sheet", "wage_month", "on", "due", "arrived", "arrivals", "live", "unsigned")
    )
    found: dict[int, _Told] = {}
    in_time: dict[int, date] = {}
    for project, sheet, month, paid_on, due, arrived, arrivals, live, unsigned in rows:
        one = found.setdefault(project, _Told())
        before = one.months.get(month, (0, 0, 0))
        one.months[month] = (before[0] + due, before[1] + arrived, before[2] + live)
        one.sheets.add(sheet)
        one.unsigned += unsigned
        if arrivals and paid_on:
            if month not in in_time:
                in_time[month] = Limits.of(month, "37").on_time_until
            one.late += arrivals if paid_on > in_time[month] else 0
            one.last_paid_on = max(one.last_paid_on or paid_on, paid_on)
    return found


def _unpaid(lines: QuerySet[PayLine], tolerance_fen: int) -> dict[int, tuple[int, int]]:
    """(fen owed, persons owed) by project; only the persons and months with a gap leave the database."""
    rows = (
        lines.values("worker_id", project=F("sheet__project_id"), wage_month=_WAGE_MONTH)
        .annotate(
            first=Coalesce(Sum(_NET, filter=Q(is_back_pay=False)), 0),
            again=Coalesce(Sum(_NET, filter=Q(is_back_pay=True)), 0),
            arrived=Coalesce(Sum("paid_fen", filter=_ARRIVED), 0),
        )
        .annotate(gap=Greatest(F("first"), F("again")) - F("arrived"))
        .filter(gap__gt=tolerance_fen)
    )
    sums: dict[int, int] = {}
    people: dict[int, set[int]] = {}
    for row in rows:
        sums[row["project"]] = sums.get(row["project"], 0) + row["gap"]
        people.setdefault(row["project"], set()).add(row["worker_id"])
    return {project: (fen, len(people[project])) for project, fen in sums.items()}
