"""Reading pay sheets and lines; scope first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from workrelief.base.access.scope import Scope
from workrelief.base.intake.bulk import fetch_by, in_parts
from workrelief.kernel import codes
from workrelief.kernel.errors import NotFound
from workrelief.work.payroll.models import PayLine, PaySheet


@dataclass(frozen=True)
class PaySheetFilter:
    """What the list may be narrowed by; empty means everything. Months are ledger months."""

    division: str = ""
    tracks: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    project: int | None = None
    first_month: int | None = None
    last_month: int | None = None
    batch: int | None = None


def pay_sheets(scope: Scope, wanted: PaySheetFilter | None = None) -> QuerySet[PaySheet]:
    """Pay sheets in scope that fit the filter, newest month first; nothing is read until sliced or counted."""
    wanted = wanted or PaySheetFilter()
    found: QuerySet[PaySheet] = PaySheet.objects.within(scope)
    if wanted.division:
        prefix = codes.prefix_of(codes.normalise(wanted.division))
        found = found.filter(division_code__range=codes.code_range(prefix))
    if wanted.tracks:
        found = found.filter(track__in=wanted.tracks)
    if wanted.states:
        found = found.filter(state__in=wanted.states)
    if wanted.project is not None:
        found = found.filter(project_id=wanted.project)
    if wanted.first_month is not None:
        found = found.filter(month__gte=wanted.first_month)
    if wanted.last_month is not None:
        found = found.filter(month__lte=wanted.last_month)
    if wanted.batch is not None:
        found = found.filter(batch_id=wanted.batch)
    return found.select_related("project").order_by("-month", "division_code", "id")


def pay_sheet(scope: Scope, sheet_id: int) -> PaySheet:
    """One pay sheet with its project. Raises NotFound, also outside the scope."""
    row = pay_sheets(scope).filter(pk=sheet_id).first()
    if row is None:
        raise NotFound("paysheet.missing", "没有找到这张发放表，或不在您的数据范围内。")
    return row


def pay_sheet_row(scope: Scope, sheet_id: int) -> QuerySet[PaySheet]:
    """The one pay sheet as a scoped queryset, to be opened by `change()`."""
    return PaySheet.objects.within(scope).filter(pk=sheet_id)


def lines(scope: Scope, sheet_id: int) -> QuerySet[PayLine]:
    """Lines of one sheet in scope, in the order of the form, with person and account."""
    sheet = pay_sheet(scope, sheet_id)
    return PayLine.objects.filter(sheet=sheet).select_related("worker", "account").order_by("id")


def pay_line(scope: Scope, line_id: int) -> PayLine:
    """One line with its sheet, project, person and account. Raises NotFound, also outside the scope."""
    visible = PaySheet.objects.within(scope).values("pk")
    row = (
        PayLine.objects.filter(pk=line_id, sheet__in=visible)
        .select_related("sheet", "sheet__project", "worker", "account", "engagement")
        .first()
    )
    if row is None:
        raise NotFound("payline.missing", "没有找到这行发放明细，或不在您的数据范围内。")
    return row


def lines_of_worker(scope: Scope, worker_id: int) -> QuerySet[PayLine]:
    """A person's lines on sheets in scope, newest month first."""
    visible = PaySheet.objects.within(scope).exclude(state="reversed").values("pk")
    return (
        PayLine.objects.filter(worker_id=worker_id, sheet__in=visible)
        .select_related("sheet", "sheet__project")
        .order_by("-sheet__month", "-id")
    )


@dataclass(frozen=True, slots=True)
class SheetTotals:
    """Sums over a whole filtered list: all its sheets; lines, fen due and fen paid of those not reversed.

    What a back-pay line states as due was due already in its month: it counts once.
    """

    sheets: int
    lines: int
    due_fen: int
    paid_fen: int


def totals(scope: Scope, wanted: PaySheetFilter | None = None) -> SheetTotals:
    """Sums of the whole filtered result, for the foot of the list."""
    found = pay_sheets(scope, wanted).order_by()
    stands = ~Q(state="reversed")
    sums = found.aggregate(
        sheets=Count("pk"), lines=Sum("lines_count", filter=stands), due=Sum("due_fen", filter=stands),
        paid=Sum("paid_fen", filter=stands),
    )  # fmt: skip
    again = PayLine.objects.filter(is_back_pay=True, sheet__in=found.filter(stands).select_related(None).values("pk"))
    due_again = again.aggregate(due=Sum("due_fen"))["due"] or 0
    return SheetTotals(sums["sheets"], sums["lines"] or 0, (sums["due"] or 0) - due_again, sums["paid"] or 0)


@dataclass(frozen=True, slots=True)
class LineSums:
    """Sums over lines that were scoped when read: days ×10, and fen due, deducted and paid."""

    days: int
    due: int
    deducted: int
    paid: int


def sums_of(scope: Scope, rows: QuerySet[PayLine]) -> LineSums:
    """Sums of the lines of one sheet or one person, for the line beneath them; `rows` come from a query of this room."""
    if scope.is_empty:
        return LineSums(0, 0, 0, 0)
    sums = rows.order_by().aggregate(
        days=Sum("days_x10"), due=Sum("due_fen"), deducted=Sum("deducted_fen"), paid=Sum("paid_fen")
    )
    return LineSums(*(sums[name] or 0 for name in ("days", "due", "deducted", "paid")))


# --- for imports -----------------------------------------------------------------------------------------------------


def standing_sheets(scope: Scope, project_ids: Collection[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """(highest issue number, batch) of standing sheets by (project, month), for the projects named, in scope."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for part in in_parts(sorted(project_ids)):
        rows = PaySheet.objects.within(scope).filter(project_id__in=part).exclude(state="reversed")
        for project_id, month, issue, batch in rows.values_list("project_id", "month", "issue_no", "batch_id"):
            known = found.get((project_id, month))
            if known is None or issue > known[0]:
                found[project_id, month] = (issue, batch)
    return found


def days_of(scope: Scope | None, worker_ids: Iterable[int], months: Iterable[int]) -> dict[int, dict[int, int]]:
    """Days ×10 on standing sheets: month → person → sum over all projects of the province.

    `scope` is not applied (None says so): rule F15 compares across divisions; only the sum is used, never a project.
    """
    rows = PayLine.objects.filter(sheet__month__in=sorted(months), is_back_pay=False).exclude(sheet__state="reversed")
    sums: dict[int, dict[int, int]] = {}
    for worker_id, month, days in fetch_by(
        rows, "worker_id", list(worker_ids), ("worker_id", "sheet__month", "days_x10")
    ):
        of_month = sums.setdefault(month, {})
        of_month[worker_id] = of_month.get(worker_id, 0) + days
    return sums


def last_paid_on(scope: Scope, project_id: int) -> date | None:
    """Day of the newest payment of a project, for its time line."""
    visible = PaySheet.objects.within(scope).filter(project_id=project_id, state="posted").values("pk")
    return (
        PayLine.objects.filter(sheet__in=visible, paid_on__isnull=False)
        .order_by("-paid_on")
        .values_list("paid_on", flat=True)
        .first()
    )
