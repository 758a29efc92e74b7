"""Every answer has its number and its headers; every error its page, its problem document, its words."""

from __future__ import annotations

import logging
from urllib.parse import unquote

import pytest
from django.test import Client

from tests.faces.shared.urls import ERRORS
from workrelief.base import law
from workrelief.faces.shared.errors import problem
from workrelief.faces.shared.middleware import CONTENT_SECURITY_POLICY
from workrelief.kernel.errors import DomainError, InvalidInput

pytestmark = pytest.mark.django_db
STATUS = {"input": 422, "found": 404, "permitted": 403, "rule": 409, "conflict": 409}


@pytest.mark.parametrize("how", STATUS)
def test_an_error_of_the_house_becomes_a_designed_page(client: Client, how: str) -> None:
    response = client.get(f"/fail/{how}/")
    page = response.content.decode()
    assert response.status_code == STATUS[how]
    assert ERRORS[how].message in page
    assert response["X-Request-ID"] in page
    assert "<!doctype html>" in page


def test_the_page_of_a_blocked_step_names_rule_and_clause(client: Client) -> None:
    page = client.get("/fail/rule/").content.decode()
    assert "规则 F13" in page
    assert law.resolve(law.rule("F13").cite) in page


@pytest.mark.parametrize("how", STATUS)
def test_the_api_gets_a_problem_document(client: Client, how: str) -> None:
    response = client.get(f"/api/v1/fail/{how}/")
    document = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert (response.status_code, document["status"]) == (STATUS[how], STATUS[how])
    assert document["detail"] == ERRORS[how].message
    assert document["code"] == ERRORS[how].code
    assert document["request_id"] == response["X-Request-ID"]


def test_a_problem_document_carries_findings_and_facts() -> None:
    rule = ERRORS["rule"]
    assert isinstance(rule, DomainError)
    finding = problem(rule)["findings"][0]
    assert finding["rule_id"] == "F13"
    assert finding["severity"] == "blocker"
    assert finding["remedy"] == "请补传回单。"
    assert finding["clause"]
    assert problem(InvalidInput("x", "y", facts={"row": 18, "at": {1}}))["facts"] == {"row": 18, "at": [1]}


def test_htmx_gets_words_and_no_page(client: Client) -> None:
    response = client.get("/fail/conflict/", headers={"HX-Request": "true"})
    assert (response.status_code, response.content) == (409, b"")
    assert unquote(response["X-Problem"]) == "已被他人改动。"


def test_a_program_that_asks_for_json_gets_json_from_a_page(client: Client) -> None:
    assert client.get("/fail/found/", headers={"Accept": "application/json"}).json()["status"] == 404


def test_a_fault_is_logged_under_the_number_that_the_user_sees(caplog: pytest.LogCaptureFixture) -> None:
    quiet = Client(raise_request_exception=False)
    with caplog.at_level(logging.ERROR, logger="workrelief"):
        response = quiet.get("/fail/fault/")
    number = response["X-Request-ID"]
    page = response.content.decode()
    assert response.status_code == 500
    assert number in page
    assert "ZeroDivision" not in page
    assert any(number in record.message and record.exc_info for record in caplog.records)


@pytest.mark.parametrize(
    ("address", "kind"), [("/fail/busy/", "text/html"), ("/api/v1/fail/busy/", "application/problem+json")]
)
def test_a_busy_database_asks_for_patience(address: str, kind: str) -> None:
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert response["Content-Type"].startswith(kind)
    assert "请稍等片刻再试" in response.content.decode()


def test_another_fault_of_the_database_is_a_fault() -> None:
    assert Client(raise_request_exception=False).get("/fail/broken/").status_code == 500


def test_a_fault_in_the_api_is_a_problem_document_too() -> None:
    response = Client(raise_request_exception=False).get("/api/v1/fail/fault/")
    assert (response.status_code, response.json()["status"]) == (500, 500)


def test_an_unknown_address_has_a_designed_page(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "没有找到这一页" in response.content.decode()
    assert client.get("/api/v1/nowhere/").json()["status"] == 404


def test_an_expired_form_has_a_designed_page() -> None:
    response = Client(enforce_csrf_checks=True).post("/login/", {"username": "x", "password": "y"})
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


def test_headers_of_every_answer(client: Client) -> None:
    for address in ("/login/", "/nowhere/", "/fail/rule/"):
        response = client.get(address)
        assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert response["Referrer-Policy"] == "same-origin"
        assert len(response["X-Request-ID"]) == 12
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_two_requests_have_two_numbers(client: Client) -> None:
    assert client.get("/login/")["X-Request-ID"] != client.get("/login/")["X-Request-ID"]


def test_pages_behind_the_sign_in_are_not_stored_by_browsers(signed_in: Client) -> None:
    assert signed_in.get("/")["Cache-Control"] == "no-store"
    assert signed_in.get("/nowhere/")["Cache-Control"] == "no-store"


def test_the_error_pages_hold_no_inline_style_or_script(client: Client) -> None:
    for address in ("/login/", "/nowhere/", "/fail/rule/"):
        page = client.get(address).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert "<script>" not in page
