"""The search box: projects, persons and files of the scope."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render

from workrelief.base.access.permissions import allowed
from workrelief.base.divisions import queries as divisions
from workrelief.base.intake import queries as intake
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.work.projects import queries as projects
from workrelief.work.workers import queries as workers

MOST = 20


@page("workbench.view")
def search(request: ActingRequest) -> HttpResponse:
    """First twenty of each kind; a whole identity number finds its person."""
    actor = request.actor
    text = request.GET.get("q", "").strip()[:80]
    found_projects = projects.search(actor.scope, text, limit=MOST) if allowed(actor, "project.view") else []
    people = workers.search(actor.scope, text, limit=MOST) if allowed(actor, "worker.view") else []
    files = []
    if text and allowed(actor, "import.upload"):
        files = list(intake.batches_for(actor).filter(file_name__icontains=text)[:MOST])
    return render(
        request,
        "rooms/search.html",
        {
            "title": "搜索",
            "crumbs": [("搜索", "")],
            "text": text,
            "most": MOST,
            "limited": MOST in (len(found_projects), len(people), len(files)),
            "list_query": urlencode({"text": text}),
            "projects": [(p, divisions.path_name(p.division_code)) for p in found_projects],
            "people": [(key, name, number, divisions.path_name(home)) for key, name, number, home in people],
            "files": files,
        },
    )
