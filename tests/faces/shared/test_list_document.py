"""Form F goes out and comes in again; the official document says what the edition says."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from tests.build import project_code
from tests.work.lists.build import NINGJIN, in_reserve, reserve, this_year
from workrelief.base.divisions.services import load_divisions
from workrelief.base.intake import services as intake
from workrelief.base.intake.models import RowIssue
from workrelief.faces.shared.list_document import (
    comparison_workbook,
    list_file,
    of_draft,
    of_edition,
    official_document,
)
from workrelief.kernel import clock
from workrelief.kernel.kinds import FundType, Track
from workrelief.outputs.render.blocks import Paragraph, Table, cell_text
from workrelief.outputs.render.layout import POINTS_PER_MM, text_width, text_width_mm
from workrelief.work.lists import queries, services
from workrelief.work.lists.rules.form import difference, frozen
from workrelief.work.projects import queries as projects
from workrelief.work.projects.rules import Fund
from workrelief.work.projects.services import ProjectChanges, register_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def editions(ningjin_officer):
    ids = in_reserve(ningjin_officer, [reserve(n, code=project_code(NINGJIN, n)) for n in (0, 11, 22)])

    def issued(number):
        return services.issue(
            ningjin_officer, this_year(), "county", division=NINGJIN, document_no=f"宁发改〔{this_year()}〕{number}号",
            issued_on=clock.today(),
        )  # fmt: skip

    services.advance(ningjin_officer, ids, "submit")
    services.advance(ningjin_officer, ids, "confirm")
    first = issued(1)
    services.adjust(ningjin_officer, ids[0], ProjectChanges(planned_workers=50), reason="演示：用工增加")
    services.take_out(ningjin_officer, ids[1], reason="演示：资金未落实")
    return first, issued(2)


def test_the_document_says_the_totals_and_lists_what_changed(ningjin_officer, editions):
    document = official_document(of_edition(ningjin_officer.scope, editions[1].pk))
    text = "".join(b.text for b in document.blocks if isinstance(b, Paragraph))
    assert "项目共2个，总投资822.00万元，拟吸纳当地群众务工80人" in text
    assert "变更1个，调出1个" in text
    assert [len(a.blocks) for a in document.attachments] == [1, 1]
    table = document.attachments[1].blocks[0]
    assert isinstance(table, Table)
    said = ["｜".join(cell_text(c) for c in row) for row in table.rows]
    assert any("拟吸纳人数：30 → 50｜演示：用工增加" in row for row in said)
    assert any("调出" in row and "演示：资金未落实" in row for row in said)


def test_no_figure_of_the_annex_breaks_in_the_middle(ningjin_officer, editions):
    source = of_edition(ningjin_officer.scope, editions[1].pk)
    big = tuple(replace(one, fields={**one.fields, "investment_fen": 1_234_567_89012}) for one in source.lines)
    table = official_document(replace(source, lines=big)).attachments[0].blocks[0]
    assert isinstance(table, Table)
    room, shares = text_width_mm(landscape=True) * POINTS_PER_MM, sum(c.width for c in table.columns)
    for at, column in enumerate(table.columns):
        if column.align == "right":
            longest = max(text_width(cell_text(row[at])) for row, _ in table.printed_rows)
            assert longest * 7.5 + 8 <= room * column.width / shares, column.title


@pytest.mark.parametrize(
    ("issued_on", "track", "named"),
    [(date(2022, 7, 4), "", False), (date(2022, 7, 5), "", True), (date(2023, 1, 9), "special_fund", False)],
)
def test_the_document_rests_on_what_was_in_force_that_day(ningjin_officer, editions, issued_on, track, named):
    source = of_edition(ningjin_officer.scope, editions[0].pk)
    first = official_document(replace(source, issued_on=issued_on, track=track)).blocks[0]
    assert isinstance(first, Paragraph)
    assert ("58号" in first.text) is named


def test_what_would_be_issued_now_is_read_before_it_is_issued(ningjin_officer, editions):
    (pk,) = in_reserve(ningjin_officer, [reserve(33)])
    services.advance(ningjin_officer, [pk], "submit")
    services.advance(ningjin_officer, [pk], "confirm")
    draft = of_draft(ningjin_officer.scope, this_year(), "county", division=NINGJIN)
    assert (draft.number, draft.edition_id, draft.totals.projects) == (3, None, 3)
    document = official_document(draft)
    assert (document.number, document.signed_on) == ("", None)


def test_two_editions_side_by_side_as_a_workbook(ningjin_officer, editions):
    data = comparison_workbook(queries.compare(ningjin_officer.scope, editions[0].pk, editions[1].pk))
    rows = list(load_workbook(io.BytesIO(data)).active.iter_rows(min_row=4, values_only=True))
    found = {row[0]: row for row in rows if row[0] in ("调入", "调出", "变更", "提级")}
    assert set(found) == {"调出", "变更"}
    assert found["变更"][6:8] == ("拟吸纳人数：30 → 50", "演示：用工增加")
    assert (found["调出"][4], found["调出"][5], found["调出"][7]) == (411, None, "演示：资金未落实")


def test_the_total_of_form_f_is_the_sum_of_what_stands_above(ningjin_officer, editions):
    rows = list(
        load_workbook(io.BytesIO(list_file(of_edition(ningjin_officer.scope, editions[1].pk), "xlsx"))).worksheets[0]
        .iter_rows(min_row=3, values_only=True)
    )  # fmt: skip
    head, total = rows[0], next(row for row in rows if row[0] == "合计")
    for title in ("总投资（万元）", "县级资金（万元）", "岗位数量", "拟吸纳人数"):
        at = head.index(title)
        assert total[at] == pytest.approx(sum(row[at] for row in rows if isinstance(row[0], int))), title
    assert total[head.index("中央预算内投资（万元）")] in (None, "")


def test_the_first_edition_has_no_annex_of_changes(ningjin_officer, editions):
    assert len(official_document(of_edition(ningjin_officer.scope, editions[0].pk)).attachments) == 1


def test_an_edition_prints_the_same_whatever_happens_to_its_projects(ningjin_officer, editions):
    first, _ = editions
    before = list_file(of_edition(ningjin_officer.scope, first.pk), "docx")
    services.take_out(ningjin_officer, first.lines.order_by("position").last().entry_id, reason="演示：调出")
    assert list_file(of_edition(ningjin_officer.scope, first.pk), "docx") == before


def test_form_f_as_exported_is_understood_by_the_import(ningjin_officer, editions):
    data = list_file(of_edition(ningjin_officer.scope, editions[0].pk), "xlsx")
    later = {"year": str(this_year() + 1), "state": "储备"}
    batch = intake.upload(ningjin_officer, io.BytesIO(data), "清单.xlsx", "project_list", options=later)
    batch = intake.check(ningjin_officer, batch.pk)
    issues = [f"{i.title}：{i.reason}" for i in RowIssue.rows.filter(batch=batch, level="error")]
    assert batch.rows_read == 3
    assert all("清单内" in issue for issue in issues), issues


def test_form_f_exported_and_imported_again_says_the_same(ningjin_officer):
    """Nothing of form F is lost or changed on the way out and in again: registered anew under other names and codes."""
    full = reserve(
        7, code=project_code(NINGJIN, 7), investment_fen=1_234_567_89,
        funds=(Fund(FundType.CENTRAL_BRIDGING, 1_000_000_00), Fund(FundType.OTHER, 234_567_89)),
        track=Track.SPECIAL_FUND, construction_kind="改扩建", content="演示：渠道 3.2 公里，“两侧”护坡", owner_name="（演示）水利局",
        starts_on=date(this_year(), 3, 1), ends_on=date(this_year(), 10, 31), planned_priority_workers=11,
        planned_training=25, industry_department="水利", responsible="演示乙 0534-0000000", remark="演示备注",
    )  # fmt: skip
    load_divisions()
    (project,) = register_many(ningjin_officer, [full]).project_ids
    planned = services.NewEntry(project_id=project, year=this_year(), level="county", planned_investment_fen=70_000_001)
    ids = services.enter_many(ningjin_officer, [planned])
    services.advance(ningjin_officer, ids, "submit")
    services.advance(ningjin_officer, ids, "confirm")
    edition = services.issue(
        ningjin_officer, this_year(), "county", division=NINGJIN, document_no="演示1号", issued_on=clock.today()
    )
    (before,) = queries.edition_lines(ningjin_officer.scope, edition.pk)
    book = load_workbook(io.BytesIO(list_file(of_edition(ningjin_officer.scope, edition.pk), "xlsx")))
    renamed = {before.fields["name"]: "（演示）另一条灌渠", before.fields["code"]: project_code(NINGJIN, 8)}
    for cell in (cell for row in book.worksheets[0].iter_rows(min_row=4, max_row=4) for cell in row):
        cell.value = renamed.get(cell.value, cell.value)
    out = io.BytesIO()
    book.save(out)
    batch = intake.upload(ningjin_officer, io.BytesIO(out.getvalue()), "清单.xlsx", "project_list", options={})
    intake.check(ningjin_officer, batch.pk)
    intake.commit(ningjin_officer, batch.pk)
    (entry,) = queries.entries(ningjin_officer.scope, queries.EntryFilter(states=("draft",))).select_related("project")
    sources = projects.fund_sources(ningjin_officer.scope, [entry.project_id])[entry.project_id]
    after = frozen(entry, entry.project, {f.fund_type.id: f.planned_fen for f in sources})
    assert set(difference(before.fields, after)) == {"项目名称", "项目代码"}


def test_the_command_writes_both_files_and_one_document(ningjin_officer, editions, tmp_path: Path):
    out = io.StringIO()
    call_command(
        "lists",
        str(this_year()),
        "--level",
        "county",
        "--division",
        "371422",
        "--out",
        str(tmp_path),
        "--json",
        stdout=out,
    )
    document = json.loads(out.getvalue())
    assert document["is_issued"]
    assert document["totals"]["projects"] == 2
    assert sorted(Path(f).suffix for f in document["files"]) == [".docx", ".xlsx"]
    assert all(Path(f).stat().st_size > 3_000 for f in document["files"])
    assert {line["change"] for line in document["lines"]} == {"kept", "changed", "out"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--level", "county"], ["--format", "odt"], ["--level", "province"], ["--format", ","],
        ["--level", "county", "--division", "372525"],
    ],
)  # fmt: skip
def test_the_command_refuses_what_makes_no_sense(editions, arguments, tmp_path):
    with pytest.raises(SystemExit):
        call_command("lists", str(this_year()), *arguments, "--out", str(tmp_path), "--json", stdout=io.StringIO())
