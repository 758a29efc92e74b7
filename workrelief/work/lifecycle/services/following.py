"""Keeping a life in step with other rooms: place and kind of its project, limits of its plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from workrelief.base.access.actor import Actor
from workrelief.base.intake.bulk import bulk_set
from workrelief.kernel import clock
from workrelief.work.lifecycle.models import Life, Objection, Paper
from workrelief.work.lifecycle.queries.cases import cases
from workrelief.work.lifecycle.rules.clocks import next_deadline
from workrelief.work.lifecycle.states import traits_of
from workrelief.work.projects.queries import in_parts
from workrelief.work.projects.services.editing import PLACE_AND_KIND

Columns = Mapping[str, tuple[Any, Any]]  # Any: columns of several kinds, (before, after)


def follow_project(actor: Actor, project: Any, changed: Columns, reason: str) -> None:  # Any: the register's own row
    """Inside the change of the project: its life, papers and objections move to the new division, track and sector."""
    moved = {name: after for name, (_, after) in changed.items() if name in PLACE_AND_KIND}
    if not moved:
        return
    Life.rows.filter(project_id=project.pk).update(**moved)
    if "division_code" in moved:
        for model in (Paper, Objection):
            model.rows.filter(project_id=project.pk).update(division_code=moved["division_code"])


def renew_limits(actor: Actor, project_ids: Collection[int], *, state: str) -> int:
    """Inside the change of another room: the next limit of lives that stand in `state`, by what that room knows now.

    Returns how many changed. A constant number of statements for each 500.
    """
    changed = 0
    for part in in_parts(project_ids):
        rows = list(
            Life.objects.within(actor.scope).filter(project_id__in=part, state=state).select_for_update().order_by("pk")
        )
        gathered = cases(actor.scope, rows, on=clock.today())
        limits = {
            life.pk: next_deadline(state, traits_of(life.track, life.implementer_kind), case.reached, case.clocks)
            for life in rows
            if (case := gathered.get(life.project_id)) is not None
        }
        moved = [life for life in rows if life.pk in limits and limits[life.pk] != life.due_on]
        bulk_set(Life, ("due_on",), [(limits[life.pk], life.pk) for life in moved])
        changed += len(moved)
    return changed
