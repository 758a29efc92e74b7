"""导入 by its pages: choose, check, mend, confirm, take back; a refused file says why; templates read back."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.build import (
    PAY_HEAD,
    ROSTER_HEAD,
    CountyData,
    a_county,
    bring,
    pay_rows,
    project_code,
    roster_rows,
    workbook,
)
from tests.conftest import FEIXIAN, make_actor
from tests.faces.web.people import signed_in
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.audit.models import AccessEntry
from workrelief.base.divisions.services import load_divisions
from workrelief.base.intake import services as intake
from workrelief.base.intake.importer import importer, kinds
from workrelief.base.intake.models import ImportBatch
from workrelief.base.jobs.models import Job
from workrelief.figures.indicators.read import read
from workrelief.kernel import clock
from workrelief.kernel.period import Period
from workrelief.work.workers.models import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county() -> CountyData:
    return a_county(make_actor(Role.CITY_OFFICER, "3713"), FEIXIAN, number=1)


@pytest.fixture
def officer(county: CountyData) -> tuple[Client, Actor]:
    return signed_in(Role.COUNTY_OFFICER, "371325")


def send(client: Client, kind: str, content: bytes, name: str = "演示.xlsx", **options: str) -> Any:
    """Choose a file and press 上传并校验."""
    return client.post(f"/imports/new/{kind}/", {"file": SimpleUploadedFile(name, content), **options})


def page_of(client: Client, batch: ImportBatch, query: str = "") -> str:
    answer = client.get(f"/imports/{batch.pk}/{query}")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def newest() -> ImportBatch:
    return ImportBatch.rows.order_by("-pk")[0]


def roster(county: CountyData, people: range) -> list[list[Any]]:
    return roster_rows(county.code, "临沂市费县", people)


def test_an_empty_template_says_that_nothing_was_filled_in():
    client, _ = signed_in(Role.COUNTY_OFFICER, "371422")
    blank = client.get("/imports/template/project_list/").content
    send(client, "project_list", blank)
    page = page_of(client, newest())
    assert "表里没有数据行" in page
    assert "没有可导入的行" in page
    assert "可以确认导入" not in page
    assert "模板示例行 1 行" in page


def test_what_the_page_asks_keeps_what_was_typed_and_offers_its_choices():
    client, _ = signed_in(Role.COUNTY_OFFICER, "371422")
    answer = send(client, "project_list", b"no table", name="x.pdf", year="2022", state="已发布")
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert 'name="year" value="2022"' in page
    assert "<option selected>已发布</option>" in page


def test_the_page_says_how_each_sheet_was_read():
    load_divisions()
    client, _ = signed_in(Role.COUNTY_OFFICER, "371422")
    rows = [
        ["2022年农业农村领域清单（单位：万元）"], ["市县", "工程名称", "项目名称", "领域", "总投资", "拟吸纳人数"],
        ["德州市宁津县", "", "演示道路", "交通", 100, 20], ["小计", "", "", "", 100, ""],
    ]  # fmt: skip
    send(client, "project_list", workbook(rows).read())
    page = page_of(client, newest())
    assert "表头第 2 行，读取 1 行" in page
    assert "未用的列：工程名称（B 列）" in page
    assert "不作数据的合计、小计行 1 行：第 4 行" in page
    assert re.search(r'data-label="识别为">总投资</td><td data-label="没写单位的数按">万元<', page)


def test_a_file_goes_from_upload_to_confirmation_and_back(officer, county):
    client, _ = officer
    before = Worker.rows.count()

    answer = send(client, "roster", workbook([ROSTER_HEAD, *roster(county, range(300, 305))]).read(), "新进场.xlsx")
    batch = newest()
    assert answer.url == f"/imports/{batch.pk}/"
    checked = page_of(client, batch)
    assert "新进场.xlsx" in checked
    assert "已校验，待确认" in checked
    assert re.search(r"将导入 <b>5</b> 行", checked)
    assert Worker.rows.count() == before  # nothing is written before the confirmation

    client.post(f"/imports/{batch.pk}/commit/")
    done = page_of(client, batch)
    assert "导入结果" in done
    assert re.search(r"新登记人员.*?5<small>人", done, re.S)
    assert f'action="/imports/{batch.pk}/undo/"' in done
    assert Worker.rows.count() == before + 5

    client.post(f"/imports/{batch.pk}/undo/")
    undone = page_of(client, batch)
    assert "撤销前的导入结果" in undone
    assert "已整批撤销" in undone
    assert Worker.rows.count() == before
    assert f'action="/imports/{batch.pk}/undo/"' not in undone


def test_wrong_rows_are_listed_by_column_and_come_back_as_a_file_to_mend(officer, county):
    client, _ = officer
    rows = roster(county, range(300, 306))
    rows[1][4] = "没有的类别"
    rows[3][9] = "别人"
    send(client, "roster", workbook([ROSTER_HEAD, *rows]).read(), "有错.xlsx")
    batch = newest()

    page = page_of(client, batch)
    assert re.search(r"将导入 <b>4</b> 行，暂缓 <b>2</b> 行", page)
    assert "错误 2" in page
    assert "户名与姓名" in page
    only = page_of(client, batch, "?level=error&column=人员类别")
    assert "“没有的类别”不在字典" in only
    assert "户名与姓名" not in only
    assert 'href="/law/#F08a"' in page

    failed = client.get(f"/imports/{batch.pk}/failed/")
    assert "filename*=UTF-8''" in failed["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(failed.content))
    lines = list(book.active.iter_rows())
    head = [cell.value for cell in next(line for line in lines if "姓名" in [cell.value for cell in line])]
    left_out = [line for line in lines if line[head.index("姓名")].value in ("演示0301", "演示0303")]
    assert len(left_out) == 2
    assert "“没有的类别”不在字典" in left_out[0][0].value
    assert AccessEntry.objects.get().purpose == "下载未通过行"

    client.post(f"/imports/{batch.pk}/commit/")
    left_out[0][head.index("人员类别")].value = "脱贫人口"
    left_out[1][head.index("账户户名")].value = "演示0303"
    mended = io.BytesIO()
    book.save(mended)
    send(client, "roster", mended.getvalue(), "改好.xlsx")
    again = newest()
    assert (again.rows_good, again.rows_bad) == (2, 0), page_of(client, again)
    client.post(f"/imports/{again.pk}/commit/")
    assert Worker.rows.filter(name__in=("演示0301", "演示0303")).count() == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("花名册.xlsx", b"", "空"),
        ("花名册.xlsx", b"not a spreadsheet at all", "不是 .xlsx 表格"),
        ("花名册.pdf", b"%PDF-1.7", "pdf"),
    ],
)
def test_a_file_that_cannot_be_one_is_refused_on_the_spot(officer, name, content, words):
    client, _ = officer

    answer = send(client, "roster", content, name)

    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert words in page.split('role="alert"')[1].split("</div>")[0]
    assert "上传并校验" in page
    assert ImportBatch.rows.filter(file_name=name).count() == 0


def test_without_a_file_the_page_asks_for_one(officer):
    client, _ = officer

    answer = client.post("/imports/new/roster/", {})

    assert answer.status_code == 422
    assert "请选择要导入的文件" in answer.content.decode()


def test_a_file_with_unknown_heads_ends_with_its_reason_and_the_way_back(officer):
    client, _ = officer
    send(client, "roster", workbook([["甲", "乙"], ["1", "2"]]).read(), "别的表.xlsx")

    page = page_of(client, newest())

    assert "无法读取" in page
    assert "表头至少应有：项目代码、姓名、证件号" in page
    assert "确认导入" not in page
    assert 'btn-primary" href="/imports/new/roster/"' in page


def test_a_list_with_one_error_is_not_imported_at_all(officer, county):
    client, _ = officer
    head = ["项目代码", "项目名称", "项目类别", "领域", "县（市、区）", "总投资（万元）", "年度", "县级资金"]
    good = [project_code(FEIXIAN, 8), "（演示）费县沟渠项目", "农业农村", "水利", "费县", "100.00", "2022", "100.00"]
    bad = [project_code(FEIXIAN, 9), "（演示）费县堤坝项目", "农业农村", "天文", "费县", "100.00", "2022", "100.00"]
    send(client, "project_list", workbook([head, good, bad]).read(), "清单.xlsx")

    page = page_of(client, newest())

    assert "有错误，不能导入" in page
    assert f'action="/imports/{newest().pk}/commit/"' not in page


def test_a_commit_that_is_refused_says_why_on_the_page_of_the_batch(officer, county):
    client, actor = officer
    book = workbook([PAY_HEAD, *pay_rows(county.code, "2022-08", county.people, paid_on="2022-09-05")])
    batch = intake.check(actor, intake.upload(actor, book, "八月.xlsx", "pay_sheet").pk)
    Job.rows.create(
        kind="intake.commit", label="确认导入", key=f"batch-{batch.pk}", arguments={"batch_id": batch.pk}, state="failed",
        message="2022 年 9 月已锁版", division_code=FEIXIAN, user_id=actor.user_id, user_name=actor.name,
        created_at=clock.now(), finished_at=clock.now(),
    )  # fmt: skip

    assert "没有办成：2022 年 9 月已锁版" in page_of(client, batch)


def test_a_batch_others_rest_on_is_not_taken_back_and_the_page_says_so(officer, county):
    client, actor = officer
    own = bring(actor, "roster", workbook([ROSTER_HEAD, *roster(county, range(300, 303))]), "后补.xlsx")
    bring(
        actor,
        "pay_sheet",
        workbook([PAY_HEAD, *pay_rows(county.code, "2022-09", range(300, 303), paid_on="2022-10-08")]),
        "九月.xlsx",
    )

    page = unescape(client.post(f"/imports/{own.pk}/undo/", follow=True).content.decode())

    assert ImportBatch.rows.get(pk=own.pk).state == "committed"
    assert 'role="alert"' in page or "wr-note stop" in page
    assert "发放" in page.split("wr-note stop")[1][:300]


def test_pay_taken_back_leaves_the_statistics_as_they_were(officer, county):
    client, actor = officer

    def paid() -> int:
        table = read(["wages_paid"], scope=actor.scope, period=Period("2022"))
        return int(table.cells[()]["wages_paid"].value or 0)

    before = paid()
    rows = pay_rows(county.code, "2022-08", county.people, paid_on="2022-09-05")
    send(client, "pay_sheet", workbook([PAY_HEAD, *rows]).read(), "八月.xlsx")
    batch = newest()
    client.post(f"/imports/{batch.pk}/commit/")
    assert paid() == before + 36_000_00
    assert f'href="/pay-sheets/?batch={batch.pk}"' in page_of(client, batch)
    assert "共 <b>1</b> 张表" in client.get(f"/pay-sheets/?batch={batch.pk}").content.decode()

    client.post(f"/imports/{batch.pk}/undo/")

    assert paid() == before


@pytest.mark.parametrize("kind", [k.kind for k in kinds()])
def test_a_template_is_understood_by_the_import_it_belongs_to(kind):
    load_divisions()
    client, actor = signed_in(Role.PROVINCE_OFFICER)

    form = client.get(f"/imports/template/{kind}/")

    assert form.status_code == 200
    assert "attachment" in form["Content-Disposition"]
    batch = intake.upload(actor, io.BytesIO(form.content), "模板.xlsx", kind)
    batch = intake.check(actor, batch.pk)
    assert batch.state == "checked", batch.message
    assert [(sheet["matched"], sheet["unknown"], sheet["rows"]) for sheet in batch.sheets] == [
        (len(importer(kind).columns), [], 0)
    ]
    assert (batch.errors, batch.remarks) == (0, 0)


def test_each_batch_is_found_by_its_kind_and_state(officer, county):
    client, actor = officer
    intake.upload(actor, workbook([ROSTER_HEAD, *roster(county, range(300, 302))]), "等着的.xlsx", "roster")

    waiting = unescape(client.get("/imports/?state=uploaded").content.decode())
    pay = unescape(client.get("/imports/?kind=pay_sheet").content.decode())

    assert "等着的.xlsx" in waiting
    assert "共 <b>1</b> 批" in waiting
    assert "等着的.xlsx" not in pay


def test_a_file_waits_for_its_check_with_a_button(officer, county):
    client, actor = officer
    batch = intake.upload(actor, workbook([ROSTER_HEAD, *roster(county, range(300, 302))]), "等着的.xlsx", "roster")

    assert "文件已收到，还没有校验" in page_of(client, batch)
    client.post(f"/imports/{batch.pk}/check/")

    assert "已校验，待确认" in page_of(client, batch)
