"""Refreshing, sealing, restating, rebuilding, verifying."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta

import pytest

from tests.figures import build
from tests.figures.build import FEIXIAN, PROVINCE, SYSTEM, a_pay_row
from workrelief.base.access.actor import Actor
from workrelief.base.access.scope import Scope
from workrelief.base.audit.models import AuditEntry
from workrelief.figures.indicators.read import Snapshot, read
from workrelief.figures.ledger import mirror
from workrelief.figures.ledger.models import FACT_MODELS, Posting
from workrelief.figures.snapshots import build as building
from workrelief.figures.snapshots import cube, queries
from workrelief.figures.snapshots.build import LedgerMismatch
from workrelief.figures.snapshots.manifest import Files
from workrelief.figures.snapshots.models import Manifest
from workrelief.figures.snapshots.services import live_manifest, rebuild_live, refresh_live, seal_period, verify
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from workrelief.kernel.period import Period

pytestmark = pytest.mark.django_db
Y2022 = Period("2022")


def wages(source=None, period=Y2022) -> int | None:
    arguments = {} if source is None else {"source": Snapshot(source)}
    return read(["wages_paid"], scope=PROVINCE, period=period, **arguments).figure("wages_paid").value


def test_a_refresh_takes_up_what_waits_and_touches_only_its_partitions():
    build.pay(a_pay_row(1, paid=100), a_pay_row(2, paid=10, division=FEIXIAN))
    first = refresh_live()
    assert (first.name, first.rows, first.kind) == ("live-000001", 2, "live")
    assert not Posting.objects.filter(is_mirrored=False).exists()
    build.pay(a_pay_row(3, paid=1, division=FEIXIAN))
    second = refresh_live()
    assert (second.name, second.rows) == ("live-000002", 3)
    before, after = ({e.key: e.path for e in Files.of(m).entries} for m in (first, second))
    assert before[("pay_fact", 2022, "3714")] == after[("pay_fact", 2022, "3714")]
    assert before[("pay_fact", 2022, "3713")] != after[("pay_fact", 2022, "3713")]
    assert queries.state().waiting == ()


def test_a_refresh_with_nothing_waiting_makes_nothing():
    first = refresh_live()
    assert (first.rows, first.files) == (0, [])
    assert refresh_live() == first == live_manifest()


def test_large_waiting_loads_are_taken_up_in_rounds(monkeypatch):
    for n in range(1, 6):
        build.pay(*(a_pay_row(n * 10 + i, paid=1) for i in range(3)))
    monkeypatch.setattr(building, "ROWS_AT_ONCE", 7)
    made = refresh_live()
    assert made.rows == 15
    assert wages() == 15
    assert Manifest.objects.filter(kind="live").count() == 3


def test_rows_that_do_not_add_up_to_their_posting_stop_the_refresh():
    build.pay(a_pay_row(1, paid=100))
    FACT_MODELS["pay_fact"]._default_manager.update(paid_fen=99)
    with pytest.raises(LedgerMismatch, match="paid_fen"):
        refresh_live()
    assert not Manifest.objects.exists()


def test_only_who_may_build_refreshes(ningjin_officer: Actor):
    with pytest.raises(NotPermitted):
        refresh_live(ningjin_officer)


def test_a_sealed_period_is_closed_named_and_audited(province_officer: Actor):
    build.pay(a_pay_row(1, paid=100), a_pay_row(2, paid=7, on=date(2023, 2, 1)))
    made = seal_period(province_officer, Y2022)
    assert (made.name, made.kind, made.period, made.version, made.rows) == ("2022-v1", "sealed", "2022", 1, 2)
    assert queries.is_sealed(Y2022)
    assert not queries.is_sealed(Period("2023Q1"))
    with pytest.raises(Conflict, match="2022年7月"):
        build.pay(a_pay_row(3, paid=1))
    entry = AuditEntry.objects.get(action="period.seal")
    assert entry.difference["digest"] == made.digest
    assert entry.difference["sealed_months"] == [202200 + m for m in range(1, 13)]
    assert verify(made) == []


def test_sealing_again_without_a_change_returns_the_snapshot_there_is(province_officer: Actor):
    build.pay(a_pay_row(1, paid=100))
    first = seal_period(province_officer, Y2022)
    build.pay(a_pay_row(2, paid=7, on=date(2023, 2, 1)))  # bears upon 2023 only
    assert seal_period(province_officer, Y2022) == first
    assert AuditEntry.objects.filter(action="period.seal").count() == 1


def test_a_restatement_is_a_numbered_version_and_the_first_stays(province_officer: Actor):
    build.pay(a_pay_row(1, paid=100, source=11), a_pay_row(2, paid=50, source=12))
    seal_period(province_officer, Y2022)
    build.take_back(11, on=date(2023, 1, 15))  # late: money in 2023, the person in 2022
    second = seal_period(province_officer, Y2022)
    assert (second.name, second.version) == ("2022-v2", 2)

    def persons(name: str) -> int:
        return (
            read(["headcount_unique"], scope=PROVINCE, period=Y2022, source=Snapshot(name))
            .figure("headcount_unique")
            .value
        )

    assert (persons("2022-v1"), persons("2022-v2")) == (2, 1)
    assert (wages("2022-v1"), wages("2022-v2")) == (150, 150)
    assert [m.name for m in queries.sealed_manifests()] == ["2022-v2", "2022-v1"]


def test_a_snapshot_never_changes_when_the_ledger_grows(province_officer: Actor):
    build.pay(a_pay_row(1, paid=100, on=date(2023, 1, 5), wage=202212))
    seal_period(province_officer, Y2022)
    build.pay(a_pay_row(2, paid=900, on=date(2023, 1, 6), wage=202212))
    refresh_live()
    assert wages("2022-v1", Period("2023")) == 100
    assert wages(period=Period("2023")) == 1_000


def test_periods_not_over_other_people_and_taken_names_are_refused(province_officer: Actor, dezhou_officer: Actor):
    build.pay(a_pay_row(1, paid=100))
    with clock.travel(datetime(2022, 12, 31, 12, tzinfo=clock.CHINA)), pytest.raises(InvalidInput, match="尚未结束"):
        seal_period(province_officer, Y2022)
    with pytest.raises(NotPermitted):
        seal_period(dezhou_officer, Y2022)
    assert seal_period(province_officer, Period("2022H1"), name="半年定稿").name == "半年定稿"
    with pytest.raises(Conflict):
        seal_period(province_officer, Y2022, name="半年定稿")
    assert not queries.is_sealed(Y2022)  # the refused seal left nothing


def test_a_rebuild_from_the_ledger_gives_the_same_files(province_officer: Actor):
    for n in range(1, 4):
        build.pay(*(a_pay_row(10 * n + i, paid=i, on=date(2022, n, 3), source=100 * n + i) for i in range(1, 6)))
        refresh_live()
    build.take_back(101, 203, on=date(2022, 5, 5))
    before = refresh_live()
    after = rebuild_live(province_officer)
    assert after.digest == before.digest
    assert wages() == 3 * 15 - 1 - 3
    assert AuditEntry.objects.filter(action="snapshot.build").count() == 1


def test_a_lost_mirror_is_made_again_from_the_ledger():
    build.pay(a_pay_row(1, paid=100))
    before = refresh_live()
    build.pay(a_pay_row(2, paid=10))
    shutil.rmtree(mirror.path_of("pay_fact"))
    after = refresh_live()
    assert after.rows == 2
    assert wages() == 110
    assert verify(before) != []
    assert verify(after) == []


def test_verification_finds_a_changed_and_a_missing_file():
    build.pay(a_pay_row(1, paid=100), a_pay_row(2, division=FEIXIAN))
    made = refresh_live()
    first, second = Files.of(made).entries
    with mirror.path_of(first.path).open("ab") as handle:
        handle.write(b"x")
    mirror.path_of(second.cube).unlink()
    assert verify(made) == [f"文件 {first.path} 的内容与摘要不符", f"文件 {second.cube} 不存在"]


def test_old_live_manifests_are_forgotten_sealed_ones_never(province_officer: Actor, monkeypatch):
    build.pay(a_pay_row(1, paid=1))
    sealed = seal_period(province_officer, Y2022)
    old = clock.now() - timedelta(days=1)
    for n in range(2, 8):
        build.pay(a_pay_row(n, paid=1, on=date(2023, 1, n)))
        refresh_live()
    Manifest.objects.filter(kind="live").update(made_at=old)
    build.pay(a_pay_row(9, paid=1, on=date(2023, 1, 9)))
    refresh_live()
    assert Manifest.objects.filter(kind="live").count() == 3
    assert Manifest.objects.filter(pk=sealed.pk).exists()
    assert wages("2022-v1") == 1
    with pytest.raises(NotFound):
        queries.named("live-000001")


def test_the_public_sees_sealed_periods_only(province_officer: Actor):
    build.pay(*(a_pay_row(n, paid=1_000) for n in range(1, 21)))
    with pytest.raises(NotFound, match="尚未发布"):
        read(["wages_paid"], scope=Scope.public(), period=Y2022)
    seal_period(province_officer, Y2022)
    build.pay(a_pay_row(99, paid=5, on=date(2023, 1, 2)))
    assert read(["wages_paid"], scope=Scope.public(), period=Y2022).figure("wages_paid").value == 20_000
    assert read(["wages_paid"], scope=Scope.public(), period=Period("2022H2")).manifest == "2022-v1"
    with pytest.raises(NotFound):
        read(["wages_paid"], scope=Scope.public(), period=Period("2023"))
    with pytest.raises(NotFound):
        read(["wages_paid"], scope=Scope.public(), period=Y2022, source=Snapshot(live_manifest().name))


def test_the_catalogue_in_force_is_recorded():
    made = refresh_live()
    assert len(made.catalogue_hash) == 64


def test_a_cube_file_holds_every_family_and_can_be_read_back():
    build.pay(a_pay_row(1, paid=100), a_pay_row(2, paid=5, on=date(2022, 11, 2)))
    made = refresh_live()
    (entry,) = Files.of(made).entries
    loaded = cube.load(build.PAY, entry.cube)
    work = loaded.parts["pay_work"]
    assert len(work.codes) == 2
    assert [sorted(members) for members in work.sets["workers"].at([0, 1])] == [[1], [2]]
    assert work.sums["days_x10"].tolist() == [200, 200]


def test_system_actor_may_do_all(settings):
    assert refresh_live(SYSTEM).name == "live-000001"
