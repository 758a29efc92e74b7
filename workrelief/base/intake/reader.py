"""From a file to blocks of typed rows: finds the head, skips titles, blank and total rows, names every cell it doubts.

    with open_workbook(path, name) as book:
        for block in read_blocks(book, importer, ctx, log):     # fills ctx.titles, ctx.letters, ctx.heads
            …

Blocks are RowBlocks with a value for every declared column; what the cells themselves say goes to `log`. Distrust (size,
archive, encryption) stands in `gate.py`, the head in `head.py`, single cells in `cells.py`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

import python_calamine
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from workrelief.base.intake import gate
from workrelief.base.intake.cells import EMPTY, Doubt, Memo, is_empty, parser, shown
from workrelief.base.intake.columns import Column
from workrelief.base.intake.gate import LIMITS, SheetMarks, column_letters
from workrelief.base.intake.head import SEARCHED_ROWS, Head, MergedRange, find_head
from workrelief.base.intake.importer import ImportContext, Importer, Issue, RowBlock, masked
from workrelief.kernel.errors import InvalidInput

BLOCK_ROWS = 5_000
_TOTAL = re.compile(r"^[\w（）()·、]{0,14}?(总计|合计|小计|共计|累计)[:：]?$")
_EXAMPLE = "示例："  # begins the example row of our own templates
_OWN_SHEETS = frozenset({"填表说明", "可选内容"})
"""Sheets our own templates bring along: words to read and lists to choose from, never data."""
_FOOT = re.compile(
    r"^(制表|填表|填报|审核|复核|经办|负责|单位负责|联系电话|填报日期|签字|盖章|注|备注|说明|附注)(人|日期|时间|单位)?\s*[:：]"
)
_UNSHARED = frozenset({"int", "tenths", "hundredths", "decimal", "money", "wan"})
Say = Callable[[Issue], None]


@dataclass
class SheetReport:
    """What was found in one sheet, for the page and the batch: head row (1-based), matched and unknown heads, skipped rows.

    `columns` are (letter, title as printed, title it was taken for, unit of its amounts). Rows left out are kept by kind: sums
    (`total_rows`), foot lines, the template's example, and `other_rows` with words but nothing in any known column.
    """

    name: str
    head_row: int = 0
    head_rows: int = 0
    matched: int = 0
    unknown: list[str] = field(default_factory=list)
    columns: list[list[str]] = field(default_factory=list)
    rows: int = 0
    total_rows: list[int] = field(default_factory=list)
    foot_rows: list[int] = field(default_factory=list)
    other_rows: list[int] = field(default_factory=list)
    example_rows: list[int] = field(default_factory=list)
    skipped: bool = False


@dataclass
class Sheet:
    """One sheet ready to be read once: rows as lists of raw cells, `left` the sheet column of their first cell (0-based)."""

    name: str
    rows: Iterator[Sequence[Any]]
    left: int
    merged: Sequence[MergedRange]
    marks: SheetMarks
    is_hidden: bool = False


@dataclass
class Workbook:
    """An opened file that passed the gate."""

    passed: gate.Passed
    name: str
    _book: Any = None

    def sheets(self) -> Iterator[Sheet]:
        """The sheets in order; only one is held in memory at a time."""
        if self.passed.format == "csv":
            yield Sheet("CSV", self._csv_rows(), 0, (), SheetMarks())
            return
        for position, meta in enumerate(self._book.sheets_metadata):
            if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            try:
                sheet = self._book.get_sheet_by_index(position)
                start = sheet.start
                if start is None:
                    continue
                merged = (sheet.merged_cell_ranges or []) if self.passed.format in ("xlsx", "xls") else []
            except (CalamineError, ValueError) as err:
                raise _broken(self.name) from err
            yield Sheet(
                meta.name, sheet.iter_rows(), start[1], merged, self.passed.marks.get(meta.name, SheetMarks()),
                meta.visible != python_calamine.SheetVisibleEnum.Visible,
            )  # fmt: skip

    def _csv_rows(self) -> Iterator[Sequence[Any]]:
        with self.passed.path.open(encoding=self.passed.encoding, newline="") as handle:
            sample = handle.read(8192)
            handle.seek(0)
            delimiter = max(",\t;", key=sample.count)
            try:
                for number, row in enumerate(csv.reader(handle, delimiter=delimiter), start=1):
                    if number > LIMITS.rows:
                        raise InvalidInput(
                            "import.file.rows", f"文件“{self.name}”超过 {LIMITS.rows} 行。请拆成几个文件分别导入。"
                        )
                    if len(row) > LIMITS.columns and any(row[LIMITS.columns :]):
                        raise InvalidInput(
                            "import.file.columns",
                            f"文件“{self.name}”第 {number} 行超过 {LIMITS.columns} 列。请检查分隔符后重新上传。",
                        )
                    yield row
            except csv.Error as err:
                raise InvalidInput(
                    "import.file.broken", f"文件“{self.name}”不是规范的 CSV（{err}）。请另存为 .xlsx 再上传。"
                ) from err


def _broken(name: str) -> InvalidInput:
    return InvalidInput("import.file.broken", f"文件“{name}”已损坏，无法读取。请用表格软件打开并重新保存，再上传。")


@contextmanager
def open_workbook(path: Path, name: str, *, passed: gate.Passed | None = None) -> Iterator[Workbook]:
    """Let the file pass the gate (unless `passed` proves it did), then open it. Raises InvalidInput."""
    passed = passed or gate.inspect(path, name)
    if passed.format == "csv":
        yield Workbook(passed, name)
        return
    try:
        book = _by_content(path)
    except PasswordError as err:
        raise InvalidInput(
            "import.file.encrypted", f"文件“{name}”设有打开密码。请在表格软件中取消密码保护后重新保存，再上传。"
        ) from err
    except (CalamineError, OSError, ValueError) as err:
        raise _broken(name) from err
    try:
        yield Workbook(passed, name, book)
    finally:
        book.close()


def _by_content(path: Path) -> CalamineWorkbook:
    with path.open("rb") as handle:
        return CalamineWorkbook.from_filelike(handle)


def read_blocks(
    book: Workbook, importer: Importer, ctx: ImportContext, say: Say, reports: list[SheetReport]
) -> Iterator[RowBlock]:
    """Blocks of all sheets whose head is understood. Raises InvalidInput when none is, or a needed column is missing."""
    seen: list[str] = []
    understood = 0
    for sheet in book.sheets():
        if sheet.name in _OWN_SHEETS:
            continue
        reader = _SheetReader(sheet, importer, ctx, say)
        seen.append(sheet.name)
        if not reader.find_head():
            report = SheetReport(sheet.name, skipped=True)
        else:
            understood += 1
            report = reader.report
            yield from reader.blocks()
            for left_out in (report.total_rows, report.foot_rows, report.other_rows, report.example_rows):
                left_out.sort()
        reports.append(report)
    if not understood:
        titles = "、".join(c.title for c in importer.columns if c.required or c.in_head) or "、".join(
            c.title for c in importer.columns[:6]
        )
        where = "、".join(f"“{n}”" for n in seen[:5]) or "（没有工作表）"
        raise InvalidInput(
            "import.head.missing",
            f"在工作表{where}的前 {SEARCHED_ROWS} 行没有找到“{importer.title}”的表头。表头至少应有：{titles}。请对照模板检查，或确认选对了导入类型。",
        )
    for report in reports:
        if report.skipped:
            say(ctx.file_remark(f"工作表“{report.name}”没有找到表头，未读取", "不需要导入的可忽略", sheet=report.name))


class _SheetReader:
    """Reads one sheet: head first, then block by block."""

    def __init__(self, sheet: Sheet, importer: Importer, ctx: ImportContext, say: Say) -> None:
        self.sheet = sheet
        self.importer = importer
        self.ctx = ctx
        self.say = say
        self.report = SheetReport(sheet.name)
        self.head: Head
        self._rows: Iterator[Sequence[Any]] = sheet.rows
        self._memos: dict[str, Memo] = {}
        self._columns = {c.name: c for c in importer.columns}
        self._unread: set[tuple[int, str]] = set()

    def find_head(self) -> bool:
        first = list(islice(self._rows, SEARCHED_ROWS + 3))
        width = max((len(r) for r in first), default=0)
        padded = [list(r) + [""] * (width - len(r)) for r in first]
        head = find_head(padded, self.importer.columns, self.sheet.merged, offset=self.sheet.left)
        if head is None or len(head.missing) > len(head.places):
            return False
        self.head = head
        name = self.sheet.name
        if head.missing:
            titles = "、".join(f"“{c.title}”" for c in head.missing)
            raise InvalidInput(
                "import.head.columns",
                f"工作表“{name}”的表头（第 {head.last + 1} 行）缺少必需的列：{titles}。请对照模板补上这些列后重新上传。",
                facts={"missing": [c.title for c in head.missing]},
            )
        self._rows = chain(first, self._rows)
        self.ctx.titles[name] = head.title_lines
        self.ctx.letters[name] = {n: column_letters(self.sheet.left + p + 1) for n, p in head.places.items()}
        self.ctx.heads[name] = dict(head.titles)
        self.report.head_row, self.report.head_rows = head.last + 1, head.last - head.first + 1
        self.report.matched = len(head.places)
        self.report.columns = [
            [self.ctx.letters[name][n], head.titles[n], self._columns[n].full_title, self._unit(n)]
            for n in sorted(head.places, key=lambda n: head.places[n])
        ]
        self.report.unknown = [f"{title}（{letter} 列）" for letter, title in head.unknown]
        if head.unknown:
            self.say(
                self.ctx.file_remark(
                    f"工作表“{name}”有未用到的列：{'、'.join(self.report.unknown[:12])}",
                    "如应导入，请对照模板改列名",
                    sheet=name,
                )
            )
        out_of_sight = [
            f"{title}（{letter} 列）"
            for letter, title, *_ in self.report.columns
            if letter in self.sheet.marks.hidden_columns
        ]
        if out_of_sight:
            self.say(
                self.ctx.file_remark(
                    f"工作表“{name}”有隐藏的列，按数据读取：{'、'.join(out_of_sight[:12])}",
                    "不应导入的请删去该列",
                    sheet=name,
                )
            )
        if self.sheet.is_hidden:
            self.say(self.ctx.file_remark(f"工作表“{name}”是隐藏的，按数据读取", "不应导入的请删去该表", sheet=name))
        self._memos = {n: Memo(parser(self._columns[n], unit=head.units.get(n))) for n in head.places}
        return True

    def _unit(self, name: str) -> str:
        """Unit in which bare amounts of a column are taken; "" for what is no amount."""
        column = self._columns[name]
        if not column.is_amount:
            return ""
        return "万元" if column.type == "wan" else self.head.units.get(name) or column.default_unit or "元"

    def blocks(self) -> Iterator[RowBlock]:
        start = self.head.last + 1
        rows = islice(self._rows, start, None)
        fills = _Fills(self.sheet, self.head, self._columns)
        number = start + 1
        while chunk := list(islice(rows, BLOCK_ROWS)):
            if number == start + 1 and _is_ruler(chunk[0]):
                chunk[0] = [""] * len(chunk[0])
            block = self._block(chunk, number, fills)
            number += len(chunk)
            if len(block):
                self.report.rows += len(block)
                yield block

    def _block(self, chunk: list[Sequence[Any]], first: int, fills: _Fills) -> RowBlock:
        keep = [i for i, row in enumerate(chunk) if row.count("") != len(row)]
        raw: list[Sequence[Any]] = list(zip_longest(*(chunk[i] for i in keep), fillvalue=""))
        numbers = [first + i for i in keep]
        places = self.head.places
        cells = {n: (raw[p] if p < len(raw) else ("",) * len(numbers)) for n, p in places.items()}
        drop = self._skipped(raw, cells, numbers)
        if drop:
            keep_now = [i for i in range(len(numbers)) if i not in drop]
            numbers = [numbers[i] for i in keep_now]
            cells = {n: tuple([values[i] for i in keep_now]) for n, values in cells.items()}
        self._unread = set()
        if fills.active:
            cells = fills.apply(cells, numbers, self)
        columns = {
            n: self._convert(self._columns[n], cells[n], numbers) if n in cells else [c.empty] * len(numbers)
            for n, c in self._columns.items()
        }
        block = RowBlock(self.sheet.name, numbers, columns, self._unread)
        hidden = self.sheet.marks.hidden_rows
        if hidden:
            for row in block:
                if row.number in hidden:
                    self.say(self.ctx.remark(row, "", "隐藏行，按数据处理", "不应导入的请删去该行"))
        return block

    def _skipped(self, raw: Sequence[Sequence[Any]], cells: dict[str, Sequence[Any]], numbers: list[int]) -> set[int]:
        """Indexes of rows that are no data: totals, foot lines, the template's example, rows empty in every known column."""
        drop: set[int] = set()
        needed = [values for n, values in cells.items() if self._columns[n].required] or list(cells.values())
        for column in raw:
            joined = "\n".join([c for c in column if type(c) is str])
            has_total, has_colon = "计" in joined, "：" in joined or ":" in joined
            if not has_total and not has_colon:
                continue
            texts = [c if type(c) is str else "" for c in column]
            others = [values for values in needed if values is not column]
            if has_total:
                for i, text in enumerate(texts):
                    is_total = "计" in text and i not in drop and _TOTAL.match("".join(text.split()))
                    if is_total and (not others or any(is_empty(v[i]) for v in others)):
                        drop.add(i)
                        self.report.total_rows.append(numbers[i])
            if has_colon:
                for i, text in enumerate(texts):
                    if text.startswith(_EXAMPLE) and i not in drop:
                        drop.add(i)
                        self.report.example_rows.append(numbers[i])
                    elif (
                        text
                        and i not in drop
                        and _FOOT.match(text.strip())
                        and all(is_empty(v[i]) or v[i] == text for v in needed)
                    ):
                        drop.add(i)
                        self.report.foot_rows.append(numbers[i])
        for i in [i for i, cell in enumerate(needed[0]) if cell == "" or is_empty(cell)]:
            if i not in drop and all(is_empty(v[i]) for v in cells.values()):
                drop.add(i)
                if any(type(column[i]) is str and not is_empty(column[i]) for column in raw):
                    self.report.other_rows.append(numbers[i])
        return drop

    def _convert(self, column: Column, cells: Sequence[Any], numbers: list[int]) -> list[Any]:
        memo = self._memos[column.name]
        if column.type != "tick" and bool in set(map(type, cells)):
            cells = [("是" if c else "否") if c is True or c is False else c for c in cells]
        values = [memo[c] for c in cells]
        if memo.doubts:
            for i, value in enumerate(values):
                if type(value) is Doubt:
                    values[i] = value.value
                    self._tell(column, numbers[i], value, cells[i])
        if self.sheet.marks.uncached:
            self._tell_uncached(column, numbers, cells)
        if column.required and column.empty in values:
            marks = self.sheet.marks.uncached
            letter = self.ctx.letters[self.sheet.name][column.name]
            empty = column.empty
            for i, value in enumerate(values):
                is_said = (numbers[i], letter) in marks or (numbers[i], column.name) in self._unread
                if value == empty and is_empty(cells[i]) and not is_said:
                    self._tell(column, numbers[i], Doubt(empty, "error", "必填，未填写", "补填后重新上传"), "")
        memo.forget()
        return values

    def _tell_uncached(self, column: Column, numbers: list[int], cells: Sequence[Any]) -> None:
        marks = self.sheet.marks.uncached
        letter = self.ctx.letters[self.sheet.name][column.name]
        for i, number in enumerate(numbers):
            what = marks.get((number, letter))
            if what and is_empty(cells[i]):
                level: Any = "error" if column.required or column.type in _UNSHARED else "remark"
                self._tell(
                    column, number, Doubt(None, level, f"{what}，按缺失处理", "在表格软件中打开并保存，或改填数值"), ""
                )

    def _tell(self, column: Column, number: int, doubt: Doubt, cell: object) -> None:
        name = self.sheet.name
        if doubt.level == "error":
            self._unread.add((number, column.name))
        self.say(
            Issue(
                name, number, self.ctx.letters[name][column.name], self.ctx.heads[name][column.name].split("/")[-1], doubt.level,
                masked(shown(cell) if cell != "" else "", column), doubt.reason, doubt.remedy,
            )
        )  # fmt: skip


