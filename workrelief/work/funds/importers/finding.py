"""Which project a row means: by code, else by county and name."""

from __future__ import annotations

from workrelief.base.intake.importer import ImportContext, Issue, Row, RowBlock
from workrelief.base.intake.places import Place, Places
from workrelief.work.projects import queries as projects
from workrelief.work.projects.queries import ProjectRef


def projects_of(ctx: ImportContext, known: Places, rows: RowBlock) -> list[tuple[ProjectRef | None, Place]]:
    """The registered project of each row by code, else by county and name, and the place that was understood."""
    places = [known.find(place) if place else Place() for place in rows.columns["place"]]
    pairs = [(p.code, name) if p.code and name else None for p, name in zip(places, rows.columns["name"], strict=True)]
    found = projects.find_for_import(
        ctx.actor.scope, codes={c for c in rows.columns["code"] if c}, names={p for p in pairs if p}
    )
    return [
        (found.get(code) if code else found.get(pair) if pair else None, place)
        for code, pair, place in zip(rows.columns["code"], pairs, places, strict=True)
    ]


def unknown(ctx: ImportContext, row: Row, place: Place) -> Issue:
    """Why no project was found, and what to do."""
    if row["code"]:
        return ctx.error(
            row, "code", "没有这个代码的项目，或不在您的数据范围内", "核对项目代码；没有登记的先导入项目清单"
        )
    if row["place"] and place.reason:
        return ctx.error(row, "place", place.reason, place.remedy, rule_id="N05")
    if row["place"] and row["name"]:
        return ctx.error(row, "name", "该县没有这个名称的项目", "核对项目名称；没有登记的先导入项目清单")
    return ctx.error(row, "code", "没有写明是哪个项目", "填写项目代码，或填写市县和项目名称")
