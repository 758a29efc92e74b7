"""Issued editions, their frozen lines, and the comparison of two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from workrelief.base.access.scope import Scope
from workrelief.kernel import codes as division_codes
from workrelief.kernel.errors import NotFound
from workrelief.work.lists.models import EditionLine, ListEdition
from workrelief.work.lists.rules import form

_PUBLIC = "issued lists are public to the offices below the one that issued them; lines stay within scope"


def editions(scope: Scope, *, year: int | None = None, level: str = "", division: str = "") -> QuerySet[ListEdition]:
    """Editions by offices in scope and above it, newest first; withdrawn ones are among them (`state`)."""
    if scope.is_empty:
        return ListEdition.objects.unscoped(_PUBLIC).none()
    visible = Q()
    for prefix in scope.divisions:
        above = {division_codes.normalise(prefix[:n]) for n in (2, 4, 6) if n <= len(prefix)}
        visible |= Q(division_code__range=division_codes.code_range(prefix)) | Q(division_code__in=above)
    found = ListEdition.objects.unscoped(_PUBLIC).filter(visible)
    if year is not None:
        found = found.filter(year=year)
    if level:
        found = found.filter(level=level)
    if division:
        found = found.filter(division_code=division_codes.normalise(division))
    return found.order_by("-issued_on", "-id")


def edition(scope: Scope, edition_id: int) -> ListEdition:
    """One edition. Raises NotFound."""
    found = editions(scope).filter(pk=edition_id).first()
    if found is None:
        raise NotFound("list.edition", "没有找到这份清单，或不在您的数据范围内。")
    return found


def edition_rows(scope: Scope, edition_id: int) -> QuerySet[ListEdition]:
    """The one edition of the scope's own offices, to be opened by `change()`."""
    return ListEdition.objects.within(scope).filter(pk=edition_id)


def edition_lines(scope: Scope, edition_id: int, *, change: str = "") -> QuerySet[EditionLine]:
    """Lines of an edition in scope, those on the list first in order, then out and promoted; `change` narrows."""
    found = EditionLine.objects.within(scope).filter(edition=edition(scope, edition_id))
    if change:
        found = found.filter(change=change)
    return found.order_by("position", "id")


@dataclass(frozen=True)
class EditionTotals:
    """What an edition holds: lines by change, and sums of the projects on the list; amounts in fen."""

    projects: int
    changes: Mapping[str, int]
    investment_fen: int
    planned_investment_fen: int
    planned_workers: int
    planned_pay_fen: int


def edition_totals(scope: Scope, edition_id: int) -> EditionTotals:
    """Totals of the part of the edition in scope, from its frozen lines. Raises NotFound."""
    found = edition(scope, edition_id)
    if scope.covers_division(found.division_code) and scope.sectors is None and scope.projects is None:
        return EditionTotals(**found.totals)
    return EditionTotals(**form.totals((line.change, line.fields) for line in edition_lines(scope, edition_id)))


@dataclass(frozen=True)
class LineChange:
    """One project in a comparison: its line in the older and in the newer edition, and form F columns that differ."""

    project_id: int
    name: str
    division_code: str
    older: EditionLine | None
    newer: EditionLine | None
    difference: Mapping[str, tuple[str, str]]
    """{form F column: (before, after)} as printed."""

    @property
    def reason(self) -> str:
        """Why: as stated in the newer edition."""
        return self.newer.reason if self.newer is not None else ""


@dataclass(frozen=True)
class Comparison:
    """From the older edition to the newer one; `promoted` left the older list for one of a higher level."""

    older: ListEdition
    newer: ListEdition
    added: tuple[LineChange, ...]
    removed: tuple[LineChange, ...]
    changed: tuple[LineChange, ...]
    promoted: tuple[LineChange, ...]
    kept: int


def compare(scope: Scope, older_id: int, newer_id: int) -> Comparison:
    """Compare two editions of one or two lists in scope by project: went in, went out, changed, promoted. Raises NotFound."""
    older, newer = edition(scope, older_id), edition(scope, newer_id)
    before = {line.project_id: line for line in edition_lines(scope, older.pk) if line.is_on_list}
    lines = list(edition_lines(scope, newer.pk))
    after = {line.project_id: line for line in lines if line.is_on_list}
    left = {line.project_id: line for line in lines if not line.is_on_list}
    added: list[LineChange] = []
    changed: list[LineChange] = []
    removed: list[LineChange] = []
    promoted: list[LineChange] = []
    kept = 0
    for project_id, line in after.items():
        if project_id not in before:
            added.append(_line_change(project_id, None, line))
        elif difference := form.difference(before[project_id].fields, line.fields):
            changed.append(_line_change(project_id, before[project_id], line, difference))
        else:
            kept += 1
    for project_id, line in before.items():
        if project_id not in after:
            gone = left.get(project_id)
            (promoted if gone is not None and gone.change == "promoted" else removed).append(
                _line_change(project_id, line, gone)
            )
    return Comparison(older, newer, tuple(added), tuple(removed), tuple(changed), tuple(promoted), kept)


def _line_change(
    project_id: int,
    older: EditionLine | None,
    newer: EditionLine | None,
    difference: Mapping[str, tuple[str, str]] | None = None,
) -> LineChange:
    line = newer or older
    assert line is not None
    return LineChange(project_id, str(line.fields["name"]), line.division_code, older, newer, difference or {})


def changes_of(scope: Scope, edition_id: int) -> dict[str, int]:
    """Number of lines by change, of the part in scope."""
    rows = edition_lines(scope, edition_id).order_by().values_list("change").annotate(number=Count("pk"))
    return dict(rows)
