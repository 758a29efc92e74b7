"""Looking for projects that look alike, and keeping what a person said about a pair."""

from __future__ import annotations

from collections.abc import Collection

from workrelief.base.access.actor import Actor
from workrelief.work.lists.models import DuplicatePair


def look_for_duplicates(
    actor: Actor, year: int, *, division: str = "", project_ids: Collection[int] | None = None
) -> int:
    """Compare the year's listed projects (or only `project_ids`) with every project of their county, whatever year and
    track; new pairs are kept as open, decided ones are left alone. Returns how many are new."""
    raise NotImplementedError


def decide_duplicate(actor: Actor, pair_id: int, decision: str, *, reason: str) -> DuplicatePair:
    """Say that a pair is the `same` project or `different` ones, with the reason; it is never asked again.

    Raises NotFound, InvalidInput, Conflict when somebody decided it meanwhile.
    """
    raise NotImplementedError
