"""The divisions as an immutable tree in memory, and how office spellings are matched to it. Knows no database."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import NotFound

NATION_CODE = "0" * codes.CODE_LENGTH
NATION_NAME = "全国"


class Kind(StrEnum):
    """What a division is. ZONE (功能区) has a statistical code but is no GB/T 2260 county."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    COUNTY_CITY = "county_city"
    COUNTY = "county"
    ZONE = "zone"
    STREET = "street"
    TOWN = "town"
    RURAL_TOWNSHIP = "rural_township"
    TOWNSHIP_UNIT = "township_unit"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    Kind.PROVINCE: "省",
    Kind.CITY: "设区的市",
    Kind.DISTRICT: "市辖区",
    Kind.COUNTY_CITY: "县级市",
    Kind.COUNTY: "县",
    Kind.ZONE: "功能区",
    Kind.STREET: "街道",
    Kind.TOWN: "镇",
    Kind.RURAL_TOWNSHIP: "乡",
    Kind.TOWNSHIP_UNIT: "类似乡级单位",
}


@dataclass(frozen=True)
class Node:
    """One division. `valid_to` is the day it ceased to exist, None while it exists."""

    code: str
    name: str
    short_name: str
    level: Level
    kind: Kind
    valid_from: date
    valid_to: date | None = None
    aliases: tuple[str, ...] = ()

    @property
    def is_former(self) -> bool:
        return self.valid_to is not None

    @property
    def prefix(self) -> str:
        """Significant prefix, as used by scopes."""
        return codes.prefix_of(self.code)

    def exists_on(self, day: date | None) -> bool:
        """Whether the division existed on `day`; without a day, whether it exists according to the newest data."""
        if day is None:
            return self.valid_to is None
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class Branch:
    """A division with its subdivisions, for pickers and outlines."""

    node: Node
    children: tuple[Branch, ...]


