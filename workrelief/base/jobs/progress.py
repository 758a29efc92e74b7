"""How far a running job is, in a small side file: DATA_DIR/progress/<job id>.json, and <job id>.cancel beside it.

A job works inside one long transaction. On SQLite nobody else can write then, and on any database its own rows are not
visible to others before the commit; so progress, heartbeat and the wish to cancel go past the database. Both databases
use this one way. Files are replaced whole, so a reader never sees half of one.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Progress:
    """What a running attempt says of itself. `at` is its last sign of life, seconds since 1970."""

    attempt: int
    at: float
    message: str = ""
    done: int | None = None
    total: int | None = None
    log: tuple[str, ...] = ()


def write(job_id: int, progress: Progress) -> None:
    """Replace the file of this job."""
    path = _path(job_id, "json")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps(asdict(progress), ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def read(job_id: int) -> Progress | None:
    """The last progress written; None when there is none (not started, ended, or the folder was cleared)."""
    try:
        content = json.loads(_path(job_id, "json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return Progress(**{**content, "log": tuple(content["log"])})


def ask_to_cancel(job_id: int) -> None:
    """Leave the wish that this job stops at its next step."""
    path = _path(job_id, "cancel")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def is_asked_to_cancel(job_id: int) -> bool:
    return _path(job_id, "cancel").exists()


def clear(job_id: int) -> None:
    """Forget everything about this job; done before it first waits and after it ended."""
    for suffix in ("json", "cancel"):
        _path(job_id, suffix).unlink(missing_ok=True)


def _path(job_id: int, suffix: str) -> Path:
    return Path(settings.DATA_DIR) / "progress" / f"{job_id}.{suffix}"
