"""项目清单: the register in scope, and one project on a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from workrelief.base.access.permissions import allowed
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.shared.tables import Action, Badge, Column
from workrelief.faces.shared.text import fen_wan, fen_yi, number
from workrelief.faces.web import listing
from workrelief.faces.web.views.project_shape import OnRecord, stages
from workrelief.faces.web.views.share import share_panel
from workrelief.kernel import clock
from workrelief.kernel.address import address_of
from workrelief.kernel.figure import Figure
from workrelief.kernel.kinds import Sector, Track
from workrelief.work.funds import queries as plans
from workrelief.work.payroll import queries as payroll
from workrelief.work.projects import queries
from workrelief.work.training import queries as training
from workrelief.work.workers import queries as workers

STAGE_TONES = {"preparing": "", "building": "run", "main_done": "done", "in_use": "done"}
SHEETS_SHOWN = 24
SESSIONS_READ = 200
LIST_LEVELS = {"province": "省级", "city": "市级", "county": "县级"}
STAGES = [("preparing", "前期工作"), ("building", "主体施工"), ("main_done", "主体完工"), ("in_use", "建成投用")]


class ProjectForm(listing.ListForm):
    """Filters of the list."""

    text = forms.CharField(label="项目名称", max_length=80, widget=forms.TextInput(attrs={"placeholder": "名称或代码"}))
    year = forms.TypedChoiceField(
        label="年度", coerce=int, empty_value=None, choices=lambda: listing.any_of(listing.years())
    )
    track = forms.ChoiceField(label="项目线", choices=listing.any_of((t.id, t.short) for t in Track))
    stage = forms.ChoiceField(label="形象进度", choices=listing.any_of(STAGES))
    sector = forms.ChoiceField(label="领域", choices=listing.any_of(Sector.choices()))
    list_level = forms.ChoiceField(label="清单级次", choices=listing.any_of(LIST_LEVELS.items()))
    division = forms.CharField(widget=forms.HiddenInput)

    def wanted(self, division: str) -> queries.ProjectFilter:
        return queries.ProjectFilter(
            division=division,
            tracks=self.values("track"),
            sectors=self.values("sector"),
            stages=self.values("stage"),
            year=self.value("year"),
            list_level=self.value("list_level") or "",
            text=self.value("text") or "",
        )


COLUMNS = (
    Column(
        "name",
        "项目名称",
        sub=lambda r: r.code or "未赋码",
        sub_label="代码",
        link=lambda r: reverse("web:project", args=[r.pk]),
        lead=True,
        sort="name_key",
    ),
    Column(
        "track",
        "项目线",
        value=lambda r: Track.of_id(r.track).short,
        sub=lambda r: Sector.of_id(r.sector).label,
        sub_label="领域",
    ),
    listing.place_column(sort="division_code"),
    Column("investment", "总投资", kind="wan", value="investment_fen", sort="investment_fen"),
    Column("planned_workers", "拟吸纳", kind="number", unit="人", sort="planned_workers"),
    Column("planned_pay", "拟发报酬", kind="wan", value="planned_pay_fen", sort="planned_pay_fen"),
    Column("stage", "形象进度", kind="badge", value=lambda r: Badge(r.get_stage_display(), STAGE_TONES[r.stage])),
)


@page("project.view")
def project_list(request: ActingRequest) -> HttpResponse:
    """The register: tree, filters, table, sums of the whole result, export."""
    actor = request.actor
    form = ProjectForm(request)

    def rows(division: str) -> QuerySet[Any]:
        return queries.projects(actor.scope, form.wanted(division))

    def rows_of_many(division: str) -> QuerySet[Any]:
        return queries.projects(actor.scope, form.wanted(division), along_order=True)

    def sums(_: str, totals: tuple[int, ...]) -> str:
        investment_fen, planned_workers, planned_pay_fen = totals
        return (
            f"总投资 {fen_yi(investment_fen)} 亿元 · 拟吸纳 {number(planned_workers)} 人 · "
            f"拟发报酬 {fen_wan(planned_pay_fen)} 万元"
        )

    batch = (
        (listing.Batch("列入清单", reverse("web:lists-enter-many"), "project"),) if allowed(actor, "list.enter") else ()
    )
    listed = listing.ListPage(
        "项目清单", "projects", COLUMNS, rows, "个项目", form, sums,
        tally=lambda level: queries.tally(actor.scope, form.wanted(""), level), rows_of_many=rows_of_many, batch=batch,
    )  # fmt: skip
    if not allowed(actor, "project.import"):
        return listing.list_page(request, listed, guide=registry.guide("import-project-list"))
    new = reverse("web:import-new", args=["project_list"])
    first = {} if request.GET else {"empty_url": new, "empty_action": "导入项目清单"}
    return listing.list_page(
        request,
        listed,
        guide=registry.guide("import-project-list"),
        primary=Action("导入清单", new),
        tools=[
            *([Action("登记项目", reverse("web:project-new"))] if allowed(actor, "project.register") else []),
            Action("导入进展情况调度表", reverse("web:import-new", args=["progress"])),
        ],
        **first,
    )


@page("project.view")
def project_page(request: ActingRequest, project_id: int) -> HttpResponse:
    """One project: how far it is, its figures, money, people, pay sheets and training."""
    actor = request.actor
    detail = queries.project(actor.scope, project_id)
    is_special = detail.track is Track.SPECIAL_FUND and allowed(actor, "plan.view")
    sees_pay = allowed(actor, "paysheet.view")
    of_project = payroll.PaySheetFilter(project=project_id)
    sheets = list(payroll.pay_sheets(actor.scope, of_project)[:SHEETS_SHOWN]) if sees_pay else []
    sees_people = allowed(actor, "worker.view")
    roster = workers.roster(actor.scope, project_id)
    people = list(roster[:10]) if sees_people else []
    sessions = list(training.sessions(actor.scope, training.SessionFilter(project=project_id))[:SESSIONS_READ])
    entered, first_entry = workers.roster_summary(actor.scope, project_id)
    known = OnRecord(
        roster=entered,
        first_entry=first_entry,
        last_month=sheets[0].month if sheets else None,
        waiting=sum(sheet.state == "draft" for sheet in sheets),
        sessions=len(sessions),
        last_session=sessions[0].held_on if sessions else None,
    )
    return render(
        request,
        "rooms/project.html",
        {
            "title": detail.row.name,
            "crumbs": [("项目清单", reverse("web:projects")), (detail.row.name, "")],
            "stamp": Stamp(as_of=clock.now()),
            "guide": registry.guide("import-pay-sheet"),
            "p": detail.row,
            "may_match": allowed(actor, "catalogue.match"),
            "may_list": allowed(actor, "list.enter"),
            "may_edit": allowed(actor, "project.edit"),
            "detail": detail,
            "stage": Badge(detail.row.get_stage_display(), STAGE_TONES[detail.row.stage]),
            "level": LIST_LEVELS.get(detail.row.list_level, ""),
            "stages": stages(detail, known),
            "share": share_panel(actor, project_id) if is_special else None,
            "plan": plans.project_plan(actor.scope, project_id, known=_ref(detail)) if is_special else None,
            "may_duty": allowed(actor, "plan.responsibility"),
            "kpis": _kpis(detail),
            "sheets": sheets,
            "sheet_sums": payroll.totals(actor.scope, of_project) if sheets else None,
            "sheets_shown": SHEETS_SHOWN,
            "people": people,
            "people_count": entered,
            "sees_pay": sees_pay,
            "sees_life": allowed(actor, "lifecycle.view"),
            "sees_people": sees_people,
            "sessions": sessions,
        },
    )


def _ref(detail: queries.ProjectDetail) -> queries.ProjectRef:
    row = detail.row
    return queries.ProjectRef(
        row.pk, row.code, row.name, row.division_code, row.track, row.sector, row.starts_on, row.ends_on
    )


def _kpis(detail: queries.ProjectDetail) -> list[dict[str, Any]]:
    """Headline figures of the project, each with the address of the rows behind it."""
    cells = detail.figures.cells.get((str(detail.id),), {}) if detail.figures else {}
    names = [
        ("headcount_project", "吸纳务工"),
        ("person_days", "务工工日"),
        ("wages_paid", "发放劳务报酬"),
        ("wages_per_head", "人均报酬"),
    ]
    if detail.central_issued_fen:
        names.append(("labour_pay_share", "占中央资金"))
    return [_kpi(label, cells[name]) for name, label in names if name in cells]


def _kpi(label: str, figure: Figure) -> dict[str, Any]:
    known = figure.value is not None
    return {
        "label": label,
        "value": figure.text,
        "unit": figure.unit_text if known else "",
        "url": f"{reverse('web:figure')}?{address_of(figure, live=True).query}" if known else "",
    }
