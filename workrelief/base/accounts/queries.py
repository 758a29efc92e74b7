"""Who is acting: posts of a user and the Actor made from one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from workrelief.base import law
from workrelief.base.access.actor import Actor
from workrelief.base.access.scope import Scope
from workrelief.base.accounts.models import Post, Unit, User
from workrelief.kernel import clock, codes
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


def actor_for(
    user: User, *, post_id: int | None = None, request_id: str = "", posts: Sequence[Post] | None = None
) -> Actor:
    """The Actor for a signed-in user in the chosen post (or the default one); `posts` where they were read already.

    Raises NotPermitted when the user holds no post today.
    """
    posts = list(posts_of(user)) if posts is None else posts
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


def actor_again(user_id: int, *, post_id: int | None, request_id: str = "") -> Actor:
    """The Actor of a person in the very post in which something was asked for earlier, with today's rights and scope.

    Raises NotPermitted when the account is closed or the post has ended: another post must not take its place.
    """
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotPermitted("account.gone", "原申请人的账号已不存在，不能继续以其名义办理。")
    actor = actor_for(user, post_id=post_id, request_id=request_id)
    if actor.post_id != post_id:
        raise NotPermitted("account.post_ended", "原申请人的岗位已结束，不能继续以该岗位办理。请由在任人员重新发起。")
    return actor


def demo_users() -> QuerySet[User]:
    """Demo accounts for the sign-in page, in order of making."""
    return User.objects.filter(is_demo=True, is_active=True).prefetch_related("posts__unit").order_by("id")


def units(prefix: str = "") -> QuerySet[Unit]:
    """Units of the divisions under `prefix`, by division and name."""
    low, high = codes.code_range(prefix)
    return Unit.objects.filter(division_code__range=(low, high)).order_by("division_code", "name")


def roles_held(user_id: int) -> frozenset[str]:
    """All roles of all posts the person holds today or will hold."""
    posts = Post.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()), user_id=user_id)
    return frozenset(role for roles in posts.values_list("roles", flat=True) for role in roles)


def password_age_days(user: User) -> int | None:
    """Whole days since the password was set; None when that was never recorded."""
    return None if user.password_changed_at is None else (clock.now() - user.password_changed_at).days


def is_password_old(user: User) -> bool:
    """Whether the password is older than parameter `password_max_age_days` allows (rule O01); unknown age counts as old."""
    age = password_age_days(user)
    return age is None or age > law.parameter("password_max_age_days", on=clock.today()).whole
