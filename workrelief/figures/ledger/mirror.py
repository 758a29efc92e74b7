"""The mirror in Parquet: one immutable file per (fact table, year of `period`, city), named by its SM3 digest.

A posting never changes once committed, so a partition grows by exactly the rows of the postings taken up: the new
file is the old file (immutable) and those rows (immutable), sorted. Which postings those are is decided by one
statement, and the same transaction that makes the new manifest marks them as mirrored; no long read transaction and
no lock on writers is needed for the mirror to be a consistent copy. Files are written to a temporary name and
renamed when complete.
"""

from __future__ import annotations

import os
import uuid
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from workrelief.base.audit.sm3 import sm3_file
from workrelief.figures.engine import duckdb as engine
from workrelief.figures.engine.sources import RowSource
from workrelief.figures.ledger.facts import FactTable
from workrelief.figures.ledger.schema import arrow_schema

ROW_GROUP = 122_880
_FETCH = 10_000
_SORT = '"division_code", "project_id", "id"'
_NOTHING = -(2**63) + 1
"""Stands for NULL between SQLite and Arrow; no column of the ledger can hold it (checks.py keeps keys and ids small)."""
TIME_COLUMNS = ("period", "wage_period")


@dataclass(frozen=True)
class MirrorFile:
    """One partition's file: path under MIRROR_DIR, digest, rows, totals, first and last month of each time column."""

    path: str
    digest: str
    rows: int
    totals: Mapping[str, int]
    spans: Mapping[str, tuple[int, int]]


def fresh_rows(table: FactTable, posting_ids: Sequence[int]) -> pa.Table:
    """The rows of these postings from the database, as Arrow."""
    if not posting_ids:
        return arrow_schema(table).empty_table()
    return _copied(table, posting_ids) if connection.vendor == "postgresql" else _fetched(table, posting_ids)


def _query(table: FactTable, wanted: Iterable[str], posting_ids: Sequence[int]) -> str:
    ids = ", ".join(str(int(i)) for i in posting_ids)
    source = connection.ops.quote_name(f"ledger_{table.name}")
    return f'SELECT {", ".join(wanted)} FROM {source} WHERE "posting_id" IN ({ids})'  # noqa: S608 - declared names


def _copied(table: FactTable, posting_ids: Sequence[int]) -> pa.Table:
    """Through COPY and Arrow's CSV reader."""
    schema = arrow_schema(table)
    buffer = BytesIO()
    query = _query(table, map(connection.ops.quote_name, table.column_names), posting_ids)
    with connection.cursor() as on, on.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as rows:
        for part in rows:
            buffer.write(part)
    if not buffer.tell():
        return schema.empty_table()
    buffer.seek(0)
    found = pa_csv.read_csv(
        buffer,
        read_options=pa_csv.ReadOptions(column_names=schema.names, block_size=1 << 24),
        convert_options=pa_csv.ConvertOptions(column_types=schema, null_values=[""]),
    )
    return found.cast(schema)


def _fetched(table: FactTable, posting_ids: Sequence[int]) -> pa.Table:
    """Through the raw cursor of SQLite, with every value a whole number: days since 1970, a mark for nothing.

    DuckDB can read SQLite files by itself and faster, but brings its own copy of SQLite: two copies in one process drop
    one another's locks on the file, which may corrupt it.
    """
    schema = arrow_schema(table)
    wanted = []
    for column in table.columns:
        value = connection.ops.quote_name(column.name)
        if column.kind == "date":
            value = f"CAST(julianday({value}) - 2440587.5 AS INTEGER)"
        wanted.append(f"ifnull({value}, {_NOTHING})" if column.null else value)
    batches = []
    on = connection.connection.cursor()
    try:
        on.execute(_query(table, wanted, posting_ids))
        while part := on.fetchmany(_FETCH):
            columns = [
                _arrow_column(field, np.frombuffer(array("q", values), dtype=np.int64))
                for field, values in zip(schema, zip(*part, strict=True), strict=True)
            ]
            batches.append(pa.record_batch(columns, schema=schema))
    finally:
        on.close()
    return pa.Table.from_batches(batches, schema=schema)


