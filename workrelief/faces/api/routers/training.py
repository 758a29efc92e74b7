"""Training sessions in scope; persons and person-times apart."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from workrelief.faces.api.paging import PageQuery, part
from workrelief.faces.api.schemas.common import Place
from workrelief.faces.api.session import acting
from workrelief.work.training import queries

router = Router(tags=["培训"])


class SessionQuery(PageQuery):
    """Filters; empty means all."""

    division: str = Field("", description="行政区划代码或前缀")
    training_type: list[str] = Field([], description="培训类型")
    audience: list[str] = Field([], description="培训对象")
    year: int | None = Field(None, description="年度")
    text: str = Field("", max_length=80, description="主题的一部分")


class SessionRow(Schema):
    """A session."""

    id: int
    number: str
    division: Place
    training_type: str
    form: str
    topic: str
    held_on: date
    organiser: str

    @classmethod
    def of(cls, row: Any) -> SessionRow:
        names = ("number", "training_type", "form", "topic", "held_on", "organiser")
        return cls(id=row.pk, division=Place.of(row.division_code), **{n: getattr(row, n) for n in names})


class AudienceRow(Schema):
    """One audience of a session, person-times."""

    audience: str
    expected: int
    attended: int


class SessionDetail(SessionRow):
    """A session with its audiences."""

    audiences: list[AudienceRow]


class SessionPage(Schema):
    total: int
    items: list[SessionRow]


@router.get("", response=SessionPage, summary="培训场次")
def list_sessions(request: HttpRequest, query: Query[SessionQuery]) -> SessionPage:
    actor = acting(request, "training.view")
    wanted = queries.SessionFilter(
        division=query.division,
        types=tuple(query.training_type),
        audiences=tuple(query.audience),
        year=query.year,
        text=query.text,
    )
    rows, total = part(queries.sessions(actor.scope, wanted), query)
    return SessionPage(total=total, items=[SessionRow.of(r) for r in rows])


@router.get("/{session_id}", response=SessionDetail, summary="培训场次详情")
def one_session(request: HttpRequest, session_id: int) -> SessionDetail:
    actor = acting(request, "training.view")
    detail = queries.session(actor.scope, session_id)
    return SessionDetail(
        **SessionRow.of(detail.row).dict(),
        audiences=[
            AudienceRow(audience=a.audience, expected=a.expected, attended=a.attended) for a in detail.audiences
        ],
    )
