"""From any figure back to the lines it was made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.figures import build
from tests.figures.build import AGRI, FEIXIAN, NINGJIN, PROVINCE, SPECIAL, YUCHENG, a_pay_row
from workrelief.base.access.scope import Scope
from workrelief.figures.indicators.catalogue import all_definitions
from workrelief.figures.indicators.definitions import Measure, measures_of
from workrelief.figures.indicators.explain import explain
from workrelief.figures.indicators.read import read
from workrelief.figures.ledger.facts import FUND_MOVE
from workrelief.figures.snapshots.services import refresh_live
from workrelief.kernel.errors import NotFound, NotPermitted
from workrelief.kernel.period import Period

pytestmark = pytest.mark.django_db
Y2022 = Period("2022")


@pytest.fixture(params=[True, False], ids=["mirrored", "waiting"])
def ledger(request: pytest.FixtureRequest) -> None:
    build.pay(
        a_pay_row(1, paid=300_000, source=11, group=1),
        a_pay_row(1, paid=100_000, source=12, on=date(2022, 8, 20), group=1),
        a_pay_row(2, paid=250_000, source=13),
        a_pay_row(
            1, engagement=11, project=2, track=AGRI, division=YUCHENG, paid=50_000, source=14, on=date(2022, 10, 9)
        ),
        a_pay_row(5, project=3, track=SPECIAL, division=FEIXIAN, paid=120_000, source=15, own=0),
        a_pay_row(6, paid=1_000, source=16, on=date(2021, 7, 1)),
    )
    build.take_back(13, on=date(2022, 8, 1))
    build.projects(build.a_project_row(1, investment=700), build.a_project_row(3, investment=900, division=FEIXIAN))
    build.funds(build.a_fund_row(3, issued=400_000, division=FEIXIAN))
    build.moves(
        build.a_move_row(3, received=300_000, division=FEIXIAN, source=31),
        build.a_move_row(3, received=20_000, division=FEIXIAN, source=32, on=date(2021, 11, 2)),
        build.a_move_row(3, received=90_000, division=FEIXIAN, source=33, fund_type=5),
        build.a_move_row(3, paid=160_000, division=FEIXIAN, source=34),
        build.a_move_row(3, paid=40_000, division=FEIXIAN, source=35),
        build.a_move_row(3, invested=50_000, division=FEIXIAN, source=36, fund_type=0),
        build.a_move_row(3, year_plan=200_000, division=FEIXIAN, source=37, fund_type=0),
    )
    build.take_back(35, on=date(2022, 9, 1), table=FUND_MOVE)
    build.training(
        build.a_training_row(1, times=20), build.a_training_row(1, times=1, first=False, audience=4, worker=9)
    )
    if request.param:
        refresh_live()


def test_a_sum_lists_the_rows_that_make_it(ledger):
    table = read(["wages_paid"], scope=PROVINCE, period=Y2022, by=("city", "track"))
    figure = table.figure("wages_paid", "371400000000", "key_project")
    found = explain(figure, scope=PROVINCE)
    assert [(r.source_ref, r.value, r.project_id) for r in found.rows] == [
        (11, 300_000, 1), (13, 250_000, 1), (13, -250_000, 1), (12, 100_000, 1),
    ]  # fmt: skip
    assert found.rows[2].reverses == found.rows[1].id
    assert found.rows_sum == figure.value == 400_000
    assert found.total_rows == 4
    assert found.table == "劳务报酬明细"
    assert found.filters == (
        "行政区划：山东省", "期间：2022年1月至2022年12月（按发生（到账）日期）", "市：德州市", "项目线：重点工程推广",
    ) or found.filters[2:] == ("市：371400000000", "项目线：重点工程推广")  # fmt: skip


def test_pages(ledger):
    figure = read(["wages_paid"], scope=PROVINCE, period=Y2022).figure("wages_paid")
    pages = [explain(figure, scope=PROVINCE, page=n, per_page=4) for n in (1, 2, 3)]
    assert [len(p.rows) for p in pages] == [4, 2, 0]
    assert [p.total_rows for p in pages] == [6, 6, 6]
    assert pages[0].pages == 2
    assert sum(r.value for p in pages for r in p.rows) == figure.value
    assert len({r.id for p in pages for r in p.rows}) == 6


@pytest.mark.parametrize(
    ("by", "period"), [(("county",), "2022"), (("quarter",), "2022H2"), (("month", "project"), "2022-07")], ids=str
)
@pytest.mark.parametrize("ledger", [True], indirect=True)
def test_the_rows_of_every_figure_add_up_to_it(ledger, by, period):
    measures = [d for d in all_definitions() if isinstance(d, Measure)]
    table = read([m.id for m in measures], scope=PROVINCE, period=Period(period), by=by)
    for _, figures in table:
        for measure in measures:
            figure = figures[measure.id]
            found = explain(figure, scope=PROVINCE, per_page=100)
            assert len(found.rows) == found.total_rows
            if measure.column:
                assert sum(r.value for r in found.rows) == found.rows_sum == (figure.value or 0), (
                    measure.id,
                    figure.key,
                )
            else:
                nets: dict[object, int] = {}
                for row in found.rows:
                    key = row.columns[measure.spec.key]
                    nets[key] = nets.get(key, 0) + row.value
                assert sum(net > 0 for net in nets.values()) == (figure.value or 0), (measure.id, figure.key)


def test_a_ratio_names_its_numerator_and_denominator(ledger):
    figure = read(["labour_pay_share"], scope=PROVINCE, period=Y2022, by=("city",)).figure(
        "labour_pay_share", "371300000000"
    )
    assert figure.value == Decimal("0.3")
    found = explain(figure, scope=PROVINCE)
    assert found.numerator is not None
    assert found.denominator is not None
    assert (found.numerator.value, found.denominator.value) == (120_000, 400_000)
    assert [r.source_ref for r in found.rows] == [15]
    below = explain(found.denominator, scope=PROVINCE)
    assert [(r.fact, r.value) for r in below.rows] == [("fund_fact", 400_000)]
    assert "资金来源：中央预算内投资、中央衔接资金（以工代赈任务）" in below.filters


def test_the_payment_rate_leads_to_payments_and_what_was_taken_back(ledger):
    figure = read(["payment_rate"], scope=PROVINCE, period=Y2022, by=("county",)).figure("payment_rate", str(FEIXIAN))
    assert figure.value == Decimal("0.4")
    found = explain(figure, scope=PROVINCE)
    assert [(r.fact, r.source_ref, r.value) for r in found.rows] == [
        ("fund_move_fact", 34, 160_000), ("fund_move_fact", 35, 40_000), ("fund_move_fact", 35, -40_000),
    ]  # fmt: skip
    assert found.table == "资金到位、支付与完成投资"
    assert found.rows_sum == 160_000


def test_rates_of_building_and_of_starting(ledger):
    table = read(["completion_rate", "start_rate", "leverage_received"], scope=PROVINCE, period=Y2022)
    found = {i: f.value for i, f in table.cells[()].items()}
    assert found == {"completion_rate": Decimal("0.25"), "start_rate": Decimal(1), "leverage_received": Decimal("0.3")}
    before = read(["completion_rate", "start_rate"], scope=PROVINCE, period=Period("2021"))
    assert {f.status for f in before.cells[()].values()} == {"no_data"}


def test_running_totals_begin_with_the_first_row_of_all(ledger):
    by_source = read(["received_to_date"], scope=PROVINCE, period=Y2022, by=("project", "fund_type"))
    assert {key: f["received_to_date"].value for key, f in by_source} == {
        ("3", "central_budget"): 320_000, ("3", "county"): 90_000, ("3", "none"): 0,
    }  # fmt: skip
    assert by_source.label("fund_type", "none") == "未分来源"
    quarters = read(["received_to_date", "funds_received"], scope=PROVINCE, period=Y2022, by=("quarter",))
    assert [(f["received_to_date"].value, f["funds_received"].value) for _, f in quarters] == [
        (20_000, None), (410_000, 390_000), (410_000, 390_000), (410_000, 390_000),
    ]  # fmt: skip
    found = explain(by_source.figure("received_to_date", "3", "central_budget"), scope=PROVINCE)
    assert [r.source_ref for r in found.rows] == [32, 31]
    assert "期间：自第一笔起至2022年12月（按发生（到账）日期）" in found.filters


def test_growth_names_this_year_and_the_last(ledger):
    figure = read(["wages_growth"], scope=PROVINCE, period=Period("2022Q3"), by=("quarter",)).figure(
        "wages_growth", "2022Q3"
    )
    found = explain(figure, scope=PROVINCE)
    assert found.numerator is not None
    assert found.denominator is not None
    assert (found.numerator.value, found.denominator.value) == (520_000, 1_000)
    assert figure.value == Decimal(519)


def test_every_indicator_can_be_explained(ledger):
    table = read([d.id for d in all_definitions()], scope=PROVINCE, period=Y2022)
    for indicator, figure in table.cells[()].items():
        found = explain(figure, scope=PROVINCE)
        assert found.measure is measures_of(found.definition)[0], indicator
        assert found.definition.text


def test_only_rows_within_the_scope_are_shown(ledger):
    figure = read(["wages_paid"], scope=PROVINCE, period=Y2022).figure("wages_paid")
    with pytest.raises(NotFound):
        explain(figure, scope=Scope(("3714",)))
    sector = explain(figure, scope=Scope(("37",), projects=frozenset({2})))
    assert [r.source_ref for r in sector.rows] == [14]
    county = read(["wages_paid"], scope=Scope(("371422",)), period=Y2022).figure("wages_paid")
    assert {r.division_code for r in explain(county, scope=Scope(("371422",))).rows} == {str(NINGJIN)}


def test_the_public_is_shown_no_rows(ledger):
    figure = read(["wages_paid"], scope=PROVINCE, period=Y2022).figure("wages_paid")
    with pytest.raises(NotPermitted):
        explain(figure, scope=Scope.public())


def test_a_figure_keeps_its_rows_when_the_ledger_moves_on(ledger):
    figure = read(["wages_paid"], scope=PROVINCE, period=Y2022).figure("wages_paid")
    build.pay(a_pay_row(9, paid=77, source=99))
    refresh_live()
    assert explain(figure, scope=PROVINCE).rows_sum == figure.value
