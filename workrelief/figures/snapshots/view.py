"""A view: one exact state of the ledger to read from, a manifest's files plus rows posted since.

Both parts are immutable, so everything computed from a view may be kept. Its name says what it holds:
`2022-v1`, `live-000012`, or `live-000012+45-47` when the postings 45 to 47 were not mirrored yet.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise

import numpy as np
import pyarrow as pa
from pyroaring import BitMap

from workrelief.figures.engine.sources import RowSource
from workrelief.figures.ledger import mirror
from workrelief.figures.ledger.facts import FACTS, FactTable
from workrelief.figures.ledger.schema import arrow_schema
from workrelief.figures.snapshots import cube
from workrelief.figures.snapshots.cube import Int64s, Nets, Part
from workrelief.figures.snapshots.families import FINEST, Family, Grain, SetSpec
from workrelief.figures.snapshots.manifest import FileEntry, Files


@dataclass(frozen=True)
class Waiting:
    """Rows of postings that no file holds yet, by fact; `name` is empty when there are none."""

    name: str
    as_of: datetime | None
    tables: Mapping[str, pa.Table]

    @cached_property
    def cubes(self) -> dict[str, cube.PartitionCube]:
        return {fact: cube.of_rows(FACTS[fact], rows) for fact, rows in self.tables.items() if rows.num_rows}


@dataclass(frozen=True)
class Piece:
    """A part of a family's cells and where its rows lie."""

    part: Part
    source: RowSource


class Cells:
    """All cells of one family in a view: codes taken apart into dimensions, sums, sets."""

    def __init__(self, family: Family, pieces: Sequence[Piece]) -> None:
        self.family = family
        self.pieces = tuple(pieces)
        self.starts = np.cumsum([0, *(len(p.part.codes) for p in pieces)]).tolist()
        codes = _joined([p.part.codes for p in pieces])
        self.dims: dict[str, Int64s] = {
            name: (codes // divisor) % modulus for name, (divisor, modulus) in family.dim_places.items()
        }
        self.division: Int64s = self.dims.pop("unit") * 1_000
        self.quarter: Int64s = self.dims.pop("quarter")
        self.sums = {name: _joined([p.part.sums[name] for p in pieces]) for name in family.sums}
        self.known = {
            s.name: _joined([p.part.known[s.name] for p in pieces]) for s in family.sets if s.key_may_be_empty
        }
        self._exceptions: dict[str, tuple[BitMap, Nets]] = {}

    def __len__(self) -> int:
        return len(self.quarter)

    def bitmaps(self, set_name: str, cells: Int64s) -> list[BitMap]:
        """The bitmaps of ascending cells."""
        found: list[BitMap] = []
        edges = np.searchsorted(cells, self.starts)
        for piece, start, (low, high) in zip(self.pieces, self.starts, pairwise(edges.tolist()), strict=False):
            if high > low:
                found += piece.part.sets[set_name].at((cells[low:high] - start).tolist())
        return found

    def exceptions(self, spec: SetSpec) -> tuple[BitMap, Nets]:
        """Keys that no union may decide upon, and all their nets in this view (see cube.py)."""
        found = self._exceptions.get(spec.name)
        if found is None:
            found = self._exceptions[spec.name] = self._resolve(spec)
        return found

    def _resolve(self, spec: SetSpec) -> tuple[BitMap, Nets]:
        keys = cube.united([p.part.sets[spec.name].exceptional for p in self.pieces])
        if not keys:
            return keys, Nets.none()
        gathered = [Nets.none()]
        for piece, start in zip(self.pieces, self.starts, strict=False):
            own = piece.part.sets[spec.name]
            gathered.append(Nets(own.exceptions.cell + start, own.exceptions.key, own.exceptions.net))
            elsewhere = (keys - own.exceptional) & own.everyone
            if elsewhere:
                nets = cube.nets_of(piece.part, spec, elsewhere, piece.source)
                gathered.append(Nets(nets.cell + start, nets.key, nets.net))
        return keys, Nets(*(np.concatenate([getattr(n, c) for n in gathered]) for c in ("cell", "key", "net")))


@dataclass(frozen=True)
class View:
    """What a reader reads."""

    files: Files
    waiting: Waiting

    @property
    def name(self) -> str:
        return self.files.name + (f"+{self.waiting.name}" if self.waiting.name else "")

    @property
    def as_of(self) -> datetime:
        return max(self.files.made_at, self.waiting.as_of or self.files.made_at)

    @cached_property
    def rows(self) -> int:
        return self.files.rows + sum(int(t.num_rows) for t in self.waiting.tables.values())

    @cached_property
    def _cells(self) -> dict[tuple[str, Grain, tuple[tuple[str, int, str], ...]], Cells]:
        return {}

    @cached_property
    def _cubes(self) -> dict[str, cube.PartitionCube]:
        return {}

    def cells(self, family: Family, first_month: int, last_month: int, grain: Grain = FINEST) -> Cells:
        """Cells of the partitions that may hold these months by the family's time, as fine as `grain` asks."""
        entries = self._entries(family.table, family.time, first_month, last_month)
        key = (family.name, grain, tuple(e.key for e in entries))
        found = self._cells.get(key)
        if found is None:
            found = self._cells[key] = Cells(family, list(self._pieces(family, entries, grain)))
        return found

    def source(self, table: FactTable, time: str, first_month: int, last_month: int) -> RowSource:
        """Rows of the partitions that may hold these months by `time`."""
        entries = self._entries(table, time, first_month, last_month)
        paths = tuple(str(mirror.path_of(e.path)) for e in entries)
        return RowSource(table.name, arrow_schema(table), paths, self.waiting.tables.get(table.name))

    def _entries(self, table: FactTable, time: str, first_month: int, last_month: int) -> list[FileEntry]:
        return [e for e in self.files.of_fact(table.name) if e.touches(time, first_month, last_month)]

    def _pieces(self, family: Family, entries: Sequence[FileEntry], grain: Grain) -> Iterator[Piece]:
        table = family.table
        for entry in entries:
            paths = (str(mirror.path_of(entry.path)),)
            if entry.cube not in self._cubes:
                self._cubes[entry.cube] = cube.load(table, entry.cube)
            part = self._cubes[entry.cube].parts[family.name].at(grain)
            yield Piece(part, RowSource(table.name, arrow_schema(table), paths))
        if table.name in self.waiting.cubes:
            part = self.waiting.cubes[table.name].parts[family.name].at(grain)
            yield Piece(part, RowSource(table.name, arrow_schema(table), (), self.waiting.tables[table.name]))


def _joined(columns: Sequence[Int64s]) -> Int64s:
    return np.concatenate(columns) if columns else np.empty(0, dtype=np.int64)


class KeptViews:
    """The views used last, by name; safe between threads. A view carries its cells, so a warm read only adds up."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._views: OrderedDict[str, View] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> View | None:
        with self._lock:
            found = self._views.get(name)
            if found is not None:
                self._views.move_to_end(name)
            return found

    def put(self, name: str, view: View) -> View:
        with self._lock:
            self._views[name] = view
            while len(self._views) > self._most:
                self._views.popitem(last=False)
        return view

    def clear(self) -> None:
        with self._lock:
            self._views.clear()
