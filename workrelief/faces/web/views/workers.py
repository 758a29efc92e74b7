"""务工花名册: persons in scope, numbers masked; the numbers themselves only with a purpose, logged first."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.permissions import allowed
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Action, Column, build_table
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
    Column("name", "姓名", sub="identity_masked", link=lambda r: reverse("web:worker", args=[r.pk]), lead=True),
    Column("sex", "性别", value=lambda r: r.get_sex_display()),
    Column("born_on", "出生日期", kind="date"),
    Column("home", "户籍地", value=lambda r: divisions.path_name(r.division_code)),
    Column("village", "所在村"),
    Column("group", "人员类别", value=lambda r: r.get_group_display()),
)


@page("worker.view")
def worker_list(request: ActingRequest) -> HttpResponse:
    """Persons of the scope; a whole identity number in the search box finds that person."""
    actor = request.actor
    division = listing.chosen_division(request, actor)
    form = WorkerForm(request)
    wanted = queries.WorkerFilter(
        division=division, groups=form.values("group"), project=form.value("project"), text=form.value("text") or ""
    )
    rows = queries.workers(actor.scope, wanted)
    if request.GET.get("export"):
        return listing.export_rows(actor, "务工花名册", COLUMNS, rows, demo=settings.DEMO_MODE)
    shown = paginate(request, rows)
    can_import = allowed(actor, "roster.import")
    place = divisions.path_name(division or actor.home)
    if wanted.project is not None:
        place = projects.project_row(actor.scope, wanted.project).name
    return render(
        request,
        "rooms/list.html",
        {
            "title": "务工花名册",
            "crumbs": [("务工花名册", "")],
            "guide": registry.guide("import-roster"),
            "form": form,
            "table": build_table(request, COLUMNS, shown, caption="务工花名册", id="workers"),
            "page": shown,
            "noun": "人",
            "place": place,
            "tree": listing.division_tree(request, actor, division),
            "export_url": query_url(request, export="1", page=None) if allowed(actor, "export.create") else "",
            "primary": Action("导入花名册", reverse("web:import-new", args=["roster"])) if can_import else None,
            "list_note": "证件号只显示首 6 位和末 4 位；查看全号须填写事由，系统留痕。",
        },
    )


@page("worker.view")
def worker_page(request: ActingRequest, worker_id: int) -> HttpResponse:
    """One person: rosters and pay in the reader's scope."""
    actor = request.actor
    detail = queries.worker(actor.scope, worker_id)
    lines = payroll.lines_of_worker(actor.scope, worker_id) if allowed(actor, "paysheet.view") else None
    extra = {
        "guide": registry.guide("import-roster"),
        "lines": paginate(request, lines, 24) if lines is not None else None,
        "can_reveal": allowed(actor, "worker.view_identity"),
    }
    return render(request, "rooms/worker.html", _context(request, detail) | extra)


def _context(request: ActingRequest, detail: queries.WorkerDetail) -> dict[str, object]:
    refs = projects.refs(request.actor.scope, [e.project_id for e in detail.roster])
    return {
        "title": detail.name,
        "crumbs": [("务工花名册", reverse("web:workers")), (detail.name, "")],
        "w": detail,
        "roster": [(e, refs[e.project_id]) for e in detail.roster if e.project_id in refs],
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
    detail = queries.worker(request.actor.scope, worker_id)
    return render(request, "rooms/worker.html", _context(request, detail) | {"numbers": found})
