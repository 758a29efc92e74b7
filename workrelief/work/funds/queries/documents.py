"""Plan documents, the tree of their lines, and what is still to be placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, Min, OuterRef, Q, QuerySet, Sum

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.base.law.parameters import parameters
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import NotFound
from workrelief.kernel.findings import Finding
from workrelief.kernel.kinds import FundType
from workrelief.kernel.statemachine import State
from workrelief.work.funds.models import Application, ApplicationLine, Delivery, PlanBatch, PlanDocument, PlanLine
from workrelief.work.funds.queries.applications import approved_lines, batch, standing_issued
from workrelief.work.funds.queries.projects import duties_of
from workrelief.work.funds.rules import plans as rules
from workrelief.work.funds.rules.plans import Given, LineFacts
from workrelief.work.funds.rules.targets import Targets
from workrelief.work.funds.states import PLAN_DOCUMENT
from workrelief.work.projects import queries as projects

_Key = TypeVar("_Key")
_WHY_PLACED = "what lies below a line is summed whatever the reader may see of it"


@dataclass(frozen=True)
class DocumentRow:
    """A plan document in a list. `total_fen` is after changes, `placed_fen` what documents below placed of it, fen.

    Both speak of the lines the reader may see: of a province's document a county sees its own line.
    """

    id: int
    batch_id: int
    batch_title: str
    year: int
    fund_type: FundType
    level: str
    issuer: str
    division_code: str
    state: State
    title: str
    document_no: str
    basis_no: str
    issued_on: date | None
    source_id: int | None
    lines: int
    projects: int
    total_fen: int
    version: int

    @property
    def is_root(self) -> bool:
        return self.source_id is None


@dataclass(frozen=True)
class LineView:
    """A line of a document. Amounts in fen; `open_fen` is what no document below has placed yet."""

    id: int
    number: int
    division_code: str
    division_name: str
    project: projects.ProjectRef | None
    parent_id: int | None
    parent_number: int | None
    original_fen: int
    amount_fen: int
    placed_fen: int
    targets: Mapping[str, str]

    @property
    def label(self) -> str:
        """Where the money goes, in words."""
        return self.project.name if self.project else self.division_name

    @property
    def open_fen(self) -> int:
        return self.amount_fen - self.placed_fen

    @property
    def is_changed(self) -> bool:
        return self.amount_fen != self.original_fen


@dataclass(frozen=True)
class DocumentView:
    """A plan document as its page and its paper show it; `balance` names each line of the source that is not placed."""

    row: DocumentRow
    requirements: str
    made_by_name: str
    checked_by_name: str
    issued_by_name: str
    withdrawn_on: date | None
    withdrawn_reason: str
    lines: tuple[LineView, ...]
    balance: tuple[Given, ...]
    findings: tuple[Finding, ...]
    source: DocumentRow | None
    below: tuple[DocumentRow, ...]


@dataclass(frozen=True)
class Source:
    """An issued document of which a division has something to place. Amounts in fen."""

    document: DocumentRow
    division_code: str
    lines: tuple[LineView, ...]
    open_fen: int


@dataclass(frozen=True)
class BatchOverview:
    """How far the money of a batch has come, fen: it must be equal at each level it passed.

    `applied_fen` is what counties asked for, `reviewed_fen` what the province agreed to; `received_fen` came into the
    province, `to_cities_fen`, `to_counties_fen` and `to_projects_fen` stand at those levels; `unplaced_fen` lies between.
    """

    batch: PlanBatch
    applications: int
    applied_fen: int
    reviewed_fen: int
    received_fen: int
    by_level: Mapping[str, int]
    projects: int
    to_projects_fen: int
    unplaced_fen: int


def _said(scope: Scope) -> QuerySet[PlanDocument]:
    """Documents the reader issued or lies under, and those that hold a line in scope."""
    seen = PlanLine.objects.within(scope).filter(document=OuterRef("pk"), document__state__in=("issued", "withdrawn"))
    rows: QuerySet[PlanDocument] = PlanDocument.objects.unscoped("scope follows in the condition, by issuer or by line")
    return rows.filter(scope.q(PlanDocument.scope_fields) | Exists(seen)) if not scope.is_empty else rows.none()


def documents(
    scope: Scope, *, batch_id: int | None = None, state: str = "", level: str = "", year: int | None = None
) -> QuerySet[PlanDocument]:
    """Documents the reader's offices issued, or that gave something inside the scope (once issued); newest first."""
    rows = _said(scope).select_related("batch")
    if batch_id:
        rows = rows.filter(batch_id=batch_id)
    if state:
        rows = rows.filter(state=state)
    if level:
        rows = rows.filter(level=level)
    if year:
        rows = rows.filter(batch__year=year)
    return rows.order_by("-id")


