"""What a rule says about a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workrelief.kernel.citation import Cite


class Severity(StrEnum):
    """Levels of the rule book, strongest first. Only BLOCKER stops a step."""

    BLOCKER = "blocker"
    SERIOUS = "serious"
    WARNING = "warning"
    HINT = "hint"

    @property
    def label(self) -> str:
        return {"blocker": "阻断", "serious": "严重", "warning": "一般", "hint": "提示"}[self.value]


@dataclass(frozen=True)
class Finding:
    """One sentence of a rule: what is wrong, what to do, and by which clause."""

    rule_id: str
    severity: Severity
    message: str
    remedy: str = ""
    cite: Cite | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def blockers(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that stop the step."""
    return [f for f in findings if f.severity is Severity.BLOCKER]
