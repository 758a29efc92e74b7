"""The document model that every output fills: plain frozen values, no layout, no numbers (texts come from `show()`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workrelief.kernel.chart import ChartSpec

Align = Literal["left", "center", "right"]
HeadingLevel = Literal[1, 2, 3, 4]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text. `figure_ref` says which figure it shows, so that each number leads back to its rows."""

    text: str
    figure_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the text, numbered by its author as the standard asks: 一、 （一） 1. （1）."""

    level: HeadingLevel
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text; its first line is indented by two characters unless `indent` is False."""

    runs: tuple[Run, ...]
    indent: bool = True

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def paragraph(*parts: str | Run, indent: bool = True) -> Paragraph:
    """A paragraph from texts and figures: `paragraph("发放劳务报酬", Run("16.03亿元", ref), "。")`."""
    return Paragraph(tuple(part if isinstance(part, Run) else Run(part) for part in parts), indent)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `width` is its share of the line, `group` the head above it and its equal neighbours."""

    title: str
    align: Align = "left"
    width: float = 1.0
    group: str | None = None


Cell = str | Run
Row = tuple[Cell, ...]


def cell_text(cell: Cell) -> str:
    return cell.text if isinstance(cell, Run) else cell


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption, its unit (once, above the right edge), rows of text, and notes beneath.

    `total` is the line 合计, printed after the rows, or before them when `total_first`.
    """

    caption: str
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    total: Row | None = None
    total_first: bool = False

    def __post_init__(self) -> None:
        wanted = len(self.columns)
        for number, row in enumerate((*self.rows, *((self.total,) if self.total else ())), start=1):
            if len(row) != wanted:
                raise ValueError(f"table {self.caption!r}, row {number}: {len(row)} cells for {wanted} columns")

    @property
    def has_groups(self) -> bool:
        return any(column.group for column in self.columns)

    @property
    def printed_rows(self) -> tuple[tuple[Row, bool], ...]:
        """Rows as printed, each with "is the total"."""
        body = tuple((row, False) for row in self.rows)
        if self.total is None:
            return body
        return ((self.total, True), *body) if self.total_first else (*body, (self.total, True))

    def head_groups(self) -> tuple[tuple[str | None, int, int], ...]:
        """(group, first column, number of columns) from left to right; a column without group stands alone."""
        spans: list[tuple[str | None, int, int]] = []
        for index, column in enumerate(self.columns):
            if spans and column.group and spans[-1][0] == column.group:
                group, first, count = spans[-1]
                spans[-1] = (group, first, count + 1)
            else:
                spans.append((column.group or None, index, 1))
        return tuple(spans)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, drawn as a picture in documents."""

    spec: ChartSpec


@dataclass(frozen=True, slots=True)
class Signature:
    """Signing organ and date where they stand in the text; a document without one is signed after its last block."""

    signer: str
    signed_on: date | None = None


Block = Heading | Paragraph | Table | Chart | Signature


@dataclass(frozen=True, slots=True)
class Attachment:
    """An annex: listed after the text, and printed on pages of its own when it has blocks.

    A `landscape` annex is turned by a quarter, for wide tables.
    """

    title: str
    blocks: tuple[Block, ...] = ()
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """An official document as GB/T 9704 knows it.

    `issuer_mark` is the red head ("山东省发展和改革委员会文件"); empty for papers without one. `title` may hold line
    breaks where its author wants them; otherwise they are found. `signed_on` None leaves room for the date.
    `demo` marks every page as 演示数据.
    """

    issuer_mark: str
    number: str
    title: str
    addressee: str
    blocks: tuple[Block, ...]
    signer: str
    signed_on: date | None = None
    attachments: tuple[Attachment, ...] = ()
    demo: bool = False
    copy_no: str | None = None
    classification: str | None = None
    urgency: str | None = None
    remark: str | None = None
    copies_to: str | None = None
    print_organ: str | None = None
    print_date: date | None = None

    def all_blocks(self) -> Iterator[Block]:
        """Blocks of the text, then of the annexes, in printed order."""
        yield from self.blocks
        for attachment in self.attachments:
            yield from attachment.blocks

    @property
    def has_own_signature(self) -> bool:
        return any(isinstance(block, Signature) for block in self.blocks)
