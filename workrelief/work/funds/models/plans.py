"""Investment plans: batches, county applications, plan documents with their lines, clocks, responsibilities, changes.

Money travels down as a tree of lines: a line of an issued document is decomposed by lines of documents of the level
below (`parent`). Amounts are whole fen. Nothing issued is ever deleted; a withdrawn document keeps its lines.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from workrelief.base.access.scope import ScopedModel, ScopeFields
from workrelief.kernel.kinds import FundType
from workrelief.work.funds.states import APPLICATION, CHANGE_ORDER, PLAN_DOCUMENT

LEVELS = [("nation", "国家"), ("province", "省"), ("city", "市"), ("county", "县")]


class PlanBatch(models.Model):
    """One round of money: a fund type, a year and a number (2023年第一批). Open to every county of the province."""

    year = models.PositiveSmallIntegerField()
    fund_type = models.CharField(max_length=20, choices=FundType.choices())
    number = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=120)
    opened_on = models.DateField()
    apply_by = models.DateField(null=True, help_text="last day for county applications")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "fund_type", "number"], name="plan_batch_once")]
        indexes = [models.Index(fields=["-year", "fund_type", "number"], name="plan_batch_order")]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """Name under which dated parameters may speak of this batch: 2023-central_budget-1."""
        return f"{self.year}-{self.fund_type}-{self.number}"


class Application(ScopedModel):
    """A county's application for money of one batch, reviewed by city and province."""

    batch = models.ForeignKey(PlanBatch, on_delete=models.PROTECT, related_name="applications")
    division_code = models.CharField(max_length=12, help_text="applying county, 12 digits")
    state = models.CharField(max_length=16, choices=APPLICATION.choices(), default="draft")
    document_no = models.CharField(max_length=60, blank=True, help_text="发文字号 of the county's application")
    contact = models.CharField(max_length=80, blank=True, help_text="联系人及电话")
    is_truthful = models.BooleanField(default=False, help_text="真实性承诺 was given")
    submitted_on = models.DateField(null=True)
    city_document_no = models.CharField(max_length=60, blank=True)
    city_reviewed_on = models.DateField(null=True)
    city_opinion = models.CharField(max_length=500, blank=True)
    prov_reviewed_on = models.DateField(null=True)
    prov_opinion = models.CharField(max_length=500, blank=True)
    return_reason = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="grows with each change; stale edits are refused")
    made_by_id = models.BigIntegerField(null=True)
    made_by_name = models.CharField(max_length=60)
    updated_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "division_code"], condition=~Q(state="withdrawn"), name="plan_application_once"
            )
        ]
        indexes = [models.Index(fields=["division_code", "state"], name="plan_application_list")]

    def __str__(self) -> str:
        return f"{self.batch.title}申请（{self.division_code}）"


