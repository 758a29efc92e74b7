"""Change orders with their before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.kernel.errors import NotFound
from workrelief.kernel.statemachine import State
from workrelief.work.funds.models import ChangeItem, ChangeOrder, PlanLine
from workrelief.work.funds.rules.targets import TARGET_BY_ID
from workrelief.work.funds.states import CHANGE_ORDER
from workrelief.work.projects import queries as projects


@dataclass(frozen=True)
class ChangeItemView:
    """One line of a change order; `is_derived` for the lines above, which follow. Amounts in fen, texts otherwise."""

    line_id: int
    document_no: str
    label: str
    project_id: int | None
    field: str
    field_label: str
    before: str
    after: str
    delta_fen: int
    is_derived: bool


@dataclass(frozen=True)
class ChangeView:
    """A change order as its page shows it."""

    id: int
    kind: str
    kind_label: str
    state: State
    batch_id: int
    batch_title: str
    division_code: str
    division_name: str
    decided_by_division: str
    decided_by_office: str
    reason: str
    document_no: str
    decided_on: date | None
    decision: str
    made_by_name: str
    made_at: datetime
    decided_by_name: str
    items: tuple[ChangeItemView, ...]


def changes(
    scope: Scope, *, state: str = "", batch_id: int | None = None, project_id: int | None = None
) -> QuerySet[ChangeOrder]:
    """Orders asked inside the scope, or that touch a line in it; newest first; those of one project when asked."""
    touched = ChangeItem.objects.filter(order=OuterRef("pk"), line__in=PlanLine.objects.within(scope).values("pk"))
    rows: QuerySet[ChangeOrder] = ChangeOrder.objects.unscoped("scope follows in the condition, by asker or by line")
    rows = rows.filter(scope.q(ChangeOrder.scope_fields) | Exists(touched)) if not scope.is_empty else rows.none()
    rows = rows.select_related("batch")
    if state:
        rows = rows.filter(state=state)
    if batch_id:
        rows = rows.filter(batch=batch_id)
    if project_id:
        rows = rows.filter(items__line__project=project_id).distinct()
    return rows.order_by("-id")


def change_views(scope: Scope, rows: QuerySet[ChangeOrder] | Sequence[ChangeOrder]) -> list[ChangeView]:
    """A page of change orders with their items; three statements for any number."""
    found = list(rows)
    items: dict[int, list[ChangeItem]] = {}
    for item in (
        ChangeItem.objects.filter(order__in=[row.pk for row in found])
        .select_related("line__document")
        .order_by("order", "is_derived", "line__number", "pk")
    ):
        items.setdefault(item.order_id, []).append(item)
    ids = {i.line.project_id for group in items.values() for i in group if i.line.project_id}
    refs = projects.refs(scope, ids)
    return [_view(row, items.get(row.pk, []), refs) for row in found]


def change_order(scope: Scope, order_id: int) -> ChangeView:
    """One change order. Raises NotFound."""
    found = change_views(scope, changes(scope).filter(pk=order_id))
    if not found:
        raise NotFound("plan.change", "没有这份变更审批单，或不在您的数据范围内。")
    return found[0]


def _view(row: ChangeOrder, items: Sequence[ChangeItem], refs: dict[int, projects.ProjectRef]) -> ChangeView:
    return ChangeView(
        id=row.pk,
        kind=row.kind,
        kind_label=dict(ChangeOrder.KINDS)[row.kind],
        state=CHANGE_ORDER.state(row.state),
        batch_id=row.batch_id,
        batch_title=row.batch.title,
        division_code=row.division_code,
        division_name=divisions.path_name(row.division_code),
        decided_by_division=row.decided_by_division,
        decided_by_office=divisions.name(row.decided_by_division),
        reason=row.reason,
        document_no=row.document_no,
        decided_on=row.decided_on,
        decision=row.decision,
        made_by_name=row.made_by_name,
        made_at=row.made_at,
        decided_by_name=row.decided_by_name,
        items=tuple(_item(item, refs) for item in items),
    )


def _item(item: ChangeItem, refs: dict[int, projects.ProjectRef]) -> ChangeItemView:
    line = item.line
    known = refs.get(line.project_id) if line.project_id else None
    target = TARGET_BY_ID.get(item.field)
    labels = {"amount_fen": "计划金额", "content": "建设内容"}
    return ChangeItemView(
        line_id=line.pk,
        document_no=line.document.document_no,
        label=known.name if known else divisions.name(line.division_code),
        project_id=line.project_id,
        field=item.field,
        field_label=target.label if target else labels.get(item.field, item.field),
        before=item.before,
        after=item.after,
        delta_fen=item.delta_fen,
        is_derived=item.is_derived,
    )
