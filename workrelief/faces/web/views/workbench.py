"""工作台: what I must do, the headline figures of my scope, and my cities or counties at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from workrelief.base.access.permissions import allowed
from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.web.figure_pages import (
    CHILD_WORD,
    TRACKS,
    child_of,
    figure_url,
    figures_stamp,
    newest_year,
    same_state,
)
from workrelief.faces.web.todo import todos
from workrelief.figures.indicators.catalogue import definition
from workrelief.figures.indicators.read import read
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.figure import Figure, FigureTable
from workrelief.kernel.kinds import TWO_PROMOTIONS, Audience, Track
from workrelief.kernel.period import Period
from workrelief.kernel.units import show, unit_suffix

CARDS = ("projects", "investment", "headcount_project", "wages_paid")
TRAININGS = ("training_sessions", "training_person_times")
TILES = ("wages_paid", "headcount_project")
_AUDIENCES = ((Audience.GOVERNMENT, "部门"), (Audience.OWNER, "业主"), (Audience.CONTRACTOR, "施工"))
_SMALL_HEADCOUNT = 10_000


@page("workbench.view")
def workbench(request: ActingRequest) -> HttpResponse:
    """待办 first, then figures of the newest year, then the divisions one level below."""
    actor = request.actor
    waiting = todos(actor)
    context: dict[str, object] = {
        "title": "工作台",
        "crumbs": (("工作台", ""),),
        "todos": waiting,
        "todo_number": sum(t.number for t in waiting),
        "next_url": waiting[0].url if waiting else "",
    }
    if allowed(actor, "figures.view") and not actor.scope.is_empty:
        context |= _figures(actor.scope)
        context["imports_url"] = reverse("web:imports") if allowed(actor, "import.upload") else ""
    return render(request, "workbench.html", context)


# ---------- shaping ----------


@dataclass(frozen=True)
class Card:
    """A headline figure as `_kpi.html` takes it."""

    label: str
    value: str
    unit: str
    url: str
    definition: str
    definition_url: str
    parts: tuple[tuple[str, str, Decimal | None], ...]


@dataclass(frozen=True)
class Tile:
    """A child division as `_city_tiles.html` takes it; the bar is its wages against those of the largest."""

    name: str
    url: str
    text: str
    value: Decimal | None
    full: Decimal
    amount: str
    reported: str = ""
    tone: str = ""
    target: None = None
    short: bool = False


def _figures(scope: Scope) -> dict[str, object]:
    """Cards and tiles of the newest year, all from one state of the ledger."""
    period = Period(str(newest_year()))
    two = {"track": TRACKS[0].tracks}
    whole = read(CARDS, scope=scope, period=period, where=two)
    state = same_state(whole)
    tracks = read(CARDS, scope=scope, period=period, by=("track",), source=state)
    policy = {"training_type": ("policy",)}
    trained = read(TRAININGS, scope=scope, period=period, where=policy, source=state)
    heard = read(TRAININGS[1:], scope=scope, period=period, by=("audience",), where=policy, source=state)
    child = child_of(scope.home)
    below = None
    if child in ("city", "county"):
        below = read(TILES, scope=scope, period=period, by=(child,), where=two, source=state)
    has_data = any(
        f.value is not None for cells in (*whole.cells.values(), *tracks.cells.values()) for f in cells.values()
    )
    return {
        "stamp": figures_stamp(
            whole, pinned=False, caliber=definition("headcount_project"), caliber_url=_statistics(period)
        ),
        "has_figures": True,
        "has_data": has_data,
        "period": period,
        "place": divisions.name(scope.home),
        "cards": [
            *(_card(whole.figure(i), _track_parts(i, tracks)) for i in CARDS),
            _training_card(trained, heard),
        ],
        "special": _special(tracks),
        "tiles": _tiles(scope, below, child, period) if below is not None else (),
        "tiles_word": CHILD_WORD[child],
        "statistics_url": _statistics(period, i="wages_paid"),
        "is_province": codes.level_of(scope.home) <= Level.PROVINCE,
    }


def _statistics(period: Period, **more: str) -> str:
    query = {"year": str(period.year), **more}
    return f"{reverse('web:statistics')}?{'&'.join(f'{k}={v}' for k, v in query.items())}"


def _is_short(figure: Figure) -> bool:
    """Whether the provincial form (亿元, 万人) would leave too little of the number."""
    return figure.value is not None and abs(Decimal(figure.value)) < figure.unit.headline.divisor


def _words(figure: Figure) -> tuple[str, str]:
    """(number, unit) for a card: the provincial form, or the form of tables when the number is small."""
    headline = not _is_short(figure)
    return show(figure, headline=headline), unit_suffix(
        figure.unit, headline=headline
    ) if figure.value is not None else ""


def _card(figure: Figure, parts: tuple[tuple[str, str, Decimal | None], ...], *, more: str = "") -> Card:
    one = definition(figure.indicator)
    value, unit = _words(figure)
    url = figure_url(figure, pinned=False) if figure.value is not None else ""
    stated = f"{_statistics(figure.period, i=figure.indicator)}#caliber"
    return Card(one.label, value, f"{unit}{more}", url, one.text, stated, parts)


def _track_parts(indicator: str, tracks: FigureTable) -> tuple[tuple[str, str, Decimal | None], ...]:
    """The two promotions in the unit of the card; nothing while there is nothing to divide."""
    figures = [(t.short, tracks.cells.get((t.id,), {}).get(indicator)) for t in TWO_PROMOTIONS]
    return _parts(figures)


def _parts(figures: Sequence[tuple[str, Figure | None]]) -> tuple[tuple[str, str, Decimal | None], ...]:
    known = [f for _, f in figures if f is not None and f.value is not None]
    if not known:
        return ()
    headline = not any(_is_short(f) for f in known)
    return tuple(
        (
            word,
            "—" if f is None else show(f, headline=headline),
            None if f is None or f.value is None else Decimal(f.value),
        )
        for word, f in figures
    )


def _training_card(trained: FigureTable, heard: FigureTable) -> Card:
    sessions = trained.figure("training_sessions")
    figures = [(word, heard.cells.get((kind.id,), {}).get("training_person_times")) for kind, word in _AUDIENCES]
    more = f" · {show(sessions, suffix=True)}" if sessions.value is not None else ""
    return _card(trained.figure("training_person_times"), _parts(figures), more=more)


def _special(tracks: FigureTable) -> list[tuple[str, str, str]]:
    """(label, number with unit, address) of the special-fund projects, which the two promotions do not include."""
    cells: Mapping[str, Figure] = tracks.cells.get((Track.SPECIAL_FUND.id,), {})
    return [
        (definition(i).label, "".join(_words(cells[i])), figure_url(cells[i], pinned=False))
        for i in CARDS
        if i in cells and cells[i].value is not None
    ]


def _tiles(scope: Scope, below: FigureTable, child: str, period: Period) -> tuple[Tile, ...]:
    """Every child division in scope, the one with the highest wages first."""
    prefix = codes.prefix_of(scope.home)
    nodes = divisions.cities() if child == "city" else divisions.counties(prefix)
    standing = [n.code for n in nodes if scope.covers_division(n.code) and codes.covers(prefix, n.code)]
    wages = {code: below.cells.get((code,), {}).get("wages_paid") for code in standing}
    lengths = {code: Decimal(f.value) for code, f in wages.items() if f is not None and f.value is not None}
    full = max(lengths.values(), default=Decimal(1)) or Decimal(1)
    tiles = []
    for code in sorted(standing, key=lambda c: (-lengths.get(c, Decimal(-1)), c)):
        wage, heads = wages[code], below.cells.get((code,), {}).get("headcount_project")
        tiles.append(
            Tile(
                name=divisions.name(code).removesuffix("市") if child == "city" else divisions.name(code),
                url=_statistics(period, d=code, i="wages_paid"),
                text="—" if wage is None else show(wage, headline=child == "city"),
                value=lengths.get(code),
                full=full,
                amount="—" if heads is None else f"务工 {show(heads, suffix=True)}",
            )
        )
    return tuple(tiles)
