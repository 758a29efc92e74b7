"""Long work of the room, as jobs."""

from __future__ import annotations

from typing import Any

from workrelief.base.jobs.context import JobContext
from workrelief.base.jobs.registry import job
from workrelief.figures.snapshots import services
from workrelief.kernel.period import Period


@job("snapshot.refresh", label="刷新数据快照", permission="snapshot.build", repeats=True)
def refresh(ctx: JobContext) -> dict[str, Any]:
    """Take up what was posted since. Enqueued after every posting (`ledger/wake.py`)."""
    made = services.refresh_live(ctx.actor, progress=lambda text, done, total: ctx.step(text, done=done, total=total))
    return {"manifest": made.name, "rows": made.rows}


@job("snapshot.seal", label="封存统计期", permission="period.seal")
def seal(ctx: JobContext, *, period: str) -> dict[str, Any]:
    """Seal a period, written 2022 or 2022H1."""
    made = services.seal_period(
        ctx.actor, Period(period), progress=lambda text, done, total: ctx.step(text, done=done, total=total)
    )
    return {"manifest": made.name, "rows": made.rows}


@job("snapshot.rebuild", label="由台账重建数据快照", permission="snapshot.build")
def rebuild(ctx: JobContext) -> dict[str, Any]:
    """Make the live mirror again from the ledger."""
    made = services.rebuild_live(ctx.actor, progress=lambda text, done, total: ctx.step(text, done=done, total=total))
    return {"manifest": made.name, "rows": made.rows}
