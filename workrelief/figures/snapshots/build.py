"""Bringing the mirror up to date: waiting postings → new files of the partitions they touch → a new live manifest.

Nothing here can leave half a state: files are complete before they get their name, and one transaction makes the
manifest and marks the postings. A crash leaves at most files nobody names, swept later; the next run starts from the
same state.
"""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
from django.conf import settings
from django.db import connection, transaction

from workrelief.figures.ledger import mirror
from workrelief.figures.ledger.facts import FACTS, FactTable
from workrelief.figures.ledger.models import Posting
from workrelief.figures.snapshots import cube, queries
from workrelief.figures.snapshots.manifest import FileEntry, Files, catalogue_hash, digest_of, stored
from workrelief.figures.snapshots.models import Manifest
from workrelief.kernel import clock

ROWS_AT_ONCE = 4_000_000
"""Rows taken up in one round; bounds the memory of a refresh after a very large import."""
_ROWS_SIDE_BY_SIDE = 3_000_000
_KEEP_LIVE = 3
_KEEP_FOR = timedelta(hours=2)
_REFRESH_LOCK = 0x57524C4D  # advisory lock number of PostgreSQL: "WRLM"

Partition = tuple[str, int, str]
T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[str, int, int], object]


def _silent(message: str, done: int, total: int) -> None:
    """No progress wanted."""


