"""The pages of plans, money and the labour-pay share: a batch down to a project through forms, and what is refused there."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import FEIXIAN
from tests.faces.web.funds_world import MOST_STATEMENTS, FundsWorld, a_funds_world, a_line, a_special_project, targets
from tests.faces.web.people import signed_in
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.faces.web import todo, todo_funds
from workrelief.work.funds import queries, services
from workrelief.work.funds.models import FundMove, PlanDocument, PlanLine

pytestmark = pytest.mark.django_db(transaction=True)
COUNTS = Path(__file__).with_name("query_counts_funds.json")


@pytest.fixture
def world() -> FundsWorld:
    return a_funds_world()


def text_of(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return unescape(answer.content.decode())


def said_by(answer: Any) -> str:
    return unescape(answer.content.decode())


# ---------- every page ----------


def test_every_page_answers_with_its_own_content_in_the_stored_number_of_statements(world):
    province, _ = signed_in(Role.PROVINCE_OFFICER)
    wrong: list[str] = []
    counts: dict[str, int] = {}
    for name, (url, words) in world.pages.items():
        province.get(url)
        with CaptureQueriesContext(connection) as asked:
            page = text_of(province, url)
        counts[name] = len(asked)
        wrong += [f"{name}: {word}" for word in words if word not in page]

    assert wrong == []
    assert counts == json.loads(COUNTS.read_text())
    assert max(counts.values()) <= MOST_STATEMENTS


def test_more_projects_cost_no_more_statements(world):
    county, actor = signed_in(Role.COUNTY_OFFICER, "371325")
    urls = [f"/plans/batches/{world.batch}/", f"/plans/applications/{world.application}/", "/labour-share/"]

    def statements() -> list[int]:
        found = []
        for url in urls:
            county.get(url)
            with CaptureQueriesContext(connection) as asked:
                county.get(url)
            found.append(len(asked))
        return found

    before = statements()
    for number in range(20, 26):
        a_special_project(actor, FEIXIAN, number)

    assert statements() == before


@pytest.mark.parametrize(
    "role", [Role.CITY_OFFICER, Role.OWNER, Role.MEMBER_AGENCY, Role.INSPECTOR, Role.VILLAGE_CADRE]
)
def test_pages_open_for_each_duty_that_may_see_plans(role, world):
    client, _ = signed_in(role, "3713")

    for name, (url, _) in world.pages.items():
        allowed = (200,) if name != "money, new" or role is Role.OWNER or role is Role.CITY_OFFICER else (403,)
        assert client.get(url).status_code in allowed, name


def test_another_city_finds_nothing(world):
    client, _ = signed_in(Role.CITY_OFFICER, "3714")

    for name, (url, _) in world.pages.items():
        answer = client.get(url)
        assert "费县" not in unescape(answer.content.decode()), name
        assert answer.status_code in (200, 404), name
    assert client.get(f"/plans/applications/{world.application}/").status_code == 404
    assert client.get(f"/plans/documents/{world.county}/").status_code == 404
    assert client.get(f"/money/{world.move}/").status_code == 404
    assert client.get(f"/projects/{world.funded}/money/").status_code == 404


def test_pages_without_plans_say_what_comes_first():
    load_divisions()
    client, _ = signed_in(Role.PROVINCE_OFFICER)

    assert "还没有计划批次" in text_of(client, "/plans/")
    assert "没有要计时的收文" in text_of(client, "/plans/clocks/")
    assert "没有到位未支付的资金" in text_of(client, "/money/idle/")
    assert "台账里还没有这一年的资金" in text_of(client, "/money/structure/")


# ---------- from the application to the project ----------


def test_a_county_applies_two_offices_review_and_each_step_says_what_stops_it(world):
    county, officer = signed_in(Role.COUNTY_OFFICER, "371325")
    city, _ = signed_in(Role.CITY_OFFICER, "3713")
    province, _ = signed_in(Role.PROVINCE_OFFICER)
    answer = province.post(
        "/plans/batches/new/", {"year": "2023", "fund": "central_budget", "number": "1", "opened_on": "2022-09-01"}
    )
    batch = int(re.findall(r"\d+", answer["Location"])[0])
    one = world.waiting
    form = {
        "pick": str(one), f"fen-{one}": "约350", f"no-{one}": "费审批〔2022〕9号", f"on-{one}": "2022-03-01", f"note-{one}": "",
    }  # fmt: skip
    refused = county.post(f"/plans/batches/{batch}/apply/", form)
    assert refused.status_code == 422
    assert "“约350”不是一个确定的金额" in said_by(refused)
    assert 'value="约350"' in said_by(refused)

    saved = county.post(f"/plans/batches/{batch}/apply/", form | {f"fen-{one}": "350.123456"})
    url = saved["Location"]
    page = text_of(county, url)
    assert "350.123456" in page
    assert "两个责任尚未登记" in page

    line = {f"t-{t}": v for t, v in a_line(one).targets.items()} | {"version": "1", "d-owner_unit": "演示镇人民政府"}
    assert "不是一个数" in said_by(county.post(f"{url}projects/{one}/", line | {"t-payment_rate": "尽量高"}))
    assert county.post(f"{url}projects/{one}/", line | {"t-payment_rate": "97%"}).status_code == 302
    assert "≥97%" in text_of(county, url)

    step = {"step": "submit", "document_no": "费发改〔2022〕9号", "on": "2022-09-02", "version": "2"}
    without_pledge = county.post(f"{url}step/", step)
    assert without_pledge.status_code == 409
    assert "规则 C11" in said_by(without_pledge)
    stale = county.post(f"{url}step/", step | {"is_truthful": "on", "version": "1"})
    assert "内容已被他人修改" in said_by(stale)
    assert county.post(f"{url}step/", step | {"is_truthful": "on"}).status_code == 302

    pk = int(re.findall(r"\d+", url)[0])
    row = queries.application(officer.scope, pk).lines[0]
    review = {"step": "review", "on": "2022-09-03", f"fen-{row.id}": "300", "version": "3"}
    assert city.post(f"{url}step/", review | {f"fen-{row.id}": "400"}).status_code == 422
    assert "核减须写明理由" in said_by(city.post(f"{url}step/", review))
    assert city.post(f"{url}step/", review | {f"reason-{row.id}": "核减二期"}).status_code == 302
    assert county.post(f"{url}step/", {"step": "review", "on": "2022-09-04", f"fen-{row.id}": "300"}).status_code == 409
    assert province.post(f"{url}step/", {"step": "return", "reason": "补充批复附件"}).status_code == 302
    assert "上级退回：补充批复附件" in text_of(county, url)


def test_a_decomposition_a_fen_off_is_shown_and_refused(world):
    county, actor = signed_in(Role.COUNTY_OFFICER, "371325")
    second, _ = signed_in(Role.COUNTY_OFFICER, "371325", name="feixian.second")
    services.withdraw_document(actor, world.county, reason="重新转发")
    made = county.post(f"/plans/documents/{world.city}/decompose/")
    url = made["Location"]
    pk = int(re.findall(r"\d+", url)[0])
    parent = PlanLine.rows.get(document=world.city, project=world.funded)
    version = PlanDocument.rows.get(pk=pk).version
    form = {
        "version": str(version), "title": "关于转发投资计划的通知", "parent-0": str(parent.pk), "key-0": f"p{world.funded}",
        "fen-0": "399.999999",
    }  # fmt: skip
    part = said_by(county.post(f"/plans/documents/{pk}/difference/", form, headers={"HX-Request": "true"}))
    assert '差 <b class="wr-red">-0.01</b> 元' in part
    assert "须分毫不差才能下达" in part
    assert "“三百”" in said_by(
        county.post(f"/plans/documents/{pk}/difference/", form | {"fen-0": "三百"}, headers={"HX-Request": "true"})
    )

    assert county.post(url, form).status_code == 302
    page = text_of(second, f"/plans/documents/{pk}/")
    assert "少0.01元" in page
    refused = second.post(f"/plans/documents/{pk}/step/", {"step": "check"})
    assert refused.status_code == 409
    assert "规则 C03" in said_by(refused)
    assert county.post(url, form | {"fen-0": "400", "version": str(version + 1)}).status_code == 302
    own = county.post(f"/plans/documents/{pk}/step/", {"step": "check"})
    assert own.status_code == 403
    assert "复核人不得是拟稿人" in said_by(own)
    assert second.post(f"/plans/documents/{pk}/step/", {"step": "check"}).status_code == 302
    issue = {"step": "issue", "document_no": "费发改〔2022〕3号", "on": "2022-09-05"}
    assert second.post(f"/plans/documents/{pk}/step/", issue).status_code == 302
    assert "已转发到项目" in text_of(county, f"/plans/batches/{world.batch}/")


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_application_and_decomposition_come_as_official_papers(world, form):
    county, _ = signed_in(Role.COUNTY_OFFICER, "371325")
    start = {"docx": b"PK", "pdf": b"%PDF"}[form]
    for url in (f"/plans/applications/{world.application}/", f"/plans/documents/{world.county}/"):
        assert f"{url}file/{form}/" in text_of(county, url)
        assert county.get(f"{url}file/{form}/").content.startswith(start)
    assert county.get(f"/plans/documents/{world.county}/file/odt/").status_code == 422


def test_the_province_registers_what_came_in_and_receipt_starts_the_clock(world):
    province, _ = signed_in(Role.PROVINCE_OFFICER)
    second, _ = signed_in(Role.PROVINCE_OFFICER, name="province.second")
    form = {f"t-{t}": v for t, v in a_line(world.funded).targets.items()}
    form |= {"title": "关于下达投资计划的通知", "document_no": "发改投资〔2022〕200号", "amount": "88.000001"}
    url = province.post(f"/plans/batches/{world.batch}/register/", form)["Location"]
    pk = int(re.findall(r"\d+", url)[0])
    assert "0.01" not in text_of(province, f"{url}edit/")
    assert province.post(f"{url}edit/", form | {"amount": "90", "version": "1"}).status_code == 302
    second.post(f"{url}step/", {"step": "check"})
    second.post(f"{url}step/", {"step": "issue", "document_no": "发改投资〔2022〕200号", "on": "2022-09-05"})
    assert PlanDocument.rows.get(pk=pk).state == "issued"
    assert province.post(f"{url}received/", {"on": "2022-09-06", "receipt_no": "收〔2022〕7号"}).status_code == 302
    page = text_of(province, f"/plans/batches/{world.batch}/")
    assert "900,000.00" in page
    assert "尚有余额" in page


def test_a_change_takes_two_people_and_shows_before_and_after(world):
    county, actor = signed_in(Role.COUNTY_OFFICER, "371325")
    city, _ = signed_in(Role.CITY_OFFICER, "3713")
    url = f"/plans/lines/{world.line}/change/"
    for kind, word in (
        ("shift", "增减须相等"),
        ("recall", "收回金额"),
        ("content", "新建农村道路"),
        ("targets", "支付率"),
    ):
        assert word in text_of(county, f"{url}?kind={kind}")
    assert "请写明变更的理由" in said_by(county.post(url, {"kind": "recall", "amount": "50", "reason": " "}))
    assert "没有要变更的" in said_by(
        county.post(url, {"kind": "shift", f"fen-{world.funded}": "400", "reason": "演示"})
    )
    made = county.post(url, {"kind": "recall", "amount": "50", "reason": "项目缩减规模"})
    page = text_of(city, made["Location"])
    assert "400.00" in page
    assert "350.00" in page
    assert "−50.00" in page
    step = {"step": "approve", "document_no": "临发改〔2022〕9号", "on": "2022-09-06"}
    assert city.post(f"{made['Location']}step/", {"step": "approve", "on": "2022-09-06"}).status_code == 422
    assert city.post(f"{made['Location']}step/", step).status_code == 302
    assert queries.project_plan(actor.scope, world.funded).issued_fen == 350_000_000
    assert "原 400.00" in text_of(county, f"/projects/{world.funded}/")


def test_the_second_responsibility_page_asks_for_real_telephones(world):
    county, _ = signed_in(Role.COUNTY_OFFICER, "371325")
    url = f"/projects/{world.waiting}/responsibilities/"
    assert "缺：项目（法人）单位" in text_of(county, url)
    assert "不是有效的手机或固定电话" in said_by(county.post(url, {"d-owner_unit": "演示镇", "d-owner_phone": "12"}))
    assert "不是日期" in said_by(county.post(url, {"d-owner_unit": "演示镇", "d-owner_confirmed_on": "昨天"}))
    assert county.post(url, {"d-owner_unit": "演示镇", "d-owner_phone": "0539-5550003"}).status_code == 302


# ---------- money ----------


def test_money_is_entered_refused_beyond_what_was_issued_and_reversed(world):
    county, _ = signed_in(Role.COUNTY_OFFICER, "371325")
    url = f"/projects/{world.funded}/money/"
    form = {
        "fund": "central_budget", "amount": "300.000001", "on": "2022-09-10", "voucher_no": "ZF-2", "payee_kind": "contractor",
        "payee": "演示施工有限公司", "tranche": "2",
    }  # fmt: skip
    refused = county.post(f"{url}payment/", form)
    assert refused.status_code == 409
    assert "多0.01元" in said_by(refused)
    assert "规则 J03" in said_by(refused)
    assert county.post(f"{url}payment/", form | {"amount": "100"}).status_code == 302
    assert "已经登记，不能重复" in said_by(county.post(f"{url}payment/", form | {"amount": "100"}))
    assert county.post(f"{url}investment/", {"amount": "30", "month": "2022-10"}).status_code == 302
    assert "第 2 批" in text_of(county, url)

    move = FundMove.rows.get(voucher_no="ZF-2", state="posted")
    county.post(f"/money/{move.pk}/reverse/", {"reason": "错"})
    assert FundMove.rows.get(pk=move.pk).state == "posted"
    county.post(f"/money/{move.pk}/reverse/", {"reason": "金额登记错误"})
    page = text_of(county, f"/money/{move.pk}/")
    assert "已冲回" in page
    assert "金额登记错误" in page
    assert "冲回凭证" not in page


def test_every_number_of_the_structure_leads_to_its_rows(world):
    province, _ = signed_in(Role.PROVINCE_OFFICER)
    page = text_of(province, "/money/structure/?year=2022")
    links = re.findall(r'href="(/figure/\?[^"]+)"', page)
    assert len(links) >= 8
    for link in links[:4]:
        assert "台账行" in text_of(province, link)


def test_the_share_panel_names_every_limit_and_the_strictest(world):
    county, _ = signed_in(Role.COUNTY_OFFICER, "371325")
    page = text_of(county, f"/projects/{world.funded}/")

    assert "劳务报酬占比" in page
    assert "底线 30.0%" in page
    assert "从严取此" in page
    assert "规则 F01" in page
    assert "距要求尚差" in page
    assert "投资计划" in page
    assert "演示辛" in page


def test_recalled_money_waits_by_name_and_goes_back_to_the_nation(world):
    writer, province = signed_in(Role.PROVINCE_OFFICER)
    signer, _ = signed_in(Role.PROVINCE_OFFICER, name="province.two")

    def decided(answer: Any, number: str) -> str:
        order = int(re.findall(r"\d+", answer["Location"])[0])
        form = {"step": "approve", "document_no": number, "on": "2022-09-20"}
        assert "审批须由提出人以外的同事办理" in text_of(writer, f"/plans/changes/{order}/")
        return said_by(signer.post(f"/plans/changes/{order}/step/", form, follow=True))

    form = {"kind": "recall", "amount": "50", "reason": "国家收回"}
    assert "变更已批准" in decided(writer.post(f"/plans/lines/{world.line}/change/", form), "鲁收1号")
    titles = [line.title for line in todo_funds.lines(province)]
    assert "重新安排收回的资金：1 行有余额，可再分解或交回上级" in titles
    root = PlanLine.rows.get(document=world.root).pk
    page = text_of(writer, f"/plans/documents/{world.root}/?line={root}")
    assert "收回或交回未分解资金" in page
    assert "分解这份文件" in page
    asked = text_of(writer, f"/plans/lines/{root}/change/")
    assert "尚未分解 500,000.00 元" in asked
    assert "交回国家" in asked
    too_much = writer.post(
        f"/plans/lines/{root}/change/", {"kind": "hand_back", "amount": "50.000001", "reason": "收回"}
    )
    assert too_much.status_code == 422
    assert "不超过这个数" in said_by(too_much)
    assert 'value="50.000001"' in said_by(too_much)
    form = {"kind": "hand_back", "amount": "50", "reason": "国家收回"}
    assert "变更已批准" in decided(writer.post(f"/plans/lines/{root}/change/", form), "国收1号")
    assert text_of(writer, f"/plans/batches/{world.batch}/").count("350.00") >= 5
    assert not any("收回的资金" in line.title for line in todo_funds.lines(province))
    assert writer.get(f"/plans/lines/{root}/change/?kind=shift").status_code == 404


def test_targets_of_a_draft_are_edited_line_by_line_beside_those_above(world):
    county, officer = signed_in(Role.COUNTY_OFFICER, "371325")
    services.withdraw_document(officer, world.county, reason="目标有误")
    draft = int(re.findall(r"\d+", county.post(f"/plans/documents/{world.city}/decompose/")["Location"])[0])
    line = PlanLine.rows.get(document=draft)
    url = f"/plans/documents/{draft}/lines/{line.pk}/targets/"
    assert f'href="{url}"' in text_of(county, f"/plans/documents/{draft}/?line={line.pk}")
    assert "投资计划分解表" in text_of(county, "/imports/new/fund_plan/")
    assert "/imports/new/fund_plan/" in text_of(county, f"/plans/documents/{draft}/edit/")
    page = text_of(county, url)
    assert "上级目标" in page
    assert "≥30.00%" in page
    typed = {f"t-{name}": value for name, value in targets().items()} | {"t-wage_share": "很多"}
    wrong = county.post(url, typed)
    assert wrong.status_code == 422
    assert "不是一个数" in said_by(wrong)
    assert 'value="很多"' in said_by(wrong)
    assert county.post(url, typed | {"t-wage_share": "29%"}).status_code == 302
    lower = text_of(county, f"/plans/documents/{draft}/")
    assert "低于上级目标≥30.00%，少40,000.00元" in lower
    assert "低于劳务报酬占中央（省级）资金比例下限30.00%" in lower
    stranger, _ = signed_in(Role.COUNTY_OFFICER, "371422")
    assert stranger.get(url).status_code == 404


def test_a_deadline_that_passed_is_moved_by_the_province_alone(world):
    province, _ = signed_in(Role.PROVINCE_OFFICER)
    url = f"/plans/batches/{world.batch}/terms/"
    early = province.post(url, {"apply_by": "2021-12-01", "note": ""})
    assert early.status_code == 422
    assert "早于批次建立日期" in said_by(early)
    assert "已调整申报期限" in said_by(province.post(url, {"apply_by": "2022-10-15", "note": "延期"}, follow=True))
    page = text_of(province, f"/plans/batches/{world.batch}/")
    assert "2022-10-15" in page
    assert "延期" in page
    county, _ = signed_in(Role.COUNTY_OFFICER, "371325")
    assert county.get(url).status_code == 403


LISTS = (
    "plans/", "plans/documents/", "plans/applications/", "plans/clocks/", "money/", "money/idle/", "labour-share/",
)  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_every_list_goes_out_as_a_spreadsheet_with_what_it_shows(path, world):
    province, _ = signed_in(Role.PROVINCE_OFFICER)
    assert "export=1" in text_of(province, f"/{path}")
    answer = province.get(f"/{path}?export=1")
    assert answer.status_code == 200, answer.content[:200]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert rows
    assert any(value for value in rows[0])
    stranger, _ = signed_in(Role.CITY_OFFICER, "3714")
    foreign = openpyxl.load_workbook(io.BytesIO(stranger.get(f"/{path}?export=1").content)).active
    assert not any("费县" in str(value) for row in foreign.iter_rows(values_only=True) for value in row)


def test_every_rate_leads_to_its_rows(world):
    province, _ = signed_in(Role.PROVINCE_OFFICER)
    page = text_of(province, "/money/rates/?year=2022")
    links = re.findall(r'href="(/figure/\?[^"]+)"', page)
    assert len(links) >= 9
    for link in links:
        assert "台账行" in text_of(province, link)


# ---------- 待办 and API ----------


def test_what_waits_is_named_by_level(world):
    _, county = signed_in(Role.COUNTY_OFFICER, "371325")
    _, city = signed_in(Role.CITY_OFFICER, "3713")
    services.withdraw_document(county, world.county, reason="重新转发")

    lines = [line.title for line in todo_funds.lines(county)]
    assert any("件收文" in title for title in lines)
    assert not any("件收文" in line.title for line in todo_funds.lines(city))
    reminders = [line.title for line in todo_funds.reminders(county)]
    assert any("闲置资金" in title for title in reminders)
    assert todo.waiting(county) == sum(t.number for t in todo.todos(county))


def test_the_api_says_the_same_as_the_pages(world):
    client, _ = signed_in(Role.COUNTY_OFFICER, "371325")

    def get(path: str, status: int = 200) -> Any:
        answer = client.get(f"/api/v1/funds/{path}")
        assert answer.status_code == status, (path, answer.content[:300])
        return answer.json()

    assert get("batches")["items"][0]["open_fen"] == 0
    tree = get(f"batches/{world.batch}?county={FEIXIAN}")["tree"]
    assert tree[0]["projects"][0]["amount_fen"] == 400_000_000
    assert get(f"applications/{world.application}")["items"][0]["targets"]["satisfaction"] == "0.9"
    assert get("applications")["total"] == 1
    assert get(f"documents/{world.county}")["items"][0]["project_id"] == world.funded
    assert get("documents")["total"] == 2
    assert get("clocks")[0]["status"] == "done"
    assert get("changes")["items"] == []
    assert get("moves?kind=payment")["items"][0]["payee"] == "演示施工有限公司"
    assert get(f"moves/{world.move}")["tranche"] == 1
    assert get("idle")["late_fen"] == 100_000_000
    assert get(f"projects/{world.funded}/money")["paid_fen"] == 100_000_000
    assert get(f"projects/{world.funded}/share")["floor"] == "0.30"
    assert get("shares")["total"] == 2
    body = {"project_id": world.funded, "kind": "payment", "amount_fen": 1_000_000_000, "fund_type": "central_budget"}
    body |= {"happened_on": "2022-09-11", "voucher_no": "ZF-9", "payee_kind": "contractor", "payee": "演示施工有限公司"}
    refused = client.post("/api/v1/funds/moves", json.dumps(body), content_type="application/json")
    assert refused.status_code == 409
    assert refused.json()["findings"][0]["rule_id"] == "J03"
    body["amount_fen"] = 1_000_000
    entered = client.post("/api/v1/funds/moves", json.dumps(body), content_type="application/json").json()
    undone = client.post(
        f"/api/v1/funds/moves/{entered['id']}/reverse",
        json.dumps({"reason": "登记错误"}),
        content_type="application/json",
    )
    assert undone.json()["state"] == "reversed"
    for form in ("docx", "xlsx"):
        for path in (f"applications/{world.application}", f"documents/{world.county}"):
            paper = client.get(f"/api/v1/funds/{path}/file.{form}")
            assert paper.status_code == 200
            assert paper.content[:2] == b"PK"
    stranger, _ = signed_in(Role.CITY_OFFICER, "3714")
    assert stranger.get(f"/api/v1/funds/documents/{world.county}/file.docx").status_code == 404
    for path in (f"applications/{world.application}", f"documents/{world.county}", f"moves/{world.move}"):
        assert stranger.get(f"/api/v1/funds/{path}").status_code == 404
