"""Spreadsheets and surroundings for the tests of pay sheets: made as offices make them, with demo persons only."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from workrelief.work.workers.rules import check_digit

CODE = "2204-371422-04-01-123453"
OTHER_CODE = "2205-371422-04-01-222223"

HEADS = (
    "项目代码", "所属月份", "用人单位名称", "支付周期", "联系方式", "姓名", "证件号", "工种", "出工天数", "计酬方式", "计酬单位",
    "计酬数量", "单价（元）", "应发（元）", "代扣代缴及扣除（元）", "扣除项目", "其他增减（元）", "实发（元）", "支付方式", "户名",
    "卡号", "开户行", "发放日期", "银行流水号", "状态", "是否补发", "补发月份", "签名",
)  # fmt: skip


def identity(number: int, *, born: str = "19850607") -> str:
    """A valid identity number in the non-existing area 379900; odd `number` is a man."""
    first = f"379900{born}{number % 1000:03d}"
    return first + check_digit(first)


def person(number: int) -> str:
    """A demo name for `number`."""
    stems = "甲乙丙丁戊己庚辛壬癸"
    return "演示" + stems[number % 10] + stems[number // 10 % 10]


def line(number: int, **changes: object) -> dict[str, Any]:
    """A correct line of one worker: 20 days at 150 yuan, paid by bank in time."""
    cells: dict[str, Any] = dict.fromkeys(HEADS, "")
    cells.update({
        "项目代码": CODE, "所属月份": "2022-07", "用人单位名称": "演示施工有限公司", "支付周期": "月", "联系方式": "13900000000",
        "姓名": person(number), "证件号": identity(number), "工种": "普工", "出工天数": 20, "计酬方式": "计时", "计酬单位": "天",
        "计酬数量": 20, "单价（元）": 150, "应发（元）": 3000, "代扣代缴及扣除（元）": 0, "实发（元）": 3000, "支付方式": "银行卡直发",
        "户名": person(number), "卡号": f"62284800{number:08d}", "发放日期": date(2022, 8, 10),
        "银行流水号": f"LS{number:06d}", "状态": "已到账",
    })  # fmt: skip
    cells.update(changes)
    return cells


def workbook(
    lines: Iterable[Mapping[str, Any]] | Mapping[str, Iterable[Mapping[str, Any]]],
    *,
    heads: Sequence[str] = HEADS,
    title: str = "",
) -> io.BytesIO:
    """An .xlsx of one sheet, or of several by name."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheets = lines if isinstance(lines, Mapping) else {"发放表": lines}
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        top = 0
        if title:
            page.write(0, 0, title)
            top = 1
        page.write_row(top, 0, list(heads))
        for i, cells in enumerate(rows, start=top + 1):
            page.write_row(i, 0, [cells.get(h, "") for h in heads])
    book.close()
    target.seek(0)
    return target


def project(code: str = CODE, *, division: str = "371422000000", name: str = "演示镇道路改造工程") -> int:
    """A project on the register; its id."""
    from workrelief.kernel import clock
    from workrelief.work.projects.models import Project

    made = Project.rows.create(
        code=code, name=name, name_key=name, division_code=division, track="special_fund", sector="transport",
        investment_fen=400_000_000, starts_on=date(2022, 3, 1), ends_on=date(2022, 12, 31), updated_at=clock.now(),
    )  # fmt: skip
    return int(made.pk)
