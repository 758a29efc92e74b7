"""Where the rows of a fact lie, and what an engine is: the seam between expressions and machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import ibis.expr.types as ir
import pyarrow as pa

Row = tuple[int | None, ...]


@dataclass(frozen=True)
class RowSource:
    """Rows of one fact table: immutable Parquet files, and rows posted since as an Arrow table of the same schema."""

    name: str
    schema: pa.Schema
    paths: tuple[str, ...] = ()
    fresh: pa.Table | None = None

    def relation_sql(self, fresh_name: str, *, columns: Sequence[str] | None = None) -> str:
        """DuckDB text of the rows; `fresh_name` is the name `fresh` is registered under."""
        names = ", ".join(f'"{c}"' for c in (columns or self.schema.names))
        parts = []
        if self.paths:
            listed = ", ".join("'" + p.replace("'", "''") + "'" for p in self.paths)
            parts.append(f"SELECT {names} FROM read_parquet([{listed}])")  # noqa: S608 - own file names, quoted
        if self.fresh is not None or not parts:
            parts.append(f'SELECT {names} FROM "{fresh_name}"')  # noqa: S608 - declared names
        return " UNION ALL ".join(parts)


class Engine(Protocol):
    """Runs an Ibis expression over named sources and returns whole numbers."""

    name: str

    def rows(self, expression: ir.Table, sources: Mapping[str, RowSource]) -> list[Row]: ...
