"""What every list page does: scope's division tree, a filter form, a sorted and paged table, sums, and the same rows as Excel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed, permit
from workrelief.base.divisions import queries as divisions
from workrelief.base.intake import queries as intake
from workrelief.faces.shared.acting import ActingRequest
from workrelief.faces.shared.download import attachment
from workrelief.faces.shared.paging import MANY, Page, paginate, query_url
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.shared.tables import Column, build_table, ordered, value_of
from workrelief.faces.shared.text import shown
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.outputs.render import xlsx

MOST_EXPORTED = 200_000
_MONTH = re.compile(r"(?P<year>20[0-9]{2})[-./年]?(?P<month>[0-9]{1,2})月?")
_NO_PROJECTS = {
    "empty_title": "本岗位还没有指定项目",
    "empty_cause": "请联系县级发展改革部门，在岗位中登记所负责的项目",
}
_INDENT = {0: "", 1: "l1", 2: "l2"}


# ---------- the page ----------


@dataclass(frozen=True)
class Batch:
    """Something to do with the ticked rows: the word of its button, where they are sent, and by which name."""

    label: str
    url: str
    name: str


@dataclass(frozen=True)
class ListPage:
    """What a room says about its list; the rest is the same everywhere.

    `rows` is asked with a 12-digit division ("" for the whole scope): the rows in scope that fit the filter. `rows_of_many`
    are the same rows, written so that the database walks the list's order and stops at the end of the page: good where
    many fit. `tally` counts the rows under each division down to a level, for the tree and the pager, and may sum them; without
    it they are counted. `sums` makes a sentence about all rows, from what the tally has under the division. `counted` False
    leaves the tree without numbers: where counting takes long.
    """

    title: str
    id: str
    columns: tuple[Column, ...]
    rows: Callable[[str], QuerySet[Any]]
    noun: str
    form: forms.Form
    sums: Callable[[str, tuple[int, ...]], str] | None = None
    tally: Callable[[Level], divisions.Tally] | None = None
    rows_of_many: Callable[[str], QuerySet[Any]] | None = None
    counted: bool = True
    batch: tuple[Batch, ...] = ()


def list_page(request: ActingRequest, listed: ListPage, **extra: object) -> HttpResponse:
    """The list as a page, or with `?export=1` all its rows as Excel."""
    actor = request.actor
    division = chosen_division(request, actor)
    if request.GET.get("export"):
        rows = _in_order(request, listed, listed.rows(division))
        return export_rows(actor, listed.title, listed.columns, rows, demo=settings.DEMO_MODE)
    under = _tally(listed, deepest(actor, division)) if listed.counted else None
    total, sums = standing(under, division) if under else (None, ())
    is_of_many = total is not None and total >= MANY
    rows = listed.rows_of_many(division) if is_of_many and listed.rows_of_many else listed.rows(division)
    page = paginate(request, _in_order(request, listed, rows), total=total)
    return render(
        request,
        "rooms/list.html",
        {
            "title": listed.title,
            "crumbs": [(listed.title, "")],
            "stamp": Stamp(as_of=clock.now()),
            "form": listed.form,
            "table": build_table(
                request,
                listed.columns,
                page,
                caption=listed.title,
                id=listed.id,
                select=listed.batch[0].name if listed.batch else "",
            ),
            "batch": listed.batch,
            "here": query_url(request).partition("?")[2],
            "page": page,
            "noun": listed.noun,
            "sums": listed.sums(division, sums) if listed.sums and page.total else "",
            "place": divisions.path_name(division or actor.home),
            "tree": division_tree(request, actor, division, under.numbers if under else {}),
            "export_url": query_url(request, export="1", page=None) if allowed(actor, "export.create") else "",
        }
        | (_NO_PROJECTS if actor.scope.projects is not None and not actor.scope.projects else {})
        | extra,
    )


def _in_order(request: HttpRequest, listed: ListPage, rows: QuerySet[Any]) -> QuerySet[Any]:
    is_asked = request.GET.get("sort", "").removeprefix("-") in {c.name for c in listed.columns if c.sort}
    return ordered(request, rows, listed.columns, default="pk") if is_asked else rows


# ---------- divisions ----------


@dataclass(frozen=True)
class TreeItem:
    """A line of the division tree; children only under the line that is open. `number` is None where nothing is counted."""

    name: str
    url: str
    css: str
    is_on: bool
    is_open: bool
    has_more: bool
    number: int | None = None
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


def _tally(listed: ListPage, level: Level) -> divisions.Tally:
    return listed.tally(level) if listed.tally else divisions.tally(listed.rows(""), level)


def deepest(actor: Actor, division: str) -> Level:
    """How deep a list counts: to what its tree may show (county or, below the province, township) and what is chosen."""
    shown = Level.COUNTY if codes.level_of(actor.home) <= Level.PROVINCE else Level.TOWNSHIP
    return max(shown, codes.level_of(division)) if division else shown


def standing(under: divisions.Tally, division: str) -> tuple[int, tuple[int, ...]]:
    """Number and sums under the chosen division ("" for all); (0, ()) where nothing stands."""
    prefix = codes.prefix_of(division) if division else ""
    return under.numbers.get(prefix, 0), under.sums.get(prefix, ())


def division_tree(
    request: HttpRequest, actor: Actor, chosen: str, numbers: Mapping[str, int] | None = None
) -> tuple[TreeItem, ...]:
    """The scope's divisions as links that keep the rest of the address; the chosen branch is open.

    Empty when there is nothing to choose: a township, or a post limited to one place.
    """
    if actor.scope.projects is not None:
        return ()
    prefix = codes.prefix_of(chosen) if chosen else ""

    def item(branch: divisions.Branch, depth: int) -> TreeItem:
        node = branch.node
        own = codes.prefix_of(node.code)
        opened = depth == 0 or prefix.startswith(own)
        children = tuple(item(b, depth + 1) for b in branch.children) if opened and depth < 2 else ()
        return TreeItem(
            name=node.name,
            url=query_url(request, division=None if node.code == actor.home else own, page=None),
            css=_INDENT[depth],
            is_on=node.code == (chosen or actor.home),
            is_open=bool(children),
            has_more=bool(branch.children) and depth < 2,
            number=numbers.get(own, 0) if numbers else None,
            children=children,
        )

    deep = Level.COUNTY if codes.level_of(actor.home) <= Level.PROVINCE else Level.TOWNSHIP
    items = tuple(item(b, 0) for b in divisions.tree(actor.scope.divisions, down_to=deep))
    return items if len(items) > 1 or any(i.children for i in items) else ()


def city_name(code: str) -> str:
    """The city a division lies in: 临沂市. The province for itself."""
    return divisions.name(codes.at_level(code, Level.CITY) if codes.level_of(code) >= Level.CITY else code)


def below_city(code: str) -> str:
    """What stands after the city in the name of a division: 费县上冶镇; "" for a city."""
    return divisions.path_name(code).removeprefix(city_name(code))


def place_column(*, sort: str = "") -> Column:
    """市 over 县: where a row belongs, from its `division_code`."""
    return Column(
        "place",
        "市",
        value=lambda r: city_name(r.division_code),
        sub=lambda r: below_city(r.division_code),
        sub_label="县、乡",
        sort=sort,
    )


def batch_url(actor: Actor, batch_id: int) -> str:
    """Address of the import a row came with; "" for rows entered by hand and batches the actor may not see."""
    if not batch_id or not allowed(actor, "import.upload"):
        return ""
    seen = intake.batches_for(actor).filter(pk=batch_id).exists()
    return reverse("web:import-batch", args=[batch_id]) if seen else ""


# ---------- filters ----------


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


class MonthField(forms.CharField):
    """A month as people write it (2022-07, 202207, 2022年7月); cleaned to the ledger month 202207, None when empty."""

    widget = forms.TextInput(attrs={"placeholder": "如 2022-07", "maxlength": 10})

    def to_python(self, value: object) -> Any:
        text = str(value or "").strip()
        if not text:
            return None
        found = _MONTH.fullmatch(text)
        if found is None or not 1 <= int(found["month"]) <= 12:
            raise forms.ValidationError("请写成 2022-07 的样子。")
        return int(found["year"]) * 100 + int(found["month"])

    def run_validators(self, value: object) -> None:
        """Validators of texts do not apply to a number."""


def any_of(choices: Iterable[tuple[str, str]], word: str = "全部") -> list[tuple[str, str]]:
    """Choices of a filter with "all" first."""
    return [("", word), *choices]


def years() -> list[tuple[str, str]]:
    """The years a list may be narrowed to, newest first: from 2020 to this year, and 2022 even before the clock says so."""
    newest = max(clock.today().year, 2022)
    return [(str(year), f"{year} 年") for year in range(newest, 2019, -1)]


# ---------- export ----------

_KINDS: dict[str, xlsx.ColumnKind] = {
    "number": "int",
    "wan": "money_wan",
    "yuan": "money_yuan",
    "days": "days",
    "ratio": "ratio",
    "date": "date",
}


_LEAD, _UNDER = 42, 26
"""Width in characters of the name of a row, and of what stands under a value (a project code is 24 long)."""


def export_url(request: ActingRequest, shown: Page[Any]) -> str:
    """Address that exports what the list shows, all pages; "" without rows or without the right to."""
    if not shown.total or not allowed(request.actor, "export.create"):
        return ""
    return query_url(request, export="1", page=None)


def export_rows(
    actor: Actor, name: str, columns: Sequence[Column], rows: QuerySet[Any] | Sequence[Any], *, demo: bool
) -> HttpResponse:
    """Exactly what the list shows, all pages, as Excel; a named second line is a column of its own.

    Raises NotPermitted, InvalidInput above the size limit.
    """
    permit(actor, "export.create")
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    if total > MOST_EXPORTED:
        raise InvalidInput("export.size", f"结果有 {total:,} 行，超过一次导出 {MOST_EXPORTED:,} 行的上限，请缩小条件。")
    whole = rows.iterator(chunk_size=2_000) if isinstance(rows, QuerySet) else iter(rows)
    heads: list[xlsx.SheetColumn] = []
    for c in columns:
        unit = f"（{c.head_unit}）" if c.head_unit else ""
        heads.append(xlsx.SheetColumn(c.label + unit, _KINDS.get(c.kind, "text"), width=_LEAD if c.lead else 0))
        if c.sub_label:
            heads.append(xlsx.SheetColumn(c.sub_label, width=_UNDER))
    sheet = xlsx.Sheet(
        title=name[:28],
        caption=name,
        unit_note=f"导出时间 {clock.now():%Y-%m-%d %H:%M}",
        columns=tuple(heads),
        rows=(tuple(_cells(columns, row)) for row in whole),
        demo=demo,
    )
    return attachment(xlsx.xlsx_bytes([sheet]), f"{name}_{clock.today():%Y%m%d}.xlsx")


def _cells(columns: Sequence[Column], row: object) -> Iterable[Any]:
    """Cells of a row for a spreadsheet: numbers stay numbers, words as shown."""
    for column in columns:
        value = value_of(row, column.value or column.name)
        if column.kind in _KINDS:
            yield value
        elif column.kind == "badge":
            yield str(getattr(value, "label", None) or (value[0] if isinstance(value, tuple) else value or ""))
        else:
            yield shown(value, column.kind)
        if column.sub_label:
            yield str(value_of(row, column.sub) or "")
