"""Form F as offices write it: what was understood is said, what was not is refused by name; rows stand on the list."""

from __future__ import annotations

import pytest

from tests.work.lists.build import NINGJIN, WAN, reserve, this_year
from tests.work.projects.sheets import checked, committed, said, xlsx
from workrelief.base.divisions.services import load_divisions
from workrelief.base.intake import services as intake
from workrelief.base.intake.models import RowIssue
from workrelief.kernel.errors import Conflict, NotPermitted, RuleViolated
from workrelief.work.lists import queries, services
from workrelief.work.lists.queries import EntryFilter
from workrelief.work.projects import queries as projects
from workrelief.work.projects.services import register_many

pytestmark = pytest.mark.django_db
HEAD = [
    "年度", "级次", "市", "县", "项目名称", "项目线", "领域", "总投资（万元）", "适用的建设任务", "用工环节", "用工岗位", "岗位数量",
    "用工时段", "技能要求", "拟吸纳人数", "拟发劳务报酬（万元）", "拟培训人次", "县级资金（万元）",
]  # fmt: skip


@pytest.fixture(autouse=True)
def places():
    load_divisions()


def line(name="演示镇道路改造", **cells):
    row = {
        "年度": this_year(), "级次": "县", "市": "德州市", "县": "宁津县", "项目名称": name, "项目线": "农推", "领域": "交通",
        "总投资（万元）": 400, "适用的建设任务": "路基施工", "用工环节": "路肩培土", "用工岗位": "普工", "岗位数量": 10,
        "用工时段": "3月至10月", "技能要求": "不限", "拟吸纳人数": 30, "拟发劳务报酬（万元）": 90, "拟培训人次": 20,
        "县级资金（万元）": None,
    } | cells  # fmt: skip
    return [row[title] for title in HEAD]


def file(*rows):
    return xlsx([HEAD, *rows])


def test_this_years_list_enters_the_reserve_and_counts_nowhere(ningjin_officer):
    batch = committed(ningjin_officer, file(line()), "project_list")
    (one,) = queries.entries(ningjin_officer.scope)
    assert (one.state, one.level, one.year, one.investment_fen) == ("draft", "county", this_year(), 400 * WAN)
    assert projects.project(ningjin_officer.scope, one.project_id).years == ()
    assert batch.report["notes"] == ["列入储备 1 项"]


def test_a_past_years_list_is_taken_as_published(ningjin_officer):
    committed(ningjin_officer, file(line(年度=2022)), "project_list")
    (one,) = queries.entries(ningjin_officer.scope)
    assert one.state == "published"
    assert [y.year for y in projects.project(ningjin_officer.scope, one.project_id).years] == [2022]


@pytest.mark.parametrize(("state", "expected"), [("储备", "draft"), ("已发布", "published")])
def test_the_state_may_be_said(ningjin_officer, state, expected):
    committed(ningjin_officer, file(line(年度=2022)), "project_list", state=state)
    assert [e.state for e in queries.entries(ningjin_officer.scope)] == [expected]


def test_this_years_list_is_taken_as_published_from_its_own_office_only(ningjin_officer, province_officer):
    committed(ningjin_officer, file(line()), "project_list", state="已发布")
    assert [e.state for e in queries.entries(ningjin_officer.scope)] == ["published"]
    above = line("乙村道路", 级次="省")
    for how in ({"state": "已发布"}, {"listed_on": f"{this_year()}-01-05"}):
        batch = checked(ningjin_officer, file(above), "project_list", **how)
        assert any("省级清单由省级发展改革部门印发" in w and "A02" in w for w in said(batch, "error")), said(batch)
    assert committed(province_officer, file(above), "project_list", state="已发布").report["notes"] == [
        "列为已发布 1 项"
    ]


@pytest.mark.parametrize("track", ["专项", "农推", "重点"])
def test_this_years_published_row_needs_the_links_and_the_four_items_whatever_its_track(ningjin_officer, track):
    gaps = {"项目线": track, "适用的建设任务": "", "用工环节": "", "技能要求": ""}
    batch = checked(ningjin_officer, file(line(**gaps)), "project_list", state="已发布")
    words = said(batch, "error")
    assert any("没有写明适用的建设任务和用工环节" in w for w in words), said(batch)
    assert any("用工需求四项缺少：技能" in w for w in words)


