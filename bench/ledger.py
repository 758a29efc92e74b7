"""Statistics from the ledger: read() against bare DuckDB with exact distinct counts on the same files.

    python -m bench.ledger --sizes 1,10,100        (millions of pay lines)

Each side answers the same questions in a process of its own, in turn, three rounds; medians are printed with the peak
memory of the process and the growth from one size to the next. Both sides must give the same numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.run import Measure

QUESTIONS = {
    "one number": (),
    "province × track × quarter": ("track", "quarter"),
    "city × track": ("city", "track"),
    "city × track × quarter": ("city", "track", "quarter"),
    "county × group": ("county", "group"),
}
IDS = ("headcount_unique", "headcount_project", "wages_paid")
LIMIT_WARM_S = 0.150
"""Target 7: p95 of the statistics page at 5 M and 100 M lines, from the kept cube."""
ROUNDS = 3
LARGEST_IN_ROUNDS = 50_000_000
"""Above it one round is measured: the peer alone takes minutes."""


def _setup(folder: str) -> None:
    os.environ |= {
        "WORKRELIEF_MODE": "test", "DATA_DIR": folder, "DB_PATH": f"{folder}/bench.sqlite3", "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "workrelief.config.settings",
    }  # fmt: skip
    import django

    django.setup()


def make(folder: str, lines: int) -> dict[str, float]:
    """Write the ledger; seconds and peak."""
    _setup(folder)
    from django.core.management import call_command

    from bench.synthetic import make_ledger
    from workrelief.base.divisions.services import load_divisions

    if not Path(f"{folder}/bench.sqlite3").exists():
        call_command("migrate", run_syncdb=True, verbosity=0)
        load_divisions()
    started = time.perf_counter()
    made = make_ledger(lines)
    return {"seconds": time.perf_counter() - started, "peak_mb": _peak_mb(), "rows": made.rows}


def ours(folder: str, lines: int) -> dict[str, Any]:
    """Answers through read(): each question cold (first in the process), then warm (cells loaded, no kept tables)."""
    _setup(folder)
    from workrelief.base.access.scope import Scope
    from workrelief.figures.indicators import read as reading
    from workrelief.kernel.period import Period

    found: dict[str, Any] = {"cold": {}, "warm": {}, "answers": {}}
    for kind in ("cold", "warm"):
        for question, by in QUESTIONS.items():
            if kind == "cold":
                reading.forget()
            reading._kept.clear()
            started = time.perf_counter()
            table = reading.read(
                IDS, scope=Scope(("37",)), period=Period("2022"), by=by, source=reading.Snapshot(f"bench-{lines}")
            )
            found[kind][question] = time.perf_counter() - started
            found["answers"][question] = _digest([[*key, *(f.value for f in cells.values())] for key, cells in table])
    found["peak_mb"] = _peak_mb()
    return found


def peer(folder: str, lines: int) -> dict[str, Any]:
    """The same answers from bare DuckDB: nets of each key first, so that lines taken back do not count."""
    import duckdb

    with duckdb.connect() as on:
        on.execute(f"SET threads = 2; SET memory_limit = '8GB'; SET temp_directory = '{folder}/peer-spill'")
        files = json.loads(Path(f"{folder}/files-{lines}.json").read_text())
        on.execute(f"CREATE VIEW pay AS SELECT * FROM read_parquet({files})")
        dims = {
            "city": "(division_code - division_code % 100000000)",
            "county": "(division_code - division_code % 1000000)",
            "track": "track",
            "group": '"group"',
            "quarter": "(wage_period // 100 * 100 + (wage_period % 100 + 2) // 3)",
        }
        found: dict[str, Any] = {"cold": {}, "warm": {}, "answers": {}}
        rows: dict[str, list[tuple[int, ...]]] = {}
        for kind in ("cold", "warm"):
            for question, by in QUESTIONS.items():
                started = time.perf_counter()
                rows[question] = on.execute(_peer_sql([dims[b] for b in by])).fetchall()
                found[kind][question] = time.perf_counter() - started
    found["peak_mb"] = _peak_mb()
    _setup(folder)  # the keys of the answers are put into our words only now
    for question, by in QUESTIONS.items():
        width = len(by)
        found["answers"][question] = _digest([[*_outside(by, r[:width]), *r[width:]] for r in rows[question]])
    return found


def _peer_sql(dims: list[str]) -> str:
    keys = "".join(f"{d} AS k{i}, " for i, d in enumerate(dims))
    named = ", ".join(f"k{i}" for i in range(len(dims)))
    group = f"GROUP BY {named}" if dims else ""
    using = f"USING ({named})" if dims else "ON true"

    def persons(key: str, name: str) -> str:
        inner = f"SELECT {keys}{key}, sum(sign) AS net FROM pay GROUP BY ALL"
        return (
            f"(SELECT {named + ', ' if dims else ''}count(*) FILTER (net > 0)::BIGINT AS {name} FROM ({inner}) {group})"
        )

    money = f"(SELECT {keys}sum(paid_fen)::BIGINT AS wages FROM pay {'GROUP BY ALL' if dims else ''})"
    joined = f"{persons('worker_key', 'workers')} a JOIN {persons('engagement_key', 'engagements')} b {using} JOIN {money} c {using}"
    return f"SELECT {named + ', ' if dims else ''}workers, engagements, wages FROM {joined} ORDER BY ALL"


def _outside(by: tuple[str, ...], numbers: tuple[int, ...]) -> list[str]:
    from workrelief.figures.indicators.dimensions import dimension

    return [dimension(name).key(number) for name, number in zip(by, numbers, strict=True)]


def build_ours(folder: str, lines: int) -> dict[str, Any]:
    """Make every cube again from the files."""
    _setup(folder)
    from workrelief.figures.ledger.facts import PAY
    from workrelief.figures.snapshots import cube, queries
    from workrelief.figures.snapshots.build import in_parallel
    from workrelief.figures.snapshots.manifest import Files

    started = time.perf_counter()
    entries = Files.of(queries.manifest(f"bench-{lines}")).entries
    largest = max(e.rows for e in entries)
    list(in_parallel(lambda e: cube.write(PAY, e.path, e.digest), entries, rows_each=largest))
    return {"seconds": time.perf_counter() - started, "peak_mb": _peak_mb()}


def build_peer(folder: str, lines: int) -> dict[str, Any]:
    """The roll-up a cube replaces: county, city and province × track × sector × group × quarter, exact."""
    import duckdb

    with duckdb.connect() as on:
        on.execute(f"SET threads = 2; SET memory_limit = '8GB'; SET temp_directory = '{folder}/peer-spill'")
        files = json.loads(Path(f"{folder}/files-{lines}.json").read_text())
        on.execute(f"CREATE VIEW pay AS SELECT * FROM read_parquet({files})")
        cell = 'track, sector, "group", (wage_period // 100 * 100 + (wage_period % 100 + 2) // 3)'
        started = time.perf_counter()
        for below in (10**6, 10**8, 10**10):
            on.execute(_peer_sql([f"(division_code - division_code % {below})", *cell.split(", ")])).fetchall()
        seconds = time.perf_counter() - started
    return {"seconds": seconds, "peak_mb": _peak_mb()}


def _digest(rows: list[list[Any]]) -> str:
    from workrelief.base.audit.sm3 import sm3_hex

    return sm3_hex(json.dumps(sorted([[str(v) for v in row] for row in rows])).encode())


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _child(task: str, folder: str, lines: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.ledger", "--task", task, "--folder", folder, "--lines", str(lines)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def _median(rounds: list[dict[str, Any]], *path: str) -> float:
    values = []
    for one in rounds:
        for step in path:
            one = one[step]
        values.append(float(one))  # type: ignore[arg-type]
    return statistics.median(values)


def measure(folder: str, lines: int, *, rounds: int = ROUNDS) -> dict[str, Any]:
    """All measures of one size."""
    made = _child("make", folder, lines)
    files = sorted(str(p) for p in Path(folder, "mirror").rglob("*.parquet"))
    known = {f for p in Path(folder).glob("files-*.json") for f in json.loads(p.read_text())}
    Path(folder, f"files-{lines}.json").write_text(json.dumps([f for f in files if f not in known]))
    ours_rounds, peer_rounds, built, rolled = [], [], [], []
    for _ in range(rounds if lines <= LARGEST_IN_ROUNDS else 1):
        ours_rounds.append(_child("ours", folder, lines))
        peer_rounds.append(_child("peer", folder, lines))
        built.append(_child("build_ours", folder, lines))
        rolled.append(_child("build_peer", folder, lines))
    for question in QUESTIONS:
        if ours_rounds[0]["answers"][question] != peer_rounds[0]["answers"][question]:
            raise AssertionError(f"{lines} lines, {question}: the two sides disagree")
    return {
        "lines": lines,
        "make": made,
        "questions": {
            q: {
                "ours_cold_s": _median(ours_rounds, "cold", q),
                "ours_warm_s": _median(ours_rounds, "warm", q),
                "limit_warm_s": LIMIT_WARM_S,
                "peer_cold_s": _median(peer_rounds, "cold", q),
                "peer_warm_s": _median(peer_rounds, "warm", q),
            }
            for q in QUESTIONS
        },
        "read_peak_mb": {"ours": _median(ours_rounds, "peak_mb"), "peer": _median(peer_rounds, "peak_mb")},
        "build": {
            "ours_s": _median(built, "seconds"), "peer_s": _median(rolled, "seconds"),
            "ours_peak_mb": _median(built, "peak_mb"), "peer_peak_mb": _median(rolled, "peak_mb"),
        },
    }  # fmt: skip


def run(sizes: list[int], *, rounds: int = ROUNDS) -> dict[str, Any]:
    """Measure each size (millions of lines), print, and return what `bench/results.json` keeps."""
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bench-ledger-") as folder:
        for size in sizes:
            found = measure(folder, size * 1_000_000, rounds=rounds)
            results[f"{size}M"] = found
            _print(size, found, results.get(f"{size // 10}M"))
    return results


def measures(options: Any) -> list[Measure]:
    """The measures of `make bench`: `options.sizes` (millions of lines), `options.rounds`."""
    from bench.run import Measure

    kept: list[Measure] = []
    for size, found in run([int(s) for s in options.sizes.split(",")], rounds=options.rounds).items():
        for question, q in found["questions"].items():
            kept.append(
                Measure(
                    f"statistics at {size} lines: {question}",
                    q["ours_warm_s"],
                    "s",
                    limit=LIMIT_WARM_S,
                    peer=q["peer_warm_s"],
                    peer_name="DuckDB, exact distinct counts",
                    peak_mb=found["read_peak_mb"]["ours"],
                    notes={"cold_s": q["ours_cold_s"]},
                )
            )
        build = found["build"]
        kept.append(
            Measure(
                f"all cubes again at {size} lines",
                build["ours_s"],
                "s",
                limit=build["peer_s"] / 2,
                peer=build["peer_s"],
                peer_name="DuckDB, the same roll-up",
                peak_mb=build["ours_peak_mb"],
                notes={"peer_peak_mb": build["peer_peak_mb"]},
            )
        )
    return kept


def _print(size: int, found: dict[str, Any], smaller: dict[str, Any] | None) -> None:
    print(f"\n{size} M lines (written in {found['make']['seconds']:.1f} s, peak {found['make']['peak_mb']:.0f} MB)")
    print(f"{'question':30}{'ours warm':>11}{'limit':>9}{'ours cold':>11}{'DuckDB':>10}{'ratio':>9}{'growth':>8}")
    for question, q in found["questions"].items():
        growth = f"{q['ours_warm_s'] / smaller['questions'][question]['ours_warm_s']:.1f}×" if smaller else ""
        print(
            f"{question:30}{q['ours_warm_s'] * 1000:9.1f}ms{q['limit_warm_s'] * 1000:7.0f}ms{q['ours_cold_s'] * 1000:9.0f}ms"
            f"{q['peer_warm_s'] * 1000:8.0f}ms{q['peer_warm_s'] / q['ours_warm_s']:8.0f}×{growth:>8}"
        )
    peak, build = found["read_peak_mb"], found["build"]
    print(f"peak memory while reading: ours {peak['ours']:.0f} MB, DuckDB {peak['peer']:.0f} MB")
    growth = f", growth {build['ours_s'] / smaller['build']['ours_s']:.1f}×" if smaller else ""
    print(
        f"all cubes {build['ours_s']:.1f} s, {build['ours_peak_mb']:.0f} MB; roll-up in DuckDB {build['peer_s']:.1f} s, "
        f"{build['peer_peak_mb']:.0f} MB; ratio {build['peer_s'] / build['ours_s']:.1f}× (limit: at least 2×){growth}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1,10", help="millions of lines, e.g. 1,10,100")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--lines", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        tasks = {f.__name__: f for f in (make, ours, peer, build_ours, build_peer)}
        print(json.dumps(tasks[given.task](given.folder, given.lines)))
    else:
        run([int(s) for s in given.sizes.split(",")], rounds=given.rounds)


if __name__ == "__main__":
    main()
