"""劳务报酬占比: the list of special-fund projects, the panel on a project's page, and the two responsibilities' form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from workrelief.base.access.actor import Actor
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry as law
from workrelief.faces.shared import text
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.shared.paging import paginate
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.shared.tables import Badge, Column, build_table
from workrelief.faces.web import listing
from workrelief.faces.web.figure_pages import figure_url
from workrelief.faces.web.views.plans_shape import day_from, tabs
from workrelief.kernel import clock
from workrelief.kernel.errors import DomainError, InvalidInput
from workrelief.kernel.kinds import Track
from workrelief.work.funds import queries as plan_queries
from workrelief.work.funds import services
from workrelief.work.funds.queries import share as queries
from workrelief.work.funds.queries.projects import duties_of
from workrelief.work.funds.queries.share import ProjectShare
from workrelief.work.funds.queries.waiting import project_ids_without_duties
from workrelief.work.funds.rules.plans import Duties, duties_missing
from workrelief.work.funds.rules.share import Requirement
from workrelief.work.projects import queries as projects

_STAGES = [("preparing", "前期工作"), ("building", "主体施工"), ("main_done", "主体完工"), ("in_use", "建成投用")]
KIND_WORDS = {"nation": "底线", "region": "底线", "batch": "底线", "target": "承诺", "promise": "承诺"}


class _ShareForm(listing.ListForm):
    text = forms.CharField(label="项目", max_length=80, widget=forms.TextInput(attrs={"placeholder": "名称或代码"}))
    stage = forms.ChoiceField(label="形象进度", choices=listing.any_of(_STAGES))
    pace = forms.ChoiceField(label="进度", choices=listing.any_of([("behind", "落后于投资进度")]))
    division = forms.CharField(widget=forms.HiddenInput)


def standing(one: ProjectShare) -> Badge:
    """已达到, 进度落后, 尚未达到 or 没有底线, with its colour."""
    share = one.share
    if not share.requirements or not share.base_fen:
        return Badge("资金未下达", "")
    if share.is_met:
        return Badge("已达到", "done")
    return Badge("进度落后", "stop", "alert-triangle") if share.is_behind else Badge("尚未达到", "run")


def _mark(found: Requirement | None) -> str:
    """30.00%, or the promised amount where nothing was issued yet."""
    if found is None:
        return text.NOTHING
    share = found.share_of_base
    return f"{text.ratio(share)}%" if share is not None else f"{text.fen_wan(int(found.required_fen))} 万元"


COLUMNS = (
    Column(
        "name", "项目", lead=True, link=lambda r: reverse("web:project", args=[r.project_id]) + "#share",
        sub=lambda r: divisions.path_name(r.division_code),
    ),
    Column("base", "已下达资金", kind="wan", value=lambda r: r.share.base_fen, sub=lambda r: r.share.base_label),
    Column(
        "paid", "已发报酬", kind="wan", value=lambda r: r.share.paid_fen,
        link=lambda r: explained(r, "special_wages_to_date"),
    ),
    Column("share", "占比", kind="ratio", value=lambda r: r.share.share, link=lambda r: explained(r, "share_to_date") if r.share.base_label == "中央资金" else ""),
    Column("floor", "底线", value=lambda r: _mark(r.share.floor), sub=lambda r: r.share.floor.rule_id if r.share.floor else ""),
    Column("promised", "承诺", value=lambda r: _mark(r.share.promised), sub=lambda r: r.share.promised.label if r.share.promised else ""),
    Column("forecast", "完工预计", kind="ratio", value=lambda r: r.share.forecast_share, sub=lambda r: f"投资完成 {text.ratio(r.share.progress)}%" if r.share.progress is not None else "尚无完成投资"),
    Column("missing", "尚差", kind="wan", value=lambda r: r.share.missing_fen or None),
    Column("standing", "情况", kind="badge", value=standing),
)  # fmt: skip


def explained(one: ProjectShare, indicator: str) -> str:
    """Address of the rows behind one of the project's figures; "" without any."""
    figure = one.figures.get(indicator)
    return figure_url(figure, pinned=False) if figure is not None and figure.value else ""


