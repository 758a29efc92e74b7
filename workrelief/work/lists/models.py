"""Entries on the three-level lists, the steps they took, issued editions with their lines, and pairs suspected double."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from workrelief.base.access.scope import ScopedModel, ScopeFields
from workrelief.kernel.kinds import Sector, Track
from workrelief.work.lists.states import LEVEL_LABELS, LIST_ENTRY

LEVEL_CHOICES = list(LEVEL_LABELS.items())


class ListEntry(ScopedModel):
    """A project on one year's list at one level. Promotion closes the entry of the lower level and opens another above.

    The figures are this year's, kept beside the project's own, which follow its newest list.
    """

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="sector", project="project_id")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="list_entries")
    year = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=8, choices=LEVEL_CHOICES)
    track = models.CharField(max_length=16, choices=Track.choices(), help_text="as the project's; kept for filters")
    sector = models.CharField(max_length=16, choices=Sector.choices(), help_text="as the project's; kept for filters")
    division_code = models.CharField(max_length=12, help_text="as the project's, 12 digits")
    state = models.CharField(
        max_length=20, choices=LIST_ENTRY.choices(), default="draft", help_text="states.LIST_ENTRY"
    )
    is_standing = models.BooleanField(default=True, help_text="holds the project's one place on the lists of the year")
    waits_for = models.CharField(
        max_length=8,
        choices=LEVEL_CHOICES,
        blank=True,
        help_text="office whose turn it is; derived, see states.next_office",
    )
    investment_fen = models.BigIntegerField(default=0, help_text="总投资 on this list, fen")
    planned_investment_fen = models.BigIntegerField(default=0, help_text="年度计划投资, fen")
    done_investment_fen = models.BigIntegerField(default=0, help_text="本年完成投资, fen")
    planned_workers = models.PositiveIntegerField(default=0, help_text="拟吸纳人数")
    planned_pay_fen = models.BigIntegerField(default=0, help_text="拟发劳务报酬, fen")
    reason = models.CharField(
        max_length=200, blank=True, help_text="why it was entered, changed, promoted or taken out"
    )
    promoted_from = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="promoted_to",
        help_text="its entry at the lower level",
    )
    edition = models.ForeignKey(
        "lists.ListEdition",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="newest edition that has it",
    )
    batch_id = models.BigIntegerField(default=0, help_text="import batch it came with; 0 when entered by hand")
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, help_text="grows with each step")

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["project", "year"], condition=models.Q(is_standing=True), name="list_entry_one_place"
            ),
        ]
        indexes = [
            models.Index(
                fields=[
                    "year", "division_code", "id", "level", "state", "track", "sector", "waits_for", "is_standing",
                    "investment_fen", "planned_investment_fen", "planned_workers", "planned_pay_fen",
                ],
                name="list_entry_place",
            ),
            models.Index(
                fields=[
                    "year", "level", "track", "state", "is_standing", "waits_for", "division_code", "sector", "project",
                    "investment_fen", "planned_workers",
                ],
                name="list_entry_counts",
            ),
            models.Index(fields=["waits_for", "year", "state", "is_standing", "division_code"], name="list_entry_turn"),
            models.Index(fields=["year", "-updated_at", "-id"], name="list_entry_recent"),
            models.Index(fields=["year", "-investment_fen", "-id"], name="list_entry_size"),
            models.Index(fields=["project", "year"], name="list_entry_project"),
            models.Index(fields=["batch_id"], name="list_entry_batch"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.year}年{LEVEL_LABELS[self.level]}清单·{self.project}"

    @property
    def state_label(self) -> str:
        return LIST_ENTRY.state(self.state).label

    @property
    def level_label(self) -> str:
        return LEVEL_LABELS[self.level]

    @property
    def is_counted(self) -> bool:
        """Whether it counts on its list today: published and not promoted or taken out since."""
        return self.state in ("published", "adjusted", "closed")


class EntryStep(models.Model):
    """One step of an entry: who, when, from where to where, why, and what was different (rule B04)."""

    entry = models.ForeignKey(ListEntry, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=20, help_text="transition of states.LIST_ENTRY, or enter")
    state_before = models.CharField(max_length=20, blank=True)
    state_after = models.CharField(max_length=20)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=60)
    post_label = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    difference = models.JSONField(default=dict, help_text="{form F column: [before, after]} as text")

    class Meta:
        indexes = [models.Index(fields=["entry", "id"], name="list_step_entry")]


class ListEdition(ScopedModel):
    """An issued list of one year and level: a document with a number, frozen. `division_code` is the issuing office's."""

    year = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=8, choices=LEVEL_CHOICES)
    division_code = models.CharField(max_length=12)
    track = models.CharField(max_length=16, choices=Track.choices(), blank=True, help_text="blank: all three")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … among the editions of this year, level and office")
    document_no = models.CharField(max_length=60, help_text="发文字号")
    title = models.CharField(max_length=120)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=[("issued", "已印发"), ("withdrawn", "已撤回")], default="issued")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    totals = models.JSONField(default=dict, help_text="queries.EditionTotals as a dict; amounts in fen")
    digest = models.CharField(max_length=64, help_text="SM3 of the frozen lines in order")

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["year", "level", "division_code", "track", "number"], name="list_edition_number_once"
            ),
        ]
        indexes = [models.Index(fields=["year", "level", "division_code"], name="list_edition_list")]

    def __str__(self) -> str:
        return self.title


