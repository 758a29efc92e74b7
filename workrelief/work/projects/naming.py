"""The one form of a project's name and national code, however offices write them."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from stdnum.iso7064 import mod_11_10

_DASHES = re.compile(r"[‐‑‒–—―−－_]")
_CODE = re.compile(r"^(?P<head>\d{4})-(?P<division>\d{6})-(?P<department>\d{2})-(?P<kind>\d{2})-(?P<tail>\d{6})$")


class CodeStyle(StrEnum):
    """How a national project code was understood (reading 6); the value is the remark kept beside the code."""

    NEW = ""
    OLD = "旧式代码（首段为年份）"
    CHECK_DIGIT = "校验位待确认"
    HEAD = "首段待确认"
    MALFORMED = "不是国家统一代码"


def name_key(name: str) -> str:
    """The name without spaces, punctuation, width and case: two lists that write one project differently meet here."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if c.isalnum())


def plain_code(text: str) -> str:
    """The code in its 24-character form, four of them hyphens; a text of another shape only loses spaces and width."""
    plain = "".join(_DASHES.sub("-", unicodedata.normalize("NFKC", text)).split())
    if re.fullmatch(r"\d{20}", plain):
        return f"{plain[:4]}-{plain[4:10]}-{plain[10:12]}-{plain[12:14]}-{plain[14:]}"
    return plain


def code_style(plain: str) -> CodeStyle:
    """Style of a code in its plain form: year-month with check digit (MOD 11,10), year without one, or doubtful."""
    found = _CODE.match(plain)
    if not found:
        return CodeStyle.MALFORMED
    head = found["head"]
    is_year_month = int(head[:2]) >= 16 and 1 <= int(head[2:]) <= 12
    if is_year_month and mod_11_10.is_valid(plain.replace("-", "")):
        return CodeStyle.NEW
    if 2000 <= int(head) <= 2020:
        return CodeStyle.OLD
    return CodeStyle.CHECK_DIGIT if is_year_month else CodeStyle.HEAD


def right_check_digit(plain: str) -> str:
    """The last digit a code of 20 digits should have, the first 19 unchanged."""
    return str(mod_11_10.calc_check_digit(plain.replace("-", "")[:-1]))
