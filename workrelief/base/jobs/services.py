"""Asking for jobs, cancelling them, and looking after those whose worker died."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django_tasks_db.models import DBTaskResult

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import permit
from workrelief.base.audit.chain import link_new_entries
from workrelief.base.audit.change import change
from workrelief.base.jobs import progress, queries
from workrelief.base.jobs.context import JobContext
from workrelief.base.jobs.models import Job
from workrelief.base.jobs.registry import JobKind, job, kind
from workrelief.base.jobs.runner import put_back, put_in_queue, run
from workrelief.base.jobs.schedule import KEY, schedule, schedules
from workrelief.base.jobs.states import CANCELLED, LIVE, RUNNING, WAITING
from workrelief.kernel import clock, codes
from workrelief.kernel.errors import Conflict

__all__ = ["JobContext", "cancel_job", "enqueue", "job", "requeue_lost", "schedule"]

STALE_SECONDS = 60
"""A running job without a sign of life for so long has lost its worker; it beats every few seconds."""
KEEP_SCHEDULED = 20
KEEP_QUEUE_ROWS_DAYS = 7


def enqueue(actor: Actor, kind_id: str, *, key: str = "", **arguments: object) -> Job:
    """Ask for a job; it runs in a worker once the present transaction is committed (in tests: now).

    With `key`, a live job of the same kind and key is returned instead of a second one. Arguments are ids and plain
    values; the actor's rights and scope are rebuilt when the job runs. Raises NotPermitted, KeyError (unknown kind).
    """
    declared = kind(kind_id)
    declared.permit(actor)
    plain = json.loads(json.dumps(arguments))
    while True:
        with transaction.atomic():
            standing = _standing(declared, key)
            if standing is not None:
                return standing
            made = _made(actor, declared, key, plain)
            if made is not None and not settings.JOBS_EAGER:
                put_in_queue(made)
        if made is not None:
            break
    if settings.JOBS_EAGER:
        run(made.pk, in_process=True)
        made.refresh_from_db()
    return made


def _standing(declared: JobKind, key: str) -> Job | None:
    """The live job that answers the same wish, told to repeat when it may have read too early."""
    if not key:
        return None
    live = Job.rows.select_for_update().filter(kind=declared.id, key=key, state__in=LIVE).first()
    if live is not None and live.state == RUNNING and declared.repeats and not live.again:
        live.again = True
        live.save(update_fields=["again"])
    return live


def _made(actor: Actor, declared: JobKind, key: str, arguments: dict[str, object]) -> Job | None:
    """The new row; None when another process made one with this key in the same moment."""
    try:
        with transaction.atomic():
            made = Job.rows.create(
                kind=declared.id, label=declared.label, arguments=arguments, key=key, user_id=actor.user_id,
                user_name=actor.name, post_id=actor.post_id, division_code=_home(actor), request_id=actor.request_id,
                cancellable=declared.cancellable, created_at=clock.now(),
            )  # fmt: skip
    except IntegrityError:
        if not key:
            raise
        return None
    progress.clear(made.pk)
    return made


def _home(actor: Actor) -> str:
    """Division of the job: the actor's home, or the first of several divisions that have no common one inside the scope."""
    if actor.scope.covers_division(actor.home) or not actor.scope.divisions:
        return actor.home
    return codes.normalise(actor.scope.divisions[0])


def cancel_job(actor: Actor, job_id: int) -> Job:
    """Cancel a waiting job at once; ask a running one to stop at its next step, where it gives up all it did.

    Raises NotPermitted, NotFound, Conflict (ended already, or of a kind that must not be cut short).
    """
    permit(actor, "job.cancel")
    found = queries.job_for(actor, job_id)
    if not found.is_live:
        raise Conflict("job.ended", f"任务已结束（{found.shown_state.label}），无需取消。")
    if not found.cancellable:
        raise Conflict("job.not_cancellable", "该类任务不能中途取消，请等待其完成。")
    # Past the database first: on SQLite the job's own transaction may keep everybody else from writing.
    progress.ask_to_cancel(found.pk)
    try:
        with change(actor, "job.cancel", queries.visible(actor).filter(pk=job_id)) as c:
            asked: Job = c.row  # it may have stopped for this very wish while this transaction waited for its end
            if not asked.is_live and asked.state != CANCELLED:
                progress.clear(job_id)
                raise Conflict("job.ended", f"任务已结束（{asked.shown_state.label}），无需取消。")
            asked.cancel_asked_by = actor.name
            if asked.state == WAITING:
                asked.state, asked.message = CANCELLED, "执行前已取消。"
                asked.finished_at = clock.now()
                c.after_commit(lambda: progress.clear(job_id))
            asked.save()
    except OperationalError as error:
        raise Conflict("job.busy", "已通知任务停止，它会在当前步骤结束后取消。请稍后刷新查看。") from error
    return asked


