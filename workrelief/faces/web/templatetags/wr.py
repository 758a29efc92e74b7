"""Tags and filters of every page: `{% load wr %}`. They write and draw; they never decide or calculate a figure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.forms.boundfield import BoundField
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry as law
from workrelief.faces.shared import text
from workrelief.faces.shared.charts import chart_data
from workrelief.faces.shared.forms import ShownField, shown_field
from workrelief.faces.shared.tables import Table
from workrelief.faces.web import drawings
from workrelief.faces.web.rows import badge, cells, icon
from workrelief.kernel import units
from workrelief.kernel.chart import ChartSpec
from workrelief.kernel.citation import Cite
from workrelief.kernel.figure import Figure

register = template.Library()

_JSON_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}

# ---------- values ----------
register.filter("fen_wan", text.fen_wan)
register.filter("fen_exact", text.exact_wan)
register.filter("fen_yuan", text.fen_yuan)
register.filter("fen_yi", text.fen_yi)
register.filter("days", text.days)
register.filter("ratio", text.ratio)
register.filter("number", text.number)
register.filter("day", text.day)
register.filter("moment", text.moment)


@register.simple_tag
def show(figure: Figure | None, headline: bool = False, suffix: bool = False) -> str:
    """`{% show figure %}`: the figure as in tables; `headline=True` as in provincial text; a dash for None."""
    return text.NOTHING if figure is None else units.show(figure, headline=headline, suffix=suffix)


@register.simple_tag
def number_link(figure: Figure | None, url: str = "", headline: bool = False, suffix: bool = False) -> SafeString:
    """`{% number_link figure url %}`: the figure as a link to its rows, with a sign when some have not reported."""
    shown = show(figure, headline=headline, suffix=suffix)
    if figure is not None and figure.status == "incomplete":
        sign = icon("alert-triangle")
        shown = format_html('{}<span class="wr-amber" title="有单位未报，按台账计">{}</span>', shown, sign)
    return format_html('<a href="{}">{}</a>', url, shown) if url else format_html("{}", shown)


@register.simple_tag
def unit(figure: Figure | None, headline: bool = False) -> str:
    """`{% unit figure %}`: 万元, 人, % …"""
    return "" if figure is None else units.unit_suffix(figure.unit, headline=headline)


@register.filter
def division_name(code: str | None) -> str:
    """Name of a 12-digit division code, the code itself when it is unknown."""
    return divisions.name(code) if code else text.NOTHING


@register.filter
def division_path(code: str | None) -> str:
    """Name with the city and county above it: 临沂市费县."""
    return divisions.path_name(code) if code else text.NOTHING


@register.filter
def cited(cite: Cite) -> str:
    """A citation as officials write it, marked while nobody compared the clause with the official text."""
    return law.resolve(cite)


@register.filter("words")
def words_of(sentence: str) -> list[str]:
    """The words of a text that are parted by spaces: "上传 校验 确认"|words."""
    return sentence.split()


# ---------- signs ----------
register.simple_tag(icon)
register.simple_tag(badge)
register.simple_tag(cells)

# ---------- small drawings ----------
register.simple_tag(drawings.bar)
register.simple_tag(drawings.split)
register.simple_tag(drawings.split_of)
register.simple_tag(drawings.ring)


@register.inclusion_tag("_gauge.html")
def gauge(paid: Decimal, floor: Decimal | None, commitment: Decimal | None) -> dict[str, object]:
    """`{% gauge paid floor commitment %}`: a share (0.2412) as a straight bar against its floor and its commitment."""
    return {"gauge": drawings.gauge(paid, floor=floor, commitment=commitment)}


# ---------- parts with a template of their own ----------
@register.inclusion_tag("_field.html")
def field(bound: BoundField, full: bool = False, placeholder: str = "", autofocus: bool = False) -> dict[str, object]:
    """`{% field form.name %}`: label, control, hint and error of one form field; `full=True` spans the whole row."""
    shown: ShownField = shown_field(bound, placeholder=placeholder, autofocus=autofocus)
    return {"field": shown, "full": full}


@register.inclusion_tag("_table.html", takes_context=True)
def table(context: RequestContext, table: Table) -> dict[str, object]:
    """`{% table table %}`: the table built by `faces.shared.tables.build_table`; `_empty.html` speaks with the page's words."""
    words = ("request", "empty_icon", "empty_title", "empty_cause", "empty_url", "empty_action")
    return {"table": table, **{name: context.get(name) for name in words}}


@register.inclusion_tag("_chart.html", takes_context=True)
def chart(
    context: RequestContext,
    spec: ChartSpec,
    id: str,
    links: Sequence[str] = (),
    table: Table | None = None,
    height: str = "",
    excel_url: str = "",
    totals: Sequence[str] = (),
) -> dict[str, object]:
    """`{% chart spec "rank" links=links table=table %}`: card with the drawing and its table.

    `height` is "", "low" or "tall"; `links` are addresses by category; `totals` the texts at the end of stacked bars.
    """
    return {
        "spec": spec,
        "id": id,
        "data": chart_data(spec, links=links, totals=totals),
        "table": table,
        "height": height,
        "excel_url": excel_url,
        "request": context.get("request"),
    }


@register.filter
def chart_json(data: dict[str, object], target: str) -> SafeString:
    """The data block `charts.js` draws into the element `target`; it is not a script that runs."""
    safe = json.dumps(data, ensure_ascii=False, cls=DjangoJSONEncoder).translate(_JSON_ESCAPES)
    return format_html(
        '<script type="application/json" data-wr-chart data-target="{}">{}</script>', target, SafeString(safe)
    )


@register.inclusion_tag("_crumbs.html")
def crumbs(trail: Iterable[Sequence[str]], home: str = "") -> dict[str, object]:
    """`{% crumbs trail home %}`: trail of (word, address) pairs, the last one being this page; address may be ""."""
    return {"trail": [(pair[0], pair[1] if len(pair) > 1 else "") for pair in trail], "home": home}
