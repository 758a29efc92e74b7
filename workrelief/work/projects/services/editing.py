"""Changing one project: its particulars, what the ledger counts, and its stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import permit
from workrelief.base.audit.change import Change, change
from workrelief.base.law.parameters import parameters
from workrelief.figures.ledger.facts import FUND, PROJECT
from workrelief.figures.ledger.post import post, reverse_sources
from workrelief.figures.ledger.seal import sealed_among
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.kernel.period import month_index
from workrelief.work.projects import queries, rules
from workrelief.work.projects.models import FundSource, Project, ProjectYear
from workrelief.work.projects.naming import name_key
from workrelief.work.projects.services.postings import fund_rows, open_day, year_row


@dataclass(frozen=True, kw_only=True)
class ProjectChanges:
    """What is to be different; None leaves a particular as it is. Amounts in fen.

    `funds` replaces the whole funding structure. The first group is what figures and identity rest on and asks for the
    right to register projects; an owner may change the second.
    """

    code: str | None = None
    name: str | None = None
    division_code: str | None = None
    track: Track | None = None
    sector: Sector | None = None
    list_level: str | None = None
    is_government_funded: bool | None = None
    investment_fen: int | None = None
    planned_workers: int | None = None
    planned_priority_workers: int | None = None
    planned_pay_fen: int | None = None
    funds: tuple[rules.Fund, ...] | None = None

    planned_training: int | None = None
    construction_kind: str | None = None
    content: str | None = None
    owner_name: str | None = None
    owner_uscc: str | None = None
    implementer: str | None = None
    industry_department: str | None = None
    responsible: str | None = None
    labour_tasks: str | None = None
    labour_links: str | None = None
    demand: rules.LabourDemand | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    remark: str | None = None

    def given(self) -> dict[str, object]:
        """The particulars that are to change, by name."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) is not None}


ONE_MS = timedelta(milliseconds=1)
"""JSON carries moments to the millisecond."""

Follower = Callable[[Actor, Project, Mapping[str, tuple[Any, Any]], str], None]
"""(actor, project as changed, {column: (before, after)}, reason), called inside the transaction of the change."""

_followers: list[Follower] = []


def follow_edits(call: Follower) -> None:
    """Let a room above keep what it holds of a project in step; registered in its AppConfig.ready()."""
    if call not in _followers:
        _followers.append(call)


OFFICERS_ONLY = frozenset(
    {
        "code", "name", "division_code", "track", "sector", "list_level", "is_government_funded", "investment_fen",
        "planned_workers", "planned_priority_workers", "planned_pay_fen", "funds",
    }
)  # fmt: skip
PLACE_AND_KIND = frozenset({"division_code", "track", "sector"})
PLAN = frozenset({"investment_fen", "planned_workers", "planned_pay_fen"})


def edit_project(
    actor: Actor, project_id: int, changes: ProjectChanges, *, reason: str = "", expected: datetime | None = None
) -> Project:
    """Change a project; facts that depend on it are taken back and posted anew (in the open period where sealed).

    The plan's figures change on the newest list only: older lists stay as they were. `expected` is the `updated_at` the
    officer saw. Raises NotFound, NotPermitted, RuleViolated (C06, N01, …), Conflict when somebody changed it meanwhile, when
    another project has that code or name, or when people already work on it and its place or kind would change.
    """
    given = changes.given()
    if not given:
        raise InvalidInput("project.unchanged", "没有要修改的内容。")
    with change(actor, "project.edit", lambda: queries.row(actor.scope, project_id), reason=reason) as opened:
        if OFFICERS_ONLY & given.keys():
            permit(actor, "project.register")
        project = opened.row
        if expected is not None and abs(project.updated_at - expected) >= ONE_MS:
            raise Conflict("project.moved", "他人已修改过这个项目，您看到的内容已过时。请对照最新内容，核对后再保存。")
        _require_movable(actor, project, given)
        _apply(project, given)
        _require_alone(project)
        stored = _stored_funds(project)
        funds = changes.funds if changes.funds is not None else stored
        opened.require(rules.listing(_facts(project, changes, funds), parameters(on=clock.today())))
        project.updated_at = clock.now()
        project.save()
        _follow(opened, given, changes.funds)
        _tell(opened, funds, stored)
    return project


