"""What changes projects: registering lists, editing, stages, progress tables, and taking an import back."""

from workrelief.work.projects.services.editing import (
    ProjectChanges,
    correct_stage,
    edit_project,
    follow_edits,
    set_stage,
)
from workrelief.work.projects.services.issuing import IssuedFund, issue_funds
from workrelief.work.projects.services.listing import YearListing, give_levels, put_on_year, take_off_year
from workrelief.work.projects.services.matched import MatchDraft, draft_from_match, write_from_match
from workrelief.work.projects.services.progress import ProgressLine, progress_findings, record_progress
from workrelief.work.projects.services.registering import (
    NewProject,
    Registered,
    refusal,
    register_many,
    register_project,
    said_of,
)
from workrelief.work.projects.services.stages import carry_stages
from workrelief.work.projects.services.withdrawing import Withdrawn, withdraw_batch

__all__ = [
    "IssuedFund",
    "MatchDraft",
    "NewProject",
    "ProgressLine",
    "ProjectChanges",
    "Registered",
    "Withdrawn",
    "YearListing",
    "carry_stages",
    "correct_stage",
    "draft_from_match",
    "edit_project",
    "follow_edits",
    "give_levels",
    "issue_funds",
    "progress_findings",
    "put_on_year",
    "record_progress",
    "refusal",
    "register_many",
    "register_project",
    "said_of",
    "set_stage",
    "take_off_year",
    "withdraw_batch",
    "write_from_match",
]
