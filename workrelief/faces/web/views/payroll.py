"""务工与报酬: pay sheets, their lines, and one line with everything it rests on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.permissions import allowed
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Action, Column, badge_of, build_table
from workrelief.faces.shared.text import fen_wan, number
from workrelief.faces.web import listing
from workrelief.faces.web.templatetags.rooms import hundredths, month_text
from workrelief.kernel.errors import Conflict, InvalidInput, RuleViolated
from workrelief.kernel.kinds import PayBasis, PayRoute, PayStatus, PayUnit, Track
from workrelief.work.payroll import queries, services
from workrelief.work.payroll.states import PAY_SHEET
from workrelief.work.projects import queries as projects

_STATUS_TONES = {"paid": "done", "due": "warn", "failed": "stop"}


class PaySheetForm(listing.ListForm):
    """Filters of the list."""

    first_month = listing.MonthField(label="所属期从")
    last_month = listing.MonthField(label="所属期至")
    track = forms.ChoiceField(label="项目线", choices=listing.any_of((t.id, t.short) for t in Track))
    state = forms.ChoiceField(label="状态", choices=listing.any_of(PAY_SHEET.choices()))
    project = forms.IntegerField(widget=forms.HiddenInput)
    batch = forms.IntegerField(widget=forms.HiddenInput)
    division = forms.CharField(widget=forms.HiddenInput)

    def wanted(self, division: str) -> queries.PaySheetFilter:
        return queries.PaySheetFilter(
            division=division,
            tracks=self.values("track"),
            states=self.values("state"),
            project=self.value("project"),
            first_month=self.value("first_month"),
            last_month=self.value("last_month"),
            batch=self.value("batch"),
        )


COLUMNS = (
    Column(
        "month",
        "所属期",
        value=lambda r: month_text(r.month) + (f"（第 {r.issue_no} 期）" if r.issue_no > 1 else ""),
        link=lambda r: reverse("web:paysheet", args=[r.pk]),
        sort="month",
    ),
    Column(
        "project", "项目", value="project.name", link=lambda r: reverse("web:project", args=[r.project_id]), lead=True
    ),
    listing.place_column(sort="division_code"),
    Column("track", "项目线", value=lambda r: Track.of_id(r.track).short),
    Column("lines_count", "人次", kind="number", sort="lines_count"),
    Column("due", "应发", kind="yuan", value="due_fen", sort="due_fen"),
    Column("paid", "实发", kind="yuan", value="paid_fen", sort="paid_fen"),
    Column("state", "状态", kind="badge", value=lambda r: PAY_SHEET.state(r.state)),
)

LINE_COLUMNS = (
    Column("row_no", "行", value=lambda r: r.row_no or ""),
    Column(
        "name",
        "姓名",
        value="worker.name",
        sub="worker.identity_masked",
        sub_label="证件号",
        link=lambda r: reverse("web:pay-line", args=[r.pk]),
        lead=True,
    ),
    Column("trade", "工种"),
    Column("days", "天数", kind="days", value="days_x10"),
    Column("quantity", "计酬", value=lambda r: f"{hundredths(r.quantity_x100)} {PayUnit.of_id(r.unit).label}", unit=""),
    Column("rate", "单价", kind="yuan", value="rate_fen"),
    Column("due", "应发", kind="yuan", value="due_fen"),
    Column("deducted", "扣款", kind="yuan", value="deducted_fen"),
    Column("paid", "实发", kind="yuan", value="paid_fen"),
    Column("route", "支付方式", value=lambda r: PayRoute.of_id(r.route).label),
    Column("paid_on", "到账", kind="date"),
    Column("status", "状态", kind="badge", value=lambda r: (PayStatus.of_id(r.status).label, _STATUS_TONES[r.status])),
)


@page("paysheet.view")
def sheet_list(request: ActingRequest) -> HttpResponse:
    """Pay sheets of the scope, newest month first."""
    actor = request.actor
    form = PaySheetForm(request)

    def rows(division: str) -> QuerySet[Any]:
        return queries.pay_sheets(actor.scope, form.wanted(division))

    def sums(division: str, _: tuple[int, ...]) -> str:
        found = queries.totals(actor.scope, form.wanted(division))
        return f"{number(found.lines)} 人次 · 应发 {fen_wan(found.due_fen)} 万元 · 实发 {fen_wan(found.paid_fen)} 万元"

    listed = listing.ListPage("劳务报酬发放表", "paysheets", COLUMNS, rows, "张表", form, sums)
    extra: dict[str, Any] = {
        "title": "务工与报酬",
        "crumbs": [("务工与报酬", "")],
        "guide": registry.guide("import-pay-sheet"),
    }
    if (project := form.value("project")) is not None:
        extra["place"] = projects.project_row(actor.scope, project).name
    if allowed(actor, "paysheet.import"):
        extra["primary"] = Action("导入发放台账", reverse("web:import-new", args=["pay_sheet"]))
    return listing.list_page(request, listed, **extra)


@page("paysheet.view")
def sheet_page(request: ActingRequest, sheet_id: int) -> HttpResponse:
    """One sheet with its lines, and what may be done with it."""
    actor = request.actor
    sheet = queries.pay_sheet(actor.scope, sheet_id)
    rows = queries.lines(actor.scope, sheet_id)
    title = f"{sheet.project.name} {month_text(sheet.month)} 劳务报酬发放表"
    if request.GET.get("export"):
        return listing.export_rows(actor, title, LINE_COLUMNS, rows, demo=settings.DEMO_MODE)
    shown = paginate(request, rows)
    deducted = queries.sums_of(actor.scope, rows).deducted
    return render(
        request,
        "rooms/paysheet.html",
        {
            "title": f"{month_text(sheet.month)} 劳务报酬发放表",
            "crumbs": [("务工与报酬", reverse("web:paysheets")), (title, "")],
            "guide": registry.guide("import-pay-sheet"),
            "sheet": sheet,
            "state": badge_of(PAY_SHEET.state(sheet.state)),
            "track": Track.of_id(sheet.track),
            "batch_url": listing.batch_url(actor, sheet.batch_id),
            "unpaid": sheet.due_fen - deducted - sheet.paid_fen,
            "table": build_table(request, LINE_COLUMNS, shown, caption=title, id="lines", tight=True, cards=False),
            "page": shown,
            "export_url": query_url(request, export="1", page=None) if allowed(actor, "export.create") else "",
            "steps": [
                t for t in PAY_SHEET.available(sheet.state) if t.name != "discard" and allowed(actor, t.permission)
            ],
        },
    )


@require_POST
@page("paysheet.confirm")
def sheet_confirm(request: ActingRequest, sheet_id: int) -> HttpResponse:
    """Confirm a waiting sheet; figures have it from then on."""
    try:
        services.confirm_sheet(request.actor, sheet_id)
        messages.success(request, "已确认入账，统计数随即更新。")
    except (Conflict, RuleViolated) as err:
        messages.error(request, err.message)
    return redirect("web:paysheet", sheet_id)


@require_POST
@page("paysheet.reverse")
def sheet_reverse(request: ActingRequest, sheet_id: int) -> HttpResponse:
    """Take a posted sheet back as a whole."""
    try:
        services.reverse_sheet(request.actor, sheet_id, reason=request.POST.get("reason", ""))
        messages.success(request, "已整表冲回，原明细保留备查。")
    except (Conflict, InvalidInput, RuleViolated) as err:
        messages.error(request, err.message)
    return redirect("web:paysheet", sheet_id)


@page("paysheet.view")
def line_page(request: ActingRequest, line_id: int) -> HttpResponse:
    """One line: the arithmetic, the payment, the person, the sheet and the file it came from."""
    line = queries.pay_line(request.actor.scope, line_id)
    sheet = line.sheet
    return render(
        request,
        "rooms/pay_line.html",
        {
            "title": f"{line.worker.name} {month_text(sheet.month)} 劳务报酬",
            "crumbs": [
                ("务工与报酬", reverse("web:paysheets")),
                (f"{month_text(sheet.month)} 发放表", reverse("web:paysheet", args=[sheet.pk])),
                (line.worker.name, ""),
            ],
            "guide": registry.guide("import-pay-sheet"),
            "line": line,
            "sheet": sheet,
            "extra": abs(line.extra_fen),
            "sees_people": allowed(request.actor, "worker.view"),
            "batch_url": listing.batch_url(request.actor, sheet.batch_id),
            "status": (PayStatus.of_id(line.status).label, _STATUS_TONES[line.status]),
            "basis": PayBasis.of_id(line.basis).label,
            "unit": PayUnit.of_id(line.unit).label,
            "route": PayRoute.of_id(line.route).label,
        },
    )
