"""Which rooms the left menu offers to whom."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from tests.conftest import make_actor
from workrelief.base.access.permissions import PERMISSIONS, Role
from workrelief.faces.web.menu import MENU, menu_for


@pytest.fixture
def shown(frame_site):
    def labels(role: Role, path: str = "/") -> list[str]:
        groups = menu_for(make_actor(role, "37"), RequestFactory().get(path))
        return [item.label for group in groups for item in group.items]

    return labels


def active(role: Role, path: str) -> list[str]:
    groups = menu_for(make_actor(role, "37"), RequestFactory().get(path))
    return [item.label for group in groups for item in group.items if item.active]


def test_only_rooms_with_a_page_and_a_permission_are_shown(shown):
    assert shown(Role.PROVINCE_OFFICER) == ["工作台", "项目清单", "通报", "政策与指引"]
    assert shown(Role.AUDIT_ADMIN) == ["工作台", "政策与指引", "操作日志"]


def test_nobody_signed_in_sees_no_menu(frame_site):
    assert menu_for(None, RequestFactory().get("/")) == ()


@pytest.mark.parametrize(
    ("path", "room"),
    [("/", ["工作台"]), ("/projects/", ["项目清单"]), ("/projects/list/", ["项目清单"]), ("/elsewhere/", [])],
)
def test_the_room_a_page_lies_in_is_marked(frame_site, path, room):
    assert active(Role.PROVINCE_OFFICER, path) == room


def test_a_group_without_rooms_has_no_caption(frame_site):
    groups = menu_for(make_actor(Role.PROVINCE_OFFICER, "37"), RequestFactory().get("/"))

    assert [group.caption for group in groups] == ["", "项目与投资", "调度与评价", "协同"]


def test_each_room_stands_in_the_menu_once():
    items = [item for group in MENU for item in group.items]

    assert len({item.url_name for item in items}) == len(items)
    assert len({item.label for item in items}) == len(items)


def test_the_menu_names_an_action_of_the_table_for_every_room_that_is_built(frame_site):
    built = {"web:workbench", "web:projects", "web:bulletins", "web:law"}

    assert {i.action for g in MENU for i in g.items if i.url_name in built} <= PERMISSIONS.keys()
