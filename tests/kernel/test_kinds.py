"""Closed sets: ids, ledger codes and labels are unique, and office spellings find their member."""

from __future__ import annotations

import pytest

from workrelief.kernel import kinds
from workrelief.kernel.kinds import FundType, Kind, PayRoute, PayUnit, Sector, Track, TrainingType, WorkerGroup

ALL = [k for k in vars(kinds).values() if isinstance(k, type) and issubclass(k, Kind) and k is not Kind]


@pytest.mark.parametrize("kind", ALL)
def test_codes_ids_and_labels_are_unique_and_lead_back(kind: type[Kind]) -> None:
    members = list(kind)
    assert (
        len({m.code for m in members})
        == len({m.id for m in members})
        == len({m.label for m in members})
        == len(members)
    )
    for member in members:
        assert kind.of_code(member.code) is member
        assert kind.of_id(member.id) is member
        assert kind.find(member.label) is member
        assert all(kind.find(alias) is member for alias in member.aliases)
    assert kind.choices() == [(m.id, m.label) for m in members]


@pytest.mark.parametrize("kind", ALL)
def test_what_is_not_in_the_set_is_not_found(kind: type[Kind]) -> None:
    assert kind.find("没有的") is None
    with pytest.raises(ValueError):
        kind.of_id("nothing")
    with pytest.raises(StopIteration):
        kind.of_code(250)


@pytest.mark.parametrize(
    ("kind", "spelling", "member"),
    [
        (Track, "农推", Track.AGRI_PROMOTION),
        (Track, "重点 工程", Track.KEY_PROJECT),
        (FundType, "中央预算内", FundType.CENTRAL_BUDGET),
        (FundType, "省预算内", FundType.PROVINCIAL),
        (WorkerGroup, "监测户", WorkerGroup.MONITORED),
        (Sector, "农业", Sector.AGRICULTURE),
        (TrainingType, "岗前", TrainingType.PRE_JOB),
        (PayUnit, "㎡", PayUnit.PIECE),
        (PayRoute, "打卡", PayRoute.DIRECT_BANK),
    ],
)
def test_office_spellings(kind: type[Kind], spelling: str, member: Kind) -> None:
    assert kind.find(spelling) is member


def test_priority_groups_and_central_money() -> None:
    assert [g for g in WorkerGroup if not g.is_priority] == [WorkerGroup.OTHER]
    assert {f for f in FundType if f.is_central} == {FundType.CENTRAL_BUDGET, FundType.CENTRAL_BRIDGING}
    assert [t.short for t in Track] == ["专项资金", "农业农村", "重点工程"]
