"""Forms to fill in: what a county clerk opens, and what the intake reads back."""

from __future__ import annotations

import io

import openpyxl
import pytest

from workrelief.base.intake.columns import Column
from workrelief.base.intake.importer import ImportContext, Importer
from workrelief.base.intake.reader import open_workbook, read_blocks
from workrelief.outputs.render.import_template import EXAMPLE_MARK, TemplateColumn, template_bytes

COLUMNS = (
    TemplateColumn("姓名", required=True, example="演示甲", note="与身份证一致"),
    TemplateColumn("证件号", required=True, example="370102199001011237", note="18 位"),
    TemplateColumn("人员类别", choices=("脱贫人口", "监测对象", "其他"), example="其他"),
    TemplateColumn("应发", kind="money_yuan", example="2400.00", group="报酬（元）"),
    TemplateColumn("实发", kind="money_yuan", example="2400.00", group="报酬（元）"),
)


def opened(columns=COLUMNS, notes=("每人每月一行。",)):
    return openpyxl.load_workbook(io.BytesIO(template_bytes("务工人员花名册", columns, notes)))


def test_heads_required_ones_red_then_the_marked_example():
    page = opened()["务工人员花名册"]
    assert [c.value for c in page[1]] == ["姓名", "证件号", "人员类别", "报酬（元）", None]
    assert [c.value for c in page[2]][3:] == ["应发", "实发"]
    assert page["A1"].font.color.rgb.endswith("C00000")
    assert page["C1"].font.color.theme == 1
    assert page["A3"].value == EXAMPLE_MARK + "演示甲"
    assert page["B3"].value == "370102199001011237"
    assert "必填" in page["A1"].comment.text
    assert "示例" in page["A3"].comment.text


def test_one_head_row_without_groups():
    page = opened(COLUMNS[:3])["务工人员花名册"]
    assert page["A2"].value.startswith(EXAMPLE_MARK)
    assert page.freeze_panes == "A2"


def test_choices_come_from_a_hidden_list_of_any_length():
    many = tuple(f"第{i}种很长的类别名称" for i in range(200))
    book = opened((TemplateColumn("类别", choices=many),))
    (rule,) = book["务工人员花名册"].data_validations.dataValidation
    assert rule.type == "list"
    assert rule.formula1 == "可选内容!$A$2:$A$201"
    assert book["可选内容"].sheet_state == "hidden"
    assert [c.value for c in book["可选内容"]["A"]][1:] == list(many)


def test_text_columns_keep_what_is_typed():
    page = opened()["务工人员花名册"]
    assert page.column_dimensions["A"].width >= 12
    styles = {letter: page.column_dimensions[letter].number_format for letter in "AD"}
    assert styles == {"A": "@", "D": "#,##0.00"}


def test_guide_explains_every_column():
    guide = opened()["填表说明"]
    rows = [[c.value or "" for c in row] for row in guide.iter_rows()]
    assert ["姓名", "必填", "与身份证一致", "", "演示甲"] in rows
    assert ["报酬（元）/应发", "选填", "", "", "2400.00"] in rows
    assert any(row[0] == "3.每人每月一行。" for row in rows)


def test_examples_and_titles_are_never_formulas():
    page = opened(
        (TemplateColumn("=1+1", example="=2+2", note="=3", choices=("=4",)), TemplateColumn("乙", example="=5"))
    )["务工人员花名册"]
    assert [page["A1"].data_type, page["A2"].data_type, page["B2"].data_type] == ["s", "s", "s"]


def test_same_columns_give_the_same_bytes():
    assert template_bytes("花名册", COLUMNS) == template_bytes("花名册", COLUMNS)


@pytest.mark.parametrize("title", ["a/b:c", "很长" * 30])
def test_any_title_makes_a_sheet(title):
    assert len(openpyxl.load_workbook(io.BytesIO(template_bytes(title, COLUMNS))).sheetnames) == 3


class Roster(Importer):
    kind, title, permission = "roster", "务工人员花名册", "roster.import"
    columns = (
        Column("name", "姓名", required=True),
        Column("identity", "证件号", "code", required=True),
        Column("due", "应发", "money", group="报酬"),
    )


def test_intake_reads_the_filled_form_and_passes_over_its_example(tmp_path):
    book = opened()
    page = book["务工人员花名册"]
    for index, value in enumerate(("演示乙", "370102199001011237", "其他", 1200, 1100.5), start=1):
        page.cell(4, index, value)
    book.save(tmp_path / "花名册.xlsx")
    importer = Roster()
    ctx = ImportContext(None, 0, "花名册.xlsx", {}, {c.name: c for c in importer.columns})
    issues, reports = [], []
    with open_workbook(tmp_path / "花名册.xlsx", "花名册.xlsx") as workbook:
        rows = [
            (row.number, row["name"], row["identity"], row["due"])
            for block in read_blocks(workbook, importer, ctx, issues.append, reports)
            for row in block
        ]
    assert rows == [(4, "演示乙", "370102199001011237", 120_000)]
    assert [issue for issue in issues if issue.level == "error"] == []
