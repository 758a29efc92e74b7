"""What is asked of a project before it is registered: code, list, funding structure, labour demand, stage.

Pure functions from facts to findings; the queries that gather the facts and the services that act stand elsewhere. Level and
clause of each rule come from the rule book in `base.law`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from workrelief.base.law.parameters import Parameters
from workrelief.base.law.registry import rule
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.kernel.money import wan_text
from workrelief.work.projects.naming import CodeStyle, code_style, name_key, plain_code, right_check_digit

LIST_LEVELS = {"province": "省级", "city": "市级", "county": "县级"}


def finding(rule_id: str, message: str, remedy: str = "", *, severity: Severity | None = None) -> Finding:
    """A finding with the level of the rule book (unless a reading lowers it) and the rule's leading clause."""
    known = rule(rule_id)
    return Finding(rule_id, severity or known.severity, message, remedy, known.cite)


@dataclass(frozen=True)
class ProjectCode:
    """A code in its 24-character form, its style, and what is to be said about it."""

    text: str
    style: CodeStyle
    findings: tuple[Finding, ...] = ()


NO_CODE = ProjectCode("", CodeStyle.NEW)


def check_project_code(text: str) -> ProjectCode:
    """Understand a national project code of GB/T 40058 (rules N01, N02, reading 6); empty text is no code yet.

    A wrong shape blocks. A wrong check digit of the year-month style, and a first segment that is neither a year-month nor
    one of the years 2000–2020, have to be confirmed by a person; old codes carry no check digit.
    """
    code = plain_code(text)
    if not code:
        return NO_CODE
    style = code_style(code)
    if style is CodeStyle.MALFORMED:
        said = finding(
            "N01",
            f"项目代码“{text.strip()}”不是国家统一的24位代码（4位年月-6位区划-2位部门-2位类型-6位顺序与校验）。",
            "请按投资项目在线审批监管平台的赋码填写，尚未赋码的留空。",
        )
    elif style is CodeStyle.CHECK_DIGIT:
        said = finding(
            "N02",
            f"项目代码“{code}”末位校验不符：前19位不变时末位应为{right_check_digit(code)}。",
            f"请与批复文件核对；确认无误的可以保留，系统记为“{style.value}”。",
        )
    elif style is CodeStyle.HEAD:
        said = finding(
            "N02",
            f"项目代码“{code}”首段“{code[:4]}”既不是年月（如2204），也不是旧式代码的年份（2000至2020）。",
            f"请与批复文件核对；确认无误的可以保留，系统记为“{style.value}”。",
        )
    else:
        return ProjectCode(code, style)
    return ProjectCode(code, style, (said,))


def check_uscc(text: str) -> tuple[str, tuple[Finding, ...]]:
    """A unified social credit code of GB 32100 in its plain form, and the finding when it is wrong (rule N03)."""
    plain = "".join(unicodedata.normalize("NFKC", text).replace("-", "").split()).upper()
    if not plain:
        return "", ()
    try:
        uscc.validate(plain)
    except ValidationError:
        said = finding(
            "N03",
            f"统一社会信用代码“{text.strip()}”不符合18位编码与校验规则。",
            "请按营业执照或法人证书核对，暂不掌握的留空。",
        )
        return plain, (said,)
    return plain, ()


@dataclass(frozen=True)
class Fund:
    """One source of the funding structure; amounts in fen."""

    fund_type: FundType
    planned_fen: int
    issued_fen: int = 0
    issued_on: date | None = None


def approved(planned: Mapping[FundType, int], before: Sequence[Fund] = ()) -> tuple[Fund, ...]:
    """The funding structure with these approved amounts; what plans have issued stays with its source."""
    known = {f.fund_type: f for f in before}
    found = []
    for kind in FundType:
        amount, stored = planned.get(kind, 0), known.get(kind)
        if amount or (stored and stored.issued_fen):
            issued = (stored.issued_fen, stored.issued_on) if stored else (0, None)
            found.append(Fund(kind, amount, *issued))
    return tuple(found)


