"""导入 in three steps: upload, check, confirm; the work runs as a job whose progress the page shows."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed, permit
from workrelief.base.intake import jobs, queries, services
from workrelief.base.intake.importer import importer, kinds
from workrelief.base.jobs import queries as job_queries
from workrelief.base.jobs.models import Job
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.download import attachment
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Column, build_table
from workrelief.faces.web.job_parts import job_context, result_page
from workrelief.faces.web.templatetags.rooms import batch_state
from workrelief.kernel.errors import DomainError, InvalidInput
from workrelief.outputs.render.import_template import TemplateColumn, template_bytes

LEVELS = {"": "全部问题", "error": "错误", "remark": "提示"}

BATCHES = (
    Column(
        "file_name",
        "文件",
        sub=lambda b: importer(b.kind).title,
        link=lambda b: reverse("web:import-batch", args=[b.pk]),
        lead=True,
    ),
    Column("state", "状态", kind="badge", value=batch_state),
    Column("rows_read", "读取", kind="number", unit="行"),
    Column("rows_good", "通过", kind="number", unit="行"),
    Column("rows_bad", "有错误", kind="number", unit="行"),
    Column("uploaded_by_name", "上传人"),
    Column("uploaded_at", "上传时间", kind="moment"),
)


for _kind in ("intake.check", "intake.commit"):
    result_page(_kind, lambda job: reverse("web:import-batch", args=[job.arguments["batch_id"]]), "查看批次")


@page("import.upload")
def import_list(request: ActingRequest) -> HttpResponse:
    """All batches the actor may see, and the kinds that may be brought."""
    actor = request.actor
    kind = request.GET.get("kind", "")
    rows = queries.batches_for(actor, kind=kind)
    shown = paginate(request, rows)
    return render(
        request,
        "rooms/imports.html",
        {
            "title": "导入",
            "crumbs": [("导入", "")],
            "kinds": [k for k in kinds() if allowed(actor, k.permission)],
            "table": build_table(request, BATCHES, shown, caption="导入批次", id="batches"),
            "page": shown,
        },
    )


@page("import.upload")
def import_new(request: ActingRequest, kind: str) -> HttpResponse:
    """Step 1: choose a file. A file that cannot be one is refused on the spot, saying what to do."""
    actor = request.actor
    one = importer(kind)
    permit(actor, one.permission)
    error: DomainError | None = None
    if request.method == "POST":
        file = request.FILES.get("file")
        options = {o.name: request.POST.get(o.name, "") for o in one.options}
        try:
            if file is None:
                raise InvalidInput("import.file", "请选择要导入的文件。")
            batch = services.upload(actor, cast(BinaryIO, file.file), file.name or "", kind, options=options)
            jobs.request_check(actor, batch.pk)
            return redirect("web:import-batch", batch.pk)
        except DomainError as err:
            error = err
    return render(
        request,
        "rooms/import_new.html",
        {
            "title": f"导入{one.title}",
            "crumbs": [("导入", reverse("web:imports")), (f"导入{one.title}", "")],
            "guide": registry.guide(one.guide) if one.guide else None,
            "one": one,
            "error": error,
            "columns": [c for c in one.columns if c.required or c.in_head],
        },
        status=error.status if error else 200,
    )


@page("import.upload")
def import_batch(request: ActingRequest, batch_id: int) -> HttpResponse:
    """Steps 2 and 3: what was found, row by row; then confirm. While a job runs the page shows its progress."""
    actor = request.actor
    batch = queries.batch_for(actor, batch_id)
    one = importer(batch.kind)
    level = request.GET.get("level", "")
    level = level if level in LEVELS else ""
    issues = paginate(request, queries.issues_for(actor, batch_id, level=level), 20)  # type: ignore[arg-type]
    running = _running_job(actor, batch_id)
    step = {"uploaded": 2, "failed": 2, "checked": 2, "committed": 4, "undone": 4}[batch.state]
    return render(
        request,
        "rooms/import_batch.html",
        {
            "title": f"导入{one.title}",
            "crumbs": [("导入", reverse("web:imports")), (batch.file_name, "")],
            "guide": registry.guide(one.guide) if one.guide else None,
            "one": one,
            "batch": batch,
            "step": step,
            "issues": issues,
            "level": level,
            "tabs": [
                (key, label, _count(batch, key), query_url(request, level=key or None, page=None))
                for key, label in LEVELS.items()
            ],
            "skipped": sum(len(s.get("total_rows", ())) for s in batch.sheets),
            "sheets": batch.sheets,
            "can_commit": batch.state == "checked"
            and batch.rows_good > 0
            and not (one.mode == "all_or_nothing" and batch.errors),
            "can_undo": batch.state == "committed" and allowed(actor, "import.undo"),
            "totals": _totals(batch.report.get("totals", {})) if batch.report else [],
            "seconds": batch.seconds_x10 / 10,
            **(job_context(actor, running) if running else {}),
        },
    )


def _running_job(actor: Actor, batch_id: int) -> Job | None:
    """The check or commit of this batch that waits or runs."""
    live = job_queries.jobs_of(actor).filter(
        kind__in=("intake.check", "intake.commit"), state__in=("waiting", "running")
    )
    return next((job for job in live if job.arguments.get("batch_id") == batch_id), None)


def _count(batch: Any, level: str) -> int:
    if level == "error":
        return int(batch.errors)
    return int(batch.remarks) if level == "remark" else int(batch.errors + batch.remarks)


_TOTAL_LABELS = {
    "sheets": ("发放表", "张"),
    "lines": ("明细", "行"),
    "due_fen": ("应发", "元"),
    "paid_fen": ("实发", "元"),
    "new_persons": ("新登记人员", "人"),
    "updated_persons": ("更新人员", "人"),
    "new_engagements": ("新登记花名册", "人"),
    "new_accounts": ("新登记账户", "个"),
    "projects": ("项目", "个"),
    "investment_fen": ("总投资", "元"),
    "sessions": ("培训", "场"),
    "person_times": ("培训人次", "人次"),
}


def _totals(totals: dict[str, Any]) -> list[tuple[str, str, str]]:
    shown = []
    for name, (label, unit) in _TOTAL_LABELS.items():
        if isinstance(value := totals.get(name), int):
            shown.append((label, f"{value / 100:,.2f}" if name.endswith("_fen") else f"{value:,}", unit))
    return shown


@require_POST
@page("import.upload")
def import_check(request: ActingRequest, batch_id: int) -> HttpResponse:
    """Check again, after a project list or roster was brought in the meantime."""
    jobs.request_check(request.actor, batch_id)
    return redirect("web:import-batch", batch_id)


@require_POST
@page("import.upload")
def import_commit(request: ActingRequest, batch_id: int) -> HttpResponse:
    """Step 3: write the good rows."""
    jobs.request_commit(request.actor, batch_id)
    return redirect("web:import-batch", batch_id)


@require_POST
@page("import.undo")
def import_undo(request: ActingRequest, batch_id: int) -> HttpResponse:
    """Take the whole batch back while nothing depends on it."""
    services.undo(request.actor, batch_id)
    messages.success(request, "已整批撤销，统计数同步更新。")
    return redirect("web:import-batch", batch_id)


@page("import.upload")
def import_failed(request: ActingRequest, batch_id: int) -> HttpResponse:
    """The rows left out, with their reasons, ready to be mended and sent again."""
    batch = queries.batch_for(request.actor, batch_id)
    return attachment(
        services.failed_rows_xlsx(request.actor, batch_id), f"未通过行_{batch.file_name.rsplit('.', 1)[0]}.xlsx"
    )


@page("import.upload")
def import_template(request: ActingRequest, kind: str) -> HttpResponse:
    """The blank form, made from the same declaration the import reads by."""
    one = importer(kind)
    permit(request.actor, one.permission)
    columns = tuple(
        TemplateColumn(
            title=c.head, required=c.required, example=c.example, note=c.note, choices=c.choice_labels(), group=c.group
        )
        for c in one.columns
    )
    notes = ("带 * 的列必填。", "示例行导入前请删除。", "金额单位见表头；证件号、卡号按文本填写。")
    data = template_bytes(one.title, columns, notes)
    return attachment(data, f"{one.title}_模板.xlsx")
