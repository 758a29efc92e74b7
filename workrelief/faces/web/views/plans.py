"""投资计划: batches, plan documents, applications, clocks and changes as lists, and one batch with its tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from workrelief.base.access.permissions import allowed
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry as law
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.shared.paging import Page, paginate, query_url
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.shared.tables import Badge, Column, badge_of, build_table
from workrelief.faces.shared.text import number
from workrelief.faces.web import listing
from workrelief.faces.web.views.plans_shape import (
    CLOCK_TONES,
    FUND_CHOICES,
    LEVEL_LABELS,
    clock_words,
    day_from,
    tabs,
    whole_from,
)
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import DomainError, InvalidInput
from workrelief.kernel.kinds import FundType
from workrelief.work.funds import queries, services
from workrelief.work.funds.queries.changes import change_views
from workrelief.work.funds.queries.overview import BatchRow, batch_rows
from workrelief.work.funds.queries.tree import batch_tree
from workrelief.work.funds.states import APPLICATION, CHANGE_ORDER, PLAN_DOCUMENT

CLOCK_CHOICES = (
    ("overdue", "超期"), ("warned", "将到期"), ("running", "办理中"), ("done", "按时办结"), ("done_late", "超期办结"),
)  # fmt: skip


class _YearForm(listing.ListForm):
    year = forms.TypedChoiceField(
        label="年度", coerce=int, empty_value=None, choices=lambda: listing.any_of(listing.years())
    )
    fund = forms.ChoiceField(label="资金类型", choices=listing.any_of(FUND_CHOICES))


class _DocumentForm(_YearForm):
    level = forms.ChoiceField(label="发文层级", choices=listing.any_of(LEVEL_LABELS.items()))
    state = forms.ChoiceField(label="状态", choices=listing.any_of(PLAN_DOCUMENT.choices()))


class _ApplicationForm(_YearForm):
    state = forms.ChoiceField(label="状态", choices=listing.any_of(APPLICATION.choices()))


class _ClockForm(listing.ListForm):
    year = forms.TypedChoiceField(
        label="年度", coerce=int, empty_value=None, choices=lambda: listing.any_of(listing.years())
    )
    status = forms.ChoiceField(label="时限", choices=listing.any_of(CLOCK_CHOICES))


class _ChangeForm(listing.ListForm):
    state = forms.ChoiceField(label="状态", choices=listing.any_of(CHANGE_ORDER.choices()))


BATCHES = (
    Column(
        "title", "计划批次", lead=True, link=lambda r: reverse("web:plan-batch", args=[r.id]),
        sub=lambda r: f"{r.opened_on} 建立" + (f"，{r.apply_by} 截止申报" if r.apply_by else ""),
    ),
    Column("status", "进度", kind="badge", value=lambda r: Badge(*r.status)),
    Column("applied", "申请额", kind="wan", value="applied_fen", sub=lambda r: f"{r.applications} 份" if r.applications else ""),
    Column("agreed", "省核定额", kind="wan", value="agreed_fen"),
    Column("received", "已下达到本级", kind="wan", value="received_fen"),
    Column("placed", "已到项目", kind="wan", value="to_projects_fen", sub=lambda r: f"{number(r.projects)} 个项目" if r.projects else ""),
    Column("open", "未分解", kind="wan", value="open_fen"),
)  # fmt: skip

DOCUMENTS = (
    Column(
        "title", "计划文件", lead=True, link=lambda r: reverse("web:plan-document", args=[r.id]),
        sub=lambda r: r.document_no or "文号待编",
    ),
    Column("issuer", "发文机关", sub=lambda r: LEVEL_LABELS[r.level] + "级文件", wrap=True),
    Column("batch", "批次", value="batch_title", wrap=True),
    Column("state", "状态", kind="badge"),
    Column("issued_on", "下达日期", kind="date"),
    Column("lines", "分解行", kind="number", unit="行", sub=lambda r: f"{number(r.projects)} 个项目" if r.projects else ""),
    Column("total", "金额", kind="wan", value="total_fen"),
)  # fmt: skip

APPLICATIONS = (
    Column(
        "division", "申报单位", value="division_name", lead=True,
        link=lambda r: reverse("web:plan-application", args=[r.id]), sub=lambda r: r.document_no or "文号待编",
    ),
    Column("batch", "批次", value="batch_title", wrap=True),
    Column("state", "状态", kind="badge"),
    Column("submitted_on", "申报日期", kind="date"),
    Column("lines", "项目", kind="number", unit="个"),
    Column("requested", "申请额", kind="wan", value="requested_fen"),
    Column("city", "市审核", kind="wan", value="city_fen"),
    Column("province", "省核定", kind="wan", value="province_fen"),
)  # fmt: skip

CLOCKS = (
    Column("division", "收文单位", value="division_name", lead=True, sub=lambda r: f"{LEVEL_LABELS[r.level]}级"),
    Column(
        "document", "文件", value="document_title", wrap=True, link=lambda r: reverse("web:plan-document", args=[r.document_id]),
        sub="document_no",
    ),
    Column("received_on", "收文日", kind="date", sub=lambda r: "" if r.is_registered else "未登记收文，按下达日计"),
    Column("due_on", "应办结", kind="date", sub=lambda r: f"{r.days} 个工作日"),
    Column("done_on", "办结", kind="date", sub=lambda r: f"用 {r.used_days} 个工作日" if r.used_days is not None else ""),
    Column("status", "时限", kind="badge", value=lambda r: Badge(clock_words(r), CLOCK_TONES[r.status], "clock")),
)  # fmt: skip

CHANGES = (
    Column(
        "kind", "变更事项", value="kind_label", lead=True, link=lambda r: reverse("web:plan-change", args=[r.id]),
        sub=lambda r: r.reason[:40],
    ),
    Column("batch", "批次", value="batch_title", wrap=True),
    Column("division", "提出单位", value="division_name"),
    Column("decides", "审批单位", value="decided_by_office"),
    Column("state", "状态", kind="badge"),
    Column("made_at", "提出时间", kind="moment", sub="made_by_name"),
    Column("decided_on", "批复日期", kind="date", sub="document_no"),
)  # fmt: skip


@page("plan.view")
def plans(request: ActingRequest) -> HttpResponse:
    """Batches of every year and fund, with the money of the reader's part of the province."""
    actor = request.actor
    form = _YearForm(request)
    wanted = queries.batches(actor.scope, year=form.value("year"), fund_type=form.value("fund") or "")
    if request.GET.get("export"):
        return _exported(request, "计划批次", BATCHES, batch_rows(actor.scope, _all(wanted)))
    shown = paginate(request, wanted, 20)
    rows = batch_rows(actor.scope, list(shown.items))
    primary = ("新建批次", reverse("web:plan-batch-new"), "plus") if allowed(actor, "plan.open") else None
    return _list(
        request, "", "计划批次", BATCHES, shown, rows, form, "个批次", primary=primary, row_css=_batch_css,
        empty_title="还没有计划批次", empty_cause="由省发展改革委按年度、资金类型建立批次后，各县即可申报",
    )  # fmt: skip


