"""How many projects, and how large (I01, I02)."""

from __future__ import annotations

from workrelief.figures.indicators.definitions import Measure
from workrelief.figures.snapshots.families import PROJECTS as PROJECT_CELLS
from workrelief.kernel.citation import Cite
from workrelief.kernel.units import FEN, PERSON, PROJECT

PROJECTS = Measure(
    "projects", "I01", "实施项目数", PROJECT,
    "清单内当年开工、在建或完工的项目，按项目去重，三类互斥。自年初累计至期末。",
    (Cite("indicators", "I01", checked=True), Cite("sd-facts-2022")),
    family=PROJECT_CELLS, counted="projects", window="year_to_date", divisions_apart=True,
)  # fmt: skip
INVESTMENT = Measure(
    "investment", "I02", "项目总投资", FEN,
    "实施项目的批复总投资之和，跨年项目每年都计总投资。自年初累计至期末。",
    (Cite("indicators", "I02", checked=True), Cite("sd-facts-2022")),
    family=PROJECT_CELLS, column="investment_fen", window="year_to_date",
)  # fmt: skip
PLANNED_WORKERS = Measure(
    "planned_workers", "I03a", "计划吸纳务工人数", PERSON,
    "实施项目清单上拟吸纳人数之和。自年初累计至期末。",
    (Cite("indicators", "I03", checked=True),),
    family=PROJECT_CELLS, column="planned_workers", window="year_to_date",
)  # fmt: skip
PLANNED_PAY = Measure(
    "planned_pay", "I07c", "计划发放劳务报酬", FEN,
    "实施项目清单上拟发劳务报酬之和。自年初累计至期末。",
    (Cite("indicators", "I07", checked=True),),
    family=PROJECT_CELLS, column="planned_pay_fen", window="year_to_date",
)  # fmt: skip

ALL = (PROJECTS, INVESTMENT, PLANNED_WORKERS, PLANNED_PAY)
