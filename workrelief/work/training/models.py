"""Training sessions, who was trained, persons and person-times apart (rules G03, G04)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from workrelief.base.access.scope import ScopedModel, ScopeFields
from workrelief.kernel.kinds import Audience, TrainingType


class TrainingSession(ScopedModel):
    """One session. `id` is the dense `session_key` of the ledger."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="project__sector", project="project_id")

    id = models.AutoField(primary_key=True)
    number = models.CharField(max_length=40, help_text="培训编号, unique within the organising division")
    division_code = models.CharField(max_length=12, help_text="division that organised it")
    project = models.ForeignKey(
        "projects.Project", on_delete=models.PROTECT, null=True, related_name="training_sessions"
    )
    training_type = models.CharField(max_length=10, choices=TrainingType.choices())
    form = models.CharField(max_length=20, help_text="形式: 电视电话会议、集中培训、现场推进")
    topic = models.CharField(max_length=160)
    held_on = models.DateField()
    place = models.CharField(max_length=120, blank=True)
    organiser = models.CharField(max_length=120)
    teacher = models.CharField(max_length=120, blank=True)
    hours_x10 = models.PositiveIntegerField(default=0, help_text="课时 × 10")
    cost_fen = models.BigIntegerField(default=0)
    cost_source = models.CharField(max_length=60, blank=True)
    batch_id = models.BigIntegerField(default=0)

    class Meta(ScopedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["division_code", "number"], name="training_number_once")]
        indexes = [
            models.Index(fields=["division_code", "-held_on"], name="training_place"),
            models.Index(fields=["-held_on", "-id"], name="training_recent"),
            models.Index(fields=["batch_id"], name="training_batch"),
        ]

    def __str__(self) -> str:
        return self.topic


class TrainingAudience(models.Model):
    """Attendance of one audience at one session; posted as training_fact."""

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="audiences")
    audience = models.CharField(max_length=12, choices=Audience.choices())
    expected = models.PositiveIntegerField(default=0, help_text="应到人数")
    attended = models.PositiveIntegerField(help_text="实到人次")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "audience"], name="training_audience_once")]


class TrainingAttendee(models.Model):
    """A worker known by identity who attended (skill, safety and pre-job training)."""

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="attendees")
    worker = models.ForeignKey("workers.Worker", on_delete=models.PROTECT, related_name="trainings")
    result = models.CharField(max_length=20, blank=True, help_text="考核结果")
    certificate = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "worker"], name="training_attendee_once")]
