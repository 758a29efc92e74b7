"""任务中心: what runs and what ran, for oneself and within the scope."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from workrelief.base.files import queries as files
from workrelief.base.jobs import queries, services
from workrelief.base.jobs.states import LIVE, STATES
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.errors import is_htmx
from workrelief.faces.shared.paging import paginate
from workrelief.faces.shared.tables import Column, build_table, ordered
from workrelief.faces.web.job_parts import duration, job_context
from workrelief.kernel.errors import NotFound

MOST_LIVE = 20
"""So many live jobs are drawn with their progress; more stand in the list."""

COLUMNS = (
    Column("label", "任务", lead=True, link=lambda j: reverse("web:job", args=[j.pk])),
    Column("shown_state", "状态", kind="badge"),
    Column("user_name", "发起人"),
    Column("created_at", "发起时间", kind="moment", sort="created_at"),
    Column("took", "用时", value=lambda j: duration(j.took)),
    Column("message", "结果"),
)


class JobForm(forms.Form):
    """Filters of the list."""

    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *((s.id, s.label) for s in STATES.values())]
    )
    mine = forms.BooleanField(label="只看我发起的", required=False)


@page("job.view")
@require_GET
def job_list(request: ActingRequest) -> HttpResponse:
    """Live jobs with their progress, then all; for system administrators also the schedule."""
    actor = request.actor
    form = JobForm(request.GET, auto_id="f_%s")
    form.is_valid()
    rows = queries.jobs_of(actor)
    live = [job_context(actor, job) for job in rows.filter(state__in=LIVE)[:MOST_LIVE]]
    if form.cleaned_data.get("state"):
        rows = rows.filter(state=form.cleaned_data["state"])
    if form.cleaned_data.get("mine"):
        rows = rows.filter(user_id=actor.user_id)
    shown = paginate(request, ordered(request, rows, COLUMNS, default="-id"))
    context = {
        "title": "任务中心",
        "crumbs": [("任务中心", "")],
        "live": live,
        "form": form,
        "page": shown,
        "table": build_table(request, COLUMNS, shown.items, caption="任务", id="jobs"),
        "noun": "个任务",
        "schedule": queries.schedule_views(actor),
        "empty_title": "还没有任务",
        "empty_cause": "导入、锁版、生成通报等较长的工作会在这里显示进度和结果。",
    }
    return render(request, "jobs/list.html", context)


@page("job.view")
@require_GET
def job(request: ActingRequest, job_id: int) -> HttpResponse:
    """One job: the polling part for htmx, a page with its log for people."""
    found = queries.job_for(request.actor, job_id)
    context = job_context(request.actor, found)
    if is_htmx(request):
        return render(request, "_job.html", context)
    findings = (found.problem or {}).get("findings", [])
    context |= {
        "title": found.label,
        "crumbs": [("任务中心", reverse("web:jobs")), (found.label, "")],
        "row": found,
        "findings": findings,
    }
    return render(request, "jobs/job.html", context)


@page("job.cancel")
@require_POST
def job_cancel(request: ActingRequest, job_id: int) -> HttpResponse:
    """Cancel it, or ask it to stop at its next step."""
    cancelled = services.cancel_job(request.actor, job_id)
    if is_htmx(request):
        return render(request, "_job.html", job_context(request.actor, cancelled))
    messages.success(request, "已取消任务。" if not cancelled.is_live else "已通知任务停止，它会在当前步骤结束后取消。")
    return redirect("web:jobs")


@page("file.download")
@require_GET
def job_result(request: ActingRequest, job_id: int) -> FileResponse:
    """The file the job made, as a download."""
    found = queries.job_for(request.actor, job_id)
    if found.result_file_id is None:
        raise NotFound("job.no_result", "这个任务没有可下载的文件。")
    stored = files.file_for(request.actor, found.result_file_id)
    return FileResponse(
        files.open_file(stored), as_attachment=True, filename=stored.name, content_type=stored.media_type
    )
