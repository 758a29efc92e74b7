"""The three-level lists in the browser: entered, confirmed, blocked with the clause, issued, compared, kept apart."""

from __future__ import annotations

import io
import json
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests.build import a_project, project_code
from tests.conftest import FEIXIAN, NINGJIN, make_actor
from tests.faces.web.people import signed_in
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.faces.shared.list_document import list_file, of_edition
from workrelief.kernel import clock
from workrelief.kernel.kinds import Track
from workrelief.work.catalogue import queries as catalogue
from workrelief.work.catalogue import services as catalogue_services
from workrelief.work.catalogue.rules.bill import parse_text
from workrelief.work.lists import queries, services
from workrelief.work.projects.rules import LabourDemand
from workrelief.work.projects.services import ProjectChanges, edit_project

pytestmark = pytest.mark.django_db(transaction=True)
COUNTS = Path(__file__).with_name("query_counts_lists.json")
MOST_STATEMENTS = 30
YEAR = clock.today().year
DEMAND = LabourDemand("普工", 10, "3月至10月", "普工")


@pytest.fixture
def county():
    load_divisions()
    client, actor = signed_in(Role.COUNTY_OFFICER, "371325")
    return client, actor


def reserve(actor, number: int, *, complete: bool = True, level: str = "county", county: str = FEIXIAN) -> int:
    """An entry in the reserve; complete with labour links and the four demand items or with neither."""
    project = a_project(
        actor, county, number=number, code=project_code(county, number, month="2401"), year=YEAR,
        track=Track.AGRI_PROMOTION, name=f"（演示）{number}号灌溉渠工程" if number % 2 else f"（演示）乡村道路{number}标段",
        is_reserve=True,
    )  # fmt: skip
    if complete:
        edit_project(actor, project, ProjectChanges(labour_tasks="渠道工程", demand=DEMAND), reason="补全用工需求")
    return services.enter(actor, project, YEAR, level).pk


