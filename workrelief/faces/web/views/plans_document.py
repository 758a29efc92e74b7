"""计划文件: one document with its lines and balance, decomposing it line by line, its steps with four eyes, its receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from workrelief.base.law.parameters import parameters
from workrelief.faces.shared import plan_documents
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.download import attachment
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.shared.paging import paginate
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.shared.tables import Badge, badge_of
from workrelief.faces.web.views.plans_application import FILES, SAID
from workrelief.faces.web.views.plans_shape import (
    CLOCK_TONES,
    LEVEL_LABELS,
    clock_words,
    the_day,
    typed_target,
    wan_field,
    wan_from,
    whole_from,
)
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import DomainError, InvalidInput, NotFound, NotPermitted
from workrelief.kernel.findings import blockers
from workrelief.kernel.kinds import FundType
from workrelief.work.funds import queries, services
from workrelief.work.funds.queries.applications import approved_lines
from workrelief.work.funds.queries.clocks import ClockRow
from workrelief.work.funds.queries.documents import DocumentView, LineView
from workrelief.work.funds.queries.projects import duties_of
from workrelief.work.funds.queries.tree import Differences, differences
from workrelief.work.funds.rules.plans import duties_missing
from workrelief.work.funds.rules.targets import TARGETS, target_text, usual
from workrelief.work.projects import queries as projects

LINES_PER_PAGE = 100
BLANK_ROWS = 4
MOST_ROWS = 190
"""Rows one form may send; longer decompositions come as a spreadsheet."""


@page("plan.view")
def document(request: ActingRequest, document_id: int) -> HttpResponse:
    """One document: lines, balance, findings, steps, what lies above and below it."""
    return _shown(request, queries.document(request.actor.scope, document_id))


def _shown(request: ActingRequest, view: DocumentView, error: DomainError | None = None) -> HttpResponse:
    actor = request.actor
    row = view.row
    shown = paginate(request, view.lines, LINES_PER_PAGE)
    chosen = _chosen(request, view)
    is_own = _is_own(actor, row.division_code)
    timed = _own_clock(actor, view)
    return render(
        request,
        "funds/document.html",
        {
            "title": row.title,
            "crumbs": [
                ("投资计划", reverse("web:plans")),
                (row.batch_title, reverse("web:plan-batch", args=[row.batch_id])),
                (row.document_no or row.title, ""),
            ],
            "stamp": Stamp(as_of=clock.now(), unit="万元"),
            "guide": law.guide("decompose-plan"),
            "row": row,
            "view": view,
            "level": LEVEL_LABELS[row.level],
            "state": badge_of(row.state),
            "files": FILES if not row.is_root and allowed(actor, "file.download") else (),
            "lines": shown,
            "page": shown,
            "chosen": chosen,
            "balance": view.balance,
            "shows_placed": row.state.id == "issued" and (row.level != "county" or row.is_root),
            "findings": [finding_document(f) for f in view.findings],
            "stopping": len(blockers(view.findings)),
            "clock": timed,
            "clock_badge": Badge(clock_words(timed), CLOCK_TONES[timed.status], "clock") if timed else None,
            "may_edit": is_own and row.state.id == "draft" and allowed(actor, "plan.draft"),
            "may_receive": timed is not None
            and not timed.is_registered
            and timed.done_on is None
            and allowed(actor, "plan.receive"),
            "may_decompose": timed is not None and _has_open(actor, view) and allowed(actor, "plan.draft"),
            **_steps_of(actor, row.state.id, view, is_own=is_own),
            "error": error,
            "error_findings": [finding_document(f) for f in error.findings] if error else [],
            "given": request.POST if error else {},
            "today": clock.today().isoformat(),
        },
        status=error.status if error else 200,
    )


def _has_open(actor: Actor, view: DocumentView) -> bool:
    """Money addressed to the actor's office is still to be placed: never placed, or recalled."""
    return any(line.open_fen and _is_own(actor, line.division_code) for line in view.lines)


