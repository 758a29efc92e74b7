"""Putting registered projects on the list of a year, and taking them off again: what an issued list does to the register."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change_many
from workrelief.figures.ledger.facts import FUND, PROJECT
from workrelief.figures.ledger.post import post, reverse_sources
from workrelief.kernel import clock
from workrelief.kernel.errors import NotFound
from workrelief.work.projects import queries
from workrelief.work.projects.models import FundSource, Project, ProjectYear
from workrelief.work.projects.services.postings import fund_row, listing_day, open_day, planned_row, year_row
from workrelief.work.projects.services.registering import insert_rows


@dataclass(frozen=True, kw_only=True)
class YearListing:
    """A registered project as one year's list gives it; `list_level` is province, city or county. Amounts in fen."""

    project_id: int
    list_level: str
    investment_fen: int
    planned_workers: int
    planned_pay_fen: int
    planned_investment_fen: int = 0
    done_investment_fen: int = 0


def put_on_year(
    actor: Actor, listings: Sequence[YearListing], year: int, *, listed_on: date | None, action: str, batch_id: int = 0
) -> frozenset[int]:
    """Put projects on the list of a year, with their facts; those already on it only take over the level.

    Returns the ids that were put on now. The funding structure is posted the first time a project comes on any list.
    Raises NotFound when one lies outside the scope. A constant number of statements for every 500 projects.
    """
    ids = [one.project_id for one in listings]
    with change_many(actor, action, kind="projects.projectyear") as opened:
        projects = queries.stored(actor.scope, ids)
        if len(projects) < len(set(ids)):
            raise NotFound("project.missing", "有项目不存在，或不在您的数据范围内。")
        _set_levels({one.project_id: one.list_level for one in listings})
        listed, ever = _listed(ids, year)
        day = listing_day(year, listed_on)
        rows = [
            ProjectYear(
                project=projects[one.project_id], year=year, listed_on=day, investment_fen=one.investment_fen,
                planned_workers=one.planned_workers, planned_pay_fen=one.planned_pay_fen,
                planned_investment_fen=one.planned_investment_fen, done_investment_fen=one.done_investment_fen,
                batch_id=batch_id,
            )
            for one in listings
            if one.project_id not in listed
        ]  # fmt: skip
        fresh = frozenset(row.project_id for row in rows)
        if rows:
            insert_rows(rows)
            on = open_day(day)
            post(PROJECT, [year_row(row.project, row, on=on) for row in rows], actor=actor, action=action)
            _post_first_funds(actor, action, projects, fresh - ever, day)
        opened.totals = {"year": year, "put_on": len(rows), "already": len(listed), "batch_id": batch_id}
    return fresh


def take_off_year(
    actor: Actor, project_ids: Collection[int], year: int, *, on: date | None = None, action: str, reason: str = ""
) -> int:
    """Take projects off the list of a year: their facts are reversed, the rows stay and say when. Returns how many."""
    day = on or clock.today()
    with change_many(actor, action, kind="projects.projectyear", reason=reason) as opened:
        rows: list[ProjectYear] = []
        for part in queries.in_parts(project_ids):
            inside = Project.objects.within(actor.scope).filter(pk__in=part)
            rows += ProjectYear.objects.filter(project__in=inside.values("pk"), year=year, taken_off_on=None)
        reverse_sources(PROJECT, [row.pk for row in rows], on=clock.today(), actor=actor, action=action)
        for part in queries.in_parts([row.pk for row in rows]):
            ProjectYear.objects.filter(pk__in=part).update(taken_off_on=day)
        opened.totals = {"year": year, "taken_off": len(rows)}
    return len(rows)


def give_levels(actor: Actor, levels: Mapping[int, str], *, action: str, reason: str = "") -> None:
    """Set the list level of projects (by id), as when an edition that raised it is taken back."""
    with change_many(actor, action, kind="projects.project", reason=reason) as opened:
        _set_levels(levels)
        opened.totals = {"levels": {str(pk): level for pk, level in sorted(levels.items())}}


def _set_levels(levels: Mapping[int, str]) -> None:
    by_level: dict[str, list[int]] = {}
    for project_id, level in levels.items():
        by_level.setdefault(level, []).append(project_id)
    for level, ids in by_level.items():
        for part in queries.in_parts(ids):
            others = Project.rows.filter(pk__in=part).exclude(list_level=level)
            others.update(list_level=level, updated_at=clock.now())


def _listed(ids: Collection[int], year: int) -> tuple[set[int], set[int]]:
    """Those on the list of the year, and those that ever stood on any."""
    listed: set[int] = set()
    ever: set[int] = set()
    for part in queries.in_parts(ids):
        rows = ProjectYear.objects.filter(project__in=part).values_list("project_id", "year", "taken_off_on")
        for project_id, of_year, taken_off_on in rows:
            ever.add(project_id)
            if of_year == year and taken_off_on is None:
                listed.add(project_id)
    return listed, ever


def _post_first_funds(
    actor: Actor, action: str, projects: dict[int, Project], ids: Collection[int], listed_on: date
) -> None:
    rows = []
    days: dict[date, date] = {}
    for part in queries.in_parts(ids):
        for fund in FundSource.objects.filter(project__in=part).order_by("id"):
            day = listed_on if fund.issues else fund.issued_on or listed_on
            if day not in days:
                days[day] = open_day(day)
            make = planned_row if fund.issues else fund_row
            rows.append(make(projects[fund.project_id], fund, on=days[day]))
    if rows:
        post(FUND, rows, actor=actor, action=action)