@page("plan.view")
def shares(request: ActingRequest) -> HttpResponse:
    """Special-fund projects with what was paid, the floor, the promise and the forecast."""
    actor = request.actor
    form = _ShareForm(request)
    division = listing.chosen_division(request, actor)
    exporting = bool(request.GET.get("export"))
    if form.value("pace"):
        behind = queries.behind_pace(actor.scope, division=division)
        if exporting:
            return listing.export_rows(actor, "劳务报酬占比", COLUMNS, behind, demo=settings.DEMO_MODE)
        shown = paginate(request, behind)
        rows = list(shown.items)
    else:
        wanted = projects.ProjectFilter(
            division=division,
            tracks=(Track.SPECIAL_FUND.id,),
            stages=form.values("stage"),
            text=form.value("text") or "",
            order="place",
        )
        every = projects.projects(actor.scope, wanted)
        if exporting:
            ids = list(every.values_list("pk", flat=True)[: listing.MOST_EXPORTED + 1])
            judged = queries.shares(actor.scope, ids)
            kept = [judged[pk] for pk in ids if pk in judged]
            return listing.export_rows(actor, "劳务报酬占比", COLUMNS, kept, demo=settings.DEMO_MODE)
        shown = paginate(request, every)
        found = queries.shares(actor.scope, [row.pk for row in shown.items])
        rows = [found[row.pk] for row in shown.items if row.pk in found]
    table = build_table(
        request, COLUMNS, rows, caption="劳务报酬占比", id="shares",
        row_css=lambda r: "bad" if r.share.is_behind else "",
    )  # fmt: skip
    return render(
        request,
        "funds/list.html",
        {
            "title": "劳务报酬占比",
            "crumbs": [("投资计划", reverse("web:plans")), ("劳务报酬占比", "")],
            "stamp": Stamp(as_of=clock.now(), caliber="口径 I08", caliber_url=f"{reverse('web:law')}?q=F01"),
            "guide": law.guide("watch-labour-share"),
            "tabs": tabs(actor, "shares"),
            "form": form,
            "table": table,
            "page": shown,
            "noun": "个专项资金项目",
            "export_url": listing.export_url(request, shown),
            "place": divisions.path_name(division or actor.home),
            "list_note": "占比按自第一笔起的累计数计；施工期间只提醒进度，验收时按终值考核",
        },
    )


# ---------- the panel on a project's page ----------


@dataclass(frozen=True)
class Asked:
    """A lower limit as the panel writes it."""

    word: str
    label: str
    rule_id: str
    amount: str
    required_fen: int
    basis: str
    clause: str
    is_applied: bool


@dataclass(frozen=True)
class SharePanel:
    """What `funds/_share_panel.html` draws: `share` and `forecast` are plain ratios."""

    one: ProjectShare
    state: Badge
    share: Decimal | None
    floor: Decimal | None
    promised: Decimal | None
    forecast: Decimal | None
    asked: tuple[Asked, ...]
    findings: tuple[dict[str, str], ...]
    paid_url: str
    base_url: str


def share_panel(actor: Actor, project_id: int) -> SharePanel | None:
    """The panel of one project; None without a special fund."""
    one = queries.share(actor.scope, project_id)
    if one is None:
        return None
    share = one.share
    central = share.base_label == "中央资金"
    return SharePanel(
        one=one,
        state=standing(one),
        share=share.share,
        floor=share.floor.share_of_base if share.floor else None,
        promised=share.promised.share_of_base if share.promised else None,
        forecast=share.forecast_share,
        asked=tuple(
            Asked(
                word=KIND_WORDS[r.kind],
                label=r.label,
                rule_id=r.rule_id,
                amount=_mark(r),
                required_fen=int(r.required_fen),
                basis=r.basis,
                clause=law.resolve(r.cite),
                is_applied=r == share.applied,
            )
            for r in share.requirements
        ),
        findings=tuple(finding_document(f) for f in share.findings),
        paid_url=explained(one, "special_wages_to_date"),
        base_url=explained(one, "central_to_date" if central else "provincial_to_date"),
    )


# ---------- the two responsibilities ----------


@dataclass(frozen=True)
class DutyField:
    """One field of form I."""

    name: str
    label: str
    is_day: bool
    length: int
    value: str


_DUTY_FIELDS = (
    ("owner_unit", "项目（法人）单位", 120),
    ("owner_person", "项目责任人", 40),
    ("owner_phone", "责任人电话", 20),
    ("supervisor_unit", "日常监管直接责任单位", 120),
    ("supervisor_person", "监管责任人", 40),
    ("supervisor_phone", "监管责任人电话", 20),
    ("owner_confirmed_on", "项目责任人确认日期", 10),
    ("supervisor_confirmed_on", "监管责任人确认日期", 10),
    ("filed_on", "备案日期", 10),
)
_DAYS = {"owner_confirmed_on", "supervisor_confirmed_on", "filed_on"}


