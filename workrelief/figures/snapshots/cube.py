"""The cube of one partition: additive measures and exact sets of persons for every lowest cell, kept beside its
Parquet.

Persons do not add up: one person may work in two townships. A set is a roaring bitmap of dense keys; a higher level is
the union of its sets, in milliseconds, and equal to a distinct count over the rows.

**Reversals.** A set cannot subtract, so the following is kept. Let a key's *net* in a cell be the sum of its weights
there (+1 for a line, −1 for a line taken back). A key whose net is nowhere below zero stands in a union of cells
exactly when it stands in one of them, so bitmaps of the cells with net above zero are enough. A key with a net below
zero in some cell of this partition (its original lies in another cell or another partition) is an *exception*: it
enters no bitmap, and its nets are listed cell by cell. Whoever reads several partitions resolves every key that is
an exception in one of them from its nets in all of them (`view.py`).

A file is a row of Arrow streams: for each family its cells, then one table of exceptions for each set.
"""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyroaring import BitMap

from workrelief.base.audit.sm3 import sm3_file
from workrelief.figures.engine import duckdb as engine
from workrelief.figures.engine.sources import RowSource
from workrelief.figures.ledger import mirror
from workrelief.figures.ledger.facts import FactTable
from workrelief.figures.snapshots.families import Family, Grain, SetSpec, families_of

VERSION = 1
_LARGEST_KEY = 2**32 - 1
_CACHE_BYTES = 2_000_000_000
_KEEP_BYTES = 500_000
_MANY = 48
_BATCH = 500_000
_MOST_GRAINS = 32
Int64s = NDArray[np.int64]


@dataclass(frozen=True)
class Nets:
    """Nets of some keys, cell by cell: three columns of equal length. `cell` is a position among the part's codes."""

    cell: Int64s
    key: Int64s
    net: Int64s

    @classmethod
    def none(cls) -> Nets:
        empty = np.empty(0, dtype=np.int64)
        return cls(empty, empty, empty)


def united(bitmaps: Sequence[BitMap]) -> BitMap:
    """The union. Many are united at once through full-size blocks; for a few that costs six times more than one by one."""
    if len(bitmaps) > _MANY:
        return BitMap.union(*bitmaps)
    result = BitMap(bitmaps[0]) if bitmaps else BitMap()
    for other in bitmaps[1:]:
        result |= other
    return result


class Bitmaps:
    """The bitmaps of one set, cell by cell. `everyone` is in one of them; `exceptions` are in none."""

    def __init__(self, everyone: BitMap, exceptions: Nets) -> None:
        self.everyone = everyone
        self.exceptions = exceptions
        self.exceptional = BitMap(exceptions.key.tolist())

    def at(self, cells: Sequence[int]) -> list[BitMap]:
        """Bitmaps of several cells."""
        raise NotImplementedError


class StoredBitmaps(Bitmaps):
    """Bitmaps of the lowest cells, in the file. Taken out to be united; kept only while they are small altogether."""

    def __init__(self, column: pa.LargeBinaryArray, everyone: BitMap, exceptions: Nets) -> None:
        super().__init__(everyone, exceptions)
        _, offsets, data = column.buffers()
        self._offsets = np.frombuffer(offsets, dtype=np.int64)[column.offset : column.offset + len(column) + 1].tolist()
        self._data = memoryview(data if data is not None else b"").cast("B")

        self._kept: dict[int, BitMap] | None = {} if len(self._data) <= _KEEP_BYTES else None

    def at(self, cells: Sequence[int]) -> list[BitMap]:
        kept = self._kept
        if kept is None:
            return [self._take(cell) for cell in cells]
        for cell in cells:
            if cell not in kept:
                kept[cell] = self._take(cell)
        return [kept[cell] for cell in cells]

    def _take(self, cell: int) -> BitMap:
        start, end = self._offsets[cell], self._offsets[cell + 1]
        return BitMap.deserialize(self._data[start:end]) if end > start else BitMap()  # type: ignore[arg-type] # any buffer


