"""Pages of money and indicators say the same to the fen: vouchers, issued plans and approved sources against I12–I14 and S9."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from tests.work.funds.plan_build import (
    NINGJIN,
    PINGYUAN,
    WAN,
    a_batch,
    a_root,
    issued_fen,
    lump,
    offices,
    pass_on,
    planned_project,
    responsible,
    reviewed,
    to,
)
from workrelief.figures.indicators.read import Snapshot, read
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel.figure import FigureTable
from workrelief.kernel.kinds import FundType
from workrelief.kernel.period import Period
from workrelief.work.funds import services
from workrelief.work.funds.models import FundMove, PlanLine
from workrelief.work.funds.queries import money as queries
from workrelief.work.funds.services import money
from workrelief.work.projects import queries as projects

pytestmark = pytest.mark.django_db
YEAR = Period("2022")
CENTRAL, COUNTY_FUND = FundType.CENTRAL_BUDGET, FundType.COUNTY
TO_CITY, TO_COUNTY, ON = date(2022, 9, 9), date(2022, 9, 14), date(2022, 9, 20)


@pytest.fixture
def world():
    """Two counties with two projects each, their plans issued, and a year of vouchers, some reversed."""
    who = offices()
    batch = a_batch(who)
    counties = {NINGJIN: (1, 2), PINGYUAN: (3, 4)}
    ids: dict[str, list[int]] = {}
    amounts: dict[int, int] = {}
    for county, numbers in counties.items():
        ids[county] = [planned_project(who.of(county), n, county=county) for n in numbers]
        asked = {one: 300 * WAN + 7 * one for one in ids[county]}
        amounts |= asked
        reviewed(who, batch, asked, county=county)
        responsible(who.of(county), ids[county])
    total = sum(amounts.values())
    sums = {county: sum(amounts[one] for one in some) for county, some in ids.items()}
    province = pass_on(who.province, a_root(who, batch, total), [lump("371400000000", total)], TO_CITY, no="鲁1")
    city = pass_on(who.city, province, [lump(county, fen) for county, fen in sums.items()], TO_COUNTY, no="德1")
    for county, some in ids.items():
        pass_on(who.of(county), city, [to(one, amounts[one]) for one in some], ON, no=f"县{county[4:6]}")
    rng = Random(20220920)
    for county, some in ids.items():
        actor = who.of(county)
        for one in some:
            _year_of(actor, one, amounts[one], rng)
    return who, batch, ids


def _year_of(actor, project: int, issued: int, rng: Random) -> None:
    """Receipts of two sources, payments within them, three months of work, one of each taken back."""
    entries = []
    for n, share in enumerate((40, 35), start=1):
        arrived = issued * share // 100
        entries.append(money.receipt(project, CENTRAL, arrived, date(2022, 9, 20 + n), voucher_no=f"到{n}", tranche=n))
        paid = arrived - rng.randrange(arrived)
        entries.append(
            money.payment(project, CENTRAL, paid, date(2022, 10, n), voucher_no=f"付{n}", payee_kind="contractor",
                          payee="演示公司", tranche=n)
        )  # fmt: skip
    entries.append(money.receipt(project, COUNTY_FUND, 33 * WAN + 1, date(2022, 10, 8), voucher_no="县到1"))
    entries.append(
        money.payment(project, COUNTY_FUND, 11 * WAN + 3, date(2022, 10, 9), voucher_no="县付1", payee_kind="supplier",
                      payee="演示公司")
    )  # fmt: skip
    entries += [money.investment(project, month, rng.randrange(1, 90 * WAN)) for month in (202209, 202210, 202211)]
    done = money.record(actor, entries)
    money.reverse(actor, done.ids[3], reason="登记错误")
    money.reverse(actor, done.ids[-1], reason="登记错误")


def vouchers(ids, kind: str, *, central: bool | None = None) -> dict[int, int]:
    """Standing vouchers of a kind by project, fen."""
    found: dict[int, int] = defaultdict(int)
    for row in FundMove.rows.filter(project__in=ids, kind=kind, state="posted"):
        if central is None or FundType.of_id(row.fund_type).is_central == central:
            found[row.project_id] += row.amount_fen
    return found


def fen(table: FigureTable, key: tuple[str, ...], name: str) -> int:
    return int(table.cells[key][name].value or 0)


def value(table: FigureTable, key: tuple[str, ...], name: str) -> Fraction | None:
    found = table.cells[key][name].value
    return None if found is None else Fraction(Decimal(found))


def near(found: Fraction | None, up: int, down: int) -> bool:
    """The ratio is the quotient as exactly as a decimal can say it."""
    return found is not None and abs(found - Fraction(up, down)) < Fraction(1, 10**20)


@pytest.mark.parametrize("by", ["project", "county", "city"])
def test_rates_are_quotients_of_the_vouchers_and_the_plans(world, by):
    who, batch, ids = world
    groups = {
        "project": {str(one): [one] for some in ids.values() for one in some},
        "county": dict(ids),
        "city": {"371400000000": [one for some in ids.values() for one in some]},
    }[by]
    table = queries.rates(who.province.scope, YEAR, by=(by,), where={"track": ("special_fund",)})
    assert {key[0] for key in table.cells} >= set(groups)
    for key, members in groups.items():
        lines = PlanLine.rows.filter(
            batch=batch, document__level="county", document__state="issued", project__in=members
        )
        issued = sum(lines.values_list("amount_fen", flat=True))
        paid = sum(vouchers(members, "payment", central=True).values())
        built = sum(vouchers(members, "investment").values())
        planned = sum(vouchers(members, "year_plan").values())
        assert fen(table, (key,), "central_issued") == issued
        assert fen(table, (key,), "central_paid") == paid
        assert fen(table, (key,), "investment_done") == built
        assert fen(table, (key,), "year_plan") == planned == issued
        assert near(value(table, (key,), "payment_rate"), paid, issued)
        assert near(value(table, (key,), "completion_rate"), built, planned)
        assert (fen(table, (key,), "planned_projects"), fen(table, (key,), "begun_projects")) == (len(members),) * 2
        assert value(table, (key,), "start_rate") == 1


def test_structure_and_leverage_are_sums_of_the_approved_sources_and_of_what_arrived(world):
    who, _, ids = world
    members = [one for some in ids.values() for one in some]
    funds = projects.fund_sources(who.province.scope, members)
    table = queries.structure(who.province.scope, YEAR)
    for fund in (CENTRAL, COUNTY_FUND):
        own = [f for some in funds.values() for f in some if f.fund_type is fund]
        standing = FundMove.rows.filter(project__in=members, fund_type=fund.id, state="posted")
        assert fen(table, (fund.id,), "funds_planned") == sum(f.planned_fen for f in own)
        assert fen(table, (fund.id,), "funds_issued") == sum(f.issued_fen for f in own)
        for name, kind in (("funds_received", "receipt"), ("funds_paid", "payment")):
            assert fen(table, (fund.id,), name) == sum(standing.filter(kind=kind).values_list("amount_fen", flat=True))
    levers = queries.leverage(who.province.scope, YEAR, by=("county",))
    for county, some in ids.items():
        own = [f for one in some for f in funds[one]]
        central = sum(f.planned_fen for f in own if f.fund_type.is_central)
        others = sum(f.planned_fen for f in own if not f.fund_type.is_central)
        assert near(value(levers, (county,), "leverage"), others, central)
        arrived = {side: sum(vouchers(some, "receipt", central=side).values()) for side in (True, False)}
        assert fen(levers, (county,), "central_received") == arrived[True]
        assert fen(levers, (county,), "others_received") == arrived[False]
        assert near(value(levers, (county,), "leverage_received"), arrived[False], arrived[True])


def test_the_page_of_a_project_its_balance_and_idle_money_say_the_same(world):
    who, _, ids = world
    for county, some in ids.items():
        for one in some:
            page = queries.project_money(who.of(county).scope, one, on=date(2022, 12, 31))
            figures = page.rates.cells[(str(one),)]
            central = page.balance.source(CENTRAL)
            assert central.issued_fen == int(figures["central_issued"].value or 0) == issued_fen(who.of(county), one)
            assert central.paid_fen == int(figures["central_paid"].value or 0)
            assert page.balance.invested_fen == int(figures["investment_done"].value or 0)
            assert page.idle.total_fen == sum(s.received_fen - s.paid_fen for s in page.balance.sources.values())
    whole = queries.idle_money(who.province.scope, on=date(2022, 12, 31))
    members = [one for some in ids.values() for one in some]
    left = sum(vouchers(members, "receipt").values()) - sum(vouchers(members, "payment").values())
    assert whole.total_fen == left == sum(sum(c.values()) for c in whole.by_division.values())


NAMES = ("central_issued", "central_paid", "payment_rate", "year_plan", "investment_done", "completion_rate",
         "planned_projects", "begun_projects", "start_rate", "leverage", "leverage_received", "labour_pay_share",
         "funds_received", "funds_paid")  # fmt: skip


def test_a_sealed_snapshot_gives_back_every_money_figure_after_withdrawal_recall_and_reversal(world):
    who, batch, ids = world
    name = seal_period(who.province, Period("2022Q3")).name
    snapshot, quarter = Snapshot(name), Period("2022Q3")

    def figures() -> dict[tuple[str, ...], dict[str, str]]:
        table = read(NAMES, scope=who.province.scope, period=quarter, by=("project",), source=snapshot)
        return {key: {one: str(figure.value) for one, figure in cells.items()} for key, cells in table.cells.items()}

    before = figures()
    assert before
    first = ids[NINGJIN][0]
    standing = FundMove.rows.filter(project=first, kind="payment", state="posted", fund_type=CENTRAL.id)
    for one in list(standing.values_list("pk", flat=True)):
        money.reverse(who.county, one, reason="资金已追回")
    recall = services.propose_recall(who.city, batch.pk, [services.MoneyShift(first, 100 * WAN)], reason="进度过慢")
    services.approve_change(who.city, recall.pk, document_no="德收1", on=date(2022, 10, 20))
    document = PlanLine.rows.filter(batch=batch, document__level="province").get().document_id
    services.withdraw_document(who.province, document, reason="国家调整计划", on=date(2022, 11, 1))
    live = queries.rates(who.province.scope, YEAR, by=("project",))
    assert all(fen(live, key, "central_issued") == 0 for key in live.cells)
    assert figures() == before
