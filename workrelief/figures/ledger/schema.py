"""The declared facts as the engine sees them: Arrow schema of the Parquet files, unbound Ibis tables of expressions."""

from __future__ import annotations

from functools import cache

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from workrelief.figures.ledger.facts import FactTable

_ARROW = {"int64": pa.int64(), "int32": pa.int32(), "int16": pa.int16(), "date": pa.date32()}


@cache
def arrow_schema(table: FactTable) -> pa.Schema:
    """Columns in declared order. Ids and codes are never null, except those the declaration lets be."""
    return pa.schema([pa.field(c.name, _ARROW[c.kind], nullable=c.null) for c in table.columns])


@cache
def unbound(table: FactTable) -> ir.Table:
    """The fact table without rows: expressions upon it run on any engine that has a table of this name."""
    return ibis.table({c.name: c.kind for c in table.columns}, name=table.name)