class UnitedBitmaps(Bitmaps):
    """Bitmaps of coarser cells: unions of those below, made when first asked for and then kept."""

    def __init__(self, below: Bitmaps, cell_of: Int64s, cells: int) -> None:
        nets = below.exceptions
        super().__init__(below.everyone, Nets(cell_of[nets.cell], nets.key, nets.net))
        self._below = below
        self._order = np.argsort(cell_of, kind="stable").tolist()
        self._edges = np.searchsorted(np.sort(cell_of), np.arange(cells + 1)).tolist()
        self._kept: list[BitMap | None] = [None] * cells

    def at(self, cells: Sequence[int]) -> list[BitMap]:
        kept = self._kept
        for cell in cells:
            if kept[cell] is None:
                kept[cell] = united(self._below.at(self._order[self._edges[cell] : self._edges[cell + 1]]))
        return [kept[cell] for cell in cells]  # type: ignore[misc] # filled just above


@dataclass(frozen=True)
class Part:
    """The cells of one family in one partition: ascending codes, sums, counts of known keys, bitmaps.

    A part of a coarser grain knows the `below` it was made of, and which of its cells each of those belongs to.
    """

    family: Family
    codes: Int64s
    sums: dict[str, Int64s]
    known: dict[str, Int64s]
    sets: dict[str, Bitmaps]
    below: Part | None = None
    cell_of: Int64s | None = None
    _coarser: dict[Grain, Part] = field(default_factory=dict, repr=False)

    def at(self, grain: Grain) -> Part:
        """The same facts in coarser cells; kept, so that warm reading unites a few hundred sets, not all of them."""
        found = self._coarser.get(grain)
        if found is None:
            if len(self._coarser) >= _MOST_GRAINS:
                self._coarser.pop(next(iter(self._coarser)), None)
            found = self._coarser[grain] = self._rolled_up(grain)
        return found

    def _rolled_up(self, grain: Grain) -> Part:
        codes, cell_of = np.unique(self.family.coarser(self.codes, grain), return_inverse=True)

        def added(column: Int64s) -> Int64s:
            total = np.zeros(len(codes), dtype=np.int64)
            np.add.at(total, cell_of, column)
            return total

        return Part(
            self.family,
            codes,
            {name: added(column) for name, column in self.sums.items()},
            {name: added(column) for name, column in self.known.items()},
            {name: UnitedBitmaps(bitmaps, cell_of, len(codes)) for name, bitmaps in self.sets.items()},
            self,
            cell_of,
        )


@dataclass(frozen=True)
class PartitionCube:
    """All families of one partition. `size` is what its file weighs, in bytes."""

    parts: dict[str, Part]
    size: int
    _keeps: Any = field(default=None, repr=False)  # the memory map the arrays look into


Batches = Callable[[list[str]], Iterable[pa.RecordBatch]]
"""Gives the rows of a partition, some columns of them, in batches of bounded size."""


def write(table: FactTable, parquet: str, digest: str) -> tuple[str, str]:
    """Build the cube of a Parquet file of the mirror; returns its path under MIRROR_DIR and its digest."""
    path = str(Path(parquet).with_name(f"{digest[:32]}.v{VERSION}.arrow"))
    draft = mirror.draft_path("arrow")
    with pq.ParquetFile(mirror.path_of(parquet)) as file, pa.OSFile(str(draft), "wb") as sink:
        _build(table, sink, lambda columns: file.iter_batches(_BATCH, columns=columns))
    cube_digest = sm3_file(draft)
    mirror.settle(draft, path)
    return path, cube_digest


def of_rows(table: FactTable, fresh: pa.Table) -> PartitionCube:
    """The cube of rows that are not in any file yet."""
    sink = pa.BufferOutputStream()
    _build(table, sink, lambda columns: fresh.select(columns).to_batches(_BATCH))
    return _load(table, pa.BufferReader(sink.getvalue()))


_loaded: OrderedDict[str, PartitionCube] = OrderedDict()
_lock = threading.Lock()


