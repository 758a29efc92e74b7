"""Rights: one table, asked by name."""

from __future__ import annotations

import pytest

from tests.conftest import make_actor
from workrelief.base.access.actor import system_actor
from workrelief.base.access.permissions import PERMISSIONS, ROLE_LABELS, Role, allowed, permit
from workrelief.kernel.errors import NotPermitted


@pytest.mark.parametrize("action", PERMISSIONS)
def test_exactly_the_named_roles_may(action: str) -> None:
    for role in Role:
        expected = role is Role.SYSTEM or role in PERMISSIONS[action]
        assert allowed(make_actor(role, "37"), action) is expected


def test_an_unknown_action_is_a_mistake_in_the_code_even_for_the_platform() -> None:
    with pytest.raises(KeyError):
        allowed(system_actor("x"), "emperor.crown")


def test_a_refusal_names_the_post_and_a_way_out() -> None:
    with pytest.raises(NotPermitted) as refused:
        permit(make_actor(Role.VILLAGE_CADRE, "371325100200"), "paysheet.confirm")
    assert "演示单位·村（社区）" in refused.value.message
    assert "系统管理员" in refused.value.message
    assert refused.value.facts == {"action": "paysheet.confirm"}


def test_every_role_has_an_official_name() -> None:
    assert set(ROLE_LABELS) == set(Role)


def test_the_administrations_lie_apart_and_carry_no_business() -> None:
    """Rule O05, over the whole table."""
    admins = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
    alone = {"account.manage": Role.SYSTEM_ADMIN, "account.unlock": Role.SECURITY_ADMIN, "audit.view": Role.AUDIT_ADMIN}
    for action, role in alone.items():
        assert PERMISSIONS[action] == {role}
    shared_with_all = {"workbench.view", "law.view", "account.password", "job.view", "job.cancel", "snapshot.build"}
    for action, roles in PERMISSIONS.items():
        if action not in shared_with_all | set(alone):
            assert not roles & admins, action
