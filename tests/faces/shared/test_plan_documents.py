"""The papers of a plan: application and decomposition in the official layout, with annexes, as Word and PDF."""

from __future__ import annotations

import io
import os
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
from pypdf import PdfReader

from tests.work.funds.plan_build import WAN, forwarded, offices, planned_project
from workrelief.faces.shared.plan_documents import application_document, paper_bytes, plan_document
from workrelief.faces.shared.text import exact_wan
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.work.funds import queries, services

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    who = offices()
    ids = [planned_project(who.county, n) for n in (1, 2)]
    batch, documents = forwarded(who, {ids[0]: 300 * WAN, ids[1]: 100 * WAN + 1})
    return who, batch, documents


def _save(name: str, data: bytes) -> None:
    if folder := os.environ.get("KEEP_PAPERS"):
        (Path(folder) / name).write_bytes(data)


def test_the_application_names_every_project_amount_and_target(plan):
    who, batch, _ = plan
    row = queries.applications(who.county.scope, batch_id=batch.pk).get()
    paper = application_document(who.county.scope, row.pk)
    assert paper.number == "演发改〔2022〕1号"
    table = paper.attachments[0].blocks[0]
    assert table.total[6:9] == ("1,000.00", "800.00", "400.000001")
    assert [r[8] for r in table.rows] == ["300.00", "100.000001"]
    targets = paper.attachments[1].blocks[0]
    assert len(targets.columns) == 13
    assert targets.rows[0][2:4] == ("300.00", "≥30.00%")
    for form in ("docx", "pdf"):
        data = paper_bytes(paper, form)
        _save(f"application.{form}", data)
    text = "".join(p.text for p in docx.Document(io.BytesIO(paper_bytes(paper, "docx"))).paragraphs)
    assert "真实性负责" in text
    assert "400.000001万元" in text


def test_the_county_document_carries_projects_targets_and_both_responsibilities(plan):
    who, _, documents = plan
    paper = plan_document(who.county.scope, documents[3].pk)
    assert [a.title for a in paper.attachments] == [
        "2022年中央预算内投资第一批投资计划分解表", "投资计划绩效目标表", "项目“两个责任”表",
    ]  # fmt: skip
    duties = paper.attachments[2].blocks[0]
    assert duties.rows[0][3:5] == ("演示责任人", "13900000000")
    data = paper_bytes(paper, "pdf")
    _save("county.pdf", data)
    _save("county.docx", paper_bytes(paper, "docx"))
    pages = PdfReader(io.BytesIO(data)).pages
    assert len(pages) >= 4
    assert "宁津县发展和改革局" in "".join(page.extract_text() for page in pages).replace("\n", "")


def test_the_yearly_plan_says_of_each_project_what_the_regulation_asks_and_adds_up(plan):
    who, _, documents = plan
    table = plan_document(who.county.scope, documents[3].pk).attachments[0].blocks[0]
    heads = [c.title for c in table.columns]
    for head in ("项目名称", "建设内容及规模", "建设工期", "总投资", "资金来源", "本次下达"):
        assert head in heads
    row = dict(zip(heads, table.rows[1], strict=True))
    assert row["建设内容及规模"] == "硬化村内道路2公里"
    assert (row["总投资"], row["资金来源"], row["本次下达"]) == ("500.00", "中央预算内投资", "100.000001")
    assert (table.total[heads.index("总投资")], table.total[-1]) == ("1,000.00", "400.000001")


def test_the_annexed_tables_come_as_a_workbook_with_numbers_to_the_fen(plan):
    who, batch, documents = plan
    row = queries.applications(who.county.scope, batch_id=batch.pk).get()
    asked = _book(paper_bytes(application_document(who.county.scope, row.pk), "xlsx"))
    assert asked.sheetnames == ["2022年中央预算内投资第一批申请项目表", "绩效目标申报表"]
    sheet = asked.worksheets[0]
    assert [sheet.cell(line, 9).value for line in (5, 6, 7)] == [400.000001, 300, 100.000001]
    assert {"G3:H3", "A3:A4"} <= {str(one) for one in sheet.merged_cells.ranges}
    assert (sheet["G4"].value, sheet["H4"].value) == ("合计", "中央预算内投资")
    data = paper_bytes(plan_document(who.county.scope, documents[3].pk), "xlsx")
    _save("county.xlsx", data)
    book = _book(data)
    assert len(book.sheetnames) == 3
    amounts = [line[-1].value for line in book.worksheets[0].iter_rows(min_row=4)]
    assert amounts == [400.000001, 300, 100.000001]
    assert data == paper_bytes(plan_document(who.county.scope, documents[3].pk), "xlsx")


def test_the_paper_of_a_withdrawn_document_says_so_and_keeps_its_figures(plan):
    who, _, documents = plan
    before = plan_document(who.county.scope, documents[3].pk)
    services.withdraw_document(who.province, documents[1].pk, reason="国家调整计划", on=date(2022, 10, 20))
    after = plan_document(who.county.scope, documents[3].pk)
    assert after.remark == "本文件已于2022年10月20日撤回，仅供查考"
    assert after.attachments == before.attachments


def _book(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def test_a_document_of_the_province_shows_a_county_nothing_and_a_root_is_not_drawn_up(plan):
    who, _, documents = plan
    _save("province.pdf", paper_bytes(plan_document(who.province.scope, documents[1].pk), "pdf"))
    with pytest.raises(NotFound):
        plan_document(who.other.scope, documents[3].pk)
    with pytest.raises(InvalidInput, match="只作登记"):
        plan_document(who.province.scope, documents[0].pk)
    with pytest.raises(InvalidInput, match="docx、pdf、xlsx"):
        paper_bytes(plan_document(who.province.scope, documents[1].pk), "odt")


@pytest.mark.parametrize(
    ("fen", "text"), [(300 * WAN, "300.00"), (1, "0.000001"), (WAN // 10, "0.10"), (12_345_600, "12.3456")]
)
def test_no_fen_is_hidden_by_rounding(fen, text):
    assert exact_wan(fen) == text
