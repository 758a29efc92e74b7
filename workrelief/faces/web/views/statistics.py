"""统计分析: tracks, periods, the path from province to project, map, ranking and the same figures as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from workrelief.base.access.permissions import allowed
from workrelief.faces.shared import text
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.download import attachment
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Column, Table, build_table
from workrelief.faces.web.figure_pages import (
    SPANS,
    TRACKS,
    figure_url,
    figures_stamp,
    path_down,
    shown_definition,
    years_with_data,
)
from workrelief.faces.web.views.statistics_shape import Asked, Row, Statistics, asked_from, gather, map_of, ranking_of
from workrelief.figures.indicators.catalogue import definition
from workrelief.figures.snapshots import queries as snapshots
from workrelief.kernel.figure import Figure
from workrelief.kernel.kinds import TWO_PROMOTIONS, Track
from workrelief.kernel.period import Period
from workrelief.kernel.units import FEN, FEN_PER_PERSON, NO_DATA_TEXT, PERSON_DAY, RATIO, unit_suffix
from workrelief.outputs.render.xlsx import ColumnKind, Sheet, SheetColumn, xlsx_bytes

_HEADS = {
    "projects": "项目数",
    "investment": "总投资",
    "headcount_project": "务工人数",
    "headcount_unique": "去重人数",
    "wages_paid": "劳务报酬",
    "wages_per_head": "人均报酬",
    "priority_share": "优先群体",
    "labour_pay_share": "占中央资金",
}
_STILL_BELOW = {
    "province": ("省", "市", "县", "项目", "明细"),
    "city": ("市", "县", "项目", "明细"),
    "county": ("县", "项目", "明细"),
}


@dataclass(frozen=True)
class Link:
    """A word in a switch or path; `url` is "" for what cannot be opened from here."""

    label: str
    url: str
    is_on: bool = False
    title: str = ""


@page("figures.view")
def statistics(request: ActingRequest) -> HttpResponse:
    """The page of one division, period, track and indicator; all of it stands in the address."""
    actor = request.actor
    asked = asked_from(request.GET, actor.scope)
    shown = gather(actor.scope, asked)
    bars, totals = ranking_of(shown)
    drill = _drill(request, shown)
    rows = _sorted(request, shown)
    pager = paginate(request, rows) if asked.child == "project" else None
    one = shown_definition(asked.indicator)
    pinned = bool(asked.manifest)
    chosen = shown.whole.figures.get(asked.indicator)
    context = {
        "title": "统计分析",
        "crumbs": (("统计分析", reverse("web:statistics")), (shown.whole.name, "")),
        "stamp": figures_stamp(shown.main, pinned=pinned, caliber=definition(asked.indicator), caliber_url="#caliber"),
        "asked": asked,
        "page": shown,
        "pager": pager,
        "tracks": [Link(t.label, query_url(request, track=t.id, page=None), t is asked.track) for t in TRACKS],
        "years": _years(asked.period),
        "spans": SPANS,
        "states": _states(asked),
        "keep": _kept(request),
        "path": _path(request, shown),
        "chips": [
            Link(
                definition(i).label,
                query_url(request, i=i, page=None, sort=None),
                i == asked.indicator,
                definition(i).text,
            )
            for i in asked.chips
        ],
        "definition": one,
        "definition_url": figure_url(chosen, pinned=pinned) if chosen else "",
        "track_note": asked.indicator not in shown.main.indicators,
        "map": map_of(shown),
        "map_links": [drill(row) for row in shown.rows if row.is_child],
        "ranking": bars,
        "ranking_links": [drill(row) for row in shown.rows if row.is_child],
        "ranking_totals": totals if shown.stacks else (),
        "ranking_height": _height(len(bars.categories)),
        "table": _table(request, shown, [shown.whole, *(pager.items if pager else rows)], drill),
        "export_url": f"{reverse('web:statistics-export')}?{request.GET.urlencode()}",
        "may_export": allowed(actor, "export.create"),
        "imports_url": reverse("web:imports") if allowed(actor, "import.upload") else "",
    }
    return render(request, "statistics/page.html", context)


@page("export.create")
def export(request: ActingRequest) -> HttpResponse:
    """The table of the same address as a workbook, in the same order; at county level all projects, not one page."""
    actor = request.actor
    shown = gather(actor.scope, asked_from(request.GET, actor.scope))
    book = workbook_of(shown, _sorted(request, shown), demo=settings.DEMO_MODE)
    name = f"{shown.whole.name}{shown.asked.period.label}{shown.asked.track.label}分{shown.word}数据.xlsx"
    return attachment(xlsx_bytes([book]), name)


# ---------- shaping ----------

_SHEET_KINDS: dict[str, ColumnKind] = {
    FEN.id: "money_wan",
    FEN_PER_PERSON.id: "money_yuan",
    RATIO.id: "ratio",
    PERSON_DAY.id: "days",
}


def workbook_of(shown: Statistics, rows: Sequence[Row], *, demo: bool) -> Sheet:
    """The table as a sheet: the same columns and rows, the whole first, exact values in the unit of the head."""
    columns = _columns(shown, lambda row: "", pinned=True)
    figures = [c for c in columns if c.kind == "figure"]
    state = shown.asked.manifest or f"实时台账 {shown.main.manifest}"
    return Sheet(
        title=f"分{shown.word}数据",
        caption=f"{shown.whole.name}{shown.asked.period.label}以工代赈数据（{shown.asked.track.label}）",
        columns=[
            SheetColumn("名次", "int"),
            SheetColumn(shown.word, "text", 30 if shown.asked.child == "project" else 0),
            *(SheetColumn(f"{c.label}（{c.head_unit}）", _sheet_kind(shown, c)) for c in figures),
        ],
        rows=[(row.rank, row.name, *(_sheet_value(c, row) for c in figures)) for row in (shown.whole, *rows)],
        unit_note=f"数据：{state}，截至 {text.moment(shown.main.as_of)}",
        notes=("合计行按全部台账重新统计，不由下级相加。",),
        demo=demo,
    )


def _sheet_kind(shown: Statistics, column: Column) -> ColumnKind:
    indicator = shown.asked.indicator if column.name.startswith("part_") else column.name
    return _SHEET_KINDS.get(definition(indicator).unit.id, "int")


def _sheet_value(column: Column, row: Row) -> int | Decimal | str | None:
    """The exact value; yuan for a mean amount in fen, which may have a fraction."""
    figure = column.value(row) if callable(column.value) else None
    if not isinstance(figure, Figure) or figure.value is None:
        return NO_DATA_TEXT
    return Decimal(figure.value) / figure.unit.table.divisor if figure.unit is FEN_PER_PERSON else figure.value


def _columns(shown: Statistics, drill: Callable[[Row], str], *, pinned: bool) -> tuple[Column, ...]:
    asked = shown.asked

    def figure_column(indicator: str) -> Column:
        one = definition(indicator)
        return _linked(
            indicator, _HEADS.get(indicator, one.label), indicator, lambda row: row.figures.get(indicator), pinned
        )

    def part_column(track: Track) -> Column:
        return _linked(f"part_{track.id}", track.short, asked.indicator, lambda row: row.parts.get(track.id), pinned)

    columns = [
        Column("rank", "名次", kind="number", width=2),
        Column("name", shown.word, sub="sub", link=drill, sort="name", lead=True),
    ]
    for indicator in asked.columns:
        columns.append(figure_column(indicator))
        if indicator == asked.indicator and asked.has_parts:
            columns += [part_column(track) for track in TWO_PROMOTIONS]
    return tuple(columns)


def _linked(name: str, label: str, indicator: str, get: Callable[[Row], Figure | None], pinned: bool) -> Column:
    """A column of figures, each linked to the rows behind it."""

    def link(row: Row) -> str:
        figure = get(row)
        return figure_url(figure, pinned=pinned) if figure is not None and figure.value is not None else ""

    return Column(
        name, label, kind="figure", value=get, link=link, unit=unit_suffix(definition(indicator).unit), sort=name
    )


def _table(request: ActingRequest, shown: Statistics, rows: Sequence[Row], drill: Callable[[Row], str]) -> Table:
    return build_table(
        request,
        _columns(shown, drill, pinned=bool(shown.asked.manifest)),
        rows,
        caption=f"{shown.whole.name}{shown.asked.period.label}分{shown.word}数据",
        id="statistics",
        tight=True,
        row_css=_row_css,
    )


def _row_css(row: Row) -> str:
    if row.is_whole:
        return "sum"
    if not row.has_data:
        return "none"
    return "" if row.is_child else "off"


def _sorted(request: ActingRequest, shown: Statistics) -> tuple[Row, ...]:
    """The rows as `?sort=` asks; by rank otherwise. Rows without a value stay at the end."""
    asked = request.GET.get("sort", "")
    name = asked.removeprefix("-")
    if name == "name":
        return tuple(sorted(shown.rows, key=lambda row: row.id, reverse=asked.startswith("-")))

    def value(row: Row) -> Decimal | None:
        figure = row.parts.get(name.removeprefix("part_")) if name.startswith("part_") else row.figures.get(name)
        return None if figure is None or figure.value is None else Decimal(figure.value)

    known = [row for row in shown.rows if value(row) is not None]
    if not known:
        return shown.rows
    known.sort(key=lambda row: (value(row) or Decimal(0), row.id), reverse=asked.startswith("-"))
    return (*known, *(row for row in shown.rows if value(row) is None))


def _drill(request: ActingRequest, shown: Statistics) -> Callable[[Row], str]:
    """Where a row's name leads: one level down on this page, or to the project's own page."""

    def url(row: Row) -> str:
        if row.is_whole or not row.is_child:
            return ""
        if shown.asked.child == "project":
            return reverse("web:project", args=[int(row.id)])
        return query_url(request, d=row.id, page=None, sort=None)

    return url


def _path(request: ActingRequest, shown: Statistics) -> list[Link]:
    """From home down to this division, then the levels still below it as plain words."""
    codes_and_names = path_down(request.actor.scope, shown.asked.division)
    path = [
        Link(name, query_url(request, d=code, page=None, sort=None), code == shown.asked.division)
        for code, name in codes_and_names
    ]
    return [*path, *(Link(word, "") for word in _STILL_BELOW.get(shown.asked.child, ("项目", "明细")))]


def _years(period: Period) -> list[int]:
    return sorted({*years_with_data(), period.year}, reverse=True)


def _states(asked: Asked) -> list[tuple[str, str, bool]]:
    """(value, words, chosen) of the states one may read from: the newest rows, and sealed snapshots of the period."""
    sealed = [
        (name, f"快照 {name}", name == asked.manifest)
        for name, period in snapshots.sealed_manifests().values_list("name", "period")
        if Period(period).contains(asked.period)
    ]
    return [("", "实时台账", not asked.manifest), *sealed]


def _kept(request: ActingRequest) -> dict[str, str]:
    """What the form of period and state carries along unchanged."""
    return {name: request.GET[name] for name in ("track", "i", "d") if request.GET.get(name)}


def _height(bars: int) -> str:
    return "low" if bars <= 6 else "tall" if bars > 16 else ""
