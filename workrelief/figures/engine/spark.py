"""The engine beyond one machine: the same expressions, compiled for Spark, over the same Parquet files.

pyspark is an extra (`requirements/spark.in`) and is imported only when an address is configured. The files must lie
where the workers of the cluster can read them.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow.parquet as pq
from django.conf import settings
from ibis.backends.sql.compilers import PySparkCompiler

from workrelief.figures.engine.sources import Row, RowSource

_lock = threading.Lock()
_sessions: dict[str, Any] = {}


def spark_sql(expression: ir.Table) -> str:
    """The expression as Spark SQL. Needs no Spark, so that every definition can be checked anywhere."""
    return str(PySparkCompiler().to_sqlglot(expression.unbind()).sql(dialect="spark"))


def session() -> Any:
    """The Spark session for SPARK_URL, made on first use."""
    with _lock:
        found = _sessions.get(settings.SPARK_URL)
        if found is None:
            from pyspark.sql import SparkSession  # an optional extra: absent on machines that need no Spark

            found = (
                SparkSession.builder.master(settings.SPARK_URL)
                .appName("workrelief")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.ansi.enabled", "true")
                .getOrCreate()
            )
            _sessions[settings.SPARK_URL] = found
        return found


class SparkEngine:
    """Runs expressions on Spark. Rows not mirrored yet travel as a temporary file."""

    name = "spark"

    def rows(self, expression: ir.Table, sources: Mapping[str, RowSource]) -> list[Row]:
        spark = session()
        with _lock, tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
            for source in sources.values():
                paths = list(source.paths)
                if source.fresh is not None or not paths:
                    fresh = Path(folder) / f"{source.name}.parquet"
                    pq.write_table(source.fresh if source.fresh is not None else source.schema.empty_table(), fresh)
                    paths.append(str(fresh))
                spark.read.parquet(*paths).createOrReplaceTempView(source.name)
            return [tuple(row) for row in spark.sql(spark_sql(expression)).collect()]
