"""A process that dies in the middle of a refresh or a seal loses nothing, counts nothing twice, and needs no repair."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from tests.figures.process import DIED

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db(transaction=True)


class Ledger:
    """A ledger on disk, worked upon by processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.environment = {**os.environ, "WORKRELIEF_MODE": "test", "DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
        if connection.vendor == "postgresql":
            known = connection.settings_dict
            place = f"{quote(known['USER'])}:{quote(known['PASSWORD'])}@{quote(known['HOST'], safe='')}:{known['PORT'] or 5432}"
            self.environment["DATABASE_URL"] = f"postgresql://{place}/{known['NAME']}"
        else:
            self.environment |= {"DATABASE_URL": "", "DB_PATH": str(folder / "ledger.sqlite3")}

    def start(self, *commands: str, crash_at: str = "") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.figures.process", ", ".join(commands)],
            env={**self.environment, "CRASH_AT": crash_at}, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *commands: str, crash_at: str = "") -> list[dict[str, Any]]:
        """What the commands reported, one after the other."""
        process = self.start(*commands, crash_at=crash_at)
        output, _ = process.communicate(timeout=180)
        assert process.returncode == (DIED if crash_at else 0)
        return [json.loads(line) for line in output.splitlines()]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a SQLite ledger already prepared; empty for PostgreSQL."""
    folder = tmp_path_factory.mktemp("ledger")
    if connection.vendor != "postgresql":
        Ledger(folder).run("create", "prepare")
    return folder


@pytest.fixture
def ledger(tmp_path: Path, template: Path) -> Ledger:
    folder = tmp_path / "ledger"
    shutil.copytree(template, folder)
    made = Ledger(folder)
    if connection.vendor == "postgresql":
        made.run("prepare")
    return made


VALUES = {
    "wages_paid": [[370102000000, 1_000], [371325000000, 1_000], [371422000000, 1_000]],
    "headcount_unique": [[370102000000, 10], [371325000000, 10], [371422000000, 10]],
    "projects": [[371422000000, 1]],
}


@pytest.mark.parametrize(
    "point",
    [
        "a file was written, not yet named",
        "the first partition was written",
        "a cube was written",
        "all files were written",
        "the manifest was made, not committed",
        "everything was committed",
    ],
)
def test_a_refresh_that_died_is_simply_repeated(ledger: Ledger, point: str):
    ledger.run("refresh", crash_at=point)
    after_crash, repeated = ledger.run("report", "refresh", "report")
    assert (after_crash["values"], after_crash["faults"]) == (VALUES, [])
    assert repeated["values"] == VALUES
    assert (repeated["waiting"], repeated["manifests"], repeated["faults"]) == (0, [["live", 31]], [])


@pytest.mark.parametrize(
    "point",
    [
        "the first partition was written",
        "the manifest was made, not committed",
        "months were sealed, not committed",
        "the snapshot was made, not committed",
    ],
)
def test_a_seal_that_died_left_nothing_and_is_simply_repeated(ledger: Ledger, point: str):
    ledger.run("seal", crash_at=point)
    after_crash, repeated = ledger.run("report", "seal", "seal", "report")  # sealing twice makes no second version
    assert (after_crash["values"], after_crash["sealed_months"]) == (VALUES, 0)
    assert all(kind == "live" for kind, _ in after_crash["manifests"])
    assert repeated["values"] == VALUES
    assert (repeated["sealed_months"], repeated["faults"]) == (12, [])
    assert [m for m in repeated["manifests"] if m[0] == "sealed"] == [["sealed", 31]]


def test_writers_a_refresher_and_readers_do_not_disturb_one_another(ledger: Ledger):
    """Two processes post 12 batches each; a third refreshes and reads: whole batches only, never fewer than before."""
    before, total = 3_000, 2 * 12 * 50 * 7
    writers = [ledger.start(f"write {name} 12 50") for name in (1, 2)]
    watcher = ledger.start(f"watch {before + total}")
    output, _ = watcher.communicate(timeout=180)
    for process in writers:
        process.communicate(timeout=60)
    assert [p.returncode for p in (*writers, watcher)] == [0, 0, 0]
    seen = [(amount - before, persons - 10) for amount, persons in json.loads(output)]
    assert seen == sorted(seen)
    assert all(amount % (50 * 7) == 0 and amount == persons * 7 for amount, persons in seen)
    assert seen[-1] == (total, 1_200)
    (found,) = ledger.run("refresh", "report")
    assert found["values"]["wages_paid"][-1] == [371422000000, 1_000 + total]
    assert (found["waiting"], found["faults"]) == (0, [])
