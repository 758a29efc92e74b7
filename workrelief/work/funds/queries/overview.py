"""Batches side by side: asked for, agreed, come in, placed, lying open; three statements for any number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from workrelief.base.access.scope import Scope
from workrelief.kernel.kinds import FundType
from workrelief.work.funds.models import ApplicationLine, PlanBatch, PlanLine

HANDED_IN = ("submitted", "city_reviewed", "prov_reviewed")


@dataclass(frozen=True)
class BatchRow:
    """A batch as the reader's office sees it. Amounts in fen.

    `received_fen` came to the reader's highest office, `to_projects_fen` reached projects, `open_fen` lies between.
    """

    id: int
    title: str
    year: int
    fund_type: FundType
    number: int
    opened_on: date
    apply_by: date | None
    applications: int
    applied_fen: int
    agreed_fen: int
    received_fen: int
    to_projects_fen: int
    open_fen: int
    projects: int

    @property
    def pk(self) -> int:
        return self.id

    @property
    def is_balanced(self) -> bool:
        return self.received_fen > 0 and self.open_fen == 0

    @property
    def status(self) -> tuple[str, str]:
        """(word, tone) of how far the batch has come."""
        if self.is_balanced:
            return "已全部分解", "done"
        if self.received_fen:
            return "分解中", "run"
        return ("申报中", "run") if self.applications else ("已建批次", "")


def batch_rows(scope: Scope, found: Sequence[PlanBatch]) -> list[BatchRow]:
    """The batches with their sums inside the scope."""
    ids = [one.pk for one in found]
    asked = {
        row["application__batch"]: row
        for row in ApplicationLine.objects.within(scope)
        .filter(application__batch__in=ids, application__state__in=HANDED_IN)
        .order_by()
        .values("application__batch")
        .annotate(
            number=Count("application", distinct=True),
            asked=Sum("requested_fen"),
            agreed=Sum("province_fen"),
        )
    }
    lines = PlanLine.objects.within(scope).filter(batch__in=ids, document__state="issued").order_by()
    reached = dict(
        lines.filter(document__level="county").values_list("batch").annotate(number=Count("project", distinct=True))
    )
    sums: dict[int, list[int]] = {}
    for batch_id, level, source, issuer, total in lines.values_list(
        "batch", "document__level", "document__source", "document__division_code"
    ).annotate(total=Sum("amount_fen")):
        is_root = source is None
        came_in = is_root or not scope.covers_division(issuer)
        at_project = level == "county" and not is_root
        received, placed, left = sums.setdefault(batch_id, [0, 0, 0])
        received += total if came_in else 0
        placed += total if at_project else 0
        left += (0 if at_project else total) - (0 if came_in else total)
        sums[batch_id] = [received, placed, left]
    return [_row(one, asked.get(one.pk, {}), sums.get(one.pk, [0, 0, 0]), reached.get(one.pk, 0)) for one in found]


def _row(one: PlanBatch, asked: Mapping[str, int], sums: Sequence[int], projects: int) -> BatchRow:
    return BatchRow(
        id=one.pk,
        title=one.title,
        year=one.year,
        fund_type=FundType.of_id(one.fund_type),
        number=one.number,
        opened_on=one.opened_on,
        apply_by=one.apply_by,
        applications=asked.get("number", 0),
        applied_fen=asked.get("asked", 0),
        agreed_fen=asked.get("agreed") or 0,
        received_fen=sums[0],
        to_projects_fen=sums[1],
        open_fen=sums[2],
        projects=projects,
    )
