"""In which state the rows of an imported list enter."""

from __future__ import annotations

from datetime import date
from typing import Final

START_LABELS: Final = {"储备": "draft", "填报": "draft", "草稿": "draft", "已发布": "published", "已印发": "published"}


def start_state(said: str, *, year: int, today: date, is_issued: bool) -> str | None:
    """draft or published: as said, else published for a past year or a list with a day of issue; None when unknown."""
    text = "".join(said.split())
    if text:
        return START_LABELS.get(text, text if text in START_LABELS.values() else None)
    return "published" if is_issued or year < today.year else "draft"
