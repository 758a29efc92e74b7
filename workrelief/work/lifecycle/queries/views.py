"""What pages, commands and the API see of a life: frozen values, ready to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from workrelief.kernel.findings import Finding, blockers
from workrelief.kernel.statemachine import State
from workrelief.work.lifecycle.states import PaperKind


@dataclass(frozen=True)
class MarkView:
    """A mark: id, label, tone, since when, by whom and why; and how it was cleared, once it is."""

    id: str
    label: str
    tone: str
    set_on: date
    set_by: str
    reason: str
    reference: str
    cleared_on: date | None = None
    cleared_by: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class LifeView:
    """Where a project stands. A project without a life is shown with the state that would be inferred (`is_stored` False).

    `days_left` is negative when overdue and None without a limit. Amounts in fen; shares in basis points (3000 = 30 %).
    `marks` stand, `past_marks` were cleared.
    """

    project_id: int
    name: str
    code: str
    division_code: str
    track: str
    sector: str
    state: State
    implementer_kind: str
    implementer_label: str
    since: date | None
    due_on: date | None
    days_left: int | None
    marks: tuple[MarkView, ...]
    promised_pay_fen: int | None
    promised_share_bp: int | None
    site: str
    lon_e6: int | None
    lat_e6: int | None
    is_stored: bool
    is_adopted: bool
    inferred_because: str
    version: int
    open_objections: int
    past_marks: tuple[MarkView, ...] = ()

    @property
    def is_overdue(self) -> bool:
        return self.days_left is not None and self.days_left < 0


@dataclass(frozen=True)
class PaperView:
    """A paper of the project. `kind` says label and archive class; `file_id` is None while only particulars are known."""

    id: int
    project_id: int
    kind: PaperKind
    archive_class: int
    title: str
    number: str
    dated_on: date | None
    file_id: int | None
    fields: dict[str, object]
    by_name: str
    at: datetime
    withdrawn: Withdrawn | None = None


@dataclass(frozen=True)
class Withdrawn:
    """Why a paper was taken out, by whom and when."""

    reason: str
    by_name: str
    at: datetime


@dataclass(frozen=True)
class StepOffer:
    """A step out of the present state, for the panel “下一步”.

    `permitted`: the actor's duties carry it. `room` is not empty when another room takes the step (funds: 投资计划, lists:
    三级清单): show a link there instead of a button. `is_open` is True when it may be taken now. `missing_papers` are those
    that block; `who` are the duties that may act. `kind` is main, detour or end.
    """

    step: str
    label: str
    kind: str
    target: State
    room: str
    permitted: bool
    who: tuple[str, ...]
    findings: tuple[Finding, ...]
    missing_papers: tuple[PaperKind, ...]
    guide: str
    due_on: date | None
    days_left: int | None

    @property
    def is_open(self) -> bool:
        return self.permitted and not self.room and not blockers(self.findings)

    @property
    def must_explain(self) -> bool:
        """Whether a note is asked for: serious findings may pass only when explained."""
        return any(f.severity.value == "serious" for f in self.findings)


@dataclass(frozen=True)
class TimelineStep:
    """One station of the time line: `status` is done, skipped, current or coming.

    For a done station `step` says how it was reached; detours (returned, failed, withdrawn) stand between, in order of time.
    """

    status: str
    state: State
    step: str
    label: str
    on: date | None
    at: datetime | None
    by_name: str
    by_post: str
    reference: str
    note: str
    papers: tuple[PaperView, ...]
    due_on: date | None
    days_left: int | None
    guide: str
    who: tuple[str, ...]
    findings: tuple[Finding, ...]
    is_history: bool = False
    is_detour: bool = False


@dataclass(frozen=True)
class Card:
    """One project on the board."""

    project_id: int
    name: str
    division_code: str
    track: str
    state: str
    since: date
    due_on: date | None
    days_left: int | None
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """One state on the board: how many stand there, how many of them are overdue, and the first cards, most urgent first."""

    state: State
    count: int
    overdue: int
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Board:
    """The board: a column for every state somebody stands in, in the order of life; totals over all columns."""

    columns: tuple[Column, ...]
    count: int
    overdue: int
    marked: int


@dataclass(frozen=True)
class ArchiveItem:
    """One thing an archive class should hold: papers, or words on what stands in the system itself (`from_system`).

    `is_missing` with `why` (the rule) and the rule's id when it is asked for and not there.
    """

    kind: PaperKind
    papers: tuple[PaperView, ...]
    from_system: str
    is_required: bool
    is_missing: bool
    rule_id: str
    why: str


@dataclass(frozen=True)
class ArchiveClass:
    """One of the eight classes: its items, and whether it is complete."""

    number: int
    label: str
    items: tuple[ArchiveItem, ...]

    @property
    def missing(self) -> tuple[ArchiveItem, ...]:
        return tuple(item for item in self.items if item.is_missing)

    @property
    def is_complete(self) -> bool:
        return not self.missing and any(item.papers or item.from_system for item in self.items)


@dataclass(frozen=True)
class ArchiveIndex:
    """The archive index of a project (forms.md 三); `complete` of `total` classes are complete (I08)."""

    project_id: int
    classes: tuple[ArchiveClass, ...]

    @property
    def complete(self) -> int:
        return sum(c.is_complete for c in self.classes)

    @property
    def total(self) -> int:
        return len(self.classes)

    @property
    def is_complete(self) -> bool:
        return self.complete == self.total


@dataclass(frozen=True)
class MapPoint:
    """A project on the map; coordinates in millionths of a degree, None when the site is not located (use the county)."""

    project_id: int
    name: str
    division_code: str
    track: str
    state: str
    tone: str
    lon_e6: int | None
    lat_e6: int | None
    is_overdue: bool


@dataclass(frozen=True)
class WaitingStep:
    """So many projects wait for this step of the actor; `overdue` of them are late."""

    state: str
    step: str
    label: str
    count: int
    overdue: int


@dataclass(frozen=True)
class Waiting:
    """What waits for the acting person on the board."""

    steps: tuple[WaitingStep, ...]
    objections: int
    objections_overdue: int

    @property
    def count(self) -> int:
        return sum(s.count for s in self.steps)

    @property
    def overdue(self) -> int:
        return sum(s.overdue for s in self.steps)


@dataclass(frozen=True)
class ObjectionView:
    """An objection or complaint; `days_left` is None once settled."""

    id: int
    project_id: int
    subject: str
    subject_label: str
    raised_by: str
    raised_on: date
    content: str
    due_on: date
    days_left: int | None
    settled_on: date | None
    settled_by: str
    is_upheld: bool | None
    outcome: str
