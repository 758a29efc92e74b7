"""The dictionary of construction words: finds them in a text, longest first, and says what each means."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"
_CONCRETE = r"[Cc]\d{2}(?!\d)"


@dataclass(frozen=True, slots=True)
class Hit:
    """A word found in a text at [start, end), and the concepts it stands for."""

    start: int
    end: int
    word: str
    concepts: tuple[str, ...]


@dataclass(frozen=True)
class Dictionary:
    """All spellings as one pattern; `kinds` of each concept: obj, mat, act or out."""

    pattern: re.Pattern[str]
    concepts: dict[str, tuple[str, ...]]
    kinds: dict[str, str]

    def find(self, text: str) -> tuple[Hit, ...]:
        """Every word of the dictionary in `text`, left to right, none overlapping; positions are those of `text`."""
        hits = []
        for found in self.pattern.finditer(folded(text)):
            word = found.group()
            concepts = self.concepts.get(word) or ("混凝土",)
            hits.append(Hit(found.start(), found.end(), text[found.start() : found.end()], concepts))
        return tuple(hits)


def folded(text: str) -> str:
    """Full-width letters narrowed and letters upper-cased, position by position."""
    return "".join(_fold(c) for c in text)


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    narrow = unicodedata.normalize("NFKC", char)
    narrow = narrow if len(narrow) == 1 else char
    upper = narrow.upper()
    return upper if len(upper) == 1 else narrow


@lru_cache(maxsize=1)
def dictionary() -> Dictionary:
    """The dictionary of `data/words.csv`, read once."""
    concepts: dict[str, tuple[str, ...]] = {}
    kinds: dict[str, str] = {}
    with (DATA / "words.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            kinds[row["concept"]] = row["kind"]
            for word in dict.fromkeys([row["concept"], *row["spellings"].split()]):
                key = folded(word)
                concepts[key] = (*concepts.get(key, ()), row["concept"])
    words = sorted(concepts, key=lambda w: (-len(w), w))
    return Dictionary(re.compile("|".join([*map(re.escape, words), _CONCRETE])), concepts, kinds)
