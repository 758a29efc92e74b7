"""A citation: which document, which clause, and whether somebody compared it with the official text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cite:
    """`source` is a document id of `base.law`; `clause` as printed there (第十五条); `checked` by a person."""

    source: str
    clause: str = ""
    checked: bool = False
