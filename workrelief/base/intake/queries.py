"""Reading import batches and their issues. A person sees the batches of their scope and those they brought themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from django.db.models import Q, QuerySet

from workrelief.base.access.actor import Actor
from workrelief.base.access.scope import Scope
from workrelief.base.intake.columns import TemplateSpec
from workrelief.base.intake.importer import kinds, template_spec
from workrelief.base.intake.issues import unpacked_rows
from workrelief.base.intake.models import ImportBatch, RowIssue
from workrelief.kernel.errors import NotFound

__all__ = [
    "TemplateSpec", "batch", "batch_for", "batches", "batches_for", "failed_rows", "issues", "issues_for", "kinds",
    "template_spec",
]  # fmt: skip


def batches(scope: Scope, *, kind: str = "", states: Sequence[str] = ()) -> QuerySet[ImportBatch]:
    """Batches of divisions in scope, newest first."""
    return _narrowed(ImportBatch.objects.within(scope), kind, states)


def batches_for(actor: Actor, *, kind: str = "", states: Sequence[str] = ()) -> QuerySet[ImportBatch]:
    """Batches in the actor's scope or brought by the actor (someone limited to projects brings files too)."""
    return _narrowed(_seen_by(actor), kind, states)


def batch(scope: Scope, batch_id: int) -> ImportBatch:
    """One batch in scope. Raises NotFound."""
    return _found(ImportBatch.objects.within(scope).filter(pk=batch_id))


def batch_for(actor: Actor, batch_id: int) -> ImportBatch:
    """One batch in the actor's scope or brought by the actor. Raises NotFound."""
    return _found(batch_row(actor, batch_id))


def batch_row(actor: Actor, batch_id: int) -> QuerySet[ImportBatch]:
    """The one batch as a queryset, to be opened by `change()`."""
    return _seen_by(actor).filter(pk=batch_id)


def issues(scope: Scope, batch_id: int, *, level: Literal["", "error", "remark"] = "") -> QuerySet[RowIssue]:
    """What was said about the batch's rows: errors first, then in order of the file."""
    found = RowIssue.objects.within(scope).filter(batch_id=batch_id)
    return _ordered(found, level)


def issues_for(actor: Actor, batch_id: int, *, level: Literal["", "error", "remark"] = "") -> QuerySet[RowIssue]:
    """Like `issues`, for a batch the actor may see. Raises NotFound."""
    seen = batch_for(actor, batch_id)
    return _ordered(RowIssue.objects.unscoped("the batch was found for the actor").filter(batch_id=seen.pk), level)


def failed_rows(actor: Actor, batch_id: int) -> list[tuple[str, int, str]]:
    """(sheet, row, reasons) of every row left out, however many."""
    return unpacked_rows(batch_for(actor, batch_id).failed_rows)


def _seen_by(actor: Actor) -> QuerySet[ImportBatch]:
    own = Q(uploaded_by=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
    rows = ImportBatch.objects.unscoped("in scope or brought by the actor")
    return rows.filter(own | actor.scope.q(ImportBatch.scope_fields))


def _narrowed(rows: QuerySet[ImportBatch], kind: str, states: Sequence[str]) -> QuerySet[ImportBatch]:
    if kind:
        rows = rows.filter(kind=kind)
    if states:
        rows = rows.filter(state__in=states)
    return rows.defer("failed_rows", "undo_data", "inspected").order_by("-id")


def _ordered(rows: QuerySet[RowIssue], level: str) -> QuerySet[RowIssue]:
    if level:
        rows = rows.filter(level=level)
    return rows.order_by("level", "sheet", "row", "id")


def _found(rows: QuerySet[ImportBatch]) -> ImportBatch:
    found = rows.first()
    if found is None:
        raise NotFound("import.missing", "没有找到这批导入，或不在您的数据范围内。")
    return found
