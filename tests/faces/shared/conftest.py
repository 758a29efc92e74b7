"""People who can sign in, and the small site."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from tests.conftest import make_actor
from workrelief.base.access.permissions import Role
from workrelief.base.accounts import services
from workrelief.base.accounts.models import User

PASSWORD = "Right-Word-11"


@pytest.fixture(autouse=True)
def small_site(settings) -> None:
    settings.ROOT_URLCONF = "tests.faces.shared.urls"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def person(db: None) -> User:
    """Somebody with two posts: province by default, and a county."""
    admin = make_actor(Role.SYSTEM_ADMIN, "37")
    unit = services.make_unit(admin, name="演示委", division="370000000000")
    user = services.make_user(admin, username="demo.person", display_name="演示经办", password=PASSWORD)
    for role, prefix in ((Role.PROVINCE_OFFICER, "37"), (Role.COUNTY_OFFICER, "371325")):
        services.give_post(
            admin,
            user.pk,
            unit_id=unit.pk,
            title=role.label,
            roles=[role],
            prefixes=[prefix],
            is_default=prefix == "37",
        )
    return user


@pytest.fixture
def signed_in(client: Client, person: User) -> Client:
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client
