"""A small state machine: life cycles as data. Knows no database, no clock, no user."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from workrelief.kernel.errors import Conflict, NotFound

Kind = Literal["main", "detour", "end"]


@dataclass(frozen=True)
class State:
    """A state with its Chinese label, its colour tone (grey, blue, green, amber, red) and the phase it belongs to."""

    id: str
    label: str
    tone: str = "grey"
    phase: str = ""


@dataclass(frozen=True)
class Mark:
    """Something that stands beside the state; while it stands, the steps named in `stops` may not be taken."""

    id: str
    label: str
    tone: str = "amber"
    stops: tuple[str, ...] = ()


@dataclass(frozen=True)
class Transition:
    """A step: from which states, to which, with which permission; names of checks in the room's rules; guide id.

    `needs` narrows the step to some lives: of each group at least one trait (a track, a kind of implementer) must hold.
    `papers` must be there before the step is taken. `due` is the id of the dated parameter that says how long the step may
    wait, counted from the day `since` was reached (the step's own source when empty), or from the day of the event `clock`
    once the room knows it; a room may also know the last day itself, which then holds. `room` is the room whose service takes
    the step; empty for steps taken on the life itself. A detour leads back or aside, an end closes the life.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    label: str
    permission: str
    checks: tuple[str, ...] = ()
    guide: str | None = None
    four_eyes: bool = False
    due_days: int | None = None
    needs: tuple[tuple[str, ...], ...] = ()
    papers: tuple[str, ...] = ()
    due: str | None = None
    since: str = ""
    clock: str = ""
    kind: Kind = "main"
    room: str = ""

    def holds_for(self, traits: Collection[str]) -> bool:
        """Whether a life with these traits knows this step; no traits at all ask for every step."""
        return not traits or all(any(trait in traits for trait in group) for group in self.needs)


class Machine:
    """States and transitions, checked for consistency when built."""

    def __init__(
        self,
        name: str,
        *,
        states: Iterable[State],
        transitions: Iterable[Transition],
        marks: Iterable[Mark] = (),
        start: str = "",
    ) -> None:
        self.name = name
        self.states = {s.id: s for s in states}
        self.transitions = tuple(transitions)
        self.marks = {m.id: m for m in marks}
        self.start = start or next(iter(self.states))
        if self.start not in self.states:
            raise ValueError(f"{name}: unknown start {self.start}")
        for t in self.transitions:
            unknown = {*t.sources, t.target, *([t.since] if t.since else [])} - self.states.keys()
            if unknown:
                raise ValueError(f"{name}: transition {t.name} names unknown states {sorted(unknown)}")
        steps = {t.name for t in self.transitions}
        for mark in self.marks.values():
            if unknown := set(mark.stops) - steps:
                raise ValueError(f"{name}: mark {mark.id} stops unknown steps {sorted(unknown)}")

    def state(self, state: str) -> State:
        return self.states[state]

    def choices(self) -> list[tuple[str, str]]:
        return [(s.id, s.label) for s in self.states.values()]

    def available(self, state: str, traits: Collection[str] = ()) -> list[Transition]:
        """Transitions that leave `state`, of a life with these traits."""
        return [t for t in self.transitions if state in t.sources and t.holds_for(traits)]

    def named(self, name: str) -> list[Transition]:
        """Every transition of this name. Raises NotFound when there is none."""
        found = [t for t in self.transitions if t.name == name]
        if not found:
            raise NotFound("machine.transition", f"没有“{name}”这一步。")
        return found

    def transition(self, name: str, state: str, traits: Collection[str] = ()) -> Transition:
        """The transition `name` out of `state`; Conflict when the thing is not in a state that allows it."""
        named = self.named(name)
        for t in named:
            if state in t.sources and t.holds_for(traits):
                return t
        raise Conflict(
            "machine.state",
            f"当前状态为“{self.states[state].label}”，不能“{named[0].label}”。请刷新后再试。",
            facts={"state": state, "transition": name},
        )

    # ---------- the graph ----------

    def reachable(
        self, start: str, traits: Collection[str] = (), *, leaving_out: Collection[str] = ()
    ) -> frozenset[str]:
        """States that can be reached from `start` (itself included) without the steps in `leaving_out`."""
        found, open_states = {start}, [start]
        while open_states:
            for t in self.available(open_states.pop(), traits):
                if t.target not in found and t.name not in leaving_out:
                    found.add(t.target)
                    open_states.append(t.target)
        return frozenset(found)

    def ends(self, traits: Collection[str] = ()) -> frozenset[str]:
        """States reachable from the start which no step leaves."""
        return frozenset(s for s in self.reachable(self.start, traits) if not self.available(s, traits))

    def stuck(self, goals: Collection[str], traits: Collection[str] = ()) -> frozenset[str]:
        """States reachable from the start from which none of `goals` can be reached any more."""
        wanted = set(goals)
        return frozenset(s for s in self.reachable(self.start, traits) if not wanted & self.reachable(s, traits))

    def main_path(self, traits: Collection[str] = (), *, start: str = "") -> tuple[Transition, ...]:
        """The longest way forward through the main steps, in the order of the table: the time line of a life."""
        longest: dict[str, tuple[Transition, ...]] = {}

        def way(state: str) -> tuple[Transition, ...]:
            if state not in longest:
                longest[state] = ()  # closes a circle, should main steps ever form one
                ways = [(t, *way(t.target)) for t in self.available(state, traits) if t.kind == "main"]
                longest[state] = max(ways, key=len, default=())
            return longest[state]

        return way(start or self.start)

    def order(self, traits: Collection[str] = ()) -> tuple[str, ...]:
        """The states of the main path, from first to last."""
        path = self.main_path(traits)
        return (self.start, *(t.target for t in path))