def _batch_css(row: Any) -> str:
    found: BatchRow = row
    return "bad" if found.received_fen and found.open_fen < 0 else ""


@page("plan.view")
def documents(request: ActingRequest) -> HttpResponse:
    """Plan documents the reader's offices issued or got."""
    actor = request.actor
    form = _DocumentForm(request)
    found = queries.documents(
        actor.scope, state=form.value("state") or "", level=form.value("level") or "", year=form.value("year")
    )
    if fund := form.value("fund"):
        found = found.filter(batch__fund_type=fund)
    if request.GET.get("export"):
        return _exported(request, "计划文件", DOCUMENTS, queries.document_rows(actor.scope, _all(found)))
    shown = paginate(request, found)
    rows = queries.document_rows(actor.scope, list(shown.items))
    return _list(request, "documents", "计划文件", DOCUMENTS, shown, rows, form, "份文件")


@page("plan.view")
def applications(request: ActingRequest) -> HttpResponse:
    """County applications in scope."""
    actor = request.actor
    form = _ApplicationForm(request)
    found = queries.applications(actor.scope, state=form.value("state") or "", year=form.value("year"))
    if fund := form.value("fund"):
        found = found.filter(batch__fund_type=fund)
    if request.GET.get("export"):
        return _exported(request, "资金申请", APPLICATIONS, queries.application_rows(actor.scope, _all(found)))
    shown = paginate(request, found)
    rows = queries.application_rows(actor.scope, list(shown.items))
    return _list(request, "applications", "资金申请", APPLICATIONS, shown, rows, form, "份申请")