@dataclass(frozen=True)
class LabourDemand:
    """用工需求四项 of reading 18: posts, number, season and skill; `number` is None when not given."""

    posts: str = ""
    number: int | None = None
    season: str = ""
    skill: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Labels of the items that are not given."""
        items = (
            ("岗位", self.posts.strip()),
            ("数量", self.number is not None),
            ("时段", self.season.strip()),
            ("技能", self.skill.strip()),
        )
        return tuple(label for label, there in items if not there)

    @property
    def text(self) -> str:
        """As kept beside the project: 岗位｜数量｜时段｜技能, or empty when nothing is known."""
        parts = (self.posts, "" if self.number is None else str(self.number), self.season, self.skill)
        return "｜".join(parts) if any(parts) else ""

    @classmethod
    def parse(cls, text: str) -> LabourDemand:
        """The inverse of `text`; a text of another form is taken as posts."""
        parts = text.split("｜")
        if len(parts) != 4:
            return cls(posts=text)
        return cls(parts[0], int(parts[1]) if parts[1].isdigit() else None, parts[2], parts[3])


@dataclass(frozen=True)
class Listing:
    """The facts of one project on one year's list, as far as the rules ask for them. Amounts in fen."""

    name: str
    track: Track | None
    sector: Sector | None
    year: int
    list_level: str
    investment_fen: int
    planned_workers: int
    funds: tuple[Fund, ...] = ()
    code: str = ""
    owner_uscc: str = ""
    labour_tasks: str = ""
    labour_links: str = ""
    demand: LabourDemand = LabourDemand()
    planned_priority_workers: int = 0
    planned_pay_fen: int = 0
    starts_on: date | None = None
    ends_on: date | None = None
    remark: str = ""
    is_reserve: bool = False
    """Registered for the reserve only: gaps in the labour demand are said but do not block, nothing counts yet."""

    def must_be_complete(self, on: date, *, is_listing: bool = False) -> bool:
        """Whether the labour demand has to be complete on that day: not for a past year, nor for the reserve.

        Special-fund projects are registered for investment plans without it; to stand on a list (`is_listing`) they need it too.
        """
        return (is_listing or self.track is not Track.SPECIAL_FUND) and self.year >= on.year and not self.is_reserve


def listing(facts: Listing, law: Parameters, *, is_listing: bool = False) -> list[Finding]:
    """Everything the rules say about one project on one list, today (`law.on`): A01, A04, B01–B03, C06, J03, N01–N03, N06.

    `is_listing` as in `labour`: the project comes on the list now and is not only registered.
    """
    return [
        *kind_of_project(facts),
        *plain_figures(facts),
        *plausible(facts, law),
        *funding(facts.investment_fen, facts.funds, law),
        *labour(facts, law.on, is_listing=is_listing),
        *check_project_code(facts.code).findings,
        *check_uscc(facts.owner_uscc)[1],
    ]


def kind_of_project(facts: Listing) -> list[Finding]:
    """Exactly one track (A01), one of the seven sectors or an explained other (A04), a list level and a name (B01)."""
    findings = []
    if not name_key(facts.name):
        findings.append(finding("B01", "没有项目名称。", "请按批复文件填写项目名称。"))
    if facts.track is None:
        findings.append(finding("A01", "没有写明项目线。", "请填写专项资金项目、农业农村领域推广或重点工程推广之一。"))
    if facts.sector is None:
        findings.append(
            finding(
                "A04",
                "没有写明领域，或不在七大领域之内。",
                "请选择七大领域之一；其他领域选“其他（鼓励类）”并在备注说明。",
            )
        )
    elif facts.sector is Sector.OTHER and facts.track is Track.KEY_PROJECT and not facts.remark.strip():
        findings.append(
            finding("A04", "领域为“其他（鼓励类）”，没有说明。", "请在备注里说明所属领域。", severity=Severity.WARNING)
        )
    if facts.list_level not in LIST_LEVELS:
        findings.append(finding("B01", f"清单级次“{facts.list_level}”不是省、市、县三级之一。", "请填写省、市或县。"))
    return findings


