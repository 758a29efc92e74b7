"""The guidance catalogue by year, its labour quotas and day rates, and bills of works matched against it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from workrelief.base.access.scope import ScopedModel, ScopeFields
from workrelief.kernel.kinds import Sector

MARKS = [("证", "有公开来源"), ("背", "背景知识"), ("核", "建议值，待核")]


class CatalogueEdition(models.Model):
    """One year's catalogue; only a draft may be edited, only an issued one is matched against."""

    year = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, default="draft", help_text="states.EDITION")
    note = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "version"], name="catalogue_edition_once")]

    def __str__(self) -> str:
        return f"{self.year} 年版" + (f"（第 {self.version} 稿）" if self.version > 1 else "")


class LabourLink(models.Model):
    """A labour link (用工环节): what local people can do in a construction task of a sector."""

    edition = models.ForeignKey(CatalogueEdition, on_delete=models.PROTECT, related_name="links")
    code = models.CharField(max_length=8, help_text="catalogue id: G001, TR009 …")
    sector = models.CharField(max_length=16, blank=True, help_text="Sector id; blank for links of every sector")
    sector_name = models.CharField(max_length=20)
    subfield = models.CharField(max_length=40)
    task = models.CharField(max_length=40, help_text="建设任务")
    name = models.CharField(max_length=60, help_text="用工环节")
    trades = models.CharField(max_length=60, help_text="适用工种, separated by 、")
    skill = models.CharField(max_length=8, choices=[(s, s) for s in ("普工", "半熟练", "技工")])
    phase = models.CharField(max_length=12, help_text="附属临建, 主体工程, 工地服务, 建后管护")
    is_core = models.BooleanField(help_text="one of the seven fields of 国办函〔2022〕58号")
    source_status = models.CharField(max_length=60, help_text="source numbers, or 背景知识")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="labour_link_once")]
        indexes = [models.Index(fields=["edition", "sector", "skill"], name="labour_link_list")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def mark(self) -> str:
        """证 for a published source, 背 for general knowledge."""
        return "背" if self.source_status.startswith("背景") else "证"


class LabourQuota(models.Model):
    """Person-days a unit of work takes (单位用工定额), per labour link and unit, by date."""

    link = models.ForeignKey(LabourLink, on_delete=models.CASCADE, related_name="quotas")
    work = models.CharField(max_length=30, help_text="kind of work the quota was stated for")
    unit = models.CharField(max_length=4, help_text="unit id of rules.units")
    days_x100 = models.PositiveIntegerField(help_text="person-days per unit × 100, which is person-days per 100 units")
    valid_from = models.DateField()
    mark = models.CharField(max_length=1, choices=MARKS)
    source = models.CharField(max_length=120, blank=True, help_text="where it was published or who proposed it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "unit", "valid_from"], name="labour_quota_once")]

    def __str__(self) -> str:
        return f"{self.link} {self.days_x100} 工日/100{self.unit}"


class DayRate(models.Model):
    """Pay for one day of work (日工价), by trade or skill level and division, by date."""

    edition = models.ForeignKey(CatalogueEdition, on_delete=models.PROTECT, related_name="rates")
    trade = models.CharField(max_length=20, help_text="trade, or skill level for all other trades")
    division_prefix = models.CharField(max_length=12, help_text="37, 3714 or 371422: the longest that fits holds")
    day_fen = models.PositiveIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, help_text="first day it holds no more")
    source = models.CharField(max_length=120)
    mark = models.CharField(max_length=1, choices=MARKS)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "trade", "division_prefix", "valid_from"], name="day_rate_once")
        ]

    def __str__(self) -> str:
        return f"{self.trade}日工价"


