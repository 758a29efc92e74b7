"""What the steps of plans take: batches, documents, receipts, change orders, the two responsibilities. Amounts in fen."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from ninja import Field, Schema

from workrelief.faces.api.schemas.funds import ReasonIn
from workrelief.work.funds import services

PLACE = "^[0-9]{12}$"
TARGETS = "十项绩效目标，写法如 30%、20、持续改善"


class BatchIn(Schema):
    """A round of money to open."""

    year: int = Field(ge=2000, le=2100)
    fund_type: str
    number: int = Field(1, ge=1, le=99)
    title: str = Field("", max_length=120)
    opened_on: date | None = None
    apply_by: date | None = None
    note: str = Field("", max_length=300)


class VersionIn(Schema):
    version: int | None = None


class BatchTermsIn(Schema):
    """What may change of an open batch; `apply_by` null means no limit."""

    apply_by: date | None = None
    note: str = Field("", max_length=200)


class TargetsIn(VersionIn):
    """All ten targets of a line, as typed or stored."""

    targets: dict[str, str] = Field(description=TARGETS)


class HeadIn(Schema):
    """What stands around the lines of a document."""

    title: str = Field("", max_length=160)
    document_no: str = Field("", max_length=60)
    basis_no: str = Field("", max_length=60)
    requirements: str = Field("", max_length=4_000)

    def head(self) -> services.DocumentHead:
        return services.DocumentHead(
            title=self.title, document_no=self.document_no, basis_no=self.basis_no, requirements=self.requirements
        )


class PlanIn(HeadIn):
    """The document that brings a batch's money into the province."""

    total_fen: int = Field(gt=0)
    targets: dict[str, str] = Field(default_factory=dict, description=TARGETS)


class LineIn(Schema):
    """One amount for a division or a project; `parent_id` is the line of the source it comes from."""

    amount_fen: int = Field(gt=0)
    division_code: str = Field("", pattern="^([0-9]{12})?$")
    project_id: int | None = None
    parent_id: int | None = None
    targets: dict[str, str] = Field(default_factory=dict, description=TARGETS)

    def line(self) -> services.NewLine:
        return services.NewLine(**dict(self))


class LinesIn(HeadIn):
    """A draft with its lines; `version` is the one that was read."""

    lines: list[LineIn] = Field(max_length=2_000)
    version: int | None = None


class DecompositionIn(LinesIn):
    """The document by which an office passes on what it received by `source_id`."""

    source_id: int
    division: str = Field("", pattern="^([0-9]{12})?$", description="缺省为本岗位所在辖区")


class IssueIn(VersionIn):
    """Number and day of the document."""

    document_no: str = Field("", max_length=60)
    on: date


class WithdrawIn(ReasonIn):
    on: date | None = None


class ReceiptIn(Schema):
    """When a document came in."""

    received_on: date
    receipt_no: str = Field("", max_length=40)


class ProposedLineOut(Schema):
    """A line as the platform proposes it: named projects as they are, a lump by the agreed amounts."""

    parent_id: int
    division_code: str
    project_id: int | None
    amount_fen: int
    targets: dict[str, str]

    @classmethod
    def of(cls, row: Any) -> ProposedLineOut:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class ShiftIn(Schema):
    """A project's amount as it shall be; for a recall the amount taken back."""

    project_id: int
    fen: int = Field(ge=0)


class ChangeIn(Schema):
    """A change to ask for: money between projects, money taken back, content, or targets of one project.

    `hand_back` takes `fen` of a line nobody placed yet (`line_id`): to the own office from below, else one level up.
    """

    batch_id: int
    kind: Literal["shift", "recall", "hand_back", "content", "targets"]
    reason: str = Field(max_length=500)
    shifts: list[ShiftIn] = Field(default_factory=list, max_length=500)
    line_id: int | None = None
    fen: int = Field(0, ge=0)
    project_id: int | None = None
    content: str = Field("", max_length=2_000)
    targets: dict[str, str] = Field(default_factory=dict, description=TARGETS)


class ApproveIn(Schema):
    """Number and day of the answer."""

    document_no: str = Field(max_length=60)
    on: date
    decision: str = Field("", max_length=500)


class DutiesIn(Schema):
    """The two responsibilities of one project (表 I)."""

    project_id: int
    owner_unit: str = Field("", max_length=120)
    owner_person: str = Field("", max_length=40)
    owner_phone: str = Field("", max_length=30)
    owner_confirmed_on: date | None = None
    supervisor_unit: str = Field("", max_length=120)
    supervisor_person: str = Field("", max_length=40)
    supervisor_phone: str = Field("", max_length=30)
    supervisor_confirmed_on: date | None = None
    filed_on: date | None = None


class AllDutiesIn(Schema):
    entries: list[DutiesIn] = Field(min_length=1, max_length=500)
    reason: str = Field("", max_length=200)


class DutiesOut(DutiesIn):
    """As recorded, with what is missing."""

    project_name: str
    missing: list[str]

    @classmethod
    def of(cls, row: Any) -> DutiesOut:
        plain = {name: getattr(row.duties, name) for name in DutiesIn.model_fields if name != "project_id"}
        return cls(project_id=row.project.id, project_name=row.project.name, missing=list(row.missing), **plain)


class Done(Schema):
    """How many were recorded."""

    recorded: int
