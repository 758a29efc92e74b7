"""What the list rules ask of registered projects, for many at once: the other rooms judge with it and print form F."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import QuerySet

from workrelief.base.access.scope import Scope
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.work.projects import rules
from workrelief.work.projects.models import FundSource, Project, ProjectYear
from workrelief.work.projects.queries.lookups import in_parts, prefix_of, stored


def listing_of(
    project: Project, year: int, funds: Sequence[rules.Fund] = (), demand: rules.LabourDemand | None = None
) -> rules.Listing:
    """A stored project as the list rules see it on the list of `year`."""
    return rules.Listing(
        name=project.name,
        track=Track.of_id(project.track),
        sector=Sector.of_id(project.sector),
        year=year,
        list_level=project.list_level,
        investment_fen=project.investment_fen,
        planned_workers=project.planned_workers,
        funds=tuple(funds),
        code=project.code,
        owner_uscc=project.owner_uscc,
        labour_tasks=project.labour_tasks,
        labour_links=project.labour_links,
        demand=demand or rules.LabourDemand.parse(project.labour_demand),
        planned_priority_workers=project.planned_priority_workers,
        planned_pay_fen=project.planned_pay_fen,
        starts_on=project.starts_on,
        ends_on=project.ends_on,
        remark=project.remark,
    )


def fund_sources(scope: Scope, ids: Collection[int]) -> dict[int, tuple[rules.Fund, ...]]:
    """Funding structures of projects in scope by project id, sources in the order of their kind."""
    found: dict[int, list[rules.Fund]] = {}
    for part in in_parts(ids):
        inside = Project.objects.within(scope).filter(pk__in=part)
        for f in FundSource.objects.filter(project__in=inside.values("pk")).order_by("id"):
            found.setdefault(f.project_id, []).append(
                rules.Fund(FundType.of_id(f.fund_type), f.planned_fen, f.issued_fen, f.issued_on)
            )
    return {one: tuple(sorted(all_, key=lambda f: f.fund_type.code)) for one, all_ in found.items()}


def listing_facts(scope: Scope, years: Mapping[int, int]) -> dict[int, rules.Listing]:
    """What the list rules ask of projects in scope: {project id: year of the list} → facts by project id."""
    funds = fund_sources(scope, years.keys())
    return {
        pk: listing_of(project, years[pk], funds.get(pk, ())) for pk, project in stored(scope, years.keys()).items()
    }


def in_year(scope: Scope, year: int, division: str = "") -> QuerySet[Project]:
    """Projects in scope, and inside `division` if any, that stand on the list of `year`; for another room to narrow by."""
    found = Project.objects.within(scope).filter(years__year=year, years__taken_off_on=None)
    return found.filter(division_code__startswith=prefix_of(division)) if division else found


def years_of(scope: Scope, ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The years each project in scope stands on a list, ascending; projects on none are left out."""
    found: dict[int, list[int]] = {}
    for part in in_parts(ids):
        inside = Project.objects.within(scope).filter(pk__in=part)
        standing = ProjectYear.objects.filter(project__in=inside.values("pk"), taken_off_on=None)
        for pk, year in standing.order_by("year").values_list("project_id", "year"):
            found.setdefault(pk, []).append(year)
    return {pk: tuple(years) for pk, years in found.items()}
