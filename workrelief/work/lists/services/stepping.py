"""Steps of entries: submit, confirm, return, adjust, promote, take out. One wins when two decide at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workrelief.base.access.actor import Actor
from workrelief.work.lists.models import ListEntry
from workrelief.work.projects.services import ProjectChanges


def advance(
    actor: Actor,
    entry_ids: Sequence[int],
    step: str,
    *,
    expected: Mapping[int, str] | str | None = None,
    reason: str = "",
) -> int:
    """Take one step with many entries, all or nothing: submit, confirm (whose office is found from the entry), return.

    `expected` is the state the officer saw, of all or by entry id. Returns how many moved. Raises NotFound, NotPermitted
    (not this office's turn, A02), RuleViolated (B02, B03, C10; says which project), Conflict (somebody was faster),
    InvalidInput (return without a reason). Constant number of statements for every 500.
    """
    raise NotImplementedError


def adjust(
    actor: Actor, entry_id: int, changes: ProjectChanges, *, reason: str, planned_investment_fen: int | None = None,
    expected: str | None = None,
) -> ListEntry:  # fmt: skip
    """Change a listed project and note why (B04): the next edition shows it as changed with both values."""
    raise NotImplementedError


def promote(actor: Actor, entry_id: int, level: str, *, reason: str, expected: str | None = None) -> ListEntry:
    """Take an entry up to a higher list (提级): the former one stays visible, uncounted; returns the entry above."""
    raise NotImplementedError


def take_out(actor: Actor, entry_id: int, *, reason: str, expected: str | None = None) -> ListEntry:
    """Take an entry off its list (调出); when it was published, its facts are reversed and the next edition says so."""
    raise NotImplementedError
