"""How the story of one project of the demo year goes: on which day each step was taken, and what is unusual about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from workrelief.kernel.kinds import FundType

BEFORE_START: Mapping[str, int] = {
    "survey": 190, "reserve": 170, "approve": 150, "tender": 12, "confirm_self_build": 12, "contract": 7, "mobilise": 3,
    "start": 0,
}  # fmt: skip
"""Days before the start of work on which a step was taken."""
BEFORE_APPLYING: Mapping[str, int] = {"survey": 62, "reserve": 42, "approve": 22, "publicise_plan": 10}
"""The same for projects that asked for plan money, counted from the day of the application."""
AFTER_START = {"build": 4}
AFTER_END: Mapping[str, int] = {
    "complete_main": 0, "self_check": 6, "accept": 14, "announce_result": 20, "hand_over": 26, "put_in_use": 28,
    "archive": 60, "evaluate": 75,
}  # fmt: skip


def listed_on(year: int) -> date:
    """When the lists of a year were issued."""
    return date(year, 1, 10)


@dataclass(frozen=True)
class Told:
    """One project and how its story goes. `number` decides what is unusual about it.

    `granted` is what the plans gave it, fen by fund; `plan_days` the days of the steps its plan money took, and of the
    notice after them; both are empty for projects without plan money.
    """

    id: int
    code: str
    track: str
    starts_on: date
    ends_on: date
    planned_pay_fen: int
    investment_fen: int
    division_code: str
    owner_name: str
    number: int
    implementer: str
    granted: Mapping[FundType, int] = field(default_factory=dict)
    plan_days: Mapping[str, date] = field(default_factory=dict)

    @property
    def is_suspended(self) -> bool:
        return self.number % 61 == 7

    @property
    def is_changing(self) -> bool:
        return self.number % 47 == 5

    @property
    def is_late(self) -> bool:
        """Everything after completion took a season longer."""
        return self.number % 11 == 3

    @property
    def forgets_notice(self) -> bool:
        """Accepted, and nobody told the villagers: the notice of the result is overdue."""
        return self.number % 23 == 11

    @property
    def lacks_papers(self) -> bool:
        return self.number % 9 == 4

    @property
    def approval_no(self) -> str:
        return self.paper_number(self.day("approve") or self.starts_on)

    def paper_number(self, on: date) -> str:
        """The number of a paper of that day."""
        return f"演示〔{on.year}〕{self.number % 900 + 1}号"

    def day(self, step: str) -> date | None:
        """When the step was taken; None when it has not been."""
        if step in self.plan_days:
            return self.plan_days[step]
        if step in BEFORE_APPLYING and self.plan_days:
            return self.plan_days["apply"] - timedelta(days=BEFORE_APPLYING[step])
        if step == "list":
            return min(listed_on(self.starts_on.year), self.starts_on - timedelta(days=BEFORE_START["tender"] + 2))
        if step in BEFORE_START:
            return self.starts_on - timedelta(days=BEFORE_START[step])
        if step in AFTER_START:
            return self.starts_on + timedelta(days=AFTER_START[step])
        if self.is_suspended or step not in AFTER_END:
            return None
        if self.forgets_notice and step not in ("complete_main", "self_check", "accept"):
            return None
        late = 100 if self.is_late and step not in ("complete_main", "self_check") else 0
        return self.ends_on + timedelta(days=AFTER_END[step] + late)
