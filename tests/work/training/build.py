"""Builders for the tests of this room: sessions, and persons with numbers of the area code that does not exist (379900)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db import transaction

from workrelief.kernel.kinds import Audience, TrainingType
from workrelief.work.training.rules import Attendance
from workrelief.work.training.services import NewSession
from workrelief.work.workers import rules as identity_rules
from workrelief.work.workers import services as workers

NINGJIN = "371422000000"


def identity(number: int) -> str:
    first = f"37990019800101{number:03d}"
    return first + identity_rules.check_digit(first)


def people(count: int) -> list[int]:
    """Ids of `count` registered persons."""
    born = date(1980, 1, 1)
    entries = [workers.PersonIn(f"演示{i}", identity(i), born, "M", NINGJIN) for i in range(1, count + 1)]
    with transaction.atomic():
        return list(workers.register_people(entries, batch_id=0, refresh=False).ids)


def session(**changes: object) -> NewSession:
    """A policy training of three audiences, 30 person-times."""
    complete = NewSession(
        number="PX-1",
        division_code=NINGJIN,
        training_type=TrainingType.POLICY,
        held_on=date(2022, 3, 15),
        topic="以工代赈政策解读",
        organiser="（演示）宁津县发展和改革局",
        attendances=(
            Attendance(Audience.GOVERNMENT, 12, 15),
            Attendance(Audience.OWNER, 10, 10),
            Attendance(Audience.CONTRACTOR, 8),
        ),
        form="集中培训",
    )
    return replace(complete, **changes)  # type: ignore[arg-type]
