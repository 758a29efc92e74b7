"""One cell: from what a spreadsheet holds to the value a column declares, or a doubt with a reason and a remedy.

Nothing is guessed: 「约4000」「≥15」「100-200」「已发1862」 are refused by name, or, in a column of planned numbers that allows it
(`Column.loose`), taken with a remark that quotes the words and the number; 「150元/天」 is understood with a remark.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from workrelief.base.intake.columns import Column
from workrelief.base.intake.importer import Level
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.loose_number import parse_loose
from workrelief.kernel.money import FEN_PER_WAN, FEN_PER_YI, FEN_PER_YUAN, round_half_up, shortest_decimal, wan_text

EMPTY = frozenset({"", "-", "—", "——", "－", "−", "–", "/", "／", "\\", "--", "―"})
YES = frozenset(
    {"√", "✓", "✔", "☑", "■", "是", "已", "完成", "已完成", "已完", "有", "对", "Y", "YES", "TRUE", "V", "1", "●", "✅"}
)
NO = frozenset({"否", "未", "未完成", "无", "×", "✗", "✘", "X", "N", "NO", "FALSE", "0", "☐", "□", "○"})
SCALES = {"元": FEN_PER_YUAN, "万元": FEN_PER_WAN, "万": FEN_PER_WAN, "亿元": FEN_PER_YI, "亿": FEN_PER_YI, "分": 1}
_EXCEL_EPOCH = date(1899, 12, 30)
_PLAIN = re.compile(r"^[+\-]?(?:\d+(?:\.\d*)?|\.\d+)$")
_WITH_UNIT = re.compile(
    r"^[¥]?(?P<number>[+\-]?(?:\d+(?:\.\d*)?|\.\d+))(?P<unit>亿元|亿|万元|万|元|分)?(?P<rest>[^\d]{0,8})$"
)
_VAGUE = re.compile(
    r"约|大约|左右|近|余|多|以上|以下|不少于|不低于|不超过|至少|最多|[≥≤><≈~～±]|\d\s*[-—–－~～至到]\s*\d"
)
_DATE = re.compile(
    r"^(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?(?:[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$"
)
_MONTH = re.compile(r"^(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?份?$")
_ONE_OR_TEN = "分不清是 1 月还是 10 月"
_SCIENTIFIC = re.compile(r"^\d(?:\.\d+)?[eE]\+?\d+$")
_UNIT_WORDS = frozenset(
    {
        "天",
        "日",
        "工日",
        "个工日",
        "工",
        "小时",
        "时",
        "人",
        "名",
        "个",
        "次",
        "人次",
        "项",
        "件",
        "场",
        "期",
        "处",
        "米",
        "平方米",
        "立方米",
        "公里",
    }
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cell that says less, or more, than a value: `value` is what stands for it (the empty value for an error)."""

    value: object
    level: Level
    reason: str
    remedy: str = ""


Parse = Callable[[object], object]


class Memo(dict[object, object]):
    """Cell → value, computed once for each spelling; `doubts` once any spelling was doubted."""

    def __init__(self, parse: Parse) -> None:
        super().__init__()
        self._parse = parse
        self.doubts = False

    def __missing__(self, cell: object) -> object:
        value = self._parse(cell)
        if type(value) is Doubt:
            self.doubts = True
        self[cell] = value
        return value

    def forget(self, *, above: int = 20_000) -> None:
        """Drop what was remembered when it no longer pays (a column of unique values)."""
        if len(self) > above:
            self.clear()


def plain(text: str) -> str:
    """Full-width forms narrowed, spaces and thousands separators gone."""
    return unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").replace("\n", "").replace("\t", "")


def is_empty(cell: object) -> bool:
    if type(cell) is str:
        return cell in EMPTY or (len(cell) < 8 and cell.strip() in EMPTY) or cell.isspace()
    return cell is None


def shown(cell: object) -> str:
    """A raw cell as the user sees it."""
    if isinstance(cell, float):
        return format(shortest_decimal(cell), "f") if abs(cell) < 1e16 else repr(cell)
    return str(cell).strip()


