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
