"""The three-level lists: entries and their steps, editions, comparison, doubles, and what was matched but not listed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from workrelief.faces.api.paging import part
from workrelief.faces.api.schemas.lists import (
    AdjustBody,
    CloseBody,
    ComparisonDocument,
    Decision,
    EditionDocument,
    EditionPage,
    EditionWithdrawBody,
    EntryBody,
    EntryDetail,
    EntryPage,
    EntryQuery,
    EntryRow,
    IssueBody,
    JobTicket,
    LevelBody,
    LineChangeRow,
    LinePage,
    LineQuery,
    LineRow,
    ManyLevelBody,
    ManyReasonBody,
    Moved,
    PairDocument,
    PairPage,
    PairQuery,
    PairsFound,
    ReasonBody,
    SearchBody,
    StepBody,
    UnlistedPage,
    UnlistedQuery,
    UnlistedRow,
)
from workrelief.faces.api.session import acting
from workrelief.faces.shared.download import attachment
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.shared.list_document import FORMATS, list_file, of_edition
from workrelief.faces.shared.project_entry import stored_funds
from workrelief.kernel.errors import NotFound
from workrelief.work.lists import jobs, queries, services
from workrelief.work.lists.queries.unlisted import matched_unlisted
from workrelief.work.projects import queries as projects

router = Router(tags=["三级清单"])


@router.get("/entries", response=EntryPage, summary="清单项目")
def list_entries(request: HttpRequest, query: Query[EntryQuery]) -> EntryPage:
    actor = acting(request, "list.view")
    wanted = queries.EntryFilter(
        year=query.year, level=query.level, division=query.division, tracks=tuple(query.track),
        sectors=tuple(query.sector), states=tuple(query.state), waits_for=query.waits_for,
        is_standing=None if query.state else True, text=query.text,
    )  # fmt: skip
    rows, total = part(queries.entries(actor.scope, wanted), query)
    return EntryPage(total=total, items=[EntryRow.of(r) for r in rows])


@router.post("/entries", response=EntryRow, summary="列入储备")
def enter(request: HttpRequest, body: EntryBody) -> EntryRow:
    actor = acting(request, "list.enter")
    made = services.enter(
        actor, body.project_id, body.year, body.level, planned_investment_fen=body.planned_investment_fen,
        reason=body.reason,
    )  # fmt: skip
    return EntryRow.of(queries.entry(actor.scope, made.pk))


@router.get("/entries/{entry_id}", response=EntryDetail, summary="一条清单记录")
def one_entry(request: HttpRequest, entry_id: int) -> EntryDetail:
    actor = acting(request, "list.view")
    found = queries.entry(actor.scope, entry_id)
    return EntryDetail.build(
        found,
        queries.steps(actor.scope, entry_id),
        [finding_document(f) for f in queries.findings(actor.scope, found)],
        queries.offers(actor, found),
    )


@router.post("/steps", response=Moved, summary="办理一步（全部办成或全部不办）")
def take_step(request: HttpRequest, body: StepBody) -> Moved:
    actor = acting(request, "list.view")
    moved = services.advance(actor, body.entries, body.step, expected=body.expected or None, reason=body.reason)
    return Moved(moved=moved)


@router.post("/promotions", response=Moved, summary="批量提级（全部办成或全部不办）")
def promote_many(request: HttpRequest, body: ManyLevelBody) -> Moved:
    actor = acting(request, "list.promote")
    made = services.promote_many(actor, body.entries, body.level, reason=body.reason, expected=body.expected or None)
    return Moved(moved=len(made))


@router.post("/removals", response=Moved, summary="批量调出（全部办成或全部不办）")
def take_out_many(request: HttpRequest, body: ManyReasonBody) -> Moved:
    actor = acting(request, "list.adjust")
    done = services.take_out_many(actor, body.entries, reason=body.reason, expected=body.expected or None)
    return Moved(moved=len(done))


@router.post("/entries/{entry_id}/adjust", response=EntryRow, summary="调整已印发清单的内容")
def adjust(request: HttpRequest, entry_id: int, body: AdjustBody) -> EntryRow:
    actor = acting(request, "list.adjust")
    detail = projects.project(actor.scope, queries.entry(actor.scope, entry_id).project_id)
    changes = body.changes(stored_funds(detail))
    services.adjust(actor, entry_id, changes, reason=body.reason, expected=body.seen or None)
    return EntryRow.of(queries.entry(actor.scope, entry_id))


@router.post("/years/{year}/close", response=Moved, summary="关闭本级年度清单")
def close_year(request: HttpRequest, year: int, body: CloseBody) -> Moved:
    actor = acting(request, "list.close")
    return Moved(moved=services.close_year(actor, year, body.level, division=body.division))


@router.post("/entries/{entry_id}/promote", response=EntryRow, summary="提级")
def promote(request: HttpRequest, entry_id: int, body: LevelBody) -> EntryRow:
    actor = acting(request, "list.promote")
    made = services.promote(actor, entry_id, body.level, reason=body.reason, expected=body.expected or None)
    return EntryRow.of(queries.entry(actor.scope, made.pk))


@router.post("/entries/{entry_id}/take-out", response=EntryRow, summary="调出清单")
def take_out(request: HttpRequest, entry_id: int, body: ReasonBody) -> EntryRow:
    actor = acting(request, "list.adjust")
    services.take_out(actor, entry_id, reason=body.reason, expected=body.expected or None)
    return EntryRow.of(queries.entry(actor.scope, entry_id))


@router.get("/editions", response=EditionPage, summary="已印发清单")
def list_editions(request: HttpRequest, query: Query[EntryQuery]) -> EditionPage:
    actor = acting(request, "list.view")
    found = queries.editions(actor.scope, year=query.year, level=query.level, division=query.division)
    rows, total = part(found, query)
    return EditionPage(total=total, items=[EditionDocument.of(r) for r in rows])


@router.post("/editions", response={202: JobTicket}, summary="印发清单（后台办理）")
def issue(request: HttpRequest, body: IssueBody) -> Any:
    actor = acting(request, "list.issue")
    job = jobs.request_issue(
        actor, body.year, body.level, division=body.division, document_no=body.document_no, issued_on=body.issued_on,
        track=body.track,
    )  # fmt: skip
    return 202, JobTicket(job_id=job.pk, state=job.state, message=job.message)


@router.get("/editions/{edition_id}", response=EditionDocument, summary="一版清单")
def one_edition(request: HttpRequest, edition_id: int) -> EditionDocument:
    actor = acting(request, "list.view")
    return EditionDocument.of(queries.edition(actor.scope, edition_id))


@router.get("/editions/{edition_id}/lines", response=LinePage, summary="一版清单的项目")
def edition_lines(request: HttpRequest, edition_id: int, query: Query[LineQuery]) -> LinePage:
    actor = acting(request, "list.view")
    rows, total = part(queries.edition_lines(actor.scope, edition_id, change=query.change), query)
    return LinePage(total=total, items=[LineRow.of(r) for r in rows])


@router.post(
    "/editions/{edition_id}/withdraw", response=EditionDocument, summary="撤回一版清单",
    description="只能撤回最新一版；调入的项目退回到已确认。",
)  # fmt: skip
def withdraw(request: HttpRequest, edition_id: int, body: EditionWithdrawBody) -> EditionDocument:
    actor = acting(request, "list.issue")
    services.withdraw_edition(actor, edition_id, reason=body.reason)
    return EditionDocument.of(queries.edition(actor.scope, edition_id))


@router.get(
    "/editions/{edition_id}/file/{form}", summary="一版清单的文件（docx、xlsx）",
    description="xlsx 为清单表，docx 为印发清单的文件和附件。",
)  # fmt: skip
def edition_file(request: HttpRequest, edition_id: int, form: str) -> HttpResponse:
    acting(request, "list.view")
    actor = acting(request, "export.create")
    if form not in FORMATS:
        raise NotFound("list.format", "清单只能下载为 Excel 或 Word 文件。")
    source = of_edition(actor.scope, edition_id)
    return attachment(list_file(source, form), f"{source.title}.{form}")


@router.get("/compare", response=ComparisonDocument, summary="两版清单比较")
def compare(request: HttpRequest, older: int, newer: int) -> ComparisonDocument:
    actor = acting(request, "list.view")
    found = queries.compare(actor.scope, older, newer)
    return ComparisonDocument(
        older=EditionDocument.of(found.older),
        newer=EditionDocument.of(found.newer),
        added=[LineChangeRow.of(c) for c in found.added],
        removed=[LineChangeRow.of(c) for c in found.removed],
        changed=[LineChangeRow.of(c) for c in found.changed],
        promoted=[LineChangeRow.of(c) for c in found.promoted],
        kept=found.kept,
    )


@router.get("/duplicates", response=PairPage, summary="疑似重复项目")
def duplicates(request: HttpRequest, query: Query[PairQuery]) -> PairPage:
    actor = acting(request, "list.decide_duplicate")
    rows, total = part(queries.duplicates(actor.scope, query.year, state=query.state), query)
    return PairPage(total=total, items=[PairDocument.of(v) for v in queries.open_pairs(actor.scope, rows)])


@router.post(
    "/duplicates/search", response=PairsFound, summary="查找疑似重复项目",
    description="把该年度的项目与同县各年度、各项目线的项目比较，返回新发现的组数；已判定的不再提出。",
)  # fmt: skip
def search_duplicates(request: HttpRequest, body: SearchBody) -> PairsFound:
    actor = acting(request, "list.decide_duplicate")
    return PairsFound(found=services.look_for_duplicates(actor, body.year))


@router.post("/duplicates/{pair_id}", response=Moved, summary="判定是否同一项目")
def decide(request: HttpRequest, pair_id: int, body: Decision) -> Moved:
    actor = acting(request, "list.decide_duplicate")
    services.decide_duplicate(actor, pair_id, body.decision, reason=body.reason, expected=body.expected)
    return Moved(moved=1)


@router.get("/unlisted", response=UnlistedPage, summary="匹配未列入的项目（A06）")
def unlisted(request: HttpRequest, query: Query[UnlistedQuery]) -> UnlistedPage:
    actor = acting(request, "list.view")
    rows, total = part(matched_unlisted(actor.scope, decision=query.decision), query)
    names = {pk: ref.name for pk, ref in projects.refs(actor.scope, {r.project_id for r in rows}).items()}
    return UnlistedPage(total=total, items=[UnlistedRow.of(r, names.get(r.project_id, "")) for r in rows])
