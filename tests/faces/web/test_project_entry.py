"""Registering and changing a project by hand: every refusal stands beside what was typed, and nothing typed is lost."""

from __future__ import annotations

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.build import a_project, project_code
from tests.conftest import FEIXIAN, NINGJIN, make_actor
from tests.faces.web.people import signed_in
from workrelief.base.access.permissions import Role
from workrelief.base.audit.models import AuditEntry
from workrelief.base.divisions.services import load_divisions
from workrelief.faces.shared import project_entry
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.kernel.errors import RuleViolated
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.work.lifecycle import queries as lives
from workrelief.work.lifecycle import services as life
from workrelief.work.lists import queries as lists
from workrelief.work.lists.services import decide_duplicate
from workrelief.work.projects import queries
from workrelief.work.projects.models import Project
from workrelief.work.projects.rules import Fund
from workrelief.work.projects.services import NewProject, ProjectChanges, edit_project

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "（演示）费城街道道路硬化工程", "code": "", "track": "special_fund", "sector": "transport", "list_level": "county",
    "county": FEIXIAN, "township": "", "construction_kind": "新建", "is_government_funded": "on", "content": "硬化道路3公里",
    "investment": "400.123456", "fund_central_budget": "300", "fund_county": "100.123456", "owner_name": "演示街道办事处",
    "labour_tasks": "路基工程", "labour_links": "路基清表", "demand_posts": "普工", "demand_number": "10",
    "demand_season": "3月至10月", "demand_skill": "不限", "planned_workers": "12", "planned_pay": "90",
    "starts_on": "2026-12-01", "ends_on": "2027-10-31",
}  # fmt: skip


@pytest.fixture
def county():
    load_divisions()
    return signed_in(Role.COUNTY_OFFICER, "371325")


def page(client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return unescape(answer.content.decode())


def send(client, url: str, status: int, **changes: str) -> str:
    answer = client.post(url, TYPED | changes)
    said = unescape(answer.content.decode())
    assert answer.status_code == status, answer.context and answer.context.get("findings")
    return said


def typed_of(client, project: int, **changes: str) -> dict[str, str]:
    """What the browser would send back of the edit page as it came."""
    form = client.get(f"/projects/{project}/edit/").context["form"]
    shown = {name: form[name].value() for name in form.fields}
    values = {name: "" if value is None else str(value) for name, value in shown.items() if value is not False}
    values["seen"] = client.get(f"/projects/{project}/edit/").context["seen"].isoformat()
    return values | changes


def test_a_project_is_registered_to_the_fen_for_the_reserve_and_its_life_begins(county):
    client, actor = county
    assert "登记项目" in page(client, "/projects/")
    assert "资金来源" in page(client, "/projects/new/")
    assert FACT_MODELS["project_fact"].objects.count() == 0
    send(client, "/projects/new/", 302)
    made = Project.objects.within(actor.scope).get()
    assert (made.investment_fen, made.planned_pay_fen, made.division_code) == (400_123_456, 90_000_000, FEIXIAN)
    sources = queries.fund_sources(actor.scope, [made.pk])[made.pk]
    assert sources == (Fund(FundType.CENTRAL_BUDGET, 300_000_000), Fund(FundType.COUNTY, 100_123_456))
    assert lives.life(actor.scope, made.pk).state.id == "registered"
    assert FACT_MODELS["project_fact"].objects.count() == FACT_MODELS["fund_fact"].objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fund_county": "100.1"}, "相差"),
        ({"fund_county": "约100"}, "不是一个确定的金额"),
        ({"investment": ""}, "这个字段是必填项"),
        ({"code": "1234"}, "规则 N01"),
        ({"planned_workers": "8"}, "少于用工岗位数量之和10人"),
        ({"starts_on": "2028-01-01"}, "晚于完工日期"),
        ({"county": NINGJIN}, "有效的选项"),
        ({"track": ""}, "这个字段是必填项"),
    ],
)  # fmt: skip
def test_a_refusal_says_why_and_keeps_everything_typed(county, changes, said):
    client, actor = county
    said_by_rule = said in ("相差", "规则 N01", "少于用工岗位数量之和10人", "晚于完工日期")
    answer = send(client, "/projects/new/", 409 if said_by_rule else 422, **changes)
    assert said in answer
    assert "硬化道路3公里" in answer
    assert "400.123456" in answer or "investment" in changes
    assert not Project.objects.within(actor.scope).exists()