def requeue_lost(*, now: datetime | None = None) -> int:
    """Return jobs to the queue whose worker died, before or while it ran them; how many."""
    moment = now or clock.now()
    latest_start = moment - timedelta(seconds=STALE_SECONDS)
    suspects = Job.rows.filter(state=RUNNING, started_at__lt=latest_start) | Job.rows.filter(
        state=WAITING, created_at__lt=latest_start
    )
    return sum(_requeued(job_id, latest_start) for job_id in suspects.values_list("pk", flat=True))


def _requeued(job_id: int, latest_sign: datetime) -> bool:
    with transaction.atomic():
        lost = Job.rows.select_for_update().filter(pk=job_id, state__in=LIVE).first()
        if lost is None or _is_looked_after(lost, latest_sign):
            return False
        if lost.state == WAITING:
            put_in_queue(lost)
            return True
        _give_up_task(lost)
        last = progress.read(lost.pk)
        lines = list(last.log) if last is not None and last.attempt == lost.attempts else list(lost.log)
        put_back(lost, f"工作进程中断（第 {lost.attempts} 次执行）。", is_loss=True, lines=lines)
        return True


def _give_up_task(lost: Job) -> None:
    """The queue's row of a dead worker must not stay running for ever."""
    if lost.task_id is not None:
        rows = DBTaskResult.objects.filter(pk=lost.task_id, status="RUNNING")
        rows.update(status="FAILED", finished_at=clock.now())


def _is_looked_after(found: Job, latest_sign: datetime) -> bool:
    """Whether the queue still holds a waiting job, or a running one gave a sign of life lately."""
    seen_since = clock.machine_moment(latest_sign)
    if found.state == WAITING:
        queued = None if found.task_id is None else DBTaskResult.objects.filter(pk=found.task_id).first()
        if queued is None:
            return False
        return queued.status == "READY" or (
            queued.status == "RUNNING" and queued.started_at is not None and queued.started_at >= seen_since
        )
    last = progress.read(found.pk)
    if last is not None and last.attempt == found.attempts and last.at >= seen_since.timestamp():
        return True
    return found.heartbeat_at is not None and found.heartbeat_at >= latest_sign


@job("audit.link", label="串联审计记录")
def link_audit(ctx: JobContext) -> dict[str, object]:
    """Link the new entries of both trails into the chain."""
    return {"linked": link_new_entries()}


@job("jobs.requeue_lost", label="找回中断的任务")
def look_after_lost(ctx: JobContext) -> dict[str, object]:
    """See `requeue_lost`."""
    return {"requeued": requeue_lost()}


@job("jobs.prune", label="清理任务记录")
def prune(ctx: JobContext) -> dict[str, object]:
    """Keep the last runs of each schedule, the queue's own rows for a week, no ended session; what people asked for stays."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    gone = 0
    for entry in schedules():
        ended = Job.rows.filter(kind=entry.kind, key=KEY).exclude(state__in=LIVE).order_by("-pk")
        surplus = list(ended.values_list("pk", flat=True)[KEEP_SCHEDULED:])
        gone += Job.rows.filter(pk__in=surplus).delete()[0]
    limit = clock.now() - timedelta(days=KEEP_QUEUE_ROWS_DAYS)
    queue = DBTaskResult.objects.filter(status__in=["SUCCESSFUL", "FAILED"], finished_at__lt=limit)
    return {"jobs": gone, "queue_rows": queue.delete()[0]}


schedule("audit.link", every_seconds=60)
schedule("jobs.requeue_lost", every_seconds=60)
schedule("jobs.prune", every_seconds=3600)
