"""Bulletins: a source text with bound figures, frozen upon a snapshot, issued once."""

from __future__ import annotations

from django.db import models

from workrelief.base.access.scope import ScopedModel
from workrelief.outputs.bulletins.states import BULLETIN


class Bulletin(ScopedModel):
    """One bulletin of one period and division. `source` cannot calculate; numbers come from `manifest`."""

    kind = models.CharField(max_length=12, choices=[("annual", "年度通报"), ("half_year", "半年通报")])
    period = models.CharField(max_length=7, help_text="e.g. 2022")
    division_code = models.CharField(max_length=12, help_text="division whose bulletin it is")
    title = models.CharField(max_length=120)
    number = models.CharField(max_length=40, blank=True, help_text="发文字号")
    source = models.TextField(help_text="Markdown with {{ fig(...) }}, {{ table(...) }}, {{ chart(...) }}")
    source_version = models.PositiveIntegerField(default=1)
    manifest = models.CharField(max_length=40, help_text="name of the snapshot every figure is read from")
    state = models.CharField(max_length=10, choices=BULLETIN.choices(), default="draft")
    made_by_id = models.BigIntegerField(null=True, help_text="account that wrote it last; may not check it (four eyes)")
    checked_by_id = models.BigIntegerField(null=True, help_text="account that checked it; may not issue it (four eyes)")
    made_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    issued_files = models.JSONField(default=dict, help_text='{"docx": stored file id, "pdf": …}; never made again')

    class Meta(ScopedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["kind", "period", "division_code"], name="bulletin_once")]

    def __str__(self) -> str:
        return self.title
