"""Registering projects on the lists of a year, one or a hundred thousand, all through one door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from django.db.models import Model

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change_many
from workrelief.base.intake.bulk import bulk_insert, reserve_ids
from workrelief.base.law.parameters import parameters
from workrelief.figures.ledger.facts import FUND, PROJECT
from workrelief.figures.ledger.post import post
from workrelief.kernel import clock
from workrelief.kernel.codes import Level, at_level
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, RuleViolated
from workrelief.kernel.findings import Finding, Severity, blockers
from workrelief.work.projects import queries, rules
from workrelief.work.projects.models import FundSource, ProgressStage, Project, ProjectYear
from workrelief.work.projects.naming import name_key, plain_code
from workrelief.work.projects.services.postings import fund_row, listing_day, year_row

WRITE_ROWS = 500


@dataclass(frozen=True, kw_only=True)
class NewProject(rules.Listing):
    """One project on the list of one year; what the rules do not ask for stands here. Amounts in fen."""

    division_code: str
    stage: str = ProgressStage.PREPARING
    is_government_funded: bool = True
    construction_kind: str = ""
    content: str = ""
    owner_name: str = ""
    implementer: str = ""
    industry_department: str = ""
    responsible: str = ""
    planned_training: int = 0
    planned_investment_fen: int = 0
    done_investment_fen: int = 0
    listed_on: date | None = None


@dataclass(frozen=True)
class Registered:
    """What a registration did; `project_ids` stand in the order of the entries."""

    project_ids: tuple[int, ...]
    created: int
    listed: int
    findings: tuple[Finding, ...] = ()


def register_project(actor: Actor, entry: NewProject, *, reason: str = "") -> Project:
    """Register one project by hand, or put a registered one on the list of another year."""
    done = register_many(actor, [entry], reason=reason)
    return queries.project_row(actor.scope, done.project_ids[0])


def said_of(entry: rules.Listing) -> list[Finding]:
    """What the rules say about an entry today, before anything is written."""
    return rules.listing(entry, parameters(on=clock.today()))


def register_many(
    actor: Actor,
    entries: Sequence[NewProject],
    *,
    action: str = "project.register",
    batch_id: int = 0,
    label: str = "",
    reason: str = "",
) -> Registered:
    """Register projects and their listings in one transaction, with their facts and one audit entry; all or nothing.

    A project that is registered already (same code, or same name in the same division) is put on the list of the new year.
    An entry for the reserve registers the project and counts nowhere until it is put on a list (`put_on_year`).
    Raises RuleViolated when a rule blocks, Conflict for a duplicate (B01) or a project on two tracks (A01), NotFound when a
    division lies outside the actor's scope.
    """
    if not entries:
        raise InvalidInput("project.empty", "没有可以登记的项目。")
    _require_scope(actor, entries)
    findings = _require_rules(entries)
    with change_many(actor, action, kind="projects.project", reason=reason) as opened:
        plan = _plan(entries, batch_id)
        findings += plan.findings
        _write(plan)
        _post(actor, action, plan)
        opened.label = label or entries[0].name
        opened.target_id = str(plan.projects[0].pk) if len(entries) == 1 else ""
        opened.totals = {
            "batch_id": batch_id,
            "entries": len(entries),
            "projects_created": len(plan.created),
            "projects_listed": len(plan.years),
            "investment_fen": sum(y.investment_fen for y in plan.years),
        }
    return Registered(tuple(p.pk for p in plan.projects), len(plan.created), len(plan.years), tuple(findings))


def _require_scope(actor: Actor, entries: Sequence[NewProject]) -> None:
    for entry in entries:
        sector = entry.sector.id if entry.sector else None
        if not actor.scope.covers(entry.division_code, sector=sector):
            raise NotFound("object.scope", f"“{entry.name}”所属行政区划或领域不在您的数据范围内。")


def _require_rules(entries: Sequence[NewProject]) -> list[Finding]:
    findings: list[Finding] = []
    law = parameters(on=clock.today())
    for number, entry in enumerate(entries, start=1):
        said = rules.listing(entry, law)
        if stopping := blockers(said):
            place = f"第{number}个项目“{entry.name}”：" if len(entries) > 1 else ""
            raise RuleViolated(stopping[0].rule_id, place + stopping[0].message, findings=said)
        findings += [f for f in said if f.severity is not Severity.HINT]
    return findings


@dataclass
class _Plan:
    """Rows to write. `projects` has one element for each entry; `created` and `relisted` are without repetition."""

    projects: list[Project] = field(default_factory=list)
    created: list[Project] = field(default_factory=list)
    relisted: dict[int, Project] = field(default_factory=dict)
    years: list[ProjectYear] = field(default_factory=list)
    funds: list[tuple[FundSource, date | None]] = field(default_factory=list)
    """With the day each is posted for; None in the reserve, where nothing counts yet."""
    findings: list[Finding] = field(default_factory=list)


def _plan(entries: Sequence[NewProject], batch_id: int) -> _Plan:
    """Decide for each entry whether it is a new project or a listing of one that is there."""
    known = queries.registered(
        codes=[rules.check_project_code(e.code).text for e in entries if e.code],
        places=[(e.division_code, name_key(e.name)) for e in entries],
    )
    plan = _Plan()
    for entry in entries:
        code = rules.check_project_code(entry.code)
        project = known.find(code.text, entry.division_code, name_key(entry.name))
        if project is None:
            project = _new_project(entry, code, batch_id)
            plan.created.append(project)
            known.add(project)
        else:
            if reason := refusal(project, entry):
                raise reason
            if known.is_latest(project, entry.year):
                _update(project, entry, code)
                if project.pk is not None:
                    plan.relisted[project.pk] = project
        plan.projects.append(project)
        if entry.is_reserve:
            _plan_funds(plan, known, project, entry, batch_id)
            continue
        if not known.list_in(project, entry.year):
            raise Conflict(
                "B01",
                f"“{entry.name}”已在{entry.year}年清单内，同一项目在同一年度只列一次。",
                facts={"project": project.name},
            )
        plan.years.append(_year(project, entry, batch_id))
        _plan_funds(plan, known, project, entry, batch_id)
    return plan


def _plan_funds(plan: _Plan, known: queries.Known, project: Project, entry: NewProject, batch_id: int) -> None:
    """The funding structure is posted once for a project; a later list that differs is said, not followed."""
    if not entry.funds:
        return
    structure = tuple(sorted((f.fund_type.id, f.planned_fen) for f in entry.funds))
    if known.structure_of(project) is None:
        known.fund(project, structure)
        listed_on = listing_day(entry.year, entry.listed_on)
        day_of = (lambda f: None) if entry.is_reserve else (lambda f: f.issued_on or listed_on)
        plan.funds += [(_fund(project, f, batch_id), day_of(f)) for f in entry.funds]
    elif known.structure_of(project) != structure:
        plan.findings.append(
            Finding(
                "C06",
                Severity.WARNING,
                f"“{entry.name}”的资金来源与已登记的不同，登记的资金来源没有改动。",
                "如批复已调整，请在项目页修改资金来源。",
            )
        )


def refusal(project: Project, entry: NewProject) -> Conflict | None:
    """Why `entry` cannot be another listing of the registered `project`; None when it can."""
    code = plain_code(entry.code)
    if at_level(project.division_code, Level.COUNTY) != at_level(entry.division_code, Level.COUNTY):
        return Conflict("B01", f"项目代码{project.code}已用于另一县的项目“{project.name}”。请核对项目代码。")
    if entry.track is not None and project.track != entry.track.id:
        return Conflict("A01", f"“{entry.name}”已按另一项目线登记，一个项目只能属于一条项目线。")
    if code and project.code and code != project.code:
        return Conflict(
            "B01", f"同一县内已有同名项目“{project.name}”，代码为{project.code}，与{code}不同。请核对名称或代码。"
        )
    return None


def _new_project(entry: NewProject, code: rules.ProjectCode, batch_id: int) -> Project:
    if entry.track is None or entry.sector is None:
        raise InvalidInput("project.kind", f"“{entry.name}”没有项目线或领域。")
    return Project(
        code=code.text,
        code_note=code.style.value,
        name=entry.name.strip(),
        name_key=name_key(entry.name),
        division_code=entry.division_code,
        track=entry.track.id,
        sector=entry.sector.id,
        list_level=entry.list_level,
        stage=ProgressStage(entry.stage).value,
        is_government_funded=entry.is_government_funded,
        construction_kind=entry.construction_kind,
        content=entry.content,
        owner_name=entry.owner_name,
        owner_uscc=rules.check_uscc(entry.owner_uscc)[0],
        implementer=entry.implementer,
        industry_department=entry.industry_department,
        responsible=entry.responsible,
        investment_fen=entry.investment_fen,
        planned_workers=entry.planned_workers,
        planned_priority_workers=entry.planned_priority_workers,
        planned_pay_fen=entry.planned_pay_fen,
        planned_training=entry.planned_training,
        labour_tasks=entry.labour_tasks,
        labour_links=entry.labour_links,
        labour_demand=entry.demand.text,
        starts_on=entry.starts_on,
        ends_on=entry.ends_on,
        batch_id=batch_id,
        remark=entry.remark,
        updated_at=clock.now(),
    )


_RELISTED_FIELDS = ("code", "code_note", "investment_fen", "planned_workers", "planned_pay_fen", "updated_at")


def _update(project: Project, entry: NewProject, code: rules.ProjectCode) -> None:
    """The newest list speaks for the project's plan; a code given later is filled in."""
    if code.text and not project.code:
        project.code, project.code_note = code.text, code.style.value
    project.investment_fen = entry.investment_fen
    project.planned_workers = entry.planned_workers
    project.planned_pay_fen = entry.planned_pay_fen
    project.updated_at = clock.now()


