"""Lines of a bill → labour links, by the dictionary words both hold; the same line always gets the same answer.

A concept weighs more the fewer links hold it. The score is the cosine of line and link over these weights, so 100 means the
line says just what the link says. Words of task, subfield and trades, the remark of a line and the heading it stands under help, but
alone never make a match.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log, sqrt

from workrelief.work.catalogue.rules.bill import BillLine
from workrelief.work.catalogue.rules.words import Hit, dictionary

LEAST_SCORE = 30
LOW_SCORE = 50
SURE_SCORE = 70
_CONTEXT = 0.35
_WEIGHT = {"act": 0.85, "mat": 0.75}
_OTHER_SECTOR = 0.85
_EVERY_SECTOR = 0.97
_NO_QUOTA = 0.94
_OTHER_ACT = 0.75
_FEE = re.compile(r"(?P<fee>[^\s、，]*(?:费|费用|税金|利润|暂列金额|预备金))(?:[（(].*[)）])?$")
_MACHINE = (
    "机械",
    "挖掘机",
    "推土机",
    "压路机",
    "装载机",
    "自卸",
    "旋挖",
    "摊铺机",
    "沥青",
    "盾构",
    "强夯",
    "泵送",
    "吊装",
)


@dataclass(frozen=True)
class LinkText:
    """What the matcher knows of a labour link; `sector` is a Sector id or "" for every sector, `units` those with a quota."""

    code: str
    sector: str
    name: str
    task: str
    subfield: str
    trades: str
    units: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Proposal:
    """A link for a line: score 0–100 and the words of the line that speak for it."""

    code: str
    score: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """What was found for a line, best first; empty with a `reason` when nothing was. `machine` are words of machine work."""

    proposals: tuple[Proposal, ...]
    reason: str = ""
    machine: tuple[str, ...] = ()

    @property
    def best(self) -> Proposal | None:
        return self.proposals[0] if self.proposals else None


@dataclass
class _Words:
    """Concepts of a link or a line: in its own name, and with all the context around it."""

    own: dict[str, float] = field(default_factory=dict)
    all: dict[str, float] = field(default_factory=dict)
    norm: float = 0.0


class Matcher:
    """Matches lines against one edition's links; build once, use for the whole bill."""

    def __init__(self, links: Sequence[LinkText]) -> None:
        self._links = {one.code: one for one in sorted(links, key=lambda link: link.code)}
        self._dictionary = dictionary()
        found = {code: self._concepts_of(one) for code, one in self._links.items()}
        held = Counter(concept for own, _ in found.values() for concept in own)
        self._most = max(len(self._links), 1)
        self._held = held
        self._words: dict[str, _Words] = {}
        self._by_concept: dict[str, list[str]] = defaultdict(list)
        for code, (own, around) in found.items():
            self._words[code] = self._weighed(own, around)
            for concept in self._words[code].own:
                self._by_concept[concept].append(code)

    def match(self, line: BillLine, *, sector: str = "", unit: str = "", most: int = 4) -> Match:
        """The best links for a line. `sector` is that of the project, `unit` the line's unit id as understood."""
        hits = self._dictionary.find(line.name)
        kinds = self._dictionary.kinds
        fees = [h.word for h in hits if any(kinds[c] == "out" for c in h.concepts)]
        if not fees and (fee := _FEE.search(line.name)):
            fees = [fee["fee"]]
        if fees:
            return Match((), f"“{'、'.join(fees)}”是费用或购置，不是用工内容")
        machine = tuple(w for w in _MACHINE if w in line.name or w in line.remark)
        around = [*self._dictionary.find(line.remark), *self._dictionary.find(line.part)]
        words = self._weighed(_concepts(hits), _concepts(around))
        if not words.own:
            return Match((), "名称里没有目录认识的施工用语", machine)
        scores = [
            (self._score(code, words, sector, unit), code)
            for code in sorted({code for concept in words.own for code in self._by_concept.get(concept, ())})
        ]
        ranked = sorted(
            ((s, c) for s, c in scores if s >= LEAST_SCORE), key=lambda pair: (-pair[0], self._rank(pair[1], sector))
        )
        proposals = tuple(Proposal(code, score, self._spoken(code, hits)) for score, code in ranked[:most])
        return Match(proposals, "" if proposals else "与目录各环节的用语重合太少", machine)

    def words_in(self, text: str) -> tuple[Hit, ...]:
        """Dictionary words of a text, with their places."""
        return self._dictionary.find(text)

    def _concepts_of(self, link: LinkText) -> tuple[set[str], set[str]]:
        find = self._dictionary.find
        own = _concepts(find(link.name))
        around = _concepts([*find(link.task), *find(link.subfield), *find(link.trades)])
        return (own, around) if own else (around, set())

    def _weighed(self, own: set[str], around: set[str]) -> _Words:
        words = _Words()
        for concept in sorted(own):
            words.own[concept] = self._weight(concept)
        words.all = {c: self._weight(c) * _CONTEXT for c in sorted(around - own)} | words.own
        words.norm = sqrt(sum(w * w for w in words.own.values()))
        return words

    def _weight(self, concept: str) -> float:
        rarity = log((self._most + 1) / (self._held.get(concept, 0) + 1)) + 1
        return rarity * _WEIGHT.get(self._dictionary.kinds.get(concept, ""), 1.0)

    def _score(self, code: str, line: _Words, sector: str, unit: str) -> int:
        link, words = self._links[code], self._words[code]
        shared = sum(weight * words.all.get(concept, 0.0) for concept, weight in line.all.items())
        score = min(1.0, shared / (line.norm * words.norm))
        if sector and link.sector != sector:
            score *= _OTHER_SECTOR if link.sector else _EVERY_SECTOR
        acts, known = self._acts(line.own), self._acts(words.all)
        if acts and known and not acts & known:
            score *= _OTHER_ACT
        if unit and unit not in link.units:
            score *= _NO_QUOTA
        return round(score * 100)

    def _acts(self, concepts: Iterable[str]) -> set[str]:
        """Those of the concepts that say what is done."""
        return {c for c in concepts if self._dictionary.kinds.get(c) == "act"}

    def _rank(self, code: str, sector: str) -> tuple[int, str]:
        """Among equals: the project's sector, then every sector, then the order of the catalogue."""
        found = self._links[code].sector
        return (0 if sector and found == sector else 1 if not found else 2, code)

    def _spoken(self, code: str, hits: Sequence[Hit]) -> tuple[str, ...]:
        known = self._words[code].all
        return tuple(dict.fromkeys(h.word for h in hits if any(c in known for c in h.concepts)))


def _concepts(hits: Sequence[Hit]) -> set[str]:
    return {concept for hit in hits for concept in hit.concepts}
