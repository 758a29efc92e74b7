"""Jobs within one process: asking, running, refusing, cancelling, repeating, looking after the lost."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.file import SessionStore
from django.db import IntegrityError, transaction
from django_tasks_db.models import DBTaskResult

from tests.base.jobs import sample_jobs
from tests.conftest import make_actor
from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.access.permissions import Role
from workrelief.base.access.scope import ScopeMissing
from workrelief.base.accounts import services as accounts
from workrelief.base.accounts.models import Post
from workrelief.base.accounts.queries import actor_for
from workrelief.base.audit.models import AuditEntry, ChainLink
from workrelief.base.jobs import context, progress, queries, registry, schedule, services
from workrelief.base.jobs.context import JobCancelled, JobContext, JobInterrupted, JobLost
from workrelief.base.jobs.models import Job
from workrelief.base.jobs.runner import run
from workrelief.base.jobs.services import cancel_job, enqueue, requeue_lost
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, NotFound, NotPermitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    sample_jobs.SEEN.clear()


@pytest.fixture
def queued(settings) -> None:
    """Jobs wait in the queue, as in production."""
    settings.JOBS_EAGER = False


@pytest.fixture
def officer(settings) -> Actor:
    """A county officer with an account and a post."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    admin = make_actor(Role.SYSTEM_ADMIN, "37")
    unit = accounts.make_unit(admin, name="演示县局", division="371422000000")
    user = accounts.make_user(admin, username="demo.county", display_name="演示县级经办", password="Some-Word-11")
    accounts.give_post(admin, user.pk, unit_id=unit.pk, title="经办", roles=["county_officer"], prefixes=["371422"])
    return actor_for(user, request_id="r-1")


# ---------- asking and running


def test_in_tests_a_job_runs_at_once(officer: Actor) -> None:
    made = enqueue(officer, "sample.note", text="一", steps=3)
    assert (made.state, made.result, made.done, made.total) == ("done", {"text": "一"}, 3, 3)
    assert made.took is not None
    assert made.message == "已完成。"


