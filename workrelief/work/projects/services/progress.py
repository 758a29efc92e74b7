"""Taking over lines of the provincial progress table for projects that are registered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change_many
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, RuleViolated
from workrelief.kernel.findings import Finding, blockers
from workrelief.work.projects import queries, rules
from workrelief.work.projects.models import ProgressReport, Project


@dataclass(frozen=True, kw_only=True)
class ProgressLine:
    """One line of the table as understood; `stage` is an id of ProgressStage."""

    project_id: int
    as_of: date
    fund_label: str
    figures: rules.ProgressFigures
    stage: str
    workers: int = 0
    welfare_posts: int = 0
    trained: int = 0
    content: str = ""
    remark: str = ""


def record_progress(
    actor: Actor, lines: Sequence[ProgressLine], *, batch_id: int = 0, label: str = "", action: str = "project.import"
) -> int:
    """Keep the lines and move each project's stage forward; returns how many. All or nothing.

    Raises NotFound for a project out of scope, Conflict for a second line of one project and day, RuleViolated for J03,
    J05, K03 or a stage that goes back (I02).
    """
    if not lines:
        raise InvalidInput("progress.empty", "没有可以登记的进展情况。")
    with change_many(actor, action, kind="projects.progressreport") as opened:
        projects = _projects(actor, lines)
        for line in lines:
            _require(projects[line.project_id], line)
        moved = [_report(projects[line.project_id], line, batch_id) for line in lines]
        ProgressReport.rows.bulk_create(moved, batch_size=500)
        Project.rows.bulk_update(list(projects.values()), ["stage", "updated_at"], batch_size=500)
        opened.label = label
        opened.totals = {
            "batch_id": batch_id,
            "lines": len(lines),
            "wages_fen": sum(line.figures.wages_fen for line in lines),
            "paid_total_fen": sum(line.figures.paid_total_fen for line in lines),
        }
    return len(lines)


def _projects(actor: Actor, lines: Sequence[ProgressLine]) -> dict[int, Project]:
    found: dict[int, Project] = {}
    wanted = {line.project_id for line in lines}
    for part in queries.in_parts(wanted):
        rows = Project.objects.within(actor.scope).select_for_update().filter(pk__in=part)
        found.update((project.pk, project) for project in rows)
    if wanted - found.keys():
        raise NotFound("project.missing", "有项目没有登记，或不在您的数据范围内。")
    pairs = {(line.project_id, line.as_of) for line in lines}
    if len(pairs) < len(lines):
        raise Conflict("progress.twice", "同一项目在同一张表里出现两行。")
    return found


def _require(project: Project, line: ProgressLine) -> None:
    said = progress_findings(project, line)
    if stopping := blockers(said):
        raise RuleViolated(stopping[0].rule_id, f"“{project.name}”：{stopping[0].message}", findings=said)


def progress_findings(project: Project, line: ProgressLine) -> list[Finding]:
    """All the rules say about one line for a registered project. Raises Conflict when the day is reported already."""
    reports = list(project.progress_reports.order_by("as_of"))
    if any(r.as_of == line.as_of for r in reports):
        raise Conflict("progress.once", f"“{project.name}”{line.as_of}的进展情况已经登记。")
    findings = rules.progress(line.figures)
    earlier = [r for r in reports if r.as_of < line.as_of]
    if earlier:
        last = earlier[-1]
        before = rules.Cumulated(
            last.paid_total_fen, last.paid_province_fen, last.wages_fen, last.workers, last.trained
        )
        f = line.figures
        after = rules.Cumulated(f.paid_total_fen, f.paid_province_fen, f.wages_fen, line.workers, line.trained)
        findings += rules.not_falling(before, after)
    if len(earlier) == len(reports):
        findings += rules.stage_forward(project.stage, line.stage, order=queries.STAGES)
    return findings


def _report(project: Project, line: ProgressLine, batch_id: int) -> ProgressReport:
    f = line.figures
    report = ProgressReport(
        project=project, division_code=project.division_code, as_of=line.as_of, fund_label=line.fund_label,
        issued_fen=f.issued_fen, investment_fen=f.investment_fen, work_relief_fen=f.work_relief_fen,
        integrated_fen=f.integrated_fen, stage=line.stage, stage_before=project.stage, paid_total_fen=f.paid_total_fen,
        paid_province_fen=f.paid_province_fen, wages_fen=f.wages_fen, workers=line.workers,
        welfare_posts=line.welfare_posts, trained=line.trained, content=line.content, remark=line.remark, batch_id=batch_id,
    )  # fmt: skip
    if not rules.stage_forward(project.stage, line.stage, order=queries.STAGES):
        project.stage = line.stage
    project.updated_at = clock.now()
    return report
