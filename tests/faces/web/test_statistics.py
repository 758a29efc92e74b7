"""统计分析: every number on the page is read(), every level down keeps its address, nobody sees another city."""

from __future__ import annotations

import io
from datetime import date
from html import escape, unescape

import openpyxl
import pytest
from django.test import Client

from tests.build import CountyData, a_county
from tests.conftest import DEZHOU, FEIXIAN, LINYI, NINGJIN, PROVINCE, make_actor
from tests.faces.web.people import signed_in
from tests.figures.build import a_pay_row, a_training_row, pay, training
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.faces.web.figure_pages import figure_url
from workrelief.figures.indicators.read import read
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel.figure import Figure
from workrelief.kernel.kinds import Track
from workrelief.kernel.period import Period
from workrelief.kernel.units import show

pytestmark = pytest.mark.django_db(transaction=True)
TWO = {"track": ("key_project", "agri_promotion")}
Y2022 = Period("2022")


@pytest.fixture
def province() -> tuple[Client, Actor]:
    return signed_in(Role.PROVINCE_OFFICER, "37")


@pytest.fixture
def counties() -> tuple[CountyData, CountyData]:
    """12 persons in 费县 and 12 in 宁津, 6 of them in both; 20 days × 150 yuan each."""
    feixian = a_county(make_actor(Role.CITY_OFFICER, "3713"), FEIXIAN, number=1, people=range(100, 112))
    ningjin = a_county(
        make_actor(Role.CITY_OFFICER, "3714"), NINGJIN, number=2, people=range(106, 118), track=Track.AGRI_PROMOTION
    )
    return feixian, ningjin


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def linked(figure: Figure, *, pinned: bool = False) -> str:
    return f'<a href="{figure_url(figure, pinned=pinned)}">{show(figure)}</a>'


def test_each_number_is_the_one_read_gives_and_links_to_its_rows(province, counties):
    client, actor = province

    page = text_of(client, "/statistics/?year=2022")

    shown = ["projects", "investment", "headcount_project", "headcount_unique", "wages_paid", "wages_per_head"]
    by_city = read(shown, scope=actor.scope, period=Y2022, by=("city",), where=TWO)
    assert {key[0] for key, _ in by_city} == {LINYI, DEZHOU}
    for _, cells in by_city:
        for figure in cells.values():
            assert linked(figure) in page
    by_track = read(["headcount_project"], scope=actor.scope, period=Y2022, by=("city", "track"), where=TWO)
    for _, cells in by_track:
        assert linked(cells["headcount_project"]) in page


def test_the_total_is_read_at_the_whole_so_persons_are_not_added_up(province, counties):
    client, _ = province

    answer = client.get("/statistics/?year=2022&i=headcount_unique")

    shown = answer.context["page"]
    assert [row.figures["headcount_unique"].value for row in shown.rows if row.has_data] == [12, 12]
    assert shown.whole.figures["headcount_unique"].value == 18
    assert shown.whole.figures["headcount_project"].value == 24
    assert linked(shown.whole.figures["headcount_unique"]) in unescape(answer.content.decode())


def test_one_drills_down_to_the_project_by_links_that_can_be_sent(province, counties):
    client, _ = province
    feixian, _ = counties

    assert f"?year=2022&d={LINYI}" in text_of(client, "/statistics/?year=2022")
    assert f"d={FEIXIAN}" in text_of(client, f"/statistics/?year=2022&d={LINYI}")
    county = text_of(client, f"/statistics/?year=2022&d={FEIXIAN}")
    assert f'href="/projects/{feixian.project}/"' in county
    assert f"by=project&key={feixian.project}" in county


def test_all_children_are_listed_and_those_without_rows_show_no_number(province, counties):
    answer = province[0].get("/statistics/?year=2022")
    rows = answer.context["page"].rows
    assert len(rows) == 16
    assert [row.rank for row in rows[:2]] == [1, 1]
    assert {row.rank for row in rows[2:]} == {None}
    assert not any(row.figures for row in rows[2:])


def test_a_city_officer_sees_only_the_own_city_whatever_the_address(counties):
    client, _ = signed_in(Role.CITY_OFFICER, "3714")

    own = text_of(client, "/statistics/?year=2022")

    assert "宁津县" in own
    assert "费县" not in own
    assert "临沂" not in own
    for place in (LINYI, FEIXIAN, PROVINCE):
        assert client.get(f"/statistics/?year=2022&d={place}").status_code == 404
        assert client.get(f"/statistics/export/?year=2022&d={place}").status_code == 404


