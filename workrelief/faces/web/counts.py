"""Numbers beside menu words: what waits for the acting person. Rooms' views register a counter once, at import.

    counts.register("rounds", lambda actor: queries.returns_waiting(actor.scope))

A counter of the menu costs one small query; it is asked only when the frame is drawn, never for a partial. `todo` looks
through every room: the browser asks for it when the page stands, and the workbench, which lists it all, knows it.
"""

from __future__ import annotations

from collections.abc import Callable

from workrelief.base.access.actor import Actor

Counter = Callable[[Actor], int]

_COUNTERS: dict[str, Counter] = {}


def register(name: str, counter: Counter) -> None:
    """Make `counter` the number shown for `name` ("todo", "messages", or a menu item's counter)."""
    _COUNTERS[name] = counter


def count(name: str, actor: Actor) -> int:
    """How many things of this kind wait for the actor; 0 when nobody registered a counter."""
    counter = _COUNTERS.get(name)
    return counter(actor) if counter else 0
