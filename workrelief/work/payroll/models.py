"""Pay sheets and their lines: what each person was due and received, with the statutory columns of 条例第15条."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from workrelief.base.access.scope import ScopedModel, ScopeFields
from workrelief.kernel.kinds import PayBasis, PayRoute, PayStatus, PayUnit
from workrelief.work.payroll.states import PAY_SHEET


class PaySheet(ScopedModel):
    """One month's pay of one project (劳务报酬发放表)."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="sector", project="project_id")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="pay_sheets")
    division_code = models.CharField(max_length=12, help_text="the project's division when made")
    track = models.CharField(max_length=16, help_text="the project's track when made")
    sector = models.CharField(max_length=16, help_text="the project's sector when made")
    month = models.PositiveIntegerField(help_text="所属期, ledger month, e.g. 202207")
    issue_no = models.PositiveSmallIntegerField(
        default=1, help_text="1, or higher for back-pay sheets of the same month"
    )
    state = models.CharField(max_length=12, choices=PAY_SHEET.choices(), default="draft")
    employer = models.CharField(max_length=120, help_text="用人单位名称")
    employer_contact = models.CharField(max_length=60, blank=True, help_text="联系方式")
    cycle = models.CharField(max_length=20, default="月", help_text="支付周期")
    due_rule = models.CharField(
        max_length=12, choices=[("gross", "应发不含扣款"), ("net", "应发已减扣款")], default="gross",
        help_text="how the sheet arrives at 应发 (reading 1)",
    )  # fmt: skip
    is_history = models.BooleanField(
        default=False, help_text="historical entry: process gates not checked (reading 10)"
    )
    lines_count = models.PositiveIntegerField(default=0)
    due_fen = models.BigIntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)
    batch_id = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True)

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["project", "month", "issue_no"], condition=~models.Q(state="reversed"), name="pay_sheet_once"
            )
        ]
        indexes = [
            models.Index(fields=["division_code", "-month"], name="pay_sheet_place"),
            models.Index(fields=["batch_id"], name="pay_sheet_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.month} 第{self.issue_no}期"


class PayLine(models.Model):
    """One worker's line. Amounts in fen, days ×10, quantity ×100."""

    sheet = models.ForeignKey(PaySheet, on_delete=models.PROTECT, related_name="lines", db_index=False)
    row_no = models.PositiveIntegerField(help_text="row in the spreadsheet it came from; 0 when entered by hand")
    worker = models.ForeignKey("workers.Worker", on_delete=models.PROTECT, related_name="pay_lines", db_index=False)
    engagement = models.ForeignKey("workers.Engagement", on_delete=models.PROTECT, related_name="pay_lines")
    account = models.ForeignKey("workers.WorkerAccount", on_delete=models.PROTECT, null=True, related_name="pay_lines")
    trade = models.CharField(max_length=30, blank=True)
    days_x10 = models.PositiveIntegerField(help_text="出工天数 × 10")
    basis = models.CharField(max_length=8, choices=PayBasis.choices())
    unit = models.CharField(max_length=8, choices=PayUnit.choices())
    quantity_x100 = models.PositiveIntegerField(help_text="计酬数量 × 100")
    rate_fen = models.BigIntegerField(help_text="单价, fen")
    due_fen = models.BigIntegerField(help_text="应发, fen")
    deducted_fen = models.BigIntegerField(default=0, help_text="代扣代缴与扣除, fen")
    deduction_note = models.CharField(max_length=60, blank=True, help_text="扣除项目与依据")
    extra_fen = models.BigIntegerField(default=0, help_text="其他增减 (津贴、加班), fen")
    extra_note = models.CharField(max_length=60, blank=True)
    paid_fen = models.BigIntegerField(help_text="实发, fen")
    route = models.CharField(max_length=12, choices=PayRoute.choices())
    holder = models.CharField(max_length=40, blank=True, help_text="户名 as on the sheet")
    paid_on = models.DateField(null=True, help_text="发放 (到账) 日期")
    receipt_no = models.CharField(max_length=40, blank=True, help_text="银行流水号")
    status = models.CharField(max_length=10, choices=PayStatus.choices())
    is_back_pay = models.BooleanField(default=False)
    back_pay_month = models.PositiveIntegerField(null=True, help_text="补发所属月份")
    signature = models.CharField(max_length=20, blank=True, help_text="签名/确认 as on the sheet")

    class Meta:
        indexes = [
            models.Index(fields=["sheet", "id"], name="pay_line_sheet"),
            models.Index(fields=["worker", "id"], name="pay_line_worker"),
            models.Index(fields=["sheet"], condition=models.Q(is_back_pay=True), name="pay_line_back_pay"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(paid_fen__gte=0, due_fen__gte=0), name="pay_line_positive")
        ]
