"""What changes projects: registering lists, editing, stages, progress tables, and taking an import back."""

from workrelief.work.projects.services.editing import ProjectChanges, correct_stage, edit_project, set_stage
from workrelief.work.projects.services.progress import ProgressLine, progress_findings, record_progress
from workrelief.work.projects.services.registering import (
    NewProject,
    Registered,
    refusal,
    register_many,
    register_project,
)
from workrelief.work.projects.services.withdrawing import Withdrawn, withdraw_batch

__all__ = [
    "NewProject",
    "ProgressLine",
    "ProjectChanges",
    "Registered",
    "Withdrawn",
    "correct_stage",
    "edit_project",
    "progress_findings",
    "record_progress",
    "refusal",
    "register_many",
    "register_project",
    "set_stage",
    "withdraw_batch",
]
