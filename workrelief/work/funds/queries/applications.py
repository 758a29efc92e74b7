"""Batches and county applications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.base.law.parameters import parameters
from workrelief.kernel import clock, codes
from workrelief.kernel.errors import NotFound
from workrelief.kernel.findings import Finding
from workrelief.kernel.kinds import FundType
from workrelief.kernel.statemachine import State
from workrelief.work.funds.models import Application, ApplicationLine, PlanBatch, PlanLine
from workrelief.work.funds.rules import plans as rules
from workrelief.work.funds.rules.plans import LineFacts
from workrelief.work.funds.states import APPLICATION, EDITABLE_APPLICATIONS, STANDING_APPLICATIONS
from workrelief.work.projects import queries as projects

_WHY_ALL = "doubles are looked for in the whole province; only their names of batch are shown"


@dataclass(frozen=True)
class ApplicationRow:
    """An application in a list. Sums in fen; `city_fen` and `province_fen` are None until that level reviewed."""

    id: int
    batch_id: int
    batch_title: str
    year: int
    fund_type: FundType
    division_code: str
    division_name: str
    state: State
    lines: int
    requested_fen: int
    city_fen: int | None
    province_fen: int | None
    document_no: str
    submitted_on: date | None
    city_reviewed_on: date | None
    prov_reviewed_on: date | None
    return_reason: str
    version: int

    @property
    def agreed_fen(self) -> int:
        """What stands after the highest review so far."""
        return next(fen for fen in (self.province_fen, self.city_fen, self.requested_fen) if fen is not None)

    @property
    def is_editable(self) -> bool:
        return self.state.id in EDITABLE_APPLICATIONS


@dataclass(frozen=True)
class ApplicationLineView:
    """A project in an application with what the rules say about it."""

    id: int
    number: int
    project: projects.ProjectRef
    content: str
    owner_name: str
    construction_kind: str
    investment_fen: int
    sources: tuple[tuple[FundType, int], ...]
    planned_workers: int
    planned_pay_fen: int
    planned_training: int
    starts_on: date | None
    ends_on: date | None
    requested_fen: int
    city_fen: int | None
    province_fen: int | None
    cut_reason: str
    approval_no: str
    approval_on: date | None
    content_note: str
    targets: Mapping[str, str]
    findings: tuple[Finding, ...]

    @property
    def agreed_fen(self) -> int:
        """What stands after the highest review so far."""
        return next(fen for fen in (self.province_fen, self.city_fen, self.requested_fen) if fen is not None)


@dataclass(frozen=True)
class ApplicationView:
    """An application as its page and its document show it."""

    row: ApplicationRow
    batch: PlanBatch
    contact: str
    is_truthful: bool
    city_document_no: str
    city_opinion: str
    prov_opinion: str
    made_by_name: str
    lines: tuple[ApplicationLineView, ...]
    findings: tuple[Finding, ...]


def batches(scope: Scope, *, year: int | None = None, fund_type: str = "") -> QuerySet[PlanBatch]:
    """Rounds of money, newest first; they concern every county, so nobody's scope hides one (but an empty scope all)."""
    if scope.is_empty or scope.published_only:
        return PlanBatch.objects.none()
    rows = PlanBatch.objects.order_by("-year", "fund_type", "number")
    rows = rows.filter(year=year) if year else rows
    return rows.filter(fund_type=fund_type) if fund_type else rows


def batch(scope: Scope, batch_id: int) -> PlanBatch:
    """One round of money. Raises NotFound."""
    found = batches(scope).filter(pk=batch_id).first()
    if found is None:
        raise NotFound("plan.batch", "没有这个计划批次。")
    return found


