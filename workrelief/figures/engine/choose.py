"""Which engine reads: by the number of rows of the manifest."""

from __future__ import annotations

from django.conf import settings

from workrelief.figures.engine.duckdb import DuckEngine
from workrelief.figures.engine.sources import Engine
from workrelief.figures.engine.spark import SparkEngine


def engine_for(rows: int) -> Engine:
    """Spark when one is configured and the manifest holds more than SPARK_ABOVE_ROWS rows; else DuckDB."""
    if settings.SPARK_URL and rows > settings.SPARK_ABOVE_ROWS:
        return SparkEngine()
    return DuckEngine()