def _own_clock(actor: Actor, view: DocumentView) -> ClockRow | None:
    """The clock of the actor's office for this document."""
    timed = queries.clocks(actor.scope, batch_id=view.row.batch_id)
    return next((c for c in timed if c.document_id == view.row.id and _is_own(actor, c.division_code)), None)


def _chosen(request: ActingRequest, view: DocumentView) -> dict[str, Any] | None:
    """The line the address asks for, with its ten targets and the project's responsibilities."""
    asked = request.GET.get("line", "")
    line = next((one for one in view.lines if str(one.id) == asked), None)
    if line is None:
        return None
    duties = duties_of(request.actor.scope, [line.project.id]).get(line.project.id) if line.project else None
    may_change = (
        view.row.state.id == "issued"
        and view.row.level == "county"
        and line.project is not None
        and allowed(request.actor, "plan.change")
    )
    return {
        "line": line,
        "targets": [(t, target_text(t, line.targets.get(t.id, ""))) for t in TARGETS],
        "duties": duties,
        "lacking": duties_missing(duties) if line.project else (),
        "may_change": may_change,
        "may_hand_back": view.row.state.id == "issued"
        and (view.row.level != "county" or view.row.is_root)
        and line.open_fen > 0
        and allowed(request.actor, "plan.change"),
        "may_edit": view.row.state.id == "draft"
        and not view.row.is_root
        and _is_own(request.actor, view.row.division_code)
        and allowed(request.actor, "plan.draft"),
    }


def _is_own(actor: Actor, division: str) -> bool:
    """The document is of the actor's own office."""
    return codes.prefix_of(division) in actor.scope.divisions


def _steps_of(actor: Actor, state: str, view: DocumentView, *, is_own: bool) -> dict[str, object]:
    """Which steps the person sees, and why one waits for somebody else (four eyes)."""
    may = {name: is_own and allowed(actor, f"plan.{name}") for name in ("check", "issue", "withdraw")}
    is_writer = actor.name == view.made_by_name
    return {
        "may_check": may["check"] and state == "draft" and not is_writer,
        "may_reopen": may["check"] and state == "checked",
        "may_issue": may["issue"] and state == "checked" and not is_writer,
        "may_withdraw": may["withdraw"] and state == "issued",
        "waits_for": "复核须由拟稿人以外的同事办理"
        if may["check"] and state == "draft" and is_writer
        else "签发须由拟稿人以外的同事办理"
        if may["issue"] and state == "checked" and is_writer
        else "",
    }


# ---------- steps ----------


@page("plan.view")
@require_POST
def step(request: ActingRequest, document_id: int) -> HttpResponse:
    """Check, reopen, issue or withdraw; each asks for its own permission. What stops it is said on the page."""
    view = queries.document(request.actor.scope, document_id)
    act = _STEPS.get(request.POST.get("step", ""))
    if act is None:
        raise NotFound("plan.step", "没有这一步。")
    try:
        messages.success(request, act(request, view))
    except SAID as err:
        return _shown(request, queries.document(request.actor.scope, document_id), err)
    return redirect("web:plan-document", document_id)


def _check(request: ActingRequest, view: DocumentView) -> str:
    services.check_document(request.actor, view.row.id, version=_version(request))
    return "已复核，可以下达。"


def _reopen(request: ActingRequest, view: DocumentView) -> str:
    services.reopen_document(request.actor, view.row.id, reason=request.POST.get("reason", ""))
    return "已退回拟稿。"


def _issue(request: ActingRequest, view: DocumentView) -> str:
    services.issue_document(
        request.actor, view.row.id, document_no=request.POST.get("document_no", ""),
        on=the_day(request.POST.get("on", ""), "下达日期"), version=_version(request),
    )  # fmt: skip
    return "已下达，收文单位自次日起按工作日计时。" if view.row.level != "county" else "已转发到项目。"


def _withdraw(request: ActingRequest, view: DocumentView) -> str:
    services.withdraw_document(
        request.actor,
        view.row.id,
        reason=request.POST.get("reason", ""),
        on=the_day(request.POST.get("on", ""), "撤回日期"),
    )
    return "文件已撤回，原有各行保留备查。"


