"""The only way into the ledger: checked rows, by the fast path of each database, in the caller's transaction.

A posting is one batch of rows that became true together. It is immutable once committed: a mistake is taken back by
rows that reverse it. Until the mirror has taken a posting up, live figures add its rows to the newest manifest, so
nothing a user confirmed is ever missing from a figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice, repeat

from django.db import connection, transaction

from workrelief.base.access.actor import Actor
from workrelief.figures.ledger import wake
from workrelief.figures.ledger.checks import Checked, Column, Row, check_rows
from workrelief.figures.ledger.facts import FactTable
from workrelief.figures.ledger.models import FACT_MODELS, Posting
from workrelief.figures.ledger.seal import lock_for_posting, require_open, sealed_among
from workrelief.kernel import clock
from workrelief.kernel.period import month_index

_COPY_LINES = 20_000
_SOURCES_AT_ONCE = 500


def post(table: FactTable, rows: Sequence[Row], *, actor: Actor, action: str) -> Posting:
    """Write `rows` (tuples of `table.posted`, i.e. `column_names[2:]`) and the Posting they belong to.

    Must run inside the transaction of the change that caused them. Raises InvalidInput for a malformed row, Conflict
    "period.sealed" when a row falls into a sealed month.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("post() belongs inside the transaction of a change")
    checked = check_rows(table, rows)
    lock_for_posting()
    require_open(checked.months)
    posting = Posting.objects.create(
        fact=table.name,
        posted_at=clock.now(),
        posted_by=actor.name[:60],
        action=action,
        rows=checked.rows,
        totals=checked.totals,
        partitions=list(checked.partitions),
    )
    _insert(table, posting.pk, checked)
    transaction.on_commit(wake.refresh_figures)
    return posting


def reverse_sources(
    table: FactTable, source_refs: Sequence[int], *, on: date, actor: Actor, action: str
) -> Posting | None:
    """Take back every standing row of these sources; None when none stands.

    Each reversing row copies its original with measures negated, sign −1 and `reverses` set. It counts in the month of
    the original while that month is open, otherwise on the day `on` (reading 4 for late corrections). The month a
    wage was earned in stays that of the original, so persons and days are taken back where they were counted.
    """
    standing = list(_standing(table, source_refs))
    if not standing:
        return None
    names = [c.name for c in table.posted]
    months = {month_index(row[names.index("occurred_on")]) for _, row in standing}  # type: ignore[arg-type] # never null
    closed = set(sealed_among(months))
    return post(table, [_taken_back(table, i, row, closed, on) for i, row in standing], actor=actor, action=action)


def _standing(table: FactTable, source_refs: Iterable[int]) -> Iterator[tuple[int, tuple[int | date | None, ...]]]:
    """(id, posted columns) of the rows of these sources that no other row takes back, in order of id."""
    model = FACT_MODELS[table.name]
    wanted = iter(sorted(set(source_refs)))
    while part := list(islice(wanted, _SOURCES_AT_ONCE)):
        own = model._default_manager.filter(source_ref__in=part).order_by("id")
        rows = list(own.values_list("id", *(c.name for c in table.posted)))
        position = 1 + [c.name for c in table.posted].index("reverses")
        taken_back = {row[position] for row in rows}
        for row in rows:
            if row[position] is None and row[0] not in taken_back:
                yield row[0], row[1:]


def _taken_back(
    table: FactTable, original_id: int, row: tuple[int | date | None, ...], closed: set[int], on: date
) -> tuple[int | date | None, ...]:
    names = [c.name for c in table.posted]
    values = dict(zip(names, row, strict=True))
    for name in (*table.additive, *(["sign"] if "sign" in values else [])):
        values[name] = -values[name]  # type: ignore[operator] # measures and signs are never null
    values["reverses"] = original_id
    day = values["occurred_on"]
    if isinstance(day, date) and month_index(day) in closed:
        values["occurred_on"], values["period"] = on, month_index(on)
    return tuple(values[name] for name in names)


def _insert(table: FactTable, posting_id: int, checked: Checked) -> None:
    names = ["posting_id", *(c.name for c in table.posted)]
    columns = [checked.columns[c.name] for c in table.posted]
    listed = ", ".join(connection.ops.quote_name(n) for n in names)
    target = connection.ops.quote_name(f"ledger_{table.name}")
    if connection.vendor == "postgresql":
        _copy(f"COPY {target} ({listed}) FROM STDIN", zip(repeat(posting_id), *columns))
        return
    marks = ", ".join("?" * len(names))
    texts = [_iso(column) if c.kind == "date" else column for c, column in zip(table.posted, columns, strict=True)]
    # The raw connection: Django's cursor would rewrite the statement and adapt each value for every row.
    with connection.wrap_database_errors:
        connection.connection.executemany(
            f"INSERT INTO {target} ({listed}) VALUES ({marks})",  # noqa: S608 - declared names
            zip(repeat(posting_id), *texts),
        )


def _iso(column: Column) -> list[str | None]:
    """Dates as SQLite keeps them; days repeat, so each is written out once."""
    text = {day: None if day is None else str(day) for day in set(column)}
    return [text[day] for day in column]


def _copy(statement: str, rows: Iterator[tuple[object, ...]]) -> None:
    with connection.cursor() as on, connection.wrap_database_errors, on.copy(statement) as sink:
        while part := list(islice(rows, _COPY_LINES)):
            columns = [["\\N" if v is None else str(v) for v in column] for column in zip(*part, strict=True)]
            sink.write("\n".join(map("\t".join, zip(*columns, strict=True))) + "\n")
