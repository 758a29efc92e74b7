"""Bills of works matched against an edition: runs, their lines and sums; scope first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from workrelief.base.access.scope import Scope
from workrelief.kernel.errors import NotFound
from workrelief.work.catalogue.models import MatchLine, MatchRun
from workrelief.work.catalogue.states import COUNTED

PROVINCE = "370000000000"
GENERAL = "general"
"""Filter value for links of every sector."""


def runs(scope: Scope) -> QuerySet[MatchRun]:
    """Matched bills in scope, newest first."""
    found: QuerySet[MatchRun] = MatchRun.objects.within(scope)
    return found.select_related("edition").order_by("-made_at", "-id")


def runs_of_project(scope: Scope, project_id: int) -> QuerySet[MatchRun]:
    """Bills of one project, newest first, with `matched`: lines that count."""
    return _counted(runs(scope).filter(project_id=project_id))


def latest_of_projects(scope: Scope) -> QuerySet[MatchRun]:
    """The newest bill of each project whose works the catalogue covers (rule A06), newest first, with `matched`."""
    covered = Exists(MatchLine.objects.filter(run=OuterRef("pk"), state__in=COUNTED))
    return _counted(runs(scope).filter(covered, pk__in=_newest_of_projects(scope)))


def undecided(scope: Scope) -> QuerySet[MatchRun]:
    """The newest bill of each project that has proposals nobody has accepted or corrected yet, newest first."""
    open_lines = Exists(MatchLine.objects.filter(run=OuterRef("pk"), state="proposed"))
    return runs(scope).filter(open_lines, pk__in=_newest_of_projects(scope))


def _newest_of_projects(scope: Scope) -> QuerySet[Any]:
    of_projects = MatchRun.objects.within(scope).filter(project_id__isnull=False).order_by()
    found: QuerySet[Any] = of_projects.values("project_id").annotate(newest=Max("pk")).values("newest")
    return found


def _counted(found: QuerySet[MatchRun]) -> QuerySet[MatchRun]:
    return found.annotate(matched=Count("lines", filter=Q(lines__state__in=COUNTED)))


def run_rows(scope: Scope, run_id: int) -> QuerySet[MatchRun]:
    """The one run as a scoped queryset, to be opened by `change()`."""
    return MatchRun.objects.within(scope).filter(pk=run_id)


def run(scope: Scope, run_id: int) -> MatchRun:
    """One matched bill. Raises NotFound."""
    found = runs(scope).filter(pk=run_id).first()
    if found is None:
        raise NotFound("catalogue.run", "没有找到这份匹配结果，或不在您的数据范围内。")
    return found


def lines(scope: Scope, run_id: int, state: str = "") -> QuerySet[MatchLine]:
    """Lines of a bill in order, with their link; `state` narrows. Raises NotFound."""
    found = MatchLine.objects.filter(run=run(scope, run_id)).select_related("link")
    return (found.filter(state=state) if state else found).order_by("number", "id")


def line(scope: Scope, line_id: int) -> MatchLine:
    """One line with its run and link. Raises NotFound."""
    found = MatchLine.objects.select_related("run__edition", "link").filter(pk=line_id).first()
    if found is None:
        raise NotFound("catalogue.line", "没有找到这一行，或不在您的数据范围内。")
    run(scope, found.run_id)
    return found


def line_rows(scope: Scope, line_id: int) -> QuerySet[MatchLine]:
    """The one line as a queryset within scope, to be opened by `change()`."""
    return MatchLine.objects.filter(pk=line_id, run__in=MatchRun.objects.within(scope))


@dataclass(frozen=True)
class RunTotals:
    """Sums of a bill: lines by state, person-days × 10 and pay in fen of the lines that count, lines without an estimate."""

    by_state: dict[str, int]
    days_x10: int
    pay_fen: int
    unestimated: int

    @property
    def works(self) -> int:
        """Lines that are works, headings left out."""
        return sum(n for state, n in self.by_state.items() if state != "heading")

    @property
    def counted(self) -> int:
        return sum(self.by_state.get(state, 0) for state in COUNTED)


def totals(scope: Scope, run_id: int) -> RunTotals:
    """Sums over the whole bill. Raises NotFound."""
    return totals_of(scope, lines(scope, run_id))


def totals_of(scope: Scope, found: QuerySet[MatchLine]) -> RunTotals:
    """Sums over lines that `lines()` gave."""
    by_state = dict(found.order_by().values_list("state").annotate(n=Count("pk")))
    counted = found.filter(state__in=COUNTED)
    sums = counted.order_by().aggregate(days=Sum("days_x10"), pay=Sum("pay_fen"))
    return RunTotals(by_state, sums["days"] or 0, sums["pay"] or 0, counted.filter(pay_fen=None).count())


@dataclass(frozen=True)
class LabourRow:
    """Labour by trade for the sums of a bill: person-days × 10 and pay in fen."""

    trade: str
    days_x10: int
    pay_fen: int


def by_trade(scope: Scope, run_id: int) -> tuple[LabourRow, ...]:
    """Person-days and pay by trade, most first. Raises NotFound."""
    rows: Iterable[tuple[str, int | None, int | None]] = (
        lines(scope, run_id)
        .filter(state__in=COUNTED)
        .order_by()
        .values_list("trade")
        .annotate(days=Sum("days_x10"), pay=Sum("pay_fen"))
    )
    found = [LabourRow(trade, days or 0, pay or 0) for trade, days, pay in rows if days]
    return tuple(sorted(found, key=lambda row: (-row.days_x10, row.trade)))


@dataclass(frozen=True)
class LinkLabour:
    """What a person accepted of a bill for one labour link: person-days × 10 and pay in fen."""

    code: str
    name: str
    task: str
    trade: str
    skill: str
    days_x10: int
    pay_fen: int


def accepted_labour(scope: Scope, run_id: int) -> tuple[LinkLabour, ...]:
    """Links a person accepted or corrected, in the order of the catalogue, with their sums. Raises NotFound."""
    rows = (
        lines(scope, run_id)
        .filter(state__in=("accepted", "changed"), link__isnull=False)
        .order_by("link_id", "trade")
        .values_list("link__code", "link__name", "link__task", "trade", "link__skill")
        .annotate(days=Sum("days_x10"), pay=Sum("pay_fen"))
    )
    return tuple(
        LinkLabour(code, name, task, trade, skill, days or 0, pay or 0)
        for code, name, task, trade, skill, days, pay in rows
    )
