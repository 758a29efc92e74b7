"""The counties of the committed division files, without a database."""

from functools import cache

from workrelief.base.divisions import files
from workrelief.base.divisions.tree import Kind
from workrelief.faces.commands.demo.plan import County, Town
from workrelief.kernel.codes import Level


@cache
def tree() -> tuple[County, ...]:
    nodes = [n for n in files.read_nodes() if not n.is_former]
    names = {n.code: n.name for n in nodes}
    towns: dict[str, list[Town]] = {}
    for n in nodes:
        if n.level is Level.TOWNSHIP and n.kind is not Kind.TOWNSHIP_UNIT:
            towns.setdefault(n.code[:6], []).append(Town(n.code, n.name))
    return tuple(
        County(
            n.code, n.name, f"{n.code[:4]}00000000", names[f"{n.code[:4]}00000000"], tuple(towns.get(n.code[:6], ()))
        )
        for n in nodes
        if n.level is Level.COUNTY and n.kind is not Kind.ZONE
    )
