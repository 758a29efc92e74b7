"""Pairs of projects that look like one (rule C10), for a person to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from workrelief.base.access.scope import Scope
from workrelief.work.lists.models import DuplicatePair, ListEntry
from workrelief.work.projects import queries as projects
from workrelief.work.projects.queries import ProjectRef


@dataclass(frozen=True)
class PairView:
    """A pair with both projects and the years each stands on a list; `likeness` in ‰, `words` say why they look alike."""

    id: int
    first: ProjectRef
    second: ProjectRef
    first_years: tuple[int, ...]
    second_years: tuple[int, ...]
    likeness: int
    words: str
    state: str
    decided_by: str
    reason: str


def duplicates(scope: Scope, year: int | None = None, *, state: str = "open") -> QuerySet[DuplicatePair]:
    """Pairs in scope of which at least one project stands on a list of `year`, most alike first; "" for every state.

    A project stands on a list by its entry or, where only the finished list was imported, by the register's year.
    """
    found = DuplicatePair.objects.within(scope)
    if state:
        found = found.filter(state=state)
    if year is not None:
        # From the pairs, of which there are few, to the lists they stand on; not from each project of the year.
        on_lists = Q()
        for side in ("first", "second"):
            entered = {f"{side}__list_entries__year": year, f"{side}__list_entries__is_standing": True}
            imported = {f"{side}__years__year": year, f"{side}__years__taken_off_on": None}
            on_lists |= Q(pk__in=found.filter(**entered).values("pk")) | Q(pk__in=found.filter(**imported).values("pk"))
        found = found.filter(on_lists)
    return found.order_by("-likeness", "id")


def open_pairs(scope: Scope, pairs: Sequence[DuplicatePair]) -> list[PairView]:
    """The pairs of one page with what a person needs to decide."""
    ids = {p.first_id for p in pairs} | {p.second_id for p in pairs}
    refs = projects.refs(scope, ids)
    years = {pk: set(listed) for pk, listed in projects.years_of(scope, ids).items()}
    rows = ListEntry.objects.within(scope).filter(project__in=ids, is_standing=True)
    for project, year in rows.values_list("project_id", "year"):
        years.setdefault(project, set()).add(year)
    return [
        PairView(
            p.pk, refs[p.first_id], refs[p.second_id], tuple(sorted(years.get(p.first_id, ()))),
            tuple(sorted(years.get(p.second_id, ()))), p.likeness, p.words, p.state, p.decided_by, p.reason,
        )
        for p in pairs
        if p.first_id in refs and p.second_id in refs
    ]  # fmt: skip


def duplicate_rows(scope: Scope, pair_id: int) -> QuerySet[DuplicatePair]:
    """The one pair as a scoped queryset, to be opened by `change()`."""
    return DuplicatePair.objects.within(scope).filter(pk=pair_id)
