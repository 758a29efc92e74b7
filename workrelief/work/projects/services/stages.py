"""Stages of progress carried along by the life of a project: many at once, inside the change of the room above."""

from __future__ import annotations

from collections.abc import Mapping

from workrelief.base.access.scope import Scope
from workrelief.kernel import clock
from workrelief.kernel.errors import InvalidInput
from workrelief.work.projects import queries
from workrelief.work.projects.models import Project
from workrelief.work.projects.queries import STAGES


def carry_stages(scope: Scope, stages: Mapping[int, str]) -> int:
    """Move projects in scope forward to these stages (id → stage); one that is further already stays (I02).

    Inside the caller's open change, which writes the audit entry; one statement for each 500 projects and stage.
    Returns how many moved.
    """
    moved = 0
    for stage in set(stages.values()):
        if stage not in STAGES:
            raise InvalidInput("project.stage", f"没有“{stage}”这一形象进度。")
        earlier = STAGES[: STAGES.index(stage)]
        ids = [project_id for project_id, wanted in stages.items() if wanted == stage]
        for part in queries.in_parts(ids) if earlier else ():
            rows = Project.objects.within(scope).filter(pk__in=part, stage__in=earlier)
            moved += rows.update(stage=stage, updated_at=clock.now())
    return moved
