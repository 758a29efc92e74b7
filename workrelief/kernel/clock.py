"""The current day and moment, replaceable in tests and by the demo (`travel`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """Aware moment in China standard time."""
    return _frozen.get() or datetime.now(CHINA)


def today() -> date:
    """The day in China."""
    return now().date()


@contextmanager
def travel(moment: datetime) -> Iterator[None]:
    """Let `now()` stand still at `moment` (aware) inside the block."""
    token = _frozen.set(moment.astimezone(CHINA))
    try:
        yield
    finally:
        _frozen.reset(token)
