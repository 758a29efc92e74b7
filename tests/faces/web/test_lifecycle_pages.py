"""The life of projects in the browser: time line, steps, marks, objections, papers, archive, evidence pack, board, map."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests.build import a_county
from tests.conftest import FEIXIAN, NINGJIN, make_actor
from tests.faces.web.people import signed_in
from tests.work.lifecycle.walk import all_papers, everybody, special_project, walk_to, with_facts
from workrelief.base.access.actor import system_actor
from workrelief.base.access.permissions import Role
from workrelief.base.access.scope import Scope
from workrelief.base.accounts.services import limit_post_to_projects
from workrelief.base.audit.models import AccessEntry
from workrelief.base.files.models import StoredFile
from workrelief.base.jobs.models import Job
from workrelief.faces.shared import evidence
from workrelief.faces.web.todo import todos
from workrelief.kernel import clock
from workrelief.kernel.kinds import Track
from workrelief.work.lifecycle import queries, services
from workrelief.work.lifecycle.models import Life

pytestmark = pytest.mark.django_db(transaction=True)
COUNTS = Path(__file__).with_name("lifecycle_query_counts.json")
MOST_STATEMENTS = 30
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@dataclass(frozen=True)
class World:
    """In 宁津县 a special-fund project just mobilised and a paid one; in 费县 a project of another city."""

    project: int
    paid: int
    foreign: int
    people: tuple[int, ...]


@pytest.fixture
def world() -> World:
    county = everybody("371422")
    paid = a_county(make_actor(Role.CITY_OFFICER, "3714"), NINGJIN, number=2, track=Track.AGRI_PROMOTION)
    foreign = a_county(make_actor(Role.CITY_OFFICER, "3713"), FEIXIAN, number=1)
    services.adopt(everybody("371422"), [paid.project])
    services.adopt(everybody("371325"), [foreign.project])
    with with_facts():
        project = special_project(county, 7, name="（演示）宁津县片区道路项目")
        services.begin(county, [project], on=date(2022, 1, 10))
        missing = frozenset({"start_order", "signboard", "photos", "completion_report", "acceptance_record"})
        all_papers(county, project, leaving_out=missing)
        walk_to(county, project, "mobilised", track="special_fund")
    return World(project, paid.project, foreign.project, paid.people)


def county_browser() -> Client:
    return signed_in(Role.COUNTY_OFFICER, "371422")[0]


def text_of(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return unescape(answer.content.decode())


# ---------- every page ----------


def test_every_page_answers_with_its_own_content_in_the_stored_number_of_statements(world):
    client = county_browser()
    own = f"/projects/{world.project}"
    pages = {
        "life": (
            f"{own}/life/",
            ("登记开工", "缺少“开工令”", "规则 I01", "主体施工", "务工已组织", "还有 2 项不满足", "怎么办：登记开工"),
        ),
        "life, inferred": (f"/projects/{world.paid}/life/", ("中途纳入全程管理",)),
        "measures": (f"{own}/life/measures/", ("劳务报酬占比", "投资计划", "两个责任", "未落实", "规则 C05")),
        "correct": (f"{own}/life/correct/", ("现为“务工已组织”", "更正为", "已签约", "只能退回已经过的环节")),
        "step": (f"{own}/life/steps/start/", ("办理日期", "材料：开工令", "没有落实两个责任", "怎么办")),
        "describe": (f"{own}/life/describe/", ("谁来建", "承诺比例", "经度")),
        "paper": (f"{own}/papers/?kind=wage_account", ("农民工工资专用账户资料", "开户行", "备案号")),
        "archive": (f"{own}/archive/", ("八类档案", "8 建设过程与验收移交", "开工令", "还缺的材料")),
        "archive card": (f"{own}/archive/summary/", ("类齐全", "建设过程与验收移交")),
        "board": ("/board/", ("务工已组织", "（演示）宁津县片区道路项目", "前期工作", "共 <b>2</b> 个项目")),
        "lives": ("/board/list/", ("项目进程", "务工已组织", "共 <b>2</b> 个项目")),
        "map": ("/board/map/", ("项目分布", "宁津县", "共 2 个项目，0 个有坐标")),
        "objections": ("/objections/", ("没有未了结的异议",)),
    }
    wrong: list[str] = []
    counts: dict[str, int] = {}
    for name, (url, words) in pages.items():
        client.get(url)  # what a process keeps (divisions, law) is read now
        with CaptureQueriesContext(connection) as asked:
            page = text_of(client, url)
        counts[name] = len(asked)
        wrong += [f"{name}: {word}" for word in words if word not in page]

    assert wrong == []
    assert counts == json.loads(COUNTS.read_text())
    assert max(counts.values()) <= MOST_STATEMENTS


def test_more_projects_cost_the_board_and_the_map_no_more_statements(world):
    client = county_browser()

    def statements() -> list[int]:
        found = []
        for url in ("/board/", "/board/list/", "/board/map/"):
            client.get(url)
            with CaptureQueriesContext(connection) as asked:
                client.get(url)
            found.append(len(asked))
        return found

    before = statements()
    county = everybody("371422")
    made = [special_project(county, n, name=f"（演示）第{n}号项目") for n in range(20, 32)]
    services.adopt(county, made)
    Life.rows.update(state="approved")
    Life.rows.filter(project_id=world.project).update(state="mobilised")

    assert statements() == before


@pytest.mark.parametrize(
    "url", ["/projects/{}/life/", "/projects/{}/archive/", "/projects/{}/life/steps/start/", "/projects/{}/papers/"]
)
def test_a_project_of_another_city_is_not_there(world, url):
    assert county_browser().get(url.format(world.foreign)).status_code == 404


def test_lists_board_and_map_hold_only_the_own_scope(world):
    client = county_browser()
    for url in ("/board/", "/board/list/", "/board/map/"):
        assert "费县" not in text_of(client, url)
    assert client.get("/board/map/?division=371325").status_code == 404


# ---------- steps ----------


def test_a_refused_step_shows_every_gate_with_its_clause_and_keeps_the_papers(world):
    client = county_browser()
    form = {"on": clock.today().isoformat(), "expected": "mobilised", "number-start_order": "演示〔2022〕3号"}

    with with_facts(plan={"has_responsibilities": False}, share={"received_fen": 0}):
        answer = client.post(f"/projects/{world.project}/life/steps/start/", form)

    page = unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "没有落实两个责任" in page
    assert "规则 C05" in page
    assert re.search(r'class="wr-srcmark \w*" title="[^"]+">[证背核]<', page)
    assert "已收下材料：开工令。" in page
    actor = make_actor(Role.COUNTY_OFFICER, "371422")
    assert queries.life(actor.scope, world.project).state.id == "mobilised"
    assert [p.number for p in queries.papers(actor.scope, world.project, kinds=("start_order",))] == ["演示〔2022〕3号"]


def test_a_step_is_taken_with_its_papers_and_stands_in_the_time_line(world):
    client = county_browser()
    file = SimpleUploadedFile("开工令.pdf", PDF)
    form = {
        "on": clock.today().isoformat(), "note": "演示开工", "expected": "mobilised", "file-start_order": file,
        "number-start_order": "演示〔2022〕3号",
    }  # fmt: skip

    with with_facts():
        answer = client.post(f"/projects/{world.project}/life/steps/start/", form, follow=True)

        page = unescape(answer.content.decode())
    assert "已登记。" in page
    assert "演示开工" in page
    assert "进入主体施工" in page
    paper = queries.papers(make_actor(Role.COUNTY_OFFICER, "371422").scope, world.project, kinds=("start_order",))[0]
    download = client.get(f"/papers/{paper.id}/file/")
    assert b"".join(download.streaming_content) == PDF
    assert StoredFile.rows.get(pk=paper.file_id).project_id == world.project


def test_a_gap_leads_those_who_may_to_the_form_of_its_paper(world):
    place = f"/projects/{world.project}/papers/?kind=start_order"
    assert place in text_of(county_browser(), f"/projects/{world.project}/life/")
    looking, _ = signed_in(Role.MEMBER_AGENCY, "371422")
    page = text_of(looking, f"/projects/{world.project}/life/")
    assert "缺少“开工令”" in page
    assert place not in page


def test_a_step_of_the_past_is_entered_as_history_by_officers_only(world):
    client, url = county_browser(), f"/projects/{world.paid}/life/steps/tender/"
    assert "按历史补录办理" in text_of(client, url)
    owner, _ = signed_in(Role.OWNER, "371422")
    assert "按历史补录办理" not in text_of(owner, url)
    form = {"on": "2022-11-30", "note": "演示：补录二〇二二年招标", "history": "1"}
    assert owner.post(url, form).status_code == 403
    assert "缺少“招标或比选资料”" in unescape(client.post(url, {**form, "history": ""}).content.decode())
    page = unescape(client.post(url, form, follow=True).content.decode())
    assert "已登记。" in page
    assert "历史补录" in page
    assert queries.life(make_actor(Role.COUNTY_OFFICER, "371422").scope, world.paid).since == date(2022, 11, 30)


def test_a_wrong_state_is_put_right_on_its_page_and_ahead_only_through_the_gates(world):
    client, url = county_browser(), f"/projects/{world.project}/life/correct/"
    assert "更正状态" in text_of(client, f"/projects/{world.project}/life/")
    ahead = client.post(url, {"state": "accepted", "reason": "演示：已经验收"})
    assert (ahead.status_code, "不能用更正代替" in unescape(ahead.content.decode())) == (409, True)
    assert client.post(url, {"state": "contracted", "reason": "错"}).status_code == 422
    page = unescape(
        client.post(url, {"state": "contracted", "reason": "演示：名册有误，重新组织"}, follow=True).content.decode()
    )
    assert "演示：名册有误，重新组织" in page
    assert queries.life(make_actor(Role.COUNTY_OFFICER, "371422").scope, world.project).state.id == "contracted"
    taken_over = client.post(f"/projects/{world.paid}/life/correct/", {"state": "archived", "reason": "演示：早已归档"})
    said = unescape(taken_over.content.decode())
    assert taken_over.status_code == 409
    assert "途中还缺的" in said
    assert "规则 I08" in said
    owner, _ = signed_in(Role.OWNER, "371422")
    assert owner.get(url).status_code == 403


def test_only_special_fund_projects_are_measured_by_plan_and_share(world):
    client = county_browser()
    assert "life/measures/" not in text_of(client, f"/projects/{world.paid}/life/")
    assert client.get(f"/projects/{world.paid}/life/measures/").status_code == 404
    assert client.get(f"/projects/{world.foreign}/life/measures/").status_code == 404


def test_the_later_of_two_officers_is_told(world):
    client = county_browser()
    form = {"on": clock.today().isoformat(), "note": "演示", "expected": "contracted", "number-start_order": "1"}

    with with_facts():
        answer = client.post(f"/projects/{world.project}/life/steps/start/", form)

    assert answer.status_code == 409
    assert "没有办成" in unescape(answer.content.decode())
    assert queries.life(make_actor(Role.COUNTY_OFFICER, "371422").scope, world.project).state.id == "mobilised"


def test_the_form_comes_alone_for_htmx_and_a_step_out_of_turn_is_refused(world):
    client = county_browser()
    part = client.get(f"/projects/{world.project}/life/steps/start/", headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith("<form")
    assert client.get(f"/projects/{world.project}/life/steps/archive/").status_code == 409
    assert client.get(f"/projects/{world.project}/life/steps/dance/").status_code == 404


def test_those_without_the_duty_see_who_acts_and_no_button(world):
    client, _ = signed_in(Role.VILLAGE_CADRE, "371422")
    page = text_of(client, f"/projects/{world.project}/life/")
    assert "项目业主单位" in page
    assert "补齐后登记开工" not in page
    assert "下载证据包" not in page


def test_a_project_without_a_life_is_taken_in_with_one_click(world):
    county = everybody("371422")
    project = special_project(county, 9, name="（演示）尚未纳入项目")
    client = county_browser()
    assert "确认并开始登记" in text_of(client, f"/projects/{project}/life/")
    client.post(f"/projects/{project}/life/adopt/")
    assert queries.life(county.scope, project).is_stored


# ---------- marks, objections, particulars ----------


def test_marks_are_set_with_a_reason_and_cleared_again(world):
    client, url = county_browser(), f"/projects/{world.project}/life/marks/"
    assert client.post(url, {"act": "set", "mark": "suspended", "reason": ""}).status_code >= 400
    client.post(url, {"act": "set", "mark": "suspended", "reason": "汛期停工", "reference": "演示〔2022〕9号"})
    assert "汛期停工（演示〔2022〕9号）" in text_of(client, f"/projects/{world.project}/life/")
    assert "暂停" in text_of(client, "/board/?mark=any")
    client.post(url, {"act": "clear", "mark": "suspended", "reason": "汛期已过，复工"})
    assert "解除：汛期已过，复工" in text_of(client, f"/projects/{world.project}/life/"), (
        "the history of a mark stays to be read"
    )
    assert queries.life(make_actor(Role.COUNTY_OFFICER, "371422").scope, world.project).marks == ()


def test_an_objection_waits_in_todo_until_it_is_settled(world):
    client, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    form = {"subject": "wages", "raised_by": "匿名", "raised_on": clock.today().isoformat(), "content": "少记工2天"}
    client.post(f"/projects/{world.project}/life/objections/", form)
    assert "少记工2天" in text_of(client, "/objections/")
    assert [t.title for t in todos(actor) if "异议" in t.title] == ["了结异议与投诉：1 件"]
    found = queries.objections(actor.scope, project_id=world.project)[0]
    client.post(f"/objections/{found.id}/settle/", {"upheld": "1", "outcome": "核对考勤，补记2天"})
    assert "核对考勤，补记2天" in text_of(client, f"/projects/{world.project}/life/")
    assert [t.title for t in todos(actor) if "异议" in t.title] == []


def test_todo_counts_steps_that_wait_and_those_that_are_late(world):
    _, actor = signed_in(Role.COUNTY_OFFICER, "371422")
    assert "登记开工：1 个项目待办" in [t.title for t in todos(actor)]
    Life.rows.filter(project_id=world.project).update(due_on=clock.today() - timedelta(days=3))
    first = todos(actor)[0]
    assert (first.tone, first.due, first.title) == ("stop", "逾期 1 个", "登记开工：1 个项目待办，其中 1 个逾期")
    _, city = signed_in(Role.CITY_OFFICER, "3714")
    assert not [t for t in todos(city) if "登记开工" in t.title]


def test_a_failed_acceptance_waits_for_its_second_look(world):
    Life.rows.filter(project_id=world.project).update(state="acceptance_failed")
    _, owner = signed_in(Role.OWNER, "371422")
    assert "整改后复验：1 个项目待办" in [t.title for t in todos(owner)]
    Life.rows.filter(project_id=world.project).update(state="self_checked")
    assert not [t for t in todos(owner) if "复验" in t.title or "退回" in t.title]


def test_promise_and_site_are_kept_and_wrong_ones_said(world):
    client, url = county_browser(), f"/projects/{world.project}/life/describe/"
    scope = make_actor(Role.COUNTY_OFFICER, "371422").scope
    client.post(url, {"part": "commitment", "pay": "330", "share": "33.00"})
    client.post(url, {"part": "site", "lon": "116.8", "lat": "37.65", "site": "演示村"})
    life = queries.life(scope, world.project)
    assert (life.promised_pay_fen, life.promised_share_bp) == (3_300_000_00, 3300)
    assert (life.lon_e6, life.lat_e6, life.site) == (116_800_000, 37_650_000, "演示村")
    assert client.post(url, {"part": "site", "lon": "12", "lat": "37.65"}).status_code == 422
    assert client.post(url, {"part": "commitment", "share": "abc"}).status_code == 422
    assert client.post(url, {"part": "implementer", "implementer": "self_build"}).status_code == 409
    assert "1 个有坐标" in text_of(client, "/board/map/")


# ---------- papers, archive, evidence pack ----------


def test_a_paper_is_registered_with_its_particulars_and_a_wrong_one_is_said(world):
    client, url = county_browser(), f"/projects/{world.project}/papers/"
    answer = client.post(url, {"kind": "final_account", "amount_fen-final_account": "九百万"})
    assert answer.status_code == 422
    assert client.post(url, {"kind": "final_account"}).status_code == 422
    client.post(
        url, {"kind": "final_account", "amount_fen-final_account": "990.5", "dated-final_account": "2022-09-01"}
    )
    scope = make_actor(Role.COUNTY_OFFICER, "371422").scope
    kept = queries.papers(scope, world.project, kinds=("final_account",))[-1]
    assert (kept.fields["amount_fen"], kept.dated_on) == (990_5000_00, date(2022, 9, 1))


def test_a_file_that_is_none_of_the_accepted_kinds_is_refused(world):
    client = county_browser()
    file = SimpleUploadedFile("程序.pdf", b"\x7fELF\x02\x01\x01\x00" + b"\x00" * 64)
    answer = client.post(f"/projects/{world.project}/papers/", {"kind": "approval", "file-approval": file})
    assert answer.status_code == 422
    assert "不是可接受的格式" in unescape(answer.content.decode())


def _pack(client: Client, project: int) -> zipfile.ZipFile:
    answer = client.post(f"/projects/{project}/evidence/")
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(answer.content))


def test_a_paper_is_taken_out_with_a_reason_stays_to_be_read_and_counts_no_more(world):
    client, scope = county_browser(), make_actor(Role.COUNTY_OFFICER, "371422").scope
    (kept,) = queries.papers(scope, world.project, kinds=("contract",))
    assert f"/papers/{kept.id}/withdraw/" in text_of(client, f"/projects/{world.project}/archive/")
    assert "登记合同" in text_of(client, f"/papers/{kept.id}/withdraw/"), "the step that rests on it is named"
    refused = client.post(f"/papers/{kept.id}/withdraw/", {"reason": "错"})
    assert (refused.status_code, "至少4个字" in unescape(refused.content.decode())) == (422, True)
    stranger = signed_in(Role.COUNTY_OFFICER, "371325", name="stranger")[0]
    assert stranger.post(f"/papers/{kept.id}/withdraw/", {"reason": "演示：传错文件"}).status_code == 404
    assert client.post(f"/papers/{kept.id}/withdraw/", {"reason": "演示：传错文件"}).status_code == 302
    page = text_of(client, f"/projects/{world.project}/archive/")
    assert "已撤下的材料" in page
    assert "演示：传错文件" in page
    assert queries.papers(scope, world.project, kinds=("contract",)) == []
    assert client.post(f"/papers/{kept.id}/withdraw/", {"reason": "演示：再撤一次"}).status_code == 409
    (other, *_) = queries.papers(scope, world.project, kinds=("approval",))
    body = {"reason": "演示：批复有误"}
    answer = client.post(f"/api/v1/lives/papers/{other.id}/withdraw", body, content_type="application/json")
    assert answer.status_code == 200
    assert queries.papers(scope, world.project, kinds=("approval",)) == []


def test_the_evidence_pack_holds_an_index_the_papers_and_masked_tables(world):
    client = county_browser()
    url = f"/projects/{world.paid}/papers/"
    for title in ("批复/原件:终稿", "批复/原件:终稿"):
        file = SimpleUploadedFile("../批复.pdf", PDF)
        client.post(
            url,
            {"kind": "approval", "title-approval": title, "number-approval": "演示〔2022〕1号", "file-approval": file},
        )

    pack = _pack(client, world.paid)

    names = pack.namelist()
    assert names[:2] == ["目录.xlsx", "目录.pdf"]
    assert "1_前期与审批/批复_原件_终稿_演示〔2022〕1号.pdf" in names
    assert "1_前期与审批/批复_原件_终稿_演示〔2022〕1号_2.pdf" in names
    assert {name.split("/")[0] for name in names if "/" in name} >= {"1_前期与审批", "6_务工组织", "7_劳务报酬"}
    assert not [name for name in names if name.startswith("/") or ".." in name]
    roster = load_workbook(io.BytesIO(pack.read("6_务工组织/系统台账_务工人员花名册（脱敏）.xlsx"))).active
    cells = [str(cell) for row in roster.iter_rows(values_only=True) for cell in row if cell is not None]
    assert "演*****" in cells
    assert not [cell for cell in cells if "演示02" in cell]
    assert [cell for cell in cells if cell.startswith("379900********")]
    pay = load_workbook(io.BytesIO(pack.read("7_劳务报酬/系统台账_劳务报酬发放汇总.xlsx"))).active
    total = next(row for row in pay.iter_rows(values_only=True) if row[0] == "合计")
    assert total[3:6] == (12, 36_000, 36_000)
    index = load_workbook(io.BytesIO(pack.read("目录.xlsx")))
    rows = list(index["档案目录"].iter_rows(values_only=True))
    assert next(row[4] for row in rows if row[1] == "项目批复") == "1_前期与审批/批复_原件_终稿_演示〔2022〕1号.pdf"
    assert [row for row in rows if row[2] == "缺"]
    assert pack.read("目录.pdf").startswith(b"%PDF")


def test_the_pack_tells_of_plans_duties_marks_and_objections(world):
    county = everybody("371422")
    services.set_mark(county, world.project, "suspended", reason="演示：汛期停工")
    services.clear_mark(county, world.project, "suspended", reason="演示：已复工")
    services.raise_objection(county, world.project, "wages", "演示：少记两天", raised_by="演示张三")
    pack = _pack(county_browser(), world.project)

    def cells(name: str) -> list[str]:
        sheet = load_workbook(io.BytesIO(pack.read(name))).active
        return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]

    assert {"暂停", "演示：汛期停工", "演示：已复工"} <= set(
        cells("8_建设过程与验收移交/系统台账_变更、暂停、整改记录.xlsx")
    )
    raised = cells("8_建设过程与验收移交/系统台账_异议与投诉办理.xlsx")
    assert "演示：少记两天" in raised
    assert "演示张三" not in raised


def test_an_inspector_of_one_project_takes_its_pack_whole_and_no_other(world):
    client, actor = signed_in(Role.INSPECTOR, "3714")
    limit_post_to_projects(system_actor("test", scope=Scope(divisions=("37",))), actor.post_id, [world.paid])
    file = SimpleUploadedFile("批复.pdf", PDF)
    county_browser().post(
        f"/projects/{world.paid}/papers/", {"kind": "approval", "number-approval": "演示1号", "file-approval": file}
    )
    names = _pack(client, world.paid).namelist()
    assert "1_前期与审批/项目批复_演示1号.pdf" in names
    assert "7_劳务报酬/系统台账_劳务报酬发放明细（脱敏）.xlsx" in names
    assert client.post(f"/projects/{world.project}/evidence/").status_code == 404
    assert client.get(f"/projects/{world.project}/life/").status_code == 404
    assert "共 <b>1</b> 个项目" in text_of(client, "/board/")


def test_each_download_of_a_pack_is_recorded(world):
    client = county_browser()
    before = AccessEntry.objects.filter(action=evidence.ACTION).count()
    _pack(client, world.paid)
    entry = AccessEntry.objects.filter(action=evidence.ACTION).latest("id")
    assert AccessEntry.objects.filter(action=evidence.ACTION).count() == before + 1
    assert (entry.target_id, entry.purpose) == (str(world.paid), "下载项目证据包")


def test_an_inspector_takes_the_pack_within_scope_only(world):
    client, _ = signed_in(Role.INSPECTOR, "3714")
    assert "目录.xlsx" in _pack(client, world.paid).namelist()
    assert client.post(f"/projects/{world.foreign}/evidence/").status_code == 404
    cadre, _ = signed_in(Role.VILLAGE_CADRE, "371422")
    assert cadre.post(f"/projects/{world.paid}/evidence/").status_code == 403


def test_a_big_pack_is_made_by_a_job_whose_page_offers_it(world, monkeypatch):
    monkeypatch.setattr(evidence, "MOST_FILES_AT_ONCE", 1)
    client = county_browser()
    answer = client.post(f"/projects/{world.paid}/evidence/")
    job = Job.rows.get(kind=evidence.JOB)
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert job.state == "done"
    data = b"".join(client.get(f"/jobs/{job.pk}/result/").streaming_content)
    assert "目录.xlsx" in zipfile.ZipFile(io.BytesIO(data)).namelist()


# ---------- board and map ----------


def test_the_board_narrows_by_phase_and_answers_htmx_with_its_columns_alone(world):
    client = county_browser()
    assert "（演示）宁津县片区道路项目" not in text_of(client, "/board/?phase=in_use")
    part = client.get("/board/?phase=preparing", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "（演示）宁津县片区道路项目" in part
    Life.rows.filter(project_id=world.project).update(due_on=clock.today() - timedelta(days=1))
    assert "逾期 1 天" in text_of(client, "/board/?overdue=1")
    assert "共 <b>1</b> 个项目" in text_of(client, "/board/list/?overdue=1")


def test_the_map_joins_by_code_and_its_table_says_the_same(world):
    client, _ = signed_in(Role.PROVINCE_OFFICER)
    page = client.get("/board/map/").content.decode()
    drawn = json.loads(re.search(r'data-target="life-map">(.*?)</script>', page, re.S).group(1))
    values = dict(zip(drawn["spec"]["codes"], drawn["spec"]["series"][0]["values"], strict=True))
    assert (values[NINGJIN], values[FEIXIAN]) == (2, 1)
    assert len(drawn["parts"]) == 16
    narrowed = {
        "track=agri_promotion": 1, "track=special_fund": 1, "overdue=1": 0, "mark=suspended": 0, "text=片区道路": 1,
        "year=2022": 3, "year=2021": 0,
    }  # fmt: skip
    for query, number in narrowed.items():
        assert f"共 {number} 个项目" in text_of(client, f"/board/map/?{query}"), query
    city = text_of(client, "/board/map/?division=3714")
    assert "/board/list/?division=371422" in city


def test_the_list_is_exported_as_shown(world):
    client = county_browser()
    book = load_workbook(io.BytesIO(client.get("/board/list/?state=mobilised&export=1").content))
    names = [row[0] for row in book.active.iter_rows(min_row=4, values_only=True)]
    assert names == ["（演示）宁津县片区道路项目"]


# ---------- the same through the API ----------


def _send(client: Client, url: str, body: dict[str, object], method: str = "post") -> tuple[int, dict[str, object]]:
    answer = getattr(client, method)(f"/api/v1/lives/{url}", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def test_marks_promises_objections_and_corrections_go_through_the_api_with_the_same_gates(world):
    client, own = county_browser(), world.project
    code, life = _send(client, f"{own}/marks", {"mark": "adjusting", "reason": "演示：调整内容"})
    assert (code, [m["mark"]["id"] for m in life["marks"]]) == (200, ["adjusting"])
    assert _send(client, f"{own}/marks", {"mark": "adjusting", "reason": "演示：调整内容"})[0] == 409
    assert (
        _send(client, f"{own}/marks", {"mark": "adjusting", "act": "clear", "reason": "演示：已批复"})[1]["marks"] == []
    )
    code, life = _send(
        client, f"{own}", {"promised_share_bp": 3300, "lon_e6": 116_800_000, "lat_e6": 37_650_000}, "patch"
    )
    assert (code, life["promised_share_bp"], life["lon_e6"]) == (200, 3300, 116_800_000)
    assert _send(client, f"{own}", {"promised_share_bp": 3400, "implementer": "self_build"}, "patch")[0] == 409
    assert client.get(f"/api/v1/lives/{own}").json()["promised_share_bp"] == 3300, "all or nothing"
    code, raised = _send(client, f"{own}/objections", {"subject": "wages", "content": "演示：少记两天"})
    assert (code, raised["raised_by"]) == (200, "匿名")
    assert [o["id"] for o in client.get("/api/v1/lives/objections").json()] == [raised["id"]]
    code, settled = _send(client, f"objections/{raised['id']}/settle", {"outcome": "演示：已补记", "is_upheld": True})
    assert (code, settled["is_upheld"]) == (200, True)
    code, problem = _send(client, f"{own}/correct", {"state": "accepted", "reason": "演示：已经验收"})
    assert (code, "不能用更正代替" in str(problem)) == (409, True)
    late = {"on": "2022-02-01", "history": True}
    assert _send(client, f"{own}/steps/start", late)[0] in (409, 422)
    points = client.get("/api/v1/lives/map").json()
    assert {(p["project_id"], p["lon_e6"]) for p in points} == {(own, 116_800_000), (world.paid, None)}
    packed = client.post(f"/api/v1/lives/{own}/evidence")
    assert "目录.xlsx" in zipfile.ZipFile(io.BytesIO(packed.content)).namelist()


def test_the_api_keeps_duties_and_scope(world):
    cadre, _ = signed_in(Role.VILLAGE_CADRE, "371422")
    for url, body in (
        ("marks", {"mark": "suspended", "reason": "演示：停工"}),
        ("correct", {"state": "surveyed", "reason": "演示：更正"}),
        ("adopt", {}),
        ("evidence", {}),
    ):
        assert _send(cadre, f"{world.project}/{url}", body)[0] == 403, url
    county = county_browser()
    for url in ("objections", "timeline"):
        assert county.get(f"/api/v1/lives/{world.foreign}/{url}").status_code == 404
    assert _send(county, f"{world.foreign}/marks", {"mark": "suspended", "reason": "演示：停工"})[0] == 404