def document_rows(scope: Scope, rows: QuerySet[PlanDocument] | Sequence[PlanDocument]) -> list[DocumentRow]:
    """A page of documents with the sums of the lines in scope; two statements for any number."""
    found = list(rows)
    sums = {
        one["document"]: one
        for one in PlanLine.objects.within(scope)
        .filter(document__in=[row.pk for row in found])
        .order_by()
        .values("document")
        .annotate(lines=Count("pk"), projects=Count("project"), total=Sum("amount_fen"))
    }
    return [_row(one, sums.get(one.pk, {})) for one in found]


def _row(one: PlanDocument, sums: Mapping[str, int]) -> DocumentRow:
    fund_type = FundType.of_id(one.batch.fund_type)
    return DocumentRow(
        id=one.pk,
        batch_id=one.batch_id,
        batch_title=one.batch.title,
        year=one.batch.year,
        fund_type=fund_type,
        level=one.level,
        issuer=_issuer_name(one, fund_type),
        division_code=one.division_code,
        state=PLAN_DOCUMENT.state(one.state),
        title=one.title,
        document_no=one.document_no,
        basis_no=one.basis_no,
        issued_on=one.issued_on,
        source_id=one.source_id,
        lines=sums.get("lines", 0),
        projects=sums.get("projects", 0),
        total_fen=sums.get("total", 0),
        version=one.version,
    )


def _issuer_name(one: PlanDocument, fund_type: FundType) -> str:
    """The issuing office as documents name it."""
    if one.is_root:
        return "国家发展改革委" if fund_type.is_central else f"{divisions.name(one.division_code)}（省级预算）"
    office = "发展和改革局" if one.level == "county" else "发展和改革委员会"
    return f"{divisions.name(one.division_code)}{office}"


def document(scope: Scope, document_id: int) -> DocumentView:
    """One document with the lines in scope, its balance against the source and all findings. Raises NotFound."""
    found = documents(scope).filter(pk=document_id).first()
    if found is None:
        raise NotFound("plan.document", "没有这份计划文件，或不在您的数据范围内。")
    (row,) = document_rows(scope, [found])
    lines = _line_views(scope, PlanLine.objects.within(scope).filter(document=found))
    given = (
        balance_of(found) if scope.covers_division(found.division_code) and found.state in ("draft", "checked") else ()
    )
    said = findings_of(scope, found, given) if found.state in ("draft", "checked") else []
    source = documents(scope).filter(pk=found.source_id).first() if found.source_id else None
    return DocumentView(
        row=row,
        requirements=found.requirements,
        made_by_name=found.made_by_name,
        checked_by_name=found.checked_by_name,
        issued_by_name=found.issued_by_name,
        withdrawn_on=found.withdrawn_on,
        withdrawn_reason=found.withdrawn_reason,
        lines=lines,
        balance=tuple(given),
        findings=tuple(said),
        source=document_rows(scope, [source])[0] if source else None,
        below=tuple(document_rows(scope, documents(scope).filter(source=found))),
    )


