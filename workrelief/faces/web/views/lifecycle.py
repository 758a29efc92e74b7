"""全程: the time line of a project, taking a step, marks, objections, and what the life is measured by."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.law.parameters import parameter
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.errors import is_htmx
from workrelief.faces.shared.text import fen_wan
from workrelief.faces.web.views import lifecycle_papers as papers
from workrelief.faces.web.views.lifecycle_shape import (
    days_badge,
    gaps_of,
    guides_of,
    mark_badge,
    offers_of,
    phases,
    state_badge,
    stretches,
)
from workrelief.faces.web.views.share import share_panel
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, RuleViolated
from workrelief.kernel.findings import blockers
from workrelief.kernel.kinds import Sector, Track
from workrelief.kernel.money import fen_from_cell, round_half_up
from workrelief.kernel.period import month_index
from workrelief.work.funds import queries as plans
from workrelief.work.lifecycle import queries, services
from workrelief.work.lifecycle.queries import LifeView, StepOffer
from workrelief.work.lifecycle.states import IMPLEMENTERS, PAPERS, PROJECT_LIFE


@page("lifecycle.view")
@require_GET
def life_page(request: ActingRequest, project_id: int) -> HttpResponse:
    """Where the project stands, what comes next and what stands in the way, and all that was done."""
    actor = request.actor
    found = queries.whole(actor, project_id, judged=("main",))
    life, steps, offers = found.life, found.timeline, found.offers
    forward, aside = offers_of(offers, life)
    guides = guides_of([(o.guide, o.who) for o in offers] + [(s.guide, s.who) for s in steps])
    return render(
        request,
        "lifecycle/life.html",
        {
            "title": f"{life.name}全程",
            "crumbs": [
                ("项目清单", reverse("web:projects")),
                (life.name, reverse("web:project", args=[project_id])),
                ("全程", ""),
            ],
            "life": life,
            "track": Track.of_id(life.track),
            "sector": Sector.of_id(life.sector),
            "state": state_badge(life.state.id),
            "marks": [mark_badge(mark.id) for mark in life.marks],
            "is_short": life.track != Track.SPECIAL_FUND.id,
            "phases": phases(steps, life),
            "stretches": stretches(steps, life),
            "done_count": sum(s.status == "done" for s in steps),
            "forward": forward,
            "aside": aside,
            "due": days_badge(life.days_left),
            "guides": guides,
            "promised_share": _percent(life.promised_share_bp),
            "may_be_new": life.state.id in NEW,
            "sees_plan": life.track == Track.SPECIAL_FUND.id and allowed(actor, "plan.view"),
            **_beside(found),
            **_rights(actor),
        },
    )


@page("plan.view")
@require_GET
def measures(request: ActingRequest, project_id: int) -> HttpResponse:
    """Pay share, plan money and the two responsibilities; the time-line page asks for them when it is drawn."""
    actor = request.actor
    life = queries.life(actor.scope, project_id)
    if life.track != Track.SPECIAL_FUND.id:
        raise NotFound("life.measures", "只有专项资金项目有投资计划和报酬占比。")
    context = {
        "share": share_panel(actor, project_id),
        "plan": plans.project_plan(actor.scope, project_id),
        "p": {"pk": project_id},
        "may_duty": allowed(actor, "plan.responsibility"),
    }
    return render(request, "lifecycle/_measures.html", context)


def _beside(found: queries.Whole) -> dict[str, Any]:
    """Marks and objections as the cards at the side show them."""
    life = found.life
    standing = {mark.id for mark in life.marks}
    return {
        "standing": [(mark, mark_badge(mark.id)) for mark in life.marks],
        "settable": [(m.id, m.label) for m in PROJECT_LIFE.marks.values() if m.id not in standing],
        "objections": [(o, days_badge(o.days_left)) for o in found.objections],
        "subjects": queries.SUBJECTS,
        "today": clock.today(),
    }


def _rights(actor: Actor) -> dict[str, bool]:
    names = {
        "may_pack": "lifecycle.evidence",
        "may_adopt": "lifecycle.adopt",
        "may_mark": "lifecycle.mark",
        "may_raise": "lifecycle.raise_objection",
        "may_settle": "lifecycle.settle_objection",
        "may_attach": "lifecycle.attach_paper",
        "may_describe": "lifecycle.describe",
        "may_correct": "lifecycle.correct",
    }
    return {name: allowed(actor, action) for name, action in names.items()}


def _percent(basis_points: int | None) -> str:
    return "" if basis_points is None else f"{basis_points // 100}.{basis_points % 100:02d}%"


NEW = ("reserved", "approved")
"""Inferred states of projects that may as well be new: neither listed, nor financed, nor under way."""


# ---------- a step ----------


@dataclass(frozen=True)
class Refusal:
    """A step that was not taken: why, and which papers were kept all the same."""

    error: DomainError
    kept: tuple[str, ...] = ()


@page("lifecycle.view")
def step(request: ActingRequest, project_id: int, step: str) -> HttpResponse:
    """The form of a step (in place for htmx), and taking it: papers are kept first, then the step is judged."""
    refusal = None
    if request.method == "POST":
        refusal = _take(request, project_id, step)
        if refusal is None:
            messages.success(request, "已登记。")
            return redirect("web:life", project_id)
    actor = request.actor
    found = queries.whole(actor, project_id, judged=tuple({t.kind for t in PROJECT_LIFE.named(step)}))
    life = found.life
    offer = _offer(found, step)
    return _step_form(request, life, offer, refusal)


def _offer(found: queries.Whole, step: str) -> StepOffer:
    """The offer of this name. Raises Conflict when the project does not stand before it."""
    for offer in found.offers:
        if offer.step == step:
            return offer
    named = PROJECT_LIFE.named(step)
    raise Conflict(
        "machine.state", f"项目现为“{found.life.state.label}”，不能“{named[0].label}”。请返回全程页查看下一步。"
    )


def _take(request: ActingRequest, project_id: int, step: str) -> Refusal | None:
    """None when the step was taken. Raises NotFound and NotPermitted as pages of their own."""
    actor, post = request.actor, request.POST
    life = queries.life(actor.scope, project_id)
    kept: list[str] = []
    try:
        on = papers.day_of(post.get("on", ""), "办理日期") or clock.today()
        for kind in PAPERS.values():
            if papers.brought(request, kind):
                papers.keep(request, life, kind)
                kept.append(kind.label)
        services.take_step(
            actor,
            project_id,
            step,
            on=on,
            note=post.get("note", "").strip(),
            reference=post.get("reference", "").strip(),
            expected=post.get("expected") or None,
            history=post.get("history") == "1",
        )
    except (RuleViolated, Conflict, InvalidInput) as error:
        return Refusal(error, tuple(kept))
    return None


def _step_form(request: ActingRequest, life: LifeView, offer: StepOffer, refusal: Refusal | None) -> HttpResponse:
    shown = next(o for part in offers_of([offer], life) for o in part) if _is_shown(offer) else None
    if shown is None:
        raise NotFound("lifecycle.elsewhere", "这一步不在本页办理，请从全程页进入。")
    findings = refusal.error.findings if refusal and refusal.error.findings else offer.findings
    context = {
        "title": f"{offer.label}：{life.name}",
        "crumbs": [(life.name, reverse("web:life", args=[life.project_id])), (offer.label, "")],
        "life": life,
        "state": state_badge(life.state.id),
        "offer": shown,
        "expected": life.state.id,
        "gaps": () if is_htmx(request) and offer.kind == "main" else gaps_of(tuple(findings), life.project_id),
        "must_explain": offer.must_explain,
        "papers": [papers.form_of(kind, request.POST) for kind in offer.missing_papers],
        "error": refusal.error if refusal else None,
        "kept": f"已收下材料：{'、'.join(refusal.kept)}。" if refusal and refusal.kept else "",
        "given": request.POST,
        "today": clock.today().isoformat(),
        "guides": guides_of([(offer.guide, offer.who)]),
        "may_attach": allowed(request.actor, "lifecycle.attach_paper"),
        **_back_filling(request.actor, life),
    }
    if is_htmx(request):
        return render(request, "lifecycle/_step_form.html", context)
    return render(request, "lifecycle/step.html", context, status=refusal.error.status if refusal else 200)


def _back_filling(actor: Actor, life: LifeView) -> dict[str, Any]:
    """Whether the step may be entered as history, and the month up to which (reading 10)."""
    month = parameter("process_gates_from", on=clock.today()).whole
    is_past = life.since is None or life.is_adopted or month_index(life.since) < month
    return {
        "may_back_fill": is_past and allowed(actor, "lifecycle.back_fill"),
        "gates_from": f"{month // 100}年{month % 100}月",
    }


def _is_shown(offer: StepOffer) -> bool:
    return offer.kind == "main" or (offer.permitted and not offer.room)


@page("lifecycle.adopt")
@require_POST
def adopt(request: ActingRequest, project_id: int) -> HttpResponse:
    """Begin the life of a project in the state that was inferred, or at the very start when it is a new one."""
    life = queries.life(request.actor.scope, project_id)
    if request.POST.get("from") != "start":
        services.adopt(request.actor, [project_id])
        messages.success(request, "已纳入全程管理。")
    elif life.state.id in NEW:
        services.begin(request.actor, [project_id])
        messages.success(request, "已登记，从摸底开始逐步办理。")
    else:
        raise Conflict("life.start", f"项目按登记的情况已是“{life.state.label}”，不能从头登记。")
    return redirect("web:life", project_id)


@page("lifecycle.correct")
def correct(request: ActingRequest, project_id: int) -> HttpResponse:
    """Put a wrongly entered state right, with the reason."""
    actor = request.actor
    life = queries.life(actor.scope, project_id)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            services.correct_state(
                actor, project_id, request.POST.get("state", ""), reason=request.POST.get("reason", "").strip()
            )
            messages.success(request, "已更正。")
            return redirect("web:life", project_id)
        except (RuleViolated, Conflict, InvalidInput) as err:
            error = err
    context = {
        "title": "更正状态",
        "crumbs": [(life.name, reverse("web:life", args=[project_id])), ("更正状态", "")],
        "life": life,
        "state": state_badge(life.state.id),
        "choices": [(one.id, one.label) for one in queries.corrections(actor.scope, project_id)],
        "given": request.POST,
        "error": error,
        "gaps": gaps_of(tuple(blockers(error.findings)), project_id) if error else (),
        "may_attach": allowed(actor, "lifecycle.attach_paper"),
    }
    return render(request, "lifecycle/correct.html", context, status=error.status if error else 200)


# ---------- marks and objections ----------


@page("lifecycle.mark")
@require_POST
def mark(request: ActingRequest, project_id: int) -> HttpResponse:
    """Set or clear a mark, with the reason."""
    queries.life(request.actor.scope, project_id)
    post = request.POST
    name, reason = post.get("mark", ""), post.get("reason", "").strip()
    if name not in PROJECT_LIFE.marks:
        raise InvalidInput("lifecycle.mark", "没有这种标记。")
    if post.get("act") == "clear":
        services.clear_mark(request.actor, project_id, name, reason=reason)
        messages.success(request, f"已解除“{PROJECT_LIFE.marks[name].label}”。")
    else:
        services.set_mark(request.actor, project_id, name, reason=reason, reference=post.get("reference", "").strip())
        messages.success(request, f"已标记“{PROJECT_LIFE.marks[name].label}”。")
    return redirect(f"{reverse('web:life', args=[project_id])}#marks")


@page("lifecycle.raise_objection")
@require_POST
def objection(request: ActingRequest, project_id: int) -> HttpResponse:
    """Register an objection or complaint."""
    queries.life(request.actor.scope, project_id)
    post = request.POST
    services.raise_objection(
        request.actor,
        project_id,
        post.get("subject", ""),
        post.get("content", ""),
        raised_by=post.get("raised_by", ""),
        raised_on=papers.day_of(post.get("raised_on", ""), "提出日期"),
    )
    messages.success(request, "已登记异议。")
    return redirect(f"{reverse('web:life', args=[project_id])}#objections")


@page("lifecycle.settle_objection")
@require_POST
def settle(request: ActingRequest, objection_id: int) -> HttpResponse:
    """Close an objection with its outcome."""
    if not queries.objection_row(request.actor.scope, objection_id).exists():
        raise NotFound("objection.missing", "没有找到这件异议，或不在您的数据范围内。")
    found = services.settle_objection(
        request.actor,
        objection_id,
        is_upheld=request.POST.get("upheld") == "1",
        outcome=request.POST.get("outcome", ""),
    )
    messages.success(request, "异议已了结。")
    return redirect(f"{reverse('web:life', args=[found.project_id])}#objections")


# ---------- what the life is measured by ----------


@page("lifecycle.describe")
def describe(request: ActingRequest, project_id: int) -> HttpResponse:
    """Who builds, where the site lies, and what was promised as labour pay."""
    actor = request.actor
    life = queries.life(actor.scope, project_id)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            _describe(actor, life, request.POST)
            messages.success(request, "已更新。")
            return redirect("web:life", project_id)
        except (RuleViolated, Conflict, InvalidInput) as err:
            error = err
    context = {
        "title": "项目要素",
        "crumbs": [(life.name, reverse("web:life", args=[project_id])), ("项目要素", "")],
        "life": life,
        "state": state_badge(life.state.id),
        "implementers": list(IMPLEMENTERS.items()),
        "lon": _degrees(life.lon_e6),
        "lat": _degrees(life.lat_e6),
        "share": _percent(life.promised_share_bp).removesuffix("%"),
        "pay": fen_wan(life.promised_pay_fen).replace(",", "") if life.promised_pay_fen is not None else "",
        "given": request.POST,
        "error": error,
    }
    return render(request, "lifecycle/describe.html", context, status=error.status if error else 200)


def _describe(actor: Actor, life: LifeView, post: QueryDict) -> None:
    """Write the part of the form that was sent: `part` is implementer, site or commitment."""
    reason = post.get("reason", "").strip()
    match post.get("part"):
        case "implementer":
            services.set_implementer(actor, life.project_id, post.get("implementer", ""), reason=reason)
        case "site":
            lon, lat = (_scaled(post.get(name, ""), 6, word) for name, word in (("lon", "经度"), ("lat", "纬度")))
            if lon is None or lat is None:
                raise InvalidInput("life.site", "请填写经度和纬度。")
            services.set_site(actor, life.project_id, lon_e6=lon, lat_e6=lat, site=post.get("site", "").strip())
        case "commitment":
            pay = post.get("pay", "").strip()
            services.set_commitment(
                actor,
                life.project_id,
                pay_fen=fen_from_cell(pay, unit="万元") if pay else None,
                share_bp=_scaled(post.get("share", ""), 2, "承诺比例"),
                reason=reason,
            )
        case _:
            raise InvalidInput("life.part", "没有这一项。")


def _scaled(text: str, places: int, label: str) -> int | None:
    """118.123456 with six places → 118123456; None when empty."""
    plain = text.strip().removesuffix("%")
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation as err:
        raise InvalidInput("life.number", f"{label}“{text}”不是数字。") from err
    if not value.is_finite() or abs(value) > 1_000:
        raise InvalidInput("life.number", f"{label}“{text}”超出范围。")
    return int(round_half_up(value * 10**places))


def _degrees(millionths: int | None) -> str:
    return "" if millionths is None else f"{millionths / Decimal(10**6):.6f}"
