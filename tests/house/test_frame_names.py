"""No page takes a name of the frame for itself: it would lose its menu, its search box or its count of waiting work."""

from __future__ import annotations

import re
from pathlib import Path

from django.test import RequestFactory

from workrelief.faces.web.context import frame

VIEWS = Path(__file__).parents[2] / "workrelief" / "faces" / "web" / "views"
EXEMPT = {("errors.py", "request_id"): "the error pages say the number of their own request"}


def test_no_view_uses_a_name_of_the_frame():
    names = "|".join(frame(RequestFactory().get("/")))
    used = {
        (path.name, name)
        for path in VIEWS.glob("*.py")
        for name in re.findall(rf'^\s+"({names})":', path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert used - EXEMPT.keys() == set()