_STEPS: dict[str, Callable[[ActingRequest, DocumentView], str]] = {
    "check": _check,
    "reopen": _reopen,
    "issue": _issue,
    "withdraw": _withdraw,
}


def _version(request: ActingRequest) -> int | None:
    text = request.POST.get("version", "")
    return whole_from(text, "版本") if text else None


@page("plan.receive")
@require_POST
def received(request: ActingRequest, document_id: int) -> HttpResponse:
    """Say when the document came; the clock counts from the day after."""
    view = queries.document(request.actor.scope, document_id)
    try:
        timed = _own_clock(request.actor, view)
        if timed is None:
            raise InvalidInput("plan.receipt", "这份文件不是下达给本单位的，不用登记收文。")
        services.register_receipt(
            request.actor,
            timed.id,
            received_on=the_day(request.POST.get("on", ""), "收文日期"),
            receipt_no=request.POST.get("receipt_no", ""),
        )
    except SAID as err:
        return _shown(request, view, err)
    messages.success(request, "已登记收文，自次日起按工作日计时。")
    return redirect("web:plan-document", document_id)


# ---------- the document that brings the money ----------


@page("plan.open")
def register(request: ActingRequest, plan_batch_id: int) -> HttpResponse:
    """Enter the document of the nation (or the provincial budget) that brings a batch's money into the province."""
    actor = request.actor
    batch = queries.batch(actor.scope, plan_batch_id)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            made = _registered(request, plan_batch_id)
            messages.success(request, "已登记上级下达文件，经另一位同事复核、签发后即可分解。")
            return redirect("web:plan-document", made.pk)
        except SAID as err:
            error = err
    standing = usual(parameters(on=clock.today()))
    return _root_form(
        request,
        batch,
        "登记上级下达文件",
        {"title": f"关于下达{batch.title}投资计划的通知"} | {f"t-{t.id}": typed_target(t, standing) for t in TARGETS},
        error,
    )


def _edit_root(request: ActingRequest, view: DocumentView) -> HttpResponse:
    """The registered document, as long as it is a draft."""
    error: DomainError | None = None
    post = request.POST
    if request.method == "POST":
        try:
            line = services.NewLine(
                amount_fen=wan_from(post.get("amount", ""), "下达金额"),
                targets={t.id: post.get(f"t-{t.id}", "") for t in TARGETS},
            )
            head = services.DocumentHead(title=post.get("title", ""), document_no=post.get("document_no", ""))
            services.save_document(request.actor, view.row.id, head, [line], version=_version(request))
            messages.success(request, "已保存。")
            return redirect("web:plan-document", view.row.id)
        except SAID as err:
            error = err
    stored = view.lines[0].targets if view.lines else {}
    values = {
        "title": view.row.title,
        "document_no": view.row.document_no,
        "amount": wan_field(view.row.total_fen),
        "version": view.row.version,
    } | {f"t-{t.id}": typed_target(t, stored) for t in TARGETS}
    return _root_form(request, queries.batch(request.actor.scope, view.row.batch_id), "修改上级下达文件", values, error)


def _root_form(
    request: ActingRequest, batch: Any, title: str, values: dict[str, Any], error: DomainError | None
) -> HttpResponse:
    given = request.POST if error else values
    return render(
        request,
        "funds/register.html",
        {
            "title": title,
            "crumbs": [
                ("投资计划", reverse("web:plans")),
                (batch.title, reverse("web:plan-batch", args=[batch.pk])),
                (title, ""),
            ],
            "guide": law.guide("decompose-plan"),
            "batch": batch,
            "fund": FundType.of_id(batch.fund_type),
            "given": given,
            "targets": [(t, given.get(f"t-{t.id}", "")) for t in TARGETS],
            "error": error,
            "error_findings": [finding_document(f) for f in error.findings] if error else [],
        },
        status=error.status if error else 200,
    )


def _registered(request: ActingRequest, plan_batch_id: int) -> Any:
    post = request.POST
    return services.register_plan(
        request.actor,
        plan_batch_id,
        services.DocumentHead(title=post.get("title", ""), document_no=post.get("document_no", "")),
        total_fen=wan_from(post.get("amount", ""), "下达金额"),
        targets={t.id: post.get(f"t-{t.id}", "") for t in TARGETS},
    )


