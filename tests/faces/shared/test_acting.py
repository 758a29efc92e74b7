"""Who acts: signed in or not, in which post, with which right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.conftest import make_actor
from workrelief.base.access.permissions import PERMISSIONS, Role
from workrelief.base.accounts import services
from workrelief.base.accounts.models import Post, User
from workrelief.faces.shared import acting
from workrelief.kernel import clock

pytestmark = pytest.mark.django_db


def test_nobody_is_sent_to_sign_in_and_back(client: Client) -> None:
    response = client.get("/?division=371325")
    assert response.status_code == 302
    assert response["Location"] == "/login/?next=/%3Fdivision%3D371325"


def test_a_form_of_nobody_does_not_come_back(client: Client) -> None:
    assert client.post("/")["Location"] == "/login/"


def test_htmx_is_told_to_move_the_whole_page(client: Client) -> None:
    response = client.get("/jobs/1/", headers={"HX-Request": "true", "HX-Current-URL": "/jobs/"})
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/login/?next=/jobs/"


def test_the_default_post_acts(signed_in: Client) -> None:
    response = signed_in.get("/")
    label, divisions, request_id = response.content.decode().split("|")
    assert (label, divisions) == ("演示委·省发展改革委业务处室", "37")
    assert request_id == response["X-Request-ID"]


def test_a_page_outside_the_duties_is_refused(signed_in: Client) -> None:
    response = signed_in.get("/trail/")
    assert response.status_code == 403
    assert "没有办理此事的权限" in response.content.decode()


def test_switching_the_post_changes_the_scope_until_the_next_sign_in(signed_in: Client, person: User) -> None:
    county = Post.objects.get(user=person, is_default=False)
    response = signed_in.post("/post/", {"post": county.pk, "next": "/?a=1"})
    assert response["Location"] == "/?a=1"
    assert "|371325|" in signed_in.get("/").content.decode()
    signed_in.post("/logout/")
    signed_in.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert "|37|" in signed_in.get("/").content.decode()


def test_nobody_switches_to_the_post_of_another(signed_in: Client) -> None:
    admin = make_actor(Role.SYSTEM_ADMIN, "37")
    other = services.make_user(admin, username="demo.other", display_name="演示他人", password="Other-Word-11")
    unit = services.make_unit(admin, name="演示审计", division="370000000000")
    post = services.give_post(admin, other.pk, unit_id=unit.pk, title="审计", roles=[Role.AUDIT_ADMIN], prefixes=["37"])
    for wanted in (str(post.pk), "999999", "x", ""):
        assert signed_in.post("/post/", {"post": wanted}).status_code == 404
    assert signed_in.get("/trail/").status_code == 403


def test_switching_wants_a_form(signed_in: Client) -> None:
    assert signed_in.get("/post/").status_code == 405
    assert signed_in.get("/logout/").status_code == 405


def test_a_post_that_ended_acts_no_more(signed_in: Client, person: User) -> None:
    county = Post.objects.get(user=person, is_default=False)
    signed_in.post("/post/", {"post": county.pk})
    Post.objects.filter(pk=county.pk).update(
        valid_from=clock.today() - timedelta(9), valid_to=clock.today() - timedelta(1)
    )
    assert "|37|" in signed_in.get("/").content.decode()


def test_a_person_without_a_post_is_told_so(signed_in: Client, person: User) -> None:
    Post.objects.filter(user=person).delete()
    response = signed_in.get("/")
    assert response.status_code == 403
    assert "没有在任岗位" in response.content.decode()


def test_a_closed_account_is_out_at_once(signed_in: Client, person: User) -> None:
    services.set_active(make_actor(Role.SYSTEM_ADMIN, "37"), person.pk, active=False)
    assert signed_in.get("/").status_code == 302


def test_an_action_that_stands_in_no_table_is_a_mistake_in_the_code() -> None:
    with pytest.raises(KeyError):
        acting.page("emperor.crown")


def test_every_registered_page_names_an_action_of_the_table() -> None:
    known = {acting.PUBLIC, acting.SIGNED_IN, *PERMISSIONS}
    assert set(acting.PAGE_ACTIONS.values()) <= known
    assert acting.PAGE_ACTIONS["workrelief.faces.web.views.jobs.job_cancel"] == "job.cancel"
    assert acting.PAGE_ACTIONS["workrelief.faces.web.views.auth.sign_in"] == acting.PUBLIC


def test_a_visitor_without_a_session_costs_no_query(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        client.get("/login/")
