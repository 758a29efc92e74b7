"""What the rule book asks of receipts and payments (J03–J06, C08): pure functions over whole fen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from workrelief.base.law.parameters import Parameters
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.kinds import FundType
from workrelief.kernel.money import round_half_up, yuan_text
from workrelief.work.funds.rules.plans import finding

PLAN_MONEY = frozenset({FundType.CENTRAL_BUDGET, FundType.CENTRAL_BRIDGING, FundType.PROVINCIAL})
"""Sources that are issued by a plan document; the others stand in the approved structure only."""


@dataclass(frozen=True)
class SourceBalance:
    """One source of a project: approved, issued, arrived and paid so far, fen. `paid` and `received` less reversals."""

    fund_type: FundType
    planned_fen: int = 0
    issued_fen: int = 0
    received_fen: int = 0
    paid_fen: int = 0

    @property
    def limit_fen(self) -> int:
        """What may be paid from it: what was issued; for money no plan issues, the approved amount until one is."""
        if self.issued_fen or self.fund_type in PLAN_MONEY:
            return self.issued_fen
        return self.planned_fen

    @property
    def idle_fen(self) -> int:
        """Arrived and not paid out."""
        return max(self.received_fen - self.paid_fen, 0)

    def plus(self, *, received_fen: int = 0, paid_fen: int = 0) -> SourceBalance:
        return replace(self, received_fen=self.received_fen + received_fen, paid_fen=self.paid_fen + paid_fen)


@dataclass(frozen=True)
class ProjectBalance:
    """All sources of a project, and what was built: completed investment and approved total, fen."""

    name: str
    sources: Mapping[FundType, SourceBalance]
    invested_fen: int = 0
    investment_fen: int = 0

    def source(self, fund_type: FundType) -> SourceBalance:
        return self.sources.get(fund_type, SourceBalance(fund_type))

    @property
    def received_fen(self) -> int:
        return sum(s.received_fen for s in self.sources.values())

    @property
    def paid_fen(self) -> int:
        return sum(s.paid_fen for s in self.sources.values())

    def plus(
        self, fund_type: FundType | None, *, received_fen: int = 0, paid_fen: int = 0, invested_fen: int = 0
    ) -> ProjectBalance:
        """With one more row."""
        sources = dict(self.sources)
        if fund_type is not None:
            sources[fund_type] = self.source(fund_type).plus(received_fen=received_fen, paid_fen=paid_fen)
        return replace(self, sources=sources, invested_fen=self.invested_fen + invested_fen)


def balance(after: ProjectBalance, *, paying: Iterable[FundType], receiving: Iterable[FundType]) -> list[Finding]:
    """Whether the project's money holds after payments and receipts of these sources: J03, J03a, J05."""
    said: list[Finding] = []
    for fund_type in sorted(set(paying), key=lambda f: f.code):
        said += _paid(after.name, after.source(fund_type))
    for fund_type in sorted(set(receiving), key=lambda f: f.code):
        said += _received(after.name, after.source(fund_type))
    if paying:
        said += _paid_in_all(after)
    return said


def _paid(name: str, source: SourceBalance) -> list[Finding]:
    label = source.fund_type.label
    paid = f"“{name}”{label}累计支付{yuan_text(source.paid_fen)}元"
    said: list[Finding] = []
    if source.paid_fen > source.limit_fen:
        over = source.paid_fen - source.limit_fen
        word = "已下达" if source.issued_fen or source.fund_type in PLAN_MONEY else "批复"
        said.append(
            finding(
                "J03",
                f"{paid}，超过{word}的{yuan_text(source.limit_fen)}元，多{yuan_text(over)}元。",
                "请核对金额和资金来源；计划有调整的，先登记调整文件。",
                facts={"fund_type": source.fund_type.id, "over_fen": over},
            )
        )
    if source.paid_fen > source.received_fen:
        over = source.paid_fen - source.received_fen
        said.append(
            finding(
                "J03a",
                f"{paid}，大于累计到位{yuan_text(source.received_fen)}元，多{yuan_text(over)}元。",
                "请补登到位凭证；由施工单位垫付的须说明。",
            )
        )
    return said


def _received(name: str, source: SourceBalance) -> list[Finding]:
    over = source.received_fen - source.limit_fen
    if over <= 0:
        return []
    return [
        finding(
            "J03a",
            f"“{name}”{source.fund_type.label}累计到位{yuan_text(source.received_fen)}元，比{yuan_text(source.limit_fen)}元的"
            f"额度多{yuan_text(over)}元。",
            "请核对是否记错来源，或下达文件尚未登记。",
        )
    ]


def _paid_in_all(after: ProjectBalance) -> list[Finding]:
    provincial, paid = after.source(FundType.PROVINCIAL).paid_fen, after.paid_fen
    said: list[Finding] = []
    if provincial > paid:
        said.append(
            finding(
                "J05",
                f"“{after.name}”省级资金累计支付{yuan_text(provincial)}元，大于总支付{yuan_text(paid)}元。",
                "请核对各来源的支付与冲回。",
            )
        )
    if after.invested_fen and paid > after.invested_fen:
        said.append(
            finding(
                "J03a",
                f"“{after.name}”累计支付{yuan_text(paid)}元，大于累计完成投资{yuan_text(after.invested_fen)}元，"
                f"多{yuan_text(paid - after.invested_fen)}元。",
                "预付款以外的支付应与完成投资对应，请核对完成投资是否漏登。",
                severity=Severity.WARNING,
            )
        )
    return said


