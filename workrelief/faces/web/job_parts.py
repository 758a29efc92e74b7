"""A job as `_job.html` draws it. Rooms tell here which page shows what a job made.

job_parts.result_page("intake.commit", lambda job: reverse("web:import", args=[job.arguments["batch_id"]]), "查看结果")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.jobs import queries
from workrelief.base.jobs.models import Job
from workrelief.base.jobs.states import CANCELLED, DONE, FAILED, RUNNING, WAITING

_TONES = {WAITING: "", RUNNING: "run", DONE: "done", FAILED: "stop", CANCELLED: "warn"}


@dataclass(frozen=True)
class ShownJob:
    """What the partial prints; see the first lines of `_job.html`."""

    id: int
    title: str
    is_final: bool
    tone: str
    state_label: str
    done: int | None
    total: int | None
    message: str
    elapsed_text: str
    remaining_text: str
    error: str
    result_url: str
    result_label: str
    url: str
    asked_by: str
    log: tuple[str, ...]


_RESULT_PAGES: dict[str, tuple[Callable[[Job], str], str]] = {}


def result_page(kind: str, address: Callable[[Job], str], label: str = "查看结果") -> None:
    """Let finished jobs of `kind` lead to this address."""
    _RESULT_PAGES[kind] = (address, label)


def job_context(actor: Actor, job: Job) -> dict[str, Any]:
    """Context of `_job.html` for this job: `job`, `poll_url`, and `cancel_url` while it may be cancelled."""
    cancels = job.is_live and job.cancellable and not job.cancel_asked_by and allowed(actor, "job.cancel")
    return {
        "job": shown_job(job),
        "poll_url": reverse("web:job", args=[job.pk]),
        "cancel_url": reverse("web:job-cancel", args=[job.pk]) if cancels else "",
    }


def shown_job(job: Job) -> ShownJob:
    """The job with its present progress."""
    view = queries.view_of(job)
    url, label = _result(job)
    return ShownJob(
        id=job.pk,
        title=job.label,
        is_final=not job.is_live,
        tone=_TONES[job.state],
        state_label="正在取消" if view.is_cancelling else job.shown_state.label,
        done=view.done,
        total=view.total,
        message="" if job.state == FAILED else view.message,
        elapsed_text=duration(view.elapsed),
        remaining_text=duration(view.remaining),
        error=job.message if job.state == FAILED else "",
        result_url=url,
        result_label=label,
        url=reverse("web:job", args=[job.pk]),
        asked_by=job.user_name,
        log=view.log,
    )


def duration(length: timedelta | None) -> str:
    """3 秒, 2 分 5 秒, 1 小时 4 分; nothing for None."""
    if length is None:
        return ""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} 秒"
    if seconds < 3600:
        return f"{seconds // 60} 分 {seconds % 60} 秒" if seconds % 60 else f"{seconds // 60} 分"
    return f"{seconds // 3600} 小时 {seconds % 3600 // 60} 分"


def _result(job: Job) -> tuple[str, str]:
    """Where the result is, and what the button says; nothing before the job is done."""
    if job.state != DONE:
        return "", ""
    if job.result_file_id is not None:
        return reverse("web:job-result", args=[job.pk]), "下载结果"
    if job.kind in _RESULT_PAGES:
        address, label = _RESULT_PAGES[job.kind]
        return address(job), label
    return "", ""
