"""The worker: takes one task after the other, keeps the schedule, and stops cleanly when asked."""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from types import FrameType

from django.db import DatabaseError, close_old_connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from workrelief.base.access.actor import system_actor
from workrelief.base.jobs import registry, schedule
from workrelief.base.jobs.context import STOP
from workrelief.base.jobs.models import Job
from workrelief.base.jobs.services import enqueue, requeue_lost
from workrelief.base.jobs.states import WAITING
from workrelief.kernel import clock

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
SCHEDULE_SECONDS = 5.0


class TaskRunner(Worker):
    """The queue's own worker, used for one task at a time."""

    def __init__(self, worker_id: str) -> None:
        super().__init__(
            queue_names=["default"], interval=IDLE_SECONDS, batch=True, backend_name="default", startup_delay=False,
            max_tasks=1, worker_id=worker_id, excluded_queue_names=[],
        )  # fmt: skip

    def run_one(self) -> bool:
        """Claim and run the next task; whether there was one."""
        self._run_tasks = 0
        self.run()
        return self._run_tasks > 0


class WorkerLoop:
    """One worker process. Any number may run beside each other, on several machines with the same data folder."""

    def __init__(self, *, until_empty: bool = False, max_seconds: float | None = None) -> None:
        self.until_empty = until_empty
        self.ends_at = None if max_seconds is None else time.monotonic() + max_seconds
        self.tasks = TaskRunner(f"{socket.gethostname()}-{os.getpid()}-{get_random_string(6)}"[:64])
        self.ran = 0
        self._scheduled_at = float("-inf")

    def stop(self, signum: int, frame: FrameType | None) -> None:
        """Signal handler: end after the current step; a second signal ends at once."""
        log.info("signal %s: stopping after the current step", signal.Signals(signum).name)
        STOP.requested = True
        self.tasks.running = False
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL if each == signal.SIGTERM else signal.default_int_handler)

    def run(self) -> int:
        """Work until stopped, until the time is over, or (`until_empty`) until nothing waits; how many tasks ran."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self.stop)
        STOP.requested = False
        registry.load()
        requeue_lost()
        while not STOP.requested and not self._is_over():
            if not self.until_empty:
                self._keep_schedule()
            if self.tasks.run_one():
                self.ran += 1
            elif self.until_empty and not Job.rows.filter(state=WAITING).exists():
                break
            elif not STOP.requested:
                time.sleep(IDLE_SECONDS)
        close_old_connections()
        return self.ran

    def _is_over(self) -> bool:
        return self.ends_at is not None and time.monotonic() >= self.ends_at

    def _keep_schedule(self) -> None:
        """Enqueue what is due; a busy database only means a little later."""
        if time.monotonic() - self._scheduled_at < SCHEDULE_SECONDS:
            return
        self._scheduled_at = time.monotonic()
        try:
            for entry in schedule.due(clock.now()):
                enqueue(system_actor(entry.kind), entry.kind, key=schedule.KEY)
        except DatabaseError:
            log.warning("schedule postponed", exc_info=True)
