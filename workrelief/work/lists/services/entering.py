"""Putting projects on the reserve of a year's list, by hand or with an imported form F."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workrelief.base.access.actor import Actor
from workrelief.work.lists.models import ListEntry


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """One project for one year's list. Amounts in fen; None takes what the project says."""

    project_id: int
    year: int
    level: str
    investment_fen: int | None = None
    planned_investment_fen: int = 0
    done_investment_fen: int = 0
    planned_workers: int | None = None
    planned_pay_fen: int | None = None
    reason: str = ""


def enter(
    actor: Actor, project_id: int, year: int, level: str, *, planned_investment_fen: int = 0, reason: str = ""
) -> ListEntry:
    """Put a registered project on the reserve (draft) of a year's list.

    Raises NotFound, InvalidInput (a level below the project's own office), Conflict B01 when it stands on a list of that
    year already.
    """
    raise NotImplementedError


def enter_many(
    actor: Actor, new: Sequence[NewEntry], *, state: str = "draft", action: str = "list.enter", batch_id: int = 0
) -> list[int]:
    """Enter many in one change; ids of the entries in order. `state` published is for lists of past years that were
    issued before this platform. Constant number of statements for every 500."""
    raise NotImplementedError
