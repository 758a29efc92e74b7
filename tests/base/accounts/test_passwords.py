"""Rule O01: what a password must be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from workrelief.base import law
from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.accounts import queries, rules
from workrelief.base.accounts.models import PasswordRecord, User
from workrelief.base.accounts.passwords import OfficialPasswordRule
from workrelief.base.accounts.services import change_password, make_user
from workrelief.base.audit.models import AuditEntry
from workrelief.kernel import clock
from workrelief.kernel.errors import InvalidInput, RuleViolated

PARAMETERS = law.parameters(on=date(2024, 6, 1))


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("Abcdefgh12", 0),  # exactly ten characters, exactly three kinds
        ("Abcdefg12", 1),  # nine characters
        ("abcdefgh12", 1),  # two kinds
        ("abcdefgh-12", 0),
        ("以工代赈密码abc1", 0),  # Chinese characters count as symbols
        ("abc", 2),
        ("Xdemo.User99", 1),  # holds the account name
    ],
)
def test_strength(password: str, broken: int) -> None:
    found = rules.password_strength(password, "demo.user", PARAMETERS)
    assert len(found) == broken
    assert all(f.rule_id == "O01" and f.cite is not None for f in found)


def test_the_validator_tells_every_fault_at_once() -> None:
    with pytest.raises(ValidationError) as refused:
        OfficialPasswordRule().validate("abc")
    assert len(refused.value.messages) == 2


def test_the_help_text_names_the_numbers_of_the_parameters() -> None:
    text = OfficialPasswordRule().get_help_text()
    assert "10 位" in text
    assert "90 天" in text


@pytest.fixture
def person(db: None) -> User:
    return make_user(system_actor("test"), username="demo.user", display_name="演示人员", password="First-Word-1")


def acting(user: User) -> Actor:
    return Actor(user.pk, user.display_name, None, "演示岗位", frozenset({"county_officer"}), system_actor("x").scope)


def test_none_of_the_last_five_is_taken_again_but_the_sixth_is(person: User) -> None:
    words = [f"Word-Number-{i}" for i in range(1, 6)]
    present = "First-Word-1"
    for word in words:
        change_password(acting(person), old=present, new=word)
        present = word
    for recent in words:
        with pytest.raises(RuleViolated) as refused:
            change_password(acting(person), old=present, new=recent)
        assert refused.value.code == "O01"
    change_password(acting(person), old=present, new="First-Word-1")
    person.refresh_from_db()
    assert person.check_password("First-Word-1")


def test_the_old_password_must_be_right(person: User) -> None:
    with pytest.raises(InvalidInput):
        change_password(acting(person), old="Wrong-Word-1", new="Other-Word-1")
    assert PasswordRecord.objects.count() == 0


def test_no_password_and_no_hash_reaches_the_audit_trail(person: User) -> None:
    change_password(acting(person), old="First-Word-1", new="Other-Word-1")
    person.refresh_from_db()
    for entry in AuditEntry.objects.all():
        text = str(entry.difference)
        assert "Word-1" not in text
        assert person.password not in text
    assert {e.action for e in AuditEntry.objects.all()} == {"account.manage", "account.password"}


def test_a_password_is_old_after_exactly_ninety_days(person: User) -> None:
    set_on = datetime(2024, 1, 1, 9, tzinfo=UTC)
    person.password_changed_at = set_on
    with clock.travel(set_on + timedelta(days=90)):
        assert not queries.is_password_old(person)
    with clock.travel(set_on + timedelta(days=91)):
        assert queries.is_password_old(person)
    person.password_changed_at = None
    assert queries.is_password_old(person)
