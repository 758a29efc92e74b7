"""Every kind of fact a gate may ask has a room that answers."""

from __future__ import annotations

from workrelief.work.lifecycle import facts


def test_no_kind_of_fact_is_without_a_provider():
    assert facts.missing() == []
