"""The pages of the rooms: each answers with what belongs there, in few statements, narrowed as the address says."""

from __future__ import annotations

import io
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.build import (
    PAY_HEAD,
    ROSTER_HEAD,
    bring,
    identity,
    pay_rows,
    project_code,
    roster_rows,
    workbook,
)
from tests.conftest import FEIXIAN, make_actor
from tests.faces.web.people import a_person, browser_of, signed_in
from tests.faces.web.rooms_world import MOST_STATEMENTS, RoomsWorld, a_rooms_world, stored_counts
from workrelief.base.access.actor import system_actor
from workrelief.base.access.permissions import Role
from workrelief.base.accounts import services as accounts
from workrelief.base.accounts.models import Post
from workrelief.base.audit.models import AccessEntry
from workrelief.base.divisions.services import load_divisions
from workrelief.faces.web.listing import MonthField
from workrelief.faces.web.views.project_shape import OnRecord, stages
from workrelief.work.payroll.models import PaySheet
from workrelief.work.projects import queries as projects
from workrelief.work.workers import crypto, services
from workrelief.work.workers.models import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> RoomsWorld:
    return a_rooms_world()


@pytest.fixture
def province(world: RoomsWorld) -> Client:
    return signed_in(Role.PROVINCE_OFFICER)[0]


def text_of(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return unescape(answer.content.decode())


def rows_of(answer: Any) -> list[list[Any]]:
    """Cells of the table in a downloaded workbook: the head and everything beneath, blank lines left out."""
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    head = next(i for i, row in enumerate(rows) if len(row) > 3)
    return [row for row in rows[head:] if len(row) > 1]


# ---------- every page ----------


def test_every_page_answers_with_its_own_content_in_the_stored_number_of_statements(world, province):
    wrong: list[str] = []
    counts: dict[str, int] = {}
    for name, (url, words) in world.pages.items():
        province.get(url)  # what a process keeps (divisions, law) is read now
        with CaptureQueriesContext(connection) as asked:
            page = text_of(province, url)
        counts[name] = len(asked)
        wrong += [f"{name}: {word}" for word in words if word not in page]

    assert wrong == []
    assert counts == stored_counts()
    assert max(counts.values()) <= MOST_STATEMENTS


def test_more_rows_cost_no_more_statements(world, province):
    urls = ["/workers/", "/pay-sheets/", f"/pay-sheets/{world.sheet}/", f"/projects/{world.feixian.project}/"]

    def statements() -> list[int]:
        found = []
        for url in urls:
            province.get(url)
            with CaptureQueriesContext(connection) as asked:
                province.get(url)
            found.append(len(asked))
        return found

    before = statements()
    linyi = make_actor(Role.CITY_OFFICER, "3713")
    people = range(400, 480)
    bring(
        linyi,
        "roster",
        workbook([ROSTER_HEAD, *roster_rows(world.feixian.code, "临沂市费县", people)]),
        "大花名册.xlsx",
    )
    for month in ("2022-08", "2022-09"):
        rows = pay_rows(world.feixian.code, month, people, paid_on=f"{month[:5]}{int(month[5:]) + 1:02d}-10")
        bring(linyi, "pay_sheet", workbook([PAY_HEAD, *rows]), f"{month}.xlsx")

    assert [after - was for was, after in zip(before, statements(), strict=True)] == [0, 0, 0, 0]


@pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.COUNTY_OFFICER, Role.TOWNSHIP_CLERK, Role.MEMBER_AGENCY])
def test_lists_open_for_each_duty_that_may_see_them_and_say_no_to_others(role, world):
    prefix = {Role.CITY_OFFICER: "3713", Role.COUNTY_OFFICER: "371325", Role.TOWNSHIP_CLERK: "371325100"}.get(
        role, "37"
    )
    client, _ = signed_in(role, prefix)
    closed = {"/workers/", "/pay-sheets/", "/imports/"} if role is Role.MEMBER_AGENCY else set()

    for url in ("/projects/", "/workers/", "/pay-sheets/", "/training/", "/imports/", "/search/?q=演示", "/law/"):
        assert client.get(url).status_code == (403 if url in closed else 200), url


