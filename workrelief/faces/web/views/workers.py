"""务工花名册: persons in scope, numbers masked; the numbers themselves only with a purpose, logged first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.permissions import allowed
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import paginate
from workrelief.faces.shared.tables import Action, Column
from workrelief.faces.web import listing
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.kinds import WorkerGroup
from workrelief.work.payroll import queries as payroll
from workrelief.work.projects import queries as projects
from workrelief.work.workers import queries, services


class WorkerForm(listing.ListForm):
    """Filters of the list."""

    text = forms.CharField(label="姓名或证件号", max_length=40)
    group = forms.ChoiceField(label="人员类别", choices=listing.any_of(WorkerGroup.choices()))
    project = forms.IntegerField(widget=forms.HiddenInput)
    division = forms.CharField(widget=forms.HiddenInput)


COLUMNS = (
    Column(
        "name",
        "姓名",
        sub="identity_masked",
        sub_label="证件号",
        link=lambda r: reverse("web:worker", args=[r.pk]),
        lead=True,
    ),
    Column("sex", "性别", value=lambda r: r.get_sex_display()),
    Column("born_on", "出生日期", kind="date"),
    Column("home", "户籍地", value=lambda r: divisions.path_name(r.division_code)),
    Column("village", "所在村"),
    Column("group", "人员类别", value=lambda r: r.get_group_display()),
)
LINES_SHOWN = 24


@page("worker.view")
def worker_list(request: ActingRequest) -> HttpResponse:
    """Persons of the scope; a whole identity number in the search box finds that person."""
    actor = request.actor
    form = WorkerForm(request)
    project = form.value("project")

    def rows(division: str) -> QuerySet[Any]:
        wanted = queries.WorkerFilter(division, form.values("group"), project, form.value("text") or "")
        return queries.workers(actor.scope, wanted)

    listed = listing.ListPage("务工花名册", "workers", COLUMNS, rows, "人", form, counted=False)
    extra: dict[str, Any] = {
        "guide": registry.guide("import-roster"),
        "list_note": "证件号只显示前 6 位和后 4 位；查看全号须填写事由，系统留痕。",
    }
    if project is not None:
        extra["place"] = projects.project_row(actor.scope, project).name
    if allowed(actor, "roster.import"):
        extra["primary"] = Action("导入花名册", reverse("web:import-new", args=["roster"]))
    return listing.list_page(request, listed, **extra)


@page("worker.view")
def worker_page(request: ActingRequest, worker_id: int) -> HttpResponse:
    """One person: rosters and pay in the reader's scope."""
    return render(request, "rooms/worker.html", _context(request, worker_id))


def _context(request: ActingRequest, worker_id: int) -> dict[str, object]:
    actor = request.actor
    detail = queries.worker(actor.scope, worker_id)
    refs = projects.refs(actor.scope, [e.project_id for e in detail.roster])
    lines = payroll.lines_of_worker(actor.scope, worker_id) if allowed(actor, "paysheet.view") else None
    return {
        "title": detail.name,
        "crumbs": [("务工花名册", reverse("web:workers")), (detail.name, "")],
        "guide": registry.guide("import-roster"),
        "w": detail,
        "roster": [(e, refs[e.project_id]) for e in detail.roster if e.project_id in refs],
        "lines": paginate(request, lines, LINES_SHOWN) if lines is not None else None,
        "sums": payroll.sums_of(actor.scope, lines) if lines is not None else None,
        "can_reveal": allowed(actor, "worker.view_identity"),
    }


@require_POST
@page("worker.view_identity")
def reveal(request: ActingRequest, worker_id: int) -> HttpResponse:
    """Show the numbers once, after the look was logged with its purpose."""
    try:
        found = services.reveal_numbers(request.actor, worker_id, purpose=request.POST.get("purpose", ""))
    except InvalidInput as err:
        messages.error(request, err.message)
        return redirect("web:worker", worker_id)
    return render(request, "rooms/worker.html", _context(request, worker_id) | {"numbers": found})