@page("plan.view")
def clocks(request: ActingRequest) -> HttpResponse:
    """Working-day clocks of every office in scope, the most pressing first."""
    actor = request.actor
    form = _ClockForm(request)
    found = queries.clocks(actor.scope, year=form.value("year"), status=form.value("status") or "")
    if request.GET.get("export"):
        return _exported(request, "分解时限", CLOCKS, found)
    shown = paginate(request, found)
    late = next((f for row in shown.items for f in row.findings), None)
    return _list(
        request, "clocks", "分解时限", CLOCKS, shown, shown.items, form, "件收文",
        row_css=lambda r: "bad" if r.status == "overdue" else "", finding=finding_document(late) if late else None,
        empty_title="没有要计时的收文", empty_cause="上级计划下达到本级后，自收文次日起按工作日计时",
    )  # fmt: skip


@page("plan.view")
def changes(request: ActingRequest) -> HttpResponse:
    """Change orders in scope, newest first."""
    actor = request.actor
    form = _ChangeForm(request)
    found = queries.changes(actor.scope, state=form.value("state") or "")
    if request.GET.get("export"):
        return _exported(request, "变更审批", CHANGES, change_views(actor.scope, _all(found)))
    shown = paginate(request, found)
    rows = change_views(actor.scope, list(shown.items))
    return _list(
        request, "changes", "变更审批", CHANGES, shown, rows, form, "份变更",
        empty_title="没有变更", empty_cause="调整金额、收回资金、变更内容或目标，从计划文件的行上提出，经批准后生效",
    )  # fmt: skip


def _all(rows: QuerySet[Any]) -> list[Any]:
    """Every row that an export may hold, and one more, by which the export refuses."""
    return list(rows[: listing.MOST_EXPORTED + 1])


def _exported(request: ActingRequest, name: str, columns: tuple[Column, ...], rows: Sequence[Any]) -> HttpResponse:
    return listing.export_rows(request.actor, name, columns, rows, demo=settings.DEMO_MODE)


def _list(
    request: ActingRequest,
    tab: str,
    title: str,
    columns: tuple[Column, ...],
    shown: Page[Any],
    rows: Sequence[Any],
    form: forms.Form,
    noun: str,
    *,
    row_css: Callable[[Any], str] | None = None,
    **extra: object,
) -> HttpResponse:
    table = build_table(request, columns, rows, caption=title, id=f"plan-{tab or 'batches'}", row_css=row_css)
    context = {
        "title": "投资计划",
        "crumbs": [("投资计划", reverse("web:plans")), (title, "")] if tab else [("投资计划", "")],
        "stamp": Stamp(as_of=clock.now()),
        "guide": law.guide("decompose-plan"),
        "tabs": tabs(request.actor, tab),
        "form": form,
        "table": table,
        "page": shown,
        "noun": noun,
        "export_url": listing.export_url(request, shown),
        "place": divisions.path_name(request.actor.home),
    }
    return render(request, "funds/list.html", context | extra)


# ---------- one batch ----------


@page("plan.view")
def batch(request: ActingRequest, plan_batch_id: int) -> HttpResponse:
    """One batch: where its money stands, the tree of its decomposition, documents, applications, clocks, changes."""
    actor = request.actor
    row = queries.batch(actor.scope, plan_batch_id)
    (sums,) = batch_rows(actor.scope, [row])
    opened = request.GET.get("open", "")
    own = codes.at_level(actor.home, Level.COUNTY) if codes.level_of(actor.home) >= Level.COUNTY else ""
    tree = batch_tree(actor.scope, plan_batch_id, opened=[code for code in (opened, own) if code])
    found = queries.document_rows(actor.scope, queries.documents(actor.scope, batch_id=plan_batch_id)[:200])
    asked = queries.application_rows(actor.scope, queries.applications(actor.scope, batch_id=plan_batch_id)[:200])
    timed = queries.clocks(actor.scope, batch_id=plan_batch_id)
    return render(
        request,
        "funds/batch.html",
        {
            "title": row.title,
            "crumbs": [("投资计划", reverse("web:plans")), (row.title, "")],
            "stamp": Stamp(as_of=clock.now(), unit="万元"),
            "guide": law.guide("decompose-plan"),
            "batch": row,
            "fund": FundType.of_id(row.fund_type),
            "sums": sums,
            "rows": [line for node in tree for line in _tree_rows(request, node, 0, opened)],
            "documents": build_table(
                request, _BATCH_DOCUMENTS, found, caption="本批次计划文件", id="batch-documents", tight=True
            ),
            "applications": build_table(
                request, _BATCH_APPLICATIONS, asked, caption="本批次资金申请", id="batch-applications", tight=True
            ),
            "has_documents": bool(found),
            "has_applications": bool(asked),
            "clocks": [(c, Badge(clock_words(c), CLOCK_TONES[c.status], "clock")) for c in timed if c.done_on is None],
            "may_register": allowed(actor, "plan.open"),
            "sources": queries.sources(actor.scope, actor.home, batch_id=plan_batch_id)
            if allowed(actor, "plan.draft")
            else [],
            "may_apply": allowed(actor, "plan.apply") and not any(a.division_code == actor.home for a in asked),
            "opened": opened,
        },
    )


