"""What an issued list does to the lives of the two promotions: approved → listed, and back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.kernel import clock
from workrelief.kernel.kinds import TWO_PROMOTIONS
from workrelief.work.lifecycle import queries as lives
from workrelief.work.lifecycle import services as lifecycle
from workrelief.work.projects import queries as projects

_PROMOTED = frozenset(t.id for t in TWO_PROMOTIONS)


def enter_lists(actor: Actor, project_ids: Collection[int], *, on: date, reference: str, is_past: bool) -> int:
    """Move the approved lives among these projects to `listed`; others stand elsewhere already, or not that far yet.

    `is_past`: a list of a past year, whose gaps nobody can mend any more.
    """
    lifecycle.adopt(actor, list(project_ids))
    ready = _standing(actor, project_ids, "approved")
    return lifecycle.take_steps(actor, ready, "list", on=on, reference=reference, history=is_past) if ready else 0


def leave_lists(actor: Actor, project_ids: Collection[int], *, note: str) -> int:
    """Move the lives that stand at `listed` back to approved."""
    ready = _standing(actor, project_ids, "listed")
    return lifecycle.take_steps(actor, ready, "unlist", on=clock.today(), note=note) if ready else 0


def _standing(actor: Actor, project_ids: Collection[int], state: str) -> list[int]:
    promoted = [pk for pk, ref in projects.refs(actor.scope, project_ids).items() if ref.track in _PROMOTED]
    found = lives.states_of(actor.scope, promoted)
    return sorted(pk for pk in promoted if found.get(pk) == state)
