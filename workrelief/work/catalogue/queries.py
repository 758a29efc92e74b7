"""Reading the catalogue and the bills matched against it: scope first.

The issued catalogue is the same for everybody who works in the province; a draft is seen by the province only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from workrelief.base.access.scope import Scope
from workrelief.kernel.errors import NotFound
from workrelief.work.catalogue.models import CatalogueEdition, DayRate, LabourLink, LabourQuota, MatchLine, MatchRun
from workrelief.work.catalogue.rules.estimate import Quota, Rate
from workrelief.work.catalogue.rules.matching import LinkText
from workrelief.work.catalogue.states import COUNTED

PROVINCE = "370000000000"
GENERAL = "general"
"""Filter value for links of every sector."""


@dataclass(frozen=True)
class LinkFilter:
    """What the catalogue may be narrowed by; empty means everything. `sector` is a Sector id or GENERAL."""

    sector: str = ""
    skill: str = ""
    mark: str = ""
    text: str = ""


def editions(scope: Scope) -> QuerySet[CatalogueEdition]:
    """Editions the scope may see, newest first."""
    found = CatalogueEdition.objects.all()
    if scope.is_empty:
        found = found.none()
    elif not scope.covers_division(PROVINCE):
        found = found.filter(state="issued")
    return found.order_by("-year", "-version")


def edition(scope: Scope, edition_id: int) -> CatalogueEdition:
    """One edition. Raises NotFound."""
    found = editions(scope).filter(pk=edition_id).first()
    if found is None:
        raise NotFound("catalogue.edition", "没有这一版指导目录，或尚未印发。")
    return found


def edition_for(scope: Scope, year: int | None = None) -> CatalogueEdition:
    """The newest issued edition of a year or before it (of any year when None). Raises NotFound."""
    found = editions(scope).filter(state="issued")
    if year is not None:
        found = found.filter(year__lte=year)
    newest = found.first()
    if newest is None:
        until = f"{year} 年及以前" if year is not None else ""
        raise NotFound("catalogue.none", f"还没有{until}已印发的指导目录。请先由省级载入并印发目录。")
    return newest


def links(scope: Scope, edition_id: int, wanted: LinkFilter | None = None) -> QuerySet[LabourLink]:
    """Links of an edition that fit the filter, in the order of the catalogue, with `quota_count`. Raises NotFound."""
    wanted = wanted or LinkFilter()
    found = LabourLink.objects.filter(edition=edition(scope, edition_id))
    if wanted.sector:
        found = found.filter(sector="" if wanted.sector == GENERAL else wanted.sector)
    if wanted.skill:
        found = found.filter(skill=wanted.skill)
    if wanted.mark:
        background = Q(source_status__startswith="背景")
        found = found.filter(background if wanted.mark == "背" else ~background)
    if text := wanted.text.strip():
        found = found.filter(
            Q(name__contains=text)
            | Q(task__contains=text)
            | Q(subfield__contains=text)
            | Q(trades__contains=text)
            | Q(code=text.upper())
        )
    return found.annotate(quota_count=Count("quotas")).order_by("id").prefetch_related("quotas")


def link(scope: Scope, link_id: int) -> LabourLink:
    """One link with its edition. Raises NotFound."""
    found = LabourLink.objects.select_related("edition").filter(pk=link_id, edition__in=editions(scope)).first()
    if found is None:
        raise NotFound("catalogue.link", "没有这个用工环节，或所在目录尚未印发。")
    return found


def link_rows(scope: Scope, link_id: int) -> QuerySet[LabourLink]:
    """The one link as a queryset, to be opened by `change()`."""
    return LabourLink.objects.filter(pk=link_id, edition__in=editions(scope))


def rates(scope: Scope, edition_id: int) -> QuerySet[DayRate]:
    """Day rates of an edition by trade and place."""
    return DayRate.objects.filter(edition=edition(scope, edition_id)).order_by("id")


@dataclass(frozen=True)
class Reference:
    """All the matcher needs of an edition: links by catalogue id, their texts, quotas by id, and rates."""

    edition: CatalogueEdition
    links: dict[str, LabourLink]
    quotas: dict[str, tuple[Quota, ...]]
    rates: tuple[Rate, ...]

    def texts(self, on: date) -> tuple[LinkText, ...]:
        """Links as the matcher reads them, with the units that have a quota on the day."""
        return tuple(
            LinkText(
                one.code, one.sector, one.name, one.task, one.subfield, one.trades,
                frozenset(q.unit for q in self.quotas.get(one.code, ()) if q.valid_from <= on),
            )
            for one in self.links.values()
        )  # fmt: skip


def reference(scope: Scope, edition_id: int) -> Reference:
    """The whole edition in three queries. Raises NotFound."""
    found = edition(scope, edition_id)
    by_code = {one.code: one for one in LabourLink.objects.filter(edition=found).order_by("id")}
    quotas: dict[str, list[Quota]] = {}
    for q in LabourQuota.objects.filter(link__edition=found).select_related("link").order_by("id"):
        quotas.setdefault(q.link.code, []).append(Quota(q.link.code, q.unit, q.days_x100, q.valid_from, q.mark))
    known = tuple(
        Rate(r.trade, r.division_prefix, r.day_fen, r.valid_from, r.valid_until, r.mark)
        for r in DayRate.objects.filter(edition=found).order_by("id")
    )
    return Reference(found, by_code, {code: tuple(all_) for code, all_ in quotas.items()}, known)


# ---------- bills that were matched ----------


def runs(scope: Scope) -> QuerySet[MatchRun]:
    """Matched bills in scope, newest first."""
    found: QuerySet[MatchRun] = MatchRun.objects.within(scope)
    return found.select_related("edition").order_by("-made_at", "-id")


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
