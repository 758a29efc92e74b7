"""Numbers as people write them: “≥15”, “约4000”, “1000余”, “120-300”, “9→18”.

What was understood is said in words and never silently made exact; a form that is not known is refused by name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from workrelief.kernel.errors import InvalidInput

LooseKind = Literal["exact", "at_least", "more_than", "at_most", "less_than", "about", "range", "change"]

BLANKS = frozenset({"", "-", "—", "——", "–", "－", "/", "／", "无", "暂无", "待定"})
"""Cells that hold no number (forms.md §1): a dash or a word for nothing."""

_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|\.\d+)"
_MEASURE = r"(?:[万亿]?(?:%|元|人次|人|名|个|场|篇|户|项|岗|村|亩|米|公里|平方米|立方米|天|日|小时|工日|月|年)|[万亿])"
_UNIT = rf"(?:{_MEASURE}(?:/(?:天|日|工日|小时|月|年|人|场|个))?)?"
_QUALIFIED = r"(?:余|多|\+|及?以上|起|及?以下|以内|左右|上下)"
_BEFORE: dict[LooseKind, tuple[str, ...]] = {
    "at_least": ("≥", ">=", "≧", "不少于", "不低于", "不小于", "至少", "大于等于"),
    "more_than": (">", "超过", "大于", "多于", "超"),
    "at_most": ("≤", "<=", "≦", "不超过", "不多于", "不高于", "至多", "最多", "小于等于"),
    "less_than": ("<", "不足", "不到", "小于", "少于"),
    "about": ("约", "大约", "近", "约为", "~", "≈", "预计约"),
    "exact": ("已发", "已发放", "共", "共计", "合计", "计", "预计", "计划", "已"),
}
_AFTER: dict[LooseKind, tuple[str, ...]] = {
    "at_least": ("以上", "及以上", "起"),
    "more_than": ("余", "多", "+"),
    "at_most": ("以下", "及以下", "以内"),
    "about": ("左右", "上下"),
}


def _longest_first(words: dict[LooseKind, tuple[str, ...]]) -> list[tuple[str, LooseKind]]:
    return sorted(((w, kind) for kind, group in words.items() for w in group), key=lambda pair: -len(pair[0]))


_PREFIXES = _longest_first(_BEFORE)
_KIND_OF_SUFFIX = {word: kind for kind, group in _AFTER.items() for word in group}
_RANGE = re.compile(rf"^(?P<low>{_NUMBER})(?P<lowunit>{_UNIT})(?:-|~|—|–|至|到)(?P<high>{_NUMBER})(?P<unit>{_UNIT})$")
_CHANGE = re.compile(
    rf"^[由从]?(?P<low>{_NUMBER})(?P<lowunit>{_UNIT})(?:→|->|=>|增至|增加到|升至|提高到|扩大到|降至|减少到)(?P<high>{_NUMBER})(?P<unit>{_UNIT})$"
)
_SINGLE = re.compile(rf"^(?P<number>{_NUMBER})(?P<near>{_QUALIFIED}?)(?P<unit>{_UNIT})(?P<far>{_QUALIFIED}?)$")


@dataclass(frozen=True, slots=True)
class LooseNumber:
    """What a loosely written number says.

    `low` and `high` are the bounds as printed, in `unit` (which stays text: %, 元/天); an open side is None. For `about`
    and `exact` both hold the number; for `change` they are the number before and after. `text` is the original, `words`
    the words beside the number that were understood (≥, 约, 已发, 余).
    """

    kind: LooseKind
    low: Decimal | None
    high: Decimal | None
    text: str
    unit: str = ""
    words: str = ""

    @property
    def is_exact(self) -> bool:
        return self.kind == "exact"

    @property
    def said(self) -> str:
        """In official Chinese: 不少于15%, 约200元/天, 由9变为18."""
        low, high = _plain(self.low), _plain(self.high)
        forms: dict[LooseKind, str] = {
            "exact": f"{low}{self.unit}",
            "at_least": f"不少于{low}{self.unit}",
            "more_than": f"多于{low}{self.unit}",
            "at_most": f"不超过{high}{self.unit}",
            "less_than": f"不足{high}{self.unit}",
            "about": f"约{low}{self.unit}",
            "range": f"{low}至{high}{self.unit}",
            "change": f"由{low}变为{high}{self.unit}",
        }
        return forms[self.kind]


def _plain(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


def is_blank(text: str) -> bool:
    """Whether a cell holds no number by convention: empty, a dash, a slash, 无."""
    return text.strip() in BLANKS


def parse_loose(text: str | int | float | Decimal) -> LooseNumber | None:
    """Understand one loosely written number; None for a blank cell.

    Raises InvalidInput, quoting the text, for anything that is not one number, one range or one change.
    """
    original = str(text).strip()
    if is_blank(original):
        return None
    plain = unicodedata.normalize("NFKC", original).replace(" ", "").replace("，", ",")
    plain = plain.replace("－", "-").replace("−", "-").replace("～", "~")
    return _pair(plain, original) or _single(plain, original)


def _pair(plain: str, original: str) -> LooseNumber | None:
    for pattern, kind in ((_CHANGE, "change"), (_RANGE, "range")):
        if found := pattern.match(plain):
            low, high = _decimal(found["low"]), _decimal(found["high"])
            scales = {unit[0] if unit[0] in "万亿" else "" for unit in (found["lowunit"], found["unit"]) if unit}
            if len(scales) > 1:
                raise InvalidInput("number.range", f"“{original}”前后两个数的单位不同，请写成同一单位。")
            if kind == "range" and low > high:
                raise InvalidInput("number.range", f"“{original}”的下限大于上限。")
            return LooseNumber(kind, low, high, original, unit=found["unit"] or found["lowunit"])  # type: ignore[arg-type]
    return None


def _single(plain: str, original: str) -> LooseNumber:
    """A number with a word before it (约4000), behind it (4000元左右) or between it and its unit (1000余场)."""
    before, kind, rest = _strip_prefix(plain)
    found = _SINGLE.match(rest)
    if not found:
        raise InvalidInput("number.form", f"“{original}”不是能识别的数字写法。")
    after = found["near"] + found["far"]
    if after:
        after_kind = _KIND_OF_SUFFIX.get(after)
        if after_kind is None or (kind != "exact" and after_kind != kind):
            raise InvalidInput("number.form", f"“{original}”的限定词不一致，请写成一个确定的数或范围。")
        kind = after_kind
    value = _decimal(found["number"])
    low = None if kind in ("at_most", "less_than") else value
    high = None if kind in ("at_least", "more_than") else value
    return LooseNumber(kind, low, high, original, unit=found["unit"], words=before + after)


def _strip_prefix(plain: str) -> tuple[str, LooseKind, str]:
    for word, kind in _PREFIXES:
        if plain.startswith(word):
            return word, kind, plain[len(word) :]
    return "", "exact", plain


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))
