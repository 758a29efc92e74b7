"""The dated floors of labour pay by fund type, region and batch: which parameters hold them, which rule asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from workrelief.base.law.parameters import ParameterValue, find_parameter
from workrelief.kernel.kinds import FundType

FLOOR, LOCAL_FLOOR, BATCH_FLOOR = (
    "labour_pay_share_floor",
    "labour_pay_share_floor_local",
    "labour_pay_share_floor_batch",
)
RULE_OF: Mapping[FundType, str] = {
    FundType.CENTRAL_BUDGET: "F01",
    FundType.CENTRAL_BRIDGING: "F02",
    FundType.PROVINCIAL: "F03",
}


def strictest_floor(fund_type: FundType, *, on: date, division: str, batch: str) -> ParameterValue | None:
    """The highest floor for money of the fund issued on the day in the division and batch; None without any."""
    limits = [
        find_parameter(FLOOR, on=on, fund_type=fund_type.id),
        find_parameter(LOCAL_FLOOR, on=on, division=division, fund_type=fund_type.id),
        find_parameter(BATCH_FLOOR, on=on, batch=batch) if batch else None,
    ]
    return max((value for value in limits if value is not None), key=lambda value: value.exact, default=None)
