"""A manifest as a value: which files make up one state of the ledger, and its digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from workrelief.base.audit.sm3 import canonical, sm3_hex
from workrelief.figures.ledger.facts import FactTable
from workrelief.figures.ledger.mirror import MirrorFile
from workrelief.figures.snapshots.models import Manifest

_CATALOGUE = Path(__file__).resolve().parents[1] / "indicators" / "catalogue"


@dataclass(frozen=True)
class FileEntry:
    """One partition: its Parquet file and its cube, with digests, and the span of its rows in each time column."""

    fact: str
    year: int
    city: str
    path: str
    digest: str
    rows: int
    totals: Mapping[str, int]
    spans: Mapping[str, tuple[int, int]]
    cube: str
    cube_digest: str

    @classmethod
    def of(cls, table: FactTable, year: int, city: str, file: MirrorFile, cube: tuple[str, str]) -> FileEntry:
        return cls(
            table.name, year, city, file.path, file.digest, file.rows, dict(file.totals), dict(file.spans), *cube
        )

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> FileEntry:
        spans = {name: (int(ends[0]), int(ends[1])) for name, ends in stored["spans"].items()}
        return cls(**{**stored, "spans": spans})

    @property
    def key(self) -> tuple[str, int, str]:
        return self.fact, self.year, self.city

    def touches(self, time: str, first_month: int, last_month: int) -> bool:
        """Whether rows of these months (by the time column) may lie in it."""
        first, last = self.spans[time]
        return first <= last_month and first_month <= last


@dataclass(frozen=True)
class Files:
    """The files of a manifest, by partition."""

    name: str
    digest: str
    made_at: datetime
    entries: tuple[FileEntry, ...]

    @classmethod
    def of(cls, manifest: Manifest) -> Files:
        return cls(manifest.name, manifest.digest, manifest.made_at, tuple(map(FileEntry.from_json, manifest.files)))

    @property
    def rows(self) -> int:
        return sum(e.rows for e in self.entries)

    def of_fact(self, fact: str) -> tuple[FileEntry, ...]:
        return tuple(e for e in self.entries if e.fact == fact)


def stored(entries: Iterable[FileEntry]) -> list[dict[str, Any]]:
    """As kept in the manifest's row."""
    return [asdict(e) for e in sorted(entries, key=lambda e: e.key)]


def digest_of(entries: Iterable[FileEntry]) -> str:
    """SM3 over the partitions, their rows and their files' digests."""
    listed = [[*e.key, e.rows, e.digest] for e in sorted(entries, key=lambda e: e.key)]
    return sm3_hex(canonical({"files": listed}))


@cache
def catalogue_hash() -> str:
    """SM3 of the indicator definitions in force: the text of the catalogue's files, in order of name."""
    parts = {path.name: path.read_text(encoding="utf-8") for path in sorted(_CATALOGUE.glob("*.py"))}
    return sm3_hex(canonical(parts))