def test_publishing_this_year_behind_the_office_is_refused_by_the_service_too(ningjin_officer):
    load_divisions()
    done = register_many(ningjin_officer, [reserve(0), reserve(1, labour_links="", labour_tasks="")])
    whole, gappy = done.project_ids
    with pytest.raises(NotPermitted, match="A02"):
        services.enter_many(ningjin_officer, [new_entry(whole, "province")], state="published")
    with pytest.raises(RuleViolated, match="没有写明适用的建设任务"):
        services.enter_many(ningjin_officer, [new_entry(gappy, "county")], state="published")
    assert not queries.entries(ningjin_officer.scope).exists()


def new_entry(project_id, level):
    return services.NewEntry(project_id=project_id, year=this_year(), level=level)


def test_gaps_are_said_but_do_not_keep_a_project_out_of_the_reserve(ningjin_officer):
    gaps = {"适用的建设任务": "", "用工环节": "—", "岗位数量": "/", "拟吸纳人数": None}
    batch = checked(ningjin_officer, file(line(**gaps)), "project_list")
    assert batch.errors == 0
    assert any("四项缺少：数量" in s for s in said(batch))


def test_loosely_written_plans_are_taken_and_quoted(ningjin_officer):
    loose = {
        "拟吸纳人数": "≥15",
        "总投资（万元）": "约4000",
        "拟发劳务报酬（万元）": "10-15",
        "拟培训人次": "20人次以上",
    }
    batch = committed(ningjin_officer, file(line(**loose)), "project_list")
    words = said(batch, "remark")
    for quoted in (
        "“≥15”不是确定的数，按“不少于15”理解，取 15",
        "“约4000”不是确定的数，按“约4000”理解，取 4000万元",
        "“10-15”不是确定的数，按“10至15”理解，取下限 10万元",
        "“20人次以上”不是确定的数",
    ):
        assert any(quoted in w for w in words), (quoted, words)
    (one,) = queries.entries(ningjin_officer.scope)
    assert (one.planned_workers, one.investment_fen, one.planned_pay_fen) == (15, 4_000 * WAN, 10 * WAN)


def test_units_of_their_own_are_said_in_the_columns_unit(ningjin_officer):
    batch = committed(
        ningjin_officer, file(line("甲村道路", **{"总投资（万元）": "1.2亿元"}), line("乙村桥梁", **{"总投资（万元）": "400万元"})),
        "project_list",
    )  # fmt: skip
    words = said(batch, "remark")
    assert any("已识别为 1.2 亿元，合 12,000.00 万元" in w for w in words)
    assert sorted(e.investment_fen for e in queries.entries(ningjin_officer.scope)) == [400 * WAN, 12_000 * WAN]


def test_a_total_too_small_for_its_unit_is_pointed_at(ningjin_officer):
    batch = checked(ningjin_officer, file(line(**{"总投资（万元）": 0.4, "拟发劳务报酬（万元）": 0.1})), "project_list")
    assert any("总投资0.40万元，数额过小，单位可能写错；现按所写单位理解" in w for w in said(batch, "remark"))


def test_a_total_far_too_large_for_its_unit_is_pointed_at(ningjin_officer):
    batch = checked(ningjin_officer, file(line(**{"总投资（万元）": 60_000_000})), "project_list")
    assert any("总投资60,000,000.00万元，数额过大，单位可能写错" in w for w in said(batch, "remark"))


def test_the_unit_of_the_title_line_is_no_unit_of_persons(ningjin_officer):
    rows = [["2026年农业农村领域清单"], ["单位：万元"], HEAD, line(拟吸纳人数="≥15")]
    words = said(checked(ningjin_officer, xlsx(rows), "project_list"), "remark")
    assert any(w.endswith("按“不少于15”理解，取 15") for w in words)


def test_a_range_over_two_units_is_refused_and_one_in_yi_is_said_in_wan(ningjin_officer):
    rows = [line("甲", **{"总投资（万元）": "0.5万元-1亿元"}), line("乙", **{"总投资（万元）": "约1.2亿"})]
    batch = checked(ningjin_officer, file(*rows), "project_list")
    assert any("“0.5万元-1亿元”前后两个数的单位不同" in w for w in said(batch, "error"))
    assert any("取 1.2亿，合 12,000.00 万元" in w for w in said(batch, "remark"))


