"""Money movements came to the ledger later: older snapshots keep reading, and money never disturbs other figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.figures import build
from tests.figures.build import PROVINCE
from workrelief.figures.indicators.read import Snapshot, read
from workrelief.figures.ledger.facts import FUND_MOVE
from workrelief.figures.snapshots.models import Manifest
from workrelief.figures.snapshots.services import rebuild_live, refresh_live, seal_period, verify
from workrelief.kernel.errors import Conflict, InvalidInput
from workrelief.kernel.period import Period

pytestmark = pytest.mark.django_db
IDS = ("wages_paid", "labour_pay_share", "payment_rate", "leverage", "received_to_date")


def values(source: str = "") -> list[object]:
    chosen = {"source": Snapshot(source)} if source else {}
    table = read(IDS, scope=PROVINCE, period=Period("2022"), **chosen)
    return [table.figure(i).value for i in IDS]


def test_a_snapshot_from_before_there_were_movements_reads_as_it_did():
    build.pay(build.a_pay_row(1, paid=120_000, track=build.SPECIAL))
    build.funds(build.a_fund_row(1, issued=400_000), build.a_fund_row(1, issued=100_000, fund_type=5))
    old = seal_period(build.SYSTEM, Period("2022"))
    assert not [f for f in old.files if f["fact"] == FUND_MOVE.name]
    before = [120_000, Decimal("0.3"), None, Decimal("0.25"), None]
    assert values(old.name) == values() == before
    with pytest.raises(Conflict):
        build.moves(build.a_move_row(1, received=1))
    build.moves(build.a_move_row(1, received=90_000, on=date(2023, 1, 5)))
    refresh_live()
    rebuild_live(build.SYSTEM)
    assert values(old.name) == before
    assert verify(Manifest.objects.get(pk=old.pk)) == []
    assert read(["received_to_date"], scope=PROVINCE, period=Period("2023")).figure("received_to_date").value == 90_000


def test_a_movement_may_come_without_a_source_but_not_with_an_unknown_one():
    build.moves(build.a_move_row(1, invested=5, fund_type=0))
    with pytest.raises(InvalidInput) as refused:
        build.moves(build.a_move_row(1, invested=5, fund_type=7))
    assert refused.value.facts["column"] == "fund_type"
    with pytest.raises(InvalidInput):
        build.funds(build.a_fund_row(1, issued=5, fund_type=0))
