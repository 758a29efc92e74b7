"""What the API does with issued lists and doubles as the pages do: taking one back, its files, the search for doubles."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client
from docx import Document
from openpyxl import load_workbook

from tests.build import a_project, project_code
from tests.conftest import FEIXIAN, NINGJIN, make_actor
from tests.faces.web.people import signed_in
from tests.work.lists.build import in_reserve
from tests.work.lists.build import reserve as complete
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.divisions.services import load_divisions
from workrelief.faces.shared.download import TYPES
from workrelief.kernel import clock
from workrelief.work.lists import queries, services
from workrelief.work.lists.models import ListEdition

pytestmark = pytest.mark.django_db(transaction=True)
YEAR = clock.today().year
REASON = "演示：文号有误"
NAME = "（演示）柴胡店镇农村道路改造第1标段"


@pytest.fixture
def county() -> tuple[Client, Actor]:
    load_divisions()
    return signed_in(Role.COUNTY_OFFICER, FEIXIAN[:6])


@pytest.fixture
def edition(county: tuple[Client, Actor]) -> ListEdition:
    """The county's list with one project, issued."""
    _, actor = county
    ids = in_reserve(actor, [complete(0, division_code=FEIXIAN, name=NAME)])
    services.advance(actor, ids, "submit")
    services.advance(actor, ids, "confirm")
    return issued(actor, 1)


def issued(actor: Actor, number: int) -> ListEdition:
    return services.issue(
        actor, YEAR, "county", division=FEIXIAN, document_no=f"费发改〔2026〕{number}号", issued_on=clock.today()
    )


def post(client: Client, path: str, **body: object) -> HttpResponse:
    return client.post(f"/api/v1/lists/{path}", json.dumps(body), content_type="application/json")


def file_of(client: Client, edition: ListEdition, form: str) -> HttpResponse:
    return client.get(f"/api/v1/lists/editions/{edition.pk}/file/{form}")


