"""The house stands: imports and foreign keys only point downwards, and the kernel is plain Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from django.apps import apps
from django.db import models

FLOORS = ["kernel", "base", "figures", "work", "outputs", "faces", "config"]
ROOMS = {
    "base": ["access", "law", "audit", "divisions", "accounts", "files", "jobs", "intake"],
    "figures": ["engine", "ledger", "snapshots", "indicators"],
    "work": ["catalogue", "projects", "lifecycle", "lists", "workers", "training", "funds", "payroll"],
    "outputs": ["render", "bulletins"],
}


def _height(module: str) -> tuple[int, int] | None:
    parts = module.split(".")
    if parts[0] != "workrelief":
        return None
    rooms = ROOMS.get(parts[1], [])
    return FLOORS.index(parts[1]), rooms.index(parts[2]) if len(parts) > 2 and parts[2] in rooms else 0


def test_imports_keep_the_contracts():
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_foreign_keys_point_the_way_imports_do():
    wrong = []
    for model in apps.get_models():
        own = _height(model.__module__)
        if own is None:
            continue
        for field in model._meta.get_fields():
            if not isinstance(field, models.ForeignKey):
                continue
            target = _height(field.related_model.__module__)
            if target is not None and target > own:
                wrong.append(f"{model._meta.label}.{field.name} → {field.related_model._meta.label}")
    assert wrong == []


def test_every_room_of_the_tree_has_its_place():
    root = Path(__file__).resolve().parents[2] / "workrelief"
    for floor, rooms in ROOMS.items():
        found = {p.name for p in (root / floor).iterdir() if p.is_dir() and (p / "__init__.py").exists()}
        assert found == set(rooms), f"{floor}: {found ^ set(rooms)}"
