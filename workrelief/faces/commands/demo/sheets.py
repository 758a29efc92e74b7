"""The spreadsheets of the demo year, drawn the way offices draw them.

One list of projects and one register of business training a city; one roster, one pay ledger and one register of skill
training with its sign-in sheet a county; and the provincial progress table of 20 columns with its three-row head. Offices differ: in the form of dates, in where the unit stands, in
total rows, in signs for "nothing" and in how they tick a box. Which office does what follows from its code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice
from pathlib import Path

import xlsxwriter

from workrelief.faces.commands.demo.people import Engagement, Line, ProjectBook, county_books
from workrelief.faces.commands.demo.plan import Attendance, CountyYear, Project, Session, YearPlan
from workrelief.faces.commands.demo.workbook import MADE_AT, Cell, Formula, Head, Table, heads, write_table
from workrelief.kernel.kinds import FundType, Track

WAN = 1_000_000
NOTE = "演示数据：人员、证件号、卡号、电话均为虚构。"


@dataclass(frozen=True, slots=True)
class SheetFile:
    """One spreadsheet of the year: import kind, path under the demo folder, and the division that sends it in."""

    kind: str
    path: str
    division: str
    title: str


def project_list_file(plan: YearPlan, city: str) -> SheetFile:
    code = plan.in_city(city)[0].county.city_code
    return SheetFile("project_list", f"1 项目清单/{city}{plan.year}年适用以工代赈项目清单.xlsx", code, city)


def progress_file(plan: YearPlan) -> SheetFile:
    return SheetFile("progress", f"2 进展调度/{plan.year}年以工代赈项目进展情况调度表.xlsx", "370000000000", "山东省")


def roster_file(year: CountyYear) -> SheetFile:
    return SheetFile(
        "roster", f"3 花名册/{_place(year)}{year.year}年务工人员花名册.xlsx", year.county.code, _place(year)
    )


def pay_file(year: CountyYear) -> SheetFile:
    return SheetFile(
        "pay_sheet", f"4 发放台账/{_place(year)}{year.year}年劳务报酬发放台账.xlsx", year.county.code, _place(year)
    )


def training_file(plan: YearPlan, city: str) -> SheetFile:
    code = plan.in_city(city)[0].county.city_code
    return SheetFile("training", f"5 业务培训/{city}{plan.year}年业务培训台账.xlsx", code, city)


def skill_file(year: CountyYear) -> SheetFile:
    path = f"6 技能培训/{_place(year)}{year.year}年技能培训台账.xlsx"
    return SheetFile("training", path, year.county.code, _place(year))


def _place(year: CountyYear) -> str:
    return f"{year.county.code[:6]}{year.county.name}"


@dataclass(frozen=True, slots=True)
class Habit:
    """What an office always does: form of its dates, sign for an empty cell, total rows, unit in the head or above."""

    dates: int
    nothing: str | None
    has_totals: bool
    has_unit_line: bool

    @classmethod
    def of(cls, code: str) -> Habit:
        number = int(code[:6])
        nothing = (None, None, "-", "—", "/")[number % 5]
        return cls(number // 3 % 4, nothing, number % 3 != 0, number % 4 == 1)

    def day(self, day: date) -> Cell:
        """A real date, or one of three spellings."""
        if self.dates == 1:
            return f"{day.year}.{day.month}.{day.day}"
        if self.dates == 2:
            return f"{day.year}年{day.month}月{day.day}日"
        if self.dates == 3:
            return day.isoformat()
        return day

    def month(self, month: int) -> str:
        year, number = divmod(month, 100)
        return (f"{year}-{number:02d}", f"{year}.{number}", f"{year}年{number}月", f"{year}-{number:02d}")[self.dates]


def yuan(fen: int) -> int | float:
    """An amount in yuan as a cell holds it."""
    return fen // 100 if fen % 100 == 0 else fen / 100


def wan(fen: int) -> int | float:
    """An amount in 万元 as a cell holds it."""
    return fen // WAN if fen % WAN == 0 else fen / WAN


# ---------- form F: the list of projects of a city ----------

_FUND_COLUMNS = (FundType.CENTRAL_BUDGET, FundType.PROVINCIAL, FundType.CITY, FundType.COUNTY, FundType.OTHER)


def write_project_list(path: Path, plan: YearPlan, city: str) -> int:
    """Projects of one city; a few amounts carry the long tail that spreadsheet arithmetic leaves."""
    years = plan.in_city(city)
    habit = Habit.of(years[0].county.city_code)
    projects = [p for year in years for p in year.projects]
    return write_table(
        path,
        Table(
            f"{city}{plan.year}年适用以工代赈项目清单（演示）",
            _project_heads("" if habit.has_unit_line else "（万元）"),
            _project_rows(projects, habit),
            above=[f"填报单位：{city}发展和改革委员会（演示）　　{'单位：万元' if habit.has_unit_line else NOTE}"],
            below=["注：本表由市发展改革委汇总，项目名称以批复文件为准。", "填表人：演示甲　　审核人：演示乙"],
        ),
    )


def _project_heads(unit: str) -> list[Head]:
    funds = " | ".join(f"{fund.label}{unit} 12 number" for fund in _FUND_COLUMNS)
    return heads(
        f"""
