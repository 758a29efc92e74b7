"""Signing in and out, choosing the post one acts in, changing one's password."""

from __future__ import annotations

import math
from datetime import timedelta

from axes.helpers import get_client_ip_address, get_cool_off
from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from workrelief.base.access.permissions import Role
from workrelief.base.accounts import queries, services
from workrelief.base.accounts.models import User
from workrelief.faces.shared.acting import POST_KEY, ActingRequest, page, public, signed_in
from workrelief.kernel.errors import DomainError, NotFound

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
WRONG = "账号或密码不正确，请重新输入"


class SignInForm(forms.Form):
    """Account and password."""

    username = forms.CharField(
        label="账号", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label="密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    """The old password once, the new one twice."""

    old = forms.CharField(
        label="原密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码", max_length=128, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label="再输一次新密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["new"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, object]:
        cleaned = self.cleaned_data
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", "两次输入的新密码不一致，请重新输入。")
        return cleaned


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; a wrong account and a wrong password are not told apart. Locks are kept by axes (rule O02)."""
    if request.method == "POST" and "demo" in request.POST:
        return _sign_in_demo(request)
    if request.method == "GET" and request.user.is_authenticated:
        return HttpResponseRedirect(_next(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, username=form.cleaned_data["username"], password=form.cleaned_data["password"])
        if isinstance(user, User):
            return _begin(request, user, MODEL_BACKEND)
        form.add_error(None, WRONG)
    context = {
        "form": form,
        "next": request.POST.get("next", request.GET.get("next", "")),
        "demo_groups": _demo_groups() if settings.DEMO_MODE else (),
    }
    return render(request, "login.html", context, status=200 if request.method == "GET" else 401)


@public
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One-click sign-in of a demo account; there is no such address outside the demo mode."""
    return _sign_in_demo(request)


@public
def locked_page(request: HttpRequest, original: HttpResponse | None = None, credentials: object = None) -> HttpResponse:
    """What axes shows while an account is locked: for how long still."""
    name = request.POST.get("username", "")
    context = {
        "username": name,
        "lock_minutes": _minutes_locked(request, name),
        "login_url": resolve_url(settings.LOGIN_URL),
    }
    return render(request, "login_locked.html", context, status=429)


@signed_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.success(request, "已安全退出。")
    return redirect(settings.LOGIN_URL)


@signed_in
@require_POST
def switch_post(request: HttpRequest) -> HttpResponse:
    """Act in another of one's own posts from now on."""
    wanted = request.POST.get("post", "")
    held = {str(post.pk): post for post in queries.posts_of(_user(request))}
    if wanted not in held:
        raise NotFound("post.missing", "没有找到这个岗位，或您已不在该岗位。")
    request.session[POST_KEY] = held[wanted].pk
    messages.success(request, f"已切换到“{held[wanted]}”。")
    return HttpResponseRedirect(_next(request))


@page("account.password")
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: ActingRequest) -> HttpResponse:
    """Change one's own password under rule O01; the session goes on, others of the account end."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.change_password(request.actor, old=form.cleaned_data["old"], new=form.cleaned_data["new"])
        except DomainError as error:
            field = "old" if error.code == "account.old_password" else "new"
            for words in [f"{f.message}{f.remedy}" for f in error.findings] or [error.message]:
                form.add_error(field, words)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已修改。")
            return redirect(settings.LOGIN_REDIRECT_URL)
    context = {
        "title": "修改密码",
        "crumbs": [("修改密码", "")],
        "form": form,
        "age": queries.password_age_days(_user(request)),
    }
    return render(request, "password.html", context, status=422 if form.errors else 200)


_DESKS: tuple[tuple[str, frozenset[str]], ...] = (
    ("省级", frozenset({Role.PROVINCE_OFFICER})),
    ("市级", frozenset({Role.CITY_OFFICER})),
    ("县级", frozenset({Role.COUNTY_OFFICER})),
    ("乡镇和村", frozenset({Role.TOWNSHIP_CLERK, Role.VILLAGE_CADRE})),
    ("参建单位、成员单位和第三方", frozenset({Role.OWNER, Role.CONTRACTOR, Role.MEMBER_AGENCY, Role.INSPECTOR})),
)
_OTHER_DESKS = "系统、安全和审计管理"


def _demo_groups() -> list[tuple[str, list[User]]]:
    """The demo accounts by the level of their default post, in the order work goes."""
    groups: dict[str, list[User]] = {label: [] for label in (*(desk for desk, _ in _DESKS), _OTHER_DESKS)}
    for user in queries.demo_users():
        roles = {role for post in user.posts.all() if post.is_default for role in post.roles}
        label = next((label for label, held in _DESKS if roles & held), _OTHER_DESKS)
        groups[label].append(user)
    return [(label, users) for label, users in groups.items() if users]


def _sign_in_demo(request: HttpRequest) -> HttpResponse:
    asked = request.POST.get("demo", "")
    users = queries.demo_users().filter(pk=int(asked)) if settings.DEMO_MODE and asked.isdecimal() else None
    user = users.first() if users is not None else None
    if user is None:
        raise NotFound("demo.missing", "没有这个演示账号，或演示模式未开启。")
    return _begin(request, user, MODEL_BACKEND)


def _begin(request: HttpRequest, user: User, backend: str) -> HttpResponse:
    """Start a session of its own for this person, in the default post, and go where they wanted to."""
    login(request, user, backend=backend)
    request.session.pop(POST_KEY, None)
    if not user.is_demo and queries.is_password_old(user):
        age = queries.password_age_days(user)
        since = "" if age is None else f"已使用 {age} 天，"
        messages.warning(request, f"您的密码{since}超过规定期限，请尽快在右上角“修改密码”中更换。")
    return HttpResponseRedirect(_next(request))


def _next(request: HttpRequest) -> str:
    """The address asked for when it lies on this site, else the first page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def _minutes_locked(request: HttpRequest, username: str) -> int:
    """Whole minutes until the lock ends, at least one."""
    lock = get_cool_off(request)
    if lock is None:
        return 0
    tries = AccessAttempt.objects.filter(username=username, ip_address=get_client_ip_address(request))
    last = tries.order_by("-attempt_time").values_list("attempt_time", flat=True).first() or timezone.now()
    left: timedelta = last + lock - timezone.now()
    return max(1, math.ceil(left.total_seconds() / 60))


def _user(request: HttpRequest) -> User:
    """The signed-in person; only behind `signed_in` and `page`."""
    if not isinstance(request.user, User):
        raise TypeError("nobody is signed in")
    return request.user
