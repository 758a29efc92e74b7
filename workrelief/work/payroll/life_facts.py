"""What payroll tells the life of a project: months paid, wages still owed, late and unsigned lines, sheets unconfirmed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum
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
    months = _months(lines)
    unpaid = _unpaid(lines, parameter("wage_tolerance_fen", on=on).whole)
    counts = {row["project"]: row for row in _counts(lines, {m.month for found in months.values() for m in found})}
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
            months=tuple(months.get(project_id, ())),
            sheets=counts.get(project_id, {}).get("sheets", 0),
            unpaid_fen=unpaid.get(project_id, (0, 0))[0],
            unpaid_people=unpaid.get(project_id, (0, 0))[1],
            late_lines=counts.get(project_id, {}).get("late", 0),
            unposted_sheets=waiting.get(project_id, 0),
            unsigned_lines=counts.get(project_id, {}).get("unsigned", 0),
            last_paid_on=counts.get(project_id, {}).get("last"),
        )
        for project_id in ids
    }


def _months(lines: QuerySet[PayLine]) -> dict[int, list[PaidMonth]]:
    rows = (
        lines.values(project=F("sheet__project_id"), wage_month=_WAGE_MONTH)
        .annotate(
            due=Sum(_NET, filter=Q(is_back_pay=False)),
            arrived=Sum("paid_fen", filter=_ARRIVED),
            live=Count("pk", filter=Q(sheet__is_history=False)),
        )
        .order_by("project", "wage_month")
    )
    found: dict[int, list[PaidMonth]] = {}
    for row in rows:
        month = PaidMonth(row["wage_month"], row["due"] or 0, row["arrived"] or 0, is_history=not row["live"])
        found.setdefault(row["project"], []).append(month)
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


def _counts(lines: QuerySet[PayLine], months: Collection[int]) -> Iterable[Mapping[str, Any]]:  # Any: counts and a day
    late = Q(pk__in=[])
    for month in months:
        late |= Q(wage_month=month, paid_on__gt=Limits.of(month, "37").on_time_until)
    rows: Iterable[Mapping[str, Any]] = (
        lines.annotate(wage_month=_WAGE_MONTH)
        .values(project=F("sheet__project_id"))
        .annotate(
            sheets=Count("sheet_id", distinct=True),
            late=Count("pk", filter=_ARRIVED & late),
            unsigned=Count("pk", filter=Q(signature="", sheet__is_history=False)),
            last=Max("paid_on", filter=_ARRIVED),
        )
    )
    return rows
