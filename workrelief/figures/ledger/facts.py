"""The facts numbers are made of: one typed, append-only table per subject, declared once.

From these declarations come the database table (`models.py`), the Parquet schema (`mirror.py`), the Ibis schema of the
engine and the row checks (`checks.py`). All measures are whole numbers: fen, days×10, counts. Names, identity numbers,
telephone and card numbers never enter; `worker_key` and `engagement_key` are dense surrogate integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workrelief.kernel.kinds import Audience, FundType, Kind, ProjectEvent, Sector, Track, TrainingType, WorkerGroup

ColumnKind = Literal["int64", "int32", "int16", "date"]


@dataclass(frozen=True)
class FactColumn:
    """One column: its type, whether it may be empty, whether it is a measure that adds up, whose codes it holds.

    `or_none`: besides its codes it may hold 0, for none of them.
    """

    name: str
    kind: ColumnKind
    meaning: str
    null: bool = False
    additive: bool = False
    codes: type[Kind] | None = None
    or_none: bool = False


@dataclass(frozen=True)
class FactTable:
    """A fact table. `name` is the database table `ledger_<name>` and the folder of the mirror."""

    name: str
    label: str
    own: tuple[FactColumn, ...]

    @property
    def columns(self) -> tuple[FactColumn, ...]:
        return COMMON + self.own

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns)

    @property
    def posted(self) -> tuple[FactColumn, ...]:
        """The columns a caller of `post()` fills: all but `id` and `posting_id`."""
        return self.columns[2:]

    @property
    def additive(self) -> tuple[str, ...]:
        """Names of the measures that add up."""
        return tuple(c.name for c in self.columns if c.additive)

    def column(self, name: str) -> FactColumn:
        return next(c for c in self.columns if c.name == name)


COMMON = (
    FactColumn("id", "int64", "ledger number of the row, growing"),
    FactColumn("posting_id", "int64", "the posting (one batch of facts in one transaction) it came with"),
    FactColumn("occurred_on", "date", "day the fact counts for"),
    FactColumn("period", "int32", "ledger month of occurred_on, e.g. 202207"),
    FactColumn("division_code", "int64", "12-digit division on that day"),
    FactColumn(
        "track", "int16", "code of Track on that day; 0 when the fact belongs to no project", codes=Track, or_none=True
    ),
    FactColumn(
        "sector",
        "int16",
        "code of Sector on that day; 0 when the fact belongs to no project",
        codes=Sector,
        or_none=True,
    ),
    FactColumn("project_id", "int64", "project; 0 when the fact belongs to no project"),
    FactColumn(
        "source_ref", "int64", "primary key of the row it came from (pay line, project year, fund source, fund move)"
    ),
    FactColumn("batch_id", "int64", "import batch; 0 when entered by hand"),
    FactColumn("reverses", "int64", "ledger number of the row this one takes back", null=True),
)

PAY = FactTable(
    "pay_fact",
    "劳务报酬明细",
    (
        FactColumn("worker_key", "int32", "dense number of the person"),
        FactColumn("engagement_key", "int32", "dense number of the person in the project"),
        FactColumn("group", "int16", "code of WorkerGroup (main category on that day)", codes=WorkerGroup),
        FactColumn("sign", "int16", "+1, or -1 for a row that takes one back"),
        FactColumn("days_x10", "int32", "days worked × 10", additive=True),
        FactColumn("due_fen", "int64", "应发, fen", additive=True),
        FactColumn("paid_fen", "int64", "实发 that reached the person, fen; 0 while not paid", additive=True),
        FactColumn("paid_on", "date", "day of arrival", null=True),
        FactColumn(
            "own_card_fen", "int64", "part of paid_fen to the person's own card or one-card, fen", additive=True
        ),
        FactColumn("on_time_fen", "int64", "part of own_card_fen paid in full and in time, fen", additive=True),
        FactColumn(
            "local", "int16", "1 when the person lives in the project's county (-1 when taken back)", additive=True
        ),
        FactColumn("wage_period", "int32", "ledger month the wage was earned in (所属期)"),
    ),
)

PROJECT = FactTable(
    "project_fact",
    "项目年度实施情况",
    (
        FactColumn("event", "int16", "code of ProjectEvent", codes=ProjectEvent),
        FactColumn("projects", "int32", "+1 or -1", additive=True),
        FactColumn("investment_fen", "int64", "approved total investment, fen", additive=True),
        FactColumn("planned_workers", "int32", "拟吸纳人数", additive=True),
        FactColumn("planned_pay_fen", "int64", "拟发劳务报酬, fen", additive=True),
    ),
)

FUND = FactTable(
    "fund_fact",
    "资金来源",
    (
        FactColumn("fund_type", "int16", "code of FundType", codes=FundType),
        FactColumn("planned_fen", "int64", "amount in the approved funding structure, fen", additive=True),
        FactColumn("issued_fen", "int64", "issued to the project (after adjustment and recall), fen", additive=True),
    ),
)

FUND_MOVE = FactTable(
    "fund_move_fact",
    "资金到位、支付与完成投资",
    (
        FactColumn(
            "fund_type", "int16", "code of FundType; 0 when not told apart by source", codes=FundType, or_none=True
        ),
        FactColumn("received_fen", "int64", "到位: arrived at the project's account, fen", additive=True),
        FactColumn("paid_fen", "int64", "支付: paid out of it, fen", additive=True),
        FactColumn("invested_fen", "int64", "完成投资 of the month, fen", additive=True),
        FactColumn("year_plan_fen", "int64", "年度计划投资 of the year, fen", additive=True),
    ),
)

TRAINING = FactTable(
    "training_fact",
    "培训",
    (
        FactColumn("session_key", "int32", "dense number of the session"),
        FactColumn("training_type", "int16", "code of TrainingType", codes=TrainingType),
        FactColumn("audience", "int16", "code of Audience", codes=Audience),
        FactColumn("sessions", "int32", "+1 on the session's first row, else 0", additive=True),
        FactColumn("person_times", "int32", "attendances", additive=True),
        FactColumn("worker_key", "int32", "dense number of the person when known", null=True),
    ),
)

FACTS: dict[str, FactTable] = {t.name: t for t in (PAY, PROJECT, FUND, FUND_MOVE, TRAINING)}
