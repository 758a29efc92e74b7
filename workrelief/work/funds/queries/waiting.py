"""What waits in this room for one post, in as few statements as the frame of every page allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.access.scope import Scope
from workrelief.kernel import clock
from workrelief.work.funds.models import Application, ChangeOrder, Delivery, PlanDocument, PlanLine, Responsibility
from workrelief.work.funds.queries.clocks import own_offices


@dataclass(frozen=True)
class Waiting:
    """Numbers of things the actor may act upon now; `overdue` and `warned` are among `to_decompose`."""

    to_submit: int = 0
    to_review: int = 0
    to_check: int = 0
    to_issue: int = 0
    to_decompose: int = 0
    warned: int = 0
    overdue: int = 0
    to_decide: int = 0
    duties_missing: int = 0

    @property
    def total(self) -> int:
        return (
            self.to_submit + self.to_review + self.to_check + self.to_issue + self.to_decompose + self.to_decide
        ) + self.duties_missing


def waiting(actor: Actor, *, on: date | None = None) -> Waiting:
    """At most five statements; none for posts without a part in plans."""
    day, scope = on or clock.today(), actor.scope
    offices = Q(division_code__in=own_offices(scope))
    may = {
        verb: allowed(actor, f"plan.{verb}")
        for verb in (
            "apply",
            "city_review",
            "prov_review",
            "draft",
            "check",
            "issue",
            "approve_change",
            "responsibility",
        )
    }
    found: dict[str, int] = {}
    if may["apply"] or may["city_review"] or may["prov_review"]:
        states = (["submitted"] if may["city_review"] else []) + (["city_reviewed"] if may["prov_review"] else [])
        found |= Application.objects.within(scope).aggregate(
            to_submit=Count("pk", filter=offices & Q(state__in=("draft", "returned") if may["apply"] else ())),
            to_review=Count("pk", filter=Q(state__in=states)),
        )
    if may["check"] or may["issue"]:
        others = ~Q(made_by_id=actor.user_id) | Q(made_by_id=None) if actor.user_id else Q()
        found |= (
            PlanDocument.objects.within(scope)
            .filter(offices)
            .aggregate(
                to_check=Count("pk", filter=Q(state="draft") & others),
                to_issue=Count("pk", filter=Q(state="checked") & others),
            )
        )
    if may["draft"]:
        open_clocks = Delivery.objects.within(scope).filter(offices, is_void=False, done_on__isnull=True)
        found |= open_clocks.aggregate(
            to_decompose=Count("pk"),
            warned=Count("pk", filter=Q(warn_on__lte=day, due_on__gte=day)),
            overdue=Count("pk", filter=Q(due_on__lt=day)),
        )
    if may["approve_change"]:
        asked = ChangeOrder.objects.within(scope).filter(state="proposed", decided_by_division__in=own_offices(scope))
        found["to_decide"] = (asked.exclude(made_by_id=actor.user_id) if actor.user_id else asked).count()
    if may["responsibility"]:
        found["duties_missing"] = projects_without_duties(scope)
    return Waiting(**found)


def projects_without_duties(scope: Scope) -> int:
    """Projects in scope that have plan money and lack one of the four items or a confirmation (C05). One statement."""
    return int(_unsettled(scope).order_by().aggregate(number=Count("project", distinct=True))["number"])


def project_ids_without_duties(scope: Scope, *, limit: int = 200) -> list[int]:
    """The same projects by id, the newest line first, for the list behind the number."""
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
