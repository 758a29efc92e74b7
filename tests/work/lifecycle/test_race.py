"""Two officers decide the same project at the same moment: one wins, the other is told."""

from __future__ import annotations

import pytest

from tests.threads import Meeting
from tests.work.lifecycle.walk import everybody, special_project
from workrelief.base.audit.models import AuditEntry
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel.errors import Conflict
from workrelief.work.lifecycle import queries, services
from workrelief.work.lifecycle.models import Life, StepTaken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def actor():
    load_divisions()
    return everybody()


@pytest.mark.parametrize("expected", ["registered", None])
def test_of_two_officers_at_once_one_wins_and_the_other_is_told(actor, tmp_path, expected):
    project = special_project(actor)
    services.begin(actor, [project])
    services.attach_paper(actor, project, "labour_survey", fields={"willing_people": 50})
    meeting = Meeting(tmp_path)

    def decide():
        return services.take_step(actor, project, "survey", expected=expected).state

    outcomes = meeting.at_once(decide, decide)
    assert outcomes.count("surveyed") == 1, outcomes
    told = next(o for o in outcomes if o != "surveyed")
    assert isinstance(told, Conflict)
    assert "已摸底" in told.message
    assert "刷新" in told.message
    assert meeting.after(lambda: StepTaken.objects.filter(step="survey").count()) == 1
    assert meeting.after(lambda: AuditEntry.objects.filter(action="lifecycle.survey").count()) == 1
    assert meeting.after(lambda: queries.life(actor.scope, project).version) == 2


def test_two_first_steps_of_a_project_without_a_life_adopt_it_once(actor, tmp_path):
    project = special_project(actor, stage="building")
    services.attach_paper(actor, project, "completion_report")
    meeting = Meeting(tmp_path)

    def complete():
        return services.take_step(actor, project, "complete_main", note="演示办理").state

    outcomes = meeting.at_once(complete, complete)
    assert outcomes.count("main_completed") == 1, outcomes
    assert isinstance(next(o for o in outcomes if o != "main_completed"), Conflict)
    assert meeting.after(lambda: Life.rows.filter(project_id=project).count()) == 1


def _twice(tmp_path, act):
    outcomes = Meeting(tmp_path).at_once(act, act)
    told = [one for one in outcomes if isinstance(one, Exception)]
    assert [type(one) for one in told] == [Conflict], outcomes
    return str(told[0])


def test_of_two_officers_who_set_the_same_mark_or_settle_the_same_objection_one_is_told(actor, tmp_path):
    project = special_project(actor)
    services.begin(actor, [project])
    raised = services.raise_objection(actor, project, "wages", "演示：少记两天")
    said = _twice(tmp_path, lambda: services.set_mark(actor, project, "suspended", reason="演示：汛期停工"))
    assert "刷新" in said
    said = _twice(tmp_path, lambda: services.settle_objection(actor, raised.pk, outcome="演示：已补记", is_upheld=True))
    assert "已办结" in said


def test_a_list_of_projects_and_one_of_them_at_once_leave_none_taken_twice(actor, tmp_path):
    ids = [special_project(actor, number) for number in (1, 2)]
    services.begin(actor, ids)
    for project in ids:
        services.attach_paper(actor, project, "labour_survey", fields={"willing_people": 50})
    meeting = Meeting(tmp_path)
    outcomes = meeting.at_once(
        lambda: services.take_steps(actor, ids, "survey", note="演示办理"),
        lambda: services.take_step(actor, ids[1], "survey", note="演示办理").state,
    )
    assert len([one for one in outcomes if isinstance(one, Conflict)]) == 1, outcomes
    taken = meeting.after(
        lambda: list(StepTaken.objects.filter(step="survey").values_list("life__project_id", flat=True))
    )
    assert sorted(taken) in (ids, ids[1:]), "all or nothing, and nobody twice"
