"""ChartSpec → a drawn picture for documents: SVG by hand, and the same as PNG where SVG is not understood (Word).

Prints well in black and white: three tones, values in words beside every bar, no grid. A map is drawn as ranked bars,
because documents carry no outlines of divisions; the screen has the map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import typst

from workrelief.kernel.chart import ChartSpec, Series
from workrelief.outputs.render.charts import number
from workrelief.outputs.render.fonts import find_fonts
from workrelief.outputs.render.layout import text_width
from workrelief.outputs.render.markup import Attributes, element, text_xml

TONES = ("#1c4f91", "#7fa9d8", "#b4bfca")
INK, RULE = "#1a1a1a", "#8a949f"
_FONT_PT = 9.5
_ROW_PT, _GAP_PT = 11.0, 6.5
_LINE_PLOT_PT = 150.0
_Place = Callable[[int, float], tuple[float, float]]
_PNG_TEMPLATE = b"""
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg")
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG with its size in points."""

    svg: str
    width_pt: float
    height_pt: float


def chart_svg(spec: ChartSpec, width_pt: float = 440.0) -> Picture:
    """The chart without its title (documents print that as a caption), `width_pt` wide and as high as it needs."""
    head = 18.0 if len(spec.series) > 1 else 4.0
    if spec.kind == "line":
        body, height = _lines(spec, width_pt, head)
    else:
        body, height = _bars(spec, width_pt, head)
    if len(spec.series) > 1:
        body = _legend(spec.series, width_pt) + body
    attributes: Attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "width": f"{width_pt:g}pt",
        "height": f"{height:g}pt",
        "viewBox": f"0 0 {width_pt:g} {height:g}",
    }
    return Picture(element("svg", attributes, body), width_pt, height)


def chart_png(spec: ChartSpec, width_pt: float = 440.0, dpi: int = 200) -> bytes:
    """The same drawing as PNG at `dpi`."""
    picture = chart_svg(spec, width_pt)
    return typst.compile(
        _PNG_TEMPLATE,
        font_paths=find_fonts().fonts,
        sys_inputs={"svg": picture.svg},
        format="png",
        ppi=float(dpi),
    )


def _font_family() -> str:
    return ", ".join(f"'{family}'" for family in find_fonts().choices["hei"].families) + ", sans-serif"


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: str = INK, size: float = _FONT_PT) -> str:
    attributes: Attributes = {
        "x": round(x, 2),
        "y": round(y, 2),
        "font-family": _font_family(),
        "font-size": size,
        "text-anchor": anchor,
        "fill": colour,
    }
    return element("text", attributes, text_xml(text))


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    box: Attributes = {"x": round(x, 2), "y": round(y, 2), "width": round(width, 2), "height": height}
    return element("rect", {**box, "fill": colour})


def _rule(x1: float, y1: float, x2: float, y2: float, colour: str = RULE) -> str:
    return _stroke((x1, y1), (x2, y2), colour, 0.7)


def _stroke(start: tuple[float, float], end: tuple[float, float], colour: str, width: float) -> str:
    x, y = ({f"{axis}1": round(start[i], 2), f"{axis}2": round(end[i], 2)} for i, axis in enumerate("xy"))
    return element("line", {**x, **y, "stroke": colour, "stroke-width": width})


def _legend(series: tuple[Series, ...], width: float) -> str:
    parts: list[str] = []
    x = width
    for index, one in reversed(list(enumerate(series))):
        x -= text_width(one.name) * _FONT_PT + 6
        parts.append(_text(x, 10, one.name))
        x -= 12
        parts.append(_rect(x, 2.5, 9, 8.0, TONES[index % len(TONES)]))
        x -= 10
    return "".join(parts)


def _bars(spec: ChartSpec, width: float, top: float) -> tuple[str, float]:
    """Lying bars from zero, one group for each category."""
    values = [v for one in spec.series for v in map(number, one.values) if v is not None]
    low, high = min((0.0, *values)), max((0.0, *values))
    name_room = max((text_width(name) for name in spec.categories), default=0) * _FONT_PT + 8
    labels = [one.label(i) for one in spec.series for i in range(len(spec.categories))]
    label_room = max((text_width(label) for label in labels), default=0) * _FONT_PT + 8
    left = name_room + (label_room if low < 0 else 0)
    span = (high - low) or 1.0
    scale = max(width - left - label_room, 20.0) / span
    zero = left - low * scale
    parts: list[str] = []
    y = top
    for index, name in enumerate(spec.categories):
        group = _ROW_PT * len(spec.series)
        parts.append(_text(name_room - 8, y + group / 2 + _FONT_PT * 0.36, name, anchor="end"))
        for place, one in enumerate(spec.series):
            value = number(one.values[index])
            base = y + place * _ROW_PT
            length = abs(value or 0.0) * scale
            start = zero - length if (value or 0) < 0 else zero
            if length:
                parts.append(_rect(start, base + 1, length, _ROW_PT - 2, TONES[place % len(TONES)]))
            at, anchor = (start - 4, "end") if (value or 0) < 0 else (zero + length + 4, "start")
            parts.append(_text(at, base + _ROW_PT / 2 + _FONT_PT * 0.36, one.label(index), anchor=anchor))
        y += group + _GAP_PT
    bottom = y - _GAP_PT + 3
    parts.append(_rule(zero, top - 3, zero, bottom))
    return "".join(parts), bottom + 2


def _lines(spec: ChartSpec, width: float, top: float) -> tuple[str, float]:
    """One line for each series over the same categories; the axis begins at zero and missing values leave a gap."""
    values = [v for one in spec.series for v in map(number, one.values) if v is not None]
    low, high = min((0.0, *values)), max((0.0, *values))
    span = (high - low) or 1.0
    side = max((text_width(name) for name in spec.categories), default=0) * _FONT_PT / 2 + 12
    step = (width - 2 * side) / max(len(spec.categories) - 1, 1)
    plot_top = top + 14
    plot_bottom = plot_top + _LINE_PLOT_PT

    def at(index: int, value: float) -> tuple[float, float]:
        x = width / 2 if len(spec.categories) == 1 else side + index * step
        return x, plot_bottom - (value - low) / span * _LINE_PLOT_PT

    zero_y = at(0, 0.0)[1]
    parts = [_rule(0, zero_y, width, zero_y)]
    for index, name in enumerate(spec.categories):
        parts.append(_text(at(index, 0.0)[0], plot_bottom + 14, name, anchor="middle"))
    for place, one in enumerate(spec.series):
        parts.append(_one_line(one, at, TONES[place % len(TONES)], low_side=zero_y - 16 if place == 1 else 0.0))
    return "".join(parts), plot_bottom + 20


def _one_line(one: Series, at: _Place, colour: str, *, low_side: float) -> str:
    """A line with its points; labels stand beneath points higher up than `low_side`, else above."""
    parts: list[str] = []
    before: tuple[float, float] | None = None
    for index, raw in enumerate(one.values):
        value = number(raw)
        if value is None:
            before = None
            continue
        x, y = at(index, value)
        if before:
            parts.append(_stroke(before, (x, y), colour, 1.6))
        parts.append(element("circle", {"cx": round(x, 2), "cy": round(y, 2), "r": 2.4, "fill": colour}))
        parts.append(_text(x, y + 13 if y < low_side else y - 6, one.label(index), anchor="middle", size=8.5))
        before = x, y
    return "".join(parts)
