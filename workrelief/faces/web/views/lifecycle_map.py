"""项目地图: counties coloured by how many projects stand there, single sites over them, and the same as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from workrelief.base.access.actor import Actor
from workrelief.base.divisions import queries as divisions
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.charts import chart_data
from workrelief.faces.shared.paging import query_url
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.shared.tables import Cell, Column, build_table
from workrelief.faces.shared.text import number
from workrelief.faces.web import listing
from workrelief.faces.web.views.lifecycle_board import LifeForm
from workrelief.faces.web.views.lifecycle_shape import PHASES
from workrelief.kernel import clock, codes
from workrelief.kernel.chart import ChartSpec, Series
from workrelief.kernel.codes import Level
from workrelief.kernel.kinds import Track
from workrelief.work.lifecycle import queries
from workrelief.work.lifecycle.queries import LifeFilter, MapPoint
from workrelief.work.lifecycle.states import PROJECT_LIFE

COLOURS = (("count", "项目数"), ("late", "逾期"), *PHASES)
_TONES = {"grey": "", "blue": "run", "green": "done", "amber": "warn", "red": "stop"}
LEGEND = (("前期", "run"), ("在建", "warn"), ("验收、投用", "done"), ("逾期、退回", "stop"))
MOST_SITES = 3_000
"""So many sites are drawn; more make the drawing slow and say nothing."""


@dataclass(frozen=True)
class PlaceRow:
    """A division: number of projects, by phase, and overdue."""

    code: str
    name: str
    url: str
    numbers: Mapping[str, int]


@page("lifecycle.view")
@require_GET
def project_map(request: ActingRequest) -> HttpResponse:
    """Where the projects are: counties by colour, sites by sign, and the table beneath."""
    actor = request.actor
    form = LifeForm(request)
    division = listing.chosen_division(request, actor) or actor.home
    wanted = form.wanted(division)
    colour = request.GET.get("colour", "count")
    colour = colour if colour in dict(COLOURS) else "count"
    counted = _counted(actor, wanted)
    rows = _rows(request, actor, division, counted)
    sites = _sites(actor, wanted)
    total = counted["count"].get(codes.prefix_of(division), 0)
    return render(
        request,
        "lifecycle/map.html",
        {
            "title": "项目地图",
            "crumbs": [("推进看板", reverse("web:board")), ("项目地图", "")],
            "stamp": Stamp(as_of=clock.now()),
            "form": form,
            "keep": {"colour": colour} if colour != "count" else {},
            "colours": [
                {"label": label, "url": query_url(request, colour=None if id == "count" else id), "is_on": id == colour}
                for id, label in COLOURS
            ],
            "colour_word": dict(COLOURS)[colour],
            "trail": _trail(request, actor, division),
            "total": total,
            "located": len(sites),
            "shown": MOST_SITES,
            "not_shown": len(sites) > MOST_SITES,
            "legend": LEGEND,
            "word": "区县" if codes.level_of(division) >= Level.CITY else "市",
            "drawing": _drawing(actor, division, rows, colour, counted, sites[:MOST_SITES]),
            "table": _table(request, rows, counted, division),
            "list_url": _list_url(request, None),
            "board_url": _there("web:board", request, colour=None),
        },
    )


def _counted(actor: Actor, wanted: LifeFilter) -> dict[str, Mapping[str, int]]:
    """Numbers under each division prefix: of all, of what is overdue, and of each phase."""
    names = ("late", *(phase for phase, _ in PHASES))
    under = queries.map_tally(actor.scope, wanted, [phase for phase, _ in PHASES])
    sums = {name: {prefix: found[i] for prefix, found in under.sums.items()} for i, name in enumerate(names)}
    return {"count": under.numbers, **sums}


def _children(actor: Actor, division: str) -> list[divisions.Node]:
    """Cities of the province, counties of a city, the county itself; as far as they lie in scope."""
    level = codes.level_of(division)
    if level <= Level.PROVINCE:
        nodes = divisions.cities()
    elif level == Level.CITY:
        nodes = divisions.counties(codes.prefix_of(division))
    else:
        nodes = [divisions.division(codes.at_level(division, Level.COUNTY))]
    return [node for node in nodes if _touches(actor, node.code)]


def _touches(actor: Actor, code: str) -> bool:
    own = codes.prefix_of(code)
    return any(own.startswith(prefix) or prefix.startswith(own) for prefix in actor.scope.divisions)


def _rows(
    request: HttpRequest, actor: Actor, division: str, counted: Mapping[str, Mapping[str, int]]
) -> list[PlaceRow]:
    is_county = codes.level_of(division) >= Level.CITY
    return [
        PlaceRow(
            node.code,
            node.name,
            _list_url(request, codes.prefix_of(node.code))
            if is_county
            else query_url(request, division=codes.prefix_of(node.code)),
            {name: numbers.get(codes.prefix_of(node.code), 0) for name, numbers in counted.items()},
        )
        for node in _children(actor, division)
    ]


def _sites(actor: Actor, wanted: LifeFilter) -> list[MapPoint]:
    """Projects whose site is located, one more than are drawn."""
    points = queries.map_points(actor.scope, wanted)
    return [point for point in points if point.lon_e6 is not None and point.lat_e6 is not None]


def _drawing(
    actor: Actor, division: str, rows: list[PlaceRow], colour: str, counted: Mapping[str, Mapping[str, int]],
    sites: list[MapPoint],
) -> dict[str, Any]:  # fmt: skip
    """The chart's JSON: the counties of the province in one drawing, or those of a city; sites over them."""
    level = codes.level_of(division)
    area = division if level <= Level.PROVINCE else codes.at_level(division, Level.CITY)
    parts: list[str] = []
    if level <= Level.PROVINCE:
        parts = [row.code for row in rows]
        places = [n for n in divisions.county_units("37") if _touches(actor, n.code)]
        drawn = [(n.code, n.name, counted[colour].get(codes.prefix_of(n.code), 0)) for n in places]
    else:
        drawn = [(row.code, row.name, row.numbers[colour]) for row in rows]
    spec = ChartSpec(
        kind="map",
        title="项目分布",
        unit="个",
        categories=tuple(name for _, name, _ in drawn),
        series=(
            Series(dict(COLOURS)[colour], tuple(n or None for *_, n in drawn), tuple(number(n) for *_, n in drawn)),
        ),
        codes=tuple(code for code, _, _ in drawn),
        area=area,
    )
    links = [f"{reverse('web:lives')}?division={codes.prefix_of(code)}" for code, _, _ in drawn]
    return chart_data(spec, links=links) | {"parts": parts, "points": [_point(site) for site in sites]}


