"""通报 and 数据快照: every number leads to its page, four eyes hold, nothing edited is lost."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from django.test import Client

from tests.build import a_county
from tests.conftest import FEIXIAN, NINGJIN, make_actor
from tests.faces.web.people import signed_in
from tests.figures.build import a_pay_row, pay
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.faces.web.figure_pages import figure_url
from workrelief.figures.snapshots import queries as snapshots
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel import clock
from workrelief.kernel.kinds import Track
from workrelief.kernel.period import Period
from workrelief.outputs.bulletins import services
from workrelief.outputs.bulletins.models import Bulletin

pytestmark = pytest.mark.django_db(transaction=True)
Y2022 = Period("2022")


@pytest.fixture
def writer() -> tuple[Client, Actor]:
    load_divisions()
    return signed_in(Role.PROVINCE_OFFICER, "37", name="demo.writer")


@pytest.fixture
def checker() -> Client:
    return signed_in(Role.PROVINCE_OFFICER, "37", name="demo.checker")[0]


@pytest.fixture
def draft(writer) -> Bulletin:
    """The annual bulletin of two counties, begun by the writer."""
    a_county(make_actor(Role.CITY_OFFICER, "3713"), FEIXIAN, number=1)
    a_county(make_actor(Role.CITY_OFFICER, "3714"), NINGJIN, number=2, track=Track.AGRI_PROMOTION)
    seal_period(writer[1], Y2022)
    return services.compose_annual(writer[1], Y2022)


def page_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return unescape(answer.content.decode())


def step(client: Client, row: Bulletin, name: str, **more: str) -> str:
    answer = client.post(f"/bulletins/{row.pk}/step/", {"step": name, **more}, follow=True)
    return unescape(answer.content.decode())


# ---------- the list ----------


def test_an_empty_list_says_what_has_to_come_first(writer):
    page = page_of(writer[0], "/bulletins/")
    assert "还没有通报" in page
    assert "年度数据封存后才能起草" in page


def test_a_sealed_year_can_be_begun_once(writer):
    client, actor = writer
    a_county(make_actor(Role.CITY_OFFICER, "3714"), NINGJIN, number=2)
    seal_period(actor, Y2022)
    assert '<option value="2022">2022年</option>' in page_of(client, "/bulletins/")

    client.post("/bulletins/new/", {"period": "2022"})

    row = Bulletin.rows.get()
    assert (row.period, row.manifest, row.made_by_id) == ("2022", "2022-v1", actor.user_id)
    assert "没有待起草的年度" in page_of(client, "/bulletins/")
    assert row.title in page_of(client, "/bulletins/")


def test_an_unsealed_year_is_refused_in_words(writer):
    client, _ = writer
    answer = client.post("/bulletins/new/", {"period": "2021"}, follow=True)
    assert "尚未锁版" in answer.content.decode()
    assert not Bulletin.rows.exists()


def test_a_city_neither_sees_nor_writes_the_provincial_bulletin(draft):
    client, _ = signed_in(Role.CITY_OFFICER, "3714")
    assert draft.title not in page_of(client, "/bulletins/")
    assert "起草年度通报" not in page_of(client, "/bulletins/")
    page_of(client, f"/bulletins/{draft.pk}/", 404)
    page_of(client, f"/bulletins/{draft.pk}/file/md/", 404)
    assert client.post("/bulletins/new/", {"period": "2022"}).status_code == 403
    assert client.post(f"/bulletins/{draft.pk}/save/", {"source": "x", "version": "1"}).status_code == 403
    assert client.post(f"/bulletins/{draft.pk}/step/", {"step": "check"}).status_code in (403, 404)
    draft.refresh_from_db()
    assert draft.state == "draft"


# ---------- the desk ----------


def test_every_number_on_paper_leads_to_the_page_behind_it(writer, draft):
    client, actor = writer
    made = services.composition(actor.scope, draft)

    page = page_of(client, f"/bulletins/{draft.pk}/")

    assert len(made.bound) > 40
    for bound in made.bound.values():
        assert f'<a href="{figure_url(bound.figure, pinned=True)}">{bound.text}</a>' in page
    wages = next(b for b in made.bound.values() if b.figure.indicator == "wages_paid")
    behind = page_of(client, figure_url(wages.figure, pinned=True))
    assert f"快照 {draft.manifest}" in behind


def test_a_selected_number_says_its_indicator_conditions_and_exact_value(writer, draft):
    client, actor = writer
    made = services.composition(actor.scope, draft)
    ref = next(r for r, b in made.bound.items() if b.figure.indicator == "headcount_project")

    page = page_of(client, f"/bulletins/{draft.pk}/?ref={ref}")

    assert "选中数字：12人" in page
    assert "I03 吸纳务工人数，2022年，重点工程推广" in page
    assert 'class="wr-fig sel"' in page
    assert "选中数字" not in page_of(client, f"/bulletins/{draft.pk}/?ref=f9999")


def test_an_edited_text_is_saved_with_its_numbers_filled_in_again(writer, draft):
    client, _ = writer
    source = draft.source.replace("## 一、总体情况", "## 一、总的情况")

    answer = client.post(
        f"/bulletins/{draft.pk}/save/", {"source": source.replace("\n", "\r\n"), "version": "1"}, follow=True
    )

    draft.refresh_from_db()
    assert (draft.source, draft.source_version) == (source, 2)
    page = unescape(answer.content.decode())
    assert "已保存为第 2 稿" in page
    assert "一、总的情况" in page


def test_a_text_somebody_else_saved_meanwhile_is_not_overwritten_and_mine_is_kept(writer, draft):
    client, actor = writer
    services.save_source(actor, draft.pk, source=draft.source.replace("总体情况", "别人的改动"), version=1)

    answer = client.post(f"/bulletins/{draft.pk}/save/", {"source": "# 我的改动", "version": "1"})

    page = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "正文已被他人修改" in page
    assert "# 我的改动</textarea>" in page
    draft.refresh_from_db()
    assert "别人的改动" in draft.source


def test_a_placeholder_that_cannot_be_filled_names_its_line_and_the_text_is_kept(writer, draft):
    client, _ = writer
    source = '# 标题\n\n全省{{ fig("no_such") }}。'

    answer = client.post(f"/bulletins/{draft.pk}/save/", {"source": source, "version": "1"})

    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "第 3 行：没有编号为“no_such”的指标" in page
    assert 'fig("no_such")' in page
    draft.refresh_from_db()
    assert draft.source_version == 1


def test_what_a_writer_types_is_text_and_never_markup(writer, draft):
    client, actor = writer
    services.save_source(actor, draft.pk, source="# 标题\n\n<script>alert(1)</script>各市", version=1)
    body = client.get(f"/bulletins/{draft.pk}/").content.decode()
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)" in body


def test_a_newer_snapshot_is_announced_with_what_changes_and_taken_by_a_button(writer, draft):
    client, actor = writer
    pay(a_pay_row(9_001, engagement=9_001, paid=5_000_00, on=date(2023, 1, 6), wage=202212))
    newer = seal_period(actor, Y2022).name
    assert newer == "2022-v2"

    page = page_of(client, f"/bulletins/{draft.pk}/")

    assert f"该期已有更新的快照 {newer}" in page
    assert "12人 应为 13人" in page
    assert 'class="wr-fig chg"' in page
    assert f"数字已改按快照 {newer} 填入" in step(client, draft, "rebind")
    assert "该期已有更新的快照" not in page_of(client, f"/bulletins/{draft.pk}/")


# ---------- steps ----------


def test_the_writer_can_neither_check_nor_issue_the_own_bulletin(writer, checker, draft):
    client, _ = writer
    page = page_of(client, f"/bulletins/{draft.pk}/")
    assert "核数通过" not in page
    assert "由另一位同事核数" in page
    assert client.post(f"/bulletins/{draft.pk}/step/", {"step": "check"}).status_code == 403
    step(checker, draft, "check")
    assert client.post(f"/bulletins/{draft.pk}/step/", {"step": "issue", "number": "演〔2023〕1号"}).status_code == 403
    draft.refresh_from_db()
    assert draft.state == "checked"


def test_another_person_checks_returns_and_issues(writer, checker, draft):
    assert "核数通过" in page_of(checker, f"/bulletins/{draft.pk}/")
    assert "核数已通过" in step(checker, draft, "check")
    assert "?view=source" not in page_of(writer[0], f"/bulletins/{draft.pk}/")
    assert "请写明退回修改的原因" in step(writer[0], draft, "return")
    assert "已退回拟稿" in step(writer[0], draft, "return", reason="数字顺序有误")
    step(checker, draft, "check")
    assert "请填写发文字号" in step(checker, draft, "issue")

    page = step(checker, draft, "issue", number="鲁发改赈演〔2023〕1号")

    assert "已印发，文号 鲁发改赈演〔2023〕1号" in page
    assert "已印发" in page_of(writer[0], "/bulletins/")
    assert "发文字号" not in page_of(checker, f"/bulletins/{draft.pk}/")


def test_issued_files_are_the_stored_ones_whatever_is_downloaded_when(checker, draft):
    before = checker.get(f"/bulletins/{draft.pk}/file/docx/")
    assert before.content.startswith(b"PK")
    assert "filename*=UTF-8''" in before["Content-Disposition"]
    step(checker, draft, "check")
    step(checker, draft, "issue", number="鲁发改赈演〔2023〕1号")

    first, second = (checker.get(f"/bulletins/{draft.pk}/file/pdf/").content for _ in range(2))

    assert first == second
    assert first.startswith(b"%PDF")
    assert "发放劳务报酬" in checker.get(f"/bulletins/{draft.pk}/file/md/").content.decode()
    assert checker.get(f"/bulletins/{draft.pk}/file/exe/").status_code == 404


def test_an_unknown_step_is_not_found(checker, draft):
    assert checker.post(f"/bulletins/{draft.pk}/step/", {"step": "publish"}).status_code == 404
    assert checker.get(f"/bulletins/{draft.pk}/step/").status_code == 405


def test_the_desk_costs_few_statements(writer, draft, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        writer[0].get(f"/bulletins/{draft.pk}/")
    with django_assert_max_num_queries(30):
        writer[0].get("/bulletins/")


# ---------- snapshots ----------


def test_sealing_is_explained_and_offered_to_the_province_only(writer):
    client, _ = writer
    a_county(make_actor(Role.CITY_OFFICER, "3714"), NINGJIN, number=2)
    page = page_of(client, "/snapshots/")
    assert "封存就是把一个统计期关账" in page
    assert "还没有封存过" in page
    assert '<option value="2022">2022年</option>' in page
    city, _ = signed_in(Role.CITY_OFFICER, "3714")
    assert "封存并生成快照" not in page_of(city, "/snapshots/")
    assert city.post("/snapshots/seal/", {"period": "2022"}).status_code == 403
    assert snapshots.sealed_months() == ()


def test_sealing_makes_a_snapshot_with_its_digest_and_who_made_it(writer):
    client, actor = writer
    a_county(make_actor(Role.CITY_OFFICER, "3714"), NINGJIN, number=2)

    answer = client.post("/snapshots/seal/", {"period": "2022"}, follow=True)

    page = unescape(answer.content.decode())
    made = snapshots.manifest("2022-v1")
    assert "2022年已封存为快照 2022-v1" in page
    assert made.digest[:32] in page
    assert made.digest[32:] in page
    assert actor.name in page
    assert re.search(r'href="/statistics/\?year=2022&span=&m=2022-v1"', page)
    assert "已封存，有更正时生成新版" in page


def test_a_period_that_is_not_over_or_not_a_period_is_refused_in_words(writer):
    client, _ = writer
    answer = client.post("/snapshots/seal/", {"period": str(clock.today().year)}, follow=True)
    assert "尚未结束，不能封存" in answer.content.decode()
    assert "无法识别" in client.post("/snapshots/seal/", {"period": "去年"}, follow=True).content.decode()
    assert not snapshots.sealed_manifests().exists()
