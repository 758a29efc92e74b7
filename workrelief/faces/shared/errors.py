"""From an error of the house to an answer, once for all faces: a problem document, a page, or words for htmx."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from workrelief.base.law import registry as law
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.findings import Finding

PROBLEM_JSON = "application/problem+json"
_TITLES: tuple[tuple[type[DomainError], str], ...] = (
    (InvalidInput, "填写或文件有误"),
    (NotFound, "没有找到"),
    (NotPermitted, "没有权限"),
    (RuleViolated, "规则不允许"),
    (Conflict, "没有办成"),
)
_PAGES = {400: "400.html", 403: "403.html", 404: "404.html", 409: "409.html", 422: "400.html"}


def problem(error: DomainError, *, request_id: str = "") -> dict[str, Any]:
    """The error as a problem document (RFC 9457) with our own members: code, findings, facts, request_id."""
    return {
        "type": f"urn:workrelief:problem:{error.code}",
        "title": next((title for kind, title in _TITLES if isinstance(error, kind)), "没有办成"),
        "status": error.status,
        "detail": error.message,
        "code": error.code,
        "findings": [finding_document(f) for f in error.findings],
        "facts": {name: _plain(value) for name, value in error.facts.items()},
        "request_id": request_id,
    }


def finding_document(finding: Finding) -> dict[str, str]:
    """What a rule said, with its clause as officials cite it."""
    return {
        "rule_id": finding.rule_id,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
        "clause": law.resolve(finding.cite) if finding.cite else "",
    }


def answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The error as this request wants it: problem document for the API, short words for htmx, a page for people."""
    document = problem(error, request_id=getattr(request, "request_id", ""))
    if wants_json(request):
        return json_answer(document)
    if is_htmx(request):
        return in_words(error.message, status=error.status)
    context = {"message": error.message, "findings": document["findings"], "request_id": document["request_id"]}
    return render(request, _PAGES.get(error.status, "400.html"), context, status=error.status)


def busy_answer(request: HttpRequest) -> HttpResponse:
    """503: a large batch is being written; nothing was changed, and trying again will do."""
    words = "有一批较大的数据正在写入，本次操作没有生效。请稍等片刻再试。"
    number = getattr(request, "request_id", "")
    response: HttpResponse
    if wants_json(request):
        response = json_answer(
            {
                "type": "about:blank",
                "title": "系统正忙",
                "status": 503,
                "detail": words,
                "findings": [],
                "request_id": number,
            }
        )
    elif is_htmx(request):
        response = in_words(words, status=503)
    else:
        response = render(request, "503.html", {"message": words, "request_id": number}, status=503)
    response["Retry-After"] = "10"
    return response


def json_answer(document: Mapping[str, Any]) -> JsonResponse:
    return JsonResponse(
        dict(document),
        status=int(document["status"]),
        content_type=PROBLEM_JSON,
        json_dumps_params={"ensure_ascii": False},
    )


def in_words(message: str, *, status: int) -> HttpResponse:
    """An empty answer whose header carries the words; the page says them (`workrelief.js`)."""
    response = HttpResponse(status=status)
    response["X-Problem"] = quote(message)
    return response


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a program: an address of the API, or JSON asked for and no page."""
    accepted = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("json" in accepted and "text/html" not in accepted)


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def _plain(value: object) -> object:
    """`value` as JSON can carry it."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(v) for v in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
