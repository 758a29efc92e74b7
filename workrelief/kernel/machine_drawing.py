"""A state machine drawn from its own table: as an SVG picture and as a text diagram. Nothing here is drawn by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from workrelief.kernel.statemachine import Machine, Transition

Traits = Collection[str]
BOX_W, BOX_H, ROW, COLUMN, LEFT, TOP = 150, 36, 74, 260, 300, 40
TONES = {
    "grey": ("#f1f3f5", "#868e96"),
    "blue": ("#e7f1fb", "#1c6fb8"),
    "amber": ("#fff4e0", "#b7791f"),
    "green": ("#e6f5ec", "#2b8a4b"),
    "red": ("#fdecea", "#c0392b"),
}


@dataclass(frozen=True)
class _Place:
    column: int
    row: int

    @property
    def x(self) -> int:
        return LEFT + self.column * COLUMN

    @property
    def y(self) -> int:
        return TOP + self.row * ROW


def svg(machine: Machine, variants: Sequence[Traits] = ((),), *, title: str = "") -> str:
    """The machine as a picture: the main way of the first variant from top to bottom, other ways beside it, detours dashed.

    Steps that end the life from nearly everywhere are told in one line instead of drawn.
    """
    places = _places(machine, variants)
    rows, columns = max(p.row for p in places.values()), max(p.column for p in places.values())
    width, height = LEFT + columns * COLUMN + BOX_W + 120, TOP + rows * ROW + BOX_H + 90
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'font-family="sans-serif" font-size="13" role="img" aria-label="{escape(title or machine.name)}">'
        ),
        (
            "<defs>"
            '<marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0 0 8 4 0 8z" fill="#495057"/></marker></defs>'
        ),
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    drawn = [t for t in machine.transitions if t.kind != "end"]
    parts += [_edge(t, source, places) for t in drawn for source in t.sources]
    parts += [_box(machine, state, place) for state, place in places.items()]
    parts += _notes(machine, height)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _places(machine: Machine, variants: Sequence[Traits]) -> dict[str, _Place]:
    """Rows by the longest way from the start; the first variant in column 0, what only others know to the right."""
    row: dict[str, int] = {machine.start: 0}
    for _ in machine.states:
        for t in machine.transitions:
            for source in t.sources if t.kind == "main" else ():
                if source in row:
                    row[t.target] = max(row.get(t.target, 0), row[source] + 1)
    for t in machine.transitions:
        for source in t.sources:
            if t.target not in row and source in row and t.kind == "detour":
                row[t.target] = row[source]
    last = max(row.values())
    for state in machine.states:
        row.setdefault(state, last)
    places: dict[str, _Place] = {}
    first = machine.order(variants[0])
    for state in [*first, *(s for s in machine.states if s not in first)]:
        column = 0 if state in first else 1
        while _Place(column, row[state]) in places.values():
            column += 1
        places[state] = _Place(column, row[state])
    return places


def _edge(step: Transition, source: str, places: dict[str, _Place]) -> str:
    a, b = places[source], places[step.target]
    is_back = step.kind == "detour"
    dash = ' stroke-dasharray="5 4"' if is_back else ""
    if is_back and a.row == b.row:
        y = a.y + BOX_H // 2 + (8 if a.column > b.column else -8)
        x1, x2 = (a.x + BOX_W, b.x) if a.column < b.column else (a.x, b.x + BOX_W)
        path, tx, ty = f"M{x1} {y}H{x2}", (x1 + x2) // 2, y - 4 if a.column < b.column else y + 14
    elif is_back:
        side = -1 if a.column == 0 else 1
        x1 = a.x if side < 0 else a.x + BOX_W
        x2 = b.x if side < 0 else b.x + BOX_W
        bulge = 60 + 26 * abs(a.row - b.row)
        y1, y2 = a.y + 12, b.y + BOX_H - 12
        cx = min(x1, x2) - bulge if side < 0 else max(x1, x2) + bulge
        path = f"M{x1} {y1}C{cx} {y1} {cx} {y2} {x2} {y2}"
        tx, ty = round((x1 + x2) / 8 + cx * 3 / 4), (y1 + y2) // 2
    elif a.column == b.column and b.row - a.row == 1:
        x = a.x + BOX_W // 2
        path, tx, ty = f"M{x} {a.y + BOX_H}V{b.y}", x, (a.y + BOX_H + b.y) // 2 + 4
    elif a.column == b.column:
        x, out = a.x + BOX_W, a.x + BOX_W + 60
        path = f"M{x} {a.y + BOX_H - 8}C{out} {a.y + BOX_H} {out} {b.y} {x} {b.y + 10}"
        tx, ty = out - 8, (a.y + b.y + BOX_H) // 2
    else:
        x1, x2, y1, y2 = a.x + BOX_W // 2, b.x + BOX_W // 2, a.y + BOX_H, b.y
        turn = y2 - 26 if b.column < a.column or b.row - a.row > 1 else y1 + 20
        path = f"M{x1} {y1}V{turn - 6}C{x1} {turn + 14} {x2} {turn - 10} {x2} {y2}"
        tx, ty = (x1 * 2 + x2) // 3 if abs(b.row - a.row) > 1 else (x1 + x2) // 2, turn
    return (
        f'<path d="{path}" fill="none" stroke="#495057" stroke-width="1.2"{dash} marker-end="url(#a)"/>'
        f'<text x="{tx}" y="{ty}" text-anchor="middle" fill="#343a40" font-size="11" paint-order="stroke" '
        f'stroke="#fff" stroke-width="4">{escape(step.label)}</text>'
    )


def _box(machine: Machine, state: str, place: _Place) -> str:
    known = machine.state(state)
    fill, line = TONES.get(known.tone, TONES["grey"])
    return (
        f'<rect x="{place.x}" y="{place.y}" width="{BOX_W}" height="{BOX_H}" rx="6" fill="{fill}" stroke="{line}"/>'
        f'<text x="{place.x + BOX_W // 2}" y="{place.y + 23}" text-anchor="middle" fill="#212529">'
        f"{escape(known.label)}</text>"
    )


def _notes(machine: Machine, height: int) -> list[str]:
    lines = [_ending(machine, t) for t in machine.transitions if t.kind == "end"]
    if machine.marks:
        lines.append("标记（与状态并存）：" + "、".join(m.label for m in machine.marks.values()))
    return [
        f'<text x="20" y="{height - 16 - 20 * number}" fill="#343a40">{escape(line)}</text>'
        for number, line in enumerate(reversed(lines))
    ]


def _ending(machine: Machine, step: Transition) -> str:
    first, last = machine.state(step.sources[0]).label, machine.state(step.target).label
    return f"{step.label}：从“{first}”起共{len(step.sources)}个状态都可以办，办后为“{last}”。"


def mermaid(machine: Machine, traits: Traits = ()) -> str:
    """The machine as text most viewers of Markdown draw themselves (a Mermaid state diagram)."""
    known = machine.reachable(machine.start, traits)
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.id}: {state.label}" for state in machine.states.values() if state.id in known]
    lines.append(f"    [*] --> {machine.start}")
    for t in machine.transitions:
        if t.holds_for(traits):
            lines += [f"    {source} --> {t.target}: {t.label}" for source in t.sources if source in known]
    lines += [f"    {state} --> [*]" for state in machine.states if state in machine.ends(traits)]
    return "\n".join(lines) + "\n"
