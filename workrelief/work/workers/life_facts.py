"""What the rosters tell the life of a project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Count, Q

from workrelief.base.access.scope import Scope
from workrelief.work.lifecycle.facts import RosterFacts
from workrelief.work.projects import queries as projects
from workrelief.work.workers.models import Engagement

_LIVE = Q(is_from_history=False)
_AGREED = Q(agreed_on__isnull=False) & ~Q(agreement_no="")


def roster_facts(scope: Scope, project_ids: Sequence[int], on: date) -> dict[int, RosterFacts]:
    """Roster facts of the projects in scope; people known from historical pay sheets only are not asked for agreements."""
    ids = list(projects.refs(scope, project_ids))
    rows = (
        Engagement.objects.unscoped("projects were read within the scope; a gate sees their whole roster")
        .filter(project_id__in=ids)
        .order_by()
        .values("project_id")
        .annotate(
            people=Count("pk"),
            local=Count("pk", filter=Q(is_local=True)),
            without_agreement=Count("pk", filter=_LIVE & ~_AGREED),
            without_training=Count("pk", filter=_LIVE & Q(trained_on=None)),
            history=Count("pk", filter=~_LIVE),
        )
    )
    return {
        row["project_id"]: RosterFacts(
            row["people"], row["local"], row["without_agreement"], row["without_training"], row["history"]
        )
        for row in rows
    }