# ---------- decomposing ----------


@page("plan.draft")
def decompose(request: ActingRequest, document_id: int) -> HttpResponse:
    """Begin the decomposition of a document for the actor's office, from what the platform proposes."""
    actor = request.actor
    view = queries.document(actor.scope, document_id)
    standing = next(
        (d for d in view.below if d.state.id in ("draft", "checked") and _is_own(actor, d.division_code)), None
    )
    if standing is not None:
        return redirect("web:plan-edit" if standing.state.id == "draft" else "web:plan-document", standing.id)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            proposed = [
                services.NewLine(
                    parent_id=p.parent_id,
                    division_code=p.division_code,
                    project_id=p.project_id,
                    amount_fen=p.amount_fen,
                    targets=p.targets,
                )
                for p in queries.proposed_lines(actor.scope, document_id, actor.home)
            ]
            made = services.draft_decomposition(
                actor, document_id, services.DocumentHead(), proposed, division=actor.home
            )
            messages.success(request, "已按上级文件和核定结果拟出分解草稿，请逐行核对。")
            return redirect("web:plan-edit", made.pk)
        except SAID as err:
            error = err
    source = next((s for s in queries.sources(actor.scope, actor.home) if s.document.id == document_id), None)
    return render(
        request,
        "funds/decompose.html",
        {
            "title": "分解下达" if codes.level_of(actor.home) < Level.COUNTY else "分解转发",
            "crumbs": [
                ("投资计划", reverse("web:plans")),
                (view.row.document_no or view.row.title, reverse("web:plan-document", args=[document_id])),
                ("分解", ""),
            ],
            "guide": law.guide("decompose-plan"),
            "view": view,
            "source": source,
            "place": divisions.name(actor.home),
            "error": error,
            "error_findings": [finding_document(f) for f in error.findings] if error else [],
        },
        status=error.status if error else 200,
    )


@page("plan.draft")
def edit(request: ActingRequest, document_id: int) -> HttpResponse:
    """The editable table of a draft: amounts line by line, the difference to the fen beside it."""
    actor = request.actor
    view = queries.document(actor.scope, document_id)
    if view.row.state.id != "draft":
        return redirect("web:plan-document", document_id)
    if not _is_own(actor, view.row.division_code):
        raise NotPermitted("plan.office", f"分解由{divisions.name(view.row.division_code)}的发展改革部门办理。")
    if view.row.is_root:
        return _edit_root(request, view)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            services.save_document(
                actor, document_id, _head_from(request), _lines_from(request, view), version=_version(request)
            )
            messages.success(request, "已保存。")
            again = request.POST.get("step") == "more"
            return redirect("web:plan-edit" if again else "web:plan-document", document_id)
        except SAID as err:
            error = err
    typed = request.POST if error else None
    found = _difference_of(request, view, document_id) if typed is not None else differences(actor.scope, document_id)
    return render(
        request,
        "funds/decompose_edit.html",
        {
            "title": "编辑分解",
            "crumbs": [
                ("投资计划", reverse("web:plans")),
                (view.row.batch_title, reverse("web:plan-batch", args=[view.row.batch_id])),
                (view.row.title, reverse("web:plan-document", args=[document_id])),
                ("编辑分解", ""),
            ],
            "guide": law.guide("decompose-plan"),
            "row": view.row,
            "view": view,
            "groups": _groups(request, view, found, typed),
            "found": found,
            "is_county": view.row.level == "county",
            "too_long": len(view.lines) > MOST_ROWS,
            "import_url": reverse("web:import-new", args=["fund_plan"]) if allowed(actor, "plan.import") else "",
            "error": error,
            "error_findings": [finding_document(f) for f in error.findings] if error else [],
            "given": typed
            or {"title": view.row.title, "basis_no": view.row.basis_no, "requirements": view.requirements},
        },
        status=error.status if error else 200,
    )


