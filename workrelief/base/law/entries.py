"""What the law files hold, as frozen values. Nothing here reads a file or knows a date of today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from workrelief.kernel.citation import Cite
from workrelief.kernel.findings import Severity

Value = Decimal | int | str


@dataclass(frozen=True)
class Source:
    """A document one may cite. `status` is 证 (found), 背 (common knowledge) or 核 (to be compared)."""

    id: str
    title: str
    issuers: tuple[str, ...]
    number: str
    issued: date | None
    effective: date | None
    level: str
    status: str
    cite_as: str
    note: str = ""
    refs: tuple[str, ...] = ()
    clauses: Mapping[str, str] = field(default_factory=dict)
    replaced_by: str = ""


@dataclass(frozen=True)
class Rule:
    """A checkable rule of the rule book with its level and clauses; the check itself is a function in its room."""

    id: str
    title: str
    severity: Severity
    status: str
    cites: tuple[Cite, ...]
    parameters: tuple[str, ...] = ()
    note: str = ""

    @property
    def cite(self) -> Cite:
        """The leading citation."""
        return self.cites[0]

    @property
    def group(self) -> str:
        """Letter of the rule book: F for wages, N for data standards."""
        return self.id[0]


@dataclass(frozen=True)
class Guide:
    """How to take one step: what to do, on which clause, with which papers, within how many days."""

    id: str
    title: str
    audience: str
    why: str
    steps: tuple[str, ...]
    papers: tuple[str, ...]
    days: int | None
    days_note: str
    rules: tuple[str, ...]
    cites: tuple[Cite, ...]


@dataclass(frozen=True)
class DatedValue:
    """One line of a parameter: `start` is its first day, `end` the first day it no longer holds (None: still open)."""

    when: tuple[tuple[str, str], ...]
    start: date
    end: date | None
    value: Value
    cite: Cite
    note: str = ""

    def holds_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class Parameter:
    """A value with dates: unit, dimensions it depends on, and its dated lines."""

    id: str
    label: str
    unit: str
    dimensions: tuple[str, ...]
    values: tuple[DatedValue, ...]


@dataclass(frozen=True)
class Law:
    """Everything under `data/`, checked."""

    sources: Mapping[str, Source]
    rules: Mapping[str, Rule]
    parameters: Mapping[str, Parameter]
    guides: Mapping[str, Guide]
