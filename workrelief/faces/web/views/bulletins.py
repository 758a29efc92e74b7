"""通报: the list, the writing desk with its A4 preview, the steps to issue, and the files."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

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
from workrelief.faces.shared.download import attachment
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.stamp import Stamp, StampItem
from workrelief.faces.shared.tables import Column, build_table
from workrelief.faces.web.views.bulletin_shape import differences, selected_number, shown
from workrelief.figures.snapshots import queries as snapshots
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, NotFound
from workrelief.kernel.period import Period
from workrelief.outputs.bulletins import queries, services
from workrelief.outputs.bulletins.compose import Composition
from workrelief.outputs.bulletins.models import Bulletin
from workrelief.outputs.bulletins.states import BULLETIN
from workrelief.outputs.bulletins.tables import CHARTS, TABLES

_COLUMNS = (
    Column(
        "title", "标题", link=lambda row: reverse("web:bulletin", args=[row.pk]), sub=lambda row: row.number, lead=True
    ),
    Column("period", "期间", value=lambda row: Period(row.period).label),
    Column("division", "行政区划", value=lambda row: divisions.name(row.division_code)),
    Column("state", "状态", kind="badge", value=lambda row: BULLETIN.state(row.state)),
    Column("manifest", "数据快照"),
    Column("made_at", "起草时间", kind="moment"),
    Column("issued_at", "印发时间", kind="moment"),
)


@page("bulletin.view")
def bulletins(request: ActingRequest) -> HttpResponse:
    """Bulletins in scope, and the years whose annual bulletin can be begun."""
    actor = request.actor
    rows = queries.bulletins(actor.scope)
    pager = paginate(request, rows)
    return render(
        request,
        "bulletins/list.html",
        {
            "title": "通报",
            "crumbs": (("通报", ""),),
            "guide": law.guide("write-bulletin"),
            "table": build_table(request, _COLUMNS, pager.items, caption="通报", id="bulletins"),
            "pager": pager,
            "may_compose": allowed(actor, "bulletin.compose"),
            "years": _years_to_write(actor) if allowed(actor, "bulletin.compose") else [],
        },
    )


@page("bulletin.view")
def bulletin(request: ActingRequest, pk: int) -> HttpResponse:
    """The desk of one bulletin: text with its numbers (or the source) on the left, the A4 page on the right."""
    return _desk(request, queries.bulletin(request.actor.scope, pk))


@require_POST
@page("bulletin.compose")
def save(request: ActingRequest, pk: int) -> HttpResponse:
    """Store the edited source. What cannot be stored stays in the field, with the reason above it."""
    source = request.POST.get("source", "").replace("\r\n", "\n")
    try:
        row = services.save_source(request.actor, pk, source=source, version=_version(request))
    except (InvalidInput, Conflict) as err:
        return _desk(request, queries.bulletin(request.actor.scope, pk), unsaved=source, problem=err)
    messages.success(request, f"已保存为第 {row.source_version} 稿，数字已按快照 {row.manifest} 重新填入。")
    return redirect("web:bulletin", row.pk)


@require_POST
@page("bulletin.view")
def step(request: ActingRequest, pk: int) -> HttpResponse:
    """Check, return, issue, or bind to a newer snapshot; each asks for its own permission."""
    name = request.POST.get("step", "")
    if name not in _STEPS:
        raise NotFound("bulletin.step", f"没有“{name}”这一步。")
    try:
        messages.success(request, _STEPS[name](request, pk))
    except (InvalidInput, Conflict) as err:
        messages.error(request, err.message)
    return redirect("web:bulletin", pk)


@require_POST
@page("bulletin.compose")
def new(request: ActingRequest) -> HttpResponse:
    """Begin the annual bulletin of a sealed year, or open the one there is."""
    try:
        row = services.compose_annual(request.actor, Period(request.POST.get("period", "")))
    except (InvalidInput, Conflict) as err:
        messages.error(request, err.message)
        return redirect("web:bulletins")
    return redirect("web:bulletin", row.pk)


@page("file.download")
def file(request: ActingRequest, pk: int, form: str) -> HttpResponse:
    """Word, PDF or Markdown; once issued, the stored file."""
    if form not in services.FORMATS:
        raise NotFound("bulletin.format", "没有这种格式的文件。")
    row = queries.bulletin(request.actor.scope, pk)
    data = services.rendered(request.actor.scope, row, form)
    return attachment(data, services.file_name(row, form))


# ---------- steps ----------


def _check(request: ActingRequest, pk: int) -> str:
    services.check_bulletin(request.actor, pk)
    return "核数已通过，可以印发。"


def _return(request: ActingRequest, pk: int) -> str:
    services.return_bulletin(request.actor, pk, reason=request.POST.get("reason", ""))
    return "已退回拟稿，可继续修改。"


def _issue(request: ActingRequest, pk: int) -> str:
    row = services.issue_bulletin(request.actor, pk, number=request.POST.get("number", ""))
    return f"已印发，文号 {row.number}。印发件已存档，今后下载的都是这一份。"


def _rebind(request: ActingRequest, pk: int) -> str:
    row = services.rebind(request.actor, pk)
    return f"数字已改按快照 {row.manifest} 填入。"


_STEPS: dict[str, Callable[[ActingRequest, int], str]] = {
    "check": _check,
    "return": _return,
    "issue": _issue,
    "rebind": _rebind,
}


# ---------- shaping ----------


def _desk(
    request: ActingRequest, row: Bulletin, *, unsaved: str | None = None, problem: DomainError | None = None
) -> HttpResponse:
    actor = request.actor
    made = services.composition(actor.scope, row)
    newest = snapshots.newest_sealed(Period(row.period)) if row.state == "draft" else None
    newer = newest if newest and newest != row.manifest else ""
    changed = differences(made, _bound_to(actor, row, newer)) if newer else {}
    ref = request.GET.get("ref", "")
    may_edit = row.state == "draft" and allowed(actor, "bulletin.compose")
    is_source = may_edit and (unsaved is not None or request.GET.get("view") == "source")
    sealed = snapshots.manifest(row.manifest)
    context = {
        "title": f"{Period(row.period).label}通报",
        "crumbs": (("通报", reverse("web:bulletins")), (Period(row.period).label, "")),
        "guide": law.guide("write-bulletin"),
        "stamp": Stamp(
            as_of=sealed.made_at,
            as_of_label="锁版时间",
            items=(StampItem("数据快照", row.manifest), StampItem("第", f"{row.source_version} 稿")),
        ),
        "row": row,
        "state": BULLETIN.state(row.state),
        "document": shown(
            made, selected=ref, select_url=lambda r: f"{query_url(request, ref=r, view=None)}#number", changed=changed
        ),
        "selected": selected_number(made.bound.get(ref), changed),
        "newer": newer,
        "changed": [(made.bound[r].text, text) for r, text in changed.items()][:5],
        "changed_count": len(changed),
        "may_edit": may_edit,
        "is_source": is_source,
        "source": row.source if unsaved is None else unsaved,
        "problem": problem,
        "is_version_conflict": problem is not None and problem.code == "bulletin.version",
        "names": (("附表", TABLES), ("图", CHARTS)),
        "files": [(form, word, reverse("web:bulletin-file", args=[row.pk, form])) for form, word in _FILE_WORDS],
        **_steps_of(actor, row),
    }
    return render(request, "bulletins/desk.html", context, status=problem.status if problem else 200)


_FILE_WORDS = (("docx", "Word 文档"), ("pdf", "PDF 版式"), ("xlsx", "Excel 数据核对表"), ("md", "Markdown 文本"))


def _bound_to(actor: Actor, row: Bulletin, manifest: str) -> Composition:
    """The same text with the numbers of another snapshot; nothing is stored."""
    other = copy(row)
    other.manifest = manifest
    return services.composition(actor.scope, other)


def _steps_of(actor: Actor, row: Bulletin) -> dict[str, object]:
    """Which buttons the person sees, and why one is missing (four eyes)."""
    is_writer = actor.user_id is not None and actor.user_id == row.made_by_id
    names = {t.name for t in BULLETIN.available(row.state) if allowed(actor, t.permission)}
    waits_for_other = is_writer and bool(names & {"check", "issue"})
    return {
        "may_check": "check" in names and not is_writer,
        "may_return": "return" in names,
        "may_issue": "issue" in names and not is_writer,
        "waits_for_other": waits_for_other,
    }


def _version(request: ActingRequest) -> int:
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdecimal()):
        raise InvalidInput("bulletin.version", "提交的内容不完整，请重新打开通报再保存。")
    return int(text)


def _years_to_write(actor: Actor) -> list[Period]:
    """Sealed years without an annual bulletin of the actor's own division, newest first."""
    sealed = {Period(p) for p in snapshots.sealed_manifests().values_list("period", flat=True)}
    written = set(
        queries.bulletins(actor.scope).filter(kind="annual", division_code=actor.home).values_list("period", flat=True)
    )
    return sorted((p for p in sealed if p.kind == "year" and str(p) not in written), reverse=True)
