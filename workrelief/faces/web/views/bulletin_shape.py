"""A composed bulletin as a page shows it: blocks of text whose numbers are links, tables, drawn charts, annex sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.safestring import SafeString

from workrelief.faces.web.figure_pages import figure_url
from workrelief.figures.indicators.catalogue import definition
from workrelief.figures.indicators.dimensions import dimension
from workrelief.kernel.figure import Figure
from workrelief.kernel.units import show
from workrelief.outputs.bulletins.compose import BoundFigure, Composition
from workrelief.outputs.render import layout
from workrelief.outputs.render.blocks import Attachment, Block, Cell, Chart, Heading, Paragraph, Run, Signature, Table
from workrelief.outputs.render.drawing import chart_svg

_CHART_PT, _WIDE_CHART_PT = 440.0, 620.0


@dataclass(frozen=True)
class Part:
    """A piece of text. A bound number has a reference, the page behind it, and the address that selects it here."""

    text: str
    ref: str = ""
    url: str = ""
    select_url: str = ""
    is_selected: bool = False
    was: str = ""


@dataclass(frozen=True)
class ShownCell:
    part: Part
    css: str


@dataclass(frozen=True)
class ShownTable:
    """A table with its head rows, cells and notes, text size in parts of the body text."""

    caption: str
    unit: str
    heads: tuple[tuple[layout.HeadCell, ...], ...]
    rows: tuple[tuple[ShownCell, ...], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ShownBlock:
    """One block; what is filled depends on `kind`. `level` is that of a heading, 1 for 一、."""

    kind: Literal["heading", "paragraph", "table", "chart", "signature"]
    level: int = 0
    parts: tuple[Part, ...] = ()
    table: ShownTable | None = None
    caption: str = ""
    drawing: SafeString | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """An annex: its label (附件1), title and blocks; a wide one is turned by a quarter."""

    label: str
    title: str
    blocks: tuple[ShownBlock, ...]
    is_wide: bool


@dataclass(frozen=True)
class Shown:
    """The whole document as on paper."""

    mark: str
    number: str
    title_lines: tuple[str, ...]
    addressee: str
    blocks: tuple[ShownBlock, ...]
    annex_lines: tuple[layout.AttachmentLine, ...]
    signer: str
    day: str
    sheets: tuple[Sheet, ...]
    is_demo: bool
    numbers: int


def shown(
    made: Composition, *, selected: str, select_url: Callable[[str], str], changed: Mapping[str, str] | None = None
) -> Shown:
    """The composition ready to print on a page. `changed` gives, by reference, the text in a newer snapshot."""
    shape = _Shape(made, selected, select_url, changed or {})
    doc = made.document
    return Shown(
        mark=doc.issuer_mark,
        number=layout.official_number(doc.number),
        title_lines=layout.title_lines(doc.title),
        addressee=layout.addressee_line(doc.addressee),
        blocks=tuple(shape.block(block) for block in doc.blocks),
        annex_lines=layout.attachment_lines(doc.attachments),
        signer=doc.signer,
        day=layout.official_date(doc.signed_on),
        sheets=tuple(shape.sheet(n, one, len(doc.attachments)) for n, one in enumerate(doc.attachments, start=1)),
        is_demo=doc.demo,
        numbers=len(made.bound),
    )


@dataclass(frozen=True)
class _Shape:
    made: Composition
    selected: str
    select_url: Callable[[str], str]
    changed: Mapping[str, str]

    def sheet(self, number: int, annex: Attachment, count: int) -> Sheet:
        with_caption = not layout.stands_for_caption(annex)
        blocks = tuple(self.block(b, wide=annex.landscape, with_caption=with_caption) for b in annex.blocks)
        return Sheet(layout.attachment_label(number, count), annex.title, blocks, annex.landscape)

    def block(self, block: Block, *, wide: bool = False, with_caption: bool = True) -> ShownBlock:
        match block:
            case Heading():
                return ShownBlock("heading", level=block.level, parts=(Part(block.text),))
            case Paragraph():
                return ShownBlock("paragraph", parts=tuple(self.part(run) for run in block.runs))
            case Table():
                return ShownBlock("table", table=self.table(block, with_caption=with_caption))
            case Chart():
                picture = chart_svg(block.spec, _WIDE_CHART_PT if wide else _CHART_PT)
                caption = layout.chart_caption(block.spec)
                return ShownBlock("chart", caption=caption, drawing=SafeString(picture.svg))  # our own drawing, escaped
            case Signature():
                return ShownBlock("signature", lines=(block.signer, layout.official_date(block.signed_on)))

    def table(self, table: Table, *, with_caption: bool) -> ShownTable:
        align = {"left": "", "center": "c", "right": "r"}
        rows = tuple(
            tuple(
                ShownCell(self.part(cell), f"{align[column.align]}{' sum' if is_total else ''}".strip())
                for cell, column in zip(row, table.columns, strict=True)
            )
            for row, is_total in table.printed_rows
        )
        caption = table.caption if with_caption else ""
        notes = layout.note_lines(table.notes) if table.notes else ()
        return ShownTable(caption, table.unit, layout.head_rows(table), rows, notes)

    def part(self, piece: Run | Cell) -> Part:
        if isinstance(piece, str):
            return Part(piece)
        bound = self.made.bound.get(piece.figure_ref or "")
        if bound is None:
            return Part(piece.text)
        return Part(
            piece.text,
            bound.ref,
            figure_url(bound.figure, pinned=True),
            self.select_url(bound.ref),
            bound.ref == self.selected,
            self.changed.get(bound.ref, ""),
        )


def differences(now: Composition, newer: Composition) -> dict[str, str]:
    """Texts that would change if the bulletin were bound to the newer snapshot, by reference.

    References are numbered along the text, so they fit as long as both compositions bind the same places; leaders of a
    ranking may be fewer in one of them, and are then compared as far as both go.
    """
    return {
        ref: newer.bound[ref].text
        for ref, bound in now.bound.items()
        if ref in newer.bound and newer.bound[ref].where == bound.where and newer.bound[ref].text != bound.text
    }


# ---------- the selected number ----------


@dataclass(frozen=True)
class Selected:
    """What the panel says about one number: as printed, its indicator, conditions, exact value, and its page."""

    text: str
    indicator: str
    conditions: str
    exact: str
    url: str
    newer: str


def selected_number(bound: BoundFigure | None, changed: Mapping[str, str]) -> Selected | None:
    if bound is None:
        return None
    figure = bound.figure
    one = definition(figure.indicator)
    return Selected(
        text=bound.text,
        indicator=f"{one.code} {one.label}",
        conditions="，".join(_conditions(figure)),
        exact=_exact(figure, bound.text),
        url=figure_url(figure, pinned=True),
        newer=changed.get(bound.ref, ""),
    )


def _conditions(figure: Figure) -> Sequence[str]:
    words = [figure.period.label]
    for name, key in zip(figure.by, figure.key, strict=True):
        words.append(dimension(name).text(key))
    for name, keys in figure.filters:
        words.append("、".join(dimension(name).text(key) for key in keys))
    return words


def _exact(figure: Figure, printed: str) -> str:
    """The value as in tables, and how it was rounded when the text prints the provincial form."""
    if figure.value is None:
        return "没有数据"
    table = show(figure, suffix=True)
    form = figure.unit.headline
    if printed != show(figure, headline=True, suffix=True) or form.divisor == figure.unit.table.divisor:
        return table
    return f"{table}，正文以{form.suffix}计，保留 {form.places} 位小数"
