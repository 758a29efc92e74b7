"""Where the money comes from, and how much of the central money became wages (I08)."""

from __future__ import annotations

from workrelief.figures.indicators.definitions import Measure, Ratio
from workrelief.figures.snapshots.families import FUNDS, PAID
from workrelief.kernel.citation import Cite
from workrelief.kernel.kinds import FundType, Track
from workrelief.kernel.units import FEN, RATIO

_SPECIAL = (Track.SPECIAL_FUND.code,)
_CENTRAL = tuple(f.code for f in FundType if f.is_central)

CENTRAL_ISSUED = Measure(
    "central_issued", "I08b", "已下达中央资金", FEN,
    "专项资金项目已下达的中央预算内投资和中央衔接资金（以工代赈任务），含调整、收回，自年初累计至期末。",
    (Cite("readings", "第16条", checked=True),),
    family=FUNDS, column="issued_fen", only=(("track", _SPECIAL), ("fund_type", _CENTRAL)), window="year_to_date",
)  # fmt: skip
SPECIAL_WAGES_PAID = Measure(
    "special_wages_paid", "I08a", "专项资金项目发放劳务报酬", FEN,
    "专项资金项目已到账实发金额之和，按到账日归期，自年初累计至期末。",
    (Cite("indicators", "I08", checked=True),),
    family=PAID, column="paid_fen", only=(("track", _SPECIAL),), window="year_to_date",
)  # fmt: skip
LABOUR_PAY_SHARE = Ratio(
    "labour_pay_share", "I08", "劳务报酬占中央资金比例", RATIO,
    "专项资金项目发放劳务报酬÷已下达中央资金，两者都自年初累计至期末，先汇总后相除。分母为 0 不计。",
    (Cite("indicators", "I08", checked=True), Cite("readings", "第16条", checked=True), Cite("gbh-2022-58")),
    numerator=SPECIAL_WAGES_PAID, denominator=CENTRAL_ISSUED,
)  # fmt: skip
FUNDS_ISSUED = Measure(
    "funds_issued", "C06a", "已下达资金", FEN,
    "各项资金来源已下达到项目的金额之和（可按资金来源分列），自年初累计至期末。",
    (Cite("indicators", "I02", checked=True),),
    family=FUNDS, column="issued_fen", window="year_to_date",
)  # fmt: skip
FUNDS_PLANNED = Measure(
    "funds_planned", "C06", "资金来源构成", FEN,
    "批复的资金来源构成金额之和（可按资金来源分列），自年初累计至期末。",
    (Cite("indicators", "I02", checked=True),),
    family=FUNDS, column="planned_fen", window="year_to_date",
)  # fmt: skip

ALL = (CENTRAL_ISSUED, SPECIAL_WAGES_PAID, LABOUR_PAY_SHARE, FUNDS_ISSUED, FUNDS_PLANNED)
