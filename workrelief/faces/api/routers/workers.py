"""Persons in scope, numbers masked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from workrelief.faces.api.paging import PageQuery, part
from workrelief.faces.api.schemas.common import Choice, Place
from workrelief.faces.api.session import acting
from workrelief.kernel.kinds import WorkerGroup
from workrelief.work.workers import queries

router = Router(tags=["务工群众"])


class WorkerQuery(PageQuery):
    """Filters; empty means all. A whole identity number as `text` finds that person."""

    division: str = Field("", description="户籍地行政区划代码或前缀")
    group: list[str] = Field([], description="人员类别")
    project: int | None = Field(None, description="项目")
    text: str = Field("", max_length=40, description="姓名开头")


class WorkerRow(Schema):
    """A person."""

    id: int
    name: str
    identity_masked: str
    sex: str
    born_on: date
    home: Place
    group: Choice

    @classmethod
    def of(cls, row: Any) -> WorkerRow:
        return cls(
            id=row.id,
            name=row.name,
            identity_masked=row.identity_masked,
            sex=row.sex,
            born_on=row.born_on,
            home=Place.of(row.division_code),
            group=Choice(id=row.group, label=WorkerGroup.of_id(row.group).label),
        )


class WorkerPage(Schema):
    total: int
    items: list[WorkerRow]


class RosterRow(Schema):
    """A place on a project's roster."""

    id: int
    project_id: int
    trade: str
    is_local: bool
    entered_on: date | None


class WorkerDetail(WorkerRow):
    """A person with the rosters the reader may see."""

    roster: list[RosterRow]


@router.get("", response=WorkerPage, summary="务工群众")
def list_workers(request: HttpRequest, query: Query[WorkerQuery]) -> WorkerPage:
    actor = acting(request, "worker.view")
    wanted = queries.WorkerFilter(query.division, tuple(query.group), query.project, query.text)
    rows, total = part(queries.workers(actor.scope, wanted), query)
    return WorkerPage(total=total, items=[WorkerRow.of(r) for r in rows])


@router.get("/{worker_id}", response=WorkerDetail, summary="人员详情")
def one_worker(request: HttpRequest, worker_id: int) -> WorkerDetail:
    actor = acting(request, "worker.view")
    detail = queries.worker(actor.scope, worker_id)
    return WorkerDetail(
        **WorkerRow.of(detail).dict(),
        roster=[
            RosterRow(id=e.id, project_id=e.project_id, trade=e.trade, is_local=e.is_local, entered_on=e.entered_on)
            for e in detail.roster
        ],
    )
