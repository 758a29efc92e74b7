"""Many rows in and out of one table by the fast path of each database; used by services inside their transaction.

SQLite takes `executemany` on the driver's own connection, PostgreSQL `COPY`. No ORM objects are made, no signals are sent;
constraints of the database hold as always.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC
from typing import Any

from django.db import connection, models

COPY_ROWS = 10_000
PARAMETERS = 900
"""Values in one IN list; SQLite's portable limit is 999."""


def bulk_insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows`, tuples in the order of `columns` (attribute names), inside the caller's transaction.

    Columns left out take NULL or the database default; give every column that has only a Python default.
    Raises Django's IntegrityError like a normal insert.
    """
    if not rows:
        return
    fields: list[models.Field[Any, Any]] = [model._meta.get_field(name) for name in columns]  # type: ignore[misc] # own columns only
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(f.column)) for f in fields)
    table = quote(model._meta.db_table)
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            _copy(f"COPY {table} ({names}) FROM STDIN", rows)
            return
        raw: Any = connection.connection
        marks = ", ".join("?" * len(fields))
        # The raw connection: Django's cursor would rewrite the statement and adapt each value of every row.
        raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", _for_sqlite(fields, rows))  # noqa: S608 - names of our own models


def bulk_set(model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Give each row values of its own in `columns` (attribute names): tuples of the values and, last, the key of the row.

    One prepared statement run row by row, where Django's `bulk_update` writes one long CASE that both databases search
    through for every row. Inside the caller's transaction; rows that are not there are left out.
    """
    if not rows:
        return
    fields: list[models.Field[Any, Any]] = [model._meta.get_field(name) for name in columns]  # type: ignore[misc] # own columns only
    quote = connection.ops.quote_name
    mark = "%s" if connection.vendor == "postgresql" else "?"
    given = ", ".join(f"{quote(str(f.column))} = {mark}" for f in fields)
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    statement = f"UPDATE {table} SET {given} WHERE {key} = {mark}"  # noqa: S608 - names of our own models
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.executemany(statement, rows)
            return
        raw: Any = connection.connection
        raw.executemany(statement, _for_sqlite([*fields, model._meta.pk], rows))


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh primary keys for rows that are inserted with their key given, in this transaction."""
    if count == 0:
        return []
    table, column = model._meta.db_table, str(model._meta.pk.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, count]
            )
            return [row[0] for row in cursor.fetchall()]
        quote = connection.ops.quote_name
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        used = cursor.fetchone()
        cursor.execute(f"SELECT MAX({quote(column)}) FROM {quote(table)}")  # noqa: S608 - names of our own models
        highest = cursor.fetchone()[0] or 0
    first = max(used[0] if used else 0, highest) + 1
    return list(range(first, first + count))


def in_parts(values: Sequence[Any], size: int = PARAMETERS) -> Iterator[Sequence[Any]]:
    """`values` in pieces that fit one IN list."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def fetch_by(
    rows: models.QuerySet[Any], key: str, values: Sequence[Any], columns: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """Tuples of `columns` for the rows whose `key` is one of `values`; one statement for tens of thousands of values."""
    for part in in_parts(values, _most_parameters() - 50):
        yield from rows.filter(**{f"{key}__in": part}).order_by().values_list(*columns).iterator(chunk_size=10_000)


def _most_parameters() -> int:
    """Values one statement takes: what this SQLite library was built for, or a size PostgreSQL plans well."""
    if connection.vendor == "postgresql":
        return 30_000
    connection.ensure_connection()
    raw: Any = connection.connection
    return min(30_000, int(raw.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)))


def _for_sqlite(fields: Sequence[models.Field[Any, Any]], rows: Sequence[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Rows with dates, moments and JSON as Django keeps them in SQLite, converted column by column."""
    writers = [_sqlite_writer(f) for f in fields]
    if not any(writers):
        return rows
    columns = [c if w is None else list(map(w, c)) for c, w in zip(zip(*rows, strict=True), writers, strict=True)]
    return zip(*columns, strict=True)


def _sqlite_writer(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    if isinstance(field, models.DateTimeField):
        return lambda v: None if v is None else v.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(field, models.DateField):
        return _Remembered(lambda v: None if v is None else v.isoformat()).__getitem__
    if isinstance(field, models.JSONField):
        return lambda v: None if v is None else json.dumps(v, ensure_ascii=False)
    return None


class _Remembered(dict[Any, Any]):
    """Texts of values that come again and again."""

    def __init__(self, write: Callable[[Any], Any]) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, value: Any) -> Any:
        text = self[value] = self._write(value)
        return text


def _copy(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """COPY in its text form, made column by column: several times faster than row by row."""
    with connection.cursor() as cursor, cursor.copy(statement) as sink:
        for part in in_parts(rows, COPY_ROWS):
            columns = [_copy_texts(column) for column in zip(*part, strict=True)]
            sink.write("\n".join(map("\t".join, zip(*columns, strict=True))) + "\n")


def _copy_texts(column: tuple[Any, ...]) -> Sequence[str]:
    kinds = set(map(type, column))
    if kinds == {int}:
        return list(map(str, column))
    if kinds == {str}:
        joined = "".join(column)
        is_plain = not any(sign in joined for sign in _COPY_SPECIAL)
        return column if is_plain else [t.translate(_COPY_SIGNS) for t in column]
    return ["\\N" if v is None else _copy_text(v).translate(_COPY_SIGNS) for v in column]


def _copy_text(value: Any) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes | bytearray | memoryview):
        return "\\x" + bytes(value).hex()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


_COPY_SPECIAL = "\\\t\n\r\0"
_COPY_SIGNS = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
