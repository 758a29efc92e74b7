"""Reads the committed files: shandong.csv (divisions) and successors.csv (what took the place of former ones)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from workrelief.base.divisions.tree import Kind, Node
from workrelief.kernel.codes import Level

DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def read_nodes() -> tuple[Node, ...]:
    """Every division of shandong.csv, by code."""
    return tuple(
        Node(
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            level=Level(int(row["level"])),
            kind=Kind(row["kind"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            aliases=tuple(row["aliases"].split()),
        )
        for row in _rows("shandong.csv")
    )


@lru_cache(maxsize=1)
def read_successors() -> dict[str, str]:
    """Former code → code of the division that took its place."""
    return {row["code"]: row["successor"] for row in _rows("successors.csv")}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