class ApplicationLine(ScopedModel):
    """One project in an application: what the county asks for, what city and province agree to, its ten targets."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="project__sector", project="project_id")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(help_text="序号 in the application, from 1")
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12, help_text="where the project lies")
    requested_fen = models.BigIntegerField()
    city_fen = models.BigIntegerField(null=True, help_text="agreed by the city; null until reviewed")
    province_fen = models.BigIntegerField(null=True, help_text="agreed by the province; null until reviewed")
    cut_reason = models.CharField(max_length=200, blank=True, help_text="核减理由")
    approval_no = models.CharField(max_length=80, blank=True, help_text="批复文号 (rule C11)")
    approval_on = models.DateField(null=True)
    content_note = models.CharField(max_length=300, blank=True, help_text="人工复核意见 where keywords hit (rule C07)")
    targets = models.JSONField(default=dict, help_text="{target id: value as text}, rules.targets.TARGETS")

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["application", "project"], name="plan_application_project_once"),
            models.CheckConstraint(condition=Q(requested_fen__gt=0), name="plan_requested_positive"),
        ]
        indexes = [models.Index(fields=["project"], name="plan_application_project")]

    def __str__(self) -> str:
        return f"申请第{self.number}行"

    @property
    def agreed_fen(self) -> int:
        """What stands after the highest review so far, fen."""
        return next(fen for fen in (self.province_fen, self.city_fen, self.requested_fen) if fen is not None)


class PlanDocument(ScopedModel):
    """A document that gives money: the nation's (as received), the province's, a city's, a county's."""

    batch = models.ForeignKey(PlanBatch, on_delete=models.PROTECT, related_name="documents")
    level = models.CharField(max_length=8, choices=LEVELS, help_text="level of the issuing office")
    division_code = models.CharField(max_length=12, help_text="issuing division; the province for the nation's")
    state = models.CharField(max_length=10, choices=PLAN_DOCUMENT.choices(), default="draft")
    title = models.CharField(max_length=160)
    source = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="decompositions",
        help_text="the document it decomposes; empty for the one that brings the money into the province",
    )  # fmt: skip
    document_no = models.CharField(max_length=60, blank=True, help_text="发文字号")
    basis_no = models.CharField(max_length=60, blank=True, help_text="文号 of the document it rests on")
    issued_on = models.DateField(null=True)
    requirements = models.TextField(blank=True, help_text="further demands, a paragraph a line")
    withdrawn_on = models.DateField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)
    made_by_id = models.BigIntegerField(null=True)
    made_by_name = models.CharField(max_length=60)
    checked_by_id = models.BigIntegerField(null=True)
    checked_by_name = models.CharField(max_length=60, blank=True)
    issued_by_name = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="grows with each change; stale edits are refused")
    import_batch = models.BigIntegerField(default=0, help_text="import batch it came with; 0 when entered by hand")
    updated_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        indexes = [
            models.Index(fields=["division_code", "state"], name="plan_document_list"),
            models.Index(fields=["batch", "state"], name="plan_document_batch"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_root(self) -> bool:
        """Whether it brings money into the province rather than decomposing what is there."""
        return self.source_id is None


class PlanLine(ScopedModel):
    """One amount in a plan document: for a division, or for a project. `parent` is the line it takes its money from."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="project__sector", project="project_id")

    document = models.ForeignKey(PlanDocument, on_delete=models.CASCADE, related_name="lines")
    batch = models.ForeignKey(PlanBatch, on_delete=models.PROTECT, related_name="lines")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    number = models.PositiveIntegerField(help_text="序号 in the document, from 1")
    division_code = models.CharField(max_length=12, help_text="division that receives the line, 12 digits")
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, null=True, related_name="+")
    original_fen = models.BigIntegerField(help_text="as issued")
    amount_fen = models.BigIntegerField(help_text="after approved changes and recalls")
    targets = models.JSONField(default=dict, help_text="{target id: value as text}, rules.targets.TARGETS")

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["document", "project"], condition=Q(project__isnull=False), name="plan_line_project_once"
            ),
            models.UniqueConstraint(
                fields=["document", "parent", "division_code"],
                condition=Q(project__isnull=True),
                name="plan_line_division_once",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="plan_line_positive"),
            models.CheckConstraint(condition=Q(original_fen__gt=0), name="plan_line_original_positive"),
        ]
        indexes = [
            models.Index(fields=["project", "batch"], name="plan_line_project"),
            models.Index(fields=["division_code", "batch"], name="plan_line_division"),
        ]

    def __str__(self) -> str:
        return f"计划第{self.number}行"