def built(after: ProjectBalance) -> list[Finding]:
    """Completed investment beyond the approved total (C08)."""
    if not after.investment_fen or after.invested_fen <= after.investment_fen:
        return []
    over = after.invested_fen - after.investment_fen
    return [
        finding(
            "C08",
            f"“{after.name}”累计完成投资{yuan_text(after.invested_fen)}元，超过批复总投资{yuan_text(after.investment_fen)}元，"
            f"多{yuan_text(over)}元。",
            "超计划部分由项目单位自行解决；登记有误的请冲回重登。",
        )
    ]


def wages_within(name: str, *, wages_fen: int, paid_fen: int) -> list[Finding]:
    """Labour pay that arrived is not more than all that was paid (J06); advances have to be explained."""
    if wages_fen <= paid_fen:
        return []
    return [
        finding(
            "J06",
            f"“{name}”已发放劳务报酬{yuan_text(wages_fen)}元，大于已支付资金{yuan_text(paid_fen)}元，"
            f"多{yuan_text(wages_fen - paid_fen)}元。",
            "请补登支付凭证；由施工单位垫付的须说明。",
        )
    ]


def time_elapsed(on: date) -> Decimal:
    """The part of the year that is over at the end of the day (时序进度)."""
    days = (date(on.year + 1, 1, 1) - date(on.year, 1, 1)).days
    return Decimal((on - date(on.year, 1, 1)).days + 1) / days


def on_schedule(name: str, rule_id: str, rate: Decimal | None, law: Parameters) -> list[Finding]:
    """Whether the payment rate (J01) or completion rate (J02) of the running year keeps up with time towards its target.

    Nothing is said while there is no plan to measure by.
    """
    item, label = {"J01": ("payment_rate", "资金支付率"), "J02": ("investment_rate", "投资完成率")}[rule_id]
    if rate is None:
        return []
    target = law.get("plan_target_ratio", item=item).exact
    due = target * time_elapsed(law.on)
    if rate >= due:
        return []
    return [
        finding(
            rule_id,
            f"“{name}”今年{label}{_percent(rate)}，按年末{_percent(target)}的时序进度应达{_percent(due)}。",
            "请加快工程进度和资金支付，核对凭证与完成投资是否漏登。",
            facts={"rate": rate, "due": due},
        )
    ]


def _percent(share: Decimal) -> str:
    return f"{round_half_up(share * 100, 1)}%"


# ---------- idle money ----------


@dataclass(frozen=True)
class AgeClass:
    """Money by days since it arrived: from `first` to `last` (None: and more)."""

    id: str
    label: str
    first: int
    last: int | None

    def holds(self, days: int) -> bool:
        return self.first <= days and (self.last is None or days <= self.last)


def age_classes(law: Parameters) -> tuple[AgeClass, ...]:
    """Classes of age around the limit of J04: within the limit in thirds of it, beyond it to twice, four times, more."""
    limit = law.get("idle_fund_days").whole
    edges = [0, limit // 3, limit, limit * 2, limit * 4]
    classes = [
        AgeClass(f"d{low}", f"{low + 1 if low else 0}—{high}天", low + 1 if low else 0, high)
        for low, high in pairwise(edges)
    ]
    return (*classes, AgeClass(f"d{edges[-1]}", f"{edges[-1]}天以上", edges[-1] + 1, None))


@dataclass(frozen=True)
class Arrival:
    """A receipt: when and how much, fen; `ref` is the id of its row."""

    on: date
    amount_fen: int
    ref: int = 0


@dataclass(frozen=True)
class Remainder:
    """What is left of one receipt after all payments, and how many days it has been lying."""

    on: date
    ref: int
    left_fen: int
    days: int


def remainders(arrivals: Sequence[Arrival], paid_fen: int, on: date) -> list[Remainder]:
    """What of each receipt was not paid out by `on`: the money that came first is spent first."""
    left: list[Remainder] = []
    for one in sorted(arrivals, key=lambda a: (a.on, a.ref)):
        used = min(one.amount_fen, paid_fen)
        paid_fen -= used
        if used < one.amount_fen:
            left.append(Remainder(one.on, one.ref, one.amount_fen - used, (on - one.on).days))
    return left


def idle(name: str, fund_type: FundType, left: Sequence[Remainder], law: Parameters) -> list[Finding]:
    """Money that lies longer than the limit (J04); the last day of the limit is still in time."""
    limit = law.get("idle_fund_days").whole
    old = [r for r in left if r.days > limit]
    if not old:
        return []
    total = sum(r.left_fen for r in old)
    return [
        finding(
            "J04",
            f"“{name}”{fund_type.label}有{yuan_text(total)}元到位超过{limit}天未支付，最早到位于{old[0].on}。",
            "请督促项目单位按进度支付；确需缓付的说明原因。",
            facts={"fund_type": fund_type.id, "idle_fen": total, "days": old[0].days},
        )
    ]
