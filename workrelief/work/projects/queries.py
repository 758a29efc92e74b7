"""Reading projects: every function takes the scope first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from workrelief.base.access.scope import Scope
from workrelief.kernel import codes as division_codes
from workrelief.work.projects import rules
from workrelief.work.projects.models import Project

CHUNK = 500


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


NameKey = tuple[str, str]
"""A county (any prefix or 12-digit code above or at the project's division) and a project name as written."""

_REF_COLUMNS = ("id", "code", "name", "division_code", "track", "sector", "starts_on", "ends_on")


def find_for_import(
    scope: Scope, codes: Collection[str] = (), names: Collection[NameKey] = ()
) -> dict[str | NameKey, ProjectRef]:
    """Projects in scope for a whole file at once: keyed by the code or the (county, name) exactly as passed in.

    Codes may be written without hyphens; names are compared without spaces and punctuation. What is missing, out of scope
    or not unique in its county is absent from the answer.
    """
    found: dict[str | NameKey, ProjectRef] = {}
    wanted_codes = {text: rules.check_project_code(text).text for text in codes if text.strip()}
    by_code = {ref.code: ref for ref in _refs(scope, "code__in", set(wanted_codes.values()))}
    found.update({text: by_code[code] for text, code in wanted_codes.items() if code in by_code})
    wanted_names = {pair: rules.name_key(pair[1]) for pair in names if rules.name_key(pair[1])}
    by_key: dict[str, list[ProjectRef]] = {}
    for ref in _refs(scope, "name_key__in", set(wanted_names.values())):
        by_key.setdefault(rules.name_key(ref.name), []).append(ref)
    for pair, key in wanted_names.items():
        prefix = _prefix(pair[0])
        inside = [ref for ref in by_key.get(key, ()) if ref.division_code.startswith(prefix)]
        if len(inside) == 1:
            found[pair] = inside[0]
    return found


def _prefix(division: str) -> str:
    return division_codes.prefix_of(division) if len(division) == division_codes.CODE_LENGTH else division


def _chunks(values: Collection[str]) -> Iterator[Sequence[str]]:
    rest = iter(sorted(values))
    while part := list(islice(rest, CHUNK)):
        yield part


def _refs(scope: Scope, lookup: str, values: Collection[str]) -> Iterator[ProjectRef]:
    for part in _chunks(values):
        rows = Project.objects.within(scope).filter(**{lookup: part}).values_list(*_REF_COLUMNS)
        yield from (ProjectRef(*row) for row in rows)
