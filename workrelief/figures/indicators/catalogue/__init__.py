"""Every number the platform knows, defined once, each with its unit, its 口径 and the clause it rests on."""

from __future__ import annotations

from workrelief.figures.indicators.catalogue import employment, funds, money, pay, progress, training
from workrelief.figures.indicators.definitions import Definition
from workrelief.kernel.errors import NotFound

_ALL: tuple[Definition, ...] = (*progress.ALL, *employment.ALL, *pay.ALL, *funds.ALL, *money.ALL, *training.ALL)
_BY_ID = {d.id: d for d in _ALL}


def definition(indicator_id: str) -> Definition:
    """The definition of `wages_paid`. Raises NotFound."""
    found = _BY_ID.get(indicator_id)
    if found is None:
        raise NotFound("indicator.unknown", f"没有编号为“{indicator_id}”的指标。")
    return found


def all_definitions() -> tuple[Definition, ...]:
    """All definitions, in the order they are shown."""
    return _ALL
