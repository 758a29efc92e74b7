"""What a project's life needs to know of plans and vouchers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count

from workrelief.base.access.scope import Scope
from workrelief.kernel import codes
from workrelief.work.funds.models import ApplicationLine, Delivery, FundMove, MoveKind, PlanLine
from workrelief.work.funds.queries.applications import lines_waiting
from workrelief.work.funds.queries.projects import duties_of
from workrelief.work.funds.rules import plans as rules
from workrelief.work.lifecycle.facts import PlanFacts, VoucherFacts
from workrelief.work.projects import queries as projects

_STAGES = {
    "draft": "",
    "returned": "",
    "submitted": "applied",
    "city_reviewed": "city_reviewed",
    "prov_reviewed": "prov_reviewed",
}
_WHY = "facts of projects the caller may act upon; lines above the county are addressed to its city or county"


@dataclass
class _Known:
    """The standing lines that reach a project: by name, or as a lump of its city or county."""

    named: list[PlanLine] = field(default_factory=list)
    lumps: list[PlanLine] = field(default_factory=list)


def plan_facts(scope: Scope, project_ids: Sequence[int], on: date) -> dict[int, PlanFacts]:
    """Plan facts by project id (the provider of lifecycle); projects no plan knows are absent. A handful of statements.

    The stage is that of the standing money: forwarded by the county is decomposed; a line of the province or the city,
    by name or as a lump of the place a reviewed project lies in, is issued; before that the application speaks.
    """
    found: dict[int, PlanFacts] = {}
    for part in projects.in_parts(project_ids):
        found.update(_part(scope, part))
    return found


def _part(scope: Scope, ids: Sequence[int]) -> dict[int, PlanFacts]:
    waiting = lines_waiting(scope, ids)
    duties = duties_of(scope, ids)
    named: dict[int, list[PlanLine]] = {}
    for line in (
        PlanLine.objects.unscoped(_WHY)
        .filter(project__in=ids, document__state="issued")
        .select_related("document__batch")
        .order_by("pk")
    ):
        named.setdefault(line.project_id, []).append(line)
    lumps = _lumps([line for line in waiting.values() if line.application.state == "prov_reviewed"])
    standing = {project_id: named.get(project_id) or [lumps[project_id]] for project_id in {*named, *lumps}}
    delivered = _delivered([lines[-1] for lines in standing.values()])
    return {
        project_id: _facts(waiting.get(project_id), standing.get(project_id, []), duties.get(project_id), delivered)
        for project_id in {*waiting, *duties, *standing}
    }


def _lumps(lines: Sequence[ApplicationLine]) -> dict[int, PlanLine]:
    """Lump lines that cover a reviewed project without naming it, by project id."""
    if not lines:
        return {}
    places = {code for line in lines for code in _places(line.division_code)}
    rows = (
        PlanLine.objects.unscoped(_WHY)
        .filter(
            project__isnull=True,
            document__state="issued",
            document__source__isnull=False,
            division_code__in=places,
            batch__in={line.application.batch_id for line in lines},
        )
        .select_related("document__batch")
        .order_by("pk")
    )
    by_place = {(row.batch_id, row.division_code): row for row in rows}
    found = {}
    for line in lines:
        for place in _places(line.division_code):
            if row := by_place.get((line.application.batch_id, place)):
                found[line.project_id] = row
    return found


def _places(division: str) -> tuple[str, str]:
    return codes.at_level(division, codes.Level.CITY), codes.at_level(division, codes.Level.COUNTY)


def _delivery_of(line: PlanLine) -> tuple[int | None, str]:
    """Document and office of the clock a line belongs to: the one it came by, once the county forwarded it; else the one it
    waits at."""
    if line.document.level == "county":
        return line.document.source_id, line.document.division_code
    return line.document_id, line.division_code


def _delivered(newest: Sequence[PlanLine]) -> dict[tuple[int | None, str], Delivery]:
    """Standing deliveries of the projects' newest lines, by document and office. One statement."""
    documents = {document for document, _ in map(_delivery_of, newest) if document}
    rows = Delivery.objects.unscoped(_WHY).filter(document__in=documents, is_void=False)
    return {(row.document_id, row.division_code): row for row in rows}


def _facts(
    waiting: ApplicationLine | None,
    lines: Sequence[PlanLine],
    duties: rules.Duties | None,
    delivered: Mapping[tuple[int | None, str], Delivery],
) -> PlanFacts:
    forwarded = [line for line in lines if line.document.level == "county"]
    newest = next(reversed(forwarded or lines), None)
    stage = "decomposed" if forwarded else "issued" if lines else ""
    if not stage and waiting:
        stage = _STAGES.get(waiting.application.state, "")
    confirmed = [d for d in (duties.owner_confirmed_on, duties.supervisor_confirmed_on) if d] if duties else []
    given = newest.targets if newest is not None and newest.project_id else waiting.targets if waiting else {}
    papers = [waiting.application.document_no] if waiting and waiting.application.document_no else []
    papers += [line.document.document_no for line in lines if line.document.document_no]
    clock = delivered.get(_delivery_of(lines[-1])) if lines else None
    is_forwarded = bool(lines) and lines[-1].document.level == "county"
    source = newest.document.batch if newest is not None else waiting.application.batch if waiting else None
    return PlanFacts(
        stage=stage,
        batch=source.title if source else "",
        document_no=newest.document.document_no if newest is not None else "",
        applied_fen=waiting.agreed_fen if waiting else 0,
        issued_fen=sum(line.amount_fen for line in forwarded),
        targets=sum(bool(value) for value in given.values()),
        has_responsibilities=duties is not None,
        two_responsibilities_missing=rules.duties_missing(duties),
        responsibilities_confirmed_on=max(confirmed) if len(confirmed) == 2 else None,
        received_on=clock.received_on if clock and is_forwarded else None,
        decompose_by=clock.due_on if clock and not is_forwarded else None,
        decomposed_on=forwarded[-1].document.issued_on if forwarded else None,
        plan_papers=tuple(dict.fromkeys(papers)),
    )


def voucher_facts(scope: Scope, project_ids: Sequence[int], on: date) -> dict[int, VoucherFacts]:
    """Standing receipts and payments up to the day, by project id (provider of lifecycle). One statement for each 500."""
    found: dict[int, dict[str, int]] = {}
    for part in projects.in_parts(project_ids):
        rows = FundMove.objects.within(scope).filter(
            project__in=part, kind__in=(MoveKind.RECEIPT, MoveKind.PAYMENT), state="posted", happened_on__lte=on
        )
        for project_id, kind, number in rows.values_list("project", "kind").annotate(n=Count("pk")).order_by():
            found.setdefault(project_id, {})[kind] = number
    return {
        pk: VoucherFacts(counted.get(MoveKind.RECEIPT, 0), counted.get(MoveKind.PAYMENT, 0))
        for pk, counted in found.items()
    }
