"""The page behind a number: the same value, the rows it was made of, and a way to each source."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from django.test import Client

from tests.build import CountyData, a_county
from tests.conftest import DEZHOU, FEIXIAN, LINYI, NINGJIN, PROVINCE, make_actor
from tests.faces.web.people import signed_in
from tests.figures.build import (
    a_fund_row,
    a_pay_row,
    a_project_row,
    a_training_row,
    funds,
    pay,
    projects,
    take_back,
    training,
)
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.faces.web.figure_pages import figure_url
from workrelief.figures.indicators.read import Snapshot, read
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel.figure import Figure
from workrelief.kernel.period import Period
from workrelief.kernel.units import show

pytestmark = pytest.mark.django_db(transaction=True)
Y2022 = Period("2022")


@pytest.fixture
def province() -> tuple[Client, Actor]:
    load_divisions()
    return signed_in(Role.PROVINCE_OFFICER, "37")


@pytest.fixture
def feixian() -> CountyData:
    return a_county(make_actor(Role.CITY_OFFICER, "3713"), FEIXIAN, number=1)


def page_of(client: Client, figure: Figure, *, pinned: bool = False) -> str:
    answer = client.get(figure_url(figure, pinned=pinned))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def one(actor: Actor, indicator: str, **more: object) -> Figure:
    return read([indicator], scope=actor.scope, period=Y2022, **more).figure(indicator)


def test_it_shows_the_value_and_a_link_to_every_pay_line(province, feixian):
    client, actor = province
    wages = one(actor, "wages_paid", division=FEIXIAN)

    page = page_of(client, wages)

    assert f'<span class="wr-big">{show(wages)}' in page
    assert "合计 3.60万元" in page
    lines = re.findall(r'href="(/pay-lines/\d+/)"', page)
    assert len(set(lines)) == 12
    assert client.get(lines[0]).status_code == 200
    assert f'href="/projects/{feixian.project}/"' in page


def test_the_address_leads_back_to_the_same_figure(province, feixian):
    client, actor = province
    table = read(["wages_paid"], scope=actor.scope, period=Y2022, by=("city", "track"))
    figure = table.figure("wages_paid", LINYI, "key_project")

    page = page_of(client, figure)

    assert f'<span class="wr-big">{show(figure)}' in page
    assert "<dt>市</dt><dd>临沂市</dd>" in page
    assert "<dt>项目线</dt><dd>重点工程推广</dd>" in page
    assert "临沂市2022年发放劳务报酬" in page


def test_a_ratio_shows_its_two_sides_and_each_leads_to_its_own_page(province, feixian):
    client, actor = province
    mean = one(actor, "wages_per_head")

    page = page_of(client, mean)

    sides = re.findall(r'<span class="term"><small>(.+?)</small><span><a href="(.+?)">(.+?)</a>', page)
    assert [(label, text) for label, _, text in sides] == [("发放劳务报酬", "3.60"), ("吸纳务工人数", "12")]
    heads = unescape(client.get(sides[1][1]).content.decode())
    assert '<span class="wr-big">12' in heads
    assert "逐行计入后去重为 12人" in heads


def test_a_person_with_two_lines_counts_once_and_both_lines_are_listed(province):
    client, actor = province
    pay(a_pay_row(7, paid=100_00, on=date(2022, 7, 1)), a_pay_row(7, paid=200_00, on=date(2022, 8, 1)))

    page = page_of(client, one(actor, "headcount_unique"))

    assert '<span class="wr-big">1<' in page
    assert page.count("/pay-lines/") == 2
    assert "共 <b>2</b> 行" in page
    assert "去重为 1人" in page


def test_rows_come_in_pages_and_the_sum_is_of_all_of_them(province):
    client, actor = province
    pay(*(a_pay_row(n, paid=1_000_00) for n in range(1, 61)))
    figure = one(actor, "wages_paid")

    first, second = (
        page_of(client, figure),
        unescape(client.get(f"{figure_url(figure, pinned=False)}&page=2").content.decode()),
    )

    assert (first.count("/pay-lines/"), second.count("/pay-lines/")) == (50, 10)
    assert "共 <b>60</b> 行" in first
    assert "合计 6.00万元" in first
    assert "合计 6.00万元" in second
    beyond = client.get(f"{figure_url(figure, pinned=False)}&page=99")
    assert beyond.content.decode().count("/pay-lines/") == 10


def test_a_row_taken_back_is_shown_with_the_row_that_takes_it_back(province):
    client, actor = province
    pay(a_pay_row(1, paid=500_00, source=901), a_pay_row(2, paid=700_00, source=902))
    take_back(901, on=date(2022, 9, 1))

    page = page_of(client, one(actor, "wages_paid"))

    assert "共 <b>3</b> 行" in page
    assert re.search(r"冲回第 \d+ 行", page)
    assert "合计 0.07万元" in page


def test_projects_funds_and_training_show_their_own_columns(province):
    client, actor = province
    projects(a_project_row(5, investment=1_000_000_00))
    funds(a_fund_row(5, issued=400_000_00))
    training(a_training_row(8, times=30, audience=2))

    assert "计划务工" in page_of(client, one(actor, "investment"))
    money = page_of(client, one(actor, "central_issued"))
    assert "中央预算内投资" in money
    assert "40.00" in money
    heard = page_of(client, one(actor, "training_person_times"))
    assert "项目业主" in heard
    assert 'href="/training/8/"' in heard


def test_a_pinned_number_is_read_from_its_snapshot_and_names_its_digest(province, feixian):
    client, actor = province
    sealed = seal_period(actor, Y2022)
    figure = read(["headcount_project"], scope=actor.scope, period=Y2022, source=Snapshot(sealed.name)).figure(
        "headcount_project"
    )
    pay(a_pay_row(77, paid=100_00, on=date(2023, 1, 5), wage=202212))

    pinned, live = page_of(client, figure, pinned=True), page_of(client, figure)

    assert '<span class="wr-big">12<' in pinned
    assert f"快照 {sealed.name}" in pinned
    assert sealed.digest in pinned
    assert '<span class="wr-big">13<' in live
    assert sealed.digest not in live


def test_nobody_reaches_another_city_by_changing_the_address(feixian):
    load_divisions()
    client, _ = signed_in(Role.CITY_OFFICER, "3714")
    base = "/figure/?i=wages_paid&p=2022"
    hidden = [
        f"{base}&d={LINYI}",
        f"{base}&d={FEIXIAN}",
        f"{base}&d={PROVINCE}",
        f"{base}&d={DEZHOU}&by=city&key={LINYI}",
        f"{base}&d={DEZHOU}&by=county&key={FEIXIAN}",
        f"{base}&d={DEZHOU}&by=project&key={feixian.project}",
        f"{base}&d={DEZHOU}&project={feixian.project}",
        f"{base}&d={DEZHOU}&county={FEIXIAN}",
    ]

    answers = {address: client.get(address) for address in hidden}

    assert {address: a.status_code for address, a in answers.items() if a.status_code != 404} == {}
    assert not any("费县" in a.content.decode() for a in answers.values())
    assert client.get(f"{base}&d={DEZHOU}&by=county&key={NINGJIN}").status_code == 200


def test_a_number_without_rows_says_so(province):
    client, _ = province
    page = unescape(client.get(f"/figure/?i=wages_paid&p=2022&d={PROVINCE}&by=city&key={LINYI}").content.decode())
    assert '<span class="wr-big">—' in page
    assert "没有台账行" in page


def test_a_broken_address_is_refused_in_words(province):
    client, _ = province
    assert client.get("/figure/").status_code == 422
    assert "数字的地址缺少" in client.get("/figure/?i=wages_paid").content.decode()
    assert client.get(f"/figure/?i=no_such&p=2022&d={PROVINCE}").status_code == 404
    assert client.get(f"/figure/?i=wages_paid&p=2022&d={PROVINCE}&colour=red").status_code == 422
    assert client.get(f"/figure/?i=wages_paid&p=2022&d={PROVINCE}&by=city&key=").status_code in (404, 422)
    assert client.get(f"/figure/?i=wages_paid&p=2022&d={PROVINCE}&by=project&key=abc").status_code == 404


def test_the_page_costs_few_statements(province, feixian, django_assert_max_num_queries):
    client, actor = province
    address = figure_url(one(actor, "wages_per_head"), pinned=False)
    with django_assert_max_num_queries(30):
        assert client.get(address).status_code == 200
