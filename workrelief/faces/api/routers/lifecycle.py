"""The life of projects: where they stand, what may be done next, taking a step, papers, the board and the archive."""

from __future__ import annotations

import io
from datetime import date
from typing import Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from workrelief.faces.api.schemas.lifecycle import (
    ArchiveDocument,
    BoardDocument,
    LifeDocument,
    MapPointRow,
    ObjectionRow,
    OfferRow,
    PaperRow,
    StationRow,
)
from workrelief.faces.api.session import acting
from workrelief.faces.shared import evidence
from workrelief.faces.shared.download import attachment
from workrelief.kernel.errors import InvalidInput
from workrelief.work.lifecycle import queries, services

router = Router(tags=["项目全程"])


class BoardQuery(Schema):
    """Filters; empty means all."""

    division: str = Field("", description="行政区划代码或前缀")
    track: list[str] = Field([], description="项目线")
    sector: list[str] = Field([], description="领域")
    state: list[str] = Field([], description="环节")
    phase: list[str] = Field([], description="形象进度：preparing、building、main_done、in_use")
    mark: list[str] = Field([], description="异常标记，任一")
    overdue: bool = Field(False, description="只看逾期")
    year: int | None = Field(None, ge=2000, le=2100, description="清单年度")
    text: str = Field("", max_length=80, description="名称的一部分，或代码开头")
    cards: int = Field(20, ge=0, le=100, description="每列最多列出的项目数")

    def wanted(self) -> queries.LifeFilter:
        return queries.LifeFilter(
            division=self.division, tracks=tuple(self.track), sectors=tuple(self.sector), states=tuple(self.state),
            stages=tuple(self.phase), marks=tuple(self.mark), is_overdue=self.overdue, year=self.year, text=self.text,
        )  # fmt: skip


class StepBody(Schema):
    """Taking a step."""

    on: date | None = Field(None, description="办理日期，缺省为今天")
    note: str = Field("", max_length=1_000, description="说明；有严重问题时必填")
    reference: str = Field("", max_length=120, description="文号")
    expected: str | None = Field(None, description="办理前看到的环节；其间已被他人办理的，返回 409")
    history: bool = Field(False, description="按历史补录办理：只用于流程核查启用以前已经办过的步骤，只核资料不核流程")


class CorrectBody(Schema):
    """Putting a wrongly entered state right."""

    state: str = Field(description="更正为哪一环节")
    reason: str = Field(min_length=4, max_length=1_000)


class MarkBody(Schema):
    """A mark beside the state: set, or cleared."""

    mark: str = Field(description="adjusting 变更中、suspended 暂停、rectifying 整改中、fund_recalled 资金收回")
    act: Literal["set", "clear"] = "set"
    reason: str = Field(min_length=4, max_length=1_000)
    reference: str = Field("", max_length=120, description="文号")


class DescribeBody(Schema):
    """What the life is measured by; what is left out stays."""

    implementer: str | None = Field(None, description="enterprise、self_build、council、collective")
    promised_pay_fen: int | None = Field(None, ge=0)
    promised_share_bp: int | None = Field(None, ge=0, le=10_000, description="承诺比例，3000 为 30%")
    lon_e6: int | None = Field(None, description="经度，百万分之一度")
    lat_e6: int | None = Field(None, description="纬度，百万分之一度")
    site: str = Field("", max_length=120)
    reason: str = Field("", max_length=1_000, description="降低承诺、中途纳入项目改承接方式时必填")


class ObjectionBody(Schema):
    """An objection or complaint."""

    subject: str = Field(description="wages、roster、plan、quality、other")
    content: str = Field(min_length=4, max_length=2_000)
    raised_by: str = Field("", max_length=60, description="空为匿名")
    raised_on: date | None = None


class SettleBody(Schema):
    """How an objection was settled."""

    outcome: str = Field(min_length=4, max_length=2_000, description="核实情况和处理结果")
    is_upheld: bool = Field(description="是否属实")
    settled_on: date | None = None


class WithdrawBody(Schema):
    """Why a paper is taken out."""

    reason: str = Field(min_length=4, max_length=200)