def text(client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return unescape(answer.content.decode())


def issued(county, number: str, client=None):
    return (client or county[0]).post(
        "/lists/issue/", {"year": YEAR, "document_no": number, "issued_on": clock.today().isoformat()}
    )


def test_a_step_with_many_says_first_what_blocks_which_project_and_by_which_clause(county):
    client, actor = county
    whole, bare = reserve(actor, 1), reserve(actor, 2, complete=False)
    page = unescape(
        client.post("/lists/step/", {"step": "submit", "entry": [whole, bare], "back": f"year={YEAR}"}).content.decode()
    )
    assert "不能办理 1 个" in page
    assert "可以办理 1 个" in page
    assert "规则 B03" in page
    answer = client.post(
        "/lists/step/", {"step": "submit", "confirmed": "1", "chosen": f"{whole}:draft", "back": f"year={YEAR}"}
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/lists/?year={YEAR}")
    assert queries.entry(actor.scope, whole).state == "submitted"
    assert queries.entry(actor.scope, bare).state == "draft"


def test_of_two_officers_the_second_is_told_that_the_entry_moved_on(county):
    client, actor = county
    one = reserve(actor, 1)
    services.advance(actor, [one], "submit")
    answer = client.post(f"/lists/entries/{one}/step/", {"step": "submit", "seen": "draft"})
    assert answer.status_code == 409
    page = unescape(answer.content.decode())
    assert "请刷新后再定" in page
    assert "县级确认" in page, "the page stands as it is now, with what may be done next"
    form = {"step": "take_out", "seen": "draft", "reason": "资金另作安排"}
    kept = unescape(client.post(f"/lists/entries/{one}/step/", form).content.decode())
    assert 'value="资金另作安排"' in kept, "what was typed is not lost"


def test_those_that_moved_on_while_many_were_looked_at_are_named(county):
    client, actor = county
    ids = [reserve(actor, 1), reserve(actor, 3)]
    services.advance(actor, ids[:1], "submit")
    form = {"step": "submit", "confirmed": "1", "chosen": ",".join(f"{pk}:draft" for pk in ids), "back": f"year={YEAR}"}
    page = unescape(client.post("/lists/step/", form, follow=True).content.decode())
    assert "已办理 1 个项目" in page
    assert "核对期间有 1 个项目已有变动" in page
    assert "1号灌溉渠工程”当前状态为“已上报”" in page


def test_many_registered_projects_go_into_the_reserve_together_with_the_exceptions_listed(county):
    client, actor = county
    taken = reserve(actor, 1)
    ids = [
        queries.entry(actor.scope, taken).project_id,
        *(a_project(actor, FEIXIAN, number=n, year=YEAR, is_reserve=True) for n in (5, 7)),
    ]
    page = text(client, "/projects/")
    assert 'formaction="/lists/enter/"' in page
    assert f'name="project" value="{ids[0]}"' in page
    form = {"project": ids, "year": YEAR, "level": "county", "back": "track=agri_promotion"}
    page = unescape(client.post("/lists/enter/", form).content.decode())
    assert "可以列入 2 个" in page
    assert "不能列入 1 个" in page
    assert f"已在{YEAR}年县级清单内（储备）" in page
    unseen = client.post("/lists/enter/", form | {"confirmed": f"{YEAR}-city"})
    assert unseen.status_code == 422, "another list than the one that was looked at"
    answer = client.post("/lists/enter/", form | {"confirmed": f"{YEAR}-county"})
    assert answer["Location"] == f"/lists/?year={YEAR}&level=county&state=draft"
    assert queries.entries(actor.scope, queries.EntryFilter(year=YEAR, states=("draft",))).count() == 3
    none = unescape(client.post("/lists/enter/", form | {"confirmed": f"{YEAR}-county"}).content.decode())
    assert "所选项目都不能列入" in none
    stranger, _ = signed_in(Role.COUNTY_OFFICER, NINGJIN[:6])
    other = unescape(stranger.post("/lists/enter/", form).content.decode())
    assert "灌溉渠" not in other
    assert client.post("/lists/enter/", {"year": YEAR}).status_code == 422


def test_a_project_is_not_entered_for_an_impossible_year_or_more_money_than_it_costs(county):
    client, actor = county
    project = a_project(actor, FEIXIAN, number=5, year=YEAR, is_reserve=True)
    form = {"year": YEAR, "level": "county", "planned_investment": "", "reason": "演示"}
    for wrong in (
        {"year": "99999"},
        {"year": "1999"},
        {"planned_investment": "99999999"},
        {"planned_investment": "一百"},
    ):
        answer = client.post(f"/lists/enter/{project}/", form | wrong)
        assert answer.status_code == 422, wrong
        assert 'value="演示"' in answer.content.decode(), "what was typed is not lost"
    assert not queries.of_project(actor.scope, project)


def test_the_filter_says_the_year_that_is_shown(county):
    client, actor = county
    reserve(actor, 1)
    assert f'<option value="{YEAR}" selected>' in text(client, "/lists/")
    assert f'<option value="{YEAR - 1}" selected>' in text(client, f"/lists/?year={YEAR - 1}")
    assert f'<option value="{YEAR}" selected>' in text(client, "/lists/?year=1999")


def test_no_step_of_an_entry_is_told_in_the_words_of_the_code(county):
    client, actor = county
    pk = reserve(actor, 1)
    project = queries.entry(actor.scope, pk).project_id
    edit_project(actor, project, ProjectChanges(planned_workers=33), reason="演示：核实")
    services.advance(actor, [pk], "submit")
    services.advance(actor, [pk], "confirm")
    _, city = signed_in(Role.CITY_OFFICER, "3713")
    above = services.promote(city, pk, "city", reason="演示：带动多")
    services.advance(city, [above.pk], "return", reason="演示：仍留县级")
    edition = services.issue(
        actor, YEAR, "county", division=FEIXIAN, document_no="费发改〔2026〕1号", issued_on=clock.today()
    )
    services.withdraw_edition(actor, edition.pk, reason="演示：文号有误")
    page = text(client, f"/lists/entries/{pk}/")
    for word in ("列入储备", "修改登记信息", "恢复原级次", "撤回清单"):
        assert word in page
    for code in ("restore", ">edit<", ">withdraw<", ">enter<"):
        assert code not in page


def test_a_return_without_a_reason_is_refused_and_with_one_stands_in_the_history(county):
    client, actor = county
    one = reserve(actor, 1)
    services.advance(actor, [one], "submit")
    form = {"step": "return", "confirmed": "1", "chosen": f"{one}:submitted"}
    answer = client.post("/lists/step/", form)
    assert answer.status_code == 422
    assert "请写明理由" in answer.content.decode()
    client.post("/lists/step/", form | {"reason": "用工时段不实"})
    page = text(client, f"/lists/entries/{one}/")
    assert "用工时段不实" in page
    assert "退回修改" in page


def test_the_county_issues_its_list_and_the_edition_comes_out_as_form_f_and_annex(county):
    client, actor = county
    ids = [reserve(actor, 1), reserve(actor, 2)]
    services.advance(actor, ids, "submit")
    services.advance(actor, ids, "confirm")
    preview = text(client, f"/lists/issue/?year={YEAR}")
    assert "调入 2" in preview
    assert f"/lists/issue/docx/?year={YEAR}" in preview
    for form in ("docx", "xlsx"):
        assert client.get(f"/lists/issue/{form}/?year={YEAR}").content[:2] == b"PK"
    assert client.get(f"/lists/issue/odt/?year={YEAR}").status_code == 404
    assert issued(county, "").status_code == 422
    answer = issued(county, "费发改〔2026〕1号")
    assert answer["Location"].startswith("/jobs/")
    edition = queries.editions(actor.scope)[0]
    page = text(client, f"/lists/editions/{edition.pk}/")
    assert "费发改〔2026〕1号" in page
    assert "调入 2" in page

    book = load_workbook(io.BytesIO(client.get(f"/lists/editions/{edition.pk}/xlsx/").content))
    rows = list(book["适用项目清单"].iter_rows(values_only=True))
    head = next(r for r in rows if r[0] == "序号")
    first = next(r for r in rows if r[0] == 1)
    assert {"项目代码", "用工岗位", "岗位数量", "用工时段", "技能要求", "拟吸纳人数"} <= set(head)
    assert first[head.index("岗位数量")] == 10
    assert first[head.index("总投资（万元）")] == 1000
    annex = client.get(f"/lists/editions/{edition.pk}/docx/")
    assert annex.content == list_file(of_edition(actor.scope, edition.pk), "docx"), "the same document everywhere"

    services.take_out(actor, ids[0], reason="资金另作安排")
    issued(county, "费发改〔2026〕2号")
    newer = queries.editions(actor.scope)[0]
    compared = text(client, f"/lists/compare/?older={edition.pk}&newer={newer.pk}")
    assert "资金另作安排" in compared
    assert "调出" in compared
    book = client.get(f"/lists/compare/?older={edition.pk}&newer={newer.pk}&export=1")
    assert "资金另作安排" in {c.value for row in load_workbook(io.BytesIO(book.content)).active for c in row}


def test_two_projects_that_look_alike_are_decided_once(county):
    client, actor = county
    reserve(actor, 1)
    twin = a_project(
        actor,
        FEIXIAN,
        number=9,
        name="（演示）费县1号灌溉渠工程",
        code=project_code(FEIXIAN, 9, month="2401"),
        year=2023,
    )
    services.look_for_duplicates(actor, YEAR)
    page = text(client, f"/lists/duplicates/?year={YEAR}")
    assert "相似度" in page
    assert f'href="/projects/{twin}/"' in page
    pair = queries.duplicates(actor.scope, YEAR)[0]
    here = f"year={YEAR}&state=open"
    answer = client.post(
        f"/lists/duplicates/{pair.pk}/", {"decision": "different", "reason": "分属两个村", "back": here}
    )
    assert answer["Location"] == f"/lists/duplicates/?{here}", "back where one was"
    assert queries.duplicates(actor.scope, YEAR).count() == 0
    assert "分属两个村" in text(client, f"/lists/duplicates/?year={YEAR}&state=different")
    assert "分属两个村" in text(client, "/lists/duplicates/?state=different"), "without a year: all of them"
    form = {"decision": "same", "reason": "现场核对为同一条渠", "seen": "different"}
    client.post(f"/lists/duplicates/{pair.pk}/", form)
    page = text(client, "/lists/duplicates/?state=same")
    assert "现场核对为同一条渠" in page
    assert "分属两个村" in page, "the former decision stays written"


def test_a_matched_project_on_no_list_is_asked_why_and_leaves_when_it_is_entered(county):
    client, actor = county
    catalogue_services.issued_edition(make_actor(Role.PROVINCE_OFFICER, "37"))
    project = a_project(actor, FEIXIAN, number=5, year=YEAR, is_reserve=True)
    bill = catalogue_services.MatchRequest(
        bill=parse_text("M7.5浆砌片石挡墙 m³ 320"), division_code=FEIXIAN, project_id=project, title="演示清单"
    )
    run = catalogue_services.match_bill(actor, bill)
    assert "未说明" in text(client, "/lists/unlisted/?decision=open")
    catalogue_services.decide_listing(actor, run.pk, to_list=False, reason="须整体机械施工")
    page = text(client, "/lists/unlisted/?decision=refused")
    assert "须整体机械施工" in page
    assert "演示清单" not in text(client, "/lists/unlisted/?decision=open")
    client.post(f"/lists/enter/{project}/", {"year": YEAR, "level": "county", "planned_investment": "120.5"})
    assert "演示清单" not in text(client, "/lists/unlisted/")
    assert queries.of_project(actor.scope, project)[0].planned_investment_fen == 120_5000_00
    assert catalogue.run(actor.scope, run.pk).listing_by == actor.name


def test_every_page_answers_in_the_stored_number_of_statements(county):
    client, actor = county
    ids = [reserve(actor, n) for n in (1, 2, 3, 4)]
    services.advance(actor, ids[:3], "submit")
    services.advance(actor, ids[:2], "confirm")
    edition = services.issue(
        actor, YEAR, "county", division=FEIXIAN, document_no="费发改〔2026〕1号", issued_on=clock.today()
    )
    pages = {
        "lists": f"/lists/?year={YEAR}",
        "lists, narrowed": f"/lists/?year={YEAR}&level=county&track=agri_promotion&state=submitted",
        "lists, none": "/lists/?text=没有这样的项目",
        "entry": f"/lists/entries/{ids[0]}/",
        "enter": f"/lists/enter/{queries.entry(actor.scope, ids[0]).project_id}/",
        "issue": f"/lists/issue/?year={YEAR}",
        "editions": "/lists/editions/",
        "edition": f"/lists/editions/{edition.pk}/",
        "compare": f"/lists/compare/?older={edition.pk}&newer={edition.pk}",
        "duplicates": f"/lists/duplicates/?year={YEAR}",
        "unlisted": "/lists/unlisted/",
    }
    counts = {}
    for name, url in pages.items():
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            text(client, url)
        counts[name] = len(asked)
    assert max(counts.values()) <= MOST_STATEMENTS
    assert counts == json.loads(COUNTS.read_text())


def test_another_county_sees_and_moves_nothing_of_it(county):
    _, actor = county
    one = reserve(actor, 1)
    stranger, _ = signed_in(Role.COUNTY_OFFICER, NINGJIN[:6])
    assert "灌溉渠" not in text(stranger, f"/lists/?year={YEAR}")
    assert stranger.get(f"/lists/entries/{one}/").status_code == 404
    answer = stranger.post("/lists/step/", {"step": "submit", "confirmed": "1", "chosen": f"{one}:draft"})
    assert answer.status_code in (404, 422)
    assert queries.entry(actor.scope, one).state == "draft"


def test_the_api_enters_moves_and_compares_as_the_pages_do(county):
    client, actor = county
    one = reserve(actor, 1)

    def post(path: str, **body: object):
        return client.post(f"/api/v1/lists/{path}", json.dumps(body), content_type="application/json")

    assert client.get(f"/api/v1/lists/entries?year={YEAR}").json()["items"][0]["state"] == "draft"
    assert post("steps", entries=[one], step="submit", expected="draft").json() == {"moved": 1}
    assert post("steps", entries=[one], step="submit", expected="draft").status_code == 409
    post("steps", entries=[one], step="confirm")
    document = {"year": YEAR, "level": "county", "division": FEIXIAN, "document_no": "费发改〔2026〕1号"}
    answer = post("editions", **document, issued_on=clock.today().isoformat())
    assert answer.status_code == 202
    edition = client.get(f"/api/v1/lists/editions?year={YEAR}").json()["items"][0]
    lines = client.get(f"/api/v1/lists/editions/{edition['id']}/lines").json()
    assert [(x["entry_id"], x["change"]) for x in lines["items"]] == [(one, "in")]
    same = client.get(f"/api/v1/lists/compare?older={edition['id']}&newer={edition['id']}").json()
    assert (same["kept"], same["added"]) == (1, [])
    detail = client.get(f"/api/v1/lists/entries/{one}").json()
    assert [s["step"] for s in detail["steps"]][:2] == ["enter", "submit"]
    assert client.get("/api/v1/lists/duplicates").json()["total"] == 0
    assert client.get("/api/v1/lists/unlisted").json()["total"] == 0


def test_what_waits_for_my_office_stands_among_the_things_to_do(county):
    client, actor = county
    one = reserve(actor, 1)
    services.advance(actor, [one], "submit")
    page = text(client, "/")
    assert f"{YEAR}年清单：1 个项目等待本级确认或印发" in page
    assert f"/lists/?year={YEAR}&waits_for=county" in page
    services.advance(actor, [one], "return", reason="演示：时段不实")
    page = text(client, "/")
    assert f"{YEAR}年清单：1 个项目被退回" in page
    assert "等待本级确认" not in page
    assert "灌溉渠" in text(client, f"/lists/?year={YEAR}&state=draft&waits_for=county")


def test_many_go_up_or_out_together_or_not_at_all(county):
    client, actor = county
    ids = [reserve(actor, n) for n in (1, 3, 5)]
    services.advance(actor, ids, "submit")
    city, officer = signed_in(Role.CITY_OFFICER, "3713")
    services.advance(actor, ids, "confirm")
    refused = client.post(
        "/api/v1/lists/removals",
        {"entries": [*ids, 999_999], "reason": "资金另作安排"},
        content_type="application/json",
    )
    assert refused.status_code == 404
    assert {queries.entry(actor.scope, pk).state for pk in ids} == {"county_confirmed"}
    up = city.post(
        "/api/v1/lists/promotions", {"entries": ids[:2], "level": "city", "reason": "带动多，提到市级"},
        content_type="application/json",
    )  # fmt: skip
    assert up.json() == {"moved": 2}
    assert {queries.entry(actor.scope, pk).state for pk in ids} == {"promoted", "county_confirmed"}
    assert queries.entries(officer.scope, queries.EntryFilter(year=YEAR, level="city")).count() == 2
    out = client.post(
        "/api/v1/lists/removals", {"entries": ids[2:], "reason": "资金另作安排"}, content_type="application/json"
    )
    assert out.json() == {"moved": 1}


def test_an_issued_project_is_adjusted_with_a_reason_and_its_year_closed(county):
    client, actor = county
    pk = reserve(actor, 7)
    services.advance(actor, [pk], "submit")
    services.advance(actor, [pk], "confirm")
    services.issue(actor, YEAR, "county", division=FEIXIAN, document_no="费发改〔2026〕7号", issued_on=clock.today())
    project = queries.entry(actor.scope, pk).project_id
    assert f"/projects/{project}/edit/" in text(client, f"/lists/entries/{pk}/")
    form = client.get(f"/projects/{project}/edit/").context["form"]
    typed = {
        n: "" if form[n].value() is None else str(form[n].value()) for n in form.fields if form[n].value() is not False
    }
    changed = typed | {"planned_workers": "40", "confirmed": "1"}
    refused = client.post(f"/projects/{project}/edit/", changed)
    assert "规则B04" in unescape(refused.content.decode())
    assert client.post(f"/projects/{project}/edit/", changed | {"reason": "演示：用工增加"}).status_code == 302
    assert queries.entry(actor.scope, pk).state == "adjusted"
    assert "年度关闭" not in text(client, f"/lists/issue/?year={YEAR}"), "an adjusted entry has to be issued first"
    assert client.post("/lists/close/", {"year": YEAR}).status_code == 409
    body = {"planned_workers": 45, "reason": "演示：再次增加", "seen": "adjusted"}
    answer = client.post(f"/api/v1/lists/entries/{pk}/adjust", body, content_type="application/json")
    assert answer.status_code == 200, answer.content.decode()
    services.issue(actor, YEAR, "county", division=FEIXIAN, document_no="费发改〔2026〕8号", issued_on=clock.today())
    assert "年度关闭" in text(client, f"/lists/issue/?year={YEAR}")
    assert client.post("/lists/close/", {"year": YEAR}).status_code == 302
    assert queries.entry(actor.scope, pk).state == "closed"
    assert client.post("/lists/close/", {"year": YEAR}).status_code == 302, "closing twice closes nothing more"
