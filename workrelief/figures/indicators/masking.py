"""Small counts are not shown to the public: from 3 persons and their wages one could guess a person's wage.

A cell with fewer persons than the threshold (law parameter) shows neither persons nor anything made of their pay lines.
When exactly one cell of a layout would be hidden, the smallest other one is hidden too, so that the total does not give
the first away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from workrelief.base.law.parameters import find_parameter
from workrelief.figures.indicators.definitions import Measure
from workrelief.figures.indicators.from_cells import Numbers, Values
from workrelief.figures.ledger.facts import PAY
from workrelief.kernel.errors import NotFound
from workrelief.kernel.units import PERSON

PARAMETER = "small_count_threshold"
FALLBACK = 10


def threshold(on: date) -> int:
    """Persons below which a count is not shown."""
    try:
        found = find_parameter(PARAMETER, on=on)
    except NotFound:
        return FALLBACK
    return found.whole if found else FALLBACK


def hidden_keys(
    measures: Sequence[Measure], values: Mapping[str, Values], persons: Values, keys: Sequence[Numbers], least: int
) -> dict[str, frozenset[Numbers]]:
    """For each measure the keys it must not show. `persons` are the people behind the pay lines of each key."""
    few = {key for key in keys if 0 < persons.get(key, 0) < least}
    hidden: dict[str, frozenset[Numbers]] = {}
    for measure in measures:
        own = values[measure.id]
        secret = set(few) if measure.family.table is PAY else set()
        if measure.unit is PERSON:
            secret |= {key for key, value in own.items() if 0 < value < least}
        if len(secret) == 1:
            others = sorted((own[key], key) for key in own if key not in secret and own[key] > 0)
            secret |= {key for _, key in others[:1]}
        hidden[measure.id] = frozenset(secret)
    return hidden
