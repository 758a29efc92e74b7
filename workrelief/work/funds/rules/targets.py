"""The ten performance targets that travel with plan money (forms §3): what each is, how it is written, what is usual."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from workrelief.base.law.parameters import Parameters
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.money import round_half_up

Targets = dict[str, str]
"""{target id: value as text}: a ratio as exact decimal ("0.3"), days as whole number ("20"), or a sentence."""

Comparison = Literal["≥", "≤", "=", ""]
TargetKind = Literal["ratio", "working_day", "text"]


@dataclass(frozen=True)
class Target:
    """One target of the table. `comparison` says which side is good; `parameter` holds the usual value."""

    id: str
    label: str
    first: str
    second: str
    kind: TargetKind
    comparison: Comparison


TARGETS: tuple[Target, ...] = (
    Target("wage_share", "劳务报酬占中央投资比例", "实施效果", "产出", "ratio", "≥"),
    Target("infrastructure", "项目区农村基础设施条件", "实施效果", "效益", "text", ""),
    Target("satisfaction", "参与工程建设群众满意度", "实施效果", "满意度", "ratio", "≥"),
    Target("decompose_days", "投资计划分解（转发）用时", "过程管理", "计划管理", "working_day", "≤"),
    Target("responsibilities", "“两个责任”按项目落实到位率", "过程管理", "计划管理", "ratio", "="),
    Target("payment_rate", "中央预算内投资支付率", "过程管理", "资金管理", "ratio", "≥"),
    Target("investment_rate", "年度计划投资完成率", "过程管理", "资金管理", "ratio", "≥"),
    Target("start_rate", "项目开工率", "过程管理", "项目管理", "ratio", "≥"),
    Target("over_limits", "超规模、超标准、超概算项目比例", "过程管理", "项目管理", "ratio", "="),
    Target("problem_share", "审计、督查、巡视等指出问题项目比例", "过程管理", "监督检查", "ratio", "≤"),
)
TARGET_BY_ID: Mapping[str, Target] = {t.id: t for t in TARGETS}
OF_MONEY = frozenset({"wage_share", "payment_rate"})
"""Shares of the amount itself: what the parts promise adds up in fen to what the whole asks."""
USUAL_TEXT = {"infrastructure": "持续改善"}

_NUMBER = re.compile(r"^[≥≤=＝<>≧≦]?(?P<number>\d+(?:\.\d+)?)(?P<unit>%|个?工作日|日|天)?(?:起)?$")


def usual(law: Parameters, *, wage_share: Decimal | None = None) -> Targets:
    """The ten targets with their usual values; the share of labour pay as promised when given, at least the usual one."""
    found: Targets = {}
    for target in TARGETS:
        if target.kind == "ratio":
            found[target.id] = _plain(law.get("plan_target_ratio", item=target.id).exact)
        elif target.kind == "working_day":
            found[target.id] = str(law.get("plan_decompose_working_days").whole)
        else:
            found[target.id] = USUAL_TEXT[target.id]
    if wage_share is not None:
        found["wage_share"] = _plain(max(wage_share, Decimal(found["wage_share"])))
    return found


def read_target(target: Target, text: str) -> str:
    """A target as typed ("≥30%", "30", "0.3", "20个工作日", "持续改善") in its stored form; "" stays "".

    A ratio without a per cent sign is a share when it is at most 1, otherwise per cent; 1 itself is the whole.
    Raises InvalidInput naming the target.
    """
    compact = "".join(text.split())
    if not compact or target.kind == "text":
        return text.strip()[:60]
    found = _NUMBER.match(compact)
    if not found:
        raise InvalidInput(
            "plan.target", f"绩效目标“{target.label}”的值“{text}”不是一个数。", facts={"target": target.id}
        )
    try:
        number = Decimal(found["number"])
    except InvalidOperation as err:  # pragma: no cover - the pattern admits numbers only
        raise InvalidInput("plan.target", f"绩效目标“{target.label}”的值“{text}”不是一个数。") from err
    if target.kind == "working_day":
        if found["unit"] == "%" or number != number.to_integral_value():
            raise InvalidInput("plan.target", f"绩效目标“{target.label}”应为整数个工作日，不是“{text}”。")
        return str(int(number))
    if found["unit"] not in (None, "%"):
        raise InvalidInput("plan.target", f"绩效目标“{target.label}”应为百分比，不是“{text}”。")
    share = number / 100 if found["unit"] == "%" or number > 1 else number
    if share > 1:
        raise InvalidInput("plan.target", f"绩效目标“{target.label}”的值“{text}”超过100%。")
    return _plain(share)


def _plain(share: Decimal) -> str:
    """The one spelling under which a share is stored: 0.3, 1, 0."""
    return format(share.normalize(), "f")


def read_targets(values: Mapping[str, str]) -> Targets:
    """Several targets as typed; unknown ids are refused, empty ones left out. Raises InvalidInput."""
    unknown = sorted(values.keys() - TARGET_BY_ID.keys())
    if unknown:
        raise InvalidInput("plan.target", f"没有名为{'、'.join(unknown)}的绩效目标。")
    read = {t.id: read_target(t, values[t.id]) for t in TARGETS if t.id in values}
    return {name: value for name, value in read.items() if value}


def missing(targets: Mapping[str, str]) -> tuple[str, ...]:
    """Labels of the targets that are not given (rule C04)."""
    return tuple(t.label for t in TARGETS if not targets.get(t.id))


def is_looser(target: Target, value: str, asked: str) -> bool:
    """Whether a stored value asks less than another one of the same target; texts are never looser."""
    if target.kind == "text" or not target.comparison:
        return False
    own, other = Decimal(value), Decimal(asked)
    return own < other if target.comparison == "≥" else own > other if target.comparison == "≤" else own != other


def target_text(target: Target, value: str) -> str:
    """As printed: ≥30.00%, ≤20工作日, 0, 持续改善; a dash when missing."""
    if not value:
        return "—"
    if target.kind == "text":
        return value
    if target.kind == "working_day":
        return f"{target.comparison}{value}工作日"
    share = Decimal(value) * 100
    if share == 0:
        return "0"
    places = 2 if target.id == "wage_share" else 0 if share == share.to_integral_value() else 2
    mark = "" if target.comparison == "=" else target.comparison
    return f"{mark}{round_half_up(share, places)}%"
