"""Projects whose works the catalogue covers and that stand on no list: each has to say why (rule A06)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from workrelief.base.access.scope import Scope
from workrelief.work.catalogue import queries as catalogue
from workrelief.work.lists.models import ListEntry
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
