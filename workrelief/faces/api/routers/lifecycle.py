"""The life of projects: where they stand, what may be done next, taking a step, papers, the board and the archive."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from workrelief.faces.api.schemas.lifecycle import (
    ArchiveDocument,
    BoardDocument,
    LifeDocument,
    OfferRow,
    PaperRow,
    StationRow,
)
from workrelief.faces.api.session import acting
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
        actor, project_id, step, on=body.on, note=body.note, reference=body.reference, expected=body.expected
    )
    return LifeDocument.of(queries.life(actor.scope, project_id))


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