class PaperBody(Schema):
    """The particulars of a paper; its file is uploaded on the page of the project."""

    kind: str = Field(description="材料种类")
    title: str = Field("", max_length=160)
    number: str = Field("", max_length=80, description="文号或编号")
    dated_on: date | None = None
    fields: dict[str, Any] = Field({}, description="该种材料的要素；金额单位为分，月份写作 202207")
    file_id: int | None = Field(None, description="已存文件的编号")


@router.get("/board", response=BoardDocument, summary="推进看板")
def board(request: HttpRequest, query: Query[BoardQuery]) -> BoardDocument:
    actor = acting(request, "lifecycle.view")
    return BoardDocument.of(queries.board(actor.scope, query.wanted(), cards=query.cards))


@router.get("/map", response=list[MapPointRow], summary="项目地图")
def map_points(request: HttpRequest, query: Query[BoardQuery]) -> list[MapPointRow]:
    actor = acting(request, "lifecycle.view")
    return [MapPointRow.of(point) for point in queries.map_points(actor.scope, query.wanted())]


@router.get("/objections", response=list[ObjectionRow], summary="未了结的异议")
def open_objections(request: HttpRequest) -> list[ObjectionRow]:
    actor = acting(request, "lifecycle.view")
    return [ObjectionRow.of(one) for one in queries.objections(actor.scope, only_open=True)]


@router.post("/objections/{int:objection_id}/settle", response=ObjectionRow, summary="了结异议")
def settle_objection(request: HttpRequest, objection_id: int, body: SettleBody) -> ObjectionRow:
    actor = acting(request, "lifecycle.settle_objection")
    made = services.settle_objection(
        actor, objection_id, outcome=body.outcome, is_upheld=body.is_upheld, settled_on=body.settled_on
    )
    found = queries.objections(actor.scope, project_id=made.project_id)
    return ObjectionRow.of(next(one for one in found if one.id == objection_id))


@router.get("/{project_id}", response=LifeDocument, summary="项目所在环节")
def life(request: HttpRequest, project_id: int) -> LifeDocument:
    actor = acting(request, "lifecycle.view")
    return LifeDocument.of(queries.life(actor.scope, project_id))


@router.get("/{project_id}/timeline", response=list[StationRow], summary="全程")
def timeline(request: HttpRequest, project_id: int) -> list[StationRow]:
    actor = acting(request, "lifecycle.view")
    return [StationRow.of(step) for step in queries.timeline(actor.scope, project_id)]


@router.get("/{project_id}/offers", response=list[OfferRow], summary="下一步可办事项")
def offers(request: HttpRequest, project_id: int) -> list[OfferRow]:
    actor = acting(request, "lifecycle.view")
    return [OfferRow.of(offer) for offer in queries.offers(actor, project_id)]


@router.post("/{project_id}/steps/{step}", response=LifeDocument, summary="办理一步")
def take_step(request: HttpRequest, project_id: int, step: str, body: StepBody) -> LifeDocument:
    actor = acting(request, "lifecycle.view")
    queries.life(actor.scope, project_id)
    services.take_step(
        actor, project_id, step, on=body.on, note=body.note, reference=body.reference, expected=body.expected,
        history=body.history,
    )  # fmt: skip
    return LifeDocument.of(queries.life(actor.scope, project_id))


@router.post("/{project_id}/adopt", response=LifeDocument, summary="纳入全程")
def adopt(request: HttpRequest, project_id: int) -> LifeDocument:
    actor = acting(request, "lifecycle.adopt")
    queries.life(actor.scope, project_id)
    services.adopt(actor, [project_id])
    return LifeDocument.of(queries.life(actor.scope, project_id))


@router.post("/{project_id}/correct", response=LifeDocument, summary="更正状态")
def correct(request: HttpRequest, project_id: int, body: CorrectBody) -> LifeDocument:
    actor = acting(request, "lifecycle.correct")
    queries.life(actor.scope, project_id)
    services.correct_state(actor, project_id, body.state, reason=body.reason)
    return LifeDocument.of(queries.life(actor.scope, project_id))


@router.post("/{project_id}/marks", response=LifeDocument, summary="加标记、解除标记")
def mark(request: HttpRequest, project_id: int, body: MarkBody) -> LifeDocument:
    actor = acting(request, "lifecycle.mark")
    queries.life(actor.scope, project_id)
    act = services.set_mark if body.act == "set" else services.clear_mark
    act(actor, project_id, body.mark, reason=body.reason, reference=body.reference)
    return LifeDocument.of(queries.life(actor.scope, project_id))


