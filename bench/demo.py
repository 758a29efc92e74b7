"""The demo year: spreadsheets written, imported, sealed, and the bulletin rendered, in one cold run of the command."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

from bench.run import Measure

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "var" / "bench" / "demo"
LIMIT_SECONDS = 180


def environment() -> dict[str, str]:
    return os.environ | {"WORKRELIEF_MODE": "demo", "DATA_DIR": str(FOLDER), "DATABASE_URL": ""}


def load() -> dict[str, object]:
    """Load the year into an empty folder; returns the command's document."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    command = [sys.executable, "manage.py", "demo", "--load-only", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


class Peak(threading.Thread):
    """Highest resident memory of this process' children, in MB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.mb = 0.0
        self.over = threading.Event()

    def run(self) -> None:
        own = psutil.Process()
        while not self.over.wait(0.5):
            total = 0
            for child in own.children(recursive=True):
                try:
                    total += child.memory_info().rss
                except psutil.Error:
                    continue
            self.mb = max(self.mb, total / 1e6)


def measures(options: argparse.Namespace) -> list[Measure]:
    peak = Peak()
    peak.start()
    began = time.monotonic()
    document = load()
    seconds = time.monotonic() - began
    peak.over.set()
    return [
        Measure(
            "demo.load_seal_bulletin", seconds, "s", limit=LIMIT_SECONDS, peak_mb=peak.mb, notes={"demo": document}
        ),
    ]
