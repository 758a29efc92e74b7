"""What may be done next: offers with findings, and the findings of a step for many projects."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import PERMISSIONS, ROLE_LABELS, Role, allowed
from workrelief.base.access.scope import Scope
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.statemachine import State, Transition
from workrelief.work.lifecycle.models import Life, StepTaken
from workrelief.work.lifecycle.queries.cases import cases
from workrelief.work.lifecycle.queries.lives import _days_left, inferred_lives, life_or_inferred, lives_of
from workrelief.work.lifecycle.queries.views import StepOffer
from workrelief.work.lifecycle.rules import Case, judge, missing_papers
from workrelief.work.lifecycle.rules.clocks import deadline_of
from workrelief.work.lifecycle.states import PROJECT_LIFE, traits_of

KINDS = ("main", "detour", "end")


def _who(permission: str) -> tuple[str, ...]:
    """The duties that may act, in the order of the table of duties."""
    return tuple(ROLE_LABELS[role] for role in Role if role in PERMISSIONS[permission])


def offers(actor: Actor, project_id: int, *, on: date | None = None) -> list[StepOffer]:
    """The steps out of the project's present state, main ones first, each judged as of `on` (today)."""
    row, _ = life_or_inferred(actor.scope, project_id)
    return offers_of(actor, row, cases(actor.scope, [row], on=on or clock.today())[project_id])


def offers_of(actor: Actor, row: Life, case: Case, *, judged: Collection[str] = KINDS) -> list[StepOffer]:
    """The same for a life and a case that were read already; only steps of the `judged` kinds get findings."""
    steps = PROJECT_LIFE.available(row.state, traits_of(row.track, row.implementer_kind))
    order = {kind: n for n, kind in enumerate(KINDS)}
    return [_offer(actor, case, step, step.kind in judged) for step in sorted(steps, key=lambda t: order[t.kind])]


def _offer(actor: Actor, case: Case, step: Transition, is_judged: bool) -> StepOffer:
    due_on = deadline_of(step, case.state, case.reached, case.clocks)
    return StepOffer(
        step=step.name, label=step.label, kind=step.kind, target=PROJECT_LIFE.state(step.target), room=step.room,
        permitted=allowed(actor, step.permission), who=_who(step.permission),
        findings=tuple(judge(case.with_deadline(due_on), step)) if is_judged else (), missing_papers=missing_papers(case, step),
        guide=step.guide or "", due_on=due_on, days_left=_days_left(due_on),
    )  # fmt: skip


def findings(
    scope: Scope, project_ids: Collection[int], step: str, *, on: date | None = None
) -> dict[int, list[Finding]]:
    """What the rules would say to `step` for each project in scope; a step that does not lead out of a state is one blocker.

    For rooms above, to show before they act; taking the step judges again.
    """
    known = lives_of(scope, project_ids)
    rows = [*known.values(), *(life for life, _ in inferred_lives(scope, [i for i in project_ids if i not in known]))]
    gathered = cases(scope, rows, on=on or clock.today())
    return {row.project_id: _said(gathered[row.project_id], row, step) for row in rows if row.project_id in gathered}


def _said(case: Case, row: Life, step: str) -> list[Finding]:
    try:
        transition = PROJECT_LIFE.transition(step, row.state, traits_of(row.track, row.implementer_kind))
    except Conflict as err:
        return [Finding("I03", Severity.BLOCKER, err.message, "请先办完前面的步骤。")]
    due_on = deadline_of(transition, row.state, case.reached, case.clocks)
    return judge(case.with_deadline(due_on), transition)


def corrections(scope: Scope, project_id: int) -> tuple[State, ...]:
    """States the project may be corrected to: those behind it; ahead only while nothing but the inference speaks for it.

    Raises NotFound, also outside the scope.
    """
    row, _ = life_or_inferred(scope, project_id)
    order = PROJECT_LIFE.order(traits_of(row.track, row.implementer_kind))
    at = place_on_the_way(scope, row)
    allowed_ones = [s for n, s in enumerate(order) if s != row.state and (n <= at or row.is_adopted)]
    return tuple(PROJECT_LIFE.state(s) for s in allowed_ones)


def place_on_the_way(scope: Scope, row: Life) -> int:
    """How far along its way a life in scope is; of one that left it (验收退回, 终止) how far it had come by then."""
    order = PROJECT_LIFE.order(traits_of(row.track, row.implementer_kind))
    if row.state in order:
        return order.index(row.state)
    if row.pk:
        own = Life.objects.within(scope).filter(pk=row.pk)
        for source in (
            StepTaken.objects.filter(life__in=own.values("pk")).order_by("-id").values_list("source", flat=True)
        ):
            if source in order:
                return order.index(source)
    return 0
