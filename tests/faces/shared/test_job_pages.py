"""任务中心: the list, the polling part, cancelling, the result."""

from __future__ import annotations

import io
import time

import pytest
from django.test import Client

import tests.base.jobs.sample_jobs  # noqa: F401 - declares the kinds
from tests.conftest import make_actor
from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.access.permissions import Role
from workrelief.base.accounts.models import User
from workrelief.base.accounts.queries import actor_for
from workrelief.base.files.services import store
from workrelief.base.jobs import progress
from workrelief.base.jobs.models import Job
from workrelief.base.jobs.services import enqueue
from workrelief.faces.web import job_parts
from workrelief.kernel import clock

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def actor(person: User, settings) -> Actor:
    settings.JOBS_EAGER = False
    return actor_for(person)


def running(actor: Actor, *, done: int, total: int) -> Job:
    made = enqueue(actor, "sample.note")
    Job.rows.filter(pk=made.pk).update(state="running", attempts=1, started_at=clock.now())
    progress.write(made.pk, progress.Progress(1, time.time(), "逐行写入", done, total, ("09:00:00 逐行写入",)))
    return Job.rows.get(pk=made.pk)


def test_an_empty_task_centre_says_what_will_stand_here(signed_in: Client) -> None:
    page = signed_in.get("/jobs/").content.decode()
    assert "还没有任务" in page
    assert "任务中心" in page


def test_the_list_shows_live_jobs_with_progress_and_ended_ones_with_outcome(
    signed_in: Client, actor: Actor, settings
) -> None:
    running(actor, done=30, total=120)
    settings.JOBS_EAGER = True
    enqueue(actor, "sample.refuse")
    page = signed_in.get("/jobs/").content.decode()
    assert "30/120" in page
    assert "逐行写入" in page
    assert "这批数据已经提交过。" in page
    assert "被规则拦下" in page


def test_filters_by_state_and_by_oneself(signed_in: Client, actor: Actor, settings) -> None:
    settings.JOBS_EAGER = True
    enqueue(actor, "sample.refuse")
    enqueue(system_actor("x"), "sample.note")
    assert signed_in.get("/jobs/").context["page"].total == 2
    assert [j.kind for j in signed_in.get("/jobs/?state=failed").context["page"]] == ["sample.refuse"]
    assert [j.kind for j in signed_in.get("/jobs/?mine=on").context["page"]] == ["sample.refuse"]
    assert signed_in.get("/jobs/?state=nonsense").status_code == 200


def test_the_polling_part_asks_again_while_live_and_stops_at_the_end(signed_in: Client, actor: Actor) -> None:
    made = running(actor, done=1, total=2)
    part = signed_in.get(f"/jobs/{made.pk}/", headers=HTMX).content.decode()
    assert "<html" not in part
    assert f'hx-get="/jobs/{made.pk}/"' in part
    assert f"/jobs/{made.pk}/cancel/" in part
    Job.rows.filter(pk=made.pk).update(state="done", message="已完成。", finished_at=clock.now())
    ended = signed_in.get(f"/jobs/{made.pk}/", headers=HTMX).content.decode()
    assert "hx-get" not in ended
    assert "已完成" in ended


def test_the_page_of_a_job_has_its_log(signed_in: Client, actor: Actor) -> None:
    made = running(actor, done=1, total=2)
    page = signed_in.get(f"/jobs/{made.pk}/").content.decode()
    assert "<html" in page
    assert "09:00:00 逐行写入" in page
    assert "演示经办" in page


def test_cancelling_from_the_page_and_from_the_part(signed_in: Client, actor: Actor) -> None:
    waiting = enqueue(actor, "sample.note")
    assert signed_in.post(f"/jobs/{waiting.pk}/cancel/")["Location"] == "/jobs/"
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    live = running(actor, done=1, total=2)
    part = signed_in.post(f"/jobs/{live.pk}/cancel/", headers=HTMX).content.decode()
    assert "正在取消" in part
    assert "/cancel/" not in part
    assert signed_in.get(f"/jobs/{live.pk}/cancel/").status_code == 405


def test_jobs_outside_the_scope_are_not_found(signed_in: Client, actor: Actor, person: User, settings) -> None:
    made = enqueue(system_actor("x", scope=make_actor(Role.COUNTY_OFFICER, "371422").scope), "sample.note")
    assert signed_in.get(f"/jobs/{made.pk}/").status_code == 200  # the province reaches the county
    signed_in.post("/post/", {"post": person.posts.get(is_default=False).pk})
    for method, address in (("get", ""), ("post", "cancel/"), ("get", "result/")):
        assert getattr(signed_in, method)(f"/jobs/{made.pk}/{address}").status_code == 404


def test_the_result_comes_as_a_download_with_its_own_name(signed_in: Client, actor: Actor, settings) -> None:
    stored = store(actor, io.BytesIO("项目,金额\n".encode()), "通报附表.csv", division="370000000000")
    settings.JOBS_EAGER = True
    made = enqueue(actor, "sample.note")
    assert signed_in.get(f"/jobs/{made.pk}/result/").status_code == 404
    Job.rows.filter(pk=made.pk).update(result_file_id=stored.pk)
    assert f"/jobs/{made.pk}/result/" in signed_in.get(f"/jobs/{made.pk}/").content.decode()
    response = signed_in.get(f"/jobs/{made.pk}/result/")
    assert b"".join(response.streaming_content) == "项目,金额\n".encode()
    assert response["Content-Type"] == "text/csv"
    assert response["Content-Disposition"].startswith("attachment;")
    assert "%E9%80%9A%E6%8A%A5" in response["Content-Disposition"]


def test_a_kind_may_lead_to_its_own_page(
    signed_in: Client, actor: Actor, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        job_parts._RESULT_PAGES, "sample.note", (lambda job: f"/batch/{job.arguments['text']}/", "查看批次")
    )
    settings.JOBS_EAGER = True
    made = enqueue(actor, "sample.note", text="7")
    page = signed_in.get(f"/jobs/{made.pk}/").content.decode()
    assert "/batch/7/" in page
    assert "查看批次" in page


def test_only_the_system_administrator_sees_the_schedule(signed_in: Client, person: User) -> None:
    assert "定时任务" not in signed_in.get("/jobs/").content.decode()
    person.posts.filter(is_default=True).update(roles=["system_admin"])
    page = signed_in.get("/jobs/").content.decode()
    assert "串联审计记录" in page
    assert "尚未执行" in page


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 秒"), (59, "59 秒"), (60, "1 分"), (125, "2 分 5 秒"), (3840, "1 小时 4 分"), (-3, "0 秒")],
)
def test_durations_in_words(seconds: int, text: str) -> None:
    from datetime import timedelta

    assert job_parts.duration(timedelta(seconds=seconds)) == text