def _point(site: MapPoint) -> dict[str, Any]:
    state = PROJECT_LIFE.state(site.state).label
    return {
        "name": site.name,
        "at": [(site.lon_e6 or 0) / 1e6, (site.lat_e6 or 0) / 1e6],
        "tone": "stop" if site.is_overdue else _TONES[site.tone],
        "words": f"{Track.of_id(site.track).short} · {state}{' · 逾期' if site.is_overdue else ''}",
        "url": reverse("web:life", args=[site.project_id]),
    }


def _number(name: str) -> Callable[[PlaceRow], int]:
    return lambda row: row.numbers[name]


COLUMNS = (
    Column("name", "行政区划", link="url", lead=True),
    Column("count", "项目数", kind="number", value=_number("count")),
    *(Column(phase, label, kind="number", value=_number(phase)) for phase, label in PHASES),
    Column("late", "逾期", kind="number", value=_number("late")),
)


def _table(request: HttpRequest, rows: list[PlaceRow], counted: Mapping[str, Mapping[str, int]], division: str) -> Any:
    own = codes.prefix_of(division)
    names = ("count", *(phase for phase, _ in PHASES), "late")
    total = [Cell("合计"), *(Cell(number(counted[name].get(own, 0)), "r") for name in names)]
    return build_table(request, COLUMNS, rows, caption="项目分布", id="places", tight=True, cards=False, total=total)


def _trail(request: HttpRequest, actor: Actor, division: str) -> list[tuple[str, str]]:
    """The way from the scope's home down to the division; the last one has no address."""
    home = codes.prefix_of(actor.home)
    lengths = [len(home), *(n for n in (4, 6) if len(home) < n < len(codes.prefix_of(division)))]
    steps = [codes.prefix_of(division)[:n] for n in lengths if n < len(codes.prefix_of(division))]
    trail = [(divisions.name(codes.normalise(s)), query_url(request, division=None if s == home else s)) for s in steps]
    return [*trail, (divisions.name(division), "")]


def _there(name: str, request: HttpRequest, **changes: str | None) -> str:
    query = query_url(request, **({"page": None, "sort": None} | changes)).partition("?")[2]
    return f"{reverse(name)}?{query}" if query else reverse(name)


def _list_url(request: HttpRequest, prefix: str | None) -> str:
    changes: dict[str, str | None] = {"colour": None}
    return _there("web:lives", request, **(changes | ({"division": prefix} if prefix else {})))
