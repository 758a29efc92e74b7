"""Issuing an edition, withdrawing the newest one, closing a year."""

from __future__ import annotations

from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.work.lists.models import ListEdition


def issue(
    actor: Actor, year: int, level: str, *, division: str, document_no: str, issued_on: date, track: str | None = None
) -> ListEdition:
    """Issue the list: confirmed entries are published, the edition frozen, the projects put on the year and the lives of
    the two promotions moved to `listed`, all in one transaction.

    Raises NotPermitted (not this office's list), InvalidInput (no document number, date outside reason), Conflict (nothing
    confirmed, or nothing changed since the edition before), RuleViolated (naming the projects that block).
    """
    raise NotImplementedError


def withdraw_edition(actor: Actor, edition_id: int, *, reason: str) -> ListEdition:
    """Take back the newest edition of a list: what it brought in goes back to confirmed and its facts are reversed."""
    raise NotImplementedError


def close_year(actor: Actor, year: int, level: str, *, division: str) -> int:
    """Close the published entries of a list at the end of its year; returns how many. Raises Conflict when some wait."""
    raise NotImplementedError
