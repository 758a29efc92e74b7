"""manage.py run_worker: run long jobs, and what the platform does by schedule."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workrelief.base.jobs.worker import WorkerLoop


class Command(BaseCommand):
    help = "启动任务进程：执行任务和定时任务（收到 SIGTERM 后做完当前一步即停）。可同时运行多个。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until-empty", action="store_true", help="没有等待的任务时结束，不执行定时任务")
        parser.add_argument("--max-seconds", type=float, default=None, help="最多运行多少秒，在两个任务之间结束")

    def handle(self, *args: object, **options: Any) -> None:
        loop = WorkerLoop(until_empty=options["until_empty"], max_seconds=options["max_seconds"])
        self.stdout.write(f"已停止，共执行 {loop.run()} 个任务。")
