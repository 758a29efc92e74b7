"""Lives: one, many, filtered; and the life that would be inferred where none is kept yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from workrelief.base.access.scope import Scope, inside
from workrelief.kernel import clock
from workrelief.kernel.errors import InvalidInput
from workrelief.work.lifecycle.models import Life, MarkSet, Objection
from workrelief.work.lifecycle.queries.views import LifeView, MarkView
from workrelief.work.lifecycle.states import IMPLEMENTERS, PROJECT_LIFE, Inferred, infer, states_of_stage
from workrelief.work.projects import queries as projects

ORDERS = {
    "due": ("due_on", "id"),
    "recent": ("-updated_at", "-id"),
    "place": ("division_code", "id"),
    "since": ("since", "id"),
}


@dataclass(frozen=True)
class LifeFilter:
    """What lives may be narrowed by; empty means everything.

    `division` is a prefix or 12-digit code; `stages` are ids of the four stages of progress; `marks` are ids of marks, of
    which one must stand; `due_within` counts days from today and takes in what is overdue; `text` is part of the name.
    """

    division: str = ""
    tracks: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    implementers: tuple[str, ...] = ()
    is_overdue: bool = False
    due_within: int | None = None
    year: int | None = None
    text: str = ""
    order: str = "due"


def lives(scope: Scope, wanted: LifeFilter | None = None, *, along_order: bool = False) -> QuerySet[Life]:
    """Lives in scope that fit the filter, with their project; nothing is read until sliced or counted.

    `along_order` as in `projects.projects`: for the first pages of a result known to be large.
    """
    wanted = wanted or LifeFilter()
    on_the_row = along_order or projects.is_narrow(wanted.division)
    register = _on_the_row(wanted) if on_the_row else _collected(wanted)
    found: QuerySet[Life] = Life.objects.within(scope).filter(_fits(wanted), register)
    if wanted.order not in ORDERS:
        raise InvalidInput("life.order", f"项目进程不能按“{wanted.order}”排序。")
    return found.select_related("project").order_by(*ORDERS[wanted.order])


def _collected(wanted: LifeFilter) -> Q:
    """What only the register knows, as the ids of projects that fit."""
    fits = Q()
    if wanted.text.strip():
        fits &= Q(project_id__in=projects.named_anywhere(wanted.text))
    if wanted.year is not None:
        fits &= Q(project_id__in=projects.listed_anywhere(wanted.year))
    return fits


def _on_the_row(wanted: LifeFilter) -> Q:
    """The same, looked at for each life in turn."""
    fits = Q()
    if wanted.text.strip():
        fits &= projects.fits_text(wanted.text, "project__")
    if wanted.year is not None:
        fits &= Q(Exists(projects.listed_anywhere(wanted.year).filter(project=OuterRef("project_id"))))
    return fits


def _fits(wanted: LifeFilter) -> Q:
    fits = Q()
    if wanted.division:
        fits &= inside("division_code", projects.prefix_of(wanted.division))
    for name, values in (
        ("track", wanted.tracks), ("sector", wanted.sectors), ("state", wanted.states),
        ("implementer_kind", wanted.implementers),
    ):  # fmt: skip
        if values:
            fits &= Q(**{f"{name}__in": values})
    if wanted.stages:
        fits &= Q(state__in=[state for stage in wanted.stages for state in states_of_stage(stage)])
    if wanted.marks:
        any_mark = Q()
        for mark in wanted.marks:
            if mark not in PROJECT_LIFE.marks:
                raise InvalidInput("life.mark", f"没有“{mark}”这一标记。")
            any_mark |= Q(**{mark: True})
        fits &= any_mark
    if wanted.is_overdue:
        fits &= Q(due_on__lt=clock.today())
    if wanted.due_within is not None:
        fits &= Q(due_on__lte=clock.today() + timedelta(days=wanted.due_within))
    return fits


def life_row(scope: Scope, project_id: int) -> QuerySet[Life]:
    """The project's life as a scoped queryset, to be opened by `change()`."""
    found: QuerySet[Life] = Life.objects.within(scope).filter(project_id=project_id)
    return found


def lives_of(scope: Scope, project_ids: Collection[int]) -> dict[int, Life]:
    """Stored lives by project id, for rooms that hold project ids."""
    return {
        life.project_id: life
        for part in projects.in_parts(project_ids)
        for life in Life.objects.within(scope).filter(project_id__in=part)
    }