class Tree:
    """All divisions by code, with their children, office spellings and successors."""

    def __init__(self, nodes: Iterable[Node], successors: Mapping[str, str]) -> None:
        self._nodes = {node.code: node for node in sorted(nodes, key=lambda node: node.code)}
        self._successors = dict(successors)
        self._children: dict[str, list[Node]] = {}
        self._spellings: dict[str, list[Node]] = {}
        for node in self._nodes.values():
            parent = codes.parent_of(node.code)
            if parent is not None:
                self._children.setdefault(parent, []).append(node)
            for spelling in {node.name, node.short_name, *node.aliases}:
                self._spellings.setdefault(spelling, []).append(node)

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def get(self, code: str) -> Node | None:
        return self._nodes.get(code)

    def node(self, code: str) -> Node:
        """The division of a 12-digit code. Raises NotFound."""
        found = self._nodes.get(code)
        if found is None:
            raise NotFound("division.unknown", f"行政区划字典里没有代码“{code}”。", facts={"code": code})
        return found

    def children(self, code: str, on: date | None = None) -> list[Node]:
        """Divisions one level down that exist (on a day), zones included, by code."""
        return [child for child in self._children.get(code, ()) if child.exists_on(on)]

    def path(self, code: str) -> list[Node]:
        """The division with what stands above it, city first; the province alone for the province.

        A township or village that is not listed gives its known county and city; empty for any other unknown code.
        """
        known = self._nodes.get(code)
        if known is not None and known.level <= Level.CITY:
            return [known]
        county = self._nodes.get(codes.at_level(code, Level.COUNTY))
        if county is None or county.level is not Level.COUNTY:
            return []
        above = [self._nodes.get(codes.at_level(code, Level.CITY)), county]
        township = self._nodes.get(codes.at_level(code, Level.TOWNSHIP)) if code != county.code else None
        return [node for node in (*above, township) if node is not None]

    def path_name(self, code: str) -> str:
        """临沂市费县上冶镇; a zone that carries the name of its city stands without it. Empty for an unknown code.

        A few townships are officially called after their county (成武县党集镇); the county is then not said twice.
        """
        steps = self.path(code)
        if len(steps) > 1 and steps[1].kind is Kind.ZONE and steps[1].name.startswith(steps[0].short_name):
            steps = steps[1:]
        if len(steps) > 1 and steps[-1].name.startswith(steps[-2].name):
            steps = [*steps[:-2], steps[-1]]
        return "".join(step.name for step in steps)

    def branches(self, prefixes: Sequence[str], *, down_to: Level) -> tuple[Branch, ...]:
        """What lies under each prefix, as nested branches down to a level. Unknown prefixes are left out."""
        roots = (self._nodes.get(codes.normalise(prefix)) for prefix in prefixes)
        return tuple(self._branch(root, down_to) for root in roots if root is not None)

    def _branch(self, node: Node, down_to: Level) -> Branch:
        below = self.children(node.code) if node.level < down_to else []
        return Branch(node, tuple(self._branch(child, down_to) for child in below))

    def successors(self, code: str) -> list[Node]:
        """The existing divisions a code of any time leads to: itself, or what took its place.

        A code below a former county (an old township or village) leads to the successor of that county.
        """
        found = self._nodes.get(code)
        if found is not None and not found.is_former:
            return [found]
        for level in (Level.TOWNSHIP, Level.COUNTY, Level.CITY):
            following = self._successors.get(codes.at_level(code, level))
            if following is not None and codes.level_of(code) >= level:
                return self.successors(following)
        return []

    # ---------- office spellings ----------
    def find(self, text: str, *, within: str = "37", level: Level | None = None, on: date | None = None) -> list[Node]:
        """Divisions an office spelling may mean: 费县, 临沂市费县, 临沂费县, 山东省临沂市费县上冶镇, 371325.

        Several when the words fit several (市中区 in 济南 and 枣庄), none when nothing fits. An official name counts
        before a short name, an existing division before a former one, and a short name (东营) means the highest level
        it fits. `within` is a code prefix; `level` and `on` leave only divisions of a level, or of a day.
        """
        words = _plain(text)
        if not words:
            return []
        wanted = _Wanted(level, on)
        if words.isascii() and words.isdigit():
            node = self._nodes.get(words.ljust(codes.CODE_LENGTH, "0"))
            return [node] if node is not None and codes.covers(within, node.code) and wanted.accepts(node) else []
        found = self._match(words, within, wanted)
        if not found and words.startswith("山东"):
            found = self._match(words.removeprefix("山东").removeprefix("省"), within, wanted)
        return found

    def _match(self, words: str, within: str, wanted: _Wanted, head: Node | None = None) -> list[Node]:
        """Divisions below `head` spelt `words`, or spelt by something above them and then their own name."""
        fitting = [
            node
            for node in self._spellings.get(words, ())
            if node is not head and codes.covers(within, node.code) and wanted.accepts(node)
        ]
        if fitting:
            return wanted.most_likely(fitting, words)
        for cut in range(len(words) - 1, 1, -1):
            found: dict[str, Node] = {}
            for above in self._spellings.get(words[:cut], ()):
                if above is not head and above.level > Level.PROVINCE and codes.covers(within, above.code):
                    found |= {node.code: node for node in self._match(words[cut:], above.prefix, wanted, above)}
            if found:
                return sorted(found.values(), key=lambda node: node.code)
        return []


@dataclass(frozen=True)
class _Wanted:
    """The conditions of a search besides the words."""

    level: Level | None
    on: date | None

    def accepts(self, node: Node) -> bool:
        if self.level is not None and node.level is not self.level:
            return False
        return self.on is None or node.exists_on(self.on)

    def most_likely(self, fitting: Sequence[Node], words: str) -> list[Node]:
        """The most official reading: what stands before what is gone, names before short names."""
        for stands in (True, False):
            group = [node for node in fitting if node.exists_on(self.on) is stands]
            named = [node for node in group if node.name == words]
            if named:
                return named
            if group:
                highest = min(node.level for node in group)
                return [node for node in group if node.level == highest]
        return []


def _plain(text: str) -> str:
    """Full-width forms, spaces and separators removed; 街道办事处 and 办事处 written as 街道."""
    words = "".join(unicodedata.normalize("NFKC", text).split())
    for separator in "-—·/、,>":
        words = words.replace(separator, "")
    if words.endswith("街道办事处"):
        return words.removesuffix("办事处")
    if words.endswith(("办事处", "街道办")):
        return words.removesuffix("办事处").removesuffix("街道办") + "街道"
    return words
