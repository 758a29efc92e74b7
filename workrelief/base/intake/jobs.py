"""Checking and committing as jobs: the same services, with progress and cancelling."""

from __future__ import annotations

from workrelief.base.access.actor import Actor
from workrelief.base.intake import queries, services
from workrelief.base.jobs.context import JobContext
from workrelief.base.jobs.models import Job
from workrelief.base.jobs.registry import job
from workrelief.base.jobs.services import enqueue


@job("intake.check", permission="import.upload", label="导入校验", cancellable=True)
def check_batch(ctx: JobContext, *, batch_id: int) -> dict[str, object]:
    batch = services.check(ctx.actor, batch_id, ctx)
    return {
        "batch": batch.pk,
        "state": batch.state,
        "rows": batch.rows_read,
        "errors": batch.errors,
        "remarks": batch.remarks,
    }


@job("intake.commit", permission="import.upload", label="确认导入", cancellable=True)
def commit_batch(ctx: JobContext, *, batch_id: int) -> dict[str, object]:
    batch = services.commit(ctx.actor, batch_id, ctx)
    return {"batch": batch.pk, "state": batch.state, "rows": batch.rows_good, "left_out": batch.rows_bad}


def request_check(actor: Actor, batch_id: int) -> Job:
    """Ask for a check; a second wish while one is waiting or running is the same job. Raises NotFound out of sight."""
    queries.batch_for(actor, batch_id)
    return enqueue(actor, "intake.check", key=f"batch-{batch_id}", batch_id=batch_id)


def request_commit(actor: Actor, batch_id: int) -> Job:
    """Ask for a commit; pressing twice asks once. Raises NotFound out of sight."""
    queries.batch_for(actor, batch_id)
    return enqueue(actor, "intake.commit", key=f"batch-{batch_id}", batch_id=batch_id)
