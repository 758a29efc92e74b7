"""Whole-number arithmetic of the demo: sharing out a total so that the parts add up exactly."""

from __future__ import annotations

from collections.abc import Sequence


def apportion(total: int, weights: Sequence[int], *, at_least: int = 0) -> list[int]:
    """Share `total` in proportion to `weights` (largest remainder, the earlier part first at a tie).

    Every part gets at least `at_least`. Raises ValueError when the total is too small for that.
    """
    free = total - at_least * len(weights)
    whole = sum(weights)
    if free < 0 or whole <= 0:
        raise ValueError(f"cannot share {total} into {len(weights)} parts of at least {at_least}")
    parts = [at_least + free * w // whole for w in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(free * weights[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def two_columns(rows: Sequence[int], first_column: int, seeds: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Split each row total into two columns whose first adds up to `first_column`, near the odds given by `seeds`.

    The common factor between the columns is found by bisection; what rounding leaves is shared out as in `apportion`.
    """
    low, high = 0.0, 1e6
    for _ in range(200):
        factor = (low + high) / 2
        sum_ = sum(row * a * factor / (a * factor + b) for row, (a, b) in zip(rows, seeds, strict=True))
        low, high = (factor, high) if sum_ < first_column else (low, factor)
    exact = [row * a * low / (a * low + b) for row, (a, b) in zip(rows, seeds, strict=True)]
    first = [int(x) for x in exact]
    order = sorted(range(len(rows)), key=lambda i: (first[i] - exact[i], i))
    for i in order[: first_column - sum(first)]:
        first[i] += 1
    return [(a, row - a) for a, row in zip(first, rows, strict=True)]