def parser(column: Column, *, unit: str | None = None) -> Parse:
    """The reading of cells of `column`; `unit` is the money unit found in the file's head or title line."""
    empty = column.empty
    read = _READERS[column.type](column, unit or column.default_unit or "元")

    def parse(cell: object) -> object:
        if not (type(cell) is str and cell.isalnum()) and is_empty(cell):
            return empty
        value = read(cell)
        if column.loose and type(value) is Doubt and value.level == "error" and isinstance(cell, str):
            value = _loosely(cell, value, read, unit or column.default_unit or "")
        if type(value) is Doubt and value.level == "error":
            return Doubt(empty, "error", value.reason, column.remedy or value.remedy)
        present = value.value if type(value) is Doubt else value
        if column.check is not None and (reason := column.check(present)):
            return Doubt(empty, "error", reason, column.remedy)
        return value

    return parse


def _loosely(cell: str, refused: Doubt, read: Parse, unit: str) -> object:
    """The number beside a bound, an "about" or a range, with a remark quoting it; otherwise the refusal stands."""
    try:
        found = parse_loose(cell)
    except InvalidInput as err:
        return _bad(err.message.rstrip("。")) if err.code == "number.range" else refused
    if found is None or found.kind == "change":
        return refused
    number = found.low if found.low is not None else found.high
    value = read(f"{number:f}{found.unit}")
    if isinstance(value, Doubt):
        if value.level == "error":
            return value
        value = value.value
    how = "取下限" if found.kind == "range" else "取"
    taken = f"{number:f}{found.unit or unit}"
    if isinstance(value, int) and unit in SCALES and found.unit and found.unit.rstrip("元") != unit.rstrip("元"):
        taken += f"，合 {wan_text(value)} 万元"
    said = f"“{cell.strip()}”不是确定的数，按“{found.said}”理解，{how} {taken}"
    return Doubt(value, "remark", said, "核对后采用；有确定数的请改填确定数")


def _bad(reason: str, remedy: str = "改正后重新上传") -> Doubt:
    return Doubt(None, "error", reason, remedy)


def _text(column: Column, _unit: str) -> Parse:
    limit = column.max_length

    most = limit or 1_000_000

    def read(cell: object) -> object:
        if type(cell) is str and cell.isalnum() and len(cell) <= most:
            return cell
        text = cell.strip() if type(cell) is str else shown(cell)
        if "\n" in text or "\r" in text:
            text = " ".join(text.split())
        if limit and len(text) > limit:
            return _bad(f"文字过长（{len(text)} 字，最多 {limit} 字）", "精简后重新上传")
        return text

    return read


def _code(column: Column, _unit: str) -> Parse:
    limit = column.max_length
    most = limit or 1_000_000

    def read(cell: object) -> object:
        if type(cell) is str:
            if cell.isalnum() and cell.isascii() and len(cell) <= most and not _SCIENTIFIC.match(cell):
                return cell
            text = cell.strip().lstrip("'‘’`").replace(" ", "").replace("\u3000", "").replace("\t", "")
            if not text.isascii():
                text = unicodedata.normalize("NFKC", text)
            if _SCIENTIFIC.match(text):
                return _bad("号码被表格软件变成了科学计数，后几位已丢失", "把该列设为“文本”格式，重新填写号码")
        elif type(cell) is float or type(cell) is int:
            if abs(cell) >= 1e15:
                return _bad("号码按数字保存，超过 15 位的部分已丢失", "把该列设为“文本”格式，重新填写号码")
            if cell != int(cell):
                return _bad("号码带小数点")
            text = str(int(cell))
        else:
            return _bad("不是号码")
        if limit and len(text) > limit:
            return _bad(f"号码过长（{len(text)} 位，最多 {limit} 位）")
        return text

    return read


def number_of(cell: object) -> Decimal | Doubt:
    """A definite number; a Doubt when the cell says anything else (a remark when only a unit stands beside it)."""
    found = _number(cell)
    if isinstance(found, Doubt):
        return found
    number, _, rest = found
    if rest:
        return Doubt(number, "remark", f"单元格带单位，已识别为 {number:f}", "核对后采用")
    return number


