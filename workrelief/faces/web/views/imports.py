"""导入 in three steps: upload, check, confirm; the work runs as a job whose progress the page shows."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.permissions import allowed, permit
from workrelief.base.intake import jobs, queries, services
from workrelief.base.intake.importer import importer, kinds
from workrelief.base.intake.states import IMPORT_BATCH
from workrelief.base.jobs import queries as job_queries
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.download import attachment
from workrelief.faces.shared.import_reading import sheet_reading
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Column, build_table
from workrelief.faces.shared.text import fen_wan, number
from workrelief.faces.web import listing
from workrelief.faces.web.job_parts import job_context, result_page
from workrelief.faces.web.templatetags.rooms import batch_state
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput
from workrelief.outputs.render.import_template import TemplateColumn, template_bytes
from workrelief.outputs.render.xlsx import ColumnKind

LEVELS = {"": "全部问题", "error": "错误", "remark": "提示"}
JOBS = ("intake.check", "intake.commit")
ISSUES_PER_PAGE = 20

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


class BatchForm(listing.ListForm):
    """Filters of the list of batches."""

    kind = forms.ChoiceField(label="类别", choices=lambda: listing.any_of((k.kind, k.title) for k in kinds()))
    state = forms.ChoiceField(label="状态", choices=listing.any_of(IMPORT_BATCH.choices()))


@page("import.upload")
def import_list(request: ActingRequest) -> HttpResponse:
    """All batches the actor may see, and the kinds that may be brought."""
    actor = request.actor
    form = BatchForm(request)
    shown = paginate(request, queries.batches_for(actor, kind=form.value("kind") or "", states=form.values("state")))
    return render(
        request,
        "rooms/imports.html",
        {
            "title": "数据导入",
            "crumbs": [("数据导入", "")],
            "kinds": [k for k in kinds() if allowed(actor, k.permission)],
            "form": form,
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
            "crumbs": [("数据导入", reverse("web:imports")), (f"导入{one.title}", "")],
            "guide": registry.guide(one.guide) if one.guide else None,
            "one": one,
            "error": error,
            "options": [(o, request.POST.get(o.name, "")) for o in one.options],
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
    column = request.GET.get("column", "")
    found = queries.issues_for(actor, batch_id, level=level)  # type: ignore[arg-type]
    issues = paginate(request, found.filter(title=column) if column else found, ISSUES_PER_PAGE)
    last = job_queries.jobs_of(actor).filter(kind__in=JOBS, key=f"batch-{batch_id}").first()
    running = last if last is not None and last.is_live else None
    waiting = batch.state in ("uploaded", "checked")
    said = _count(batch, level)
    return render(
        request,
        "rooms/import_batch.html",
        {
            "title": f"导入{one.title}",
            "crumbs": [("数据导入", reverse("web:imports")), (batch.file_name, "")],
            "guide": registry.guide(one.guide) if one.guide else None,
            "one": one,
            "batch": batch,
            "step": {"uploaded": 2, "failed": 2, "checked": 2, "committed": 4, "undone": 4}[batch.state],
            "running": running,
            "stopped": last.message if last is not None and last.state in ("failed", "cancelled") and waiting else "",
            "issues": issues,
            "unlisted": said - issues.total if not column and said > issues.total else 0,
            "level": level,
            "column": column,
            "tabs": [
                (key, label, _count(batch, key), query_url(request, level=key or None, column=None, page=None))
                for key, label in LEVELS.items()
            ],
            "columns": [
                (title, count, query_url(request, column=title, page=None))
                for title, count in _by_column(batch, level).items()
            ],
            "all_columns_url": query_url(request, column=None, page=None),
            "readings": [sheet_reading(s) for s in batch.sheets],
            "can_commit": batch.state == "checked"
            and batch.rows_good > 0
            and not (one.mode == "all_or_nothing" and batch.errors),
            "can_undo": batch.state == "committed" and allowed(actor, "import.undo"),
            "totals": _totals(batch.report),
            "notes": batch.report.get("notes", []),
            "result_url": _result_url(batch) if batch.state == "committed" else "",
            "seconds": batch.seconds_x10 / 10,
        }
        | (job_context(actor, running) if running else {}),
    )


_RESULTS = {
    "project_list": "web:projects",
    "published_projects": "web:projects",
    "progress": "web:projects",
    "roster": "web:workers",
    "training": "web:training",
}


def _result_url(batch: Any) -> str:
    """Where the rows of a committed batch are to be seen."""
    if batch.kind == "pay_sheet":
        return f"{reverse('web:paysheets')}?batch={batch.pk}"
    return reverse(_RESULTS[batch.kind]) if batch.kind in _RESULTS else ""


def _by_column(batch: Any, level: str) -> dict[str, int]:
    """Problems of each column of the file, most first; those of the whole row or file have no column."""
    numbers: dict[str, int] = {}
    for of_level, title, count in batch.by_column:
        if title and level in ("", of_level):
            numbers[title] = numbers.get(title, 0) + count
    return dict(sorted(numbers.items(), key=lambda line: -line[1]))


def _count(batch: Any, level: str) -> int:
    if level == "error":
        return int(batch.errors)
    return int(batch.remarks) if level == "remark" else int(batch.errors + batch.remarks)


_TOTAL_LABELS = {
    "sheets": ("发放表", "张"),
    "lines": ("发放明细", "人次"),
    "due_fen": ("应发", "万元"),
    "paid_fen": ("实发", "万元"),
    "wages_fen": ("已发放劳务报酬", "万元"),
    "new_persons": ("新登记人员", "人"),
    "updated_persons": ("更新人员", "人"),
    "new_engagements": ("新登记花名册", "人"),
    "new_accounts": ("新登记账户", "个"),
    "projects": ("涉及项目", "个"),
    "investment_fen": ("总投资", "万元"),
    "sessions": ("培训", "场"),
    "person_times": ("培训人次", "人次"),
    "known_workers": ("按证件号登记", "人"),
}


def _totals(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(label, number, unit) of what a commit wrote: rows first, then what the importer counted; noughts are left out."""
    if not report:
        return []
    shown = [("写入", f"{report.get('rows', 0):,}", "行")]
    for name, (label, unit) in _TOTAL_LABELS.items():
        value = report.get("totals", {}).get(name)
        if isinstance(value, int) and value:
            shown.append((label, fen_wan(value) if name.endswith("_fen") else number(value), unit))
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
    try:
        services.undo(request.actor, batch_id)
        messages.success(request, "已整批撤销，统计数同步更新。")
    except Conflict as err:
        messages.error(request, err.message)
    return redirect("web:import-batch", batch_id)


