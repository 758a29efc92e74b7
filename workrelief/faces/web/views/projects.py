"""项目清单: the register in scope, and one project on a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from workrelief.base.access.permissions import allowed
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Action, Badge, Column, build_table
from workrelief.faces.shared.text import fen_wan, fen_yi, number
from workrelief.faces.web import listing
from workrelief.kernel.address import address_of
from workrelief.kernel.figure import Figure
from workrelief.kernel.kinds import Sector, Track
from workrelief.work.payroll import queries as payroll
from workrelief.work.projects import queries
from workrelief.work.training import queries as training
from workrelief.work.workers import queries as workers

STAGE_TONES = {"preparing": "", "building": "run", "main_done": "warn", "in_use": "done"}
LIST_LEVELS = {"province": "省级", "city": "市级", "county": "县级"}


class ProjectForm(listing.ListForm):
    """Filters of the list."""

    text = forms.CharField(label="项目名称", max_length=80, help_text="")
    year = forms.TypedChoiceField(label="年度", coerce=int, empty_value=None)
    track = forms.ChoiceField(label="项目线", choices=listing.any_of(Track.choices()))
    stage = forms.ChoiceField(
        label="形象进度",
        choices=listing.any_of(
            [("preparing", "前期工作"), ("building", "主体施工"), ("main_done", "主体完工"), ("in_use", "建成投用")]
        ),
    )
    sector = forms.ChoiceField(label="领域", choices=listing.any_of(Sector.choices()))
    list_level = forms.ChoiceField(label="清单级次", choices=listing.any_of(LIST_LEVELS.items()))
    division = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest) -> None:
        self.base_fields["year"].choices = listing.any_of((str(y), f"{y} 年") for y in range(2026, 2019, -1))  # type: ignore[attr-defined]
        super().__init__(request)

    def wanted(self, division: str, order: str) -> queries.ProjectFilter:
        return queries.ProjectFilter(
            division=division,
            tracks=self.values("track"),
            sectors=self.values("sector"),
            stages=self.values("stage"),
            year=self.value("year"),
            list_level=self.value("list_level") or "",
            text=self.value("text") or "",
            order=order,
        )


ORDERS = {"name": "name", "-investment": "investment", "investment": "investment_up", "place": "place"}

COLUMNS = (
    Column(
        "name", "项目名称", sub="code", link=lambda r: reverse("web:project", args=[r.pk]), lead=True, sort="name_key"
    ),
    Column("place", "所在地", value=lambda r: divisions.path_name(r.division_code), sort="division_code"),
    Column("track", "项目线", value=lambda r: Track.of_id(r.track).short),
    Column("sector", "领域", value=lambda r: Sector.of_id(r.sector).label),
    Column("investment", "总投资", kind="wan", value="investment_fen", sort="investment_fen"),
    Column("planned_workers", "拟吸纳", kind="number", unit="人"),
    Column("planned_pay", "拟发报酬", kind="wan", value="planned_pay_fen"),
    Column("stage", "形象进度", kind="badge", value=lambda r: Badge(r.get_stage_display(), STAGE_TONES[r.stage])),
)


@page("project.view")
def project_list(request: ActingRequest) -> HttpResponse:
    """The register: tree, filters, table, sums of the whole result, export."""
    actor = request.actor
    division = listing.chosen_division(request, actor)
    form = ProjectForm(request)
    wanted = form.wanted(division, ORDERS.get(request.GET.get("sort", ""), "recent"))
    rows = queries.projects(actor.scope, wanted)
    if request.GET.get("export"):
        return listing.export_rows(actor, "项目清单", COLUMNS, rows, demo=settings.DEMO_MODE)
    shown = paginate(request, rows)
    sums = queries.totals(rows)
    can_import = allowed(actor, "project.import")
    return render(
        request,
        "rooms/list.html",
        {
            "title": "项目清单",
            "crumbs": [("项目清单", "")],
            "guide": registry.guide("import-project-list"),
            "form": form,
            "table": build_table(request, COLUMNS, shown, caption="项目清单", id="projects"),
            "page": shown,
            "noun": "个项目",
            "sums": f"总投资 {fen_yi(sums.investment_fen)} 亿元 · 拟吸纳 {number(sums.planned_workers)} 人 · 拟发报酬 {fen_wan(sums.planned_pay_fen)} 万元",
            "place": divisions.path_name(division or actor.home),
            "tree": listing.division_tree(request, actor, division),
            "export_url": query_url(request, export="1", page=None) if allowed(actor, "export.create") else "",
            "primary": Action("导入清单", reverse("web:import-new", args=["project_list"])) if can_import else None,
            "tools": [Action("导入进展情况调度表", reverse("web:import-new", args=["progress"]))] if can_import else [],
            "empty_url": reverse("web:import-new", args=["project_list"]) if can_import and not request.GET else "",
            "empty_action": "导入项目清单" if can_import and not request.GET else "",
        },
    )


@page("project.view")
def project_page(request: ActingRequest, project_id: int) -> HttpResponse:
    """One project: its figures, money, people, pay sheets and training."""
    actor = request.actor
    detail = queries.project(actor.scope, project_id)
    sees_pay = allowed(actor, "paysheet.view")
    sheets = list(payroll.pay_sheets(actor.scope, payroll.PaySheetFilter(project=project_id))[:24]) if sees_pay else []
    sees_people = allowed(actor, "worker.view")
    people = list(workers.roster(actor.scope, project_id)[:10]) if sees_people else []
    sessions = list(training.sessions(actor.scope, training.SessionFilter(project=project_id))[:10])
    return render(
        request,
        "rooms/project.html",
        {
            "title": detail.row.name,
            "crumbs": [("项目清单", reverse("web:projects")), (detail.row.name, "")],
            "guide": registry.guide("import-pay-sheet"),
            "p": detail.row,
            "detail": detail,
            "stage": Badge(detail.row.get_stage_display(), STAGE_TONES[detail.row.stage]),
            "level": LIST_LEVELS.get(detail.row.list_level, ""),
            "kpis": _kpis(detail),
            "sheets": sheets,
            "people": people,
            "sees_pay": sees_pay,
            "sees_people": sees_people,
            "sessions": sessions,
        },
    )


def _kpis(detail: queries.ProjectDetail) -> list[dict[str, Any]]:
    """Headline figures of the project, each with the address of the rows behind it."""
    if detail.figures is None:
        return []
    cells = detail.figures.cells.get((str(detail.id),), {})
    names = (
        ("headcount_project", "吸纳务工"),
        ("person_days", "务工工日"),
        ("wages_paid", "发放劳务报酬"),
        ("wages_per_head", "人均报酬"),
        ("labour_pay_share", "占中央资金"),
    )
    return [_kpi(label, cells[name]) for name, label in names if name in cells]


def _kpi(label: str, figure: Figure) -> dict[str, Any]:
    return {
        "label": label,
        "value": figure.text,
        "unit": figure.unit_text,
        "url": f"{reverse('web:figure')}?{address_of(figure, live=True).query}" if figure.value is not None else "",
    }
