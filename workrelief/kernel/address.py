"""The address of a figure: a short query string from which the same figure can be read again, anywhere.

`i` indicator · `p` period · `d` division · `m` manifest ("" for live) · `by` and `key` the place inside a table ·
one entry per filter dimension. Links on pages, in the web preview of a bulletin and in the API are made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from workrelief.kernel import codes
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.figure import Figure
from workrelief.kernel.period import Period

_OWN = ("i", "p", "d", "m", "by", "key")


@dataclass(frozen=True)
class Address:
    """Where a figure stands: everything `read()` needs, without its value."""

    indicator: str
    period: Period
    division: str
    manifest: str
    by: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def query(self) -> str:
        """As a query string without the question mark."""
        parts: dict[str, str] = {"i": self.indicator, "p": str(self.period), "d": self.division}
        if self.manifest:
            parts["m"] = self.manifest
        if self.by:
            parts |= {"by": ",".join(self.by), "key": ",".join(self.key)}
        parts |= {name: ",".join(values) for name, values in self.where}
        return urlencode(parts, safe=",")


def address_of(figure: Figure, *, live: bool = False) -> Address:
    """Address of a figure that was read; `live` leaves the manifest open, so that a later read sees newer rows."""
    return Address(
        figure.indicator,
        figure.period,
        figure.division,
        "" if live else figure.manifest,
        figure.by,
        figure.key,
        figure.filters,
    )


def parse_address(query: Mapping[str, str]) -> Address:
    """Back from a query string (already decoded). Raises InvalidInput naming the part that is missing or malformed."""
    missing = [name for name in ("i", "p", "d") if not query.get(name)]
    if missing:
        raise InvalidInput("figure.address", f"数字的地址缺少 {'、'.join(missing)}，请从原页面重新打开。")
    by = tuple(filter(None, query.get("by", "").split(",")))
    key = tuple(query.get("key", "").split(",")) if by else ()
    if len(by) != len(key):
        raise InvalidInput("figure.address", "数字的地址中维度与取值个数不符，请从原页面重新打开。")
    where = tuple((name, tuple(value.split(","))) for name, value in query.items() if name not in _OWN and value)
    return Address(
        query["i"], Period(query["p"]), codes.normalise(query["d"]), query.get("m", ""), by, key, tuple(sorted(where))
    )
