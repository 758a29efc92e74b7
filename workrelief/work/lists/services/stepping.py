"""Steps of entries: submit, confirm, return, adjust, promote, take out. One wins when two decide at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change_many
from workrelief.base.law.parameters import parameters
from workrelief.kernel import clock
from workrelief.kernel.errors import InvalidInput, NotPermitted, RuleViolated
from workrelief.kernel.findings import Finding, blockers
from workrelief.work.lists import queries
from workrelief.work.lists.models import EntryStep, ListEntry
from workrelief.work.lists.rules import form, gates
from workrelief.work.lists.rules.turns import is_system, office_of, turn_refusal
from workrelief.work.lists.services.doubles import notice
from workrelief.work.lists.services.lives import leave_lists
from workrelief.work.lists.services.writing import (
    Expected,
    insert,
    locked,
    move,
    moved_on,
    note_steps,
    require_open_lists,
)
from workrelief.work.lists.states import (
    CONFIRM_STEPS,
    CONFIRMED,
    LEVEL_LABELS,
    LEVELS,
    LIST_ENTRY,
    LISTED,
    next_office,
    next_step,
)
from workrelief.work.projects import queries as projects
from workrelief.work.projects.rules import LabourDemand
from workrelief.work.projects.services import ProjectChanges, edit_project, take_off_year

STEPS = ("submit", "confirm", "return")
_KIND = "lists.listentry"


def advance(actor: Actor, entry_ids: Sequence[int], step: str, *, expected: Expected = None, reason: str = "") -> int:
    """Take one step with many entries, all or nothing: submit, confirm (whose office is found from the entry), return.

    `expected` is the state the officer saw, of all or by entry id. Returns how many moved. Raises NotFound, NotPermitted
    (not this office's turn, A02), RuleViolated (B02, B03, C10; says which project), Conflict (somebody was faster),
    InvalidInput (return without a reason). Constant number of statements for every 500.
    """
    if step not in STEPS:
        raise InvalidInput("list.step", f"没有“{step}”这一步。")
    if step == "return":
        _require_reason(reason, "退回")
    with change_many(actor, _action(actor, step), kind=_KIND, reason=reason) as opened:
        rows = locked(actor, entry_ids, expected)
        targets: dict[int, str] = {}
        by_step: dict[str, list[ListEntry]] = {}
        for row in rows:
            name = _resolved(actor, row, step)
            targets[row.pk] = LIST_ENTRY.transition(name, row.state).target
            by_step.setdefault(name, []).append(row)
        if step == "return":
            back = [row for row in rows if row.promoted_from_id]
            _refuse_promotions(actor, back, reason)
            by_step["return"] = [row for row in rows if not row.promoted_from_id]
        else:
            require_open_lists(rows)
            require_gates(actor, rows)
        for name, part in by_step.items():
            move(actor, part, name, {row.pk: targets[row.pk] for row in part}, reason=reason)
        if step == "submit":
            notice(actor, [row.project_id for row in rows])
        opened.label = rows[0].project.name + (f"等{len(rows)}个项目" if len(rows) > 1 else "")
        opened.target_id = str(rows[0].pk) if len(rows) == 1 else ""
        opened.totals = {"step": step, "entries": len(rows), "years": sorted({r.year for r in rows})}
    return len(rows)


def _action(actor: Actor, step: str) -> str:
    if step == "submit":
        return "list.enter"
    if step == "return":
        return "list.return"
    actions = {
        "county": "list.confirm_county",
        "city": "list.confirm_city",
        "province": "list.confirm_province",
    }
    return actions.get(office_of(actor), "list.confirm_county")


def _resolved(actor: Actor, row: ListEntry, step: str) -> str:
    """The transition that `step` means for this entry and this office. Raises Conflict, NotPermitted."""
    forward = next_step(row.division_code, row.level, row.state)
    if step == "confirm":
        own = forward if is_system(actor) else CONFIRM_STEPS.get(office_of(actor), forward)
        if not any(t.name == own and row.state in t.sources for t in LIST_ENTRY.transitions):
            raise moved_on(row)
        if own != forward:
            turn = LEVEL_LABELS.get(row.waits_for, "")
            raise NotPermitted(
                "list.turn", f"“{row.project.name}”现由{turn}发展改革部门办理（规则A02）。",
                facts={"entry": row.pk, "waits_for": row.waits_for},
            )  # fmt: skip
        step = own
    elif not any(t.name == step and row.state in t.sources for t in LIST_ENTRY.transitions):
        raise moved_on(row)
    require_turn(actor, row, step)
    return step


def require_turn(actor: Actor, row: ListEntry, step: str) -> None:
    """Raise NotPermitted when it is another office's turn."""
    refusal = turn_refusal(actor, step, level=row.level, state=row.state, waits_for=row.waits_for)
    if refusal:
        raise NotPermitted("list.turn", f"“{row.project.name}”：{refusal}", facts={"entry": row.pk})


def require_gates(actor: Actor, rows: Sequence[ListEntry]) -> dict[int, list[Finding]]:
    """What the rules say of each entry; raises RuleViolated naming the first project that is blocked and how many are."""
    said = findings_of(actor, rows)
    blocked = [row for row in rows if blockers(said[row.pk])]
    if blocked:
        first = blocked[0]
        stopping = blockers(said[first.pk])
        more = f"（共{len(blocked)}个项目不符合列入条件）" if len(blocked) > 1 else ""
        raise RuleViolated(
            stopping[0].rule_id, f"“{first.project.name}”：{stopping[0].message}{more}", findings=said[first.pk],
            facts={"entries": [row.pk for row in blocked][:50], "blocked": len(blocked)},
        )  # fmt: skip
    return said


def findings_of(actor: Actor, rows: Iterable[ListEntry]) -> dict[int, list[Finding]]:
    """What the rules say about listing each entry, by entry id."""
    rows = list(rows)
    law = parameters(on=clock.today())
    facts = projects.listing_facts(actor.scope, {row.project_id: row.year for row in rows})
    doubles = queries.doubles_of([row.project_id for row in rows])
    return {row.pk: gates.entry(facts[row.project_id], law, doubles.get(row.project_id, ())) for row in rows}


def _require_reason(reason: str, what: str) -> None:
    if not reason.strip():
        raise InvalidInput("B04", f"{what}须写明理由（规则B04）。")


# ---------- promotion ----------


def promote(actor: Actor, entry_id: int, level: str, *, reason: str, expected: str | None = None) -> ListEntry:
    """Take one entry up to a higher list, see `promote_many`; returns the entry above."""
    return promote_many(actor, [entry_id], level, reason=reason, expected=expected)[0]


def promote_many(
    actor: Actor, entry_ids: Sequence[int], level: str, *, reason: str, expected: Expected = None
) -> list[ListEntry]:
    """Take entries up to a higher list (提级), all or nothing: the former ones stay visible, uncounted.

    Returns the entries above. What its own chain confirmed stays confirmed; the next office above takes its turn. Constant
    number of statements for every 500. Raises NotFound, NotPermitted, InvalidInput, Conflict, naming the project.
    """
    _require_reason(reason, "提级")
    with change_many(actor, "list.promote", kind=_KIND, reason=reason) as opened:
        rows = locked(actor, entry_ids, expected)
        for row in rows:
            if not any(t.name == "promote" and row.state in t.sources for t in LIST_ENTRY.transitions):
                raise moved_on(row)
            require_turn(actor, row, "promote")
            _require_higher(actor, row, level)
        before = {row.pk: row.state for row in rows}
        move(actor, rows, "promote", dict.fromkeys(before, "promoted"), reason=reason)
        made = [_above(row, level, before[row.pk], reason) for row in rows]
        require_open_lists(made)
        insert(made)
        for former in {row.level for row in rows}:
            said = f"由{LEVEL_LABELS[former]}清单提级：{reason}"
            part = [one for one, row in zip(made, rows, strict=True) if row.level == former]
            note_steps(actor, part, "enter", {one.pk: one.state for one in part}, reason=said, before={})
        opened.label = rows[0].project.name + (f"等{len(rows)}个项目" if len(rows) > 1 else "")
        opened.target_id = str(made[0].pk) if len(made) == 1 else ""
        opened.totals = {
            "to": level, "former": {str(row.pk): before[row.pk] for row in rows}, "years": sorted({r.year for r in rows}),
        }  # fmt: skip
    return made


def _above(row: ListEntry, level: str, before: str, reason: str) -> ListEntry:
    """The (unsaved) entry on the higher list."""
    state = CONFIRMED[row.level] if before in LISTED else before
    return ListEntry(
        project=row.project, year=row.year, level=level, track=row.track, sector=row.sector,
        division_code=row.division_code, state=state, is_standing=True,
        waits_for=next_office(row.division_code, level, state), investment_fen=row.investment_fen,
        planned_investment_fen=row.planned_investment_fen, done_investment_fen=row.done_investment_fen,
        planned_workers=row.planned_workers, planned_pay_fen=row.planned_pay_fen, reason=reason[:200],
        promoted_from=row, batch_id=0, updated_at=clock.now(), version=1,
    )  # fmt: skip


def _require_higher(actor: Actor, row: ListEntry, level: str) -> None:
    if level not in LEVELS or LEVELS.index(level) <= LEVELS.index(row.level):
        raise InvalidInput("list.level", f"只能由{row.level_label}提到更高一级的清单。")
    if not is_system(actor) and LEVELS.index(level) > LEVELS.index(office_of(actor)):
        raise NotPermitted("list.turn", f"提到{LEVEL_LABELS[level]}清单由{LEVEL_LABELS[level]}发展改革部门办理。")


def _refuse_promotions(actor: Actor, rows: Sequence[ListEntry], reason: str) -> None:
    """Returning a promoted entry refuses the promotion: the former entry stands again where it stood."""
    if not rows:
        return
    move(actor, rows, "return", {row.pk: "taken_out" for row in rows}, reason=reason)
    for row in rows:
        former = row.promoted_from
        assert former is not None
        before = state_before_promotion(former)
        move(actor, [former], "restore", {former.pk: before}, reason=f"提级未予采纳：{reason}")


def state_before_promotion(former: ListEntry) -> str:
    """The state a promoted entry had."""
    last = EntryStep.objects.filter(entry=former, step="promote").order_by("-id").first()
    return last.state_before if last is not None else CONFIRMED[former.level]


# ---------- adjusting and taking out ----------


def adjust(
    actor: Actor, entry_id: int, changes: ProjectChanges, *, reason: str, expected: str | None = None
) -> ListEntry:
    """Change a listed project and note why (B04): the next edition shows it as changed with both values.

    Raises NotFound, NotPermitted, InvalidInput (no reason, nothing different), RuleViolated, Conflict.
    """
    _require_reason(reason, "调整")
    with change_many(actor, "list.adjust", kind=_KIND, reason=reason) as opened:
        row = locked(actor, [entry_id], expected)[0]
        if row.state not in LISTED:
            raise moved_on(row)
        require_turn(actor, row, "adjust")
        edit_project(actor, row.project_id, changes, reason=reason)
        opened.label, opened.target_id = row.project.name, str(row.pk)
        opened.totals = {"changed": sorted(changes.given())}
    return queries.entry(actor.scope, entry_id)


def take_out(actor: Actor, entry_id: int, *, reason: str, expected: str | None = None) -> ListEntry:
    """Take one entry off its list, see `take_out_many`."""
    return take_out_many(actor, [entry_id], reason=reason, expected=expected)[0]


def take_out_many(actor: Actor, entry_ids: Sequence[int], *, reason: str, expected: Expected = None) -> list[ListEntry]:
    """Take entries off their lists (调出), all or nothing; published ones count no more and the next edition says so.

    Constant number of statements for every 500. Raises NotFound, NotPermitted, InvalidInput (no reason), Conflict, naming
    the project.
    """
    _require_reason(reason, "调出")
    with change_many(actor, "list.adjust", kind=_KIND, reason=reason) as opened:
        rows = locked(actor, entry_ids, expected)
        for row in rows:
            if not any(t.name == "take_out" and row.state in t.sources for t in LIST_ENTRY.transitions):
                raise moved_on(row)
            require_turn(actor, row, "take_out")
        before = {row.pk: row.state for row in rows}
        published = _published_before(rows)
        counted = [row for row in rows if before[row.pk] in LISTED or row.pk in published]
        move(actor, rows, "take_out", dict.fromkeys(before, "taken_out"), reason=reason)
        for year, level in sorted({(row.year, row.level) for row in counted}):
            ids = [row.project_id for row in counted if (row.year, row.level) == (year, level)]
            take_off_year(actor, ids, year, action="list.adjust", reason=reason)
            leave_lists(actor, ids, note=f"调出{year}年{LEVEL_LABELS[level]}清单：{reason}")
        opened.label = rows[0].project.name + (f"等{len(rows)}个项目" if len(rows) > 1 else "")
        opened.target_id = str(rows[0].pk) if len(rows) == 1 else ""
        opened.totals = {
            "states_before": {str(pk): state for pk, state in before.items()}, "years": sorted({r.year for r in rows}),
            "counted": len(counted),
        }  # fmt: skip
    return rows


def _published_before(rows: Sequence[ListEntry]) -> set[int]:
    """Ids of entries that were on an issued list before they were promoted; two statements for each level below."""
    found: set[int] = set()
    below = {row.promoted_from_id: row.pk for row in rows if row.promoted_from_id}
    for _ in LEVELS:
        if not below:
            break
        states: dict[int, str] = {}
        for part in projects.in_parts(sorted(below)):
            told = EntryStep.objects.filter(entry_id__in=part, step="promote").order_by("id")
            states |= dict(told.values_list("entry_id", "state_before"))
        found |= {entry for former, entry in below.items() if states.get(former) in LISTED}
        older: dict[int, int] = {}
        for part in projects.in_parts(sorted(below)):
            pairs = ListEntry.rows.filter(pk__in=part, promoted_from__isnull=False).values_list(
                "pk", "promoted_from_id"
            )
            older |= {upper: below[pk] for pk, upper in pairs}
        below = older
    return found


# ---------- what is edited on the project's page ----------

_OWN = ("division_code", "track", "sector")
_PLAN = ("investment_fen", "planned_workers", "planned_pay_fen")
_PARTS = ("posts", "post_number", "season", "skill")


def follow_edit(actor: Actor, project: Any, different: Mapping[str, tuple[Any, Any]], reason: str) -> None:
    """Keep entries in step with their project: place and kind always, figures on the newest list only.

    A listed entry whose form F differs now is `adjusted`, with both values and the reason (B04).
    """
    said = _differences(different)
    values = {name: getattr(project, name) for name in (*_OWN, *_PLAN) if name in different}
    own = {name: value for name, value in values.items() if name in _OWN}
    entries = list(ListEntry.rows.select_for_update(of=("self",)).filter(project=project).order_by("-year", "id"))
    if own:
        ListEntry.rows.filter(project=project).update(**own)
    standing = [row for row in entries if row.is_standing and row.state != "closed"]
    newest = [row for row in standing if row.year == standing[0].year]
    for row in newest:
        for name, value in values.items():
            setattr(row, name, value)
        row.project = project
        if row.state in LISTED and said:
            note = reason or "项目登记信息修改"
            move(actor, [row], "adjust", {row.pk: "adjusted"}, reason=note, differences={row.pk: said}, **values)
        elif said:
            note_steps(actor, [row], "edit", {row.pk: row.state}, reason=reason, differences={row.pk: said})
            office = next_office(row.division_code, row.level, row.state)
            ListEntry.rows.filter(pk=row.pk).update(
                **values, waits_for=office, version=F("version") + 1, updated_at=clock.now()
            )


def _differences(different: Mapping[str, tuple[Any, Any]]) -> dict[str, list[str]]:
    """{title of form F: [before, after]} as printed, of what was edited."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, (old, new) in different.items():
        if name == "labour_demand":
            for part, a, b in zip(_PARTS, _demand(str(old)), _demand(str(new)), strict=True):
                before[part], after[part] = a, b
        elif name == "funds":
            before[name], after[name] = ({f.fund_type.id: f.planned_fen for f in funds} for funds in (old, new))
        elif name in form.COLUMNS:
            before[name], after[name] = old, new
    return {title: list(values) for title, values in form.difference(before, after).items()}


def _demand(text: str) -> tuple[Any, ...]:
    demand = LabourDemand.parse(text)
    return demand.posts, demand.number, demand.season, demand.skill
