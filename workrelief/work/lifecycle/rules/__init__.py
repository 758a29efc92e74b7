"""What is asked before each step: pure functions from a case to findings, each with its rule and clause."""

from workrelief.work.lifecycle.rules import accepting, archive, building, preparing
from workrelief.work.lifecycle.rules.case import CHECKS, Case, Check, PaperFacts, ProjectFacts
from workrelief.work.lifecycle.rules.judging import judge, missing_papers, must_explain

__all__ = [
    "CHECKS",
    "Case",
    "Check",
    "PaperFacts",
    "ProjectFacts",
    "accepting",
    "archive",
    "building",
    "judge",
    "missing_papers",
    "must_explain",
    "preparing",
]
