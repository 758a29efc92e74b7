"""Finding projects by code or by county and name, for whole files at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TypeVar

from workrelief.base.access.scope import Scope
from workrelief.kernel import codes as division_codes
from workrelief.work.projects.models import Project
from workrelief.work.projects.naming import name_key, plain_code

_AT_ONCE = 500
_Value = TypeVar("_Value", str, int)


@dataclass(frozen=True, slots=True)
class ProjectRef:
    """What other rooms need of a project to tie a row to it. `track` and `sector` are ids of `Track` and `Sector`."""

    id: int
    code: str
    name: str
    division_code: str
    track: str
    sector: str
    starts_on: date | None
    ends_on: date | None


REF_COLUMNS = ("id", "code", "name", "division_code", "track", "sector", "starts_on", "ends_on")

NameKey = tuple[str, str]
"""A county (any prefix or 12-digit code at or above the project's division) and a project name as written."""


def find_for_import(
    scope: Scope, codes: Collection[str] = (), names: Collection[NameKey] = ()
) -> dict[str | NameKey, ProjectRef]:
    """Projects in scope for a whole file at once: keyed by the code or the (county, name) exactly as passed in.

    Codes may be written without hyphens; names are compared without spaces and punctuation. What is missing, out of scope
    or not unique in its county is absent from the answer.
    """
    found: dict[str | NameKey, ProjectRef] = {}
    wanted_codes = {text: plain_code(text) for text in codes if text.strip()}
    by_code = {ref.code: ref for ref in _refs(scope, "code__in", set(wanted_codes.values()))}
    found.update({text: by_code[code] for text, code in wanted_codes.items() if code in by_code})
    wanted_names = {pair: name_key(pair[1]) for pair in names if name_key(pair[1])}
    by_key: dict[str, list[ProjectRef]] = {}
    for ref in _refs(scope, "name_key__in", set(wanted_names.values())):
        by_key.setdefault(name_key(ref.name), []).append(ref)
    for pair, key in wanted_names.items():
        prefix = prefix_of(pair[0])
        inside = [ref for ref in by_key.get(key, ()) if ref.division_code.startswith(prefix)]
        if len(inside) == 1:
            found[pair] = inside[0]
    return found


def by_codes(scope: Scope, codes: Collection[str]) -> dict[str, ProjectRef]:
    """Projects in scope by national code; keys are the codes as passed in."""
    return {key: ref for key, ref in find_for_import(scope, codes=codes).items() if isinstance(key, str)}


def refs(scope: Scope, ids: Collection[int]) -> dict[int, ProjectRef]:
    """Projects in scope by id, for rooms that hold ids only."""
    return {ref.id: ref for ref in _refs(scope, "pk__in", ids)}


def stored(scope: Scope, ids: Collection[int]) -> dict[int, Project]:
    """The stored projects in scope by id."""
    rows = (Project.objects.within(scope).filter(pk__in=part) for part in in_parts(ids))
    return {project.pk: project for part in rows for project in part}


def names_in(county: str) -> list[tuple[int, str, str, int]]:
    """(id, name, division, total investment in fen) of every project in a county (12 digits), for finding doubles.

    Read without scope, because a double outside the actor's eyes is a double all the same; never shown as such.
    """
    every = Project.objects.unscoped("finds doubles in the county; never shown")
    inside = every.filter(division_code__range=division_codes.code_range(division_codes.prefix_of(county)))
    return list(inside.order_by("id").values_list("id", "name", "division_code", "investment_fen"))


def prefix_of(division: str) -> str:
    """The significant prefix of a 12-digit code; a prefix is itself."""
    return division_codes.prefix_of(division) if len(division) == division_codes.CODE_LENGTH else division


def in_parts(values: Collection[_Value]) -> Iterator[Sequence[_Value]]:
    """The values in order, a few hundred at a time, as many as one statement takes well."""
    rest = iter(sorted(values))
    while part := list(islice(rest, _AT_ONCE)):
        yield part


def _refs(scope: Scope, lookup: str, values: Collection[_Value]) -> Iterator[ProjectRef]:
    for part in in_parts(values):
        rows = Project.objects.within(scope).filter(**{lookup: part}).values_list(*REF_COLUMNS)
        yield from (ProjectRef(*row) for row in rows)