class CatalogueChange(models.Model):
    """What a person changed in an edition: a link's words, a quota or a day rate, with both values and the reason."""

    edition = models.ForeignKey(CatalogueEdition, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=5, choices=[("link", "用工环节"), ("quota", "用工定额"), ("rate", "日工价")])
    link_code = models.CharField(max_length=8, blank=True, help_text="catalogue id of the link; blank for day rates")
    what = models.CharField(max_length=120, help_text="which link, unit, trade or place")
    before = models.CharField(max_length=300, blank=True, help_text="as shown; blank when it is new")
    after = models.CharField(max_length=300, blank=True, help_text="as shown; blank when it was taken away")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=60)

    class Meta:
        indexes = [
            models.Index(fields=["edition", "kind", "-at"], name="catalogue_change_list"),
            models.Index(fields=["link_code"], name="catalogue_change_link"),
        ]

    def __str__(self) -> str:
        return self.what


class MatchRun(ScopedModel):
    """One bill of works matched against an edition, corrected line by line; draws up table J."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="sector", project="project_id")

    title = models.CharField(max_length=160)
    division_code = models.CharField(max_length=12, help_text="where the work is done; decides day rates")
    project_id = models.BigIntegerField(
        null=True, help_text="project the bill is of; a plain number, since projects stand above the catalogue"
    )
    sector = models.CharField(max_length=16, choices=Sector.choices(), blank=True)
    edition = models.ForeignKey(CatalogueEdition, on_delete=models.PROTECT, related_name="runs")
    year = models.PositiveSmallIntegerField(help_text="year whose quotas and rates hold")
    rates_on = models.DateField(help_text="day whose quotas and rates were used")
    file_name = models.CharField(max_length=200, blank=True, help_text="blank when the text was pasted")
    remarks = models.JSONField(default=list, help_text="sentences on how the bill was read")
    listing = models.CharField(
        max_length=8, blank=True, choices=[("listed", "拟纳入清单"), ("refused", "不纳入清单")], help_text="rule A06"
    )
    listing_reason = models.CharField(max_length=200, blank=True)
    listing_by = models.CharField(max_length=60, blank=True, help_text="who said so")
    listing_at = models.DateTimeField(null=True)
    made_by_name = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        indexes = [
            models.Index(fields=["division_code", "-made_at"], name="match_run_list"),
            models.Index(fields=["-made_at", "-id"], name="match_run_recent"),
            models.Index(fields=["project_id", "-id"], name="match_run_project"),
        ]

    def __str__(self) -> str:
        return self.title


class MatchLine(models.Model):
    """One line of the bill with what was proposed for it and what a person said."""

    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(help_text="line of the text, row of the sheet")
    part = models.CharField(max_length=80, blank=True, help_text="分部工程: the heading above")
    name = models.CharField(max_length=200)
    remark = models.CharField(max_length=200, blank=True)
    unit_text = models.CharField(max_length=20, blank=True, help_text="as written")
    quantity_text = models.CharField(max_length=40, blank=True, help_text="as written")
    unit = models.CharField(max_length=4, blank=True, help_text="unit id; blank when not understood")
    quantity_x100 = models.BigIntegerField(null=True, help_text="in `unit`, × 100; null when not understood")
    link = models.ForeignKey(LabourLink, on_delete=models.PROTECT, null=True, related_name="+")
    score = models.PositiveSmallIntegerField(default=0, help_text="0–100")
    words = models.JSONField(default=list, help_text="words of the line that matched")
    others = models.JSONField(default=list, help_text="[code, score] of the next best links")
    trade = models.CharField(max_length=20, blank=True)
    quota_x100 = models.PositiveIntegerField(null=True, help_text="person-days per unit × 100")
    quota_mark = models.CharField(max_length=1, blank=True)
    days_x10 = models.BigIntegerField(null=True)
    rate_fen = models.PositiveIntegerField(null=True)
    rate_mark = models.CharField(max_length=1, blank=True)
    pay_fen = models.BigIntegerField(null=True)
    machine_note = models.CharField(max_length=120, blank=True, help_text="机械替代说明")
    notes = models.JSONField(default=list, help_text="what was understood with a doubt, or not at all")
    state = models.CharField(max_length=10, help_text="states.MATCH_LINE")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["run", "number"], name="match_line_order")]

    def __str__(self) -> str:
        return self.name
