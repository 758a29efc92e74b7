"""The case a gate judges: one project before one step, with everything known about it; and the register of checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from workrelief.base.law.parameters import Parameters
from workrelief.base.law.registry import rule
from workrelief.kernel.findings import Finding, Severity
from workrelief.work.lifecycle.facts import Facts
from workrelief.work.lifecycle.rules.clocks import Clocks
from workrelief.work.lifecycle.states import ENTERPRISE, SPECIAL
from workrelief.work.projects.naming import CodeStyle, code_style, plain_code
from workrelief.work.projects.rules import Fund, LabourDemand


@dataclass(frozen=True)
class ProjectFacts:
    """The register's particulars of the project, as far as the gates ask. Amounts in fen."""

    id: int
    name: str
    code: str
    division_code: str
    track: str
    sector: str
    investment_fen: int
    planned_workers: int
    content: str
    labour_tasks: str
    labour_links: str
    demand: LabourDemand
    funds: tuple[Fund, ...] = ()

    @property
    def coded_in(self) -> int | None:
        """The ledger month in which the project's code was given (202701), where a code of today's form says so."""
        plain = plain_code(self.code)
        return 200_000 + int(plain[:4]) if code_style(plain) in (CodeStyle.NEW, CodeStyle.CHECK_DIGIT) else None


@dataclass(frozen=True)
class PaperFacts:
    """What a gate sees of a paper."""

    kind: str
    number: str = ""
    dated_on: date | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    has_file: bool = False

    def whole(self, name: str) -> int | None:
        """A whole number among the particulars; None when not given."""
        value = self.fields.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def says(self, name: str) -> bool:
        return self.fields.get(name) is True

    def day(self, name: str) -> date | None:
        value = self.fields.get(name)
        return date.fromisoformat(value) if isinstance(value, str) and value else None

    def text(self, name: str) -> str:
        return str(self.fields.get(name) or "").strip()


@dataclass(frozen=True)
class Case:
    """One project before one step on the day `on`. `note` is None while nobody could have written one yet (a preview).

    `reached` maps each state the life has been in to the day it was reached last; `passed` names the steps it took, each
    through its gates; `due_on` is the last day for this step.
    """

    project: ProjectFacts
    state: str
    implementer_kind: str = ENTERPRISE
    marks: tuple[str, ...] = ()
    promised_pay_fen: int | None = None
    promised_share_bp: int | None = None
    is_located: bool = False
    papers: Mapping[str, tuple[PaperFacts, ...]] = field(default_factory=dict)
    open_objections: int = 0
    reached: Mapping[str, date] = field(default_factory=dict)
    passed: frozenset[str] = frozenset()
    facts: Facts = field(default_factory=Facts)
    law: Parameters = field(default_factory=lambda: Parameters(date(2022, 12, 31)))
    note: str | None = None
    due_on: date | None = None

    @property
    def on(self) -> date:
        return self.law.on

    @property
    def is_special(self) -> bool:
        return self.project.track in SPECIAL

    @property
    def is_enterprise(self) -> bool:
        return self.implementer_kind == ENTERPRISE

    @property
    def clocks(self) -> Clocks:
        """What the plans know of this life's limits."""
        if not self.is_special:
            return Clocks()
        plan = self.facts.plan
        return Clocks(
            starts={"plan_received": plan.received_on} if plan.received_on else {},
            limits={"decompose": plan.decompose_by} if plan.decompose_by else {},
        )

    def with_deadline(self, due_on: date | None) -> Case:
        """The case with the last day of the step that is judged."""
        return replace(self, due_on=due_on)

    def paper(self, kind: str) -> PaperFacts | None:
        """The newest paper of the kind."""
        found = self.papers.get(kind, ())
        return found[-1] if found else None

    def has(self, kind: str) -> bool:
        return bool(self.papers.get(kind))


Gate = Literal["process", "record"]
Judge = Callable[[Case], list[Finding]]


@dataclass(frozen=True)
class Check:
    """A named check: the rules it speaks for, and whether it asks for process (not asked of history, reading 10)."""

    name: str
    rules: tuple[str, ...]
    gate: Gate
    judge: Judge


CHECKS: dict[str, Check] = {}


def check(*rules: str, gate: Gate = "process") -> Callable[[Judge], Judge]:
    """Register a check under the function's name."""

    def registered(judge: Judge) -> Judge:
        CHECKS[judge.__name__] = Check(judge.__name__, rules, gate, judge)
        return judge

    return registered


def finding(
    rule_id: str, message: str, remedy: str = "", *, severity: Severity | None = None, **facts: object
) -> Finding:
    """A finding with the level of the rule book (unless a hard gate raises it) and the rule's leading clause."""
    known = rule(rule_id)
    return Finding(rule_id, severity or known.severity, message, remedy, known.cite, facts)


BLOCKER = Severity.BLOCKER


def late(case: Case, rule_id: str, said: str, remedy: str) -> list[Finding]:
    """A step after its last day; `said` names the day as `{day}`."""
    if case.due_on is None or case.on <= case.due_on:
        return []
    words = said.format(day=f"{case.due_on:%Y年%-m月%-d日}")
    return [finding(rule_id, f"{words}，晚了{(case.on - case.due_on).days}天。", remedy)]
