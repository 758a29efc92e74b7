"""The life of projects as the API shows it; amounts in fen, shares in basis points, coordinates in millionths of a degree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from ninja import Field, Schema

from workrelief.faces.api.schemas.common import Choice, Place
from workrelief.faces.shared.errors import finding_document
from workrelief.kernel.findings import Finding
from workrelief.kernel.kinds import Track
from workrelief.work.lifecycle import queries
from workrelief.work.lifecycle.states import PROJECT_LIFE


class FindingRow(Schema):
    """What a rule said, with its clause."""

    rule_id: str
    severity: str
    message: str
    remedy: str
    clause: str

    @classmethod
    def of(cls, finding: Finding) -> FindingRow:
        return cls(**finding_document(finding))

    @classmethod
    def all_of(cls, findings: Iterable[Finding]) -> list[FindingRow]:
        return [cls.of(f) for f in findings]


class MarkRow(Schema):
    """A mark that stands beside the state."""

    mark: Choice
    set_on: date
    set_by: str
    reason: str
    reference: str


class LifeDocument(Schema):
    """Where a project stands. `is_stored` is false while the state is only inferred."""

    project_id: int
    name: str
    code: str
    division: Place
    track: Choice
    state: Choice
    phase: str
    implementer: Choice
    since: date | None
    due_on: date | None
    days_left: int | None = Field(description="剩余天数，负数为逾期")
    marks: list[MarkRow]
    promised_pay_fen: int | None
    promised_share_bp: int | None
    lon_e6: int | None
    lat_e6: int | None
    site: str
    is_stored: bool
    version: int
    open_objections: int

    @classmethod
    def of(cls, life: queries.LifeView) -> LifeDocument:
        return cls(
            project_id=life.project_id, name=life.name, code=life.code, division=Place.of(life.division_code),
            track=_track(life.track), state=_state(life.state.id), phase=life.state.phase,
            implementer=Choice(id=life.implementer_kind, label=life.implementer_label), since=life.since, due_on=life.due_on,
            days_left=life.days_left,
            marks=[
                MarkRow(
                    mark=Choice(id=m.id, label=m.label), set_on=m.set_on, set_by=m.set_by, reason=m.reason,
                    reference=m.reference,
                )
                for m in life.marks
            ],
            promised_pay_fen=life.promised_pay_fen, promised_share_bp=life.promised_share_bp, lon_e6=life.lon_e6,
            lat_e6=life.lat_e6, site=life.site, is_stored=life.is_stored, version=life.version,
            open_objections=life.open_objections,
        )  # fmt: skip


class ObjectionRow(Schema):
    """An objection or complaint; `days_left` is empty once settled."""

    id: int
    project_id: int
    subject: Choice
    raised_by: str
    raised_on: date
    content: str
    due_on: date
    days_left: int | None
    settled_on: date | None
    settled_by: str
    is_upheld: bool | None
    outcome: str

    @classmethod
    def of(cls, one: queries.ObjectionView) -> ObjectionRow:
        return cls(
            id=one.id, project_id=one.project_id, subject=Choice(id=one.subject, label=one.subject_label),
            raised_by=one.raised_by, raised_on=one.raised_on, content=one.content, due_on=one.due_on,
            days_left=one.days_left, settled_on=one.settled_on, settled_by=one.settled_by, is_upheld=one.is_upheld,
            outcome=one.outcome,
        )  # fmt: skip


class MapPointRow(Schema):
    """A project on the map; without coordinates it counts in its county."""

    project_id: int
    name: str
    division: Place
    track: Choice
    state: Choice
    lon_e6: int | None
    lat_e6: int | None
    is_overdue: bool

    @classmethod
    def of(cls, point: queries.MapPoint) -> MapPointRow:
        return cls(
            project_id=point.project_id, name=point.name, division=Place.of(point.division_code),
            track=_track(point.track), state=_state(point.state), lon_e6=point.lon_e6, lat_e6=point.lat_e6,
            is_overdue=point.is_overdue,
        )  # fmt: skip


class PaperRow(Schema):
    """A paper; `has_file` is false while only its particulars are known."""

    id: int
    kind: Choice
    archive_class: int
    title: str
    number: str
    dated_on: date | None
    has_file: bool
    fields: dict[str, Any]
    by_name: str
    at: datetime

    @classmethod
    def of(cls, paper: queries.PaperView) -> PaperRow:
        return cls(
            id=paper.id, kind=Choice(id=paper.kind.id, label=paper.kind.label), archive_class=paper.archive_class,
            title=paper.title, number=paper.number, dated_on=paper.dated_on, has_file=paper.file_id is not None,
            fields=paper.fields, by_name=paper.by_name, at=paper.at,
        )  # fmt: skip


class StationRow(Schema):
    """A station of the time line: done, skipped, current or coming."""

    status: str
    step: str
    label: str
    state: Choice
    phase: str
    on: date | None
    by_name: str
    by_post: str
    reference: str
    note: str
    due_on: date | None
    days_left: int | None
    guide: str
    who: list[str]
    is_detour: bool
    is_history: bool
    papers: list[PaperRow]
    findings: list[FindingRow]

    @classmethod
    def of(cls, step: queries.TimelineStep) -> StationRow:
        return cls(
            status=step.status, step=step.step, label=step.label, state=_state(step.state.id), phase=step.state.phase, on=step.on,
            by_name=step.by_name, by_post=step.by_post, reference=step.reference, note=step.note, due_on=step.due_on,
            days_left=step.days_left, guide=step.guide, who=list(step.who), is_detour=step.is_detour,
            is_history=step.is_history, papers=[PaperRow.of(p) for p in step.papers],
            findings=FindingRow.all_of(step.findings),
        )  # fmt: skip


class OfferRow(Schema):
    """A step out of the present state, and what stands in the way; `room` names the room that takes it, if another."""

    step: str
    label: str
    kind: str
    target: Choice
    room: str
    is_permitted: bool
    is_open: bool
    must_explain: bool
    who: list[str]
    missing_papers: list[Choice]
    guide: str
    due_on: date | None
    days_left: int | None
    findings: list[FindingRow]

    @classmethod
    def of(cls, offer: queries.StepOffer) -> OfferRow:
        return cls(
            step=offer.step, label=offer.label, kind=offer.kind, target=_state(offer.target.id), room=offer.room,
            is_permitted=offer.permitted, is_open=offer.is_open, must_explain=offer.must_explain, who=list(offer.who),
            missing_papers=[Choice(id=k.id, label=k.label) for k in offer.missing_papers], guide=offer.guide,
            due_on=offer.due_on, days_left=offer.days_left, findings=FindingRow.all_of(offer.findings),
        )  # fmt: skip


class CardRow(Schema):
    """A project on the board."""

    project_id: int
    name: str
    division: Place
    track: Choice
    since: date
    due_on: date | None
    days_left: int | None
    marks: list[Choice]

    @classmethod
    def of(cls, card: queries.Card) -> CardRow:
        marks = [Choice(id=m, label=PROJECT_LIFE.marks[m].label) for m in card.marks]
        return cls(
            project_id=card.project_id, name=card.name, division=Place.of(card.division_code), track=_track(card.track),
            since=card.since, due_on=card.due_on, days_left=card.days_left, marks=marks,
        )  # fmt: skip


class ColumnRow(Schema):
    """A step on the board, most urgent projects first."""

    state: Choice
    phase: str
    count: int
    overdue: int
    cards: list[CardRow]


class BoardDocument(Schema):
    """The board: counts of all that fit the filter, and the first cards of each column."""

    count: int
    overdue: int
    marked: int
    columns: list[ColumnRow]

    @classmethod
    def of(cls, board: queries.Board) -> BoardDocument:
        columns = [
            ColumnRow(
                state=_state(c.state.id), phase=c.state.phase, count=c.count, overdue=c.overdue,
                cards=[CardRow.of(card) for card in c.cards],
            )
            for c in board.columns
        ]  # fmt: skip
        return cls(count=board.count, overdue=board.overdue, marked=board.marked, columns=columns)


class ArchiveItemRow(Schema):
    """What an archive class holds or lacks of one kind."""

    kind: Choice
    from_system: str
    is_required: bool
    is_missing: bool
    rule_id: str
    why: str
    papers: list[PaperRow]


class ArchiveClassRow(Schema):
    number: int
    label: str
    is_complete: bool
    items: list[ArchiveItemRow]


class ArchiveDocument(Schema):
    """The archive index of eight classes."""

    project_id: int
    complete: int
    total: int
    classes: list[ArchiveClassRow]

    @classmethod
    def of(cls, index: queries.ArchiveIndex) -> ArchiveDocument:
        return cls(
            project_id=index.project_id,
            complete=index.complete,
            total=index.total,
            classes=[
                ArchiveClassRow(
                    number=c.number, label=c.label, is_complete=c.is_complete,
                    items=[_item(item) for item in c.items],
                )
                for c in index.classes
            ],
        )  # fmt: skip


def _item(item: queries.ArchiveItem) -> ArchiveItemRow:
    return ArchiveItemRow(
        kind=Choice(id=item.kind.id, label=item.kind.label), from_system=item.from_system, is_required=item.is_required,
        is_missing=item.is_missing, rule_id=item.rule_id, why=item.why, papers=[PaperRow.of(p) for p in item.papers],
    )  # fmt: skip


def _state(state: str) -> Choice:
    return Choice(id=state, label=PROJECT_LIFE.state(state).label)


def _track(track: str) -> Choice:
    return Choice(id=track, label=Track.of_id(track).label)
