"""Which projects a county may ask money for in a batch, with what is already known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workrelief.base.access.scope import Scope
from workrelief.base.law.parameters import parameters
from workrelief.kernel import clock
from workrelief.kernel.kinds import FundType, Track
from workrelief.work.funds.models import PlanBatch
from workrelief.work.funds.queries.applications import standing_issued
from workrelief.work.funds.rules.targets import Targets, usual
from workrelief.work.lifecycle.states import PROJECT_LIFE
from workrelief.work.projects import queries as projects

READY = ("approved", "plan_publicised")
"""States from which a project may be applied for."""
EARLY = ("registered", "surveyed", "reserved", *READY)
"""States in which a project may stand in a draft; the later ones have their money already."""
MOST = 150
"""More projects than a county applies for at once; the form stays within what a browser sends."""
_ONE = Decimal(1)


@dataclass(frozen=True)
class Candidate:
    """A special-fund project of the county. Amounts in fen: what its structure holds of this fund, and what was issued.

    `state` is the id of its life, "" when no life is kept; `targets` are the ten usual values, with the promised share.
    """

    project: projects.ProjectRef
    state: str
    investment_fen: int
    sources: tuple[tuple[FundType, int], ...]
    planned_fen: int
    standing_fen: int
    planned_pay_fen: int
    approval_no: str
    approval_on: date | None
    targets: Targets

    @property
    def state_label(self) -> str:
        return PROJECT_LIFE.state(self.state).label if self.state else "未建进程"

    @property
    def is_ready(self) -> bool:
        """Approved, so that it may be handed in."""
        return self.state in READY

    @property
    def left_fen(self) -> int:
        """What may still be asked of this fund; 0 when all was issued."""
        return max(self.planned_fen - self.standing_fen, 0)


def candidates(
    scope: Scope, batch: PlanBatch, division: str, *, kept: Mapping[int, int] | None = None
) -> tuple[Candidate, ...]:
    """Special-fund projects under `division` early enough in their life, ready ones first; those `kept` in the draft always.

    Five statements for any number; at most MOST projects.
    """
    wanted = projects.ProjectFilter(division=division, tracks=(Track.SPECIAL_FUND.id,), order="name")
    rows = list(projects.projects(scope, wanted).select_related("life")[: MOST * 2])
    early = [row for row in rows if _state(row) in ("", *EARLY) or row.pk in (kept or {})]
    ids = [row.pk for row in early]
    funds = projects.fund_sources(scope, ids)
    fund_type = FundType.of_id(batch.fund_type)
    standing = standing_issued(scope, ids, fund_type, other_than=batch.pk)
    approvals = _approvals(scope, ids)
    refs = projects.refs(scope, ids)
    law = parameters(on=clock.today())
    found = []
    for row in early:
        sources = tuple((f.fund_type, f.planned_fen) for f in funds.get(row.pk, ()))
        planned = sum(fen for kind, fen in sources if kind is fund_type)
        number, day = approvals.get(row.pk, ("", None))
        found.append(
            Candidate(
                project=refs[row.pk],
                state=_state(row),
                investment_fen=row.investment_fen,
                sources=sources,
                planned_fen=planned,
                standing_fen=standing.get(row.pk, 0),
                planned_pay_fen=row.planned_pay_fen,
                approval_no=number,
                approval_on=day,
                targets=usual(law, wage_share=_promised(row.planned_pay_fen, planned)),
            )
        )
    found.sort(key=lambda c: (not c.is_ready, not c.left_fen, c.project.division_code, c.project.name))
    return tuple(found[:MOST])


def _state(row: object) -> str:
    life = getattr(row, "life", None)
    return str(life.state) if life is not None else ""


def _promised(pay_fen: int, planned_fen: int) -> Decimal | None:
    """The planned labour pay as a share of the fund, cut to four places, at most the whole."""
    if not pay_fen or not planned_fen:
        return None
    return min(Decimal(pay_fen * 10_000 // planned_fen) / 10_000, _ONE)


def _approvals(scope: Scope, ids: list[int]) -> dict[int, tuple[str, date | None]]:
    """Number and day of the newest approval among each project's papers."""
    rows = (
        projects.projects(scope, projects.ProjectFilter(order="name"))
        .filter(pk__in=ids, papers__kind="approval", papers__is_withdrawn=False)
        .order_by("papers__id")
        .values_list("pk", "papers__number", "papers__dated_on")
    )
    return {pk: (number, day) for pk, number, day in rows}
