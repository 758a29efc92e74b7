"""What would stop a step upon many entries, project by project with the clause, before anybody presses the button."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from workrelief.base.access.actor import Actor
from workrelief.base.law.parameters import parameters
from workrelief.kernel import clock
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.findings import Finding, blockers
from workrelief.work.lists.models import ListEntry
from workrelief.work.lists.queries.entries import doubles_of, entry_rows
from workrelief.work.lists.rules import gates
from workrelief.work.lists.rules.turns import office_of, turn_refusal
from workrelief.work.lists.states import CONFIRM_STEPS, LEVELS, LIST_ENTRY, next_step
from workrelief.work.projects import queries as projects

MOST_AT_ONCE = 2_000


@dataclass(frozen=True)
class StepLine:
    """One entry: `refusal` why it is not this actor's turn ("" when it is), and what the rules say."""

    entry: ListEntry
    refusal: str
    findings: tuple[Finding, ...]

    @property
    def is_blocked(self) -> bool:
        return bool(self.refusal or blockers(self.findings))


@dataclass(frozen=True)
class StepPreview:
    """A step upon the chosen entries: `ready` may go on, `blocked` may not and say why. `levels` to promote to."""

    step: str
    label: str
    needs_reason: bool
    ready: tuple[StepLine, ...]
    blocked: tuple[StepLine, ...]
    levels: tuple[str, ...] = ()
    guide: str = ""


def step_preview(actor: Actor, entry_ids: Collection[int], step: str) -> StepPreview:
    """What `step` (submit, confirm, return, promote, take_out) would meet; "confirm" is that of the actor's own office.

    Constant number of statements for every 500 entries. Raises InvalidInput.
    """
    name = CONFIRM_STEPS.get(office_of(actor), "confirm_province") if step == "confirm" else step
    known = [t for t in LIST_ENTRY.transitions if t.name == name]
    if not known or name in ("publish", "close", "adjust"):
        raise InvalidInput("list.step", f"没有“{step}”这一步。")
    if not entry_ids:
        raise InvalidInput("list.none", "请先在清单里勾选项目。")
    if len(entry_ids) > MOST_AT_ONCE:
        raise InvalidInput("list.many", f"一次最多办理 {MOST_AT_ONCE:,} 个项目，请按辖区分次办理。")
    rows = [
        row
        for part in projects.in_parts(entry_ids)
        for row in entry_rows(actor.scope, part).select_related("project").order_by("division_code", "id")
    ]
    said = _findings(actor, rows) if "labour" in known[0].checks else {}
    lines = [StepLine(row, _refusal(actor, name, row), said.get(row.pk, ())) for row in rows]
    return StepPreview(
        step,
        known[0].label,
        "reason" in known[0].checks or name == "return",
        tuple(line for line in lines if not line.is_blocked),
        tuple(line for line in lines if line.is_blocked),
        LEVELS[1 : LEVELS.index(office_of(actor)) + 1] if name == "promote" and office_of(actor) else (),
        known[0].guide or "",
    )


def _findings(actor: Actor, rows: list[ListEntry]) -> dict[int, tuple[Finding, ...]]:
    law = parameters(on=clock.today())
    facts = projects.listing_facts(actor.scope, {row.project_id: row.year for row in rows})
    doubles = doubles_of([row.project_id for row in rows])
    return {
        row.pk: tuple(gates.entry(facts[row.project_id], law, doubles.get(row.project_id, ())))
        for row in rows
        if row.project_id in facts
    }


def _refusal(actor: Actor, name: str, row: ListEntry) -> str:
    if not any(t.name == name and row.state in t.sources for t in LIST_ENTRY.transitions):
        return f"当前状态为“{row.state_label}”，不能办理此步。"
    refusal = turn_refusal(actor, name, level=row.level, state=row.state, waits_for=row.waits_for)
    if not refusal and name in CONFIRM_STEPS.values() and next_step(row.division_code, row.level, row.state) != name:
        return "还没有轮到本级办理，请等下一级确认。"
    return refusal
