"""Many rows in and out of one table by the fast path of each database; used by services inside their transaction.

SQLite takes `executemany` on the driver's own connection, PostgreSQL `COPY`. No ORM objects are made, no signals are sent;
constraints of the database hold as always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, models

PARAMETERS = 900
"""Values in one IN list; SQLite's portable limit is 999."""


def bulk_insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows`, tuples in the order of `columns` (attribute names), inside the caller's transaction.

    Columns left out take NULL or the database default; give every column that has only a Python default.
    Raises Django's IntegrityError like a normal insert.
    """
    if not rows:
        return
    fields = [model._meta.get_field(name) for name in columns]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(f.column)) for f in fields)  # type: ignore[union-attr]
    table = quote(model._meta.db_table)
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        prepared: Iterable[tuple[Any, ...]] = rows
        converters = [_sqlite_converter(f) for f in fields]
        if any(converters):
            prepared = _converted(rows, converters)
        marks = ", ".join("?" * len(fields))
        raw: Any = connection.connection
        raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", prepared)  # noqa: S608 - names of our own models


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
    """Tuples of `columns` for the rows whose `key` is one of `values`; one statement per piece.

    On PostgreSQL the whole list is one array parameter, so a hundred thousand keys are one statement.
    """
    size = 50_000 if connection.vendor == "postgresql" else 30_000 if _many_parameters() else PARAMETERS
    for part in in_parts(values, size):
        yield from rows.filter(**{f"{key}__in": part}).order_by().values_list(*columns).iterator(chunk_size=10_000)


def _many_parameters() -> bool:
    limit = getattr(connection.features, "max_query_params", None)
    return limit is None or limit > 30_000


def _sqlite_converter(field: Any) -> Callable[[Any], Any] | None:
    if isinstance(field, models.DateTimeField):
        return lambda v: v.astimezone(UTC).replace(tzinfo=None).isoformat(" ") if isinstance(v, datetime) else v
    if isinstance(field, models.DateField):
        return lambda v: v.isoformat() if isinstance(v, date) else v
    if isinstance(field, models.JSONField):
        import json

        return lambda v: json.dumps(v, ensure_ascii=False)
    return None


def _converted(
    rows: Sequence[tuple[Any, ...]], converters: Sequence[Callable[[Any], Any] | None]
) -> Iterator[tuple[Any, ...]]:
    places = [(i, c) for i, c in enumerate(converters) if c]
    for row in rows:
        values = list(row)
        for i, convert in places:
            values[i] = convert(values[i])
        yield tuple(values)
