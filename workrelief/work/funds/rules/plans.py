"""What the rule book asks of applications and plan documents: C03–C07, C10–C12. Amounts in fen, nothing read here."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from pathlib import Path

from workrelief.base.law.parameters import Parameters
from workrelief.base.law.registry import rule
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.kinds import FundType
from workrelief.kernel.money import round_half_up, wan_text, yuan_text
from workrelief.work.funds.rules import targets as target_rules
from workrelief.work.funds.rules.floors import RULE_OF, strictest_floor

_WORDS = Path(__file__).parents[1] / "data" / "forbidden_words.csv"
_MOBILE = re.compile(r"^1\d{10}$")
_LANDLINE = re.compile(r"^(0\d{2,3}-?)?[2-9]\d{6,7}(-\d{1,6})?$")


def finding(
    rule_id: str,
    message: str,
    remedy: str = "",
    *,
    severity: Severity | None = None,
    facts: Mapping[str, object] | None = None,
) -> Finding:
    """A finding with the level of the rule book (unless a reading changes it) and the rule's leading clause."""
    known = rule(rule_id)
    return Finding(rule_id, severity or known.severity, message, remedy, known.cite, dict(facts or {}))


LEVEL_IDS = {Level.NATION: "nation", Level.PROVINCE: "province", Level.CITY: "city", Level.COUNTY: "county"}


def level_id(division: str) -> str:
    """nation, province, city or county of a 12-digit code; a township counts as its county."""
    return LEVEL_IDS.get(codes.level_of(division), "county")


@dataclass(frozen=True, kw_only=True)
class LineFacts:
    """A project in an application or in a plan document, as far as the rules ask for it. Amounts in fen.

    `sources` are pairs (fund type, planned amount); `standing_fen` is what earlier batches of the same fund gave already.
    """

    project_id: int
    name: str
    division_code: str
    fund_type: FundType
    amount_fen: int
    investment_fen: int
    sources: tuple[tuple[FundType, int], ...]
    standing_fen: int = 0
    content: str = ""
    approval_no: str = ""
    content_note: str = ""
    targets: Mapping[str, str] | None = None
    elsewhere: tuple[str, ...] = ()
    batch: str = ""


def application(lines: Sequence[LineFacts], law: Parameters, *, is_truthful: bool) -> list[Finding]:
    """Everything asked before a county may submit: pledge, C04, C06, C07, C10, C11, C12."""
    found: list[Finding] = []
    if not lines:
        found.append(finding("C06", "申请里没有项目。", "请至少选择一个项目并填写申请额。"))
    if not is_truthful:
        found.append(
            finding("C11", "没有作出真实性承诺。", "请确认申报材料真实、完整后勾选承诺。", severity=Severity.BLOCKER)
        )
    for line in lines:
        found += [*line_targets(line), *line_sources(line, law), *forbidden_use(line), *asked_twice(line)]
        found += [*approved(line), *smallest_amount(line, law)]
        found += target_floor(
            f"“{line.name}”",
            line.targets or {},
            line.fund_type,
            on=law.on,
            division=line.division_code,
            batch=line.batch,
        )
    return found


def line_targets(line: LineFacts) -> list[Finding]:
    """All ten performance targets stand beside the money (C04)."""
    return targets_given(f"“{line.name}”", line.targets or {})


def targets_given(where: str, given: Mapping[str, str]) -> list[Finding]:
    """C04 for one line; `where` names it in words."""
    lacking = target_rules.missing(given)
    if not lacking:
        return []
    said = "、".join(lacking)
    return [finding("C04", f"{where}缺少绩效目标：{said}。", "请补齐十项绩效目标；可先取常用值再逐项修改。")]


def target_floor(
    where: str, given: Mapping[str, str], fund_type: FundType, *, on: date, division: str, batch: str
) -> list[Finding]:
    """The target of labour pay is not below the strictest floor that holds for money issued on the day (F01–F03)."""
    rule_id, target = RULE_OF.get(fund_type), given.get("wage_share")
    value = strictest_floor(fund_type, on=on, division=division, batch=batch)
    if rule_id is None or not target or value is None or Decimal(target) >= value.exact:
        return []
    return [
        finding(
            rule_id,
            f"{where}的劳务报酬占比目标{_per_cent(Decimal(target))}，低于{value.label}{_per_cent(value.exact)}。",
            "请把目标提高到底线以上；承诺更高的按承诺填写。",
            severity=Severity.BLOCKER,
            facts={"parameter": value.id, "floor": str(value.exact)},
        )
    ]


@dataclass(frozen=True)
class Part:
    """A line that takes money from a line above: its number, where it goes in words, its amount in fen, its targets."""

    number: int
    label: str
    amount_fen: int
    targets: Mapping[str, str]


