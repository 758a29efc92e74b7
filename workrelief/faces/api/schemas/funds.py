"""Plans, money and the labour-pay share as the API shows them; amounts in fen, shares as decimals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Field, Schema

from workrelief.base.law import registry as law
from workrelief.faces.api.schemas.common import Choice, Place
from workrelief.faces.shared.errors import finding_document
from workrelief.kernel.kinds import FundType, Kind
from workrelief.kernel.statemachine import State


def fund(found: Kind) -> Choice:
    return Choice(id=found.id, label=found.label)


def state(found: State) -> Choice:
    return Choice(id=found.id, label=found.label)


class Said(Schema):
    """What a rule said, with its clause."""

    rule_id: str
    severity: str
    message: str
    remedy: str
    clause: str

    @classmethod
    def all_of(cls, findings: Any) -> list[Said]:
        return [cls(**finding_document(f)) for f in findings]


class BatchOut(Schema):
    """A batch with the money of the reader's part of the province."""

    id: int
    title: str
    year: int
    fund_type: Choice
    number: int
    opened_on: date
    apply_by: date | None
    applications: int
    applied_fen: int
    agreed_fen: int
    received_fen: int = Field(description="已下达到读者最高一级")
    to_projects_fen: int
    open_fen: int = Field(description="尚未分解；0 为分毫不差")
    projects: int

    @classmethod
    def of(cls, row: Any) -> BatchOut:
        names = [n for n in cls.model_fields if n != "fund_type"]
        return cls(fund_type=fund(row.fund_type), **{n: getattr(row, n) for n in names})


class TreeProjectOut(Schema):
    """A project under a county."""

    project_id: int
    name: str
    line_id: int
    original_fen: int
    amount_fen: int
    is_forwarded: bool
    duties_missing: list[str]


class TreeOut(Schema):
    """An office in the tree of a batch."""

    division: Place
    level: str
    received_fen: int
    placed_fen: int
    open_fen: int
    project_count: int
    children: list[TreeOut] = []
    projects: list[TreeProjectOut] = []

    @classmethod
    def of(cls, node: Any) -> TreeOut:
        return cls(
            division=Place.of(node.code),
            level=node.level,
            received_fen=node.received_fen,
            placed_fen=node.placed_fen,
            open_fen=node.open_fen,
            project_count=node.project_count,
            children=[cls.of(child) for child in node.children],
            projects=[
                TreeProjectOut(
                    project_id=p.project.id, name=p.project.name, line_id=p.line_id, original_fen=p.original_fen,
                    amount_fen=p.amount_fen, is_forwarded=p.is_forwarded, duties_missing=list(p.duties_missing),
                )
                for p in node.projects
            ],
        )  # fmt: skip


class BatchDetail(BatchOut):
    """A batch with its tree; projects stand under the county asked for."""

    tree: list[TreeOut]


class ClockOut(Schema):
    """A working-day clock."""

    id: int
    document_id: int
    document_title: str
    document_no: str
    division: Place
    level: str
    received_on: date
    is_registered: bool
    days: int
    warn_on: date
    due_on: date
    done_on: date | None
    used_days: int | None
    days_left: int | None = Field(description="剩余工作日，负数为超期；办结后为空")
    status: str
    findings: list[Said]

    @classmethod
    def of(cls, row: Any) -> ClockOut:
        names = [n for n in cls.model_fields if n not in ("division", "findings")]
        return cls(
            division=Place.of(row.division_code),
            findings=Said.all_of(row.findings),
            **{n: getattr(row, n) for n in names},
        )


