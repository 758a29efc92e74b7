"""A special-fund project with issued money, and short ways to enter vouchers for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.build import a_project
from workrelief.base.access.actor import Actor
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel.kinds import FundType, Track
from workrelief.work.funds.models import PayeeKind
from workrelief.work.funds.services import money
from workrelief.work.projects.rules import Fund

WAN = 1_000_000
NINGJIN = "371422000000"
CENTRAL, BRIDGING = FundType.CENTRAL_BUDGET, FundType.CENTRAL_BRIDGING
PROVINCIAL, COUNTY = FundType.PROVINCIAL, FundType.COUNTY


def special(
    actor: Actor, *, number: int = 1, central: int = 400 * WAN, county: int = 100 * WAN, issued_on: date | None = None,
    **changes: Any,
) -> int:  # fmt: skip
    """A project with central budget money, issued, and county money that stands in the approval only; returns its id."""
    load_divisions()
    values: dict[str, Any] = {
        "track": Track.SPECIAL_FUND,
        "investment_fen": central + county,
        "funds": (Fund(CENTRAL, central, central, issued_on or date(2022, 8, 1)), Fund(COUNTY, county)),
    }
    return a_project(actor, NINGJIN, number=number, **(values | changes))


def arrives(
    project: int, fen: int, on: date = date(2022, 8, 10), *, no: str = "到1", fund: FundType = CENTRAL
) -> money.MoveIn:
    return money.receipt(project, fund, fen, on, voucher_no=no, tranche=1, payer="演示县财政局")


def pays(
    project: int, fen: int, on: date = date(2022, 9, 5), *, no: str = "付1", fund: FundType = CENTRAL,
    to: str = "演示施工有限公司", kind: PayeeKind = PayeeKind.CONTRACTOR,
) -> money.MoveIn:  # fmt: skip
    return money.payment(project, fund, fen, on, voucher_no=no, payee_kind=kind, payee=to, purpose="工程进度款")
