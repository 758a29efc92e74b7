"""What became of the money: arrived, paid, built (I12–I14), how much other money it moved (S9), and running totals."""

from __future__ import annotations

from workrelief.figures.indicators.catalogue.funds import CENTRAL_ISSUED
from workrelief.figures.indicators.definitions import Measure, Ratio
from workrelief.figures.snapshots.families import FUND_MOVES, FUNDS, PAID
from workrelief.kernel.citation import Cite
from workrelief.kernel.kinds import FundType, Track
from workrelief.kernel.units import FEN, PROJECT, RATIO, TIMES

_SPECIAL = ("track", (Track.SPECIAL_FUND.code,))
_CENTRAL = ("fund_type", tuple(f.code for f in FundType if f.is_central))
_PROVINCIAL = ("fund_type", (FundType.PROVINCIAL.code,))
_BESIDE_CENTRAL = ("fund_type", tuple(f.code for f in FundType if not f.is_central))
_I08 = Cite("indicators", "I08", checked=True)
_I12 = Cite("indicators", "I12", checked=True)
_I13 = Cite("indicators", "I13", checked=True)
_I14 = Cite("indicators", "I14", checked=True)
_S9 = Cite("sd-facts-2022")

FUNDS_RECEIVED = Measure(
    "funds_received", "J04a", "到位资金", FEN,
    "各项资金来源已到项目账户的金额之和（可按资金来源分列），扣除冲回。按到账日归期，自年初累计至期末。",
    (Cite("rulebook"),),
    family=FUND_MOVES, column="received_fen", window="year_to_date",
)  # fmt: skip
FUNDS_PAID = Measure(
    "funds_paid", "I12b", "支付资金", FEN,
    "各项资金来源已从项目账户支付的金额之和（可按资金来源分列），扣除冲回。按支付日归期，自年初累计至期末。",
    (_I12,),
    family=FUND_MOVES, column="paid_fen", window="year_to_date",
)  # fmt: skip
CENTRAL_PAID = Measure(
    "central_paid", "I12a", "已支付中央资金", FEN,
    "专项资金项目已支付的中央预算内投资和中央衔接资金（以工代赈任务），扣除冲回。按支付日归期，自年初累计至期末。",
    (_I12,),
    family=FUND_MOVES, column="paid_fen", only=(_SPECIAL, _CENTRAL), window="year_to_date",
)  # fmt: skip
PAYMENT_RATE = Ratio(
    "payment_rate", "I12", "资金支付率", RATIO,
    "已支付中央资金÷已下达中央资金，两者都自年初累计至期末，先汇总后相除。分母为 0 不计。",
    (_I12, Cite("central-budget-targets")),
    numerator=CENTRAL_PAID, denominator=CENTRAL_ISSUED,
)  # fmt: skip
INVESTMENT_DONE = Measure(
    "investment_done", "I13a", "完成投资", FEN,
    "各月登记的完成投资之和（可按资金来源分列，没有分来源登记的列“未分来源”），扣除冲回。自年初累计至期末。",
    (_I13,),
    family=FUND_MOVES, column="invested_fen", window="year_to_date",
)  # fmt: skip
YEAR_PLAN = Measure(
    "year_plan", "I13b", "年度计划投资", FEN,
    "当年计划投资之和，含当年的调整。",
    (_I13,),
    family=FUND_MOVES, column="year_plan_fen", window="year_to_date",
)  # fmt: skip
COMPLETION_RATE = Ratio(
    "completion_rate", "I13", "投资完成率", RATIO,
    "当年完成投资÷当年计划投资，先汇总后相除。分母为 0 不计。",
    (_I13, Cite("central-budget-targets")),
    numerator=INVESTMENT_DONE, denominator=YEAR_PLAN,
)  # fmt: skip
PLANNED_PROJECTS = Measure(
    "planned_projects", "I14b", "有年度计划的项目", PROJECT,
    "当年有年度计划投资的项目，按项目去重。",
    (_I14,),
    family=FUND_MOVES, counted="planned_projects", window="year_to_date", divisions_apart=True,
)  # fmt: skip
BEGUN_PROJECTS = Measure(
    "begun_projects", "I14a", "有完成投资的项目", PROJECT,
    "当年登记了完成投资的项目，按项目去重，视为已开工。",
    (_I14,),
    family=FUND_MOVES, counted="begun_projects", window="year_to_date", divisions_apart=True,
)  # fmt: skip
START_RATE = Ratio(
    "start_rate", "I14", "开工率", RATIO,
    "当年登记了完成投资的项目÷当年有年度计划投资的项目，先汇总后相除；开工以有完成投资为准。分母为 0 不计。",
    (_I14, Cite("central-budget-targets")),
    numerator=BEGUN_PROJECTS, denominator=PLANNED_PROJECTS,
)  # fmt: skip
CENTRAL_PLANNED = Measure(
    "central_planned", "S9b", "批复的中央资金", FEN,
    "专项资金项目批复的资金来源中中央预算内投资和中央衔接资金之和，自年初累计至期末。",
    (_S9,),
    family=FUNDS, column="planned_fen", only=(_SPECIAL, _CENTRAL), window="year_to_date",
)  # fmt: skip
OTHERS_PLANNED = Measure(
    "others_planned", "S9a", "批复的其他资金", FEN,
    "专项资金项目批复的资金来源中中央资金以外的各项之和，自年初累计至期末。",
    (_S9,),
    family=FUNDS, column="planned_fen", only=(_SPECIAL, _BESIDE_CENTRAL), window="year_to_date",
)  # fmt: skip
LEVERAGE = Ratio(
    "leverage", "S9", "中央资金撬动倍数", TIMES,
    "专项资金项目批复的其他资金÷批复的中央资金：每元中央资金带动多少其他资金，先汇总后相除。分母为 0 不计。",
    (_S9, Cite("rulebook")),
    numerator=OTHERS_PLANNED, denominator=CENTRAL_PLANNED,
)  # fmt: skip
CENTRAL_RECEIVED = Measure(
    "central_received", "S9d", "到位的中央资金", FEN,
    "专项资金项目已到项目账户的中央预算内投资和中央衔接资金之和，扣除冲回。自年初累计至期末。",
    (_S9,),
    family=FUND_MOVES, column="received_fen", only=(_SPECIAL, _CENTRAL), window="year_to_date",
)  # fmt: skip
OTHERS_RECEIVED = Measure(
    "others_received", "S9c", "到位的其他资金", FEN,
    "专项资金项目中央资金以外已到项目账户的各项之和，扣除冲回。自年初累计至期末。",
    (_S9,),
    family=FUND_MOVES, column="received_fen", only=(_SPECIAL, _BESIDE_CENTRAL), window="year_to_date",
)  # fmt: skip
LEVERAGE_RECEIVED = Ratio(
    "leverage_received", "S9e", "实际撬动倍数", TIMES,
    "专项资金项目到位的其他资金÷到位的中央资金，先汇总后相除。分母为 0 不计。",
    (_S9, Cite("rulebook")),
    numerator=OTHERS_RECEIVED, denominator=CENTRAL_RECEIVED,
)  # fmt: skip