def duty_fields(known: Duties | None, given: Mapping[str, Any] | None = None) -> tuple[DutyField, ...]:
    """The nine fields with what is stored, or with what was typed."""

    def value(name: str) -> str:
        if given is not None:
            return str(given.get(f"d-{name}", ""))
        stored = getattr(known, name) if known else None
        return "" if stored is None else str(stored)

    return tuple(DutyField(name, label, name in _DAYS, length, value(name)) for name, label, length in _DUTY_FIELDS)


def duties_from(request: ActingRequest, project_id: int) -> services.NewResponsibility | None:
    """The responsibilities as typed; None when every field is empty. Raises InvalidInput for what is no day."""
    typed = {name: request.POST.get(f"d-{name}", "").strip() for name, _, _ in _DUTY_FIELDS}
    if not any(typed.values()):
        return None
    labels = {name: label for name, label, _ in _DUTY_FIELDS}
    return services.NewResponsibility(
        project_id=project_id,
        **{name: typed[name] for name in typed if name not in _DAYS},  # type: ignore[arg-type]
        **{name: day_from(typed[name], labels[name]) for name in _DAYS},  # type: ignore[arg-type]
    )


@page("plan.responsibility")
def responsibilities(request: ActingRequest, project_id: int) -> HttpResponse:
    """Form I of one project."""
    actor = request.actor
    row = projects.project_row(actor.scope, project_id)
    known = duties_of(actor.scope, [project_id]).get(project_id)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            duties = duties_from(request, project_id)
            if duties is None:
                raise InvalidInput("plan.duties", "请填写两个责任。")
            services.set_responsibilities(actor, [duties])
            messages.success(request, "两个责任已保存。")
            return redirect("web:project", project_id)
        except InvalidInput as err:
            error = err
    return render(
        request,
        "funds/responsibilities.html",
        {
            "title": "两个责任",
            "crumbs": [
                ("项目清单", reverse("web:projects")),
                (row.name, reverse("web:project", args=[project_id])),
                ("两个责任", ""),
            ],
            "guide": law.guide("decompose-plan"),
            "p": row,
            "duties": duty_fields(known, request.POST if error else None),
            "lacking": duties_missing(known),
            "error": error,
        },
        status=error.status if error else 200,
    )


DUTIES = (
    Column("project", "项目", value="project.name", lead=True, link=lambda r: reverse("web:responsibilities", args=[r.project.id]), sub=lambda r: divisions.path_name(r.project.division_code)),
    Column("owner", "项目法人单位", value="duties.owner_unit", sub=lambda r: f"{r.duties.owner_person} {r.duties.owner_phone}".strip(), sub_label="责任人", wrap=True),
    Column("supervisor", "日常监管单位", value="duties.supervisor_unit", sub=lambda r: f"{r.duties.supervisor_person} {r.duties.supervisor_phone}".strip(), sub_label="责任人", wrap=True),
    Column("missing", "缺项", value=lambda r: "、".join(r.missing), wrap=True),
)  # fmt: skip


@page("plan.view")
def duties_missing_list(request: ActingRequest) -> HttpResponse:
    """Projects with plan money whose two responsibilities are not settled (C05)."""
    actor = request.actor
    lacking = project_ids_without_duties(actor.scope)
    if request.GET.get("export"):
        every = plan_queries.responsibilities(actor.scope, lacking)
        return listing.export_rows(actor, "两个责任待落实", DUTIES, every, demo=settings.DEMO_MODE)
    shown = paginate(request, lacking)
    rows = plan_queries.responsibilities(actor.scope, list(shown.items))
    return render(
        request,
        "funds/list.html",
        {
            "title": "两个责任待落实",
            "crumbs": [("投资计划", reverse("web:plans")), ("两个责任待落实", "")],
            "stamp": Stamp(as_of=clock.now(), caliber="规则 C05", caliber_url=f"{reverse('web:law')}?q=C05"),
            "guide": law.guide("decompose-plan"),
            "tabs": tabs(actor, "duties"),
            "table": build_table(request, DUTIES, rows, caption="两个责任待落实", id="duties"),
            "page": shown,
            "noun": "个项目",
            "place": divisions.path_name(actor.home),
            "list_note": "已下达资金、四项或确认日期不全的项目",
            "export_url": listing.export_url(request, shown),
            "empty_title": "两个责任都已落实",
            "empty_cause": "已下达资金的项目四项、电话和确认日期齐全",
        },
    )
