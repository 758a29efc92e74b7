"""Threads that meet in one database as two officers do: PostgreSQL as it is, SQLite in a file with its waiting writers.

The SQLite of a test run lives in memory, where writers of one process do not wait for one another as they do in a file.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")


def _copy(folder: Path) -> Path | None:
    """The data of the run in a file, for SQLite; None for PostgreSQL, whose threads see the same tables."""
    if connection.vendor != "sqlite":
        return None
    connection.ensure_connection()
    path = folder / "together.sqlite3"
    with sqlite3.connect(path) as target:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode=WAL")  # changed once here: two threads that change it at once do not wait
    return path


class Meeting:
    """Runs calls in threads of their own, all on the same database."""

    def __init__(self, folder: Path) -> None:
        self._path = _copy(folder)

    def at_once(self, *calls: Callable[[], T]) -> list[T | Exception]:
        """Start all calls at the same moment; their results, or what they raised, in order."""
        together = threading.Barrier(len(calls))
        found: list[T | Exception] = [RuntimeError("not run")] * len(calls)

        def run(number: int, call: Callable[[], T]) -> None:
            own = connections["default"]
            if self._path is not None:
                own.settings_dict = {**own.settings_dict, "NAME": str(self._path)}
            try:
                together.wait(30)
                found[number] = call()
            except Exception as err:
                found[number] = err
            finally:
                own.close()

        self._join([threading.Thread(target=run, args=pair) for pair in enumerate(calls)])
        return found

    def after(self, call: Callable[[], T]) -> T:
        """What `call` sees in that database afterwards."""
        result = self.at_once(call)[0]
        if isinstance(result, Exception):
            raise result
        return result

    def bring_back(self) -> None:
        """Let the run's own connection see what the threads left; a test whose data are committed may ask for it."""
        if self._path is None:
            return
        with sqlite3.connect(self._path) as source:
            source.execute("PRAGMA journal_mode=DELETE")  # memory keeps no write-ahead log
            source.backup(connection.connection)

    @staticmethod
    def _join(threads: Sequence[threading.Thread]) -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
