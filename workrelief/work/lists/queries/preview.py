"""What an edition issued now would hold: read by the page before the button is pressed, and by the service that issues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workrelief.base.access.scope import Scope
from workrelief.kernel.findings import Finding
from workrelief.work.lists.models import EditionLine, ListEdition, ListEntry
from workrelief.work.lists.queries.editions import EditionTotals


@dataclass(frozen=True)
class PreviewLine:
    """One project of the edition to be: its entry, what changes and why, and form F as it would be frozen."""

    entry: ListEntry
    change: str
    reason: str
    fields: Mapping[str, Any]
    difference: Mapping[str, tuple[str, str]]
    before: EditionLine | None


@dataclass(frozen=True)
class IssuePreview:
    """The edition to be: number, its lines (on the list first, then out and promoted), totals, and what the rules say.

    `waiting` entries of the list have not been confirmed yet and stay out. `blocking` findings by entry id stop the issue.
    """

    year: int
    level: str
    division: str
    track: str
    number: int
    previous: ListEdition | None
    lines: tuple[PreviewLine, ...]
    totals: EditionTotals
    waiting: int
    findings: Mapping[int, tuple[Finding, ...]]

    @property
    def has_changes(self) -> bool:
        return any(line.change != "kept" for line in self.lines)


def issue_preview(
    scope: Scope, year: int, level: str, *, division: str, track: str = "", confirmed_only: bool = True
) -> IssuePreview:
    """The edition of this list as it would be issued now. Constant number of statements for every 500 entries."""
    raise NotImplementedError