def applications(
    scope: Scope, *, batch_id: int | None = None, state: str = "", year: int | None = None
) -> QuerySet[Application]:
    """Applications in scope, newest batch first, by division; for pages that cut them."""
    rows: QuerySet[Application] = Application.objects.within(scope).select_related("batch")
    if batch_id:
        rows = rows.filter(batch_id=batch_id)
    if state:
        rows = rows.filter(state=state)
    if year:
        rows = rows.filter(batch__year=year)
    return rows.order_by("-batch__year", "batch__fund_type", "batch__number", "division_code", "id")


def application_rows(scope: Scope, rows: QuerySet[Application] | Sequence[Application]) -> list[ApplicationRow]:
    """A page of applications with their sums; two statements for any number."""
    found = list(rows)
    sums = {
        one["application"]: one
        for one in ApplicationLine.objects.within(scope)
        .filter(application__in=[row.pk for row in found])
        .order_by()
        .values("application")
        .annotate(
            lines=Count("pk"),
            requested=Sum("requested_fen"),
            city=Sum(Coalesce("city_fen", "requested_fen")),
            province=Sum(Coalesce("province_fen", Coalesce("city_fen", "requested_fen"))),
        )
    }
    return [_row(one, sums.get(one.pk)) for one in found]


def _row(one: Application, sums: Mapping[str, Any] | None) -> ApplicationRow:
    return ApplicationRow(
        id=one.pk,
        batch_id=one.batch_id,
        batch_title=one.batch.title,
        year=one.batch.year,
        fund_type=FundType.of_id(one.batch.fund_type),
        division_code=one.division_code,
        division_name=divisions.path_name(one.division_code),
        state=APPLICATION.state(one.state),
        lines=sums["lines"] if sums else 0,
        requested_fen=sums["requested"] if sums else 0,
        city_fen=sums["city"] if sums and one.city_reviewed_on else None,
        province_fen=sums["province"] if sums and one.prov_reviewed_on else None,
        document_no=one.document_no,
        submitted_on=one.submitted_on,
        city_reviewed_on=one.city_reviewed_on,
        prov_reviewed_on=one.prov_reviewed_on,
        return_reason=one.return_reason,
        version=one.version,
    )


def application(scope: Scope, application_id: int) -> ApplicationView:
    """One application with its projects and all findings. Raises NotFound."""
    found: Application | None = applications(scope).filter(pk=application_id).first()
    if found is None:
        raise NotFound("plan.application", "没有这份申请，或不在您的数据范围内。")
    facts = line_facts(scope, found)
    lines = _lines(scope, found, facts)
    law = parameters(on=found.submitted_on or clock.today())
    said = rules.application(list(facts.values()), law, is_truthful=found.is_truthful)
    (row,) = application_rows(scope, [found])
    return ApplicationView(
        row=row,
        batch=found.batch,
        contact=found.contact,
        is_truthful=found.is_truthful,
        city_document_no=found.city_document_no,
        city_opinion=found.city_opinion,
        prov_opinion=found.prov_opinion,
        made_by_name=found.made_by_name,
        lines=lines,
        findings=tuple(said),
    )


def line_facts(scope: Scope, row: Application) -> dict[int, LineFacts]:
    """What the rules ask of each line of an application, by line id in the order of the lines."""
    lines: list[ApplicationLine] = list(
        ApplicationLine.objects.within(scope).filter(application=row).order_by("number")
    )
    ids = [line.project_id for line in lines]
    stored = projects.stored(scope, ids)
    funds = projects.fund_sources(scope, ids)
    fund_type = FundType.of_id(row.batch.fund_type)
    standing = standing_issued(scope, ids, fund_type, other_than=row.batch_id)
    elsewhere = _elsewhere(row, ids)
    return {
        line.pk: LineFacts(
            project_id=line.project_id,
            name=stored[line.project_id].name,
            division_code=line.division_code,
            fund_type=fund_type,
            amount_fen=line.agreed_fen,
            investment_fen=stored[line.project_id].investment_fen,
            sources=tuple((f.fund_type, f.planned_fen) for f in funds.get(line.project_id, ())),
            standing_fen=standing.get(line.project_id, 0),
            content=stored[line.project_id].content,
            approval_no=line.approval_no,
            content_note=line.content_note,
            targets=line.targets,
            elsewhere=elsewhere.get(line.project_id, ()),
            batch=row.batch.key,
        )
        for line in lines
        if line.project_id in stored
    }