@router.patch("/{project_id}", response=LifeDocument, summary="项目要素")
def describe(request: HttpRequest, project_id: int, body: DescribeBody) -> LifeDocument:
    """Who builds, what was promised and where: all that is given, or nothing."""
    actor = acting(request, "lifecycle.describe")
    queries.life(actor.scope, project_id)
    if (body.lon_e6 is None) != (body.lat_e6 is None):
        raise InvalidInput("life.site", "经度和纬度须一并填写。")
    with transaction.atomic():
        if body.implementer is not None:
            services.set_implementer(actor, project_id, body.implementer, reason=body.reason)
        if body.promised_pay_fen is not None or body.promised_share_bp is not None:
            services.set_commitment(
                actor, project_id, pay_fen=body.promised_pay_fen, share_bp=body.promised_share_bp, reason=body.reason
            )
        if body.lon_e6 is not None and body.lat_e6 is not None:
            services.set_site(actor, project_id, lon_e6=body.lon_e6, lat_e6=body.lat_e6, site=body.site)
    return LifeDocument.of(queries.life(actor.scope, project_id))


@router.get("/{project_id}/objections", response=list[ObjectionRow], summary="项目的异议")
def objections(request: HttpRequest, project_id: int) -> list[ObjectionRow]:
    actor = acting(request, "lifecycle.view")
    queries.life(actor.scope, project_id)
    return [ObjectionRow.of(one) for one in queries.objections(actor.scope, project_id=project_id)]


@router.post("/{project_id}/objections", response=ObjectionRow, summary="登记异议")
def raise_objection(request: HttpRequest, project_id: int, body: ObjectionBody) -> ObjectionRow:
    actor = acting(request, "lifecycle.raise_objection")
    queries.life(actor.scope, project_id)
    made = services.raise_objection(
        actor, project_id, body.subject, body.content, raised_by=body.raised_by, raised_on=body.raised_on
    )
    found = queries.objections(actor.scope, project_id=project_id)
    return ObjectionRow.of(next(one for one in found if one.id == made.pk))


@router.post("/{project_id}/evidence", summary="下载证据包")
def pack(request: HttpRequest, project_id: int) -> HttpResponse:
    """The evidence pack as a zip; each download is recorded."""
    actor = acting(request, "lifecycle.evidence")
    target = io.BytesIO()
    name = evidence.write(actor, project_id, target)
    return attachment(target.getvalue(), name)


@router.get("/{project_id}/papers", response=list[PaperRow], summary="材料")
def papers(request: HttpRequest, project_id: int) -> list[PaperRow]:
    actor = acting(request, "lifecycle.view")
    queries.life(actor.scope, project_id)
    return [PaperRow.of(paper) for paper in queries.papers(actor.scope, project_id)]


@router.post("/{project_id}/papers", response=PaperRow, summary="登记材料")
def attach_paper(request: HttpRequest, project_id: int, body: PaperBody) -> PaperRow:
    actor = acting(request, "lifecycle.attach_paper")
    queries.life(actor.scope, project_id)
    made = services.attach_paper(
        actor, project_id, body.kind, file_id=body.file_id, title=body.title, number=body.number, dated_on=body.dated_on,
        fields=body.fields,
    )  # fmt: skip
    return PaperRow.of(queries.paper(actor.scope, made.pk))


@router.post("/papers/{int:paper_id}/withdraw", response=PaperRow, summary="撤下材料")
def withdraw_paper(request: HttpRequest, paper_id: int, body: WithdrawBody) -> PaperRow:
    actor = acting(request, "lifecycle.attach_paper")
    made = services.withdraw_paper(actor, paper_id, reason=body.reason)
    return PaperRow.of(queries.paper(actor.scope, made.pk))


@router.get("/{project_id}/archive", response=ArchiveDocument, summary="档案目录")
def archive(request: HttpRequest, project_id: int) -> ArchiveDocument:
    actor = acting(request, "lifecycle.view")
    return ArchiveDocument.of(queries.archive(actor.scope, project_id))