序号 6 int | 年度 6 int | 级次 6 | 市 8 | 县（市、区） 10 | 乡镇（街道） 12 | 项目名称 40 | 项目代码 26 | 项目线 14 | 领域 10
建设性质 8 | 建设单位 24 | 施工单位 24 | 主要建设内容 36 | 总投资{unit} 12 number | 年度计划投资{unit} 12 number
{funds}
已下达中央资金{unit} 12 number | 开工时间 12 date | 完工时间 12 date | 适用的建设任务 22 | 用工环节 30 | 用工岗位 20
岗位数量 8 int | 用工时段 14 | 技能要求 10 | 拟吸纳人数 8 int | 其中优先群体 8 int | 拟发劳务报酬{unit} 12 number
拟培训人次 8 int | 行业主管部门 18 | 责任人与电话 18 | 备注 10
        """
    )


def _project_rows(projects: Sequence[Project], habit: Habit) -> Iterator[list[Cell]]:
    for order, p in enumerate(projects, start=1):
        planned = {f.kind: f.planned_fen for f in p.funds}
        central = next((f.issued_fen for f in p.funds if f.kind.is_central), 0)
        trades = list(dict.fromkeys(t.name for t in p.work.trades))
        investment: Cell = wan(p.investment_fen)
        if order % 9 == 4:  # what adding up columns of decimals leaves behind
            investment = float(f"{p.investment_fen / WAN:.2f}") * (1 + 2**-52)
        yield [
            order, p.year, p.list_level, p.county.city_name, p.county.name,
            p.town.name if p.town else habit.nothing, p.name, p.code, p.track.label,
            p.work.sector.label, p.construction, p.owner, p.implementer, p.content, investment,
            wan(p.investment_fen * 3 // 5 // WAN * WAN),
            *(wan(planned[k]) if k in planned else habit.nothing for k in _FUND_COLUMNS),
            wan(central) if central else habit.nothing, habit.day(p.starts_on), habit.day(p.ends_on), p.work.task,
            p.work.links, "、".join(trades), max(p.planned_workers * 9 // 10, 1),
            f"{p.months[0] % 100}月至{p.months[-1] % 100}月",
            "、".join(dict.fromkeys(t.skill for t in p.work.trades)), p.planned_workers, p.planned_workers * 6 // 10,
            wan(p.planned_pay_fen), p.planned_training, f"{p.county.name}{p.work.department}",
            "演示丙 0530-0000000", habit.nothing,
        ]  # fmt: skip
    if habit.has_totals:
        column = "O"
        last = len(projects) + 3
        total = sum(p.investment_fen for p in projects)
        yield ["合计", *[None] * 13, Formula(f"SUM({column}4:{column}{last})", total / WAN)]


# ---------- the provincial progress table of 20 columns ----------

_TICKS = ("√", "✓", "✔", "是", "已")
_PROGRESS_GROUPS = (
    ("项目投资情况", ("项目总投资（万元）", "其中：实际用于实施以工代赈项目的资金（万元）", "其中：整合资金（万元）")),
    ("项目形象进度", ("前期工作", "主体施工", "主体完工", "建成投用")),
    ("资金支付进度", ("已支付资金总额（万元）", "其中：已支付省级财政金额（万元）")),
    ("政策落实情况",
     ("已发放劳务报酬（万元）", "已吸纳农村群众务工（人数）", "已设置公益性岗位（个数）",
      "已组织劳动力技能培训（人数）")),
)  # fmt: skip
_PROGRESS_BEFORE = ("序号", "市县", "项目名称", "资金类型", "下达的以工代赈资金额度（万元）")
_PROGRESS_AFTER = ("主要建设内容及成果", "备注")


def write_progress(path: Path, plan: YearPlan) -> int:
    """The special-fund projects in the table of 20 columns: three-row head, merges, total rows, five kinds of ticks."""
    projects = [p for p in plan.projects if p.track is Track.SPECIAL_FUND]
    draft = path.with_suffix(".part")
    with xlsxwriter.Workbook(str(draft), {"in_memory": True}) as book:
        book.set_properties({"created": MADE_AT, "comments": "演示数据"})
        sheet = book.add_worksheet("调度表")
        centre = book.add_format({"align": "center", "valign": "vcenter", "text_wrap": True, "border": 1})
        title = book.add_format({"bold": True, "font_size": 18, "align": "center"})
        sheet.merge_range(0, 0, 0, 19, f"{plan.year}年以工代赈项目进展情况调度表（演示）", title)
        sheet.write_string(1, 0, f"填报单位：省发展改革委（演示）　截止时间：{plan.year}年12月31日　单位：万元")
        _progress_head(sheet, centre)
        row = 5
        sheet.write_string(row, 1, "总计", centre)
        _progress_sums(sheet, row, projects)
        row, order = row + 1, 0
        for city, group in groupby(projects, key=lambda p: p.county.city_name):
            inside = list(group)
            for p in inside:
                order += 1
                for column, cell in enumerate(_progress_row(p, order)):
                    if isinstance(cell, Formula):
                        sheet.write_formula(row, column, f"={cell.text}", None, cell.value)
                    elif cell is not None:
                        sheet.write(row, column, cell)
                row += 1
            sheet.write_string(row, 1, f"{city}小计", centre)
            _progress_sums(sheet, row, inside)
            row += 1
        sheet.write_string(row, 0, "注：形象进度在相应栏打“√”。" + NOTE)
    draft.replace(path)
    return len(projects)


def _progress_head(sheet: xlsxwriter.worksheet.Worksheet, centre: object) -> None:
    for column, text in enumerate(_PROGRESS_BEFORE):
        sheet.merge_range(2, column, 4, column, text, centre)
    column = len(_PROGRESS_BEFORE)
    for group, parts in _PROGRESS_GROUPS:
        sheet.merge_range(2, column, 2, column + len(parts) - 1, group, centre)
        for text in parts:
            sheet.merge_range(3, column, 4, column, text, centre)
            sheet.set_column(column, column, 13)
            column += 1
    for text in _PROGRESS_AFTER:
        sheet.merge_range(2, column, 4, column, text, centre)
        column += 1
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 2, 44)
    sheet.set_column(18, 18, 36)


def _progress_sums(sheet: xlsxwriter.worksheet.Worksheet, row: int, projects: Iterable[Project]) -> None:
    listed = list(projects)
    sheet.write_number(row, 4, sum(_central(p) for p in listed) / WAN)
    sheet.write_number(row, 5, sum(p.investment_fen for p in listed) / WAN)


def _central(p: Project) -> int:
    return sum(f.issued_fen for f in p.funds if f.kind.is_central)


def _progress_row(p: Project, order: int) -> list[Cell]:
    """One project; amounts are formulas with the tail of their arithmetic, stages are ticked, nothing is "-"."""
    stage = 3 if p.ends_on <= date(p.year, 12, 31) else 2 if p.ends_on < date(p.year + 1, 3, 1) else 1
    ticks: list[Cell] = [_TICKS[p.number % 5] if i == stage else "-" for i in range(4)]
    central, paid = _central(p), p.investment_fen * (96, 96, 78, 91)[stage] // 100
    wages = p.wages_fen
    return [
        order, f"{p.county.city_name}{p.county.name}", p.name, "中央预算内投资",
        Formula(f"ROUND({central / WAN!r},2)", central / WAN), wan(p.investment_fen),
        wan(min(p.investment_fen, central)),
        wan(p.investment_fen - central) if p.investment_fen > central else "—", *ticks,
        Formula(f"{p.investment_fen / WAN!r}*{paid / p.investment_fen!r}", paid / WAN + 1e-9), "/",
        Formula(f"SUM({wages / WAN / 2!r},{wages / WAN / 2!r})", wages / WAN), p.headcount,
        p.number % 4 or "-", p.planned_training, p.content, "-" if p.number % 3 else "按月发放",
    ]  # fmt: skip


# ---------- forms A and C: roster and pay ledger of a county ----------


def write_county(roster: Path, ledger: Path, skill: Path, plan: YearPlan, year: CountyYear) -> tuple[int, int, int]:
    """Roster, pay ledger and skill register of one county from one run through its people; returns their rows."""
    neighbours = tuple(y.county for y in plan.in_city(year.county.city_name))
    books = list(county_books(year, neighbours))
    sessions = plan.skill_sessions(year.county)
    return (
        write_roster(roster, year, books),
        write_ledger(ledger, year, books),
        write_skill(skill, year, books, sessions),
    )


_ROSTER_HEADS = heads(
    """
