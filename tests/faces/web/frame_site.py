"""A small site that shows the frame by itself: pages without rooms, an actor on each request, a strict security policy."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from tests.conftest import make_actor
from workrelief.base.access.permissions import Role
from workrelief.faces.web.styleguide import components

ANONYMOUS = ("/login", "/500", "/offline", "/locked")
ERRORS = ("400", "403", "403_csrf", "404", "409", "500", "offline")
POLICY = "default-src 'self'"
SMALL_SITE: dict[str, object] = {
    "ROOT_URLCONF": "tests.faces.web.frame_site",
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "tests.faces.web.frame_site.boundary",
    ],
    "DEMO_MODE": True,
}


class LoginForm(forms.Form):
    username = forms.CharField(label="账号")
    password = forms.CharField(label="密码", widget=forms.PasswordInput)


def boundary(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Does what the real middleware does for the frame: an actor, a request id, the policy."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.request_id = "20230112-08A31F"
        if not request.path.startswith(ANONYMOUS):
            request.actor = make_actor(Role(request.GET.get("role", "province_officer")), "37")
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        return response

    return answer


def login(request: HttpRequest) -> HttpResponse:
    return render(request, "login.html", {"form": LoginForm(), "locked": "locked" in request.GET, "lock_minutes": 20})


def error(name: str) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: render(request, f"{name}.html")


def blank(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html", {"title": "空页", "crumbs": (("空页", ""),)})


web = [
    path("", blank, name="workbench"),
    path("components/", components, name="components"),
    path("login/", login, name="login"),
    *(path(f"{name}/", blank, name=name) for name in ("projects", "bulletins", "law", "audit", "search", "logout")),
    path("projects/list/", blank, name="projects_list"),
]
urlpatterns = [
    path("", include((web, "web"))),
    path("locked/", lambda request: render(request, "login_locked.html", {"lock_minutes": 20})),
    *(path(f"{name}/", error(name)) for name in ERRORS),
]
