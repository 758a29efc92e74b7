"""Every unit a figure may have, with its display form. The only place where a figure is rounded for show."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from workrelief.kernel.money import FEN_PER_WAN, FEN_PER_YI, FEN_PER_YUAN, round_half_up

if TYPE_CHECKING:
    from workrelief.kernel.figure import Figure


@dataclass(frozen=True)
class Form:
    """One way to show a unit: divide by `divisor`, round to `places`, print `suffix`."""

    suffix: str
    divisor: int
    places: int
    grouped: bool = True


@dataclass(frozen=True)
class Unit:
    """A unit of exact values; `table` is the form in tables, `headline` the one in provincial text."""

    id: str
    table: Form
    headline: Form


FEN = Unit("fen", Form("万元", FEN_PER_WAN, 2), Form("亿元", FEN_PER_YI, 2, grouped=False))
FEN_PER_PERSON = Unit("fen_per_person", Form("元", FEN_PER_YUAN, 0), Form("万元", FEN_PER_WAN, 2, grouped=False))
PERSON = Unit("person", Form("人", 1, 0), Form("万人", 10_000, 2, grouped=False))
PERSON_TIME = Unit("person_time", Form("人次", 1, 0), Form("人次", 1, 0, grouped=False))
PERSON_DAY = Unit("person_day", Form("工日", 10, 1), Form("万工日", 100_000, 2, grouped=False))
PROJECT = Unit("project", Form("个", 1, 0), Form("个", 1, 0, grouped=False))
SESSION = Unit("session", Form("场", 1, 0), Form("场", 1, 0, grouped=False))
RATIO = Unit("ratio", Form("%", 1, 1), Form("%", 1, 1, grouped=False))
TIMES = Unit("times", Form("倍", 1, 2), Form("倍", 1, 2, grouped=False))

UNITS: dict[str, Unit] = {
    u.id: u for u in (FEN, FEN_PER_PERSON, PERSON, PERSON_TIME, PERSON_DAY, PROJECT, SESSION, RATIO, TIMES)
}
NO_DATA_TEXT = "—"
MASKED_TEXT = "＊"


def show_value(value: int | Decimal, unit: Unit, *, headline: bool = False, suffix: bool = False) -> str:
    """Text of an exact value: a ratio of 0.304 shows 30.4 (per cent); 1_603_000_000_00 fen show 16.03 as headline."""
    form = unit.headline if headline else unit.table
    exact = Decimal(value) * 100 if unit is RATIO else Decimal(value) / form.divisor
    rounded = round_half_up(exact, form.places)
    text = f"{rounded:,.{form.places}f}" if form.grouped else f"{rounded:.{form.places}f}"
    return text + form.suffix if suffix else text


def show(figure: Figure, *, headline: bool = False, suffix: bool = False) -> str:
    """Text of a figure, honouring its status: missing is not zero."""
    if figure.status == "masked":
        return MASKED_TEXT
    if figure.value is None:
        return NO_DATA_TEXT
    return show_value(figure.value, figure.unit, headline=headline, suffix=suffix)


def unit_suffix(unit: Unit, *, headline: bool = False) -> str:
    return (unit.headline if headline else unit.table).suffix
