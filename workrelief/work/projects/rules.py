"""What is asked of a project before it is registered: code, list, funding structure, labour demand, stage.

Pure functions from facts to findings; the queries that gather the facts and the services that act stand elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_10

from workrelief.kernel.citation import Cite
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.kernel.money import wan_text

FUND_TOLERANCE_FEN = 10_000
"""0.01 万元, the tolerance of rule C06."""

_DASHES = re.compile(r"[‐‑‒–—―−－_]")
_CODE = re.compile(r"^(?P<head>\d{4})-(?P<division>\d{6})-(?P<department>\d{2})-(?P<kind>\d{2})-(?P<tail>\d{6})$")

DECREE_57 = Cite("国家发展改革委令第57号", "第二条")
OFFICE_58 = Cite("国办函〔2022〕58号")
GB_40058 = Cite("GB/T 40058-2021")
GB_17710 = Cite("GB/T 17710")
GB_32100 = Cite("GB 32100-2015")


class CodeStyle(StrEnum):
    """How a national project code was understood (reading 6); the value is the remark kept beside the code."""

    NEW = ""
    OLD = "旧式代码（首段为年份）"
    CHECK_DIGIT = "校验位待确认"
    HEAD = "首段待确认"


@dataclass(frozen=True)
class ProjectCode:
    """A code in its 24-character form, its style, and what is to be said about it."""

    text: str
    style: CodeStyle
    findings: tuple[Finding, ...] = ()


def name_key(name: str) -> str:
    """The name without spaces, punctuation, width and case: two lists that write one project differently meet here."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if c.isalnum())


def check_project_code(text: str) -> ProjectCode:
    """Understand a national project code of GB/T 40058: 24 characters, four of them hyphens (rules N01, N02, reading 6).

    A wrong shape blocks. A wrong check digit of the year-month style and a first segment that is neither year-month nor
    one of the years 2000–2020 are warnings that a person has to confirm; old codes carry no check digit and pass.
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).replace(" ", "").strip()
    if re.fullmatch(r"\d{20}", plain):
        plain = f"{plain[:4]}-{plain[4:10]}-{plain[10:12]}-{plain[12:14]}-{plain[14:]}"
    found = _CODE.match(plain)
    if not found:
        return ProjectCode(plain, CodeStyle.HEAD, (_malformed_code(text),))
    head = found["head"]
    is_year_month = int(head[:2]) >= 16 and 1 <= int(head[2:]) <= 12
    if is_year_month and mod_11_10.is_valid(plain.replace("-", "")):
        return ProjectCode(plain, CodeStyle.NEW)
    if 2000 <= int(head) <= 2020:
        return ProjectCode(plain, CodeStyle.OLD)
    if is_year_month:
        return ProjectCode(plain, CodeStyle.CHECK_DIGIT, (_wrong_check_digit(plain),))
    return ProjectCode(plain, CodeStyle.HEAD, (_odd_head(plain, head),))


def _malformed_code(text: str) -> Finding:
    return Finding(
        "N01", Severity.BLOCKER,
        f"项目代码“{text.strip()}”不是国家统一的24位代码（4位年月-6位区划-2位部门-2位类型-6位顺序与校验）。",
        "请按投资项目在线审批监管平台的赋码填写，尚未赋码的留空。", GB_40058,
    )  # fmt: skip


def _wrong_check_digit(code: str) -> Finding:
    digits = code.replace("-", "")
    return Finding(
        "N02", Severity.WARNING,
        f"项目代码“{code}”末位校验不符：前19位不变时末位应为{mod_11_10.calc_check_digit(digits[:-1])}。",
        "请与批复文件核对代码；确认无误的可以保留，系统记为“校验位待确认”。", GB_17710,
    )  # fmt: skip


def _odd_head(code: str, head: str) -> Finding:
    return Finding(
        "N02", Severity.WARNING,
        f"项目代码“{code}”首段“{head}”既不是年月（如2204），也不是旧式代码的年份（2000至2020）。",
        "请与批复文件核对代码；确认无误的可以保留，系统记为“首段待确认”。", GB_40058,
    )  # fmt: skip


def check_uscc(text: str) -> tuple[str, tuple[Finding, ...]]:
    """A unified social credit code of GB 32100 in its plain form, and the finding when it is wrong (rule N03)."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").replace("-", "").upper()
    try:
        uscc.validate(plain)
    except ValidationError:
        return plain, (
            Finding(
                "N03", Severity.BLOCKER, f"统一社会信用代码“{text.strip()}”不符合18位编码与校验规则。",
                "请按营业执照或法人证书核对，暂不掌握的留空。", GB_32100,
            ),
        )  # fmt: skip
    return plain, ()