def test_a_wrong_check_digit_is_asked_about_once_and_kept_when_confirmed(county):
    client, actor = county
    good = project_code(FEIXIAN, 3)
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    answer = send(client, "/projects/new/", 409, code=wrong)
    assert "末位校验不符" in answer
    assert "已与批复文件核对" in answer
    assert not Project.objects.within(actor.scope).exists()
    send(client, "/projects/new/", 302, code=wrong, confirmed="1")
    made = Project.objects.within(actor.scope).get()
    assert made.code_note
    answer = client.post(f"/projects/{made.pk}/edit/", typed_of(client, made.pk, remark="演示：补充说明"))
    assert answer.status_code == 302, "what stood before is not asked about again"


def test_a_double_is_told_by_name(county):
    client, _actor = county
    send(client, "/projects/new/", 302)
    answer = send(client, "/projects/new/", 409, track="key_project")
    assert "另一项目线" in answer


def test_only_what_was_changed_is_written_and_the_ledger_follows(county):
    client, actor = county
    project = a_project(actor, FEIXIAN, number=5)
    assert "修改" in page(client, f"/projects/{project}/")
    answer = client.post(f"/projects/{project}/edit/", typed_of(client, project))
    assert "没有要修改的内容" in unescape(answer.content.decode())
    values = typed_of(client, project, investment="1200.000001", fund_county="1200.000001", reason="演示：批复调整")
    assert client.post(f"/projects/{project}/edit/", values | {"confirmed": "1"}).status_code == 302
    entry = AuditEntry.objects.filter(action="project.edit").latest("id")
    assert entry.reason == "演示：批复调整"
    assert set(entry.difference) == {"investment_fen", "updated_at", "_details"}
    posted = FACT_MODELS["project_fact"].objects.values_list("investment_fen", flat=True)
    assert sum(posted) == 1_200_000_001


def test_of_two_officers_the_second_is_told_and_keeps_what_was_typed(county):
    client, actor = county
    project = a_project(actor, FEIXIAN, number=6)
    mine = typed_of(client, project, remark="演示：第二人的说明")
    edit_project(actor, project, ProjectChanges(remark="演示：第一人的说明"))
    answer = client.post(f"/projects/{project}/edit/", mine)
    said = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "他人已修改过" in said
    assert "演示：第二人的说明" in said
    assert queries.project_row(actor.scope, project).remark == "演示：第一人的说明"


def test_a_project_of_the_reserve_may_be_mended_before_it_is_complete(county):
    client, actor = county
    send(
        client,
        "/projects/new/",
        302,
        track="key_project",
        labour_tasks="",
        labour_links="",
        demand_posts="",
        confirmed="1",
    )
    made = Project.objects.within(actor.scope).get()
    values = typed_of(client, made.pk, owner_name="演示建设单位二")
    assert client.post(f"/projects/{made.pk}/edit/", values).status_code == 302
    assert queries.project_row(actor.scope, made.pk).owner_name == "演示建设单位二"


def test_an_owner_changes_the_second_group_only(county):
    _client, actor = county
    project = a_project(actor, FEIXIAN, number=7)
    owner, _ = signed_in(Role.OWNER, "371325", name="owner")
    assert page(owner, "/projects/new/", 403)
    values = typed_of(owner, project, investment="1", name="（演示）改名", owner_name="演示建设单位三")
    assert owner.post(f"/projects/{project}/edit/", values).status_code == 302
    row = queries.project_row(actor.scope, project)
    assert (row.owner_name, row.investment_fen) == ("演示建设单位三", 10_000_000_00)
    assert row.name != "（演示）改名"


def test_the_townships_of_a_county_are_offered_and_none_of_another(county):
    client, _actor = county
    assert "费城街道" in page(client, f"/projects/townships/?county={FEIXIAN}")
    assert 'option value="371422' not in page(client, f"/projects/townships/?county={NINGJIN}")
    assert "先选择" in page(client, "/projects/townships/?county=x")


