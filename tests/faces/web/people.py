"""People who can sign in, each in one post, and their browsers."""

from __future__ import annotations

from django.test import Client

from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.access.permissions import Role
from workrelief.base.accounts import services as accounts
from workrelief.base.accounts.models import User
from workrelief.base.accounts.queries import actor_for
from workrelief.kernel import codes


def a_person(role: Role, prefix: str = "37", *, name: str = "") -> User:
    """Somebody in a post of `role` over the divisions under `prefix`."""
    system = system_actor("test")
    username = name or f"{role.value}.{prefix}"
    unit = accounts.make_unit(system, name=f"演示单位{username}", division=codes.normalise(prefix), kind="drc")
    user = accounts.make_user(system, username=username, display_name=f"演示{username}", password="Demo-pass-2026")
    accounts.give_post(
        system, user.pk, unit_id=unit.pk, title="演示", roles=[role.value], prefixes=[prefix], is_default=True
    )
    return user


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def signed_in(role: Role, prefix: str = "37", *, name: str = "") -> tuple[Client, Actor]:
    """The browser of a new person, and the actor they are behind it."""
    user = a_person(role, prefix, name=name)
    return browser_of(user), actor_for(user)