class LedgerMismatch(RuntimeError):
    """Rows read for the mirror do not add up to what their postings say. Nothing was made; the ledger needs a look."""


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Only one refresh, seal or rebuild runs at a time, over all processes; others wait.

    Take it before opening a transaction: the holder of the lock must never wait for a writer that waits for the lock.
    """
    path = Path(settings.MIRROR_DIR) / "refresh.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        _advisory("pg_advisory_lock")
        try:
            yield
        finally:
            _advisory("pg_advisory_unlock")


def _advisory(function: str) -> None:
    if connection.vendor == "postgresql" and not connection.needs_rollback:
        with connection.cursor() as on:
            on.execute(f"SELECT {function}(%s)", [_REFRESH_LOCK])


def refresh(*, by: str, progress: Progress = _silent) -> Manifest:
    """Take up every waiting posting; returns the newest live manifest (a new one only if there was something to take
    up).

    Call inside `one_at_a_time()`.
    """
    while True:
        now = queries.state()
        base = Manifest.objects.get(pk=now.manifest_id) if now.manifest_id else None
        entries = {e.key: e for e in (Files.of(base).entries if base else ())}
        if not all(mirror.path_of(path).exists() for e in entries.values() for path in (e.path, e.cube)):
            return rebuild(by=by, progress=progress)  # the mirror was lost; the ledger in the database is the truth
        if base is not None and not now.waiting:
            return base
        taken = _some(now.waiting)
        for fact in sorted({p.fact for p in taken}):
            _take_up(FACTS[fact], [p for p in taken if p.fact == fact], entries, progress)
        made = _conclude(entries, taken, by=by)
        if len(taken) == len(now.waiting):
            return made


def rebuild(*, by: str, progress: Progress = _silent) -> Manifest:
    """Make the whole mirror again from the ledger's rows in the database, trusting no existing file.

    Call inside `one_at_a_time()`. Raises LedgerMismatch when rows and postings disagree.
    """
    waiting = tuple(Posting.objects.order_by("id").values_list("id", flat=True))
    entries: dict[Partition, FileEntry] = {}
    taken: list[Posting] = []
    while len(taken) < len(waiting):
        some = _some(waiting[len(taken) :])
        for fact in sorted({p.fact for p in some}):
            _take_up(FACTS[fact], [p for p in some if p.fact == fact], entries, progress)
        taken += some
    return _conclude(entries, taken, by=by)


def _some(waiting: Sequence[int]) -> list[Posting]:
    """The first of the waiting postings, up to ROWS_AT_ONCE rows (at least one posting)."""
    taken: list[Posting] = []
    rows = 0
    for posting in Posting.objects.filter(pk__in=waiting[:10_000]).order_by("id"):
        rows += posting.rows
        if taken and rows > ROWS_AT_ONCE:
            break
        taken.append(posting)
    return taken


def _take_up(
    table: FactTable, postings: Sequence[Posting], entries: dict[Partition, FileEntry], progress: Progress
) -> None:
    """Write the next file and cube of each partition these postings touch; `entries` is brought up to date."""
    fresh = mirror.fresh_rows(table, [p.pk for p in postings])
    expected: dict[str, int] = defaultdict(int)
    for posting in postings:
        expected["rows"] += posting.rows
        for name, total in posting.totals.items():
            expected[name] += total
    found = {"rows": fresh.num_rows} | {n: _sum(fresh, n) for n in table.additive}
    if found != {name: expected[name] for name in found}:
        raise LedgerMismatch(
            f"{table.name}: postings {postings[0].pk}–{postings[-1].pk} say {dict(expected)}, rows say {found}"
        )
    parts = sorted(mirror.by_partition(fresh).items(), key=lambda item: item[0])

    def grow(part: tuple[tuple[int, str], pa.Table]) -> FileEntry:
        (year, city), rows = part
        return _grown(table, year, city, rows, entries.get((table.name, year, city)))

    largest = max(r.num_rows + (e.rows if (e := entries.get((table.name, *key))) else 0) for key, r in parts)
    for done, entry in enumerate(in_parallel(grow, parts, rows_each=largest)):
        progress(f"更新{table.label}镜像", done + 1, len(parts))
        entries[entry.key] = entry


def in_parallel(work: Callable[[T], R], items: Iterable[T], *, rows_each: int) -> Iterator[R]:
    """Results in order; partitions are worked upon side by side unless they are so large that memory would suffer."""
    side_by_side = settings.DUCKDB_THREADS if rows_each <= _ROWS_SIDE_BY_SIDE else 1
    pool = ThreadPoolExecutor(side_by_side)
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)


def _grown(table: FactTable, year: int, city: str, rows: pa.Table, old: FileEntry | None) -> FileEntry:
    """The partition with these rows added, and its cube. Raises LedgerMismatch when the file does not add up."""
    file = mirror.write_partition(table, year, city, old=old.path if old else None, fresh=rows)
    grown = {"rows": rows.num_rows + (old.rows if old else 0)}
    grown |= {n: _sum(rows, n) + (old.totals[n] if old else 0) for n in table.additive}
    if grown != {"rows": file.rows, **file.totals}:
        raise LedgerMismatch(f"{table.name} {year}/{city}: should hold {grown}, holds {file.rows} rows, {file.totals}")
    return FileEntry.of(table, year, city, file, cube.write(table, file.path, file.digest))


def _sum(rows: pa.Table, name: str) -> int:
    return int(rows[name].to_numpy().sum(dtype="int64"))


def _conclude(entries: dict[Partition, FileEntry], taken: Sequence[Posting], *, by: str) -> Manifest:
    """The new live manifest, and the postings it holds marked, in one transaction."""
    listed = tuple(entries.values())
    with transaction.atomic():
        made = make_manifest("live", listed, by=by)
        ids = [p.pk for p in taken]
        for start in range(0, len(ids), 500):
            Posting.objects.filter(pk__in=ids[start : start + 500]).update(is_mirrored=True)
    return made


def make_manifest(
    kind: str, entries: Sequence[FileEntry], *, by: str, name: str = "", period: str = "", version: int = 1
) -> Manifest:
    """A row for these files. Live manifests number themselves."""
    if not name:
        newest = queries.newest_live()
        name = f"live-{(int(newest.name.removeprefix('live-')) if newest else 0) + 1:06d}"
    return Manifest.objects.create(
        name=name,
        kind=kind,
        period=period,
        version=version,
        made_at=clock.now(),
        made_by=by[:60],
        files=stored(entries),
        rows=sum(e.rows for e in entries),
        catalogue_hash=catalogue_hash(),
        digest=digest_of(entries),
    )


def sweep() -> int:
    """Forget live manifests that are neither recent nor among the newest, and delete files no manifest names.

    Call inside `one_at_a_time()`. Sealed manifests and their files stay for ever. Returns the number of files deleted.
    """
    recent = clock.now() - _KEEP_FOR
    lives = Manifest.objects.filter(kind="live").order_by("-id")
    newest = list(lives.values_list("id", flat=True)[:_KEEP_LIVE])
    lives.filter(made_at__lt=recent).exclude(pk__in=newest).delete()
    kept: set[str] = set()
    for files in Manifest.objects.values_list("files", flat=True).iterator(chunk_size=20):
        for entry in files:
            kept |= {entry["path"], entry["cube"]}
    return mirror.sweep(kept, older_than=time.time() - _KEEP_FOR.total_seconds())