def test_pages_without_any_data_say_what_to_do_first():
    load_divisions()
    client, _ = signed_in(Role.COUNTY_OFFICER, "371325")

    assert "导入项目清单" in text_of(client, "/projects/")
    for url in ("/workers/", "/pay-sheets/", "/training/"):
        assert "还没有数据" in text_of(client, url)


# ---------- lists ----------


def test_the_tree_counts_what_the_filter_lets_through_and_leads_to_each_division(world, province):
    page = text_of(province, "/projects/?track=agri_promotion")

    assert '<span class="nm">德州市</span><span class="n">1</span>' in page
    assert '<span class="nm">临沂市</span><span class="n">0</span>' in page
    assert "/projects/?track=agri_promotion&division=3714" in page
    opened = text_of(province, "/projects/?division=3713")
    assert '<span class="nm">费县</span><span class="n">2</span>' in opened
    assert world.ningjin.code not in opened


def test_a_county_chooses_among_its_townships(world):
    client, _ = signed_in(Role.COUNTY_OFFICER, "371325")

    page = text_of(client, "/projects/")

    assert '<span class="nm">上冶镇</span>' in page
    assert "宁津县" not in page


def test_a_division_outside_the_scope_is_not_found_like_one_that_does_not_exist(world):
    client, _ = signed_in(Role.CITY_OFFICER, "3714")

    for url in ("/projects/", "/workers/", "/pay-sheets/", "/training/"):
        for code in ("371325", "379999", "abc"):
            assert client.get(f"{url}?division={code}").status_code == 404, (url, code)


def test_heads_sort_and_the_export_has_the_same_rows_in_the_same_order(world, province):
    first = text_of(province, "/projects/?sort=investment")
    last = text_of(province, "/projects/?sort=-investment")
    assert first.index("片区示范工程") < first.index(world.feixian.code)
    assert last.index("片区示范工程") > last.index(world.feixian.code)
    assert 'aria-sort="descending"' in last

    head, *rows = rows_of(province.get("/projects/?sort=investment&division=3713&export=1"))

    assert head == [
        "项目名称", "代码", "项目线", "领域", "市", "县、乡", "总投资（万元）", "拟吸纳（人）", "拟发报酬（万元）", "形象进度",
    ]  # fmt: skip
    assert [row[1] for row in rows] == [project_code(FEIXIAN, 3), world.feixian.code]
    assert [row[6] for row in rows] == [400, 1000]
    assert rows[0][3:6] == ["交通", "临沂市", "费县"]


def test_an_unknown_sort_or_page_is_ignored(world, province):
    page = text_of(province, "/pay-sheets/?sort=employer;drop&page=-3&first_month=2022年13月")

    assert "请写成 2022-07 的样子。" in page
    assert "共 <b>2</b> 张表" in page


def test_an_export_holds_all_pages_of_a_list_and_masked_numbers_only(world, province):
    bring(
        make_actor(Role.CITY_OFFICER, "3713"),
        "roster",
        workbook([ROSTER_HEAD, *roster_rows(world.feixian.code, "临沂市费县", range(500, 560))]),
        "多页.xlsx",
    )
    assert "共 <b>72</b> 人" in text_of(province, f"/workers/?project={world.feixian.project}")

    head, *rows = rows_of(province.get(f"/workers/?project={world.feixian.project}&export=1"))

    assert head[:2] == ["姓名", "证件号"]
    assert len(rows) == 72
    assert {row[1][:14] for row in rows} == {"379900********"}


def test_an_exported_pay_sheet_adds_up_to_the_sheet(world, province):
    head, *rows = rows_of(province.get(f"/pay-sheets/{world.sheet}/?export=1"))

    due, paid = head.index("应发（元）"), head.index("实发（元）")
    assert sum(row[due] for row in rows) == sum(row[paid] for row in rows) == 36_000
    assert len(rows) == 12


