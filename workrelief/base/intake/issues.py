"""The log of one check: counts everything, keeps a readable part, and knows every row that must stay out."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from dataclasses import dataclass, field

from workrelief.base.intake.importer import Issue, RowId

KEPT_ERRORS = 2_000
KEPT_REMARKS = 500
KEPT_ALIKE = 50
"""Remarks of one wording in one column; the rest is counted."""


@dataclass
class IssueLog:
    """Call it with an Issue. `bad` maps each row with an error to its reasons; `file_errors` stop everything."""

    errors: int = 0
    remarks: int = 0
    kept: list[Issue] = field(default_factory=list)
    bad: dict[RowId, list[str]] = field(default_factory=dict)
    remarked: set[RowId] = field(default_factory=set)
    file_errors: list[Issue] = field(default_factory=list)
    by_column: Counter[tuple[str, str]] = field(default_factory=Counter)
    _alike: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _kept_errors: int = 0
    _kept_remarks: int = 0

    def __call__(self, issue: Issue) -> None:
        self.by_column[issue.level, issue.title] += 1
        if issue.level == "error":
            self._error(issue)
        else:
            self._remark(issue)

    def _error(self, issue: Issue) -> None:
        self.errors += 1
        if issue.row == 0:
            self.file_errors.append(issue)
        else:
            said = f"{issue.title}：{issue.reason}" if issue.title else issue.reason
            self.bad.setdefault(issue.id, []).append(said)
        if self._kept_errors < KEPT_ERRORS:
            self._kept_errors += 1
            self.kept.append(issue)

    def _remark(self, issue: Issue) -> None:
        self.remarks += 1
        if issue.row:
            self.remarked.add(issue.id)
        alike = (issue.sheet, issue.title, issue.reason)
        self._alike[alike] += 1
        if self._kept_remarks < KEPT_REMARKS and self._alike[alike] <= KEPT_ALIKE:
            self._kept_remarks += 1
            self.kept.append(issue)

    def columns(self) -> list[tuple[str, str, int]]:
        """(level, title, count), most frequent first."""
        return [(level, title, count) for (level, title), count in self.by_column.most_common()]

    def packed_rows(self) -> bytes | None:
        """All bad rows with their reasons, compressed; None when there is none."""
        if not self.bad:
            return None
        rows = [[sheet, row, "；".join(reasons)] for (sheet, row), reasons in sorted(self.bad.items())]
        return zlib.compress(json.dumps(rows, ensure_ascii=False).encode(), 6)


def unpacked_rows(packed: bytes | memoryview | None) -> list[tuple[str, int, str]]:
    """(sheet, row, reasons) of `packed_rows()`."""
    if not packed:
        return []
    return [(sheet, row, reasons) for sheet, row, reasons in json.loads(zlib.decompress(bytes(packed)))]
