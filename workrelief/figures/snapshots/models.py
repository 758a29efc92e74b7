"""Manifests: immutable lists of mirror files from which every published figure can be computed again."""

from __future__ import annotations

from django.db import models


class Manifest(models.Model):
    """One state of the ledger: files with digests, row counts and totals.

    `live` manifests are made after each posting; a `sealed` one is a snapshot with a name. Never changed afterwards.
    """

    name = models.CharField(max_length=40, unique=True, help_text="live-000123 or 2022-v1")
    kind = models.CharField(max_length=6, choices=[("live", "实时"), ("sealed", "锁版")])
    period = models.CharField(max_length=7, blank=True, help_text="sealed period, e.g. 2022")
    version = models.PositiveSmallIntegerField(default=1, help_text="restatement number of the sealed period")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    files = models.JSONField(help_text='[{"fact","year","city","path","digest","rows","totals","cube","cube_digest"}]')
    rows = models.BigIntegerField()
    catalogue_hash = models.CharField(max_length=64, help_text="SM3 of the indicator definitions in force")
    digest = models.CharField(max_length=64, help_text="SM3 over the files' digests")

    class Meta:
        indexes = [models.Index(fields=["kind", "-id"], name="manifest_newest")]

    def __str__(self) -> str:
        return self.name
