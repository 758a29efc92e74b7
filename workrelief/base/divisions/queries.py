"""Reading the divisions. The whole tree is read with one statement and kept for the life of the process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Aggregate, Count, QuerySet

from workrelief.base.divisions import files
from workrelief.base.divisions.models import Division
from workrelief.base.divisions.tree import NATION_CODE, NATION_NAME, Branch, Kind, Node, Tree
from workrelief.kernel import codes
from workrelief.kernel.codes import Level

__all__ = [
    "Branch",
    "Kind",
    "Node",
    "Tally",
    "children",
    "cities",
    "counties",
    "county_units",
    "division",
    "exists",
    "find",
    "forget",
    "gathered",
    "name",
    "path_name",
    "successors",
    "tally",
    "tree",
]

_kept: Tree | None = None


def division(code: str) -> Node:
    """The division of a 12-digit code, former ones included. Raises NotFound."""
    return _tree().node(code)


def exists(code: str) -> bool:
    """Whether the 12-digit code is in the dictionary, former divisions included."""
    return _tree().get(code) is not None


def name(code: str) -> str:
    """Official name of a 12-digit code: 费县; 全国 for the nation; the code itself when it is unknown."""
    if code == NATION_CODE:
        return NATION_NAME
    found = _tree().get(code)
    return found.name if found else code


def path_name(code: str) -> str:
    """Name with the city and county above it, 临沂市费县; a village gives its township; an unknown code itself."""
    if code == NATION_CODE:
        return NATION_NAME
    return _tree().path_name(code) or code


def children(code: str, on: date | None = None) -> list[Node]:
    """Divisions one level below `code` that exist (on `on`), development zones included, by code."""
    return _tree().children(code, on)


def cities() -> list[Node]:
    """The sixteen cities, in the order of their codes."""
    return [node for node in _tree() if node.level is Level.CITY and not node.is_former]


def counties(prefix: str = "37") -> list[Node]:
    """Existing GB/T 2260 counties under a prefix: 136 in the province. Development zones are not counted."""
    return [node for node in county_units(prefix) if node.kind is not Kind.ZONE]


def county_units(prefix: str = "37") -> list[Node]:
    """Counties and development zones under a prefix: what a table by county needs so that nothing is left out."""
    return [
        node
        for node in _tree()
        if node.level is Level.COUNTY and not node.is_former and codes.covers(prefix, node.code)
    ]


def find(text: str, within: str = "37", *, level: Level | None = None, on: date | None = None) -> list[Node]:
    """Divisions an office spelling may mean, see `Tree.find`; several when it is ambiguous, none when unknown."""
    return _tree().find(text, within=within, level=level, on=on)


def successors(code: str) -> list[Node]:
    """Existing divisions a code of any time leads to (莱芜市 371200 → 济南市); empty when the code is unknown."""
    return _tree().successors(code)


def tree(scope_prefixes: Sequence[str], *, down_to: Level = Level.COUNTY) -> tuple[Branch, ...]:
    """Nested divisions under each prefix of a scope, for pickers; down to counties unless told otherwise."""
    return _tree().branches(scope_prefixes, down_to=down_to)


@dataclass(frozen=True)
class Tally:
    """Rows counted and summed under every prefix from the nation ("") down: prefix → number, prefix → the sums asked for."""

    numbers: Mapping[str, int]
    sums: Mapping[str, tuple[int, ...]]


def tally(rows: QuerySet[Any], deepest: Level, *sums: Aggregate) -> Tally:
    """Number and sums of `rows` (scoped by the caller, with a `division_code`) under each prefix down to `deepest`.

    One statement for the numbers beside a list's tree, the number of its rows and the sums under it. A sum of nothing is 0.
    Grouped by the whole code, in whose order an index stands, so that the database sorts nothing.
    """
    named = {f"sum_{i}": one for i, one in enumerate(sums)}
    grouped = rows.order_by().values("division_code").annotate(number=Count("*"), **named)
    return gathered(
        ((code, number, amounts) for code, number, *amounts in grouped.values_list("division_code", "number", *named)),
        deepest,
    )


def gathered(counted: Iterable[tuple[str, int, Sequence[int | None]]], deepest: Level) -> Tally:
    """(12-digit code, number, sums) of many places, added up under each prefix down to `deepest`."""
    lengths = [0, *(length for level, length in codes.PREFIX_LENGTHS.items() if level <= deepest)]
    numbers: dict[str, int] = {}
    totals: dict[str, list[int]] = {}
    for code, number, amounts in counted:
        for length in lengths:
            prefix = code[:length]
            numbers[prefix] = numbers.get(prefix, 0) + number
            have = totals.setdefault(prefix, [0] * len(amounts))
            for i, amount in enumerate(amounts):
                have[i] += amount or 0
    return Tally(numbers, {prefix: tuple(amounts) for prefix, amounts in totals.items()})


def forget() -> None:
    """Drop the kept tree; it is read again at the next question. Called after loading."""
    global _kept
    _kept = None


def _tree() -> Tree:
    """The kept tree; an empty table is not kept, so that loading in the same process is seen."""
    global _kept
    if _kept is None:
        fresh = Tree(map(_node, Division.objects.all()), files.read_successors())
        if not len(fresh):
            return fresh
        _kept = fresh
    return _kept


def _node(row: Division) -> Node:
    return Node(
        code=row.code,
        name=row.name,
        short_name=row.short_name,
        level=Level(row.level),
        kind=Kind(row.kind),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        aliases=tuple(row.aliases.split()),
    )
