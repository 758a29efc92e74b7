"""Editions, their links, unit labour quotas and day rates, and what was changed in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from workrelief.base.access.scope import Scope
from workrelief.kernel.errors import NotFound
from workrelief.work.catalogue.models import CatalogueChange, CatalogueEdition, DayRate, LabourLink, LabourQuota
from workrelief.work.catalogue.rules.estimate import Quota, Rate
from workrelief.work.catalogue.rules.matching import LinkText

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


def link_coded(scope: Scope, edition_id: int, code: str) -> LabourLink:
    """The link of an edition by its code (TR023). Raises NotFound."""
    found = LabourLink.objects.filter(edition=edition(scope, edition_id), code=code.strip().upper()).first()
    if found is None:
        raise NotFound("catalogue.link", f"这一版目录里没有编码为“{code}”的用工环节。")
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


@dataclass(frozen=True)
class QuotaFilter:
    """What the quotas may be narrowed by; empty means everything. `sector` is a Sector id or GENERAL."""

    sector: str = ""
    mark: str = ""
    unit: str = ""
    text: str = ""


def quotas(scope: Scope, edition_id: int, wanted: QuotaFilter | None = None) -> QuerySet[LabourQuota]:
    """Quotas of an edition with their link, in the order of the catalogue, the newest of a unit first. Raises NotFound."""
    wanted = wanted or QuotaFilter()
    found = LabourQuota.objects.filter(link__edition=edition(scope, edition_id)).select_related("link")
    if wanted.sector:
        found = found.filter(link__sector="" if wanted.sector == GENERAL else wanted.sector)
    if wanted.mark:
        found = found.filter(mark=wanted.mark)
    if wanted.unit:
        found = found.filter(unit=wanted.unit)
    if text := wanted.text.strip():
        found = found.filter(Q(link__name__contains=text) | Q(work__contains=text) | Q(link__code=text.upper()))
    return found.order_by("link_id", "unit", "-valid_from")


def quota_rows(scope: Scope, quota_id: int) -> QuerySet[LabourQuota]:
    """The one quota as a queryset, to be opened by `change()`."""
    return LabourQuota.objects.filter(pk=quota_id, link__edition__in=editions(scope)).select_related("link__edition")


def rate_rows(scope: Scope, rate_id: int) -> QuerySet[DayRate]:
    """The one day rate as a queryset, to be opened by `change()`."""
    return DayRate.objects.filter(pk=rate_id, edition__in=editions(scope)).select_related("edition")


def history(
    scope: Scope, *, edition_id: int | None = None, link_code: str = "", kind: str = ""
) -> QuerySet[CatalogueChange]:
    """What people changed, newest first: in one edition, or of one link through all editions; `kind` narrows."""
    found = CatalogueChange.objects.filter(edition__in=editions(scope)).select_related("edition")
    if edition_id is not None:
        found = found.filter(edition=edition(scope, edition_id))
    if link_code:
        found = found.filter(link_code=link_code)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("-at", "-id")
