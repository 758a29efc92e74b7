"""What changes lives: adopting, steps, marks, promises, papers and objections; the only writers of this room."""

from workrelief.work.lifecycle.services.adopting import adopt, begin
from workrelief.work.lifecycle.services.describing import (
    NewSite,
    clear_mark,
    set_commitment,
    set_implementer,
    set_mark,
    set_site,
    set_sites,
)
from workrelief.work.lifecycle.services.following import renew_limits
from workrelief.work.lifecycle.services.papers import (
    NewPaper,
    attach_paper,
    attach_papers,
    raise_objection,
    settle_objection,
    withdraw_paper,
)
from workrelief.work.lifecycle.services.stepping import correct_state, take_step, take_steps

__all__ = [
    "NewPaper",
    "NewSite",
    "adopt",
    "attach_paper",
    "attach_papers",
    "begin",
    "clear_mark",
    "correct_state",
    "raise_objection",
    "renew_limits",
    "set_commitment",
    "set_implementer",
    "set_mark",
    "set_site",
    "set_sites",
    "settle_objection",
    "take_step",
    "take_steps",
    "withdraw_paper",
]