_BATCH_DOCUMENTS = tuple(c for c in DOCUMENTS if c.name != "batch")
_BATCH_APPLICATIONS = tuple(c for c in APPLICATIONS if c.name != "batch")


def _tree_rows(request: ActingRequest, node: Any, depth: int, opened: str) -> list[dict[str, Any]]:
    """The tree as table rows, each with its depth; a county's projects stand under it once it is opened."""
    is_open = node.code == opened or (bool(node.projects))
    rows: list[dict[str, Any]] = [
        {
            "kind": "place",
            "depth": depth,
            "node": node,
            "level": LEVEL_LABELS[node.level],
            "is_open": is_open,
            "toggle": query_url(request, open=None if is_open else node.code) + "#tree"
            if node.level == "county"
            else "",
            "state": _balance_badge(node),
        }
    ]
    for child in node.children:
        rows += _tree_rows(request, child, depth + 1, opened)
    rows += [
        {
            "kind": "project",
            "depth": depth + 1,
            "line": line,
            "state": badge_of(("已转发到项目", "done") if line.is_forwarded else ("上级已列名，待县转发", "warn")),
        }
        for line in node.projects
    ]
    return rows


def _balance_badge(node: Any) -> Badge:
    if node.is_balanced:
        return Badge("平衡", "done")
    if node.received_fen == 0:
        return Badge("未收到计划", "")
    return Badge("尚未分解", "warn") if node.is_untouched else Badge("尚有余额", "warn")


@page("plan.open")
def batch_terms(request: ActingRequest, plan_batch_id: int) -> HttpResponse:
    """Put another last day for applications on a batch, or another note."""
    row = queries.batch(request.actor.scope, plan_batch_id)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            services.set_batch_terms(
                request.actor,
                plan_batch_id,
                apply_by=day_from(request.POST.get("apply_by", ""), "截止申报日期"),
                note=request.POST.get("note", ""),
            )
            messages.success(request, "已调整申报期限和说明。")
            return redirect("web:plan-batch", plan_batch_id)
        except InvalidInput as err:
            error = err
    stored = {"apply_by": row.apply_by.isoformat() if row.apply_by else "", "note": row.note}
    return render(
        request,
        "funds/batch_terms.html",
        {
            "title": "调整申报期限",
            "crumbs": [
                ("投资计划", reverse("web:plans")),
                (row.title, reverse("web:plan-batch", args=[plan_batch_id])),
                ("调整申报期限", ""),
            ],
            "batch": row,
            "error": error,
            "given": request.POST if error else stored,
        },
        status=error.status if error else 200,
    )


@page("plan.open")
def batch_new(request: ActingRequest) -> HttpResponse:
    """Open a round of money."""
    error: DomainError | None = None
    if request.method == "POST":
        try:
            made = services.open_batch(request.actor, _batch_from(request))
            messages.success(request, f"已建立{made.title}，各县可以申报。")
            return redirect("web:plan-batch", made.pk)
        except DomainError as err:
            error = err
    today = clock.today()
    return render(
        request,
        "funds/batch_new.html",
        {
            "title": "新建计划批次",
            "crumbs": [("投资计划", reverse("web:plans")), ("新建计划批次", "")],
            "error": error,
            "given": request.POST if error else {"year": today.year, "number": 1, "opened_on": today.isoformat()},
            "funds": [(f.id, f.label) for f in services.applications.PLAN_FUNDS],
        },
        status=error.status if error else 200,
    )


def _batch_from(request: ActingRequest) -> services.NewBatch:
    post = request.POST
    try:
        fund = FundType.of_id(post.get("fund", ""))
    except ValueError as err:
        raise InvalidInput("plan.fund", "请选择资金类型。") from err
    return services.NewBatch(
        year=whole_from(post.get("year", ""), "年度"),
        fund_type=fund,
        number=whole_from(post.get("number", ""), "批次"),
        title=post.get("title", ""),
        opened_on=day_from(post.get("opened_on", ""), "建立日期"),
        apply_by=day_from(post.get("apply_by", ""), "截止申报日期"),
        note=post.get("note", ""),
    )