def standing_issued(
    scope: Scope, project_ids: Sequence[int], fund_type: FundType, *, other_than: int | None = None
) -> dict[int, int]:
    """What plans of this fund gave each project so far, fen; batch `other_than` left out."""
    rows = PlanLine.objects.within(scope).filter(
        project__in=project_ids, batch__fund_type=fund_type.id, document__level="county", document__state="issued"
    )
    if other_than is not None:
        rows = rows.exclude(batch=other_than)
    return dict(rows.order_by().values_list("project").annotate(sum=Sum("amount_fen")))


def _elsewhere(row: Application, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Other standing applications of the year that hold the project, by titles of their batches (C10)."""
    others = (
        ApplicationLine.objects.unscoped(_WHY_ALL)
        .filter(project__in=ids, application__batch__year=row.batch.year, application__state__in=STANDING_APPLICATIONS)
        .exclude(application=row.pk)
        .order_by("application")
        .values_list("project", "application__batch__title")
    )
    found: dict[int, tuple[str, ...]] = {}
    for project_id, title in others:
        found[project_id] = (*found.get(project_id, ()), f"“{title}”的申请")
    return found


def _lines(scope: Scope, row: Application, facts: Mapping[int, LineFacts]) -> tuple[ApplicationLineView, ...]:
    lines: list[ApplicationLine] = list(
        ApplicationLine.objects.within(scope).filter(application=row).order_by("number")
    )
    ids = [line.project_id for line in lines]
    refs, stored = projects.refs(scope, ids), projects.stored(scope, ids)
    law = parameters(on=row.submitted_on or clock.today())
    return tuple(
        ApplicationLineView(
            id=line.pk,
            number=line.number,
            project=refs[line.project_id],
            content=stored[line.project_id].content,
            owner_name=stored[line.project_id].owner_name,
            construction_kind=stored[line.project_id].construction_kind,
            investment_fen=stored[line.project_id].investment_fen,
            sources=facts[line.pk].sources,
            planned_workers=stored[line.project_id].planned_workers,
            planned_pay_fen=stored[line.project_id].planned_pay_fen,
            planned_training=stored[line.project_id].planned_training,
            starts_on=stored[line.project_id].starts_on,
            ends_on=stored[line.project_id].ends_on,
            requested_fen=line.requested_fen,
            city_fen=line.city_fen,
            province_fen=line.province_fen,
            cut_reason=line.cut_reason,
            approval_no=line.approval_no,
            approval_on=line.approval_on,
            content_note=line.content_note,
            targets=line.targets,
            findings=tuple(rules.application([facts[line.pk]], law, is_truthful=True)),
        )
        for line in lines
        if line.pk in facts
    )


def approved_lines(scope: Scope, batch_id: int, division: str) -> list[ApplicationLine]:
    """Lines of province-reviewed applications under `division` that were granted something, by county and number."""
    rows = ApplicationLine.objects.within(scope).filter(
        application__batch=batch_id,
        application__state="prov_reviewed",
        province_fen__gt=0,
        division_code__range=codes.code_range(codes.prefix_of(division)),
    )
    return list(rows.select_related("application").order_by("application__division_code", "number"))


def lines_waiting(scope: Scope, project_ids: Sequence[int]) -> dict[int, ApplicationLine]:
    """The newest standing application line of each project, with its application and batch."""
    rows = (
        ApplicationLine.objects.within(scope)
        .filter(project__in=project_ids, application__state__in=STANDING_APPLICATIONS)
        .select_related("application__batch")
        .order_by(F("application_id").asc())
    )
    return {line.project_id: line for line in rows}
