"""Who brings the demo's spreadsheets in: the demo accounts, and one officer for each city that has none among them.

Officers of the remaining cities get a password that nobody knows; they are there so that the audit trail names the unit
each sheet came from. Counties without an account of their own hand their sheets to their city.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.contrib.auth import get_user_model

from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.access.permissions import Role
from workrelief.base.access.scope import Scope
from workrelief.base.accounts import seeds
from workrelief.base.accounts.queries import actor_for
from workrelief.base.accounts.services import give_post, limit_post_to_projects, make_unit, make_user
from workrelief.base.divisions import queries as divisions
from workrelief.work.projects import queries as projects

_KNOWN = {
    seeds.PROVINCE: "demo.province.a",
    seeds.DEZHOU: "demo.dezhou",
    seeds.NINGJIN: "demo.ningjin",
    seeds.FEIXIAN: "demo.feixian",
}


def make_officers(cities: Iterable[str], *, password: str = "") -> None:
    """Make the demo accounts and an officer for each city (12-digit codes); what is there already stays."""
    seeds.make_demo_accounts(password=password)
    maker = system_actor("演示数据", scope=Scope(divisions=("37",)))
    for code in cities:
        if code not in _KNOWN and not get_user_model().objects.filter(username=_username(code)).exists():
            _make_city_officer(maker, code)


def officer(division: str) -> Actor:
    """The officer who sends in the sheets of a 12-digit division: its own, or its city's."""
    city = f"{division[:4]}00000000"
    username = _KNOWN.get(division) or _KNOWN.get(city) or _username(city)
    return actor_for(get_user_model().objects.get(username=username))


def assign_projects() -> None:
    """Name the projects the demo's owner, contractor and inspector see: those of one county, and the first of each city."""
    maker = system_actor("演示数据", scope=Scope(divisions=("37",)))
    rows = projects.projects(maker.scope, projects.ProjectFilter(order="place")).values_list("pk", "division_code")
    of_county = [pk for pk, place in rows if place.startswith(seeds.NINGJIN[:6])]
    first: dict[str, int] = {}
    for pk, place in rows:
        first.setdefault(place[:4], pk)
    for username, seen in (
        ("demo.owner", of_county[:3]),
        ("demo.contractor", of_county[:3]),
        ("demo.inspector", list(first.values())),
    ):
        limit_post_to_projects(maker, seeds.demo_post_id(username), seen)


def _username(city: str) -> str:
    return f"demo.city.{city[:4]}"


def _make_city_officer(maker: Actor, code: str) -> None:
    name = divisions.name(code)
    unit = make_unit(maker, name=f"{name}发展和改革委员会（演示）", division=code, kind="drc")
    user = make_user(
        maker,
        username=_username(code),
        display_name=f"演示{name.removesuffix('市')}经办",
        password=f"Yg-{secrets.token_urlsafe(18)}-7",
    )
    give_post(
        maker,
        user.pk,
        unit_id=unit.pk,
        title="以工代赈经办",
        roles=[Role.CITY_OFFICER],
        prefixes=[code[:4]],
        valid_from=seeds.HELD_SINCE,
        is_default=True,
    )
