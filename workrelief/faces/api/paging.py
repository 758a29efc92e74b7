"""Pages of a list: `limit` and `offset`, total counted once, never more than 500 rows."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import QuerySet
from ninja import Field, Schema

T = TypeVar("T")
MOST = 500


class PageQuery(Schema):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=MOST, description="每页行数")
    offset: int = Field(0, ge=0, le=10_000_000, description="跳过行数")


def part(rows: QuerySet[Any], page: PageQuery) -> tuple[list[Any], int]:
    """(rows of the page, total)."""
    return list(rows[page.offset : page.offset + page.limit]), rows.count()
