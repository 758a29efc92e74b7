"""The public never learns the wage of a few."""

from __future__ import annotations

import pytest

from tests.figures import build
from tests.figures.build import FEIXIAN, NINGJIN, YUCHENG, a_pay_row
from workrelief.base.access.actor import Actor
from workrelief.base.access.scope import Scope
from workrelief.figures.indicators import masking
from workrelief.figures.indicators.read import read
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel.period import Period

pytestmark = pytest.mark.django_db
Y2022 = Period("2022")
IDS = ["headcount_unique", "headcount_project", "wages_paid", "wages_per_head", "investment"]


@pytest.fixture
def published(province_officer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ningjin 12 persons, Yucheng 7, Feixian 3; fewer than 5 are hidden."""
    monkeypatch.setattr(masking, "threshold", lambda on: 5)
    monkeypatch.setattr("workrelief.figures.indicators.read.threshold", lambda on: 5)
    for start, count, place in ((100, 12, NINGJIN), (200, 7, YUCHENG), (300, 3, FEIXIAN)):
        build.pay(*(a_pay_row(start + n, paid=100_000, division=place, project=start) for n in range(count)))
        build.projects(build.a_project_row(start, investment=5_000_000, division=place))
    seal_period(province_officer, Y2022)


def statuses(table, indicator):
    return {key[0]: figures[indicator].status for key, figures in table}


def test_small_counts_hide_with_the_wages_of_the_same_people_and_one_more(published):
    table = read(IDS, scope=Scope.public(), period=Y2022, by=("county",))
    for indicator in ("headcount_unique", "headcount_project", "wages_paid", "wages_per_head"):
        # Feixian has 3; Yucheng is the smallest other one and hides with it, so that the total does not give it away
        assert statuses(table, indicator) == {str(NINGJIN): "ok", str(YUCHENG): "masked", str(FEIXIAN): "masked"}
    assert table.figure("wages_paid", str(FEIXIAN)).value is None
    assert table.figure("wages_paid", str(FEIXIAN)).text == "＊"
    assert table.figure("investment", str(FEIXIAN)).value == 5_000_000  # projects are no persons


def test_large_enough_totals_are_shown(published):
    total = read(IDS, scope=Scope.public(), period=Y2022).cells[()]
    assert total["headcount_unique"].value == 22
    assert total["wages_paid"].value == 2_200_000


def test_officers_see_every_number(published):
    table = read(IDS, scope=Scope(("37",)), period=Y2022, by=("county",))
    assert table.figure("headcount_unique", str(FEIXIAN)).value == 3


def test_the_threshold_is_a_parameter_of_the_law():
    assert masking.threshold(Y2022.last_day) == 5
    assert masking.threshold(Period("2001").last_day) == masking.FALLBACK
