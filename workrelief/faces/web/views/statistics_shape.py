"""What the statistics page shows, gathered from `read()`: rows of the children with their total, parts by track, charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import QueryDict

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.faces.web.figure_pages import (
    CHILD_WORD,
    SPANS,
    TRACKS,
    TrackChoice,
    chart_unit,
    child_of,
    newest_year,
    same_state,
    source_of,
)
from workrelief.figures.indicators.catalogue import definition
from workrelief.figures.indicators.read import NO_FILTER, Source, read
from workrelief.kernel import codes
from workrelief.kernel.chart import ChartSpec, Series
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.figure import Figure, FigureTable
from workrelief.kernel.kinds import TWO_PROMOTIONS
from workrelief.kernel.period import Period
from workrelief.work.projects import queries as projects

CHIPS = (
    "projects",
    "investment",
    "headcount_project",
    "headcount_unique",
    "wages_paid",
    "wages_per_head",
    "priority_share",
    "training_person_times",
)
SPECIAL_CHIP = "labour_pay_share"
COLUMNS = ("projects", "investment", "headcount_project", "headcount_unique", "wages_paid", "wages_per_head")
DEFAULT = "headcount_project"
WITHOUT_TRACK = frozenset({"training_sessions", "training_person_times", "training_persons"})
"""Most training is held for offices, not for a project, so it belongs to no track and is shown as a whole."""
MOST_BARS = 20


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `manifest` is "" for the newest rows."""

    division: str
    period: Period
    span: str
    track: TrackChoice
    indicator: str
    manifest: str

    @property
    def child(self) -> str:
        return child_of(self.division)

    @property
    def chips(self) -> tuple[str, ...]:
        return (*CHIPS, SPECIAL_CHIP) if self.track.id == "special_fund" else CHIPS

    @property
    def columns(self) -> tuple[str, ...]:
        """Indicators of the table, the chosen one included."""
        return COLUMNS if self.indicator in COLUMNS else (*COLUMNS, self.indicator)

    @property
    def has_parts(self) -> bool:
        """Whether the chosen indicator is shown for both tracks apart."""
        return self.track.is_two and self.indicator not in WITHOUT_TRACK


def asked_from(query: QueryDict, scope: Scope) -> Asked:
    """The question in an address. Raises InvalidInput for a malformed one; whether it may be asked, read() judges."""
    year = query.get("year") or str(newest_year())
    span = query.get("span", "")
    if span not in dict(SPANS):
        raise InvalidInput("statistics.span", f"没有名为“{span}”的期间。")
    track = next((t for t in TRACKS if t.id == query.get("track", TRACKS[0].id)), None)
    if track is None:
        raise InvalidInput("statistics.track", "没有这一类项目。")
    indicator = query.get("i") or DEFAULT
    asked = Asked(
        division=codes.normalise(str(query["d"])) if query.get("d") else scope.home,
        period=Period(f"{year}{span}"),
        span=span,
        track=track,
        indicator=indicator,
        manifest=query.get("m", ""),
    )
    if indicator not in asked.chips:
        return Asked(asked.division, asked.period, span, track, DEFAULT, asked.manifest)
    return asked


@dataclass(frozen=True)
class Row:
    """A child division or project, or the whole. `parts` are the chosen indicator's figures by track id."""

    id: str
    name: str
    sub: str = ""
    rank: int | None = None
    figures: Mapping[str, Figure] = field(default_factory=dict)
    parts: Mapping[str, Figure] = field(default_factory=dict)
    is_whole: bool = False
    is_child: bool = True

    @property
    def has_data(self) -> bool:
        return any(figure.value is not None for figure in self.figures.values())


@dataclass(frozen=True)
class Statistics:
    """Everything on the page, read from one state of the ledger. `rows` are ordered by the chosen indicator."""

    asked: Asked
    main: FigureTable
    whole: Row
    rows: tuple[Row, ...]

    @property
    def word(self) -> str:
        return CHILD_WORD[self.asked.child]

    @property
    def has_data(self) -> bool:
        return self.whole.has_data

    @property
    def stacks(self) -> bool:
        """Whether the parts by track may stand on top of each other in a bar."""
        return self.asked.has_parts and definition(self.asked.indicator).adds_up == "sum"


def gather(scope: Scope, asked: Asked) -> Statistics:
    """Read the page: children and whole for the table's indicators, and the chosen one by track.

    Raises NotFound for a division outside the scope or a missing snapshot.
    """
    chosen = asked.indicator
    tracked = [i for i in asked.columns if i not in WITHOUT_TRACK]
    where = {"track": asked.track.tracks}
    reader = _Reader(scope, asked)
    main = reader(tracked, by=(asked.child,), where=where, source=source_of(asked.manifest))
    state = same_state(main)
    whole = dict(reader(tracked, where=where, source=state).cells[()])
    own: dict[str, dict[str, Figure]] = {key[0]: dict(cells) for key, cells in main}
    labels = dict(main.labels.get(asked.child, {}))
    if chosen in WITHOUT_TRACK:
        table = reader([chosen], by=(asked.child,), source=state)
        labels |= table.labels.get(asked.child, {})
        for key, cells in table:
            own.setdefault(key[0], {})[chosen] = cells[chosen]
        whole[chosen] = reader([chosen], source=state).figure(chosen)
    parts: dict[str, dict[str, Figure]] = {}
    whole_parts: dict[str, Figure] = {}
    if asked.has_parts:
        for key, cells in reader([chosen], by=(asked.child, "track"), where=where, source=state):
            parts.setdefault(key[0], {})[key[1]] = cells[chosen]
        whole_parts = {k[0]: c[chosen] for k, c in reader([chosen], by=("track",), where=where, source=state)}
    names = _names(scope, asked, own, labels)
    rows = _ranked([
        Row(id=key, name=name, sub=sub, figures=own.get(key, {}), parts=parts.get(key, {}), is_child=_is_child(asked, key))
        for key, (name, sub) in names.items()
    ], chosen)  # fmt: skip
    total = Row(asked.division, divisions.name(asked.division), "", None, whole, whole_parts, is_whole=True)
    return Statistics(asked, main, total, rows)


