"""What the pages of plans have in common: tabs, words of clocks, and form fields turned into days, numbers and fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from workrelief.base.access.actor import Actor
from workrelief.faces.shared.text import NOTHING
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.kinds import FundType
from workrelief.kernel.money import FEN_PER_WAN, fen_from_cell
from workrelief.work.funds.rules.targets import Target, target_text

LEVEL_LABELS = {"nation": "国家", "province": "省", "city": "市", "county": "县"}
FUND_CHOICES = tuple((f.id, f.label) for f in (FundType.CENTRAL_BUDGET, FundType.CENTRAL_BRIDGING, FundType.PROVINCIAL))
CLOCK_TONES = {"running": "run", "warned": "warn", "overdue": "stop", "done": "done", "done_late": "warn"}


@dataclass(frozen=True)
class Tab:
    """One of the lists of the room."""

    label: str
    url: str
    is_on: bool


_TABS = (
    ("", "计划批次", "web:plans"),
    ("applications", "资金申请", "web:plan-applications"),
    ("documents", "计划文件", "web:plan-documents"),
    ("clocks", "分解时限", "web:plan-clocks"),
    ("changes", "变更审批", "web:plan-changes"),
    ("money", "到位与支付", "web:money"),
    ("rates", "支付与完成率", "web:fund-rates"),
    ("structure", "来源与撬动", "web:fund-structure"),
    ("idle", "闲置资金", "web:idle-money"),
    ("shares", "劳务报酬占比", "web:shares"),
    ("duties", "两个责任", "web:duties-missing"),
)


def tabs(actor: Actor, on: str) -> tuple[Tab, ...]:
    """The lists of the room, `on` being the one shown."""
    return tuple(Tab(label, reverse(name), key == on) for key, label, name in _TABS)


def clock_words(row: Any) -> str:
    """剩 5 个工作日, 今天到期, 超期 3 个工作日, or how it was done."""
    if row.days_left is None:
        return str(row.status_label)
    if row.days_left < 0:
        return f"超期 {-row.days_left} 个工作日"
    return f"剩 {row.days_left} 个工作日" if row.days_left else "今天到期"


# ---------- form fields ----------


def day_from(text: str, label: str) -> date | None:
    """The day of a date field; None when empty. Raises InvalidInput."""
    plain = text.strip()
    if not plain:
        return None
    try:
        return date.fromisoformat(plain)
    except ValueError as err:
        raise InvalidInput("form.day", f"{label}“{plain}”不是日期，请写成 2022-07-01 的样子。") from err


def the_day(text: str, label: str) -> date:
    """The day of a date field. Raises InvalidInput when empty."""
    found = day_from(text, label)
    if found is None:
        raise InvalidInput("form.day", f"请填写{label}。")
    return found


def whole_from(text: str, label: str) -> int:
    """A whole number. Raises InvalidInput."""
    plain = text.strip()
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 10):
        raise InvalidInput("form.number", f"{label}“{plain}”不是整数。" if plain else f"请填写{label}。")
    return int(plain)


def wan_from(text: str, label: str) -> int:
    """An amount typed in 万元 (or with its own unit), in fen. Raises InvalidInput when empty or not one amount."""
    plain = text.strip()
    if not plain:
        raise InvalidInput("form.amount", f"请填写{label}。")
    try:
        return fen_from_cell(plain, unit="万元")
    except InvalidInput as err:
        raise InvalidInput(
            "form.amount", f"{label}“{plain}”不是一个确定的金额。请填一个数，单位万元，可填到分，如 350.5。"
        ) from err


def wan_field(fen: int | None) -> str:
    """An amount as a field in 万元 shows it, exact to the fen: 400, 400.5, 400.123456."""
    if fen is None:
        return ""
    whole, rest = divmod(fen, FEN_PER_WAN)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def typed_target(target: Target, stored: Mapping[str, str]) -> str:
    """A stored target as one would type it: 30.00%, 20, 持续改善; "" when missing."""
    shown = target_text(target, stored.get(target.id, ""))
    return "" if shown == NOTHING else shown.lstrip("≥≤=").removesuffix("工作日")