def _is_ruler(row: Sequence[Any]) -> bool:
    """The row under a head that only numbers the columns: 1 2 3 …, perhaps after 甲 乙."""
    filled = [shown(c) for c in row if not is_empty(c)]
    digits = [t for t in filled if t.isdigit()]
    return (
        len(filled) >= 4
        and set(filled) - set(digits) <= set("甲乙丙丁戊")
        and digits == [str(i) for i in range(1, len(digits) + 1)]
    )


class _Fills:
    """Cells merged over several data rows: their value for each row, or a doubt where it cannot be shared out."""

    def __init__(self, sheet: Sheet, head: Head, columns: dict[str, Column]) -> None:
        by_place = {place + sheet.left: name for name, place in head.places.items()}
        self._ranges: list[tuple[int, int, str]] = []
        for (top, left), (bottom, _right) in sheet.merged:
            name = by_place.get(left)
            if name is not None and bottom > top > head.last and bottom - top < LIMITS.rows:
                self._ranges.append((top + 1, bottom + 1, name))
        self._ranges.sort()
        self._columns = columns
        self._carried: dict[str, tuple[int, Any]] = {}

    @property
    def active(self) -> bool:
        return bool(self._ranges)

    def apply(
        self, cells: dict[str, Sequence[Any]], numbers: list[int], reader: _SheetReader
    ) -> dict[str, Sequence[Any]]:
        """`numbers` are 1-based rows of `cells`; ranges may begin in an earlier block."""
        if not numbers:
            return cells
        place = {number: i for i, number in enumerate(numbers)}
        filled: dict[str, list[Any]] = {}
        done = 0
        for top, bottom, name in self._ranges:
            if top > numbers[-1]:
                break
            done += bottom <= numbers[-1]
            column = self._columns[name]
            values = filled.setdefault(name, list(cells[name]))
            if top in place:
                self._carried[name] = (top, values[place[top]])
            held = self._carried.get(name)
            if held is None or held[0] != top or is_empty(held[1]):
                continue
            for number in range(max(top, numbers[0]), min(bottom, numbers[-1]) + 1):
                if number not in place:
                    continue
                if column.type in _UNSHARED or not column.fill_down:
                    reader._tell(
                        column,
                        number,
                        Doubt(
                            None,
                            "error",
                            f"第 {top}–{bottom} 行合并了单元格，数值无法分摊到每一行",
                            "取消合并，逐行填写",
                        ),
                        held[1],
                    )
                    values[place[number]] = ""
                elif number != top:
                    values[place[number]] = held[1]
                    reader._tell(
                        column,
                        number,
                        Doubt(None, "remark", f"第 {top}–{bottom} 行合并了单元格，本行取同一内容", "核对后采用"),
                        held[1],
                    )
        self._ranges = [r for r in self._ranges if r[1] > numbers[-1]]
        return {**cells, **{n: tuple(v) for n, v in filled.items()}}