class EditionLine(ScopedModel):
    """One project in one edition as it was then: in, out, kept, changed or promoted (form F frozen in `fields`)."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="sector", project="project_id")

    CHANGES: ClassVar = [
        ("in", "调入"), ("kept", "保留"), ("changed", "变更"), ("out", "调出"), ("promoted", "提级"),
    ]  # fmt: skip

    edition = models.ForeignKey(ListEdition, on_delete=models.PROTECT, related_name="lines")
    entry = models.ForeignKey(ListEntry, on_delete=models.PROTECT, related_name="lines")
    project_id = models.BigIntegerField()
    position = models.PositiveIntegerField(
        help_text="序号 in the annex; lines out and promoted follow those on the list"
    )
    division_code = models.CharField(max_length=12)
    track = models.CharField(max_length=16)
    sector = models.CharField(max_length=16)
    change = models.CharField(max_length=8, choices=CHANGES)
    reason = models.CharField(max_length=200, blank=True)
    difference = models.JSONField(default=dict, help_text="{form F column: [before, after]} against the edition before")
    fields = models.JSONField(help_text="form F of the project at that time; amounts in fen, dates as text")
    was_listed_here = models.BooleanField(
        default=False, help_text="this edition put the project on the year; withdrawing takes it off again"
    )
    state_before = models.CharField(max_length=20, blank=True)

    class Meta(ScopedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["edition", "entry"], name="list_edition_line_once")]
        indexes = [
            models.Index(fields=["edition", "position"], name="list_line_position"),
            models.Index(fields=["edition", "division_code"], name="list_line_place"),
            models.Index(fields=["project_id"], name="list_line_project"),
        ]

    @property
    def is_on_list(self) -> bool:
        return self.change in ("in", "kept", "changed")


class DuplicatePair(ScopedModel):
    """Two registered projects of one county that look like one (rule C10), and what a person decided; asked once only."""

    first = models.ForeignKey(
        "projects.Project", on_delete=models.PROTECT, related_name="+", help_text="the smaller id"
    )
    second = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12, help_text="their county")
    likeness = models.PositiveSmallIntegerField(help_text="likeness of name and place, ‰")
    words = models.CharField(max_length=200, blank=True, help_text="why they look alike, in Chinese")
    found_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=[("open", "待判定"), ("same", "同一项目"), ("different", "不是同一项目")], default="open"
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta(ScopedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="list_pair_once")]
        indexes = [
            models.Index(fields=["state", "division_code"], name="list_pair_state"),
            models.Index(fields=["second"], name="list_pair_second"),
        ]
