"""Nothing above figures adds, averages or counts rows; every indicator says what it is."""

from __future__ import annotations

import re
from pathlib import Path

from workrelief.base.law import registry
from workrelief.figures.indicators.catalogue import all_definitions

ROOT = Path(__file__).resolve().parents[2] / "workrelief"
ADDING = re.compile(r"\b(?:Sum|Avg|Count)\(|\.aggregate\(")


def test_no_sums_above_figures():
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for floor in ("outputs", "faces")
        for path in (ROOT / floor).rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if ADDING.search(line)
    ]
    assert found == []


def test_each_indicator_has_label_unit_text_and_a_clause_that_resolves():
    for one in all_definitions():
        assert one.label, one.id
        assert one.unit, one.id
        assert one.text, one.id
        assert one.cites, one.id
        for cite in one.cites:
            assert registry.resolve(cite), one.id


def test_indicator_ids_are_unique():
    ids = [d.id for d in all_definitions()]
    assert len(ids) == len(set(ids))