@pytest.mark.parametrize("place", ["371325101205", "371325000000", "371300000000"])
def test_a_place_the_form_does_not_offer_is_kept_when_something_else_is_changed(county, place):
    officer, actor = signed_in(Role.CITY_OFFICER, "3713", name="city") if place.startswith("371300") else county
    project = a_project(actor, place, owner_name="演示旧业主")
    sent = officer.post(
        f"/projects/{project}/edit/", typed_of(officer, project, owner_name="演示新业主", reason="演示更名")
    )
    assert sent.status_code == 302, sent.context["form"].errors
    row = Project.rows.get(pk=project)
    assert (row.division_code, row.owner_name) == (place, "演示新业主")


def test_another_county_neither_sees_nor_changes_it(county):
    client, _actor = county
    project = a_project(make_actor(Role.COUNTY_OFFICER, "371422"), NINGJIN, number=8, track=Track.KEY_PROJECT)
    page(client, f"/projects/{project}/edit/", 404)
    assert client.post(f"/projects/{project}/edit/", TYPED).status_code == 404


def test_the_api_registers_and_changes_by_the_same_rules(county):
    client, actor = county
    body = {
        "name": "（演示）接口登记道路工程", "division_code": FEIXIAN, "track": "special_fund", "sector": "transport",
        "investment_fen": 400_000_000, "funds": [{"fund_type": "county", "planned_fen": 400_000_000}],
        "planned_workers": 12, "labour_links": "路基清表",
        "demand": {"posts": "普工", "number": 10, "season": "3月至10月", "skill": "不限"},
    }  # fmt: skip
    post = {"content_type": "application/json"}
    refused = client.post("/api/v1/projects", body | {"investment_fen": 500_000_000}, **post)
    assert (refused.status_code, refused.json()["code"]) == (409, "C06")
    assert client.post("/api/v1/projects", body | {"division_code": NINGJIN}, **post).status_code == 404
    assert client.post("/api/v1/projects", body | {"track": "x"}, **post).status_code == 422
    made = client.post("/api/v1/projects", body, **post).json()
    assert lives.life(actor.scope, made["id"]).state.id == "registered"
    change = {"remark": "演示：接口修改", "expected": made["updated_at"]}
    assert client.patch(f"/api/v1/projects/{made['id']}", change, **post).status_code == 200
    assert queries.project_row(actor.scope, made["id"]).remark == "演示：接口修改"
    again = client.patch(f"/api/v1/projects/{made['id']}", change | {"remark": "演示：另一人"}, **post)
    assert (again.status_code, again.json()["code"]) == (409, "project.moved")


def test_the_pages_stay_far_below_thirty_statements(county):
    client, actor = county
    project = a_project(actor, FEIXIAN, number=9)
    for url in ("/projects/new/", f"/projects/{project}/edit/", f"/projects/townships/?county={FEIXIAN}"):
        with CaptureQueriesContext(connection) as statements:
            page(client, url)
        assert len(statements) <= 18, url  # PostgreSQL reads fresh postings with two statements of their own (COPY)


def test_look_alikes_are_noted_at_registration_and_asked_before_the_reserve(county):
    _, actor = county
    a_project(actor, FEIXIAN, number=3, name="（演示）费城街道张庄村道路硬化工程")
    entry = NewProject(
        name="（演示）费城街道张庄村村内道路硬化", division_code=FEIXIAN, track=Track.KEY_PROJECT, sector=Sector.TRANSPORT,
        year=2026, list_level="county", investment_fen=400_0000_00, planned_workers=12, content="（演示）硬化道路",
        is_reserve=True,
    )  # fmt: skip
    made = project_entry.register(actor, entry, confirmed=True)
    life.attach_paper(actor, made, "labour_survey", fields={"willing_people": 50})
    life.take_step(actor, made, "survey")
    with pytest.raises(RuleViolated, match="有1个相似项目尚未判定是否重复") as told:
        life.take_step(actor, made, "reserve")
    assert told.value.code == "C10"
    (pair,) = lists.duplicates(actor.scope)
    decide_duplicate(actor, pair.pk, "different", reason="演示：村内道路与通村道路")
    assert life.take_step(actor, made, "reserve").state == "reserved"
