"""Facts for the tests of the figures floor: rows with sensible defaults, posted through the real door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import count

from django.db import transaction

from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.access.scope import Scope
from workrelief.figures.ledger.facts import FUND, FUND_MOVE, PAY, PROJECT, TRAINING, FactTable
from workrelief.figures.ledger.models import Posting
from workrelief.figures.ledger.post import post, reverse_sources
from workrelief.kernel.period import month_index

NINGJIN = 371422000000
YUCHENG = 371482000000
FEIXIAN = 371325000000
YINAN = 371321000000
PROVINCE = Scope(("37",))
SYSTEM: Actor = system_actor("台账测试")
KEY, AGRI, SPECIAL = 3, 2, 1
_refs = count(1)


def a_pay_row(
    worker: int,
    *,
    engagement: int | None = None,
    paid: int = 0,
    due: int | None = None,
    on: date = date(2022, 7, 20),
    wage: int | None = None,
    division: int = NINGJIN,
    track: int = KEY,
    sector: int = 1,
    group: int = 9,
    project: int = 1,
    days: int = 200,
    local: int = 1,
    own: int | None = None,
    in_time: int | None = None,
    sign: int = 1,
    source: int | None = None,
) -> tuple[int | date | None, ...]:
    """One pay line: `paid` fen arriving `on`, earned in the ledger month `wage` (default: the month of `on`)."""
    own = paid if own is None else own
    return (
        on, month_index(on), division, track, sector, project, source or next(_refs), 0, None,
        worker, engagement if engagement is not None else worker, group, sign, days * sign,
        (paid if due is None else due), paid, on if paid else None, own, own if in_time is None else in_time,
        local * sign, wage or month_index(on),
    )  # fmt: skip


def a_project_row(
    project: int,
    *,
    investment: int,
    on: date = date(2022, 3, 1),
    division: int = NINGJIN,
    track: int = KEY,
    sector: int = 1,
) -> tuple[int | date | None, ...]:
    return (
        on,
        month_index(on),
        division,
        track,
        sector,
        project,
        next(_refs),
        0,
        None,
        1,
        1,
        investment,
        10,
        1_000_000,
    )


def a_fund_row(
    project: int,
    *,
    issued: int,
    fund_type: int = 1,
    on: date = date(2022, 3, 1),
    division: int = NINGJIN,
    track: int = SPECIAL,
) -> tuple[int | date | None, ...]:
    return (on, month_index(on), division, track, 1, project, next(_refs), 0, None, fund_type, issued, issued)


def a_move_row(
    project: int,
    *,
    received: int = 0,
    paid: int = 0,
    invested: int = 0,
    year_plan: int = 0,
    fund_type: int = 1,
    on: date = date(2022, 5, 20),
    division: int = NINGJIN,
    track: int = SPECIAL,
    source: int | None = None,
) -> tuple[int | date | None, ...]:
    """Money of a project arriving, being paid out, built for, or planned for the year, fen."""
    return (
        on, month_index(on), division, track, 1, project, source or next(_refs), 0, None,
        fund_type, received, paid, invested, year_plan,
    )  # fmt: skip


def a_training_row(
    session: int,
    *,
    times: int,
    first: bool = True,
    audience: int = 1,
    kind: int = 1,
    worker: int | None = None,
    on: date = date(2022, 5, 10),
    division: int = NINGJIN,
) -> tuple[int | date | None, ...]:
    return (
        on, month_index(on), division, 0, 0, 0, next(_refs), 0, None, session, kind, audience, int(first), times, worker
    )  # fmt: skip


def pay(*rows: Sequence[int | date | None]) -> Posting:
    with transaction.atomic():
        return post(PAY, rows, actor=SYSTEM, action="paysheet.confirm")


def projects(*rows: Sequence[int | date | None]) -> Posting:
    with transaction.atomic():
        return post(PROJECT, rows, actor=SYSTEM, action="project.register")


def funds(*rows: Sequence[int | date | None]) -> Posting:
    with transaction.atomic():
        return post(FUND, rows, actor=SYSTEM, action="project.register")


def moves(*rows: Sequence[int | date | None]) -> Posting:
    with transaction.atomic():
        return post(FUND_MOVE, rows, actor=SYSTEM, action="money.record")


def training(*rows: Sequence[int | date | None]) -> Posting:
    with transaction.atomic():
        return post(TRAINING, rows, actor=SYSTEM, action="training.register")


def take_back(*sources: int, on: date, table: FactTable = PAY) -> Posting | None:
    with transaction.atomic():
        return reverse_sources(table, sources, on=on, actor=SYSTEM, action="paysheet.reverse")
