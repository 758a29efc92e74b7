"""Who is acting: posts of a user and the Actor made from one."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from workrelief.base.access.actor import Actor
from workrelief.base.access.scope import Scope
from workrelief.base.accounts.models import Post, User
from workrelief.kernel import clock
from workrelief.kernel.errors import NotPermitted


def posts_of(user: User) -> QuerySet[Post]:
    """Posts held today, the default one first. Not scoped: a person may always see their own posts."""
    day = clock.today()
    held = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    return Post.objects.filter(held, user=user).select_related("unit").order_by("-is_default", "id")


def scope_of(post: Post) -> Scope:
    return Scope(
        divisions=tuple(post.division_prefixes),
        sectors=None if post.sectors is None else frozenset(post.sectors),
        projects=None if post.projects is None else frozenset(post.projects),
    )


def actor_for(user: User, *, post_id: int | None = None, request_id: str = "") -> Actor:
    """The Actor for a signed-in user in the chosen post (or the default one).

    Raises NotPermitted when the user holds no post today.
    """
    posts = list(posts_of(user))
    if not posts or not user.is_active:
        raise NotPermitted("account.no_post", "您的账号没有在任岗位，请联系本单位系统管理员。")
    post = next((p for p in posts if p.pk == post_id), posts[0])
    return Actor(
        user_id=user.pk,
        name=user.display_name,
        post_id=post.pk,
        post_label=str(post),
        roles=frozenset(post.roles),
        scope=scope_of(post),
        request_id=request_id,
    )


def demo_users() -> QuerySet[User]:
    """Demo accounts for the sign-in page, in order of making."""
    return User.objects.filter(is_demo=True, is_active=True).prefetch_related("posts__unit").order_by("id")
