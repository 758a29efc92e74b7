"""A project's life: where it stands, the steps it took, what stands beside it, its papers and the objections raised."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from workrelief.base.access.scope import ScopedModel, ScopeFields
from workrelief.kernel.kinds import Sector, Track
from workrelief.work.lifecycle.states import ARCHIVE_CLASSES, IMPLEMENTERS, OBJECTION_SUBJECTS, PAPERS, PROJECT_LIFE


class Life(ScopedModel):
    """Where one project stands. Division, track and sector are the project's, taken over with every step."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="sector", project="project_id")

    project = models.OneToOneField("projects.Project", on_delete=models.CASCADE, related_name="life")
    division_code = models.CharField(max_length=12, help_text="the project's division")
    track = models.CharField(max_length=16, choices=Track.choices())
    sector = models.CharField(max_length=16, choices=Sector.choices())
    state = models.CharField(max_length=24, choices=PROJECT_LIFE.choices(), default="registered")
    implementer_kind = models.CharField(max_length=12, choices=list(IMPLEMENTERS.items()), default="enterprise")
    since = models.DateField(help_text="day the state was reached")
    due_on = models.DateField(null=True, help_text="last day for the next step; empty when no limit holds")
    adjusting = models.BooleanField(default=False, help_text="变更中: a change order is being decided")
    suspended = models.BooleanField(default=False, help_text="暂停")
    rectifying = models.BooleanField(default=False, help_text="整改中")
    fund_recalled = models.BooleanField(default=False, help_text="资金收回")
    promised_pay_fen = models.BigIntegerField(null=True, help_text="promised labour pay, fen (rule F04)")
    promised_share_bp = models.PositiveIntegerField(
        null=True, help_text="promised share of the fund in basis points, 3000 = 30 % (rule F04)"
    )
    lon_e6 = models.IntegerField(null=True, help_text="longitude of the site, millionths of a degree")
    lat_e6 = models.IntegerField(null=True, help_text="latitude of the site, millionths of a degree")
    site = models.CharField(max_length=120, blank=True, help_text="建设地点, to the village")
    is_adopted = models.BooleanField(
        default=False, help_text="began in the middle: its first state was concluded from the stage of progress"
    )
    version = models.PositiveIntegerField(
        default=1, help_text="grows with every change; the later of two officers is told"
    )
    updated_at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        indexes = [
            models.Index(
                fields=[
                    "division_code", "track", "state", "due_on", "sector", "project", "adjusting", "suspended", "rectifying",
                    "fund_recalled",
                ],
                name="life_place",
            ),
            models.Index(
                fields=[
                    "state", "due_on", "id", "division_code", "track", "sector", "adjusting", "suspended", "rectifying",
                    "fund_recalled",
                ],
                name="life_board",
            ),
            models.Index(
                fields=["state", "track", "implementer_kind", "suspended", "due_on", "division_code"], name="life_turn"
            ),
            models.Index(fields=["due_on", "id"], name="life_due"),
            models.Index(fields=["-updated_at", "-id"], name="life_recent"),
            models.Index(fields=["since", "id"], name="life_since"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.project_id}：{PROJECT_LIFE.state(self.state).label}"

    @property
    def marks(self) -> tuple[str, ...]:
        """Ids of the marks that stand beside the state."""
        return tuple(mark for mark in PROJECT_LIFE.marks if getattr(self, mark))


class StepTaken(models.Model):
    """One step of a life: by whom, when, on which paper, and what the rules said."""

    life = models.ForeignKey(Life, on_delete=models.CASCADE, related_name="steps", db_index=False)
    step = models.CharField(max_length=24, help_text="name of the transition; adopt, begin or correct")
    source = models.CharField(max_length=24, blank=True)
    target = models.CharField(max_length=24)
    on = models.DateField(help_text="day it happened")
    due_on = models.DateField(null=True, help_text="last day that was allowed for it")
    at = models.DateTimeField(help_text="moment it was entered")
    by_id = models.BigIntegerField(null=True, help_text="account id; empty for the platform itself")
    by_name = models.CharField(max_length=60)
    by_post = models.CharField(max_length=120)
    reference = models.CharField(max_length=120, blank=True, help_text="document number, batch or edition")
    note = models.TextField(blank=True)
    is_history = models.BooleanField(default=False, help_text="entered later: process gates not checked (reading 10)")
    findings = models.JSONField(default=list, help_text="[rule, severity, message] of what did not stop the step")

    class Meta:
        indexes = [models.Index(fields=["life", "id"], name="step_of_life")]

    def __str__(self) -> str:
        return f"{self.step} {self.on}"


class MarkSet(models.Model):
    """A mark beside the state, from the day it was set until it was cleared; kept for ever."""

    life = models.ForeignKey(Life, on_delete=models.CASCADE, related_name="mark_history", db_index=False)
    mark = models.CharField(max_length=16, choices=[(m.id, m.label) for m in PROJECT_LIFE.marks.values()])
    set_on = models.DateField()
    set_by = models.CharField(max_length=60)
    reason = models.TextField()
    reference = models.CharField(max_length=120, blank=True, help_text="document number of the approval")
    cleared_on = models.DateField(null=True)
    cleared_by = models.CharField(max_length=60, blank=True)
    outcome = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["life", "mark"], condition=models.Q(cleared_on__isnull=True), name="mark_stands_once"
            )
        ]
        indexes = [models.Index(fields=["life", "id"], name="mark_of_life")]


class Paper(ScopedModel):
    """A paper of a project, in one of the eight archive classes; with or without a stored file."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="project__sector", project="project_id")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="papers", db_index=False)
    division_code = models.CharField(max_length=12, help_text="the project's division")
    kind = models.CharField(max_length=24, choices=[(k.id, k.label) for k in PAPERS.values()])
    archive_class = models.PositiveSmallIntegerField(choices=list(ARCHIVE_CLASSES.items()))
    title = models.CharField(max_length=160)
    number = models.CharField(max_length=80, blank=True, help_text="document number")
    dated_on = models.DateField(null=True)
    file_id = models.BigIntegerField(null=True, help_text="stored file; empty while only its particulars are known")
    fields = models.JSONField(default=dict, help_text="structured particulars, by kind (services.papers says which)")
    is_withdrawn = models.BooleanField(default=False)
    withdrawn_reason = models.CharField(max_length=200, blank=True)
    withdrawn_by = models.CharField(max_length=60, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        indexes = [models.Index(fields=["project", "kind", "id"], name="paper_of_project")]

    def __str__(self) -> str:
        return self.title


class Objection(ScopedModel):
    """An objection or complaint about a project; open ones stop payment of that person and the acceptance (H11, F26)."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="project__sector", project="project_id")

    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, related_name="objections", db_index=False)
    division_code = models.CharField(max_length=12, help_text="the project's division")
    subject = models.CharField(max_length=10, choices=list(OBJECTION_SUBJECTS.items()))
    raised_by = models.CharField(max_length=60, help_text="who objects; may be anonymous")
    raised_on = models.DateField()
    content = models.TextField()
    due_on = models.DateField(help_text="last day to settle it")
    settled_on = models.DateField(null=True)
    settled_by = models.CharField(max_length=60, blank=True)
    is_upheld = models.BooleanField(null=True, help_text="whether the objection was right; empty while open")
    outcome = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta(ScopedModel.Meta):
        indexes = [
            models.Index(fields=["project", "settled_on"], name="objection_of_project"),
            models.Index(fields=["division_code", "settled_on", "due_on"], name="objection_place"),
        ]

    def __str__(self) -> str:
        return self.content[:40]
