"""ChartSpec → ECharts options. Colours are names of CSS tokens, so light, dark and print follow the page.

The page replaces every string that begins with `--wr-` by the value of that token before it hands the options to
ECharts (SVG renderer, no animation). Bars begin at zero, values stand beside them instead of grid lines; no pies.
"""

from __future__ import annotations

from typing import Any

from workrelief.kernel.chart import ChartSpec, ChartValue, Series

SERIES_TOKENS = ("--wr-t1", "--wr-t2", "--wr-t3")
MAP_TOKENS = ("--wr-m0", "--wr-m1", "--wr-m2", "--wr-m3", "--wr-m4")
_AXIS_NAME_LIMIT = 8

Option = dict[str, Any]  # ECharts' own option tree: JSON, typed by its reader


def echarts_option(spec: ChartSpec) -> Option:
    """The option tree as JSON-ready values (floats: they are lengths, the printed labels are texts)."""
    if spec.kind == "map":
        return _map(spec)
    return _line(spec) if spec.kind == "line" else _bar(spec)


def number(value: ChartValue | None) -> float | None:
    """Length of a bar; None stays "no data"."""
    return None if value is None else float(value)


def _common(spec: ChartSpec) -> Option:
    option: Option = {
        "animation": False,
        "aria": {"enabled": True, "label": {"description": described(spec)}},
        "color": list(SERIES_TOKENS),
        "textStyle": {"color": "--wr-ink"},
        "tooltip": {"trigger": "axis", "backgroundColor": "--wr-card", "borderColor": "--wr-line-2", "confine": True},
    }
    if len(spec.series) > 1:
        option["legend"] = {"top": 0, "right": 0, "textStyle": {"color": "--wr-ink-2"}, "icon": "roundRect"}
    return option


def _points(series: Series) -> list[Option]:
    return [{"value": number(v), "text": series.label(i)} for i, v in enumerate(series.values)]


def _labelled(series: Series, **more: object) -> Option:
    """Labels are taken from the points' own `text`: the page's formatter is `point => point.data.text`."""
    return {
        "name": series.name,
        "data": _points(series),
        "label": {"show": True, "color": "--wr-ink-2", "fontSize": 12, "formatter": "{text}"},
        **more,
    }


def _category_axis(spec: ChartSpec) -> Option:
    return {
        "type": "category",
        "data": list(spec.categories),
        "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": "--wr-line-2"}},
        "axisLabel": {"color": "--wr-ink-2", "fontSize": 12},
    }


def _value_axis(spec: ChartSpec) -> Option:
    return {
        "type": "value",
        "name": spec.unit,
        "min": 0 if lowest(spec) >= 0 else None,
        "axisLabel": {"show": False},
        "splitLine": {"show": False},
        "nameTextStyle": {"color": "--wr-ink-3"},
    }


def _bar(spec: ChartSpec) -> Option:
    lying = len(spec.categories) > _AXIS_NAME_LIMIT
    category, value = _category_axis(spec), _value_axis(spec)
    if lying:
        category["inverse"] = True
    series = [_labelled(one, type="bar", barMaxWidth=18) for one in spec.series]
    for one in series:
        one["label"]["position"] = "right" if lying else "top"
    axes = {"yAxis": category, "xAxis": value} if lying else {"xAxis": category, "yAxis": value}
    return {**_common(spec), **axes, "grid": _grid(spec), "series": series}


def _line(spec: ChartSpec) -> Option:
    series = [_labelled(one, type="line", symbolSize=6, connectNulls=False) for one in spec.series]
    return {
        **_common(spec),
        "xAxis": _category_axis(spec),
        "yAxis": _value_axis(spec),
        "grid": _grid(spec),
        "series": series,
    }


def _grid(spec: ChartSpec) -> Option:
    return {"left": 8, "right": 64, "top": 36 if len(spec.series) > 1 else 20, "bottom": 8, "containLabel": True}


def _map(spec: ChartSpec) -> Option:
    only = spec.series[0]
    values = [number(v) for v in only.values]
    present = [v for v in values if v is not None]
    option = _common(spec)
    option["tooltip"]["trigger"] = "item"
    return {
        **option,
        "visualMap": {
            "type": "piecewise",
            "splitNumber": len(MAP_TOKENS),
            "min": min((0.0, *present)),
            "max": max(present, default=0.0),
            "inRange": {"color": list(MAP_TOKENS)},
            "textStyle": {"color": "--wr-ink-2"},
        },
        "series": [
            {
                "type": "map",
                "map": spec.area,
                "nameProperty": "adcode",
                "name": only.name,
                "data": [
                    {"name": code[:6], "value": value, "text": only.label(i), "label_name": spec.categories[i]}
                    for i, (code, value) in enumerate(zip(spec.codes, values, strict=True))
                ],
                "itemStyle": {"borderColor": "--wr-card", "areaColor": "--wr-grey-1"},
                "emphasis": {"itemStyle": {"areaColor": "--wr-blue-3"}},
            }
        ],
    }


def lowest(spec: ChartSpec) -> float:
    """The smallest value drawn, or 0."""
    return min((float(v) for one in spec.series for v in one.values if v is not None), default=0.0)


def described(spec: ChartSpec) -> str:
    """The chart in words, for screen readers and as alternative text of pictures."""
    parts = []
    for one in spec.series:
        pairs = "，".join(f"{name}{one.label(i)}" for i, name in enumerate(spec.categories))
        parts.append(f"{one.name}：{pairs}" if one.name else pairs)
    return f"{spec.title}（{spec.unit}）。" + "；".join(parts) + "。"
