"""The demo command as a real process: killed in the middle of the import, started again, complete and without doubles."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.scenarios.places import tree
from workrelief.config.env import ROOT
from workrelief.faces.commands.demo.plan import plan_year
from workrelief.kernel.kinds import Track

COMMAND = [sys.executable, "manage.py", "demo", "--size", "s", "--processes", "2", "--json"]


def start(folder: Path) -> subprocess.Popen[str]:
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DB_PATH")}
    env |= {"DATA_DIR": str(folder), "WORKRELIEF_MODE": "demo"}
    return subprocess.Popen(COMMAND, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ledgers_committed(database: Path) -> int:
    if not database.exists():
        return 0
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5) as connection:
        try:
            question = "SELECT COUNT(*) FROM intake_importbatch WHERE kind = 'pay_sheet' AND state = 'committed'"
            return int(connection.execute(question).fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def children_of(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(") ", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(status.parent.name))
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] not in "ZX"
    except OSError:
        return False


def wait_for(what: str, condition: object, *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(0.02)


def test_a_killed_load_started_again_is_complete_and_doubles_nothing(tmp_path: Path) -> None:
    database = tmp_path / "db.sqlite3"
    first = start(tmp_path)
    wait_for("two committed pay ledgers", lambda: ledgers_committed(database) >= 2, seconds=120)
    helpers = children_of(first.pid)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    wait_for("the helper processes to leave", lambda: not any(map(is_running, helpers)), seconds=30)
    before = ledgers_committed(database)

    again = start(tmp_path)
    out, err = again.communicate(timeout=300)

    assert again.returncode == 0, err
    document = json.loads(out)
    plan = plan_year(tree(), "s")
    special = sum(p.wages_fen for p in plan.projects if p.track is Track.SPECIAL_FUND)
    with sqlite3.connect(database) as connection:
        paid, lines = connection.execute("SELECT SUM(paid_fen), COUNT(*) FROM ledger_pay_fact").fetchone()
        batches = connection.execute("SELECT COUNT(*) FROM intake_importbatch WHERE state = 'committed'").fetchone()[0]
        projects = connection.execute("SELECT SUM(projects) FROM ledger_project_fact").fetchone()[0]
    assert 2 <= before < 9
    assert document["were_there"] >= before
    assert paid == special + sum(total.wages_fen for total in plan.targets.tracks.values())
    assert lines == document["rows"]["pay_sheet"]
    assert projects == len(plan.projects)
    assert batches == 3 + 1 + 9 * 3 + 3
    assert "重点工程项目10个" in document["headline"]
    assert all(Path(file).stat().st_size > 1_000 for file in document["bulletin_files"])
