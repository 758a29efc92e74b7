"""Papers, objections and the steps that were taken."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from workrelief.base.access.scope import Scope
from workrelief.kernel.errors import NotFound
from workrelief.work.lifecycle.models import Life, Objection, Paper, StepTaken
from workrelief.work.lifecycle.queries.lives import _days_left
from workrelief.work.lifecycle.queries.views import ObjectionView, PaperView, Withdrawn
from workrelief.work.lifecycle.states import OBJECTION_SUBJECTS, PAPERS

SUBJECTS: tuple[tuple[str, str], ...] = tuple(OBJECTION_SUBJECTS.items())
"""What objections are about: ids and words."""


def papers(scope: Scope, project_id: int, *, kinds: Collection[str] = ()) -> list[PaperView]:
    """Papers of the project that stand, oldest first; only `kinds` when given."""
    rows = Paper.objects.within(scope).filter(project_id=project_id, is_withdrawn=False).order_by("id")
    return [_paper(row) for row in (rows.filter(kind__in=kinds) if kinds else rows)]


def withdrawn_papers(scope: Scope, project_id: int) -> list[PaperView]:
    """Papers that were taken out, newest first: they count for nothing and stay to be read."""
    rows = Paper.objects.within(scope).filter(project_id=project_id, is_withdrawn=True)
    return [_paper(row) for row in rows.order_by("-withdrawn_at", "-id")]


def paper(scope: Scope, paper_id: int) -> PaperView:
    """One paper, withdrawn ones too. Raises NotFound, also outside the scope."""
    row = paper_row(scope, paper_id).first()
    if row is None:
        raise NotFound("paper.missing", "没有找到这份材料，或不在您的数据范围内。")
    return _paper(row)


def paper_row(scope: Scope, paper_id: int) -> QuerySet[Paper]:
    """The one paper as a scoped queryset, to be opened by `change()`."""
    found: QuerySet[Paper] = Paper.objects.within(scope).filter(pk=paper_id)
    return found


def _paper(row: Paper) -> PaperView:
    gone = Withdrawn(row.withdrawn_reason, row.withdrawn_by, row.withdrawn_at or row.at) if row.is_withdrawn else None
    return PaperView(
        row.pk, row.project_id, PAPERS[row.kind], row.archive_class, row.title, row.number, row.dated_on, row.file_id, dict(row.fields),
        row.by_name, row.at, gone,
    )  # fmt: skip


def objections(
    scope: Scope, *, project_id: int | None = None, only_open: bool = False, limit: int = 200
) -> list[ObjectionView]:
    """Objections in scope, open and most urgent first."""
    rows = Objection.objects.within(scope)
    if project_id is not None:
        rows = rows.filter(project_id=project_id)
    if only_open:
        rows = rows.filter(settled_on=None)
    found = [_objection(row) for row in rows.order_by("due_on", "id")[:limit]]
    return sorted(found, key=lambda o: (o.settled_on is not None, o.due_on))


def objection_row(scope: Scope, objection_id: int) -> QuerySet[Objection]:
    """The one objection as a scoped queryset, to be opened by `change()`."""
    found: QuerySet[Objection] = Objection.objects.within(scope).filter(pk=objection_id)
    return found


def _objection(row: Objection) -> ObjectionView:
    return ObjectionView(
        row.pk, row.project_id, row.subject, OBJECTION_SUBJECTS[row.subject], row.raised_by, row.raised_on, row.content, row.due_on,
        _days_left(row.due_on) if row.settled_on is None else None, row.settled_on, row.settled_by, row.is_upheld,
        row.outcome,
    )  # fmt: skip


def steps_taken(scope: Scope, project_id: int) -> list[StepTaken]:
    """The steps of the project's life in order of time."""
    visible = Life.objects.within(scope).filter(project_id=project_id)
    return list(StepTaken.objects.filter(life__in=visible.values("pk")).order_by("id"))
