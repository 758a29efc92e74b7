"""数据快照: the sealed snapshots with their digests, and sealing a period."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.permissions import allowed
from workrelief.base.jobs.services import enqueue
from workrelief.base.jobs.states import DONE, FAILED
from workrelief.base.law import registry as law
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import paginate
from workrelief.faces.shared.tables import Column, build_table
from workrelief.faces.web.figure_pages import SPANS, years_with_data
from workrelief.figures.snapshots import queries
from workrelief.figures.snapshots.models import Manifest
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput
from workrelief.kernel.period import Period


def _statistics(row: Manifest) -> str:
    period = Period(row.period)
    span = str(period).removeprefix(str(period.year))
    if period.kind == "month":
        return ""
    return f"{reverse('web:statistics')}?year={period.year}&span={span}&m={row.name}"


_COLUMNS = (
    Column("name", "快照", link=_statistics, lead=True),
    Column("period", "统计期", value=lambda row: Period(row.period).label),
    Column("version", "版次", value=lambda row: f"第 {row.version} 版"),
    Column("rows", "台账行", kind="number", unit="行"),
    Column("files", "文件", kind="number", value=lambda row: len(row.files), unit="个"),
    Column("digest", "摘要（SM3）", value=lambda row: row.digest[:32], sub=lambda row: row.digest[32:]),
    Column("made_at", "封存时间", kind="moment"),
    Column("made_by", "封存人"),
)


@page("figures.view")
def snapshots(request: ActingRequest) -> HttpResponse:
    """Sealed snapshots, newest first; who may seal also gets the form."""
    pager = paginate(request, queries.sealed_manifests())
    may_seal = allowed(request.actor, "period.seal")
    return render(
        request,
        "snapshots.html",
        {
            "title": "数据快照",
            "crumbs": (("统计分析", reverse("web:statistics")), ("数据快照", "")),
            "guide": law.guide("seal-period"),
            "table": build_table(request, _COLUMNS, pager.items, caption="数据快照", id="snapshots"),
            "pager": pager,
            "may_seal": may_seal,
            "periods": _periods() if may_seal else [],
        },
    )


@require_POST
@page("period.seal")
def seal(request: ActingRequest) -> HttpResponse:
    """Ask for the job that seals a period. A second wish for the same period joins the first."""
    try:
        period = Period(request.POST.get("period", ""))
        if period.last_day >= clock.today():
            raise InvalidInput("period.not_over", f"{period.label}尚未结束，不能封存。")
        job = enqueue(request.actor, "snapshot.seal", key=str(period), period=str(period))
    except (InvalidInput, Conflict) as err:
        messages.error(request, err.message)
        return redirect("web:snapshots")
    if job.state == DONE:
        messages.success(request, f"{period.label}已封存为快照 {(job.result or {}).get('manifest', '')}。")
    elif job.state == FAILED:
        messages.error(request, f"{period.label}没有封存成功：{job.message}")
    else:
        messages.info(request, f"已开始封存{period.label}，可在任务中心看进度。")
    return redirect("web:snapshots")


def _periods() -> list[tuple[str, str, bool]]:
    """(period, words, sealed already) of every year, half and quarter that is over and has rows."""
    today = clock.today()
    periods = [Period(f"{year}{span}") for year in years_with_data() for span, _ in SPANS]
    sealed = set(queries.sealed_months())
    return [(str(p), p.label, {m.first_month for m in p.each_month()} <= sealed) for p in periods if p.last_day < today]