def test_a_cell_that_was_refused_is_told_once_and_judged_no_further(ningjin_officer):
    row = line(**{"总投资（万元）": "待定", "领域": "水利工程", "岗位数量": "若干", "县级资金（万元）": 400})
    batch = checked(ningjin_officer, file(row), "project_list")
    assert [w.split(":")[0] for w in said(batch, "error")] == ["2 领域", "2 总投资（万元）", "2 岗位数量"]
    assert not any("合计" in w or "四项缺少" in w or "七大领域" in w for w in said(batch))


def test_an_amount_merged_over_rows_is_told_once_a_row(ningjin_officer):
    rows = [HEAD, line("甲"), line("乙")]
    at = HEAD.index("总投资（万元）")
    batch = checked(ningjin_officer, xlsx(rows, merges=[(1, at, 2, at)]), "project_list")
    assert said(batch, "error") == [
        f"{row} 总投资（万元）: 第 2–3 行合并了单元格，数值无法分摊到每一行" for row in (2, 3)
    ]


def test_the_value_beside_a_problem_is_shown_as_written_in_the_form(ningjin_officer):
    batch = checked(ningjin_officer, file(line(**{"县级资金（万元）": 399})), "project_list")
    problem = RowIssue.rows.get(batch=batch, level="error")
    assert (problem.rule_id, problem.value) == ("C06", "400.00 万元")


def test_a_month_is_taken_as_its_first_or_last_day_and_said_so(ningjin_officer):
    head = [*HEAD, "开工年月", "完工年月"]
    rows = [
        [*line("甲", 年度=f"{this_year()}年"), "2026年3月", 2026.11],
        [*line("乙"), "2026", "年底"],
        [*line("丙"), "2026.3.1", 2026.1],
    ]
    batch = checked(ningjin_officer, xlsx([head, *rows]), "project_list")
    assert said(batch, "error") == [
        "3 开工年月: “2026”不是完整的日期", "3 完工年月: “年底”不是完整的日期",
        "4 完工年月: “2026.1”分不清是 1 月还是 10 月",
    ]  # fmt: skip
    words = said(batch, "remark")
    assert "2 开工年月: “2026年3月”只写到月，按当月 1 日计，即 2026-03-01" in words
    assert "2 完工年月: “2026.11”只写到月，按当月最后一日计，即 2026-11-30" in words
    assert not any("没有填写开工时间" in w for w in words)


@pytest.mark.parametrize(
    "cells", [{"县级资金（万元）": "约400"}, {"总投资（万元）": "待定400左右吧"}, {"拟吸纳人数": "9→18"}]
)
def test_what_cannot_be_understood_is_refused_by_name(ningjin_officer, cells):
    batch = checked(ningjin_officer, file(line(**cells)), "project_list")
    (text,) = cells.values()
    assert any(f"“{text}”" in w for w in said(batch, "error")), said(batch)


def test_a_place_already_taken_is_an_error_of_its_row(ningjin_officer):
    committed(ningjin_officer, file(line()), "project_list")
    batch = checked(ningjin_officer, file(line(级次="市")), "project_list")
    assert any("已在" in w and "县级清单内（储备）" in w for w in said(batch, "error"))


def test_a_taken_place_is_said_once(ningjin_officer):
    committed(ningjin_officer, file(line(年度=2022)), "project_list")
    batch = checked(ningjin_officer, file(line(年度=2022, 拟吸纳人数=31)), "project_list")
    assert len(said(batch, "error")) == 1, said(batch, "error")
    assert batch.rows_bad == 1


def test_a_row_for_a_closed_list_is_refused_by_name(ningjin_officer):
    committed(ningjin_officer, file(line(年度=2022)), "project_list")
    services.close_year(ningjin_officer, 2022, "county", division=NINGJIN)
    batch = checked(ningjin_officer, file(line("乙村桥梁", 年度=2022)), "project_list")
    assert any("2022年县级清单已年度关闭" in w for w in said(batch, "error"))


def test_an_import_is_taken_back_with_its_entries_until_they_moved(ningjin_officer):
    batch = committed(ningjin_officer, file(line()), "project_list")
    intake.undo(ningjin_officer, batch.pk)
    assert not queries.entries(ningjin_officer.scope).exists()
    again = committed(ningjin_officer, file(line("演示镇桥梁修复")), "project_list")
    (one,) = queries.entries(ningjin_officer.scope)
    services.advance(ningjin_officer, [one.pk], "submit")
    with pytest.raises(Conflict, match="已在清单上办理"):
        intake.undo(ningjin_officer, again.pk)
    assert queries.entries(ningjin_officer.scope, EntryFilter(states=("submitted",))).count() == 1