def _number(cell: object) -> tuple[Decimal, str, str] | Doubt:
    """(number, money unit, other words)."""
    if isinstance(cell, bool):
        return _bad("不是数字")
    if isinstance(cell, float | int):
        try:
            number = shortest_decimal(cell)
        except InvalidOperation:
            return _bad("不是数字")
        return (number, "", "") if number.is_finite() else _bad("不是数字")
    if not isinstance(cell, str):
        return _bad("是日期或时间，不是数字", "把该格设为“数值”格式")
    text = plain(cell)
    if _PLAIN.match(text):
        return Decimal(text), "", ""
    if _VAGUE.search(text):
        return _bad(f"“{cell.strip()}”不是一个确定的数", "填写一个确定的数，说明文字写到备注列")
    if found := _WITH_UNIT.match(text):
        return Decimal(found["number"]), found["unit"] or "", found["rest"]
    return _bad(f"“{cell.strip()}”带有文字，不能当作数", "只填数字，说明文字写到备注列")


def _whole(scale: int, form: str) -> Callable[[Column, str], Parse]:
    def build(column: Column, _unit: str) -> Parse:
        def read(cell: object) -> object:
            if type(cell) is float and 0 <= cell < 1e9:
                scaled = cell * scale
                near = round(scaled)
                if abs(scaled - near) < 1e-6:
                    return near
            found = _number(cell)
            if isinstance(found, Doubt):
                return found
            number, unit, rest = found
            if unit or (rest and rest not in _UNIT_WORDS and rest not in column.words):
                return _bad(f"“{shown(cell)}”的单位与本列不符", "只填数字")
            exact = number * scale
            if exact != int(exact):
                return _bad(f"“{shown(cell)}”应为{form}")
            if exact < 0 and not column.allow_negative:
                return _bad("不能为负数")
            value = int(exact)
            if value > 2_000_000_000:
                return _bad("数值过大")
            if rest and rest not in column.words:
                return Doubt(value, "remark", f"单元格带单位，已识别为 {number:f}{rest}", "核对后采用")
            return value

        return read

    return build


def _decimal(column: Column, _unit: str) -> Parse:
    def read(cell: object) -> object:
        percent = isinstance(cell, str) and cell.strip().endswith(("%", "％"))
        found = number_of(cell.strip()[:-1] if percent and isinstance(cell, str) else cell)
        if isinstance(found, Doubt):
            return found
        if found < 0 and not column.allow_negative:
            return _bad("不能为负数")
        return found / 100 if percent else found

    return read


def _money(column: Column, unit: str) -> Parse:
    return _amount(column, unit, step=1)


def _amount(column: Column, unit: str, *, step: int) -> Parse:
    """An amount rounded once, half up, to a multiple of `step` fen."""
    scale = SCALES[unit]

    def read(cell: object) -> object:
        if type(cell) is float and 0 <= cell < 1e9:
            scaled = cell * scale
            near = round(scaled)
            if abs(scaled - near) < 1e-4 and near < 1e15 and near % step == 0:
                return near
        found = _number(cell)
        if isinstance(found, Doubt):
            return found
        number, own, rest = found
        if rest and (not rest.startswith(("/", "每", "一")) or not own) and rest not in ("整", "人民币"):
            return _bad(f"“{shown(cell)}”的单位与本列不符", "只填金额数字")
        fen = int(round_half_up(number * (SCALES[own] if own else scale) / step)) * step
        if fen < 0 and not column.allow_negative:
            return _bad("金额不能为负数")
        if abs(fen) > 10**15:
            return _bad("金额过大")
        if own or rest:
            same = f"，合 {wan_text(fen)} 万元" if own and own != unit and unit in ("万元", "亿元") else ""
            return Doubt(fen, "remark", f"单元格带单位，已识别为 {number:f} {own or unit}{rest}{same}", "核对后采用")
        return fen

    return read


