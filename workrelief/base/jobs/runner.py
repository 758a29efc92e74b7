"""Running one job: take it, do it, record what came of it. The only place in the house with a broad `except`, besides faces."""

from __future__ import annotations

import logging
import os
import socket
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import OperationalError, transaction
from django_tasks import TaskContext, task
from django_tasks.base import Task

from workrelief.base.access.actor import system_actor
from workrelief.base.accounts.queries import actor_again
from workrelief.base.jobs import progress
from workrelief.base.jobs.context import JobCancelled, JobContext, JobInterrupted, JobLost
from workrelief.base.jobs.models import Job
from workrelief.base.jobs.registry import kind
from workrelief.base.jobs.states import CANCELLED, DONE, FAILED, RUNNING, WAITING
from workrelief.kernel import clock
from workrelief.kernel.errors import DomainError

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
"""A job whose worker is lost, or whose database was busy, is tried so often in all."""


@task(takes_context=True)
def run_job(context: TaskContext, job_id: int) -> str:
    """What the queue calls. Returns the state the job was left in; a job that changed hands is left alone."""
    return run(job_id, task_id=uuid.UUID(context.task_result.id))


def put_in_queue(job: Job) -> None:
    """Give a waiting job its row in the queue; inside the caller's transaction, so both exist or neither."""
    queued: Task[Any, Any] = run_job
    job.task_id = uuid.UUID(queued.enqueue(job.pk).id)
    job.save(update_fields=["task_id"])


def run(job_id: int, *, task_id: uuid.UUID | None = None, in_process: bool = False) -> str:
    """Run the job if it still waits (for this task) and return its state afterwards.

    `in_process` is for tests and commands: no heartbeat, and unexpected errors are raised again after being recorded.
    """
    job = _take(job_id, task_id)
    if job is None:
        return "left alone"
    # The platform's own actor holds the place until `_perform` has rebuilt the person who asked.
    with JobContext(job.pk, system_actor(job.kind), attempt=job.attempts, log=job.log) as ctx:
        if not in_process:
            ctx.start_beating()
        try:
            result = _perform(job, ctx, in_process=in_process)
        except JobCancelled:
            return _end(ctx, CANCELLED, "已按要求取消，未保留任何改动。", in_process=in_process)
        except JobLost:
            return "left alone"
        except DomainError as error:
            return _end(ctx, FAILED, error.message, in_process=in_process, problem=_problem(error))
        except (JobInterrupted, SystemExit, KeyboardInterrupt) as stop:
            _put_back(ctx, "服务停机，任务退回队列。", is_loss=False)
            if isinstance(stop, JobInterrupted):
                return WAITING
            raise
        except Exception as error:
            log.exception("job %s (%s) failed", job.pk, job.kind)
            if isinstance(error, OperationalError) and not in_process:
                return _put_back(ctx, "数据库繁忙，稍后重试。", is_loss=True)
            words = f"任务出错，已记入日志（任务号 {job.pk}）。请稍后重试，或把任务号告诉系统管理员。"
            state = _end(ctx, FAILED, words, in_process=in_process)
            if in_process:
                raise
            return state
        return _end(ctx, DONE, _outcome(result), in_process=in_process, result=result)


def _take(job_id: int, task_id: uuid.UUID | None) -> Job | None:
    """Make a waiting job this process's own; None when it is not there, not waiting, or queued elsewhere."""
    with transaction.atomic():
        job = Job.rows.select_for_update().filter(pk=job_id, state=WAITING).first()
        if job is None or (task_id is not None and job.task_id != task_id):
            return None
        job.state = RUNNING
        job.attempts += 1
        job.started_at = job.heartbeat_at = clock.now()
        job.worker = f"{socket.gethostname()}:{os.getpid()}"[:80]
        job.save(update_fields=["state", "attempts", "started_at", "heartbeat_at", "worker"])
        return job