def targets_follow(whole: str, asked: Mapping[str, str], parts: Sequence[Part]) -> list[Finding]:
    """C04: the targets of the parts hold those of the line they take their money from; `whole` names it in words.

    Shares of money (`rules.targets.OF_MONEY`) are weighed by the amounts, exactly: what all parts promise together is not
    less than what the whole asks of the same money. Any other target that is looser than the whole's is said, part by part.
    """
    found: list[Finding] = []
    for target in target_rules.TARGETS:
        if not asked.get(target.id) or not all(part.targets.get(target.id) for part in parts):
            continue
        if target.id in target_rules.OF_MONEY:
            found += _weighed(whole, target, Decimal(asked[target.id]), parts)
        else:
            found += _looser(whole, target, asked[target.id], parts)
    return found


def _weighed(whole: str, target: target_rules.Target, share: Decimal, parts: Sequence[Part]) -> list[Finding]:
    total = sum(part.amount_fen for part in parts)
    promised = sum((part.amount_fen * Decimal(part.targets[target.id]) for part in parts), Decimal(0))
    short = total * share - promised
    if short <= 0:
        return []
    missing = int(short.to_integral_value(ROUND_CEILING))
    lowest = min(parts, key=lambda part: Decimal(part.targets[target.id]))
    return [
        finding(
            "C04",
            f"分自{whole}的各行，{target.label}按金额加权为{_per_cent(promised / total)}，低于上级目标"
            f"{target_rules.target_text(target, str(share))}，少{yuan_text(missing)}元。",
            f"请提高有关行的目标（最低的是第{lowest.number}行“{lowest.label}”），使各行合起来不低于上级目标。",
            facts={"target": target.id, "missing_fen": missing, "lowest": lowest.number},
        )
    ]


def _looser(whole: str, target: target_rules.Target, asked: str, parts: Sequence[Part]) -> list[Finding]:
    return [
        finding(
            "C04",
            f"第{part.number}行“{part.label}”的{target.label}{target_rules.target_text(target, part.targets[target.id])}，"
            f"比{whole}的{target_rules.target_text(target, asked)}宽。",
            "请核对；确需放宽的，在文件的有关要求里说明。",
            severity=Severity.WARNING,
            facts={"target": target.id, "line": part.number},
        )
        for part in parts
        if target_rules.is_looser(target, part.targets[target.id], asked)
    ]


def _per_cent(share: Decimal) -> str:
    """As many places as show that it is below."""
    exact, usual = round_half_up(share * 100, 4), round_half_up(share * 100, 2)
    return f"{usual if usual == exact else exact}%"


def line_sources(line: LineFacts, law: Parameters) -> list[Finding]:
    """The sources add up to the total and hold this fund with at least the amount (C06)."""
    where = f"“{line.name}”"
    if not line.sources:
        return [finding("C06", f"{where}没有拆分资金来源。", "请先在项目页按来源填写总投资的构成。")]
    tolerance = law.get("fund_sum_tolerance_fen").whole
    found = []
    total = sum(fen for _, fen in line.sources)
    if abs(total - line.investment_fen) > tolerance:
        found.append(
            finding(
                "C06",
                f"{where}各资金来源合计{wan_text(total)}万元，与总投资{wan_text(line.investment_fen)}万元相差"
                f"{wan_text(abs(total - line.investment_fen))}万元。",
                "请在项目页核对总投资与各资金来源。",
            )
        )
    planned = sum(fen for kind, fen in line.sources if kind is line.fund_type)
    wanted = line.amount_fen + line.standing_fen
    if not planned:
        found.append(
            finding(
                "C06", f"{where}的资金来源里没有{line.fund_type.label}。", "请先在项目页补填这一来源，再申请或下达。"
            )
        )
    elif wanted > planned:
        before = f"（含已下达{wan_text(line.standing_fen)}万元）" if line.standing_fen else ""
        found.append(
            finding(
                "C06",
                f"{where}的{line.fund_type.label}{wan_text(wanted)}万元{before}超过资金来源中的{wan_text(planned)}万元"
                f"{wan_text(wanted - planned)}万元。",
                "请核减本次金额，或先按批复调整项目的资金来源；超计划部分由项目单位自行解决。",
            )
        )
    return found


def forbidden_use(line: LineFacts, *, must_answer: bool = False) -> list[Finding]:
    """Words of forbidden uses in the content have to be looked at by a person (C07); an answer stands in `content_note`."""
    hits = [word for word in forbidden_words() if word in line.content or word in line.name]
    if not hits or line.content_note.strip():
        return []
    return [
        finding(
            "C07",
            f"“{line.name}”的建设内容出现“{'”“'.join(hits)}”，疑似禁止事项。",
            "请人工复核；确属允许的，在本行写明复核意见。",
            severity=Severity.BLOCKER if must_answer else None,
            facts={"words": hits},
        )
    ]


@lru_cache(maxsize=1)
def forbidden_words() -> tuple[str, ...]:
    """Words that ask for a person's look, from data/forbidden_words.csv."""
    with _WORDS.open(encoding="utf-8", newline="") as handle:
        return tuple(row["word"] for row in csv.DictReader(handle))


