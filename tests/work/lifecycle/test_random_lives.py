"""Lives at random through the real services: whatever was done, the project can go on to its end, or be closed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from itertools import count, pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.work.lifecycle.walk import all_papers, everybody, promoted_project, special_project, with_facts
from workrelief.base.access.actor import Actor
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, DomainError
from workrelief.kernel.findings import blockers
from workrelief.kernel.kinds import Track
from workrelief.work.lifecycle import queries, services
from workrelief.work.lifecycle.models import Life, MarkSet, Objection, Paper, StepTaken
from workrelief.work.lifecycle.states import GOALS, IMPLEMENTERS, MARKS, PROJECT_LIFE, STAGE_OF, traits_of
from workrelief.work.projects import queries as projects

pytestmark = pytest.mark.django_db
NUMBERS = count(1)
STEPS = sorted({t.name for t in PROJECT_LIFE.transitions})
ACTS = (
    "offered",
    "offered",
    "offered",
    "offered",
    "any step",
    "mark",
    "objection",
    "settle",
    "correct",
    "withdraw paper",
    "history",
    "implementer",
)
BEHIND = ("accepted", "result_announced", "handed_over", "in_use", "archived", "performance_evaluated")
"""States behind the acceptance: with wages owed no act of anybody leads there."""
PAST = date(2026, 11, 1)


def _steps(actor: Actor, project: int) -> list[queries.StepOffer]:
    """What may be done now, steps of other rooms included: the rooms take them for the officer."""
    return [o for o in queries.offers(actor, project) if not blockers(o.findings)]


def _act(actor: Actor, project: int, act: str, data: st.DataObject) -> None:
    """One act of an officer, sensible or not; a refusal must leave everything as it was."""
    if act == "offered":
        steps = [o for o in _steps(actor, project) if o.kind != "end"]
        if steps:
            services.take_step(actor, project, data.draw(st.sampled_from([o.step for o in steps])), note="演示办理")
    elif act == "any step":
        services.take_step(
            actor, project, data.draw(st.sampled_from([s for s in STEPS if s != "terminate"])), note="演示办理"
        )
    elif act == "mark":
        mark = data.draw(st.sampled_from([m.id for m in MARKS]))
        stands = any(m.id == mark for m in queries.life(actor.scope, project).marks)
        (services.clear_mark if stands else services.set_mark)(actor, project, mark, reason="演示：标记变化")
    elif act == "objection":
        services.raise_objection(actor, project, "wages", "演示：对工时有异议")
    elif act == "settle":
        for objection in Objection.objects.within(actor.scope).filter(project_id=project, settled_on=None)[:1]:
            services.settle_objection(actor, objection.pk, outcome="演示：核实无误", is_upheld=False)
    elif act == "history":
        services.take_step(
            actor, project, data.draw(st.sampled_from([s for s in STEPS if s != "terminate"])), note="演示补录",
            history=True, on=data.draw(st.sampled_from([PAST, clock.today()])),
        )  # fmt: skip
    elif act == "implementer":
        services.set_implementer(
            actor, project, data.draw(st.sampled_from(sorted(IMPLEMENTERS))), reason="演示：承接方式"
        )
    elif act == "correct":
        services.correct_state(
            actor, project, data.draw(st.sampled_from(sorted(PROJECT_LIFE.states))), reason="演示：更正状态"
        )
    else:
        papers = sorted(
            Paper.objects.within(actor.scope)
            .filter(project_id=project, is_withdrawn=False)
            .values_list("pk", flat=True)
        )
        if papers:
            services.withdraw_paper(actor, papers[data.draw(st.integers(0, 60)) % len(papers)], reason="演示：材料有误")


def _told(project: int) -> tuple[object, ...]:
    life = Life.rows.get(project_id=project)
    return (
        life.state, life.version, StepTaken.objects.filter(life=life).count(),
        MarkSet.objects.filter(life=life, cleared_on=None).count(),
    )  # fmt: skip


def _agree(actor: Actor, project: int) -> None:
    """The life, the record of its steps and the register say the same."""
    life = Life.rows.get(project_id=project)
    steps = list(StepTaken.objects.filter(life=life).order_by("id"))
    assert steps[-1].target == life.state
    assert all(before.target == after.source for before, after in pairwise(steps))
    if life.state in STAGE_OF:
        stages = ("preparing", "building", "main_done", "in_use")
        stage = projects.project_row(actor.scope, project).stage
        assert stages.index(stage) >= stages.index(STAGE_OF[life.state])


def _finish(actor: Actor, project: int) -> str:
    """Settle what stands open, supply what lacks, and go the main way to the end; answers the last state."""
    for mark in queries.life(actor.scope, project).marks:
        services.clear_mark(actor, project, mark.id, reason="演示：已处理")
    for objection in Objection.objects.within(actor.scope).filter(project_id=project, settled_on=None):
        services.settle_objection(actor, objection.pk, outcome="演示：核实无误", is_upheld=False)
    state = queries.life(actor.scope, project).state.id
    if state not in GOALS:
        all_papers(actor, project)
    for _ in PROJECT_LIFE.states:
        steps = _steps(actor, project)
        onward = [o for o in steps if o.kind == "main"] or [o for o in steps if o.step == "recheck"]
        if not onward:
            break
        state = services.take_step(actor, project, onward[-1].step, note="演示办理").state
    return state


def _close(actor: Actor, project: int) -> None:
    """Closing is open wherever the machine has it; tried and taken back."""
    with transaction.atomic():
        assert services.take_step(actor, project, "terminate", note="演示：不再实施").state == "terminated"
        assert queries.offers(actor, project) == []
        transaction.set_rollback(True)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    track=st.sampled_from(list(Track)), built=st.sampled_from(sorted(IMPLEMENTERS)),
    stage=st.sampled_from(["", "preparing", "building", "main_done", "in_use"]), owes=st.booleans(), data=st.data(),
)  # fmt: skip
def test_after_any_acts_of_any_officer_a_stored_project_can_go_on_or_be_closed(
    divisions, track, built, stage, owes, data
):
    """`stage`: taken over in the middle, where that stage of progress says; "" begins at the beginning."""
    actor = everybody()
    kind = {} if track is Track.SPECIAL_FUND else {"track": track}
    make = special_project if track is Track.SPECIAL_FUND else promoted_project
    project = make(actor, next(NUMBERS), **kind, **({"stage": stage} if stage else {}))
    if stage:
        services.adopt(actor, [project])
    else:
        services.begin(actor, [project])
    with suppress(Conflict):
        services.set_implementer(actor, project, built, reason="演示：承接方式")
    all_papers(actor, project)
    owing = {"pay": {"unpaid_fen": 1, "unpaid_people": 1}} if owes else {}
    with with_facts(**owing):
        for act in data.draw(st.lists(st.sampled_from(ACTS), max_size=25)):
            before = _told(project)
            try:
                with transaction.atomic():
                    _act(actor, project, act, data)
            except DomainError:
                assert _told(project) == before
            _agree(actor, project)
            now = str(_told(project)[0])
            if owes:
                assert now not in BEHIND or (stage == "in_use" and now not in GOALS), (before, act)
            if now in GOALS:
                assert queries.archive(actor.scope, project).is_complete or before[0] in GOALS, (before, act)
    with with_facts():
        life = Life.rows.get(project_id=project)
        state, traits = life.state, traits_of(life.track, life.implementer_kind)
        if any(t.kind == "end" for t in PROJECT_LIFE.available(state, traits)):
            _close(actor, project)
        assert _finish(actor, project) == ("performance_evaluated" if track is Track.SPECIAL_FUND else "archived")
    _agree(actor, project)


@pytest.fixture
def divisions() -> None:
    load_divisions()
