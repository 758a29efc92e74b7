"""A small site for these tests: the real sign-in and job pages, and probes that fail in every way."""

from __future__ import annotations

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from workrelief.base import law
from workrelief.faces.shared.acting import page, public
from workrelief.faces.web.urls_base import urlpatterns_auth_jobs
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.findings import Finding, Severity

BLOCKED = Finding("F13", Severity.BLOCKER, "没有支付回单。", "请补传回单。", law.rule("F13").cite)
ERRORS = {
    "input": InvalidInput("probe.input", "文件读不出来。", facts={"row": 18}),
    "found": NotFound("probe.found", "没有这个项目。"),
    "permitted": NotPermitted("probe.permitted", "不能办理。"),
    "rule": RuleViolated("F13", "没有支付回单。", findings=[BLOCKED]),
    "conflict": Conflict("probe.conflict", "已被他人改动。"),
    "busy": OperationalError("database is locked"),
    "broken": OperationalError("no such table: x"),
    "fault": ZeroDivisionError("a fault in the code"),
}


@public
def fail(request: HttpRequest, how: str) -> HttpResponse:
    raise ERRORS[how]


@page("workbench.view")
def workbench(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.actor.post_label}|{','.join(request.actor.scope.divisions)}|{request.request_id}")


@page("audit.view")
def trail(request: HttpRequest) -> HttpResponse:
    return HttpResponse("audit")


web = (
    [
        *urlpatterns_auth_jobs,
        path("", workbench, name="workbench"),
        path("trail/", trail, name="trail"),
        path("fail/<how>/", fail, name="fail"),
    ],
    "web",
)
urlpatterns = [path("api/v1/fail/<how>/", fail), path("", include(web))]
handler400 = "workrelief.faces.web.views.errors.bad_request"
handler403 = "workrelief.faces.web.views.errors.not_permitted"
handler404 = "workrelief.faces.web.views.errors.not_found"
handler500 = "workrelief.faces.web.views.errors.server_error"
