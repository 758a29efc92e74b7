"""make bench: every measure beside its limit and peer, measured in turn in one run; writes bench/results.json.

Each module of `bench` offers `measures(options) -> list[Measure]`. Choose some with `make bench BENCH="pay_import ledger"`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

MODULES = ("demo", "pages", "pay_import", "catalogue", "lists", "ledger")
RESULTS = Path(__file__).with_name("results.json")


@dataclass
class Measure:
    """One figure: ours, its limit, and the peer measured in the same run where there is one."""

    name: str
    ours: float
    unit: str
    limit: float | None = None
    better: str = "lower"
    peer: float | None = None
    peer_name: str = ""
    peak_mb: float | None = None
    notes: dict[str, object] = field(default_factory=dict)

    @property
    def holds(self) -> bool | None:
        if self.limit is None:
            return None
        return self.ours <= self.limit if self.better == "lower" else self.ours >= self.limit

    def line(self) -> str:
        limit = "" if self.limit is None else f"  limit {'≤' if self.better == 'lower' else '≥'} {self.limit:,.4g}"
        verdict = {True: "  ok", False: "  MISSED", None: ""}[self.holds]
        peer = "" if not self.peer else f"  {self.peer_name} {self.peer:,.4g} (ratio {self.ours / self.peer:.2f})"
        peak = "" if self.peak_mb is None else f"  peak {self.peak_mb:,.0f} MB"
        return f"{self.name}: {self.ours:,.4g} {self.unit}{limit}{verdict}{peer}{peak}"


def _machine_ms() -> float:
    """Best of five times of a fixed sum in plain Python, so that figures of a slower hour can be told from slower code."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        sum(i * i for i in range(1_000_000))
        times.append((time.perf_counter() - began) * 1_000)
    return round(min(times), 1)


def _document(known: dict[str, object]) -> str:
    """The results as kept: paths without the folder of this machine."""
    return json.dumps(known, ensure_ascii=False, indent=1, default=str).replace(f"{RESULTS.parents[1]}/", "") + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=list(MODULES))
    parser.add_argument("--sizes", default="1,10", help="ledger sizes in million lines")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ.setdefault("WORKRELIEF_MODE", "test")
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"measures": {}}
    known["machine"] = {"cores": os.cpu_count(), "python": platform.python_version()}
    for name in options.modules:
        began = time.monotonic()
        print(f"== {name}", flush=True)
        surroundings = dict(os.environ)
        speed = _machine_ms()
        for measure in importlib.import_module(f"bench.{name}").measures(options):
            print(measure.line(), flush=True)
            known["measures"][measure.name] = asdict(measure) | {"holds": measure.holds, "machine_ms": speed}
        os.environ.clear()
        os.environ.update(surroundings)  # a module that chose its own database leaves the next one's alone
        print(f"   ({time.monotonic() - began:.0f} s; the machine's sum took {speed:.0f} ms before)", flush=True)
        RESULTS.write_text(_document(known))
    sys.exit(1 if any(m.get("holds") is False for m in known["measures"].values()) else 0)


if __name__ == "__main__":
    main()
