"""Imports in three steps: upload, check, commit; and the batch with its issues. Long work runs as a job."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from workrelief.base.intake import jobs, queries, services
from workrelief.base.intake.importer import kinds
from workrelief.faces.api.paging import PageQuery, part
from workrelief.faces.api.session import acting

router = Router(tags=["导入"])


class KindRow(Schema):
    """A kind of import."""

    kind: str
    title: str
    forms: list[str]


class BatchRow(Schema):
    """A batch and what was found in it."""

    id: int
    kind: str
    file_name: str
    file_sm3: str
    state: str
    message: str
    rows_read: int
    rows_good: int
    rows_bad: int
    errors: int
    remarks: int

    @classmethod
    def of(cls, batch: Any) -> BatchRow:
        names = (
            "kind", "file_name", "file_sm3", "state", "message", "rows_read", "rows_good", "rows_bad", "errors", "remarks",
        )  # fmt: skip
        return cls(id=batch.pk, **{n: getattr(batch, n) for n in names})


class BatchPage(Schema):
    total: int
    items: list[BatchRow]


class IssueRow(Schema):
    """Something said about a cell, a row or the file; private values masked."""

    sheet: str
    row: int
    column: str
    title: str
    level: str
    value: str
    reason: str
    remedy: str
    rule_id: str


class IssuePage(Schema):
    total: int
    items: list[IssueRow]


class JobRow(Schema):
    """A job that was started."""

    job: int


@router.get("/kinds", response=list[KindRow], summary="导入类型")
def list_kinds(request: HttpRequest) -> list[KindRow]:
    acting(request, "import.upload")
    return [KindRow(kind=k.kind, title=k.title, forms=list(k.forms)) for k in kinds()]


@router.get("", response=BatchPage, summary="导入批次")
def list_batches(request: HttpRequest, query: Query[PageQuery], kind: str = "") -> BatchPage:
    actor = acting(request, "import.upload")
    rows, total = part(queries.batches_for(actor, kind=kind), query)
    return BatchPage(total=total, items=[BatchRow.of(b) for b in rows])


@router.post("", response=BatchRow, summary="上传")
def upload(request: HttpRequest, kind: Form[str], file: File[UploadedFile]) -> BatchRow:
    actor = acting(request, "import.upload")
    options = {k: str(v) for k, v in request.POST.items() if k not in ("kind", "csrfmiddlewaretoken")}
    return BatchRow.of(services.upload(actor, cast(BinaryIO, file.file), file.name or "", kind, options=options))


@router.get("/{batch_id}", response=BatchRow, summary="批次")
def one_batch(request: HttpRequest, batch_id: int) -> BatchRow:
    actor = acting(request, "import.upload")
    return BatchRow.of(queries.batch_for(actor, batch_id))


@router.get("/{batch_id}/issues", response=IssuePage, summary="问题")
def issues(request: HttpRequest, batch_id: int, query: Query[PageQuery]) -> IssuePage:
    actor = acting(request, "import.upload")
    rows, total = part(queries.issues_for(actor, batch_id), query)
    names = IssueRow.model_fields
    return IssuePage(total=total, items=[IssueRow(**{n: getattr(i, n) for n in names}) for i in rows])


@router.post("/{batch_id}/check", response=JobRow, summary="校验")
def check(request: HttpRequest, batch_id: int) -> JobRow:
    actor = acting(request, "import.upload")
    return JobRow(job=jobs.request_check(actor, batch_id).pk)


@router.post("/{batch_id}/commit", response=JobRow, summary="确认导入")
def commit(request: HttpRequest, batch_id: int) -> JobRow:
    actor = acting(request, "import.upload")
    return JobRow(job=jobs.request_commit(actor, batch_id).pk)


@router.post("/{batch_id}/undo", response=BatchRow, summary="整批撤销")
def undo(request: HttpRequest, batch_id: int) -> BatchRow:
    actor = acting(request, "import.undo")
    return BatchRow.of(services.undo(actor, batch_id))
