"""Accounts, posts and the three administrators."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.auth import authenticate

from tests.conftest import DEZHOU, NINGJIN, PROVINCE, make_actor
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.accounts import queries, rules, services
from workrelief.base.accounts.models import Post, Unit, User
from workrelief.base.accounts.seeds import ACCOUNTS, demo_post_id, make_demo_accounts
from workrelief.base.audit.models import AuditEntry
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Actor:
    return make_actor(Role.SYSTEM_ADMIN, "37")


@pytest.fixture
def unit(admin: Actor) -> Unit:
    return services.make_unit(admin, name="演示单位", division=PROVINCE, kind="drc")


@pytest.fixture
def person(admin: Actor) -> User:
    return services.make_user(admin, username="demo.one", display_name="演示甲", password="Some-Word-11")


def give(admin: Actor, person: User, unit: Unit, role: Role, title: str = "", *, prefix: str = "37") -> Post:
    return services.give_post(
        admin, person.pk, unit_id=unit.pk, title=title or role.label, roles=[role], prefixes=[prefix]
    )


@pytest.mark.parametrize(
    ("held", "added", "apart"),
    [
        ({Role.SYSTEM_ADMIN}, {Role.SECURITY_ADMIN}, False),
        ({Role.SECURITY_ADMIN}, {Role.AUDIT_ADMIN}, False),
        ((), {Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN}, False),
        ({Role.SYSTEM_ADMIN}, {Role.SYSTEM_ADMIN}, True),
        ({Role.SYSTEM_ADMIN}, {Role.PROVINCE_OFFICER}, True),
        ((), {Role.AUDIT_ADMIN}, True),
    ],
)
def test_two_of_the_three_administrations_never_lie_with_one_person(
    held: set[Role], added: set[Role], apart: bool
) -> None:
    found = rules.three_admins_apart(held, added)
    assert (found == []) is apart
    assert all(f.rule_id == "O05" for f in found)


def test_a_second_administration_is_refused_and_nothing_is_written(admin: Actor, person: User, unit: Unit) -> None:
    give(admin, person, unit, Role.SYSTEM_ADMIN)
    with pytest.raises(RuleViolated) as refused:
        give(admin, person, unit, Role.AUDIT_ADMIN)
    assert refused.value.code == "O05"
    assert Post.objects.filter(user=person).count() == 1


def test_an_administration_may_be_given_after_the_other_has_ended(admin: Actor, person: User, unit: Unit) -> None:
    first = give(admin, person, unit, Role.SYSTEM_ADMIN)
    services.end_post(admin, first.pk, on=clock.today())
    with pytest.raises(RuleViolated):
        give(admin, person, unit, Role.AUDIT_ADMIN)  # still held today
    Post.objects.filter(pk=first.pk).update(valid_from=date(2024, 1, 1), valid_to=clock.today() - timedelta(days=1))
    assert give(admin, person, unit, Role.AUDIT_ADMIN).roles == ["audit_admin"]


def test_only_the_system_administrator_manages_accounts(person: User) -> None:
    for role in (Role.PROVINCE_OFFICER, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        with pytest.raises(NotPermitted):
            services.set_active(make_actor(role, "37"), person.pk, active=False)


def test_nobody_gives_more_than_they_reach(person: User, unit: Unit, admin: Actor) -> None:
    city_admin = make_actor(Role.SYSTEM_ADMIN, "3714")
    city_unit = services.make_unit(city_admin, name="演示市局", division=DEZHOU)
    assert give(city_admin, person, city_unit, Role.COUNTY_OFFICER, prefix="371422").division_prefixes == ["371422"]
    with pytest.raises(NotFound):
        give(city_admin, person, city_unit, Role.PROVINCE_OFFICER, prefix="37")
    with pytest.raises(NotFound):
        give(city_admin, person, unit, Role.COUNTY_OFFICER, prefix="371422")
    with pytest.raises(NotFound):
        services.make_unit(city_admin, name="演示他市单位", division="371300000000")
    give(admin, person, unit, Role.PROVINCE_OFFICER)
    with pytest.raises(NotFound):
        services.set_active(city_admin, person.pk, active=False)


def test_names_are_taken_once(admin: Actor, person: User, unit: Unit) -> None:
    with pytest.raises(Conflict):
        services.make_user(admin, username="demo.one", display_name="演示乙", password="Some-Word-11")
    with pytest.raises(Conflict):
        services.make_unit(admin, name="演示单位", division="37")
    give(admin, person, unit, Role.PROVINCE_OFFICER, "经办")
    with pytest.raises(Conflict):
        give(admin, person, unit, Role.PROVINCE_OFFICER, "经办")


def test_a_post_needs_a_known_duty_and_the_platform_role_is_no_duty(admin: Actor, person: User, unit: Unit) -> None:
    for roles in ([], ["system"], ["emperor"]):
        with pytest.raises(InvalidInput):
            services.give_post(admin, person.pk, unit_id=unit.pk, title="经办", roles=roles, prefixes=["37"])


def test_a_weak_password_opens_no_account(admin: Actor) -> None:
    with pytest.raises(RuleViolated):
        services.make_user(admin, username="demo.two", display_name="演示乙", password="short")
    assert not User.objects.filter(username="demo.two").exists()


def test_a_closed_account_acts_no_more(admin: Actor, person: User, unit: Unit) -> None:
    give(admin, person, unit, Role.PROVINCE_OFFICER)
    assert queries.actor_for(person).roles == {"province_officer"}
    person = services.set_active(admin, person.pk, active=False, reason="离职")
    with pytest.raises(NotPermitted):
        queries.actor_for(person)
    assert AuditEntry.objects.latest("id").difference == {"is_active": [True, False]}


def test_nobody_closes_their_own_account(admin: Actor, person: User) -> None:
    own = Actor(person.pk, "演示甲", None, "系统管理", admin.roles, admin.scope)
    with pytest.raises(Conflict):
        services.set_active(own, person.pk, active=False)


def test_actor_again_takes_the_same_post_or_none(admin: Actor, person: User, unit: Unit) -> None:
    wide = give(admin, person, unit, Role.PROVINCE_OFFICER)
    narrow = give(admin, person, unit, Role.COUNTY_OFFICER, prefix="371422")
    assert queries.actor_again(person.pk, post_id=narrow.pk).scope.divisions == ("371422",)
    services.end_post(admin, narrow.pk, on=clock.today())
    Post.objects.filter(pk=narrow.pk).update(valid_from=date(2024, 1, 1), valid_to=clock.today() - timedelta(days=1))
    with pytest.raises(NotPermitted) as refused:
        queries.actor_again(person.pk, post_id=narrow.pk)
    assert refused.value.code == "account.post_ended"
    assert queries.actor_again(person.pk, post_id=wide.pk).post_id == wide.pk


def test_projects_limit_a_post(admin: Actor, person: User, unit: Unit) -> None:
    post = give(admin, person, unit, Role.CONTRACTOR)
    services.limit_post_to_projects(admin, post.pk, [9, 3])
    scope = queries.actor_for(person).scope
    assert scope.projects == frozenset({3, 9})
    assert scope.covers(NINGJIN, project=3)
    assert not scope.covers(NINGJIN, project=4)


def test_the_demo_has_every_role_once_and_two_for_four_eyes() -> None:
    users = make_demo_accounts()
    assert [u.username for u in users] == [a.username for a in ACCOUNTS]
    assert all(u.is_demo and u.display_name.startswith("演示") for u in users)
    roles = {role for user in users for role in queries.roles_held(user.pk)}
    assert roles == {r.value for r in Role if r is not Role.SYSTEM}
    officers = [u for u in users if "province_officer" in queries.roles_held(u.pk)]
    assert len(officers) >= 2
    both = next(u for u in users if u.posts.count() == 2)
    assert [p.division_prefixes for p in queries.posts_of(both)] == [["37"], ["371325"]]


def test_making_the_demo_accounts_twice_changes_nothing() -> None:
    first = make_demo_accounts()
    entries = AuditEntry.objects.count()
    assert make_demo_accounts() == first
    assert AuditEntry.objects.count() == entries


def test_demo_passwords_are_random_unless_given(rf) -> None:
    make_demo_accounts(password="Given-Word-99")
    assert authenticate(rf.post("/"), username="demo.dezhou", password="Given-Word-99") is not None
    hashes = set(User.objects.values_list("password", flat=True))
    assert len(hashes) == len(ACCOUNTS)


def test_demo_owners_see_no_project_until_some_are_named(admin: Actor) -> None:
    make_demo_accounts()
    owner = User.objects.get(username="demo.owner")
    assert queries.actor_for(owner).scope.is_empty
    services.limit_post_to_projects(admin, demo_post_id("demo.owner"), [5])
    assert queries.actor_for(owner).scope.projects == frozenset({5})
