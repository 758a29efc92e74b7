"""Sources and leverage as their page draws them: rows whose every number has its address, and the chart above."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workrelief.faces.web.figure_pages import chart_unit, figure_url
from workrelief.kernel.chart import ChartSpec, Series
from workrelief.kernel.figure import Figure, FigureTable

AGE_TONES = ("done", "run", "warn", "stop", "stop")
"""Tones of the age classes: within the limit green and blue, beyond it amber, then red."""
STEPS = (("funds_planned", "批复"), ("funds_issued", "下达"), ("funds_received", "到位"), ("funds_paid", "支付"))
RATE_STEPS = (
    "central_issued", "central_paid", "payment_rate", "year_plan", "investment_done", "completion_rate",
    "planned_projects", "begun_projects", "start_rate",
)  # fmt: skip
LEVERS = (
    "central_planned", "others_planned", "leverage", "central_received", "others_received", "leverage_received",
)  # fmt: skip


@dataclass(frozen=True)
class ShownFigure:
    """A figure with the address of the rows behind it; "" where there is none."""

    figure: Figure
    url: str


@dataclass(frozen=True)
class FigureRow:
    """One row of the table: a source or a place."""

    label: str
    url: str
    cells: tuple[ShownFigure | None, ...]
    key: str = ""


def _shown(cells: Mapping[str, Figure], indicator: str) -> ShownFigure | None:
    figure = cells.get(indicator)
    if figure is None:
        return None
    return ShownFigure(figure, figure_url(figure, pinned=False) if figure.value is not None else "")


def source_rows(table: FigureTable) -> list[FigureRow]:
    """Every source with its approved, issued, arrived and paid money; one that nothing stands for is left out."""
    return [
        FigureRow(table.label("fund_type", key[-1]), "", tuple(_shown(cells, name) for name, _ in STEPS))
        for key, cells in table
        if any(cells[name].value for name, _ in STEPS if name in cells)
    ]


def rate_rows(table: FigureTable, by: str, drill: Callable[[str], str]) -> list[FigureRow]:
    """Every place with what was issued and paid, planned and built, planned and begun, and the three rates (I12–I14)."""
    return [
        FigureRow(table.label(by, key[0]), drill(key[0]), tuple(_shown(cells, name) for name in RATE_STEPS), key[0])
        for key, cells in table
        if any(figure.value for figure in cells.values())
    ]


def source_chart(table: FigureTable, place: str) -> ChartSpec | None:
    """Approved money by source, the largest first; None without data."""
    return _bars(
        "资金来源结构", "批复", "funds_planned", [(table.label("fund_type", k[-1]), c) for k, c in table], place
    )


def leverage_chart(table: FigureTable, by: str, place: str) -> ChartSpec | None:
    """How much other money each central yuan moved, by place; None without data."""
    return _bars("撬动倍数", "批复撬动倍数", "leverage", [(table.label(by, key[0]), c) for key, c in table], place)


def _bars(
    title: str, word: str, indicator: str, rows: list[tuple[str, Mapping[str, Figure]]], place: str
) -> ChartSpec | None:
    known = [(label, cells[indicator]) for label, cells in rows if indicator in cells and cells[indicator].value]
    if not known:
        return None
    unit = chart_unit(known[0][1].unit, place)
    known.sort(key=lambda pair: -(unit.length(pair[1]) or 0))
    return ChartSpec(
        "bar",
        title,
        unit.suffix,
        tuple(label for label, _ in known),
        (Series(word, tuple(unit.length(f) for _, f in known), tuple(unit.text(f) for _, f in known)),),
        note=word,
    )


def leverage_rows(table: FigureTable, by: str, drill: Callable[[str], str]) -> list[FigureRow]:
    """Every place with its central and other money and how much the one moved of the other."""
    return [
        FigureRow(table.label(by, key[0]), drill(key[0]), tuple(_shown(cells, name) for name in LEVERS))
        for key, cells in table
    ]
