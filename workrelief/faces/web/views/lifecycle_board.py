"""推进看板与进程清单: where all projects of the scope stand, who is late, what stands still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from workrelief.base.access.actor import Actor
from workrelief.base.divisions import queries as divisions
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.errors import is_htmx
from workrelief.faces.shared.paging import query_url
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.shared.tables import Action, Badge, Column
from workrelief.faces.web import listing
from workrelief.faces.web.views.lifecycle_shape import PHASES, days_badge, mark_badge, state_badge
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.kinds import Sector, Track
from workrelief.work.lifecycle import queries
from workrelief.work.lifecycle.queries import Board, Card, LifeFilter
from workrelief.work.lifecycle.queries import Column as BoardColumn
from workrelief.work.lifecycle.states import PROJECT_LIFE

_DOTS = {"grey": "", "blue": "run", "green": "done", "amber": "warn", "red": "stop"}
ENDED = "ended"
"""Phase word of the states that belong to none: the terminated."""


class LifeForm(listing.ListForm):
    """Filters of board, list and map."""

    text = forms.CharField(label="项目", max_length=80, widget=forms.TextInput(attrs={"placeholder": "名称或代码"}))
    track = forms.ChoiceField(label="项目线", choices=listing.any_of((t.id, t.short) for t in Track))
    year = forms.TypedChoiceField(
        label="年度", coerce=int, empty_value=None, choices=lambda: listing.any_of(listing.years())
    )
    overdue = forms.ChoiceField(label="期限", choices=listing.any_of([("1", "只看逾期")]))
    mark = forms.ChoiceField(
        label="异常",
        choices=listing.any_of([("any", "有异常标记"), *((m.id, m.label) for m in PROJECT_LIFE.marks.values())]),
    )
    sector = forms.ChoiceField(label="领域", choices=listing.any_of(Sector.choices()))
    phase = forms.ChoiceField(widget=forms.HiddenInput, choices=[("", ""), *PHASES, (ENDED, "终止")])
    division: forms.Field = forms.CharField(widget=forms.HiddenInput)

    def wanted(self, division: str) -> LifeFilter:
        mark = self.value("mark")
        return LifeFilter(
            division=division,
            tracks=self.values("track"),
            sectors=self.values("sector"),
            states=self.states(),
            year=self.value("year"),
            is_overdue=bool(self.value("overdue")),
            marks=() if not mark else tuple(PROJECT_LIFE.marks) if mark == "any" else (mark,),
            text=self.value("text") or "",
        )

    def states(self) -> tuple[str, ...]:
        """States of the chosen phase; empty for all."""
        phase = self.value("phase")
        return states_of(phase) if phase else ()


def states_of(phase: str) -> tuple[str, ...]:
    """Ids of the states of a phase."""
    return tuple(s.id for s in PROJECT_LIFE.states.values() if (s.phase or ENDED) == phase)


# ---------- the board ----------


@dataclass(frozen=True)
class Tab:
    phase: str
    label: str
    count: int
    url: str
    is_on: bool


@dataclass(frozen=True)
class ShownCard:
    """A project on the board; `tone` colours its edge: late, soon, run or ""."""

    name: str
    url: str
    place: str
    track: str
    since: date
    days: Badge | None
    marks: tuple[Badge, ...]
    tone: str


@dataclass(frozen=True)
class ShownColumn:
    label: str
    phase: str
    tone: str
    count: int
    overdue: int
    url: str
    cards: tuple[ShownCard, ...]


class BoardForm(LifeForm):
    """The filters of the board: with the divisions as a choice, since there is no tree beside it."""

    division = forms.ChoiceField(label="辖区")
    field_order = ("text", "division", "track", "year", "overdue", "mark", "sector")

    def __init__(self, request: HttpRequest, actor: Actor) -> None:
        super().__init__(request)
        places = listing.any_of(_places(actor), divisions.path_name(actor.home))
        cast(forms.ChoiceField, self.fields["division"]).choices = places
        self.full_clean()


def _places(actor: Actor) -> list[tuple[str, str]]:
    """Divisions below the home, two levels down for a province, as a choice with an indent."""
    if actor.scope.projects is not None:
        return []
    deep = Level.COUNTY if codes.level_of(actor.home) <= Level.PROVINCE else Level.TOWNSHIP
    found: list[tuple[str, str]] = []

    def walk(branch: divisions.Branch, depth: int) -> None:
        if branch.node.code != actor.home:
            found.append((codes.prefix_of(branch.node.code), f"{'　' * max(depth - 1, 0)}{branch.node.name}"))
        for child in branch.children:
            walk(child, depth + 1)

    for branch in divisions.tree(actor.scope.divisions, down_to=deep):
        walk(branch, 0)
    return found


@page("lifecycle.view")
@require_GET
def board(request: ActingRequest) -> HttpResponse:
    """One column for each step somebody stands at, most urgent first; for htmx the columns alone."""
    actor = request.actor
    form = BoardForm(request, actor)
    division = listing.chosen_division(request, actor)
    whole = queries.board(actor.scope, replace(form.wanted(division), states=()))
    chosen = form.value("phase") or ""
    tabs = _tabs(request, whole, chosen)
    shown = [c for c in whole.columns if not chosen or (c.state.phase or ENDED) == chosen]
    context = {
        "title": "推进看板",
        "crumbs": [("推进看板", "")],
        "stamp": Stamp(as_of=clock.now()),
        "form": form,
        "board": whole,
        "tabs": tabs,
        "shown_phase": chosen or max(tabs[1:], key=lambda tab: tab.count).phase,
        "columns": [_column(request, c) for c in shown],
        "overdue_url": _list_url(request, overdue="1"),
        "marked_url": _list_url(request, mark="any"),
        "list_url": _list_url(request),
        "map_url": _with_query(reverse("web:project-map"), request),
    }
    return render(request, "lifecycle/_board.html" if is_htmx(request) else "lifecycle/board.html", context)


def _tabs(request: HttpRequest, whole: Board, chosen: str) -> list[Tab]:
    counts = {
        phase: sum(c.count for c in whole.columns if (c.state.phase or ENDED) == phase)
        for phase, _ in (*PHASES, (ENDED, ""))
    }
    tabs = [Tab("", "全部", whole.count, query_url(request, phase=None), not chosen)]
    for phase, label in (*PHASES, (ENDED, "终止")):
        if phase != ENDED or counts[phase]:
            tabs.append(Tab(phase, label, counts[phase], query_url(request, phase=phase), phase == chosen))
    return tabs


def _column(request: HttpRequest, column: BoardColumn) -> ShownColumn:
    return ShownColumn(
        label=column.state.label,
        phase=column.state.phase or ENDED,
        tone=_DOTS[column.state.tone],
        count=column.count,
        overdue=column.overdue,
        url=_list_url(request, state=column.state.id),
        cards=tuple(map(_card, column.cards)),
    )


def _card(card: Card) -> ShownCard:
    days = days_badge(card.days_left)
    tone = {"stop": "late", "warn": "soon", "run": "run"}.get(days.tone, "") if days else ""
    return ShownCard(
        name=card.name,
        url=reverse("web:life", args=[card.project_id]),
        place=divisions.path_name(card.division_code),
        track=Track.of_id(card.track).short,
        since=card.since,
        days=days,
        marks=tuple(map(mark_badge, card.marks)),
        tone=tone,
    )


def _with_query(path: str, request: HttpRequest, **changes: str | None) -> str:
    query = query_url(request, **({"page": None, "sort": None} | changes)).partition("?")[2]
    return f"{path}?{query}" if query else path


def _list_url(request: HttpRequest, **changes: str | None) -> str:
    return _with_query(reverse("web:lives"), request, **changes)


# ---------- the list ----------


class ListForm(LifeForm):
    """The filters of the list: with the single states."""

    state = forms.ChoiceField(
        label="环节", choices=listing.any_of((s.id, s.label) for s in PROJECT_LIFE.states.values())
    )
    field_order = ("text", "state", "track", "overdue", "mark", "year", "sector")

    def states(self) -> tuple[str, ...]:
        return self.values("state") or super().states()


COLUMNS = (
    Column(
        "name", "项目名称", value="project.name", sub=lambda r: r.project.code or "未赋码", sub_label="代码",
        link=lambda r: reverse("web:life", args=[r.project_id]), lead=True,
    ),
    Column(
        "track", "项目线", value=lambda r: Track.of_id(r.track).short, sub=lambda r: Sector.of_id(r.sector).label,
        sub_label="领域",
    ),
    listing.place_column(sort="division_code"),
    Column("state", "环节", kind="badge", value=lambda r: state_badge(r.state)),
    Column("since", "到达日期", kind="date", sort="since"),
    Column("due_on", "期限", kind="date", sort="due_on"),
    Column("days", "剩余", kind="badge", value=lambda r: days_badge((r.due_on - clock.today()).days if r.due_on else None)),
    Column("marks", "异常", value=lambda r: "、".join(PROJECT_LIFE.marks[m].label for m in r.marks) or "—"),
)  # fmt: skip


@page("lifecycle.view")
@require_GET
def lives(request: ActingRequest) -> HttpResponse:
    """The lives in scope as a list: tree, filters, export."""
    actor = request.actor
    form = ListForm(request)

    def rows(division: str) -> QuerySet[Any]:
        return queries.lives(actor.scope, form.wanted(division))

    def rows_of_many(division: str) -> QuerySet[Any]:
        return queries.lives(actor.scope, form.wanted(division), along_order=True)

    listed = listing.ListPage("项目进程", "lives", COLUMNS, rows, "个项目", form, rows_of_many=rows_of_many)
    tools: Sequence[Action] = (
        Action("看板", _with_query(reverse("web:board"), request, state=None)),
        Action("地图", _with_query(reverse("web:project-map"), request, state=None)),
    )
    return listing.list_page(
        request, listed, tools=tools, crumbs=[("推进看板", reverse("web:board")), ("项目进程", "")]
    )
