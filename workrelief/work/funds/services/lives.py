"""Moving the lives of a plan's projects along, in the plan's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.work.lifecycle import queries as life_queries
from workrelief.work.lifecycle import services as lifecycle
from workrelief.work.lifecycle.states import PROJECT_LIFE

_ORDER = tuple(PROJECT_LIFE.states)
_MOVED_ON = {
    "apply": "applied",
    "city_review": "city_reviewed",
    "prov_review": "prov_reviewed",
    "issue_plan": "plan_issued",
    "decompose": "decomposed",
}
"""The state each step leads to; a life that is there or further on (money of a second batch) is left where it is."""


def step(actor: Actor, project_ids: Sequence[int], name: str, *, on: date, reference: str) -> int:
    """Take the step for the projects that have not gone further already; returns how many moved.

    Raises what lifecycle raises for a project that stands before the step's own place.
    """
    states = life_queries.states_of(actor.scope, project_ids)
    reached = _ORDER.index(_MOVED_ON[name])
    waiting = [one for one in project_ids if _ORDER.index(states[one]) < reached]
    return lifecycle.take_steps(actor, waiting, name, on=on, reference=reference) if waiting else 0


def renew(actor: Actor, project_ids: Sequence[int]) -> None:
    """Issued projects wait at another office now, or by another day: their limit is that of the office's clock."""
    lifecycle.renew_limits(actor, project_ids, state="plan_issued")


def back(actor: Actor, project_ids: Sequence[int], name: str, *, on: date, note: str) -> list[int]:
    """Take a detour for the projects it is open to; returns those it is not (they have gone on)."""
    states = life_queries.states_of(actor.scope, project_ids)
    sources = {source for t in PROJECT_LIFE.named(name) for source in t.sources}
    fitting = [one for one in project_ids if states[one] in sources]
    if fitting:
        lifecycle.take_steps(actor, fitting, name, on=on, note=note)
    return [one for one in project_ids if states[one] not in sources]


def mark(actor: Actor, project_ids: Sequence[int], name: str, *, reason: str) -> None:
    """Set a mark beside the state where it does not stand yet."""
    known = life_queries.lives_of(actor.scope, project_ids)
    for one in project_ids:
        if one not in known or name not in known[one].marks:
            lifecycle.set_mark(actor, one, name, reason=f"投资计划：{reason}")


def unmark(actor: Actor, project_ids: Sequence[int], name: str, *, outcome: str) -> None:
    """Clear a mark where it stands."""
    known = life_queries.lives_of(actor.scope, project_ids)
    for one in project_ids:
        if one in known and name in known[one].marks:
            lifecycle.clear_mark(actor, one, name, reason=f"投资计划：{outcome}")