def plain_figures(facts: Listing) -> list[Finding]:
    """Figures that contradict one another whatever the list: dates, persons, pay against the total."""
    findings = []
    if facts.investment_fen < 0:
        findings.append(finding("C06", "总投资不能为负。", "请按批复文件填写总投资。"))
    if facts.starts_on and facts.ends_on and facts.starts_on > facts.ends_on:
        findings.append(finding("B03", f"开工日期{facts.starts_on}晚于完工日期{facts.ends_on}。", "请核对建设工期。"))
    if facts.planned_priority_workers > facts.planned_workers > 0:
        findings.append(
            finding(
                "B03",
                f"优先群体{facts.planned_priority_workers}人多于拟吸纳{facts.planned_workers}人。",
                "请核对两个人数。",
            )
        )
    if facts.planned_pay_fen > facts.investment_fen > 0:
        said = f"拟发劳务报酬{wan_text(facts.planned_pay_fen)}万元超过总投资{wan_text(facts.investment_fen)}万元。"
        findings.append(finding("K04", said, "请核对金额单位是否为万元。", severity=Severity.SERIOUS))
    return findings


def plausible(facts: Listing, law: Parameters) -> list[Finding]:
    """A total so small or so large that its unit is doubtful (N06): 12.5 meant as 亿元, or yuan in a column of 万元."""
    if facts.investment_fen <= 0:
        return []
    track = facts.track.id if facts.track else "*"
    low, high = (law.get("plausible_investment_fen", track=track, bound=bound).whole for bound in ("low", "high"))
    if low <= facts.investment_fen <= high:
        return []
    size, remedy = (
        ("过小", "请核对单位；以亿元填写的，改为万元，或在数后写明“亿元”。")
        if facts.investment_fen < low
        else ("过大", "请核对单位；以元填写的，改为万元，或在数后写明“元”。")
    )
    said = f"总投资{wan_text(facts.investment_fen)}万元，数额{size}，单位可能写错；现按所写单位理解。"
    return [finding("N06", said, remedy, severity=Severity.WARNING)]


def funding(investment_fen: int, funds: Sequence[Fund], law: Parameters) -> list[Finding]:
    """The sources add up to the approved total within 0.01 万元 (C06); issued money stays within its source (J03).

    A list that gives no source at all is a hint only: the structure follows with the plan document.
    """
    if not funds:
        return [finding("C06", "没有填写资金来源。", "请在计划下达后补填资金来源。", severity=Severity.HINT)]
    tolerance_fen = law.get("fund_sum_tolerance_fen").whole
    findings = []
    if any(f.planned_fen < 0 or f.issued_fen < 0 for f in funds):
        findings.append(finding("C06", "资金来源不能为负。", "请核对资金来源各列。"))
    if len({f.fund_type for f in funds}) < len(funds):
        findings.append(finding("C06", "同一资金来源出现两次。", "请把同一来源的金额合并为一项。"))
    total_fen = sum(f.planned_fen for f in funds)
    apart_fen = abs(total_fen - investment_fen)
    if apart_fen > tolerance_fen:
        findings.append(
            finding(
                "C06",
                f"各资金来源合计{wan_text(total_fen)}万元，与总投资{wan_text(investment_fen)}万元相差{wan_text(apart_fen)}万元。",
                f"请核对总投资与各资金来源，使来源之和等于总投资（容差{wan_text(tolerance_fen)}万元）。",
            )
        )
    findings += [
        finding(
            "J03", f"{f.fund_type.label}已下达{wan_text(f.issued_fen)}万元，超过批复的{wan_text(f.planned_fen)}万元。",
            "请核对下达额；调整计划的，先改资金来源。", severity=Severity.SERIOUS,
        )
        for f in funds
        if f.issued_fen > f.planned_fen + tolerance_fen
    ]  # fmt: skip
    return findings


