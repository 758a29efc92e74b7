"""Figures calculated by hand, live and from files, from cubes and from rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.figures import build
from tests.figures.build import AGRI, FEIXIAN, NINGJIN, PROVINCE, SPECIAL, YUCHENG, a_pay_row
from workrelief.base.access.scope import Scope
from workrelief.figures.indicators.read import LIVE, Snapshot, read
from workrelief.figures.snapshots.services import refresh_live
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.kernel.period import Period

pytestmark = pytest.mark.django_db
Y2022 = Period("2022")


@pytest.fixture(params=["waiting", "mirrored", "half"])
def ledger(request: pytest.FixtureRequest) -> str:
    """Two counties of Dezhou and one of Linyi; the rows wait, lie in files, or half of each."""
    build.pay(
        a_pay_row(1, paid=300_000, group=1),
        a_pay_row(1, paid=100_000, on=date(2022, 8, 20), group=1),
        a_pay_row(2, paid=250_000, local=0),
        a_pay_row(
            1, engagement=11, project=2, track=AGRI, division=YUCHENG, paid=50_000, on=date(2022, 10, 9), group=1
        ),
    )
    build.projects(
        build.a_project_row(1, investment=5_000_000_00),
        build.a_project_row(2, investment=700_000_00, track=AGRI, division=YUCHENG, on=date(2022, 8, 1)),
    )
    if request.param != "waiting":
        refresh_live()
    build.pay(
        a_pay_row(3, project=3, track=SPECIAL, division=FEIXIAN, paid=120_000, group=2, own=100_000, in_time=60_000),
        a_pay_row(4, project=3, track=SPECIAL, division=FEIXIAN, paid=0, due=90_000, on=date(2022, 12, 31), days=15),
    )
    build.funds(
        build.a_fund_row(3, issued=400_000, division=FEIXIAN),
        build.a_fund_row(3, issued=999_000, fund_type=3, division=FEIXIAN),
    )
    build.training(
        build.a_training_row(1, times=20, audience=1),
        build.a_training_row(1, times=30, audience=4, first=False),
        build.a_training_row(2, times=1, audience=4, kind=2, worker=1),
        build.a_training_row(2, times=1, audience=4, kind=2, worker=2, first=False),
        build.a_training_row(3, times=1, audience=4, kind=2, worker=1, on=date(2022, 9, 1)),
    )
    if request.param == "mirrored":
        refresh_live()
    return str(request.param)


def values(table, indicator):
    return {key: figures[indicator].value for key, figures in table}


def test_totals_of_the_province(ledger):
    table = read(
        ["headcount_project", "headcount_unique", "person_days", "wages_paid", "wages_due", "projects", "investment",
         "training_sessions", "training_person_times", "training_persons"],
        scope=PROVINCE, period=Y2022,
    )  # fmt: skip
    assert {i: f.value for i, f in table.cells[()].items()} == {
        "headcount_project": 5,  # workers 1 (twice: two projects), 2, 3, 4
        "headcount_unique": 4,
        "person_days": 200 * 5 + 15,
        "wages_paid": 820_000,
        "wages_due": 910_000,
        "projects": 2,
        "investment": 5_700_000_00,
        "training_sessions": 3,
        "training_person_times": 53,
        "training_persons": 2,
    }


def test_persons_are_counted_again_at_each_level(ledger):
    by_county = read(["headcount_unique"], scope=PROVINCE, period=Y2022, by=("county",))
    assert values(by_county, "headcount_unique") == {(str(FEIXIAN),): 2, (str(NINGJIN),): 2, (str(YUCHENG),): 1}
    by_city = read(["headcount_unique"], scope=PROVINCE, period=Y2022, by=("city",))
    assert values(by_city, "headcount_unique") == {("371300000000",): 2, ("371400000000",): 2}


def test_ratios_are_taken_after_adding_up(ledger):
    table = read(
        ["priority_share", "local_share", "wages_per_head", "labour_pay_share", "on_time_rate", "card_rate"],
        scope=PROVINCE, period=Y2022,
    )  # fmt: skip
    figures = table.cells[()]
    assert figures["priority_share"].value == Decimal(3) / Decimal(5)
    assert figures["local_share"].value == Decimal(4) / Decimal(5)
    assert figures["wages_per_head"].value == Decimal(820_000) / Decimal(5)
    assert figures["labour_pay_share"].value == Decimal("0.3")
    assert figures["labour_pay_share"].headline == "30.0%"
    assert figures["on_time_rate"].value == Decimal(760_000) / Decimal(910_000)
    assert figures["card_rate"].value == Decimal(800_000) / Decimal(820_000)


def test_the_year_by_city_and_track_with_labels(ledger):
    table = read(["wages_paid", "investment"], scope=PROVINCE, period=Y2022, by=("city", "track"))
    assert values(table, "wages_paid") == {
        ("371300000000", "special_fund"): 120_000,
        ("371400000000", "agri_promotion"): 50_000,
        ("371400000000", "key_project"): 650_000,
    }
    assert table.figure("investment", "371300000000", "special_fund").status == "no_data"
    assert table.figure("investment", "371300000000", "special_fund").text == "—"
    assert table.label("track", "key_project") == "重点工程推广"


def test_quarters_and_months(ledger):
    quarters = read(["wages_paid", "projects"], scope=PROVINCE, period=Y2022, by=("quarter",))
    assert values(quarters, "wages_paid") == {
        ("2022Q1",): None, ("2022Q2",): None, ("2022Q3",): 770_000, ("2022Q4",): 50_000,
    }  # fmt: skip
    assert values(quarters, "projects") == {("2022Q1",): 1, ("2022Q2",): 1, ("2022Q3",): 2, ("2022Q4",): 2}
    months = read(["wages_paid", "projects"], scope=PROVINCE, period=Period("2022H2"), by=("month",))
    assert values(months, "wages_paid") == {
        ("2022-07",): 670_000, ("2022-08",): 100_000, ("2022-09",): None, ("2022-10",): 50_000, ("2022-11",): None,
        ("2022-12",): 0,
    }  # fmt: skip
    assert values(months, "projects")[("2022-07",)] == 1
    assert values(months, "projects")[("2022-09",)] == 2


def test_a_single_month_and_single_projects_come_from_rows(ledger):
    july = read(["wages_paid", "headcount_unique"], scope=PROVINCE, period=Period("2022-07"))
    assert [f.value for f in july.cells[()].values()] == [670_000, 3]
    projects = read(["wages_paid", "headcount_project"], scope=PROVINCE, period=Y2022, by=("project",))
    assert values(projects, "wages_paid") == {("1",): 650_000, ("2",): 50_000, ("3",): 120_000}
    assert values(projects, "headcount_project") == {("1",): 2, ("2",): 1, ("3",): 2}


def test_scope_limits_place_sector_and_project(ledger):
    dezhou = read(["wages_paid"], scope=Scope(("3714",)), period=Y2022)
    assert dezhou.figure("wages_paid").value == 700_000
    assert dezhou.division == "371400000000"
    assert (
        read(["wages_paid"], scope=Scope(("37",), sectors=frozenset({"transport"})), period=Y2022)
        .figure("wages_paid")
        .value
        == 820_000
    )
    assert (
        read(["wages_paid"], scope=Scope(("37",), sectors=frozenset({"water"})), period=Y2022)
        .figure("wages_paid")
        .status
        == "no_data"
    )
    assert (
        read(["wages_paid"], scope=Scope(("37",), projects=frozenset({2})), period=Y2022).figure("wages_paid").value
        == 50_000
    )
    assert read(["wages_paid"], scope=Scope.nothing(), period=Y2022).figure("wages_paid").status == "no_data"


def test_a_division_outside_the_scope_is_not_found(ledger):
    with pytest.raises(NotFound):
        read(["wages_paid"], scope=Scope(("3714",)), period=Y2022, division="371300000000")
    with pytest.raises(NotFound):
        read(["wages_paid"], scope=Scope(("3714",)), period=Y2022, division="370000000000")
    county = read(["wages_paid"], scope=Scope(("3714",)), period=Y2022, division=str(YUCHENG))
    assert county.figure("wages_paid").value == 50_000


def test_filters(ledger):
    table = read(["wages_paid", "headcount_project", "projects"], scope=PROVINCE, period=Y2022,
                 where={"track": ("key_project", "agri_promotion")})  # fmt: skip
    assert [f.value for f in table.cells[()].values()] == [700_000, 3, 2]
    groups = read(["headcount_project", "projects"], scope=PROVINCE, period=Y2022, where={"group": ("lifted",)})
    assert groups.figure("headcount_project").value == 2
    assert groups.figure("projects").status == "no_data"  # projects have no group of persons
    with pytest.raises(InvalidInput):
        read(["wages_paid"], scope=PROVINCE, period=Y2022, where={"track": ("unheard_of",)})
    with pytest.raises(InvalidInput):
        read(["wages_paid"], scope=PROVINCE, period=Y2022, by=("colour",))
    with pytest.raises(NotFound):
        read(["unheard_of"], scope=PROVINCE, period=Y2022)


def test_training_by_audience_and_type(ledger):
    by_audience = read(["training_sessions", "training_person_times", "training_persons"], scope=PROVINCE, period=Y2022,
                       by=("audience",))  # fmt: skip
    assert values(by_audience, "training_person_times") == {("government",): 20, ("worker",): 33}
    assert values(by_audience, "training_sessions") == {("government",): 1, ("worker",): 3}
    assert values(by_audience, "training_persons") == {("government",): None, ("worker",): 2}
    h1 = read(["training_persons"], scope=PROVINCE, period=Period("2022H1"), where={"training_type": ("skill",)})
    assert h1.figure("training_persons").value == 2


def test_money_counts_when_it_arrives_and_work_when_it_was_done():
    build.pay(
        a_pay_row(1, paid=500_000, on=date(2023, 1, 20), wage=202212), a_pay_row(2, paid=100, on=date(2023, 2, 1))
    )
    refresh_live()
    before = read(["wages_paid", "wages_due", "headcount_unique", "person_days"], scope=PROVINCE, period=Y2022)
    assert [f.value for f in before.cells[()].values()] == [None, 500_000, 1, 200]
    after = read(["wages_paid", "wages_due", "headcount_unique", "person_days"], scope=PROVINCE, period=Period("2023"))
    assert [f.value for f in after.cells[()].values()] == [500_100, 100, 1, 200]


def test_growth_compares_with_the_same_period_last_year():
    build.pay(a_pay_row(1, paid=200_000, on=date(2021, 8, 1)), a_pay_row(1, paid=250_000, on=date(2022, 9, 1)),
              a_pay_row(2, paid=70_000, on=date(2022, 2, 1)))  # fmt: skip
    table = read(["wages_growth", "headcount_growth"], scope=PROVINCE, period=Y2022, by=("quarter",))
    assert table.figure("wages_growth", "2022Q3").value == Decimal("0.25")
    assert table.figure("headcount_growth", "2022Q3").value == 0
    assert table.figure("wages_growth", "2022Q1").status == "no_data"


def test_missing_is_not_zero():
    empty = read(["wages_paid", "labour_pay_share"], scope=PROVINCE, period=Y2022)
    assert [f.status for f in empty.cells[()].values()] == ["no_data", "no_data"]
    assert len(read(["wages_paid"], scope=PROVINCE, period=Y2022, by=("city",))) == 0
    build.pay(a_pay_row(1, paid=0, due=100))
    assert read(["wages_paid"], scope=PROVINCE, period=Y2022).figure("wages_paid").value == 0


def test_figures_name_the_state_they_were_read_from_and_can_be_read_again():
    build.pay(a_pay_row(1, paid=100))
    first = read(["wages_paid"], scope=PROVINCE, period=Y2022, source=LIVE)
    refresh_live()
    build.pay(a_pay_row(2, paid=40))
    second = read(["wages_paid"], scope=PROVINCE, period=Y2022)
    build.pay(a_pay_row(3, paid=2))
    refresh_live()
    assert read(["wages_paid"], scope=PROVINCE, period=Y2022).figure("wages_paid").value == 142
    assert (
        read(["wages_paid"], scope=PROVINCE, period=Y2022, source=Snapshot(first.manifest)).figure("wages_paid").value
        == 100
    )
    assert (
        read(["wages_paid"], scope=PROVINCE, period=Y2022, source=Snapshot(second.manifest)).figure("wages_paid").value
        == 140
    )
    with pytest.raises(NotFound):
        read(["wages_paid"], scope=PROVINCE, period=Y2022, source=Snapshot("2022-final"))
