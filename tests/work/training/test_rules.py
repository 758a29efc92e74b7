"""Rules of a training session: type and audiences (G04), persons and person-times apart (G03), the project (G01)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from workrelief.kernel.findings import Finding, blockers
from workrelief.kernel.kinds import Audience, TrainingType
from workrelief.work.training import rules
from workrelief.work.training.rules import Attendance, Session

TODAY = date(2022, 6, 1)
POLICY = Session(
    training_type=TrainingType.POLICY,
    held_on=TODAY,
    attendances=(
        Attendance(Audience.GOVERNMENT, 12, 12),
        Attendance(Audience.OWNER, 10),
        Attendance(Audience.CONTRACTOR, 8),
    ),
    total=30,
)
SKILL = Session(TrainingType.SKILL, TODAY, (Attendance(Audience.WORKER, 30),), has_project=True, known_workers=30)


def ids(findings: list[Finding]) -> list[str]:
    return [f.rule_id for f in findings]


def test_complete_sessions_give_no_finding() -> None:
    assert rules.session(POLICY, TODAY) == []
    assert rules.session(SKILL, TODAY) == []


def test_type_day_and_audiences_are_required() -> None:
    said = rules.session(Session(None, None, ()), TODAY)
    assert ids(blockers(said)) == ["G04", "G04", "G04"]
    assert all(f.cite for f in said)


def test_audiences_must_add_up_to_the_stated_total() -> None:
    assert ids(blockers(rules.session(replace(POLICY, total=31), TODAY))) == ["G04"]
    assert rules.session(replace(POLICY, total=None), TODAY) == []


def test_one_audience_twice_and_nobody_at_all_block() -> None:
    twice = (Attendance(Audience.OWNER, 5), Attendance(Audience.OWNER, 5))
    assert ids(blockers(rules.session(replace(POLICY, attendances=twice, total=10), TODAY))) == ["G04"]
    nobody = (Attendance(Audience.OWNER, 0),)
    assert ids(blockers(rules.session(replace(POLICY, attendances=nobody, total=0), TODAY))) == ["G04"]


def test_a_session_of_today_is_fine_and_one_of_tomorrow_is_not() -> None:
    assert blockers(rules.session(replace(POLICY, held_on=date(2022, 6, 2)), TODAY)) != []


def test_more_persons_known_than_person_times_block() -> None:
    assert ids(blockers(rules.session(replace(SKILL, known_workers=31), TODAY))) == ["G03"]
    assert ids(blockers(rules.session(replace(POLICY, known_workers=1), TODAY))) == ["G03"]


def test_more_present_than_expected_is_a_warning() -> None:
    more = (Attendance(Audience.WORKER, 31, 30),)
    said = rules.session(replace(SKILL, attendances=more), TODAY)
    assert (ids(said), blockers(said)) == (["G03"], [])


def test_the_usual_audiences_of_each_type_are_asked_about() -> None:
    workers_at_policy = replace(POLICY, attendances=(Attendance(Audience.WORKER, 30),))
    assert ids(rules.session(workers_at_policy, TODAY)) == ["G04"]
    owners_at_skill = replace(SKILL, attendances=(*SKILL.attendances, Attendance(Audience.OWNER, 2)))
    assert ids(rules.session(owners_at_skill, TODAY)) == ["G04"]
    assert blockers(rules.session(owners_at_skill, TODAY)) == []
    safety = replace(SKILL, training_type=TrainingType.SAFETY, attendances=owners_at_skill.attendances)
    assert rules.session(safety, TODAY) == []


def test_skill_training_without_a_project_is_a_warning() -> None:
    said = rules.session(replace(SKILL, has_project=False), TODAY)
    assert (ids(said), blockers(said)) == (["G01"], [])