def _arrow_column(field: Any, values: NDArray[np.int64]) -> Any:
    numbers = pa.array(values, mask=values == _NOTHING) if field.nullable else pa.array(values)
    if pa.types.is_date32(field.type):
        return numbers.cast(pa.int32()).cast(pa.date32())
    return numbers.cast(field.type)


def by_partition(rows: pa.Table) -> dict[tuple[int, str], pa.Table]:
    """Rows split by (year of `period`, 4-digit city code)."""
    if not rows.num_rows:
        return {}
    year = rows["period"].to_numpy() // 100
    city = rows["division_code"].to_numpy() // 10**8
    keys = year.astype(np.int64) * 10_000 + city
    found, inverse = np.unique(keys, return_inverse=True)
    if len(found) == 1:
        return {(int(found[0]) // 10_000, f"{int(found[0]) % 10_000:04d}"): rows}
    order = np.argsort(inverse, kind="stable")
    ends = np.cumsum(np.bincount(inverse))
    parts: dict[tuple[int, str], pa.Table] = {}
    for key, start, end in zip(found.tolist(), [0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        parts[(key // 10_000, f"{key % 10_000:04d}")] = rows.take(pa.array(order[start:end]))
    return parts


def write_partition(table: FactTable, year: int, city: str, *, old: str | None, fresh: pa.Table) -> MirrorFile:
    """Write the partition's next file: the rows of `old` (path under MIRROR_DIR) and `fresh`, sorted by place."""
    source = RowSource(table.name, arrow_schema(table), (str(path_of(old)),) if old else (), fresh)
    draft = draft_path("parquet")
    with engine.cursor() as on:
        engine.attach(on, source)
        rows = f'SELECT * FROM "{table.name}" ORDER BY {_SORT}'  # noqa: S608 - declared names
        on.execute(f"COPY ({rows}) TO '{draft}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})")
    return keep(table, year, city, draft)


def keep(table: FactTable, year: int, city: str, draft: Path) -> MirrorFile:
    """Describe a finished draft and give it its lasting name."""
    times = [c for c in TIME_COLUMNS if c in table.column_names]
    wanted = ["count(*)", *(f'sum("{c}")' for c in table.additive), *(f'min("{c}"), max("{c}")' for c in times)]
    with engine.cursor() as on:
        row = on.execute(f"SELECT {', '.join(wanted)} FROM read_parquet('{draft}')").fetchone()  # noqa: S608 - own names
    if row is None or not row[0]:
        raise RuntimeError(f"{table.name} {year}/{city}: a partition without rows")
    totals = dict(zip(table.additive, map(int, row[1:]), strict=False))
    ends = row[1 + len(table.additive) :]
    spans = {name: (int(ends[2 * i]), int(ends[2 * i + 1])) for i, name in enumerate(times)}
    digest = sm3_file(draft)
    path = f"{table.name}/{year}/{city}/{digest[:32]}.parquet"
    settle(draft, path)
    return MirrorFile(path=path, digest=digest, rows=int(row[0]), totals=totals, spans=spans)


def path_of(path: str) -> Path:
    """A mirror path on this machine."""
    return Path(settings.MIRROR_DIR) / path


def draft_path(suffix: str) -> Path:
    """A new temporary name on the same file system as the mirror."""
    folder = Path(settings.MIRROR_DIR) / "drafts"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{os.getpid()}-{uuid.uuid4().hex}.{suffix}"


def settle(draft: Path, path: str) -> None:
    """Make sure the draft is on disk, then rename it to `path`; an equal file that is already there is replaced."""
    with draft.open("rb+") as handle:
        os.fsync(handle.fileno())
    target = path_of(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(target)


def sweep(kept: Iterable[str], *, older_than: float) -> int:
    """Delete mirror files not among `kept` and drafts, last written before `older_than` (seconds since 1970)."""
    root = Path(settings.MIRROR_DIR)
    wanted = {str(path_of(p)) for p in kept}
    gone = 0
    for path in root.rglob("*.*"):
        if path.suffix in (".parquet", ".arrow") and str(path) not in wanted and path.stat().st_mtime < older_than:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
