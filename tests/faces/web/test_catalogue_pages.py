"""The catalogue and the matcher in the browser, in the API and on the command line."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from openpyxl import load_workbook

from tests.build import a_project, workbook
from tests.conftest import NINGJIN, make_actor
from tests.faces.web.people import signed_in
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel.money import wan_text
from workrelief.work.catalogue import queries, services
from workrelief.work.catalogue.rules.bill import parse_text
from workrelief.work.projects import queries as projects

pytestmark = pytest.mark.django_db
TEXT = "一、排水工程\nM7.5浆砌片石挡墙 m³ 320\n栽植国槐 约4000株\n监理费 项 1"


@pytest.fixture
def issued():
    load_divisions()
    return services.issued_edition(make_actor(Role.PROVINCE_OFFICER, "37"))


def test_the_province_loads_edits_and_issues_the_catalogue():
    load_divisions()
    client, actor = signed_in(Role.PROVINCE_OFFICER)
    assert "载入 2022 年目录" in client.get("/catalogue/").content.decode()
    client.post("/catalogue/load/")
    page = client.get("/catalogue/").content.decode()
    assert "草稿" in page
    assert "共 <b>179</b>" in page
    assert 'href="/imports/new/catalogue/"' not in page, "a draft is edited, an issued edition followed by a new one"
    link = queries.editions(actor.scope)[0].links.get(code="TR009")
    form = {
        "task": link.task,
        "name": link.name,
        "trades": "普工、壮工",
        "skill": "普工",
        "phase": link.phase,
        "source_status": link.source_status,
    }
    assert client.post(f"/catalogue/links/{link.pk}/", form).status_code == 422
    assert client.post(f"/catalogue/links/{link.pk}/", form | {"reason": "补充工种"}).status_code == 302
    client.post(f"/catalogue/issue/{link.edition_id}/")
    answer = client.post(f"/catalogue/links/{link.pk}/", form | {"reason": "再次修改"})
    assert answer.status_code == 409
    assert "普工、壮工" in client.get("/catalogue/?text=清表").content.decode()


def test_the_province_adds_and_takes_out_links_and_values_of_a_draft(issued):
    client, actor = signed_in(Role.PROVINCE_OFFICER)
    client.post(f"/catalogue/copy/{issued.pk}/", {"year": "2022"})
    draft = queries.editions(actor.scope)[0]
    assert (draft.year, draft.version, draft.state) == (2022, 2, "draft")
    answer = client.post(f"/catalogue/copy/{issued.pk}/", {"year": "1999"}, follow=True)
    assert "新目录的年度应在" in answer.content.decode()
    form = {
        "sector": "water", "subfield": "灌区", "task": "渠道清淤", "name": "渠底人工清淤", "trades": "普工", "skill": "普工",
        "phase": "主体工程", "source_status": "背景知识",
    }  # fmt: skip
    refused = client.post(f"/catalogue/links/new/{draft.pk}/", form)
    assert refused.status_code == 422
    assert 'value="渠底人工清淤"' in refused.content.decode()
    made = client.post(f"/catalogue/links/new/{draft.pk}/", form | {"reason": "灌区普遍需要"})
    page = client.get(made.url).content.decode()
    assert "渠底人工清淤" in page
    assert "灌区普遍需要" in page, "the change stands in the history of the link"
    kept = draft.links.get(code="WA001")
    quota = kept.quotas.first()
    client.post(f"/catalogue/links/{kept.pk}/", {"step": "drop_quota", "quota": quota.pk, "reason": "定额有误"})
    assert not kept.quotas.filter(pk=quota.pk).exists()
    client.post(f"/catalogue/links/{kept.pk}/", {"step": "drop", "reason": "并入其他环节"})
    assert not draft.links.filter(code="WA001").exists()
    rate = draft.rates.first()
    client.post(f"/catalogue/rates/?edition={draft.pk}", {"step": "drop", "rate": rate.pk, "reason": "重复登记"})
    assert not draft.rates.filter(pk=rate.pk).exists()
    edited = client.post(f"/catalogue/links/{kept.pk + 1}/", form | {"trades": "普工、壮工"})
    assert edited.status_code == 422
    assert 'value="普工、壮工"' in edited.content.decode(), "a refused form keeps what was typed"


def test_a_county_neither_edits_nor_adds(issued):
    client, _ = signed_in(Role.COUNTY_OFFICER, "371422")
    link = issued.links.first()
    assert client.get(f"/catalogue/links/new/{issued.pk}/").status_code in (403, 404)
    assert client.post(f"/catalogue/links/{link.pk}/", {"step": "drop", "reason": "不再适用"}).status_code in (403, 404)
    assert issued.links.filter(pk=link.pk).exists()


def test_lines_are_accepted_from_the_list_and_one_comes_back_to_the_same_part(issued):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    run = services.match_bill(actor, services.MatchRequest(bill=parse_text(TEXT), division_code=NINGJIN))
    line = queries.lines(actor.scope, run.pk).get(name__contains="挡墙")
    page = client.get(f"/catalogue/match/{run.pk}/?state=proposed").content.decode()
    assert f'action="/catalogue/match/lines/{line.pk}/?state=proposed"' in page
    answer = client.post(f"/catalogue/match/lines/{line.pk}/?state=proposed", {"step": "accept"})
    assert answer.url == f"/catalogue/match/{run.pk}/?state=proposed#line-{line.pk}"
    assert queries.line(actor.scope, line.pk).state == "accepted"
    assert client.post(
        f"/catalogue/match/lines/{line.pk}/?state=//evil", {"step": "refuse", "reason": "改用机械"}
    ).url == (f"/catalogue/match/{run.pk}/#line-{line.pk}")


def test_accepting_never_drops_a_correction_that_was_typed(issued):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    run = services.match_bill(actor, services.MatchRequest(bill=parse_text(TEXT), division_code=NINGJIN))
    line = queries.lines(actor.scope, run.pk).get(name__contains="挡墙")
    other = issued.links.get(code="G020")
    form = {"link": str(other.pk), "quantity": "330", "unit": "m³", "step": "accept"}
    answer = client.post(f"/catalogue/match/lines/{line.pk}/", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请填写原因后点“按以上内容更正”" in page
    assert f'<option value="{other.pk}" selected>' in page
    assert 'value="330"' in page
    assert queries.line(actor.scope, line.pk).state == "proposed"


def test_table_j_comes_as_a_paper_too(issued):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    run = services.match_bill(actor, services.MatchRequest(bill=parse_text(TEXT), division_code=NINGJIN))
    sums = queries.totals(actor.scope, run.pk)
    answer = client.get(f"/catalogue/match/{run.pk}/table-j/?format=docx")
    text = zipfile.ZipFile(io.BytesIO(answer.content)).read("word/document.xml").decode()
    plain = re.sub(r"<[^>]+>", "", text)
    for words in (
        "用工与报酬测算表",
        "机械替代说明",
        f"{wan_text(sums.pay_fen)}万元",
        "工程量“约4000”是估数，按 4,000 估算",
        "标“核”的为建议值",
    ):
        assert words in plain, words
    assert client.get(f"/catalogue/match/{run.pk}/table-j/?format=pdf").content.startswith(b"%PDF")
    stranger, _ = signed_in(Role.COUNTY_OFFICER, "371325")
    assert stranger.get(f"/catalogue/match/{run.pk}/table-j/?format=docx").status_code == 404


def test_the_pages_of_the_catalogue_keep_search_and_waiting_work(issued):
    client, actor = signed_in(Role.PROVINCE_OFFICER)
    run = services.match_bill(actor, services.MatchRequest(bill=parse_text(TEXT), division_code=NINGJIN))
    line = queries.lines(actor.scope, run.pk).last()
    for path in ("/catalogue/quotas/", "/catalogue/rates/", f"/catalogue/match/lines/{line.pk}/"):
        page = client.get(path).content.decode()
        assert ">待办<" in page, path
        assert 'role="search"' in page, path


def test_filters_narrow_the_list_and_export_gives_what_is_shown(issued):
    client, _ = signed_in(Role.COUNTY_OFFICER, "371422")
    page = client.get("/catalogue/?sector=water&skill=技工").content.decode()
    assert "护岸块石砌筑" in page
    assert "清表与树根清理" not in page
    book = load_workbook(io.BytesIO(client.get("/catalogue/?sector=water&skill=技工&export=1").content))
    names = [row[0].value for row in book.active.iter_rows(min_row=4)]
    assert "护岸块石砌筑" in names
    assert len(names) == 5
    assert client.post("/catalogue/load/").status_code == 403


def test_a_pasted_bill_is_matched_corrected_and_drawn_up_as_table_j(issued):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    answer = client.post("/catalogue/match/", {"text": TEXT, "sector": "transport", "division": NINGJIN})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert '<mark class="wr-hit">浆砌片石</mark>' in page
    assert "工程量“约4000”是估数，按 4,000 估算" in page
    assert "RunTotals" not in page
    assert "“监理费”是费用或购置" in page
    run = queries.runs(actor.scope)[0]
    wall = queries.lines(actor.scope, run.pk)[1]
    assert "88,000.00" in page
    form = {"step": "change", "link": wall.link_id, "quantity": "100", "unit": "m³", "quota": "110", "rate": "abc"}
    assert client.post(f"/catalogue/match/lines/{wall.pk}/", form | {"reason": "按图"}).status_code == 422
    client.post(f"/catalogue/match/lines/{wall.pk}/", form | {"rate": "260", "reason": "按图", "machine_note": "无"})
    assert client.get(f"/catalogue/match/lines/{wall.pk}/").status_code == 200

    sheet = load_workbook(io.BytesIO(client.get(f"/catalogue/match/{run.pk}/table-j/").content)).active
    head = [c.value for c in sheet[3]]
    assert head == [
        "分部工程",
        "用工环节",
        "工种",
        "工程量",
        "单位用工定额",
        "工日数",
        "单价",
        "报酬额",
        "机械替代说明",
    ]
    first = [c.value for c in sheet[4]]
    assert first[:5] == ["排水工程 / M7.5浆砌片石挡墙", "挡土墙砌筑", "砌筑工", "100 m³", "110工日/100m³（核）"]
    assert first[5:] == [110, 260, 28_600, "无"]
    total = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "合计")
    assert total[7] == queries.totals(actor.scope, run.pk).pay_fen / 100
    assert any("“约4000”" in str(row[0]) for row in sheet.iter_rows(values_only=True))


def test_a_sheet_is_uploaded_for_a_project_whose_place_and_sector_hold(issued):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    project = a_project(actor, NINGJIN, name="（演示）宁津县道路项目")
    bill = workbook([["名称", "单位", "工程量", "备注"], ["路基清表", "m2", 1200, ""], ["合计", "", "", ""]])
    file = SimpleUploadedFile("清单.xlsx", bill.read())
    answer = client.post("/catalogue/match/", {"file": file, "project": "（演示）宁津县道路项目"})
    assert answer.status_code == 302
    run = queries.runs(actor.scope)[0]
    assert (run.project_id, run.division_code, run.sector, run.file_name) == (
        project,
        NINGJIN,
        "transport",
        "清单.xlsx",
    )
    assert "（演示）宁津县道路项目" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ({"text": ""}, "没有读到工程量清单"),
        ({"text": TEXT, "project": "不存在的项目"}, "没有找到项目"),
        ({"text": TEXT, "division": "371325000000"}, "不在您的数据范围内"),
        ({"text": TEXT, "year": "20x2"}, "不是年度"),
    ],
)
def test_what_cannot_be_matched_is_said_on_the_form(issued, form, word):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    answer = client.post("/catalogue/match/", form)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert queries.runs(actor.scope).count() == 0


def test_not_listing_a_matched_project_asks_for_the_reason(issued):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    client.post("/catalogue/match/", {"text": TEXT, "division": NINGJIN})
    run = queries.runs(actor.scope)[0]
    answer = client.post(f"/catalogue/match/{run.pk}/listing/", {"listing": "refused"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "A06" in page
    assert "M7.5" in page, "the refusal stands on the page of the bill"
    client.post(f"/catalogue/match/{run.pk}/listing/", {"listing": "refused", "reason": "须整体机械施工"})
    assert queries.run(actor.scope, run.pk).listing == "refused"
    page = client.get(f"/catalogue/match/{run.pk}/").content.decode()
    assert "登记为不纳入清单：须整体机械施工" in page


def test_the_api_reads_the_catalogue_and_matches_without_storing(issued):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    links = client.get("/api/v1/catalogue?text=挡土墙砌筑").json()
    assert [(x["code"], x["quotas"][0]["mark"]) for x in links["items"]] == [("TR023", "核")]
    body = json.dumps({"text": TEXT, "sector": "transport"})
    found = client.post("/api/v1/catalogue/match", body, content_type="application/json").json()
    assert found["lines"][1]["link"]["id"] == "TR023"
    assert found["lines"][1]["pay_fen"] == 88_000_00
    assert found["totals"]["unmatched"] == 1
    assert queries.runs(actor.scope).count() == 0


def test_the_api_keeps_a_match_corrects_it_and_asks_why_it_is_not_listed(issued):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    project = a_project(actor, NINGJIN, name="（演示）宁津县道路项目")

    def ask(path: str, body: dict, status: int = 200) -> dict:
        answer = client.post(f"/api/v1/catalogue/matches{path}", body, content_type="application/json")
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    made = ask("", {"text": TEXT, "project_id": project})
    run, wall = made["run"]["id"], made["line_ids"][1]
    assert made["result"]["totals"]["unmatched"] == 1
    assert [row["id"] for row in client.get(f"/api/v1/catalogue/matches?project={project}").json()["items"]] == [run]
    ask(f"/lines/{wall}", {"step": "change", "quantity_x100": 10_000}, 422)
    ask(f"/lines/{wall}", {"step": "change", "link_code": "ZZ999", "reason": "按图"}, 404)
    changed = ask(f"/lines/{wall}", {"step": "change", "quantity_x100": 10_000, "rate_fen": 26_000, "reason": "按图"})
    line = changed["result"]["lines"][1]
    assert (line["state"], line["quantity"], line["person_days"], line["pay_fen"]) == (
        "changed",
        "100",
        "110",
        28_600_00,
    )
    assert ask(f"/{run}/accept", {"least": 0})["accepted"] == sum(
        x["state"] == "proposed" and x["pay_fen"] is not None for x in changed["result"]["lines"]
    )
    refused = ask(f"/{run}/listing", {"to_list": False}, 409)
    assert refused["findings"][0]["rule_id"] == "A06"
    assert ask(f"/{run}/listing", {"to_list": False, "reason": "须整体机械施工"})["listing"] == "refused"
    stranger, _ = signed_in(Role.COUNTY_OFFICER, "371325")
    assert stranger.get(f"/api/v1/catalogue/matches/{run}").status_code == 404


def test_the_command_prints_one_document_and_refuses_what_is_no_bill(tmp_path, capsys):
    load_divisions()
    path = tmp_path / "清单.txt"
    path.write_text(TEXT, encoding="utf-8")
    call_command("match_catalogue", str(path), "--sector", "transport", "--json")
    document = json.loads(capsys.readouterr().out)
    assert document["totals"]["matched"] == 2
    assert document["lines"][1]["words"] == ["浆砌片石", "挡墙"]
    assert document["lines"][1]["person_days"] == "352"

    with pytest.raises(SystemExit) as missing:
        call_command("match_catalogue", str(tmp_path / "x.xlsx"), "--json")
    assert missing.value.code == 2
    with pytest.raises(SystemExit) as early:
        call_command("match_catalogue", str(path), "--year", "2010", "--json")
    assert early.value.code == 1


def test_accepted_lines_are_written_to_the_project_only_after_a_person_saw_before_and_after(issued):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    project = a_project(actor, NINGJIN, name="（演示）宁津县道路项目")
    answer = client.post("/catalogue/match/", {"text": TEXT, "of": project})
    run = queries.runs_of_project(actor.scope, project)[0]
    assert answer["Location"] == f"/catalogue/match/{run.pk}/"
    assert "本项目以前的匹配" in client.get(f"/catalogue/match/?of={project}").content.decode()
    address = f"/catalogue/match/{run.pk}/project/"
    assert "还没有采纳或更正的清单行" in client.get(address).content.decode()

    services.accept_sure(actor, run.pk, least=30)
    page = client.get(address + "?days_each=60&season=3月至10月").content.decode()
    assert "挡土墙砌筑" in page
    row = projects.project_row(actor.scope, project)
    assert row.labour_links == "路基清表"
    form = {"confirmed": "1", "days_each": "60", "season": "3月至10月", "with_plan": "1"}
    assert client.post(address, form).status_code == 302
    row = projects.project_row(actor.scope, project)
    labour = queries.accepted_labour(actor.scope, run.pk)
    assert row.labour_links == "、".join(one.name for one in labour)
    assert row.planned_pay_fen == sum(one.pay_fen for one in labour)
    assert "3月至10月" in row.labour_demand
    assert client.post(address, form).status_code == 409


def test_the_province_sees_and_sets_quotas_and_rates_and_compares_editions(issued):
    client, actor = signed_in(Role.PROVINCE_OFFICER)
    draft = services.copy_edition(actor, issued.pk, 2023)
    link = draft.links.get(code="TR023")
    address = f"/catalogue/quotas/?edition={draft.pk}"
    form = {
        "link": link.pk,
        "unit": "m³",
        "days": "95",
        "valid_from": "2023-01-01",
        "mark": "证",
        "reason": "按处室意见",
    }
    refused = client.post(address, form)
    assert refused.status_code == 422
    assert "须写明公开来源" in refused.content.decode()
    assert client.post(address, form | {"source": "演示定额"}).status_code == 302
    assert "95 工日/100m³（证）" in client.get(address).content.decode()
    rate = {"trade": "普工", "division": "371422000000", "day": "160", "valid_from": "2023-01-01", "mark": "核"}
    assert client.post(f"/catalogue/rates/?edition={draft.pk}", rate | {"reason": "按县里调查"}).status_code == 302
    page = client.get(f"/catalogue/compare/?older={issued.pk}&newer={draft.pk}").content.decode()
    assert "挡土墙砌筑（m³）" in page
    assert "德州市宁津县" in page
    county, _ = signed_in(Role.COUNTY_OFFICER, "371422")
    assert county.get(f"/catalogue/quotas/?edition={issued.pk}").status_code == 200
    assert county.post(f"/catalogue/quotas/?edition={issued.pk}", form).status_code == 403


def test_todo_knows_a_draft_to_issue_and_bills_with_open_proposals(issued):
    province, county = (
        signed_in(role, *place) for role, place in ((Role.PROVINCE_OFFICER, ()), (Role.COUNTY_OFFICER, ("371422",)))
    )
    assert 'href="/imports/new/catalogue/"' in province[0].get("/catalogue/").content.decode()
    services.copy_edition(province[1], issued.pk, issued.year + 1)
    assert "年版草稿待核对印发" in province[0].get("/").content.decode()
    runs = []
    for number in (1, 2):
        project = a_project(county[1], NINGJIN, number=number)
        wanted = services.MatchRequest(
            bill=parse_text(TEXT), division_code=NINGJIN, project_id=project, title=f"演示清单{number}"
        )
        runs.append(services.match_bill(county[1], wanted))
    assert "清单匹配：2 份清单有用工环节待核对" in county[0].get("/").content.decode()
    assert "清单匹配：" not in province[0].get("/").content.decode()
    for line in queries.lines(county[1].scope, runs[1].pk, "proposed"):
        services.decide_line(county[1], line.pk, "accept")
    page = county[0].get("/").content.decode()
    assert "清单匹配：1 份清单有用工环节待核对" in page
    assert f'href="/catalogue/match/{runs[0].pk}/"' in page
