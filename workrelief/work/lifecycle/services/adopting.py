"""Lives that begin: at the very start, or in the middle for projects that were there before the life was kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change_many
from workrelief.base.intake.bulk import reserve_ids
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, NotFound
from workrelief.work.lifecycle import queries
from workrelief.work.lifecycle.models import Life, StepTaken
from workrelief.work.lifecycle.states import PROJECT_LIFE, Inferred
from workrelief.work.projects import queries as projects

WRITE_ROWS = 500


def adopt(actor: Actor, project_ids: Collection[int]) -> int:
    """Give projects without a life the one that follows from stage of progress, list and money; says so in its first step.

    Projects that have a life are left alone. Returns how many were adopted. Raises NotFound for one out of scope.
    """
    with change_many(actor, "lifecycle.adopt", kind="lifecycle.life") as opened:
        made = adopt_missing(actor, project_ids)
        opened.label = f"纳入进程{len(made)}个项目"
        opened.totals = {"projects": len(made), "states": _counted(made)}
    return len(made)


def begin(actor: Actor, project_ids: Collection[int], *, on: date | None = None) -> int:
    """Let new projects begin their life at the very start (已登记). Raises Conflict when one has a life already."""
    with change_many(actor, "lifecycle.adopt", kind="lifecycle.life") as opened:
        rows = _in_scope(actor, project_ids)
        if there := queries.lives_of(actor.scope, project_ids):
            name = rows[next(iter(there))].name
            raise Conflict("life.there", f"“{name}”已纳入进程，不能再从头登记。")
        day = on or clock.today()
        lives = [
            Life(
                project=row, division_code=row.division_code, track=row.track, sector=row.sector,
                state=PROJECT_LIFE.start, since=day, updated_at=clock.now(),
            )
            for row in rows.values()
        ]  # fmt: skip
        if len(_store(actor, [(life, None) for life in lives], step="begin")) < len(lives):
            raise Conflict("life.there", "有项目刚刚被纳入进程，请刷新后再办。")
        opened.label = f"登记{len(lives)}个项目"
        opened.totals = {"projects": len(lives), "state": PROJECT_LIFE.start}
    return len(lives)


def adopt_missing(actor: Actor, project_ids: Collection[int]) -> list[Life]:
    """Adopt those that have no life yet, inside the caller's transaction. Raises NotFound for one out of scope."""
    known = queries.lives_of(actor.scope, project_ids)
    missing = [project_id for project_id in project_ids if project_id not in known]
    if not missing:
        return []
    _in_scope(actor, missing)
    inferred = queries.inferred_lives(actor.scope, missing)
    return _store(actor, inferred, step="adopt")


def _in_scope(actor: Actor, project_ids: Collection[int]) -> dict[int, Any]:
    rows = projects.stored(actor.scope, project_ids)
    if set(project_ids) - rows.keys():
        raise NotFound("project.missing", "有项目没有登记，或不在您的数据范围内。")
    return rows


def _store(actor: Actor, made: Sequence[tuple[Life, Inferred | None]], *, step: str) -> list[Life]:
    """Store the lives with their first step; answers those that are ours, for another officer may have been faster."""
    if not made:
        return []
    for (life, _), number in zip(made, reserve_ids(Life, len(made)), strict=True):
        life.pk = number
    Life.rows.bulk_create([life for life, _ in made], batch_size=WRITE_ROWS, ignore_conflicts=True)
    stored: set[int] = set()
    for part in projects.in_parts([life.pk for life, _ in made]):
        stored.update(Life.rows.filter(pk__in=part).values_list("pk", flat=True))
    ours = [(life, because) for life, because in made if life.pk in stored]
    moment = clock.now()
    StepTaken.objects.bulk_create(
        (
            StepTaken(
                life=life, step=step, target=life.state, on=life.since, at=moment, by_id=actor.user_id, by_name=actor.name,
                by_post=actor.post_label, note=because.reason if because else "", is_history=step == "adopt",
            )
            for life, because in ours
        ),
        batch_size=WRITE_ROWS,
    )  # fmt: skip
    return [life for life, _ in ours]


def _counted(lives: Sequence[Life]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for life in lives:
        counted[life.state] = counted.get(life.state, 0) + 1
    return counted
