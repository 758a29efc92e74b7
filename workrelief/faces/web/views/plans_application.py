"""资金申请: the county chooses projects and amounts, fills targets and responsibilities; city and province review."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.law import registry as law
from workrelief.faces.shared import plan_documents
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.download import attachment
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.shared.tables import badge_of
from workrelief.faces.web.views.plans_shape import the_day, typed_target, wan_field, wan_from, whole_from
from workrelief.faces.web.views.project_shape import Stage
from workrelief.faces.web.views.share import duties_from, duty_fields
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.findings import blockers
from workrelief.kernel.kinds import FundType
from workrelief.work.funds import queries, services
from workrelief.work.funds.queries.applications import ApplicationLineView, ApplicationView
from workrelief.work.funds.queries.candidates import Candidate, candidates
from workrelief.work.funds.queries.projects import duties_of
from workrelief.work.funds.rules.plans import duties_missing
from workrelief.work.funds.rules.targets import TARGETS, target_text

FILES = (("docx", "Word"), ("pdf", "PDF"), ("xlsx", "附表 Excel"))
SAID = (InvalidInput, Conflict, RuleViolated, NotPermitted)
"""What is said on the page itself, with what was typed still there."""


@page("plan.view")
def application(request: ActingRequest, application_id: int) -> HttpResponse:
    """One application: its projects with amounts of the three levels, what the rules say, and what may be done now."""
    return _shown(request, queries.application(request.actor.scope, application_id))


def _shown(request: ActingRequest, found: ApplicationView, error: DomainError | None = None) -> HttpResponse:
    actor = request.actor
    row = found.row
    level = _level_to_review(actor, found)
    may_edit = row.is_editable and allowed(actor, "plan.apply") and _is_own(actor, row.division_code)
    ids = [line.project.id for line in found.lines]
    known = duties_of(actor.scope, ids)
    stopping = [said for line in found.lines for said in blockers(line.findings)]
    issued = bool(queries.lines_of_project(actor.scope, ids)) if row.state.id == "prov_reviewed" else False
    return render(
        request,
        "funds/application.html",
        {
            "title": f"{row.division_name}资金申请",
            "crumbs": [
                ("投资计划", reverse("web:plans")),
                (row.batch_title, reverse("web:plan-batch", args=[row.batch_id])),
                (f"{row.division_name}资金申请", ""),
            ],
            "stamp": Stamp(as_of=clock.now(), unit="万元"),
            "guide": law.guide("apply-for-plan"),
            "row": row,
            "view": found,
            "files": FILES if allowed(actor, "file.download") else (),
            "view_stages": _stages(found, is_issued=issued),
            "state": badge_of(row.state),
            "lines": [_line(line, known.get(line.project.id), request) for line in found.lines],
            "findings": [finding_document(f) for f in found.findings],
            "stopping": len(stopping),
            "may_edit": may_edit,
            "review": level,
            "review_label": {"city": "市级审核", "province": "省级审核"}.get(level, ""),
            "may_return": level != "" and allowed(actor, "plan.return"),
            "waits_for": _waits_for(found),
            "error": error,
            "error_findings": [finding_document(f) for f in error.findings] if error else [],
            "given": request.POST if error else {},
            "today": clock.today().isoformat(),
        },
        status=error.status if error else 200,
    )


def _stages(found: ApplicationView, *, is_issued: bool) -> list[Stage]:
    """填报 → 市审核 → 省审核 → 下达, done with their days."""
    row = found.row
    order = ("draft", "submitted", "city_reviewed", "prov_reviewed")
    at = order.index(row.state.id) if row.state.id in order else 0

    def tone(reached: int) -> str:
        return "done" if at >= reached else "run" if at == reached - 1 and row.state.id != "withdrawn" else "todo"

    back = row.state.id == "returned"
    return [
        Stage(
            "县级申报", "gap" if back else tone(1), day_words(row.submitted_on), "退回修改" if back else row.document_no
        ),
        Stage("市级审核", tone(2), day_words(row.city_reviewed_on), found.city_document_no),
        Stage("省级审核", tone(3), day_words(row.prov_reviewed_on)),
        Stage(
            "计划下达",
            "done" if is_issued else "run" if at == 3 else "todo",
            "",
            "已下达" if is_issued else "待下达" if at == 3 else "",
        ),
    ]


def day_words(day: date | None) -> str:
    return day.isoformat() if day else ""


def _line(line: ApplicationLineView, duties: Any, request: ActingRequest) -> dict[str, Any]:
    """A row of the table with its targets in words and what its responsibilities lack."""
    return {
        "line": line,
        "lacking": duties_missing(duties),
        "targets": [(t, target_text(t, line.targets.get(t.id, ""))) for t in TARGETS],
        "findings": [finding_document(f) for f in line.findings],
        "given": request.POST.get(f"fen-{line.id}", wan_field(line.agreed_fen)),
        "reason": request.POST.get(f"reason-{line.id}", ""),
    }


def _is_own(actor: Actor, division: str) -> bool:
    """The application is of the actor's own office."""
    return codes.prefix_of(division) in actor.scope.divisions


