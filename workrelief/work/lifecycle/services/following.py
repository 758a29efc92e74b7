"""Keeping place and kind of a life in step when its project is edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workrelief.base.access.actor import Actor
from workrelief.work.lifecycle.models import Life, Objection, Paper
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