@dataclass(frozen=True)
class Fund:
    """One source of the funding structure; amounts in fen."""

    fund_type: FundType
    planned_fen: int
    issued_fen: int = 0
    issued_on: date | None = None


@dataclass(frozen=True)
class LabourDemand:
    """用工需求四项 of reading 18: posts, number, season and skill; `number` is None when not given."""

    posts: str = ""
    number: int | None = None
    season: str = ""
    skill: str = ""

    @property
    def text(self) -> str:
        """As kept beside the project: 岗位｜数量｜时段｜技能, or empty when nothing is known."""
        parts = (self.posts, "" if self.number is None else str(self.number), self.season, self.skill)
        return "｜".join(parts) if any(parts) else ""


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
    sector_remark: str = ""


LIST_LEVELS = {"province": "省级", "city": "市级", "county": "县级"}


def listing(facts: Listing) -> list[Finding]:
    """Everything the rules say about one project on one list: A01, A04, B01, B02, B03, C06, N01–N03."""
    findings = [*kind_of_project(facts), *_figures(facts), *funding(facts.investment_fen, facts.funds), *labour(facts)]
    if facts.code:
        findings += check_project_code(facts.code).findings
    if facts.owner_uscc:
        findings += check_uscc(facts.owner_uscc)[1]
    return findings


def kind_of_project(facts: Listing) -> list[Finding]:
    """Exactly one track (A01), one of the seven sectors or an explained other (A04), a list level (B01)."""
    findings = []
    if facts.track is None:
        findings.append(
            Finding("A01", Severity.BLOCKER, "没有写明项目线。", "请填写专项资金项目、农业农村领域推广或重点工程推广之一。", DECREE_57)
        )
    if facts.sector is None:
        findings.append(
            Finding("A04", Severity.BLOCKER, "没有写明领域，或不在七大领域之内。", "请选择七大领域之一；其他领域选“其他（鼓励类）”并说明。", OFFICE_58)
        )
    elif facts.sector is Sector.OTHER and facts.track is Track.KEY_PROJECT and not facts.sector_remark.strip():
        findings.append(
            Finding("A04", Severity.WARNING, "领域为“其他（鼓励类）”，没有说明。", "请在备注里说明所属领域。", OFFICE_58)
        )
    if facts.list_level not in LIST_LEVELS:
        findings.append(Finding("B01", Severity.BLOCKER, f"清单级次“{facts.list_level}”不是省、市、县三级之一。", "请填写省、市或县。", OFFICE_58))
    return findings


def _figures(facts: Listing) -> list[Finding]:
    findings = []
    if not name_key(facts.name):
        findings.append(Finding("B01", Severity.BLOCKER, "没有项目名称。", "请按批复文件填写项目名称。"))
    if facts.investment_fen < 0:
        findings.append(Finding("C06", Severity.BLOCKER, "总投资不能为负。", "请按批复文件填写总投资。"))
    if facts.starts_on and facts.ends_on and facts.starts_on > facts.ends_on:
        findings.append(
            Finding("B03", Severity.BLOCKER, f"开工日期{facts.starts_on}晚于完工日期{facts.ends_on}。", "请核对建设工期。")
        )
    if facts.planned_priority_workers > facts.planned_workers:
        findings.append(
            Finding(
                "B03", Severity.BLOCKER,
                f"优先群体{facts.planned_priority_workers}人多于拟吸纳{facts.planned_workers}人。", "请核对两个人数。",
            )  # fmt: skip
        )
    if facts.planned_pay_fen > facts.investment_fen > 0:
        findings.append(
            Finding(
                "B03", Severity.SERIOUS,
                f"拟发劳务报酬{wan_text(facts.planned_pay_fen)}万元超过总投资{wan_text(facts.investment_fen)}万元。",
                "请核对金额单位是否为万元。",
            )  # fmt: skip
        )
    return findings


def funding(investment_fen: int, funds: Sequence[Fund]) -> list[Finding]:
    """The sources add up to the approved total within 0.01 万元 (C06); issued money stays within its source (J03).

    A list that gives no source at all is a hint only: the structure may follow with the plan document.
    """
    if not funds:
        return [Finding("C06", Severity.HINT, "没有填写资金来源。", "请在计划下达后补填资金来源。")]
    findings = []
    if any(f.planned_fen < 0 or f.issued_fen < 0 for f in funds):
        findings.append(Finding("C06", Severity.BLOCKER, "资金来源不能为负。", "请核对资金来源各列。"))
    total = sum(f.planned_fen for f in funds)
    if abs(total - investment_fen) > FUND_TOLERANCE_FEN:
        findings.append(
            Finding(
                "C06", Severity.BLOCKER,
                f"各资金来源合计{wan_text(total)}万元，与总投资{wan_text(investment_fen)}万元相差{wan_text(abs(total - investment_fen))}万元。",
                "请核对总投资与各资金来源，使来源之和等于总投资（容差0.01万元）。",
                facts={"sources_fen": total, "investment_fen": investment_fen},
            )  # fmt: skip
        )
    findings += [
        Finding(
            "J03", Severity.SERIOUS,
            f"{f.fund_type.label}已下达{wan_text(f.issued_fen)}万元，超过批复的{wan_text(f.planned_fen)}万元。",
            "请核对下达额；调整计划的，先改资金来源。",
        )
        for f in funds
        if f.issued_fen > f.planned_fen + FUND_TOLERANCE_FEN
    ]  # fmt: skip
    return findings


