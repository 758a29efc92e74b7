"""How a batch went down: province → city → county → project, with what each got, what it placed and what lies open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from workrelief.base.access.scope import Scope
from workrelief.base.divisions import queries as divisions
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import NotFound
from workrelief.work.funds.models import PlanDocument, PlanLine
from workrelief.work.funds.queries.documents import balance_of, documents, placed_by
from workrelief.work.funds.queries.projects import duties_of
from workrelief.work.funds.rules import plans as rules
from workrelief.work.funds.rules.plans import Given
from workrelief.work.funds.rules.targets import Targets
from workrelief.work.projects import queries as projects


@dataclass(frozen=True)
class TreeProject:
    """A project under a county. `is_forwarded` is False while a higher office named it and the county has not passed it on."""

    line_id: int
    document_id: int
    document_no: str
    project: projects.ProjectRef
    original_fen: int
    amount_fen: int
    is_forwarded: bool
    duties_missing: tuple[str, ...]

    @property
    def is_changed(self) -> bool:
        return self.amount_fen != self.original_fen


@dataclass(frozen=True)
class TreePlace:
    """An office in the tree. `received_fen` was given to it, `placed_fen` it passed on; equal to the fen when all is done.

    `projects` are filled for counties that were asked to be opened; `project_count` counts them for every place.
    """

    code: str
    name: str
    level: str
    received_fen: int
    placed_fen: int
    project_count: int
    documents: tuple[tuple[int, str], ...]
    children: tuple[TreePlace, ...] = ()
    projects: tuple[TreeProject, ...] = ()

    @property
    def open_fen(self) -> int:
        """What it still has to place; 0 when it balances."""
        return self.received_fen - self.placed_fen

    @property
    def is_balanced(self) -> bool:
        return self.received_fen > 0 and self.open_fen == 0

    @property
    def is_untouched(self) -> bool:
        """Nothing was passed on yet."""
        return self.placed_fen == 0


@dataclass
class _Place:
    received: int = 0
    placed: int = 0
    documents: dict[int, str] = field(default_factory=dict)
    projects: set[int] = field(default_factory=set)
    given: list[PlanLine] = field(default_factory=list)
    forwarded: list[PlanLine] = field(default_factory=list)


_LEVELS = {Level.PROVINCE: "province", Level.CITY: "city", Level.COUNTY: "county"}


def batch_tree(scope: Scope, batch_id: int, *, opened: Collection[str] = ()) -> tuple[TreePlace, ...]:
    """The tree of a batch inside the scope, from its highest office; `opened` are counties whose projects are listed.

    Four statements, whatever the batch holds.
    """
    places: dict[str, _Place] = {}
    rows = (
        PlanLine.objects.within(scope)
        .filter(batch=batch_id, document__state="issued")
        .select_related("document")
        .order_by("document", "number")
    )
    for line in rows:
        _count(scope, places, line)
    shown = _projects(scope, {code: place for code, place in places.items() if code in set(opened)})
    tops = [code for code in places if not any(up in places for up in _above(code))]
    return tuple(_node(code, places, shown) for code in sorted(tops))


def _count(scope: Scope, places: dict[str, _Place], line: PlanLine) -> None:
    document = line.document
    receiver = _office(line.division_code)
    if document.is_root:
        _at(places, receiver).received += line.amount_fen
        return
    if scope.covers_division(document.division_code):
        issuer = _at(places, document.division_code)
        issuer.placed += line.amount_fen
        issuer.documents[document.pk] = document.document_no
    if document.level != "county":
        place = _at(places, receiver)
        place.received += line.amount_fen
        if line.project_id:
            place.given.append(line)
        return
    _at(places, document.division_code).forwarded.append(line)
    for code in (document.division_code, *_above(document.division_code)):
        if line.project_id and scope.covers_division(code):
            _at(places, code).projects.add(line.project_id)


def _at(places: dict[str, _Place], code: str) -> _Place:
    return places.setdefault(code, _Place())


def _office(division: str) -> str:
    """The office a line goes to: a township's is its county's."""
    return codes.at_level(division, Level.COUNTY) if codes.level_of(division) > Level.COUNTY else division


def _above(code: str) -> tuple[str, ...]:
    own = codes.level_of(code)
    return tuple(codes.at_level(code, level) for level in (Level.CITY, Level.PROVINCE) if level < own)


def _node(code: str, places: dict[str, _Place], shown: dict[str, tuple[TreeProject, ...]]) -> TreePlace:
    place = places[code]
    below = [other for other in places if next((up for up in _above(other) if up in places), "") == code]
    return TreePlace(
        code=code,
        name=divisions.name(code),
        level=_LEVELS.get(codes.level_of(code), "county"),
        received_fen=place.received,
        placed_fen=place.placed,
        project_count=len(place.projects),
        documents=tuple(place.documents.items()),
        children=tuple(_node(other, places, shown) for other in sorted(below)),
        projects=shown.get(code, ()),
    )


def _projects(scope: Scope, opened: dict[str, _Place]) -> dict[str, tuple[TreeProject, ...]]:
    lines = [line for place in opened.values() for line in (*place.forwarded, *place.given) if line.project_id]
    refs = projects.refs(scope, {line.project_id for line in lines if line.project_id})
    duties = duties_of(scope, list(refs))
    found = {}
    for code, place in opened.items():
        passed = {line.project_id for line in place.forwarded}
        waiting = [line for line in place.given if line.project_id not in passed]
        found[code] = tuple(
            TreeProject(
                line_id=line.pk,
                document_id=line.document_id,
                document_no=line.document.document_no,
                project=refs[line.project_id],
                original_fen=line.original_fen,
                amount_fen=line.amount_fen,
                is_forwarded=line.project_id in passed,
                duties_missing=rules.duties_missing(duties.get(line.project_id)),
            )
            for line in (*place.forwarded, *waiting)
            if line.project_id in refs
        )
    return found


@dataclass(frozen=True)
class Differences:
    """How a decomposition would balance: line by line of the source, and in all. Amounts in fen."""

    lines: tuple[Given, ...]
    open_fen: int
    placed_fen: int

    @property
    def difference_fen(self) -> int:
        """Placed less open: above 0 is too much."""
        return self.placed_fen - self.open_fen

    @property
    def is_balanced(self) -> bool:
        return not any(one.difference_fen for one in self.lines)


def differences(scope: Scope, document_id: int, placed: Sequence[tuple[int, int]] | None = None) -> Differences:
    """The balance of a draft as stored, or with `placed`, pairs (line of the source, fen), in place of what is stored.

    Empty when the draft is not the reader's to write. Raises nothing: a document out of scope has no lines.
    """
    found: PlanDocument | None = documents(scope).filter(pk=document_id).select_related("source").first()
    if found is None or not scope.covers_division(found.division_code):
        return Differences((), 0, 0)
    given = balance_of(found)
    if placed is not None:
        sums: dict[int, int] = {}
        for parent_id, fen in placed:
            sums[parent_id] = sums.get(parent_id, 0) + fen
        given = [Given(one.line_id, one.number, one.label, one.open_fen, sums.get(one.line_id, 0)) for one in given]
    return Differences(tuple(given), sum(one.open_fen for one in given), sum(one.placed_fen for one in given))


@dataclass(frozen=True)
class OtherLine:
    """Another line of the same document, for a shift of money. Amount in fen."""

    id: int
    project_id: int
    label: str
    amount_fen: int


@dataclass(frozen=True)
class LineAsked:
    """One line of an issued document about which a change is asked. Amounts in fen, after changes.

    `others` are the lines of projects of the same document, this one included, in their order. `is_at_project` is a
    line a county forwarded; of any other, `open_fen` is what nobody placed yet and may be handed back.
    """

    id: int
    batch_id: int
    document_id: int
    document_no: str
    title: str
    project_id: int | None
    label: str
    amount_fen: int
    open_fen: int
    is_at_project: bool
    division_code: str
    issuer_code: str
    is_root: bool
    targets: Targets
    others: tuple[OtherLine, ...]


def line_asked(scope: Scope, line_id: int) -> LineAsked:
    """The line with the other project lines of its document. Raises NotFound."""
    found: PlanLine | None = (
        PlanLine.objects.within(scope).filter(pk=line_id, document__state="issued").select_related("document").first()
    )
    if found is None:
        raise NotFound("plan.line", "没有这一行计划，或不在您的数据范围内。")
    rows = list(PlanLine.objects.within(scope).filter(document=found.document_id).order_by("number"))
    refs = projects.refs(scope, {row.project_id for row in rows if row.project_id})

    def label(row: PlanLine) -> str:
        return refs[row.project_id].name if row.project_id in refs else divisions.name(row.division_code)

    return LineAsked(
        id=found.pk,
        batch_id=found.batch_id,
        document_id=found.document_id,
        document_no=found.document.document_no,
        title=found.document.title,
        project_id=found.project_id if found.project_id in refs else None,
        label=label(found),
        amount_fen=found.amount_fen,
        open_fen=found.amount_fen - placed_by([found.pk]).get(found.pk, 0),
        is_at_project=found.document.level == "county" and not found.document.is_root,
        division_code=found.division_code,
        issuer_code=found.document.division_code,
        is_root=found.document.is_root,
        targets=dict(found.targets),
        others=tuple(
            OtherLine(row.pk, row.project_id, label(row), row.amount_fen) for row in rows if row.project_id in refs
        ),
    )
