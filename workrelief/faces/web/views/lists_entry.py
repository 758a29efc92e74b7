"""One entry on a list: form F of the year, what the rules say, what may be done next, and its history; and entering one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.shared.tables import Badge, badge_of
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.kinds import Sector, Track
from workrelief.kernel.money import fen_from_cell
from workrelief.work.lists import queries, services
from workrelief.work.lists.rules.turns import office_of
from workrelief.work.lists.states import LEVEL_LABELS, LEVELS, LIST_ENTRY, LISTED, office_level
from workrelief.work.projects import queries as projects
from workrelief.work.projects.rules import LabourDemand

LINES_SHOWN = 200
STEP_LABELS = {
    "enter": "列入清单", "edit": "修改登记信息", "restore": "恢复原级次", "withdraw": "撤回清单",
    **{t.name: t.label for t in LIST_ENTRY.transitions},
}  # fmt: skip
"""Words of every step an entry may have taken; those beside the machine are taken by other steps and by withdrawals."""


@page("list.view")
def entry(request: ActingRequest, entry_id: int) -> HttpResponse:
    """The entry with its steps and offers."""
    return _drawn(request, entry_id)


def _drawn(request: ActingRequest, entry_id: int, error: DomainError | None = None) -> HttpResponse:
    actor = request.actor
    found = queries.entry(actor.scope, entry_id)
    offers = [o for o in queries.offers(actor, found) if o.step not in ("publish", "adjust", "close")]
    said = [finding_document(f) for f in queries.findings(actor.scope, found)]
    return render(
        request,
        "lists/entry.html",
        {
            "title": found.project.name,
            "crumbs": [
                ("三级清单", f"{reverse('web:lists')}?year={found.year}"),
                (found.project.name, ""),
            ],
            "guide": registry.guide("list-submit"),
            "entry": found,
            "p": found.project,
            "state": badge_of(LIST_ENTRY.state(found.state)),
            "level": LEVEL_LABELS[found.level],
            "track": Track.of_id(found.track).label,
            "sector": Sector.of_id(found.sector).label,
            "demand": LabourDemand.parse(found.project.labour_demand),
            "waits": LEVEL_LABELS.get(found.waits_for, ""),
            "findings": said,
            "may_adjust": found.is_standing and found.state in LISTED and allowed(actor, "list.adjust"),
            "offers": [(o, [(k, LEVEL_LABELS[k]) for k in o.levels]) for o in offers if o.permitted],
            "refused": [o for o in offers if not o.permitted],
            "steps": [_step(s) for s in queries.steps(actor.scope, entry_id)],
            "others": [
                (e, LEVEL_LABELS[e.level], badge_of(LIST_ENTRY.state(e.state)))
                for e in queries.of_project(actor.scope, found.project_id)
                if e.pk != found.pk
            ],
            "error": error,
            "given": request.POST,
        },
        status=error.status if error else 200,
    )


def _step(row: Any) -> dict[str, Any]:
    after = LIST_ENTRY.states.get(row.state_after)
    return {
        "row": row,
        "label": "列入储备" if row.step == "enter" and row.state_after == "draft" else STEP_LABELS[row.step],
        "after": badge_of(after) if after else Badge(row.state_after),
        "difference": [(title, before, now) for title, (before, now) in row.difference.items()],
    }


@page("list.view")
@require_POST
def step(request: ActingRequest, entry_id: int) -> HttpResponse:
    """Take one step with the entry; `seen` is the state the officer saw."""
    actor = request.actor
    found = queries.entry(actor.scope, entry_id)
    name, reason = request.POST.get("step", ""), request.POST.get("reason", "").strip()
    seen = request.POST.get("seen") or None
    try:
        if name == "promote":
            above = services.promote(actor, entry_id, request.POST.get("level", ""), reason=reason, expected=seen)
            messages.success(request, f"已提到{LEVEL_LABELS[above.level]}清单，原级次记录保留但不计数。")
            return redirect("web:lists-entry", above.pk)
        if name == "take_out":
            services.take_out(actor, entry_id, reason=reason, expected=seen)
        else:
            services.advance(actor, [entry_id], name, expected=seen, reason=reason)
    except (InvalidInput, Conflict, RuleViolated, NotPermitted) as err:
        return _drawn(request, entry_id, err)
    messages.success(request, f"“{found.project.name}”{STEP_LABELS.get(name, '')}：已办理。")
    return redirect("web:lists-entry", entry_id)


@page("list.enter")
def enter(request: ActingRequest, project_id: int) -> HttpResponse:
    """Put a project on the reserve of a year's list."""
    actor = request.actor
    project = projects.project_row(actor.scope, project_id)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            made = services.enter(actor, project_id, **_entered(request))
            messages.success(request, "已列入储备。核对用工环节和用工需求后上报。")
            return redirect("web:lists-entry", made.pk)
        except (InvalidInput, Conflict) as err:
            error = err
    lowest = LEVELS.index(office_level(project.division_code))
    return render(
        request,
        "lists/enter.html",
        {
            "title": "列入清单",
            "crumbs": [
                ("项目清单", reverse("web:projects")),
                (project.name, reverse("web:project", args=[project_id])),
                ("列入清单", ""),
            ],
            "p": project,
            "years": _entry_years(),
            "year": int(request.POST["year"]) if request.POST.get("year", "").isdigit() else clock.today().year,
            "levels": [(k, LEVEL_LABELS[k]) for k in LEVELS[lowest:]],
            "standing": _standing(actor, project_id),
            "error": error,
            "given": request.POST,
        },
        status=error.status if error else 200,
    )


