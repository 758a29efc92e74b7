"""GB/T 9704 in numbers and small decisions, shared by Word and PDF (rules P01–P05): measures, title lines, indents.

`title_words.txt` lists the words a title is not broken inside.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from math import ceil
from pathlib import Path
from typing import Literal

from workrelief.kernel.chart import ChartSpec
from workrelief.outputs.render.blocks import Attachment, OfficialDocument, Table

POINTS_PER_MM = 72 / 25.4

PAGE_MM = (210, 297)
MARGIN_TOP_MM, MARGIN_BOTTOM_MM, MARGIN_LEFT_MM, MARGIN_RIGHT_MM = 37, 35, 28, 26
TEXT_WIDTH_MM = PAGE_MM[0] - MARGIN_LEFT_MM - MARGIN_RIGHT_MM
TEXT_HEIGHT_MM = PAGE_MM[1] - MARGIN_TOP_MM - MARGIN_BOTTOM_MM
LINES_PER_PAGE, CHARACTERS_PER_LINE = 22, 28
LINE_PITCH_PT = int(TEXT_HEIGHT_MM * POINTS_PER_MM / LINES_PER_PAGE * 20) / 20
"""28.95 pt: 225 mm in 22 lines, down to the twentieth of a point that Word keeps."""
CHARACTER_PITCH_PT = TEXT_WIDTH_MM * POINTS_PER_MM / CHARACTERS_PER_LINE
BODY_PT, TITLE_PT, PAGE_NUMBER_PT, IMPRINT_PT = 16.0, 22.0, 14.0, 14.0
MARK_TOP_MM = 35
RULE_GAP_MM = 4
PAGE_NUMBER_DROP_MM = 7
RED = "D7000F"
DEMO_TEXT = "演示数据"
DEMO_HEADER = "演示数据　非正式文件"

_MARK_TALLEST_PT = 56.0
_MARK_NARROWEST = 0.72
_TITLE_CHARACTERS = int(TEXT_WIDTH_MM * POINTS_PER_MM // TITLE_PT)
_TITLE_SINGLE_LINE = 18
_WORDS = (Path(__file__).parent / "title_words.txt").read_text(encoding="utf-8").split()
_WORD_PATTERN = re.compile(
    r"《[^》]{0,18}》|（[^）]{0,14}）|“[^”]{0,14}”|[0-9A-Za-z.%〔〕—–-]+(?:年度|年|月|日|号|个市|个县|个|部门|场|人次|人|万元|亿元|万人|%)?|"
    + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
    + "|.",
    re.DOTALL,
)
_NO_LINE_START = frozenset("的和与及等、，。；：）》”")


def text_width(text: str) -> float:
    """Width in full characters; Latin letters and figures count half."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)


def official_date(day: date | None) -> str:
    """Arabic figures without leading zeros (P05); room to write by hand when there is no date yet."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "　　　年　月　日"


def official_number(number: str) -> str:
    """The document number with the year in hexagon brackets and no padded zeros (P04): 鲁发改〔2023〕5号."""
    found = re.sub(r"[\[(（［【〔](\d{4})[\])）］】〕]", r"〔\1〕", number.strip())
    return re.sub(r"〕第?0*(\d+)号", r"〕\1号", found)


def addressee_line(addressee: str) -> str:
    """The addressees with the full-width colon that closes them."""
    return addressee.rstrip(" ：:，,。") + "：" if addressee else ""


def mark_shape(mark: str) -> tuple[float, float]:
    """(size in pt, horizontal scale) of the red head: as large as fits one line, long ones narrowed by up to 28 %."""
    room = TEXT_WIDTH_MM * POINTS_PER_MM - 4
    each = room / max(text_width(mark), 1.0)
    size = min(_MARK_TALLEST_PT, each / _MARK_NARROWEST)
    return int(size * 2) / 2, min(1.0, int(each / size * 100) / 100)


def signature_indents(signer: str, day_text: str) -> tuple[float, float]:
    """(indent of the signer, indent of the date) from the right edge, in characters.

    The date stands four characters from the edge, the signer centred above it; a long signer pushes both left so that
    it still ends two characters from the edge.
    """
    longest = max((text_width(line) for line in signer.splitlines()), default=0.0)
    overhang = (longest - text_width(day_text)) / 2
    date_indent = max(4.0, 2.0 + overhang)
    return date_indent - overhang, date_indent


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    """A line of the note on annexes; `lead` (附件：1.) sets the hanging indent of `title`."""

    lead: str
    title: str


def attachment_lines(attachments: tuple[Attachment, ...]) -> tuple[AttachmentLine, ...]:
    """附件：title, or 附件：1.title and 2.title beneath each other; no full stop at the end."""
    if len(attachments) == 1:
        return (AttachmentLine("附件：", attachments[0].title),)
    return tuple(
        AttachmentLine(("附件：" if n == 1 else "　　　") + f"{n}.", one.title)
        for n, one in enumerate(attachments, start=1)
    )


def attachment_label(position: int, count: int) -> str:
    """附件 for a single one, 附件2 for the second of several."""
    return "附件" if count == 1 else f"附件{position}"


@dataclass(frozen=True, slots=True)
class CornerLine:
    """A line in the upper left corner of the first page and the font role it is set in."""

    text: str
    role: Literal["body", "hei"]


def corner_lines(doc: OfficialDocument) -> tuple[CornerLine, ...]:
    """Copy number (six figures), classification, urgency, one beneath the other (P04)."""
    lines = []
    if doc.copy_no:
        lines.append(CornerLine(doc.copy_no.zfill(6), "body"))
    lines += [CornerLine(text, "hei") for text in (doc.classification, doc.urgency) if text]
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A cell of a table's head: its text, and how many columns and rows it covers."""

    text: str
    columns: int
    rows: int


