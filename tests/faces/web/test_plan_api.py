"""A plan's whole way by API alone: opened, registered, decomposed level by level, forwarded, changed, withdrawn."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import FEIXIAN, LINYI
from tests.faces.web.funds_world import a_line, a_special_project, targets
from tests.faces.web.people import signed_in
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.work.funds import services
from workrelief.work.projects import queries as projects

pytestmark = pytest.mark.django_db(transaction=True)
DAY = "2022-09-01"
PHONES = {"owner_phone": "0539-5550001", "supervisor_phone": "0539-5550002"}
PEOPLE = {
    "owner_unit": "演示镇人民政府", "owner_person": "演示辛", "owner_confirmed_on": DAY, "supervisor_unit": "演示县局",
    "supervisor_person": "演示丁", "supervisor_confirmed_on": DAY,
}  # fmt: skip
FEN = 400_000_000


class Desk:
    """An office at the API: the writer and the one who checks and signs."""

    def __init__(self, role: Role, prefix: str) -> None:
        self.writer, self.actor = signed_in(role, prefix)
        self.signer, _ = signed_in(role, prefix, name=f"{role.value}.{prefix}.two")

    def ask(self, method: str, path: str, body: dict[str, Any], status: int = 200, *, second: bool = False) -> Any:
        client = self.signer if second else self.writer
        answer = getattr(client, method)(f"/api/v1/funds/{path}", body, content_type="application/json")
        assert answer.status_code == status, (path, answer.content.decode()[:500])
        return answer.json()

    def issued(self, document: dict[str, Any], number: str) -> dict[str, Any]:
        """Checked and signed by the second person; the writer is refused both."""
        pk = document["id"]
        self.ask("post", f"documents/{pk}/check", {}, 403)
        self.ask("post", f"documents/{pk}/check", {"version": document["version"]}, second=True)
        self.ask("post", f"documents/{pk}/issue", {"document_no": number, "on": DAY}, 403)
        made = self.ask("post", f"documents/{pk}/issue", {"document_no": number, "on": DAY}, second=True)
        assert made["state"]["id"] == "issued"
        return made

    def passed_on(self, source: int, number: str) -> dict[str, Any]:
        lines = self.writer.get(f"/api/v1/funds/documents/{source}/proposal").json()
        draft = self.ask("post", "documents", {"source_id": source, "lines": lines})
        return self.issued(draft, number)


@pytest.fixture
def desks():
    load_divisions()
    return Desk(Role.PROVINCE_OFFICER, "37"), Desk(Role.CITY_OFFICER, "3713"), Desk(Role.COUNTY_OFFICER, "371325")


def test_the_whole_way_of_a_plan(desks):
    province, city, county = desks
    first, second = (a_special_project(county.actor, FEIXIAN, n) for n in (8, 9))
    batch = province.ask("post", "batches", {"year": 2022, "fund_type": "central_budget", "opened_on": "2022-01-05"})
    county.ask("post", "batches", {"year": 2023, "fund_type": "central_budget"}, 403)
    province.ask("post", "batches", {"year": 2022, "fund_type": "lottery"}, 422)
    application = services.save_application(county.actor, batch["id"], FEIXIAN, [a_line(first), a_line(second)])
    submit = {"document_no": "费1", "on": DAY, "is_truthful": True}
    county.ask("post", f"applications/{application.pk}/submit", submit)
    for desk, level in ((city, "city"), (province, "province")):
        desk.ask("post", f"applications/{application.pk}/review", {"level": level, "on": DAY})
    plan = {"document_no": "发改投资〔2022〕1号", "total_fen": 2 * FEN, "targets": targets()}
    root = province.ask("post", f"batches/{batch['id']}/plan", plan)
    root = province.issued(root, "发改投资〔2022〕1号")
    issued = province.passed_on(root["id"], "鲁1")
    clock = next(c for c in city.writer.get("/api/v1/funds/clocks").json() if c["division"]["code"] == LINYI)
    received = city.ask("post", f"clocks/{clock['id']}/receipt", {"received_on": DAY, "receipt_no": "收1"})
    assert received["is_registered"]
    down = city.passed_on(issued["id"], "临1")

    lines = county.writer.get(f"/api/v1/funds/documents/{down['id']}/proposal").json()
    lines[0]["amount_fen"] -= 1
    draft = county.ask("post", "documents", {"source_id": down["id"], "lines": lines})
    refused = county.ask("post", f"documents/{draft['id']}/check", {}, 409, second=True)
    assert {f["rule_id"] for f in refused["findings"]} >= {"C03", "C05"}
    lines[0]["amount_fen"] += 1
    saved = county.ask("put", f"documents/{draft['id']}", {"lines": lines, "version": draft["version"]})
    county.ask("put", f"documents/{draft['id']}", {"lines": lines, "version": draft["version"]}, 409)
    duties = [{"project_id": one, **PHONES, **PEOPLE} for one in (first, second)]
    wrong = [duties[0] | {"owner_phone": "12"}]
    county.ask("put", "responsibilities", {"entries": wrong}, 422)
    assert county.ask("put", "responsibilities", {"entries": duties}) == {"recorded": 2}
    assert county.writer.get(f"/api/v1/funds/projects/{first}/responsibilities").json()["missing"] == []
    county.ask("post", f"documents/{saved['id']}/check", {}, second=True)
    reopened = county.ask("post", f"documents/{saved['id']}/reopen", {"reason": "补一句"}, second=True)
    forwarded = county.issued(reopened, "费2")
    assert given(county, first) == given(county, second) == FEN
    assert {one["project_id"] for one in forwarded["items"]} == {first, second}

    shift = {"batch_id": batch["id"], "kind": "shift", "reason": "征地变化",
             "shifts": [{"project_id": first, "fen": FEN - 100}, {"project_id": second, "fen": FEN + 99}]}  # fmt: skip
    refused = county.ask("post", "changes", shift, 409)
    assert "少0.01元" in refused["findings"][0]["message"]
    shift["shifts"][1]["fen"] += 1
    asked = county.ask("post", "changes", shift)
    county.ask("post", f"changes/{asked['id']}/approve", {"document_no": "批1", "on": DAY}, 403)
    city.ask(
        "post", f"changes/{asked['id']}/approve", {"document_no": "临批1", "on": DAY}, 403
    )  # the province named them
    province.ask("post", f"changes/{asked['id']}/approve", {"document_no": "鲁批1", "on": DAY})
    assert (given(county, first), given(county, second)) == (FEN - 100, FEN + 100)
    recall = {
        "batch_id": batch["id"],
        "kind": "recall",
        "reason": "进度过慢",
        "shifts": [{"project_id": first, "fen": 100}],
    }
    order = city.ask("post", "changes", recall)
    city.ask("post", f"changes/{order['id']}/refuse", {"reason": "再等一个月"}, second=True)
    again = city.ask("post", "changes", recall)
    city.ask("post", f"changes/{again['id']}/cancel", {"reason": "已经开工"})
    content = {"batch_id": batch["id"], "kind": "content", "reason": "线路调整", "content": "新建农村道路 3 公里"}
    county.ask("post", "changes", content, 422)
    assert county.ask("post", "changes", content | {"project_id": second})["kind"]["id"] == "content"
    aims = {"batch_id": batch["id"], "kind": "targets", "reason": "目标调整", "project_id": first}
    assert county.ask("post", "changes", aims | {"targets": {"satisfaction": "95%"}})["kind"]["id"] == "targets"

    province.ask("post", f"documents/{issued['id']}/withdraw", {"reason": "国家调整计划"})
    assert given(county, first) == given(county, second) == 0


def given(desk: Desk, project: int) -> int:
    sources = projects.fund_sources(desk.actor.scope, [project])[project]
    return sum(fund.issued_fen for fund in sources)


def test_an_office_elsewhere_moves_nothing(desks):
    province, _city, _county = desks
    batch = province.ask("post", "batches", {"year": 2022, "fund_type": "central_budget", "opened_on": "2022-01-05"})
    plan = {"document_no": "发改投资〔2022〕1号", "total_fen": FEN, "targets": targets()}
    root = province.ask("post", f"batches/{batch['id']}/plan", plan)
    stranger = Desk(Role.CITY_OFFICER, "3714")
    for path, body in (
        ("check", {}), ("issue", {"on": DAY}), ("withdraw", {"reason": "没有道理"}), ("reopen", {"reason": "没有道理"}),
    ):  # fmt: skip
        stranger.ask("post", f"documents/{root['id']}/{path}", body, 404)
    stranger.ask("post", "documents", {"source_id": root["id"], "lines": []}, 404)
    stranger.ask("post", f"batches/{batch['id']}/plan", plan, 403)


def test_a_batch_is_prolonged_targets_are_raised_and_money_goes_back_by_api(desks):
    province, city, _ = desks
    batch = province.ask("post", "batches", {"year": 2022, "fund_type": "central_budget", "opened_on": "2022-01-05"})
    kept = province.ask("put", f"batches/{batch['id']}/terms", {"apply_by": "2022-12-01", "note": "延期"})
    assert kept["apply_by"] == "2022-12-01"
    city.ask("put", f"batches/{batch['id']}/terms", {"apply_by": None}, 403)
    body = {"document_no": "发改投资〔2022〕100号", "total_fen": FEN, "targets": targets()}
    root = province.issued(province.ask("post", f"batches/{batch['id']}/plan", body), "发改投资〔2022〕100号")
    lump = {"division_code": LINYI, "amount_fen": FEN, "targets": targets()}
    draft = province.ask("post", "documents", {"source_id": root["id"], "lines": [lump]})
    (line,) = draft["items"]
    assert line["targets"]["wage_share"] == "0.3"
    raised = targets() | {"wage_share": "35%"}
    draft = province.ask("put", f"documents/{draft['id']}/lines/{line['id']}/targets", {"targets": raised})
    assert draft["items"][0]["targets"]["wage_share"] == "0.35"
    issued = province.issued(draft, "鲁发改投资〔2022〕1号")
    asked = {"batch_id": batch["id"], "kind": "hand_back", "reason": "项目不具备条件", "fen": 100}
    city.ask("post", "changes", asked, 422)
    order = city.ask("post", "changes", asked | {"line_id": issued["items"][0]["id"]})
    city.ask("post", f"changes/{order['id']}/approve", {"document_no": "临批1", "on": DAY}, 403, second=True)
    province.ask("post", f"changes/{order['id']}/approve", {"document_no": "鲁收1", "on": DAY})
    assert city.writer.get(f"/api/v1/funds/documents/{issued['id']}").json()["total_fen"] == FEN - 100
