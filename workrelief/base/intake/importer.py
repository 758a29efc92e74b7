"""What a room declares to have its spreadsheets imported, and the register of all importers.

class RosterImporter(Importer):
    kind, title, permission = "roster", "务工人员花名册", "roster.import"
    columns = (Column("name", "姓名", required=True), …)

    def check_rows(self, ctx, rows):
        for row in rows:
            if …:
                yield ctx.error(row, "identity", "校验位不符", "对照证件原件改正后重新上传")

    def commit(self, ctx, blocks):
        … services …
        return CommitReport(rows=…, totals={"paid_fen": …})

register(RosterImporter())        # in AppConfig.ready() of the room
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from workrelief.base.access.actor import Actor
from workrelief.base.intake.columns import Column, Option, TemplateSpec
from workrelief.kernel.errors import NotFound
from workrelief.kernel.money import wan_text, yuan_text

Level = Literal["error", "remark"]
Mode = Literal["all_or_nothing", "row_by_row"]
RowId = tuple[str, int]
"""Sheet name and 1-based spreadsheet row."""


class Row:
    """One data row: `row["name"]` gives the value (see Column for what an empty cell is). `number` is 1-based."""

    __slots__ = ("_block", "_index")

    def __init__(self, block: RowBlock, index: int) -> None:
        self._block = block
        self._index = index

    @property
    def number(self) -> int:
        return self._block.numbers[self._index]

    @property
    def sheet(self) -> str:
        return self._block.sheet

    @property
    def id(self) -> RowId:
        return self.sheet, self.number

    def __getitem__(self, name: str) -> Any:
        return self._block.columns[name][self._index]

    def is_unread(self, *names: str) -> bool:
        """Whether a cell of these columns was refused: what stands there is the empty value, not what was written."""
        unread = self._block.unread
        return bool(unread) and any((self.number, name) in unread for name in names)


@dataclass
class RowBlock:
    """Consecutive data rows of one sheet, column by column.

    `columns[name]` has one value per row for **every** declared column (the empty value where the file has no such
    column). `numbers` are spreadsheet rows; `unread` the (row, column) of cells that were refused. Iterate for `Row` objects,
    or work on the lists for speed.
    """

    sheet: str
    numbers: list[int]
    columns: dict[str, list[Any]]
    unread: set[tuple[int, str]] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Row]:
        return (Row(self, i) for i in range(len(self.numbers)))

    def row(self, index: int) -> Row:
        return Row(self, index)

    def without(self, bad: set[RowId]) -> RowBlock:
        """The block less the rows named in `bad`."""
        sheet = self.sheet
        keep = [i for i, number in enumerate(self.numbers) if (sheet, number) not in bad]
        if len(keep) == len(self.numbers):
            return self
        return RowBlock(
            sheet, [self.numbers[i] for i in keep], {n: [v[i] for i in keep] for n, v in self.columns.items()}
        )


@dataclass(frozen=True, slots=True)
class Issue:
    """Something to say about a cell, a row (`column` ""), or a whole file (`row` 0). `value` is already masked."""

    sheet: str
    row: int
    column: str
    title: str
    level: Level
    value: str
    reason: str
    remedy: str = ""
    rule_id: str = ""

    @property
    def id(self) -> RowId:
        return self.sheet, self.row


@dataclass
class CommitReport:
    """What a commit did: rows taken over, objects made and changed, totals (amounts in fen) for the audit entry.

    `undo` is kept with the batch (JSON, nothing personal) and handed back as `ctx.undo_data` when it is undone; `notes`
    are sentences for the page (what was understood, what was left as draft).
    """

    rows: int
    created: int = 0
    updated: int = 0
    totals: dict[str, Any] = field(default_factory=dict)
    undo: Any = None
    notes: list[str] = field(default_factory=list)


@dataclass
class ImportContext:
    """The surroundings of one check or commit.

    `session` is whatever `Importer.open` returned. `titles` are the text lines above the head of each sheet.
    `letters[sheet][column name]` is the spreadsheet letter, `heads[sheet][column name]` the title as printed in the file.
    """

    actor: Actor
    batch_id: int
    file_name: str
    options: Mapping[str, Any]
    columns: Mapping[str, Column]
    is_commit: bool = False
    session: Any = None
    undo_data: Any = None
    titles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    letters: dict[str, dict[str, str]] = field(default_factory=dict)
    heads: dict[str, dict[str, str]] = field(default_factory=dict)

    def error(
        self, row: Row | RowId, column: str, reason: str, remedy: str = "", *, value: object = "", rule_id: str = ""
    ) -> Issue:
        """A row that must not be imported. `column` is a declared name, or "" for the whole row."""
        return self._issue("error", row, column, reason, remedy, value, rule_id)

    def remark(
        self, row: Row | RowId, column: str, reason: str, remedy: str = "", *, value: object = "", rule_id: str = ""
    ) -> Issue:
        """Something to look at; the row is imported."""
        return self._issue("remark", row, column, reason, remedy, value, rule_id)

    def file_error(self, reason: str, remedy: str = "", *, sheet: str = "", rule_id: str = "") -> Issue:
        """The whole file (or sheet) cannot be imported."""
        return Issue(sheet, 0, "", "", "error", "", reason, remedy, rule_id)

    def file_remark(self, reason: str, remedy: str = "", *, sheet: str = "", rule_id: str = "") -> Issue:
        return Issue(sheet, 0, "", "", "remark", "", reason, remedy, rule_id)

    def _issue(
        self, level: Level, row: Row | RowId, column: str, reason: str, remedy: str, value: object, rule_id: str
    ) -> Issue:
        sheet, number = row.id if isinstance(row, Row) else row
        declared = self.columns.get(column)
        if value == "" and column and isinstance(row, Row) and not row.is_unread(column):
            value = as_written(row[column], declared)
        title = self.heads.get(sheet, {}).get(column) or (declared.title if declared else "")
        letter = self.letters.get(sheet, {}).get(column, "")
        return Issue(sheet, number, letter, title, level, masked(value, declared), reason, remedy, rule_id)


def as_written(value: object, column: Column | None) -> object:
    """A stored value the way people write it: amounts in the unit of the form, choices by label, never whole fen or an id."""
    if column is None or value == column.empty:
        return ""
    if column.type == "choice":
        return dict(zip(column.choice_ids(), column.choice_labels(), strict=True)).get(str(value), value)
    if column.type == "tick":
        return "是"
    if not isinstance(value, int):
        return value
    if column.is_amount:
        return (
            f"{wan_text(value)} 万元"
            if column.type == "wan" or column.default_unit == "万元"
            else f"{yuan_text(value)} 元"
        )
    if column.type == "month":
        return f"{value // 100}-{value % 100:02}"
    scale = {"tenths": 10, "hundredths": 100}.get(column.type, 1)
    return f"{Decimal(value) / scale:f}"


def masked(value: object, column: Column | None) -> str:
    """Text of a cell for a stored issue: private numbers keep their ends only."""
    if value is None:
        return ""
    text = str(value)[:80]
    if column is None or not column.private or len(text) <= 4:
        return text
    ends = {"identity": (6, 4), "account": (0, 4), "phone": (3, 4)}[column.private]
    hidden = len(text) - ends[0] - ends[1]
    if hidden <= 0:
        return "*" * (len(text) - 2) + text[-2:]
    return text[: ends[0]] + "*" * hidden + text[len(text) - ends[1] :]


class Importer:
    """One kind of spreadsheet. Subclass, declare, register.

    `mode`: "all_or_nothing" for master data (any error row stops the commit), "row_by_row" for registers (error rows
    are left out and reported). `permission` is the action asked at upload, check and commit. `guide` is the id of the
    怎么办 guide, `forms` the names of the official tables it understands. `sort_order` orders the choice on the page.
    """

    kind: str
    title: str
    permission: str
    guide: str = ""
    columns: tuple[Column, ...] = ()
    options: tuple[Option, ...] = ()
    forms: tuple[str, ...] = ()
    mode: Mode = "row_by_row"
    sort_order: int = 50

    def open(self, ctx: ImportContext) -> object:
        """Called before the first block; the answer becomes `ctx.session`."""
        return None

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterable[Issue]:
        """Say what is wrong in this block beyond what columns declare. Blocks come in order of the file.

        Rows with an error of their cells still come here (with the empty value in that cell).
        """
        return ()

    def finish(self, ctx: ImportContext) -> Iterable[Issue]:
        """Called after the last block, for what only the whole file can tell (duplicates, sums, mixed methods)."""
        return ()

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        """Write the good rows through services, inside the open transaction. `blocks` hold no row with an error."""
        raise NotImplementedError

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        """Take back all the batch brought, inside the open transaction; returns totals for the audit entry.

        Raise Conflict when something depends on it.
        """
        raise NotImplementedError

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


_importers: dict[str, Importer] = {}


def register(one: Importer) -> Importer:
    """Make a kind known; called from AppConfig.ready(). A second registration of the same kind must be the same class."""
    known = _importers.get(one.kind)
    if known is not None and type(known) is not type(one):
        raise ValueError(f"import kind {one.kind!r} is registered twice")
    names = [c.name for c in one.columns]
    if len(set(names)) != len(names):
        raise ValueError(f"import kind {one.kind!r} has two columns of one name")
    _importers[one.kind] = one
    return one


def importer(kind: str) -> Importer:
    """The importer of a kind. Raises NotFound."""
    try:
        return _importers[kind]
    except KeyError:
        raise NotFound("import.kind", f"没有“{kind}”这类导入。") from None


def kinds() -> list[Importer]:
    """All importers, in the order of the page."""
    return sorted(_importers.values(), key=lambda i: (i.sort_order, i.kind))


def template_spec(kind: str) -> TemplateSpec:
    one = importer(kind)
    return TemplateSpec(kind, one.title, one.columns)
