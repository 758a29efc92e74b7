"""Making units, accounts and posts, and changing passwords. Every step is in the audit trail; passwords never are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from axes.utils import reset as forget_failures
from django.contrib.auth.hashers import check_password
from django.db.models import QuerySet

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.accounts import rules
from workrelief.base.accounts.models import PasswordRecord, Post, Unit, User
from workrelief.base.accounts.passwords import password_findings
from workrelief.base.accounts.queries import roles_held
from workrelief.base.audit.change import change
from workrelief.kernel import clock, codes
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted


def make_unit(actor: Actor, *, name: str, division: str, kind: str = "", uscc: str = "") -> Unit:
    """Register an organisation at the 12-digit `division`. Raises Conflict when it is registered there already."""
    with change(actor, "account.manage", Unit) as c:
        c.target = Unit(name=name.strip(), division_code=codes.normalise(division), kind=kind, uscc=uscc)
        if not c.target.name:
            raise InvalidInput("unit.name", "请填写单位全称。")
        if Unit.objects.filter(name=c.target.name, division_code=c.target.division_code).exists():
            raise Conflict("unit.exists", f"“{c.target.name}”在该行政区划下已经登记。")
        c.target.save()
    return c.row


def make_user(actor: Actor, *, username: str, display_name: str, password: str, is_demo: bool = False) -> User:
    """Open an account. Raises Conflict (name taken), RuleViolated (O01)."""
    with change(actor, "account.manage", User) as c:
        user = User(username=username.strip(), display_name=display_name.strip(), is_demo=is_demo)
        if not user.username or not user.display_name:
            raise InvalidInput("account.name", "请填写账号名和姓名。")
        if User.objects.filter(username=user.username).exists():
            raise Conflict("account.exists", f"账号名“{user.username}”已被使用，请换一个。")
        c.require(password_findings(password, user))
        user.set_password(password)
        user.password_changed_at = clock.now()
        user.save()
        c.target = user
    return user


def give_post(
    actor: Actor,
    user_id: int,
    *,
    unit_id: int,
    title: str,
    roles: Collection[str],
    prefixes: Sequence[str],
    sectors: Collection[str] | None = None,
    projects: Collection[int] | None = None,
    valid_from: date | None = None,
    is_default: bool = False,
) -> Post:
    """Give the person a duty in a unit: roles, and the division prefixes it reaches, with all sectors and projects or some.

    Raises NotFound (person, unit or divisions out of scope), InvalidInput, Conflict (holds it already), RuleViolated (O05).
    """
    with change(actor, "account.manage", Post) as c:
        user = User.objects.filter(pk=user_id).first()
        unit = Unit.objects.filter(pk=unit_id).first()
        if user is None or unit is None:
            raise NotFound("account.missing", "没有找到这个账号或单位。")
        _check_post(actor, unit, title, roles, prefixes)
        if Post.objects.filter(user=user, unit=unit, title=title).exists():
            raise Conflict("post.exists", f"{user.display_name}已有“{unit.name}·{title}”这一岗位。")
        c.require(rules.three_admins_apart(roles_held(user.pk), roles))
        if is_default:
            Post.objects.filter(user=user, is_default=True).update(is_default=False)
        c.target = Post(
            user=user, unit=unit, title=title, roles=sorted(str(r) for r in roles), division_prefixes=list(prefixes),
            sectors=None if sectors is None else sorted(sectors),
            projects=None if projects is None else sorted(projects), is_default=is_default,
            valid_from=valid_from or clock.today(),
        )  # fmt: skip
        c.target.save()
    return c.row


def end_post(actor: Actor, post_id: int, *, on: date, reason: str = "") -> Post:
    """Let the post end with the day `on`; it stays in the records."""
    with change(actor, "account.manage", Post.objects.filter(pk=post_id), reason=reason) as c:
        _check_reach(actor, c.row.unit, c.row.division_prefixes)
        if on < c.row.valid_from:
            raise InvalidInput("post.ends_before", "岗位的结束日期不能早于开始日期。")
        c.row.valid_to = on
        c.row.save()
    return c.row


def limit_post_to_projects(actor: Actor, post_id: int, project_ids: Collection[int]) -> Post:
    """Let an owner, contractor or inspector see these projects only; an empty collection shows none."""
    with change(actor, "account.manage", Post.objects.filter(pk=post_id)) as c:
        _check_reach(actor, c.row.unit, c.row.division_prefixes)
        c.row.projects = sorted(project_ids)
        c.row.save()
    return c.row


def set_active(actor: Actor, user_id: int, *, active: bool, reason: str = "") -> User:
    """Close an account, or open it again. Nobody closes their own."""
    if user_id == actor.user_id:
        raise Conflict("account.own", "不能停用或启用自己的账号，请由另一位管理员办理。")
    with change(actor, "account.manage", User.objects.filter(pk=user_id), reason=reason) as c:
        _check_reach_of_person(actor, c.row)
        c.row.is_active = active
        c.row.save()
    return c.row


def unlock(actor: Actor, user_id: int, *, reason: str = "") -> User:
    """Forget failed sign-ins of this account, so that a lock (rule O02) ends at once."""
    with change(actor, "account.unlock", User.objects.filter(pk=user_id), reason=reason) as c:
        _check_reach_of_person(actor, c.row)
        forget_failures(username=c.row.username)
        c.details["unlocked"] = c.row.username
    return c.row


def change_password(actor: Actor, *, old: str, new: str) -> User:
    """Change one's own password. Raises InvalidInput (the old one is wrong), RuleViolated (O01)."""
    with change(actor, "account.password", _own_account(actor)) as c:
        if not check_password(old, c.row.password):
            raise InvalidInput("account.old_password", "原密码不正确，请重新输入。")
        c.require(password_findings(new, c.row))
        _replace_password(c.row, new)
    return c.row


