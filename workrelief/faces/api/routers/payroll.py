"""Pay sheets and lines in scope; amounts in fen."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from workrelief.faces.api.paging import PageQuery, part
from workrelief.faces.api.schemas.common import Place
from workrelief.faces.api.session import acting
from workrelief.work.payroll import queries

router = Router(tags=["劳务报酬"])


class PaySheetQuery(PageQuery):
    """Filters; empty means all."""

    division: str = Field("", description="行政区划代码或前缀")
    project: int | None = Field(None, description="项目")
    state: list[str] = Field([], description="状态")
    first_month: int | None = Field(None, description="起始所属期，例如 202207")
    last_month: int | None = Field(None, description="截止所属期")


class PaySheetRow(Schema):
    """One project's month."""

    id: int
    project_id: int
    project: str
    division: Place
    track: str
    month: int
    issue_no: int
    state: str
    lines: int
    due_fen: int
    paid_fen: int

    @classmethod
    def of(cls, row: Any) -> PaySheetRow:
        return cls(
            id=row.pk,
            project_id=row.project_id,
            project=row.project.name,
            division=Place.of(row.division_code),
            track=row.track,
            month=row.month,
            issue_no=row.issue_no,
            state=row.state,
            lines=row.lines_count,
            due_fen=row.due_fen,
            paid_fen=row.paid_fen,
        )


class PaySheetPage(Schema):
    total: int
    items: list[PaySheetRow]


class PayLineRow(Schema):
    """One person's line; days × 10, quantity × 100."""

    id: int
    row_no: int
    worker_id: int
    name: str
    identity_masked: str
    trade: str
    days_x10: int
    quantity_x100: int
    rate_fen: int
    due_fen: int
    deducted_fen: int
    extra_fen: int
    paid_fen: int
    route: str
    paid_on: date | None
    status: str

    @classmethod
    def of(cls, line: Any) -> PayLineRow:
        names = (
            "id", "row_no", "worker_id", "trade", "days_x10", "quantity_x100", "rate_fen", "due_fen", "deducted_fen",
            "extra_fen", "paid_fen", "route", "paid_on", "status",
        )  # fmt: skip
        person = {"name": line.worker.name, "identity_masked": line.worker.identity_masked}
        return cls(**{n: getattr(line, n) for n in names}, **person)


class PayLinePage(Schema):
    total: int
    items: list[PayLineRow]


@router.get("", response=PaySheetPage, summary="劳务报酬发放表")
def list_pay_sheets(request: HttpRequest, query: Query[PaySheetQuery]) -> PaySheetPage:
    actor = acting(request, "paysheet.view")
    wanted = queries.PaySheetFilter(
        division=query.division,
        project=query.project,
        states=tuple(query.state),
        first_month=query.first_month,
        last_month=query.last_month,
    )
    rows, total = part(queries.pay_sheets(actor.scope, wanted), query)
    return PaySheetPage(total=total, items=[PaySheetRow.of(r) for r in rows])


@router.get("/{sheet_id}", response=PaySheetRow, summary="发放表")
def one_pay_sheet(request: HttpRequest, sheet_id: int) -> PaySheetRow:
    actor = acting(request, "paysheet.view")
    return PaySheetRow.of(queries.pay_sheet(actor.scope, sheet_id))


@router.get("/{sheet_id}/lines", response=PayLinePage, summary="发放明细")
def lines(request: HttpRequest, sheet_id: int, query: Query[PageQuery]) -> PayLinePage:
    actor = acting(request, "paysheet.view")
    rows, total = part(queries.lines(actor.scope, sheet_id), query)
    return PayLinePage(total=total, items=[PayLineRow.of(r) for r in rows])
