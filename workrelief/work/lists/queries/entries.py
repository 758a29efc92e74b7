"""Entries: the list page with its filters and totals, one entry with its steps, and what may be done with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.access.scope import Scope, inside
from workrelief.base.law.parameters import parameters
from workrelief.kernel import clock
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.kernel.findings import Finding
from workrelief.work.lists.models import DuplicatePair, EntryStep, ListEntry
from workrelief.work.lists.rules import gates
from workrelief.work.lists.rules.turns import office_of, turn_refusal
from workrelief.work.lists.states import CONFIRM_STEPS, LEVELS, LIST_ENTRY, LISTED, next_step
from workrelief.work.projects import queries as projects
from workrelief.work.projects.naming import name_key, plain_code

ORDERS = {
    "place": ("division_code", "id"),
    "recent": ("-updated_at", "-id"),
    "investment": ("-investment_fen", "-id"),
}


@dataclass(frozen=True)
class EntryFilter:
    """What the lists may be narrowed by; empty means everything.

    `division` is a prefix or 12-digit code; `states`, `tracks`, `sectors` are ids; `waits_for` is a level ("city": waiting
    for city offices); `is_standing` False shows only former entries (promoted, taken out), None both; `text` is a part of
    the project's name or the beginning of its code; `order` a key of ORDERS.
    """

    year: int | None = None
    level: str = ""
    division: str = ""
    tracks: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    waits_for: str = ""
    is_standing: bool | None = None
    text: str = ""
    order: str = "place"


def entries(scope: Scope, wanted: EntryFilter | None = None, *, along_order: bool = False) -> QuerySet[ListEntry]:
    """Entries in scope that fit the filter, in order, with their project; nothing is read until sliced or counted.

    `along_order` as in `projects.projects`: for the first pages of a result known to be large.
    """
    wanted = wanted or EntryFilter()
    found = ListEntry.objects.within(scope)
    if wanted.year is not None:
        found = found.filter(year=wanted.year)
    if wanted.level:
        found = found.filter(level=wanted.level)
    if wanted.division:
        found = found.filter(inside("division_code", projects.prefix_of(wanted.division)))
    for name, values in (("track", wanted.tracks), ("sector", wanted.sectors), ("state", wanted.states)):
        if values:
            found = found.filter(**{f"{name}__in": values})
    if wanted.waits_for:
        found = found.filter(waits_for=wanted.waits_for)
    if wanted.is_standing is not None:
        found = found.filter(is_standing=wanted.is_standing)
    if wanted.text.strip():
        named = Q(project__in=projects.named_anywhere(wanted.text))
        on_the_row = along_order or projects.is_narrow(wanted.division)
        found = found.filter(projects.fits_text(wanted.text, "project__") if on_the_row else named)
    if wanted.order not in ORDERS:
        raise InvalidInput("list.order", f"清单不能按“{wanted.order}”排序。")
    return found.select_related("project").order_by(*ORDERS[wanted.order])


def entry_rows(scope: Scope, ids: Collection[int]) -> QuerySet[ListEntry]:
    """Entries by id as a scoped queryset, to be opened by `change()`."""
    return ListEntry.objects.within(scope).filter(pk__in=list(ids))


def entry(scope: Scope, entry_id: int) -> ListEntry:
    """One entry with its project, former and following entry. Raises NotFound."""
    found: ListEntry | None = (
        entry_rows(scope, [entry_id]).select_related("project", "promoted_from", "edition").first()
    )
    if found is None:
        raise NotFound("list.entry", "没有找到这条清单记录，或不在您的数据范围内。")
    return found


def of_project(scope: Scope, project_id: int) -> list[ListEntry]:
    """All entries of a project, newest year first, the standing one before former ones."""
    found = ListEntry.objects.within(scope).filter(project=project_id)
    return list(found.select_related("edition").order_by("-year", "-is_standing", "-id"))


def is_on_issued_list(scope: Scope, project_id: int) -> bool:
    """Whether an issued list holds the project now: then changing it is an adjustment of that list (B04)."""
    return ListEntry.objects.within(scope).filter(project=project_id, is_standing=True, state__in=LISTED).exists()


Wanted = tuple[str, str, str, int]
"""Project code, division (12 digits), name and year, as a file gives them."""


def places_taken(scope: Scope, wanted: Collection[Wanted]) -> dict[Wanted, ListEntry]:
    """Standing entries of projects a file names, keyed by what was asked; for importing."""
    known = projects.registered(
        codes=[plain_code(code) for code, *_ in wanted],
        places=[(division, name_key(name)) for _, division, name, _ in wanted],
    )
    found: dict[tuple[int, int], Wanted] = {}
    for one in wanted:
        code, division, name, year = one
        project = known.find(plain_code(code), division, name_key(name))
        if project is not None and project.pk is not None:
            found[project.pk, year] = one
    taken: dict[Wanted, ListEntry] = {}
    for part in projects.in_parts({pk for pk, _ in found}):
        for row in ListEntry.objects.within(scope).filter(project__in=part, is_standing=True):
            if (row.project_id, row.year) in found:
                taken[found[row.project_id, row.year]] = row
    return taken


def steps(scope: Scope, entry_id: int) -> list[EntryStep]:
    """The steps of an entry and of the entries it was promoted from, oldest first. Raises NotFound."""
    ids, one = [], entry(scope, entry_id)
    while one is not None:
        ids.append(one.pk)
        one = one.promoted_from  # type: ignore[assignment] # ends with None
    return list(EntryStep.objects.filter(entry__in=ids).order_by("id"))


def years(scope: Scope) -> list[int]:
    """Years that have entries in scope, newest first."""
    found = ListEntry.objects.within(scope).order_by("-year").values_list("year", flat=True).distinct()
    return list(found)


def awaiting(actor: Actor, year: int | None = None) -> QuerySet[ListEntry]:
    """Entries whose turn it is at the actor's own office to submit, confirm or issue, oldest first (待办)."""
    office = office_of(actor)
    found = ListEntry.objects.within(actor.scope).filter(is_standing=True)
    if not office or not allowed(actor, _OWN_CONFIRM[office]):
        return found.none()
    found = found.filter(waits_for=office) if year is None else found.filter(year=year, waits_for=office)
    return found.exclude(state="draft").select_related("project").order_by("updated_at", "id")


