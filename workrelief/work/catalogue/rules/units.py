"""Units of work and quantities: “约4000”, “1.2万m³”, “立方”, “100m²” become a number in a known unit, or a reason why not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.loose_number import parse_loose
from workrelief.kernel.money import round_half_up

UNITS: dict[str, tuple[str, ...]] = {
    "m³": ("m3", "立方米", "立方", "方", "m^3", "自然方", "土方"),
    "m²": ("m2", "平方米", "平方", "平米", "m^2"),
    "m": ("米", "延米", "延长米", "单米"),
    "t": ("吨",),
    "株": ("棵", "颗"),
    "座": ("口", "眼"),
    "个": ("只", "处", "套", "根", "基", "穴", "盏"),
    "块": ("片", "板"),
    "亩": (),
    "工日": ("个工日", "工"),
    "项": ("宗", "式"),
}
"""Unit id and its other spellings, compared without spaces and width."""

_SCALED: dict[str, tuple[str, int | Decimal]] = {
    "km": ("m", 1000), "公里": ("m", 1000), "千米": ("m", 1000), "公顷": ("m²", 10_000), "hm2": ("m²", 10_000),
    "kg": ("t", Decimal("0.001")), "千克": ("t", Decimal("0.001")), "公斤": ("t", Decimal("0.001")),
}  # fmt: skip
_SPELLINGS = {
    word: unit for unit, words in UNITS.items() for word in (unit, unicodedata.normalize("NFKC", unit), *words)
}
_FACTOR = re.compile(r"^(?P<factor>1000|100|10|[十百千万])(?P<unit>.+)$")
_FACTORS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_TAIL = re.compile(r"(?<=[\d余多万千百起上])(?P<unit>[十百千万]?[^\d\s.,+]{1,4}[23]?)$")
_AS_SAID = {"about": "估数", "at_least": "下限（不少于）", "more_than": "下限（多于）"}
LIMIT = 10**13


@dataclass(frozen=True)
class Unit:
    """A unit that was understood: its id and how many of it one written unit is."""

    id: str
    factor: Decimal


@dataclass(frozen=True)
class Quantity:
    """A quantity × 100 in `unit`. `unit` is "" or `value_x100` None where nothing certain was said; `notes` say why."""

    value_x100: int | None
    unit: str
    notes: tuple[str, ...] = ()


def find_unit(text: str) -> Unit | None:
    """The unit a spelling means; None when unknown."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).strip("()[]/").lower()
    if plain in _SPELLINGS:
        return Unit(_SPELLINGS[plain], Decimal(1))
    if plain in _SCALED:
        unit, factor = _SCALED[plain]
        return Unit(unit, Decimal(factor))
    if found := _FACTOR.match(plain):
        inner = find_unit(found["unit"])
        if inner is not None:
            word = found["factor"]
            return Unit(inner.id, inner.factor * (_FACTORS.get(word) or int(word)))
    return None


def read_quantity(quantity: str, unit: str) -> Quantity:
    """The quantity of a line from its two cells; a unit written behind the number is read there when `unit` is empty.

    A number with 约, 余, ≥ is taken as the number said and named; a range, an upper bound or other text gives none.
    """
    notes: list[str] = []
    number, written = quantity.strip(), unit.strip()
    tail = _split_unit(number)
    if tail is not None:
        number, behind = tail
        if not written:
            written = behind
        elif not _same(behind, written):
            return Quantity(None, "", (f"工程量写作“{quantity}”，单位列写作“{unit}”，两处单位不一致，未采用",))
    known = find_unit(written) if written else None
    if known is None:
        notes.append(f"计量单位“{written}”不认识" if written else "没有计量单位")
    amount = _amount(number, notes)
    if amount is None or known is None:
        return Quantity(None, known.id if known else "", tuple(notes))
    value = amount * known.factor
    if known.factor != 1:
        times = "×" if written[:1].isdigit() else ""
        notes.append(f"{number}{times}{written} 换算为 {plain_number(value)} {known.id}")
    scaled = int(round_half_up(value * 100))
    if scaled > LIMIT:
        return Quantity(None, known.id, (*notes, f"工程量“{quantity}”过大，请核对"))
    return Quantity(scaled, known.id, tuple(notes))


def _same(one: str, other: str) -> bool:
    return find_unit(one) == find_unit(other)


def _split_unit(text: str) -> tuple[str, str] | None:
    """(number, unit) of “4000株”; None when no known unit stands behind a number."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    found = _TAIL.search(plain)
    while found:
        if find_unit(found["unit"]):
            return plain[: found.start()], found["unit"]
        found = re.compile(r"(?P<unit>[^\d\s.,+]{1,3}[23]?)$").search(plain, found.start() + 1)
    return None


def _amount(text: str, notes: list[str]) -> Decimal | None:
    """The number of a loosely written quantity, with what was understood added to `notes`."""
    try:
        loose = parse_loose(text)
    except InvalidInput:
        notes.append(f"工程量“{text}”不是能识别的数，请填一个确定的数")
        return None
    if loose is None:
        notes.append("没有工程量")
        return None
    if loose.kind not in ("exact", *_AS_SAID) or loose.low is None:
        notes.append(f"工程量“{text}”读作“{loose.said}”，不是一个确定的数，未采用")
        return None
    value = loose.low
    if loose.unit == "万":
        value *= 10_000
    elif loose.unit:
        notes.append(f"工程量“{text}”带有单位“{loose.unit}”，不是工程计量单位，未采用")
        return None
    if loose.kind != "exact":
        notes.append(f"工程量“{text}”是{_AS_SAID[loose.kind]}，按 {plain_number(value)} 估算")
    return value


def plain_number(value: Decimal) -> str:
    """1,200.5 without needless zeros."""
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def quantity_text(value_x100: int) -> str:
    """A quantity × 100 as text."""
    return plain_number(Decimal(value_x100) / 100)