def _wan(column: Column, _unit: str) -> Parse:
    return _amount(column, "万元", step=FEN_PER_WAN // 100)


def _day(year: int, month: int, day: int, cell: object) -> date | Doubt:
    try:
        found = date(year, month, day)
    except ValueError:
        return _bad(f"“{shown(cell)}”不是真实的日期")
    return found if 1900 <= year <= 2100 else _bad(f"“{shown(cell)}”的年份不对")


def _date(column: Column, unit: str) -> Parse:
    read_month = _month(column, unit)

    def read(cell: object) -> object:
        found = read_day(cell)
        if not column.month_is or not isinstance(found, Doubt) or found.level != "error":
            return found
        month = read_month(cell)
        if not isinstance(month, int):
            return month if isinstance(month, Doubt) and _ONE_OR_TEN in month.reason else found
        year, of_year = divmod(month, 100)
        day = 1 if column.month_is == "first" else monthrange(year, of_year)[1]
        taken = date(year, of_year, day)
        which = "当月 1 日" if day == 1 else "当月最后一日"
        said = f"“{shown(cell)}”只写到月，按{which}计，即 {taken}"
        return Doubt(taken, "remark", said, "核对后采用；有确定日期的请改填")

    def read_day(cell: object) -> object:
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        if isinstance(cell, time | timedelta):
            return _bad("是时间，不是日期", "写作 2022-07-05")
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            if cell == int(cell) and 19000101 <= cell <= 21001231:
                whole = int(cell)
                return _day(whole // 10_000, whole // 100 % 100, whole % 100, cell)
            if 10_000 <= cell < 80_000 and cell == int(cell):
                found = _EXCEL_EPOCH + timedelta(days=int(cell))
                return Doubt(found, "remark", f"数字 {int(cell)} 是表格软件的日期序号，已识别为 {found}", "核对后采用")
            return _bad(f"“{shown(cell)}”不是完整的日期", "写作 2022-07-05")
        text = unicodedata.normalize("NFKC", str(cell)).strip()
        if matched := _DATE.match(text):
            return _day(int(matched[1]), int(matched[2]), int(matched[3]), cell)
        if text.isdigit() and len(text) == 8:
            return _day(int(text[:4]), int(text[4:6]), int(text[6:]), cell)
        if text.isdigit() and len(text) == 5:
            return read_day(float(text))
        return _bad(f"“{shown(cell)}”不是完整的日期", "写作 2022-07-05")

    return read


def _month(_column: Column, _unit: str) -> Parse:
    def checked(year: int, month: int, cell: object) -> object:
        if 2000 <= year <= 2100 and 1 <= month <= 12:
            return year * 100 + month
        return _bad(f"“{shown(cell)}”不是年月", "写作 2022-07")

    def read(cell: object) -> object:
        if isinstance(cell, date):
            return checked(cell.year, cell.month, cell)
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            if cell == int(cell):
                whole = int(cell)
                if 20_000 <= whole < 80_000:
                    day = _EXCEL_EPOCH + timedelta(days=whole)
                    return checked(day.year, day.month, cell)
                return checked(whole // 100, whole % 100, cell)
            text = shown(cell)
            if text.endswith(".1"):
                return _bad(f"“{text}”{_ONE_OR_TEN}", f"写作 {text[:4]}-01 或 {text[:4]}-10")
        else:
            text = unicodedata.normalize("NFKC", str(cell)).strip()
        if matched := _MONTH.match(text):
            return checked(int(matched[1]), int(matched[2]), cell)
        if text.isdigit() and len(text) == 6:
            return checked(int(text[:4]), int(text[4:]), cell)
        if matched := _DATE.match(text):
            return checked(int(matched[1]), int(matched[2]), cell)
        return _bad(f"“{shown(cell)}”不是年月", "写作 2022-07")

    return read


def _tick(_column: Column, _unit: str) -> Parse:
    def read(cell: object) -> object:
        if isinstance(cell, bool):
            return cell
        text = shown(cell).upper().replace(" ", "")
        if text in YES:
            return True
        if text in NO:
            return False
        return _bad(f"“{shown(cell)}”不是打勾", "是的打√，不是的留空")

    return read


def _choice(column: Column, _unit: str) -> Parse:
    labels = "、".join(column.choice_labels())

    def read(cell: object) -> object:
        text = shown(cell)
        found = column.find_choice(text)
        if found is None:
            return _bad(f"“{text}”不在字典：{labels}", "改成字典里的写法")
        value, by_alias = found
        if by_alias:
            return Doubt(value, "remark", f"“{text}”按“{_label(column, value)}”处理", "核对后采用")
        return value

    return read


def _label(column: Column, value: str) -> str:
    if isinstance(column.choices, type):
        return column.choices.of_id(value).label
    return (column.choices or {}).get(value, value)


_READERS: dict[str, Callable[[Column, str], Parse]] = {
    "text": _text,
    "code": _code,
    "int": _whole(1, "整数"),
    "tenths": _whole(10, "最多一位小数"),
    "hundredths": _whole(100, "最多两位小数"),
    "decimal": _decimal,
    "money": _money,
    "wan": _wan,
    "date": _date,
    "month": _month,
    "tick": _tick,
    "choice": _choice,
}