def _line_views(scope: Scope, rows: QuerySet[PlanLine]) -> tuple[LineView, ...]:
    lines = list(rows.select_related("parent").order_by("number"))
    refs = projects.refs(scope, [line.project_id for line in lines if line.project_id])
    placed = placed_by([line.pk for line in lines])
    return tuple(
        LineView(
            id=line.pk,
            number=line.number,
            division_code=line.division_code,
            division_name=divisions.name(line.division_code),
            project=refs.get(line.project_id) if line.project_id else None,
            parent_id=line.parent_id,
            parent_number=line.parent.number if line.parent else None,
            original_fen=line.original_fen,
            amount_fen=line.amount_fen,
            placed_fen=placed.get(line.pk, 0),
            targets=line.targets,
        )
        for line in lines
    )


def placed_by(line_ids: Sequence[int]) -> dict[int, int]:
    """What issued documents placed of each line, by line id, fen."""
    found: dict[int, int] = {}
    for part in projects.in_parts(line_ids):
        rows = PlanLine.objects.unscoped(_WHY_PLACED).filter(parent__in=part, document__state="issued")
        found.update(rows.order_by().values_list("parent").annotate(sum=Sum("amount_fen")))
    return found


def addressed(source: PlanDocument, division: str) -> QuerySet[PlanLine]:
    """The lines of an issued document that `division` has to place."""
    rows: QuerySet[PlanLine] = PlanLine.objects.unscoped("the lines of one division, which the caller has checked")
    return rows.filter(document=source, division_code=division).order_by("number")


def balance_of(row: PlanDocument) -> list[Given]:
    """Each line of the source addressed to the issuer: what stands open and what this draft places (C03)."""
    if row.source is None:
        return []
    parents = list(addressed(row.source, row.division_code))
    placed = placed_by([p.pk for p in parents])
    own = dict(
        PlanLine.objects.unscoped(_WHY_PLACED)
        .filter(document=row)
        .order_by()
        .values_list("parent")
        .annotate(sum=Sum("amount_fen"))
    )
    names = projects.refs(_everywhere(), [p.project_id for p in parents if p.project_id])
    return [
        Given(
            line_id=p.pk,
            number=p.number,
            label=_label(p, names),
            open_fen=p.amount_fen - placed.get(p.pk, 0),
            placed_fen=own.get(p.pk, 0),
        )
        for p in parents
    ]


def _label(line: PlanLine, names: Mapping[int, projects.ProjectRef]) -> str:
    where = divisions.name(line.division_code)
    if line.project_id is None:
        return f"（{where}）"
    known = names.get(line.project_id)
    return f"（{where}，“{known.name if known else line.project_id}”）"


def _everywhere() -> Scope:
    return Scope(divisions=("37",))


def findings_of(scope: Scope, row: PlanDocument, given: Sequence[Given]) -> list[Finding]:
    """All the rules say about a document before it is issued: C03, C04, C05 (at the county), C06, C07."""
    lines: list[PlanLine] = list(PlanLine.objects.within(scope).filter(document=row).order_by("number"))
    ids = [line.project_id for line in lines if line.project_id]
    found = list(rules.balance(given))
    if not lines:
        found.append(rules.finding("C03", "文件里没有分解行。", "请按上级文件逐行分解。"))
    facts = _plan_line_facts(scope, row, lines)
    duties = duties_of(scope, ids)
    law = parameters(on=row.issued_on or clock.today())
    first = _first_issue(row)
    for line in lines:
        where = f"第{line.number}行（{divisions.name(line.division_code)}）"
        if first is not None:
            found += rules.target_floor(
                where, line.targets, FundType.of_id(row.batch.fund_type), on=first, division=line.division_code,
                batch=row.batch.key,
            )  # fmt: skip
        said = facts.get(line.pk)
        if said is None:
            found += rules.targets_given(where, line.targets)
            continue
        found += [*rules.line_targets(said), *rules.line_sources(said, law)]
        if row.level == "county":
            found += rules.duties(said.name, duties.get(said.project_id))
    return found + _targets_followed(scope, row, lines)