def test_a_job_may_close_in_its_own_words(officer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = registry.kind("sample.note")
    told = replace(declared, function=lambda ctx, **_: {"message": "导入 120 行。", "rows": 120})
    monkeypatch.setitem(registry._KINDS, "sample.note", told)
    assert enqueue(officer, "sample.note").message == "导入 120 行。"


def test_the_actor_is_rebuilt_when_the_job_runs(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.note", text="一")
    Post.objects.filter(pk=officer.post_id).update(division_prefixes=["371422104"])
    assert run(made.pk) == "done"
    assert sample_jobs.SEEN[0]["actor"].scope.divisions == ("371422104",)
    assert sample_jobs.SEEN[0]["actor"].request_id == "r-1"


def test_a_job_whose_asker_lost_the_post_does_not_run(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.note", text="一")
    Post.objects.filter(pk=officer.post_id).update(valid_to=clock.today() - timedelta(days=1))
    assert run(made.pk) == "failed"
    assert sample_jobs.SEEN == []
    made.refresh_from_db()
    assert made.problem["code"] == "account.no_post"


def test_a_job_whose_asker_lost_the_right_does_not_run(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.note", text="一")
    Post.objects.filter(pk=officer.post_id).update(roles=["audit_admin"])
    assert run(made.pk) == "failed"
    assert sample_jobs.SEEN == []


def test_the_platform_runs_its_own_jobs_under_its_own_name() -> None:
    made = enqueue(system_actor("sample.platform"), "sample.platform")
    assert made.state == "done"
    assert made.user_name == "系统"
    assert sample_jobs.SEEN[0]["actor"].post_label == "sample.platform"


def test_permission_is_asked_before_anything_is_written(officer: Actor) -> None:
    with pytest.raises(NotPermitted):
        enqueue(make_actor(Role.AUDIT_ADMIN, "37"), "sample.note")
    with pytest.raises(NotPermitted):
        enqueue(officer, "sample.platform")
    assert Job.rows.count() == 0


def test_an_unknown_kind_is_a_mistake_in_the_code(officer: Actor) -> None:
    with pytest.raises(KeyError):
        enqueue(officer, "sample.nobody")


def test_arguments_must_be_plain(officer: Actor) -> None:
    with pytest.raises(TypeError):
        enqueue(officer, "sample.note", text=object())


def test_asking_and_queueing_is_one_transaction(officer: Actor, queued: None) -> None:
    with transaction.atomic():
        enqueue(officer, "sample.note")
        transaction.set_rollback(True)
    assert Job.rows.count() == 0
    assert DBTaskResult.objects.count() == 0
    made = enqueue(officer, "sample.note")
    assert DBTaskResult.objects.get(pk=made.task_id).args_kwargs["args"] == [made.pk]


def test_a_job_taken_by_another_task_is_left_alone(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.note")
    assert run(made.pk) == "done"
    assert run(made.pk) == "left alone"
    assert len(sample_jobs.SEEN) == 1


# ---------- errors


def test_an_error_of_the_domain_is_told_to_the_asker(officer: Actor) -> None:
    made = enqueue(officer, "sample.refuse")
    assert (made.state, made.message) == ("failed", "这批数据已经提交过。")
    assert made.problem == {"code": "sample.refused", "findings": []}


def test_a_fault_in_the_code_is_recorded_without_technical_words(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.break")
    assert run(made.pk) == "failed"
    made.refresh_from_db()
    assert str(made.pk) in made.message
    assert "ZeroDivision" not in str(made.log) + made.message


def test_a_fault_in_the_code_is_loud_in_tests(officer: Actor) -> None:
    with pytest.raises(ZeroDivisionError):
        enqueue(officer, "sample.break")


# ---------- the key


def test_one_live_job_for_a_key(officer: Actor, queued: None) -> None:
    first = enqueue(officer, "sample.note", key="batch-1", text="一")
    assert enqueue(officer, "sample.note", key="batch-1", text="一").pk == first.pk
    assert enqueue(officer, "sample.note", key="batch-2").pk != first.pk
    assert enqueue(officer, "sample.refresh", key="batch-1").pk != first.pk
    run(first.pk)
    assert enqueue(officer, "sample.note", key="batch-1").pk != first.pk


def test_the_database_itself_keeps_the_key_unique(officer: Actor, queued: None) -> None:
    first = enqueue(officer, "sample.note", key="batch-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.rows.create(
            kind=first.kind, key="batch-1", label="x", user_name="x", division_code="37", created_at=clock.now()
        )


def test_a_refresh_asked_for_while_one_runs_follows_it(officer: Actor, queued: None) -> None:
    first = enqueue(officer, "sample.refresh", key="mirror")
    Job.rows.filter(pk=first.pk).update(state="running", attempts=1, started_at=clock.now())
    assert enqueue(officer, "sample.refresh", key="mirror").pk == first.pk
    Job.rows.filter(pk=first.pk).update(state="waiting")
    assert run(first.pk) == "done"
    following = Job.rows.exclude(pk=first.pk).get()
    assert (following.state, following.key, following.user_id) == ("waiting", "mirror", officer.user_id)
    assert run(following.pk) == "done"
    assert Job.rows.count() == 2


def test_committing_a_batch_twice_does_not_follow(officer: Actor, queued: None) -> None:
    first = enqueue(officer, "sample.note", key="batch")
    Job.rows.filter(pk=first.pk).update(state="running", attempts=1)
    enqueue(officer, "sample.note", key="batch")
    first.refresh_from_db()
    assert first.again is False


# ---------- progress and stopping


def test_steps_write_at_most_twice_a_second(monkeypatch: pytest.MonkeyPatch, officer: Actor) -> None:
    writes: list[int] = []
    real = progress.write
    monkeypatch.setattr(progress, "write", lambda job_id, p: (writes.append(p.done or 0), real(job_id, p)))
    began = time.monotonic()
    enqueue(officer, "sample.note", steps=20_000)
    assert len(writes) <= 1 + 2 * (time.monotonic() - began)


def test_the_heartbeat_goes_on_during_one_long_step(officer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "BEAT_EVERY_SECONDS", 0.2)
    monkeypatch.setattr(context, "WRITE_EVERY_SECONDS", 0.05)
    with JobContext(5, officer, attempt=1) as ctx:
        ctx.start_beating()
        ctx.step("读取文件", done=1, total=2)
        first = progress.read(5)
        time.sleep(0.6)
        second = progress.read(5)
    assert first is not None
    assert second is not None
    assert second.at > first.at
    assert second.message == "读取文件"


def test_the_log_is_bounded(officer: Actor) -> None:
    ctx = JobContext(5, officer, attempt=1)
    for i in range(500):
        ctx.log(f"第 {i} 行")
    assert len(ctx.lines) == context.MOST_LOG_LINES
    assert ctx.lines[-1].endswith("第 499 行")


def test_the_page_reads_the_side_file_of_the_running_attempt_only(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.note")
    now = clock.now()
    Job.rows.filter(pk=made.pk).update(state="running", attempts=2, started_at=now - timedelta(seconds=30))
    made.refresh_from_db()
    progress.write(made.pk, progress.Progress(1, time.time(), "旧的", 9, 10))
    assert queries.view_of(made).percent is None
    progress.write(made.pk, progress.Progress(2, time.time(), "逐行写入", 25, 100, ("09:00:00 逐行写入",)))
    with clock.travel(now):
        view = queries.view_of(made)
    assert (view.message, view.percent, view.log) == ("逐行写入", 25, ("09:00:00 逐行写入",))
    assert view.elapsed == timedelta(seconds=30)
    assert view.remaining == timedelta(seconds=90)


def test_a_waiting_job_is_cancelled_at_once(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.note")
    assert cancel_job(officer, made.pk).state == "cancelled"
    assert run(made.pk) == "left alone"
    assert AuditEntry.objects.get(action="job.cancel").target_id == str(made.pk)


def test_a_running_job_stops_at_its_next_step_and_gives_up_what_it_did(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.units", count=3, pause=0)
    progress.ask_to_cancel(made.pk)
    assert run(made.pk) == "cancelled"
    made.refresh_from_db()
    assert made.message.startswith("已按要求取消")
    assert not sample_jobs.Unit.objects.filter(name__startswith="1-").exists()


def test_asking_a_running_job_to_stop_leaves_the_wish_beside_the_database(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.note")
    Job.rows.filter(pk=made.pk).update(state="running", attempts=1)
    assert cancel_job(officer, made.pk).state == "running"
    assert progress.is_asked_to_cancel(made.pk)
    assert queries.view_of(queries.job_for(officer, made.pk)).is_cancelling


def test_what_ended_or_must_not_be_cut_short_is_not_cancelled(officer: Actor, queued: None) -> None:
    ended = enqueue(officer, "sample.note")
    run(ended.pk)
    with pytest.raises(Conflict):
        cancel_job(officer, ended.pk)
    firm = enqueue(officer, "sample.refresh")
    with pytest.raises(Conflict):
        cancel_job(officer, firm.pk)


def test_a_step_stops_for_each_of_the_three_reasons(officer: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    progress.ask_to_cancel(1)
    with pytest.raises(JobCancelled):
        JobContext(1, officer, attempt=1).step()
    progress.write(2, progress.Progress(2, time.time()))
    with pytest.raises(JobLost):
        JobContext(2, officer, attempt=1).step()
    monkeypatch.setattr(context.STOP, "requested", True)
    with pytest.raises(JobInterrupted):
        JobContext(3, officer, attempt=1).step()


def test_an_interrupted_job_returns_to_the_queue_without_counting_as_lost(
    officer: Actor, queued: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = enqueue(officer, "sample.note", steps=1)
    first_task = made.task_id
    monkeypatch.setattr(context.STOP, "requested", True)
    assert run(made.pk, task_id=first_task) == "waiting"
    made.refresh_from_db()
    assert made.losses == 0
    assert made.task_id != first_task
    monkeypatch.setattr(context.STOP, "requested", False)
    assert run(made.pk, task_id=first_task) == "left alone"
    assert run(made.pk, task_id=made.task_id) == "done"


# ---------- lost workers


def lose(job: Job, *, seconds: int) -> None:
    """As if the worker had died `seconds` ago."""
    moment = clock.now() - timedelta(seconds=seconds)
    Job.rows.filter(pk=job.pk).update(
        state="running", attempts=job.attempts + 1, started_at=moment, heartbeat_at=moment
    )
    DBTaskResult.objects.filter(pk=job.task_id).update(status="RUNNING", started_at=moment)
    job.refresh_from_db()


def test_a_job_without_heartbeat_for_a_minute_returns_to_the_queue(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.note")
    old_task = made.task_id
    lose(made, seconds=services.STALE_SECONDS - 5)
    assert requeue_lost() == 0
    lose(made, seconds=services.STALE_SECONDS + 5)
    assert requeue_lost() == 1
    made.refresh_from_db()
    assert (made.state, made.losses) == ("waiting", 1)
    assert DBTaskResult.objects.get(pk=old_task).status == "FAILED"
    assert run(made.pk, task_id=made.task_id) == "done"


def test_a_fresh_side_file_is_a_sign_of_life(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.note")
    lose(made, seconds=3600)
    progress.write(made.pk, progress.Progress(made.attempts, time.time() - 10))
    assert requeue_lost() == 0
    progress.write(made.pk, progress.Progress(made.attempts, time.time() - 3600, log=("09:00:00 读取",)))
    assert requeue_lost() == 1
    made.refresh_from_db()
    assert made.log[0] == "09:00:00 读取"


def test_after_three_losses_the_job_fails(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.note")
    for losses in (1, 2, 3):
        lose(made, seconds=3600)
        assert requeue_lost() == 1
        made.refresh_from_db()
        assert made.losses == losses
    assert made.state == "failed"
    assert requeue_lost() == 0


def test_a_job_whose_task_died_before_it_began_is_queued_again(officer: Actor, queued: None) -> None:
    made = enqueue(officer, "sample.note")
    Job.rows.filter(pk=made.pk).update(created_at=clock.now() - timedelta(hours=1))
    assert requeue_lost() == 0  # it simply waits
    DBTaskResult.objects.filter(pk=made.task_id).update(status="RUNNING", started_at=clock.now() - timedelta(hours=1))
    assert requeue_lost() == 1
    made.refresh_from_db()
    assert (made.state, made.losses) == ("waiting", 0)
    DBTaskResult.objects.filter(pk=made.task_id).delete()
    assert requeue_lost() == 1


def test_an_attempt_given_up_for_lost_finishes_nothing(
    officer: Actor, queued: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = enqueue(officer, "sample.note")

    def overtaken(ctx: JobContext, **_: object) -> dict[str, object]:
        Job.rows.filter(pk=made.pk).update(attempts=7)  # the second attempt began while this one slept
        return {"from": "the first"}

    declared = registry.kind("sample.note")
    monkeypatch.setitem(registry._KINDS, "sample.note", replace(declared, function=overtaken))
    assert run(made.pk) == "left alone"
    made.refresh_from_db()
    assert (made.state, made.result) == ("running", None)


# ---------- who sees what


def test_jobs_are_seen_by_their_asker_and_within_the_scope(
    officer: Actor, feixian_officer: Actor, dezhou_officer: Actor
) -> None:
    made = enqueue(officer, "sample.note")
    assert queries.job_for(officer, made.pk) == made
    assert list(queries.jobs_of(dezhou_officer)) == [made]
    with pytest.raises(NotFound):
        queries.job_for(feixian_officer, made.pk)
    with pytest.raises(NotFound):
        cancel_job(feixian_officer, made.pk)


def test_somebody_limited_to_projects_sees_only_their_own(officer: Actor) -> None:
    made = enqueue(officer, "sample.note")
    limited = replace(officer, user_id=None, scope=replace(officer.scope, projects=frozenset({1})))
    assert list(queries.jobs_of(limited)) == []
    assert list(queries.jobs_of(replace(limited, user_id=officer.user_id))) == [made]


def test_somebody_with_two_distant_divisions_sees_their_own_job_through_either() -> None:
    both = make_actor(Role.COUNTY_OFFICER, "371422", "371325")
    made = enqueue(system_actor("x", scope=both.scope), "sample.note")
    assert made.division_code == "371422000000"
    assert list(queries.jobs_of(both)) == [made]


def test_the_table_is_closed_until_somebody_says_for_whom() -> None:
    with pytest.raises(ScopeMissing):
        Job.objects.count()


def test_the_stranger_sees_no_job(officer: Actor, stranger: Actor) -> None:
    enqueue(officer, "sample.note")
    assert not queries.jobs_of(stranger).exists()


# ---------- the schedule


def test_a_schedule_is_due_after_its_time_and_not_while_one_is_live(queued: None) -> None:
    def kinds(moment) -> list[str]:
        return [s.kind for s in schedule.due(moment)]

    now = clock.now()
    assert "audit.link" in kinds(now)
    made = enqueue(system_actor("audit.link"), "audit.link", key=schedule.KEY)
    assert "audit.link" not in kinds(now + timedelta(hours=1))  # still waiting
    run(made.pk)
    assert "audit.link" not in kinds(now + timedelta(seconds=59))
    assert "audit.link" in kinds(made.created_at + timedelta(seconds=60))


def test_the_scheduled_job_links_the_audit_chain(officer: Actor) -> None:
    waiting = AuditEntry.objects.count()
    made = enqueue(system_actor("audit.link"), "audit.link", key=schedule.KEY)
    assert made.result == {"linked": waiting}
    assert ChainLink.objects.count() == waiting > 0


def test_scheduled_jobs_are_not_in_the_list_of_people_and_are_pruned(officer: Actor, province_officer: Actor) -> None:
    own = enqueue(officer, "sample.note")
    for _ in range(services.KEEP_SCHEDULED + 5):
        enqueue(system_actor("audit.link"), "audit.link", key=schedule.KEY)
    assert list(queries.jobs_of(province_officer)) == [own]
    stale = SessionStore()
    stale.set_expiry(-60)
    stale.save()
    enqueue(system_actor("jobs.prune"), "jobs.prune", key=schedule.KEY)
    assert not SessionStore().exists(stale.session_key)
    assert Job.rows.filter(kind="audit.link").count() == services.KEEP_SCHEDULED
    assert Job.rows.filter(pk=own.pk).exists()


def test_only_the_system_administrator_is_shown_the_schedule(officer: Actor) -> None:
    assert queries.schedule_views(officer) == []
    shown = {v.kind: v for v in queries.schedule_views(make_actor(Role.SYSTEM_ADMIN, "37"))}
    assert shown["audit.link"].every_seconds == 60
    assert shown["audit.link"].label == "串联审计记录"


@pytest.mark.django_db(transaction=True)
def test_once_an_ended_job_is_forgotten_its_heartbeat_writes_nothing_more(
    officer: Actor, queued: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "WRITE_EVERY_SECONDS", 0.0005)
    monkeypatch.setattr(context, "BEAT_EVERY_SECONDS", 0.0005)
    forget = progress.clear

    def forget_and_linger(job_id: int) -> None:
        forget(job_id)
        time.sleep(0.05)

    monkeypatch.setattr(progress, "clear", forget_and_linger)
    made = enqueue(officer, "sample.note", text="一", steps=3)
    assert run(made.pk) == "done"
    assert progress.read(made.pk) is None