def _fund(project: Project, fund: rules.Fund, batch_id: int) -> FundSource:
    return FundSource(
        project=project, fund_type=fund.fund_type.id, planned_fen=fund.planned_fen, issued_fen=fund.issued_fen,
        issued_on=fund.issued_on, batch_id=batch_id,
    )  # fmt: skip


def _year(project: Project, entry: NewProject, batch_id: int) -> ProjectYear:
    return ProjectYear(
        project=project, year=entry.year, listed_on=listing_day(entry.year, entry.listed_on),
        investment_fen=entry.investment_fen, planned_workers=entry.planned_workers, planned_pay_fen=entry.planned_pay_fen,
        planned_investment_fen=entry.planned_investment_fen, done_investment_fen=entry.done_investment_fen, batch_id=batch_id,
    )  # fmt: skip


def _write(plan: _Plan) -> None:
    insert_rows(plan.created)
    if plan.relisted:
        Project.rows.bulk_update(plan.relisted.values(), _RELISTED_FIELDS, batch_size=WRITE_ROWS)
    for listed in plan.years:
        listed.project = listed.project  # takes over the number the project has only now
    insert_rows(plan.years)
    for fund, _ in plan.funds:
        fund.project = fund.project
    insert_rows([fund for fund, _ in plan.funds])


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert the rows by the fast path of the database and give each its number."""
    if not rows:
        return
    model = type(rows[0])
    for row, number in zip(rows, reserve_ids(model, len(rows)), strict=True):
        row.pk = number
    columns = [f.attname for f in model._meta.concrete_fields]
    bulk_insert(model, columns, list(map(attrgetter(*columns), rows)))


def _post(actor: Actor, action: str, plan: _Plan) -> None:
    if plan.years:
        post(PROJECT, [year_row(y.project, y) for y in plan.years], actor=actor, action=action)
    if dated := [(fund, on) for fund, on in plan.funds if on is not None]:
        post(FUND, [fund_row(fund.project, fund, on=on) for fund, on in dated], actor=actor, action=action)
