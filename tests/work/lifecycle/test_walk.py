"""From survey to archive, on each track and with each kind of implementer, through the real services."""

from __future__ import annotations

import pytest

from tests.work.lifecycle.walk import all_papers, everybody, promoted_project, special_project, walk_to, with_facts
from workrelief.base.audit.models import AuditEntry
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel.kinds import Track
from workrelief.work.lifecycle import queries, services
from workrelief.work.lifecycle.states import PROJECT_LIFE, SELF_BUILT, STAGE_OF, traits_of
from workrelief.work.projects import queries as projects

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("implementer", ["enterprise", *SELF_BUILT])
@pytest.mark.parametrize("track", list(Track))
def test_a_project_goes_from_the_survey_to_its_end_and_its_stage_of_progress_goes_along(track, implementer):
    load_divisions()
    actor = everybody()
    project = special_project(actor) if track is Track.SPECIAL_FUND else promoted_project(actor, track=track)
    services.begin(actor, [project])
    services.set_implementer(actor, project, implementer)
    all_papers(actor, project)
    with with_facts():
        for step in PROJECT_LIFE.main_path(traits_of(track.id, implementer)):
            done = services.take_step(
                actor, project, step.name, note="演示办理", expected=step.sources[0] if len(step.sources) == 1 else None
            )
            assert done.state == step.target
            assert projects.project_row(actor.scope, project).stage == STAGE_OF[step.target]
        end = "performance_evaluated" if track is Track.SPECIAL_FUND else "archived"
        assert queries.life(actor.scope, project).state.id == end
        line = queries.timeline(actor.scope, project)
    assert [s.status for s in line] == ["done"] * len(PROJECT_LIFE.order(traits_of(track.id, implementer)))
    assert [s.state.id for s in line] == list(PROJECT_LIFE.order(traits_of(track.id, implementer)))
    assert all(s.by_name == actor.name for s in line)
    acts = AuditEntry.objects.filter(target_kind="lifecycle.life", action="lifecycle.accept")
    assert acts.get().difference["state"] == ["self_checked", "accepted"]


def test_special_fund_alone_knows_the_money_steps_and_the_promotions_alone_the_list():
    special = {t.name for t in PROJECT_LIFE.main_path(traits_of("special_fund", "enterprise"))}
    promoted = {t.name for t in PROJECT_LIFE.main_path(traits_of("key_project", "enterprise"))}
    assert special - promoted == {
        "publicise_plan", "apply", "city_review", "prov_review", "issue_plan", "decompose", "announce", "evaluate",
    }  # fmt: skip
    assert promoted - special == {"list"}


def test_the_time_line_shows_what_was_done_what_waits_and_what_comes():
    load_divisions()
    actor = everybody()
    project = special_project(actor)
    services.begin(actor, [project])
    services.attach_paper(actor, project, "labour_survey", fields={"willing_people": 5})
    services.take_step(actor, project, "survey")
    line = queries.timeline(actor.scope, project)
    assert [(s.status, s.state.id) for s in line[:4]] == [
        ("done", "registered"), ("done", "surveyed"), ("current", "reserved"), ("coming", "approved"),
    ]  # fmt: skip
    assert line[1].papers[0].kind.id == "labour_survey"
    assert {f.rule_id for f in line[2].findings} >= {"B06"}
    assert line[2].who == ("省发展改革委业务处室", "市发展改革委", "县（市、区）发展改革局")


def test_a_withdrawn_plan_stays_on_the_time_line_as_a_detour():
    load_divisions()
    actor = everybody()
    project = special_project(actor)
    services.begin(actor, [project])
    all_papers(actor, project)
    with with_facts():
        walk_to(actor, project, "decomposed", track="special_fund")
        services.take_step(actor, project, "withdraw_plan", note="演示：计划收回")
        walk_to(actor, project, "plan_issued", track="special_fund")
        line = queries.timeline(actor.scope, project)
    done = [(s.step, s.is_detour) for s in line if s.status == "done"]
    assert done[-5:] == [
        ("prov_review", False), ("issue_plan", True), ("decompose", True), ("withdraw_plan", True), ("issue_plan", False),
    ]  # fmt: skip
    assert [s.state.id for s in line if s.status == "current"] == ["decomposed"]
