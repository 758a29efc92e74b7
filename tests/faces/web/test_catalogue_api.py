"""The catalogue by API alone: copied, edited with a reason, given its values, issued; refused to everybody below."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faces.web.people import signed_in
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.work.catalogue import queries, services
from workrelief.work.catalogue.models import CatalogueEdition, LabourLink

pytestmark = pytest.mark.django_db
REASON = "按处室意见调整"
NEW_LINK = {
    "sector": "transport", "subfield": "农村公路", "task": "路基与路面", "name": "演示路面灌缝清理", "trades": "普工",
    "skill": "普工", "phase": "主体工程", "source_status": "背景知识",
}  # fmt: skip
QUOTA = {"unit": "m³", "days_per_100": 95, "valid_from": "2024-01-01", "mark": "证", "source": "演示定额第3页"}
RATE = {
    "trade": "瓦工",
    "division": "371422",
    "day_fen": 210_00,
    "valid_from": "2024-01-01",
    "mark": "核",
    "source": "演示",
}


class Desk:
    """A person at the API."""

    def __init__(self, role: Role, prefix: str = "37") -> None:
        self.client, self.actor = signed_in(role, prefix)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        answer = getattr(self.client, method)(f"/api/v1/catalogue{path}", **more)
        assert answer.status_code == status, (path, answer.content.decode()[:500])
        return answer.json()


@pytest.fixture
def province() -> Desk:
    load_divisions()
    return Desk(Role.PROVINCE_OFFICER)


@pytest.fixture
def issued(province: Desk) -> CatalogueEdition:
    return services.issue_edition(province.actor, services.load_edition(province.actor).pk)


@pytest.fixture
def draft(province: Desk, issued: CatalogueEdition) -> CatalogueEdition:
    return services.copy_edition(province.actor, issued.pk, 2023)


def wall(edition: CatalogueEdition) -> LabourLink:
    return edition.links.get(code="TR023")


def test_an_edition_is_copied_and_issued_once(province, issued):
    made = province.ask("post", f"/editions/{issued.pk}/copy", {"year": 2023, "note": "演示复制"})
    assert (made["name"], made["state"], made["note"]) == ("2023 年版", {"id": "draft", "label": "草稿"}, "演示复制")
    assert "已有一份草稿" in province.ask("post", f"/editions/{issued.pk}/copy", {"year": 2023}, 409)["detail"]
    province.ask("post", f"/editions/{issued.pk}/copy", {"year": 2099}, 422)

    done = province.ask("post", f"/editions/{made['id']}/issue", {})
    assert done["state"]["id"] == "issued"
    assert done["issued_at"]
    province.ask("post", f"/editions/{made['id']}/issue", {}, 409)
    province.ask("post", "/editions/99999/issue", {}, 404)
    assert [e["year"] for e in province.ask("get", "/editions")["items"]] == [2023, 2022]


def test_a_link_is_added_changed_and_dropped_with_a_reason(province, draft):
    made = province.ask("post", f"/editions/{draft.pk}/links", NEW_LINK | {"reason": REASON})
    assert (made["sector_name"], made["mark"], made["quotas"]) == ("交通", "背", [])
    path = f"/links/{made['id']}"

    changed = province.ask("patch", path, {"skill": "半熟练", "source_status": "S74", "reason": REASON})
    assert (changed["skill"], changed["mark"], changed["name"]) == ("半熟练", "证", NEW_LINK["name"])
    said = queries.history(province.actor.scope, link_code=made["code"]).first()
    assert (said.before, said.after, said.reason) == ("普工；背景知识", "半熟练；S74", REASON)
    found = province.ask("get", f"?edition={draft.pk}&text={made['code']}")
    assert [one["id"] for one in found["items"]] == [made["id"]]

    assert province.ask("post", f"{path}/drop", {"reason": REASON}) == {"dropped": 1}
    province.ask("patch", path, {"skill": "普工", "reason": REASON}, 404)


def test_a_general_link_and_wrong_words(province, draft):
    path = f"/editions/{draft.pk}/links"
    made = province.ask("post", path, NEW_LINK | {"sector": "general", "reason": REASON})
    assert (made["code"][0], made["sector"], made["is_core"]) == ("G", "", False)
    for wrong in ({"sector": ""}, {"sector": "space"}, {"skill": "专家"}, {"phase": "以后"}, {"task": " "}):
        province.ask("post", path, NEW_LINK | {"name": "演示另一个", "reason": REASON} | wrong, 422)
    assert "没有写明" in province.ask("patch", f"/links/{made['id']}", {"reason": REASON}, 422)["detail"]


def test_no_reason_no_change(province, draft):
    link, rate = wall(draft), draft.rates.first()
    for method, path, body in (
        ("post", f"/editions/{draft.pk}/links", NEW_LINK),
        ("patch", f"/links/{link.pk}", {"skill": "普工"}),
        ("post", f"/links/{link.pk}/drop", {}),
        ("post", f"/links/{link.pk}/quotas", QUOTA),
        ("post", f"/quotas/{link.quotas.first().pk}/drop", {"reason": "改"}),
        ("post", f"/editions/{draft.pk}/rates", RATE),
        ("post", f"/rates/{rate.pk}/drop", {"reason": "  "}),
    ):
        assert "请写明修改原因" in province.ask(method, path, body, 422)["detail"]
    assert queries.history(province.actor.scope).count() == 0


def test_quotas_and_day_rates_are_set_listed_and_dropped(province, draft):
    made = province.ask("post", f"/links/{wall(draft).pk}/quotas", QUOTA | {"reason": REASON})
    assert (made["days_per_100"], made["mark"], made["valid_from"]) == (95, "证", "2024-01-01")
    province.ask("post", f"/links/{wall(draft).pk}/quotas", QUOTA | {"source": "", "reason": REASON}, 422)
    link = province.ask("get", f"?edition={draft.pk}&text=TR023")["items"][0]
    assert made in link["quotas"]
    province.ask("post", f"/quotas/{made['id']}/drop", {"reason": REASON})
    assert not wall(draft).quotas.filter(pk=made["id"]).exists()

    rate = province.ask("post", f"/editions/{draft.pk}/rates", RATE | {"valid_until": "2025-01-01", "reason": REASON})
    assert (rate["division"]["code"], rate["day_fen"], rate["valid_until"]) == ("371422000000", 210_00, "2025-01-01")
    listed = province.ask("get", f"/editions/{draft.pk}/rates?limit=500")
    assert listed["total"] == draft.rates.count()
    assert rate in listed["items"]
    province.ask("post", f"/rates/{rate['id']}/drop", {"reason": REASON})
    assert rate not in province.ask("get", f"/editions/{draft.pk}/rates")["items"]


def test_an_issued_edition_is_not_edited_only_followed(province, issued):
    link, rate = wall(issued), issued.rates.first()
    for method, path, body in (
        ("post", f"/editions/{issued.pk}/links", NEW_LINK),
        ("patch", f"/links/{link.pk}", {"skill": "普工"}),
        ("post", f"/links/{link.pk}/drop", {}),
        ("post", f"/links/{link.pk}/quotas", QUOTA | {"valid_from": "2022-01-01"}),
        ("post", f"/quotas/{link.quotas.first().pk}/drop", {}),
        ("post", f"/rates/{rate.pk}/drop", {}),
    ):
        assert "已印发" in province.ask(method, path, body | {"reason": REASON}, 409)["detail"]
    province.ask("post", f"/links/{link.pk}/quotas", QUOTA | {"reason": REASON})


def test_a_county_reads_what_is_issued_and_edits_nothing(province, issued, draft):
    county = Desk(Role.COUNTY_OFFICER, "371422")
    assert [e["id"] for e in county.ask("get", "/editions")["items"]] == [issued.pk]
    assert county.ask("get", f"/editions/{issued.pk}/rates")["total"] > 0
    county.ask("get", f"/editions/{draft.pk}/rates", status=404)
    county.ask("get", f"?edition={draft.pk}", status=404)
    link, rate = wall(draft), draft.rates.first()
    for method, path, body in (
        ("post", f"/editions/{issued.pk}/copy", {"year": 2024}),
        ("post", f"/editions/{draft.pk}/issue", {}),
        ("post", f"/editions/{draft.pk}/links", NEW_LINK),
        ("patch", f"/links/{link.pk}", {"skill": "普工"}),
        ("post", f"/links/{link.pk}/drop", {}),
        ("post", f"/links/{link.pk}/quotas", QUOTA),
        ("post", f"/quotas/{link.quotas.first().pk}/drop", {}),
        ("post", f"/editions/{draft.pk}/rates", RATE),
        ("post", f"/rates/{rate.pk}/drop", {}),
    ):
        county.ask(method, path, body | {"reason": REASON}, 403)