def option_value(text: str, kind: str) -> object:
    """Value of an upload option: a date, a month or the text itself. Raises InvalidInput."""
    stripped = text.strip()
    if not stripped or kind == "text":
        return stripped
    column = Column("option", "选项", "date" if kind == "date" else "month")
    found = parser(column)(stripped)
    if isinstance(found, Doubt):
        raise InvalidInput("import.option", f"“{text}”{found.reason}。{found.remedy}。")
    assert isinstance(found, date | int)
    return found


def raw_rows(
    book: Workbook, wanted: dict[str, set[int]], heads: dict[str, tuple[int, int]]
) -> Iterable[tuple[str, int, Sequence[Any]]]:
    """(sheet, row, raw cells) of the lines above the head, the head, and wanted rows, for handing failed rows back.

    What is handed back reads as the file did: the lines above the head say year and unit, and a text in a cell merged over
    several rows stands in each of them. `heads[sheet]` are first and last head row, 1-based.
    """
    for sheet in book.sheets():
        if sheet.name not in wanted:
            continue
        first, last = heads[sheet.name]
        rows = wanted[sheet.name]
        shared = _SharedTexts(sheet, first, last)
        for number, row in enumerate(sheet.rows, start=1):
            cells = [("" if c in EMPTY else c) if isinstance(c, str) else c for c in row]
            shared.fill(number, cells)
            if number <= last or number in rows:
                yield sheet.name, number, cells


class _SharedTexts:
    """Texts of cells merged over several rows (in the head, over several columns too), put into each cell of the range."""

    def __init__(self, sheet: Sheet, first: int, last: int) -> None:
        self._starting: dict[int, list[tuple[int, range]]] = {}
        for (top, left), (bottom, right) in sheet.merged:
            places = range(left - sheet.left, (right if top < last else left) - sheet.left + 1)
            if left >= sheet.left and bottom + 1 >= first:
                self._starting.setdefault(top + 1, []).append((bottom + 1, places))
        self._open: list[tuple[int, range, str]] = []

    def fill(self, number: int, cells: list[Any]) -> None:
        """Fill row `number` (1-based); rows come in order."""
        self._open = [one for one in self._open if one[0] >= number]
        for bottom, places in self._starting.pop(number, ()):
            text = cells[places.start] if places.start < len(cells) else ""
            if isinstance(text, str) and text:
                self._open.append((bottom, places, text))
        for _, places, text in self._open:
            for place in places:
                if place < len(cells):
                    cells[place] = text