def words_of(data: bytes) -> str:
    """Every word of a Word document, those of its tables included."""
    document = Document(io.BytesIO(data))
    return "\n".join(node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t"))


def cells_of(data: bytes) -> Iterator[Any]:
    for sheet in load_workbook(io.BytesIO(data)):
        for row in sheet.iter_rows(values_only=True):
            yield from row


def refusal(answer: HttpResponse) -> tuple[int, str]:
    """Status and code of an error document."""
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["code"]


def test_an_edition_is_taken_back_once_and_its_projects_are_confirmed_again(county, edition):
    client, actor = county
    for wrong in ({}, {"reason": "误"}, {"reason": " " * 8}):
        assert post(client, f"editions/{edition.pk}/withdraw", **wrong).status_code == 422
    answer = post(client, f"editions/{edition.pk}/withdraw", reason=REASON)
    assert answer.status_code == 200, answer.content.decode()
    assert (answer.json()["id"], answer.json()["state"]) == (edition.pk, "withdrawn")
    assert queries.edition(actor.scope, edition.pk).withdrawn_reason == REASON
    assert {e.state for e in queries.entries(actor.scope, queries.EntryFilter(year=YEAR))} == {"county_confirmed"}
    assert refusal(post(client, f"editions/{edition.pk}/withdraw", reason=REASON)) == (409, "list.withdrawn")


def test_only_the_newest_edition_is_taken_back(county, edition):
    client, actor = county
    [entry] = queries.entries(actor.scope, queries.EntryFilter(year=YEAR))
    services.take_out(actor, entry.pk, reason="资金另作安排")
    newer = issued(actor, 2)
    assert refusal(post(client, f"editions/{edition.pk}/withdraw", reason=REASON)) == (409, "list.newer")
    assert post(client, f"editions/{newer.pk}/withdraw", reason=REASON).status_code == 200


def test_the_files_of_an_edition_are_those_of_the_page(county, edition):
    client, _ = county
    for form in ("docx", "xlsx"):
        answer, page = file_of(client, edition, form), client.get(f"/lists/editions/{edition.pk}/{form}/")
        assert (answer.status_code, page.status_code) == (200, 200)
        assert answer["Content-Type"] == TYPES[form]
        assert answer["Content-Disposition"] == page["Content-Disposition"]
        assert quote(f"{edition.title}.{form}") in answer["Content-Disposition"]
    word = file_of(client, edition, "docx").content
    assert word == client.get(f"/lists/editions/{edition.pk}/docx/").content
    assert NAME in words_of(word)
    cells = list(cells_of(file_of(client, edition, "xlsx").content))
    assert NAME in cells
    assert cells == list(cells_of(client.get(f"/lists/editions/{edition.pk}/xlsx/").content))


def test_a_form_that_is_not_made_is_refused_with_the_forms_there_are(county, edition):
    client, _ = county
    for form in ("pdf", "odt"):
        answer = file_of(client, edition, form)
        assert refusal(answer) == (404, "list.format")
        assert "只能下载为 Excel 或 Word 文件" in answer.json()["detail"]


def test_another_city_finds_no_edition(county, edition):
    _, actor = county
    for role, prefix in ((Role.COUNTY_OFFICER, NINGJIN[:6]), (Role.CITY_OFFICER, "3714")):
        stranger, _ = signed_in(role, prefix)
        for form in ("docx", "xlsx"):
            assert refusal(file_of(stranger, edition, form)) == (404, "list.edition")
        assert refusal(post(stranger, f"editions/{edition.pk}/withdraw", reason=REASON)) == (404, "list.edition")
    assert queries.edition(actor.scope, edition.pk).state == "issued"


def test_a_post_without_the_permission_is_refused(county, edition):
    _, actor = county
    owner, _ = signed_in(Role.OWNER, FEIXIAN[:6])
    assert post(owner, f"editions/{edition.pk}/withdraw", reason=REASON).status_code == 403
    assert post(owner, "duplicates/search", year=YEAR).status_code == 403
    village, _ = signed_in(Role.VILLAGE_CADRE, FEIXIAN[:6])
    assert village.get(f"/lists/editions/{edition.pk}/docx/").status_code == 403
    assert file_of(village, edition, "docx").status_code == 403, "sees the list, exports nothing"
    city, _ = signed_in(Role.CITY_OFFICER, "3713")
    assert refusal(post(city, f"editions/{edition.pk}/withdraw", reason=REASON)) == (403, "list.turn")
    assert queries.edition(actor.scope, edition.pk).state == "issued"


def test_without_signing_in_nothing_is_done(county, edition):
    client = Client()
    assert file_of(client, edition, "docx").status_code == 401
    assert post(client, f"editions/{edition.pk}/withdraw", reason=REASON).status_code == 401
    assert post(client, "duplicates/search", year=YEAR).status_code == 401


def test_the_search_for_doubles_tells_how_many_pairs_are_new(county):
    client, actor = county
    in_reserve(actor, [complete(0, division_code=FEIXIAN, name="（演示）1号灌溉渠工程")])
    a_project(
        actor, FEIXIAN, number=9, code=project_code(FEIXIAN, 9, month="2401"), year=YEAR - 1,
        name="（演示）费县1号灌溉渠工程",
    )  # fmt: skip
    stranger = make_actor(Role.COUNTY_OFFICER, NINGJIN[:6])
    other, _ = signed_in(Role.COUNTY_OFFICER, NINGJIN[:6])
    assert post(other, "duplicates/search", year=YEAR).json() == {"found": 0}, "looks in its own county only"
    assert post(client, "duplicates/search", year=YEAR).json() == {"found": 1}
    assert post(client, "duplicates/search", year=YEAR).json() == {"found": 0}
    assert client.get(f"/api/v1/lists/duplicates?year={YEAR}").json()["total"] == 1
    assert queries.duplicates(stranger.scope).count() == 0
    for wrong in ({}, {"year": 1999}, {"year": "今年"}):
        assert post(client, "duplicates/search", **wrong).status_code == 422
    [pair] = queries.duplicates(actor.scope)
    answer = post(client, f"duplicates/{pair.pk}", decision="different", reason="分属两个村")
    assert answer.json() == {"moved": 1}, "the address of a pair is still its own"
    assert post(client, "duplicates/search", year=YEAR).json() == {"found": 0}, "what was decided is not asked again"