序号 6 int | 项目代码 26 | 姓名 10 | 性别 6 | 证件类型 12 | 证件号 21 | 出生日期 12 date | 民族 6 | 户籍地 30
村（社区） 12 | 联系电话 14 | 人员类别 14 | 来源 10 | 工种 10 | 技能等级 8 | 培训日期 12 date | 协议编号 18
协议签订日期 12 date | 计酬方式 8 | 单价（元） 8 number | 计酬单位 8 | 开户行 20 | 卡号 22 | 账户户名 10
进场日期 12 date | 退场日期 12 date | 备注 8
    """
)


def write_roster(path: Path, year: CountyYear, books: Sequence[ProjectBook]) -> int:
    """Form A: everybody on every project of the county."""
    place, habit = year.county, Habit.of(year.county.code)
    return write_table(
        path,
        Table(
            f"{place.name}{year.year}年以工代赈务工人员花名册（演示）",
            _ROSTER_HEADS,
            _roster_rows(books, habit),
            above=[f"填报单位：{place.city_name}{place.name}发展和改革局（演示）　　{NOTE}"],
        ),
    )


def _roster_rows(books: Iterable[ProjectBook], habit: Habit) -> Iterator[list[Cell]]:
    order = 0
    for book in books:
        p = book.project
        for e in book.engagements:
            order += 1
            who, first, last = e.person, e.months[0], e.months[-1]
            entered = max(date(first // 100, first % 100, 1), p.starts_on)
            agreed, trained = (habit.day(entered),) * 2
            yield [
                order, p.code, who.name, "男" if who.is_male else "女", "居民身份证", who.identity, habit.day(who.born),
                who.ethnicity, f"山东省{who.home.city_name}{who.home.name}{who.town.name if who.town else ''}",
                who.village, who.phone, who.group.label, e.recruited_by, e.trade.name, e.trade.skill,
                trained, e.agreement, agreed,
                e.basis.label, yuan(e.price_fen), e.unit_text, who.bank, who.card, who.name, habit.day(entered),
                habit.day(_month_end(last)), habit.nothing,
            ]  # fmt: skip


def _month_end(month: int) -> date:
    year, number = divmod(month, 100)
    following = date(year + number // 12, number % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


_LEDGER_HEADS = heads(
    """
