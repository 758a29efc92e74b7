"""Importing the list of projects (form F): shapes offices use, places, doubles, and the way back."""

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
from workrelief.kernel.errors import Conflict, RuleViolated
from workrelief.work.projects.models import FundSource, Project, ProjectYear
from workrelief.work.projects.services import register_project

pytestmark = pytest.mark.django_db

HEAD = [
    "序号", "年度", "级次", "市", "县（市、区）", "项目名称", "项目代码", "项目线", "领域", "建设性质", "建设单位", "主要建设内容",
    "总投资（万元）", "中央预算内投资（万元）", "省级资金（万元）", "县级资金（万元）", "已下达中央资金（万元）", "开工时间", "完工时间",
    "适用的建设任务", "用工环节", "用工岗位", "岗位数量", "用工时段", "技能要求", "拟吸纳人数", "其中优先群体", "拟发劳务报酬（万元）",
    "拟培训人次", "备注",
]  # fmt: skip


def line(**changes: object) -> list[object]:
    row: dict[str, object] = {
        "序号": 1, "年度": 2022, "级次": "县", "市": "德州市", "县（市、区）": "宁津县", "项目名称": "演示镇道路改造工程",
        "项目代码": "2204-371422-04-01-100008", "项目线": "专项资金项目", "领域": "交通", "建设性质": "新建", "建设单位": "演示镇人民政府",
        "主要建设内容": "硬化道路3公里", "总投资（万元）": 400, "中央预算内投资（万元）": 300.5, "省级资金（万元）": "-",
        "县级资金（万元）": 99.5, "已下达中央资金（万元）": 300.5, "开工时间": "2022年3月1日", "完工时间": "2022.11.30",
        "适用的建设任务": "路面工程", "用工环节": "路肩培土", "用工岗位": "普工", "岗位数量": 27, "用工时段": "3月至10月", "技能要求": "不限",
        "拟吸纳人数": 30, "其中优先群体": 18, "拟发劳务报酬（万元）": 90, "拟培训人次": 30, "备注": "",
    }  # fmt: skip
    row.update(changes)
    return [row[h] for h in HEAD]


def sheet(*rows: list[object], title: str = "德州市2022年适用以工代赈项目清单") -> Any:
    return xlsx(
        [[title], ["填报单位：德州市发展和改革委员会"], HEAD, *rows, ["合计", *[None] * 11, 400], ["填表人：演示甲"]]
    )


@pytest.fixture(autouse=True)
def _divisions(db: None) -> None:
    load_divisions()


def test_a_list_becomes_projects_listings_money_and_facts(dezhou_officer: Actor) -> None:
    second = line(
        序号=2, 项目名称="演示河治理工程", 项目代码="", 领域="水利", 项目线="农推", **{"县（市、区）": "禹城市"}
    )
    batch = committed(dezhou_officer, sheet(line(), second), "project_list")

    assert (batch.rows_read, batch.rows_bad) == (2, 0)
    road = Project.rows.get(name="演示镇道路改造工程")
    assert (road.division_code, road.track, road.sector) == ("371422000000", "special_fund", "transport")
    assert (road.investment_fen, road.planned_workers, road.planned_pay_fen) == (400 * WAN, 30, 90 * WAN)
    assert (road.starts_on, road.ends_on, road.list_level) == (date(2022, 3, 1), date(2022, 11, 30), "county")
    assert road.labour_demand == "普工｜27｜3月至10月｜不限"
    assert road.batch_id == batch.pk
    assert ProjectYear.objects.filter(batch_id=batch.pk).count() == 2
    funds = {f.fund_type: (f.planned_fen, f.issued_fen) for f in FundSource.objects.filter(project=road)}
    assert funds == {"central_budget": (30_050 * 10_000, 30_050 * 10_000), "county": (9_950 * 10_000, 0)}
    assert Project.rows.get(name="演示河治理工程").track == "agri_promotion"
    facts = FACT_MODELS["project_fact"]._default_manager
    assert facts.aggregate(n=Sum("projects"), f=Sum("investment_fen")) == {"n": 2, "f": 800 * WAN}


def test_year_and_track_may_stand_in_the_title_only(dezhou_officer: Actor) -> None:
    head = ["序号", "市县", "项目名称", "领域", "总投资", "拟吸纳人数"]
    rows = [
        ["德州市2022年度重点工程适用以工代赈项目清单"],
        ["单位：亿元"],
        head,
        [1, "德州市禹城市", "演示高速", "交通", "12.5", 200],
    ]
    committed(dezhou_officer, xlsx(rows), "project_list")
    project = Project.rows.get()
    assert (project.track, project.investment_fen) == ("key_project", 125_000 * WAN)
    assert ProjectYear.objects.get().year == 2022


def test_the_city_tells_two_districts_of_one_name_apart(province_officer: Actor) -> None:
    ambiguous = line(市="", **{"县（市、区）": "市中区"})
    clear = line(市="枣庄市", 项目名称="另一工程", 项目代码="", **{"县（市、区）": "市中区"})
    batch = checked(province_officer, sheet(ambiguous, clear), "project_list")
    errors = said(batch, "error")
    assert len(errors) == 1
    assert "“市中区”对应多个地方" in errors[0]
    assert "济南市" in errors[0]


