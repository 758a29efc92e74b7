"""The stamp line of a page with figures: as of when, how many have reported, by which definition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.utils import timezone

Tone = Literal["", "wr-red", "wr-amber", "wr-green"]


@dataclass(frozen=True)
class StampItem:
    """A further part of the line: `label` in grey, `value` stronger, `tone` a text colour class."""

    label: str
    value: str = ""
    tone: Tone = ""


@dataclass(frozen=True)
class Stamp:
    """截至 · 已报 x/y · 口径 · 单位. Leave out what a page does not have.

    `reported` and `expected` count units of `of` (个县, 个批次); `caliber` is the words of the link to the definition.
    """

    as_of: datetime | date | None = None
    as_of_label: str = "截至"
    reported: int | None = None
    expected: int | None = None
    of: str = "个县"
    caliber: str = ""
    caliber_url: str = ""
    unit: str = ""
    items: tuple[StampItem, ...] = ()

    @property
    def as_of_text(self) -> str:
        """2023-01-12 08:00 in local time, or 2023-01-12 for a day."""
        if isinstance(self.as_of, datetime):
            return timezone.localtime(self.as_of).strftime("%Y-%m-%d %H:%M")
        return self.as_of.isoformat() if self.as_of else ""

    @property
    def is_short(self) -> bool:
        """Whether some units have not reported yet, which the line shows in amber."""
        return self.reported is not None and self.expected is not None and self.reported < self.expected