def _first_issue(row: PlanDocument) -> date | None:
    """The day of the batch's first document, by which floors are judged; None before its own day is known."""
    documents: QuerySet[PlanDocument] = PlanDocument.objects.unscoped(_WHY_PLACED).filter(
        batch=row.batch_id, state="issued"
    )
    first: date | None = documents.aggregate(day=Min("issued_on"))["day"]
    return first or row.issued_on


def _targets_followed(scope: Scope, row: PlanDocument, lines: Sequence[PlanLine]) -> list[Finding]:
    """C04 between the lines of a document and the lines of its source they take their money from."""
    if row.source is None:
        return []
    by_parent: dict[int, list[PlanLine]] = {}
    for line in lines:
        if line.parent_id is not None:
            by_parent.setdefault(line.parent_id, []).append(line)
    parts = parts_of(scope, by_parent)
    return [
        said
        for parent in addressed(row.source, row.division_code)
        if parent.pk in parts
        for said in rules.targets_follow(f"上级文件第{parent.number}行", parent.targets, parts[parent.pk])
    ]


def parts_of(scope: Scope, groups: Mapping[_Key, Sequence[PlanLine]]) -> dict[_Key, list[rules.Part]]:
    """Groups of lines as the rule about targets takes them, projects by their names; one statement for any number."""
    lines = [line for group in groups.values() for line in group]
    refs = projects.refs(scope, {line.project_id for line in lines if line.project_id})

    def label(line: PlanLine) -> str:
        known = refs.get(line.project_id) if line.project_id else None
        return known.name if known else divisions.name(line.division_code)

    return {
        key: [rules.Part(line.number, label(line), line.amount_fen, line.targets) for line in group]
        for key, group in groups.items()
    }


def _plan_line_facts(scope: Scope, row: PlanDocument, lines: Sequence[PlanLine]) -> dict[int, LineFacts]:
    """Facts of the lines that name a project, by line id."""
    ids = [line.project_id for line in lines if line.project_id]
    stored, funds = projects.stored(scope, ids), projects.fund_sources(scope, ids)
    fund_type = FundType.of_id(row.batch.fund_type)
    standing = standing_issued(scope, ids, fund_type)
    return {
        line.pk: LineFacts(
            project_id=line.project_id,
            name=stored[line.project_id].name,
            division_code=line.division_code,
            fund_type=fund_type,
            amount_fen=line.amount_fen,
            investment_fen=stored[line.project_id].investment_fen,
            sources=tuple((f.fund_type, f.planned_fen) for f in funds.get(line.project_id, ())),
            standing_fen=standing.get(line.project_id, 0),
            content=stored[line.project_id].content,
            targets=line.targets,
        )
        for line in lines
        if line.project_id and line.project_id in stored
    }


def sources(scope: Scope, division: str, *, batch_id: int | None = None) -> list[Source]:
    """Issued documents of which `division` (12 digits, in scope) still has money to place, oldest first."""
    if not scope.covers_division(division):
        return []
    rows = Delivery.objects.within(scope).filter(division_code=division, is_void=False, document__state="issued")
    rows = rows.filter(document__batch=batch_id) if batch_id else rows
    found = []
    for delivery in rows.select_related("document__batch").order_by("received_on", "id"):
        lines = tuple(v for v in _line_views(scope, addressed(delivery.document, division)) if v.open_fen)
        if lines:
            (row,) = document_rows(scope, [delivery.document])
            found.append(Source(row, division, lines, sum(v.open_fen for v in lines)))
    return found


def unplaced(scope: Scope, *, batch_id: int | None = None) -> tuple[LineView, ...]:
    """Lines of issued documents in scope with money nobody has placed: not decomposed yet, or recalled."""
    rows = PlanLine.objects.within(scope).filter(document__state="issued").exclude(document__level="county")
    rows = rows.filter(batch=batch_id) if batch_id else rows
    return tuple(view for view in _line_views(scope, rows) if view.open_fen)


@dataclass(frozen=True)
class ProposedLine:
    """A line the platform proposes for a decomposition, to be corrected by the officer. Amount in fen."""

    parent_id: int
    division_code: str
    project_id: int | None
    amount_fen: int
    targets: Targets