def load(table: FactTable, path: str) -> PartitionCube:
    """The cube at `path` (under MIRROR_DIR); the most recently used ones stay mapped, with what was united of them."""
    full = str(mirror.path_of(path))
    with _lock:
        found = _loaded.get(full)
        if found is not None:
            _loaded.move_to_end(full)
            return found
    found = _load(table, pa.memory_map(full))
    with _lock:
        _loaded[full] = found
        while len(_loaded) > 1 and sum(c.size for c in _loaded.values()) > _CACHE_BYTES:
            _loaded.popitem(last=False)
    return found


def nets_of(part: Part, spec: SetSpec, keys: BitMap, source: RowSource) -> Nets:
    """Nets of these keys in the rows of a partition, cell by cell."""
    wanted = pa.table({"wanted": pa.array(keys.to_array(), pa.int64())})
    weight = " + ".join(f'"{w}"' for w in spec.weights)
    with engine.cursor() as on:
        on.register("wanted_keys", wanted)
        engine.attach(on, source)
        found = on.execute(
            f'SELECT {part.family.code_sql()} AS code, "{spec.key}"::BIGINT AS key, sum({weight})::BIGINT AS net '  # noqa: S608 - declared names
            f'FROM "{source.name}" WHERE "{spec.key}" IN (SELECT wanted FROM wanted_keys) GROUP BY 1, 2 HAVING net <> 0'
        ).fetchnumpy()
    lowest = part if part.below is None else part.below
    cell = np.searchsorted(lowest.codes, found["code"]).astype(np.int64)
    return Nets(cell if part.cell_of is None else part.cell_of[cell], found["key"], found["net"])


def _build(table: FactTable, sink: Any, batches: Batches) -> None:
    for family in families_of(table):
        _build_family(family, sink, batches)


def _build_family(family: Family, sink: Any, batches: Batches) -> None:
    rows = _rows(family, batches)
    codes = np.unique(rows["code"])
    cell = np.searchsorted(codes, rows.pop("code"))

    def added(column: NDArray[Any]) -> Int64s:
        total = np.zeros(len(codes), dtype=np.int64)
        np.add.at(total, cell, column.astype(np.int64))
        return total

    columns: dict[str, Any] = {"code": codes.astype(np.int64)}
    columns |= {name: added(rows.pop(name)) for name in family.sums if name not in family.weights}
    columns |= {name: added(rows[name]) for name in family.sums if name in family.weights}
    columns |= {f"known_{s.name}": added(rows[s.key] >= 0) for s in family.sets if s.key_may_be_empty}
    extras: list[tuple[SetSpec, BitMap, Nets]] = []
    where = cell.astype(np.uint64) << np.uint64(32)
    for spec in family.sets:
        blobs, everyone, exceptions = _sets(spec, where, rows, len(codes))
        columns[f"set_{spec.name}"] = blobs
        extras.append((spec, everyone, exceptions))
    _write_stream(sink, pa.table(columns))
    for spec, everyone, exceptions in extras:
        table = pa.table({"cell": exceptions.cell, "key": exceptions.key, "net": exceptions.net})
        _write_stream(sink, table.replace_schema_metadata({"set": spec.name, "everyone": everyone.serialize()}))


def _write_stream(sink: Any, table: pa.Table) -> None:
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)


def _rows(family: Family, batches: Batches) -> dict[str, NDArray[Any]]:
    """Of each row: its cell's code, the columns summed, the keys (−1 when empty) and weights of the sets."""
    kept = sorted({*family.sums, *family.weights, *(s.key for s in family.sets)})
    gathered: dict[str, list[NDArray[Any]]] = {name: [] for name in ("code", *kept)}
    for batch in batches(sorted({*kept, "division_code", family.time, *family.dims})):
        taken = {
            name: (pc.fill_null(column, -1) if column.null_count else column).to_numpy(zero_copy_only=False)
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        }
        gathered["code"].append(family.codes_of(taken))
        for name in kept:
            gathered[name].append(taken[name])
    return {name: np.concatenate(gathered.pop(name)) for name in ("code", *kept)}


