"""Money is whole fen (int) everywhere; this module turns office spellings into fen and back into text."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from workrelief.kernel.errors import InvalidInput

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
FEN_PER_YI = 10_000_000_000
_UNITS = {
    "亿元": FEN_PER_YI,
    "亿": FEN_PER_YI,
    "万元": FEN_PER_WAN,
    "万": FEN_PER_WAN,
    "元": FEN_PER_YUAN,
    "分": 1,
    "": 0,
}
_AMOUNT = re.compile(r"^[¥￥]?(?P<sign>[-−－]?)(?P<number>\d[\d,，]*(?:\.\d*)?|\.\d+)(?P<unit>亿元|亿|万元|万|元|分|)$")


def round_half_up(value: Decimal, places: int = 0) -> Decimal:
    """Commercial rounding, away from zero at the half: the only rounding the platform knows."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def shortest_decimal(value: float | int | str | Decimal) -> Decimal:
    """The shortest exact decimal of a spreadsheet cell (reading 5): 0.1+0.2 becomes 0.3, not 0.30000000000000004.

    Spreadsheets keep 15 significant digits; a float is therefore first rounded to 15 of them.
    """
    if isinstance(value, float):
        return Decimal(f"{value:.15g}")
    return Decimal(value)


def fen_from_cell(value: float | int | str | Decimal, *, unit: str) -> int:
    """Amount in fen from a cell; `unit` ("元", "万元", "亿元") holds unless the cell text names its own.

    Rounds half up to a whole fen. Raises InvalidInput for text that is not one amount ("约4000", "≥15", "100-200").
    """
    return int(round_half_up(_exact_fen(value, unit)))


def wan_cell_fen(value: float | int | str | Decimal) -> int:
    """A cell of a form whose amounts are 万元 with two decimals by rule (reading 5): rounded once to 0.01 万元, in fen."""
    return int(round_half_up(_exact_fen(value, "万元") / FEN_PER_WAN, 2) * FEN_PER_WAN)


def _exact_fen(value: float | int | str | Decimal, unit: str) -> Decimal:
    """The amount in fen as the cell holds it, not rounded yet."""
    if isinstance(value, bool):
        raise InvalidInput("money.form", f"“{value}”不是金额。")
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).replace(" ", "").replace(",", "").replace("，", "")
        found = _AMOUNT.match(text)
        if not found:
            raise InvalidInput("money.form", f"“{value}”不是一个确定的金额。")
        number = Decimal(("-" if found["sign"] else "") + found["number"])
        return number * (_UNITS[found["unit"]] or _UNITS[unit])
    try:
        number = shortest_decimal(value)
    except InvalidOperation as err:
        raise InvalidInput("money.form", f"“{value}”不是金额。") from err
    if not number.is_finite():
        raise InvalidInput("money.form", f"“{value}”不是金额。")
    return number * _UNITS[unit]


def yuan_text(fen: int) -> str:
    """1,234.50 (yuan, two decimals, thousands separators)."""
    return f"{Decimal(fen) / FEN_PER_YUAN:,.2f}"


def wan_text(fen: int) -> str:
    """12.35 (万元, two decimals, half up)."""
    return f"{round_half_up(Decimal(fen) / FEN_PER_WAN, 2):,.2f}"


def yi_text(fen: int) -> str:
    """16.03 (亿元, two decimals, half up)."""
    return f"{round_half_up(Decimal(fen) / FEN_PER_YI, 2):,.2f}"
