"""Issuing a list as a job: the same service, with its progress in the task centre."""

from __future__ import annotations

from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.jobs.context import JobContext
from workrelief.base.jobs.models import Job
from workrelief.base.jobs.registry import job
from workrelief.base.jobs.services import enqueue
from workrelief.kernel.errors import InvalidInput, NotPermitted
from workrelief.work.lists import services
from workrelief.work.lists.rules.turns import issue_refusal


@job("lists.issue", permission="list.issue", label="印发项目清单")
def issue_list(
    ctx: JobContext, *, year: int, level: str, division: str, document_no: str, issued_on: str, track: str = ""
) -> dict[str, object]:
    ctx.step("核对清单并印发")
    made = services.issue(
        ctx.actor, year, level, division=division, document_no=document_no, issued_on=date.fromisoformat(issued_on),
        track=track or None,
    )  # fmt: skip
    number = int(made.totals["projects"])
    return {"edition": made.pk, "projects": number, "message": f"已印发《{made.title}》，共 {number:,} 个项目。"}


def request_issue(
    actor: Actor, year: int, level: str, *, division: str, document_no: str, issued_on: date, track: str = ""
) -> Job:
    """Ask for the issue of a list; pressing twice asks once. Raises NotPermitted and InvalidInput before it is queued."""
    if refusal := issue_refusal(actor, level, division):
        raise NotPermitted("list.turn", refusal)
    if not document_no.strip():
        raise InvalidInput("list.document_no", "请填写发文字号。")
    services.require_next_paper(year, level, division, track, document_no, issued_on)
    return enqueue(
        actor, "lists.issue", key=f"{year}-{level}-{division}-{track}", year=year, level=level, division=division,
        document_no=document_no.strip(), issued_on=issued_on.isoformat(), track=track,
    )  # fmt: skip