def _perform(job: Job, ctx: JobContext, *, in_process: bool) -> Mapping[str, Any] | None:
    """Rebuild the actor, ask the permission again, and call the function."""
    declared = kind(job.kind)
    if job.user_id is not None:
        ctx.actor = actor_again(job.user_id, post_id=job.post_id, request_id=job.request_id)
    declared.permit(ctx.actor)
    if not in_process:
        return declared.function(ctx, **job.arguments)
    with transaction.atomic():  # an error inside must not spoil the transaction of the test around it
        return declared.function(ctx, **job.arguments)


def _end(
    ctx: JobContext,
    state: str,
    message: str,
    *,
    in_process: bool,
    result: Mapping[str, Any] | None = None,
    problem: dict[str, Any] | None = None,
) -> str:
    """Record the final state, unless another attempt has taken over meanwhile; queue a repetition when one was asked for."""
    with transaction.atomic():
        job = _still_mine(ctx)
        if job is None:
            return "left alone"
        ctx.log(message)
        job.state, job.message, job.log = state, message[:500], ctx.lines
        job.done, job.total = ctx.done, ctx.total
        job.result = None if result is None else dict(result)
        job.problem, job.result_file_id = problem, ctx.result_file_id
        job.finished_at = job.heartbeat_at = clock.now()
        repeat, job.again = job.again and state != CANCELLED, False
        job.save()
        following = _repeat(job) if repeat else None
        if following is not None and not in_process:
            put_in_queue(following)
        transaction.on_commit(ctx.stop_beating)
        transaction.on_commit(lambda: progress.clear(ctx.job_id))
    if following is not None and in_process:
        run(following.pk, in_process=True)
    return state


def _outcome(result: Mapping[str, Any] | None) -> str:
    """The closing words: what the job returned as "message", else that it is done."""
    return str((result or {}).get("message") or "已完成。")


def _put_back(ctx: JobContext, message: str, *, is_loss: bool) -> str:
    """Return the job to the queue; a job lost too often fails instead."""
    with transaction.atomic():
        job = _still_mine(ctx)
        transaction.on_commit(ctx.stop_beating)
        return "left alone" if job is None else put_back(job, message, is_loss=is_loss, lines=ctx.lines)


def put_back(job: Job, message: str, *, is_loss: bool, lines: list[str]) -> str:
    """Return a locked job to the queue, or fail it after MOST_ATTEMPTS losses; inside the caller's transaction."""
    job.losses += is_loss
    job.log = [*lines, f"{clock.now():%H:%M:%S} {message}"]
    job.message = message
    if job.losses >= MOST_ATTEMPTS:
        job.state = FAILED
        job.message = f"已尝试 {MOST_ATTEMPTS} 次仍未完成，最后一次原因：{message}请联系系统管理员。"
        job.finished_at = clock.now()
        job.save()
        transaction.on_commit(lambda: progress.clear(job.pk))
    else:
        job.state = WAITING
        job.save()
        put_in_queue(job)
    return job.state


def _still_mine(ctx: JobContext) -> Job | None:
    return Job.rows.select_for_update().filter(pk=ctx.job_id, state=RUNNING, attempts=ctx.attempt).first()


def _repeat(job: Job) -> Job:
    """The same wish once more, as a job of its own."""
    following = Job.rows.create(
        kind=job.kind, label=job.label, arguments=job.arguments, key=job.key, user_id=job.user_id,
        user_name=job.user_name, post_id=job.post_id, division_code=job.division_code, request_id=job.request_id,
        cancellable=job.cancellable, created_at=clock.now(),
    )  # fmt: skip
    progress.clear(following.pk)
    return following


def _problem(error: DomainError) -> dict[str, Any]:
    """The error as JSON, for the page of the job."""
    return {
        "code": error.code,
        "findings": [
            {"rule_id": f.rule_id, "severity": f.severity.value, "message": f.message, "remedy": f.remedy}
            for f in error.findings
        ],
    }
