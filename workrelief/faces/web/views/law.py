"""政策与指引 in its first form: every rule with its mark and clauses, every parameter with its dates."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workrelief.base.law import registry
from workrelief.faces.shared.acting import page

_TONES = {"blocker": "stop", "serious": "warn", "warning": "run", "hint": ""}


@page("law.view")
def law(request: HttpRequest) -> HttpResponse:
    """The rule book as the platform applies it."""
    rules = [
        {
            "id": r.id,
            "title": r.title,
            "level": (r.severity.label, _TONES[r.severity.value]),
            "status": r.status,
            "clauses": [registry.resolve(c) for c in r.cites],
        }
        for r in registry.rules()
    ]
    return render(
        request,
        "rooms/law.html",
        {"title": "政策与指引", "crumbs": [("政策与指引", "")], "rules": rules, "guides": registry.guides()},
    )
