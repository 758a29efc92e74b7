"""Who calls the API: the signed-in person in their acting post, and the one way a route asks for a right."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import permit
from workrelief.faces.shared.acting import actor_of


class SessionAuth(APIKeyCookie):
    """The session cookie of the site; unsafe methods need the CSRF token as pages do."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        user = getattr(request, "user", None)
        return user if user is not None and user.is_authenticated else None


session_auth = SessionAuth()


def acting(request: HttpRequest, action: str) -> Actor:
    """The actor of the request, permitted to do `action`. Raises NotPermitted."""
    actor = actor_of(request)
    permit(actor, action)
    return actor
