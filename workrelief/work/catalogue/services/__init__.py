"""What changes the catalogue and the bills matched against it; the only writers of this room."""

from workrelief.work.catalogue.services.editions import (
    FIRST_YEAR,
    SECTORS,
    SKILLS,
    LinkChanges,
    copy_edition,
    edit_link,
    issue_edition,
    issued_edition,
    load_edition,
)
from workrelief.work.catalogue.services.matching import (
    LineCorrection,
    MatchRequest,
    accept_sure,
    decide_line,
    decide_listing,
    match_bill,
    propose,
    tally,
)
from workrelief.work.catalogue.services.values import (
    NewQuota,
    NewRate,
    drop_quota,
    drop_rate,
    set_quota,
    set_rate,
)

__all__ = [
    "FIRST_YEAR",
    "SECTORS",
    "SKILLS",
    "LineCorrection",
    "LinkChanges",
    "MatchRequest",
    "NewQuota",
    "NewRate",
    "accept_sure",
    "copy_edition",
    "decide_line",
    "decide_listing",
    "drop_quota",
    "drop_rate",
    "edit_link",
    "issue_edition",
    "issued_edition",
    "load_edition",
    "match_bill",
    "propose",
    "set_quota",
    "set_rate",
    "tally",
]