def labour(facts: Listing) -> list[Finding]:
    """Tasks and links of work (B02); posts, number, season, skill (B03); planned workers at least their number (reading 18).

    The four items are asked only where the list fills one of them or names links of work; a list of special-fund projects
    often gives the number of workers alone, which is a hint.
    """
    findings = []
    if not facts.labour_tasks.strip() and not facts.labour_links.strip():
        findings.append(
            Finding("B02", Severity.WARNING, "没有写明适用的建设任务和用工环节。", "请至少填写一个适用的建设任务或用工环节。", OFFICE_58)
        )
    demand = facts.demand
    missing = [
        label
        for label, there in (
            ("岗位", demand.posts.strip()), ("数量", demand.number), ("时段", demand.season.strip()), ("技能", demand.skill.strip()),
        )
        if not there
    ]  # fmt: skip
    if missing:
        level = Severity.WARNING if demand.text else Severity.HINT
        findings.append(
            Finding("B03", level, f"用工需求四项缺少：{'、'.join(missing)}。", "请补齐用工岗位、数量、时段和技能要求。", OFFICE_58)
        )
    if demand.number is not None and demand.number < 1:
        findings.append(Finding("B03", Severity.BLOCKER, "用工岗位数量应为正整数。", "请填写岗位数量。", OFFICE_58))
    if demand.number is not None and facts.planned_workers < demand.number:
        findings.append(
            Finding(
                "B03", Severity.BLOCKER,
                f"拟吸纳{facts.planned_workers}人，少于用工岗位数量之和{demand.number}人。", "拟吸纳人数应不小于岗位数量之和。",
            )  # fmt: skip
        )
    return findings


def stage_forward(before: str, after: str, order: Sequence[str]) -> list[Finding]:
    """The stage of a project only moves forward (I02); `order` are the stages from first to last."""
    if order.index(after) >= order.index(before):
        return []
    return [
        Finding(
            "I02", Severity.BLOCKER, "形象进度只能向前推进，不能退回前一阶段。", "如原先登记有误，请由有权限的人员带理由更正。",
            facts={"before": before, "after": after},
        )
    ]  # fmt: skip


@dataclass(frozen=True)
class ProgressFigures:
    """The amounts of one line of the provincial progress table, fen."""

    issued_fen: int
    investment_fen: int
    work_relief_fen: int
    integrated_fen: int
    paid_total_fen: int
    paid_province_fen: int
    wages_fen: int


def progress(figures: ProgressFigures) -> list[Finding]:
    """Relations inside one line of the progress table: J03 (provincial column only, reading 19), J05, J06, I02 of parts."""
    f = figures
    findings = []
    if f.paid_province_fen > f.paid_total_fen:
        findings.append(
            Finding(
                "J05", Severity.BLOCKER,
                f"已支付省级财政金额{wan_text(f.paid_province_fen)}万元大于已支付资金总额{wan_text(f.paid_total_fen)}万元。",
                "请核对资金支付进度两列。",
            )  # fmt: skip
        )
    if f.paid_province_fen > f.issued_fen:
        findings.append(
            Finding(
                "J03", Severity.BLOCKER,
                f"已支付省级财政金额{wan_text(f.paid_province_fen)}万元超过下达额度{wan_text(f.issued_fen)}万元。",
                "累计支付不得超过下达额，请核对。",
            )  # fmt: skip
        )
    if f.wages_fen > f.paid_total_fen:
        findings.append(
            Finding(
                "J06", Severity.SERIOUS,
                f"已发放劳务报酬{wan_text(f.wages_fen)}万元超过已支付资金总额{wan_text(f.paid_total_fen)}万元。",
                "请核对；由施工单位垫付的请在备注说明。",
            )  # fmt: skip
        )
    if f.work_relief_fen > f.investment_fen or f.integrated_fen > f.investment_fen:
        findings.append(
            Finding("C06", Severity.SERIOUS, "分项资金大于项目总投资。", "请核对项目投资情况三列。")
        )
    return findings
