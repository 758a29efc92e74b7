"""One project's life with everything its page shows, each row and fact read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.access.scope import Scope
from workrelief.kernel import clock
from workrelief.kernel.statemachine import State
from workrelief.work.lifecycle.models import StepTaken
from workrelief.work.lifecycle.queries.archives import index_of
from workrelief.work.lifecycle.queries.cases import Own, cases
from workrelief.work.lifecycle.queries.lives import life_or_inferred, view_of
from workrelief.work.lifecycle.queries.offering import KINDS, offers_of
from workrelief.work.lifecycle.queries.papers import objections, papers, steps_taken
from workrelief.work.lifecycle.queries.timeline import timeline_of
from workrelief.work.lifecycle.queries.views import (
    ArchiveIndex,
    LifeView,
    ObjectionView,
    PaperView,
    StepOffer,
    TimelineStep,
)
from workrelief.work.lifecycle.rules import PaperFacts
from workrelief.work.lifecycle.states import PROJECT_LIFE


@dataclass(frozen=True)
class Whole:
    """What `life`, `timeline`, `offers` and `objections` say of one project."""

    life: LifeView
    timeline: tuple[TimelineStep, ...]
    offers: tuple[StepOffer, ...]
    objections: tuple[ObjectionView, ...]


def whole(actor: Actor, project_id: int, *, judged: Sequence[str] = KINDS) -> Whole:
    """The four at once, as of today; offers of kinds that are not `judged` come without findings.

    Raises NotFound, also outside the scope.
    """
    scope = actor.scope
    row, because = life_or_inferred(scope, project_id)
    standing, taken = papers(scope, project_id), steps_taken(scope, project_id)
    raised = objections(scope, project_id=project_id)
    still_open = sum(o.settled_on is None for o in raised)
    own = Own(
        {project_id: _facts(standing)}, {project_id: still_open}, {row.pk: _reached(taken)},
        {row.pk: frozenset(one.step for one in taken)},
    )  # fmt: skip
    case = cases(scope, [row], on=clock.today(), own=own)[project_id]
    return Whole(
        life=view_of(scope, row, because, still_open),
        timeline=tuple(timeline_of(row, because.reason if because else "", case, standing, taken)),
        offers=tuple(offers_of(actor, row, case, judged=judged)),
        objections=tuple(raised),
    )


@dataclass(frozen=True)
class Filed:
    """The archive of a project, and which project it is."""

    project_id: int
    name: str
    code: str
    division_code: str
    state: State
    index: ArchiveIndex


def filed(scope: Scope, project_id: int) -> Filed:
    """The archive index with the particulars of its head, papers read once. Raises NotFound, also outside the scope.

    The index asks neither for objections nor for days, so that they are not read.
    """
    row, _ = life_or_inferred(scope, project_id)
    standing = papers(scope, project_id)
    own = Own({project_id: _facts(standing)}, {}, {}, {})
    index = index_of(cases(scope, [row], on=clock.today(), own=own)[project_id], standing)
    project = row.project
    return Filed(project_id, project.name, project.code, row.division_code, PROJECT_LIFE.state(row.state), index)


def _facts(standing: Sequence[PaperView]) -> Mapping[str, tuple[PaperFacts, ...]]:
    found: dict[str, tuple[PaperFacts, ...]] = {}
    for one in standing:
        found[one.kind.id] = (
            *found.get(one.kind.id, ()),
            PaperFacts(one.kind.id, one.number, one.dated_on, one.fields, one.file_id is not None),
        )
    return found


def _reached(taken: Sequence[StepTaken]) -> Mapping[str, date]:
    return {step.target: step.on for step in taken if step.step != "adopt"}
