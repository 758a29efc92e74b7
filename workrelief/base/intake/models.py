"""Import batches and what was said about their rows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from workrelief.base.access.scope import ScopedModel, ScopeFields
from workrelief.base.intake.states import COMMITTED, IMPORT_BATCH, UPLOADED


class ImportBatch(ScopedModel):
    """One file brought for one kind of import, from upload to commit or undo."""

    kind = models.CharField(max_length=30, help_text="kind of a registered importer")
    division_code = models.CharField(max_length=12, help_text="home division of the post that uploaded it, 12 digits")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200, help_text="as brought")
    file_sm3 = models.CharField(max_length=64, help_text="SM3 of the content, hex: the same file is committed once")
    file_size = models.PositiveBigIntegerField(help_text="bytes")
    inspected = models.JSONField(
        default=dict, help_text="what the gate found: format, hidden rows, formulas without a result"
    )
    options = models.JSONField(default=dict, help_text="answers given at upload, by option name")
    state = models.CharField(max_length=10, choices=IMPORT_BATCH.choices(), default=UPLOADED)
    message = models.TextField(blank=True, help_text="why the file was refused")
    uploaded_by = models.BigIntegerField(null=True, help_text="account id; empty for the platform itself")
    uploaded_by_name = models.CharField(max_length=60)
    post_label = models.CharField(max_length=120, help_text="post in which it was uploaded")
    uploaded_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)
    committed_by_name = models.CharField(max_length=60, blank=True)
    undone_at = models.DateTimeField(null=True)
    seconds_x10 = models.PositiveIntegerField(
        default=0, help_text="duration of the last check or commit, tenths of a second"
    )
    rows_read = models.PositiveIntegerField(default=0, help_text="data rows found")
    rows_good = models.PositiveIntegerField(default=0, help_text="rows without an error")
    rows_bad = models.PositiveIntegerField(default=0, help_text="rows with an error, left out or stopping the batch")
    rows_remarked = models.PositiveIntegerField(default=0, help_text="rows with remarks only")
    errors = models.PositiveIntegerField(default=0, help_text="errors counted, also those not listed")
    remarks = models.PositiveIntegerField(default=0, help_text="remarks counted, also those not listed")
    sheets = models.JSONField(
        default=list, help_text="per sheet: head row, matched and unknown heads, rows, skipped rows"
    )
    by_column = models.JSONField(default=list, help_text="[[level, column title, count], …]")
    report = models.JSONField(default=dict, help_text="what the commit did: rows, created, updated, totals, notes")
    undo_data = models.JSONField(null=True, help_text="what the importer needs to take the batch back")
    failed_rows = models.BinaryField(null=True, help_text="all rows with errors and their reasons, compressed JSON")

    class Meta(ScopedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "file_sm3"], condition=models.Q(state=COMMITTED), name="import_file_once"
            )
        ]
        indexes = [
            models.Index(fields=["division_code", "-id"], name="import_place"),
            models.Index(fields=["uploaded_by", "-id"], name="import_mine"),
            models.Index(fields=["file_sm3"], name="import_digest"),
        ]

    def __str__(self) -> str:
        return self.file_name


class RowIssue(ScopedModel):
    """Something said about a cell, a row or a file. Private values are masked; a long list is counted, not stored whole."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(division="batch__division_code")

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="issues", db_index=False)
    sheet = models.CharField(max_length=80, blank=True)
    row = models.PositiveIntegerField(help_text="spreadsheet row, 1-based; 0 for the whole file")
    column = models.CharField(max_length=3, blank=True, help_text="spreadsheet column letters; blank for the whole row")
    title = models.CharField(max_length=120, blank=True, help_text="column title as printed in the file")
    level = models.CharField(max_length=6, choices=[("error", "错误"), ("remark", "提示")])
    value = models.CharField(max_length=80, blank=True, help_text="cell as written, private numbers masked")
    reason = models.CharField(max_length=300)
    remedy = models.CharField(max_length=200, blank=True)
    rule_id = models.CharField(max_length=8, blank=True, help_text="rule of base/law the finding rests on")

    class Meta(ScopedModel.Meta):
        indexes = [models.Index(fields=["batch", "level", "row"], name="row_issue_batch")]
