"""What is registered already: the projects, listings and funding structures a registration has to meet.

Read without scope, because a duplicate outside the actor's eyes is a duplicate all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from workrelief.work.projects.models import FundSource, Project, ProjectYear
from workrelief.work.projects.queries.lookups import in_parts

Structure = tuple[tuple[str, int], ...]
"""Sorted pairs of fund type id and planned amount in fen."""

_WHY = "a registration has to meet every project there is"


@dataclass
class Known:
    """Registered projects by code and by place and name, growing while a registration is planned."""

    _by_code: dict[str, Project] = field(default_factory=dict)
    _by_place: dict[tuple[str, str], Project] = field(default_factory=dict)
    _years: dict[int, set[int]] = field(default_factory=dict)
    _structures: dict[int, Structure] = field(default_factory=dict)

    def find(self, code: str, division_code: str, name_key: str) -> Project | None:
        """The project of this code, else the one of this name in this division."""
        return self._by_code.get(code) or self._by_place.get((division_code, name_key))

    def add(self, project: Project) -> None:
        if project.code:
            self._by_code.setdefault(project.code, project)
        self._by_place.setdefault((project.division_code, project.name_key), project)

    def is_latest(self, project: Project, year: int) -> bool:
        """Whether the project stands on no list of a later year."""
        return all(known <= year for known in self._years.get(id(project), ()))

    def list_in(self, project: Project, year: int) -> bool:
        """Note a listing; False when the project stands on a list of that year already (rule B01)."""
        years = self._years.setdefault(id(project), set())
        if year in years:
            return False
        years.add(year)
        return True

    def is_listed(self, project: Project, year: int) -> bool:
        return year in self._years.get(id(project), ())

    def years_of(self, project: Project) -> list[int]:
        """The years on whose lists the project stands."""
        return sorted(self._years.get(id(project), ()))

    def structure_of(self, project: Project) -> Structure | None:
        return self._structures.get(id(project))

    def fund(self, project: Project, structure: Structure) -> None:
        self._structures[id(project)] = structure


def registered(*, codes: Collection[str], places: Collection[tuple[str, str]]) -> Known:
    """Everything registered under these codes, or under these names in these divisions (12-digit code, name key)."""
    rows: dict[int, Project] = {}
    for part in in_parts({c for c in codes if c}):
        rows.update((p.pk, p) for p in Project.objects.unscoped(_WHY).filter(code__in=part))
    wanted = set(places)
    for part in in_parts({name for _, name in wanted}):
        for project in Project.objects.unscoped(_WHY).filter(name_key__in=part):
            if (project.division_code, project.name_key) in wanted:
                rows.setdefault(project.pk, project)
    known = Known()
    for project in rows.values():
        known.add(project)
    _read_listings(known, rows)
    return known


def _read_listings(known: Known, rows: dict[int, Project]) -> None:
    sources: dict[int, list[tuple[str, int]]] = {}
    for part in in_parts(rows.keys()):
        standing = ProjectYear.objects.filter(project__in=part, taken_off_on=None)
        for project_id, year in standing.values_list("project_id", "year"):
            known.list_in(rows[project_id], year)
        funds: Iterable[FundSource] = FundSource.objects.filter(project__in=part)
        for fund in funds:
            sources.setdefault(fund.project_id, []).append((fund.fund_type, fund.planned_fen))
    for project_id, pairs in sources.items():
        known.fund(rows[project_id], tuple(sorted(pairs)))
