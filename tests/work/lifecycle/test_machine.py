"""The machine itself, and lives at random: there is always a way on, or out."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.work.lifecycle.test_gates import good_case
from workrelief.base.access.permissions import PERMISSIONS
from workrelief.base.law import guide, rule
from workrelief.base.law.parameters import find_parameter
from workrelief.kernel import clock
from workrelief.kernel.findings import blockers
from workrelief.kernel.kinds import Track
from workrelief.work.lifecycle.rules import judge
from workrelief.work.lifecycle.states import (
    ARCHIVE_CLASSES,
    GOALS,
    IMPLEMENTERS,
    MARKS,
    PAPERS,
    PROJECT_LIFE,
    STAGE_OF,
    TRANSITIONS,
    infer,
    traits_of,
)

KINDS = [(track.id, built) for track in Track for built in IMPLEMENTERS]


@pytest.mark.parametrize(("track", "built"), KINDS)
def test_from_every_state_a_project_can_be_finished(track, built):
    traits = traits_of(track, built)
    assert PROJECT_LIFE.stuck(("archived", "terminated"), traits) <= {"performance_evaluated"}
    assert PROJECT_LIFE.stuck(GOALS, traits) == frozenset()
    assert PROJECT_LIFE.ends(traits) <= set(GOALS)


@pytest.mark.parametrize(("track", "built"), KINDS)
def test_until_acceptance_every_state_can_be_ended_and_after_it_every_state_leads_to_the_archive(track, built):
    traits = traits_of(track, built)
    for state in PROJECT_LIFE.reachable(PROJECT_LIFE.start, traits) - set(GOALS):
        can_end = any(t.kind == "end" for t in PROJECT_LIFE.available(state, traits))
        assert can_end or "archived" in PROJECT_LIFE.reachable(state, traits)


def test_every_state_is_part_of_some_life():
    known = frozenset().union(*(PROJECT_LIFE.reachable(PROJECT_LIFE.start, traits_of(*kind)) for kind in KINDS))
    assert known == PROJECT_LIFE.states.keys()


def test_every_step_names_duties_papers_guide_and_limit_that_exist():
    for step in TRANSITIONS:
        assert PERMISSIONS[step.permission]
        assert guide(step.guide).steps
        assert all(kind in PAPERS for kind in step.papers)
        assert step.due is None or find_parameter(step.due, on=clock.today())
    assert {k.archive_class for k in PAPERS.values()} == ARCHIVE_CLASSES.keys()
    assert all(rule(k.rule_id) for k in PAPERS.values())


def test_the_stage_of_progress_never_goes_back_along_a_life():
    order = ["preparing", "building", "main_done", "in_use"]
    for kind in KINDS:
        stages = [order.index(STAGE_OF[s]) for s in PROJECT_LIFE.order(traits_of(*kind))]
        assert stages == sorted(stages)


@pytest.mark.parametrize("track", [t.id for t in Track])
def test_an_inferred_state_is_one_of_the_life_it_is_inferred_for(track):
    for stage in ("preparing", "building", "main_done", "in_use"):
        for listed, issued, code in [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]:
            found = infer(stage=stage, track=track, is_listed=bool(listed), is_issued=bool(issued), has_code=bool(code))
            assert found.state in PROJECT_LIFE.order(traits_of(track, "enterprise"))
            assert STAGE_OF[found.state] == stage
            assert "推定" in found.reason


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_after_any_sequence_of_steps_and_marks_a_project_can_go_on_or_be_closed(kind, data):
    """Marks come and go, steps are drawn at random among those the gates allow; then it is finished or ended from there."""
    track, built = kind
    traits, state, marks = traits_of(track, built), PROJECT_LIFE.start, set()
    base = good_case(implementer_kind=built)
    project = base.project.__class__(**{**vars(base.project), "track": track})

    def allowed():
        case = good_case(implementer_kind=built, project=project, marks=tuple(sorted(marks)), state=state)
        return [t for t in PROJECT_LIFE.available(state, traits) if not blockers(judge(case, t))]

    for _ in range(data.draw(st.integers(0, 40))):
        mark = data.draw(st.sampled_from([None, None, None, *(m.id for m in MARKS)]))
        if mark is not None:
            marks ^= {mark}
        steps = allowed()
        if state in GOALS:
            break
        on = [t for t in steps if t.kind != "end"]
        assert on or any(t.kind == "end" for t in steps) or marks
        if on:
            state = data.draw(st.sampled_from(on)).target
    if state not in GOALS:
        assert any(t.kind == "end" for t in allowed()) or "archived" in PROJECT_LIFE.reachable(state, traits)
        marks.clear()
        for _ in PROJECT_LIFE.states:
            onward = [t for t in allowed() if t.kind == "main"] or [t for t in allowed() if t.name == "recheck"]
            if state in GOALS or not onward:
                break
            state = onward[-1].target
        assert state in GOALS