# Running totals, for a project from its first line on: a project lasts longer than a year.
WAGES_TO_DATE = Measure(
    "wages_to_date", "I07d", "累计发放劳务报酬", FEN,
    "已到账实发金额之和，按到账日归期，自第一笔起累计至期末，跨年不断。",
    (Cite("indicators", "I07", checked=True), Cite("readings", "第4条", checked=True)),
    family=PAID, column="paid_fen", window="to_date",
)  # fmt: skip
ISSUED_TO_DATE = Measure(
    "issued_to_date", "C06b", "累计已下达资金", FEN,
    "各项资金来源已下达到项目的金额之和（可按资金来源分列），含调整、收回，自第一笔起累计至期末。",
    (Cite("indicators", "I02", checked=True),),
    family=FUNDS, column="issued_fen", window="to_date",
)  # fmt: skip
CENTRAL_TO_DATE = Measure(
    "central_to_date", "I08c", "累计已下达中央资金", FEN,
    "专项资金项目已下达的中央预算内投资和中央衔接资金，含调整、收回，自第一笔起累计至期末。",
    (_I08, Cite("readings", "第16条", checked=True)),
    family=FUNDS, column="issued_fen", only=(_SPECIAL, _CENTRAL), window="to_date",
)  # fmt: skip
PROVINCIAL_TO_DATE = Measure(
    "provincial_to_date", "I08e", "累计已下达省级资金", FEN,
    "专项资金项目已下达的省级资金，含调整、收回，自第一笔起累计至期末；没有中央资金的项目以它为占比的分母。",
    (_I08, Cite("fujian-2024")),
    family=FUNDS, column="issued_fen", only=(_SPECIAL, _PROVINCIAL), window="to_date",
)  # fmt: skip
SPECIAL_WAGES_TO_DATE = Measure(
    "special_wages_to_date", "I08f", "专项资金项目累计发放劳务报酬", FEN,
    "专项资金项目已到账实发金额之和，按到账日归期，自第一笔起累计至期末。",
    (_I08,),
    family=PAID, column="paid_fen", only=(_SPECIAL,), window="to_date",
)  # fmt: skip
SHARE_TO_DATE = Ratio(
    "share_to_date", "I08d", "累计报酬占中央资金比例", RATIO,
    "专项资金项目累计发放劳务报酬÷累计已下达中央资金，先汇总后相除：在建看进度，完工看终值。分母为 0 不计。",
    (_I08, Cite("readings", "第16条", checked=True), Cite("gbh-2022-58")),
    numerator=SPECIAL_WAGES_TO_DATE, denominator=CENTRAL_TO_DATE,
)  # fmt: skip
RECEIVED_TO_DATE = Measure(
    "received_to_date", "J04b", "累计到位资金", FEN,
    "已到项目账户的金额之和（可按资金来源分列），扣除冲回，自第一笔起累计至期末。",
    (Cite("rulebook"),),
    family=FUND_MOVES, column="received_fen", window="to_date",
)  # fmt: skip
PAID_TO_DATE = Measure(
    "paid_to_date", "I12d", "累计支付资金", FEN,
    "已从项目账户支付的金额之和（可按资金来源分列），扣除冲回，自第一笔起累计至期末。",
    (_I12,),
    family=FUND_MOVES, column="paid_fen", window="to_date",
)  # fmt: skip
INVESTED_TO_DATE = Measure(
    "invested_to_date", "I13d", "累计完成投资", FEN,
    "各月登记的完成投资之和，扣除冲回，自开工累计至期末。",
    (_I13,),
    family=FUND_MOVES, column="invested_fen", window="to_date",
)  # fmt: skip

ALL = (
    FUNDS_RECEIVED, FUNDS_PAID, CENTRAL_PAID, PAYMENT_RATE, INVESTMENT_DONE, YEAR_PLAN, COMPLETION_RATE, PLANNED_PROJECTS,
    BEGUN_PROJECTS, START_RATE, CENTRAL_PLANNED, OTHERS_PLANNED, LEVERAGE, CENTRAL_RECEIVED, OTHERS_RECEIVED,
    LEVERAGE_RECEIVED, WAGES_TO_DATE, ISSUED_TO_DATE, CENTRAL_TO_DATE, PROVINCIAL_TO_DATE, SPECIAL_WAGES_TO_DATE,
    SHARE_TO_DATE, RECEIVED_TO_DATE, PAID_TO_DATE, INVESTED_TO_DATE,
)  # fmt: skip
