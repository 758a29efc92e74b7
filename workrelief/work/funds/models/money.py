"""Money that arrived, was paid out, and turned into work done: one row for each voucher, month or year's plan.

All four kinds stand in one table, so that one number leads from a ledger row (`source_ref`) back to its voucher. A row
is never changed or deleted: a wrong one is reversed, with who, when and why, and the right one is entered beside it.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from workrelief.base.access.scope import ScopedModel, ScopeFields
from workrelief.kernel.kinds import FundType
from workrelief.work.funds.money_states import FUND_MOVE


class MoveKind(models.TextChoices):
    """What a row states."""

    RECEIPT = "receipt", "到位"
    PAYMENT = "payment", "支付"
    INVESTMENT = "investment", "完成投资"
    YEAR_PLAN = "year_plan", "年度计划投资"


class PayeeKind(models.TextChoices):
    """Who was paid."""

    CONTRACTOR = "contractor", "施工单位"
    WAGE_ACCOUNT = "wage_account", "农民工工资专用账户"
    WORKERS = "workers", "务工群众（劳务报酬）"
    VILLAGE = "village", "村集体或项目理事会"
    SUPERVISOR = "supervisor", "监理单位"
    DESIGNER = "designer", "勘察设计单位"
    SUPPLIER = "supplier", "材料设备供应单位"
    OTHER = "other", "其他"


class FundMove(ScopedModel):
    """One receipt, payment, month of completed investment, or year's planned investment of a project."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="project__sector", project="project_id")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="fund_moves")
    division_code = models.CharField(max_length=12, help_text="the project's division when the row was posted")
    kind = models.CharField(max_length=10, choices=MoveKind.choices)
    fund_type = models.CharField(
        max_length=20,
        choices=FundType.choices(),
        blank=True,
        help_text="blank for completed investment and plans that are not told apart by source",
    )
    amount_fen = models.BigIntegerField()
    happened_on = models.DateField(
        help_text="day of arrival or payment; last day of the month built; day a year's plan counts from"
    )
    posted_on = models.DateField(help_text="day in the ledger: today instead, when the month was sealed already")
    month = models.PositiveIntegerField(
        default=0, help_text="ledger month of completed investment (202207), year of a year's plan (2022), else 0"
    )
    tranche = models.PositiveSmallIntegerField(default=0, help_text="拨付批次, from 1; 0 when not said")
    voucher_no = models.CharField(max_length=60, blank=True, help_text="凭证号")
    payer = models.CharField(max_length=120, blank=True, help_text="拨款单位, of a receipt")
    payee_kind = models.CharField(max_length=12, choices=PayeeKind.choices, blank=True)
    payee = models.CharField(max_length=120, blank=True, help_text="收款单位 or 收款人, of a payment")
    purpose = models.CharField(max_length=160, blank=True, help_text="用途")
    remark = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=FUND_MOVE.choices(), default="posted")
    reversed_on = models.DateField(null=True)
    reversed_by_name = models.CharField(max_length=60, blank=True)
    reversed_reason = models.CharField(max_length=300, blank=True)
    batch_id = models.BigIntegerField(default=0, help_text="import batch; 0 when entered by hand")
    made_by_name = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="fund_move_positive"),
            models.UniqueConstraint(
                fields=["project", "kind", "fund_type", "voucher_no", "payee"],
                condition=Q(state="posted") & ~Q(voucher_no=""),
                name="fund_move_voucher_once",
            ),
            models.UniqueConstraint(
                fields=["project", "kind", "fund_type", "month"],
                condition=Q(state="posted", month__gt=0),
                name="fund_move_month_once",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "kind", "state"], name="fund_move_project"),
            models.Index(fields=["division_code", "kind", "state", "happened_on"], name="fund_move_place"),
            models.Index(fields=["-happened_on", "-id"], name="fund_move_recent"),
            models.Index(fields=["batch_id"], name="fund_move_batch"),
        ]

    def __str__(self) -> str:
        return f"{MoveKind(self.kind).label} {self.voucher_no}".strip()
