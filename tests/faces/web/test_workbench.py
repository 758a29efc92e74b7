"""工作台: what waits is derived from the state of things, and the figures are those of read()."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from tests.build import ROSTER_HEAD, CountyData, a_county, roster_rows, workbook
from tests.conftest import FEIXIAN, NINGJIN, make_actor
from tests.faces.web.people import signed_in
from tests.figures.build import a_training_row, training
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.base.intake import services as intake
from workrelief.faces.web import counts
from workrelief.faces.web.figure_pages import figure_url
from workrelief.figures.indicators.read import read
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel.kinds import Track
from workrelief.kernel.period import Period
from workrelief.kernel.units import show
from workrelief.outputs.bulletins import services as bulletins
from workrelief.work.payroll.models import PaySheet

pytestmark = pytest.mark.django_db(transaction=True)
Y2022 = Period("2022")


@pytest.fixture
def ningjin() -> CountyData:
    return a_county(make_actor(Role.CITY_OFFICER, "3714"), NINGJIN, number=2, track=Track.AGRI_PROMOTION)


def page_of(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def a_waiting_import(actor: Actor, data: CountyData) -> int:
    """A roster that was checked and not yet committed."""
    book = workbook([ROSTER_HEAD, *roster_rows(data.code, "宁津县", range(300, 303))])
    batch = intake.upload(actor, book, "新进场名册.xlsx", "roster")
    batch = intake.check(actor, batch.pk)
    assert batch.state == "checked", batch.message
    return batch.pk


def a_draft_sheet(data: CountyData) -> PaySheet:
    """A pay sheet that waits for confirmation, like one entered without the right to confirm."""
    posted = PaySheet.rows.get(project_id=data.project)
    return PaySheet.rows.create(
        project_id=data.project, division_code=posted.division_code, track=posted.track, sector=posted.sector, month=202208,
        state="draft", employer=posted.employer, lines_count=12, due_fen=1, made_at=posted.made_at,
    )  # fmt: skip


def test_with_nothing_to_do_and_no_data_the_page_says_what_will_stand_here():
    load_divisions()
    client, _ = signed_in(Role.COUNTY_OFFICER, "371422")

    page = page_of(client)

    assert "现在没有待办" in page
    assert "台账里还没有数据" in page
    assert "办理下一件" not in page
    assert 'href="/imports/"' in page


def test_a_checked_import_waits_for_whom_it_belongs_to_and_nobody_else(ningjin):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    batch = a_waiting_import(actor, ningjin)

    page = page_of(client)

    assert "确认导入：新进场名册.xlsx（3 行可导入）" in page
    assert page.count(f'href="/imports/{batch}/"') == 3  # the sentence, its button, and 办理下一件
    assert '待办<span class="wr-count" data-wr-waiting>1</span>' in page
    other, _ = signed_in(Role.COUNTY_OFFICER, "371325")
    assert "新进场名册" not in page_of(other)


def test_other_pages_ask_for_the_number_when_they_stand(ningjin):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    a_waiting_import(actor, ningjin)

    page = client.get("/projects/").content.decode()
    number = client.get(reverse("web:todo-count")).content.decode()

    assert f'data-wr-waiting hx-get="{reverse("web:todo-count")}" hx-trigger="load" hx-swap="outerHTML"></span>' in page
    assert number.strip() == '<span class="wr-count" data-wr-waiting>1</span>'
    assert counts.count("nobody registered this", actor) == 0


def test_a_committed_import_waits_no_longer(ningjin):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    intake.commit(actor, a_waiting_import(actor, ningjin))
    assert "现在没有待办" in page_of(client)


def test_a_draft_pay_sheet_waits_for_those_who_may_confirm_it(ningjin):
    sheet = a_draft_sheet(ningjin)
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")

    page = page_of(client)

    assert "2022-08 发放表，12 行" in page
    assert f'href="/pay-sheets/{sheet.pk}/"' in page
    assert counts.count("todo", actor) == 1
    clerk, _ = signed_in(Role.CONTRACTOR, "371422")
    assert "现在没有待办" in page_of(clerk)


def test_many_draft_sheets_stand_in_one_line_with_their_number(ningjin):
    first = a_draft_sheet(ningjin)
    for issue in range(2, 8):
        first.pk, first.issue_no = None, issue
        first.save(force_insert=True)
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")

    page = page_of(client)

    assert "确认入账：7 张发放表待确认" in page
    assert counts.count("todo", actor) == 7


def test_a_draft_bulletin_waits_for_its_writer_to_write_and_for_another_to_check(ningjin):
    writer, actor = signed_in(Role.PROVINCE_OFFICER, "37", name="demo.a")
    checker, other = signed_in(Role.PROVINCE_OFFICER, "37", name="demo.b")
    seal_period(actor, Y2022)
    row = bulletins.compose_annual(actor, Y2022)

    assert f"继续编写：{row.title}" in page_of(writer)
    assert f"核数：{row.title}" in page_of(checker)
    bulletins.check_bulletin(other, row.pk)
    assert "现在没有待办" in page_of(writer)
    assert f"印发：{row.title}" in page_of(checker)


def test_headline_figures_are_those_of_read_and_link_to_their_rows(ningjin):
    training(a_training_row(1, times=40, audience=1), a_training_row(1, times=20, first=False, audience=3))
    client, actor = signed_in(Role.PROVINCE_OFFICER, "37")

    page = page_of(client)

    ids = ["projects", "investment", "headcount_project", "wages_paid"]
    table = read(ids, scope=actor.scope, period=Y2022, where={"track": ("key_project", "agri_promotion")})
    for indicator in ids:
        figure = table.figure(indicator)
        assert f'<a href="{figure_url(figure, pinned=False)}">{show(figure)}</a>' in page
    assert "农业农村 <b>12</b>" in page
    assert "60</a><small>人次 · 1场" in page
    assert "部门 <b>40</b>" in page


def test_the_divisions_below_are_tiles_that_lead_to_the_statistics(ningjin):
    a_county(make_actor(Role.CITY_OFFICER, "3713"), FEIXIAN, number=1)
    province, _ = signed_in(Role.PROVINCE_OFFICER, "37")
    city, _ = signed_in(Role.CITY_OFFICER, "3714")
    county, _ = signed_in(Role.COUNTY_OFFICER, "371422")

    assert {"临沂", "德州"} <= {tile.name for tile in province.get("/").context["tiles"]}
    tiles = city.get("/").context["tiles"]
    assert tiles[0].name == "宁津县"
    assert (tiles[0].text, tiles[0].amount) == ("3.60", "务工 12人")
    assert "d=371422000000" in tiles[0].url
    assert "临沂" not in page_of(city)
    assert not county.get("/").context["tiles"]


def test_special_fund_projects_stand_apart_from_the_two_promotions():
    a_county(make_actor(Role.CITY_OFFICER, "3714"), NINGJIN, number=3, track=Track.SPECIAL_FUND)
    client, _ = signed_in(Role.PROVINCE_OFFICER, "37")

    page = page_of(client)

    assert "不含在两推合计内" in page
    assert "3.60万元" in page


def test_an_administrator_sees_no_figures_and_no_error(ningjin):
    client, _ = signed_in(Role.SYSTEM_ADMIN, "37")
    page = page_of(client)
    assert "主要指标" not in page
    assert "现在没有待办" in page


def test_the_page_costs_few_statements(ningjin, django_assert_max_num_queries):
    client, _ = signed_in(Role.PROVINCE_OFFICER, "37")
    a_waiting_import(make_actor(Role.CITY_OFFICER, "3714"), ningjin)
    a_draft_sheet(ningjin)
    with django_assert_max_num_queries(30):
        client.get("/")
