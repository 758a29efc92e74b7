"""What the API says of the three-level lists. Amounts in fen; ids of levels, tracks, sectors and states as in the code."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Field, Schema

from workrelief.faces.api.paging import PageQuery
from workrelief.faces.api.schemas.projects import ProjectEditBody


class EntryQuery(PageQuery):
    """Filters; empty means all."""

    year: int | None = Field(None, ge=2000, le=2100)
    level: str = Field("", description="province、city、county")
    division: str = ""
    track: list[str] = Field(default_factory=list)
    sector: list[str] = Field(default_factory=list)
    state: list[str] = Field(default_factory=list, description="缺省为占用级次的各状态")
    waits_for: str = Field("", description="等待哪一级办理")
    text: str = Field("", max_length=80)


class EntryRow(Schema):
    """A project on a year's list."""

    id: int
    project_id: int
    name: str
    code: str
    year: int
    level: str
    track: str
    sector: str
    division: str
    state: str
    state_label: str
    waits_for: str
    is_standing: bool
    is_counted: bool
    investment_fen: int
    planned_investment_fen: int
    planned_workers: int
    planned_pay_fen: int
    reason: str
    version: int

    @classmethod
    def of(cls, row: Any) -> EntryRow:
        return cls(
            id=row.pk, project_id=row.project_id, name=row.project.name, code=row.project.code, year=row.year,
            level=row.level, track=row.track, sector=row.sector, division=row.division_code, state=row.state,
            state_label=row.state_label, waits_for=row.waits_for, is_standing=row.is_standing, is_counted=row.is_counted,
            investment_fen=row.investment_fen, planned_investment_fen=row.planned_investment_fen,
            planned_workers=row.planned_workers, planned_pay_fen=row.planned_pay_fen, reason=row.reason, version=row.version,
        )  # fmt: skip


class EntryPage(Schema):
    total: int
    items: list[EntryRow]


class StepRow(Schema):
    """A step an entry took."""

    step: str
    state_before: str
    state_after: str
    at: datetime
    by_name: str
    reason: str
    difference: dict[str, Any]


class OfferRow(Schema):
    """A step that may come next."""

    step: str
    label: str
    permitted: bool
    refusal: str
    needs_reason: bool
    levels: list[str]


class EntryDetail(Schema):
    entry: EntryRow
    steps: list[StepRow]
    findings: list[dict[str, str]]
    offers: list[OfferRow]

    @classmethod
    def build(cls, row: Any, steps: list[Any], findings: list[dict[str, str]], offers: list[Any]) -> EntryDetail:
        return cls(
            entry=EntryRow.of(row),
            steps=[
                StepRow(
                    step=s.step, state_before=s.state_before, state_after=s.state_after, at=s.at, by_name=s.by_name,
                    reason=s.reason, difference=s.difference,
                )
                for s in steps
            ],
            findings=findings,
            offers=[
                OfferRow(
                    step=o.step, label=o.label, permitted=o.permitted, refusal=o.refusal, needs_reason=o.needs_reason,
                    levels=list(o.levels),
                )
                for o in offers
            ],
        )  # fmt: skip


class EntryBody(Schema):
    """A project for the reserve of a list."""

    project_id: int
    year: int = Field(ge=2000, le=2100)
    level: str
    planned_investment_fen: int = Field(0, ge=0)
    reason: str = Field("", max_length=200)


class StepBody(Schema):
    """A step with many; `expected` is the state the officer saw."""

    entries: list[int] = Field(min_length=1, max_length=2_000)
    step: str = Field(description="submit、confirm、return")
    expected: str = ""
    reason: str = Field("", max_length=200)


class ReasonBody(Schema):
    reason: str = Field(min_length=4, max_length=200)
    expected: str = ""


class LevelBody(ReasonBody):
    level: str


class ManyReasonBody(ReasonBody):
    entries: list[int] = Field(min_length=1, max_length=2_000)


class ManyLevelBody(ManyReasonBody):
    level: str


class AdjustBody(ProjectEditBody):
    """What is to be different on the issued list, and why; `seen` is the state the officer saw."""

    reason: str = Field(min_length=4, max_length=200)
    seen: str = ""


class CloseBody(Schema):
    """Level and issuing division of the list."""

    level: str
    division: str = Field(pattern="^[0-9]{12}$")


class Moved(Schema):
    moved: int


