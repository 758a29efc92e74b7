"""What waits in this room for one post, in as few statements as the frame of every page allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.access.scope import Scope
from workrelief.kernel import clock
from workrelief.work.funds.models import Application, ChangeOrder, Delivery, PlanDocument, PlanLine, Responsibility
from workrelief.work.funds.queries.clocks import own_offices


@dataclass(frozen=True)
class Waiting:
    """Numbers of things the actor may act upon now; `overdue` and `warned` are among `to_decompose`.

    `to_place` counts lines whose document was decomposed before and that hold recalled money nobody placed again.
    """

    to_submit: int = 0
    to_review: int = 0
    to_check: int = 0
    to_issue: int = 0
    to_decompose: int = 0
    warned: int = 0
    overdue: int = 0
    to_place: int = 0
    to_decide: int = 0
    duties_missing: int = 0

    @property
    def total(self) -> int:
        return (
            self.to_submit + self.to_review + self.to_check + self.to_issue + self.to_decompose + self.to_decide
        ) + (self.to_place + self.duties_missing)


def waiting(actor: Actor, *, on: date | None = None) -> Waiting:
    """One statement, whatever the post may do; none for posts without a part in plans."""
    parts = _parts(actor, on or clock.today())
    if not parts:
        return Waiting()
    counted = [
        rows.order_by()
        .annotate(what=Value(name, output_field=CharField()))
        .values_list("what")
        .annotate(number=Count("project" if name == "duties_missing" else "pk", distinct=True))
        for name, rows in parts.items()
    ]
    found = counted[0].union(*counted[1:], all=True) if len(counted) > 1 else counted[0]
    return Waiting(**dict(found))


def _parts(actor: Actor, day: date) -> dict[str, QuerySet[Any]]:
    """What is counted for the actor, each as the rows to count."""
    scope, offices = actor.scope, Q(division_code__in=own_offices(actor.scope))
    by_other = ~Q(made_by_id=actor.user_id) | Q(made_by_id=None) if actor.user_id else Q()
    found: dict[str, QuerySet[Any]] = {}
    applications = Application.objects.within(scope)
    if allowed(actor, "plan.apply"):
        found["to_submit"] = applications.filter(offices, state__in=("draft", "returned"))
    states = [
        state
        for state, action in (("submitted", "plan.city_review"), ("city_reviewed", "plan.prov_review"))
        if allowed(actor, action)
    ]
    if states:
        found["to_review"] = applications.filter(state__in=states)
    documents = PlanDocument.objects.within(scope).filter(offices)
    if allowed(actor, "plan.check"):
        found["to_check"] = documents.filter(by_other, state="draft")
    if allowed(actor, "plan.issue"):
        found["to_issue"] = documents.filter(by_other, state="checked")
    if allowed(actor, "plan.draft"):
        clocks = Delivery.objects.within(scope).filter(offices, is_void=False, done_on__isnull=True)
        found["to_decompose"] = clocks
        found["warned"] = clocks.filter(warn_on__lte=day, due_on__gte=day)
        found["overdue"] = clocks.filter(due_on__lt=day)
        found["to_place"] = _recalled(scope, offices)
    if allowed(actor, "plan.approve_change"):
        found["to_decide"] = ChangeOrder.objects.within(scope).filter(
            by_other, state="proposed", decided_by_division__in=own_offices(scope)
        )
    if allowed(actor, "plan.responsibility"):
        found["duties_missing"] = _unsettled(scope)
    return found


def _recalled(scope: Scope, offices: Q) -> QuerySet[PlanLine]:
    """Lines addressed to the offices whose clock has stopped and that are not placed to the fen (any longer)."""
    placed = (
        PlanLine.objects.unscoped("what lies below a line is summed whatever the reader may see of it")
        .filter(parent=OuterRef("pk"), document__state="issued")
        .order_by()
        .values("parent")
        .annotate(sum=Sum("amount_fen"))
        .values("sum")
    )
    done = Delivery.objects.within(scope).filter(
        document=OuterRef("document"), division_code=OuterRef("division_code"), done_on__isnull=False, is_void=False
    )
    rows: QuerySet[PlanLine] = PlanLine.objects.within(scope).filter(offices, Exists(done), document__state="issued")
    return rows.annotate(placed=Coalesce(Subquery(placed), 0)).filter(amount_fen__gt=F("placed"))


def project_ids_without_duties(scope: Scope, *, limit: int = 200) -> list[int]:
    """Projects with plan money that lack one of the four items or a confirmation (C05), by id, the newest line first."""
    rows = _unsettled(scope).order_by("-pk").values_list("project", flat=True)
    return list(dict.fromkeys(rows[: limit * 4]))[:limit]


def _unsettled(scope: Scope) -> QuerySet[PlanLine]:
    """Lines of issued documents whose project's responsibilities are not complete."""
    settled = Responsibility.objects.within(scope).exclude(
        Q(owner_unit="") | Q(owner_person="") | Q(owner_phone="") | Q(supervisor_unit="") | Q(supervisor_person="")
        | Q(supervisor_phone="") | Q(owner_confirmed_on=None) | Q(supervisor_confirmed_on=None)
    )  # fmt: skip
    lines: QuerySet[PlanLine] = PlanLine.objects.within(scope).filter(project__isnull=False, document__state="issued")
    return lines.exclude(project__in=settled.values("project"))
