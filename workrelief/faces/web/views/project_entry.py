"""Registering one project by hand, and changing one: what is typed is never lost, what the rules say stands beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from workrelief.base.access.permissions import allowed
from workrelief.base.law import registry
from workrelief.faces.shared import project_entry as entering
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.web.views.project_form import ProjectForm, initial_of, township_choices
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, RuleViolated
from workrelief.work.lists import queries as lists
from workrelief.work.projects import queries

SAID = (InvalidInput, Conflict, RuleViolated, NotFound)


@page("project.register")
def new(request: ActingRequest) -> HttpResponse:
    """A project for the reserve: registered, its life begun; lists and plans make it count."""
    actor = request.actor
    form = ProjectForm(request.POST or None, scope=actor.scope)
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = entering.register(actor, form.entry(clock.today().year), confirmed=_confirmed(request))
            messages.success(request, f"已登记“{form.cleaned_data['name']}”。下一步：摸底登记，核对后列入储备。")
            return redirect("web:project", made)
        except SAID as err:
            error = err
    title = "登记项目"
    crumbs = [("项目清单", reverse("web:projects")), (title, "")]
    return _drawn(request, form, error, title=title, crumbs=crumbs, back=reverse("web:projects"), is_new=True)


@page("project.edit")
def edit(request: ActingRequest, project_id: int) -> HttpResponse:
    """Change a registered project; an owner changes what figures and identity do not rest on."""
    actor = request.actor
    detail = queries.project(actor.scope, project_id)
    is_owner = not allowed(actor, "project.register")
    form = ProjectForm(request.POST or None, scope=actor.scope, is_owner=is_owner, initial=initial_of(detail))
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            entering.edit(
                actor, detail, form.changes(detail), reason=request.POST.get("reason", ""),
                confirmed=_confirmed(request), expected=_seen(request),
            )  # fmt: skip
            messages.success(request, f"已修改“{form.cleaned_data['name']}”。")
            return redirect("web:project", project_id)
        except SAID as err:
            error = err
    back = reverse("web:project", args=[project_id])
    return _drawn(
        request, form, error, title="修改项目", back=back, p=detail.row, is_owner=is_owner,
        crumbs=[("项目清单", reverse("web:projects")), (detail.row.name, back), ("修改", "")],
        is_listed=lists.is_on_issued_list(actor.scope, project_id),
        seen=_seen(request) or detail.row.updated_at,
        was_moved=isinstance(error, Conflict) and error.code == "project.moved",
    )  # fmt: skip


def _seen(request: ActingRequest) -> datetime | None:
    try:
        return datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return None


def _confirmed(request: ActingRequest) -> bool:
    """The officer has looked at what was asked and keeps it."""
    return request.POST.get("confirmed") == "1"


def _drawn(request: ActingRequest, form: ProjectForm, error: DomainError | None, **extra: Any) -> HttpResponse:
    findings = [finding_document(f) for f in error.findings] if error else []
    status = error.status if error else 422 if form.errors else 200
    return render(
        request,
        "rooms/project_form.html",
        {
            "form": form,
            "guide": registry.guide("import-project-list"),
            "error": None if findings else error,
            "findings": findings,
            "asks": bool(error and entering.asks_only(error.findings)),
        }
        | extra,
        status=status,
    )


@page("project.view")
def townships(request: ActingRequest) -> HttpResponse:
    """The options of the township field once the county is chosen."""
    choices = township_choices(request.actor.scope, request.GET.get("county", ""))
    return render(request, "rooms/_township_options.html", {"choices": choices})
