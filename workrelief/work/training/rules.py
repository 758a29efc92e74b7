"""What is asked of a training session: type and audiences (G04), persons and person-times apart (G03), sign-in (G01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workrelief.base.law.registry import rule
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.kinds import Audience, TrainingType

POLICY_AUDIENCES = frozenset({Audience.GOVERNMENT, Audience.OWNER, Audience.CONTRACTOR})


@dataclass(frozen=True)
class Attendance:
    """One audience at one session: person-times that came, persons expected (0 when not said)."""

    audience: Audience
    attended: int
    expected: int = 0


@dataclass(frozen=True)
class Session:
    """The facts of one session as far as the rules ask for them.

    `total` is the sum a form states for all audiences, None when it states none; `known_workers` are the persons of the
    audience 务工群众 known by identity, each once.
    """

    training_type: TrainingType | None
    held_on: date | None
    attendances: tuple[Attendance, ...]
    has_project: bool = False
    total: int | None = None
    known_workers: int = 0


def _say(rule_id: str, message: str, remedy: str = "", *, severity: Severity | None = None) -> Finding:
    known = rule(rule_id)
    return Finding(rule_id, severity or known.severity, message, remedy, known.cite)


def session(facts: Session, on: date) -> list[Finding]:
    """Everything the rules say about one session, judged on the day `on`."""
    return [*_kind(facts, on), *_sums(facts), *_persons(facts)]


def _kind(facts: Session, on: date) -> list[Finding]:
    findings = []
    if facts.training_type is None:
        findings.append(_say("G04", "没有写明培训类型。", "请填写政策、技能、安全或岗前培训。"))
    if facts.held_on is None:
        findings.append(_say("G04", "没有写明培训时间。", "请填写举办日期。"))
    elif facts.held_on > on:
        findings.append(_say("G04", f"培训时间{facts.held_on}晚于今天。", "培训举办后再登记。"))
    if not facts.attendances:
        findings.append(
            _say("G04", "没有写明培训对象和实到人次。", "请按政府及部门、项目业主、施工单位、务工群众分列人次。")
        )
    doubled = len({a.audience for a in facts.attendances}) < len(facts.attendances)
    if doubled:
        findings.append(_say("G04", "同一场培训的同一类对象出现两次。", "请合并为一行。"))
    if facts.training_type is TrainingType.POLICY and any(a.audience is Audience.WORKER for a in facts.attendances):
        said = "政策培训面向部门、业主和施工单位，这一场列有务工群众。"
        findings.append(_say("G04", said, "面向群众的请登记为技能、安全或岗前培训。", severity=Severity.WARNING))
    if facts.training_type is TrainingType.SKILL and any(a.audience in POLICY_AUDIENCES for a in facts.attendances):
        said = "技能培训面向务工群众，这一场列有其他对象。"
        findings.append(_say("G04", said, "面向部门、业主和施工单位的请登记为政策培训。", severity=Severity.WARNING))
    return findings


def _sums(facts: Session) -> list[Finding]:
    findings = []
    total = sum(a.attended for a in facts.attendances)
    if facts.attendances and total == 0:
        findings.append(_say("G04", "实到人次为 0。", "没有举办的培训不登记。"))
    if facts.total is not None and facts.total != total:
        said = f"各类对象合计{total}人次，与总人次{facts.total}不等。"
        findings.append(_say("G04", said, "请核对各类对象人次，使其和等于总人次。"))
    for a in facts.attendances:
        if a.expected and a.attended > a.expected:
            said = f"{a.audience.label}实到{a.attended}人次，多于应到{a.expected}人。"
            findings.append(_say("G03", said, "请核对应到与实到。", severity=Severity.WARNING))
    return findings


def _persons(facts: Session) -> list[Finding]:
    findings = []
    workers = sum(a.attended for a in facts.attendances if a.audience is Audience.WORKER)
    if facts.known_workers > workers:
        said = f"签到的务工群众{facts.known_workers}人，多于实到{workers}人次。"
        findings.append(_say("G03", said, "一场培训一人计一人次，请核对实到人次与签到表。"))
    if facts.training_type is TrainingType.SKILL and not facts.has_project:
        findings.append(_say("G01", "技能培训没有写明依托的项目。", "请填写项目代码。", severity=Severity.WARNING))
    return findings
