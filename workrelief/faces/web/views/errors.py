"""The pages for what went wrong outside the rooms: wrong addresses, expired forms, faults in the code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist, TemplateSyntaxError

from workrelief.faces.shared.acting import public
from workrelief.faces.shared.errors import in_words, is_htmx, json_answer, wants_json


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request itself is malformed."""
    return _answer(request, 400, "400.html", "请求有误", "这个地址或提交的内容不完整，系统无法处理。")


@public
def not_permitted(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: refused before any room was asked."""
    return _answer(request, 403, "403.html", "没有权限", "当前岗位没有办理此事的权限。")


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such address."""
    return _answer(request, 404, "404.html", "没有找到", "地址可能写错，内容可能已被移走，或不在您的岗位范围。")


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was made in an earlier session."""
    return _answer(
        request,
        403,
        "403_csrf.html",
        "页面已过期",
        "离开时间较长，或在别处重新登录过，这次提交没有被接受。请刷新后重新提交。",
    )


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault in the code. The page asks the database nothing, and is plain text when even it cannot be drawn."""
    try:
        return _answer(
            request, 500, "500.html", "系统出错了", "出错情况已自动记录，管理员会查看。您已保存的内容没有丢失。"
        )
    except (TemplateDoesNotExist, TemplateSyntaxError):
        number = getattr(request, "request_id", "")
        return HttpResponse(
            f"系统出错了，编号 {number}。请稍后重试。", status=500, content_type="text/plain; charset=utf-8"
        )


def _answer(request: HttpRequest, status: int, template: str, title: str, message: str) -> HttpResponse:
    number = getattr(request, "request_id", "")
    if wants_json(request):
        return json_answer(
            {
                "type": "about:blank",
                "title": title,
                "status": status,
                "detail": message,
                "findings": [],
                "request_id": number,
            }
        )
    if is_htmx(request):
        return in_words(message, status=status)
    return render(request, template, {"message": message, "request_id": number}, status=status)
