"""The embedded engine: one Ibis connection on DuckDB per process, one cursor per reader.

Memory is limited, larger work spills to disk, and no extension is ever fetched. A DuckDB connection serves one
thread at a time, so each use takes a cursor of its own: cursors share the database, its memory limit and its threads.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
from django.conf import settings

from workrelief.figures.engine.sources import Row, RowSource

_lock = threading.Lock()
_backends: dict[int, Any] = {}  # process id → Ibis backend; a forked child makes its own


def backend() -> Any:
    """The process's Ibis backend."""
    with _lock:
        found = _backends.get(os.getpid())
        if found is None:
            spill = settings.DATA_DIR / "spill"
            spill.mkdir(parents=True, exist_ok=True)
            found = ibis.duckdb.connect(
                ":memory:",
                memory_limit=settings.DUCKDB_MEMORY,
                threads=settings.DUCKDB_THREADS,
                temp_directory=str(spill),
                autoinstall_known_extensions=False,
                autoload_known_extensions=False,
            )
            _backends.clear()
            _backends[os.getpid()] = found
        return found


@atexit.register
def close() -> None:
    """Join the engine's threads while the interpreter still lives.

    Left open, one of them may hand an Arrow table back when Python is already being taken down, and the process, its work
    done, ends by SIGABRT (duckdb issue 13904). The next use opens the engine anew.
    """
    with _lock:
        found = _backends.pop(os.getpid(), None)
    if found is not None:
        found.disconnect()


@contextlib.contextmanager
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor for this thread; temporary views and registered tables vanish with it."""
    taken = backend().con.cursor()
    try:
        yield taken
    finally:
        taken.close()


def attach(on: duckdb.DuckDBPyConnection, source: RowSource) -> None:
    """Make the rows of `source` readable under its name on this cursor."""
    fresh_name = f"{source.name}_fresh"
    if source.fresh is not None:
        on.register(fresh_name, source.fresh)
    elif not source.paths:
        on.register(fresh_name, source.schema.empty_table())
    on.execute(f'CREATE OR REPLACE TEMP VIEW "{source.name}" AS {source.relation_sql(fresh_name)}')


@lru_cache(maxsize=512)
def _sql(operation: Any) -> str:
    """DuckDB text of an expression. Compiling costs more than most queries, and the same questions come again."""
    return str(ibis.to_sql(operation.to_expr(), dialect="duckdb"))


class DuckEngine:
    """Runs expressions on the embedded engine."""

    name = "duckdb"

    def rows(self, expression: ir.Table, sources: Mapping[str, RowSource]) -> list[Row]:
        with cursor() as on:
            for source in sources.values():
                attach(on, source)
            return on.execute(_sql(expression.op())).fetchall()
