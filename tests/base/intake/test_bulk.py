"""Many rows at once: every kind of value comes back as it went in, on both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.work.payroll.build import project
from workrelief.base.intake.bulk import bulk_insert, bulk_set, fetch_by, reserve_ids
from workrelief.base.intake.models import RowIssue
from workrelief.kernel import clock
from workrelief.work.workers.models import Engagement, Worker

pytestmark = pytest.mark.django_db

COLUMNS = ("id", "name", "identity_kind", "identity_cipher", "identity_index", "identity_masked", "phone_cipher", "phone_index", "sex", "born_on", "ethnicity", "division_code", "village", "group", "is_cadre_or_kin", "skill_level", "batch_id", "updated_at")  # fmt: skip
ODD = "演示\\n\t\"引号'，\r\n反斜\\杠 \\N"


def worker(key: int, moment: datetime, *, name: str = ODD) -> tuple[object, ...]:
    return (key, name, "idcard", b"\x00\\\n\xff", bytes([key % 256] * 32), "", None if key % 2 else b"\t", None, "M", date(1985, 6, 7), "", "371422000000", "", "other", bool(key % 2), "", 0, moment)  # fmt: skip


def test_every_kind_of_value_survives() -> None:
    moment = clock.now()
    with transaction.atomic():
        keys = reserve_ids(Worker, 3)
        bulk_insert(Worker, COLUMNS, [worker(k, moment) for k in keys])
    first = Worker.rows.get(pk=keys[0])
    assert first.name == ODD
    assert bytes(first.identity_cipher) == b"\x00\\\n\xff"
    assert (first.born_on, first.is_cadre_or_kin) == (date(1985, 6, 7), bool(keys[0] % 2))
    assert abs(first.updated_at - moment) < timedelta(milliseconds=1)
    assert {w.phone_cipher is None for w in Worker.rows.all()} == {True, False}


def test_reserved_keys_are_fresh_and_the_next_normal_row_follows_them() -> None:
    with transaction.atomic():
        keys = reserve_ids(Worker, 2)
        bulk_insert(Worker, COLUMNS, [worker(k, clock.now()) for k in keys])
        again = reserve_ids(Worker, 2)
    assert not set(keys) & set(again)
    values = dict(zip(COLUMNS[1:], worker(200, clock.now())[1:], strict=True))
    assert Worker.rows.create(**values).pk not in keys


def test_the_database_keeps_its_rules() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk_insert(Worker, COLUMNS, [worker(k, clock.now()) for k in (1, 257)])
    assert not Worker.rows.exists()


def test_each_row_gets_values_of_its_own_and_the_others_stay() -> None:
    moment = clock.now()
    with transaction.atomic():
        keys = reserve_ids(Worker, 3)
        bulk_insert(Worker, COLUMNS, [worker(k, moment) for k in keys])
        later = moment + timedelta(days=1)
        bulk_set(
            Worker,
            ("name", "born_on", "is_cadre_or_kin", "updated_at"),
            [(ODD + "改", date(1990, 1, 2), True, later, keys[0]), ("演示乙", date(1991, 3, 4), False, later, keys[1])],
        )
    first, second, third = (Worker.rows.get(pk=k) for k in keys)
    assert (first.name, first.born_on, first.is_cadre_or_kin) == (ODD + "改", date(1990, 1, 2), True)
    assert (second.name, second.born_on, second.is_cadre_or_kin) == ("演示乙", date(1991, 3, 4), False)
    assert abs(first.updated_at - later) < timedelta(milliseconds=1)
    assert (third.name, third.born_on) == (ODD, date(1985, 6, 7))
    assert abs(third.updated_at - moment) < timedelta(milliseconds=1)


def test_nothing_is_nothing() -> None:
    bulk_insert(RowIssue, ("batch_id",), [])
    bulk_set(RowIssue, ("batch_id",), [])
    assert reserve_ids(Worker, 0) == []


def test_many_keys_are_fetched_in_few_statements(django_assert_max_num_queries: object) -> None:
    project_id = project()
    with transaction.atomic():
        keys = reserve_ids(Worker, 200)
        bulk_insert(
            Worker,
            COLUMNS,
            [(*worker(k, clock.now())[:4], k.to_bytes(32, "big"), *worker(k, clock.now())[5:]) for k in keys],
        )
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        found = list(
            fetch_by(Worker.objects.unscoped("a test"), "id", [*keys, *range(10**6, 10**6 + 20_000)], ("id", "name"))
        )
    assert sorted(k for k, _ in found) == keys
    assert list(fetch_by(Engagement.objects.unscoped("a test"), "project_id", [project_id], ("id",))) == []
