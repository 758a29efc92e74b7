"""Every action used in the code stands in the permission table, and the table names no other."""

from __future__ import annotations

import re
from pathlib import Path

from workrelief.base.access.permissions import PERMISSIONS

ROOT = Path(__file__).resolve().parents[2] / "workrelief"
_ROOMS = "|".join(sorted({action.split(".")[0] for action in PERMISSIONS}))
ACTION = re.compile(rf"""["']((?:{_ROOMS})\.[a-z_]+)["']""")


def _used() -> set[str]:
    used: set[str] = set()
    for path in ROOT.rglob("*.py"):
        if path.name == "permissions.py" or "migrations" in path.parts:
            continue
        used |= set(ACTION.findall(path.read_text(encoding="utf-8")))
    return used


def test_the_table_names_only_actions_that_are_used():
    assert PERMISSIONS.keys() - _used() == set()
