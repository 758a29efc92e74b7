"""manage.py import: what was understood, what was not and what was left out stand in its answer, for people and programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.work.projects.sheets import xlsx
from workrelief.base.divisions.services import load_divisions
from workrelief.base.intake.models import ImportBatch
from workrelief.work.projects.models import Project

pytestmark = pytest.mark.django_db
HEAD = ["序号", "市", "县", "项目名称", "项目类别", "领域", "总投资", "拟吸纳人数", "督办情况"]


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    load_divisions()
    rows = [
        ["德州市2022年度适用以工代赈项目清单"],
        ["单位：亿元"],
        HEAD,
        [1, "德州市", "宁津县", "演示道路", "农推", "交通", 0.5, "≥15", "正常"],
        [2, "德州市", "宁津县", "演示水库", "农推", "水利", "待定", 20, ""],
        ["", "宁津县小计", "", "", "", "", 0.5, "", ""],
        ["填表人：演示甲"],
    ]
    path = tmp_path / "清单.xlsx"
    path.write_bytes(xlsx(rows).getvalue())
    return path


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    call_command("import", "project_list", *arguments, "--json")
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_the_answer_says_how_every_column_and_row_was_read(list_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = answer(capsys, str(list_file), "--check-only")
    (sheet,) = document["sheets"]
    assert (sheet["head"], sheet["rows"], sheet["total_rows"], sheet["foot_rows"]) == ("第 3 行", 2, [6], [7])
    assert {"letter": "G", "printed": "总投资", "taken": "总投资", "unit": "亿元"} in sheet["columns"]
    assert {"letter": "H", "printed": "拟吸纳人数", "taken": "拟吸纳人数", "unit": ""} in sheet["columns"]
    assert sheet["unknown_columns"] == ["督办情况（I 列）"]
    assert (document["rows_read"], document["rows_bad"], document["issues_unlisted"]) == (2, 1, 0)
    assert len(document["issues"]) == document["errors"] + document["remarks"]
    (error,) = [i for i in document["issues"] if i["level"] == "error"]
    assert (error["row"], error["column"], error["value"]) == (5, "G 总投资", "待定")
    assert Project.rows.count() == 0


def test_people_read_it_in_sentences(list_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import", "project_list", str(list_file), "--check-only", "--issues", "2")
    said = capsys.readouterr().out
    assert "工作表“Sheet1”：表头第 3 行，读取 2 行" in said
    assert "C 列“县”作县（市、区）" in said
    assert "G 列总投资（亿元）" in said
    assert "不作数据：合计、小计行 1 行（第 6 行）" in said
    assert "未用的列：督办情况（I 列）" in said
    assert "处未列出，用 --issues 增加条数" in said
    assert "已校验，待确认" in said
    assert "。。" not in said
    assert "checked" not in said


def test_a_list_with_an_error_is_not_taken(list_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        call_command("import", "project_list", str(list_file), "--json")
    assert left.value.code == 1
    assert json.loads(capsys.readouterr().out)["error"] == "import.errors"
    assert Project.rows.count() == 0
    assert ImportBatch.objects.unscoped("the batch waits for a mended file").get().state == "checked"