@page("plan.draft")
@require_POST
def difference(request: ActingRequest, document_id: int) -> HttpResponse:
    """What is typed now against the source, computed here and never in the browser; a part of the page."""
    view = queries.document(request.actor.scope, document_id)
    problem = ""
    try:
        found = _difference_of(request, view, document_id)
    except InvalidInput as err:
        problem, found = err.message, differences(request.actor.scope, document_id)
    return render(request, "funds/_difference.html", {"found": found, "problem": problem})


def _difference_of(request: ActingRequest, view: DocumentView, document_id: int) -> Differences:
    try:
        placed = [(line.parent_id or 0, line.amount_fen) for line in _lines_from(request, view)]
    except InvalidInput:
        if request.headers.get("HX-Request") == "true":
            raise
        placed = None
    return differences(request.actor.scope, document_id, placed)


def _groups(request: ActingRequest, view: DocumentView, found: Differences, typed: Any) -> list[dict[str, Any]]:
    """Lines of the source, each with the rows that take money from it, and blank rows where it is a lump."""
    actor = request.actor
    proposed = (
        queries.proposed_lines(actor.scope, view.row.source_id, view.row.division_code) if view.row.source_id else []
    )
    held = {line.project.id for line in view.lines if line.project}
    agreed = {line.project_id for line in approved_lines(actor.scope, view.row.batch_id, view.row.division_code)}
    extra = ({p.project_id for p in proposed if p.project_id} | agreed) - held
    refs = projects.refs(actor.scope, extra)
    options = [(f"p{pk}", ref.name) for pk, ref in sorted(refs.items(), key=lambda pair: pair[1].name)]
    if view.row.level != "county":
        options += [(f"d{d.code}", d.name) for d in divisions.children(view.row.division_code)]
    groups = []
    number = 0
    for given in found.lines:
        rows = []
        for line in (one for one in view.lines if one.parent_id == given.line_id):
            rows.append(_row(number, given.line_id, line, typed))
            number += 1
        for _ in range(BLANK_ROWS if options else 0):
            rows.append(_row(number, given.line_id, None, typed))
            number += 1
        groups.append({"given": given, "rows": rows, "options": options})
    return groups


def _row(number: int, parent_id: int, line: LineView | None, typed: Any) -> dict[str, Any]:
    key = "" if line is None else f"p{line.project.id}" if line.project else f"d{line.division_code}"
    return {
        "n": number,
        "parent": parent_id,
        "line": line,
        "key": typed.get(f"key-{number}", key) if typed is not None else key,
        "fen": typed.get(f"fen-{number}", "") if typed is not None else wan_field(line.amount_fen if line else None),
    }


def _head_from(request: ActingRequest) -> services.DocumentHead:
    post = request.POST
    return services.DocumentHead(
        title=post.get("title", ""), basis_no=post.get("basis_no", ""), requirements=post.get("requirements", "")
    )


def _lines_from(request: ActingRequest, view: DocumentView) -> list[services.NewLine]:
    """Rows with an amount, in the order of the form; targets stay with their line, new ones take those of its source."""
    post = request.POST
    kept = {(one.parent_id, one.project.id if one.project else None, one.division_code): one for one in view.lines}
    by_project = {(one.parent_id, one.project.id): one for one in view.lines if one.project}
    refs = projects.refs(
        request.actor.scope,
        {int(post[name][1:]) for name in post if name.startswith("key-") and post[name][:1] == "p" and post[name][1:].isdigit()},
    )  # fmt: skip
    fresh: dict[tuple[int, int | None], Any] = {}
    lines = []
    for number in range(MOST_ROWS * 2):
        if f"parent-{number}" not in post:
            break
        key, text = post.get(f"key-{number}", ""), post.get(f"fen-{number}", "").strip()
        if not key or text in ("", "0"):
            if text not in ("", "0"):
                raise InvalidInput("plan.line", f"第{number + 1}行填了金额，没有选择项目或单位。")
            continue
        parent = whole_from(post[f"parent-{number}"], "上级文件行")
        project_id, place = _target(key, refs)
        standing = by_project.get((parent, project_id)) if project_id else kept.get((parent, None, place))
        if standing is None and not fresh:
            fresh = {(p.parent_id, p.project_id): p for p in _proposed(request, view)}
        offered = fresh.get((parent, project_id))
        targets = standing.targets if standing else offered.targets if offered else {}
        lines.append(
            services.NewLine(
                parent_id=parent,
                division_code=standing.division_code if standing else offered.division_code if offered else place,
                project_id=project_id,
                amount_fen=wan_from(text, f"第{number + 1}行的金额"),
                targets=targets,
            )
        )
    return lines


