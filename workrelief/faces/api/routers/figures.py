"""Indicators: exact value, unit and shown text; and the rows behind one figure."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from workrelief.faces.api.session import acting
from workrelief.figures.indicators.catalogue import all_definitions, definition
from workrelief.figures.indicators.read import LIVE, Snapshot, read
from workrelief.kernel import codes
from workrelief.kernel.address import address_of
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.figure import Figure
from workrelief.kernel.period import Period

router = Router(tags=["指标"])


class FigureQuery(Schema):
    """What to read. `by` lists dimensions; `manifest` names a snapshot, empty for live figures."""

    indicators: list[str] = Field(description="指标，例如 wages_paid")
    period: str = Field(description="2022、2022H1、2022Q3 或 2022-07")
    by: list[str] = Field([], description="维度：city、county、track、sector、group、quarter …")
    division: str = Field("", description="行政区划代码，缺省为本岗位辖区")
    track: list[str] = Field([], description="项目线")
    training_type: list[str] = Field([], description="培训类型")
    audience: list[str] = Field([], description="培训对象")
    manifest: str = Field("", description="数据快照")


class FigureRow(Schema):
    """One figure. `value` is exact, as text: fen, persons, days × 10, plain ratio."""

    key: list[str]
    labels: list[str]
    indicator: str
    code: str
    value: str | None
    unit: str
    status: str
    text: str
    headline: str
    address: str


class FigureTable(Schema):
    period: str
    division: str
    by: list[str]
    manifest: str
    as_of: str
    figures: list[FigureRow]


class DefinitionRow(Schema):
    """A definition of an indicator."""

    id: str
    code: str
    label: str
    unit: str
    text: str


@router.get("", response=FigureTable, summary="指标值")
def figures(request: HttpRequest, query: Query[FigureQuery]) -> FigureTable:
    actor = acting(request, "figures.view")
    where: dict[str, tuple[str, ...]] = {
        name: tuple(values)
        for name, values in (
            ("track", query.track),
            ("training_type", query.training_type),
            ("audience", query.audience),
        )
        if values
    }
    try:
        table = read(
            query.indicators,
            scope=actor.scope,
            period=Period(query.period),
            by=tuple(query.by),
            division=codes.normalise(query.division) if query.division else None,
            where=where,
            source=Snapshot(query.manifest) if query.manifest else LIVE,
        )
    except KeyError as err:
        raise InvalidInput("figures.unknown", f"没有指标或维度 {err.args[0]}。") from err
    return FigureTable(
        period=str(table.period),
        division=table.division,
        by=list(table.by),
        manifest=table.manifest,
        as_of=table.as_of.isoformat(),
        figures=[
            _row(figure, [table.label(d, k) for d, k in zip(table.by, key, strict=True)])
            for key, cells in table
            for figure in cells.values()
        ],
    )


@router.get("/definitions", response=list[DefinitionRow], summary="指标口径")
def definitions(request: HttpRequest) -> list[DefinitionRow]:
    acting(request, "figures.view")
    return [DefinitionRow(id=d.id, code=d.code, label=d.label, unit=d.unit.id, text=d.text) for d in all_definitions()]


def _row(figure: Figure, labels: list[str]) -> FigureRow:
    values: dict[str, Any] = {
        "key": list(figure.key),
        "labels": labels,
        "indicator": figure.indicator,
        "code": definition(figure.indicator).code,
        "value": None if figure.value is None else str(figure.value),
        "unit": figure.unit.id,
        "status": figure.status,
        "text": figure.text,
        "headline": figure.headline,
        "address": address_of(figure).query,
    }
    return FigureRow(**values)
