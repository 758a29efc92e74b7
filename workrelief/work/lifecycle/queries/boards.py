"""The board by step, the map, and what waits for an acting person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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

CARDS = 20
MANY = 1_000
"""A state in which so many fit is read along its order; the others are collected and sorted in one statement."""
MOST_POINTS = 5_000


def board(scope: Scope, wanted: LifeFilter | None = None, *, cards: int = CARDS) -> Board:
    """A column for every state somebody stands in, with counts and the `cards` most urgent projects."""
    found = lives(scope, wanted)
    late, marked = Count("pk", filter=Q(due_on__lt=clock.today())), Q()
    for mark in PROJECT_LIFE.marks:
        marked |= Q(**{mark: True})
    rows = found.order_by().values("state").annotate(number=Count("*"), late=late, marked=Count("pk", filter=marked))
    counts = {row["state"]: row for row in rows}
    urgent = _urgent(scope, wanted or LifeFilter(), {state: row["number"] for state, row in counts.items()}, cards)
    columns = tuple(
        Column(state, counts[state.id]["number"], counts[state.id]["late"], tuple(urgent[state.id]))
        for state in PROJECT_LIFE.states.values()
        if state.id in counts
    )
    return Board(
        columns,
        sum(row["number"] for row in counts.values()),
        sum(row["late"] for row in counts.values()),
        sum(row["marked"] for row in counts.values()),
    )


_CARD = (
    "project_id", "project__name", "division_code", "track", "state", "since", "due_on", *PROJECT_LIFE.marks,
)  # fmt: skip


def _urgent(scope: Scope, wanted: LifeFilter, counts: Mapping[str, int], cards: int) -> dict[str, list[Card]]:
    """The most urgent of each state, by state."""
    few = [state for state, number in counts.items() if number < MANY]
    if not few or not (wanted.text.strip() or wanted.year):
        return _read(lives(scope, wanted, along_order=True), counts, cards)
    along = _read(lives(scope, wanted, along_order=True), counts.keys() - set(few), cards)
    return along | _searched(scope, lives(scope, wanted).filter(state__in=few), cards)


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


def _searched(scope: Scope, found: QuerySet[Life], cards: int) -> dict[str, list[Card]]:
    """The same in one statement, so that texts and lists are looked through once and not for each state."""
    nearest = F("due_on").asc(nulls_last=True)
    turn = Window(RowNumber(), partition_by="state", order_by=[nearest, "id"])
    first = found.select_related(None).order_by().annotate(turn=turn).filter(turn__lte=cards).values("pk")
    urgent: dict[str, list[Card]] = {}
    for row in Life.objects.within(scope).filter(pk__in=first).order_by(nearest, "id").values_list(*_CARD):
        card = _card(row)
        urgent.setdefault(card.state, []).append(card)
    return urgent


def _card(row: tuple[Any, ...]) -> Card:
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