class EditionDocument(Schema):
    """An issued list."""

    id: int
    title: str
    document_no: str
    year: int
    level: str
    track: str
    division: str
    number: int
    issued_on: date
    issued_by: str
    state: str
    previous: int | None
    totals: dict[str, Any]
    digest: str

    @classmethod
    def of(cls, row: Any) -> EditionDocument:
        return cls(
            id=row.pk, title=row.title, document_no=row.document_no, year=row.year, level=row.level, track=row.track,
            division=row.division_code, number=row.number, issued_on=row.issued_on, issued_by=row.issued_by, state=row.state,
            previous=row.previous_id, totals=row.totals, digest=row.digest,
        )  # fmt: skip


class EditionPage(Schema):
    total: int
    items: list[EditionDocument]


class IssueBody(Schema):
    """What the issuing document says."""

    year: int = Field(ge=2000, le=2100)
    level: str
    division: str
    document_no: str = Field(min_length=1, max_length=60)
    issued_on: date
    track: str = ""


class EditionWithdrawBody(Schema):
    """Why an issued list is taken back."""

    reason: str = Field(min_length=4, max_length=200)


class JobTicket(Schema):
    job_id: int
    state: str
    message: str


class LineQuery(PageQuery):
    change: str = Field("", description="in、kept、changed、out、promoted")


class LineRow(Schema):
    """A project of an edition as it was then."""

    position: int
    entry_id: int
    project_id: int
    change: str
    reason: str
    difference: dict[str, Any]
    fields: dict[str, Any]

    @classmethod
    def of(cls, row: Any) -> LineRow:
        return cls(
            position=row.position, entry_id=row.entry_id, project_id=row.project_id, change=row.change, reason=row.reason,
            difference=row.difference, fields=row.fields,
        )  # fmt: skip


class LinePage(Schema):
    total: int
    items: list[LineRow]


class LineChangeRow(Schema):
    """A project in a comparison."""

    project_id: int
    name: str
    division: str
    reason: str
    difference: dict[str, list[str]]

    @classmethod
    def of(cls, change: Any) -> LineChangeRow:
        return cls(
            project_id=change.project_id, name=change.name, division=change.division_code, reason=change.reason,
            difference={what: list(values) for what, values in change.difference.items()},
        )  # fmt: skip


class ComparisonDocument(Schema):
    older: EditionDocument
    newer: EditionDocument
    added: list[LineChangeRow]
    removed: list[LineChangeRow]
    changed: list[LineChangeRow]
    promoted: list[LineChangeRow]
    kept: int


class PairQuery(PageQuery):
    year: int | None = Field(None, ge=2000, le=2100)
    state: str = Field("open", description="open、same、different；空为全部")


class PairDocument(Schema):
    """Two projects that look like one; `likeness` in ‰."""

    id: int
    first_id: int
    first_name: str
    first_years: list[int]
    second_id: int
    second_name: str
    second_years: list[int]
    likeness: int
    words: str
    state: str
    decided_by: str
    reason: str

    @classmethod
    def of(cls, view: Any) -> PairDocument:
        return cls(
            id=view.id, first_id=view.first.id, first_name=view.first.name, first_years=list(view.first_years),
            second_id=view.second.id, second_name=view.second.name, second_years=list(view.second_years),
            likeness=view.likeness, words=view.words, state=view.state, decided_by=view.decided_by, reason=view.reason,
        )  # fmt: skip


class PairPage(Schema):
    total: int
    items: list[PairDocument]


class SearchBody(Schema):
    """The year whose projects are compared."""

    year: int = Field(ge=2000, le=2100)


class PairsFound(Schema):
    """How many pairs a search found that were not known before."""

    found: int


class Decision(Schema):
    decision: str = Field(description="same、different")
    reason: str = Field(min_length=2, max_length=200)
    expected: str = Field("open", description="看到的判定；改判时填 same 或 different")


class UnlistedQuery(PageQuery):
    decision: str = Field("", description="open、listed、refused")


class UnlistedRow(Schema):
    """A project matched to the catalogue that is on no list."""

    project_id: int
    name: str
    match_id: int
    matched_lines: int
    listing: str
    reason: str

    @classmethod
    def of(cls, run: Any, name: str) -> UnlistedRow:
        return cls(
            project_id=run.project_id, name=name, match_id=run.pk, matched_lines=run.matched, listing=run.listing,
            reason=run.listing_reason,
        )  # fmt: skip


class UnlistedPage(Schema):
    total: int
    items: list[UnlistedRow]
