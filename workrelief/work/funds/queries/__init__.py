"""Reading plans and money: every public function takes the scope (or the actor) first. Amounts in whole fen."""

from workrelief.work.funds.queries.applications import (
    ApplicationLineView,
    ApplicationRow,
    ApplicationView,
    application,
    application_rows,
    applications,
    batch,
    batches,
    line_facts,
)
from workrelief.work.funds.queries.changes import ChangeView, change_order, changes
from workrelief.work.funds.queries.clocks import ClockRow, clocks, overdue
from workrelief.work.funds.queries.documents import (
    BatchOverview,
    DocumentRow,
    DocumentView,
    LineView,
    Source,
    batch_overview,
    document,
    document_rows,
    documents,
    lines_of_project,
    proposed_lines,
    sources,
    unplaced,
)
from workrelief.work.funds.queries.facts import plan_facts
from workrelief.work.funds.queries.projects import ProjectPlan, late_starts, project_plan, responsibilities

__all__ = [
    "ApplicationLineView",
    "ApplicationRow",
    "ApplicationView",
    "BatchOverview",
    "ChangeView",
    "ClockRow",
    "DocumentRow",
    "DocumentView",
    "LineView",
    "ProjectPlan",
    "Source",
    "application",
    "application_rows",
    "applications",
    "batch",
    "batch_overview",
    "batches",
    "change_order",
    "changes",
    "clocks",
    "document",
    "document_rows",
    "documents",
    "late_starts",
    "line_facts",
    "lines_of_project",
    "overdue",
    "plan_facts",
    "project_plan",
    "proposed_lines",
    "responsibilities",
    "sources",
    "unplaced",
]
