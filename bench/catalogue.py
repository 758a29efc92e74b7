"""Matching a bill of works of five hundred lines against the guidance catalogue, until it is kept with its estimate.

Each database in a process of its own, freshly made. The bill is read from text as an officer pastes it, matched, estimated
and stored, and its lines and totals are read back as its page does. PostgreSQL too when DATABASE_URL is given.

    python -m bench.catalogue [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.run import Measure

LINES = 500
MOST_S = 2.0
NINGJIN = "371422000000"


def measures(options: Any) -> list[Measure]:
    """The measures of `make bench`."""
    from bench.run import Measure

    found: list[Measure] = []
    for vendor, url in (("sqlite", ""), ("postgresql", os.environ.get("DATABASE_URL", ""))):
        if vendor == "postgresql" and not url:
            continue
        with tempfile.TemporaryDirectory(prefix="bench-catalogue-") as folder:
            ours = _in_process(Path(folder), url, options.rounds)
        found.append(
            Measure(
                f"matcher, {vendor}: bill of {LINES} lines, slowest", ours.pop("slowest_s"), "s", MOST_S, notes=ours
            )
        )
    return found


def _in_process(folder: Path, url: str, rounds: int) -> dict[str, Any]:
    environment = os.environ | {
        "WORKRELIEF_MODE": "test", "DATA_DIR": str(folder), "DB_PATH": str(folder / "db.sqlite3"), "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "workrelief.config.settings",
    }  # fmt: skip
    command = [sys.executable, "-m", "bench.catalogue", "--one", "--rounds", str(rounds)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-4_000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def one(rounds: int) -> dict[str, Any]:
    """The slowest of some rounds from text to totals on one fresh database, seconds; the first round is a cold one."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from workrelief.base.access.actor import system_actor
    from workrelief.base.divisions.services import load_divisions
    from workrelief.work.catalogue import queries, services
    from workrelief.work.catalogue.rules.bill import parse_text

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", verbosity=0)
    load_divisions()
    actor = system_actor("bench")
    edition = services.issue_edition(actor, services.load_edition(actor).pk)
    names = [link.name for link in edition.links.all()]
    text = "\n".join(f"第{n}段{names[n % len(names)]} m³ {n + 1}" for n in range(LINES))
    times, statements = [], 0
    for _ in range(max(3, rounds)):
        with CaptureQueriesContext(connection) as asked:
            began = time.perf_counter()
            run = services.match_bill(
                actor, services.MatchRequest(bill=parse_text(text), division_code=NINGJIN, sector="transport")
            )
            lines = list(queries.lines(actor.scope, run.pk))
            sums = queries.totals(actor.scope, run.pk)
            times.append(time.perf_counter() - began)
        statements = len(asked)
    if len(lines) != LINES or sums.works != LINES:
        raise RuntimeError(f"{len(lines)} lines kept, {sums.works} counted, {LINES} given")
    return {
        "slowest_s": max(times), "fastest_s": min(times), "statements": statements, "with_days": sums.counted - sums.unestimated
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", action="store_true", help="measure the database of the environment, as JSON")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.rounds)))
        return
    for measure in measures(options):
        print(measure.line())
        print("   ", measure.notes)


if __name__ == "__main__":
    main()