@dataclass(frozen=True)
class _Reader:
    """read() for the scope, division and period of the page."""

    scope: Scope
    asked: Asked

    def __call__(
        self,
        ids: Sequence[str],
        *,
        source: Source,
        by: Sequence[str] = (),
        where: Mapping[str, Sequence[str]] = NO_FILTER,
    ) -> FigureTable:
        return read(
            ids,
            scope=self.scope,
            period=self.asked.period,
            by=by,
            division=self.asked.division,
            where=where,
            source=source,
        )


def _is_child(asked: Asked, key: str) -> bool:
    """False for what stands at the division itself (a provincial training course) or belongs to no project."""
    if asked.child == "project":
        return key != "0"
    return key != asked.division


def _names(
    scope: Scope, asked: Asked, own: Mapping[str, object], labels: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Name and second line of every row: all children that exist, and whatever else the ledger holds."""
    if asked.child == "project":
        known = projects.refs(scope, [int(key) for key in own if key != "0"])
        return {
            key: (known[int(key)].name, divisions.name(known[int(key)].division_code))
            if int(key) in known
            else (labels.get(key, key), "")
            for key in own
        }
    prefix = codes.prefix_of(asked.division)
    nodes = divisions.cities() if asked.child == "city" else divisions.counties(prefix)
    standing = [n.code for n in nodes if scope.covers_division(n.code) and codes.covers(prefix, n.code)]
    return {code: (labels.get(code) or divisions.name(code), "") for code in dict.fromkeys((*standing, *own))}


def _ranked(rows: Sequence[Row], chosen: str) -> tuple[Row, ...]:
    """Children with a value first, from the largest; equal values share a rank."""

    def place(row: Row) -> tuple[bool, bool, Decimal, str]:
        value = _value(row, chosen)
        return not row.is_child, value is None, -(value or Decimal(0)), row.id

    ranked: list[Row] = []
    for number, row in enumerate(sorted(rows, key=place), start=1):
        value = _value(row, chosen)
        rank: int | None = number if row.is_child and value is not None else None
        if rank and ranked and _value(ranked[-1], chosen) == value:
            rank = ranked[-1].rank
        ranked.append(Row(row.id, row.name, row.sub, rank, row.figures, row.parts, is_child=row.is_child))
    return tuple(ranked)


def _value(row: Row, indicator: str) -> Decimal | None:
    figure = row.figures.get(indicator)
    return None if figure is None or figure.value is None else Decimal(figure.value)


# ---------- charts ----------


def map_of(page: Statistics) -> ChartSpec | None:
    """The children on a map; None where there is no map (projects of a county) or nothing to colour."""
    asked = page.asked
    if codes.level_of(asked.division) not in (Level.PROVINCE, Level.CITY):
        return None
    rows = [row for row in page.rows if row.is_child]
    if not any(_value(row, asked.indicator) is not None for row in rows):
        return None
    one = definition(asked.indicator)
    unit = chart_unit(one.unit, asked.division)
    figures = [row.figures.get(asked.indicator) for row in rows]
    return ChartSpec(
        kind="map",
        title="分布",
        unit=unit.suffix,
        note=f"点击进入{page.word}",
        categories=tuple(row.name for row in rows),
        series=(Series(one.label, tuple(map(unit.length, figures)), tuple(map(unit.text, figures))),),
        codes=tuple(row.id for row in rows),
        area=asked.division,
    )


def ranking_of(page: Statistics) -> tuple[ChartSpec, tuple[str, ...]]:
    """The children as bars with the texts at their ends; stacked by track where the parts add up."""
    asked = page.asked
    one = definition(asked.indicator)
    unit = chart_unit(one.unit, asked.division)
    rows = [row for row in page.rows if row.is_child and _value(row, asked.indicator) is not None]
    shown = rows[:MOST_BARS]
    totals = tuple(unit.text(row.figures.get(asked.indicator)) for row in shown)
    if page.stacks:
        series = tuple(
            Series(
                track.short,
                tuple(
                    unit.length(row.parts.get(track.id)) or Decimal(0) for row in shown
                ),  # the end of a bar needs a place
                tuple(unit.text(row.parts.get(track.id)) for row in shown),
            )
            for track in TWO_PROMOTIONS
        )
    else:
        series = (Series(one.label, tuple(unit.length(row.figures.get(asked.indicator)) for row in shown), totals),)
    note = f"前 {MOST_BARS} 个{page.word}" if len(rows) > MOST_BARS else ""
    names = tuple(row.name if asked.child == "project" else row.name.removesuffix("市") for row in shown)
    return ChartSpec("bar", "排名", unit.suffix, names, series, note), totals
