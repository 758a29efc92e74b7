"""Investment plans, money movements and the labour-pay share: the same reads and steps as the pages."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from workrelief.faces.api.paging import PageQuery, part
from workrelief.faces.api.schemas.funds import (
    AgeOut,
    ApplicationDetail,
    ApplicationIn,
    ApplicationOut,
    BatchDetail,
    BatchOut,
    ChangeOut,
    ClockOut,
    DocumentDetail,
    DocumentOut,
    IdleOut,
    MoveIn,
    MoveOut,
    ProjectMoneyOut,
    ReasonIn,
    ReviewIn,
    Said,
    ShareOut,
    SubmitIn,
    TreeOut,
)
from workrelief.faces.api.session import acting
from workrelief.kernel import codes
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.kernel.kinds import FundType, Track
from workrelief.work.funds import queries, services
from workrelief.work.funds.queries import money as money_queries
from workrelief.work.funds.queries import share as share_queries
from workrelief.work.funds.queries.changes import change_views
from workrelief.work.funds.queries.overview import batch_rows
from workrelief.work.funds.queries.tree import batch_tree
from workrelief.work.funds.services import money as money_services
from workrelief.work.funds.services.money import MoveKind
from workrelief.work.projects import queries as projects

router = Router(tags=["投资计划与资金"])


class BatchQuery(PageQuery):
    """Filters; empty means all."""

    year: int | None = Field(None, ge=2000, le=2100)
    fund_type: str = ""


class BatchPage(Schema):
    total: int
    items: list[BatchOut]


@router.get("/batches", response=BatchPage, summary="计划批次")
def list_batches(request: HttpRequest, query: Query[BatchQuery]) -> BatchPage:
    actor = acting(request, "plan.view")
    rows, total = part(queries.batches(actor.scope, year=query.year, fund_type=query.fund_type), query)
    return BatchPage(total=total, items=[BatchOut.of(r) for r in batch_rows(actor.scope, rows)])


@router.get("/batches/{int:plan_batch_id}", response=BatchDetail, summary="一个批次及其分解树")
def get_batch(request: HttpRequest, plan_batch_id: int, county: str = "") -> BatchDetail:
    """`county` is the 12-digit code of the county whose projects are listed."""
    actor = acting(request, "plan.view")
    (row,) = batch_rows(actor.scope, [queries.batch(actor.scope, plan_batch_id)])
    tree = batch_tree(actor.scope, plan_batch_id, opened=[county] if county else [])
    return BatchDetail(**BatchOut.of(row).dict(), tree=[TreeOut.of(node) for node in tree])


class ClockQuery(Schema):
    """Filters; empty means all."""

    year: int | None = Field(None, ge=2000, le=2100)
    status: str = Field("", description="running、warned、overdue、done、done_late")


@router.get("/clocks", response=list[ClockOut], summary="分解时限")
def list_clocks(request: HttpRequest, query: Query[ClockQuery]) -> list[ClockOut]:
    actor = acting(request, "plan.view")
    return [ClockOut.of(row) for row in queries.clocks(actor.scope, year=query.year, status=query.status)]


# ---------- applications ----------


class ApplicationQuery(PageQuery):
    """Filters; empty means all."""

    batch: int | None = None
    state: str = ""
    year: int | None = Field(None, ge=2000, le=2100)


class ApplicationPage(Schema):
    total: int
    items: list[ApplicationOut]


@router.get("/applications", response=ApplicationPage, summary="资金申请")
def list_applications(request: HttpRequest, query: Query[ApplicationQuery]) -> ApplicationPage:
    actor = acting(request, "plan.view")
    found = queries.applications(actor.scope, batch_id=query.batch, state=query.state, year=query.year)
    rows, total = part(found, query)
    return ApplicationPage(
        total=total, items=[ApplicationOut.of(r) for r in queries.application_rows(actor.scope, rows)]
    )


@router.get("/applications/{int:application_id}", response=ApplicationDetail, summary="一份资金申请")
def get_application(request: HttpRequest, application_id: int) -> ApplicationDetail:
    actor = acting(request, "plan.view")
    return ApplicationDetail.of_view(queries.application(actor.scope, application_id))


@router.post("/applications", response=ApplicationDetail, summary="保存资金申请草稿")
def save_application(request: HttpRequest, body: ApplicationIn) -> ApplicationDetail:
    actor = acting(request, "plan.apply")
    row = services.save_application(
        actor,
        body.batch_id,
        codes.normalise(body.division) if body.division else actor.home,
        [services.NewApplicationLine(**line.dict()) for line in body.lines],
        contact=body.contact,
        version=body.version,
    )
    return ApplicationDetail.of_view(queries.application(actor.scope, row.pk))


@router.post("/applications/{int:application_id}/submit", response=ApplicationDetail, summary="申报")
def submit_application(request: HttpRequest, application_id: int, body: SubmitIn) -> ApplicationDetail:
    actor = acting(request, "plan.apply")
    services.submit_application(actor, application_id, **body.dict())
    return ApplicationDetail.of_view(queries.application(actor.scope, application_id))


@router.post("/applications/{int:application_id}/review", response=ApplicationDetail, summary="市级或省级审核")
def review_application(request: HttpRequest, application_id: int, body: ReviewIn) -> ApplicationDetail:
    actor = acting(request, "plan.city_review" if body.level == "city" else "plan.prov_review")
    services.review_application(
        actor,
        application_id,
        "city" if body.level == "city" else "province",
        decisions={d.line_id: services.ReviewDecision(d.fen, d.reason) for d in body.decisions},
        opinion=body.opinion,
        document_no=body.document_no,
        on=body.on,
        version=body.version,
    )
    return ApplicationDetail.of_view(queries.application(actor.scope, application_id))


@router.post("/applications/{int:application_id}/return", response=ApplicationDetail, summary="退回修改")
def return_application(request: HttpRequest, application_id: int, body: ReasonIn) -> ApplicationDetail:
    actor = acting(request, "plan.return")
    services.return_application(actor, application_id, reason=body.reason, version=body.version)
    return ApplicationDetail.of_view(queries.application(actor.scope, application_id))


# ---------- documents and changes ----------


class DocumentQuery(PageQuery):
    """Filters; empty means all."""

    batch: int | None = None
    state: str = ""
    level: str = Field("", description="nation、province、city、county")
    year: int | None = Field(None, ge=2000, le=2100)


class DocumentPage(Schema):
    total: int
    items: list[DocumentOut]


@router.get("/documents", response=DocumentPage, summary="计划文件")
def list_documents(request: HttpRequest, query: Query[DocumentQuery]) -> DocumentPage:
    actor = acting(request, "plan.view")
    found = queries.documents(actor.scope, batch_id=query.batch, state=query.state, level=query.level, year=query.year)
    rows, total = part(found, query)
    return DocumentPage(total=total, items=[DocumentOut.of(r) for r in queries.document_rows(actor.scope, rows)])


@router.get("/documents/{int:document_id}", response=DocumentDetail, summary="一份计划文件")
def get_document(request: HttpRequest, document_id: int) -> DocumentDetail:
    actor = acting(request, "plan.view")
    return DocumentDetail.of_view(queries.document(actor.scope, document_id))


class ChangeQuery(PageQuery):
    """Filters; empty means all."""

    state: str = ""
    batch: int | None = None
    project: int | None = None


class ChangePage(Schema):
    total: int
    items: list[ChangeOut]


@router.get("/changes", response=ChangePage, summary="变更审批单")
def list_changes(request: HttpRequest, query: Query[ChangeQuery]) -> ChangePage:
    actor = acting(request, "plan.view")
    found = queries.changes(actor.scope, state=query.state, batch_id=query.batch, project_id=query.project)
    rows, total = part(found, query)
    return ChangePage(total=total, items=[ChangeOut.of(r) for r in change_views(actor.scope, rows)])


@router.get("/changes/{int:change_id}", response=ChangeOut, summary="一份变更审批单")
def get_change(request: HttpRequest, change_id: int) -> ChangeOut:
    actor = acting(request, "plan.view")
    return ChangeOut.of(queries.change_order(actor.scope, change_id))


# ---------- money ----------


class MoveQuery(PageQuery):
    """Filters; empty means all."""

    project: int | None = None
    division: str = Field("", description="行政区划代码或前缀")
    kind: str = Field("", description="receipt、payment、investment、year_plan")
    fund_type: str = ""
    state: str = ""
    first_day: date | None = None
    last_day: date | None = None
    text: str = Field("", max_length=60)


class MovePage(Schema):
    total: int
    items: list[MoveOut]


class Recorded(Schema):
    """What was entered, and what the rules said without stopping it."""

    id: int
    findings: list[Said]


@router.get("/moves", response=MovePage, summary="到位、支付、完成投资凭证")
def list_moves(request: HttpRequest, query: Query[MoveQuery]) -> MovePage:
    actor = acting(request, "plan.view")
    wanted = money_queries.MoveFilter(
        project_id=query.project,
        division=query.division,
        kinds=(query.kind,) if query.kind else (),
        fund_types=(query.fund_type,) if query.fund_type else (),
        state=query.state,
        first_day=query.first_day,
        last_day=query.last_day,
        text=query.text,
    )
    rows, total = part(money_queries.moves(actor.scope, wanted), query)
    return MovePage(total=total, items=[MoveOut.of(r) for r in rows])


@router.post("/moves", response=Recorded, summary="登记一笔到位、支付、完成投资或年度计划")
def record_move(request: HttpRequest, body: MoveIn) -> Recorded:
    actor = acting(request, "money.record")
    done = money_services.record(actor, [_entry(body)])
    return Recorded(id=done.ids[0], findings=Said.all_of(done.findings))


def _entry(body: MoveIn) -> money_services.MoveIn:
    """The body as an entry of its kind. Raises InvalidInput for a missing day, month, or an unknown source."""
    try:
        fund_type = FundType.of_id(body.fund_type) if body.fund_type else None
    except ValueError as err:
        raise InvalidInput("money.source", "没有这种资金来源。") from err
    if body.kind == MoveKind.INVESTMENT:
        if not 201501 <= body.month <= 209912 or not 1 <= body.month % 100 <= 12:
            raise InvalidInput("money.month", "完成投资须写明月份，如 202207。")
        return money_services.investment(
            body.project_id, body.month, body.amount_fen, fund_type=fund_type, remark=body.remark
        )
    if body.kind == MoveKind.YEAR_PLAN:
        if not 2015 <= body.month <= 2099:
            raise InvalidInput("money.year", "年度计划须写明年度，如 2022。")
        return money_services.year_plan(
            body.project_id, body.month, body.amount_fen, fund_type=fund_type, remark=body.remark
        )
    if fund_type is None or body.happened_on is None:
        raise InvalidInput("money.source", "到位和支付须写明资金来源和日期。")
    if body.kind == MoveKind.RECEIPT:
        return money_services.receipt(
            body.project_id, fund_type, body.amount_fen, body.happened_on, voucher_no=body.voucher_no,
            tranche=body.tranche, payer=body.payer, remark=body.remark,
        )  # fmt: skip
    return money_services.payment(
        body.project_id, fund_type, body.amount_fen, body.happened_on, voucher_no=body.voucher_no,
        payee_kind=body.payee_kind, payee=body.payee, tranche=body.tranche, purpose=body.purpose, remark=body.remark,
    )  # fmt: skip


@router.get("/moves/{int:move_id}", response=MoveOut, summary="一张凭证")
def get_move(request: HttpRequest, move_id: int) -> MoveOut:
    actor = acting(request, "plan.view")
    return MoveOut.of(money_queries.move(actor.scope, move_id))


@router.post("/moves/{int:move_id}/reverse", response=MoveOut, summary="冲回凭证")
def reverse_move(request: HttpRequest, move_id: int, body: ReasonIn) -> MoveOut:
    actor = acting(request, "money.reverse")
    money_services.reverse(actor, move_id, reason=body.reason)
    return MoveOut.of(money_queries.move(actor.scope, move_id))


@router.get("/idle", response=IdleOut, summary="闲置资金")
def get_idle(request: HttpRequest, division: str = "", on: date | None = None) -> IdleOut:
    actor = acting(request, "plan.view")
    found = money_queries.idle_money(actor.scope, division=division, on=on)
    return IdleOut(
        on=found.on,
        limit_days=found.limit_days,
        total_fen=found.total_fen,
        late_fen=found.late_fen,
        by_class=[AgeOut(id=c.id, label=c.label, fen=found.by_class[c.id]) for c in found.classes],
    )


@router.get("/projects/{int:project_id}/money", response=ProjectMoneyOut, summary="一个项目的资金")
def get_project_money(request: HttpRequest, project_id: int) -> ProjectMoneyOut:
    actor = acting(request, "plan.view")
    return ProjectMoneyOut.of(money_queries.project_money(actor.scope, project_id))


# ---------- the labour-pay share ----------


class ShareQuery(PageQuery):
    """Filters; empty means all."""

    division: str = Field("", description="行政区划代码或前缀")
    text: str = Field("", max_length=80)
    stage: str = ""


class SharePage(Schema):
    total: int
    items: list[ShareOut]


@router.get("/shares", response=SharePage, summary="劳务报酬占比")
def list_shares(request: HttpRequest, query: Query[ShareQuery]) -> SharePage:
    actor = acting(request, "plan.view")
    wanted = projects.ProjectFilter(
        division=query.division,
        tracks=(Track.SPECIAL_FUND.id,),
        stages=(query.stage,) if query.stage else (),
        text=query.text,
        order="place",
    )
    rows, total = part(projects.projects(actor.scope, wanted), query)
    found = share_queries.shares(actor.scope, [row.pk for row in rows])
    return SharePage(total=total, items=[ShareOut.of(found[row.pk]) for row in rows if row.pk in found])


@router.get("/projects/{int:project_id}/share", response=ShareOut, summary="一个项目的劳务报酬占比")
def get_share(request: HttpRequest, project_id: int) -> ShareOut:
    actor = acting(request, "plan.view")
    found = share_queries.share(actor.scope, project_id)
    if found is None:
        raise NotFound("share.none", "不是专项资金项目，没有统一的报酬比例（规则 F05）。")
    return ShareOut.of(found)
