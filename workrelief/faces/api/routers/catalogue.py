"""The guidance catalogue, and bills of works matched against it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from workrelief.faces.api.paging import PageQuery, part
from workrelief.faces.api.session import acting
from workrelief.faces.shared.match_document import match_document
from workrelief.kernel import codes
from workrelief.work.catalogue import queries, services
from workrelief.work.catalogue.rules.bill import parse_text

router = Router(tags=["指导目录"])


class LinkQuery(PageQuery):
    """Filters; empty means all."""

    year: int | None = Field(None, ge=2000, le=2100, description="目录年度，缺省为最新印发的目录")
    edition: int | None = Field(None, description="某一版目录（含草稿），填写时不看年度")
    sector: str = Field("", description="领域；general 为各领域通用")
    skill: str = Field("", description="普工、半熟练、技工")
    text: str = Field("", max_length=40, description="环节、任务、子领域或工种的一部分")


class QuotaLine(Schema):
    """A unit labour quota."""

    id: int
    work: str
    unit: str
    days_per_100: int = Field(description="每 100 单位的工日")
    valid_from: date = Field(description="执行起始日")
    mark: str = Field(description="证、背、核")
    source: str

    @classmethod
    def of(cls, row: Any) -> QuotaLine:
        return cls(
            id=row.pk, work=row.work, unit=row.unit, days_per_100=row.days_x100, valid_from=row.valid_from, mark=row.mark,
            source=row.source,
        )  # fmt: skip


class LinkRow(Schema):
    """A labour link."""

    id: int
    code: str
    sector: str
    sector_name: str
    subfield: str
    task: str
    name: str
    trades: list[str]
    skill: str
    phase: str
    is_core: bool
    source_status: str
    mark: str = Field(description="证：有公开来源；背：背景知识")
    quotas: list[QuotaLine]

    @classmethod
    def of(cls, row: Any) -> LinkRow:
        return cls(
            id=row.pk, code=row.code, sector=row.sector, sector_name=row.sector_name, subfield=row.subfield, task=row.task,
            name=row.name, trades=row.trades.split("、"), skill=row.skill, phase=row.phase, is_core=row.is_core,
            source_status=row.source_status, mark=row.mark, quotas=[QuotaLine.of(q) for q in row.quotas.all()],
        )  # fmt: skip


class LinkPage(Schema):
    edition: str
    total: int
    items: list[LinkRow]


class MatchBody(Schema):
    """A bill of works as text."""

    text: str = Field(max_length=500_000, description="每行一项：名称、单位、工程量、备注")
    division: str = Field("", description="工程所在地，缺省为本岗位所在地")
    sector: str = Field("", description="领域，可空")
    year: int | None = Field(None, ge=2000, le=2100)


@router.get("", response=LinkPage, summary="用工环节")
def list_links(request: HttpRequest, query: Query[LinkQuery]) -> LinkPage:
    actor = acting(request, "catalogue.view")
    scope, asked = actor.scope, query.edition
    edition = queries.edition_for(scope, query.year) if asked is None else queries.edition(scope, asked)
    wanted = queries.LinkFilter(sector=query.sector, skill=query.skill, text=query.text)
    rows, total = part(queries.links(actor.scope, edition.pk, wanted), query)
    return LinkPage(edition=str(edition), total=total, items=[LinkRow.of(r) for r in rows])


@router.post("/match", response=dict[str, Any], summary="清单匹配（只测算，不保存）")
def match(request: HttpRequest, body: MatchBody) -> dict[str, Any]:
    actor = acting(request, "catalogue.match")
    wanted = services.MatchRequest(
        bill=parse_text(body.text),
        division_code=codes.normalise(body.division) if body.division else actor.home,
        sector=body.sector,
        year=body.year,
    )
    run, lines = services.propose(actor, wanted)
    return match_document(run, lines)
