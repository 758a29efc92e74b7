"""The time line of a project: what was done, by whom and on which papers; what is next and what it waits for; what comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from workrelief.base.access.scope import Scope
from workrelief.kernel import clock
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.statemachine import Transition
from workrelief.work.lifecycle.models import Life, StepTaken
from workrelief.work.lifecycle.queries.cases import cases
from workrelief.work.lifecycle.queries.lives import _days_left, life_or_inferred
from workrelief.work.lifecycle.queries.offering import _who
from workrelief.work.lifecycle.queries.papers import papers, steps_taken
from workrelief.work.lifecycle.queries.views import PaperView, TimelineStep
from workrelief.work.lifecycle.rules import Case, judge
from workrelief.work.lifecycle.rules.clocks import deadline_of
from workrelief.work.lifecycle.states import PROJECT_LIFE, traits_of

OTHER_STEPS = {"adopt": "纳入进程（推定）", "begin": "登记项目", "correct": "更正状态"}


def timeline(scope: Scope, project_id: int) -> list[TimelineStep]:
    """The stations in order: done (or skipped), the current one that waits to be taken, and those to come.

    Steps that led back (returned, withdrawn, failed, corrected) and what they undid stand where they happened, as detours.
    Raises NotFound, also outside the scope.
    """
    row, because = life_or_inferred(scope, project_id)
    case = cases(scope, [row], on=clock.today())[project_id]
    taken = steps_taken(scope, project_id)
    return timeline_of(row, because.reason if because else "", case, papers(scope, project_id), taken)


def timeline_of(
    row: Life, because: str, case: Case, standing: Sequence[PaperView], taken: Sequence[StepTaken]
) -> list[TimelineStep]:
    """The same for a life, a case (of today), papers and steps that were read already."""
    return _Drawing(row, because, case, standing, taken).stations()


class _Drawing:
    def __init__(
        self, row: Life, because: str, case: Case, standing: Sequence[PaperView], taken: Sequence[StepTaken]
    ) -> None:
        self._row, self._because, self._case = row, because, case
        self._traits = traits_of(row.track, row.implementer_kind)
        self._taken = taken
        self._papers: dict[str, list[PaperView]] = {}
        for one in standing:
            self._papers.setdefault(one.kind.id, []).append(one)

    def stations(self) -> list[TimelineStep]:
        path = PROJECT_LIFE.main_path(self._traits)
        behind, ahead = self._split(path)
        counted = self._standing({t.target for t in behind} | {PROJECT_LIFE.start})
        found: list[TimelineStep] = []
        waiting = iter(self._taken)
        shown = 0
        for state, step in [(PROJECT_LIFE.start, None), *((t.target, t) for t in behind)]:
            taken = counted.get(state)
            if taken is None:
                found.append(self._blank("skipped", state, step))
                continue
            for other in waiting:
                if other.pk == taken.pk:
                    break
                if other.pk not in {t.pk for t in counted.values()}:
                    found.append(self._done(other, is_detour=True))
            shown = taken.pk
            found.append(self._done(taken, is_detour=False))
        rest = [t for t in self._taken if t.pk > shown and t.pk not in {c.pk for c in counted.values()}]
        found += [self._done(other, is_detour=True) for other in rest]
        return [*found, *self._coming(ahead)]

    def _split(self, path: Sequence[Transition]) -> tuple[list[Transition], list[Transition]]:
        """The main steps up to the present state, and those after it."""
        state = self._row.state
        order = [PROJECT_LIFE.start, *(t.target for t in path)]
        if state in order:
            at = order.index(state)
            return list(path[:at]), list(path[at:])
        reached = [order.index(t.source) for t in self._taken if t.source in order]
        at = max(reached, default=0)
        onward = list(PROJECT_LIFE.main_path(self._traits, start=state))
        back = next((t for t in PROJECT_LIFE.available(state, self._traits) if t.kind == "detour"), None)
        if back is not None and not onward:
            onward = [back, *PROJECT_LIFE.main_path(self._traits, start=back.target)]
        return list(path[:at]), onward

    def _standing(self, behind: set[str]) -> dict[str, StepTaken]:
        """Of each state behind, the step that reached it last and was not undone since by one that led before it."""
        order = {state: n for n, state in enumerate(PROJECT_LIFE.order(self._traits))}
        standing: dict[str, StepTaken] = {}
        for taken in self._taken:
            if taken.target in order:
                for state in [s for s in standing if order[s] > order[taken.target]]:
                    del standing[state]
                if taken.target not in standing or not self._leads_back(taken):
                    standing[taken.target] = taken
        return {state: taken for state, taken in standing.items() if state in behind}

    @staticmethod
    def _leads_back(taken: StepTaken) -> bool:
        return taken.step == "correct" or any(
            t.name == taken.step and t.kind == "detour" for t in PROJECT_LIFE.transitions
        )

    def _transition(self, name: str, target: str) -> Transition | None:
        named = [t for t in PROJECT_LIFE.transitions if t.name == name and t.target == target]
        return next((t for t in named if t.holds_for(self._traits)), named[0] if named else None)

    def _done(self, taken: StepTaken, *, is_detour: bool) -> TimelineStep:
        step = self._transition(taken.step, taken.target)
        return TimelineStep(
            status="done", state=PROJECT_LIFE.state(taken.target), step=taken.step,
            label=step.label if step else OTHER_STEPS.get(taken.step, taken.step), on=taken.on, at=taken.at,
            by_name=taken.by_name, by_post=taken.by_post, reference=taken.reference, note=taken.note,
            papers=self._papers_of(step), due_on=taken.due_on, days_left=None, guide=(step.guide or "") if step else "",
            who=(), findings=tuple(_stored(taken.findings)), is_history=taken.is_history,
            is_detour=is_detour or (step is not None and step.kind == "detour"),
        )  # fmt: skip

    def _papers_of(self, step: Transition | None) -> tuple[PaperView, ...]:
        return tuple(p for kind in (step.papers if step else ()) for p in self._papers.get(kind, ()))

    def _blank(self, status: str, state: str, step: Transition | None) -> TimelineStep:
        return TimelineStep(
            status=status, state=PROJECT_LIFE.state(state), step=step.name if step else "",
            label=step.label if step else OTHER_STEPS["begin"], on=None, at=None, by_name="", by_post="", reference="",
            note=self._because if status == "skipped" else "", papers=self._papers_of(step), due_on=None, days_left=None,
            guide=(step.guide or "") if step else "", who=_who(step.permission) if step else (), findings=(),
        )  # fmt: skip

    def _coming(self, ahead: Sequence[Transition]) -> Iterator[TimelineStep]:
        for number, step in enumerate(ahead):
            if number:
                yield self._blank("coming", step.target, step)
            else:
                yield self._current(step)

    def _current(self, step: Transition) -> TimelineStep:
        case = self._case
        due_on: date | None = deadline_of(step, self._row.state, case.reached, case.clocks) or self._row.due_on
        return TimelineStep(
            status="current", state=PROJECT_LIFE.state(step.target), step=step.name, label=step.label, on=None, at=None,
            by_name="", by_post="", reference="", note="", papers=self._papers_of(step), due_on=due_on,
            days_left=_days_left(due_on), guide=step.guide or "", who=_who(step.permission),
            findings=tuple(judge(case.with_deadline(due_on), step)),
        )  # fmt: skip


def _stored(rows: list[list[str]]) -> Iterator[Finding]:
    for rule_id, severity, message in rows:
        yield Finding(rule_id, Severity(severity), message)
