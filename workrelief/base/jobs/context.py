"""What a running job holds in its hands: its actor, its steps, its log."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager
from types import TracebackType

from workrelief.base.access.actor import Actor
from workrelief.base.jobs import progress
from workrelief.kernel import clock

WRITE_EVERY_SECONDS = 0.5
BEAT_EVERY_SECONDS = 5.0
MOST_LOG_LINES = 200


class JobCancelled(Exception):
    """Somebody asked this job to stop; raised inside `step()`. Let it pass, the runner records it."""


class JobInterrupted(Exception):
    """The worker is shutting down; the job goes back to the queue."""


class JobLost(Exception):
    """This attempt was given up for lost and another one runs; it must not finish anything."""


class StopFlag:
    """Set by the worker's signal handler: running jobs are to stop at their next step."""

    requested: bool = False


STOP = StopFlag()


class JobContext(AbstractContextManager["JobContext"]):
    """Given to the job function first. Cheap to use: at most two small files a second are written, however many steps.

    While entered with `beating`, a thread keeps the heartbeat and the last words fresh even during one long step.
    """

    def __init__(self, job_id: int, actor: Actor, *, attempt: int, log: list[str] | None = None) -> None:
        self.job_id = job_id
        self.actor = actor
        self.attempt = attempt
        self.message = ""
        self.done: int | None = None
        self.total: int | None = None
        self.lines: list[str] = list(log or [])
        self.result_file_id: int | None = None
        self._looked_at = self._written_at = float("-inf")
        self._unwritten = True
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def step(self, message: str = "", *, done: int | None = None, total: int | None = None) -> None:
        """Say how far the job is, and stop here when asked to.

        A new `message` is also a line of the log. Raises JobCancelled, JobInterrupted or JobLost.
        """
        if message and message != self.message:
            self.message = message
            self.log(message)
        self.done = self.done if done is None else done
        self.total = self.total if total is None else total
        self._unwritten = True
        now = time.monotonic()
        if now - self._looked_at >= WRITE_EVERY_SECONDS:
            self._looked_at = now
            self._look_up()
        if now - self._written_at >= WRITE_EVERY_SECONDS:
            self._write()

    def log(self, line: str) -> None:
        """Add a line to the log; the oldest fall away."""
        self.lines.append(f"{clock.now():%H:%M:%S} {line}"[:500])
        del self.lines[:-MOST_LOG_LINES]
        self._unwritten = True

    def attach(self, file_id: int) -> None:
        """Offer this stored file for download when the job is done."""
        self.result_file_id = file_id

    def start_beating(self) -> None:
        """Keep the side file fresh from a thread until the context is left."""
        self._write()
        self._thread = threading.Thread(target=self._beat, name=f"job-{self.job_id}-heartbeat", daemon=True)
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_beating()

    def stop_beating(self) -> None:
        """End the thread, so that nothing writes the side file once it is cleared."""
        self._end.set()
        if self._thread is not None:
            self._thread.join()

    def _look_up(self) -> None:
        """Has anybody asked this attempt to stop?"""
        if progress.is_asked_to_cancel(self.job_id):
            raise JobCancelled
        if STOP.requested:
            raise JobInterrupted
        if self._is_superseded():
            raise JobLost

    def _is_superseded(self) -> bool:
        newest = progress.read(self.job_id)
        return newest is not None and newest.attempt > self.attempt

    def _write(self) -> None:
        with self._lock:
            self._unwritten = False
            self._written_at = time.monotonic()
            progress.write(
                self.job_id,
                progress.Progress(self.attempt, time.time(), self.message, self.done, self.total, tuple(self.lines)),
            )

    def _beat(self) -> None:
        while not self._end.wait(WRITE_EVERY_SECONDS):
            age = time.monotonic() - self._written_at
            due = BEAT_EVERY_SECONDS if not self._unwritten else WRITE_EVERY_SECONDS
            if age >= due and not self._is_superseded():
                self._write()
