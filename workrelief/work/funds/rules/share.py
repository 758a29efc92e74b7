"""Labour pay as a share of the issued money: what is asked, what was paid, where it is heading (F01–F04, A03).

Every floor that may hold is gathered (the nation's, the region's, the batch's, the performance target, the promise) and
the strictest wins. All comparisons are made in whole fen and exact decimals; nothing is rounded before it is compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Literal

from workrelief.base.law.parameters import ParameterValue, find_parameter
from workrelief.base.law.registry import rule
from workrelief.kernel.citation import Cite
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.kinds import FundType
from workrelief.kernel.money import round_half_up, yuan_text
from workrelief.work.funds.rules.floors import BATCH_FLOOR, FLOOR, LOCAL_FLOOR, RULE_OF
from workrelief.work.funds.rules.plans import finding

LAG = "relief_lag_points"
BASIS_POINTS = 10_000

Kind = Literal["nation", "region", "batch", "target", "promise"]


@dataclass(frozen=True)
class Issue:
    """One issue of money to the project: the day its plan was issued, and the batch's key when a plan document is known."""

    on: date
    batch: str = ""


@dataclass(frozen=True)
class Money:
    """What a source was issued, fen, and when."""

    fund_type: FundType
    issued_fen: int
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class ShareCase:
    """One special-fund project. Amounts in fen; `central_fen` and `provincial_fen` are issued to date (reading 16)."""

    name: str
    division_code: str
    central_fen: int
    provincial_fen: int
    paid_fen: int
    money: tuple[Money, ...] = ()
    promised_pay_fen: int | None = None
    promised_share: Decimal | None = None
    target_share: Decimal | None = None
    invested_fen: int = 0
    investment_fen: int = 0
    is_building: bool = False

    @property
    def base_fen(self) -> int:
        """What labour pay is measured by: issued central money; provincial money where there is no central."""
        return self.central_fen or self.provincial_fen

    @property
    def base_label(self) -> str:
        return "中央资金" if self.central_fen or not self.provincial_fen else "省级资金"


@dataclass(frozen=True)
class Requirement:
    """A lower limit of labour pay: by which rule, what share of `base_fen` (None for a promised amount), how much in fen.

    `basis` says where it comes from, in words; `cite` is its clause; `parameter` the dated parameter it was read from.
    """

    kind: Kind
    rule_id: str
    label: str
    share: Decimal | None
    base_fen: int
    required_fen: Decimal
    basis: str
    cite: Cite
    parameter: str = ""

    @property
    def share_of_base(self) -> Decimal | None:
        """The share it comes to; exact for shares, to 28 digits for amounts. None without a base."""
        if self.share is not None:
            return self.share
        return self.required_fen / self.base_fen if self.base_fen else None


@dataclass(frozen=True)
class Share:
    """Labour pay of one project against what is asked of it. Shares are plain ratios, amounts fen.

    `floor` is the strictest of nation, region and batch; `promised` of target and promise; `applied` of all. `progress`
    is completed investment ÷ approved total, at most 1; forecasts are None while there is not enough data. `findings`
    hold the warnings during construction about the pace (F01) and a wide lag (A03), never a gate; pace comes first.
    """

    base_fen: int
    base_label: str
    paid_fen: int
    share: Decimal | None
    requirements: tuple[Requirement, ...]
    progress: Decimal | None
    forecast_fen: Decimal | None
    findings: tuple[Finding, ...] = field(default=())

    @property
    def floor(self) -> Requirement | None:
        return strictest([r for r in self.requirements if r.kind in ("nation", "region", "batch")])

    @property
    def promised(self) -> Requirement | None:
        return strictest([r for r in self.requirements if r.kind in ("target", "promise")])

    @property
    def applied(self) -> Requirement | None:
        return strictest(self.requirements)

    @property
    def is_met(self) -> bool:
        """Whether what was paid reaches every requirement already; exact at the mark."""
        return all(self.paid_fen >= r.required_fen for r in self.requirements)

    @property
    def missing_fen(self) -> int:
        """What is still to be paid, rounded up to a whole fen; 0 when met."""
        if self.applied is None:
            return 0
        rest = self.applied.required_fen - self.paid_fen
        return max(0, int(rest.to_integral_value(ROUND_CEILING)))

    @property
    def has_enough_data(self) -> bool:
        return self.forecast_fen is not None

    @property
    def forecast_share(self) -> Decimal | None:
        """The share it will come to when pay goes on as investment does."""
        return self.forecast_fen / self.base_fen if self.forecast_fen is not None and self.base_fen else None

    @property
    def forecast_is_met(self) -> bool | None:
        if self.forecast_fen is None or self.applied is None:
            return None
        return not self.is_behind

    @property
    def is_behind(self) -> bool:
        """Whether pay lags behind completed investment (the yellow card of F01)."""
        return bool(self.findings)


def strictest(requirements: Sequence[Requirement]) -> Requirement | None:
    """The one that asks most; among equals the first (nation, region, batch, target, promise)."""
    return max(requirements, key=lambda r: r.required_fen, default=None)


def judge(case: ShareCase) -> Share:
    """Everything that can be said of a project's labour pay now."""
    asked = requirements(case)
    progress = forecast = None
    built = min(case.invested_fen, case.investment_fen)
    if built > 0:
        progress = Decimal(built) / case.investment_fen
        forecast = Decimal(case.paid_fen * case.investment_fen) / built
    return Share(
        base_fen=case.base_fen,
        base_label=case.base_label,
        paid_fen=case.paid_fen,
        share=Decimal(case.paid_fen) / case.base_fen if case.base_fen else None,
        requirements=asked,
        progress=progress,
        forecast_fen=forecast,
        findings=(*pace(case, strictest(asked)), *lag(case, strictest(asked))),
    )


