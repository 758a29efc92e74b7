"""Money that arrived, was paid out, and turned into work done."""

from __future__ import annotations