def _tell(opened: Change[Project], funds: tuple[rules.Fund, ...], funds_before: tuple[rules.Fund, ...]) -> None:
    """Tell the rooms above what is different now."""
    project = opened.row
    columns = {
        f.attname: getattr(project, f.attname) for f in project._meta.concrete_fields if f.attname != "updated_at"
    }
    different = {
        name: (opened.before[name], value) for name, value in columns.items() if str(opened.before[name]) != str(value)
    }
    if funds != funds_before:
        different["funds"] = (funds_before, funds)
    for call in _followers if different else ():
        call(opened.actor, project, different, opened.reason)


def _require_movable(actor: Actor, project: Project, given: dict[str, object]) -> None:
    """Another county, track or sector only while nobody works or trains there: their facts carry the old one."""
    moved = {name for name in PLACE_AND_KIND & given.keys() if getattr(project, name) != _stored(given[name])}
    if not moved:
        return
    code = str(given.get("division_code", project.division_code))
    if not actor.scope.covers(code, sector=_stored(given.get("sector", project.sector)), project=project.pk):
        raise NotFound("object.scope", "改到的行政区划或领域不在您的数据范围内。")
    if project.engagements.exists() or project.training_sessions.exists():
        raise Conflict(
            "A01", "该项目已有花名册或培训记录，不能改动行政区划、项目线或领域。确需改动的，请先撤销这些记录。"
        )


def _stored(value: object) -> str:
    return value.id if isinstance(value, Track | Sector) else str(value)


def _apply(project: Project, given: dict[str, object]) -> None:
    for name, value in given.items():
        if name == "code":
            code = rules.check_project_code(str(value))
            project.code, project.code_note = code.text, code.style.value
        elif name == "name":
            project.name, project.name_key = str(value).strip(), name_key(str(value))
        elif name == "demand" and isinstance(value, rules.LabourDemand):
            project.labour_demand = value.text
        elif name == "owner_uscc":
            project.owner_uscc = rules.check_uscc(str(value))[0]
        elif name in ("track", "sector"):
            setattr(project, name, _stored(value))
        elif name != "funds":
            setattr(project, name, value)


def _require_alone(project: Project) -> None:
    known = queries.registered(codes=[project.code], places=[(project.division_code, project.name_key)])
    for other in (known.find(project.code, "", ""), known.find("", project.division_code, project.name_key)):
        if other is not None and other.pk != project.pk:
            raise Conflict("B01", f"已有同代码或同县同名的项目“{other.name}”（{other.code or '未赋码'}）。")


def _stored_funds(project: Project) -> tuple[rules.Fund, ...]:
    return tuple(
        rules.Fund(FundType.of_id(f.fund_type), f.planned_fen, f.issued_fen, f.issued_on)
        for f in project.fund_sources.all()
    )


def _facts(project: Project, changes: ProjectChanges, funds: tuple[rules.Fund, ...]) -> rules.Listing:
    """The project as the rules see it, on its newest list; on none it is in the reserve, where gaps do not block."""
    latest = project.years.filter(taken_off_on=None).order_by("-year").first()
    year = latest.year if latest else clock.today().year
    return replace(queries.listing_of(project, year, funds, changes.demand), is_reserve=latest is None)


def _follow(opened: Change[Project], given: dict[str, object], funds: tuple[rules.Fund, ...] | None) -> None:
    """Carry the change on to the newest list, to the funding structure and to the ledger."""
    project, actor = opened.row, opened.actor
    years = list(project.years.filter(taken_off_on=None).order_by("-year"))
    if not years and not project.years.exists():
        _keep_reserve_funds(project, funds)
        return
    touched = years if PLACE_AND_KIND & given.keys() else years[:1] if PLAN & given.keys() else []
    if PLAN & given.keys() and years:
        newest = years[0]
        newest.investment_fen, newest.planned_workers = project.investment_fen, project.planned_workers
        newest.planned_pay_fen = project.planned_pay_fen
        newest.save(update_fields=sorted(PLAN))
    _repost_years(actor, project, touched)
    if funds is not None or PLACE_AND_KIND & given.keys():
        first_listed = project.years.order_by("year").values_list("listed_on", flat=True).first() or clock.today()
        _repost_funds(actor, project, first_listed, funds)
    if funds is not None:
        opened.details["funds"] = [[f.fund_type.id, f.planned_fen, f.issued_fen] for f in funds]


