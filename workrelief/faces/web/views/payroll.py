"""务工与报酬: pay sheets, their lines, and one line with everything it rests on."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.permissions import allowed
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Action, Column, badge_of, build_table
from workrelief.faces.shared.text import fen_yuan, number
from workrelief.faces.web import listing
from workrelief.faces.web.templatetags.rooms import hundredths, month_text
from workrelief.kernel.kinds import PayBasis, PayRoute, PayStatus, PayUnit, Track
from workrelief.work.payroll import queries, services
from workrelief.work.payroll.states import PAY_SHEET

_STATUS_TONES = {"paid": "done", "due": "warn", "failed": "stop"}
MONTHS = [(str(y * 100 + m), f"{y}-{m:02d}") for y in (2022, 2023, 2024, 2025, 2026) for m in range(1, 13)]


class PaySheetForm(listing.ListForm):
    """Filters of the list."""

    first_month = forms.ChoiceField(label="所属期从", choices=listing.any_of(MONTHS, "不限"))
    last_month = forms.ChoiceField(label="所属期至", choices=listing.any_of(MONTHS, "不限"))
    track = forms.ChoiceField(label="项目线", choices=listing.any_of(Track.choices()))
    state = forms.ChoiceField(label="状态", choices=listing.any_of(PAY_SHEET.choices()))
    project = forms.IntegerField(widget=forms.HiddenInput)
    division = forms.CharField(widget=forms.HiddenInput)

    def wanted(self, division: str) -> queries.PaySheetFilter:
        first, last = self.value("first_month"), self.value("last_month")
        return queries.PaySheetFilter(
            division=division,
            tracks=self.values("track"),
            states=self.values("state"),
            project=self.value("project"),
            first_month=int(first) if first else None,
            last_month=int(last) if last else None,
        )


COLUMNS = (
    Column(
        "month",
        "所属期",
        value=lambda r: month_text(r.month),
        link=lambda r: reverse("web:paysheet", args=[r.pk]),
        sort="month",
    ),
    Column(
        "project", "项目", value="project.name", link=lambda r: reverse("web:project", args=[r.project_id]), lead=True
    ),
    Column("place", "所在地", value=lambda r: divisions.path_name(r.division_code)),
    Column("track", "项目线", value=lambda r: Track.of_id(r.track).short),
    Column("lines_count", "人次", kind="number"),
    Column("due", "应发", kind="yuan", value="due_fen", sort="due_fen"),
    Column("paid", "实发", kind="yuan", value="paid_fen", sort="paid_fen"),
    Column("state", "状态", kind="badge", value=lambda r: PAY_SHEET.state(r.state)),
)

LINE_COLUMNS = (
    Column("row_no", "行", value="row_no"),
    Column(
        "name",
        "姓名",
        value="worker.name",
        sub="worker.identity_masked",
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
    division = listing.chosen_division(request, actor)
    wanted = PaySheetForm(request).wanted(division)
    rows = queries.pay_sheets(actor.scope, wanted)
    if request.GET.get("export"):
        return listing.export_rows(actor, "劳务报酬发放表", COLUMNS, rows, demo=settings.DEMO_MODE)
    shown = paginate(request, rows)
    sums = queries.totals(actor.scope, wanted)
    can_import = allowed(actor, "paysheet.import")
    return render(
        request,
        "rooms/list.html",
        {
            "title": "务工与报酬",
            "crumbs": [("务工与报酬", "")],
            "guide": registry.guide("import-pay-sheet"),
            "form": PaySheetForm(request),
            "table": build_table(request, COLUMNS, shown, caption="劳务报酬发放表", id="paysheets"),
            "page": shown,
            "noun": "张表",
            "sums": f"人次 {number(sums.lines)} · 应发 {fen_yuan(sums.due_fen)} 元 · 实发 {fen_yuan(sums.paid_fen)} 元",
            "place": divisions.path_name(division or actor.home),
            "tree": listing.division_tree(request, actor, division),
            "export_url": query_url(request, export="1", page=None) if allowed(actor, "export.create") else "",
            "primary": Action("导入发放台账", reverse("web:import-new", args=["pay_sheet"])) if can_import else None,
        },
    )


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
    services.confirm_sheet(request.actor, sheet_id)
    messages.success(request, "已确认入账，统计数随即更新。")
    return redirect("web:paysheet", sheet_id)


@require_POST
@page("paysheet.reverse")
def sheet_reverse(request: ActingRequest, sheet_id: int) -> HttpResponse:
    """Take a posted sheet back as a whole."""
    services.reverse_sheet(request.actor, sheet_id, reason=request.POST.get("reason", ""))
    messages.success(request, "已整表冲回，原明细保留备查。")
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
            "status": (PayStatus.of_id(line.status).label, _STATUS_TONES[line.status]),
            "basis": PayBasis.of_id(line.basis).label,
            "unit": PayUnit.of_id(line.unit).label,
            "route": PayRoute.of_id(line.route).label,
            "wage_slip": sheet.state == "posted",
        },
    )
