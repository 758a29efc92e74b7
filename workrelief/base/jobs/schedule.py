"""What the platform does by itself, and how often: a table in code, shown on the task page.

schedule("snapshot.refresh", every_seconds=3600)     # beside the @job, in the room's services.py
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from workrelief.base.jobs.models import Job
from workrelief.base.jobs.states import LIVE

KEY = "schedule"
"""Idempotency key of scheduled jobs: the next one waits until the last one ended."""


@dataclass(frozen=True)
class Schedule:
    """A job kind the platform enqueues for itself."""

    kind: str
    every_seconds: int


_TABLE: dict[str, Schedule] = {}


def schedule(kind: str, *, every_seconds: int) -> None:
    """Let the workers enqueue `kind`, without arguments, as the platform itself."""
    _TABLE[kind] = Schedule(kind, every_seconds)


def schedules() -> list[Schedule]:
    """The table, by kind."""
    return sorted(_TABLE.values(), key=lambda s: s.kind)


def last_run(kind: str) -> Job | None:
    """The latest job the schedule made of this kind."""
    return Job.rows.filter(kind=kind, key=KEY).order_by("-pk").first()


def due(now: datetime) -> list[Schedule]:
    """Schedules whose last job is old enough and ended. Several workers may ask; the key keeps them from doubling."""
    return [s for s in schedules() if _is_due(s, now)]


def _is_due(entry: Schedule, now: datetime) -> bool:
    last = last_run(entry.kind)
    if last is None:
        return True
    return last.state not in LIVE and last.created_at + timedelta(seconds=entry.every_seconds) <= now
