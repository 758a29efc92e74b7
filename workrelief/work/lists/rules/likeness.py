"""How alike two projects of one county are, by name and place (rule C10): pieces of three characters, counted in common.

A hundred thousand projects are compared county by county: pieces are hashed into a few hundred columns, one product of
matrices gives an upper bound of what two names have in common, and only pairs above the mark are counted exactly.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

LEAST: Final = 600
"""From this likeness on (‰) a person is asked."""
_PIECE: Final = 3
_COLUMNS: Final = 512
_ROWS_AT_ONCE: Final = 1_000
_YEAR: Final = re.compile(r"(?:19|20)\d{2}(?:年度|年)?")
_NUMBER: Final = re.compile(r"\d+")
_COMMON: Final = re.compile(
    r"以工代赈|中央预算内投资|中央财政衔接|省级|专项资金|基础设施|建设项目|建设工程|改造提升|项目|工程|建设|年度|演示"
)
_PLACES: Final = (re.compile(r"(\w{2})(?:村|社区)"), re.compile(r"(\w{2})(?:镇|乡|街道)"))
_TOWNSHIP: Final = re.compile(r"(?:镇|乡|街道)$")
_CHINESE: Final = str.maketrans("一二三四五六七八九", "123456789")


@dataclass(frozen=True, slots=True)
class Named:
    """A project as far as likeness goes. `place` is its 12-digit division, `township` the name of the township it lies in."""

    id: int
    name: str
    place: str
    investment_fen: int = 0
    township: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """A pair, ids in order, its likeness in ‰, and why in words."""

    first: int
    second: int
    likeness: int
    words: str


def plain_name(name: str, *, without: Collection[str] = ()) -> str:
    """The name without years, places every name of the county has, and words every project has."""
    text = "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())
    text = _YEAR.sub("", text)
    for place in without:
        text = text.replace(place, "")
    bare = _COMMON.sub("", text)
    return bare or text


def pieces(plain: str) -> frozenset[str]:
    """Every run of three characters, the ends marked; a short name has few and must agree in all of them."""
    marked = f"^{plain}$"
    return frozenset(marked[i : i + _PIECE] for i in range(max(1, len(marked) - _PIECE + 1)))


def numbers(plain: str) -> tuple[str, ...]:
    """Numbers in a name (3号, 二期), in order: two names that differ only there are usually two projects."""
    return tuple(n.lstrip("0") or "0" for n in _NUMBER.findall(plain.translate(_CHINESE)))


def places(plain: str) -> tuple[frozenset[str], ...]:
    """The two characters before 村 or 社区, and before 镇, 乡 or 街道: what the name says of the place."""
    return tuple(frozenset(pattern.findall(plain)) for pattern in _PLACES)


def likeness(a: Named, b: Named, *, without: Collection[str] = ()) -> Alike | None:
    """The pair when it reaches LEAST, otherwise None."""
    left, right = _prepared(a, without), _prepared(b, without)
    return _judged(left, right)


def alike(
    projects: Sequence[Named], asked: Collection[int] | None = None, *, without: Collection[str] = ()
) -> Iterator[Alike]:
    """All pairs of one county that reach LEAST of which at least one id is `asked` (None: all of them)."""
    ready = [_prepared(one, without) for one in projects]
    chosen = [i for i, one in enumerate(ready) if asked is None or one.named.id in asked]
    if len(ready) < 2 or not chosen:
        return
    table = np.zeros((len(ready), _COLUMNS), dtype=np.float32)
    for i, one in enumerate(ready):
        table[i, list({zlib.crc32(p.encode()) % _COLUMNS for p in one.pieces})] = 1
    sizes = np.array([len(one.pieces) for one in ready], dtype=np.float32)
    seen: set[tuple[int, int]] = set()
    for start in range(0, len(chosen), _ROWS_AT_ONCE):
        part = chosen[start : start + _ROWS_AT_ONCE]
        common = table[part] @ table.T
        # A hashed column may stand for several pieces of one name, so allow for what the hashing hides.
        hidden = sizes - table.sum(axis=1)
        bound = 2_000 * (common + np.minimum(hidden[part][:, None], hidden[None, :])) / (sizes[part][:, None] + sizes)
        for row, column in zip(*np.nonzero(bound >= LEAST - _PLACE), strict=True):
            one, other = part[row], int(column)
            pair = (min(one, other), max(one, other))
            if one == other or pair in seen:
                continue
            seen.add(pair)
            if found := _judged(ready[pair[0]], ready[pair[1]]):
                yield found


_PLACE: Final = 100
"""What the same (or another) township adds to (or takes from) the likeness of names, ‰."""
_OTHER_NUMBERS: Final = 400
_OTHER_PLACE: Final = 250


@dataclass(frozen=True, slots=True)
class _Ready:
    named: Named
    pieces: frozenset[str]
    numbers: tuple[str, ...]
    places: tuple[frozenset[str], ...]
    township: str
    says_township: bool


def _prepared(one: Named, without: Collection[str]) -> _Ready:
    plain = plain_name(one.name, without=without)
    township = one.place[:9] if one.place[6:9] != "000" else ""
    return _Ready(one, pieces(plain), numbers(plain), places(plain), township, _says_township(one, without))


def _says_township(one: Named, without: Collection[str]) -> bool:
    """Whether the name names the township it lies in, with or without 镇, 乡 or 街道."""
    stem = _TOWNSHIP.sub("", one.township)
    if len(stem) > 1 and stem not in without:
        return stem in one.name
    return bool(one.township) and one.township in one.name


def _judged(a: _Ready, b: _Ready) -> Alike | None:
    common = len(a.pieces & b.pieces)
    names = round(2_000 * common / (len(a.pieces) + len(b.pieces)))
    said = [f"名称相似度{names / 10:.0f}%"]
    total = names
    if a.township and b.township:
        same = a.township == b.township
        total += _PLACE if same else -_PLACE
        said.append("同一乡镇" if same else "乡镇不同")
    else:
        said.append("同一县")
    both = next(((x, y) for x, y in zip(a.places, b.places, strict=True) if x and y), None)
    apart = bool(a.township and b.township) and a.township != b.township and a.says_township and b.says_township
    if apart or (both and not both[0] & both[1]):
        total -= _OTHER_PLACE
        said.append("村镇名称不同")
    if a.numbers != b.numbers and a.numbers and b.numbers:
        total -= _OTHER_NUMBERS
        said.append("编号不同")
    if a.named.investment_fen and a.named.investment_fen == b.named.investment_fen:
        said.append("总投资相同")
    if total < LEAST:
        return None
    first, second = sorted((a.named.id, b.named.id))
    return Alike(first, second, min(total, 1_000), "，".join(said))
