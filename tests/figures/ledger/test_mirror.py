"""The mirror: what the database holds, in files named by their digest, sorted, and never changed."""

from __future__ import annotations

from datetime import date

import pyarrow.parquet as pq
import pytest

from tests.figures import build
from tests.figures.build import FEIXIAN, NINGJIN, a_pay_row
from workrelief.base.audit.sm3 import sm3_file
from workrelief.figures.ledger import mirror
from workrelief.figures.ledger.facts import FACTS, PAY
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.figures.ledger.schema import arrow_schema

pytestmark = pytest.mark.django_db


def test_fresh_rows_are_the_rows_of_the_database():
    first = build.pay(a_pay_row(1, paid=300_000), a_pay_row(2, due=5))
    build.pay(a_pay_row(3))
    second = build.take_back(*FACT_MODELS["pay_fact"]._default_manager.filter(worker_key=1).values_list("source_ref", flat=True), on=date(2022, 8, 1))  # fmt: skip
    build.training(
        build.a_training_row(1, times=3, worker=None), build.a_training_row(1, times=1, first=False, worker=8)
    )
    build.moves(build.a_move_row(1, received=7), build.a_move_row(1, invested=7, fund_type=0))
    for table in FACTS.values():
        model = FACT_MODELS[table.name]
        wanted = (
            [first.pk, second.pk] if table is PAY else list(model._default_manager.values_list("posting_id", flat=True))
        )
        rows = mirror.fresh_rows(table, wanted)
        assert rows.schema == arrow_schema(table)
        stored = model._default_manager.filter(posting_id__in=wanted).values(*table.column_names)
        assert sorted(rows.to_pylist(), key=lambda r: r["id"]) == sorted(stored, key=lambda r: r["id"])
    assert mirror.fresh_rows(PAY, []).num_rows == 0


def test_rows_are_split_by_year_and_city():
    posting = build.pay(
        a_pay_row(1, on=date(2022, 1, 1)), a_pay_row(2, on=date(2023, 1, 1), wage=202212), a_pay_row(3, division=FEIXIAN),
        a_pay_row(4, on=date(2022, 12, 31)),
    )  # fmt: skip
    parts = mirror.by_partition(mirror.fresh_rows(PAY, [posting.pk]))
    found = {key: sorted(rows["worker_key"].to_pylist()) for key, rows in parts.items()}
    assert found == {(2022, "3713"): [3], (2022, "3714"): [1, 4], (2023, "3714"): [2]}
    assert mirror.by_partition(mirror.fresh_rows(PAY, [])) == {}


def test_a_partition_grows_into_a_new_file_and_the_old_one_stays():
    one = mirror.fresh_rows(
        PAY, [build.pay(a_pay_row(1, paid=5, project=9), a_pay_row(2, paid=6, on=date(2022, 2, 1))).pk]
    )
    two = mirror.fresh_rows(PAY, [build.pay(a_pay_row(3, paid=7, project=3, wage=202205)).pk])
    first = mirror.write_partition(PAY, 2022, "3714", old=None, fresh=one)
    second = mirror.write_partition(PAY, 2022, "3714", old=first.path, fresh=two)
    assert first.path != second.path
    for file in (first, second):
        assert sm3_file(mirror.path_of(file.path)) == file.digest
        assert file.digest[:32] in file.path
    assert (first.rows, first.totals["paid_fen"]) == (2, 11)
    assert (second.rows, second.totals["paid_fen"]) == (3, 18)
    assert second.spans == {"period": (202202, 202207), "wage_period": (202202, 202207)}
    stored = pq.read_table(mirror.path_of(second.path))
    assert stored.schema.names == list(PAY.column_names)
    keys = list(
        zip(
            stored["division_code"].to_pylist(), stored["project_id"].to_pylist(), stored["id"].to_pylist(), strict=True
        )
    )
    assert keys == sorted(keys)
    assert keys[0][1] == 1
    assert keys[-1][:2] == (NINGJIN, 9)
    again = mirror.write_partition(PAY, 2022, "3714", old=first.path, fresh=two)
    assert again.digest == second.digest  # the same rows make the same file


def test_no_names_or_numbers_of_persons_can_enter_the_mirror():
    """Ledger columns are whole numbers and days: there is no column a name or an identity number fits into."""
    for table in FACTS.values():
        assert {str(f.type) for f in arrow_schema(table)} <= {"int64", "int32", "int16", "date32[day]"}


def test_sweeping_deletes_only_old_files_nobody_names():
    rows = mirror.fresh_rows(PAY, [build.pay(a_pay_row(1)).pk])
    kept = mirror.write_partition(PAY, 2022, "3714", old=None, fresh=rows)
    orphan = mirror.write_partition(PAY, 2022, "3714", old=kept.path, fresh=rows)
    now = mirror.path_of(orphan.path).stat().st_mtime
    assert mirror.sweep([kept.path], older_than=now - 1) == 0
    assert mirror.sweep([kept.path], older_than=now + 1) == 1
    assert mirror.path_of(kept.path).exists()
    assert not mirror.path_of(orphan.path).exists()
