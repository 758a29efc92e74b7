"""Imports in real processes: killed in the middle, or two at once. On SQLite, and on PostgreSQL where one is given."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.work.payroll.build import line, workbook

NOTHING = {"sheets": 0, "lines": 0, "facts": 0, "postings": 0, "people": 0, "rosters": 0, "accounts": 0, "entries": 0}


class Place:
    """A database with its folder, and processes that work on it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.env = {
            **os.environ,
            "WORKRELIEF_MODE": "test",
            "DATA_DIR": str(folder),
            "DB_PATH": "",
            "DATABASE_URL": url,
        }

    def start(self, *words: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.work.payroll.child", *map(str, words)]
        return subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ask(self, *words: object) -> object:
        return self.answer(self.start(*words))

    def answer(self, process: subprocess.Popen[str]) -> object:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err[-3000:]
        return json.loads(out.strip().splitlines()[-1])

    def put(self, name: str, numbers: range, **changes: object) -> Path:
        path = self.folder / name
        path.write_bytes(workbook([line(n, **changes) for n in numbers]).getvalue())
        return path


@pytest.fixture(
    params=[pytest.param("sqlite", marks=pytest.mark.sqlite), pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        made = Place(tmp_path, "")
        made.ask("setup")
        yield made
        return
    import psycopg

    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"wr_processes_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        try:
            made = Place(tmp_path, urlunsplit(parts._replace(path=f"/{name}")))
            made.ask("setup")
            yield made
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


def test_a_process_killed_after_writing_everything_leaves_nothing_and_the_commit_works_once_more(place: Place) -> None:
    batch = place.ask("upload", place.put("a.xlsx", range(1, 301)))
    mark = place.folder / "written"
    process = place.start("commit-and-linger", batch, mark)
    deadline = time.monotonic() + 60
    while not mark.exists():
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert place.ask("count") == {"states": ["checked"], **NOTHING}

    assert place.ask("commit", batch) == "committed"
    assert place.ask("commit", batch) == "machine.state"
    found = place.ask("count")
    assert isinstance(found, dict)
    assert (found["sheets"], found["lines"], found["facts"], found["postings"], found["people"]) == (
        1,
        300,
        300,
        1,
        300,
    )


def test_two_processes_committing_one_batch_commit_it_once(place: Place) -> None:
    batch = place.ask("upload", place.put("a.xlsx", range(1, 201)))
    gate = place.folder / "go"
    both = [place.start("commit", batch, gate) for _ in range(2)]
    time.sleep(2)
    gate.touch()
    answers = sorted(str(place.answer(p)) for p in both)
    assert answers == ["committed", "machine.state"]
    found = place.ask("count")
    assert isinstance(found, dict)
    assert (found["sheets"], found["lines"], found["facts"]) == (1, 200, 200)


def test_two_files_for_one_project_month_racing_leave_one_sheet(place: Place) -> None:
    first = place.ask("upload", place.put("a.xlsx", range(1, 101)))
    second = place.ask(
        "upload", place.put("b.xlsx", range(1, 101), **{"单价（元）": 160, "应发（元）": 3200, "实发（元）": 3200})
    )
    gate = place.folder / "go"
    both = [place.start("commit", batch, gate) for batch in (first, second)]
    time.sleep(2)
    gate.touch()
    answers = [str(place.answer(p)) for p in both]
    assert sorted(a == "committed" for a in answers) == [False, True]
    assert set(answers) <= {"committed", "import.nothing", "import.collision"}
    found = place.ask("count")
    assert isinstance(found, dict)
    assert (found["sheets"], found["lines"], found["facts"], found["people"], found["accounts"]) == (
        1,
        100,
        100,
        100,
        100,
    )
