"""变更审批: a change to an issued plan is proposed from its line, and decided by the office that gave the money."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry as law
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.shared.paging import query_url
from workrelief.faces.shared.tables import badge_of
from workrelief.faces.shared.text import NOTHING, exact_wan
from workrelief.faces.web.views.plans_application import SAID
from workrelief.faces.web.views.plans_shape import the_day, typed_target, wan_field, wan_from
from workrelief.kernel import clock, codes
from workrelief.kernel.errors import DomainError, InvalidInput, NotFound
from workrelief.work.funds import queries, services
from workrelief.work.funds.queries.changes import ChangeItemView, ChangeView
from workrelief.work.funds.queries.tree import LineAsked, line_asked
from workrelief.work.funds.rules.targets import TARGET_BY_ID, TARGETS, target_text
from workrelief.work.projects import queries as projects

KINDS = {"shift": "调整投资计划", "recall": "收回资金", "content": "变更建设内容", "targets": "调整绩效目标"}
HAND_BACK = {"hand_back": "收回（交回）未分解资金"}


@page("plan.view")
def change(request: ActingRequest, change_id: int) -> HttpResponse:
    """One change order with before and after, and the decision."""
    return _shown(request, queries.change_order(request.actor.scope, change_id))


def _shown(request: ActingRequest, order: ChangeView, error: DomainError | None = None) -> HttpResponse:
    actor = request.actor
    is_open = order.state.id == "proposed"
    decides = is_open and allowed(actor, "plan.approve_change") and _speaks_for(actor, order.decided_by_division)
    is_writer = order.made_by_name == actor.name
    return render(
        request,
        "funds/change.html",
        {
            "title": order.kind_label,
            "crumbs": [
                ("投资计划", reverse("web:plans")),
                ("变更审批", reverse("web:plan-changes")),
                (order.kind_label, ""),
            ],
            "guide": law.guide("change-plan"),
            "order": order,
            "state": badge_of(order.state),
            "items": [_item(item) for item in order.items],
            "may_decide": decides and not is_writer,
            "waits_for": "审批须由提出人以外的同事办理" if decides and is_writer else "",
            "may_cancel": is_open and allowed(actor, "plan.change") and _speaks_for(actor, order.division_code),
            "error": error,
            "error_findings": [finding_document(f) for f in error.findings] if error else [],
            "given": request.POST if error else {},
            "today": clock.today().isoformat(),
        },
        status=error.status if error else 200,
    )


def _speaks_for(actor: Actor, division: str) -> bool:
    return codes.prefix_of(division) in actor.scope.divisions


def _item(item: ChangeItemView) -> dict[str, Any]:
    """Before and after as people read them."""
    if item.field == "amount_fen":
        return {
            "item": item, "is_money": True, "before": exact_wan(int(item.before)), "after": exact_wan(int(item.after)),
            "delta": f"{'+' if item.delta_fen > 0 else ''}{exact_wan(item.delta_fen)}".replace("-", "−"),
        }  # fmt: skip
    target = TARGET_BY_ID.get(item.field)
    before, after = (target_text(target, text) if target else text for text in (item.before, item.after))
    return {"item": item, "is_money": False, "before": before, "after": after, "delta": NOTHING}


@page("plan.view")
@require_POST
def step(request: ActingRequest, change_id: int) -> HttpResponse:
    """Approve, refuse or cancel; each asks for its own permission."""
    order = queries.change_order(request.actor.scope, change_id)
    act = _STEPS.get(request.POST.get("step", ""))
    if act is None:
        raise NotFound("plan.step", "没有这一步。")
    try:
        messages.success(request, act(request, order))
    except SAID as err:
        return _shown(request, order, err)
    return redirect("web:plan-change", change_id)


def _approve(request: ActingRequest, order: ChangeView) -> str:
    post = request.POST
    services.approve_change(
        request.actor, order.id, document_no=post.get("document_no", ""), on=the_day(post.get("on", ""), "批复日期"),
        decision=post.get("decision", ""),
    )  # fmt: skip
    return "变更已批准，金额和台账已随之调整。"


def _refuse(request: ActingRequest, order: ChangeView) -> str:
    post = request.POST
    services.refuse_change(request.actor, order.id, decision=post.get("decision", ""))
    return "已不予批准，原计划不变。"


def _cancel(request: ActingRequest, order: ChangeView) -> str:
    services.cancel_change(request.actor, order.id, reason=request.POST.get("reason", ""))
    return "变更已取消，原计划不变。"


_STEPS: dict[str, Callable[[ActingRequest, ChangeView], str]] = {
    "approve": _approve,
    "refuse": _refuse,
    "cancel": _cancel,
}


# ---------- proposing ----------


@page("plan.change")
def propose(request: ActingRequest, plan_line_id: int) -> HttpResponse:
    """The form of a change to one line of an issued plan."""
    actor = request.actor
    line = line_asked(actor.scope, plan_line_id)
    kinds = KINDS if line.is_at_project else HAND_BACK
    kind = request.POST.get("kind") or request.GET.get("kind") or next(iter(kinds))
    if kind not in kinds:
        raise NotFound("plan.change", "没有这种变更。")
    error: DomainError | None = None
    if request.method == "POST":
        try:
            made = _PROPOSALS[kind](request, line)
            messages.success(request, "已提交审批，批准前原计划不变。")
            return redirect("web:plan-change", made.pk)
        except SAID as err:
            error = err
    given = request.POST if error else None
    stored = projects.project_row(actor.scope, line.project_id) if line.project_id else None
    return render(
        request,
        "funds/change_new.html",
        {
            "title": "提出变更",
            "crumbs": [
                ("投资计划", reverse("web:plans")),
                (line.document_no or line.title, reverse("web:plan-document", args=[line.document_id])),
                ("提出变更", ""),
            ],
            "guide": law.guide("change-plan"),
            "line": line,
            "label": line.label,
            "kind": kind,
            "kind_label": kinds[kind],
            "kinds": [(key, word, query_url(request, kind=key)) for key, word in kinds.items()],
            "goes": _goes(actor, line) if kind == "hand_back" else "",
            "others": [
                (one, given.get(f"fen-{one.project_id}", "") if given else wan_field(one.amount_fen))
                for one in line.others
            ],
            "content": stored.content if stored else "",
            "targets": [(t, given.get(f"t-{t.id}", "") if given else typed_target(t, line.targets)) for t in TARGETS],
            "given": given or {},
            "error": error,
            "error_findings": [finding_document(f) for f in error.findings] if error else [],
        },
        status=error.status if error else 200,
    )


def _goes(actor: Actor, line: LineAsked) -> str:
    """From whom to whom unplaced money goes, and who decides, in words."""
    holder = divisions.name(line.division_code)
    if not _speaks_for(actor, line.division_code):
        own = divisions.name(actor.home)
        return f"从{holder}收回到{own}，由{own}另一位同事审批"
    if line.is_root:
        return f"{holder}交回国家（省级预算），凭上级收回文件，由{holder}另一位同事审批"
    above = divisions.name(line.issuer_code)
    return f"{holder}交回{above}，由{above}审批"


def _hand_back(request: ActingRequest, line: LineAsked) -> Any:
    post = request.POST
    fen = wan_from(post.get("amount", ""), "收回金额")
    return services.propose_hand_back(request.actor, line.id, fen, reason=post.get("reason", ""))


def _shift(request: ActingRequest, line: LineAsked) -> Any:
    """The amounts that were changed in the form; the service asks that they balance to the fen."""
    post = request.POST
    typed = {
        one.project_id: wan_from(post.get(f"fen-{one.project_id}", ""), f"“{one.label}”调整后的金额")
        for one in line.others
    }
    shifts = [
        services.MoneyShift(one.project_id, typed[one.project_id])
        for one in line.others
        if typed[one.project_id] != one.amount_fen
    ]
    if not shifts:
        raise InvalidInput("plan.unchanged", "金额与现在的一样，没有要变更的。")
    return services.propose_shift(request.actor, line.batch_id, shifts, reason=post.get("reason", ""))


def _recall(request: ActingRequest, line: LineAsked) -> Any:
    post = request.POST
    recalled = services.MoneyShift(_project_of(line), wan_from(post.get("amount", ""), "收回金额"))
    return services.propose_recall(request.actor, line.batch_id, [recalled], reason=post.get("reason", ""))


def _content(request: ActingRequest, line: LineAsked) -> Any:
    post = request.POST
    wanted = services.ContentChange(_project_of(line), post.get("content", ""))
    return services.propose_content(request.actor, line.batch_id, wanted, reason=post.get("reason", ""))


def _targets(request: ActingRequest, line: LineAsked) -> Any:
    post = request.POST
    wanted = {t.id: post.get(f"t-{t.id}", "") for t in TARGETS if post.get(f"t-{t.id}", "").strip()}
    return services.propose_targets(
        request.actor, line.batch_id, _project_of(line), wanted, reason=post.get("reason", "")
    )


def _project_of(line: LineAsked) -> int:
    if line.project_id is None:
        raise NotFound("plan.line", "这一行没有落到项目，请从县级转发文件的项目行提出变更。")
    return line.project_id


_PROPOSALS: dict[str, Callable[[ActingRequest, LineAsked], Any]] = {
    "shift": _shift,
    "recall": _recall,
    "content": _content,
    "targets": _targets,
    "hand_back": _hand_back,
}
