"""Stored files: one row for each time somebody brought a file, addressed by the digest of its content."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from workrelief.base.access.scope import ScopedModel, ScopeFields


class StoredFile(ScopedModel):
    """A file as it was brought. Equal content lies on disk once; the name, the bringer and the division are the row's."""

    scope_fields: ClassVar[ScopeFields] = ScopeFields(sector="sector", project="project_id")

    digest = models.CharField(max_length=64, help_text="SM3 of the content, hex; also its place under FILES_DIR")
    size = models.PositiveBigIntegerField(help_text="bytes")
    name = models.CharField(max_length=200, help_text="file name as brought, without folders")
    media_type = models.CharField(max_length=100, help_text="found from the content, never from the name")
    division_code = models.CharField(max_length=12, help_text="division the file belongs to, 12 digits")
    sector = models.CharField(max_length=16, blank=True, help_text="sector id, when the file belongs to one")
    project_id = models.BigIntegerField(null=True, help_text="project the file belongs to; empty for none")
    uploaded_by = models.BigIntegerField(null=True, help_text="account id; empty for the platform itself")
    uploaded_by_name = models.CharField(max_length=60)
    at = models.DateTimeField(help_text="moment it was stored")

    class Meta(ScopedModel.Meta):
        indexes = [
            models.Index(fields=["division_code", "id"], name="file_division"),
            models.Index(fields=["digest"], name="file_digest"),
        ]

    def __str__(self) -> str:
        return self.name
