"""What an edition issued now would hold: read by the page before the button is pressed, and by the service that issues."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.db.models.functions import Substr

from workrelief.base.access.scope import Scope
from workrelief.base.law.parameters import parameters
from workrelief.kernel import clock
from workrelief.kernel import codes as division_codes
from workrelief.kernel.findings import Finding, blockers
from workrelief.kernel.kinds import Track
from workrelief.work.lists.models import EditionLine, ListEdition, ListEntry
from workrelief.work.lists.queries.editions import EditionTotals
from workrelief.work.lists.queries.entries import EntryFilter, doubles_of, entries
from workrelief.work.lists.rules import form, gates
from workrelief.work.lists.states import CONFIRMED, LEVEL_LABELS, LISTED, STANDING
from workrelief.work.projects import queries as projects


@dataclass(frozen=True)
class PreviewLine:
    """One project of the edition to be: its entry, what changes and why, and form F as it would be frozen.

    For a line out or promoted `fields` are those of the edition before.
    """

    entry: ListEntry
    change: str
    reason: str
    fields: Mapping[str, Any]
    difference: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class IssuePreview:
    """The edition to be: number, its lines (on the list first, then out and promoted), totals, and what the rules say.

    `waiting` entries of the list have not been confirmed yet and stay out. `findings` by entry id; those that block stop
    the issue.
    """

    year: int
    level: str
    division: str
    track: str
    number: int
    previous: ListEdition | None
    lines: tuple[PreviewLine, ...]
    totals: EditionTotals
    waiting: int
    findings: Mapping[int, tuple[Finding, ...]]

    @property
    def has_changes(self) -> bool:
        return any(line.change != "kept" for line in self.lines)

    @property
    def is_closed(self) -> bool:
        """Whether the year of this list is closed: nothing on it changes any more."""
        return any(line.entry.state == "closed" for line in self.lines)

    @property
    def unissued(self) -> int:
        """Lines that the edition before says otherwise: not published yet, or gone since."""
        return sum(
            line.change in ("out", "promoted") or line.entry.state not in ("published", "closed") for line in self.lines
        )

    @property
    def may_close(self) -> bool:
        """Whether the year may be closed: something is published, nothing waits and nothing has to be issued first."""
        published = any(line.entry.state == "published" for line in self.lines)
        return published and not self.waiting and not self.unissued

    @property
    def blocked(self) -> tuple[PreviewLine, ...]:
        """Lines that a rule blocks."""
        return tuple(line for line in self.lines if blockers(self.findings.get(line.entry.pk, ())))


def series(year: int, level: str, division: str, track: str) -> Any:
    """The editions of one list, whoever asks: numbers must not repeat."""
    every = ListEdition.objects.unscoped("one list's own editions, to number and compare them")
    return every.filter(year=year, level=level, division_code=division, track=track)


def issue_preview(
    scope: Scope, year: int, level: str, *, division: str, track: str = "", rows: Sequence[ListEntry] | None = None
) -> IssuePreview:
    """The edition of this list as it would be issued now. Constant number of statements for every 500 entries.

    `rows` are the entries already read under lock; without them they are read here.
    """
    division = division_codes.normalise(division)
    previous = series(year, level, division, track).filter(state="issued").order_by("-number").first()
    if rows is None:
        rows = list(ready(scope, year, level, division=division, track=track))
    before = _lines_of(previous)
    on_list = list(_on_list(scope, rows, before))
    gone = list(_gone(scope, {line.entry.pk for line in on_list}, before))
    lines = (*on_list, *gone)
    last = series(year, level, division, track).aggregate(last=Max("number"))["last"] or 0
    waiting = entries(scope, EntryFilter(year=year, level=level, division=division, is_standing=True))
    if track:
        waiting = waiting.filter(track=track)
    return IssuePreview(
        year, level, division, track, last + 1, previous, lines,
        EditionTotals(**form.totals((line.change, line.fields) for line in lines)),
        waiting.exclude(state__in=("draft", CONFIRMED[level], *LISTED, "closed")).count(),
        _findings(scope, [line.entry for line in on_list if line.entry.state != "published"]),
    )  # fmt: skip


_PREFIX = {"province": 2, "city": 4, "county": 6}


def closed_lists(wanted: Collection[tuple[int, str, str]]) -> set[tuple[int, str, str]]:
    """Of (year, level, division of a project), those whose list is closed for the year; one statement for each list level
    and year. Read without scope: a closed list is closed for everybody."""
    found: set[tuple[int, str, str]] = set()
    for year, level in sorted({(year, level) for year, level, _ in wanted if level in _PREFIX}):
        length = _PREFIX[level]
        closed = set(
            ListEntry.objects.unscoped("a closed list is closed for everybody")
            .filter(year=year, level=level, state="closed")
            .order_by()
            .values_list(Substr("division_code", 1, length), flat=True)
            .distinct()
        )
        found |= {one for one in wanted if one[:2] == (year, level) and one[2][:length] in closed}
    return found


def ready(scope: Scope, year: int, level: str, *, division: str, track: str = "") -> Any:
    """Entries an edition issued now would hold: confirmed by the issuing office, or listed already; by id."""
    wanted = EntryFilter(
        year=year, level=level, division=division, tracks=(track,) if track else (), is_standing=True,
        states=(CONFIRMED[level], *LISTED, "closed"),
    )  # fmt: skip
    return entries(scope, wanted).order_by("id")


def title(year: int, level: str, place: str, track: str, number: int) -> str:
    """德州市2026年市级适用以工代赈项目清单（第2批）."""
    kind = Track.of_id(track).label if track else ""
    batch = f"（第{number}版）" if number > 1 else ""
    return f"{place}{year}年{LEVEL_LABELS[level]}适用以工代赈{kind}项目清单{batch}"


def _lines_of(previous: ListEdition | None) -> dict[int, EditionLine]:
    """Lines on the list before, by entry id."""
    if previous is None:
        return {}
    lines = EditionLine.objects.unscoped("the list's own edition before").filter(edition=previous)
    return {line.entry_id: line for line in lines.order_by("position") if line.is_on_list}


def _on_list(scope: Scope, rows: Sequence[ListEntry], before: Mapping[int, EditionLine]) -> Iterable[PreviewLine]:
    funds = projects.fund_sources(scope, {row.project_id for row in rows})
    for row in sorted(rows, key=lambda r: (r.division_code, r.track, r.project_id)):
        sources = {f.fund_type.id: f.planned_fen for f in funds.get(row.project_id, ())}
        fields = form.frozen(row, row.project, sources)
        known = before.get(row.pk)
        if known is None:
            yield PreviewLine(row, "in", row.reason, fields, {})
            continue
        difference = form.difference(known.fields, fields)
        reason = (row.reason or "项目登记信息修改") if difference else ""
        yield PreviewLine(row, "changed" if difference else "kept", reason, fields, difference)


def _gone(scope: Scope, present: set[int], before: Mapping[int, EditionLine]) -> Iterable[PreviewLine]:
    """Those of the edition before that stand on this list no more, with why."""
    missing = before.keys() - present
    found: dict[int, ListEntry] = {}
    for part in projects.in_parts(missing):
        rows = ListEntry.objects.within(scope).filter(pk__in=part).select_related("project", "promoted_to")
        found.update((row.pk, row) for row in rows)
    for entry_id in sorted(found, key=lambda i: before[i].position):
        row = found[entry_id]
        if row.state in STANDING:
            continue
        yield PreviewLine(
            row, "promoted" if row.state == "promoted" else "out", row.reason, before[entry_id].fields, {}
        )


def _findings(scope: Scope, rows: Sequence[ListEntry]) -> dict[int, tuple[Finding, ...]]:
    law = parameters(on=clock.today())
    facts = projects.listing_facts(scope, {row.project_id: row.year for row in rows})
    doubles = doubles_of([row.project_id for row in rows])
    said = {row.pk: tuple(gates.entry(facts[row.project_id], law, doubles.get(row.project_id, ()))) for row in rows}
    return {pk: findings for pk, findings in said.items() if findings}