@page("import.upload")
def import_failed(request: ActingRequest, batch_id: int) -> HttpResponse:
    """The rows left out, with their reasons, ready to be mended and sent again."""
    batch = queries.batch_for(request.actor, batch_id)
    return attachment(
        services.failed_rows_xlsx(request.actor, batch_id), f"未通过行_{batch.file_name.rsplit('.', 1)[0]}.xlsx"
    )


_TEMPLATE_KINDS: dict[str, ColumnKind] = {
    "int": "int",
    "tenths": "days",
    "hundredths": "quantity",
    "money": "money_yuan",
    "wan": "money_wan",
    "date": "date",
}
"""Number formats of the blank form; everything else is text, so that numbers of cards and codes keep their noughts."""


@page("import.upload")
def import_template(request: ActingRequest, kind: str) -> HttpResponse:
    """The blank form, made from the same declaration the import reads by."""
    one = importer(kind)
    permit(request.actor, one.permission)
    columns = tuple(
        TemplateColumn(
            title=c.head,
            required=c.required,
            example=c.example,
            note=c.note,
            choices=c.choice_labels(),
            group=c.group,
            kind=_TEMPLATE_KINDS.get(c.type, "text"),
        )
        for c in one.columns
    )
    notes = ("带 * 的列必填。", "示例行导入前请删除。", "金额单位见表头；证件号、卡号按文本填写。")
    data = template_bytes(one.title, columns, notes)
    return attachment(data, f"{one.title}_模板.xlsx")
