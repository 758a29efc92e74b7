"""The current day and moment; `travel` lets it stand still in tests and imports, `shift` lets a demo run in its own year."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
_shift = timedelta(0)
_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """Aware moment in China standard time."""
    return _frozen.get() or datetime.now(CHINA) + _shift


def today() -> date:
    """The day in China."""
    return now().date()


def shift(by: timedelta) -> None:
    """Let this process's clock run `by` ahead of the machine's (negative: behind); zero puts it right again."""
    global _shift
    _shift = by


def is_shifted() -> bool:
    """Whether the clock runs apart from the machine's."""
    return bool(_shift)


def machine_moment(moment: datetime) -> datetime:
    """What the machine's clock says at `moment`: to compare with times that others wrote (queue rows, files)."""
    return moment - _shift


@contextmanager
def travel(moment: datetime) -> Iterator[None]:
    """Let `now()` stand still at `moment` (aware) inside the block."""
    token = _frozen.set(moment.astimezone(CHINA))
    try:
        yield
    finally:
        _frozen.reset(token)
