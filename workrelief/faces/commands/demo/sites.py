"""Where the demo projects lie: an invented place inside their county, drawn from the outlines the map page shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from random import Random

from django.conf import settings

from workrelief.faces.commands.demo.told import Told
from workrelief.work.lifecycle import services as lifecycle

Ring = Sequence[Sequence[float]]
_TRIES = 60


def sites_of(some: Iterable[Told]) -> list[lifecycle.NewSite]:
    """A place for each project whose county has an outline; none at all where the map's files were not put in place."""
    found = []
    for one in some:
        rings = _outlines(one.division_code[:4]).get(one.division_code[:6])
        if rings and (at := _inside(rings, one.code)):
            found.append(lifecycle.NewSite(one.id, round(at[0] * 1e6), round(at[1] * 1e6), site="（演示）示意位置"))
    return found


@cache
def _outlines(city: str) -> dict[str, list[Ring]]:
    """{six-digit county: its outer rings, degrees} of one city; the map's files are GeoJSON."""
    path = Path(settings.DATA_DIR) / "assets" / "vendor" / "maps" / f"{city}00.json"
    if not path.is_file():
        return {}
    found: dict[str, list[Ring]] = {}
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        shape = feature["geometry"]
        parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        found[str(feature["properties"]["adcode"])] = [part[0] for part in parts]
    return found


def _inside(rings: Sequence[Ring], seed: str) -> tuple[float, float] | None:
    """A point inside the largest ring, the same for the same seed."""
    ring = max(rings, key=len)
    west, east = min(p[0] for p in ring), max(p[0] for p in ring)
    south, north = min(p[1] for p in ring), max(p[1] for p in ring)
    rng = Random(f"site/{seed}")
    for _ in range(_TRIES):
        at = rng.uniform(west, east), rng.uniform(south, north)
        if is_inside(ring, *at):
            return at
    return None


def is_inside(ring: Ring, x: float, y: float) -> bool:
    """Whether a point lies within a closed ring: a ray from it crosses the border an odd number of times."""
    odd = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd
