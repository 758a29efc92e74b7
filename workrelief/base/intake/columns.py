"""The columns a spreadsheet may have, declared once; template, reader, checks and help page all come from here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workrelief.kernel.kinds import Kind

CellType = Literal[
    "text", "code", "int", "tenths", "hundredths", "decimal", "money", "wan", "date", "month", "tick", "choice"
]
Private = Literal["", "identity", "account", "phone"]
Choices = type[Kind] | Mapping[str, str]

TYPE_LABELS: dict[CellType, str] = {
    "text": "文字",
    "code": "号码（按文本填写）",
    "int": "整数",
    "tenths": "数字（一位小数）",
    "hundredths": "数字（两位小数）",
    "decimal": "数字",
    "money": "金额",
    "wan": "金额（万元，两位小数）",
    "date": "日期",
    "month": "年月",
    "tick": "打勾（√）",
    "choice": "选项",
}


@dataclass(frozen=True)
class Column:
    """One column of a form.

    What a cell becomes, by `type`; an empty cell ("", "-", "—", "/") becomes `empty`:

    | type       | value                                             | empty |
    |------------|---------------------------------------------------|-------|
    | text       | str, outer spaces and line breaks taken away      | ""    |
    | code       | str without spaces; a number cell loses its ".0"; more than 15 digits in a number cell is refused | "" |
    | int        | int                                               | None  |
    | tenths     | int, the number × 10 (days)                       | None  |
    | hundredths | int, the number × 100 (quantity)                  | None  |
    | decimal    | Decimal, shortest; "30%" becomes 0.30             | None  |
    | money      | int, fen; unit: cell text, else head, else title line, else `default_unit` | None |
    | wan        | int, fen, rounded to 0.01 万元 first (reading 5)  | None  |
    | date       | datetime.date                                     | None  |
    | month      | int, ledger month 202207                          | None  |
    | tick       | bool                                              | False |
    | choice     | str, id of the Kind or key of the mapping         | ""    |

    `group` is the upper head of a two- or three-row head; the head key is then "group/title". `aliases` are further
    titles. Spaces, line breaks, brackets and units never matter for matching. `choices` is a Kind class or
    {id: label}; an unknown spelling is an error. `private` masks the value in stored issues.
    `fill_down`: a cell merged over several data rows gives its value to all of them (with a remark).
    Amounts and numbers are never shared out that way: such a cell is an error. Negative numbers are refused unless
    `allow_negative`. `required`: the column must be there and every cell filled; `in_head`: it must be there, cells may
    be empty. `loose`: a planned number may be written as a bound, about or a range (≥15, 约4000, 10-15): the number beside
    the word (of a range the lower one) is taken, with a remark that quotes both. `month_is`: a date may be written as a month
    only (2026年3月) and means its first or last day, with a remark. `words` may follow a whole number without a remark (2026年).
    `check` gets a present value and returns the reason it is refused, or "".
    """

    name: str
    title: str
    type: CellType = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()
    group: str = ""
    example: str = ""
    note: str = ""
    choices: Choices | None = None
    default_unit: str | None = None
    private: Private = ""
    fill_down: bool = True
    in_head: bool = False
    allow_negative: bool = False
    loose: bool = False
    month_is: Literal["", "first", "last"] = ""
    words: tuple[str, ...] = ()
    max_length: int = 0
    check: Callable[[Any], str] | None = None
    remedy: str = ""

    def __post_init__(self) -> None:
        if self.type == "choice" and self.choices is None:
            raise ValueError(f"column {self.name}: a choice needs choices")
        if self.type == "money" and self.default_unit is None:
            object.__setattr__(self, "default_unit", "元")

    @property
    def empty(self) -> object:
        """Value of an empty cell."""
        if self.type in ("text", "code", "choice"):
            return ""
        return False if self.type == "tick" else None

    @property
    def is_amount(self) -> bool:
        """Whether the unit named in a head or a title line is this column's."""
        return self.type in ("money", "wan")

    @property
    def head(self) -> str:
        """Title as printed in the template, with the unit of amounts: 应发（元）."""
        unit = {"money": self.default_unit, "wan": "万元"}.get(self.type)
        return f"{self.title}（{unit}）" if unit else self.title

    @property
    def full_title(self) -> str:
        return f"{self.group}/{self.title}" if self.group else self.title

    def choice_labels(self) -> tuple[str, ...]:
        """Official wording of the choices, in order."""
        if self.choices is None:
            return ()
        if isinstance(self.choices, type):
            return tuple(label for _, label in self.choices.choices())
        return tuple(self.choices.values())

    def choice_ids(self) -> tuple[str, ...]:
        """Stored values of the choices, in the order of their labels."""
        if self.choices is None:
            return ()
        if isinstance(self.choices, type):
            return tuple(id_ for id_, _ in self.choices.choices())
        return tuple(self.choices)

    def find_choice(self, text: str) -> tuple[str, bool] | None:
        """(id, whether it was written as an alias) of a spelling; None when unknown."""
        if self.choices is None:
            return None
        if isinstance(self.choices, type):
            member = self.choices.find(text)
            return None if member is None else (member.id, text not in (member.label, member.id))
        compact = "".join(text.split())
        for key, label in self.choices.items():
            if compact in (key, label):
                return key, False
        return None


@dataclass(frozen=True)
class Option:
    """Something a whole file needs to know that no column says (a reporting day); asked for when uploading."""

    name: str
    title: str
    type: Literal["text", "date", "month"] = "text"
    required: bool = False
    note: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class TemplateSpec:
    """All a face needs to draw the blank template and its help: head rows, examples, notes, choices."""

    kind: str
    title: str
    columns: tuple[Column, ...]

    @property
    def has_groups(self) -> bool:
        return any(c.group for c in self.columns)