def requirements(case: ShareCase) -> tuple[Requirement, ...]:
    """All that is asked of the project, nation first; limits of zero are none."""
    found: list[Requirement] = []
    if case.base_fen > 0:
        for money in case.money:
            found += _floors(case, money)
        if case.target_share:
            found.append(_promised(case, "target", "绩效目标", case.target_share, "随计划下达的绩效目标表"))
        if case.promised_share:
            found.append(_promised(case, "promise", "承诺比例", case.promised_share, "项目公告或批复承诺的比例"))
    if case.promised_pay_fen:
        found.append(
            Requirement(
                "promise", "F04", "承诺金额", None, case.base_fen, Decimal(case.promised_pay_fen),
                f"项目公告或批复承诺{yuan_text(case.promised_pay_fen)}元", rule("F04").cite,
            )
        )  # fmt: skip
    order: dict[Kind, int] = {"nation": 0, "region": 1, "batch": 2, "target": 3, "promise": 4}
    return tuple(sorted(dict.fromkeys(found), key=lambda r: (order[r.kind], r.rule_id)))


def _floors(case: ShareCase, money: Money) -> list[Requirement]:
    rule_id = RULE_OF.get(money.fund_type)
    if rule_id is None or money.issued_fen <= 0:
        return []
    base = case.central_fen if money.fund_type.is_central else case.provincial_fen
    fund = money.fund_type.id
    found: list[Requirement] = []
    for issue in money.issues:
        on = issue.on
        limits: list[tuple[Kind, str, ParameterValue | None]] = [
            ("nation", "全国下限", find_parameter(FLOOR, on=on, fund_type=fund)),
            ("region", "地方下限", find_parameter(LOCAL_FLOOR, on=on, division=case.division_code, fund_type=fund)),
        ]
        if issue.batch:
            limits.append(("batch", "批次规定", find_parameter(BATCH_FLOOR, on=on, batch=issue.batch)))
        for kind, label, value in limits:
            if value is not None and value.exact > 0:
                basis = f"{money.fund_type.label}，{on.year}年{on.month}月{on.day}日下达，按当时的{value.label}"
                found.append(
                    Requirement(
                        kind, rule_id, label, value.exact, base, value.exact * base, basis, value.cite, value.id
                    )
                )
    return found


def _promised(case: ShareCase, kind: Kind, label: str, share: Decimal, basis: str) -> Requirement:
    return Requirement(kind, "F04", label, share, case.base_fen, share * case.base_fen, basis, rule("F04").cite)


def pace(case: ShareCase, applied: Requirement | None) -> list[Finding]:
    """The yellow card of F01: during construction, the share paid is below completed investment × what is asked.

    Compared as paid × total < built × required, in whole numbers and exact decimals: exactly on pace is not behind.
    """
    built = min(case.invested_fen, case.investment_fen)
    if applied is None or not case.is_building or built <= 0:
        return []
    if case.paid_fen * case.investment_fen >= built * applied.required_fen:
        return []
    progress = Decimal(built) / case.investment_fen
    due = progress * applied.required_fen
    short = (due - case.paid_fen).to_integral_value(ROUND_CEILING)
    return [
        finding(
            applied.rule_id,
            f"“{case.name}”投资完成{percent(progress)}，按{applied.label}{_asked(applied)}的进度应已发劳务报酬"
            f"{yuan_text(int(due.to_integral_value(ROUND_CEILING)))}元，实发{yuan_text(case.paid_fen)}元，"
            f"少{yuan_text(int(short))}元。",
            "请核对用工和发放台账是否漏报，督促施工单位多用当地群众、及时足额发放；验收时按终值考核。",
            severity=Severity.WARNING,
            facts={"short_fen": int(short), "kind": applied.kind, "parameter": applied.parameter},
        )
    ]


def lag(case: ShareCase, applied: Requirement | None) -> list[Finding]:
    """A03: during construction, 投资完成率 − 劳务报酬完成率 is above the line in force when the newest plan was issued.

    The pay completion rate is what was paid ÷ the amount of the strictest requirement. Compared as exact fractions:
    exactly on the line is not above it.
    """
    built = min(case.invested_fen, case.investment_fen)
    days = [issue.on for money in case.money for issue in money.issues]
    if applied is None or not applied.required_fen or not case.is_building or built <= 0 or not days:
        return []
    line = find_parameter(LAG, on=max(days))
    done, paid = Fraction(built, case.investment_fen), Fraction(case.paid_fen) / Fraction(applied.required_fen)
    if line is None or done - paid <= Fraction(line.exact):
        return []
    return [
        finding(
            "A03",
            f"“{case.name}”投资完成率{_rate(done)}，劳务报酬完成率{_rate(paid)}"
            f"（按{applied.label}{_asked(applied)}计），相差{_points(done - paid)}个百分点，"
            f"超过{_points(Fraction(line.exact))}个百分点的预警线，有“重建设、轻赈济”之嫌。",
            "请约谈业主和施工单位，调整后续工序，多用当地群众；确有特殊情况的在项目时间线上说明。",
            severity=Severity.WARNING,
            facts={"gap": str(_decimal(done - paid)), "kind": applied.kind, "parameter": line.id},
        )
    ]


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator


def _rate(value: Fraction) -> str:
    return percent(_decimal(value))


def _points(value: Fraction) -> str:
    return f"{round_half_up(_decimal(value) * 100, 2)}"


def _asked(one: Requirement) -> str:
    return percent(one.share) if one.share is not None else f"{yuan_text(int(one.required_fen))}元"


def percent(share: Decimal) -> str:
    """30.00% as people write it."""
    return f"{round_half_up(share * 100, 2)}%"
