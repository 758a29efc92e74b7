"""What was paid and what was due (I07, I09, I18, I19)."""

from __future__ import annotations

from workrelief.figures.indicators.catalogue.employment import HEADCOUNT_PROJECT, HEADCOUNT_UNIQUE
from workrelief.figures.indicators.definitions import Derived, Measure, Ratio
from workrelief.figures.snapshots.families import PAID, WORK
from workrelief.kernel.citation import Cite
from workrelief.kernel.units import FEN, FEN_PER_PERSON, RATIO

WAGES_PAID = Measure(
    "wages_paid", "I07", "发放劳务报酬", FEN,
    "已到账实发金额之和，含补发，扣除退票和冲回。按到账日归期；没有回单的历史台账按表上发放日期。",
    (Cite("indicators", "I07", checked=True), Cite("readings", "第4条", checked=True), Cite("gbh-2022-58")),
    family=PAID, column="paid_fen",
)  # fmt: skip
WAGES_DUE = Measure(
    "wages_due", "I07a", "应发劳务报酬", FEN,
    "应发金额（计酬数量×单价＋增项）之和。按务工所属月份归期，不论是否已到账。",
    (Cite("readings", "第1条", checked=True), Cite("readings", "第4条", checked=True)),
    family=WORK, column="due_fen",
)  # fmt: skip
WAGES_PER_HEAD = Ratio(
    "wages_per_head", "I09", "人均劳务报酬", FEN_PER_PERSON,
    "发放劳务报酬÷吸纳务工人数（项目口径），先汇总后相除。报酬按到账日、人数按务工月份归期，跨期发放较多时请看全年。",
    (Cite("indicators", "I09", checked=True), Cite("readings", "第11条", checked=True)),
    numerator=WAGES_PAID, denominator=HEADCOUNT_PROJECT,
)  # fmt: skip
WAGES_PER_PERSON = Ratio(
    "wages_per_person", "I09a", "人均劳务报酬（去重）", FEN_PER_PERSON,
    "发放劳务报酬÷吸纳务工去重人数，先汇总后相除，与人均劳务报酬并列显示。",
    (Cite("readings", "第11条", checked=True),),
    numerator=WAGES_PAID, denominator=HEADCOUNT_UNIQUE,
)  # fmt: skip
WAGES_ON_TIME = Measure(
    "wages_on_time", "I18a", "按时足额到卡金额", FEN,
    "所属月份结束起 31 天内、足额、且到本人银行卡或一卡通的金额之和。按务工所属月份归期，与应发一致。",
    (Cite("readings", "第8条", checked=True), Cite("readings", "第12条", checked=True)),
    family=WORK, column="on_time_fen",
)  # fmt: skip
ON_TIME_RATE = Ratio(
    "on_time_rate", "I18", "按时足额发放率", RATIO,
    "按时足额到卡金额÷应发劳务报酬，先汇总后相除，同按务工所属月份归期。",
    (Cite("indicators", "I18", checked=True), Cite("readings", "第12条", checked=True)),
    numerator=WAGES_ON_TIME, denominator=WAGES_DUE,
)  # fmt: skip
WAGES_TO_CARD = Measure(
    "wages_to_card", "I19a", "打卡发放金额", FEN,
    "到本人银行卡或一卡通的实发金额之和。按到账日归期。",
    (Cite("indicators", "I19", checked=True),),
    family=PAID, column="own_card_fen",
)  # fmt: skip
CARD_RATE = Ratio(
    "card_rate", "I19", "打卡发放率", RATIO,
    "打卡发放金额÷发放劳务报酬，先汇总后相除。",
    (Cite("indicators", "I19", checked=True),),
    numerator=WAGES_TO_CARD, denominator=WAGES_PAID,
)  # fmt: skip
WAGES_GROWTH = Derived(
    "wages_growth", "I07b", "发放劳务报酬同比", RATIO,
    "（本期发放劳务报酬－上年同期）÷上年同期；上年同期没有数据或为 0 时不计。",
    (Cite("indicators", "I07", checked=True),),
    base=WAGES_PAID,
)  # fmt: skip
HEADCOUNT_GROWTH = Derived(
    "headcount_growth", "I03b", "吸纳务工人数同比", RATIO,
    "（本期吸纳务工人数－上年同期）÷上年同期；上年同期没有数据或为 0 时不计。",
    (Cite("indicators", "I03", checked=True),),
    base=HEADCOUNT_PROJECT,
)  # fmt: skip

ALL = (
    WAGES_PAID, WAGES_DUE, WAGES_PER_HEAD, WAGES_PER_PERSON, WAGES_ON_TIME, ON_TIME_RATE, WAGES_TO_CARD, CARD_RATE,
    WAGES_GROWTH, HEADCOUNT_GROWTH,
)  # fmt: skip
