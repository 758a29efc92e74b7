"""Closed sets of the field, each value with its id, small ledger code and official Chinese label.

The ledger stores `code`; live tables and the API use the id (the enum's value).
"""

from __future__ import annotations

from enum import Enum
from typing import Self


class Kind(Enum):
    """An id with a ledger code and a label; aliases are the spellings offices use."""

    code: int
    label: str
    aliases: tuple[str, ...]

    def __new__(cls, value: str, code: int, label: str, *aliases: str) -> Self:
        member = object.__new__(cls)
        member._value_ = value
        member.code = code
        member.label = label
        member.aliases = aliases
        return member

    @property
    def id(self) -> str:
        return str(self.value)

    @classmethod
    def of_code(cls, code: int) -> Self:
        return next(m for m in cls if m.code == code)

    @classmethod
    def of_id(cls, id_: str) -> Self:
        """The member with this id. Raises ValueError."""
        for member in cls:
            if member.value == id_:
                return member
        raise ValueError(f"{id_!r} is no {cls.__name__}")

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(m.id, m.label) for m in cls]

    @classmethod
    def find(cls, text: str) -> Self | None:
        """The member an office spelling means: label, id or alias, spaces ignored; None when unknown."""
        wanted = "".join(text.split())
        for member in cls:
            if wanted in (member.label, member.value, *member.aliases):
                return member
        return None


class Track(Kind):
    """项目线: the three mutually exclusive kinds of project (57号令第2条)."""

    SPECIAL_FUND = "special_fund", 1, "专项资金项目", "专项", "专项资金", "以工代赈专项"
    AGRI_PROMOTION = (
        "agri_promotion",
        2,
        "农业农村领域推广",
        "农推",
        "农业农村",
        "农业农村推广",
        "农业农村项目",
        "农业农村基础设施",
    )
    KEY_PROJECT = "key_project", 3, "重点工程推广", "重推", "重点工程", "重点工程项目", "重点"

    @property
    def short(self) -> str:
        return {"special_fund": "专项资金", "agri_promotion": "农业农村", "key_project": "重点工程"}[self.id]


TWO_PROMOTIONS = (Track.KEY_PROJECT, Track.AGRI_PROMOTION)


class Sector(Kind):
    """领域: the seven fields of 国办函〔2022〕58号, and others to be explained."""

    TRANSPORT = "transport", 1, "交通", "交通运输"
    WATER = "water", 2, "水利"
    ENERGY = "energy", 3, "能源"
    AGRICULTURE = "agriculture", 4, "农业农村", "农业"
    URBAN = "urban", 5, "城镇建设", "城镇", "城建"
    ECOLOGY = "ecology", 6, "生态环境", "生态"
    RECONSTRUCTION = "reconstruction", 7, "灾后恢复重建", "灾后重建"
    OTHER = "other", 9, "其他（鼓励类）", "其他"


class WorkerGroup(Kind):
    """人员类别（主类别唯一，规则 E02）. Codes 1–8 are priority groups."""

    LIFTED = "lifted", 1, "脱贫人口", "脱贫户", "建档立卡", "脱贫"
    MONITORED = "monitored", 2, "防止返贫监测对象", "监测对象", "监测户"
    RETURNING = "returning", 3, "返乡农民工", "返乡", "返乡人员"
    DISASTER = "disaster", 4, "因灾需救助人口", "因灾救助"
    LOW_INCOME = "low_income", 5, "低收入人口", "低收入", "低保", "低保户"
    HARD_TO_EMPLOY = "hard_to_employ", 6, "就业困难人员", "就业困难"
    GRADUATE = "graduate", 7, "困难高校毕业生"
    VETERAN = "veteran", 8, "未就业退役军人", "退役军人"
    OTHER = "other", 9, "其他当地群众", "其他", "普通农户", "一般农户", "一般群众"

    @property
    def is_priority(self) -> bool:
        return self.code <= 8


class FundType(Kind):
    """资金来源（规则 C06）."""

    CENTRAL_BUDGET = "central_budget", 1, "中央预算内投资", "中央预算内"
    CENTRAL_BRIDGING = "central_bridging", 2, "中央衔接资金（以工代赈任务）", "中央衔接资金", "衔接资金"
    PROVINCIAL = "provincial", 3, "省级资金", "省级", "省级财政", "省预算内", "省级专项"
    CITY = "city", 4, "市级资金", "市级", "市级财政"
    COUNTY = "county", 5, "县级资金", "县级", "县级财政", "县配套", "市县配套"
    OTHER = "other", 9, "其他资金", "其他", "整合资金", "社会资本", "银行贷款", "自筹", "专项债"

    @property
    def is_central(self) -> bool:
        return self.code <= 2


class ProjectEvent(Kind):
    """What a row of project_fact states."""

    IMPLEMENTED = "implemented", 1, "当年实施"


class TrainingType(Kind):
    """培训类型（规则 G04）."""

    POLICY = "policy", 1, "政策培训", "政策", "业务培训"
    SKILL = "skill", 2, "技能培训", "技能"
    SAFETY = "safety", 3, "安全培训", "安全"
    PRE_JOB = "pre_job", 4, "岗前培训", "岗前"


class Audience(Kind):
    """培训对象."""

    GOVERNMENT = "government", 1, "政府及部门", "政府部门", "部门", "政府"
    OWNER = "owner", 2, "项目业主", "业主"
    CONTRACTOR = "contractor", 3, "施工单位", "施工"
    WORKER = "worker", 4, "务工群众", "群众"


class PayRoute(Kind):
    """支付方式（规则 F08、Q01）."""

    DIRECT_BANK = "direct_bank", 1, "银行卡直发", "直发", "银行卡", "打卡", "银行转账", "专户代发"
    ONE_CARD = "one_card", 2, "一卡通", "社保卡", "惠农一卡通"
    CASH = "cash", 3, "现金"


class PayBasis(Kind):
    """计酬方式（口径裁定 2）."""

    TIME = "time", 1, "计时", "按天", "按时", "计日"
    PIECE = "piece", 2, "计件"
    LUMP = "lump", 3, "包干"


class PayUnit(Kind):
    """计酬单位（口径裁定 2）."""

    DAY = "day", 1, "天", "工日", "日"
    HOUR = "hour", 2, "小时", "时"
    PIECE = "piece", 3, "件", "平方米", "米", "立方米", "㎡", "m²", "m", "m³"
    JOB = "job", 4, "项", "次"


class PayStatus(Kind):
    """Whether the money of a pay line arrived (reading 4: the bank's word goes before the sheet's)."""

    PAID = "paid", 1, "已到账", "已发", "已发放", "成功", "发放成功"
    DUE = "due", 2, "未到账", "未发", "待发"
    FAILED = "failed", 3, "发放失败", "失败", "退票"
