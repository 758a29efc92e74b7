"""The job beside each queued task: what, for whom, how far, and what came of it."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from workrelief.base.access.scope import ScopedModel
from workrelief.base.jobs.states import LIVE, STATES
from workrelief.kernel.statemachine import State


class Job(ScopedModel):
    """Long work that was asked for. While it runs, progress and heartbeat lie in a side file (`progress.py`)."""

    kind = models.CharField(max_length=60, help_text="id of the registered kind: paysheet.commit")
    label = models.CharField(max_length=120, help_text="what people read")
    arguments = models.JSONField(default=dict, help_text="keyword arguments; ids and plain values only")
    key = models.CharField(max_length=120, blank=True, help_text="idempotency key: one live job of a kind and key")
    again = models.BooleanField(default=False, help_text="asked for anew while running: run once more afterwards")

    user_id = models.BigIntegerField(null=True, help_text="account that asked; empty for the platform itself")
    user_name = models.CharField(max_length=60)
    post_id = models.BigIntegerField(null=True, help_text="post in which it was asked; the scope is rebuilt from it")
    division_code = models.CharField(max_length=12, help_text="home division of the actor, 12 digits")
    request_id = models.CharField(max_length=36, blank=True)

    state = models.CharField(max_length=10, choices=[(s.id, s.label) for s in STATES.values()], default="waiting")
    cancellable = models.BooleanField(default=False)
    cancel_asked_by = models.CharField(max_length=60, blank=True, help_text="who asked to cancel; empty for nobody")
    task_id = models.UUIDField(null=True, help_text="row of the queue this job waits in")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="times it was started")
    losses = models.PositiveSmallIntegerField(default=0, help_text="times its worker was lost")
    worker = models.CharField(max_length=80, blank=True, help_text="host and process that ran it last")

    done = models.PositiveBigIntegerField(null=True, help_text="steps done when it ended")
    total = models.PositiveBigIntegerField(null=True, help_text="steps there were")
    message = models.CharField(max_length=500, blank=True, help_text="last words: a step, the outcome, the error")
    log = models.JSONField(default=list, help_text="lines of the last attempts, bounded")
    result = models.JSONField(null=True, help_text="what the job returned")
    result_file_id = models.BigIntegerField(null=True, help_text="stored file to download")
    problem = models.JSONField(null=True, help_text="code and findings of the error that ended it")

    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, help_text="start of the last attempt")
    heartbeat_at = models.DateTimeField(null=True, help_text="last sign of life written here; the side file is fresher")
    finished_at = models.DateTimeField(null=True)

    class Meta(ScopedModel.Meta):
        indexes = [
            models.Index(fields=["division_code", "-id"], name="job_division"),
            models.Index(fields=["user_id", "-id"], name="job_user"),
            models.Index(fields=["kind", "-id"], name="job_kind"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(state__in=LIVE) & ~Q(key=""), name="job_live_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def shown_state(self) -> State:
        return STATES[self.state]

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def took(self) -> timedelta | None:
        """Time from the start of the last attempt to the end; None before that."""
        return self.finished_at - self.started_at if self.finished_at and self.started_at else None
