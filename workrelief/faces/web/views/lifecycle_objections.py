"""异议与投诉 of the scope: open ones first, each with its project and its last day."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.shared.tables import Badge, Column, build_table
from workrelief.faces.web.views.lifecycle_shape import days_badge
from workrelief.kernel import clock
from workrelief.work.lifecycle import queries
from workrelief.work.lifecycle.queries import ObjectionView
from workrelief.work.projects import queries as projects

MOST = 2_000
"""So many objections are read at most, the most urgent first."""


@page("lifecycle.view")
@require_GET
def objections(request: ActingRequest) -> HttpResponse:
    """Objections and complaints in scope; `?all=1` takes in the settled ones."""
    scope = request.actor.scope
    wants_all = bool(request.GET.get("all"))
    shown = paginate(request, queries.objections(scope, only_open=not wants_all, limit=MOST))
    names = {ref.id: ref.name for ref in projects.refs(scope, [o.project_id for o in shown]).values()}
    columns = (
        Column("content", "内容", sub=lambda o: names.get(o.project_id, ""), sub_label="项目", lead=True, link=_link),
        Column("subject_label", "事项"),
        Column("raised_by", "提出人"),
        Column("raised_on", "提出日期", kind="date"),
        Column("due_on", "期限", kind="date"),
        Column("state", "状态", kind="badge", value=_state),
        Column("outcome", "处理情况", wrap=True, value=lambda o: o.outcome or "—"),
    )
    context = {
        "title": "异议与投诉",
        "crumbs": [("推进看板", reverse("web:board")), ("异议与投诉", "")],
        "stamp": Stamp(as_of=clock.now()),
        "tabs": [
            ("未了结", query_url(request, all=None, page=None), not wants_all),
            ("全部", query_url(request, all="1", page=None), wants_all),
        ],
        "table": build_table(request, columns, shown, caption="异议与投诉", id="objections"),
        "page": shown,
        "empty_icon": "circle-check",
        "empty_title": "没有异议" if wants_all else "没有未了结的异议",
        "empty_cause": "在项目全程页登记",
    }
    return render(request, "lifecycle/objections.html", context)


def _link(objection: ObjectionView) -> str:
    return f"{reverse('web:life', args=[objection.project_id])}#objections"


def _state(objection: ObjectionView) -> Badge | None:
    if objection.settled_on is None:
        return days_badge(objection.days_left)
    return Badge("属实，已处理", "done") if objection.is_upheld else Badge("不属实")
