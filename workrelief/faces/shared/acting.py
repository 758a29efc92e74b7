"""From a request to the person acting, and the one way a page names the right it needs.

@page("project.view")
def project_list(request: ActingRequest) -> HttpResponse:
    rows = queries.projects(request.actor.scope)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import PERMISSIONS, permit
from workrelief.base.accounts.queries import actor_for
from workrelief.faces.shared.errors import is_htmx
from workrelief.kernel.errors import NotPermitted

P = ParamSpec("P")
V = TypeVar("V", bound=Callable[..., HttpResponseBase])
View = Callable[Concatenate[Any, P], HttpResponseBase]
"""A view; the request is HttpRequest or ActingRequest, as the view likes."""

POST_KEY: Final = "acting_post"
"""Key of the session under which the chosen post is kept."""
PUBLIC: Final = "public"
SIGNED_IN: Final = "signed_in"

PAGE_ACTIONS: dict[str, str] = {}
"""module.name of every view → its action, PUBLIC or SIGNED_IN. A house test compares it with the URL table."""


class ActingRequest(HttpRequest):
    """A request behind `page()`: somebody is signed in and acts in a post."""

    actor: Actor
    request_id: str


def actor_of(request: HttpRequest) -> Actor:
    """The actor of the request. Raises NotPermitted: nobody signed in, or no post held today."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None:
        return actor
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return actor_for(user, request_id=getattr(request, "request_id", ""))
    raise NotPermitted("session.missing", "请先登录。")


def page(action: str) -> Callable[[View[P]], View[P]]:
    """A view for people whose post carries `action`; others are sent to sign in, or refused."""
    if action not in PERMISSIONS:
        raise KeyError(f"unknown action {action!r}: add it to base/access/permissions.py")

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not _is_signed_in(request):
                return to_sign_in(request)
            permit(actor_of(request), action)
            return view(request, *args, **kwargs)

        return _registered(guarded, action)

    return decorate


def signed_in(view: View[P]) -> View[P]:
    """A view for anybody who is signed in, whatever the post (switching it, signing out)."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs) if _is_signed_in(request) else to_sign_in(request)

    return _registered(guarded, SIGNED_IN)


def public(view: View[P]) -> View[P]:
    """A view for everybody; said aloud, so that none is public by forgetting."""
    return _registered(view, PUBLIC)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page and back afterwards; htmx is told to move the whole page."""
    query = QueryDict(mutable=True)
    here = request.headers.get("HX-Current-URL", "") if is_htmx(request) else request.get_full_path()
    if request.method in {"GET", "HEAD"} or is_htmx(request):
        query["next"] = here
    address = resolve_url(settings.LOGIN_URL) + (f"?{query.urlencode(safe='/')}" if query else "")
    if is_htmx(request):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)


def _is_signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and bool(user.is_authenticated)


def _registered(view: V, action: str) -> V:
    PAGE_ACTIONS[f"{view.__module__}.{view.__qualname__}"] = action
    view.action = action  # type: ignore[attr-defined]
    return view
