"""The demo's own present: its clock goes on from the day its year was closed, so that nothing is years overdue.

Kept in DATA_DIR/demo/present.json when loading ends; every process of the demo sets its clock by it at start.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from workrelief.kernel import clock


def keep(moment: datetime) -> None:
    """Let the demo's present be `moment` from now on, in this process and in those that start later."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    by = moment - clock.machine_moment(clock.now())
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps({"shift_seconds": int(by.total_seconds())}))
    draft.replace(path)
    enter()


def enter() -> None:
    """Set the clock by what was kept; without it, or outside the demo, the clock is the machine's."""
    try:
        kept = json.loads(_path().read_text())
        clock.shift(timedelta(seconds=int(kept["shift_seconds"])))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        clock.shift(timedelta(0))


def _path() -> Path:
    return Path(settings.DATA_DIR) / "demo" / "present.json"