def _level_to_review(actor: Actor, found: ApplicationView) -> str:
    """city or province when the actor's office is the one to review it now, else ""."""
    for state, level, place, action in (
        ("submitted", "city", Level.CITY, "plan.city_review"),
        ("city_reviewed", "province", Level.PROVINCE, "plan.prov_review"),
    ):
        if found.row.state.id == state and allowed(actor, action):
            return level if _is_own(actor, codes.at_level(found.row.division_code, place)) else ""
    return ""


def _waits_for(found: ApplicationView) -> str:
    """Who has it now, in words."""
    return {
        "draft": "待县级完善后申报",
        "returned": "待县级修改后重新申报",
        "submitted": "待市级审核",
        "city_reviewed": "待省级审核",
        "prov_reviewed": "审核完毕，待计划下达",
    }.get(found.row.state.id, "")


@page("file.download")
def file(request: ActingRequest, application_id: int, form: str) -> HttpResponse:
    """The application in the official layout, as Word or PDF."""
    paper = plan_documents.application_document(request.actor.scope, application_id)
    return attachment(plan_documents.paper_bytes(paper, form), f"{paper.title}.{form}")


# ---------- writing ----------


@page("plan.apply")
def apply(request: ActingRequest, plan_batch_id: int) -> HttpResponse:
    """The form of the county: choose projects, write amounts and approvals; saved as a draft."""
    actor = request.actor
    wanted = queries.batch(actor.scope, plan_batch_id)
    standing = queries.applications(actor.scope, batch_id=plan_batch_id).filter(division_code=actor.home).first()
    if standing is not None and standing.state == "withdrawn":
        standing = None
    found = queries.application(actor.scope, standing.pk) if standing is not None else None
    if found is not None and not found.row.is_editable:
        return redirect("web:plan-application", found.row.id)
    kept = {line.project.id: line for line in found.lines} if found else {}
    offered = candidates(actor.scope, wanted, actor.home, kept={pk: line.requested_fen for pk, line in kept.items()})
    error: DomainError | None = None
    if request.method == "POST":
        try:
            saved = services.save_application(
                actor,
                plan_batch_id,
                actor.home,
                _lines_from(request, offered, kept),
                contact=request.POST.get("contact", ""),
                version=_version(request) if found else None,
            )
            messages.success(request, "已保存草稿。核对绩效目标和两个责任后再申报。")
            return redirect("web:plan-application", saved.pk)
        except SAID as err:
            error = err
    return render(
        request,
        "funds/apply.html",
        {
            "title": f"申报{wanted.title}",
            "crumbs": [
                ("投资计划", reverse("web:plans")),
                (wanted.title, reverse("web:plan-batch", args=[wanted.pk])),
                ("申报", ""),
            ],
            "guide": law.guide("apply-for-plan"),
            "batch": wanted,
            "fund": FundType.of_id(wanted.fund_type),
            "found": found,
            "rows": [
                _candidate(one, kept.get(one.project.id), request, has_error=error is not None) for one in offered
            ],
            "contact": request.POST.get("contact", found.contact if found else ""),
            "error": error,
            "error_findings": [finding_document(f) for f in error.findings] if error else [],
        },
        status=error.status if error else 200,
    )


def _candidate(
    one: Candidate, kept: ApplicationLineView | None, request: ActingRequest, *, has_error: bool
) -> dict[str, Any]:
    """A row of the form: what is known, and what the fields hold."""
    pk = one.project.id
    post = request.POST
    stored = {
        "fen": wan_field(kept.requested_fen if kept else one.left_fen or None),
        "no": kept.approval_no if kept else one.approval_no,
        "on": (kept.approval_on if kept else one.approval_on) or "",
        "note": kept.content_note if kept else "",
    }
    return {
        "one": one,
        "pk": pk,
        "picked": str(pk) in post.getlist("pick") if has_error else kept is not None,
        "state": badge_of((one.state_label, "done" if one.is_ready else "warn")),
        "values": {name: post.get(f"{name}-{pk}", "") if has_error else value for name, value in stored.items()},
    }


def _lines_from(
    request: ActingRequest, offered: tuple[Candidate, ...], kept: dict[int, ApplicationLineView]
) -> list[services.NewApplicationLine]:
    """The picked projects with what was typed beside them; targets as they stand, else the usual ones."""
    post = request.POST
    known = {str(one.project.id): one for one in offered}
    lines = []
    for key in post.getlist("pick"):
        one = known.get(key)
        if one is None:
            raise NotFound("project.missing", "选择的项目不在可申报的范围内，请刷新后再选。")
        name = f"“{one.project.name}”"
        standing = kept.get(one.project.id)
        day = post.get(f"on-{key}", "").strip()
        lines.append(
            services.NewApplicationLine(
                project_id=one.project.id,
                requested_fen=wan_from(post.get(f"fen-{key}", ""), f"{name}的申请额"),
                targets=standing.targets if standing else one.targets,
                approval_no=post.get(f"no-{key}", ""),
                approval_on=the_day(day, f"{name}的批复日期") if day else None,
                content_note=post.get(f"note-{key}", ""),
            )
        )
    return lines