class Delivery(ScopedModel):
    """An issued document at one division that has to decompose it: the working-day clock (rules C01, C02)."""

    document = models.ForeignKey(PlanDocument, on_delete=models.PROTECT, related_name="deliveries")
    division_code = models.CharField(max_length=12, help_text="receiving division, 12 digits")
    level = models.CharField(max_length=8, choices=LEVELS[1:])
    received_on = models.DateField(help_text="收文日; the day of issue until the receiver registers it")
    is_registered = models.BooleanField(default=False, help_text="the receiver said when it came")
    receipt_no = models.CharField(max_length=40, blank=True, help_text="收文编号")
    days = models.PositiveSmallIntegerField(help_text="working days allowed on that day for level and batch")
    warn_on = models.DateField()
    due_on = models.DateField()
    done_on = models.DateField(null=True, help_text="day of the last document that placed the whole amount")
    used_days = models.PositiveSmallIntegerField(null=True, help_text="working days from receipt to done_on (I15)")
    is_void = models.BooleanField(default=False, help_text="the document was withdrawn")

    class Meta(ScopedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "division_code"], name="plan_delivery_once")]
        indexes = [models.Index(fields=["division_code", "done_on", "due_on"], name="plan_delivery_due")]

    def __str__(self) -> str:
        return f"收文（{self.division_code}）"


class Responsibility(ScopedModel):
    """两个责任 of a project (form I): who answers for it, who supervises it day by day, and when each confirmed."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="project__sector", project="project_id")

    project = models.OneToOneField("projects.Project", on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    owner_unit = models.CharField(max_length=120, help_text="项目（法人）单位")
    owner_person = models.CharField(max_length=40, help_text="项目责任人")
    owner_phone = models.CharField(max_length=20)
    owner_confirmed_on = models.DateField(null=True)
    supervisor_unit = models.CharField(max_length=120, help_text="日常监管直接责任单位")
    supervisor_person = models.CharField(max_length=40, help_text="监管责任人")
    supervisor_phone = models.CharField(max_length=20)
    supervisor_confirmed_on = models.DateField(null=True)
    filed_on = models.DateField(null=True, help_text="备案日期")
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"两个责任（{self.owner_unit}）"


class ChangeOrder(ScopedModel):
    """变更审批单: a shift of money, a recall, a change of content or of targets; kept with before and after (rule C09)."""

    KINDS: ClassVar[list[tuple[str, str]]] = [
        ("shift", "调整投资计划"),
        ("recall", "收回资金"),
        ("content", "变更建设内容"),
        ("targets", "调整绩效目标"),
    ]

    batch = models.ForeignKey(PlanBatch, on_delete=models.PROTECT, related_name="changes")
    division_code = models.CharField(max_length=12, help_text="division that asks")
    decided_by_division = models.CharField(max_length=12, help_text="division that decides: it gave out the money")
    kind = models.CharField(max_length=8, choices=KINDS)
    state = models.CharField(max_length=10, choices=CHANGE_ORDER.choices(), default="proposed")
    reason = models.CharField(max_length=500)
    document_no = models.CharField(max_length=60, blank=True, help_text="批复文号 of the decision")
    decided_on = models.DateField(null=True)
    decision = models.CharField(max_length=500, blank=True)
    made_by_id = models.BigIntegerField(null=True)
    made_by_name = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=60, blank=True)

    class Meta(ScopedModel.Meta):
        indexes = [models.Index(fields=["division_code", "state"], name="plan_change_list")]

    def __str__(self) -> str:
        return f"{dict(self.KINDS)[self.kind]}（{self.division_code}）"


class ChangeItem(models.Model):
    """One line of a change order. Amounts stand as fen in `before` and `after`; `is_derived` marks the lines above."""

    order = models.ForeignKey(ChangeOrder, on_delete=models.CASCADE, related_name="items")
    line = models.ForeignKey(PlanLine, on_delete=models.PROTECT, related_name="changes")
    field = models.CharField(max_length=20, help_text="amount_fen, content or a target id")
    before = models.TextField()
    after = models.TextField()
    is_derived = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "line", "field"], name="plan_change_item_once")]
        indexes = [models.Index(fields=["line"], name="plan_change_line")]

    @property
    def delta_fen(self) -> int:
        """Change of the amount in fen; 0 for other fields."""
        return int(self.after) - int(self.before) if self.field == "amount_fen" else 0

    def __str__(self) -> str:
        return f"{self.field}：{self.before}→{self.after}"
