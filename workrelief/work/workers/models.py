"""People who work: identity sealed and indexed blindly, accounts, and their place on each project's roster."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from workrelief.base.access.scope import ScopedModel, ScopeFields
from workrelief.kernel.kinds import PayBasis, PayUnit, WorkerGroup


class Worker(ScopedModel):
    """A person, once in the whole province. `id` is the dense `worker_key` of the ledger.

    The identity number is stored encrypted (SM4-GCM); equality is found through `identity_index` (HMAC-SM3).
    """

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=40)
    identity_kind = models.CharField(max_length=10, default="idcard", help_text="idcard, or other documents by name")
    identity_cipher = models.BinaryField(help_text="SM4-GCM of the identity number")
    identity_index = models.BinaryField(max_length=32, unique=True, help_text="HMAC-SM3 of kind and number")
    identity_masked = models.CharField(max_length=24, help_text="first 6 and last 4 characters, rule H10")
    phone_cipher = models.BinaryField(null=True, help_text="SM4-GCM of the telephone number")
    phone_index = models.BinaryField(
        max_length=32, null=True, help_text="HMAC-SM3, for finding shared numbers (rule F16)"
    )
    sex = models.CharField(max_length=1, choices=[("M", "男"), ("F", "女")])
    born_on = models.DateField()
    ethnicity = models.CharField(max_length=20, blank=True)
    division_code = models.CharField(max_length=12, help_text="home: 户籍地 or usual residence, 12 digits (reading 3)")
    village = models.CharField(max_length=60, blank=True, help_text="village or community by name")
    group = models.CharField(max_length=16, choices=WorkerGroup.choices(), default="other")
    is_cadre_or_kin = models.BooleanField(
        default=False, help_text="village cadre, public employee or near kin (rule F18)"
    )
    skill_level = models.CharField(max_length=20, blank=True)
    batch_id = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        indexes = [
            models.Index(fields=["division_code", "id"], name="worker_place"),
            models.Index(fields=["name"], name="worker_name"),
            models.Index(fields=["phone_index"], name="worker_phone"),
        ]

    def __str__(self) -> str:
        return self.name


class WorkerAccount(models.Model):
    """A bank card or one-card account of a person; the number is sealed like the identity."""

    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="accounts", db_index=False)
    account_cipher = models.BinaryField(help_text="SM4-GCM of the account number")
    account_index = models.BinaryField(max_length=32, help_text="HMAC-SM3; equal numbers of two persons break rule F16")
    account_masked = models.CharField(max_length=24, help_text="last 4 digits")
    holder = models.CharField(max_length=40, help_text="户名 as registered")
    bank = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worker", "account_index"], name="account_once")]
        indexes = [models.Index(fields=["account_index"], name="account_number")]


class Engagement(ScopedModel):
    """A person on a project's roster (用工名册). `id` is the dense `engagement_key` of the ledger."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(project="project_id")

    id = models.AutoField(primary_key=True)
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="engagements", db_index=False)
    project = models.ForeignKey(
        "projects.Project", on_delete=models.PROTECT, related_name="engagements", db_index=False
    )
    division_code = models.CharField(max_length=12, help_text="the project's division")
    group = models.CharField(max_length=16, choices=WorkerGroup.choices(), help_text="main category when engaged")
    is_local = models.BooleanField(help_text="home lies in the project's county (rule E01, reading 3)")
    trade = models.CharField(max_length=30, blank=True, help_text="工种")
    recruited_by = models.CharField(max_length=20, blank=True, help_text="村组织、劳务合作社、公开招聘、企业自带")
    pay_basis = models.CharField(max_length=8, choices=PayBasis.choices(), default="time")
    pay_unit = models.CharField(max_length=8, choices=PayUnit.choices(), default="day")
    rate_fen = models.BigIntegerField(default=0, help_text="agreed pay for one unit, fen")
    agreement_no = models.CharField(max_length=40, blank=True)
    agreed_on = models.DateField(null=True)
    trained_on = models.DateField(null=True, help_text="last skill or safety training")
    entered_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    insurance = models.CharField(max_length=40, blank=True)
    remark = models.TextField(blank=True)
    is_from_history = models.BooleanField(
        default=False, help_text="made from a historical pay sheet, not from a roster (reading 10)"
    )
    batch_id = models.BigIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["worker", "project"], name="engagement_once")]
        indexes = [
            models.Index(fields=["project", "id"], name="engagement_project"),
            models.Index(fields=["division_code", "id"], name="engagement_place"),
        ]
