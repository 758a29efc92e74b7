"""How single values of live rows are written on a page. Figures of indicators are written by `kernel.units.show`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from workrelief.kernel.figure import Figure
from workrelief.kernel.money import FEN_PER_WAN, wan_text, yi_text, yuan_text
from workrelief.kernel.units import PERSON_DAY, RATIO, show, show_value

NOTHING = "—"


def fen_wan(fen: int | None) -> str:
    """万元 with two decimals and thousands separators, of whole fen."""
    return NOTHING if fen is None else wan_text(fen)


def fen_yuan(fen: int | None) -> str:
    """元 with two decimals and thousands separators, of whole fen."""
    return NOTHING if fen is None else yuan_text(fen)


def fen_yi(fen: int | None) -> str:
    """亿元 with two decimals, of whole fen."""
    return NOTHING if fen is None else yi_text(fen)


def days(tenths: int | None) -> str:
    """20.5, of days×10."""
    return NOTHING if tenths is None else show_value(tenths, PERSON_DAY)


def ratio(value: Decimal | None) -> str:
    """30.4 (per cent), of 0.304."""
    return NOTHING if value is None else show_value(value, RATIO)


def exact_wan(fen: int | None) -> str:
    """万元 with two places, or with as many as the amount needs: a plan is equal to the fen, wherever it is read (reading 5)."""
    if fen is None:
        return NOTHING
    if fen % (FEN_PER_WAN // 100) == 0:
        return fen_wan(fen)
    return f"{Decimal(fen) / FEN_PER_WAN:,.6f}".rstrip("0").replace("-", "−")


def number(value: int | Decimal | None) -> str:
    """1,286, with a true minus sign."""
    return NOTHING if value is None else f"{value:,}".replace("-", "−")


def day(value: date | None) -> str:
    """2023-01-12, in local time for a moment."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return NOTHING if value is None else value.isoformat()


def moment(value: datetime | None) -> str:
    """2023-01-12 08:00 in local time."""
    return NOTHING if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


def shown(value: object, kind: str) -> str:
    """`value` as a cell of the column kind (see `tables.Column`); a dash for nothing."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Figure):
        return show(value)
    writers = {
        "wan": fen_wan,
        "yuan": fen_yuan,
        "days": days,
        "ratio": ratio,
        "number": number,
        "date": day,
        "moment": moment,
    }
    writer = writers.get(kind)
    return str(value) if writer is None else writer(value)  # type: ignore[operator]
