"""API v1: the same reads and imports as the pages, with the same rights, scope and errors.

Signed in by the session of the site (same origin); every route names its action, which `permit()` checks, and the reader's
scope narrows every query. Errors are problem documents (RFC 9457) with the findings behind them.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from workrelief.faces.api.routers import (
    bulletins,
    catalogue_editing,
    divisions,
    figures,
    imports,
    law,
    lifecycle,
    lists,
    matches,
    payroll,
    plan_steps,
    projects,
    training,
    workers,
)
from workrelief.faces.api.session import session_auth
from workrelief.faces.shared.acting import signed_in
from workrelief.faces.shared.errors import problem
from workrelief.kernel.errors import DomainError, InvalidInput, NotPermitted

api = NinjaAPI(
    title="以工代赈综合管理平台 API",
    version="1",
    description="项目、务工、报酬、培训、指标与通报的读取和导入。金额单位为分，比例为小数，期间写作 2022、2022H1、2022Q3、2022-07。",
    auth=session_auth,
    docs_url=None,
    docs_decorator=signed_in,
    urls_namespace="api",
)

for prefix, router in (
    ("/divisions", divisions.router),
    ("/catalogue/matches", matches.router),
    ("/catalogue", catalogue_editing.router),
    ("/projects", projects.router),
    ("/lives", lifecycle.router),
    ("/lists", lists.router),
    ("/funds", plan_steps.router),
    ("/workers", workers.router),
    ("/pay-sheets", payroll.router),
    ("/training-sessions", training.router),
    ("/figures", figures.router),
    ("/bulletins", bulletins.router),
    ("/imports", imports.router),
    ("/law", law.router),
):
    api.add_router(prefix, router)


def _answer(request: HttpRequest, err: DomainError) -> HttpResponse:
    document = problem(err, request_id=getattr(request, "request_id", ""))
    return api.create_response(request, document, status=document["status"])


@api.exception_handler(DomainError)
def domain_error(request: HttpRequest, err: DomainError) -> HttpResponse:
    """Every error of the house, as the pages would show it."""
    return _answer(request, err)


@api.exception_handler(ValidationError)
def shape_error(request: HttpRequest, err: ValidationError) -> HttpResponse:
    """A request of the wrong shape: which field, and why."""
    fields = [{"field": ".".join(map(str, e.get("loc", ()))), "reason": e.get("msg", "")} for e in err.errors]
    return _answer(request, InvalidInput("request.shape", "请求参数不符合要求。", facts={"fields": fields}))


@api.exception_handler(AuthenticationError)
def sign_in_first(request: HttpRequest, err: AuthenticationError) -> HttpResponse:
    """Nobody is signed in."""
    refused = NotPermitted("session.missing", "请先登录。")
    document = problem(refused, request_id=getattr(request, "request_id", "")) | {"status": 401}
    return api.create_response(request, document, status=401)
