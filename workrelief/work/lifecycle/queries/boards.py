"""The board by step, the map, and what waits for an acting person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.base.divisions.queries import Tally
from workrelief.kernel import clock
from workrelief.kernel.codes import Level
from workrelief.work.lifecycle.models import Life, Objection
from workrelief.work.lifecycle.queries.lives import LifeFilter, _days_left, lives
from workrelief.work.lifecycle.queries.views import Board, Card, Column, MapPoint, Waiting, WaitingStep
from workrelief.work.lifecycle.states import PROJECT_LIFE, states_of_stage, traits_of
from workrelief.work.projects import queries as projects

CARDS = 20
MANY = 1_000
"""A state in which so many fit is read along its order; the others are collected and sorted in one statement."""
MOST_POINTS = 5_000


def board(scope: Scope, wanted: LifeFilter | None = None, *, cards: int = CARDS) -> Board:
    """A column for every state somebody stands in, with counts and the `cards` most urgent projects."""
    wanted = wanted or LifeFilter()
    is_searched = bool(wanted.text.strip() or wanted.year)
    if is_searched and projects.is_narrow(wanted.division):
        counts, urgent = _at_once(lives(scope, wanted), cards)
    else:
        counts = _counts(lives(scope, wanted))
        few = [state for state, (number, *_) in counts.items() if number < MANY] if is_searched else []
        urgent = _read(lives(scope, wanted, along_order=True), counts.keys() - set(few), cards)
        if few:
            urgent |= _at_once(lives(scope, wanted).filter(state__in=few), cards)[1]
    columns = tuple(
        Column(state, *counts[state.id][:2], tuple(urgent[state.id]))
        for state in PROJECT_LIFE.states.values()
        if state.id in counts
    )
    number, late, marked = (sum(column) for column in zip(*counts.values(), strict=True)) if counts else (0, 0, 0)
    return Board(columns, number, late, marked)


Counts = dict[str, tuple[int, int, int]]
"""By state: lives, overdue, marked."""
_CARD = (
    "project_id", "project__name", "division_code", "track", "state", "since", "due_on", *PROJECT_LIFE.marks,
)  # fmt: skip


def _numbers() -> tuple[Count, Count, Count]:
    """Aggregates: lives, those past their limit, those with a mark."""
    marked = Q()
    for mark in PROJECT_LIFE.marks:
        marked |= Q(**{mark: True})
    return Count("*"), Count("pk", filter=Q(due_on__lt=clock.today())), Count("pk", filter=marked)


def _counts(found: QuerySet[Life]) -> Counts:
    named = dict(zip(("number", "late", "marked"), _numbers(), strict=True))
    rows = found.order_by().values("state").annotate(**named).values_list("state", *named)
    return {state: (number, late, marked) for state, number, late, marked in rows}


def _read(found: QuerySet[Life], states: Iterable[str], cards: int) -> dict[str, list[Card]]:
    """By state, those with a limit first, the nearest before; then the others. Short reads along the index of the board."""
    urgent: dict[str, list[Card]] = {}
    for state in states:
        in_state = found.filter(state=state).values_list(*_CARD)
        rows = list(in_state.filter(due_on__isnull=False).order_by("due_on", "id")[:cards])
        if len(rows) < cards:
            rows += in_state.filter(due_on=None).order_by("id")[: cards - len(rows)]
        urgent[state] = [_card(row) for row in rows]
    return urgent


def _at_once(found: QuerySet[Life], cards: int) -> tuple[Counts, dict[str, list[Card]]]:
    """Counts and most urgent ones in one statement, so that texts and lists are looked through once."""
    number, late, marked = (Window(one, partition_by="state") for one in _numbers())
    nearest = F("due_on").asc(nulls_last=True)
    turn = Window(RowNumber(), partition_by="state", order_by=[nearest, "id"])
    rows = found.annotate(turn=turn, number=number, late=late, marked=marked).filter(turn__lte=cards).order_by("turn")
    counts: Counts = {}
    urgent: dict[str, list[Card]] = {}
    for of_state, late_of_state, marked_of_state, *row in rows.values_list("number", "late", "marked", *_CARD):
        card = _card(row)
        counts[card.state] = (of_state, late_of_state, marked_of_state)
        urgent.setdefault(card.state, []).append(card)
    return counts, urgent


def _card(row: Sequence[Any]) -> Card:
    project_id, name, division, track, state, since, due_on, *marks = row
    standing = tuple(mark for mark, stands in zip(PROJECT_LIFE.marks, marks, strict=True) if stands)
    return Card(project_id, name, division, track, state, since, due_on, _days_left(due_on), standing)


def map_points(scope: Scope, wanted: LifeFilter | None = None, *, limit: int = MOST_POINTS) -> list[MapPoint]:
    """Projects on the map, at most `limit`; those without a located site have no coordinates."""
    today = clock.today()
    columns = ("project_id", "project__name", "division_code", "track", "state", "lon_e6", "lat_e6", "due_on")
    return [
        MapPoint(
            project_id, name, division, track, state, PROJECT_LIFE.state(state).tone, lon, lat,
            due_on is not None and due_on < today,
        )
        for project_id, name, division, track, state, lon, lat, due_on in lives(scope, wanted).values_list(*columns)[
            :limit
        ]
    ]  # fmt: skip


def map_tally(scope: Scope, wanted: LifeFilter, stages: Sequence[str]) -> Tally:
    """Lives under each division down to the county; as sums (overdue ones, then those at each of `stages`)."""
    late = Count("pk", filter=Q(due_on__lt=clock.today()))
    at = [Count("pk", filter=Q(state__in=states_of_stage(stage))) for stage in stages]
    return divisions.tally(lives(scope, wanted), Level.COUNTY, late, *at)


def waiting(actor: Actor) -> Waiting:
    """Steps that wait for the actor, by state: the way on, taken on the life itself, which the actor's duties carry.

    The way on is a main step; where none leads out (整改后复验 after a failed acceptance) it is the detour.
    """
    if not allowed(actor, "lifecycle.view"):
        return Waiting((), 0, 0)
    mine = {t.name for t in PROJECT_LIFE.transitions if t.kind != "end" and not t.room and allowed(actor, t.permission)}
    return Waiting(tuple(_waiting_steps(actor, mine)), *_waiting_objections(actor))


def _waiting_steps(actor: Actor, mine: set[str]) -> Iterator[WaitingStep]:
    if not mine:
        return
    sources = {s for t in PROJECT_LIFE.transitions if t.name in mine for s in t.sources}
    late = Count("pk", filter=Q(due_on__lt=clock.today()))
    rows = (
        Life.objects.within(actor.scope)
        .filter(state__in=sources, suspended=False)
        .order_by()
        .values("state", "track", "implementer_kind")
        .annotate(number=Count("pk"), late=late)
    )
    sums: dict[tuple[str, str, str], list[int]] = {}
    for row in rows:
        steps = PROJECT_LIFE.available(row["state"], traits_of(row["track"], row["implementer_kind"]))
        onward = [t for t in steps if t.kind == "main"] or [t for t in steps if t.kind == "detour"]
        step = next((t for t in onward if t.name in mine), None)
        if step is not None:
            both = sums.setdefault((row["state"], step.name, step.label), [0, 0])
            both[0] += row["number"]
            both[1] += row["late"]
    order = list(PROJECT_LIFE.states)
    for (state, name, label), (number, overdue) in sorted(sums.items(), key=lambda pair: order.index(pair[0][0])):
        yield WaitingStep(state, name, label, number, overdue)


def _waiting_objections(actor: Actor) -> tuple[int, int]:
    if not allowed(actor, "lifecycle.settle_objection"):
        return 0, 0
    sums = (
        Objection.objects.within(actor.scope)
        .filter(settled_on=None)
        .aggregate(number=Count("pk"), late=Count("pk", filter=Q(due_on__lt=clock.today())))
    )
    return sums["number"], sums["late"]
