"""A ChartSpec as the JSON that `assets/js/charts.js` draws. Floats appear here only: they are lengths of bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

from workrelief.kernel.chart import ChartSpec


def chart_data(spec: ChartSpec, *, links: Sequence[str] = (), totals: Sequence[str] = ()) -> dict[str, object]:
    """The spec with an address for each category and, for stacked bars, the text of each whole."""
    drawn = asdict(spec)
    for series in drawn["series"]:
        series["values"] = [float(v) if isinstance(v, Decimal) else v for v in series["values"]]
    drawn["totals"] = list(totals)
    return {"spec": drawn, "links": list(links)}
