"""Bills of works as offices write them: units, loose quantities, heads, headings, totals."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.build import workbook
from tests.conftest import make_actor
from workrelief.base.access.permissions import Role
from workrelief.kernel.errors import InvalidInput
from workrelief.work.catalogue.importers import read_bill
from workrelief.work.catalogue.rules.bill import parse_text
from workrelief.work.catalogue.rules.units import find_unit, read_quantity


@pytest.mark.parametrize(
    ("quantity", "unit", "value", "known"),
    [
        ("3500", "m³", 350_000, "m³"),
        ("1,200.5", "立方米", 120_050, "m³"),
        ("12", "100m²", 120_000, "m²"),
        ("1.2万m³", "", 1_200_000, "m³"),
        ("2.4", "公里", 240_000, "m"),
        ("320立方米", "m3", 32_000, "m³"),
        ("12.5", "吨", 1_250, "t"),
        ("60", "工日", 6_000, "工日"),
    ],
)
def test_quantities_in_known_units_are_exact(quantity, unit, value, known):
    found = read_quantity(quantity, unit)
    assert (found.value_x100, found.unit) == (value, known)


@pytest.mark.parametrize(
    ("text", "value", "word"), [("约4000", 400_000, "估数"), ("≥15", 1_500, "下限"), ("1000余", 100_000, "下限")]
)
def test_a_loose_quantity_is_used_and_said(text, value, word):
    found = read_quantity(text, "株")
    assert found.value_x100 == value
    assert any(text in note and word in note for note in found.notes)


@pytest.mark.parametrize("text", ["100-200", "≤30", "若干", "由9变为18", ""])
def test_what_is_no_certain_number_gives_none_and_says_so(text):
    found = read_quantity(text, "m")
    assert found.value_x100 is None
    assert found.notes


def test_an_unknown_unit_is_named_and_two_units_that_differ_are_refused():
    assert "“台班”不认识" in read_quantity("3", "台班").notes[0]
    differing = read_quantity("320立方米", "m2")
    assert differing.value_x100 is None
    assert "不一致" in differing.notes[0]


def test_units_are_known_in_every_width():
    assert {find_unit(t).id for t in ("m³", "M3", "㎥", "立方", "ｍ³")} == {"m³"}
    assert find_unit("台班") is None


def test_pasted_lines_are_read_with_and_without_a_head():
    headed = parse_text("序号\t项目名称\t单位\t数量\t备注\n1\t路基清表\tm2\t1200\t人工\n\t合计\t\t1200\t")
    assert [(x.name, x.unit, x.quantity, x.remark) for x in headed.lines] == [("路基清表", "m2", "1200", "人工")]
    assert "跳过合计" in headed.remarks[0]

    bare = parse_text("一、路基工程\n1 清表 m2 12000\n栽植国槐约4000株\n水泥路面养护")
    assert [x.is_heading for x in bare.lines] == [True, False, False, False]
    assert [(x.name, x.unit, x.quantity, x.part) for x in bare.lines[1:]] == [
        ("清表", "m2", "12000", "路基工程"),
        ("栽植国槐", "", "约4000株", "路基工程"),
        ("水泥路面养护", "", "", "路基工程"),
    ]
    assert "按“名称、单位、工程量、备注”的位置理解" in bare.remarks[0]


@pytest.mark.parametrize("text", ["", "   \n", "合计 100", "一、路基工程"])
def test_a_bill_without_works_is_refused(text):
    with pytest.raises(InvalidInput, match="没有读到工程量清单"):
        parse_text(text)


def test_a_sheet_is_read_by_its_head_wherever_it_stands(tmp_path: Path):
    path = tmp_path / "bill"
    path.write_bytes(
        workbook(
            [
                ["某村道路工程量清单"],
                ["序号", "分部工程", "项目名称", "计量单位", "工程数量", "备注"],
                ["1", "路基", "路基回填", "m³", 4000.5, ""],
                ["2", "排水", "砖砌检查井", "座", "约35", "含盖板"],
                ["", "", "合计", "", "", ""],
            ]
        ).read()
    )
    bill = read_bill(make_actor(Role.PROVINCE_OFFICER, "37"), path, "清单.xlsx")
    assert [(x.number, x.part, x.name, x.unit, x.quantity) for x in bill.lines] == [
        (3, "路基", "路基回填", "m³", "4000.5"),
        (4, "排水", "砖砌检查井", "座", "约35"),
    ]


def test_a_sheet_without_a_bill_says_which_columns_it_wants(tmp_path: Path):
    path = tmp_path / "x"
    path.write_bytes(workbook([["姓名", "证件号"], ["演示", "1"]]).read())
    with pytest.raises(InvalidInput, match="工程量"):
        read_bill(make_actor(Role.PROVINCE_OFFICER, "37"), path, "x.xlsx")


def test_a_messy_sheet_with_merged_head_says_what_was_understood(tmp_path):
    """Title lines, a head of two merged rows, an unknown column, a heading merged over the row, totals, no remark column."""
    content = workbook(
        [
            ["某某村道路工程 工程量清单"],
            ["编制单位：演示单位"],
            ["序号", "清单项目名称", "计量单位", "工程量", None, "综合单价"],
            [None, None, None, "招标工程量", "变更后", None],
            ["一", "路基工程", None, None, None, None],
            [1, "路基清表", "m2", "约12000", "", 3.5],
            [2, "土方回填", "100m³", 40, "", 12],
            ["", "小计", "", "", "", 99],
        ],
        merges=[(2, 3, 2, 4, "工程量"), (2, 1, 3, 1, "清单项目名称"), (2, 2, 3, 2, "计量单位")],
    )
    path = tmp_path / "清单.xlsx"
    path.write_bytes(content.read())
    bill = read_bill(make_actor(Role.COUNTY_OFFICER, "371422"), path, "清单.xlsx")
    works = [line for line in bill.lines if not line.is_heading]
    assert [(w.name, w.unit, w.quantity) for w in works] == [("路基清表", "m2", "约12000"), ("土方回填", "100m³", "40")]
    said = "\n".join(bill.remarks)
    assert "名称取 B 列" in said
    assert "单位取 C 列" in said
    assert "没有备注列" in said
    assert "综合单价" in said
    assert "跳过合计、小计 1 行" in said


def test_chapters_numbered_in_a_column_of_their_own_are_headings(tmp_path):
    rows = [
        ["序号", "项目名称", "计量单位", "工程量"], ["一", "路面", None, None], [1, "路缘石安砌", "100m", 3.5],
        ["（二）", "绿化", None, None], [2, "行道树栽植", "株", 40],
    ]  # fmt: skip
    path = tmp_path / "清单.xlsx"
    path.write_bytes(workbook(rows).read())
    sheet = read_bill(make_actor(Role.COUNTY_OFFICER, "371422"), path, "清单.xlsx")
    pasted = parse_text("\n".join("\t".join("" if c is None else str(c) for c in row) for row in rows))
    for bill in (sheet, pasted):
        assert [(x.name, x.part, x.is_heading) for x in bill.lines] == [
            ("路面", "", True), ("路缘石安砌", "路面", False), ("绿化", "", True), ("行道树栽植", "绿化", False),
        ]  # fmt: skip
    assert read_quantity("3.5", "100m").notes == ("3.5×100m 换算为 350 m",)


def test_totals_are_no_lines_understood_by_position():
    assert "2 行没有表头对应" in parse_text("清表 m2 100\n栽植国槐 株 4\n合计 项 9").remarks[0]