def test_the_track_switch_and_the_period_narrow_the_numbers(province, counties):
    client, _ = province

    def wages(address: str) -> int | None:
        return client.get(address).context["page"].whole.figures["wages_paid"].value

    assert wages("/statistics/?year=2022") == 24 * 3_000_00
    assert wages("/statistics/?year=2022&track=key_project") == 12 * 3_000_00
    assert wages("/statistics/?year=2022&span=Q3") == 24 * 3_000_00
    assert wages("/statistics/?year=2022&span=H1") is None
    assert wages("/statistics/?year=2022&track=special_fund") is None


def test_training_is_shown_as_a_whole_because_it_belongs_to_no_track(province, counties):
    client, actor = province
    training(a_training_row(9, times=40))

    answer = client.get("/statistics/?year=2022&i=training_person_times&track=key_project")

    shown = answer.context["page"]
    assert shown.whole.figures["training_person_times"].value == 40
    assert "不分项目线" in answer.content.decode()
    assert linked(read(["training_person_times"], scope=actor.scope, period=Y2022).figure("training_person_times")) in (
        unescape(answer.content.decode())
    )


def test_a_sealed_snapshot_keeps_its_numbers_when_more_is_posted(province, counties):
    client, actor = province
    name = seal_period(actor, Y2022).name
    pay(a_pay_row(9_999, engagement=9_999, paid=1_000_00, on=date(2023, 1, 5), wage=202212))

    def heads(address: str) -> int:
        return client.get(address).context["page"].whole.figures["headcount_project"].value

    assert heads("/statistics/?year=2022") == 25
    assert heads(f"/statistics/?year=2022&m={name}") == 24
    sealed = text_of(client, f"/statistics/?year=2022&m={name}")
    assert f"&m={name}" in sealed
    assert f"数据快照 <b>{name}</b>" in sealed


def test_the_workbook_holds_exactly_what_the_page_shows(province, counties):
    client, _ = province
    shown = client.get("/statistics/?year=2022&sort=projects").context["page"]

    answer = client.get("/statistics/export/?year=2022")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    lines = [list(row) for row in sheet.iter_rows(min_row=3, values_only=True)]
    assert lines[0][:4] == ["名次", "市", "项目数（个）", "总投资（万元）"]
    assert [line[1] for line in lines[1:18]] == ["山东省", *(row.name for row in shown.rows)]
    heads = lines[0].index("务工人数（人）")
    wages = lines[0].index("劳务报酬（万元）")
    mean = lines[0].index("人均报酬（元）")
    assert (lines[1][heads], lines[1][wages], lines[1][mean]) == (24, 7.2, 3000)
    assert (lines[2][heads], lines[2][wages]) == (12, 3.6)
    assert lines[5][heads] == "—"


def test_rows_are_sorted_as_asked_with_those_without_numbers_last(province, counties):
    pay(a_pay_row(500, paid=9_000_00, division=int(NINGJIN), project=counties[1].project, track=2))
    client, _ = province

    def first(sort: str) -> str:
        return client.get(f"/statistics/?year=2022&sort={sort}").context["table"].rows[1].cells[1].text

    assert first("-wages_paid") == "德州市"
    assert first("wages_paid") == "临沂市"
    assert first("name") == "济南市"


def test_a_page_costs_few_statements(province, counties, django_assert_max_num_queries):
    client, _ = province
    for address in ("/statistics/?year=2022", f"/statistics/?year=2022&d={FEIXIAN}"):
        client.get(address)
        with django_assert_max_num_queries(30):
            assert client.get(address).status_code == 200


def test_a_first_visit_costs_few_statements_too(province, counties, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        province[0].get("/statistics/?year=2022&i=priority_share")


def test_without_data_the_page_says_so_and_offers_the_next_step(province):
    load_divisions()
    client, _ = province

    page = text_of(client, "/statistics/")

    assert "这一期还没有入账数据" in page
    assert 'href="/imports/"' in page
    assert "截至" not in page
    member, _ = signed_in(Role.MEMBER_AGENCY, "37")
    assert "去导入" not in text_of(member, "/statistics/")


def test_an_address_that_cannot_be_understood_is_refused_in_words(province):
    client, _ = province
    assert client.get("/statistics/?span=Q9").status_code == 422
    assert client.get("/statistics/?year=19x2").status_code == 422
    assert client.get("/statistics/?track=road").status_code == 422
    assert client.get("/statistics/?m=2022-v9").status_code == 404
    assert client.get("/statistics/?i=no_such_number").status_code == 200


def test_the_definition_and_its_sources_stand_beside_the_chosen_indicator(province, counties):
    page = text_of(province[0], "/statistics/?year=2022&i=wages_per_head")
    assert "人均劳务报酬（I09）" in page
    assert "发放劳务报酬 ÷ 吸纳务工人数" in page
    assert "由分子、分母分别汇总后相除，不取平均" in page
    assert escape("口径 I09") in page