class ApplicationOut(Schema):
    """An application in a list."""

    id: int
    batch_id: int
    batch_title: str
    fund_type: Choice
    division: Place
    state: Choice
    lines: int
    requested_fen: int
    city_fen: int | None
    province_fen: int | None
    document_no: str
    submitted_on: date | None
    city_reviewed_on: date | None
    prov_reviewed_on: date | None
    return_reason: str
    version: int

    @classmethod
    def of(cls, row: Any) -> ApplicationOut:
        return cls(**cls.common(row))

    @classmethod
    def common(cls, row: Any) -> dict[str, Any]:
        names = [n for n in ApplicationOut.model_fields if n not in ("fund_type", "division", "state")]
        plain = {n: getattr(row, n) for n in names}
        return plain | {
            "fund_type": fund(row.fund_type), "division": Place.of(row.division_code), "state": state(row.state),
        }  # fmt: skip


class ApplicationLineOut(Schema):
    """A project in an application."""

    id: int
    number: int
    project_id: int
    project_name: str
    requested_fen: int
    city_fen: int | None
    province_fen: int | None
    cut_reason: str
    approval_no: str
    approval_on: date | None
    targets: dict[str, str]
    findings: list[Said]


class ApplicationDetail(ApplicationOut):
    """An application with its projects and what the rules say."""

    contact: str
    is_truthful: bool
    items: list[ApplicationLineOut]
    findings: list[Said]

    @classmethod
    def of_view(cls, view: Any) -> ApplicationDetail:
        return cls(
            **cls.common(view.row),
            contact=view.contact,
            is_truthful=view.is_truthful,
            items=[
                ApplicationLineOut(
                    id=one.id, number=one.number, project_id=one.project.id, project_name=one.project.name,
                    requested_fen=one.requested_fen, city_fen=one.city_fen, province_fen=one.province_fen,
                    cut_reason=one.cut_reason, approval_no=one.approval_no, approval_on=one.approval_on,
                    targets=dict(one.targets), findings=Said.all_of(one.findings),
                )
                for one in view.lines
            ],
            findings=Said.all_of(view.findings),
        )  # fmt: skip


class ApplicationLineIn(Schema):
    """One project asked for."""

    project_id: int
    requested_fen: int = Field(gt=0)
    targets: dict[str, str] = Field(default_factory=dict, description="十项绩效目标，写法如 30%、20、持续改善")
    approval_no: str = Field("", max_length=80)
    approval_on: date | None = None
    content_note: str = Field("", max_length=300)


class ApplicationIn(Schema):
    """A draft to be written."""

    batch_id: int
    division: str = Field("", description="申报县，缺省为本岗位所在县")
    contact: str = Field("", max_length=80)
    version: int | None = Field(None, description="读到的版本；他人改动过则拒绝")
    lines: list[ApplicationLineIn] = Field(max_length=500)


class SubmitIn(Schema):
    """What hands an application in."""

    document_no: str = Field(max_length=60)
    on: date
    is_truthful: bool = Field(description="真实性承诺")
    version: int | None = None


class DecisionIn(Schema):
    """What a reviewer makes of a line."""

    line_id: int
    fen: int = Field(ge=0)
    reason: str = Field("", max_length=200)


class ReviewIn(Schema):
    """A review by the city or the province."""

    level: str = Field(pattern="^(city|province)$")
    on: date
    decisions: list[DecisionIn] = []
    opinion: str = Field("", max_length=500)
    document_no: str = Field("", max_length=60)
    version: int | None = None


class ReasonIn(Schema):
    """Why."""

    reason: str = Field(max_length=500)
    version: int | None = None


class DocumentOut(Schema):
    """A plan document in a list; amounts of the lines the reader may see."""

    id: int
    batch_id: int
    batch_title: str
    fund_type: Choice
    level: str
    issuer: str
    division: Place
    state: Choice
    title: str
    document_no: str
    basis_no: str
    issued_on: date | None
    source_id: int | None
    lines: int
    projects: int
    total_fen: int
    version: int

    @classmethod
    def of(cls, row: Any) -> DocumentOut:
        return cls(**cls.common(row))

    @classmethod
    def common(cls, row: Any) -> dict[str, Any]:
        names = [n for n in DocumentOut.model_fields if n not in ("fund_type", "division", "state")]
        plain = {n: getattr(row, n) for n in names}
        return plain | {
            "fund_type": fund(row.fund_type), "division": Place.of(row.division_code), "state": state(row.state),
        }  # fmt: skip


