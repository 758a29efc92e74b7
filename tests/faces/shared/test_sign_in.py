"""Signing in and out, locks, demo accounts, safe return addresses, the password page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.conftest import make_actor
from tests.faces.shared.conftest import PASSWORD
from workrelief.base.access.permissions import Role
from workrelief.base.accounts import services
from workrelief.base.accounts.models import User
from workrelief.kernel import clock

pytestmark = pytest.mark.django_db


def sign_in(client: Client, password: str = PASSWORD, username: str = "demo.person", **more: str):
    return client.post("/login/", {"username": username, "password": password, **more})


def test_the_right_password_opens_the_workbench(client: Client, person: User) -> None:
    response = sign_in(client)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


def test_one_returns_to_the_page_one_wanted(client: Client, person: User) -> None:
    assert sign_in(client, next="/jobs/?state=done")["Location"] == "/jobs/?state=done"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "http:///x", ""]
)
def test_nobody_is_sent_to_another_site(client: Client, person: User, elsewhere: str) -> None:
    assert sign_in(client, next=elsewhere)["Location"] == "/"


def test_a_wrong_account_and_a_wrong_password_look_the_same(client: Client, person: User) -> None:
    def words(response) -> str:
        page = response.content.decode()
        return page[page.index('role="alert"') :][:120]

    wrong_password = sign_in(client, "Wrong-Word-11")
    wrong_account = sign_in(client, "Wrong-Word-11", "demo.nobody")
    assert wrong_password.status_code == wrong_account.status_code == 401
    assert words(wrong_password) == words(wrong_account)
    assert "账号或密码不正确" in words(wrong_account)


def test_five_failures_lock_the_account_and_say_for_how_long(client: Client, person: User) -> None:
    for _ in range(4):
        assert sign_in(client, "Wrong-Word-11").status_code == 401
    locked = sign_in(client, "Wrong-Word-11")
    assert locked.status_code == 429
    assert "20 分钟后自动解锁" in locked.content.decode()
    assert sign_in(client).status_code == 429  # even with the right password


def test_the_security_administrator_ends_a_lock(client: Client, person: User) -> None:
    for _ in range(5):
        sign_in(client, "Wrong-Word-11")
    services.unlock(make_actor(Role.SECURITY_ADMIN, "37"), person.pk, reason="本人来电")
    assert sign_in(client).status_code == 302


def test_success_forgets_earlier_failures(client: Client, person: User) -> None:
    for _ in range(3):
        sign_in(client, "Wrong-Word-11")
        sign_in(client, "Wrong-Word-11")
        assert sign_in(client).status_code == 302
        client.post("/logout/")


def test_a_closed_account_does_not_open(client: Client, person: User) -> None:
    services.set_active(make_actor(Role.SYSTEM_ADMIN, "37"), person.pk, active=False)
    assert sign_in(client).status_code == 401


def test_signing_out_ends_the_session(signed_in: Client) -> None:
    assert signed_in.post("/logout/")["Location"] == "/login/"
    assert signed_in.get("/").status_code == 302


def test_the_session_number_changes_at_sign_in(client: Client, person: User) -> None:
    session = client.session
    session["kept"] = 1
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_somebody_signed_in_does_not_see_the_sign_in_page(signed_in: Client) -> None:
    assert signed_in.get("/login/")["Location"] == "/"


def test_an_old_password_is_named_at_sign_in(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(password_changed_at=clock.now() - timedelta(days=95))
    sign_in(client)
    page = client.get("/jobs/").content.decode()
    assert "已使用 95 天" in page


# ---------- demo accounts


@pytest.fixture
def demo_person(person: User) -> User:
    User.objects.filter(pk=person.pk).update(is_demo=True)
    return person


def test_one_click_opens_a_demo_account_in_the_demo_mode(client: Client, demo_person: User, settings) -> None:
    settings.DEMO_MODE = True
    assert "演示账号，点一下直接进入" in client.get("/login/").content.decode()
    for address in ("/login/", "/login/demo/"):
        assert client.post(address, {"demo": demo_person.pk})["Location"] == "/"
        client.post("/logout/")


def test_outside_the_demo_mode_there_is_no_such_door(client: Client, demo_person: User, settings) -> None:
    settings.DEMO_MODE = False
    assert "演示账号" not in client.get("/login/").content.decode()
    for address in ("/login/", "/login/demo/"):
        assert client.post(address, {"demo": demo_person.pk}).status_code == 404
    assert client.get("/").status_code == 302


def test_real_and_closed_accounts_never_open_with_one_click(client: Client, person: User, settings) -> None:
    settings.DEMO_MODE = True
    for asked in (str(person.pk), "", "x", "-1", "99999999999999999999", "²"):
        assert client.post("/login/demo/", {"demo": asked}).status_code == 404, asked
    User.objects.filter(pk=person.pk).update(is_demo=True, is_active=False)
    assert client.post("/login/demo/", {"demo": person.pk}).status_code == 404


# ---------- the password page


def change(client: Client, old: str = PASSWORD, new: str = "Fresh-Word-22", again: str | None = None):
    return client.post("/password/", {"old": old, "new": new, "again": new if again is None else again})


def test_one_changes_the_password_and_stays_signed_in(signed_in: Client, person: User) -> None:
    assert "至少 10 位" in signed_in.get("/password/").content.decode()
    elsewhere = Client()
    elsewhere.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert change(signed_in)["Location"] == "/"
    assert signed_in.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    signed_in.post("/logout/")
    assert sign_in(signed_in, "Fresh-Word-22").status_code == 302


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"old": "Wrong-Word-11"}, "原密码不正确"),
        ({"new": "short"}, "至少应为 10 位"),
        ({"new": PASSWORD}, "不能使用最近 5 次"),
        ({"again": "Other-Word-33"}, "两次输入的新密码不一致"),
    ],
)
def test_a_refused_change_says_why_beside_the_field(
    signed_in: Client, person: User, entries: dict[str, str], words: str
) -> None:
    response = change(signed_in, **entries)
    assert response.status_code == 422
    assert words in response.content.decode()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_the_demo_accounts_stand_by_level(client: Client, demo_person: User, settings) -> None:
    settings.DEMO_MODE = True
    page = client.get("/login/").content.decode()
    assert page.index("wr-accounts-of") < page.index(demo_person.display_name)
    level = page[page.index("wr-accounts-of") :].split(">", 1)[1].split("<", 1)[0]
    assert level == "省级"  # the level of the default post, though the person holds one in a county too
    assert "县级</h3>" not in page
