"""Taking an import back: its listings, funding, progress lines and the projects it brought, with their facts."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import ProtectedError

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change_many
from workrelief.figures.ledger.facts import FUND, PROJECT
from workrelief.figures.ledger.post import reverse_sources
from workrelief.figures.ledger.seal import require_open
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound
from workrelief.kernel.period import month_index
from workrelief.work.projects.models import FundSource, ProgressReport, Project, ProjectYear

_ACTION = "import.undo"


@dataclass(frozen=True)
class Withdrawn:
    """What went: listings, fund sources, progress lines and projects."""

    years: int
    funds: int
    reports: int
    projects: int


def withdraw_batch(actor: Actor, batch_id: int, *, reason: str = "") -> Withdrawn:
    """Undo what the import `batch_id` brought; all or nothing.

    Raises Conflict when a month of it is sealed, when people, training or another import hang on one of its projects, and
    NotFound when a project lies outside the actor's scope.
    """
    if batch_id <= 0:
        raise InvalidInput("import.batch", "没有指明要撤销的批次。")
    with change_many(actor, _ACTION, kind="projects.project", reason=reason) as opened:
        years = list(ProjectYear.objects.filter(batch_id=batch_id).select_related("project"))
        funds = list(FundSource.objects.filter(batch_id=batch_id).select_related("project"))
        _require_scope(actor, [y.project for y in years] + [f.project for f in funds])
        require_open(
            {month_index(y.listed_on) for y in years} | {month_index(f.issued_on) for f in funds if f.issued_on}
        )
        today = clock.today()
        reverse_sources(PROJECT, [y.pk for y in years], on=today, actor=actor, action=_ACTION)
        reverse_sources(FUND, [f.pk for f in funds], on=today, actor=actor, action=_ACTION)
        reports = _withdraw_reports(actor, batch_id)
        ProjectYear.objects.filter(batch_id=batch_id).delete()
        FundSource.objects.filter(batch_id=batch_id).delete()
        projects = _delete_projects(batch_id)
        _restore_plans({y.project_id for y in years})
        done = Withdrawn(len(years), len(funds), reports, projects)
        opened.target_id = str(batch_id)
        opened.totals = {"batch_id": batch_id, **vars(done)}
    return done


def _require_scope(actor: Actor, projects: list[Project]) -> None:
    for project in projects:
        if not actor.scope.covers(project.division_code, sector=project.sector, project=project.pk):
            raise NotFound("object.scope", "该批次有项目不在您的数据范围内。")


def _withdraw_reports(actor: Actor, batch_id: int) -> int:
    """Remove progress lines; a stage that rests on the newest of them goes back to what it was before."""
    reports = list(ProgressReport.rows.filter(batch_id=batch_id).select_related("project").order_by("-as_of"))
    _require_scope(actor, [r.project for r in reports])
    for report in reports:
        project = report.project
        newer = project.progress_reports.filter(as_of__gt=report.as_of).exclude(batch_id=batch_id).exists()
        if not newer and project.stage == report.stage:
            project.stage = report.stage_before
            project.save(update_fields=["stage"])
    ProgressReport.rows.filter(batch_id=batch_id).delete()
    return len(reports)


def _delete_projects(batch_id: int) -> int:
    try:
        _, deleted = Project.rows.filter(batch_id=batch_id).delete()
    except ProtectedError as err:
        raise Conflict(
            "import.in_use",
            "该批次的项目已有花名册、培训、进展、材料、异议或其他批次的数据，不能撤销。请先撤销那些数据。",
        ) from err
    return deleted.get("projects.Project", 0)


def _restore_plans(project_ids: set[int]) -> None:
    """Projects that were on an older list before show that list's plan again."""
    for project in Project.rows.filter(pk__in=project_ids):
        newest = project.years.filter(taken_off_on=None).order_by("-year").first()
        if newest is not None:
            project.investment_fen, project.planned_workers = newest.investment_fen, newest.planned_workers
            project.planned_pay_fen, project.updated_at = newest.planned_pay_fen, clock.now()
            project.save(update_fields=["investment_fen", "planned_workers", "planned_pay_fen", "updated_at"])