项目代码 26 | 所属月份 10 | 用人单位名称 28 | 支付周期 8 | 联系方式 14 | 证件类型 12 | 姓名 10 | 证件号 21
工种 10 | 计酬方式 8 | 计酬单位 8 | 出工天数 8 number | 计酬数量 8 number | 单价（元） 8 number
其他增减（元） 10 number | 增减依据 12 | 应发（元） 10 number | 扣款（元） 8 number | 扣除项目 16
实发（元） 10 number | 支付方式 12 | 户名 10 | 卡号 22 | 发放日期 12 date | 银行流水号 20 | 状态 8 | 签名 8
    """
)


def write_ledger(path: Path, year: CountyYear, books: Sequence[ProjectBook]) -> int:
    """Form C: every line of every month; offices that draw total rows put one after each project and month."""
    place, habit = year.county, Habit.of(year.county.code)
    return write_table(
        path,
        Table(
            f"{place.name}{year.year}年以工代赈劳务报酬发放明细台账（演示）",
            _LEDGER_HEADS,
            _ledger_rows(books, habit),
            above=[f"填报单位：{place.city_name}{place.name}发展和改革局（演示）　　{NOTE}"],
        ),
    )


def _ledger_rows(books: Iterable[ProjectBook], habit: Habit) -> Iterator[list[Cell]]:
    for book in books:
        for month, lines in groupby(book.lines, key=lambda line: line.month):
            paid = 0
            period, number = habit.month(month), 0
            days: dict[date, Cell] = {}
            for number, line in enumerate(lines, start=1):
                paid += line.paid_fen
                day = days.get(line.paid_on) or days.setdefault(line.paid_on, habit.day(line.paid_on))
                yield _ledger_row(book.project, line, period, day, number)
            if habit.has_totals:
                yield ["小计", *[None] * 18, yuan(paid)]


def _ledger_row(p: Project, line: Line, period: str, day: Cell, number: int) -> list[Cell]:
    e: Engagement = line.engagement
    who, quantity, days = e.person, line.quantity_x100, line.half_days
    return [
        p.code, period, p.implementer, "月", who.phone, "居民身份证", who.name, who.identity, e.trade.name,
        e.basis.label, e.unit_text, days // 2 if days % 2 == 0 else days / 2, yuan(quantity), yuan(e.price_fen),
        yuan(line.extra_fen) if line.extra_fen else None, line.extra_note or None, yuan(line.due_fen),
        yuan(line.deducted_fen) if line.deducted_fen else None, line.deduction_note or None, yuan(line.paid_fen),
        p.route.label, who.name, who.card, day,
        f"YS{line.paid_on:%m%d}{p.number:04d}{line.month % 100:02d}{number:04d}",
        "已到账", "已签",
    ]  # fmt: skip


# ---------- form E: the training registers of cities and counties ----------

_TRAINING_HEADS = heads(
    """
