"""Who worked: persons, days, priority groups, people of the county (I03–I06)."""

from __future__ import annotations

from workrelief.figures.indicators.definitions import Measure, Ratio
from workrelief.figures.snapshots.families import WORK
from workrelief.kernel.citation import Cite
from workrelief.kernel.kinds import WorkerGroup
from workrelief.kernel.units import PERSON, PERSON_DAY, RATIO

_PRIORITY = tuple(g.code for g in WorkerGroup if g.is_priority)

HEADCOUNT_PROJECT = Measure(
    "headcount_project", "I03", "吸纳务工人数", PERSON,
    "每个项目内按证件号去重后相加。按务工所属月份归期；一个人在某期有未被冲回的发放行即计入，不论报酬是否已到账。",
    (Cite("indicators", "I03", checked=True), Cite("sd-facts-2022")),
    family=WORK, counted="engagements", divisions_apart=True,
)  # fmt: skip
HEADCOUNT_UNIQUE = Measure(
    "headcount_unique", "I04", "吸纳务工去重人数", PERSON,
    "在所查行政区划、期间和分组内按证件号去重。每一级都重新去重，下级之和可能大于上级。按务工所属月份归期。",
    (Cite("indicators", "I04", checked=True),),
    family=WORK, counted="workers",
)  # fmt: skip
PERSON_DAYS = Measure(
    "person_days", "I05", "务工工日", PERSON_DAY,
    "出工天数之和（单位为工日，不是发放期次）。按务工所属月份归期。",
    (Cite("indicators", "I05", checked=True),),
    family=WORK, column="days_x10",
)  # fmt: skip
PRIORITY_HEADCOUNT = Measure(
    "priority_headcount", "I06", "优先群体务工人数", PERSON,
    "主类别属于优先群体（脱贫人口、监测对象、返乡农民工、因灾需救助、低收入、就业困难、困难高校毕业生、未就业退役军人）的"
    "吸纳务工人数，每个项目内去重后相加。主类别唯一，各类别之和等于吸纳务工人数。",
    (Cite("indicators", "I06", checked=True), Cite("gbh-2022-58")),
    family=WORK, counted="engagements", only=(("group", _PRIORITY),), divisions_apart=True,
)  # fmt: skip
PRIORITY_SHARE = Ratio(
    "priority_share", "I06", "优先群体占比", RATIO,
    "优先群体务工人数÷吸纳务工人数，先汇总后相除。",
    (Cite("indicators", "I06", checked=True),),
    numerator=PRIORITY_HEADCOUNT, denominator=HEADCOUNT_PROJECT,
)  # fmt: skip
LOCAL_HEADCOUNT = Measure(
    "local_headcount", "E01", "本县群众务工人数", PERSON,
    "户籍地或常住地在项目所在县的吸纳务工人数，每个项目内去重后相加；以名册登记为准，不从证件号推断。",
    (Cite("readings", "第3条", checked=True), Cite("gbh-2022-58")),
    family=WORK, counted="local_engagements", divisions_apart=True,
)  # fmt: skip
LOCAL_SHARE = Ratio(
    "local_share", "E01", "本县群众占比", RATIO,
    "本县群众务工人数÷吸纳务工人数，先汇总后相除。",
    (Cite("readings", "第3条", checked=True),),
    numerator=LOCAL_HEADCOUNT, denominator=HEADCOUNT_PROJECT,
)  # fmt: skip

ALL = (
    HEADCOUNT_PROJECT, HEADCOUNT_UNIQUE, PERSON_DAYS, PRIORITY_HEADCOUNT, PRIORITY_SHARE, LOCAL_HEADCOUNT, LOCAL_SHARE,
)  # fmt: skip
