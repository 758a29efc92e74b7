"""Signs, badges and the rows of a table, written in Python.

They stand hundreds of times on a page: as templates, fifty rows of eight cells are four thousand look-ups, half of what a
list page takes to draw.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from workrelief.faces.shared.tables import Cell, TableRow, badge_of


@lru_cache(maxsize=1_024)
def icon(name: str, css: str = "") -> SafeString:
    """`{% icon "download" %}`: a Tabler icon, hidden from screen readers because a word stands beside it."""
    return format_html('<i class="ti ti-{}{}" aria-hidden="true"></i>', name, f" {css}" if css else "")


def badge(state: object, tone: str | None = None, icon_name: str = "") -> SafeString:
    """`{% badge state %}` for a kernel State, or `{% badge "已到账" "done" %}`: colour, sign and word together."""
    made = badge_of(state if tone is None else (str(state), tone))
    return _badge(made.tone, icon_name or made.icon, made.label)


@lru_cache(maxsize=1_024)
def _badge(tone: str, icon_name: str, label: str) -> SafeString:
    css = "" if tone in ("", "lock") else f" {tone}"
    return format_html('<span class="wr-st{}">{}{}</span>', css, icon(icon_name), label)


def cells(row: TableRow) -> SafeString:
    """`{% cells row %}`: all cells of a row of `_table.html`; texts are escaped unless they are safe already."""
    return mark_safe("".join(map(_cell, row.cells)))  # noqa: S308 # every part is escaped in _cell


def _cell(cell: Cell) -> str:
    said = badge(cell.badge) if cell.badge else _escaped(cell.text)
    if cell.url and not cell.badge:
        said = f'<a href="{_escaped(cell.url)}">{said}</a>'
    sub = f'<span class="sub">{_escaped(cell.sub)}</span>' if cell.sub else ""
    return f"{_opening(cell.css, cell.label)}<div>{said}{sub}</div></td>"


@lru_cache(maxsize=1_024)
def _opening(css: str, label: str) -> str:
    named = f' class="{escape(css)}"' if css else ""
    return f'<td{named} data-label="{escape(label)}">'


def _escaped(text: str) -> str:
    """As in a template; Django's own `escape` is made for lazy texts and costs four times as much."""
    return text if isinstance(text, SafeString) else escape(str(text))
