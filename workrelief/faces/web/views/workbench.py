"""工作台: what I must do, the headline figures of my scope, and my cities or counties at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from workrelief.base.access.permissions import allowed
from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.web import counts
from workrelief.faces.web.figure_pages import (
    CHILD_WORD,
    TRACKS,
    child_of,
    figure_url,
    figures_stamp,
    newest_year,
    same_state,
    screen_text,
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
_LEAST_PART = Decimal("0.05")
"""A part is still worth showing in 亿元 or 万人 from so many of them on: 0.05."""


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


@page("workbench.view")
@require_GET
def todo_count(request: ActingRequest) -> HttpResponse:
    """The number in the top bar, which pages ask for after they are drawn."""
    return render(request, "_todo_count.html", {"number": counts.count("todo", request.actor)})


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
            *(
                _card(whole.figure(i), [(t.short, tracks.cells.get((t.id,), {}).get(i)) for t in TWO_PROMOTIONS])
                for i in CARDS
            ),
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


def _card(figure: Figure, parts: Sequence[tuple[str, Figure | None]], *, more: str = "") -> Card:
    """The figure with its parts, all in one unit."""
    one = definition(figure.indicator)
    headline = _reads_well(figure, [part for _, part in parts])
    unit = unit_suffix(figure.unit, headline=headline) if figure.value is not None else ""
    return Card(
        label=one.label,
        value=screen_text(figure, headline=headline),
        unit=f"{unit}{more}",
        url=figure_url(figure, pinned=False) if figure.value is not None else "",
        definition=one.text,
        definition_url=f"{_statistics(figure.period, i=figure.indicator)}#caliber",
        parts=_parts(parts, headline=headline),
    )


def _reads_well(figure: Figure, parts: Sequence[Figure | None] = ()) -> bool:
    """Whether the provincial form (亿元, 万人) leaves enough of the number and of each part that is not zero."""
    unit = figure.unit.headline.divisor

    def at_least(one: Figure | None, least: Decimal) -> bool:
        return one is None or not one.value or abs(Decimal(one.value)) >= least

    return at_least(figure, Decimal(unit)) and all(at_least(part, unit * _LEAST_PART) for part in parts)


def _parts(
    parts: Sequence[tuple[str, Figure | None]], *, headline: bool
) -> tuple[tuple[str, str, Decimal | None], ...]:
    """(word, text, length) for the split bar; nothing while there is nothing to divide."""
    if not any(figure is not None and figure.value is not None for _, figure in parts):
        return ()
    return tuple(
        (
            word,
            screen_text(figure, headline=headline),
            None if figure is None or figure.value is None else Decimal(figure.value),
        )
        for word, figure in parts
    )


def _training_card(trained: FigureTable, heard: FigureTable) -> Card:
    sessions = trained.figure("training_sessions")
    parts = [(word, heard.cells.get((kind.id,), {}).get("training_person_times")) for kind, word in _AUDIENCES]
    more = f" · {show(sessions, suffix=True)}" if sessions.value is not None else ""
    return _card(trained.figure("training_person_times"), parts, more=more)


def _special(tracks: FigureTable) -> list[tuple[str, str, str]]:
    """(label, number with unit, address) of the special-fund projects, which the two promotions do not include."""
    cells: Mapping[str, Figure] = tracks.cells.get((Track.SPECIAL_FUND.id,), {})
    return [
        (definition(i).label, _with_unit(cells[i]), figure_url(cells[i], pinned=False))
        for i in CARDS
        if i in cells and cells[i].value is not None
    ]


def _with_unit(figure: Figure) -> str:
    headline = _reads_well(figure)
    return screen_text(figure, headline=headline) + unit_suffix(figure.unit, headline=headline)


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