def _keep_reserve_funds(project: Project, funds: tuple[rules.Fund, ...] | None) -> None:
    """The funding structure of a project in the reserve: kept beside it, posted when it comes on a list."""
    if funds is None:
        return
    wanted = {f.fund_type.id: f for f in funds}
    for row in project.fund_sources.all():
        _require_issues(row, wanted.get(row.fund_type))
    project.fund_sources.exclude(fund_type__in=wanted).delete()
    for fund in funds:
        values = {"planned_fen": fund.planned_fen, "issued_fen": fund.issued_fen, "issued_on": fund.issued_on}
        FundSource.objects.update_or_create(project=project, fund_type=fund.fund_type.id, defaults=values)


def _repost_years(actor: Actor, project: Project, years: list[ProjectYear]) -> None:
    if not years:
        return
    reverse_sources(PROJECT, [y.pk for y in years], on=clock.today(), actor=actor, action="project.edit")
    rows = [year_row(project, y, on=open_day(y.listed_on)) for y in years]
    post(PROJECT, rows, actor=actor, action="project.edit")


def _repost_funds(actor: Actor, project: Project, listed_on: date, funds: tuple[rules.Fund, ...] | None) -> None:
    stored = {f.fund_type: f for f in project.fund_sources.all()}
    reverse_sources(FUND, [f.pk for f in stored.values()], on=clock.today(), actor=actor, action="project.edit")
    if funds is not None:
        for gone in stored.keys() - {f.fund_type.id for f in funds}:
            _require_issues(stored[gone], None)
            stored.pop(gone).delete()
        for fund in funds:
            row = stored.setdefault(fund.fund_type.id, FundSource(project=project, fund_type=fund.fund_type.id))
            _require_issues(row, fund)
            row.planned_fen, row.issued_fen = fund.planned_fen, fund.issued_fen
            row.issued_on = row.issued_on if row.issues else fund.issued_on
            row.save()
    days = {listed_on} | {f.issued_on or listed_on for f in stored.values()}
    days |= {date.fromisoformat(text) for f in stored.values() for text, _ in f.issues}
    closed = sealed_among({month_index(day) for day in days})
    rows = [
        row
        for f in stored.values()
        for row in fund_rows(project, f, listed_on=listed_on, closed=closed, late=clock.today())
    ]
    if rows:
        post(FUND, rows, actor=actor, action="project.edit")


def _require_issues(row: FundSource, wanted: rules.Fund | None) -> None:
    """Money that plans gave is changed by plans only (C09)."""
    if row.issues and (wanted is None or wanted.issued_fen != row.issued_fen):
        label = FundType.of_id(row.fund_type).label
        raise Conflict("C09", f"{label}的下达额来自投资计划，不能在项目页改动或删去。请在投资计划里办理变更或收回。")


def set_stage(actor: Actor, project_id: int, stage: str, *, reason: str = "") -> Project:
    """Move the stage of progress forward (I02). Raises RuleViolated when it would go back."""
    _require_stage(stage)
    with change(actor, "project.edit", lambda: queries.row(actor.scope, project_id), reason=reason) as opened:
        opened.require(rules.stage_forward(opened.row.stage, stage, order=queries.STAGES))
        _save_stage(opened.row, stage)
    return opened.row


def correct_stage(actor: Actor, project_id: int, stage: str, *, reason: str) -> Project:
    """Put a wrongly registered stage right, also backward; only by an officer who says why (I02)."""
    _require_stage(stage)
    if not reason.strip():
        raise InvalidInput("project.reason", "更正形象进度须说明理由。")
    with change(actor, "project.register", lambda: queries.row(actor.scope, project_id), reason=reason) as opened:
        _save_stage(opened.row, stage)
    return opened.row


def _require_stage(stage: str) -> None:
    if stage not in queries.STAGES:
        raise InvalidInput("project.stage", f"没有“{stage}”这一形象进度。")


def _save_stage(project: Project, stage: str) -> None:
    project.stage = stage
    project.updated_at = clock.now()
    project.save(update_fields=["stage", "updated_at"])