def test_a_village_cadre_is_offered_no_export_and_gets_none(world):
    client, _ = signed_in(Role.VILLAGE_CADRE, "371325")

    assert "export=1" not in text_of(client, "/pay-sheets/")
    assert client.get("/pay-sheets/?export=1").status_code == 403


@pytest.mark.parametrize(
    ("written", "month"),
    [("2022-07", 202207), ("202207", 202207), ("2022年7月", 202207), (" 2022.12 ", 202212), ("", None)],
)
def test_a_month_is_understood_as_people_write_it(written, month):
    assert MonthField(required=False).clean(written) == month


# ---------- posts limited to projects ----------


def test_an_owner_sees_the_named_projects_alone_and_no_tree(world):
    user = a_person(Role.OWNER, "371325")
    post = Post.objects.get(user=user)
    accounts.limit_post_to_projects(system_actor("test"), post.pk, [world.feixian.project])
    client = browser_of(user)

    page = text_of(client, "/projects/")

    assert world.feixian.code in page
    assert "片区示范工程" not in page
    assert "wr-treebox" not in page
    assert client.get(f"/projects/{world.funded}/").status_code == 404
    assert "共 <b>12</b> 人" in text_of(client, "/workers/")


def test_a_post_without_projects_is_told_so(world):
    user = a_person(Role.INSPECTOR, "37")
    accounts.limit_post_to_projects(system_actor("test"), Post.objects.get(user=user).pk, [])
    client = browser_of(user)

    assert "本岗位还没有指定项目" in text_of(client, "/projects/")
    assert "这一页不在您的岗位范围" in text_of(client, "/imports/", 403)


# ---------- project ----------


def test_the_share_of_labour_pay_stands_beside_projects_with_central_money_only(world, province):
    code = project_code(FEIXIAN, 3)
    people = range(600, 610)
    linyi = make_actor(Role.CITY_OFFICER, "3713")
    bring(linyi, "roster", workbook([ROSTER_HEAD, *roster_rows(code, "临沂市费县", people)]), "示范花名册.xlsx")
    rows = pay_rows(code, "2022-07", people, paid_on="2022-08-10")
    bring(linyi, "pay_sheet", workbook([PAY_HEAD, *rows]), "示范台账.xlsx")

    page = text_of(province, f"/projects/{world.funded}/")

    panel = page[page.index('id="share"') :]
    assert "已发 0.8%" in panel
    assert "底线 30.0%" in panel
    assert "尚未达到" in panel
    assert "117.00" in panel  # 120.00 due by the floor − 3.00 paid
    assert 'id="share"' not in text_of(province, f"/projects/{world.feixian.project}/")


def test_pay_without_a_roster_is_a_gap_in_the_line_of_stages(world, province_officer):
    detail = projects.project(province_officer.scope, world.feixian.project)

    line = stages(detail, OnRecord(last_month=202207, waiting=2))

    assert [(s.label, s.tone) for s in line] == [
        ("列入清单", "done"), ("开工", "done"), ("务工组织", "gap"), ("培训", "todo"), ("报酬发放", "run"), ("主体完工", "todo"),
        ("建成投用", "todo"),
    ]  # fmt: skip
    assert (line[2].who, line[4].when, line[4].who) == ("缺花名册", "至 2022-07", "2 张待确认")


# ---------- persons ----------


def test_numbers_are_shown_once_after_the_look_was_logged(world, province, monkeypatch):
    logged_when_opened: list[int] = []
    unseal = crypto.unseal

    def watched(sealed: bytes) -> str:
        logged_when_opened.append(AccessEntry.objects.count())
        return unseal(sealed)

    monkeypatch.setattr(services, "unseal", watched)
    number = identity(100)
    worker = Worker.rows.get(name="演示0100").pk
    assert number not in text_of(province, f"/workers/{worker}/")

    page = unescape(province.post(f"/workers/{worker}/numbers/", {"purpose": "核对银行退票"}).content.decode())

    assert number in page
    assert "2022-07" in page  # the rest of the page is there as before
    assert logged_when_opened
    assert min(logged_when_opened) == 1
    entry = AccessEntry.objects.get()
    assert (entry.target_id, entry.purpose, entry.rows) == (str(worker), "核对银行退票", 1)
    assert number not in text_of(province, f"/workers/{worker}/")


