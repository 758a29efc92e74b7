"""What training tells the life of a project: sessions tied to it by type, and people trained in a skill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Count, Q

from workrelief.base.access.scope import Scope
from workrelief.work.lifecycle.facts import TrainingFacts
from workrelief.work.projects import queries as projects
from workrelief.work.training.models import TrainingAttendee, TrainingSession

_SAFETY = Q(training_type__in=("safety", "pre_job"))


def training_facts(scope: Scope, project_ids: Sequence[int], on: date) -> dict[int, TrainingFacts]:
    """Training facts of the projects in scope; also of sessions another office organised for them."""
    ids = list(projects.refs(scope, project_ids))
    rows = (
        TrainingSession.objects.unscoped("projects were read within the scope; a session may be the city's")
        .filter(project_id__in=ids)
        .order_by()
        .values("project_id")
        .annotate(
            sessions=Count("pk"),
            safety=Count("pk", filter=_SAFETY),
            skill=Count("pk", filter=Q(training_type="skill")),
        )
    )
    skilled = dict(
        TrainingAttendee.objects.filter(session__project_id__in=ids, session__training_type="skill")
        .order_by()
        .values("session__project_id")
        .annotate(people=Count("worker_id", distinct=True))
        .values_list("session__project_id", "people")
    )
    return {
        row["project_id"]: TrainingFacts(
            row["sessions"], row["safety"], row["skill"], skilled.get(row["project_id"], 0)
        )
        for row in rows
    }
