"""Reading persons and rosters; scope first, numbers masked.

A person is visible where they live and where they work: through their own division or through a roster entry of a
project in scope.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from workrelief.base.access.scope import Scope, ScopeFields
from workrelief.base.intake.bulk import fetch_by
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import NotFound
from workrelief.kernel.kinds import WorkerGroup
from workrelief.work.workers import rules
from workrelief.work.workers.crypto import blind
from workrelief.work.workers.models import Engagement, Worker


@dataclass(frozen=True)
class WorkerFilter:
    """`division` is a prefix or code of the home; `text` a part of the name, or a whole identity number."""

    division: str = ""
    groups: tuple[str, ...] = ()
    project: int | None = None
    text: str = ""


def everyone(reason: str) -> QuerySet[Worker]:
    """All persons, for finding one and the same person across divisions while importing. Never shown."""
    return Worker.objects.unscoped(reason)


def _visible(scope: Scope) -> QuerySet[Worker]:
    """Persons of the scope. In a whole province nearly every person passes, so that each is asked as it comes; below, the
    few there are come from the two indexes on places."""
    if scope.is_empty:
        return Worker.objects.within(scope)
    roster = Engagement.objects.within(scope)
    rows = Worker.objects.unscoped("narrowed to home or roster in scope below")
    if scope.projects is not None or scope.sectors is not None:
        return rows.filter(pk__in=roster.values("worker_id"))
    if codes.level_of(scope.home) <= Level.PROVINCE:
        return rows.filter(scope.q(ScopeFields()) | Exists(roster.filter(worker_id=OuterRef("pk"))))
    homes = Worker.objects.unscoped("narrowed to home below").filter(scope.q(ScopeFields()))
    return rows.filter(pk__in=homes.values("pk").union(roster.values("worker_id")))


def workers(scope: Scope, wanted: WorkerFilter | None = None) -> QuerySet[Worker]:
    """Persons in scope that fit the filter, newest first; nothing is read until sliced or counted."""
    wanted = wanted or WorkerFilter()
    found = _visible(scope)
    if wanted.division:
        prefix = codes.prefix_of(codes.normalise(wanted.division))
        found = found.filter(division_code__range=codes.code_range(prefix))
    if wanted.groups:
        found = found.filter(group__in=wanted.groups)
    if wanted.project is not None:
        found = found.filter(engagements__project_id=wanted.project)
    text = wanted.text.strip()
    if text:
        identity, _ = rules.read_identity(rules.normal_identity(text))
        if identity:
            found = found.filter(identity_index=blind("idcard", identity.number))
        else:
            found = found.filter(Q(name__startswith=text) | Q(name=text))
    return found.order_by("-id")


def worker_row(scope: Scope, worker_id: int) -> QuerySet[Worker]:
    """The one person as a scoped queryset, to be opened by `change()`."""
    return _visible(scope).filter(pk=worker_id)


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """A person's place on one project's roster."""

    id: int
    project_id: int
    group: str
    is_local: bool
    trade: str
    rate_fen: int
    pay_unit: str
    agreement_no: str
    entered_on: date | None
    left_on: date | None
    is_from_history: bool


@dataclass(frozen=True, slots=True)
class WorkerDetail:
    """A person as shown: numbers masked. `roster` holds only entries in the reader's scope."""

    id: int
    name: str
    identity_masked: str
    sex: str
    born_on: date
    ethnicity: str
    division_code: str
    village: str
    group: str
    is_cadre_or_kin: bool
    skill_level: str
    has_phone: bool
    accounts: tuple[tuple[str, str], ...]
    roster: tuple[RosterEntry, ...]

    @property
    def group_label(self) -> str:
        return WorkerGroup.of_id(self.group).label


def worker(scope: Scope, worker_id: int) -> WorkerDetail:
    """One person. Raises NotFound, also outside the scope."""
    row = worker_row(scope, worker_id).first()
    if row is None:
        raise NotFound("worker.missing", "没有找到这名务工人员，或不在您的数据范围内。")
    entries = Engagement.objects.within(scope).filter(worker_id=row.pk).order_by("-id")
    return WorkerDetail(
        id=row.pk,
        name=row.name,
        identity_masked=row.identity_masked,
        sex=row.sex,
        born_on=row.born_on,
        ethnicity=row.ethnicity,
        division_code=row.division_code,
        village=row.village,
        group=row.group,
        is_cadre_or_kin=row.is_cadre_or_kin,
        skill_level=row.skill_level,
        has_phone=row.phone_cipher is not None,
        accounts=tuple((a.bank, a.account_masked) for a in row.accounts.order_by("id")),
        roster=tuple(
            RosterEntry(
                e.pk, e.project_id, e.group, e.is_local, e.trade, e.rate_fen, e.pay_unit, e.agreement_no, e.entered_on,
                e.left_on, e.is_from_history,
            )
            for e in entries
        ),
    )  # fmt: skip


def roster(scope: Scope, project_id: int) -> QuerySet[Engagement]:
    """The roster of one project with its persons, in order of entry."""
    return Engagement.objects.within(scope).filter(project_id=project_id).select_related("worker").order_by("id")


def roster_summary(scope: Scope, project_id: int) -> tuple[int, date | None]:
    """(persons on the roster, first day of entry) of one project."""
    found = roster(scope, project_id).order_by().aggregate(number=Count("pk"), first=Min("entered_on"))
    return found["number"], found["first"]


def search(scope: Scope, text: str, *, limit: int = 20) -> list[tuple[int, str, str, str]]:
    """(id, name, masked identity, home) of the first persons whose name begins with `text`, or with that number."""
    if not text.strip():
        return []
    found = workers(scope, WorkerFilter(text=text)).order_by("name", "id")
    return list(found.values_list("id", "name", "identity_masked", "division_code")[:limit])


# --- for imports and postings of rooms above ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What an import needs of a person already registered."""

    id: int
    name: str
    division_code: str
    group: str


def known_people(scope: Scope | None, identities: Sequence[str]) -> dict[str, KnownPerson]:
    """Registered persons by identity number, in the whole province: one person is one person everywhere.

    `scope` is not applied (None says so); the answer is used to avoid doubles, never shown.
    """
    by_index = {blind("idcard", number): number for number in dict.fromkeys(identities)}
    columns = ("identity_index", "id", "name", "division_code", "group")
    found = fetch_by(everyone("find doubles across the province"), "identity_index", list(by_index), columns)
    return {by_index[bytes(index)]: KnownPerson(key, name, home, group) for index, key, name, home, group in found}


def engagement_ids(scope: Collection[int]) -> dict[tuple[int, int], int]:
    """Roster numbers by (worker, project) for the projects in `scope` (ids the caller has already checked)."""
    rows = Engagement.objects.unscoped("rosters of projects the caller holds")
    found = fetch_by(rows, "project_id", sorted(scope), ("worker_id", "project_id", "id"))
    return {(worker_id, project_id): key for worker_id, project_id, key in found}


@dataclass(frozen=True, slots=True)
class RosterFacts:
    """What the ledger needs of a roster entry."""

    id: int
    group: str
    is_local: bool
    entered_on: date | None


def roster_facts(scope: Collection[int]) -> dict[tuple[int, int], RosterFacts]:
    """Roster facts by (worker, project) for the projects in `scope` (ids the caller has already checked)."""
    rows = Engagement.objects.unscoped("rosters of projects the caller holds")
    columns = ("worker_id", "project_id", "id", "group", "is_local", "entered_on")
    found: Any = fetch_by(rows, "project_id", sorted(scope), columns)
    return {(w, p): RosterFacts(key, group, local, entered) for w, p, key, group, local, entered in found}
