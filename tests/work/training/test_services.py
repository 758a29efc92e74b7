"""Registering sessions: attendance, known persons, facts, and the way back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db.models import Count, Sum

from tests.conftest import make_actor
from tests.work.projects.build import FEIXIAN, entry
from tests.work.training.build import people, session
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.access.scope import Scope
from workrelief.base.audit.models import AuditEntry
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.figures.ledger.seal import seal_months
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.kinds import Audience, Sector, Track, TrainingType
from workrelief.kernel.period import Period
from workrelief.work.projects.services import register_project
from workrelief.work.training import queries
from workrelief.work.training.models import TrainingAttendee, TrainingAudience, TrainingSession
from workrelief.work.training.queries import SessionFilter
from workrelief.work.training.rules import Attendance
from workrelief.work.training.services import Attendee, cancel_session, register_session, register_sessions

pytestmark = pytest.mark.django_db

FACT = FACT_MODELS["training_fact"]._default_manager


def test_a_policy_session_posts_one_row_for_each_audience_and_counts_once(ningjin_officer: Actor) -> None:
    row = register_session(ningjin_officer, session())
    facts = list(FACT.order_by("id").values_list("audience", "sessions", "person_times", "worker_key", "period"))
    assert facts == [
        (Audience.GOVERNMENT.code, 1, 12, None, 202203),
        (Audience.OWNER.code, 0, 10, None, 202203),
        (Audience.CONTRACTOR.code, 0, 8, None, 202203),
    ]
    first = FACT.order_by("id").first()
    assert (first.session_key, first.division_code, first.training_type) == (
        row.pk,
        371422000000,
        TrainingType.POLICY.code,
    )
    assert (first.track, first.sector, first.project_id) == (0, 0, 0)
    assert first.source_ref == TrainingAudience.objects.get(audience="government").pk
    said = AuditEntry.objects.get()
    assert said.difference == {"batch_id": 0, "sessions": 1, "person_times": 30}


def test_known_workers_have_rows_of_their_own_inside_the_person_times(ningjin_officer: Actor) -> None:
    project = register_project(ningjin_officer, entry())
    known = people(3)
    register_session(
        ningjin_officer,
        session(
            training_type=TrainingType.SKILL,
            project_id=project.pk,
            attendances=(Attendance(Audience.WORKER, 5),),
            attendees=tuple(Attendee(w, "合格") for w in known),
        ),
    )
    facts = list(FACT.order_by("id").values_list("sessions", "person_times", "worker_key"))
    assert facts == [(1, 2, None), (0, 1, known[0]), (0, 1, known[1]), (0, 1, known[2])]
    one = FACT.order_by("id").first()
    assert (one.track, one.sector, one.project_id) == (Track.SPECIAL_FUND.code, Sector.TRANSPORT.code, project.pk)
    assert TrainingAttendee.objects.filter(result="合格").count() == 3


def test_when_all_are_known_no_nameless_row_is_left(ningjin_officer: Actor) -> None:
    known = people(2)
    skill = session(
        training_type=TrainingType.SKILL,
        attendances=(Attendance(Audience.WORKER, 2),),
        attendees=tuple(map(Attendee, known)),
    )
    register_session(ningjin_officer, skill)
    assert list(FACT.order_by("id").values_list("sessions", "person_times", "worker_key")) == [
        (1, 1, known[0]), (0, 1, known[1])
    ]  # fmt: skip


def test_a_person_trained_twice_is_one_person_and_two_person_times(ningjin_officer: Actor) -> None:
    known = people(1)
    skill = session(
        training_type=TrainingType.SKILL, attendances=(Attendance(Audience.WORKER, 1),), attendees=(Attendee(known[0]),)
    )
    from dataclasses import replace

    register_sessions(ningjin_officer, [skill, replace(skill, number="PX-2")])
    sums = FACT.aggregate(times=Sum("person_times"), persons=Count("worker_key", distinct=True), held=Sum("sessions"))
    assert sums == {"times": 2, "persons": 1, "held": 2}


def test_wrong_sums_doubles_and_unknown_persons_stop_everything(ningjin_officer: Actor) -> None:
    with pytest.raises(RuleViolated) as caught:
        register_sessions(ningjin_officer, [session(), session(number="PX-2", total=99)])
    assert caught.value.code == "G04"
    with pytest.raises(Conflict):
        register_sessions(ningjin_officer, [session(), session()])
    with pytest.raises(InvalidInput):
        register_sessions(ningjin_officer, [session(number=" ")])
    with pytest.raises(InvalidInput):
        register_sessions(ningjin_officer, [])
    skill = session(attendances=(Attendance(Audience.WORKER, 1),), attendees=(Attendee(99_999),))
    with pytest.raises(NotFound):
        register_session(ningjin_officer, skill)
    assert TrainingSession.rows.count() == 0
    register_session(ningjin_officer, session())
    with pytest.raises(Conflict):
        register_session(ningjin_officer, session())


def test_scope_holds_for_division_and_project(ningjin_officer: Actor, province_officer: Actor, stranger: Actor) -> None:
    elsewhere = register_project(province_officer, entry(division_code=FEIXIAN))
    for actor, wrong in (
        (ningjin_officer, session(division_code=FEIXIAN)),
        (ningjin_officer, session(project_id=elsewhere.pk)),
        (stranger, session()),
    ):
        with pytest.raises(NotFound):
            register_session(actor, wrong)
    with pytest.raises(NotPermitted):
        register_session(make_actor(Role.CONTRACTOR, "37"), session())


def test_a_session_is_cancelled_with_a_reason_while_its_month_is_open(
    ningjin_officer: Actor, feixian_officer: Actor
) -> None:
    row = register_session(ningjin_officer, session())
    with pytest.raises(InvalidInput):
        cancel_session(ningjin_officer, row.pk, reason="")
    with pytest.raises(NotFound):
        cancel_session(feixian_officer, row.pk, reason="重复登记")
    cancel_session(ningjin_officer, row.pk, reason="重复登记")
    assert TrainingSession.rows.count() == 0
    assert FACT.aggregate(t=Sum("person_times"), s=Sum("sessions")) == {"t": 0, "s": 0}

    again = register_session(ningjin_officer, session())
    seal_months(Period("2022-03"), by="演示")
    with pytest.raises(Conflict), clock.travel(datetime(2023, 1, 5, tzinfo=clock.CHINA)):
        cancel_session(ningjin_officer, again.pk, reason="重复登记")


def test_the_register_is_read_by_scope_and_filter(province_officer: Actor) -> None:
    project = register_project(province_officer, entry())
    known = people(1)
    done = register_sessions(
        province_officer,
        [
            session(),
            session(number="PX-2", division_code=FEIXIAN, held_on=date(2021, 5, 1), topic="安全生产"),
            session(number="JN-1", training_type=TrainingType.SKILL, project_id=project.pk, held_on=date(2022, 5, 1),
                    attendances=(Attendance(Audience.WORKER, 20, 25),), attendees=(Attendee(known[0]),)),
        ],
    )  # fmt: skip
    scope = province_officer.scope
    assert [(s.number, s.attended) for s in queries.sessions(scope)] == [("JN-1", 20), ("PX-1", 30), ("PX-2", 30)]
    for wanted, numbers in (
        (SessionFilter(division="3713"), ["PX-2"]),
        (SessionFilter(division=FEIXIAN), ["PX-2"]),
        (SessionFilter(types=("skill",)), ["JN-1"]),
        (SessionFilter(audiences=("owner",)), ["PX-1", "PX-2"]),
        (SessionFilter(year=2021), ["PX-2"]),
        (SessionFilter(project=project.pk), ["JN-1"]),
        (SessionFilter(text="安全"), ["PX-2"]),
        (SessionFilter(text="JN"), ["JN-1"]),
    ):
        assert [s.number for s in queries.sessions(scope, wanted)] == numbers
    assert [s.number for s in queries.sessions(Scope(("3713",)))] == ["PX-2"]
    assert list(queries.sessions(Scope.nothing())) == []
    whole = queries.totals(scope)
    assert (whole.sessions, whole.person_times) == (3, 80)
    owners = queries.totals(scope, SessionFilter(audiences=("owner",)))
    assert (owners.sessions, owners.person_times) == (2, 20)

    detail = queries.session(scope, done.session_ids[2])
    assert (detail.person_times, detail.known_workers) == (20, 1)
    assert [a.worker_id for a in queries.attendees(scope, detail.id)] == known
    assert [s.number for s in queries.trainings_of(scope, known[0])] == ["JN-1"]
    for reader in (queries.session, queries.attendees):
        with pytest.raises(NotFound):
            reader(Scope(("3713",)), detail.id)


def test_a_thousand_sessions_take_few_statements(ningjin_officer: Actor, django_assert_max_num_queries: object) -> None:
    entries = [session(number=f"PX-{i}", held_on=date(2022, 1, 1) + timedelta(days=i % 300)) for i in range(1_000)]
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        done = register_sessions(ningjin_officer, entries)
    assert done.person_times == 30_000