def labour(facts: Listing, on: date, *, is_listing: bool = False) -> list[Finding]:
    """Tasks and links of work (B02); posts, number, season, skill (B03); planned workers at least their number (reading 18).

    They bind the lists, whatever the track. When a special-fund project is only registered for an investment plan, and for
    lists of past years, which nobody can complete any more (in the spirit of reading 10), a gap is a warning; a contradiction
    between two figures that are there always blocks.
    """
    level = None if facts.must_be_complete(on, is_listing=is_listing) else Severity.WARNING
    demand = facts.demand
    findings = []
    if not facts.labour_tasks.strip() and not facts.labour_links.strip():
        findings.append(
            finding(
                "B02", "没有写明适用的建设任务和用工环节。", "请至少填写一个适用的建设任务或用工环节。", severity=level
            )
        )
    if demand.missing:
        findings.append(
            finding(
                "B03",
                f"用工需求四项缺少：{'、'.join(demand.missing)}。",
                "请补齐用工岗位、数量、时段和技能要求。",
                severity=level,
            )
        )
    if facts.planned_workers == 0:
        findings.append(finding("B03", "没有填写拟吸纳人数。", "请填写拟吸纳人数。", severity=level))
    if demand.number is not None and demand.number < 1:
        findings.append(finding("B03", "用工岗位数量应为正整数。", "请填写岗位数量。"))
    elif demand.number is not None and 0 < facts.planned_workers < demand.number:
        said = f"拟吸纳{facts.planned_workers}人，少于用工岗位数量之和{demand.number}人。"
        findings.append(finding("B03", said, "拟吸纳人数应不小于岗位数量之和。"))
    return findings


def stage_forward(before: str, after: str, *, order: Sequence[str]) -> list[Finding]:
    """The stage of a project only moves forward (I02); `order` are the stages from first to last."""
    if order.index(after) >= order.index(before):
        return []
    return [
        finding(
            "I02",
            "形象进度只能向前推进，不能退回前一阶段。",
            "原先登记有误的，请由发展改革部门在项目页说明理由后更正。",
        )
    ]


@dataclass(frozen=True, kw_only=True)
class ProgressFigures:
    """The amounts of one line of the provincial progress table, fen; `is_provincial` when the fund it names is."""

    issued_fen: int = 0
    investment_fen: int = 0
    work_relief_fen: int = 0
    integrated_fen: int = 0
    paid_total_fen: int = 0
    paid_province_fen: int = 0
    wages_fen: int = 0
    is_provincial: bool = True


def progress(f: ProgressFigures) -> list[Finding]:
    """Relations inside one line of the progress table: J03 (provincial column only, reading 19), J05, J06, parts (K04)."""
    findings = []
    if f.paid_province_fen > f.paid_total_fen:
        said = (
            f"已支付省级财政金额{wan_text(f.paid_province_fen)}万元大于已支付资金总额{wan_text(f.paid_total_fen)}万元。"
        )
        findings.append(finding("J05", said, "请核对资金支付进度两列。"))
    if f.is_provincial and f.paid_province_fen > f.issued_fen:
        said = f"已支付省级财政金额{wan_text(f.paid_province_fen)}万元超过下达额度{wan_text(f.issued_fen)}万元。"
        findings.append(finding("J03", said, "累计支付不得超过下达额，请核对。"))
    if f.wages_fen > f.paid_total_fen:
        said = f"已发放劳务报酬{wan_text(f.wages_fen)}万元超过已支付资金总额{wan_text(f.paid_total_fen)}万元。"
        findings.append(finding("J06", said, "请核对；由施工单位垫付的请在备注说明。"))
    if max(f.work_relief_fen, f.integrated_fen) > f.investment_fen:
        findings.append(
            finding(
                "K04",
                "实际用于以工代赈的资金或整合资金大于项目总投资。",
                "请核对项目投资情况三列。",
                severity=Severity.SERIOUS,
            )
        )
    return findings


@dataclass(frozen=True)
class Cumulated:
    """Figures of the progress table that only grow: money in fen, persons as counts."""

    paid_total_fen: int
    paid_province_fen: int
    wages_fen: int
    workers: int
    trained: int


_CUMULATED_LABELS = {
    "paid_total_fen": "已支付资金总额",
    "paid_province_fen": "已支付省级财政金额",
    "wages_fen": "已发放劳务报酬",
    "workers": "已吸纳农村群众务工",
    "trained": "已组织劳动力技能培训",
}


def not_falling(before: Cumulated, after: Cumulated) -> list[Finding]:
    """What is cumulated must not fall from one table to the next (K03)."""
    fallen = [label for name, label in _CUMULATED_LABELS.items() if getattr(after, name) < getattr(before, name)]
    if not fallen:
        return []
    return [
        finding(
            "K03", f"累计指标比上一期下降：{'、'.join(fallen)}。", "请核对本期数；上期有误的，先撤销上期再重新导入。"
        )
    ]
