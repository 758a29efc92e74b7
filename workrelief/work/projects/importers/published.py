"""Projects as governments and media publish them: “≥15”, “约4000”, “已发1862”, blanks, several projects in one sum.

Every loosely written number is either taken over with a remark that says how it was understood, or refused by name.
Published projects of other provinces fall outside the scope of this province's posts and are refused there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workrelief.base.divisions import queries as divisions
from workrelief.base.intake.columns import Column
from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, Issue, Row, RowBlock
from workrelief.kernel.codes import normalise
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.kernel.loose_number import LooseNumber, parse_loose
from workrelief.kernel.money import FEN_PER_WAN, round_half_up
from workrelief.work.projects import rules, services

PROVINCES = {
    "北京": "11", "天津": "12", "河北": "13", "山西": "14", "内蒙古": "15", "辽宁": "21", "吉林": "22", "黑龙江": "23",
    "上海": "31", "江苏": "32", "浙江": "33", "安徽": "34", "福建": "35", "江西": "36", "山东": "37", "河南": "41",
    "湖北": "42", "湖南": "43", "广东": "44", "广西": "45", "海南": "46", "重庆": "50", "四川": "51", "贵州": "52",
    "云南": "53", "西藏": "54", "陕西": "61", "甘肃": "62", "青海": "63", "宁夏": "64", "新疆": "65",
}  # fmt: skip
"""Two-digit codes of GB/T 2260 by short name."""

_YEAR = re.compile(r"^(20\d{2})(年)?(.*)$")
_SEVERAL = re.compile(r"\d+个项目(合计|共计)")
_NUMBERS = ("investment", "upper", "planned_pay", "share", "workers", "trained", "posts")
_MONEY = frozenset({"investment", "upper", "planned_pay"})


class PublishedProjectsImporter(Importer):
    """已公布项目资料. Numbers come as text, because that is how they are published."""

    kind = "published_projects"
    title = "已公布的以工代赈项目资料"
    permission = "project.import"
    guide = "import-project-list"
    forms = ("公开报道和公示的项目资料",)
    mode = "row_by_row"
    sort_order = 60
    columns = (
        Column("province", "省", required=True, aliases=("省份", "省（市、区）"), example="四川"),
        Column("name", "地区与项目", required=True, aliases=("项目名称", "项目"), max_length=160, fill_down=False,
               example="井研县门坎镇2026年项目"),
        Column("plan_year", "计划年度", required=True, aliases=("年度",), example="2025第四批"),
        Column("fund_label", "资金类型", required=True, example="中央预算内"),
        Column("investment", "总投资_万元", aliases=("总投资（万元）", "总投资"), example="450"),
        Column("upper", "中央或上级资金_万元", aliases=("中央或上级资金（万元）", "中央资金", "上级资金"), example="400"),
        Column("planned_pay", "计划劳务报酬_万元", aliases=("计划劳务报酬（万元）", "计划劳务报酬"), example="约100"),
        Column("share", "报道或承诺比例_%", aliases=("报道或承诺比例", "承诺比例"), example="≥30"),
        Column("workers", "计划或实际务工_人", aliases=("计划或实际务工", "务工人数"), example="117"),
        Column("trained", "培训_人", aliases=("培训", "培训人数"), example="117"),
        Column("posts", "公益岗_个", aliases=("公益岗", "公益性岗位"), example="3"),
        Column("method", "建设方式", example="村民自建"),
        Column("source", "来源", required=True, fill_down=False, note="网址或文件名"),
    )  # fmt: skip

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterator[Issue]:
        for row in rows:
            reading = read_published(row)
            yield from (ctx.error(row, column, reason, remedy) for column, reason, remedy in reading.errors)
            yield from (ctx.remark(row, column, reason, "核对来源后采用") for column, reason in reading.remarks)
            if row["province"] and not reading.errors and not ctx.actor.scope.covers_division(reading.division_code):
                yield ctx.error(row, "province", f"{row['province']}不在您的数据范围内", "只导入本辖区的项目")

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        entries = [read_published(row).entry() for block in blocks for row in block]
        done = services.register_many(
            ctx.actor, entries, action=self.permission, batch_id=ctx.batch_id, label=ctx.file_name
        )
        return CommitReport(rows=len(entries), created=done.created, updated=done.listed - done.created)

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        return vars(services.withdraw_batch(ctx.actor, ctx.batch_id, reason="撤销导入"))


@dataclass(frozen=True)
class Published:
    """One published row as understood; amounts in fen, None where nothing exact or approximate is published."""

    name: str
    division_code: str
    year: int
    fund_type: FundType | None
    amounts: dict[str, int | None]
    notes: tuple[str, ...]
    errors: tuple[tuple[str, str, str], ...]
    remarks: tuple[tuple[str, str], ...]

    def entry(self) -> services.NewProject:
        """As a special-fund project; money beside the published upper-level fund is other money."""
        upper_fen = self.amounts["upper"] or 0
        investment_fen = self.amounts["investment"] if self.amounts["investment"] is not None else upper_fen
        funds = [rules.Fund(self.fund_type or FundType.OTHER, upper_fen, upper_fen)] if upper_fen else []
        if investment_fen > upper_fen:
            funds.append(rules.Fund(FundType.OTHER, investment_fen - upper_fen))
        return services.NewProject(
            name=self.name,
            division_code=self.division_code,
            track=Track.SPECIAL_FUND,
            sector=Sector.OTHER,
            year=self.year,
            list_level="county",
            investment_fen=investment_fen,
            planned_workers=self.amounts["workers"] or 0,
            planned_pay_fen=self.amounts["planned_pay"] or 0,
            planned_training=self.amounts["trained"] or 0,
            funds=tuple(funds),
            remark="已公布资料。" + "；".join(self.notes),
        )


def read_published(row: Row) -> Published:
    """Understand one row; what cannot be understood stands in `errors`, what was assumed in `remarks`."""
    errors: list[tuple[str, str, str]] = []
    remarks: list[tuple[str, str]] = []
    numbers = {name: _number(row, name, errors, remarks) for name in _NUMBERS}
    amounts = {name: _amount(name, number) for name, number in numbers.items()}
    year, batch = _plan_year(row["plan_year"], errors)
    kind = FundType.find(row["fund_label"]) if row["fund_label"] else None
    if row["fund_label"] and kind is None:
        errors.append(
            ("fund_label", f"没有名为“{row['fund_label']}”的资金类型", "填写中央预算内、中央衔接资金、省级资金等")
        )
    if _SEVERAL.search(row["name"]):
        errors.append(("name", "是几个项目的合计，不是一个项目", "按项目逐行填写"))
    division = _division(row["province"], row["name"], errors)
    _check_money(amounts, numbers["share"], errors, remarks)
    notes = [f"来源：{row['source']}"]
    notes += [f"计划年度{row['plan_year']}"] if batch else []
    notes += [f"{_title(n)}{numbers[n].said}" for n in ("share", "posts") if numbers[n]]  # type: ignore[union-attr] # tested
    notes += [f"建设方式：{row['method']}"] if row["method"] else []
    return Published(row["name"], division, year, kind, amounts, tuple(notes), tuple(errors), tuple(remarks))


def _title(name: str) -> str:
    return {"share": "报道或承诺比例（%）", "posts": "公益岗（个）"}[name]


def _number(
    row: Row, name: str, errors: list[tuple[str, str, str]], remarks: list[tuple[str, str]]
) -> LooseNumber | None:
    try:
        number = parse_loose(row[name])
    except InvalidInput as err:
        errors.append((name, err.message.removesuffix("。"), "写成一个数，或“约…”“不少于…”"))
        return None
    if number and (not number.is_exact or number.words):
        used = "" if _usable(number) or name in ("share", "posts") else "，不是确定的数，按未公布处理"
        remarks.append((name, f"“{number.text}”按“{number.said}”理解{used}"))
    return number


def _usable(number: LooseNumber) -> bool:
    """Whether the number may stand in the register: exact, or approximate (said so); bounds and ranges may not."""
    return number.kind in ("exact", "about")


def _amount(name: str, number: LooseNumber | None) -> int | None:
    if number is None or number.low is None or not _usable(number):
        return None
    return int(round_half_up(number.low * (FEN_PER_WAN if name in _MONEY else 1)))


def _plan_year(text: str, errors: list[tuple[str, str, str]]) -> tuple[int, str]:
    """Year and batch of “2025第四批”; year 0 when there is none."""
    found = _YEAR.match(text.strip())
    if not found:
        if text:
            errors.append(("plan_year", f"“{text}”没有以年份开头", "填写年份，例如 2025 或 2025第四批"))
        return 0, ""
    return int(found[1]), found[3].strip()


def _division(province: str, name: str, errors: list[tuple[str, str, str]]) -> str:
    """A project of this province by the county its name begins with; of another one by the province's code."""
    short = province.strip().removesuffix("省").removesuffix("市").removesuffix("自治区")
    code = next((c for p, c in PROVINCES.items() if short.startswith(p)), "")
    if not code:
        if province:
            errors.append(("province", f"没有名为“{province}”的省", "填写省、自治区、直辖市名称"))
        return ""
    if code == "37":
        for length in range(min(len(name), 12), 1, -1):
            found = divisions.find(name[:length])
            if len(found) == 1:
                return found[0].code
    return normalise(code)


def _check_money(
    amounts: dict[str, int | None],
    share: LooseNumber | None,
    errors: list[tuple[str, str, str]],
    remarks: list[tuple[str, str]],
) -> None:
    investment, upper, pay = amounts["investment"], amounts["upper"], amounts["planned_pay"]
    if investment is None and upper is None:
        errors.append(("investment", "总投资和上级资金都没有公布", "至少有一项才能登记"))
    elif investment is None:
        remarks.append(("investment", "没有公布总投资，按已公布的上级资金登记"))
    elif upper is not None and upper > investment:
        errors.append(("upper", "上级资金大于总投资", "核对来源"))
    if share and share.is_exact and share.low is not None and pay and upper:
        real = round_half_up(Decimal(pay) * 100 / upper, 2)
        if abs(real - share.low) >= 1:
            remarks.append(("share", f"公布的比例{share.said}与劳务报酬÷上级资金的{real}%不一致"))
