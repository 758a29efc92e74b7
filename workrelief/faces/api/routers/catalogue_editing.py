"""Editions of the catalogue: copied, edited while drafts, issued; their labour quotas and local day rates.

They join the routes of `catalogue`, whose reads stand there. The same services as the pages, with the same refusals.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Schema

from workrelief.faces.api.paging import PageQuery, part
from workrelief.faces.api.routers.catalogue import LinkRow, QuotaLine, router
from workrelief.faces.api.schemas.common import Choice, Place
from workrelief.faces.api.session import acting
from workrelief.kernel import codes
from workrelief.work.catalogue import queries, services
from workrelief.work.catalogue.states import EDITION

__all__ = ["router"]


class CatalogueEditionRow(Schema):
    """One edition; a draft is seen by the province only."""

    id: int
    name: str
    year: int
    version: int
    state: Choice
    note: str
    made_at: datetime
    issued_at: datetime | None

    @classmethod
    def of(cls, row: Any) -> CatalogueEditionRow:
        return cls(
            id=row.pk, name=str(row), year=row.year, version=row.version,
            state=Choice(id=row.state, label=EDITION.state(row.state).label), note=row.note, made_at=row.made_at,
            issued_at=row.issued_at,
        )  # fmt: skip


class CatalogueEditionPage(Schema):
    total: int
    items: list[CatalogueEditionRow]


class DayRateRow(Schema):
    """Pay for one day of work, in fen; `valid_until` is the first day it holds no more."""

    id: int
    trade: str
    division: Place
    day_fen: int
    valid_from: date
    valid_until: date | None
    mark: str
    source: str

    @classmethod
    def of(cls, row: Any) -> DayRateRow:
        return cls(
            id=row.pk, trade=row.trade, division=Place.of(codes.normalise(row.division_prefix)), day_fen=row.day_fen,
            valid_from=row.valid_from, valid_until=row.valid_until, mark=row.mark, source=row.source,
        )  # fmt: skip


class DayRatePage(Schema):
    total: int
    items: list[DayRateRow]


class EditionCopyBody(Schema):
    """The year of the new draft; the same year gives its next version."""

    year: int = Field(description="新目录的年度")
    note: str = Field("", max_length=200)


class CatalogueReason(Schema):
    """Why something is changed."""

    reason: str = Field("", max_length=200, description="修改原因，不少于 4 个字")


class LinkPatch(CatalogueReason):
    """What is to be different; left out means unchanged."""

    subfield: str | None = None
    task: str | None = None
    name: str | None = None
    trades: str | None = Field(None, description="几个工种用顿号隔开")
    skill: str | None = Field(None, description="普工、半熟练、技工")
    phase: str | None = Field(None, description="附属临建、主体工程、工地服务、建后管护")
    source_status: str | None = Field(None, description="来源编号或名称；没有公开来源的写背景知识")


class LinkBody(CatalogueReason):
    """A labour link to be added."""

    sector: str = Field(description="领域；general 为各领域通用")
    subfield: str
    task: str
    name: str
    trades: str = Field(description="几个工种用顿号隔开")
    skill: str = Field(description="普工、半熟练、技工")
    phase: str = Field(description="附属临建、主体工程、工地服务、建后管护")
    source_status: str = Field(description="来源编号或名称；没有公开来源的写背景知识")


class QuotaBody(CatalogueReason):
    """A quota of a link for a unit, from a day on."""

    unit: str
    days_per_100: int = Field(description="每 100 单位的工日")
    valid_from: date = Field(description="执行起始日")
    mark: str = Field(description="证、背、核")
    work: str = Field("", max_length=30, description="工作内容，缺省沿用原定额的")
    source: str = Field("", max_length=120, description="标证的必填")


class DayRateBody(CatalogueReason):
    """A day rate of a trade (or skill level) at a place, from a day on."""

    trade: str = Field(description="工种或技能等级")
    division: str = Field(description="行政区划代码：省、市或县")
    day_fen: int = Field(description="日工价（分）")
    valid_from: date = Field(description="执行起始日")
    valid_until: date | None = Field(None, description="停止执行日，可空")
    mark: str = Field(description="证、背、核")
    source: str = Field("", max_length=120, description="标证的必填")


class DroppedCount(Schema):
    """How many were taken out."""

    dropped: int = 1


@router.get("/editions", response=CatalogueEditionPage, summary="各版目录")
def list_catalogue_editions(request: HttpRequest, query: Query[PageQuery]) -> CatalogueEditionPage:
    actor = acting(request, "catalogue.view")
    rows, total = part(queries.editions(actor.scope), query)
    return CatalogueEditionPage(total=total, items=[CatalogueEditionRow.of(r) for r in rows])


@router.post("/editions/{edition_id}/copy", response=CatalogueEditionRow, summary="复制为新的草稿")
def copy_edition(request: HttpRequest, edition_id: int, body: EditionCopyBody) -> CatalogueEditionRow:
    actor = acting(request, "catalogue.edit")
    return CatalogueEditionRow.of(services.copy_edition(actor, edition_id, body.year, note=body.note))


@router.post("/editions/{edition_id}/issue", response=CatalogueEditionRow, summary="印发草稿")
def issue_catalogue(request: HttpRequest, edition_id: int) -> CatalogueEditionRow:
    actor = acting(request, "catalogue.edit")
    return CatalogueEditionRow.of(services.issue_edition(actor, edition_id))


@router.post("/editions/{edition_id}/links", response=LinkRow, summary="在草稿中增加用工环节")
def add_link(request: HttpRequest, edition_id: int, body: LinkBody) -> LinkRow:
    actor = acting(request, "catalogue.edit")
    given = body.dict(exclude={"reason", "sector"})
    sector = "" if body.sector == queries.GENERAL else body.sector or "?"
    made = services.add_link(actor, edition_id, services.NewLink(sector=sector, **given), reason=body.reason)
    return _link_row(request, made.pk)


@router.patch("/links/{link_id}", response=LinkRow, summary="修改草稿中的用工环节")
def edit_link(request: HttpRequest, link_id: int, body: LinkPatch) -> LinkRow:
    actor = acting(request, "catalogue.edit")
    services.edit_link(actor, link_id, services.LinkChanges(**body.dict(exclude={"reason"})), reason=body.reason)
    return _link_row(request, link_id)


@router.post("/links/{link_id}/drop", response=DroppedCount, summary="从草稿中删去用工环节及其定额")
def drop_link(request: HttpRequest, link_id: int, body: CatalogueReason) -> DroppedCount:
    actor = acting(request, "catalogue.edit")
    services.drop_link(actor, link_id, reason=body.reason)
    return DroppedCount()


@router.post("/links/{link_id}/quotas", response=QuotaLine, summary="设定用工定额")
def set_quota(request: HttpRequest, link_id: int, body: QuotaBody) -> QuotaLine:
    actor = acting(request, "catalogue.edit")
    given = body.dict(exclude={"reason", "days_per_100"})
    new = services.NewQuota(days_x100=body.days_per_100, **given)
    return QuotaLine.of(services.set_quota(actor, link_id, new, reason=body.reason))


@router.post("/quotas/{quota_id}/drop", response=DroppedCount, summary="从草稿中删去用工定额")
def drop_quota(request: HttpRequest, quota_id: int, body: CatalogueReason) -> DroppedCount:
    actor = acting(request, "catalogue.edit")
    services.drop_quota(actor, quota_id, reason=body.reason)
    return DroppedCount()


@router.get("/editions/{edition_id}/rates", response=DayRatePage, summary="日工价")
def list_rates(request: HttpRequest, edition_id: int, query: Query[PageQuery]) -> DayRatePage:
    actor = acting(request, "catalogue.view")
    rows, total = part(queries.rates(actor.scope, edition_id), query)
    return DayRatePage(total=total, items=[DayRateRow.of(r) for r in rows])


@router.post("/editions/{edition_id}/rates", response=DayRateRow, summary="设定日工价")
def set_rate(request: HttpRequest, edition_id: int, body: DayRateBody) -> DayRateRow:
    actor = acting(request, "catalogue.edit")
    given = body.dict(exclude={"reason", "valid_until"})
    new = services.NewRate(until=body.valid_until, **given)
    return DayRateRow.of(services.set_rate(actor, edition_id, new, reason=body.reason))


@router.post("/rates/{rate_id}/drop", response=DroppedCount, summary="从草稿中删去日工价")
def drop_rate(request: HttpRequest, rate_id: int, body: CatalogueReason) -> DroppedCount:
    actor = acting(request, "catalogue.edit")
    services.drop_rate(actor, rate_id, reason=body.reason)
    return DroppedCount()


def _link_row(request: HttpRequest, link_id: int) -> LinkRow:
    return LinkRow.of(queries.link(acting(request, "catalogue.view").scope, link_id))
