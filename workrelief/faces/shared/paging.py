"""Pages of a list, whatever the table holds: exact totals, and addresses that keep the rest of the query string."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row")

PER_PAGE = 50
COUNT_AT_ONCE = 10_000
"""Up to so many rows a total is counted anew each time; above, it is kept for `KEEP_TOTAL_SECONDS`."""
KEEP_TOTAL_SECONDS = 60
MANY = 1_000
"""Of so many rows the keys of a page are looked up first, so that rows skipped or only sorted are never read in full."""


@dataclass(frozen=True)
class PageLink:
    """A number in the pager; `number` is None for a gap."""

    number: int | None
    url: str = ""
    is_current: bool = False


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows with what `_pager.html` needs. `number` and `pages` start at 1, `total` is of all pages."""

    items: Sequence[Row]
    number: int
    pages: int
    total: int
    per_page: int
    links: tuple[PageLink, ...]
    previous_url: str = ""
    next_url: str = ""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def first_index(self) -> int:
        """Running number of the first row shown; 0 on an empty page."""
        return (self.number - 1) * self.per_page + 1 if self.items else 0

    @property
    def last_index(self) -> int:
        return (self.number - 1) * self.per_page + len(self.items)


def paginate(
    request: HttpRequest,
    rows: QuerySet[Any] | Sequence[Any],
    per_page: int = PER_PAGE,
    *,
    name: str = "page",
    total: int | None = None,
) -> Page[Any]:
    """The page that `?page=` asks for; a number out of range gives the nearest page. `name` tells two pagers apart.

    `total` is the number of rows where it is known already; else they are counted.
    """
    total = _total(rows) if total is None else total
    pages = max(1, -(-total // per_page))
    number = min(max(_number(request.GET.get(name, "")), 1), pages)
    start = (number - 1) * per_page
    return Page(
        items=_slice(rows, start, per_page, total) if total else [],
        number=number,
        pages=pages,
        total=total,
        per_page=per_page,
        links=tuple(
            PageLink(n, page_url(request, n, name=name) if n else "", n == number) for n in _window(number, pages)
        ),
        previous_url=page_url(request, number - 1, name=name) if number > 1 else "",
        next_url=page_url(request, number + 1, name=name) if number < pages else "",
    )


def page_url(request: HttpRequest, number: int, *, name: str = "page") -> str:
    """The present address with another page number; everything else in the query string stays."""
    return query_url(request, **{name: str(number) if number > 1 else None})


def query_url(request: HttpRequest, **changes: str | None) -> str:
    """The present path and query string with `changes` applied; None removes a parameter."""
    query = request.GET.copy()
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = value
    text = query.urlencode()
    return f"{request.path}?{text}" if text else request.path


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _total(rows: QuerySet[Any] | Sequence[Any]) -> int:
    """Exact number of rows; for large results at most `KEEP_TOTAL_SECONDS` old."""
    if not isinstance(rows, QuerySet):
        return len(rows)
    counted = rows.order_by()[: COUNT_AT_ONCE + 1].count()
    if counted <= COUNT_AT_ONCE:
        return counted
    key = _key(rows)
    kept = cache.get(key)
    if isinstance(kept, int):
        return kept
    counted = rows.order_by().count()
    cache.set(key, counted, KEEP_TOTAL_SECONDS)
    return counted


def _key(rows: QuerySet[Any]) -> str:
    """Cache key of a query: its SQL without ordering, and its parameters (which hold the scope)."""
    try:
        sql, params = rows.order_by().query.sql_with_params()
    except EmptyResultSet:
        sql, params = "empty", ()
    return "total:" + hashlib.sha256(repr((rows.db, sql, params)).encode()).hexdigest()


def _slice(rows: QuerySet[Any] | Sequence[Any], start: int, size: int, total: int) -> Sequence[Any]:
    """The rows of one page, as a list for a query."""
    if not isinstance(rows, QuerySet):
        return rows[start : start + size]
    whole_rows = isinstance(rows.model, type) and issubclass(rows.model, Model) and rows.query.values_select == ()
    if total < MANY or not whole_rows or rows.query.distinct:
        return list(rows[start : start + size])
    keys = list(rows.values_list("pk", flat=True)[start : start + size])
    return list(rows.filter(pk__in=keys))


def _window(number: int, pages: int) -> list[int | None]:
    """Page numbers to show: the first, the last, two on either side of the present one; None for a gap."""
    near = sorted({1, pages, *range(max(1, number - 2), min(pages, number + 2) + 1)})
    shown: list[int | None] = []
    for before, n in zip([0, *near], near, strict=False):
        if n - before > 1:
            shown.append(None)
        shown.append(n)
    return shown
