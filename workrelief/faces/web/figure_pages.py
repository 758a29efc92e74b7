"""What pages with figures have in common: which state of the ledger, which period and kind of project; addresses, stamps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry as law
from workrelief.faces.shared.stamp import Stamp, StampItem
from workrelief.figures.indicators.catalogue import definition
from workrelief.figures.indicators.definitions import Definition, Derived, Ratio
from workrelief.figures.indicators.read import LIVE, Snapshot, Source
from workrelief.figures.ledger.facts import PROJECT
from workrelief.figures.snapshots import queries as snapshots
from workrelief.kernel import clock, codes
from workrelief.kernel.address import address_of
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import NotFound
from workrelief.kernel.figure import Figure, FigureTable
from workrelief.kernel.kinds import TWO_PROMOTIONS, Track
from workrelief.kernel.units import FEN, NO_DATA_TEXT, RATIO, Unit, show, unit_suffix


@dataclass(frozen=True)
class TrackChoice:
    """One position of the track switch: its id in addresses, its word, the tracks it means."""

    id: str
    label: str
    tracks: tuple[str, ...]

    @property
    def is_two(self) -> bool:
        return len(self.tracks) > 1


TRACKS: tuple[TrackChoice, ...] = (
    TrackChoice("two", "两推合计", tuple(t.id for t in TWO_PROMOTIONS)),
    *(TrackChoice(t.id, t.short, (t.id,)) for t in (*TWO_PROMOTIONS, Track.SPECIAL_FUND)),
)
SPANS: tuple[tuple[str, str], ...] = (
    ("", "全年累计"),
    ("H1", "上半年"),
    ("H2", "下半年"),
    ("Q1", "一季度"),
    ("Q2", "二季度"),
    ("Q3", "三季度"),
    ("Q4", "四季度"),
)
CHILD: Mapping[Level, str] = {Level.NATION: "province", Level.PROVINCE: "city", Level.CITY: "county"}
CHILD_WORD: Mapping[str, str] = {"province": "省", "city": "市", "county": "县", "project": "项目"}
_EMPTY_SINCE = 2000  # a ledger nothing was ever posted to is dated 2000-01-01
_PLACES = ("province", "city", "county", "township")


def child_of(division: str) -> str:
    """The dimension one level below a division; below counties come projects."""
    return CHILD.get(codes.level_of(division), "project")


def source_of(name: str) -> Source:
    """LIVE for "", else the named snapshot."""
    return Snapshot(name) if name else LIVE


def same_state(table: FigureTable) -> Snapshot:
    """The very state `table` was read from, so that all numbers of a page fit together."""
    return Snapshot(table.manifest)


def figure_url(figure: Figure, *, pinned: bool) -> str:
    """Address of the page behind a figure; `pinned` keeps the snapshot, otherwise the newest rows are shown."""
    return f"{reverse('web:figure')}?{address_of(figure, live=not pinned).query}"


def visible_place(scope: Scope, dimension: str, key: str) -> None:
    """Raise NotFound when a place named in an address lies outside the scope; never told apart from a missing one."""
    if dimension in _PLACES and not (scope.covers_division(key) or codes.covers(codes.prefix_of(key), scope.home)):
        raise NotFound("figures.division", "没有找到该行政区划，或不在您的数据范围内。")


def years_with_data() -> tuple[int, ...]:
    """Years in which something was posted, newest first; empty before the first posting."""
    view = snapshots.live()
    years = {entry.year for entry in view.files.entries}
    for rows in view.waiting.tables.values():
        years |= {month // 100 for month in rows.column("period").unique().to_pylist()}
    return tuple(sorted(years, reverse=True))


def newest_year() -> int:
    """The newest year with projects on a list (wages paid in January alone do not open a year), else the newest at all."""
    view = snapshots.live()
    listed = {entry.year for entry in view.files.of_fact(PROJECT.name)}
    if PROJECT.name in view.waiting.tables:
        months = view.waiting.tables[PROJECT.name].column("period").unique().to_pylist()
        listed |= {month // 100 for month in months}
    return max(listed or years_with_data(), default=clock.today().year)


def figures_stamp(
    table: FigureTable, *, pinned: bool, caliber: Definition | None = None, caliber_url: str = ""
) -> Stamp:
    """截至 · 快照 or 实时 · 口径."""
    state = StampItem("数据快照", table.manifest) if pinned else StampItem("实时台账")
    return Stamp(
        as_of=table.as_of if table.as_of.year > _EMPTY_SINCE else None,
        items=(state,),
        caliber=f"口径 {caliber.code}" if caliber else "",
        caliber_url=caliber_url,
    )


@dataclass(frozen=True)
class ShownDefinition:
    """An indicator's 口径 in the words of `_definition.html`."""

    id: str
    label: str
    code: str
    text: str
    unit: str
    formula: str
    cites: tuple[tuple[str, str], ...]
    adds_up: str


def shown_definition(indicator: str) -> ShownDefinition:
    """Raises NotFound for an unknown indicator."""
    one = definition(indicator)
    return ShownDefinition(
        id=one.id,
        label=one.label,
        code=one.code,
        text=one.text.rstrip("。"),
        unit=unit_suffix(one.unit),
        formula=formula_of(one),
        cites=tuple((law.resolve(cite), "") for cite in one.cites),
        adds_up=one.adds_up_text,
    )


def formula_of(one: Definition) -> str:
    """How a ratio or growth is made; empty for a number that is counted or added up."""
    match one:
        case Ratio(numerator=numerator, denominator=denominator):
            return f"{numerator.label} ÷ {denominator.label}"
        case Derived(base=base):
            return f"（本期{base.label} − 上年同期）÷ 上年同期"
    return ""


# ---------- numbers on screen, lengths in charts ----------


def screen_text(figure: Figure | None, *, headline: bool = False) -> str:
    """A figure with thousands separators also in its provincial form, which official texts write without: 2,101.56."""
    if figure is None:
        return NO_DATA_TEXT
    text = show(figure, headline=headline)
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.isdecimal() else text


@dataclass(frozen=True)
class ChartUnit:
    """The unit of a whole chart; large amounts are drawn in 亿元, as provincial texts write them."""

    unit: Unit
    headline: bool

    @property
    def suffix(self) -> str:
        return unit_suffix(self.unit, headline=self.headline)

    def length(self, figure: Figure | None) -> Decimal | None:
        """The figure in this unit; None is "no data"."""
        if figure is None or figure.value is None:
            return None
        form = self.unit.headline if self.headline else self.unit.table
        return Decimal(figure.value) * 100 if self.unit is RATIO else Decimal(figure.value) / form.divisor

    def text(self, figure: Figure | None) -> str:
        return screen_text(figure, headline=self.headline)


def chart_unit(unit: Unit, division: str) -> ChartUnit:
    """亿元 for amounts of a whole province, otherwise the unit of tables."""
    return ChartUnit(unit, headline=unit is FEN and codes.level_of(division) <= Level.PROVINCE)


def path_down(scope: Scope, division: str) -> tuple[tuple[str, str], ...]:
    """(code, name) from the home of the scope down to `division`."""
    levels: Sequence[Level] = [
        level
        for level in Level
        if codes.level_of(scope.home) <= level <= codes.level_of(division) and level > Level.NATION
    ]
    return tuple((code, divisions.name(code)) for code in (codes.at_level(division, level) for level in levels))
