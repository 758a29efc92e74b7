"""The frame is tested on the small site of `frame_site.py`, so that no room is needed."""

from __future__ import annotations

import pytest

from tests.faces.web.frame_site import SMALL_SITE


@pytest.fixture
def frame_site(settings, db):
    for name, value in SMALL_SITE.items():
        setattr(settings, name, value)
    return settings
