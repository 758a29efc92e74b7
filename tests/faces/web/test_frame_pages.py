"""The frame, the sign-in page and the error pages as HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.faces.web.frame_site import ERRORS

PAGES = ["/", "/components/", "/login/", "/login/?locked=1", "/locked/", *(f"/{name}/" for name in ERRORS)]
VOID = {"meta", "link", "input", "br", "hr", "img", "col"}


class Reader(HTMLParser):
    """Collects tags with their attributes and notes elements that are closed wrongly."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")


def read(client, url: str) -> tuple[Reader, str]:
    html = client.get(url).content.decode()
    reader = Reader()
    reader.feed(html)
    return reader, html


@pytest.mark.parametrize("url", PAGES)
def test_a_page_is_well_formed_and_has_no_inline_style_or_script(frame_site, client, url):
    reader, _ = read(client, url)

    assert reader.wrong == []
    styled = [tag for tag, attrs in reader.tags if "style" in attrs or any(name.startswith("on") for name in attrs)]
    assert styled == []
    inline = [
        attrs
        for tag, attrs in reader.tags
        if tag == "script" and "src" not in attrs and attrs.get("type") != "application/json"
    ]
    assert inline == []
    assert [tag for tag, _ in reader.tags if tag == "style"] == []


@pytest.mark.parametrize("url", PAGES)
def test_ids_are_unique_and_every_control_has_a_name(frame_site, client, url):
    reader, html = read(client, url)

    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert sorted(ids) == sorted(set(ids))
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', html))
    unnamed = [
        attrs
        for tag, attrs in reader.tags
        if tag in {"input", "select", "textarea"}
        and attrs.get("type") not in {"hidden", "radio"}
        and attrs.get("id") not in labelled
        and "aria-label" not in attrs
    ]
    assert unnamed == []


@pytest.mark.parametrize("url", PAGES)
def test_nothing_is_loaded_from_another_host(frame_site, client, url):
    reader, _ = read(client, url)

    loaded = [
        attrs.get("src") or attrs.get("href") or ""
        for tag, attrs in reader.tags
        if tag in {"script", "link", "img", "source", "iframe"}
    ]
    assert [address for address in loaded if address and not address.startswith("/static/")] == []


def test_theme_and_large_print_come_from_the_cookies_so_that_nothing_flickers(frame_site, client):
    client.cookies["wr_theme"] = "dark"
    client.cookies["wr_large"] = "1"

    html = client.get("/").content.decode()

    assert '<html lang="zh-CN" data-bs-theme="dark" class="wr-large">' in html


def test_a_made_up_theme_cookie_gives_the_light_theme(frame_site, client):
    client.cookies["wr_theme"] = '"><script>'

    assert '<html lang="zh-CN" data-bs-theme="light">' in client.get("/").content.decode()


def test_the_demo_mark_stands_on_every_page_in_demo_mode_and_on_none_otherwise(frame_site, client):
    for url in PAGES:
        assert "演示数据</span>" in client.get(url).content.decode(), url
    frame_site.DEMO_MODE = False
    for url in ("/", "/login/", "/404/", "/500/"):
        assert "演示数据" not in client.get(url).content.decode(), url


@pytest.mark.parametrize("name", [name for name in ERRORS if name != "offline"])
def test_an_error_page_shows_the_number_to_report(frame_site, client, name):
    assert "20230112-08A31F" in client.get(f"/{name}/").content.decode()


def test_pages_for_a_broken_server_ask_the_database_nothing(frame_site, client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/500/")
        client.get("/offline/")
        client.get("/locked/")


def test_the_style_guide_is_not_served_in_production(frame_site, client):
    frame_site.MODE = "production"

    assert client.get("/components/").status_code == 404