def proposed_lines(scope: Scope, source_id: int, division: str) -> list[ProposedLine]:
    """What `division` might write: projects named above are forwarded as they are; a lump goes to the projects the
    province agreed to, in proportion not at all: their agreed amounts, as long as the lump holds them.
    """
    source = documents(scope).filter(pk=source_id, state="issued").first()
    if source is None:
        raise NotFound("plan.document", "没有这份计划文件，或不在您的数据范围内。")
    found: list[ProposedLine] = []
    parents = list(addressed(source, division))
    placed = placed_by([p.pk for p in parents])
    refs = projects.refs(scope, [p.project_id for p in parents if p.project_id])
    for parent in parents:
        left = parent.amount_fen - placed.get(parent.pk, 0)
        if left <= 0:
            continue
        if parent.project_id:
            place = (
                _next_place(refs[parent.project_id].division_code, division) if parent.project_id in refs else division
            )
            found.append(ProposedLine(parent.pk, place, parent.project_id, left, dict(parent.targets)))
            continue
        for line in approved_lines(scope, source.batch_id, division):
            amount = min(line.province_fen or 0, left)
            if amount > 0:
                place = _next_place(line.division_code, division)
                found.append(ProposedLine(parent.pk, place, line.project_id, amount, dict(line.targets)))
                left -= amount
    return found


def _next_place(project_division: str, division: str) -> str:
    """Who receives a project's line from `division`: the city from the province, the county from both below."""
    level = codes.level_of(division)
    below = Level.CITY if level is Level.PROVINCE else Level.COUNTY
    return codes.at_level(project_division, below) if level < Level.COUNTY else project_division


def batch_overview(scope: Scope, batch_id: int) -> BatchOverview:
    """How far a batch has come inside the scope; every sum in fen. Raises NotFound."""
    from_applications = approved_sums(scope, batch_id)
    lines = PlanLine.objects.within(scope).filter(batch=batch_id, document__state="issued")
    levels: dict[str, int] = {}
    received = 0
    for level, is_root, total in (
        lines.order_by()
        .annotate(is_root=ExpressionWrapper(Q(document__source__isnull=True), output_field=BooleanField()))
        .values_list("document__level", "is_root")
        .annotate(total=Sum("amount_fen"))
    ):
        if is_root:
            received += total
        else:
            levels[level] = levels.get(level, 0) + total
    at_projects = lines.filter(document__level="county").aggregate(
        sum=Sum("amount_fen"), number=Count("project", distinct=True)
    )
    return BatchOverview(
        batch=batch(scope, batch_id),
        applications=from_applications[0],
        applied_fen=from_applications[1],
        reviewed_fen=from_applications[2],
        received_fen=received,
        by_level=levels,
        projects=at_projects["number"],
        to_projects_fen=at_projects["sum"] or 0,
        unplaced_fen=sum(view.open_fen for view in unplaced(scope, batch_id=batch_id)),
    )


def approved_sums(scope: Scope, batch_id: int) -> tuple[int, int, int]:
    """(applications handed in, fen asked for, fen the province agreed to) inside the scope."""
    handed_in = ("submitted", "city_reviewed", "prov_reviewed")
    number = Application.objects.within(scope).filter(batch=batch_id, state__in=handed_in).count()
    sums = (
        ApplicationLine.objects.within(scope)
        .filter(application__batch=batch_id, application__state__in=handed_in)
        .aggregate(asked=Sum("requested_fen"), agreed=Sum("province_fen"))
    )
    return number, sums["asked"] or 0, sums["agreed"] or 0


def lines_of_project(scope: Scope, project_ids: Sequence[int]) -> list[PlanLine]:
    """Every standing line that names one of the projects, with document and batch, from the top down."""
    rows = PlanLine.objects.within(scope).filter(Q(document__state="issued"), project__in=project_ids)
    return list(rows.select_related("document__batch").order_by("batch", "document", "number"))
