"""Jobs that pages ask for: packs too big to be made while somebody waits."""

from __future__ import annotations

import tempfile

from workrelief.base.files import services as files
from workrelief.base.jobs.context import JobContext
from workrelief.base.jobs.services import job
from workrelief.faces.shared import evidence
from workrelief.work.projects import queries as projects


@job(evidence.JOB, permission=evidence.ACTION, label="打包项目证据包", cancellable=True)
def make_pack(ctx: JobContext, *, project_id: int) -> dict[str, object]:
    """Make the pack of a project and keep it for download; the result says how many bytes it has."""
    row = projects.project_row(ctx.actor.scope, project_id)

    def say(words: str, done: int, total: int) -> None:
        ctx.step(words, done=done, total=total)

    with tempfile.TemporaryFile(prefix="evidence-") as target:
        name = evidence.write(ctx.actor, project_id, target, say=say)
        size = target.tell()
        target.seek(0)
        stored = files.store(
            ctx.actor, target, name, division=row.division_code, sector=row.sector, project_id=project_id
        )
    ctx.attach(stored.pk)
    return {"bytes": size, "message": f"{name} 已打包，{max(size // 1024, 1):,} KB"}