class PlanLineOut(Schema):
    """A line of a plan document."""

    id: int
    number: int
    division: Place
    project_id: int | None
    project_name: str
    parent_id: int | None
    original_fen: int
    amount_fen: int
    placed_fen: int
    open_fen: int
    targets: dict[str, str]


class BalanceOut(Schema):
    """A line of the source: open, placed, difference."""

    line_id: int
    number: int
    label: str
    open_fen: int
    placed_fen: int
    difference_fen: int


class DocumentDetail(DocumentOut):
    """A plan document with its lines, its balance and what the rules say."""

    requirements: str
    made_by_name: str
    checked_by_name: str
    issued_by_name: str
    withdrawn_on: date | None
    withdrawn_reason: str
    items: list[PlanLineOut]
    balance: list[BalanceOut]
    findings: list[Said]

    @classmethod
    def of_view(cls, view: Any) -> DocumentDetail:
        names = (
            "requirements", "made_by_name", "checked_by_name", "issued_by_name", "withdrawn_on", "withdrawn_reason",
        )  # fmt: skip
        return cls(
            **cls.common(view.row),
            **{n: getattr(view, n) for n in names},
            items=[
                PlanLineOut(
                    id=one.id, number=one.number, division=Place.of(one.division_code),
                    project_id=one.project.id if one.project else None, project_name=one.project.name if one.project else "",
                    parent_id=one.parent_id, original_fen=one.original_fen, amount_fen=one.amount_fen,
                    placed_fen=one.placed_fen, open_fen=one.open_fen, targets=dict(one.targets),
                )
                for one in view.lines
            ],
            balance=[BalanceOut(**{n: getattr(one, n) for n in BalanceOut.model_fields}) for one in view.balance],
            findings=Said.all_of(view.findings),
        )  # fmt: skip


class ChangeItemOut(Schema):
    """A line of a change order."""

    line_id: int
    label: str
    field: str
    field_label: str
    before: str
    after: str
    delta_fen: int
    is_derived: bool


class ChangeOut(Schema):
    """A change order."""

    id: int
    kind: Choice
    state: Choice
    batch_id: int
    division: Place
    decided_by_division: str
    reason: str
    document_no: str
    decided_on: date | None
    decision: str
    made_by_name: str
    made_at: datetime
    decided_by_name: str
    items: list[ChangeItemOut]

    @classmethod
    def of(cls, row: Any) -> ChangeOut:
        names = [n for n in cls.model_fields if n not in ("kind", "state", "division", "items")]
        return cls(
            kind=Choice(id=row.kind, label=row.kind_label),
            state=state(row.state),
            division=Place.of(row.division_code),
            items=[ChangeItemOut(**{n: getattr(i, n) for n in ChangeItemOut.model_fields}) for i in row.items],
            **{n: getattr(row, n) for n in names},
        )


class MoveOut(Schema):
    """A voucher."""

    id: int
    project_id: int
    project_name: str
    kind: Choice
    fund_type: Choice | None
    amount_fen: int
    happened_on: date
    month: int
    tranche: int
    voucher_no: str
    payer: str
    payee: str
    purpose: str
    state: str
    reversed_reason: str

    @classmethod
    def of(cls, row: Any) -> MoveOut:
        own = ("project_name", "kind", "fund_type", "id")
        return cls(
            id=row.pk,
            project_name=row.project.name,
            kind=Choice(id=row.kind, label=row.get_kind_display()),
            fund_type=fund(FundType.of_id(row.fund_type)) if row.fund_type else None,
            **{n: getattr(row, n) for n in cls.model_fields if n not in own},
        )


