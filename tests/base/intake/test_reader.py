"""Rows: what is data, what is not, and what is said about it."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.base.intake.build import UnitImporter, errors, read, remarks, xlsx
from workrelief.kernel.errors import InvalidInput

HEAD = ["序号", "单位名称", "代码", "金额（万元）", "日期", "已建成", "项目线", "人数"]


def put(folder: Path, content: bytes, name: str = "表.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_titles_totals_blanks_rulers_and_foot_lines_are_no_data(tmp_path: Path) -> None:
    rows = [
        ["某县单位一览表"],
        HEAD,
        ["甲", 1, 2, 3, 4, 5, 6, 7],
        [1, "演示一", "001", 12.3, date(2022, 7, 5), "√", "专项", 3],
        [],
        ["", "费县小计", "", 12.3],
        [2, "演示二", "002", 1, "2022.7.6", "", "重点工程推广", "4"],
        ["合 计", "", "", 13.3],
        ["总计：", "", "", 13.3],
        [3, "", "", "", "", "", "", ""],
        ["制表人：演示甲    审核人：演示乙"],
    ]
    found, log, reports, ctx = read(put(tmp_path, xlsx(rows)))
    assert [(r["row"], r["name"], r["money"], r["day"], r["ok"], r["people"]) for r in found] == [
        (4, "演示一", 12_300_000, date(2022, 7, 5), True, 3),
        (7, "演示二", 1_000_000, date(2022, 7, 6), False, 4),
    ]
    assert not errors(log)
    assert reports[0].total_rows == [6, 8, 9]
    assert reports[0].foot_rows == [11]
    assert reports[0].head_row == 2
    assert ctx.titles["表一"] == ("某县单位一览表",)
    assert ctx.letters["表一"]["money"] == "D"


def test_a_data_row_that_mentions_a_total_is_still_data(tmp_path: Path) -> None:
    found, _, reports, _ = read(put(tmp_path, xlsx([HEAD, [1, "演示一", "合计", 1, "", "", "", ""]])))
    assert len(found) == 1
    assert not reports[0].total_rows


def test_every_doubt_is_named_with_row_and_letter(tmp_path: Path) -> None:
    rows = [HEAD, [1, "演示一", "001", "约4000", "2022-02-30", "√", "按天", 1], [2, "", "002", 1, "", "", "", 1]]
    _, log, _, _ = read(put(tmp_path, xlsx(rows)))
    assert sorted((row, column) for row, column, _ in errors(log)) == [(2, "D"), (2, "E"), (2, "G"), (3, "B")]
    assert set(log.bad) == {("表一", 2), ("表一", 3)}


def test_hidden_rows_are_data_with_a_remark(tmp_path: Path) -> None:
    found, log, _, _ = read(put(tmp_path, xlsx([HEAD, [1, "演示一"], [2, "演示二"]], hidden=[2])))
    assert [r["name"] for r in found] == ["演示一", "演示二"]
    assert remarks(log) == [(3, "", "隐藏行，按数据处理")]


def test_hidden_columns_are_data_with_a_remark(tmp_path: Path) -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet("表一")
    page.write_row(0, 0, HEAD)
    page.write_row(1, 0, [1, "演示一", "001", 12.3, "2022-07-05", "", "专项", 3])
    page.set_column(3, 4, None, None, {"hidden": True})
    page.set_column(20, 20, None, None, {"hidden": True})
    book.close()
    found, log, _, _ = read(put(tmp_path, target.getvalue()))
    assert [r["money"] for r in found] == [12_300_000]
    (said,) = [reason for row, _, reason in remarks(log) if row == 0 and "隐藏" in reason]
    assert said == f"工作表“表一”有隐藏的列，按数据读取：{HEAD[3]}（D 列）、{HEAD[4]}（E 列）"


def test_every_row_that_is_left_out_is_kept_by_kind_with_the_reading_of_each_column(tmp_path: Path) -> None:
    rows = [
        ["单位：万元"],
        HEAD,
        [1, "示例：演示单位", "001", 1, "2022-07-05", "", "专项", 3],
        ["一、交通领域", "", "", "", "", "", "", ""],
        [1, "演示一", "001", 12.3, "2022-07-05", "", "专项", 3],
        [2, "", "", "", "", "", "", ""],
    ]
    found, _, (report,), _ = read(put(tmp_path, xlsx(rows)))
    assert [r["row"] for r in found] == [5]
    assert (report.example_rows, report.other_rows, report.total_rows) == ([3], [4], [])
    assert ["D", HEAD[3], "金额", "万元"] in report.columns
    assert [unit for _, _, taken, unit in report.columns if taken != "金额"] == [""] * (len(report.columns) - 1)


def test_a_formula_without_a_kept_result_is_missing_and_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(HEAD)
    page.append([1, "演示一", "001", "=1+1", None, None, None, 3])
    path = tmp_path / "公式.xlsx"
    book.save(path)
    found, log, _, _ = read(path)
    assert found[0]["money"] is None
    assert [(r, c) for r, c, why in errors(log)] == [(2, "D")]
    assert "没有保存计算结果" in errors(log)[0][2]


def test_a_formula_that_failed_is_named_too(tmp_path: Path) -> None:
    content = xlsx([HEAD, [1, "演示一", "001", 1, "", "", "", 3]])
    sheet = b'<c r="D2" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    assert b'<c r="D2"><v>1</v></c>' in xml
    broken = rezip_sheet(content, xml.replace(b'<c r="D2"><v>1</v></c>', sheet))
    _, log, _, _ = read(put(tmp_path, broken))
    assert "#DIV/0!" in errors(log)[0][2]


def rezip_sheet(content: bytes, xml: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, xml if entry.filename == "xl/worksheets/sheet1.xml" else old.read(entry))
    return target.getvalue()


def test_merged_words_are_filled_down_and_merged_amounts_are_refused(tmp_path: Path) -> None:
    rows = [
        HEAD,
        [1, "", "001", "", "", "", "", 1],
        [2, "", "002", "", "", "", "", 2],
        [3, "演示三", "003", 5, "", "", "", 3],
    ]
    found, log, _, _ = read(put(tmp_path, xlsx(rows, merges=[(1, 1, 2, 1, "演示一"), (1, 3, 2, 3, "12")])))
    assert [r["name"] for r in found] == ["演示一", "演示一", "演示三"]
    assert [r["money"] for r in found] == [None, None, 5_000_000]
    assert [(r, c) for r, c, _ in remarks(log) if r] == [(3, "B")]
    assert [(r, c) for r, c, _ in errors(log)] == [(2, "D"), (3, "D")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_csv_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    text = '单位名称,代码,金额（元）,日期,已建成\n演示一,001,"1,234.5",2022年7月5日,✔\n合计,,1234.5,,\n'
    found, log, _, _ = read(put(tmp_path, text.encode(encoding), "表.csv"))
    assert [(r["name"], r["money"], r["day"], r["ok"]) for r in found] == [("演示一", 123_450, date(2022, 7, 5), True)]
    assert not errors(log)


def test_all_sheets_with_a_head_are_read_and_others_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    first.title = "说明"
    first.append(["填表说明", "请如实填写"])
    for name in ("一队", "二队"):
        page = book.create_sheet(name)
        page.append(HEAD)
        page.append([1, f"{name}甲"])
    path = tmp_path / "多表.xlsx"
    book.save(path)
    found, log, reports, _ = read(path)
    assert [r["name"] for r in found] == ["一队甲", "二队甲"]
    assert [r.skipped for r in reports] == [True, False, False]
    assert any("说明" in why for _, _, why in remarks(log))


def test_a_file_without_the_head_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="单位名称") as caught:
        read(put(tmp_path, xlsx([["甲", "乙"], [1, 2]])))
    assert "表一" in caught.value.message


def test_a_missing_required_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="“单位名称”"):
        read(put(tmp_path, xlsx([["代码", "金额", "日期", "人数"], ["001", 1, "", 2]])))


def test_data_may_begin_far_from_the_first_cell(tmp_path: Path) -> None:
    rows = [[], [], ["", "", *HEAD], ["", "", 1, "演示一", "001", 2, "", "", "", 5]]
    found, log, _, ctx = read(put(tmp_path, xlsx(rows)))
    assert [(r["row"], r["name"], r["people"]) for r in found] == [(4, "演示一", 5)]
    assert ctx.letters["表一"]["name"] == "D"
    assert not errors(log)


def test_rows_beyond_one_block_keep_their_numbers(tmp_path: Path) -> None:
    rows = [HEAD, *([i, f"演示{i}", str(i), 1, "", "", "", 1] for i in range(1, 12_001))]
    rows[11_000][1] = ""
    found, log, reports, _ = read(put(tmp_path, xlsx(rows)))
    assert len(found) == 12_000
    assert found[-1]["row"] == 12_001
    assert [(r, c) for r, c, _ in errors(log)] == [(11_001, "B")]
    assert reports[0].rows == 12_000


@pytest.mark.libreoffice
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_older_and_open_formats_read_alike(tmp_path: Path, suffix: str) -> None:
    path = put(
        tmp_path,
        xlsx(
            [["某县一览表"], HEAD, [1, "演示一", "001", 12.3, date(2022, 7, 5), "√", "专项", 3], ["合计", "", "", 12.3]]
        ),
        "a.xlsx",
    )
    office = shutil.which("soffice")
    assert office
    subprocess.run(
        [
            office,
            f"-env:UserInstallation=file://{tmp_path}/office",
            "--headless",
            "--convert-to",
            suffix,
            "--outdir",
            str(tmp_path),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    found, log, _, _ = read(tmp_path / f"a.{suffix}")
    assert [(r["name"], r["code"], r["money"], r["day"], r["ok"], r["people"]) for r in found] == [
        ("演示一", "001", 12_300_000, date(2022, 7, 5), True, 3)
    ]
    assert not errors(log)


def test_long_lists_of_errors_are_counted_whole_and_kept_in_part(tmp_path: Path) -> None:
    rows = [HEAD, *([i, f"坏{i}" if i % 2 else "", "", "约4"] for i in range(1, 3_001))]
    _, log, _, _ = read(put(tmp_path, xlsx(rows)), UnitImporter())
    assert log.errors == 4_500
    assert len(log.kept) == 2_000
    assert len(log.bad) == 3_000