def head_rows(table: Table) -> tuple[tuple[HeadCell, ...], ...]:
    """One head row, or two where columns are grouped: groups above, columns without a group over both rows."""
    if not table.has_groups:
        return (tuple(HeadCell(column.title, 1, 1) for column in table.columns),)
    upper = tuple(
        HeadCell(group, count, 1) if group else HeadCell(table.columns[first].title, 1, 2)
        for group, first, count in table.head_groups()
    )
    return upper, tuple(HeadCell(column.title, 1, 1) for column in table.columns if column.group)


def note_lines(notes: tuple[str, ...]) -> tuple[str, ...]:
    """注：one, or 注：1.first, 2.second under it."""
    if len(notes) == 1:
        return (notes[0] if notes[0].startswith("注") else f"注：{notes[0]}",)
    return tuple(("注：" if n == 1 else "　　") + f"{n}.{note}" for n, note in enumerate(notes, start=1))


def chart_caption(spec: ChartSpec) -> str:
    return f"{spec.title}（单位：{spec.unit}）" if spec.unit else spec.title


def copies_line(copies_to: str | None) -> str:
    """The organs copied to, closed with a full stop."""
    return copies_to.rstrip("。") + "。" if copies_to else ""


def print_date_text(day: date | None) -> str:
    return official_date(day) + "印发"


def text_width_mm(*, landscape: bool) -> float:
    """Width of the text on an upright page (156 mm) or on one turned by a quarter (225 mm)."""
    return TEXT_HEIGHT_MM if landscape else TEXT_WIDTH_MM


def stands_for_caption(attachment: Attachment) -> bool:
    """Whether the annex is nothing but one table, whose caption its title then replaces."""
    return len(attachment.blocks) == 1 and isinstance(attachment.blocks[0], Table)


def table_size_pt(table: Table, width_mm: float) -> float:
    """Size of the table's text: as large as its widest cells allow, between 7.5 and 12 pt.

    Figures stay on one line, words may take two, and heads of up to three characters stay whole.
    """
    room = width_mm * POINTS_PER_MM
    total = sum(column.width for column in table.columns)
    for size in (12.0, 10.5, 9.0, 8.0):
        rows = table.printed_rows[:200]
        fits = True
        for index, column in enumerate(table.columns):
            cells = (row[index] for row, _ in rows)
            longest = max((text_width(c if isinstance(c, str) else c.text) for c in cells), default=0.0)
            needed = max(longest / (1 if column.align == "right" else 2), min(text_width(column.title), 3.0))
            if needed * size > room * column.width / total - 8:
                fits = False
                break
        if fits:
            return size
    return 7.5


def title_lines(title: str, limit: int = _TITLE_CHARACTERS) -> tuple[str, ...]:
    """The title in centred lines forming a trapezoid or a diamond, never breaking a known word (P03)."""
    title = title.strip()
    if "\n" in title:
        return tuple(line.strip() for line in title.splitlines() if line.strip())
    if text_width(title) <= min(limit, _TITLE_SINGLE_LINE):
        return (title,)
    words = _WORD_PATTERN.findall(title)
    least = max(2, ceil(text_width(title) / limit))
    for count in (least, least + 1):
        best = min(_arrangements(words, count, limit), default=None, key=lambda lines: _unsightliness(words, lines))
        if best:
            return best
    return tuple(_hard_wrap(title, limit))


def _arrangements(words: list[str], count: int, limit: int) -> Iterator[tuple[str, ...]]:
    if count > 4 or len(words) > 60:
        return
    for cuts in combinations(range(1, len(words)), count - 1):
        edges = (0, *cuts, len(words))
        lines = tuple("".join(words[a:b]) for a, b in pairwise(edges))
        starts_well = all(line[0] not in _NO_LINE_START for line in lines[1:])
        if starts_well and all(text_width(line) <= limit for line in lines):
            yield lines


def _unsightliness(words: list[str], lines: tuple[str, ...]) -> float:
    widths = [text_width(line) for line in lines]
    steps = [b - a for a, b in pairwise(widths)]
    cost = sum(abs(abs(step) - 2.5) for step in steps)
    if len(widths) == 3 and steps[0] < 0 < steps[1]:
        cost += 30  # an hourglass
    if len(widths) > 2 and any(abs(step) < 1 for step in steps):
        cost += 4  # a rectangle
    ends = {sum(len(w) for w in words[:i]): (words[i - 1], words[i]) for i in range(1, len(words))}
    position = 0
    for line in lines[:-1]:
        position += len(line)
        before, after = ends[position]
        if len(before) == 1 and len(after) == 1:
            cost += 6  # perhaps inside a word unknown here
        if before in ("关于", "和", "与", "及", "、"):
            cost += 8
    return cost


def _hard_wrap(text: str, limit: int) -> Iterator[str]:
    line = ""
    for char in text:
        if text_width(line + char) > limit:
            yield line
            line = ""
        line += char
    if line:
        yield line