def test_without_a_purpose_nothing_is_shown_and_nothing_is_logged(world, province):
    answer = province.post(f"/workers/{world.worker}/numbers/", {"purpose": " "}, follow=True)

    assert "请填写查看证件号的事由" in answer.content.decode()
    assert identity(100) not in answer.content.decode()
    assert not AccessEntry.objects.exists()


def test_an_owner_is_not_offered_the_numbers_and_is_refused_them(world):
    user = a_person(Role.OWNER, "371325")
    accounts.limit_post_to_projects(system_actor("test"), Post.objects.get(user=user).pk, [world.feixian.project])
    client = browser_of(user)

    assert "查看证件号" not in text_of(client, f"/workers/{world.worker}/")
    assert client.post(f"/workers/{world.worker}/numbers/", {"purpose": "想看一看号码"}).status_code == 403
    assert not AccessEntry.objects.exists()


def test_the_search_box_finds_a_person_by_the_whole_number_and_nobody_outside_the_scope(world):
    client, _ = signed_in(Role.CITY_OFFICER, "3713")

    assert "演示0100" in text_of(client, f"/search/?q={identity(100)}")
    assert "没有找到" in text_of(client, f"/search/?q={identity(200)}")
    assert "花名册1.xlsx" in text_of(client, "/search/?q=花名册")
    assert "花名册2.xlsx" not in text_of(client, "/search/?q=花名册")


# ---------- pay sheets ----------


def test_a_draft_is_confirmed_and_a_posted_sheet_taken_back_with_a_reason(world):
    client, _ = signed_in(Role.COUNTY_OFFICER, "371325")
    posted = PaySheet.rows.get(pk=world.sheet)
    assert "整表冲回" in text_of(client, f"/pay-sheets/{posted.pk}/")

    refused = client.post(f"/pay-sheets/{posted.pk}/reverse/", {"reason": ""})
    assert PaySheet.rows.get(pk=posted.pk).state == "posted"
    assert [m.level_tag for m in get_messages(refused.wsgi_request)] == ["error"]

    client.post(f"/pay-sheets/{posted.pk}/reverse/", {"reason": "整表单价有误"})
    page = text_of(client, f"/pay-sheets/{posted.pk}/")
    assert "本表已整表冲回" in page
    assert "冲回原因" not in page


def test_a_sheet_that_waits_says_that_it_does_not_count_and_offers_to_confirm(world):
    client, _ = signed_in(Role.COUNTY_OFFICER, "371325")
    posted = PaySheet.rows.get(pk=world.sheet)
    draft = PaySheet.rows.create(
        project_id=posted.project_id, division_code=posted.division_code, track=posted.track, sector=posted.sector, month=202208,
        state="draft", employer=posted.employer, lines_count=0, made_at=posted.made_at,
    )  # fmt: skip

    page = text_of(client, f"/pay-sheets/{draft.pk}/")

    assert "确认前不计入统计数" in page
    assert f'action="/pay-sheets/{draft.pk}/confirm/"' in page
    assert "1 张待确认" in text_of(client, f"/projects/{posted.project_id}/")


# ---------- law ----------


def test_rules_are_found_by_number_word_and_chapter(province):
    assert "符合 <b>1</b> 条" in text_of(province, "/law/?q=f13")
    by_word = text_of(province, "/law/?q=一卡通")
    assert 'id="F08"' in by_word
    assert 'id="A01"' not in by_word
    chapter = text_of(province, "/law/?group=G")
    assert 'id="G03"' in chapter
    assert 'id="F13"' not in chapter
    assert "没有找到这样的规则" in text_of(province, "/law/?q=没有这个词")


def test_each_rule_named_on_a_page_has_its_place_on_the_law_page(world, province):
    page = text_of(province, "/law/")

    for rule in ("F01", "F13", "F18"):
        assert f'id="{rule}"' in page
    assert "保障农民工工资支付条例" in page
    assert "条号待核" in page
