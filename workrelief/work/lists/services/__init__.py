"""What changes the lists: entering, the steps up to the issuing office, editions, and what a person said about doubles."""

from workrelief.work.lists.services.doubles import DECISIONS, decide_duplicate, look_for_duplicates, notice
from workrelief.work.lists.services.entering import NewEntry, enter, enter_many, withdraw_entries
from workrelief.work.lists.services.issuing import close_year, issue, require_next_paper, withdraw_edition
from workrelief.work.lists.services.stepping import (
    adjust,
    advance,
    follow_edit,
    promote,
    promote_many,
    take_out,
    take_out_many,
)

__all__ = [
    "DECISIONS",
    "NewEntry",
    "adjust",
    "advance",
    "close_year",
    "decide_duplicate",
    "enter",
    "enter_many",
    "follow_edit",
    "issue",
    "look_for_duplicates",
    "notice",
    "promote",
    "promote_many",
    "require_next_paper",
    "take_out",
    "take_out_many",
    "withdraw_edition",
    "withdraw_entries",
]
