"""Kept matches of bills of works: made, read, corrected line by line, and whether their project goes on the list (A06)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from workrelief.faces.api.paging import PageQuery, part
from workrelief.faces.api.schemas.common import Place
from workrelief.faces.api.session import acting
from workrelief.faces.shared.match_document import match_document
from workrelief.kernel import codes
from workrelief.work.catalogue import queries, services
from workrelief.work.catalogue.rules.bill import parse_text
from workrelief.work.catalogue.rules.matching import SURE_SCORE
from workrelief.work.projects import queries as projects

router = Router(tags=["指导目录"])


class RunQuery(PageQuery):
    """Filters; empty means all."""

    project: int | None = Field(None, description="只看这个项目的匹配")


class RunRow(Schema):
    """A matched bill. `listing`: 是否列入清单的意见。"""

    id: int
    title: str
    division: Place
    project_id: int | None
    sector: str
    edition: str
    listing: str
    listing_reason: str
    made_by: str
    made_at: datetime

    @classmethod
    def of(cls, run: Any) -> RunRow:
        return cls(
            id=run.pk, title=run.title, division=Place.of(run.division_code), project_id=run.project_id, sector=run.sector,
            edition=str(run.edition), listing=run.listing, listing_reason=run.listing_reason, made_by=run.made_by_name,
            made_at=run.made_at,
        )  # fmt: skip


class RunPage(Schema):
    total: int
    items: list[RunRow]


class RunDocument(Schema):
    """A matched bill with its lines, as `match_catalogue --json` gives it; `line_ids` in the order of its lines."""

    run: RunRow
    line_ids: list[int]
    result: dict[str, Any]


class RunBody(Schema):
    """A bill to match and keep; a project gives its own place and sector."""

    text: str = Field(max_length=500_000, description="每行一项：名称、单位、工程量、备注")
    title: str = Field("", max_length=160)
    project_id: int | None = None
    division: str = Field("", description="工程所在地，缺省为本岗位所在地")
    sector: str = Field("", description="领域，可空")
    year: int | None = Field(None, ge=2000, le=2100)


class LineBody(Schema):
    """What a person says of a line; left out means unchanged. Changing and refusing want a reason."""

    step: str = Field(description="accept、change、refuse")
    link_code: str | None = Field(None, description="改用的用工环节编码")
    quantity_x100: int | None = Field(None, description="工程量×100")
    unit: str | None = None
    quota_x100: int | None = Field(None, description="每100单位工日数")
    rate_fen: int | None = Field(None, description="日工价（分）")
    machine_note: str | None = Field(None, max_length=120)
    reason: str = Field("", max_length=200)


class AcceptBody(Schema):
    """Accept every proposed line with at least this score."""

    least: int = Field(SURE_SCORE, ge=0, description="最低匹配分")


class ListingBody(Schema):
    """Whether the project goes on the list; not listing a matched one wants a reason (rule A06)."""

    to_list: bool
    reason: str = Field("", max_length=200)


class Accepted(Schema):
    accepted: int


@router.get("", response=RunPage, summary="已保存的匹配")
def list_runs(request: HttpRequest, query: Query[RunQuery]) -> RunPage:
    actor = acting(request, "catalogue.match")
    found = queries.runs(actor.scope) if query.project is None else queries.runs_of_project(actor.scope, query.project)
    rows, total = part(found, query)
    return RunPage(total=total, items=[RunRow.of(row) for row in rows])


@router.post("", response=RunDocument, summary="匹配并保存")
def make_run(request: HttpRequest, body: RunBody) -> RunDocument:
    actor = acting(request, "catalogue.match")
    place, sector, title = codes.normalise(body.division) if body.division else actor.home, body.sector, body.title
    if body.project_id is not None:
        project = projects.project_row(actor.scope, body.project_id)
        place, sector, title = project.division_code, project.sector, title or project.name
    run = services.match_bill(
        actor,
        services.MatchRequest(
            bill=parse_text(body.text), division_code=place, title=title, project_id=body.project_id, sector=sector,
            year=body.year,
        ),
    )  # fmt: skip
    return _document(request, run.pk)


@router.get("/{run_id}", response=RunDocument, summary="一份匹配及其各行")
def read_run(request: HttpRequest, run_id: int) -> RunDocument:
    return _document(request, run_id)


@router.post("/{run_id}/accept", response=Accepted, summary="采纳把握大的各行")
def accept_sure(request: HttpRequest, run_id: int, body: AcceptBody) -> Accepted:
    actor = acting(request, "catalogue.match")
    return Accepted(accepted=services.accept_sure(actor, run_id, least=body.least))


@router.post("/{run_id}/listing", response=RunRow, summary="是否列入清单")
def decide_listing(request: HttpRequest, run_id: int, body: ListingBody) -> RunRow:
    actor = acting(request, "catalogue.match")
    services.decide_listing(actor, run_id, to_list=body.to_list, reason=body.reason)
    return RunRow.of(queries.run(actor.scope, run_id))


@router.post("/lines/{int:match_line_id}", response=RunDocument, summary="采纳、更正或不采用一行")
def decide_line(request: HttpRequest, match_line_id: int, body: LineBody) -> RunDocument:
    actor = acting(request, "catalogue.match")
    line = queries.line(actor.scope, match_line_id)
    given = body.dict(exclude={"step", "link_code"})
    if body.link_code:
        given["link_id"] = queries.link_coded(actor.scope, line.run.edition_id, body.link_code).pk
    services.decide_line(actor, match_line_id, body.step, services.LineCorrection(**given))
    return _document(request, line.run_id)


def _document(request: HttpRequest, run_id: int) -> RunDocument:
    actor = acting(request, "catalogue.match")
    run, lines = queries.run(actor.scope, run_id), list(queries.lines(actor.scope, run_id))
    return RunDocument(run=RunRow.of(run), line_ids=[line.pk for line in lines], result=match_document(run, lines))
