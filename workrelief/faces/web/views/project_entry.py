"""Registering one project by hand, and changing one: what is typed is never lost, what the rules say stands beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from workrelief.base.access.permissions import allowed
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.web.views.project_form import (
    ProjectForm,
    initial_of,
    stored_funds,
    township_choices,
)
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, RuleViolated
from workrelief.kernel.findings import Finding, Severity, blockers
from workrelief.work.lifecycle import services as lifecycle
from workrelief.work.projects import queries, services

SAID = (InvalidInput, Conflict, RuleViolated, NotFound)


@page("project.register")
def new(request: ActingRequest) -> HttpResponse:
    """A project for the reserve: registered, its life begun; lists and plans make it count."""
    actor = request.actor
    form = ProjectForm(request.POST or None, scope=actor.scope)
    said: list[Finding] = []
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        entry = form.entry(clock.today().year)
        said = services.said_of(entry)
        if not blockers(said) and _is_settled(request, said):
            try:
                with transaction.atomic():
                    made = services.register_project(actor, entry)
                    lifecycle.begin(actor, [made.pk])
            except SAID as err:
                error = err
            else:
                messages.success(request, f"已登记“{made.name}”。下一步：摸底登记，核对后列入储备。")
                return redirect("web:project", made.pk)
    title = "登记项目"
    crumbs = [("项目清单", reverse("web:projects")), (title, "")]
    extra = {"title": title, "crumbs": crumbs, "back": reverse("web:projects"), "is_new": True}
    return _drawn(request, form, said, error, **extra)


@page("project.edit")
def edit(request: ActingRequest, project_id: int) -> HttpResponse:
    """Change a registered project; an owner changes what figures and identity do not rest on."""
    actor = request.actor
    detail = queries.project(actor.scope, project_id)
    is_owner = not allowed(actor, "project.register")
    form = ProjectForm(request.POST or None, scope=actor.scope, is_owner=is_owner, initial=initial_of(detail))
    said: list[Finding] = []
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        year, is_reserve = (detail.years[0].year, False) if detail.years else (clock.today().year, True)
        funds = stored_funds(detail)
        before = services.said_of(replace(queries.listing_of(detail.row, year, funds), is_reserve=is_reserve))
        typed = services.said_of(replace(form.entry(year, funds), is_reserve=is_reserve))
        said = [finding for finding in typed if finding not in before]
        try:
            changes = form.changes(detail)
            if not changes.given():
                raise InvalidInput("project.unchanged", "没有要修改的内容。")
            if _is_settled(request, said):
                reason = request.POST.get("reason", "").strip()
                made = services.edit_project(actor, project_id, changes, reason=reason, expected=_seen(request))
                messages.success(request, f"已修改“{made.name}”。")
                return redirect("web:project", project_id)
        except SAID as err:
            error, said = err, list(getattr(err, "findings", ()) or said)
    back = reverse("web:project", args=[project_id])
    crumbs = [("项目清单", reverse("web:projects")), (detail.row.name, back), ("修改", "")]
    return _drawn(
        request, form, said, error, title="修改项目", crumbs=crumbs, back=back, p=detail.row, is_owner=is_owner,
        seen=(_seen(request) if error is None and request.method == "POST" else None) or detail.row.updated_at,
        was_moved=isinstance(error, Conflict) and error.code == "project.moved",
    )  # fmt: skip


def _seen(request: ActingRequest) -> datetime | None:
    try:
        return datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return None


def _is_settled(request: ActingRequest, said: list[Finding]) -> bool:
    """Nothing to ask about, or the officer has looked at what is asked and keeps it."""
    return request.POST.get("confirmed") == "1" or not [f for f in said if f.severity is not Severity.HINT]


def _drawn(
    request: ActingRequest, form: ProjectForm, said: list[Finding], error: DomainError | None, **extra: Any
) -> HttpResponse:
    stops = blockers(said)
    asks = [] if stops or error else [f for f in said if f.severity is not Severity.HINT]
    status = error.status if error else 422 if stops or form.errors else 200
    return render(
        request,
        "rooms/project_form.html",
        {
            "form": form,
            "guide": registry.guide("import-project-list"),
            "error": None if stops else error,
            "findings": [finding_document(f) for f in stops or asks],
            "asks": bool(asks),
        }
        | extra,
        status=status,
    )


@page("project.view")
def townships(request: ActingRequest) -> HttpResponse:
    """The options of the township field once the county is chosen."""
    choices = township_choices(request.actor.scope, request.GET.get("county", ""))
    return render(request, "rooms/_township_options.html", {"choices": choices})
