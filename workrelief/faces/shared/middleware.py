"""The boundary of every request: its number, its protective headers, its errors; and who is acting."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from workrelief.base.access.actor import Actor
from workrelief.base.accounts.queries import actor_for, posts_of
from workrelief.faces.shared.acting import POST_KEY
from workrelief.faces.shared.errors import answer, busy_answer
from workrelief.kernel.errors import DomainError, NotPermitted

log = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponseBase]

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'self'; frame-ancestors 'none'; form-action 'self'"
)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestBoundary:
    """Gives each request a number that the user sees, and each answer its headers. Errors of the house become answers."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = secrets.token_hex(6)
        request.request_id = request_id  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if getattr(request, "actor", None) is not None:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """An error of the house as an answer; anything unexpected is logged under the request's number."""
        if isinstance(error, DomainError):
            return answer(request, error)
        if isinstance(error, OperationalError) and is_busy(error):
            log.warning("request %s met a busy database: %s", getattr(request, "request_id", ""), request.path)
            return busy_answer(request)
        if not isinstance(error, Http404 | PermissionDenied | SuspiciousOperation):
            number = getattr(request, "request_id", "")
            log.error("request %s failed: %s %s", number, request.method, request.path, exc_info=error)
        return None


class ActingPost:
    """Puts `request.actor` in place: the signed-in person in the chosen post, or None; and `request.posts`, all they hold."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = _actor(request)  # type: ignore[attr-defined]
        return self.get_response(request)


def is_busy(error: OperationalError) -> bool:
    """Whether somebody else was writing for so long that this request gave up waiting."""
    words = str(error).lower()
    return "locked" in words or "lock timeout" in words or "deadlock" in words


def _actor(request: HttpRequest) -> Actor | None:
    """None without a session (which costs no query), without a person, and for a person without a post today."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or SESSION_KEY not in request.session:
        return None
    if not request.user.is_authenticated:
        return None
    posts = list(posts_of(request.user))
    request.posts = posts  # type: ignore[attr-defined]
    request_id = getattr(request, "request_id", "")
    try:
        return actor_for(request.user, post_id=request.session.get(POST_KEY), request_id=request_id, posts=posts)
    except NotPermitted:
        return None
