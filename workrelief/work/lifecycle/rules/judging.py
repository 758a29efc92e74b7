"""Judging a step: papers it needs, marks that stop it, its checks; and what history is let off."""

from __future__ import annotations

from dataclasses import replace

from workrelief.kernel.citation import Cite
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.statemachine import Transition
from workrelief.work.lifecycle.rules.case import BLOCKER, CHECKS, Case, finding
from workrelief.work.lifecycle.states import OWED, PAPERS, PROJECT_LIFE, PaperKind

MARK_RULES = {"adjusting": "C09", "suspended": "C09", "rectifying": "I05", "fund_recalled": "C09"}
HISTORY = Cite("readings", "第10条", checked=True)


def judge(case: Case, step: Transition, *, is_history: bool = False) -> list[Finding]:
    """Everything the rules say before `step`, blockers first. History is asked for its record, not for its process."""
    process = missing_paper_findings(case, step)
    record: list[Finding] = list(stopping_marks(case, step))
    for name in checks_of(case, step):
        one = CHECKS[name]
        (process if one.gate == "process" else record).extend(one.judge(case))
    if is_history:
        process = _let_off(process)
    return sorted([*record, *process], key=lambda f: _ORDER[f.severity])


def checks_of(case: Case, step: Transition) -> tuple[str, ...]:
    """Checks of the step, and those of an earlier gate the life never went through (`OWED`)."""
    gate, owed = OWED.get(step.name, ("", ()))
    return step.checks if gate in case.passed else tuple(dict.fromkeys((*step.checks, *owed)))


_ORDER = {severity: number for number, severity in enumerate(Severity)}


def missing_papers(case: Case, step: Transition) -> tuple[PaperKind, ...]:
    """Papers the step needs and that are not there."""
    return tuple(PAPERS[kind] for kind in step.papers if not case.has(kind))


def missing_paper_findings(case: Case, step: Transition) -> list[Finding]:
    return [
        finding(
            kind.rule_id, f"缺少“{kind.label}”。", f"请上传或登记{kind.label}，再办“{step.label}”。",
            severity=BLOCKER, paper=kind.id,
        )
        for kind in missing_papers(case, step)
    ]  # fmt: skip


def stopping_marks(case: Case, step: Transition) -> list[Finding]:
    """Marks beside the state that stop this step; ending a project is stopped by none."""
    findings = []
    for name in case.marks:
        mark = PROJECT_LIFE.marks[name]
        if step.name in mark.stops:
            findings.append(
                finding(
                    MARK_RULES[name], f"项目标记为“{mark.label}”，不能办“{step.label}”。",
                    f"事由办结后请先解除“{mark.label}”标记。", severity=BLOCKER, mark=name,
                )
            )  # fmt: skip
    return findings


def _let_off(process: list[Finding]) -> list[Finding]:
    """One hint in place of the process gates: the past cannot be made to have had them (reading 10)."""
    unmet = [f for f in process if f.severity in (Severity.BLOCKER, Severity.SERIOUS)]
    rest = [f for f in process if f not in unmet]
    if not unmet:
        return rest
    said = "历史补录，未核流程：" + "".join(f.message for f in unmet)
    note = Finding(unmet[0].rule_id, Severity.HINT, said, "有资料的请补传。", HISTORY)
    return [*rest, replace(note, facts={"rules": sorted({f.rule_id for f in unmet})})]


def must_explain(findings: list[Finding]) -> list[Finding]:
    """Serious findings: the step may be taken, but only with words."""
    return [f for f in findings if f.severity is Severity.SERIOUS]
