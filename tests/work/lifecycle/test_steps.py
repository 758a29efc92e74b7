"""Taking steps for one and for many: rights, scope, the officer who came second, history, all or nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.build import project_code
from tests.conftest import make_actor
from tests.work.lifecycle.walk import all_papers, everybody, promoted_project, special_project, walk_to, with_facts
from workrelief.base.access.permissions import Role
from workrelief.base.audit.models import AuditEntry
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.work.lifecycle import facts, queries, services
from workrelief.work.lifecycle.models import Life, StepTaken
from workrelief.work.lifecycle.queries import LifeFilter, boards
from workrelief.work.projects import queries as projects
from workrelief.work.projects.models import ProjectYear

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    load_divisions()
    return everybody()


def begun(actor, number=1):
    project = special_project(actor, number)
    services.begin(actor, [project])
    all_papers(actor, project)
    return project


def test_a_step_wants_the_duty_and_the_scope(actor):
    project = begun(actor)
    with pytest.raises(NotPermitted):
        services.take_step(make_actor(Role.MEMBER_AGENCY, "37"), project, "survey")
    with pytest.raises(NotFound):
        services.take_step(make_actor(Role.COUNTY_OFFICER, "371325"), project, "survey")
    assert queries.life(actor.scope, project).state.id == "registered"
    done = services.take_step(make_actor(Role.VILLAGE_CADRE, "371422"), project, "survey")
    assert done.state == "surveyed"


def test_the_second_of_two_officers_is_told_who_was_first(actor):
    project = begun(actor)
    services.take_step(actor, project, "survey", expected="registered")
    with pytest.raises(Conflict, match="已摸底") as caught:
        services.take_step(actor, project, "survey", expected="registered")
    assert caught.value.code == "life.moved"
    assert actor.name in caught.value.message
    with pytest.raises(Conflict, match="已摸底"):
        services.take_step(actor, project, "survey")
    assert StepTaken.objects.filter(step="survey").count() == 1


def test_a_refusal_names_rule_and_remedy_and_changes_nothing(actor):
    project = special_project(actor)
    services.begin(actor, [project])
    with pytest.raises(RuleViolated) as caught:
        services.take_step(actor, project, "survey")
    assert caught.value.code == "B06"
    assert "劳动力意愿摸底登记表" in caught.value.message
    assert queries.life(actor.scope, project).version == 1


def test_serious_findings_pass_only_when_explained_and_are_kept_with_the_step(actor):
    project = special_project(actor, planned_workers=60)
    services.begin(actor, [project])
    all_papers(actor, project)
    services.take_step(actor, project, "survey")
    with with_facts():
        with pytest.raises(RuleViolated, match="须在“说明”里写明"):
            services.take_step(actor, project, "reserve")
        services.take_step(actor, project, "reserve", note="演示：邻村群众一并组织")
    kept = StepTaken.objects.get(step="reserve").findings
    assert ["B06", "serious"] in [row[:2] for row in kept]


def test_a_day_in_the_future_or_before_the_last_step_is_refused(actor):
    project = begun(actor)
    with pytest.raises(InvalidInput, match="今天以后"):
        services.take_step(actor, project, "survey", on=clock.today() + timedelta(days=1))
    services.take_step(actor, project, "survey")
    with with_facts(), pytest.raises(InvalidInput, match="早于上一步"):
        services.take_step(actor, project, "reserve", on=clock.today() - timedelta(days=1), note="演示办理")


def test_a_deadline_follows_from_the_step_and_the_board_counts_what_is_late(actor):
    project = begun(actor)
    with with_facts():
        walk_to(actor, project, "decomposed", track="special_fund")
    life = queries.life(actor.scope, project)
    assert life.due_on is not None
    assert life.days_left > 0
    Life.rows.filter(project_id=project).update(due_on=clock.today() - timedelta(days=3))
    board = queries.board(actor.scope)
    assert [(c.state.id, c.count, c.overdue, [x.days_left for x in c.cards]) for c in board.columns] == [
        ("decomposed", 1, 1, [-3])
    ]
    waiting = queries.waiting(actor)
    assert [(w.state, w.step, w.count, w.overdue) for w in waiting.steps] == [("decomposed", "announce", 1, 1)]
    assert queries.board(make_actor(Role.COUNTY_OFFICER, "371325").scope).count == 0
    assert [p.is_overdue for p in queries.map_points(actor.scope)] == [True]


@pytest.mark.parametrize("many", [1, 2, 1_000])
def test_a_board_shows_the_same_cards_however_it_reads_them(actor, monkeypatch, many):
    ids = [begun(actor, n) for n in (1, 2, 3, 4)]
    services.take_steps(actor, ids[:2], "survey", note="演示办理")
    Life.rows.filter(project_id=ids[0]).update(due_on=clock.today() - timedelta(days=3))
    services.set_mark(actor, ids[2], "suspended", reason="演示：汛期停工")
    for pk in ids[:3]:
        ProjectYear.objects.create(project_id=pk, year=2019, listed_on=date(2019, 12, 31))
    monkeypatch.setattr(boards, "MANY", many)
    for wanted, standing in (
        (LifeFilter(), {"surveyed": ids[:2], "registered": ids[2:]}),
        (LifeFilter(text="演示"), {"surveyed": ids[:2], "registered": ids[2:]}),
        (LifeFilter(year=2019), {"surveyed": ids[:2], "registered": ids[2:3]}),
        (LifeFilter(year=2019, text="第3号"), {"registered": ids[2:3]}),
        (LifeFilter(year=2018), {}),
        (LifeFilter(division="3714"), {"surveyed": ids[:2], "registered": ids[2:]}),
        (LifeFilter(division="3714", text="演示"), {"surveyed": ids[:2], "registered": ids[2:]}),
        (LifeFilter(division="371422", year=2019), {"surveyed": ids[:2], "registered": ids[2:3]}),
        (LifeFilter(division="3715", text="演示"), {}),
    ):
        board = queries.board(actor.scope, wanted)
        assert {c.state.id: [card.project_id for card in c.cards] for c in board.columns} == standing
        assert [(c.count, c.overdue) for c in board.columns] == [
            (len(pks), int(ids[0] in pks)) for _, pks in sorted(standing.items())
        ]
        assert (board.count, board.overdue) == (sum(map(len, standing.values())), int(bool(standing.get("surveyed"))))
        assert board.marked == int(ids[2] in standing.get("registered", ()))
        rows = {along: list(queries.lives(actor.scope, wanted, along_order=along)) for along in (True, False)}
        assert rows[True] == rows[False]


def test_many_projects_go_together_or_not_at_all(actor):
    ids = [begun(actor, n) for n in (1, 2, 3)]
    services.take_steps(actor, ids, "survey", note="演示办理")
    assert set(queries.states_of(actor.scope, ids).values()) == {"surveyed"}
    services.set_mark(actor, ids[1], "suspended", reason="演示：汛期停工")
    with with_facts():
        services.take_steps(actor, ids, "reserve", note="演示办理")
        services.correct_state(actor, ids[2], "surveyed", reason="演示：登记有误")
        with pytest.raises(Conflict, match="第3号") as caught:
            services.take_steps(actor, ids, "approve", note="演示办理")
    assert list(caught.value.facts["blocked"]) == [ids[2]]
    assert queries.states_of(actor.scope, ids) == {ids[0]: "reserved", ids[1]: "reserved", ids[2]: "surveyed"}
    entry = AuditEntry.objects.get(action="lifecycle.reserve")
    assert entry.difference["projects"] == 3
    assert entry.difference["from"] == {"surveyed": 3}


def test_a_project_among_many_keeps_its_own_day_and_deadline(actor):
    ids = [special_project(actor, n) for n in (1, 2, 3)]
    services.begin(actor, ids, on=date(2022, 1, 5))
    common, other = date(2022, 3, 1), date(2022, 2, 1)
    services.take_steps(actor, ids, "survey", on=common, days={ids[1]: other}, history=True)
    assert [queries.life(actor.scope, i).since for i in ids] == [common, other, common]
    assert [queries.life(actor.scope, i).version for i in ids] == [2, 2, 2]
    assert [s.on for s in queries.steps_taken(actor.scope, ids[1])] == [date(2022, 1, 5), other]


def test_many_projects_name_the_first_that_blocks_and_how_many_others(actor):
    ids = [special_project(actor, n) for n in (1, 2)]
    services.begin(actor, ids)
    with pytest.raises(RuleViolated, match=r"第1号.*另有1个项目") as caught:
        services.take_steps(actor, ids, "survey")
    assert set(caught.value.facts["blocked"]) == set(ids)
    with pytest.raises(NotFound):
        services.take_steps(actor, [*ids, 10**9], "survey")


def test_the_number_of_statements_does_not_grow_with_the_projects(actor):
    few, many = [promoted_project(actor, n) for n in (1, 2)], [promoted_project(actor, n) for n in range(10, 40)]
    for ids in (few, many):
        services.begin(actor, ids)
    counts = []
    for ids in (few, many):
        for project in ids:
            services.attach_paper(actor, project, "labour_survey", fields={"willing_people": 99})
        with CaptureQueriesContext(
            connection,
        ) as seen:
            services.take_steps(actor, ids, "survey", note="演示办理")
            services.take_steps(actor, ids, "reserve", note="演示办理")
        counts.append(len(seen))
    assert counts[0] == counts[1]
    with CaptureQueriesContext(connection) as seen:
        queries.board(actor.scope)
    assert len(seen) <= 4
    with CaptureQueriesContext(connection) as seen:
        queries.timeline(actor.scope, many[0])
    assert len(seen) <= 14


def test_history_is_entered_with_its_own_day_and_only_before_the_gates(actor):
    project = special_project(actor)
    services.begin(actor, [project], on=date(2022, 1, 10))
    with pytest.raises(NotPermitted):
        services.take_step(
            make_actor(Role.VILLAGE_CADRE, "371422"), project, "survey", on=date(2022, 1, 20), history=True
        )
    services.take_step(actor, project, "survey", on=date(2022, 1, 20), history=True)
    taken = StepTaken.objects.get(step="survey")
    assert taken.is_history
    assert "历史补录，未核流程" in taken.findings[0][2]
    assert queries.life(actor.scope, project).since == date(2022, 1, 20)


def test_history_ends_where_the_process_gates_begin(actor, travel):
    project = special_project(actor)
    services.begin(actor, [project])
    travel(datetime(2027, 3, 1, 9, tzinfo=clock.CHINA))
    with pytest.raises(InvalidInput, match="2027年1月起启用"):
        services.take_step(actor, project, "survey", on=date(2027, 2, 1), history=True)


@pytest.mark.parametrize(("month", "refused"), [("2612", False), ("2701", True)])
def test_a_project_coded_after_the_gates_began_has_no_history(actor, travel, month, refused):
    project = special_project(actor, code=project_code("371422000000", 71, month=month))
    travel(datetime(2027, 3, 1, 9, tzinfo=clock.CHINA))
    services.adopt(actor, [project])
    all_papers(actor, project)

    def enter() -> None:
        with with_facts():
            services.take_step(actor, project, "publicise_plan", on=date(2026, 12, 30), history=True, note="演示补录")

    if refused:
        with pytest.raises(InvalidInput, match="2027年1月赋的，不能按历史补录办理"):
            enter()
        assert not StepTaken.objects.filter(step="publicise_plan").exists()
    else:
        enter()


def test_works_still_paid_after_the_gates_began_were_not_finished_before(actor, travel):
    project = promoted_project(actor, stage="building")
    travel(datetime(2027, 6, 1, 9, tzinfo=clock.CHINA))
    paid = (facts.PaidMonth(202612, 1, 1), facts.PaidMonth(202703, 1, 1))
    with with_facts(pay={"months": paid}), pytest.raises(InvalidInput, match="到2027年3月还有劳务报酬"):
        services.take_step(actor, project, "complete_main", on=date(2026, 12, 31), history=True, note="演示补录")


def test_many_steps_on_impossible_days_name_the_project(actor):
    ids = [begun(actor, n) for n in (1, 2)]
    services.take_steps(actor, ids, "survey", note="演示办理")
    with pytest.raises(InvalidInput, match=r"“.+”：办理日期早于上一步") as told:
        services.take_steps(actor, ids, "reserve", note="演示办理", days={ids[1]: date(2020, 1, 1)})
    assert list(told.value.facts["blocked"]) == [ids[1]]


def test_a_document_number_does_not_explain_what_is_serious(actor):
    project = begun(actor)
    services.take_step(actor, project, "survey")
    services.attach_paper(actor, project, "labour_survey", fields={"willing_people": 1})
    for words in ({"reference": "演示〔2026〕1号"}, {"note": "无。"}, {"note": "    "}):
        with pytest.raises(RuleViolated, match="写明情况（至少4个字）"):
            services.take_step(actor, project, "reserve", **words)
    assert services.take_step(actor, project, "reserve", note="第二批摸底正在补").state == "reserved"


def test_a_life_taken_over_is_not_corrected_past_a_gate(actor, travel):
    project = promoted_project(actor, stage="main_done", code=project_code("371422000000", 71))
    services.adopt(actor, [project])
    owed = {"pay": {"unpaid_fen": 5_000_00, "unpaid_people": 1}}
    with with_facts(**owed), pytest.raises(RuleViolated, match="“验收通过”还不能办：还有1人的报酬") as told:
        services.correct_state(actor, project, "in_use", reason="演示：已经投用")
    assert told.value.code == "F26"
    with with_facts():
        with pytest.raises(RuleViolated, match="“归档”还不能办：第1类"):
            services.correct_state(actor, project, "archived", reason="演示：已经归档")
        travel(datetime(2027, 3, 1, 9, tzinfo=clock.CHINA))
        with pytest.raises(RuleViolated, match="“完成自查”还不能办：缺少“自查报告”"):
            services.correct_state(actor, project, "in_use", reason="演示：已经投用")
        travel(datetime(2026, 11, 28, 9, tzinfo=clock.CHINA))
        assert services.correct_state(actor, project, "in_use", reason="演示：已经投用").state == "in_use"
        all_papers(actor, project)
    with with_facts(**owed), pytest.raises(RuleViolated, match="还有1人的报酬"):
        services.take_step(actor, project, "archive", note="演示归档")


def test_a_life_that_left_its_way_comes_back_no_further_than_it_had_come(actor):
    project = begun(actor)
    with with_facts():
        walk_to(actor, project, "self_checked", track="special_fund")
        services.take_step(actor, project, "fail_acceptance", note="演示：档案不全")
        with pytest.raises(Conflict, match="不能用更正代替"):
            services.correct_state(actor, project, "accepted", reason="演示：想走捷径")
        services.take_step(actor, project, "terminate", note="演示：不再实施")
        for state in ("accepted", "archived"):
            with pytest.raises(Conflict, match="不能用更正代替"):
                services.correct_state(actor, project, state, reason="演示：想走捷径")
        assert "accepted" not in [s.id for s in queries.corrections(actor.scope, project)]
        assert services.correct_state(actor, project, "self_checked", reason="演示：误办终止").state == "self_checked"


def test_who_builds_may_be_said_of_a_life_taken_over_and_only_with_a_reason(actor):
    project = promoted_project(actor, stage="building")
    services.adopt(actor, [project])
    with pytest.raises(InvalidInput, match="原因"):
        services.set_implementer(actor, project, "self_build")
    with pytest.raises(NotPermitted):
        services.set_implementer(make_actor(Role.OWNER, "371422"), project, "self_build", reason="演示：村民自建")
    services.set_implementer(actor, project, "self_build", reason="演示：村民自建")
    missing = {i.kind.id for c in queries.archive(actor.scope, project).classes for i in c.missing}
    assert {"self_build_agreement", "villager_decision"} <= missing
    assert not {"contract", "tender_record", "supervision_contract"} & missing


def test_a_project_that_was_there_before_is_adopted_where_its_progress_says(actor):
    project = promoted_project(actor, stage="building")
    before = queries.life(actor.scope, project)
    assert not before.is_stored
    assert before.state.id == "under_construction"
    assert "主体施工" in before.inferred_because
    assert services.adopt(actor, [project]) == 1
    assert services.adopt(actor, [project]) == 0
    after = queries.life(actor.scope, project)
    assert (after.is_stored, after.is_adopted, after.state.id) == (True, True, "under_construction")
    assert "推定" in queries.steps_taken(actor.scope, project)[0].note
    line = queries.timeline(actor.scope, project)
    assert {s.status for s in line[: [s.state.id for s in line].index("under_construction")]} == {"skipped"}


def test_taking_a_step_adopts_a_project_that_has_no_life_yet(actor):
    project = promoted_project(actor, stage="building")
    services.attach_paper(actor, project, "completion_report")
    services.take_step(actor, project, "complete_main", note="演示办理")
    assert queries.life(actor.scope, project).state.id == "main_completed"
    assert projects.project_row(actor.scope, project).stage == "main_done"


def test_a_wrong_state_is_put_right_backward_only_and_with_a_reason(actor):
    project = begun(actor)
    services.take_step(actor, project, "survey")
    with pytest.raises(InvalidInput):
        services.correct_state(actor, project, "registered", reason="错")
    with pytest.raises(Conflict, match="不能用更正代替"):
        services.correct_state(actor, project, "accepted", reason="演示：想走捷径")
    with pytest.raises(NotPermitted):
        services.correct_state(make_actor(Role.OWNER, "371422"), project, "registered", reason="演示：登记有误")
    services.correct_state(actor, project, "registered", reason="演示：登记有误")
    assert queries.life(actor.scope, project).state.id == "registered"
    assert [s.step for s in queries.steps_taken(actor.scope, project)] == ["begin", "survey", "correct"]


def test_offers_say_who_may_act_what_is_missing_and_where(actor):
    project = special_project(actor)
    services.begin(actor, [project])
    offers = {o.step: o for o in queries.offers(make_actor(Role.OWNER, "371422"), project)}
    survey = offers["survey"]
    assert not survey.permitted
    assert not survey.is_open
    assert [k.id for k in survey.missing_papers] == ["labour_survey"]
    assert "村（社区）" in survey.who
    assert survey.guide == "life-survey"
    all_papers(actor, project)
    offers = {o.step: o for o in queries.offers(actor, project)}
    assert offers["survey"].is_open
    assert offers["terminate"].is_open
    with with_facts():
        walk_to(actor, project, "plan_publicised", track="special_fund")
        apply = next(o for o in queries.offers(actor, project) if o.step == "apply")
    assert apply.room == "funds"
    assert not apply.is_open
