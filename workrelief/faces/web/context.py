"""Context of the frame: what `base.html` needs on every page, computed only when a template asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest

from workrelief.base.access.actor import Actor
from workrelief.base.accounts import queries as accounts
from workrelief.faces.web import counts
from workrelief.faces.web.menu import menu_for, url_of
from workrelief.kernel import clock

T = TypeVar("T")


@dataclass(frozen=True)
class PostChoice:
    """A post in the switch of the top bar."""

    id: int
    unit: str
    title: str
    division_code: str
    is_current: bool


def frame(request: HttpRequest) -> dict[str, object]:
    """Names for `base.html`: product, demo_mode, demo_today, theme, large, actor, posts, menu, message_count, links.

    `posts`, `menu` and the counts are functions which the template calls, so that partials cost no query.
    """
    actor: Actor | None = getattr(request, "actor", None)
    return {
        "product": getattr(settings, "PRODUCT_NAME", "以工代赈综合管理平台"),
        "demo_mode": bool(getattr(settings, "DEMO_MODE", False)),
        "demo_today": clock.today() if clock.is_shifted() else None,
        "theme": "dark" if request.COOKIES.get("wr_theme") == "dark" else "light",
        "large": request.COOKIES.get("wr_large") == "1",
        "actor": actor,
        "request_id": getattr(request, "request_id", ""),
        "posts": _once(lambda: _posts(request, actor)),
        "menu": _once(lambda: menu_for(actor, request)),
        "message_count": _once(lambda: counts.count("messages", actor) if actor else 0),
        "links": _once(_links),
    }


def _once(compute: Callable[[], T]) -> Callable[[], T]:
    """`compute`, run at most once for this rendering."""
    return cache(compute)


def _posts(request: HttpRequest, actor: Actor | None) -> tuple[PostChoice, ...]:
    """The posts the signed-in person holds today; empty when nobody is signed in."""
    user = getattr(request, "user", None)
    if actor is None or user is None or not user.is_authenticated:
        return ()
    posts = getattr(request, "posts", None)
    return tuple(
        PostChoice(post.pk, post.unit.name, post.title, post.unit.division_code, post.pk == actor.post_id)
        for post in (accounts.posts_of(user) if posts is None else posts)
    )


def _links() -> dict[str, str]:
    """Addresses of the frame's own pages; "" for one that is not built, which the frame then leaves out."""
    names = (
        "workbench",
        "search",
        "todo",
        "todo_count",
        "messages",
        "guide",
        "jobs",
        "switch_post",
        "password",
        "login",
        "logout",
    )
    return {name: url_of(f"web:{name.replace('_', '-')}") for name in names}
