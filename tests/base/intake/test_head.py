"""Heads: one to three merged rows, anywhere, matched by what offices write."""

from __future__ import annotations

import pytest

from workrelief.base.intake.columns import Column
from workrelief.base.intake.head import find_head
from workrelief.kernel.errors import InvalidInput

TWENTY = (
    Column("place", "市县", required=True),
    Column("name", "项目名称", required=True),
    Column("fund", "资金类型", aliases=("资金类型（省级财政）",)),
    Column("issued", "下达的以工代赈资金额度", "wan"),
    Column("total", "项目总投资", "wan", group="项目投资情况"),
    Column("relief", "其中实际用于实施以工代赈项目的资金", "wan", group="项目投资情况"),
    Column("mixed", "其中整合资金", "wan", group="项目投资情况"),
    Column("early", "前期工作", "tick", group="项目形象进度"),
    Column("building", "主体施工", "tick", group="项目形象进度"),
    Column("done", "主体完工", "tick", group="项目形象进度"),
    Column("used", "建成投用", "tick", group="项目形象进度"),
    Column("paid", "已支付资金总额", "wan", group="资金支付进度"),
    Column("wages", "已发放劳务报酬", "wan", group="政策落实情况"),
    Column("people", "已吸纳农村群众务工", "int", group="政策落实情况", aliases=("已吸纳农村群众务工（人数）",)),
    Column("remark", "备注"),
)
TOP = [
    "序号",
    "市县",
    "项目名称",
    "资金类型\n（省级财政）",
    "下达的以工代赈资金额度（万元）",
    "项目投资情况",
    "",
    "",
    "项目形象进度",
    "",
    "",
    "",
    "资金支付进度",
    "政策落实情况",
    "",
    "备注",
]
LOW = [
    "",
    "",
    "",
    "",
    "",
    "项目总投资（万元）",
    "其中 实际用于实施以工代赈项目的资金（万元）",
    "其中整合资金（万元）",
    "前期工作",
    "主体施工",
    "主体完工",
    "建成投用",
    "已支付资金总额（万元）",
    "已发放劳务报酬（万元）",
    "已吸纳农村群众务工（人数）",
    "",
]
DATA = ["1", "费县", "演示工程", "省预算内", 100.0, 200.0, 100.0, 0.0, "", "√", "", "", 50.0, 10.0, 30.0, ""]
MERGED = [((2, 5), (2, 7)), ((2, 8), (2, 11)), ((2, 13), (2, 14)), *(((2, c), (3, c)) for c in (0, 1, 2, 3, 4, 15))]


@pytest.mark.parametrize("merged", [MERGED, []], ids=["merged", "unmerged"])
def test_a_two_row_head_under_title_lines_is_found_whole(merged: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    wide = len(TOP)
    title = ["省级财政以工代赈项目进展情况调度表", *[""] * (wide - 1)]
    unit = ["填报单位：演示局", *[""] * (wide - 1)]
    head = find_head([title, unit, TOP, LOW, DATA], TWENTY, [((0, 0), (0, wide - 1)), *merged])
    assert head is not None
    assert (head.first, head.last) == (2, 3)
    assert [head.places[c.name] for c in TWENTY] == list(range(1, 16))
    assert head.units["total"] == "万元"
    assert head.title_lines == ("省级财政以工代赈项目进展情况调度表", "填报单位：演示局")
    assert not head.unknown
    assert not head.missing


def test_a_three_row_head_joins_group_and_title() -> None:
    rows = [
        ["单位", "投资", "", ""],
        ["", "项目投资情况", "", ""],
        ["", "项目总投资", "其中整合资金", "备注"],
        ["演示", 1.0, 2.0, ""],
    ]
    columns = (Column("place", "单位", required=True), TWENTY[4], TWENTY[6], TWENTY[-1])
    head = find_head(rows, columns, [((0, 1), (0, 2)), ((1, 1), (1, 2)), ((0, 0), (2, 0)), ((0, 3), (2, 3))])
    assert head is not None
    assert head.last == 2
    assert head.places["total"] == 1
    assert head.places["mixed"] == 2


def test_equal_titles_under_two_groups_are_told_apart() -> None:
    columns = (
        Column("who", "姓名", required=True),
        Column("plan", "人数", "int", group="计划"),
        Column("real", "人数", "int", group="实际"),
    )
    head = find_head([["姓名", "实际", "计划"], ["", "人数", "人数"], ["演示甲", 1.0, 2.0]], columns, [])
    assert head is not None
    assert (head.places["plan"], head.places["real"]) == (2, 1)


def test_spaces_brackets_units_and_marks_do_not_matter() -> None:
    columns = (
        Column("name", "姓名", required=True),
        Column("due", "应发", "money"),
        Column("id", "证件号", aliases=("身份证号",)),
    )
    head = find_head([["姓  名*", "应 发\n（元）", "身份证号（18位）"], ["演示甲", 1.0, "x"]], columns, [])
    assert head is not None
    assert head.places == {"name": 0, "due": 1, "id": 2}
    assert head.units == {"due": "元"}


def test_the_unit_may_stand_in_a_title_line() -> None:
    columns = (Column("name", "项目名称", required=True), Column("total", "总投资", "money", default_unit="元"))
    head = find_head([["一览表", "单位：万元"], ["项目名称", "总投资"], ["演示", 1.0]], columns, [])
    assert head is not None
    assert head.units["total"] == "万元"


def test_two_columns_with_equal_right_are_refused_by_letter() -> None:
    columns = (Column("name", "姓名", required=True), Column("paid", "实发", "money"))
    with pytest.raises(InvalidInput, match="B 列和 C 列"):
        find_head([["姓名", "实发", "实发"], ["演示甲", 1.0, 2.0]], columns, [])


def test_missing_and_unknown_heads_are_named() -> None:
    columns = (
        Column("name", "姓名", required=True),
        Column("id", "证件号", required=True),
        Column("due", "应发", in_head=True),
    )
    head = find_head([["序号", "姓名", "证件号", "星座"], [1.0, "演示甲", "x", "y"]], columns, [])
    assert head is not None
    assert [c.title for c in head.missing] == ["应发"]
    assert head.unknown == (("D", "星座"),)


def test_a_table_without_any_known_title_has_no_head() -> None:
    assert find_head([["甲", "乙"], ["1", "2"]], TWENTY, []) is None


def test_the_head_reaches_as_far_down_as_its_merged_cells() -> None:
    """What stands beneath a group and is no title of ours (合价) is part of the head, not a first row of data."""
    rows = [["市县", "项目名称", "资金类型", ""], ["", "", "资金类型", "合价"], ["甲", "乙", "专项", 2]]
    merged = [((0, 0), (1, 0)), ((0, 1), (1, 1)), ((0, 2), (0, 3))]
    head = find_head(rows, TWENTY, merged)
    assert head is not None
    assert (head.first, head.last) == (0, 1)
    assert head.places == {"place": 0, "name": 1, "fund": 2}


def test_a_cell_merged_into_the_data_does_not_pull_data_into_the_head() -> None:
    rows = [["市县", "项目名称", "项目总投资"], ["甲", "乙", 1], ["甲", "丙", 1], ["甲", "丁", 1]]
    head = find_head(rows, TWENTY, [((1, 0), (3, 0))])
    assert head is not None
    assert (head.first, head.last) == (0, 0)
