"""The project list: filters, order, counts by division, totals of the whole result, and the search box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from workrelief.base.access.scope import Scope, inside, is_wide
from workrelief.base.divisions import queries as divisions
from workrelief.base.divisions.queries import Tally
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.work.projects.models import ProgressStage, Project, ProjectYear
from workrelief.work.projects.naming import name_key, plain_code
from workrelief.work.projects.queries.lookups import REF_COLUMNS, ProjectRef, prefix_of

STAGES: tuple[str, ...] = tuple(ProgressStage.values)
"""Stages of progress from first to last (rule I02)."""

ORDERS = {
    "recent": ("-updated_at", "-id"),
    "name": ("name_key", "id"),
    "investment": ("-investment_fen", "-id"),
    "investment_up": ("investment_fen", "id"),
    "place": ("division_code", "id"),
}


@dataclass(frozen=True)
class ProjectFilter:
    """What the project list may be narrowed by; empty means everything.

    `division` is a prefix or a 12-digit code (a city, a county, a township); `tracks`, `sectors` and `stages` are ids;
    `text` is a part of the name or the beginning of a code; `order` is a key of ORDERS.
    """

    division: str = ""
    tracks: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    year: int | None = None
    list_level: str = ""
    is_government_funded: bool | None = None
    text: str = ""
    order: str = "recent"


def projects(scope: Scope, wanted: ProjectFilter | None = None, *, along_order: bool = False) -> QuerySet[Project]:
    """Projects in scope that fit the filter, in order; nothing is read until it is sliced or counted.

    `along_order` for the first pages of a result known to be large: text and year are looked at row by row along the
    order's index, which soon fills a page, instead of being collected and sorted first. So they are in a part of the
    province, whose rows are fewer than what would be collected.
    """
    wanted = wanted or ProjectFilter()
    found = Project.objects.within(scope)
    if wanted.division:
        found = found.filter(inside("division_code", prefix_of(wanted.division)))
    for name, values in (("track", wanted.tracks), ("sector", wanted.sectors), ("stage", wanted.stages)):
        if values:
            found = found.filter(**{f"{name}__in": values})
    if wanted.list_level:
        found = found.filter(list_level=wanted.list_level)
    if wanted.is_government_funded is not None:
        found = found.filter(is_government_funded=wanted.is_government_funded)
    on_the_row = along_order or is_narrow(wanted.division)
    if wanted.year is not None and on_the_row:
        found = found.filter(Exists(listed_anywhere(wanted.year).filter(project=OuterRef("pk"))))
    elif wanted.year is not None:
        found = found.filter(years__year=wanted.year, years__taken_off_on=None)
    if wanted.text.strip():
        found = found.filter(fits_text(wanted.text) if on_the_row else _text(wanted.text))
    if wanted.order not in ORDERS:
        raise InvalidInput("project.order", f"项目清单不能按“{wanted.order}”排序。")
    return found.order_by(*ORDERS[wanted.order])


def is_narrow(division: str) -> bool:
    """Whether a chosen division is a city or less: cheaper to look at its rows than through the whole register."""
    return bool(division) and not is_wide(prefix_of(division))


def _text(text: str) -> Q:
    """A part of the name, or the beginning of a code when the text is digits."""
    return Q(pk__in=named_anywhere(text))


def tally(scope: Scope, wanted: ProjectFilter, deepest: Level) -> Tally:
    """Projects under each division down to `deepest`; as sums (total investment in fen, planned workers, planned pay in fen)."""
    sums = (Sum("investment_fen"), Sum("planned_workers"), Sum("planned_pay_fen"))
    return divisions.tally(projects(scope, wanted), deepest, *sums)


def fits_text(text: str, path: str = "") -> Q:
    """The condition of `named_anywhere` on the row itself; `path` leads from it to the project ("project__")."""
    plain = text.strip()
    by_name = Q(**{f"{path}name_key__contains": name_key(plain) or plain})
    code = _beginning_of_code(plain)
    return by_name | Q(**{f"{path}code__gte": code, f"{path}code__lt": code + "~"}) if code else by_name


def _beginning_of_code(plain: str) -> str:
    code = plain_code(plain)
    return code if code[:1].isdigit() and code.replace("-", "").isdigit() else ""


def named(scope: Scope, text: str) -> QuerySet[Project, dict[str, int]]:
    """Ids of projects in scope whose name holds `text` or whose code begins with it, to filter what hangs on them."""
    return Project.objects.within(scope).filter(_text(text)).values("pk")


def named_anywhere(text: str) -> QuerySet[Project, dict[str, int]]:
    """Ids of projects whose name holds `text` or whose code begins with it, each read from its index alone.

    Of the whole register: only to narrow rows that are in the reader's scope themselves.
    """
    plain = text.strip()
    every = Project.objects.unscoped("narrowed to the scope by the list it filters")
    by_name = every.filter(name_key__contains=name_key(plain) or plain).values("pk")
    code = _beginning_of_code(plain)
    if not code:
        return by_name
    by_code = every.filter(code__gte=code, code__lt=code + "~").values("pk")
    return every.filter(Q(pk__in=by_name) | Q(pk__in=by_code)).values("pk")


def listed_anywhere(year: int) -> QuerySet[Any, Any]:
    """Ids of projects that stand on the list of `year`. Of the whole register, as `named_anywhere`."""
    return ProjectYear.objects.filter(year=year, taken_off_on=None).values("project")


def search(scope: Scope, text: str, *, limit: int = 20) -> list[ProjectRef]:
    """The first projects whose name holds `text` or whose code begins with it, for the search box."""
    if not text.strip():
        return []
    rows = projects(scope, ProjectFilter(text=text, order="name")).values_list(*REF_COLUMNS)[:limit]
    return [ProjectRef(*row) for row in rows]


def row(scope: Scope, project_id: int) -> QuerySet[Project]:
    """The one project as a scoped queryset, to be opened by `change()`."""
    return Project.objects.within(scope).filter(pk=project_id)


def project_row(scope: Scope, project_id: int) -> Project:
    """The stored row. Raises NotFound when it does not exist or lies outside the scope."""
    found: Project | None = row(scope, project_id).first()
    if found is None:
        raise NotFound("project.missing", "没有找到这个项目，或不在您的数据范围内。")
    return found