培训编号 22 | 项目代码 26 | 县（市、区） 10 | 培训类型 10 | 培训对象 12 | 培训形式 12 | 培训主题 32
培训时间 12 date | 培训地点 20 | 主办单位 28 | 师资 20 | 课时 6 number | 应到人数 8 int | 实到人次 8 int
备注 8
    """
)


def write_training(path: Path, plan: YearPlan, city: str) -> int:
    """The business training of a city: one row for each audience of each session."""
    code = plan.in_city(city)[0].county.city_code
    habit = Habit.of(code)
    sessions = sorted(plan.policy_sessions(code), key=lambda s: (s.held_on, s.number))
    return write_table(
        path,
        Table(
            f"{city}{plan.year}年以工代赈业务培训台账（演示）",
            _TRAINING_HEADS,
            _training_rows(sessions, habit),
            above=[f"填报单位：{city}发展和改革委员会（演示）　　{NOTE}"],
        ),
    )


def _training_rows(sessions: Iterable[Session], habit: Habit) -> Iterator[list[Cell]]:
    total = 0
    for s in sessions:
        for part in s.audiences:
            total += part.attended
            yield [*_session(s, part, habit), habit.nothing]
    if habit.has_totals:
        yield ["合计", *[None] * 12, total]


def _session(s: Session, part: Attendance, habit: Habit) -> list[Cell]:
    return [
        s.number, s.project.code if s.project else habit.nothing, s.county.name if s.county else habit.nothing,
        s.kind.label, part.audience.label, s.form, s.topic, habit.day(s.held_on), s.place, s.organiser, s.teacher,
        s.hours, part.expected, part.attended,
    ]  # fmt: skip


_SKILL_HEADS = [*_TRAINING_HEADS[:-1], *heads("姓名 10 | 证件号 21 | 考核结果 10")]


def write_skill(path: Path, year: CountyYear, books: Sequence[ProjectBook], sessions: Sequence[Session]) -> int:
    """The skill training of a county: a row for each session, and one for each worker who signed in."""
    place, habit = year.county, Habit.of(year.county.code)
    return write_table(
        path,
        Table(
            f"{place.name}{year.year}年以工代赈技能培训台账及签到表（演示）",
            _SKILL_HEADS,
            _skill_rows(books, sessions, habit),
            above=[f"填报单位：{place.city_name}{place.name}发展和改革局（演示）　　{NOTE}"],
        ),
    )


def _skill_rows(books: Iterable[ProjectBook], sessions: Sequence[Session], habit: Habit) -> Iterator[list[Cell]]:
    blank: list[Cell] = [None] * (len(_TRAINING_HEADS) - 2)
    for book in books:
        people = iter(book.engagements)
        for s in (s for s in sessions if s.project and s.project.number == book.project.number):
            part = s.audiences[0]
            yield _session(s, part, habit)
            for e in islice(people, part.attended):
                yield [s.number, *blank, e.person.name, e.person.identity, "合格"]
