"""培训: sessions of the scope, persons and person-times apart."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from workrelief.base.access.permissions import allowed
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Action, Column, build_table
from workrelief.faces.shared.text import number
from workrelief.faces.web import listing
from workrelief.kernel.kinds import Audience, TrainingType
from workrelief.work.training import queries


class SessionForm(listing.ListForm):
    """Filters of the list."""

    text = forms.CharField(label="主题", max_length=80)
    training_type = forms.ChoiceField(label="培训类型", choices=listing.any_of(TrainingType.choices()))
    audience = forms.ChoiceField(label="培训对象", choices=listing.any_of(Audience.choices()))
    year = forms.ChoiceField(label="年度", choices=listing.any_of((str(y), f"{y} 年") for y in range(2026, 2019, -1)))
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
    Column("topic", "主题", sub="number", link=lambda r: reverse("web:training-session", args=[r.pk]), lead=True),
    Column("held_on", "日期", kind="date", sort="held_on"),
    Column("place", "所在地", value=lambda r: divisions.path_name(r.division_code)),
    Column("training_type", "类型", value=lambda r: TrainingType.of_id(r.training_type).label),
    Column("form", "形式"),
    Column("attended", "实到", kind="number", unit="人次"),
)


@page("training.view")
def session_list(request: ActingRequest) -> HttpResponse:
    """Sessions of the scope, newest first."""
    actor = request.actor
    division = listing.chosen_division(request, actor)
    form = SessionForm(request)
    wanted = form.wanted(division)
    rows = queries.sessions(actor.scope, wanted)
    if request.GET.get("export"):
        return listing.export_rows(actor, "培训台账", COLUMNS, rows, demo=settings.DEMO_MODE)
    shown = paginate(request, rows)
    sums = queries.totals(actor.scope, wanted)
    return render(
        request,
        "rooms/list.html",
        {
            "title": "培训",
            "crumbs": [("培训", "")],
            "guide": registry.guide("import-training-register"),
            "form": form,
            "table": build_table(request, COLUMNS, shown, caption="培训台账", id="sessions"),
            "page": shown,
            "noun": "场",
            "sums": f"合计 {number(sums.person_times)} 人次",
            "place": divisions.path_name(division or actor.home),
            "tree": listing.division_tree(request, actor, division),
            "export_url": query_url(request, export="1", page=None) if allowed(actor, "export.create") else "",
            "primary": Action("导入培训台账", reverse("web:import-new", args=["training"]))
            if allowed(actor, "training.import")
            else None,
        },
    )


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
            "crumbs": [("培训", reverse("web:training")), (detail.row.topic, "")],
            "guide": registry.guide("import-training-register"),
            "s": detail.row,
            "type_label": TrainingType.of_id(detail.row.training_type).label,
            "audiences": [(Audience.of_id(a.audience).label, a.expected, a.attended) for a in detail.audiences],
            "sees_people": sees_people,
            "attendees": paginate(request, queries.attendees(actor.scope, session_id)) if sees_people else None,
        },
    )