def sent_back(actor: Actor) -> QuerySet[ListEntry]:
    """Entries that an office above sent back to the actor's own to be put right and submitted again (待办)."""
    office = office_of(actor)
    found = ListEntry.objects.within(actor.scope).filter(is_standing=True)
    if not office or not allowed(actor, "list.enter"):
        return found.none()
    back = EntryStep.objects.filter(entry=OuterRef("pk"), step="return")
    return found.filter(Exists(back), state="draft", waits_for=office).select_related("project").order_by("id")


_OWN_CONFIRM = {
    "county": "list.confirm_county",
    "city": "list.confirm_city",
    "province": "list.confirm_province",
}


@dataclass(frozen=True)
class StepOffer:
    """A step an entry may take next. `permitted` is whether this actor may; `findings` what the rules say (with clauses)."""

    step: str
    label: str
    permitted: bool
    refusal: str = ""
    guide: str = ""
    needs_reason: bool = False
    levels: tuple[str, ...] = ()
    """Levels to choose from (promotion only)."""
    findings: tuple[Finding, ...] = field(default=())


def findings(scope: Scope, one: ListEntry) -> list[Finding]:
    """What the rules say about listing this entry: B02, B03 and the other list rules, and pairs suspected double (C10)."""
    facts = projects.listing_facts(scope, {one.project_id: one.year})[one.project_id]
    return gates.entry(facts, parameters(on=clock.today()), doubles_of([one.project_id]).get(one.project_id, ()))


def doubles_of(project_ids: Collection[int]) -> dict[int, list[gates.Double]]:
    """Pairs of these projects that are open or decided the same: read without scope, a double elsewhere is one too."""
    found: dict[int, list[gates.Double]] = {}
    for part in projects.in_parts(project_ids):
        for side, other in (("first", "second"), ("second", "first")):
            rows = (
                DuplicatePair.objects.unscoped("a double elsewhere is a double all the same")
                .filter(**{f"{side}__in": part})
                .exclude(state="different")
                .values_list(f"{side}_id", f"{other}_id", f"{other}__name", "state", "likeness")
            )
            for project, other_id, name, state, likeness in rows:
                found.setdefault(project, []).append(gates.Double(other_id, name, state == "same", likeness))
    if found:
        _note_listed(found)
    return found


def _note_listed(found: dict[int, list[gates.Double]]) -> None:
    """Say on which years the other project of a pair stands."""
    others = {d.project_id for doubles in found.values() for d in doubles}
    listed: dict[int, set[int]] = {}
    for part in projects.in_parts(others):
        rows = ListEntry.objects.unscoped("a double elsewhere is a double all the same")
        for project, year in rows.filter(project__in=part, is_standing=True).values_list("project_id", "year"):
            listed.setdefault(project, set()).add(year)
    for doubles in found.values():
        doubles[:] = [d.on_lists(frozenset(listed.get(d.project_id, ()))) for d in doubles]


def offers(actor: Actor, one: ListEntry) -> list[StepOffer]:
    """What may be done with the entry: the next step first, then return, adjust, promote, take out."""
    said = tuple(findings(actor.scope, one))
    forward = next_step(one.division_code, one.level, one.state)
    found = []
    for step in LIST_ENTRY.available(one.state):
        if step.name in (*CONFIRM_STEPS.values(), "submit", "publish") and step.name != forward:
            continue
        refusal = turn_refusal(actor, step.name, level=one.level, state=one.state, waits_for=one.waits_for)
        levels: tuple[str, ...] = ()
        if step.name == "promote":
            levels = (
                LEVELS[LEVELS.index(one.level) + 1 : LEVELS.index(office_of(actor)) + 1] if office_of(actor) else ()
            )
            if not levels:
                continue
        found.append(
            StepOffer(
                step.name, step.label, not refusal, refusal, step.guide or "",
                "reason" in step.checks or step.name == "return", levels, said if "labour" in step.checks else (),
            )
        )  # fmt: skip
    return sorted(found, key=lambda o: (o.step != forward, o.step))
