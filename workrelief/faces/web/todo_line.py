"""The row every source of 待办 gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Todo:
    """One row of `_todo.html`; `number` things stand behind it."""

    tone: str
    due: str
    title: str
    url: str
    source: str
    action: str
    number: int = 1
