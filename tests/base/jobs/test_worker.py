"""The worker as a real process on a real database file: killed, stopped, cancelled in the middle of a job."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 120.0


class Installation:
    """A data folder and a database of their own, worked on by processes of their own."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "WORKRELIEF_MODE": "development",
            "DJANGO_SETTINGS_MODULE": "workrelief.config.settings",
            "DATA_DIR": str(folder),
            "DB_PATH": str(folder / "db.sqlite3"),
            "DATABASE_URL": database_url,
        }
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.base.jobs.worker_process", *words],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def say(self, *words: str) -> str:
        """Output of a process that must end well."""
        process = self.start(*words)
        output, complaints = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, complaints
        return output.strip()

    def tell(self, job_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.say("tell", job_id).splitlines()[-1])
        return answer

    def migrate(self) -> None:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--run-syncdb", "--skip-checks", "-v", "0"],
            cwd=ROOT,
            env=self.environment,
            check=True,
        )

    def steps_done(self, job_id: str) -> int:
        """Read past the database, as the page does."""
        path = self.folder / "progress" / f"{job_id}.json"
        with contextlib.suppress(FileNotFoundError):
            return int(json.loads(path.read_text(encoding="utf-8"))["done"] or 0)
        return 0

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@contextlib.contextmanager
def scratch_postgres(url: str) -> Iterator[str]:
    """A new, empty database on the server of `url`."""
    import psycopg

    name = f"workrelief_worker_{os.getpid()}"
    with psycopg.connect(urlsplit(url)._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(
    params=[pytest.param("sqlite", marks=pytest.mark.sqlite), pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(scratch_postgres(os.environ["DATABASE_URL"])) if request.param == "postgresql" else ""
        made = Installation(tmp_path, url)
        stack.callback(made.end)
        made.migrate()
        yield made


def test_a_job_whose_worker_is_killed_is_done_once_by_the_next_one(installation: Installation) -> None:
    job_id = installation.say("ask", "40", "0.05")
    first = installation.start("work")
    wait_for(lambda: installation.steps_done(job_id) >= 10)
    first.send_signal(signal.SIGKILL)
    first.wait()
    killed = installation.tell(job_id)
    assert (killed["state"], killed["attempts"], killed["units"]) == ("running", 1, [])

    time.sleep(2.5)  # longer than the two seconds after which these workers give a silent one up
    installation.say("work", "--until-empty")

    done = installation.tell(job_id)
    assert (done["state"], done["attempts"], done["losses"], done["result"]) == ("done", 2, 1, {"made": 40})
    assert done["units"] == sorted(f"2-{i}" for i in range(40))
    assert any("工作进程中断" in line for line in done["log"])


def test_progress_is_seen_and_a_cancel_is_heard_while_the_transaction_is_open(installation: Installation) -> None:
    session = installation.say("sign_in")
    job_id = installation.say("ask", "600", "0.2")
    worker = installation.start("work", "--until-empty")
    wait_for(lambda: installation.steps_done(job_id) >= 5)
    during = installation.tell(job_id)
    assert during["state"] == "running"
    assert 0 < during["done"] < 600
    assert during["units"] == []  # nothing is committed yet, and still one sees how far it is
    seen = json.loads(installation.say("look", session, job_id).splitlines()[-1])
    assert seen["status"] == 200  # a page that is read, session and all, never waits for the writer
    assert seen["seconds"] < 10
    assert "/600" in seen["page"]

    installation.say("cancel", job_id)
    worker.wait(timeout=PATIENCE_SECONDS)
    after = installation.tell(job_id)
    assert (after["state"], after["units"]) == ("cancelled", [])
    assert not list((installation.folder / "progress").glob(f"{job_id}.*"))


def test_sigterm_gives_the_job_back_and_ends_cleanly(installation: Installation) -> None:
    job_id = installation.say("ask", "60", "0.05")
    worker = installation.start("work")
    wait_for(lambda: installation.steps_done(job_id) >= 5)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=PATIENCE_SECONDS) == 0
    given_back = installation.tell(job_id)
    assert (given_back["state"], given_back["losses"], given_back["units"]) == ("waiting", 0, [])

    installation.say("work", "--until-empty")
    done = installation.tell(job_id)
    assert (done["state"], done["attempts"]) == ("done", 2)
    assert len(done["units"]) == 60


def test_an_idle_worker_ends_on_sigterm_and_after_its_time(installation: Installation) -> None:
    idle = installation.start("work")
    wait_for(lambda: idle.poll() is None and _links_made(installation))
    idle.send_signal(signal.SIGTERM)
    assert idle.wait(timeout=PATIENCE_SECONDS) == 0
    assert "共执行" in installation.say("work", "--max-seconds", "0.5")


def _links_made(installation: Installation) -> bool:
    """Whether the worker is up: it has run its first scheduled job."""
    return int(installation.say("scheduled", "audit.link")) > 0
