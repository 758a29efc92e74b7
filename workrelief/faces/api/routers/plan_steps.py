"""Steps of plans: open a batch, write, check, issue and withdraw documents, receipts, change orders, responsibilities.

They join the routes of `funds`, whose reads stand there. The same services as the pages: four eyes, own office, balance to the fen, and the same refusals with their clause.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from workrelief.base.access.actor import Actor
from workrelief.faces.api.routers.funds import router
from workrelief.faces.api.schemas.funds import (
    ApplicationDetail,
    BatchOut,
    ChangeOut,
    ClockOut,
    DocumentDetail,
    ReasonIn,
)
from workrelief.faces.api.schemas.plan_steps import (
    AllDutiesIn,
    ApproveIn,
    BatchIn,
    BatchTermsIn,
    ChangeIn,
    DecompositionIn,
    Done,
    DutiesOut,
    IssueIn,
    LinesIn,
    PlanIn,
    ProposedLineOut,
    ReceiptIn,
    TargetsIn,
    VersionIn,
    WithdrawIn,
)
from workrelief.faces.api.session import acting
from workrelief.faces.shared import plan_documents
from workrelief.faces.shared.download import attachment
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.kernel.kinds import FundType
from workrelief.work.funds import queries, services
from workrelief.work.funds.queries.overview import batch_rows

__all__ = ["router"]


@router.post("/batches", response=BatchOut, summary="建立计划批次")
def open_batch(request: HttpRequest, body: BatchIn) -> BatchOut:
    actor = acting(request, "plan.open")
    try:
        fund = FundType.of_id(body.fund_type)
    except ValueError as err:
        raise InvalidInput("plan.fund", f"没有“{body.fund_type}”这种资金类型。") from err
    made = services.open_batch(actor, services.NewBatch(**dict(body) | {"fund_type": fund}))
    (row,) = batch_rows(actor.scope, [queries.batch(actor.scope, made.pk)])
    return BatchOut.of(row)


@router.put("/batches/{int:plan_batch_id}/terms", response=BatchOut, summary="调整申报期限和说明")
def set_batch_terms(request: HttpRequest, plan_batch_id: int, body: BatchTermsIn) -> BatchOut:
    actor = acting(request, "plan.open")
    services.set_batch_terms(actor, plan_batch_id, apply_by=body.apply_by, note=body.note)
    (row,) = batch_rows(actor.scope, [queries.batch(actor.scope, plan_batch_id)])
    return BatchOut.of(row)


@router.post("/applications/{int:application_id}/withdraw", response=ApplicationDetail, summary="撤回申请")
def withdraw_application(request: HttpRequest, application_id: int, body: ReasonIn) -> ApplicationDetail:
    actor = acting(request, "plan.apply")
    services.withdraw_application(actor, application_id, reason=body.reason)
    return ApplicationDetail.of_view(queries.application(actor.scope, application_id))


# ---------- documents ----------


@router.post("/batches/{int:plan_batch_id}/plan", response=DocumentDetail, summary="登记上级下达的计划")
def register_plan(request: HttpRequest, plan_batch_id: int, body: PlanIn) -> DocumentDetail:
    actor = acting(request, "plan.draft")
    made = services.register_plan(actor, plan_batch_id, body.head(), total_fen=body.total_fen, targets=body.targets)
    return _document(actor, made.pk)


@router.get("/documents/{int:document_id}/proposal", response=list[ProposedLineOut], summary="建议的分解明细")
def proposal(request: HttpRequest, document_id: int, division: str = "") -> list[ProposedLineOut]:
    """What `division` (the own office by default) might write under this document."""
    actor = acting(request, "plan.draft")
    rows = queries.proposed_lines(actor.scope, document_id, division or actor.home)
    return [ProposedLineOut.of(row) for row in rows]


@router.post("/documents", response=DocumentDetail, summary="起草分解（转发）文件")
def draft_decomposition(request: HttpRequest, body: DecompositionIn) -> DocumentDetail:
    actor = acting(request, "plan.draft")
    lines = [one.line() for one in body.lines]
    made = services.draft_decomposition(actor, body.source_id, body.head(), lines, division=body.division)
    return _document(actor, made.pk)


@router.put("/documents/{int:document_id}", response=DocumentDetail, summary="修改拟稿")
def save_document(request: HttpRequest, document_id: int, body: LinesIn) -> DocumentDetail:
    actor = acting(request, "plan.draft")
    lines = [one.line() for one in body.lines]
    services.save_document(actor, document_id, body.head(), lines, version=body.version)
    return _document(actor, document_id)


@router.put(
    "/documents/{int:document_id}/lines/{int:line_id}/targets", response=DocumentDetail, summary="修改一行的绩效目标"
)
def set_line_targets(request: HttpRequest, document_id: int, line_id: int, body: TargetsIn) -> DocumentDetail:
    actor = acting(request, "plan.draft")
    services.set_line_targets(actor, document_id, line_id, body.targets, version=body.version)
    return _document(actor, document_id)


@router.get("/documents/{int:document_id}/file.{form}", summary="计划文件（docx、pdf，附表 xlsx）")
def document_file(request: HttpRequest, document_id: int, form: str) -> HttpResponse:
    actor = acting(request, "file.download")
    paper = plan_documents.plan_document(actor.scope, document_id)
    return attachment(plan_documents.paper_bytes(paper, form), f"{paper.title}.{form}")


@router.get("/applications/{int:application_id}/file.{form}", summary="资金申请文件（docx、pdf，附表 xlsx）")
def application_file(request: HttpRequest, application_id: int, form: str) -> HttpResponse:
    actor = acting(request, "file.download")
    paper = plan_documents.application_document(actor.scope, application_id)
    return attachment(plan_documents.paper_bytes(paper, form), f"{paper.title}.{form}")


@router.post("/documents/{int:document_id}/check", response=DocumentDetail, summary="复核")
def check_document(request: HttpRequest, document_id: int, body: VersionIn) -> DocumentDetail:
    actor = acting(request, "plan.check")
    services.check_document(actor, document_id, version=body.version)
    return _document(actor, document_id)


@router.post("/documents/{int:document_id}/reopen", response=DocumentDetail, summary="退回拟稿")
def reopen_document(request: HttpRequest, document_id: int, body: ReasonIn) -> DocumentDetail:
    actor = acting(request, "plan.check")
    services.reopen_document(actor, document_id, reason=body.reason)
    return _document(actor, document_id)


@router.post("/documents/{int:document_id}/issue", response=DocumentDetail, summary="签发下达")
def issue_document(request: HttpRequest, document_id: int, body: IssueIn) -> DocumentDetail:
    actor = acting(request, "plan.issue")
    services.issue_document(actor, document_id, document_no=body.document_no, on=body.on, version=body.version)
    return _document(actor, document_id)


@router.post("/documents/{int:document_id}/withdraw", response=DocumentDetail, summary="撤回文件")
def withdraw_document(request: HttpRequest, document_id: int, body: WithdrawIn) -> DocumentDetail:
    actor = acting(request, "plan.withdraw")
    services.withdraw_document(actor, document_id, reason=body.reason, on=body.on)
    return _document(actor, document_id)


def _document(actor: Actor, document_id: int) -> DocumentDetail:
    return DocumentDetail.of_view(queries.document(actor.scope, document_id))


@router.post("/clocks/{int:delivery_id}/receipt", response=ClockOut, summary="收文登记")
def register_receipt(request: HttpRequest, delivery_id: int, body: ReceiptIn) -> ClockOut:
    actor = acting(request, "plan.receive")
    services.register_receipt(actor, delivery_id, received_on=body.received_on, receipt_no=body.receipt_no)
    return next(ClockOut.of(row) for row in queries.clocks(actor.scope) if row.id == delivery_id)


# ---------- change orders ----------


@router.post("/changes", response=ChangeOut, summary="提出变更或收回")
def propose_change(request: HttpRequest, body: ChangeIn) -> ChangeOut:
    actor = acting(request, "plan.change")
    shifts = [services.MoneyShift(one.project_id, one.fen) for one in body.shifts]
    if body.kind in ("content", "targets") and body.project_id is None:
        raise InvalidInput("plan.change", "请写明要变更的项目。")
    project = body.project_id or 0
    if body.kind == "shift":
        made = services.propose_shift(actor, body.batch_id, shifts, reason=body.reason)
    elif body.kind == "recall":
        made = services.propose_recall(actor, body.batch_id, shifts, reason=body.reason)
    elif body.kind == "hand_back":
        if body.line_id is None:
            raise InvalidInput("plan.change", "请写明要收回的计划行。")
        made = services.propose_hand_back(actor, body.line_id, body.fen, reason=body.reason)
    elif body.kind == "content":
        wanted = services.ContentChange(project, body.content)
        made = services.propose_content(actor, body.batch_id, wanted, reason=body.reason)
    else:
        made = services.propose_targets(actor, body.batch_id, project, body.targets, reason=body.reason)
    return ChangeOut.of(queries.change_order(actor.scope, made.pk))


@router.post("/changes/{int:change_id}/approve", response=ChangeOut, summary="批准变更")
def approve_change(request: HttpRequest, change_id: int, body: ApproveIn) -> ChangeOut:
    actor = acting(request, "plan.approve_change")
    services.approve_change(actor, change_id, document_no=body.document_no, on=body.on, decision=body.decision)
    return ChangeOut.of(queries.change_order(actor.scope, change_id))


@router.post("/changes/{int:change_id}/refuse", response=ChangeOut, summary="不予批准")
def refuse_change(request: HttpRequest, change_id: int, body: ReasonIn) -> ChangeOut:
    actor = acting(request, "plan.approve_change")
    services.refuse_change(actor, change_id, decision=body.reason)
    return ChangeOut.of(queries.change_order(actor.scope, change_id))


@router.post("/changes/{int:change_id}/cancel", response=ChangeOut, summary="取消变更申请")
def cancel_change(request: HttpRequest, change_id: int, body: ReasonIn) -> ChangeOut:
    actor = acting(request, "plan.change")
    services.cancel_change(actor, change_id, reason=body.reason)
    return ChangeOut.of(queries.change_order(actor.scope, change_id))


# ---------- the two responsibilities ----------


@router.get("/projects/{int:project_id}/responsibilities", response=DutiesOut, summary="一个项目的两个责任")
def get_duties(request: HttpRequest, project_id: int) -> DutiesOut:
    actor = acting(request, "plan.view")
    rows = queries.responsibilities(actor.scope, [project_id])
    if not rows:
        raise NotFound("project.missing", "没有找到这个项目，或不在您的数据范围内。")
    return DutiesOut.of(rows[0])


@router.put("/responsibilities", response=Done, summary="登记两个责任")
def set_duties(request: HttpRequest, body: AllDutiesIn) -> Done:
    actor = acting(request, "plan.responsibility")
    entries = [services.NewResponsibility(**dict(one)) for one in body.entries]
    return Done(recorded=services.set_responsibilities(actor, entries, reason=body.reason))
