"""Taking steps: one project or many, each gate asked, two officers at once told apart; and putting a wrong state right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.db.models import F

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import permit
from workrelief.base.audit.change import change, change_many
from workrelief.base.intake.bulk import bulk_set
from workrelief.base.law.parameters import parameter
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, RuleViolated
from workrelief.kernel.findings import Finding, Severity, blockers
from workrelief.kernel.period import month_index
from workrelief.kernel.statemachine import Transition
from workrelief.work.lifecycle import queries
from workrelief.work.lifecycle.models import Life, StepTaken
from workrelief.work.lifecycle.queries.cases import cases
from workrelief.work.lifecycle.queries.offering import place_on_the_way
from workrelief.work.lifecycle.rules import Case, judge, must_explain
from workrelief.work.lifecycle.rules.clocks import deadline_of, next_deadline
from workrelief.work.lifecycle.services.adopting import WRITE_ROWS, adopt_missing
from workrelief.work.lifecycle.states import IN_USE, MAIN_DONE, PROJECT_LIFE, STAGE_OF, traits_of
from workrelief.work.projects import services as projects
from workrelief.work.projects.queries import in_parts

_LIFE_FIELDS = ("state", "since", "due_on", "is_adopted", "version", "updated_at")
LEAST_REASON = 4


@dataclass(frozen=True)
class _Order:
    """What is to be done with every life: the step, its day and words; `explained` answers what is serious."""

    step: str
    on: date
    note: str
    reference: str
    is_history: bool
    explained: bool

    @property
    def words(self) -> str:
        return self.note.strip() or self.reference.strip()


def take_step(
    actor: Actor,
    project_id: int,
    step: str,
    *,
    on: date | None = None,
    note: str = "",
    reference: str = "",
    expected: str | None = None,
    history: bool = False,
) -> Life:
    """Take one step of a project's life; moves its stage of progress along.

    `expected` is the state the officer saw: when somebody else moved on meanwhile, Conflict says who, when and whereto.
    `history` enters a step of the time before the process gates (reading 10): only the record is asked, not the process.
    A project without a life is adopted first.
    What is serious is explained by the note alone, of at least four signs; a document number says nothing of it.
    Raises NotPermitted, NotFound (also outside the scope), Conflict, InvalidInput for an impossible day, RuleViolated with
    all findings when a gate refuses, or when serious findings stand and nothing explains them.
    """
    permission = PROJECT_LIFE.named(step)[0].permission
    permit(actor, permission)
    order = _order(actor, step, on, note, reference, history, explained=len(note.strip()) >= LEAST_REASON)
    with transaction.atomic():
        adopt_missing(actor, [project_id])
        with change(actor, permission, lambda: queries.life_row(actor.scope, project_id), reason=order.words) as c:
            life = c.row
            _require_expected(life, expected)
            case = cases(actor.scope, [life], on=order.on, note=note)[project_id]
            taken = _moved(actor, life, case, order)
            life.save(update_fields=list(_LIFE_FIELDS))
            taken.save()
            _carry(actor, [life])
            c.details = {"step": step, "on": order.on, "reference": reference, "history": history}
    return life


def take_steps(
    actor: Actor,
    project_ids: Collection[int],
    step: str,
    *,
    on: date | None = None,
    reference: str = "",
    note: str = "",
    history: bool = False,
    days: Mapping[int, date] | None = None,
) -> int:
    """Take one step for many projects in one change: all or nothing; a constant number of statements for each 500.

    `days` gives single projects a day of their own (project id → day), the others take it on `on`; facts of other rooms are
    asked for the latest day.
    `reference` (document number, edition) counts as the explanation serious findings want. Raises what `take_step` raises;
    the error names the first project that blocks, how many others do, and `facts["blocked"]` holds {project id: sentence}.
    """
    permission = PROJECT_LIFE.named(step)[0].permission
    permit(actor, permission)
    ids = list(dict.fromkeys(project_ids))
    if not ids:
        return 0
    explained = bool(note.strip() or reference.strip())
    order = _order(actor, step, on, note, reference, history, explained=explained)
    own = {i: replace(order, on=_possible(day, is_history=history)) for i, day in (days or {}).items()}
    with change_many(actor, permission, kind="lifecycle.life", reason=order.words) as opened:
        adopted = adopt_missing(actor, ids)
        sources: dict[str, int] = {}
        for part in in_parts(ids):
            for state, number in _take_part(actor, part, order, own).items():
                sources[state] = sources.get(state, 0) + number
        opened.label = f"{PROJECT_LIFE.named(step)[0].label}：{len(ids)}个项目"
        opened.target_id = str(ids[0]) if len(ids) == 1 else ""
        opened.totals = {
            "step": step, "on": str(order.on), "reference": reference, "projects": len(ids), "from": sources,
            "adopted": len(adopted), "history": history,
        }  # fmt: skip
    return len(ids)


def _take_part(actor: Actor, ids: Sequence[int], order: _Order, own: Mapping[int, _Order]) -> dict[str, int]:
    """Move up to 500 lives; answers how many came from which state."""
    rows = list(Life.objects.within(actor.scope).filter(project_id__in=ids).select_for_update().order_by("pk"))
    if len(rows) < len(ids):
        raise NotFound("project.missing", "有项目没有登记，或不在您的数据范围内。")
    latest = max((own.get(i, order).on for i in ids), default=order.on)
    gathered = cases(actor.scope, rows, on=latest, note=order.note or order.reference)
    sources: dict[str, int] = {}
    taken: list[StepTaken] = []
    refused: dict[int, Refused] = {}
    for life in rows:
        source = life.state
        try:
            taken.append(_moved(actor, life, gathered[life.project_id], own.get(life.project_id, order)))
        except (Conflict, RuleViolated, InvalidInput) as err:
            refused[life.project_id] = err
        else:
            sources[source] = sources.get(source, 0) + 1
    if refused:
        _refuse(refused, gathered)
    _write(rows)
    StepTaken.objects.bulk_create(taken, batch_size=WRITE_ROWS)
    _carry(actor, rows)
    return sources


def _write(moved: Sequence[Life]) -> None:
    """Store moved lives: all took the same step, so that one statement does for all but own days and deadlines."""
    one = moved[0]
    Life.rows.filter(pk__in=[life.pk for life in moved]).update(
        state=one.state, since=one.since, due_on=one.due_on, is_adopted=False, version=F("version") + 1,
        updated_at=one.updated_at,
    )  # fmt: skip
    others = [life for life in moved if (life.since, life.due_on) != (one.since, one.due_on)]
    bulk_set(Life, ("since", "due_on"), [(life.since, life.due_on, life.pk) for life in others])


Refused = Conflict | RuleViolated | InvalidInput


def _refuse(refused: dict[int, Refused], gathered: dict[int, Case]) -> None:
    first, err = next(iter(refused.items()))
    others = f"另有{len(refused) - 1}个项目也不能办，请逐个核对。" if len(refused) > 1 else ""
    raise type(err)(
        err.code,
        f"“{gathered[first].project.name}”：{err.message}{others}",
        facts={**err.facts, "project_id": first, "blocked": {i: e.message for i, e in refused.items()}},
        findings=err.findings,
    )


def _order(
    actor: Actor, step: str, on: date | None, note: str, reference: str, history: bool, *,
    explained: bool,
) -> _Order:  # fmt: skip
    if history:
        permit(actor, "lifecycle.back_fill")
    day = _possible(on or clock.today(), is_history=history)
    return _Order(step, day, note, reference, history, explained)


def _possible(day: date, *, is_history: bool) -> date:
    """The day, when a step may be dated so. Raises InvalidInput."""
    if day > clock.today():
        raise InvalidInput("life.day", f"办理日期{day:%Y年%-m月%-d日}在今天以后，请更正。")
    if is_history and month_index(day) >= _gates_from():
        raise InvalidInput("life.history", f"{_gates_words()}此后的步骤不能按历史补录办理。")
    return day


def _gates_from() -> int:
    """The ledger month from which the process is asked too."""
    return parameter("process_gates_from", on=clock.today()).whole


def _gates_words() -> str:
    month = _gates_from()
    return f"流程核查自{month // 100}年{month % 100}月起启用，"


def _require_past(case: Case, step: Transition) -> None:
    """A step is history only where nothing known of the project says it happened later (reading 10).

    A code given after the process gates began belongs to a project of that time; and works are not done, checked or accepted
    before the last month that was paid for.
    """
    gates_from = _gates_from()
    coded = case.project.coded_in
    if coded is not None and coded >= gates_from:
        said = f"{_gates_words()}项目代码是{coded // 100}年{coded % 100}月赋的，不能按历史补录办理。"
        raise InvalidInput("life.history", said)
    if STAGE_OF.get(step.target) not in (MAIN_DONE, IN_USE):
        return
    paid = max((m.month for m in case.facts.pay.months), default=0)
    if paid >= gates_from:
        said = f"{_gates_words()}项目到{paid // 100}年{paid % 100}月还有劳务报酬，“{step.label}”不能按历史补录办理。"
        raise InvalidInput("life.history", said)


def _moved(actor: Actor, life: Life, case: Case, order: _Order) -> StepTaken:
    """Judge the step and move the (unsaved) life; answers the (unsaved) step. Raises Conflict, RuleViolated, InvalidInput."""
    traits = traits_of(life.track, life.implementer_kind)
    step = PROJECT_LIFE.transition(order.step, life.state, traits)
    if order.on < life.since and not life.is_adopted:
        raise InvalidInput("life.day", f"办理日期早于上一步的{life.since:%Y年%-m月%-d日}，请更正。")
    if order.is_history:
        _require_past(case, step)
    due_on = deadline_of(step, life.state, case.reached, case.clocks)
    said = judge(case.with_deadline(due_on), step, is_history=order.is_history)
    _require(said, order)
    taken = StepTaken(
        life=life, step=step.name, source=life.state, target=step.target, on=order.on, due_on=due_on, at=clock.now(),
        by_id=actor.user_id, by_name=actor.name, by_post=actor.post_label, reference=order.reference[:120], note=order.note,
        is_history=order.is_history, findings=[[f.rule_id, f.severity.value, f.message] for f in said],
    )  # fmt: skip
    life.state, life.since, life.is_adopted = step.target, order.on, False
    reached = {**case.reached, step.target: order.on}
    life.due_on = next_deadline(step.target, traits, reached, case.clocks)
    _touched(life)
    return taken


def _require(said: list[Finding], order: _Order) -> None:
    if stopping := blockers(said):
        more = f"（共{len(stopping)}处）" if len(stopping) > 1 else ""
        raise RuleViolated(stopping[0].rule_id, f"{stopping[0].message}{stopping[0].remedy}{more}", findings=said)
    if (serious := must_explain(said)) and not order.explained:
        raise RuleViolated(
            serious[0].rule_id,
            f"有{len(serious)}个严重问题，须在“说明”里写明情况（至少{LEAST_REASON}个字）后再办：{serious[0].message}",
            findings=said,
        )


def _require_expected(life: Life, expected: str | None) -> None:
    if expected is None or life.state == expected:
        return
    last = StepTaken.objects.filter(life=life).order_by("-id").first()
    state = PROJECT_LIFE.state(life.state).label
    who = f"{last.by_name}已于{last.at.astimezone(clock.CHINA):%Y年%-m月%-d日 %H:%M}" if last else "他人已"
    raise Conflict(
        "life.moved",
        f"{who}把项目办到“{state}”，您看到的状态已过时。请刷新后再办。",
        facts={"state": life.state, "expected": expected, "by": last.by_name if last else ""},
    )


def _touched(life: Life) -> None:
    life.version += 1
    life.updated_at = clock.now()


def _carry(actor: Actor, lives: Sequence[Life]) -> None:
    projects.carry_stages(
        actor.scope, {life.project_id: STAGE_OF[life.state] for life in lives if life.state in STAGE_OF}
    )


def correct_state(actor: Actor, project_id: int, state: str, *, reason: str) -> Life:
    """Put a wrongly entered state right: back to an earlier one; forward only while nothing but the inference speaks for it.

    Forward it passes the gates of every step on the way, before the process gates begin as history does. The steps taken stay
    to be read. The stage of progress goes along (I02: a correction says why). Raises InvalidInput, Conflict when the state
    lies ahead, RuleViolated when a gate on the way refuses, NotFound, NotPermitted.
    """
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput("life.reason", "请写明更正的原因（至少4个字）。")
    if state not in PROJECT_LIFE.states:
        raise InvalidInput("life.state", f"没有“{state}”这一状态。")
    permit(actor, "lifecycle.correct")
    with transaction.atomic():
        adopt_missing(actor, [project_id])
        with change(actor, "lifecycle.correct", lambda: queries.life_row(actor.scope, project_id), reason=reason) as c:
            life = c.row
            way = _way_to(actor, life, state)
            source, day = life.state, clock.today()
            case = cases(actor.scope, [life], on=day, note=reason)[project_id]
            said = _judged_on_the_way(case, way)
            life.state, life.since = state, case.reached.get(state, day)
            life.due_on = next_deadline(
                state, traits_of(life.track, life.implementer_kind), {state: life.since}, case.clocks
            )
            _touched(life)
            life.save(update_fields=list(_LIFE_FIELDS))
            StepTaken.objects.create(
                life=life, step="correct", source=source, target=state, on=day, at=clock.now(), by_id=actor.user_id,
                by_name=actor.name, by_post=actor.post_label, note=reason,
                findings=[[f.rule_id, f.severity.value, f.message] for f in said],
            )  # fmt: skip
            if state in STAGE_OF:
                projects.correct_stage(actor, project_id, STAGE_OF[state], reason=reason)
    return life


def _way_to(actor: Actor, life: Life, state: str) -> tuple[Transition, ...]:
    """The main steps a correction to `state` would leap over; none when it leads back. Raises Conflict."""
    traits = traits_of(life.track, life.implementer_kind)
    order = [*PROJECT_LIFE.order(traits)]
    if state == life.state:
        raise Conflict("life.state", f"项目已是“{PROJECT_LIFE.state(state).label}”。")
    if state not in order:
        raise Conflict("life.state", f"这条项目线没有“{PROJECT_LIFE.state(state).label}”这一状态。")
    at = place_on_the_way(actor.scope, life)
    if order.index(state) <= at:
        return ()
    if not life.is_adopted:
        said = f"“{PROJECT_LIFE.state(state).label}”在当前状态之后，请逐步办理，不能用更正代替。"
        raise Conflict("life.forward", said, facts={"severity": Severity.BLOCKER.value})
    return PROJECT_LIFE.main_path(traits)[at : order.index(state)]


def _judged_on_the_way(case: Case, way: Sequence[Transition]) -> list[Finding]:
    """What the rules say of the steps leapt over; the first that refuses stops the correction."""
    is_history = month_index(case.on) < _gates_from()
    found: list[Finding] = []
    for step in way:
        said = judge(case, step, is_history=is_history)
        if stopping := blockers(said):
            raise RuleViolated(
                stopping[0].rule_id, f"更正须先满足途中各步的硬约束，“{step.label}”还不能办：{stopping[0].message}{stopping[0].remedy}",
                findings=said,
            )  # fmt: skip
        found += [one for one in said if one not in found]
        case = replace(case, passed=case.passed | {step.name})
    return found
