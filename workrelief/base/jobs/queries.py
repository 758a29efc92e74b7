"""Jobs as people may see them: their own, and those of the divisions in their scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.access.scope import ScopedQuerySet
from workrelief.base.jobs import progress, registry, schedule
from workrelief.base.jobs.models import Job
from workrelief.base.jobs.states import LIVE, RUNNING
from workrelief.kernel import clock
from workrelief.kernel.errors import NotFound


@dataclass(frozen=True)
class JobView:
    """A job with its present progress. `percent` is 0–100; None while the number of steps is unknown."""

    job: Job
    message: str
    done: int | None
    total: int | None
    log: tuple[str, ...]
    percent: int | None
    elapsed: timedelta | None
    remaining: timedelta | None
    is_cancelling: bool


@dataclass(frozen=True)
class ScheduleView:
    """A line of the schedule: how often, and how the last run went."""

    kind: str
    label: str
    every_seconds: int
    last: Job | None


def visible(actor: Actor) -> ScopedQuerySet:
    """Jobs the actor asked for, or that belong to a division in the scope."""
    own = Q(user_id=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
    return Job.objects.unscoped("own jobs, and those in scope").filter(own | actor.scope.q(Job.scope_fields))


def jobs_of(actor: Actor, *, with_scheduled: bool = False) -> ScopedQuerySet:
    """Visible jobs, newest first; the platform's own scheduled ones only when asked."""
    rows = visible(actor) if with_scheduled else visible(actor).exclude(key=schedule.KEY)
    return rows.order_by("-pk")


def live_count(actor: Actor) -> int:
    """How many of the actor's own jobs wait or run."""
    return 0 if actor.user_id is None else jobs_of(actor).filter(user_id=actor.user_id, state__in=LIVE).count()


def job_for(actor: Actor, job_id: int) -> Job:
    """The job when the actor may see it. Raises NotFound."""
    found: Job | None = visible(actor).filter(pk=job_id).first()
    if found is None:
        raise NotFound("job.missing", "没有找到这个任务，或不在您的数据范围内。")
    return found


def view_of(job: Job) -> JobView:
    """The job with its present progress, from the side file while it runs."""
    live = progress.read(job.pk) if job.state == RUNNING else None
    if live is not None and live.attempt == job.attempts:
        message, done, total, log = live.message, live.done, live.total, live.log
    else:
        message, done, total, log = job.message, job.done, job.total, tuple(job.log)
    elapsed = _elapsed(job, clock.now())
    share = min(done / total, 1.0) if done is not None and total else None
    remaining = elapsed * (1 / share - 1) if elapsed is not None and share and job.state == RUNNING else None
    return JobView(
        job=job,
        message=message,
        done=done,
        total=total,
        log=log,
        percent=None if share is None else int(share * 100),
        elapsed=elapsed,
        remaining=remaining,
        is_cancelling=job.is_live and (bool(job.cancel_asked_by) or progress.is_asked_to_cancel(job.pk)),
    )


def schedule_views(actor: Actor) -> list[ScheduleView]:
    """The schedule with its last runs, for system administrators; empty for others."""
    if not actor.roles & {Role.SYSTEM_ADMIN, Role.SYSTEM}:
        return []
    registry.load()
    return [
        ScheduleView(s.kind, registry.kind(s.kind).label, s.every_seconds, schedule.last_run(s.kind))
        for s in schedule.schedules()
    ]


def _elapsed(job: Job, now: datetime) -> timedelta | None:
    return job.took if job.finished_at else now - job.started_at if job.started_at else None
