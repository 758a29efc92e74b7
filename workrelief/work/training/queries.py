"""Reading training: scope first; persons and person-times are never mixed (G03)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from workrelief.base.access.scope import Scope
from workrelief.figures.indicators.read import read
from workrelief.kernel import codes
from workrelief.kernel.errors import NotFound
from workrelief.kernel.figure import FigureTable
from workrelief.kernel.period import Period
from workrelief.work.projects.queries import in_parts
from workrelief.work.training.models import TrainingAttendee, TrainingAudience, TrainingSession

TRAINING_FIGURES = ("training_sessions", "training_person_times", "training_persons")


@dataclass(frozen=True)
class SessionFilter:
    """What the register may be narrowed by; empty means everything.

    `division` is a prefix or a 12-digit code; `types` and `audiences` are ids; `text` is a part of topic or number.
    """

    division: str = ""
    types: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    year: int | None = None
    project: int | None = None
    text: str = ""


def sessions(scope: Scope, wanted: SessionFilter | None = None) -> QuerySet[TrainingSession]:
    """Sessions in scope that fit the filter, newest first, each with `attended` (person-times of all its audiences)."""
    attended = (
        TrainingAudience.objects.filter(session=OuterRef("pk")).order_by().values("session").annotate(n=Sum("attended"))
    )
    found = _narrowed(scope, wanted or SessionFilter())
    return found.annotate(attended=Subquery(attended.values("n"))).order_by("-held_on", "-id")


def _narrowed(scope: Scope, wanted: SessionFilter) -> QuerySet[TrainingSession]:
    found: QuerySet[TrainingSession] = TrainingSession.objects.within(scope)
    if wanted.division:
        is_code = len(wanted.division) == codes.CODE_LENGTH
        prefix = codes.prefix_of(wanted.division) if is_code else wanted.division
        found = found.filter(division_code__range=codes.code_range(prefix))
    if wanted.types:
        found = found.filter(training_type__in=wanted.types)
    if wanted.year is not None:
        found = found.filter(held_on__range=(date(wanted.year, 1, 1), date(wanted.year, 12, 31)))
    if wanted.project is not None:
        found = found.filter(project_id=wanted.project)
    if wanted.audiences:
        there = TrainingAudience.objects.filter(session=OuterRef("pk"), audience__in=wanted.audiences)
        found = found.filter(Exists(there))
    if text := wanted.text.strip():
        found = found.filter(Q(topic__contains=text) | Q(number__startswith=text))
    return found


@dataclass(frozen=True)
class SessionTotals:
    """What stands under the register: sessions, and the person-times of the audiences asked for."""

    sessions: int
    person_times: int


def totals(scope: Scope, wanted: SessionFilter | None = None) -> SessionTotals:
    """Totals of a whole result of `sessions()`, not of the page shown."""
    wanted = wanted or SessionFilter()
    found = _narrowed(scope, wanted)
    of_them = TrainingAudience.objects.filter(session__in=found.values("pk"))
    if wanted.audiences:
        of_them = of_them.filter(audience__in=wanted.audiences)
    sums = of_them.aggregate(person_times=Sum("attended"))
    return SessionTotals(found.aggregate(n=Count("pk"))["n"], sums["person_times"] or 0)


@dataclass(frozen=True)
class SessionDetail:
    """One session with its audiences in official order; `known_workers` are persons, `person_times` attendances."""

    row: TrainingSession
    audiences: tuple[TrainingAudience, ...]
    known_workers: int

    @property
    def id(self) -> int:
        return int(self.row.pk)

    @property
    def person_times(self) -> int:
        return sum(a.attended for a in self.audiences)


def session_row(scope: Scope, session_id: int) -> TrainingSession:
    """The stored row. Raises NotFound when it does not exist or lies outside the scope."""
    found: TrainingSession | None = TrainingSession.objects.within(scope).filter(pk=session_id).first()
    if found is None:
        raise NotFound("training.missing", "没有找到这场培训，或不在您的数据范围内。")
    return found


def session(scope: Scope, session_id: int) -> SessionDetail:
    """One session with its audiences. Raises NotFound."""
    row = session_row(scope, session_id)
    return SessionDetail(row, tuple(row.audiences.order_by("id")), row.attendees.count())


def attendees(scope: Scope, session_id: int) -> QuerySet[TrainingAttendee]:
    """Workers known to have attended, with their person; by name. Raises NotFound when the session is out of scope."""
    row = session_row(scope, session_id)
    return TrainingAttendee.objects.filter(session=row).select_related("worker").order_by("worker__name", "id")


def trainings_of(scope: Scope, worker_id: int) -> list[TrainingSession]:
    """Sessions in scope a person attended by name, newest first."""
    found = TrainingSession.objects.within(scope).filter(attendees__worker_id=worker_id)
    return list(found.order_by("-held_on", "-id"))


def figures(scope: Scope, period: Period, *, by: Sequence[str] = (), division: str | None = None) -> FigureTable:
    """Sessions, person-times and trained persons (I10) from the ledger; `by` for example training_type or audience."""
    return read(TRAINING_FIGURES, scope=scope, period=period, by=by, division=division)


@dataclass(frozen=True)
class Coverage:
    """Skill training against employment (reading 11): persons trained by name, and persons employed, both deduplicated."""

    trained: FigureTable
    employed: FigureTable


def coverage(scope: Scope, period: Period, *, by: Sequence[str] = (), division: str | None = None) -> Coverage:
    """Trained persons (skill training) and employed persons (I04) of the same places and period."""
    trained = read(
        ("training_persons",), scope=scope, period=period, by=by, division=division, where={"training_type": ("skill",)}
    )
    return Coverage(trained, read(("headcount_unique",), scope=scope, period=period, by=by, division=division))


def registered_numbers(pairs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of (division code, training number) that are registered; without scope, a double is a double."""
    wanted = set(pairs)
    found: set[tuple[str, str]] = set()
    for part in in_parts({number for _, number in wanted}):
        rows = TrainingSession.objects.unscoped("numbers are unique whoever sees them").filter(number__in=part)
        found |= wanted & set(rows.values_list("division_code", "number"))
    return found
