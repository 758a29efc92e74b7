"""A small state machine: life cycles as data. Knows no database, no clock, no user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workrelief.kernel.errors import Conflict, NotFound


@dataclass(frozen=True)
class State:
    """A state with its Chinese label and its colour tone (grey, blue, green, amber, red)."""

    id: str
    label: str
    tone: str = "grey"


@dataclass(frozen=True)
class Transition:
    """A step: from which states, to which, with which permission; names of checks in the room's rules; guide id."""

    name: str
    sources: tuple[str, ...]
    target: str
    label: str
    permission: str
    checks: tuple[str, ...] = ()
    guide: str | None = None
    four_eyes: bool = False
    due_days: int | None = None


class Machine:
    """States and transitions, checked for consistency when built."""

    def __init__(self, name: str, *, states: Iterable[State], transitions: Iterable[Transition]) -> None:
        self.name = name
        self.states = {s.id: s for s in states}
        self.transitions = tuple(transitions)
        for t in self.transitions:
            unknown = {*t.sources, t.target} - self.states.keys()
            if unknown:
                raise ValueError(f"{name}: transition {t.name} names unknown states {sorted(unknown)}")

    def state(self, state: str) -> State:
        return self.states[state]

    def choices(self) -> list[tuple[str, str]]:
        return [(s.id, s.label) for s in self.states.values()]

    def available(self, state: str) -> list[Transition]:
        """Transitions that leave `state`."""
        return [t for t in self.transitions if state in t.sources]

    def transition(self, name: str, state: str) -> Transition:
        """The transition `name` out of `state`; Conflict when the thing is not in a state that allows it."""
        named = [t for t in self.transitions if t.name == name]
        if not named:
            raise NotFound("machine.transition", f"没有“{name}”这一步。")
        for t in named:
            if state in t.sources:
                return t
        raise Conflict(
            "machine.state",
            f"当前状态为“{self.states[state].label}”，不能“{named[0].label}”。请刷新后再试。",
            facts={"state": state, "transition": name},
        )