def _sets(
    spec: SetSpec, where: NDArray[np.uint64], rows: dict[str, NDArray[Any]], cells: int
) -> tuple[pa.LargeBinaryArray, BitMap, Nets]:
    """Bitmaps by cell, everyone in them, nets of exceptions. `where` is the cell of each row, shifted left by 32."""
    key = rows[spec.key]
    weight = rows[spec.weights[0]]
    for other in spec.weights[1:]:
        weight = weight + rows[other]
    if len(key) and int(key.max()) > _LARGEST_KEY:
        raise RuntimeError(f"{spec.key} {int(key.max())} does not fit a 32-bit set")
    valid = key >= 0 if spec.key_may_be_empty else np.ones(len(key), dtype=np.bool_)
    below = valid & (weight < 0)
    exceptions = Nets.none()
    healed = np.empty(0, dtype=np.uint64)
    standing = valid & (weight > 0)
    if below.any():
        touched = valid & np.isin(key, _distinct(key[below].astype(np.int64)))
        standing &= ~touched
        exceptions, healed = _resolve(where[touched] + key[touched].astype(np.uint64), weight[touched])
    pairs = where[standing]
    pairs += key[standing].astype(np.uint64)
    pairs = _distinct(np.concatenate([pairs, healed]) if len(healed) else pairs)
    members_of: list[BitMap] = []
    cell_of = pairs >> np.uint64(32)
    edges = np.searchsorted(cell_of, np.arange(cells + 1, dtype=np.uint64)).tolist()
    values = array("I", (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32).tobytes())
    for start, end in pairwise(edges):
        members = BitMap(values[start:end])
        members.run_optimize()
        members_of.append(members)
    everyone = united(members_of)
    blobs = [members.serialize() if members else b"" for members in members_of]
    return pa.array(blobs, pa.large_binary()), everyone, exceptions


def _resolve(pairs: NDArray[np.uint64], weight: NDArray[Any]) -> tuple[Nets, NDArray[np.uint64]]:
    """Nets of keys that were taken back somewhere: the exceptions, and the pairs of all others that stand."""
    order = np.argsort(pairs, kind="stable")
    ordered = pairs[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    nets = np.add.reduceat(weight[order].astype(np.int64), starts)
    cell_and_key = ordered[starts]
    keys = (cell_and_key & np.uint64(0xFFFFFFFF)).astype(np.int64)
    exceptional = np.isin(keys, keys[nets < 0])
    listed = exceptional & (nets != 0)
    cells = (cell_and_key >> np.uint64(32)).astype(np.int64)
    return Nets(cells[listed], keys[listed], nets[listed]), cell_and_key[~exceptional & (nets > 0)]


def _distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Ascending, each value once. Sorts in place: several times faster than np.unique on millions of keys."""
    values.sort()
    if len(values) < 2:
        return values
    distinct: NDArray[Any] = values[np.concatenate([[True], values[1:] != values[:-1]])]
    return distinct


def _load(table: FactTable, source: Any) -> PartitionCube:
    parts: dict[str, Part] = {}
    for family in families_of(table):
        cells = pa.ipc.open_stream(source).read_all().combine_chunks()
        sets: dict[str, Bitmaps] = {}
        for spec in family.sets:
            listed = pa.ipc.open_stream(source).read_all()
            everyone = BitMap.deserialize(listed.schema.metadata[b"everyone"])
            nets = Nets(*(listed[c].to_numpy().astype(np.int64) for c in ("cell", "key", "net")))
            sets[spec.name] = StoredBitmaps(_only_chunk(cells[f"set_{spec.name}"]), everyone, nets)
        parts[family.name] = Part(
            family=family,
            codes=cells["code"].to_numpy(),
            sums={name: cells[name].to_numpy() for name in family.sums},
            known={s.name: cells[f"known_{s.name}"].to_numpy() for s in family.sets if s.key_may_be_empty},
            sets=sets,
        )
    return PartitionCube(parts, size=source.size(), _keeps=source)


def _only_chunk(column: pa.ChunkedArray) -> Any:
    return column.chunk(0) if column.num_chunks else pa.array([], pa.large_binary())
