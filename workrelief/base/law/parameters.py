"""Dated parameters: the only place a threshold, deadline or tolerance comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from workrelief.base.law.entries import DatedValue, Parameter, Value
from workrelief.base.law.registry import law
from workrelief.kernel.citation import Cite
from workrelief.kernel.errors import NotFound

ANY = "*"
_PREFIX_DIMENSION = "division"


@dataclass(frozen=True)
class ParameterValue:
    """A value as it held on one day: int for whole units (fen, day, person …), Decimal for ratios, str for tiers."""

    value: Value
    unit: str
    cite: Cite
    id: str
    label: str
    start: date
    note: str = ""

    @property
    def whole(self) -> int:
        """The value as int. Raises TypeError for a ratio or a text."""
        if not isinstance(self.value, int):
            raise TypeError(f"parameter {self.id} is in {self.unit}, not a whole number")
        return self.value

    @property
    def exact(self) -> Decimal:
        """The value as exact Decimal. Raises TypeError for a text."""
        if isinstance(self.value, str):
            raise TypeError(f"parameter {self.id} is a {self.unit}, not a number")
        return Decimal(self.value)

    @property
    def text(self) -> str:
        """The value as text. For a tier or another name."""
        return str(self.value)


@dataclass(frozen=True)
class Parameters:
    """All parameters as they held on one day: what a rule is given."""

    on: date

    def get(self, parameter_id: str, **dimensions: str) -> ParameterValue:
        """Like `parameter()`, on this day."""
        return parameter(parameter_id, on=self.on, **dimensions)

    def find(self, parameter_id: str, **dimensions: str) -> ParameterValue | None:
        """Like `find_parameter()`, on this day."""
        return find_parameter(parameter_id, on=self.on, **dimensions)


def parameters(*, on: date) -> Parameters:
    """The parameters in force on `on`."""
    return Parameters(on)


def parameter(parameter_id: str, *, on: date, **dimensions: str) -> ParameterValue:
    """The value in force on `on` for the given dimensions (fund_type="central_budget", division="371422000000").

    Raises NotFound when the parameter is unknown or has no value for that day, TypeError when a dimension is missing.
    """
    found = find_parameter(parameter_id, on=on, **dimensions)
    if found is None:
        given = "、".join(f"{name}={value}" for name, value in dimensions.items())
        raise NotFound(
            "law.parameter_value",
            f"参数“{_definition(parameter_id).label}”在{on:%Y年%-m月%-d日}没有取值{f'（{given}）' if given else ''}。"
            "请由业务处室在参数表登记后再办。",
            facts={"parameter": parameter_id, "on": on.isoformat(), **dimensions},
        )
    return found


def find_parameter(parameter_id: str, *, on: date, **dimensions: str) -> ParameterValue | None:
    """Like `parameter()`, but None when no value holds on that day."""
    return _lookup(parameter_id, on, tuple(sorted(dimensions.items())))


@lru_cache(maxsize=8192)
def _lookup(parameter_id: str, on: date, given: tuple[tuple[str, str], ...]) -> ParameterValue | None:
    definition = _definition(parameter_id)
    dimensions = dict(given)
    if set(dimensions) != set(definition.dimensions):
        raise TypeError(f"parameter {parameter_id} takes {list(definition.dimensions)}, not {sorted(dimensions)}")
    fitting = [
        (closeness, line)
        for line in definition.values
        if line.holds_on(on) and (closeness := _closeness(line, dimensions)) is not None
    ]
    if not fitting:
        return None
    line = max(fitting, key=lambda pair: pair[0])[1]
    return ParameterValue(
        line.value, definition.unit, line.cite, definition.id, definition.label, line.start, line.note
    )


def _definition(parameter_id: str) -> Parameter:
    found = law().parameters.get(parameter_id)
    if found is None:
        raise NotFound("law.parameter", f"没有登记参数“{parameter_id}”。")
    return found


def _closeness(line: DatedValue, dimensions: dict[str, str]) -> tuple[int, ...] | None:
    """How closely a line fits (longer division prefixes fit closer, `*` fits loosest); None when it does not."""
    degrees: list[int] = []
    for name, wanted in line.when:
        given = dimensions[name]
        if wanted == ANY:
            degrees.append(0)
        elif given == wanted or (name == _PREFIX_DIMENSION and given.startswith(wanted)):
            degrees.append(len(wanted))
        else:
            return None
    return tuple(degrees)
