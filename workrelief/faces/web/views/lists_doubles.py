"""Pairs of projects that look like one, for a person to decide; and projects matched to the catalogue but on no list."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Badge, Column, build_table
from workrelief.faces.web.views.lists import chosen_year
from workrelief.kernel.kinds import Sector, Track
from workrelief.work.lists import queries, services
from workrelief.work.lists.queries.unlisted import DECISIONS, matched_unlisted
from workrelief.work.projects import queries as projects

PAIR_STATES = {"open": "待判定", "same": "同一项目", "different": "不是同一项目"}
PAIR_TONES = {"open": "warn", "same": "stop", "different": "done"}
PAIRS_PER_PAGE = 10


@page("list.decide_duplicate")
def duplicates(request: ActingRequest) -> HttpResponse:
    """Pairs side by side; a decision is kept with its reason and never asked again."""
    actor = request.actor
    state = request.GET.get("state", "open")
    state = state if state in PAIR_STATES else "open"
    asked = request.GET.get("year", "")
    years = queries.years(actor.scope)
    year = int(asked) if asked.isdigit() and int(asked) in years else None
    found = {key: queries.duplicates(actor.scope, year, state=key) for key in PAIR_STATES}
    shown = paginate(request, found[state], PAIRS_PER_PAGE)
    return render(
        request,
        "lists/duplicates.html",
        {
            "title": "重复项目核对",
            "crumbs": [("三级清单", reverse("web:lists")), ("重复项目核对", "")],
            "look_year": year or chosen_year(request, actor),
            "years": [
                ("全部年度", query_url(request, year=None, page=None), year is None),
                *((f"{y} 年", query_url(request, year=str(y), page=None), y == year) for y in years),
            ],
            "here": query_url(request).partition("?")[2],
            "state": state,
            "tabs": [
                (label, found[key].count(), query_url(request, state=key, page=None),
                 key == state)
                for key, label in PAIR_STATES.items()
            ],
            "pairs": _pairs(actor, shown.items),
            "page": shown,
        },
    )  # fmt: skip


def _pairs(actor: Actor, rows: Any) -> list[dict[str, Any]]:
    views = queries.open_pairs(actor.scope, rows)
    stored = projects.stored(actor.scope, {pk for v in views for pk in (v.first.id, v.second.id)})
    return [
        {
            "pair": v,
            "badge": Badge(PAIR_STATES[v.state], PAIR_TONES[v.state]),
            "likeness": f"{v.likeness / 10:.0f}",
            "sides": [_side(stored[ref.id], years) for ref, years in ((v.first, v.first_years), (v.second, v.second_years))],
            "other": next(((k, w) for k, w in services.DECISIONS.items() if k != v.state), ("", "")),
            "same_track": v.first.track == v.second.track,
        }
        for v in views
        if v.first.id in stored and v.second.id in stored
    ]  # fmt: skip


def _side(project: Any, years: tuple[int, ...]) -> dict[str, Any]:
    return {
        "p": project,
        "place": divisions.path_name(project.division_code),
        "track": Track.of_id(project.track).label,
        "sector": Sector.of_id(project.sector).label,
        "years": "、".join(f"{y} 年" for y in years) or "不在清单",
    }


@page("list.decide_duplicate")
@require_POST
def decide(request: ActingRequest, pair_id: int) -> HttpResponse:
    """Keep what a person says about a pair."""
    made = services.decide_duplicate(
        request.actor, pair_id, request.POST.get("decision", ""), reason=request.POST.get("reason", "").strip(),
        expected=request.POST.get("seen") or "open",
    )  # fmt: skip
    messages.success(request, f"已登记：{PAIR_STATES[made.state]}。")
    return redirect(f"{reverse('web:lists-duplicates')}?{request.POST.get('back', '')}")


@page("list.decide_duplicate")
@require_POST
def look(request: ActingRequest) -> HttpResponse:
    """Look for doubles of the year's projects now."""
    year = chosen_year(request, request.actor)
    found = services.look_for_duplicates(request.actor, year)
    messages.success(request, f"已核对 {year} 年清单，新发现 {found} 组疑似重复。")
    return redirect(f"{reverse('web:lists-duplicates')}?year={year}")


# ---------- matched but not listed (A06) ----------

BADGES = {"": Badge("未说明", "stop"), "listed": Badge("拟纳入，未上清单", "warn"), "refused": Badge("不纳入", "")}


@page("list.view")
def unlisted(request: ActingRequest) -> HttpResponse:
    """Projects whose bill the catalogue covers and that are on no list, with the reason given or missing."""
    actor = request.actor
    decision = request.GET.get("decision", "")
    decision = decision if decision in DECISIONS else ""
    shown = paginate(request, matched_unlisted(actor.scope, decision=decision))
    names = projects.refs(actor.scope, {r.project_id for r in shown})
    may = allowed(actor, "catalogue.match")
    columns = (
        Column("project", "项目", value=lambda r: names[r.project_id].name if r.project_id in names else r.title,
               sub=lambda r: r.title, sub_label="清单", lead=True, link=lambda r: reverse("web:project", args=[r.project_id])),
        Column("place", "所在地", value=lambda r: divisions.path_name(r.division_code)),
        Column("track", "项目线", value=lambda r: Track.of_id(names[r.project_id].track).short if r.project_id in names else "—"),
        Column("matched", "命中目录", kind="number", unit="行", link=(lambda r: reverse("web:match-run", args=[r.pk])) if may else ""),
        Column("listing", "清单意见", kind="badge", value=lambda r: BADGES[r.listing]),
        Column("reason", "原因", value=lambda r: r.listing_reason or "—", sub=lambda r: r.listing_by, wrap=True),
        Column("listing_at", "登记时间", kind="moment"),
    )  # fmt: skip
    return render(
        request,
        "lists/unlisted.html",
        {
            "title": "匹配未列入",
            "crumbs": [("三级清单", reverse("web:lists")), ("匹配未列入", "")],
            "rule": registry.rule("A06"),
            "tabs": [
                (label, query_url(request, decision=key or None, page=None), key == decision)
                for key, label in [("", "全部"), *DECISIONS.items()]
            ],
            "page": shown,
            "noun": "个项目",
            "table": build_table(request, columns, shown, caption="匹配未列入", id="unlisted"),
            "empty_title": "没有匹配后未列入清单的项目",
            "empty_cause": "工程量清单命中指导目录而未上清单的项目在这里说明原因（规则 A06）",
        },
    )
