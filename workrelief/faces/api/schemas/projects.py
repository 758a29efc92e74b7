"""Projects as the API shows them; amounts in fen."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Schema

from workrelief.faces.api.schemas.common import Choice, Place
from workrelief.kernel.kinds import Sector, Track


class ProjectRow(Schema):
    """A project in a list."""

    id: int
    code: str
    name: str
    division: Place
    track: Choice
    sector: Choice
    stage: Choice
    list_level: str
    investment_fen: int
    planned_workers: int
    planned_pay_fen: int
    starts_on: date | None
    ends_on: date | None

    @classmethod
    def of(cls, row: Any) -> ProjectRow:
        return cls(**_common(row))


class FundLine(Schema):
    """One funding source."""

    fund_type: Choice
    planned_fen: int
    issued_fen: int
    issued_on: date | None


class ProjectDetail(ProjectRow):
    """A project with its sources and years."""

    content: str
    owner_name: str
    implementer: str
    labour_tasks: str
    labour_links: str
    labour_demand: str
    funds: list[FundLine]
    years: list[int]

    @classmethod
    def of_detail(cls, detail: Any) -> ProjectDetail:
        row = detail.row
        return cls(
            **_common(row),
            content=row.content,
            owner_name=row.owner_name,
            implementer=row.implementer,
            labour_tasks=row.labour_tasks,
            labour_links=row.labour_links,
            labour_demand=row.labour_demand,
            funds=[
                FundLine(
                    fund_type=Choice(id=f.fund_type.id, label=f.fund_type.label),
                    planned_fen=f.planned_fen,
                    issued_fen=f.issued_fen,
                    issued_on=f.issued_on,
                )
                for f in detail.funds
            ],
            years=[y.year for y in detail.years],
        )


def _common(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "code": row.code,
        "name": row.name,
        "division": Place.of(row.division_code),
        "track": Choice(id=row.track, label=Track.of_id(row.track).label),
        "sector": Choice(id=row.sector, label=Sector.of_id(row.sector).label),
        "stage": Choice(id=row.stage, label=row.get_stage_display()),
        "list_level": row.list_level,
        "investment_fen": row.investment_fen,
        "planned_workers": row.planned_workers,
        "planned_pay_fen": row.planned_pay_fen,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
    }