@page("list.enter")
@require_POST
def enter_many(request: ActingRequest) -> HttpResponse:
    """Projects ticked on the register for the reserve of one list: first what each meets, then those that are ready."""
    actor = request.actor
    chosen = sorted({int(pk) for pk in request.POST.getlist("project") if pk.isdigit()})
    year, level = _list_asked(request, actor)
    preview = queries.enter_preview(actor, chosen, year, level)
    error: DomainError | None = None
    if request.POST.get("confirmed") == f"{year}-{level}":
        try:
            done = _enter_ready(actor, preview, request.POST.get("reason", "").strip())
            messages.success(
                request,
                f"已把 {done} 个项目列入{year}年{LEVEL_LABELS[level]}清单的储备。核对用工环节和用工需求后上报。",
            )
            return redirect(f"{reverse('web:lists')}?year={year}&level={level}&state=draft")
        except (InvalidInput, Conflict) as err:
            error, preview = err, queries.enter_preview(actor, chosen, year, level)
    elif request.POST.get("confirmed"):
        error = InvalidInput("list.changed", "年度或级次已改，请核对下面的结果后再列入。")
    return render(
        request,
        "lists/enter_many.html",
        {
            "title": f"列入清单：核对所选 {len(chosen)} 个项目",
            "crumbs": [("项目清单", reverse("web:projects")), ("列入清单", "")],
            "guide": registry.guide("list-submit"),
            "preview": preview,
            "parts": [("可以列入", preview.ready, False), ("不能列入", preview.blocked, True)],
            "most": f":{LINES_SHOWN}",
            "chosen": chosen,
            "back": request.POST.get("back", ""),
            "level": LEVEL_LABELS[level],
            "levels": [(k, LEVEL_LABELS[k]) for k in LEVELS],
            "years": _entry_years(),
            "given": request.POST,
            "error": error,
        },
        status=error.status if error else 200,
    )


def _list_asked(request: ActingRequest, actor: Actor) -> tuple[int, str]:
    """Year and level of the form; first this year and the list of the actor's own office."""
    asked, level = request.POST.get("year", ""), request.POST.get("level", "")
    year = int(asked) if asked.isdigit() and int(asked) in _entry_years() else clock.today().year
    return year, level if level in LEVELS else office_of(actor) or LEVELS[0]


def _enter_ready(actor: Actor, preview: queries.EnterPreview, reason: str) -> int:
    if not preview.ready:
        raise InvalidInput("list.none", "所选项目都不能列入，请按所列原因处理。")
    new = [
        services.NewEntry(project_id=line.project.pk, year=preview.year, level=preview.level, reason=reason)
        for line in preview.ready
    ]
    return len(services.enter_many(actor, new))


def _entry_years() -> list[int]:
    return [clock.today().year + 1, *range(clock.today().year, 2019, -1)]


def _standing(actor: Actor, project_id: int) -> list[tuple[Any, str, Badge]]:
    return [
        (e, LEVEL_LABELS[e.level], badge_of(LIST_ENTRY.state(e.state)))
        for e in queries.of_project(actor.scope, project_id)
    ]


def _entered(request: ActingRequest) -> dict[str, Any]:
    year, level = request.POST.get("year", ""), request.POST.get("level", "")
    if not year.isdigit():
        raise InvalidInput("list.year", "请选择年度。")
    if level not in LEVELS:
        raise NotFound("list.level", "没有这个清单级次。")
    amount = request.POST.get("planned_investment", "").strip()
    planned = fen_from_cell(amount, unit="万元") if amount else 0
    return {
        "year": int(year),
        "level": level,
        "planned_investment_fen": planned or 0,
        "reason": request.POST.get("reason", "").strip(),
    }
