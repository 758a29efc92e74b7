"""One expression, two engines: everything compiles for both, and Spark gives the same integers where it is installed."""

from __future__ import annotations

import importlib.util
import shutil
import threading
from datetime import date

import ibis
import pyarrow as pa
import pytest

from tests.figures import build
from tests.figures.build import FEIXIAN, PROVINCE, a_pay_row
from workrelief.figures.engine import duckdb as embedded
from workrelief.figures.engine.choose import engine_for
from workrelief.figures.engine.duckdb import DuckEngine
from workrelief.figures.engine.sources import RowSource
from workrelief.figures.engine.spark import SparkEngine, spark_sql
from workrelief.figures.indicators.asking import ask
from workrelief.figures.indicators.catalogue import all_definitions
from workrelief.figures.indicators.definitions import Measure
from workrelief.figures.indicators.from_rows import queries as row_queries
from workrelief.figures.indicators.read import values_of
from workrelief.figures.snapshots import queries
from workrelief.figures.snapshots.services import refresh_live
from workrelief.kernel.period import Period

MEASURES = [d for d in all_definitions() if isinstance(d, Measure)]
LAYOUTS = [(), ("city", "track"), ("county",), ("township",), ("quarter",), ("month",), ("project",)]
needs_spark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None,
    reason="pyspark or Java is not installed",
)


def asked(by, period="2022", where=None):
    return ask(scope=PROVINCE, period=Period(period), by=by, division=None, where=where or {})


@pytest.mark.parametrize("by", LAYOUTS, ids=str)
@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.id)
def test_each_measure_compiles_for_both_engines_without_fractions(measure, by):
    for expression, *_ in row_queries([measure], asked(by, where={"track": ("key_project",)})):
        for text in (str(ibis.to_sql(expression, dialect="duckdb")), spark_sql(expression)):
            assert "SELECT" in text
            assert "/" not in text, "integers only: no division in SQL"
            assert "DOUBLE" not in text.upper()
            assert "FLOAT" not in text.upper()


def test_the_engine_is_chosen_by_size(settings):
    settings.SPARK_ABOVE_ROWS = 1_000
    settings.SPARK_URL = ""
    assert engine_for(10**9).name == "duckdb"
    settings.SPARK_URL = "local[1]"
    assert engine_for(1_000).name == "duckdb"
    assert engine_for(1_001).name == "spark"


def test_cursors_of_many_threads_do_not_disturb_one_another():
    schema = pa.schema([("n", pa.int64())])
    found: dict[int, list[int]] = {}

    def work(number: int) -> None:
        rows = pa.table({"n": list(range(number))}, schema=schema)
        table = ibis.table({"n": "int64"}, name="numbers")
        found[number] = [
            DuckEngine().rows(table.aggregate(s=table.n.sum()), {"numbers": RowSource("numbers", schema, (), rows)})[0][
                0
            ]
            for _ in range(20)
        ]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(2, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: [n * (n - 1) // 2] * 20 for n in range(2, 10)}


def test_the_embedded_engine_is_limited_and_fetches_nothing(settings):
    with embedded.cursor() as on:
        values = dict(on.execute("SELECT name, value FROM duckdb_settings()").fetchall())
    assert values["autoinstall_known_extensions"] == "false"
    assert values["autoload_known_extensions"] == "false"
    assert int(values["threads"]) == settings.DUCKDB_THREADS
    assert values["memory_limit"] not in ("", "0 bytes")
    assert values["temp_directory"].endswith("spill")


def test_a_source_without_rows_is_an_empty_table():
    table = ibis.table({"n": "int64"}, name="numbers")
    schema = pa.schema([("n", pa.int64())])
    assert DuckEngine().rows(table.aggregate(c=table.count()), {"numbers": RowSource("numbers", schema)}) == [(0,)]


@pytest.mark.spark
@needs_spark
@pytest.mark.django_db
def test_spark_gives_the_same_integers(settings):
    settings.SPARK_URL = "local[1]"
    build.pay(
        a_pay_row(1, paid=300_000, source=11), a_pay_row(2, paid=5, on=date(2022, 12, 1)), a_pay_row(2, division=FEIXIAN),
    )  # fmt: skip
    build.projects(build.a_project_row(1, investment=7))
    build.funds(build.a_fund_row(1, issued=9))
    build.training(build.a_training_row(1, times=3, worker=4))
    refresh_live()
    build.take_back(11, on=date(2022, 8, 8))
    view = queries.live()
    for by in LAYOUTS:
        settings.SPARK_ABOVE_ROWS = 10**9
        embedded_values = values_of(view, MEASURES, asked(by), from_rows=True)
        settings.SPARK_ABOVE_ROWS = 0
        assert engine_for(view.rows).name == SparkEngine.name
        assert values_of(view, MEASURES, asked(by), from_rows=True) == embedded_values


def test_a_closed_engine_has_no_threads_left_and_opens_anew():
    """Left open at the end of a process, a thread of it may touch Python too late and abort the process."""
    source = RowSource("t", pa.schema([("n", pa.int64())]), fresh=pa.table({"n": [1, 2]}))
    table = ibis.table({"n": "int64"}, name="t")
    assert sorted(DuckEngine().rows(table, {"t": source})) == [(1,), (2,)]
    kept = embedded.backend()
    embedded.close()
    with pytest.raises(Exception, match="closed"):
        kept.con.execute("SELECT 1")
    assert embedded.backend() is not kept
    assert sorted(DuckEngine().rows(table, {"t": source})) == [(1,), (2,)]