def asked_twice(line: LineFacts) -> list[Finding]:
    """The same project in another standing application or plan of the year: to be looked at (C10)."""
    if not line.elsewhere:
        return []
    said = "、".join(line.elsewhere)
    return [
        finding(
            "C10", f"“{line.name}”本年度已在{said}中，请核对是否重复申报同一建设内容。", "内容不同的，请在申请里说明。"
        )
    ]


def approved(line: LineFacts) -> list[Finding]:
    """An application names the approval it rests on (C11)."""
    if line.approval_no.strip():
        return []
    return [
        finding("C11a", f"“{line.name}”没有填写批复文号。", "请填写实施方案或初步设计的批复文号；尚未批复的暂不申报。")
    ]


def smallest_amount(line: LineFacts, law: Parameters) -> list[Finding]:
    """A place may set a smallest amount for one project (C12)."""
    least = law.find("plan_project_min_fen", division=line.division_code)
    if least is None or line.amount_fen >= least.whole:
        return []
    return [
        finding(
            "C12",
            f"“{line.name}”的补助{wan_text(line.amount_fen)}万元，低于当地单个项目最低{wan_text(least.whole)}万元。",
            "请核对金额，或说明理由。",
        )
    ]


@dataclass(frozen=True)
class Given:
    """A line whose money is to be placed: what stands open and what the lines below place. `label` says where."""

    line_id: int
    number: int
    label: str
    open_fen: int
    placed_fen: int

    @property
    def difference_fen(self) -> int:
        """Placed less open: above 0 is too much."""
        return self.placed_fen - self.open_fen


def balance(given: Iterable[Given]) -> list[Finding]:
    """Every line is placed to the fen (C03); each that is not is named with the difference."""
    return [
        finding(
            "C03",
            f"上级文件第{one.number}行{one.label}：可分解{yuan_text(one.open_fen)}元，已分解{yuan_text(one.placed_fen)}元，"
            f"{'多' if one.difference_fen > 0 else '少'}{yuan_text(abs(one.difference_fen))}元。",
            "请改正本文件中分自这一行的各行金额，使合计分毫不差。",
            facts={
                "line": one.line_id, "number": one.number, "where": one.label, "open_fen": one.open_fen,
                "placed_fen": one.placed_fen, "difference_fen": one.difference_fen,
            },
        )
        for one in given
        if one.difference_fen
    ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Duties:
    """The two responsibilities of a project as recorded; empty texts and None for what is missing."""

    owner_unit: str = ""
    owner_person: str = ""
    owner_phone: str = ""
    owner_confirmed_on: date | None = None
    supervisor_unit: str = ""
    supervisor_person: str = ""
    supervisor_phone: str = ""
    supervisor_confirmed_on: date | None = None
    filed_on: date | None = None


_DUTY_ITEMS = (
    ("owner_unit", "项目（法人）单位"),
    ("owner_person", "项目责任人"),
    ("supervisor_unit", "日常监管直接责任单位"),
    ("supervisor_person", "监管责任人"),
)


def duties_missing(duties: Duties | None) -> tuple[str, ...]:
    """What is not there of the four items, their telephones and both confirmations (C05), in words."""
    known = duties or Duties()
    lacking = [label for name, label in _DUTY_ITEMS if not getattr(known, name).strip()]
    for name, label in (("owner_phone", "项目责任人电话"), ("supervisor_phone", "监管责任人电话")):
        phone = getattr(known, name).strip()
        if not phone:
            lacking.append(label)
        elif not is_phone(phone):
            lacking.append(f"有效的{label}（现为“{phone}”）")
    if known.owner_confirmed_on is None:
        lacking.append("项目责任人确认日期")
    if known.supervisor_confirmed_on is None:
        lacking.append("监管责任人确认日期")
    return tuple(lacking)


def is_phone(text: str) -> bool:
    """Whether it has the form of a mobile or landline number."""
    compact = text.replace(" ", "")
    return bool(_MOBILE.match(compact) or _LANDLINE.match(compact))


def duties(name: str, known: Duties | None) -> list[Finding]:
    """C05 for one project."""
    lacking = duties_missing(known)
    if not lacking:
        return []
    return [
        finding(
            "C05",
            f"“{name}”的“两个责任”没有落实：缺{'、'.join(lacking)}。",
            "请在两个责任表里补齐四项、联系电话和确认日期。",
        )
    ]


def not_started(name: str, issued_on: date, working_days: int, law: Parameters) -> list[Finding]:
    """Issued long ago and not started (C11b); `working_days` have passed since the issue."""
    allowed = law.get("plan_start_working_days").whole
    if working_days <= allowed:
        return []
    said = (
        f"“{name}”计划{issued_on:%Y年%-m月%-d日}下达，已过{working_days}个工作日仍未开工（提醒线{allowed}个工作日）。"
    )
    return [finding("C11b", said, "请核实未开工原因并报送拟开工日期。")]
