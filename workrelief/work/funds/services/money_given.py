"""From plan lines to the funds of projects: what counties forwarded, after changes and recalls, is what was issued."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.kernel.kinds import FundType
from workrelief.work.funds.models import PlanBatch, PlanLine
from workrelief.work.funds.services import money
from workrelief.work.projects import queries as projects
from workrelief.work.projects.services import IssuedFund, issue_funds

_WHY = "all standing money of projects the caller may act upon"


def carry(actor: Actor, project_ids: Sequence[int], batch: PlanBatch, *, action: str, on: date) -> list[str]:
    """Bring the issued amount of the batch's fund up to the standing lines; returns what has to be said.

    The ledger takes back and posts anew (reading 16: after adjustments and recalls).
    """
    if not project_ids:
        return []
    kind = FundType.of_id(batch.fund_type)
    parts: dict[int, list[tuple[date, int]]] = {one: [] for one in project_ids}
    for some in projects.in_parts(parts.keys()):
        rows = PlanLine.objects.unscoped(_WHY).filter(
            project__in=some, document__level="county", document__state="issued", batch__fund_type=kind.id,
            amount_fen__gt=0,
        )  # fmt: skip
        for project_id, day, fen in rows.order_by("document__issued_on", "pk").values_list(
            "project", "document__issued_on", "amount_fen"
        ):
            parts[project_id].append((day, fen))
    entries = [IssuedFund(one, kind, tuple(some)) for one, some in sorted(parts.items())]
    said = issue_funds(actor, entries, action=action, on=on, label=batch.title)
    return said + money.follow_plans(actor, _of_year(project_ids, batch.year), batch.year, action=action)


def _of_year(project_ids: Sequence[int], year: int) -> dict[int, int]:
    """Fen that stand for each project in all batches of the year."""
    found = dict.fromkeys(project_ids, 0)
    for some in projects.in_parts(found.keys()):
        rows = PlanLine.objects.unscoped(_WHY).filter(
            project__in=some, document__level="county", document__state="issued", batch__year=year
        )
        for project_id, fen in rows.values_list("project", "amount_fen"):
            found[project_id] += fen
    return found