def set_password(actor: Actor, user_id: int, *, new: str, reason: str = "") -> User:
    """Give somebody a new password (they forgot theirs). Raises RuleViolated (O01)."""
    with change(actor, "account.manage", User.objects.filter(pk=user_id), reason=reason) as c:
        _check_reach_of_person(actor, c.row)
        c.require(password_findings(new, c.row))
        _replace_password(c.row, new)
        c.details["password_set"] = True
    return c.row


def _own_account(actor: Actor) -> QuerySet[User]:
    return User.objects.none() if actor.user_id is None else User.objects.filter(pk=actor.user_id)


def _replace_password(user: User, new: str) -> None:
    PasswordRecord.objects.create(user=user, password=user.password, replaced_at=clock.now())
    user.set_password(new)
    user.password_changed_at = clock.now()
    user.save()


def _check_post(actor: Actor, unit: Unit, title: str, roles: Collection[str], prefixes: Sequence[str]) -> None:
    if not title.strip():
        raise InvalidInput("post.title", "请填写岗位名称。")
    unknown = sorted(set(map(str, roles)) - {r.value for r in Role if r is not Role.SYSTEM})
    if unknown or not roles:
        raise InvalidInput("post.roles", "请从岗位职责表中至少选择一项职责。", facts={"unknown": unknown})
    if not prefixes:
        raise InvalidInput("post.divisions", "请选择岗位的管辖区划。")
    _check_reach(actor, unit, prefixes)


def _check_reach(actor: Actor, unit: Unit, prefixes: Sequence[str]) -> None:
    """Nobody gives or takes what lies outside their own divisions, and no administrator limited to projects acts here."""
    if actor.scope.sectors is not None or actor.scope.projects is not None:
        raise NotPermitted("account.limited", "您的岗位只限部分领域或项目，不能管理账号。")
    for code in (unit.division_code, *(codes.normalise(p) for p in prefixes)):
        if not actor.scope.covers_division(code):
            raise NotFound("object.scope", "该单位或区划不在您的数据范围内。")


def _check_reach_of_person(actor: Actor, user: User) -> None:
    """Every post the person holds or held must lie inside the administrator's divisions."""
    for post in Post.objects.filter(user=user).select_related("unit"):
        _check_reach(actor, post.unit, post.division_prefixes)