def _version(request: ActingRequest) -> int | None:
    text = request.POST.get("version", "")
    return whole_from(text, "版本") if text else None


@page("plan.apply")
def line(request: ActingRequest, application_id: int, project_id: int) -> HttpResponse:
    """One project of a draft: its ten targets and two responsibilities."""
    actor = request.actor
    found = queries.application(actor.scope, application_id)
    chosen = next((one for one in found.lines if one.project.id == project_id), None)
    if chosen is None:
        raise NotFound("plan.line", "申请里没有这个项目。")
    if not found.row.is_editable:
        raise Conflict("plan.state", f"申请{found.row.state.label}，不能修改。需要修改的请上级退回。")
    known = duties_of(actor.scope, [project_id]).get(project_id)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            typed = {t.id: request.POST.get(f"t-{t.id}", "") for t in TARGETS}
            lines = [_as_new(one, targets=typed if one is chosen else None) for one in found.lines]
            services.save_application(
                actor, found.row.batch_id, found.row.division_code, lines, version=_version(request)
            )
            duties = duties_from(request, project_id)
            if duties is not None:
                services.set_responsibilities(actor, [duties])
            messages.success(request, f"已保存“{chosen.project.name}”的绩效目标和两个责任。")
            return redirect("web:plan-application", application_id)
        except SAID as err:
            error = err
    given = request.POST if error else None
    return render(
        request,
        "funds/application_line.html",
        {
            "title": chosen.project.name,
            "crumbs": [
                ("投资计划", reverse("web:plans")),
                (f"{found.row.division_name}资金申请", reverse("web:plan-application", args=[application_id])),
                ("目标与责任", ""),
            ],
            "guide": law.guide("apply-for-plan"),
            "row": found.row,
            "line": chosen,
            "targets": [(t, given.get(f"t-{t.id}", "") if given else typed_target(t, chosen.targets)) for t in TARGETS],
            "duties": duty_fields(known, given),
            "lacking": duties_missing(known),
            "error": error,
        },
        status=error.status if error else 200,
    )


def _as_new(one: ApplicationLineView, *, targets: dict[str, str] | None) -> services.NewApplicationLine:
    kept = services.NewApplicationLine(
        project_id=one.project.id,
        requested_fen=one.requested_fen,
        targets=one.targets,
        approval_no=one.approval_no,
        approval_on=one.approval_on,
        content_note=one.content_note,
    )
    return kept if targets is None else replace(kept, targets=targets)


# ---------- steps ----------


@page("plan.view")
@require_POST
def step(request: ActingRequest, application_id: int) -> HttpResponse:
    """Submit, review, return or withdraw; each asks for its own permission. What stops it is said on the page."""
    found = queries.application(request.actor.scope, application_id)
    act = _STEPS.get(request.POST.get("step", ""))
    if act is None:
        raise NotFound("plan.step", "没有这一步。")
    try:
        messages.success(request, act(request, found))
    except SAID as err:
        return _shown(request, queries.application(request.actor.scope, application_id), err)
    return redirect("web:plan-application", application_id)


def _submit(request: ActingRequest, found: ApplicationView) -> str:
    services.submit_application(
        request.actor, found.row.id,
        document_no=request.POST.get("document_no", ""), on=the_day(request.POST.get("on", ""), "申报日期"),
        is_truthful=request.POST.get("is_truthful") == "on", version=_version(request),
    )  # fmt: skip
    return "已申报，待市级审核。"


def _review(request: ActingRequest, found: ApplicationView) -> str:
    level = _level_to_review(request.actor, found)
    if level not in ("city", "province"):
        raise Conflict("plan.state", f"申请{found.row.state.label}，不在本单位审核。请刷新后再看。")
    post = request.POST
    decisions = {
        one.id: services.ReviewDecision(
            wan_from(post.get(f"fen-{one.id}", ""), f"第{one.number}行的核定额"), post.get(f"reason-{one.id}", "")
        )
        for one in found.lines
    }
    services.review_application(
        request.actor, found.row.id, "city" if level == "city" else "province", decisions=decisions,
        opinion=post.get("opinion", ""), document_no=post.get("document_no", ""), on=the_day(post.get("on", ""), "审核日期"),
        version=_version(request),
    )  # fmt: skip
    return "市级审核通过，待省级审核。" if level == "city" else "省级审核通过，待计划下达。"


def _return(request: ActingRequest, found: ApplicationView) -> str:
    services.return_application(
        request.actor, found.row.id, reason=request.POST.get("reason", ""), version=_version(request)
    )
    return "已退回县级修改。"


def _withdraw(request: ActingRequest, found: ApplicationView) -> str:
    services.withdraw_application(request.actor, found.row.id, reason=request.POST.get("reason", ""))
    return "申请已撤回。"


_STEPS: dict[str, Callable[[ActingRequest, ApplicationView], str]] = {
    "submit": _submit,
    "review": _review,
    "return": _return,
    "withdraw": _withdraw,
}
