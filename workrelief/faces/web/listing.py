"""What every list page does: scope's division tree, a filter form, a sorted and paged table, sums, and the same rows as Excel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import permit
from workrelief.base.divisions import queries as divisions
from workrelief.faces.shared.download import attachment
from workrelief.faces.shared.paging import query_url
from workrelief.faces.shared.tables import Column
from workrelief.faces.shared.text import shown
from workrelief.kernel import clock, codes
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.outputs.render import xlsx

MOST_EXPORTED = 200_000


@dataclass(frozen=True)
class TreeItem:
    """A line of the division tree; children only under the line that is open."""

    name: str
    url: str
    is_on: bool
    is_open: bool
    children: tuple[TreeItem, ...] = ()


def chosen_division(request: HttpRequest, actor: Actor) -> str:
    """The division the address asks for, or "" for the whole scope.

    Raises NotFound outside the scope, which is never told from a division that does not exist.
    """
    asked = request.GET.get("division", "").strip()
    if not asked:
        return ""
    try:
        code = codes.normalise(asked)
    except InvalidInput as err:
        raise NotFound("division.unknown", "没有这个行政区划，或不在您的数据范围内。") from err
    if not actor.scope.covers_division(code) or not divisions.exists(code):
        raise NotFound("division.unknown", "没有这个行政区划，或不在您的数据范围内。")
    return code


def division_tree(request: HttpRequest, actor: Actor, chosen: str) -> tuple[TreeItem, ...]:
    """The scope's divisions as links that keep the rest of the address; the chosen branch is open."""
    prefix = codes.prefix_of(chosen) if chosen else ""

    def item(branch: divisions.Branch, depth: int) -> TreeItem:
        code = branch.node.code
        opened = depth == 0 or prefix.startswith(codes.prefix_of(code))
        children = tuple(item(b, depth + 1) for b in branch.children) if opened and depth < 2 else ()
        is_home = code == actor.home
        url = query_url(request, division=None if is_home else codes.prefix_of(code), page=None)
        return TreeItem(branch.node.short_name, url, code == (chosen or actor.home), opened, children)

    return tuple(item(b, 0) for b in divisions.tree(actor.scope.divisions))


class ListForm(forms.Form):
    """Base of filter forms: everything optional, bound to the address, wrong values shown and ignored."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.GET, auto_id="f_%s")
        for field in self.fields.values():
            field.required = False
        self.is_valid()

    def value(self, name: str) -> Any:
        """The cleaned value, or None."""
        return self.cleaned_data.get(name) or None

    def values(self, name: str) -> tuple[str, ...]:
        """A choice as a tuple of none or one, for filters that take several."""
        found = self.value(name)
        return (found,) if found else ()


def any_of(choices: Iterable[tuple[str, str]], word: str = "全部") -> list[tuple[str, str]]:
    """Choices of a filter with "all" first."""
    return [("", word), *choices]


_KINDS: dict[str, xlsx.ColumnKind] = {
    "number": "int",
    "wan": "money_wan",
    "yuan": "money_yuan",
    "ratio": "ratio",
    "date": "date",
}


def export_rows(
    actor: Actor, name: str, columns: Sequence[Column], rows: QuerySet[Any] | Sequence[Any], *, demo: bool
) -> HttpResponse:
    """Exactly what the list shows, all pages, as Excel. Raises NotPermitted, InvalidInput above the size limit."""
    permit(actor, "export.create")
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    if total > MOST_EXPORTED:
        raise InvalidInput("export.size", f"结果有 {total:,} 行，超过一次导出 {MOST_EXPORTED:,} 行的上限，请缩小条件。")
    whole = rows.iterator(chunk_size=2_000) if isinstance(rows, QuerySet) else iter(rows)
    sheet = xlsx.Sheet(
        title=name[:28],
        caption=name,
        unit_note=f"导出时间 {clock.now():%Y-%m-%d %H:%M}",
        columns=tuple(
            xlsx.SheetColumn(c.label + (f"（{c.head_unit}）" if c.head_unit else ""), _KINDS.get(c.kind, "text"))
            for c in columns
        ),
        rows=(tuple(_raw(c, row) for c in columns) for row in whole),
        demo=demo,
    )
    return attachment(xlsx.xlsx_bytes([sheet]), f"{name}_{clock.today():%Y%m%d}.xlsx")


def _raw(column: Column, row: object) -> Any:
    """A cell for a spreadsheet: numbers stay numbers, words as shown."""
    value = _find(row, column)
    if column.kind in ("number", "wan", "yuan", "date"):
        return value
    if column.kind == "badge":
        return str(getattr(value, "label", None) or (value[0] if isinstance(value, tuple) else value or ""))
    return shown(value, column.kind)


def _find(row: object, column: Column) -> Any:
    access = column.value or column.name
    if callable(access):
        return access(row)
    value: Any = row
    for part in access.split("."):
        value = getattr(value, part, None)
        if value is None:
            return None
    return value() if callable(value) else value
