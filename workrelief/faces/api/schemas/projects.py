"""Projects as the API shows them; amounts in fen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ninja import Field, Schema

from workrelief.faces.api.schemas.common import Choice, Place
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.work.projects.rules import Fund, LabourDemand, approved
from workrelief.work.projects.services import NewProject, ProjectChanges


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
    updated_at: datetime

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
        "updated_at": row.updated_at,
    }


class FundBody(Schema):
    """A source as approved; what plans issue comes from the plans."""

    fund_type: str
    planned_fen: int = Field(ge=0, le=10**15)


class DemandBody(Schema):
    """用工需求四项."""

    posts: str = Field("", max_length=120)
    number: int | None = Field(None, ge=0, le=9_999_999)
    season: str = Field("", max_length=60)
    skill: str = Field("", max_length=120)


class ProjectChangeBody(Schema):
    """Particulars of a project; one that is left out stays as it is."""

    name: str | None = Field(None, min_length=1, max_length=160)
    code: str | None = Field(None, max_length=40)
    division_code: str | None = Field(None, pattern="^[0-9]{12}$")
    track: str | None = None
    sector: str | None = None
    list_level: str | None = None
    is_government_funded: bool | None = None
    investment_fen: int | None = Field(None, ge=0, le=10**15)
    funds: list[FundBody] | None = None
    planned_workers: int | None = Field(None, ge=0, le=9_999_999)
    planned_priority_workers: int | None = Field(None, ge=0, le=9_999_999)
    planned_pay_fen: int | None = Field(None, ge=0, le=10**15)
    planned_training: int | None = Field(None, ge=0, le=9_999_999)
    construction_kind: str | None = Field(None, max_length=20)
    content: str | None = Field(None, max_length=2_000)
    owner_name: str | None = Field(None, max_length=120)
    owner_uscc: str | None = Field(None, max_length=24)
    implementer: str | None = Field(None, max_length=120)
    industry_department: str | None = Field(None, max_length=60)
    responsible: str | None = Field(None, max_length=80)
    labour_tasks: str | None = Field(None, max_length=1_000)
    labour_links: str | None = Field(None, max_length=2_000)
    demand: DemandBody | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    remark: str | None = Field(None, max_length=1_000)
    reason: str = Field("", max_length=200, description="已在印发清单上的项目须写明理由（B04）")

    def given(self, before: Sequence[Fund] = ()) -> dict[str, Any]:
        """The particulars given, as the services take them. Raises InvalidInput for an unknown kind."""
        found = {name: value for name, value in dict(self).items() if value is not None and name not in _BESIDE}
        if self.track is not None:
            found["track"] = _kind(Track, self.track, "项目线")
        if self.sector is not None:
            found["sector"] = _kind(Sector, self.sector, "领域")
        if self.demand is not None:
            found["demand"] = LabourDemand(**dict(self.demand))
        if self.funds is not None:
            planned = {_kind(FundType, f.fund_type, "资金来源"): f.planned_fen for f in self.funds}
            found["funds"] = approved(planned, before)
        return found


_BESIDE = ("reason", "expected", "confirmed", "seen")


class ProjectEditBody(ProjectChangeBody):
    """A change with the `updated_at` that was read; `confirmed` keeps what the rules only ask about."""

    expected: datetime | None = None
    confirmed: bool = False

    def changes(self, before: Sequence[Fund]) -> ProjectChanges:
        return ProjectChanges(**self.given(before))


class ProjectBody(ProjectChangeBody):
    """A project for the reserve; `confirmed` keeps what the rules only ask about (a check digit, a missing particular)."""

    name: str = Field(min_length=1, max_length=160)
    division_code: str = Field(pattern="^[0-9]{12}$")
    track: str
    sector: str
    list_level: str = "county"
    investment_fen: int = Field(ge=0, le=10**15)
    planned_workers: int = Field(0, ge=0, le=9_999_999)
    confirmed: bool = False

    def entry(self, year: int) -> NewProject:
        return NewProject(year=year, is_reserve=True, **self.given())


def _kind(kinds: Any, text: str, label: str) -> Any:
    try:
        return kinds.of_id(text)
    except (KeyError, ValueError) as err:
        raise InvalidInput("project.kind", f"没有“{text}”这一{label}。") from err
