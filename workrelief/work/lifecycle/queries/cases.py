"""Gathering the case of each project before a step: register, life, papers, objections, dates and facts of other rooms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count

from workrelief.base.access.scope import Scope
from workrelief.base.law.parameters import parameters
from workrelief.work.lifecycle.facts import Book, Facts
from workrelief.work.lifecycle.models import Life, Objection, Paper, StepTaken
from workrelief.work.lifecycle.rules import Case, PaperFacts, ProjectFacts
from workrelief.work.projects import queries as projects
from workrelief.work.projects.rules import Fund, LabourDemand

AT_ONCE = 500


@dataclass(frozen=True)
class Own:
    """This room's own part of the cases: papers by project and kind, open objections by project; by life, days reached and
    steps taken."""

    papers: Mapping[int, Mapping[str, tuple[PaperFacts, ...]]]
    open_objections: Mapping[int, int]
    reached: Mapping[int, Mapping[str, date]]
    passed: Mapping[int, frozenset[str]]


def cases(
    scope: Scope, lives: Sequence[Life], *, on: date, note: str | None = None, own: Own | None = None
) -> dict[int, Case]:
    """The case of each life's project by project id; a constant number of statements for each 500.

    Lives need not be stored: an inferred one has no dates behind it. Facts of other rooms are asked when a check looks.
    `own` is given by callers who have read this room's part for their page.
    """
    found: dict[int, Case] = {}
    for start in range(0, len(lives), AT_ONCE):
        found |= _part(scope, lives[start : start + AT_ONCE], on=on, note=note, own=own)
    return found


def _part(scope: Scope, lives: Sequence[Life], *, on: date, note: str | None, own: Own | None) -> dict[int, Case]:
    ids = [life.project_id for life in lives]
    rows, funds = projects.stored(scope, ids), projects.fund_sources(scope, ids)
    own = own or Own(
        _papers(scope, ids), _open_objections(scope, ids), *_lived(scope, [life.pk for life in lives if life.pk])
    )
    book, law = Book(scope, ids, on), parameters(on=on)
    return {
        life.project_id: Case(
            project=_project(rows[life.project_id], funds.get(life.project_id, ())),
            state=life.state,
            implementer_kind=life.implementer_kind,
            marks=life.marks,
            promised_pay_fen=life.promised_pay_fen,
            promised_share_bp=life.promised_share_bp,
            is_located=life.lon_e6 is not None,
            papers=own.papers.get(life.project_id, {}),
            open_objections=own.open_objections.get(life.project_id, 0),
            reached=own.reached.get(life.pk, {}),
            passed=own.passed.get(life.pk, frozenset()),
            facts=Facts(book=book, project_id=life.project_id),
            law=law,
            note=note,
        )
        for life in lives
        if life.project_id in rows
    }


def _project(row: Any, funds: tuple[Fund, ...]) -> ProjectFacts:
    return ProjectFacts(
        id=row.pk, name=row.name, code=row.code, division_code=row.division_code, track=row.track, sector=row.sector,
        investment_fen=row.investment_fen, planned_workers=row.planned_workers, content=row.content,
        labour_tasks=row.labour_tasks, labour_links=row.labour_links, demand=LabourDemand.parse(row.labour_demand),
        funds=funds,
    )  # fmt: skip


def _papers(scope: Scope, ids: Collection[int]) -> dict[int, Mapping[str, tuple[PaperFacts, ...]]]:
    found: dict[int, dict[str, tuple[PaperFacts, ...]]] = {}
    rows = Paper.objects.within(scope).filter(project_id__in=ids, is_withdrawn=False).order_by("id")
    for project_id, kind, number, dated_on, fields, file_id in rows.values_list(
        "project_id", "kind", "number", "dated_on", "fields", "file_id"
    ):
        of_project = found.setdefault(project_id, {})
        of_project[kind] = (*of_project.get(kind, ()), PaperFacts(kind, number, dated_on, fields, file_id is not None))
    return {**found}


def _open_objections(scope: Scope, ids: Collection[int]) -> dict[int, int]:
    rows = Objection.objects.within(scope).filter(project_id__in=ids, settled_on=None).order_by()
    return dict(rows.values("project_id").annotate(number=Count("pk")).values_list("project_id", "number"))


def _lived(scope: Scope, life_ids: Collection[int]) -> tuple[dict[int, dict[str, date]], dict[int, frozenset[str]]]:
    """By life id (of lives read within `scope`): the day each state was reached last, and the steps that were taken.

    Adopted lives have no day for what came before.
    """
    reached: dict[int, dict[str, date]] = {}
    passed: dict[int, frozenset[str]] = {}
    if scope.is_empty or not life_ids:
        return reached, passed
    rows = StepTaken.objects.filter(life_id__in=life_ids).exclude(step="adopt").order_by("id")
    for life_id, step, target, on in rows.values_list("life_id", "step", "target", "on"):
        reached.setdefault(life_id, {})[target] = on
        passed[life_id] = passed.get(life_id, frozenset()) | {step}
    return reached, passed
