"""Finding the head of a table: one to three merged rows, wherever they stand, matched by title and alias."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from workrelief.base.intake.cells import SCALES, is_empty
from workrelief.base.intake.columns import Column
from workrelief.base.intake.gate import column_letters
from workrelief.kernel.errors import InvalidInput

SEARCHED_ROWS = 30
_BRACKETED = re.compile(r"[(\[【〔{][^)\]】〕}]*[)\]】〕}]")
_BRACKET_SIGNS = re.compile(r"[()\[\]【】〔〕{}《》“”\"'*★●:：、,，.。·_\-]")
_UNIT_BRACKET = re.compile(r"[(\[](?:单位[:：]?)?(亿元|万元|元|人|人数|人次|个|个数|天|工日|%|月|场|场次|次)[)\]]")
_TAIL_UNIT = re.compile(r"(亿元|万元|元)$")
_MONEY_UNIT = re.compile(r"[(\[](?:单位[:：]?)?(亿元|万元|元)[)\]]|(亿元|万元|元)$")
_TITLE_UNIT = re.compile(r"单位[:：](亿元|万元|元)")

MergedRange = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Head:
    """Where the head stands and what it says. Rows are 0-based indexes into the sheet.

    `places`: column name → cell index in a row; `titles`: column name → title as printed; `units`: money unit of a
    column where the file names one; `unknown`: (letter, title) of heads no column claims.
    """

    first: int
    last: int
    places: dict[str, int]
    titles: dict[str, str]
    units: dict[str, str]
    unknown: tuple[tuple[str, str], ...]
    missing: tuple[Column, ...]
    title_lines: tuple[str, ...]


def keys_of(title: str) -> tuple[str, str]:
    """(strict, loose) comparison keys of a title: without spaces, signs and units; loose also without brackets' content."""
    text = "".join(unicodedata.normalize("NFKC", title).split()).lower()
    strict = _BRACKET_SIGNS.sub("", _UNIT_BRACKET.sub("", text))
    loose = _TAIL_UNIT.sub("", _BRACKET_SIGNS.sub("", _BRACKETED.sub("", text)))
    return strict, loose or strict


@dataclass(frozen=True)
class _Wanted:
    column: Column
    ranks: dict[str, int]


def _wanted(columns: Sequence[Column]) -> list[_Wanted]:
    wanted = []
    for column in columns:
        ranks: dict[str, int] = {}
        for position, title in enumerate((column.title, *column.aliases)):
            strict, loose = keys_of(title)
            base = 6 if position == 0 else 3
            spellings = [(strict, base), (loose, base - 2)]
            if column.group:
                group = keys_of(column.group)[1]
                spellings += [
                    (f"{group}/{strict}", base + 10),
                    (f"{group}/{loose}", base + 8),
                    (f"{group}{strict}", base + 4),
                ]
            for key, rank in spellings:
                ranks[key] = max(rank, ranks.get(key, 0))
        wanted.append(_Wanted(column, ranks))
    return wanted


def find_head(
    rows: Sequence[Sequence[object]], columns: Sequence[Column], merged: Sequence[MergedRange], *, offset: int = 0
) -> Head | None:
    """The best head within the first rows, or None when nothing there looks like one.

    `rows` are the first rows of the sheet, `offset` the sheet column of their first cell. Raises InvalidInput when two
    heads claim the same column with equal right.
    """
    wanted = _wanted(columns)
    spread = _spread(rows[: SEARCHED_ROWS + 3], merged, offset)
    best: tuple[tuple[int, int, int, int], int, int] | None = None
    for first in range(min(SEARCHED_ROWS, len(spread))):
        if sum(1 for c in spread[first] if c) < 2:
            continue
        for depth in (1, 2, 3):
            if first + depth > len(spread):
                break
            labels = _labels(spread, first, depth)
            places, strength = _assign(labels, wanted)
            score = (
                sum(1 for w in wanted if w.column.name in places and _needed(w.column)),
                len(places),
                strength,
                -depth,
            )
            if places and (best is None or score > best[0]):
                best = (score, first, depth)
    if best is None or best[0][1] < min(2, len(columns)):
        return None
    _, first, depth = best
    depth = _whole_depth(spread, wanted, merged, first, depth)
    labels = _labels(spread, first, depth)
    places, _ = _assign(labels, wanted)
    _refuse_doubles(labels, wanted, places, offset)
    title_lines = tuple(" ".join(t for t in dict.fromkeys(_texts(row)) if t) for row in rows[:first])
    title_unit = next((m.group(1) for line in title_lines if (m := _TITLE_UNIT.search("".join(line.split())))), None)
    units: dict[str, str] = {}
    amounts = {c.name for c in columns if c.is_amount}
    for name, place in places.items():
        unit = (_unit_of(labels[place]) or title_unit) if name in amounts else None
        if unit in SCALES:
            units[name] = unit
    claimed = set(places.values())
    unknown = tuple(
        (column_letters(offset + i + 1), label)
        for i, label in enumerate(labels)
        if label and i not in claimed and not _is_ordinal(label)
    )
    return Head(
        first=first, last=first + depth - 1, places=places,
        titles={name: labels[place] for name, place in places.items()},
        units=units, unknown=unknown, missing=tuple(c for c in columns if _needed(c) and c.name not in places),
        title_lines=tuple(line for line in title_lines if line),
    )  # fmt: skip