def states_of(scope: Scope, project_ids: Collection[int]) -> dict[int, str]:
    """State ids by project id, inferred where no life is kept."""
    known = {project_id: life.state for project_id, life in lives_of(scope, project_ids).items()}
    missing = [project_id for project_id in project_ids if project_id not in known]
    return known | {life.project_id: life.state for life, _ in inferred_lives(scope, missing)}


def inferred_lives(scope: Scope, project_ids: Collection[int]) -> list[tuple[Life, Inferred]]:
    """Unsaved lives for projects in scope, in the state that follows from stage, list and money, with the reason."""
    if not project_ids:
        return []
    rows, funds = projects.stored(scope, project_ids), projects.fund_sources(scope, project_ids)
    listed = _listed(scope, rows)
    today = clock.today()
    made = []
    for project_id, row in rows.items():
        because = infer(
            stage=row.stage, track=row.track, is_listed=project_id in listed, has_code=bool(row.code),
            is_issued=any(f.issued_fen for f in funds.get(project_id, ())),
        )  # fmt: skip
        life = Life(
            project=row, division_code=row.division_code, track=row.track, sector=row.sector, state=because.state,
            since=today, is_adopted=True, updated_at=clock.now(),
        )  # fmt: skip
        made.append((life, because))
    return made


def _listed(scope: Scope, rows: Mapping[int, Any]) -> set[int]:
    found: set[int] = set()
    for part in projects.in_parts(rows.keys()):
        standing = (
            projects.projects(scope).order_by().filter(pk__in=part, years__isnull=False, years__taken_off_on=None)
        )
        found.update(standing.values_list("pk", flat=True))
    return found


def life_or_inferred(scope: Scope, project_id: int) -> tuple[Life, Inferred | None]:
    """The project's life, or the unsaved one that would be inferred. Raises NotFound, also outside the scope."""
    stored = life_row(scope, project_id).select_related("project").first()
    if stored is not None:
        return stored, None
    projects.project_row(scope, project_id)
    return inferred_lives(scope, [project_id])[0]


def life(scope: Scope, project_id: int) -> LifeView:
    """Where the project stands, with its marks. Raises NotFound, also outside the scope."""
    return view_of(scope, *life_or_inferred(scope, project_id))


def view_of(scope: Scope, row: Life, because: Inferred | None, open_objections: int | None = None) -> LifeView:
    """The same for a life (with its project) that was read already, and the objections where they were counted."""
    if open_objections is None:
        open_objections = Objection.objects.within(scope).filter(project_id=row.project_id, settled_on=None).count()
    marks = [_mark(m) for m in MarkSet.objects.filter(life_id=row.pk).order_by("id")] if row.pk else []
    is_stored = row.pk is not None
    return LifeView(
        project_id=row.project_id, name=row.project.name, code=row.project.code, division_code=row.division_code,
        track=row.track, sector=row.sector, state=PROJECT_LIFE.state(row.state),
        implementer_kind=row.implementer_kind, implementer_label=IMPLEMENTERS[row.implementer_kind],
        since=row.since if is_stored else None, due_on=row.due_on, days_left=_days_left(row.due_on),
        marks=tuple(m for m in marks if m.cleared_on is None),
        past_marks=tuple(m for m in marks if m.cleared_on is not None),
        promised_pay_fen=row.promised_pay_fen, promised_share_bp=row.promised_share_bp, site=row.site,
        lon_e6=row.lon_e6, lat_e6=row.lat_e6, is_stored=is_stored, is_adopted=row.is_adopted,
        inferred_because=because.reason if because else "", version=row.version if is_stored else 0,
        open_objections=open_objections,
    )  # fmt: skip


def _mark(row: MarkSet) -> MarkView:
    kind = PROJECT_LIFE.marks[row.mark]
    return MarkView(
        row.mark, kind.label, kind.tone, row.set_on, row.set_by, row.reason, row.reference, row.cleared_on, row.cleared_by,
        row.outcome,
    )  # fmt: skip


def _days_left(due_on: date | None) -> int | None:
    return None if due_on is None else (due_on - clock.today()).days


def counts_by_state(scope: Scope, wanted: LifeFilter | None = None) -> dict[str, int]:
    """How many lives stand in each state, for filters and chips."""
    rows = lives(scope, wanted).order_by().values("state").annotate(number=Count("*"))
    return {row["state"]: row["number"] for row in rows}