def test_a_place_that_does_not_exist_or_is_not_ours_is_named(dezhou_officer: Actor) -> None:
    rows = [
        line(项目代码="", 项目名称="甲", **{"县（市、区）": "宁静县"}),
        line(项目代码="", 项目名称="乙", 市="临沂市", **{"县（市、区）": "费县"}),
    ]
    errors = said(checked(dezhou_officer, sheet(*rows), "project_list"), "error")
    assert "没有名为“德州市宁静县”的市、县" in errors[0]
    assert "临沂市费县不在您的数据范围内" in errors[1]


def test_one_bad_row_stops_the_whole_list(dezhou_officer: Actor) -> None:
    bad = line(项目名称="演示河治理工程", 项目代码="", **{"县级资金（万元）": 99.48})
    batch = checked(dezhou_officer, sheet(line(), bad), "project_list")
    assert said(batch, "error") == ["5 总投资（万元）: 各资金来源合计399.98万元，与总投资400.00万元相差0.02万元。"]
    with pytest.raises(RuleViolated):
        intake.commit(dezhou_officer, batch.pk)
    assert Project.rows.count() == 0


def test_a_difference_of_exactly_one_hundredth_wan_is_accepted(dezhou_officer: Actor) -> None:
    batch = checked(dezhou_officer, sheet(line(**{"县级资金（万元）": 99.49})), "project_list")
    assert said(batch, "error") == []


def test_doubtful_codes_are_remarked_and_kept_with_a_note(dezhou_officer: Actor) -> None:
    rows = [
        line(项目代码="2204-371422-04-01-100001", 项目名称="甲"),
        line(项目代码="2313-371422-04-01-100001", 项目名称="乙"),
        line(项目代码="2015-371422-04-01-100001", 项目名称="丙"),
    ]
    batch = committed(dezhou_officer, sheet(*rows), "project_list")
    remarks = " ".join(said(batch, "remark"))
    assert "末位校验不符" in remarks
    assert "首段“2313”既不是年月" in remarks
    notes = dict(Project.rows.values_list("name", "code_note"))
    assert notes == {"甲": "校验位待确认", "乙": "首段待确认", "丙": "旧式代码（首段为年份）"}


def test_doubles_in_the_file_name_the_first_row(dezhou_officer: Actor) -> None:
    same_code = line(项目名称="另一名称")
    same_name = line(项目代码="", 项目名称="演示镇 道路改造工程")
    errors = said(checked(dezhou_officer, sheet(line(), same_code, same_name), "project_list"), "error")
    assert any(e.startswith("5 项目代码: 与第 4 行项目代码相同") for e in errors)
    assert any(e.startswith("6 项目名称: 与第 4 行为同一县的同名项目") for e in errors)


def test_a_project_of_last_years_list_is_listed_again_with_a_remark(dezhou_officer: Actor) -> None:
    committed(dezhou_officer, sheet(line()), "project_list")
    batch = committed(dezhou_officer, sheet(line(年度=2023)), "project_list", name="2023.xlsx")
    assert "项目已登记（已在 2022 年清单内），本次列入 2023 年清单" in " ".join(said(batch, "remark"))
    assert list(ProjectYear.objects.order_by("year").values_list("year", flat=True)) == [2022, 2023]
    assert Project.rows.count() == 1


def test_a_listed_project_and_one_of_another_track_are_refused(dezhou_officer: Actor) -> None:
    register_project(dezhou_officer, entry(code="2204-371422-04-01-100008"))
    errors = said(checked(dezhou_officer, sheet(line()), "project_list"), "error")
    assert "项目已在 2022 年清单内" in errors[0]
    errors = said(checked(dezhou_officer, sheet(line(年度=2023, 项目线="重点工程推广")), "project_list"), "error")
    assert "已按另一项目线登记" in errors[0]


def test_a_code_used_in_another_county_is_refused(dezhou_officer: Actor) -> None:
    register_project(dezhou_officer, entry(code="2204-371422-04-01-100008"))
    elsewhere = line(年度=2023, 项目名称="演示河治理工程", **{"县（市、区）": "禹城市"})
    errors = said(checked(dezhou_officer, sheet(elsewhere), "project_list"), "error")
    assert "已用于另一县的项目" in errors[0]


def test_an_import_is_taken_back_with_its_facts(dezhou_officer: Actor) -> None:
    batch = committed(dezhou_officer, sheet(line()), "project_list")
    intake.undo(dezhou_officer, batch.pk)
    assert Project.rows.count() == 0
    assert FundSource.objects.count() == 0
    for table, measure in (("project_fact", "investment_fen"), ("fund_fact", "issued_fen")):
        assert FACT_MODELS[table]._default_manager.aggregate(s=Sum(measure))["s"] == 0
    committed(dezhou_officer, sheet(line()), "project_list")
    assert Project.rows.count() == 1


def test_taking_back_a_second_years_list_restores_the_older_plan(dezhou_officer: Actor) -> None:
    committed(dezhou_officer, sheet(line()), "project_list")
    later = committed(dezhou_officer, sheet(line(年度=2023, 拟吸纳人数=50)), "project_list", name="2023.xlsx")
    assert Project.rows.get().planned_workers == 50
    intake.undo(dezhou_officer, later.pk)
    assert Project.rows.get().planned_workers == 30


def test_a_list_another_import_rests_on_is_not_taken_back(dezhou_officer: Actor) -> None:
    first = committed(dezhou_officer, sheet(line()), "project_list")
    committed(dezhou_officer, sheet(line(年度=2023)), "project_list", name="2023.xlsx")
    with pytest.raises(Conflict) as caught:
        intake.undo(dezhou_officer, first.pk)
    assert caught.value.code == "import.in_use"
    assert Project.rows.count() == 1
