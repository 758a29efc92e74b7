"""Tables of a list page: columns declared once, cells made ready for `_table.html`.

A view declares its columns, `Column("planned_fen", "总投资", kind="wan", sort="planned_fen")`, sorts with `ordered()`,
takes a page with `paginate()` and hands `build_table(request, COLUMNS, page.items, caption=…)` to the template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest

from workrelief.faces.shared import text
from workrelief.faces.shared.paging import query_url

Kind = Literal["text", "number", "wan", "yuan", "days", "ratio", "figure", "date", "moment", "badge"]
Access = str | Callable[[Any], object]

_NUMBERS = {"number", "wan", "yuan", "days", "ratio", "figure"}
_UNITS = {"wan": "万元", "yuan": "元", "days": "天", "ratio": "%"}


@dataclass(frozen=True)
class Column:
    """One column: where the value is found, how it is shown, and by what it may be sorted.

    `value`, `sub` and `link` are a dotted attribute path or a function of the row; `value` defaults to `name`, `sub` is
    the small second line and `sub_label` its name, in the head after a stroke. `unit` stands in the head (amounts bring their own). `sort` is the field to order by.
    `width` 1–8 picks a class `wr-w1` … `wr-w8`; 0 leaves it to the content. Words stay on one line unless `wrap` or
    `lead` is set; `lead` marks the name of the row, the title of a card on phones.
    """

    name: str
    label: str
    kind: Kind = "text"
    value: Access = ""
    sub: Access = ""
    sub_label: str = ""
    link: Access = ""
    unit: str = ""
    sort: str = ""
    width: int = 0
    lead: bool = False
    wrap: bool = False

    @property
    def head_label(self) -> str:
        """项目名称 / 代码 when the second line has a name."""
        return f"{self.label} / {self.sub_label}" if self.sub_label else self.label

    @property
    def head_unit(self) -> str:
        return self.unit or _UNITS.get(self.kind, "")

    @property
    def is_number(self) -> bool:
        return self.kind in _NUMBERS


@dataclass(frozen=True)
class Head:
    """A column head; `sort_url` orders by it (the other way when it already is), `sorted` is the aria-sort value."""

    name: str
    label: str
    unit: str
    css: str
    sort_url: str = ""
    sorted: str = ""


@dataclass(frozen=True)
class Badge:
    """Colour and sign of a state: `tone` done, run, warn, stop or "" for grey; the word always stands with it."""

    label: str
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell ready to print; `badge` instead of text for states."""

    text: str
    css: str = ""
    label: str = ""
    url: str = ""
    sub: str = ""
    badge: Badge | None = None


@dataclass(frozen=True)
class Action:
    """A word at the end of a row that opens something."""

    label: str
    url: str


@dataclass(frozen=True)
class TableRow:
    key: str
    cells: tuple[Cell, ...]
    actions: tuple[Action, ...] = ()
    css: str = ""


@dataclass(frozen=True)
class Table:
    """Everything `_table.html` draws: `select` is the name of the check boxes or "", `total` a first row of sums."""

    id: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[TableRow, ...]
    select: str = ""
    tight: bool = False
    cards: bool = True
    total: tuple[Cell, ...] = ()

    @property
    def has_actions(self) -> bool:
        return any(row.actions for row in self.rows)

    @property
    def span(self) -> int:
        return len(self.heads) + bool(self.select) + self.has_actions


def ordered(request: HttpRequest, rows: QuerySet[Any], columns: Sequence[Column], *, default: str) -> QuerySet[Any]:
    """`rows` in the order `?sort=` asks for, if a column allows it, else by `default`; ties are broken by key."""
    asked = request.GET.get("sort", "")
    fields = {c.name: c.sort for c in columns if c.sort}
    field = fields.get(asked.removeprefix("-"))
    order = f"{'-' if asked.startswith('-') else ''}{field}" if field else default
    return rows.order_by(order, "-pk" if order.startswith("-") else "pk")


def build_table(
    request: HttpRequest,
    columns: Sequence[Column],
    rows: Iterable[Any],
    *,
    caption: str,
    id: str = "list",
    select: str = "",
    tight: bool = False,
    cards: bool = True,
    actions: Callable[[Any], Sequence[Action]] | None = None,
    row_css: Callable[[Any], str] | None = None,
    total: Sequence[Cell] = (),
) -> Table:
    """A table of `rows`, whose order is kept. `actions` and `row_css` (on, sum, off, bad) are functions of the row.

    On phones rows become cards; with `cards=False` (tables of numbers) the table scrolls inside its card instead.
    """
    return Table(
        id=id,
        caption=caption,
        heads=tuple(_head(request, column) for column in columns),
        rows=tuple(
            TableRow(
                key=str(getattr(row, "pk", None) or getattr(row, "id", "")),
                cells=tuple(_cell(column, row) for column in columns),
                actions=tuple(actions(row)) if actions else (),
                css=row_css(row) if row_css else "",
            )
            for row in rows
        ),
        select=select,
        tight=tight,
        cards=cards,
        total=tuple(total),
    )


def badge_of(state: object) -> Badge:
    """Badge of a kernel State (`label`, `tone`), a (label, tone) pair, a Badge, or a plain word in grey."""
    if isinstance(state, Badge):
        label, tone, icon = state.label, state.tone, state.icon
    elif isinstance(state, tuple):
        label, tone, icon = str(state[0]), str(state[1]), ""
    else:
        label, tone, icon = str(getattr(state, "label", state)), str(getattr(state, "tone", "")), ""
    tone = _TONES.get(tone, tone)
    return Badge(label, tone, icon or _ICONS.get(tone, "circle-dashed"))


_TONES = {"green": "done", "blue": "run", "amber": "warn", "red": "stop", "grey": "", "lock": "lock"}
_ICONS = {
    "done": "circle-check",
    "run": "progress",
    "warn": "message-2-exclamation",
    "stop": "alert-octagon",
    "lock": "lock",
}


def _head(request: HttpRequest, column: Column) -> Head:
    css = f"{'r ' if column.is_number else ''}{f'wr-w{column.width}' if column.width else ''}".strip()
    if not column.sort:
        return Head(column.name, column.head_label, column.head_unit, css)
    now = request.GET.get("sort", "")
    down, up = f"-{column.name}", column.name
    first, second = (down, up) if column.is_number else (up, down)
    turn = second if now == first else first
    state = {up: "ascending", down: "descending"}.get(now, "")
    return Head(column.name, column.head_label, column.head_unit, css, query_url(request, sort=turn, page=None), state)


def _cell(column: Column, row: object) -> Cell:
    value = value_of(row, column.value or column.name)
    css = "r" if column.is_number else "name" if column.lead else "" if column.wrap else "nw"
    label = column.label + (f"（{column.head_unit}）" if column.head_unit else "")
    url = str(value_of(row, column.link) or "") if column.link else ""
    sub = str(value_of(row, column.sub) or "") if column.sub else ""
    if column.kind == "badge":
        return Cell("", css, label, url, sub, badge_of(value) if value not in (None, "") else None)
    return Cell(text.shown(value, column.kind), css, label, url, sub)


def value_of(row: object, access: Access) -> Any:
    """The value of a dotted path (keys of a mapping are allowed) or of a function of the row."""
    if callable(access):
        return access(row)
    value: Any = row
    for part in access.split("."):
        value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
        if value is None:
            return None
    return value() if callable(value) else value
