"""The two trails: changes, and reads of personal data. Rows are only ever added."""

from __future__ import annotations

from django.db import models


class Trail(models.Model):
    """Columns both trails share. Users are named, not referenced, so nothing cascades."""

    at = models.DateTimeField(help_text="moment of the entry, China standard time")
    user_id = models.BigIntegerField(null=True, help_text="account id; empty for the platform itself")
    user_name = models.CharField(max_length=60)
    post_label = models.CharField(max_length=120, help_text="post in which the person acted")
    action = models.CharField(max_length=60, help_text="action of base/access/permissions.py")
    target_kind = models.CharField(max_length=60, help_text="app_label.model of the object")
    target_id = models.CharField(max_length=40)
    target_label = models.CharField(max_length=200)
    division_code = models.CharField(max_length=12, help_text="division of the object, or of the actor")
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    digest = models.CharField(max_length=64, help_text="SM3 of the entry's own content, hex")

    class Meta:
        abstract = True


class AuditEntry(Trail):
    """A change: what was different afterwards. Personal values inside `difference` are masked."""

    difference = models.JSONField(default=dict, help_text="{field: [before, after]} or batch totals")
    cite = models.CharField(max_length=200, blank=True, help_text="clause the change rests on")

    class Meta:
        indexes = [
            models.Index(fields=["target_kind", "target_id"], name="audit_target"),
            models.Index(fields=["division_code", "at"], name="audit_division_at"),
        ]


class AccessEntry(Trail):
    """A read of personal data, written before the data is read."""

    purpose = models.CharField(max_length=200)
    rows = models.PositiveIntegerField(default=1, help_text="persons shown")

    class Meta:
        indexes = [models.Index(fields=["target_kind", "target_id"], name="access_target")]


class ChainLink(models.Model):
    """One link per audited entry: SM3(previous link, entry digest). Written by one job, never by the writers."""

    trail = models.CharField(max_length=6, choices=[("change", "变更"), ("access", "查阅")])
    entry_id = models.BigIntegerField()
    linked_at = models.DateTimeField()
    entry_digest = models.CharField(max_length=64)
    link = models.CharField(max_length=64, help_text="SM3 over the previous link and the entry's digest, hex")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trail", "entry_id"], name="chain_once")]
