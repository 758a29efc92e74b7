"""Shared ground of all tests: a throw-away data folder, a frozen clock on demand, actors by role, tools or a named skip.

The database of a run is SQLite, or the PostgreSQL of DATABASE_URL. Builders that need rooms live in `tests/build.py`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

# Here and not in pyproject.toml: from there pytest-django would read the settings before this mode is set.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workrelief.config.settings")
os.environ.setdefault("WORKRELIEF_MODE", "test")
if "DATA_DIR" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="workrelief-test-")

import django
import pytest
from django.apps import apps
from django.db.models.signals import post_migrate

django.setup()

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.access.scope import Scope
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel import clock

PROVINCE = "370000000000"
DEZHOU = "371400000000"
LINYI = "371300000000"
NINGJIN = "371422000000"
FEIXIAN = "371325000000"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip by name what this machine cannot run; in CI a missing tool fails instead."""
    has_chromium = bool(shutil.which("chromium"))
    has_office = bool(shutil.which("soffice"))
    for item in items:
        for mark, present, tool in (
            ("browser", has_chromium, "Chromium"),
            ("libreoffice", has_office, "LibreOffice"),
        ):
            if item.get_closest_marker(mark) and not present and os.environ.get("CI") != "true":
                item.add_marker(pytest.mark.skip(reason=f"{tool} is not installed on this machine"))
        if item.get_closest_marker("postgres") and not os.environ.get("DATABASE_URL"):
            item.add_marker(pytest.mark.skip(reason="runs in the PostgreSQL part of the test command"))


def _divisions_stand(**_: object) -> None:
    """After migrating, and after a test that emptied every table: reading 2,000 divisions anew for each test takes minutes."""
    load_divisions()


post_migrate.connect(_divisions_stand, sender=apps.get_app_config("divisions"))


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings: object) -> Path:
    """Stored files, mirror and progress of each test go to its own folder."""
    for name, folder in (("DATA_DIR", ""), ("FILES_DIR", "files"), ("MIRROR_DIR", "mirror")):
        path = tmp_path / "data" / folder
        path.mkdir(parents=True, exist_ok=True)
        setattr(settings, name, path)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined] # speed
    return tmp_path / "data"


@pytest.fixture
def travel() -> Iterator[Callable[[datetime], None]]:
    """Set the clock for the rest of the test."""
    with pytest.MonkeyPatch.context() as patch:

        def go(moment: datetime) -> None:
            token = clock._frozen.set(moment.astimezone(clock.CHINA))
            patch.setattr(clock, "_test_token", token, raising=False)

        yield go
        clock._frozen.set(None)


def make_actor(
    role: Role, *prefixes: str, sectors: frozenset[str] | None = None, projects: frozenset[int] | None = None
) -> Actor:
    """An actor without an account, for tests of services and queries."""
    return Actor(
        user_id=None,
        name=f"演示{role.label}",
        post_id=None,
        post_label=f"演示单位·{role.label}",
        roles=frozenset({role.value}),
        scope=Scope(tuple(prefixes), sectors, projects),
    )


@pytest.fixture
def province_officer() -> Actor:
    return make_actor(Role.PROVINCE_OFFICER, "37")


@pytest.fixture
def dezhou_officer() -> Actor:
    return make_actor(Role.CITY_OFFICER, "3714")


@pytest.fixture
def linyi_officer() -> Actor:
    return make_actor(Role.CITY_OFFICER, "3713")


@pytest.fixture
def ningjin_officer() -> Actor:
    return make_actor(Role.COUNTY_OFFICER, "371422")


@pytest.fixture
def feixian_officer() -> Actor:
    return make_actor(Role.COUNTY_OFFICER, "371325")


@pytest.fixture
def feixian_clerk() -> Actor:
    return make_actor(Role.TOWNSHIP_CLERK, "371325100")


@pytest.fixture
def stranger() -> Actor:
    """Somebody with every working role but an empty scope: may see nothing."""
    return Actor(
        None,
        "演示无辖区人员",
        None,
        "演示单位·无辖区",
        frozenset(r.value for r in Role if r is not Role.SYSTEM),
        Scope.nothing(),
    )