class MoveIn(Schema):
    """A voucher to be entered: receipt, payment, investment (month) or year_plan (year as month)."""

    project_id: int
    kind: str = Field(pattern="^(receipt|payment|investment|year_plan)$")
    amount_fen: int = Field(gt=0)
    happened_on: date | None = Field(None, description="到位、支付的日期")
    fund_type: str = Field("", description="资金来源；完成投资和年度计划可不分")
    month: int = Field(0, description="完成投资的月份 202207，年度计划的年度 2022")
    tranche: int = Field(0, ge=0, le=999)
    voucher_no: str = Field("", max_length=60)
    payer: str = Field("", max_length=120)
    payee_kind: str = ""
    payee: str = Field("", max_length=120)
    purpose: str = Field("", max_length=160)
    remark: str = Field("", max_length=200)


class SourceOut(Schema):
    """One source of a project: approved, issued, arrived, paid."""

    fund_type: Choice
    planned_fen: int
    issued_fen: int
    received_fen: int
    paid_fen: int
    idle_fen: int


class ProjectMoneyOut(Schema):
    """A project's money."""

    project_id: int
    sources: list[SourceOut]
    received_fen: int
    paid_fen: int
    invested_fen: int
    wages_fen: int
    findings: list[Said]

    @classmethod
    def of(cls, found: Any) -> ProjectMoneyOut:
        return cls(
            project_id=found.project_id,
            sources=[
                SourceOut(
                    fund_type=fund(s.fund_type), planned_fen=s.planned_fen, issued_fen=s.issued_fen,
                    received_fen=s.received_fen, paid_fen=s.paid_fen, idle_fen=s.idle_fen,
                )
                for s in found.balance.sources.values()
            ],
            received_fen=found.balance.received_fen,
            paid_fen=found.balance.paid_fen,
            invested_fen=found.balance.invested_fen,
            wages_fen=found.wages_fen,
            findings=Said.all_of(found.findings),
        )  # fmt: skip


class AgeOut(Schema):
    """Idle money of one age class."""

    id: str
    label: str
    fen: int


class IdleOut(Schema):
    """Money that arrived and was not paid out."""

    on: date
    limit_days: int
    total_fen: int
    late_fen: int
    by_class: list[AgeOut]


class RequirementOut(Schema):
    """A lower limit of labour pay."""

    kind: str
    rule_id: str
    label: str
    share: Decimal | None
    required_fen: Decimal
    basis: str
    clause: str


class ShareOut(Schema):
    """The labour-pay share of one project; shares are plain ratios (0.3 = 30 %)."""

    project_id: int
    name: str
    division: Place
    base_fen: int
    base_label: str
    paid_fen: int
    share: Decimal | None
    floor: Decimal | None
    promised: Decimal | None
    forecast_share: Decimal | None
    missing_fen: int
    is_met: bool
    is_behind: bool
    requirements: list[RequirementOut]
    findings: list[Said]

    @classmethod
    def of(cls, one: Any) -> ShareOut:
        share = one.share
        return cls(
            project_id=one.project_id,
            name=one.name,
            division=Place.of(one.division_code),
            base_fen=share.base_fen,
            base_label=share.base_label,
            paid_fen=share.paid_fen,
            share=share.share,
            floor=share.floor.share_of_base if share.floor else None,
            promised=share.promised.share_of_base if share.promised else None,
            forecast_share=share.forecast_share,
            missing_fen=share.missing_fen,
            is_met=share.is_met,
            is_behind=share.is_behind,
            requirements=[
                RequirementOut(
                    kind=r.kind, rule_id=r.rule_id, label=r.label, share=r.share_of_base, required_fen=r.required_fen,
                    basis=r.basis, clause=law.resolve(r.cite),
                )
                for r in share.requirements
            ],
            findings=Said.all_of(share.findings),
        )  # fmt: skip
