"""The plan side of one project: money, targets, responsibilities, changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workrelief.base.access.scope import Scope
from workrelief.base.law.calendar import working_days_between
from workrelief.base.law.parameters import parameters
from workrelief.kernel import clock
from workrelief.kernel.errors import NotFound
from workrelief.kernel.findings import Finding
from workrelief.kernel.kinds import FundType
from workrelief.work.funds.models import PlanLine, Responsibility
from workrelief.work.funds.queries.applications import lines_waiting
from workrelief.work.funds.rules import plans as rules
from workrelief.work.funds.rules.plans import Duties
from workrelief.work.lifecycle import queries as lives
from workrelief.work.lifecycle.states import PREPARING, PROJECT_LIFE
from workrelief.work.projects import queries as projects


@dataclass(frozen=True)
class GivenMoney:
    """One amount a plan gave the project, after changes and recalls, fen. Targets are those that came with it."""

    line_id: int
    batch_id: int
    batch_title: str
    fund_type: FundType
    document_id: int
    document_no: str
    issued_on: date | None
    original_fen: int
    amount_fen: int
    targets: Mapping[str, str]


@dataclass(frozen=True)
class ProjectPlan:
    """All a project's page says of plans. `missing_duties` is what the two responsibilities lack, in words (C05)."""

    project: projects.ProjectRef
    applied_batch: str
    applied_state: str
    applied_fen: int
    money: tuple[GivenMoney, ...]
    duties: Duties | None
    missing_duties: tuple[str, ...]

    @property
    def issued_fen(self) -> int:
        """What all plans gave, after changes and recalls."""
        return sum(m.amount_fen for m in self.money)

    @property
    def targets(self) -> Mapping[str, str]:
        """The targets that came with the newest money; empty without any."""
        return self.money[-1].targets if self.money else {}


def project_plan(scope: Scope, project_id: int, *, known: projects.ProjectRef | None = None) -> ProjectPlan:
    """Plans of one project in scope; `known` spares reading it again. Raises NotFound."""
    ref = known or projects.refs(scope, [project_id]).get(project_id)
    if ref is None:
        raise NotFound("project.missing", "没有这个项目，或不在您的数据范围内。")
    waiting = lines_waiting(scope, [project_id]).get(project_id)
    duties = duties_of(scope, [project_id]).get(project_id)
    return ProjectPlan(
        project=ref,
        applied_batch=waiting.application.batch.title if waiting else "",
        applied_state=waiting.application.state if waiting else "",
        applied_fen=waiting.agreed_fen if waiting else 0,
        money=tuple(_money(scope, [project_id])),
        duties=duties,
        missing_duties=rules.duties_missing(duties),
    )


def _money(scope: Scope, ids: Sequence[int]) -> list[GivenMoney]:
    rows = (
        PlanLine.objects.within(scope)
        .filter(project__in=ids, document__level="county", document__state="issued")
        .select_related("document__batch")
        .order_by("document__issued_on", "pk")
    )
    return [
        GivenMoney(
            line_id=line.pk,
            batch_id=line.batch_id,
            batch_title=line.document.batch.title,
            fund_type=FundType.of_id(line.document.batch.fund_type),
            document_id=line.document_id,
            document_no=line.document.document_no,
            issued_on=line.document.issued_on,
            original_fen=line.original_fen,
            amount_fen=line.amount_fen,
            targets=line.targets,
        )
        for line in rows
    ]


_DUTY_COLUMNS = (
    "owner_unit", "owner_person", "owner_phone", "owner_confirmed_on", "supervisor_unit", "supervisor_person",
    "supervisor_phone", "supervisor_confirmed_on", "filed_on",
)  # fmt: skip


def duties_of(scope: Scope, project_ids: Sequence[int]) -> dict[int, Duties]:
    """The two responsibilities of projects in scope, by project id; projects without a record are absent."""
    found: dict[int, Duties] = {}
    for part in projects.in_parts([one for one in project_ids if one]):
        rows = Responsibility.objects.within(scope).filter(project__in=part)
        for row in rows:
            found[row.project_id] = Duties(**{name: getattr(row, name) for name in _DUTY_COLUMNS})
    return found


@dataclass(frozen=True)
class ResponsibilityRow:
    """A line of form I. `missing` is empty when the duties are settled (C05)."""

    number: int
    project: projects.ProjectRef
    duties: Duties
    missing: tuple[str, ...]


def responsibilities(scope: Scope, project_ids: Sequence[int]) -> list[ResponsibilityRow]:
    """Form I for these projects in scope, in the order given, with what each lacks."""
    refs, known = projects.refs(scope, project_ids), duties_of(scope, project_ids)
    rows = [(refs[one], known.get(one)) for one in project_ids if one in refs]
    return [
        ResponsibilityRow(number, ref, duties or Duties(), rules.duties_missing(duties))
        for number, (ref, duties) in enumerate(rows, start=1)
    ]


def late_starts(scope: Scope, *, year: int | None = None, on: date | None = None) -> dict[int, Finding]:
    """C11b for projects in scope that got money long ago and have not started, by project id."""
    day = on or clock.today()
    rows = PlanLine.objects.within(scope).filter(document__level="county", document__state="issued", amount_fen__gt=0)
    rows = rows.filter(batch__year=year) if year else rows
    given: dict[int, date] = {}
    for project_id, issued_on in rows.order_by("-document__issued_on").values_list("project", "document__issued_on"):
        given[project_id] = issued_on
    states = lives.states_of(scope, list(given))
    waiting = [one for one, state in states.items() if PROJECT_LIFE.state(state).phase == PREPARING]
    refs, law = projects.refs(scope, waiting), parameters(on=day)
    found: dict[int, Finding] = {}
    for one in waiting:
        passed = working_days_between(given[one], day)
        found.update((one, said) for said in rules.not_started(refs[one].name, given[one], passed, law))
    return found
