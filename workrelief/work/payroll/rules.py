"""Rules about pay lines: pure functions over plain values, each with its rule id and clause.

Amounts are fen, days ×10, quantities ×100. The two ways of arriving at 应发 (reading 1):
gross — 应发 = 数量 × 单价 + 增项, 实发 = 应发 − 扣款; net — deductions are already taken off 应发, 实发 = 应发.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, NamedTuple

from workrelief.base.law import registry
from workrelief.base.law.parameters import find_parameter, parameter
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.money import yuan_text

DueRule = Literal["gross", "net"]
Fit = Literal["both", "gross", "net", "neither"]


def finding(rule_id: str, severity: Severity, message: str, remedy: str) -> Finding:
    """A finding with the clause the rule book gives."""
    return Finding(rule_id, severity, message, remedy, registry.rule(rule_id).cite)


def days_in(month: int) -> int:
    """Calendar days of a ledger month."""
    return monthrange(month // 100, month % 100)[1]


def last_day(month: int) -> date:
    return date(month // 100, month % 100, days_in(month))


def earned_fen(quantity_x100: int, rate_fen: int) -> int:
    """计酬数量 × 单价, rounded half up to a fen."""
    return (quantity_x100 * rate_fen * 2 + 100) // 200


class Amounts(NamedTuple):
    """The money of one line as written: fen, quantity ×100."""

    quantity_x100: int
    rate_fen: int
    extra_fen: int
    deducted_fen: int
    due_fen: int
    paid_fen: int


def due_fit(line: Amounts, *, tolerance_fen: int) -> Fit:
    """Which of the two ways explains a line (rule F13); lines without deductions fit both.

    `tolerance_fen` is allowed once for 应发 and once for 实发.
    """
    earned = earned_fen(line.quantity_x100, line.rate_fen) + line.extra_fen
    due, deducted, paid = line.due_fen, line.deducted_fen, line.paid_fen
    gross = abs(due - earned) <= tolerance_fen and abs(paid - (due - deducted)) <= tolerance_fen
    net = abs(due - (earned - deducted)) <= tolerance_fen and abs(paid - due) <= tolerance_fen
    if gross:
        return "both" if net else "gross"
    return "net" if net else "neither"


def arithmetic(line: Amounts, *, tolerance_fen: int) -> Finding:
    """The blocker for a line that neither way explains, with the number that would be right."""
    due, deducted, paid = line.due_fen, line.deducted_fen, line.paid_fen
    right = earned_fen(line.quantity_x100, line.rate_fen) + line.extra_fen
    if abs(due - right) > tolerance_fen and abs(due - right + deducted) > tolerance_fen:
        message = (
            f"应发 {yuan_text(due)} 元，按数量×单价＋增项应为 {yuan_text(right)} 元，差 {yuan_text(due - right)} 元"
        )
    else:
        expected = due - deducted
        message = (
            f"实发 {yuan_text(paid)} 元，应发减扣款为 {yuan_text(expected)} 元，差 {yuan_text(paid - expected)} 元"
        )
    return finding("F13", Severity.BLOCKER, message, "核对数量、单价、增项和扣款后改正")


def sheet_due_rule(fits: dict[DueRule, int]) -> DueRule:
    """The way a whole sheet uses: the one more of its telling lines follow; gross when none tells."""
    return "net" if fits.get("net", 0) > fits.get("gross", 0) else "gross"


@dataclass(frozen=True)
class Limits:
    """The dated parameters a month's lines are judged by; read once per month and county.

    `near` holds the differences in fen that are forgiven; `on_time_until` is the last day in time (rule F07).
    """

    month: int
    days: int
    tolerance_fen: int
    late_after_days: int
    hour_fen: int
    day_fen: int
    min_age: int

    @classmethod
    def of(cls, month: int, division: str) -> Limits:
        day = last_day(month)
        tier = find_parameter("minimum_wage_tier", on=day, division=division)
        hour = day_wage = 0
        if tier is not None:
            hourly = find_parameter("minimum_wage_hourly_fen", on=day, tier=tier.text)
            monthly = find_parameter("minimum_wage_monthly_fen", on=day, tier=tier.text)
            pay_days = find_parameter("monthly_pay_days", on=day)
            hour = hourly.whole if hourly else 0
            if monthly and pay_days:
                day_wage = int(monthly.exact / pay_days.exact)
        return cls(
            month=month,
            days=days_in(month),
            tolerance_fen=parameter("wage_tolerance_fen", on=day).whole,
            late_after_days=parameter("wage_late_after_days", on=day).whole,
            hour_fen=hour,
            day_fen=day_wage,
            min_age=parameter("min_working_age", on=day).whole,
        )

    @cached_property
    def near(self) -> range:
        return range(-self.tolerance_fen, self.tolerance_fen + 1)

    @cached_property
    def days_x10(self) -> int:
        return self.days * 10

    @cached_property
    def year(self) -> int:
        return self.month // 100

    @cached_property
    def first_day(self) -> date:
        return date(self.month // 100, self.month % 100, 1)

    @cached_property
    def last_day(self) -> date:
        return last_day(self.month)

    @cached_property
    def on_time_until(self) -> date:
        return self.last_day + timedelta(days=self.late_after_days)

    @cached_property
    def most_minimum_fen(self) -> int:
        """No rate at or above this can be below a minimum."""
        return max(self.hour_fen, self.day_fen)

    def minimum_fen(self, unit: str) -> int:
        """Lowest lawful rate for an hour or a day of time work; 0 where nothing is compared (piece work, reading 2)."""
        return self.hour_fen if unit == "hour" else self.day_fen if unit == "day" else 0


def too_many_days(days_x10: int, limits: Limits) -> Finding | None:
    """Rule F14: no more days than the month has."""
    if days_x10 <= limits.days * 10:
        return None
    text = f"{days_x10 / 10:g}" if days_x10 % 10 else str(days_x10 // 10)
    month = f"{limits.month // 100}年{limits.month % 100}月"
    return finding("F14", Severity.BLOCKER, f"出工 {text} 天，{month}只有 {limits.days} 天", "对照考勤改正天数")


def below_minimum(basis: str, unit: str, rate_fen: int, limits: Limits) -> Finding | None:
    """Rule F06a: time pay is not below the minimum wage."""
    least = limits.minimum_fen(unit) if basis == "time" else 0
    if rate_fen >= least:
        return None
    each = "小时" if unit == "hour" else "天"
    message = f"单价 {yuan_text(rate_fen)} 元/{each}，低于当地最低工资 {yuan_text(least)} 元/{each}"
    return finding("F06a", Severity.BLOCKER, message, "核对单价；确低于标准的，补足差额")


def paid_late(paid_on: date, limits: Limits) -> Finding | None:
    """Rule F07: at most 31 days after the month's last day."""
    if paid_on <= limits.on_time_until:
        return None
    days = (paid_on - last_day(limits.month)).days
    return finding(
        "F07", Severity.SERIOUS, f"所属期末后第 {days} 天发放，超过 {limits.late_after_days} 天", "说明原因，列入整改"
    )


def holder_differs(holder: str, name: str) -> Finding | None:
    """Rule F08a: the account belongs to the worker."""
    if not holder or holder == name:
        return None
    return finding(
        "F08a", Severity.BLOCKER, f"户名“{holder}”与姓名“{name}”不一致", "改为本人账户；确需代领的，先办例外审批"
    )


def cash(paid_fen: int) -> Finding:
    """Rule F08b: cash needs its own approval and signed picture."""
    return finding("F08b", Severity.SERIOUS, f"现金发放 {yuan_text(paid_fen)} 元", "附例外审批和签字影像，下期改打卡")


def doubled(first: tuple[str, int], *, is_back_pay: bool = False) -> Finding:
    """Rule F27: one person stands once on one project's sheet of one month."""
    if is_back_pay:
        message = f"与第 {first[1]} 行重复：同一人同一项目同一月补发了两次"
        return finding("F27", Severity.BLOCKER, message, "合并两行")
    message = f"与第 {first[1]} 行是同一人同一项目同一月，且未标补发"
    return finding("F27", Severity.BLOCKER, message, "合并两行，或标明补发及月份")
