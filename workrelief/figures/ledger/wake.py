"""Asking for the mirror to be brought up to date after a posting was committed."""

from __future__ import annotations

from workrelief.base.access.actor import system_actor
from workrelief.base.jobs.services import enqueue

REFRESH = "snapshot.refresh"
"""Job kind, declared in `figures/snapshots/jobs.py`."""


def refresh_figures() -> None:
    """Enqueue the refresh. Figures do not depend on it: live reading adds waiting rows by itself."""
    enqueue(system_actor("刷新数据快照"), REFRESH, key="live")