def _whole_depth(
    spread: list[list[str]], wanted: Sequence[_Wanted], merged: Sequence[MergedRange], first: int, depth: int
) -> int:
    """The depth of the head with the rows its merged cells reach down to, when it then still says as much."""
    reach = max((bottom for (top, _), (bottom, _) in merged if first <= top < first + depth <= bottom), default=0)
    deeper = min(reach, len(spread) - 1) - first + 1
    if not depth < deeper <= 3:
        return depth
    before, _ = _assign(_labels(spread, first, depth), wanted)
    after, _ = _assign(_labels(spread, first, deeper), wanted)
    return deeper if before.keys() <= after.keys() else depth


def _needed(column: Column) -> bool:
    return column.required or column.in_head


def _is_ordinal(label: str) -> bool:
    return keys_of(label)[1] in ("序号", "编号", "no")


def _texts(row: Sequence[object]) -> list[str]:
    return ["" if is_empty(c) else " ".join(str(c).split()) for c in row]


def _spread(rows: Sequence[Sequence[object]], merged: Sequence[MergedRange], offset: int) -> list[list[str]]:
    """Texts of the first rows with merged cells repeated over their whole range."""
    texts = [[t if isinstance(c, str) else "" for t, c in zip(_texts(row), row, strict=True)] for row in rows]
    for (top, left), (bottom, right) in merged:
        if top >= len(texts):
            continue
        left, right = left - offset, right - offset
        if left < 0 or left >= len(texts[top]):
            continue
        text = texts[top][left]
        for row in range(top, min(bottom, len(texts) - 1) + 1):
            for place in range(left, min(right, len(texts[row]) - 1) + 1):
                texts[row][place] = text
    return texts


def _labels(texts: list[list[str]], first: int, depth: int) -> list[str]:
    """ "Group/title" of each column of a head of `depth` rows; a group without merged cells reaches to the next one."""
    upper = [list(row) for row in texts[first : first + depth]]
    for level, row in enumerate(upper[:-1]):
        for place in range(1, len(row)):
            below = any(place < len(lower) and lower[place] for lower in upper[level + 1 :])
            above_same = level == 0 or upper[level - 1][place] == upper[level - 1][place - 1]
            if (
                not row[place]
                and below
                and above_same
                and row[place - 1]
                and not _stands_alone(upper, level, place - 1)
            ):
                row[place] = row[place - 1]
    labels = []
    for place in range(max(len(row) for row in upper)):
        parts: list[str] = []
        for row in upper:
            if place < len(row) and row[place] and (not parts or parts[-1] != row[place]):
                parts.append(row[place])
        labels.append("/".join(parts))
    return labels


def _stands_alone(upper: list[list[str]], level: int, place: int) -> bool:
    """Whether the head above has no different text beneath it: a column of its own, not a group."""
    return not any(row[place] and row[place] != upper[level][place] for row in upper[level + 1 :] if place < len(row))


def _label_keys(label: str) -> list[tuple[str, int]]:
    """Keys under which a head may be claimed, each with a malus: the whole path, then the last part alone."""
    parts = label.split("/")
    keys: list[tuple[str, int]] = []
    if len(parts) > 1:
        group = keys_of(parts[-2])[1]
        for key in keys_of(parts[-1]):
            keys += [(f"{group}/{key}", 0), (f"{group}{key}", 1)]
        keys += [(key, 1) for key in keys_of(label.replace("/", ""))]
    keys += [(key, position) for position, key in enumerate(keys_of(parts[-1]))]
    return [(k, m) for k, m in keys if k]


def _rank(label: str, wanted: _Wanted) -> int:
    return max((wanted.ranks[k] - malus for k, malus in _label_keys(label) if k in wanted.ranks), default=0)


def _assign(labels: Sequence[str], wanted: Sequence[_Wanted]) -> tuple[dict[str, int], int]:
    """(column name → head index, strength of the claims): strongest claims first, each head and each column once."""
    asked: dict[str, list[tuple[int, int]]] = {}
    for order, w in enumerate(wanted):
        for key, rank in w.ranks.items():
            asked.setdefault(key, []).append((order, rank))
    claims: list[tuple[int, int, int]] = []
    for i, label in enumerate(labels):
        best: dict[int, int] = {}
        for key, malus in dict(reversed(_label_keys(label))).items() if label else ():
            for order, rank in asked.get(key, ()):
                best[order] = max(rank - malus, best.get(order, rank - malus))
        claims += [(-strength, i, order) for order, strength in best.items()]
    places: dict[str, int] = {}
    taken: set[int] = set()
    strength = 0
    for malus, i, order in sorted(claims):
        name = wanted[order].column.name
        if name not in places and i not in taken:
            places[name] = i
            taken.add(i)
            strength -= malus
    return places, strength


def _refuse_doubles(labels: Sequence[str], wanted: Sequence[_Wanted], places: dict[str, int], offset: int) -> None:
    taken = set(places.values())
    for w in wanted:
        place = places.get(w.column.name)
        if place is None or w.column.type == "text":
            continue
        rank = _rank(labels[place], w)
        for other, label in enumerate(labels):
            if other not in taken and label and _rank(label, w) == rank:
                letters = f"{column_letters(offset + place + 1)} 列和 {column_letters(offset + other + 1)} 列"
                raise InvalidInput(
                    "import.head.double",
                    f"表头“{w.column.title}”在 {letters} 出现两次，无法判断用哪一列。请删去或改名其中一列后重新上传。",
                )


def _unit_of(label: str) -> str | None:
    text = "".join(unicodedata.normalize("NFKC", label.split("/")[-1]).split())
    found = _MONEY_UNIT.search(text) or _MONEY_UNIT.search("".join(unicodedata.normalize("NFKC", label).split()))
    return (found.group(1) or found.group(2)) if found else None
