"""Sealed months, and the lock that keeps posting and sealing from passing one another."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from workrelief.figures.ledger.models import SealedPeriod
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict
from workrelief.kernel.period import Period

_POST_LOCK = 0x57524C50  # advisory lock number of PostgreSQL: "WRLP"


def sealed_among(months: Iterable[int]) -> tuple[int, ...]:
    """Those of the ledger months (202212) that are sealed, in order."""
    found = SealedPeriod.objects.filter(month__in=list(months)).order_by("month")
    return tuple(found.values_list("month", flat=True))


def require_open(months: Iterable[int]) -> None:
    """Raises Conflict "period.sealed", naming the months, when one of them is sealed."""
    sealed = sealed_among(months)
    if sealed:
        named = "、".join(Period.of_month(m // 100, m % 100).label for m in sealed)
        raise Conflict(
            "period.sealed",
            f"{named}已经封存，不能再入账。迟到的数据请作为更正记入未封存的月份。",
            facts={"months": list(sealed)},
        )


def seal_months(period: Period, *, by: str) -> tuple[int, ...]:
    """Close the months of `period` for posting; returns those that were still open. Inside the caller's transaction."""
    months = [m.first_month for m in period.each_month()]
    fresh = tuple(sorted(set(months) - set(sealed_among(months))))
    SealedPeriod.objects.bulk_create(SealedPeriod(month=m, sealed_at=clock.now(), sealed_by=by) for m in fresh)
    return fresh


def lock_for_posting() -> None:
    """Held by every posting until its transaction ends; postings do not hinder one another.

    SQLite needs nothing: its transactions are immediate, so writers follow one another anyway.
    """
    _advisory("pg_advisory_xact_lock_shared")


def lock_for_sealing() -> None:
    """Waits until every open posting has ended, and keeps new ones waiting until the seal is committed."""
    _advisory("pg_advisory_xact_lock")


def _advisory(function: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as on:
            on.execute(f"SELECT {function}(%s)", [_POST_LOCK])
