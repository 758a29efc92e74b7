"""What a helper process of the loader runs. Imports nothing of the house until Django is set up."""

from __future__ import annotations

import importlib
import os
import threading
import time
from typing import Any

import django

_WATCH_SECONDS = 1.0


def begin(parent: int) -> None:
    """Set up Django, and leave when the command that started this process was killed."""
    django.setup()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def bring_county(size: str, year: int, number: int) -> Any:
    """`load.bring_county`, found by name: models can only be imported after `begin`."""
    return importlib.import_module("workrelief.faces.commands.demo.load").bring_county(size, year, number)
