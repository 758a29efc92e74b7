"""What stands in the way of listing a project: labour links, the four demand items (B02, B03), and doubles (B01, C10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workrelief.base.law.parameters import Parameters
from workrelief.base.law.registry import rule
from workrelief.kernel.findings import Finding, Severity
from workrelief.work.projects import rules as project_rules
from workrelief.work.projects.rules import Listing


@dataclass(frozen=True)
class Double:
    """A project that looks like this one: whether a person said it is the same, likeness in ‰, years it is listed in."""

    project_id: int
    name: str
    is_same: bool
    likeness: int
    years: frozenset[int] = frozenset()

    def on_lists(self, years: frozenset[int]) -> Double:
        return replace(self, years=years)


def entry(facts: Listing, law: Parameters, doubles: Sequence[Double] = ()) -> list[Finding]:
    """Everything said about listing this project; what blocks stops submission, confirmation and issue.

    B02 and B03 bind every track from this year on; for past years they warn.
    """
    return [*project_rules.labour(facts, law.on, is_listing=True), *double_findings(facts, doubles)]


def double_findings(facts: Listing, doubles: Sequence[Double]) -> list[Finding]:
    """A project somebody called the same blocks while it stands on a list of this year; others are pointed at (C10)."""
    found = []
    known = rule("C10")
    for one in doubles:
        on = "、".join(str(y) for y in sorted(one.years))
        where = f"（已在{on}年清单内）" if on else ""
        if one.is_same and facts.year in one.years:
            message = f"已判定与“{one.name}”{where}为同一项目，同一项目在同一年度只列一次。"
            remedy = "请把其中一条调出清单，写明理由。"
            severity = Severity.BLOCKER
        elif one.is_same:
            message = f"已判定与“{one.name}”{where}为同一项目。"
            remedy, severity = "跨年度重复申报的，请核对资金安排，避免重复享受。", known.severity
        else:
            message = f"与“{one.name}”{where}名称和地点相近，相似度{one.likeness / 10:.0f}%。"
            remedy, severity = "请在重复项目核对页判定是否为同一项目，写明理由；判定后不再提示。", Severity.HINT
        found.append(Finding("C10", severity, message, remedy, known.cite))
    return found
