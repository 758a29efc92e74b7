"""manage.py serve [--port 8000]: the site and one job worker, stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workrelief.config.env import ROOT


class Command(BaseCommand):
    help = "启动网站和任务进程（Ctrl+C 停止）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *args: object, **options: Any) -> None:
        port, host = options["port"], options["host"]
        commands = [
            [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
                "--workers", str(options["workers"]), "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
                "workrelief.config.wsgi:application",
            ],
            [sys.executable, str(ROOT / "manage.py"), "run_worker"],
        ]  # fmt: skip
        running = [subprocess.Popen(c, cwd=ROOT, start_new_session=True) for c in commands]  # noqa: S603 - fixed commands
        self.stdout.write(f"网站已启动：http://{host}:{port}/  （Ctrl+C 停止）")
        self.stdout.flush()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            while all(p.poll() is None for p in running):
                time.sleep(0.5)
        except KeyboardInterrupt:
            pass
        finally:
            for process in running:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
            for process in running:
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)  # its own workers too, which would keep the port
