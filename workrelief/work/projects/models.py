"""Projects: the register, the years in which a project is implemented, and its funding structure."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from workrelief.base.access.scope import ScopedModel, ScopeFields
from workrelief.kernel.kinds import FundType, Sector, Track


class ProgressStage(models.TextChoices):
    """形象进度四态（规则 I02）: it only moves forward."""

    PREPARING = "preparing", "前期工作"
    BUILDING = "building", "主体施工"
    MAIN_DONE = "main_done", "主体完工"
    IN_USE = "in_use", "建成投用"


class Project(ScopedModel):
    """A construction project on exactly one track (rule A01)."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="sector", project="id")

    code = models.CharField(
        max_length=24, blank=True, help_text="national project code, GB/T 40058; blank when not yet given"
    )
    code_note = models.CharField(
        max_length=40, blank=True, help_text="remark on the code: old style, check digit to be confirmed"
    )
    name = models.CharField(max_length=160, help_text="as approved")
    name_key = models.CharField(max_length=160, help_text="name without spaces and punctuation, for finding duplicates")
    division_code = models.CharField(max_length=12, help_text="county (or township) the project lies in, 12 digits")
    track = models.CharField(max_length=16, choices=Track.choices())
    sector = models.CharField(max_length=16, choices=Sector.choices())
    list_level = models.CharField(
        max_length=8, choices=[("province", "省级"), ("city", "市级"), ("county", "县级")], default="county"
    )
    stage = models.CharField(max_length=10, choices=ProgressStage.choices, default=ProgressStage.PREPARING)
    is_government_funded = models.BooleanField(default=True, help_text="rule A05: others are counted apart")
    construction_kind = models.CharField(max_length=20, blank=True, help_text="建设性质: 新建、改扩建…")
    content = models.TextField(blank=True, help_text="main works and scale, as approved")
    owner_name = models.CharField(max_length=120, blank=True, help_text="建设单位 / 项目业主")
    owner_uscc = models.CharField(max_length=18, blank=True, help_text="its unified social credit code, GB 32100")
    implementer = models.CharField(max_length=120, blank=True, help_text="施工单位或承接主体")
    industry_department = models.CharField(max_length=60, blank=True, help_text="行业主管部门")
    responsible = models.CharField(max_length=80, blank=True, help_text="责任人与电话, as on the list")
    investment_fen = models.BigIntegerField(help_text="approved total investment, fen")
    planned_workers = models.PositiveIntegerField(default=0, help_text="拟吸纳人数")
    planned_priority_workers = models.PositiveIntegerField(default=0, help_text="其中优先群体")
    planned_pay_fen = models.BigIntegerField(default=0, help_text="拟发劳务报酬, fen")
    planned_training = models.PositiveIntegerField(default=0, help_text="拟培训人次")
    labour_tasks = models.TextField(blank=True, help_text="适用的建设任务")
    labour_links = models.TextField(blank=True, help_text="用工环节")
    labour_demand = models.TextField(blank=True, help_text="岗位｜数量｜时段｜技能")
    starts_on = models.DateField(null=True, help_text="开工日期")
    ends_on = models.DateField(null=True, help_text="完工日期 (planned until completed)")
    batch_id = models.BigIntegerField(default=0, help_text="import batch it came with; 0 when entered by hand")
    remark = models.TextField(blank=True)
    updated_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~models.Q(code=""), name="project_code_once"),
            models.UniqueConstraint(fields=["division_code", "name_key"], name="project_name_once"),
            models.CheckConstraint(condition=models.Q(investment_fen__gte=0), name="project_investment_positive"),
        ]
        indexes = [
            models.Index(
                fields=[
                    "division_code", "track", "sector", "stage", "investment_fen", "planned_workers", "planned_pay_fen",
                    "list_level", "is_government_funded",
                ],
                name="project_list",
            ),
            models.Index(fields=["-updated_at", "-id"], name="project_recent"),
            models.Index(fields=["-investment_fen", "-id"], name="project_size"),
            models.Index(fields=["name_key", "id"], name="project_name_key"),
            models.Index(fields=["code"], name="project_code"),
            models.Index(fields=["batch_id"], name="project_batch"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class ProjectYear(models.Model):
    """A project stands on the list and is implemented in this year; posted as project_fact (I01, I02).

    The total investment and the plan are kept as this year's list gives them; a project of several years counts its whole
    investment in each (I02).
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField()
    listed_on = models.DateField(
        help_text="day inside the year the listing counts for; 31 December unless the list says"
    )
    investment_fen = models.BigIntegerField(default=0, help_text="approved total investment on this list, fen")
    planned_workers = models.PositiveIntegerField(default=0, help_text="拟吸纳人数 on this list")
    planned_pay_fen = models.BigIntegerField(default=0, help_text="拟发劳务报酬 on this list, fen")
    planned_investment_fen = models.BigIntegerField(default=0, help_text="年度计划投资, fen")
    done_investment_fen = models.BigIntegerField(default=0, help_text="本年完成投资, fen")
    batch_id = models.BigIntegerField(default=0)
    taken_off_on = models.DateField(
        null=True,
        help_text="day it was taken off the year's list again; its fact is reversed, the row stays for lineage",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "year"], condition=models.Q(taken_off_on=None), name="project_year_once"
            ),
        ]
        indexes = [models.Index(fields=["year", "taken_off_on", "project"], name="project_year_list")]


class FundSource(models.Model):
    """One source in a project's funding structure; the sources add up to the total (rule C06)."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="fund_sources")
    fund_type = models.CharField(max_length=20, choices=FundType.choices())
    planned_fen = models.BigIntegerField(help_text="amount in the approved structure, fen")
    issued_fen = models.BigIntegerField(default=0, help_text="issued to the project so far, fen")
    issued_on = models.DateField(null=True)
    issues = models.JSONField(
        default=list, help_text="[day, fen] of each plan that gave money; empty while entered by hand"
    )
    batch_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "fund_type"], name="fund_source_once")]


class ProgressReport(ScopedModel):
    """One line of the provincial progress table (forms.md §1), kept as understood when imported."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="project__sector", project="project_id")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="progress_reports")
    division_code = models.CharField(max_length=12)
    as_of = models.DateField(help_text="day the table speaks for")
    fund_label = models.CharField(max_length=40, help_text="资金类型 as written")
    issued_fen = models.BigIntegerField(default=0)
    investment_fen = models.BigIntegerField(default=0)
    work_relief_fen = models.BigIntegerField(default=0, help_text="实际用于实施以工代赈项目的资金")
    integrated_fen = models.BigIntegerField(default=0, help_text="整合资金")
    stage = models.CharField(max_length=10, choices=ProgressStage.choices)
    stage_before = models.CharField(
        max_length=10, choices=ProgressStage.choices, help_text="the project's stage until then"
    )
    paid_total_fen = models.BigIntegerField(default=0)
    paid_province_fen = models.BigIntegerField(default=0)
    wages_fen = models.BigIntegerField(default=0, help_text="已发放劳务报酬 as reported")
    workers = models.PositiveIntegerField(default=0)
    welfare_posts = models.PositiveIntegerField(default=0)
    trained = models.PositiveIntegerField(default=0)
    content = models.TextField(blank=True)
    remark = models.TextField(blank=True)
    batch_id = models.BigIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["project", "as_of"], name="progress_once")]
