"""Builders of test data, through the real doors: services and imports. Every name is a demo name."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from workrelief.base.access.actor import Actor
from workrelief.base.divisions import queries as divisions
from workrelief.base.divisions.services import load_divisions
from workrelief.base.intake import services as intake
from workrelief.base.intake.models import ImportBatch
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.work.projects import rules as project_rules
from workrelief.work.projects import services as projects
from workrelief.work.workers.rules import check_digit

ROSTER_HEAD = [
    "项目代码",
    "姓名",
    "证件号",
    "户籍地",
    "人员类别",
    "联系电话",
    "工种",
    "单价",
    "卡号",
    "账户户名",
    "进场日",
]
PAY_HEAD = [
    "项目代码", "所属月份", "用人单位名称", "支付周期", "联系方式", "姓名", "证件号", "工种", "出工天数", "计酬方式", "计酬单位",
    "计酬数量", "单价", "应发", "代扣代缴及扣除", "扣除项目", "其他增减", "实发", "支付方式", "户名", "卡号", "发放日期", "状态",
    "是否补发", "补发月份", "签名",
]  # fmt: skip


def identity(number: int) -> str:
    """A valid identity number of an area that does not exist (379900)."""
    first17 = f"379900{1960 + number % 40:04d}{1 + number % 12:02d}{1 + number % 28:02d}{number % 1000:03d}"
    return first17 + check_digit(first17)


def project_code(county: str, number: int, *, month: str = "2203") -> str:
    """A project code with the right check digit (GB/T 40058)."""
    first = f"{month}-{county[:6]}-04-01-{number % 100_000:05d}"
    for last in "0123456789":
        if not project_rules.check_project_code(first + last).findings:
            return first + last
    raise AssertionError("no check digit fits")


def workbook(*sheets: Sequence[Sequence[Any]], merges: Sequence[tuple[int, int, int, int, str]] = ()) -> io.BytesIO:
    """An .xlsx of the given sheets; text cells stay text."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for rows in sheets:
        sheet = book.add_worksheet()
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(r, c, value)
                elif value is not None:
                    sheet.write(r, c, value)
        for r1, c1, r2, c2, text in merges:
            sheet.merge_range(r1, c1, r2, c2, text)
    book.close()
    out.seek(0)
    return out


def bring(actor: Actor, kind: str, content: io.BytesIO, name: str = "演示.xlsx", **options: str) -> ImportBatch:
    """Upload, check and commit a file."""
    batch = intake.upload(actor, content, name, kind, options=options)
    batch = intake.check(actor, batch.pk)
    assert batch.state == "checked", batch.message
    return intake.commit(actor, batch.pk)


def a_project(actor: Actor, county: str, *, number: int = 1, name: str = "", **changes: Any) -> int:
    """A project of the list of 2022 in `county` (12 digits); returns its id."""
    values: dict[str, Any] = {
        "code": project_code(county, number),
        "name": name or f"（演示）{divisions.name(county)}第{number}号道路项目",
        "division_code": county,
        "track": Track.KEY_PROJECT,
        "list_level": "county",
        "sector": Sector.TRANSPORT,
        "year": 2022,
        "investment_fen": 10_000_000_00,
        "funds": (project_rules.Fund(FundType.COUNTY, 10_000_000_00),),
        "planned_workers": 10,
        "labour_links": "路基清表",
    }
    values |= changes
    return projects.register_project(actor, projects.NewProject(**values)).pk


def roster_rows(code: str, county_name: str, people: Sequence[int], *, group: str = "脱贫人口") -> list[list[Any]]:
    return [
        [
            code,
            f"演示{n:04d}",
            identity(n),
            county_name,
            group,
            f"100{n:08d}",
            "普工",
            150,
            f"9{n:015d}",
            f"演示{n:04d}",
            "2022-03-01",
        ]
        for n in people
    ]


def pay_rows(
    code: str, month: str, people: Sequence[int], *, days: int = 20, rate: int = 150, paid_on: str
) -> list[list[Any]]:
    return [
        [
            code, month, "演示施工有限公司", "月", "10000000000", f"演示{n:04d}", identity(n), "普工", days, "计时", "天", days, rate,
            days * rate, 0, "", 0, days * rate, "一卡通", f"演示{n:04d}", f"9{n:015d}", paid_on, "已到账", "", "", "√",
        ]
        for n in people
    ]  # fmt: skip


@dataclass(frozen=True)
class CountyData:
    """What `a_county` made: ids of one county's things."""

    county: str
    project: int
    code: str
    roster_batch: int
    pay_batch: int
    people: tuple[int, ...]


def a_county(
    actor: Actor, county: str, *, number: int, people: Sequence[int] = (), track: Track = Track.KEY_PROJECT
) -> CountyData:
    """One project with roster and one paid month in `county`: 20 days × 150 yuan a person, paid on 2022-08-10."""
    load_divisions()
    people = tuple(people) or tuple(range(number * 100, number * 100 + 12))
    name = divisions.path_name(county)
    project = a_project(actor, county, number=number, track=track)
    code = project_code(county, number)
    roster = bring(actor, "roster", workbook([ROSTER_HEAD, *roster_rows(code, name, people)]), f"花名册{number}.xlsx")
    pay = bring(
        actor,
        "pay_sheet",
        workbook([PAY_HEAD, *pay_rows(code, "2022-07", people, paid_on="2022-08-10")]),
        f"台账{number}.xlsx",
    )
    return CountyData(county, project, code, roster.pk, pay.pk, people)