def _proposed(request: ActingRequest, view: DocumentView) -> list[Any]:
    if view.row.source_id is None:
        return []
    return list(queries.proposed_lines(request.actor.scope, view.row.source_id, view.row.division_code))


def _target(key: str, refs: dict[int, projects.ProjectRef]) -> tuple[int | None, str]:
    """(project id, division) of p12 or d371400000000. Raises NotFound."""
    if key[:1] == "p" and key[1:].isdigit() and int(key[1:]) in refs:
        return int(key[1:]), refs[int(key[1:])].division_code
    if key[:1] == "d" and len(key) == 13 and key[1:].isdigit():
        return None, key[1:]
    raise NotFound("plan.line", "没有这个项目或单位，或不在您的数据范围内。")


@page("plan.draft")
def line_targets(request: ActingRequest, document_id: int, plan_line_id: int) -> HttpResponse:
    """The ten targets of one line of a draft, beside those of the line above it."""
    actor = request.actor
    view = queries.document(actor.scope, document_id)
    line = next((one for one in view.lines if one.id == plan_line_id), None)
    if line is None:
        raise NotFound("plan.line", "文件里没有这一行，或不在您的数据范围内。")
    if view.row.state.id != "draft":
        return redirect("web:plan-document", document_id)
    if not _is_own(actor, view.row.division_code):
        raise NotPermitted("plan.office", f"分解由{divisions.name(view.row.division_code)}的发展改革部门办理。")
    error: DomainError | None = None
    if request.method == "POST":
        try:
            typed = {t.id: request.POST.get(f"t-{t.id}", "") for t in TARGETS}
            if request.POST.get("step") == "all":
                services.set_all_targets(actor, document_id, typed, version=_version(request))
                messages.success(request, f"已把这组绩效目标用于文件的全部{len(view.lines)}行。")
            else:
                services.set_line_targets(actor, document_id, plan_line_id, typed, version=_version(request))
                messages.success(request, f"已保存“{line.label}”的绩效目标。")
            return redirect(reverse("web:plan-document", args=[document_id]) + f"?line={plan_line_id}#line")
        except SAID as err:
            error = err
    given = request.POST if error else None
    above = _targets_above(actor, view, line)
    return render(
        request,
        "funds/line_targets.html",
        {
            "title": "绩效目标",
            "crumbs": [
                ("投资计划", reverse("web:plans")),
                (view.row.title, reverse("web:plan-document", args=[document_id])),
                (f"第 {line.number} 行绩效目标", ""),
            ],
            "guide": law.guide("decompose-plan"),
            "row": view.row,
            "line": line,
            "lines": len(view.lines),
            "targets": [
                (
                    t,
                    given.get(f"t-{t.id}", "") if given else typed_target(t, line.targets),
                    target_text(t, above.get(t.id, "")),
                )
                for t in TARGETS
            ],
            "error": error,
            "error_findings": [finding_document(f) for f in error.findings] if error else [],
        },
        status=error.status if error else 200,
    )


def _targets_above(actor: Actor, view: DocumentView, line: LineView) -> Mapping[str, str]:
    """What the line of the source asks, as far as the reader may see it."""
    if view.row.source_id is None:
        return {}
    source = queries.document(actor.scope, view.row.source_id)
    return next((one.targets for one in source.lines if one.id == line.parent_id), {})


@page("file.download")
def file(request: ActingRequest, document_id: int, form: str) -> HttpResponse:
    """The document in the official layout, as Word or PDF."""
    paper = plan_documents.plan_document(request.actor.scope, document_id)
    return attachment(plan_documents.paper_bytes(paper, form), f"{paper.title}.{form}")
