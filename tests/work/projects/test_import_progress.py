"""Importing the provincial progress table of 20 columns: merged head, formulas, dashes, ticks, totals, unknown projects."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db.models import Sum

from tests.work.projects.build import WAN, entry
from tests.work.projects.sheets import checked, committed, said, xlsx
from workrelief.base.access.actor import Actor
from workrelief.base.divisions.services import load_divisions
from workrelief.base.intake import services as intake
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.work.projects.models import FundSource, ProgressReport, Project, ProjectYear
from workrelief.work.projects.services import register_project, set_stage

pytestmark = pytest.mark.django_db

TOP = ["序号", "市县", "项目名称", "资金类型\n（省级财政）", "下达的以工代赈资金额度（万元）"]
GROUPS = [
    ("项目投资情况", ["项目总投资（万元）", "其中实际用于实施以工代赈项目的资金（万元）", "其中整合资金（万元）"]),
    ("项目形象进度", ["前期工作", "主体施工", "主体完工", "建成投用"]),
    ("资金支付进度", ["已支付资金总额（万元）", "其中已支付省级财政金额（万元）"]),
    (
        "政策落实情况",
        [
            "已发放劳务报酬（万元）",
            "已吸纳农村群众务工（人数）",
            "已设置公益性岗位（个数）",
            "已组织劳动力技能培训（人数）",
        ],
    ),
]
END = ["主要建设内容及成果", "备注"]


def table(*rows: list[object], day: str = "截止时间：2022年9月30日") -> Any:
    """The table with its three-row head: the groups are merged, and so are the columns that reach through."""
    first: list[object] = [*TOP]
    second: list[object] = [None] * len(TOP)
    merges = [(2, i, 4, i) for i in range(len(TOP))]
    for group, parts in GROUPS:
        merges.append((2, len(first), 2, len(first) + len(parts) - 1))
        merges += [(3, len(first) + i, 4, len(first) + i) for i in range(len(parts))]
        first += [group, *[None] * (len(parts) - 1)]
        second += parts
    merges += [(2, len(first) + i, 4, len(first) + i) for i in range(len(END))]
    first += END
    second += [None] * len(END)
    assert len(first) == 20
    total: list[object] = [None, "总计", None, None, 999]
    lines = [["2022年省级财政以工代赈项目进展情况调度表"], [day], first, second, [None], total, *rows, ["注：请打√"]]
    return xlsx(lines, merges=merges)


def line(**changes: object) -> list[object]:
    row: dict[str, object] = {
        "no": 1, "place": "德州市宁津县", "name": "演示镇道路改造工程", "fund": "省级财政", "issued": "=300*1|300.004999999",
        "investment": 400, "relief": 300, "integrated": "—", "preparing": "-", "building": "-", "main_done": "✔", "in_use": "",
        "paid": "=SUM(1,2)|285.1249999", "paid_province": 250, "wages": 88.5, "workers": 31, "posts": "/", "trained": 20,
        "content": "硬化道路3公里", "remark": "-",
    }  # fmt: skip
    row.update(changes)
    return list(row.values())


@pytest.fixture(autouse=True)
def _divisions(db: None) -> None:
    load_divisions()


def test_a_line_of_a_registered_project_is_kept_with_two_decimals_and_moves_the_stage(dezhou_officer: Actor) -> None:
    project = register_project(dezhou_officer, entry())
    batch = committed(dezhou_officer, table(line()), "progress")

    assert (batch.rows_read, batch.rows_bad) == (1, 0)
    report = ProgressReport.rows.get()
    assert (report.project_id, report.as_of, report.division_code) == (project.pk, date(2022, 9, 30), "371422000000")
    assert (report.issued_fen, report.paid_total_fen) == (300 * WAN, 28_512 * 10_000)
    assert (report.integrated_fen, report.wages_fen) == (0, 88_500_000)
    assert (report.workers, report.welfare_posts, report.trained, report.remark) == (31, 0, 20, "")
    project.refresh_from_db()
    assert (project.stage, report.stage_before) == ("main_done", "preparing")


@pytest.mark.parametrize("tick", ["√", "✓", "✔", "是", "已", "完成"])
def test_every_spelling_of_a_tick_counts(dezhou_officer: Actor, tick: str) -> None:
    register_project(dezhou_officer, entry())
    committed(dezhou_officer, table(line(main_done="", building=tick)), "progress")
    assert ProgressReport.rows.get().stage == "building"


def test_no_tick_leaves_the_stage_and_two_ticks_mean_the_further(dezhou_officer: Actor) -> None:
    project = register_project(dezhou_officer, entry())
    set_stage(dezhou_officer, project.pk, "building")
    register_project(dezhou_officer, entry(name="演示二期"))
    batch = committed(dezhou_officer, table(line(main_done="-"), line(no=2, name="演示二期", building="√")), "progress")
    stages = dict(Project.rows.values_list("name", "stage"))
    assert stages == {"演示镇道路改造工程": "building", "演示二期": "main_done"}
    remarks = " ".join(said(batch, "remark"))
    assert "形象进度四栏都没有打勾" in remarks
    assert "有多处打勾：主体施工、主体完工，按“主体完工”计" in remarks


def test_a_stage_that_goes_back_and_falling_sums_are_errors(dezhou_officer: Actor) -> None:
    register_project(dezhou_officer, entry())
    committed(dezhou_officer, table(line()), "progress")
    later = line(main_done="-", building="√", wages=80)
    batch = checked(dezhou_officer, table(later, day="截止时间：2022年12月31日"), "progress", name="四季度.xlsx")
    errors = " ".join(said(batch, "error"))
    assert "形象进度只能向前推进" in errors
    assert "累计指标比上一期下降：已发放劳务报酬" in errors


def test_more_provincial_money_paid_than_issued_is_an_error(dezhou_officer: Actor) -> None:
    register_project(dezhou_officer, entry())
    errors = said(checked(dezhou_officer, table(line(paid=310, paid_province=300.01)), "progress"), "error")
    assert "累计支付不得超过" not in errors[0]
    assert "已支付省级财政金额300.01万元超过下达额度300.00万元" in errors[0]
    central = line(fund="中央预算内投资", issued=100, paid=310, paid_province=100.01)
    assert said(checked(dezhou_officer, table(central), "progress", name="b.xlsx"), "error") == []


def test_an_unknown_project_is_registered_with_what_the_table_says(dezhou_officer: Actor) -> None:
    batch = committed(dezhou_officer, table(line(issued=300, name="演示新项目")), "progress")
    project = Project.rows.get()
    assert (project.track, project.division_code, project.investment_fen) == ("special_fund", "371422000000", 400 * WAN)
    assert project.stage == "main_done"
    assert "领域和用工需求待补" in project.remark
    funds = {f.fund_type: (f.planned_fen, f.issued_fen) for f in FundSource.objects.all()}
    assert funds == {"provincial": (300 * WAN, 300 * WAN), "other": (100 * WAN, 0)}
    assert ProjectYear.objects.get().listed_on == date(2022, 9, 30)
    assert "没有登记过，将按专项资金项目登记到2022年" in " ".join(said(batch, "remark"))
    facts = FACT_MODELS["fund_fact"]._default_manager
    assert facts.aggregate(s=Sum("issued_fen"))["s"] == 300 * WAN


def test_the_same_county_and_name_twice_and_the_same_day_again_are_errors(dezhou_officer: Actor) -> None:
    register_project(dezhou_officer, entry())
    batch = committed(dezhou_officer, table(line(), line(no=2, name="演示镇 道路改造工程")), "progress")
    assert batch.rows_bad == 1
    assert "与第 7 行市县和项目名称相同" in said(batch, "error")[0]
    again = checked(dezhou_officer, table(line(workers=33)), "progress", name="b.xlsx")
    assert "2022-09-30的进展情况已经登记" in said(again, "error")[0]


def test_a_table_without_its_day_is_refused_unless_the_upload_says_it(dezhou_officer: Actor) -> None:
    register_project(dezhou_officer, entry())
    batch = checked(dezhou_officer, table(line(), day="单位：万元"), "progress")
    assert "没有写明截止日期" in said(batch, "error")[0]
    committed(dezhou_officer, table(line(), day="单位:万元"), "progress", name="b.xlsx", as_of="2022-06-30")
    assert ProgressReport.rows.get().as_of == date(2022, 6, 30)


def test_the_end_of_a_month_is_its_last_day(dezhou_officer: Actor) -> None:
    register_project(dezhou_officer, entry())
    committed(dezhou_officer, table(line(), day="（截至2022年2月底）"), "progress")
    assert ProgressReport.rows.get().as_of == date(2022, 2, 28)


def test_taking_the_table_back_restores_the_stage_and_removes_what_it_registered(dezhou_officer: Actor) -> None:
    project = register_project(dezhou_officer, entry())
    batch = committed(dezhou_officer, table(line(), line(no=2, name="演示新项目", issued=300)), "progress")
    assert Project.rows.count() == 2
    intake.undo(dezhou_officer, batch.pk)
    project.refresh_from_db()
    assert project.stage == "preparing"
    assert Project.rows.count() == 1
    assert ProgressReport.rows.count() == 0
    sums = FACT_MODELS["project_fact"]._default_manager.aggregate(n=Sum("projects"), f=Sum("investment_fen"))
    assert sums == {"n": 1, "f": 400 * WAN}
