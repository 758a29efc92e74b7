"""Projects whose works the catalogue covers and that stand on no list: each has to say why (rule A06)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Value

from workrelief.base.access.actor import Actor
from workrelief.base.access.scope import Scope
from workrelief.work.catalogue import queries as catalogue
from workrelief.work.lists.models import ListEntry
from workrelief.work.lists.queries.doubles import duplicates
from workrelief.work.lists.queries.entries import awaiting, sent_back
from workrelief.work.projects import queries as projects

DECISIONS = {"open": "未说明", "listed": "拟纳入，未上清单", "refused": "不纳入"}
"""What was said about listing the project: keys of the filter with their words."""


def matched_unlisted(scope: Scope, *, decision: str = "") -> QuerySet[Any]:
    """The newest match of each such project, newest first, with `matched` (lines that count).

    `decision` narrows to a key of DECISIONS. A project on any list of any year, or waiting to get on one, is not here.
    """
    entered = ListEntry.objects.within(scope).filter(is_standing=True).values("project")
    listed = projects.projects(scope).filter(years__isnull=False).order_by().values("pk")
    found = catalogue.latest_of_projects(scope).exclude(project_id__in=entered).exclude(project_id__in=listed)
    if decision:
        found = found.filter(listing="" if decision == "open" else decision)
    return found


@dataclass(frozen=True)
class Waiting:
    """What waits for an office: entries at its turn and entries sent back to it, by year, newest first; pairs to decide;
    matched projects that have to say why not."""

    entries: Mapping[int, int]
    returned: Mapping[int, int]
    pairs: int
    unlisted: int


_ENTRIES, _RETURNED, _PAIRS, _UNLISTED = range(4)


def waiting(actor: Actor) -> Waiting:
    """The numbers of 待办 in one statement, since every page asks for them."""
    unlisted = matched_unlisted(actor.scope, decision="open")
    asked = (
        (_ENTRIES, awaiting(actor).select_related(None), F("year")),
        (_RETURNED, sent_back(actor).select_related(None), F("year")),
        (_PAIRS, duplicates(actor.scope), Value(0)),
        (_UNLISTED, unlisted.model._base_manager.filter(pk__in=unlisted.order_by().values("pk")), Value(0)),
    )
    parts = [
        QuerySet(
            model=found.model, query=found.order_by().query.chain()
        )  # scoped above; plain, so that they can be joined
        .annotate(kind=Value(kind), of=year)
        .values("kind", "of")
        .annotate(number=Count("pk"))
        .values_list("kind", "of", "number")
        for kind, found, year in asked
        if not found.query.is_empty()
    ]
    counted = sorted(parts[0].union(*parts[1:], all=True), reverse=True) if parts else []
    by_year = [{of: number for kind, of, number in counted if kind == wanted} for wanted in range(4)]
    return Waiting(by_year[_ENTRIES], by_year[_RETURNED], by_year[_PAIRS].get(0, 0), by_year[_UNLISTED].get(0, 0))
