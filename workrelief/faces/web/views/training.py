"""培训: sessions of the scope, persons and person-times apart."""

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
from workrelief.faces.shared.paging import paginate
from workrelief.faces.shared.tables import Action, Column
from workrelief.faces.shared.text import number
from workrelief.faces.web import listing
from workrelief.kernel.kinds import Audience, TrainingType
from workrelief.work.training import queries


class SessionForm(listing.ListForm):
    """Filters of the list."""

    text = forms.CharField(label="主题", max_length=80, widget=forms.TextInput(attrs={"placeholder": "主题或培训编号"}))
    training_type = forms.ChoiceField(label="培训类型", choices=listing.any_of(TrainingType.choices()))
    audience = forms.ChoiceField(label="培训对象", choices=listing.any_of(Audience.choices()))
    year = forms.ChoiceField(label="年度", choices=lambda: listing.any_of(listing.years()))
    project = forms.IntegerField(widget=forms.HiddenInput)
    division = forms.CharField(widget=forms.HiddenInput)

    def wanted(self, division: str) -> queries.SessionFilter:
        year = self.value("year")
        return queries.SessionFilter(
            division=division,
            types=self.values("training_type"),
            audiences=self.values("audience"),
            year=int(year) if year else None,
            project=self.value("project"),
            text=self.value("text") or "",
        )


COLUMNS = (
    Column(
        "topic",
        "主题",
        sub="number",
        sub_label="培训编号",
        link=lambda r: reverse("web:training-session", args=[r.pk]),
        lead=True,
        sort="topic",
    ),
    Column("held_on", "日期", kind="date", sort="held_on"),
    listing.place_column(sort="division_code"),
    Column("training_type", "类型", value=lambda r: TrainingType.of_id(r.training_type).label),
    Column("form", "形式"),
    Column("attended", "实到", kind="number", unit="人次", sort="attended"),
)


@page("training.view")
def session_list(request: ActingRequest) -> HttpResponse:
    """Sessions of the scope, newest first."""
    actor = request.actor
    form = SessionForm(request)

    def rows(division: str) -> QuerySet[Any]:
        return queries.sessions(actor.scope, form.wanted(division))

    def sums(division: str, _: tuple[int, ...]) -> str:
        return f"合计 {number(queries.totals(actor.scope, form.wanted(division)).person_times)} 人次"

    listed = listing.ListPage("培训台账", "sessions", COLUMNS, rows, "场", form, sums)
    extra: dict[str, Any] = {"guide": registry.guide("import-training-register")}
    if allowed(actor, "training.import"):
        extra["primary"] = Action("导入培训台账", reverse("web:import-new", args=["training"]))
    return listing.list_page(request, listed, **extra)


@page("training.view")
def session_page(request: ActingRequest, session_id: int) -> HttpResponse:
    """One session with its audiences and, where persons are known, who attended."""
    actor = request.actor
    detail = queries.session(actor.scope, session_id)
    sees_people = allowed(actor, "worker.view")
    return render(
        request,
        "rooms/session.html",
        {
            "title": detail.row.topic,
            "crumbs": [("培训台账", reverse("web:training")), (detail.row.topic, "")],
            "guide": registry.guide("import-training-register"),
            "s": detail.row,
            "type_label": TrainingType.of_id(detail.row.training_type).label,
            "audiences": [(Audience.of_id(a.audience).label, a.expected, a.attended) for a in detail.audiences],
            "expected_sum": sum(a.expected for a in detail.audiences),
            "attended_sum": detail.person_times,
            "batch_url": listing.batch_url(actor, detail.row.batch_id),
            "no_names_cause": "导入时没有附签到名单，只按人次统计"
            if any(a.audience == Audience.WORKER.id for a in detail.audiences)
            else "面向部门、业主和施工单位的培训只登记人次",
            "sees_people": sees_people,
            "attendees": paginate(request, queries.attendees(actor.scope, session_id)) if sees_people else None,
        },
    )
