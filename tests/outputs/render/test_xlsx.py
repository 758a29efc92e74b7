"""Spreadsheets: numbers are numbers, texts stay texts, large exports stay small in memory."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from workrelief.kernel.errors import InvalidInput
from workrelief.outputs.render import xlsx
from workrelief.outputs.render.safe_csv import csv_bytes, csv_chunks
from workrelief.outputs.render.xlsx import Sheet, SheetColumn, sheet_names, xlsx_bytes

COLUMNS = (
    SheetColumn("项目代码"),
    SheetColumn("务工人数", "int"),
    SheetColumn("劳务报酬", "money_wan"),
    SheetColumn("实发", "money_yuan"),
    SheetColumn("占比", "ratio"),
    SheetColumn("发放日期", "date"),
    SheetColumn("工日", "days"),
)
ROW = ("000123", 1234, 1_234_567_890, 123_456, Decimal("0.3045"), date(2022, 7, 1), 125)


def sheet(**changes):
    fields = {
        "title": "报酬", "caption": "2022年劳务报酬发放表", "columns": COLUMNS, "rows": [ROW], "unit_note": "单位：人、万元",
        "total_row": ("合计", 1234, 1_234_567_890, 123_456, None, None, 125), "notes": ("按到账日归期。",), "demo": True,
    }  # fmt: skip
    return Sheet(**{**fields, **changes})


def opened(*sheets):
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(sheets)))


def test_three_part_head_then_rows_total_and_notes():
    page = opened(sheet())["报酬"]
    assert page["A1"].value == "2022年劳务报酬发放表（演示数据）"
    assert "A1:G1" in {str(r) for r in page.merged_cells.ranges}
    assert (page["A2"].value, page["A2"].alignment.horizontal) == ("单位：人、万元", "right")
    assert [cell.value for cell in page[3]] == [c.title for c in COLUMNS]
    assert page["A5"].value == "合计"
    assert page["A5"].font.bold
    assert page["A6"].value == "注：按到账日归期。"


def test_numbers_are_numbers_in_the_unit_of_their_column():
    cells = opened(sheet())["报酬"][4]
    assert [cell.value for cell in cells[:5]] == ["000123", 1234, 1234.56789, 1234.56, 0.3045]
    assert cells[5].value.date() == date(2022, 7, 1)
    assert cells[6].value == 12.5
    assert [cell.number_format for cell in cells[1:5]] == ["#,##0", "#,##0.00", "#,##0.00", "0.0%"]


def test_decimals_are_taken_as_already_in_the_unit():
    row = ("x", 1, Decimal("12.35"), Decimal("3.5"), Decimal(0), None, Decimal("0.5"))
    assert [c.value for c in opened(sheet(rows=[row]))["报酬"][4][2:4]] == [12.35, 3.5]


def test_eighteen_digits_and_leading_zeros_survive():
    page = opened(
        sheet(columns=(SheetColumn("号码"),), rows=[("370102199001011234",), (370102199001011234,)], total_row=None)
    )["报酬"]
    assert [page["A4"].value, page["A5"].value] == ["370102199001011234"] * 2
    assert page["A4"].number_format == "@"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "{=1}", "http://example.org", "\t=1"]
)
def test_texts_never_become_formulas_or_links(text):
    data = xlsx_bytes(
        [
            sheet(
                columns=(SheetColumn("甲"),),
                caption=text,
                unit_note=text,
                rows=[(text,)],
                total_row=(text,),
                notes=(text, text),
            )
        ]
    )
    page = openpyxl.load_workbook(io.BytesIO(data))["报酬"]
    assert (page["A4"].value, page["A4"].data_type) == (text, "s")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "hyperlink" not in xml


def test_missing_is_empty_and_a_dash_stays_a_dash():
    page = opened(sheet(rows=[("x", None, "—", None, None, None, None)]))["报酬"]
    assert page["B4"].value is None
    assert page["C4"].value == "—"


def test_print_is_a4_across_with_repeated_head_and_frozen_panes():
    page = opened(sheet())["报酬"]
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.print_title_rows == "$1:$3"
    assert page.freeze_panes == "B4"
    assert page.page_setup.fitToHeight == 0


def test_sheet_names_are_made_legal_and_unique():
    assert sheet_names(["a/b[1]:*?", "甲" * 40, "甲" * 40, "", "表"]) == [
        "a_b_1____",
        "甲" * 31,
        "甲" * 28 + "（2）",
        "表",
        "表（2）",
    ]


def test_same_sheets_give_the_same_bytes():
    assert xlsx_bytes([sheet()]) == xlsx_bytes([sheet()])


def test_rows_of_another_length_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="2 values for 7 columns"):
        xlsx_bytes([sheet(rows=[("a", 1)])])


def test_too_many_rows_are_refused_with_a_way_out(monkeypatch):
    monkeypatch.setattr(xlsx, "ROW_LIMIT", 8)
    with pytest.raises(InvalidInput, match="CSV"):
        xlsx_bytes([sheet(rows=[ROW] * 9)])
    with pytest.raises(InvalidInput):
        xlsx_bytes([])


def read_csv(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_has_the_mark_head_rows_and_total():
    data = csv_bytes(sheet())
    assert data.startswith(b"\xef\xbb\xbf")
    rows = read_csv(data)
    assert rows[0] == [c.title for c in COLUMNS]
    assert rows[1] == ["000123", "1234", "1234.56789", "1234.56", "0.3045", "2022-07-01", "12.5"]
    assert rows[2][0] == "合计"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_csv_texts_cannot_begin_a_formula_but_negative_numbers_may(text):
    rows = read_csv(
        csv_bytes(sheet(columns=(SheetColumn("甲"), SheetColumn("乙", "int")), rows=[(text, -5)], total_row=None))
    )
    assert rows[1] == ["'" + text, "-5"]


def test_csv_comes_in_pieces():
    many = sheet(rows=([*ROW] for _ in range(2_500)), total_row=None)
    assert len(list(csv_chunks(many))) == 4


@pytest.mark.scale
def test_a_hundred_thousand_rows_of_twenty_columns_stay_small_in_memory(tmp_path):
    script = (
        "import resource, sys, pathlib\n"
        "from workrelief.outputs.render.xlsx import *\n"
        "columns = [SheetColumn(f'列{i}', 'text' if i % 2 else 'money_yuan') for i in range(20)]\n"
        "rows = ([f'演示{n}' if i % 2 else n for i in range(20)] for n in range(100_000))\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "write_xlsx(pathlib.Path(sys.argv[1]), [Sheet('大表', '大表', columns, rows)])\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    target = tmp_path / "big.xlsx"
    done = subprocess.run([sys.executable, "-c", script, target], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 60
    assert target.stat().st_size > 1_000_000


def test_a_table_too_wide_for_one_page_keeps_its_title_and_its_names_on_each():
    wide = tuple(SheetColumn(f"列{n}", width=30) for n in range(20))
    page = opened(sheet(columns=wide, rows=[["字"] * 20], total_row=None, lead=3))["报酬"]
    assert (page.page_setup.paperSize, page.page_setup.fitToWidth) == (8, 3)
    assert page.print_title_cols == "$A:$C"
    assert page.freeze_panes == "D4"
    assert "A1:C1" in {str(r) for r in page.merged_cells.ranges}
    narrow = opened(sheet())["报酬"]
    assert (narrow.page_setup.paperSize, narrow.page_setup.fitToWidth or 1) == (9, 1)
    assert not narrow.print_title_cols


def test_a_row_is_as_high_as_its_folded_text_needs():
    columns = (SheetColumn("名称", width=20, wrap=True), SheetColumn("备注", width=20))
    rows = [["短", "字" * 40], ["字" * 25, ""]]
    page = opened(sheet(columns=columns, rows=rows, total_row=None))["报酬"]
    assert page.row_dimensions[4].height in (None, 15)
    assert page.row_dimensions[5].height == 45
