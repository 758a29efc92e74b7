"""到位与支付: vouchers in scope, the money of one project, forms to enter one, reversal, idle money, sources and leverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.permissions import allowed
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry as law
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.shared.tables import Column, badge_of, build_table, ordered
from workrelief.faces.web import listing
from workrelief.faces.web.figure_pages import figure_url, newest_year
from workrelief.faces.web.views.money_shape import (
    AGE_TONES,
    leverage_chart,
    leverage_rows,
    rate_rows,
    source_chart,
    source_rows,
)
from workrelief.faces.web.views.plans_shape import tabs, the_day, wan_from, whole_from
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, RuleViolated
from workrelief.kernel.kinds import FundType, Track
from workrelief.kernel.period import Period
from workrelief.work.funds.money_states import FUND_MOVE
from workrelief.work.funds.queries import money as queries
from workrelief.work.funds.queries.tranches import tranches
from workrelief.work.funds.services import money as services
from workrelief.work.funds.services.money import MoveKind, PayeeKind
from workrelief.work.projects import queries as projects

YEARS_SHOWN = 4
SAID = (InvalidInput, Conflict, RuleViolated)
KINDS = tuple((k.value, k.label) for k in MoveKind)
FORM_TITLES = {
    "receipt": "登记到位",
    "payment": "登记支付",
    "investment": "登记完成投资",
    "year_plan": "登记年度计划投资",
}


class _MoneyForm(listing.ListForm):
    text = forms.CharField(
        label="凭证", max_length=60, widget=forms.TextInput(attrs={"placeholder": "凭证号、收付款单位或项目"})
    )
    kind = forms.ChoiceField(label="事项", choices=listing.any_of(KINDS))
    fund = forms.ChoiceField(label="资金来源", choices=listing.any_of(FundType.choices()))
    state = forms.ChoiceField(label="状态", choices=listing.any_of(FUND_MOVE.choices()))
    first_day = forms.DateField(label="日期自", widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label="至", widget=forms.DateInput(attrs={"type": "date"}))
    division = forms.CharField(widget=forms.HiddenInput)
    project = forms.IntegerField(widget=forms.HiddenInput)

    def wanted(self, division: str) -> queries.MoveFilter:
        return queries.MoveFilter(
            project_id=self.value("project"),
            division=division,
            kinds=self.values("kind"),
            fund_types=self.values("fund"),
            state=self.value("state") or "",
            first_day=self.value("first_day"),
            last_day=self.value("last_day"),
            text=self.value("text") or "",
        )


def _fund_label(row: Any) -> str:
    return FundType.of_id(row.fund_type).label if row.fund_type else "未分来源"


def _other_side(row: Any) -> str:
    """Who paid in, or who was paid and for what."""
    said = row.payer if row.kind == MoveKind.RECEIPT else row.payee
    return str(said or row.purpose or "")


MOVES = (
    Column("happened_on", "日期", kind="date", sort="happened_on", link=lambda r: reverse("web:money-move", args=[r.pk])),
    Column("kind", "事项", value=lambda r: r.get_kind_display(), sub=lambda r: f"第 {r.tranche} 批" if r.tranche else "", sub_label="拨付批次"),
    Column("project", "项目", value="project.name", lead=True, link=lambda r: reverse("web:project-money", args=[r.project_id])),
    Column("fund", "资金来源", value=_fund_label, wrap=True),
    Column("amount", "金额", kind="yuan", value="amount_fen", sort="amount_fen"),
    Column("voucher_no", "凭证号"),
    Column("side", "付款或收款单位", value=_other_side, sub=lambda r: r.get_payee_kind_display() if r.payee_kind else "", sub_label="收款对象", wrap=True),
    Column("state", "状态", kind="badge", value=lambda r: FUND_MOVE.state(r.state)),
)  # fmt: skip
_PROJECT_MOVES = tuple(replace(c, sort="") for c in MOVES if c.name != "project")


@page("plan.view")
def money(request: ActingRequest) -> HttpResponse:
    """Every receipt, payment and completed investment in scope."""
    actor = request.actor
    form = _MoneyForm(request)
    division = listing.chosen_division(request, actor)
    rows = queries.moves(actor.scope, form.wanted(division))
    if request.GET.get("sort"):
        rows = ordered(request, rows, MOVES, default="-happened_on")
    if request.GET.get("export"):
        return listing.export_rows(actor, "到位与支付凭证", MOVES, rows, demo=settings.DEMO_MODE)
    shown = paginate(request, rows)
    return render(
        request,
        "funds/list.html",
        {
            "title": "到位与支付",
            "crumbs": [("投资计划", reverse("web:plans")), ("到位与支付", "")],
            "stamp": Stamp(as_of=clock.now()),
            "guide": law.guide("record-fund-movement"),
            "tabs": tabs(actor, "money"),
            "form": form,
            "table": build_table(request, MOVES, shown, caption="到位与支付", id="moves", row_css=_row_css),
            "page": shown,
            "noun": "张凭证",
            "place": divisions.path_name(division or actor.home),
            "list_note": "要登记的，打开项目的“资金”页",
            "export_url": listing.export_url(request, shown),
        },
    )


def _row_css(row: Any) -> str:
    return "off" if row.state == "reversed" else ""


# ---------- one project ----------


@page("plan.view")
def project_money(request: ActingRequest, project_id: int) -> HttpResponse:
    """A project's money: sources, tranches, rates of the year, what the rules say, and every voucher."""
    actor = request.actor
    row = projects.project_row(actor.scope, project_id)
    found = queries.project_money(actor.scope, project_id)
    shown = paginate(request, found.rows, 30)
    year = found.rows[0].happened_on.year if found.rows else found.year
    where = {"project": (str(project_id),)}
    table = (
        found.rates
        if year == found.year
        else queries.rates(actor.scope, Period(str(year)), by=("project",), where=where)
    )
    rates = table.cells.get((str(project_id),), {})
    names = [
        ("payment_rate", "资金支付率"), ("completion_rate", "投资完成率"), ("year_plan", "年度计划投资"),
        ("investment_done", "完成投资"), ("central_paid", "已支付中央资金"),
    ]  # fmt: skip
    return render(
        request,
        "funds/money.html",
        {
            "title": "资金到位与支付",
            "crumbs": [
                ("项目清单", reverse("web:projects")),
                (row.name, reverse("web:project", args=[project_id])),
                ("资金", ""),
            ],
            "stamp": Stamp(as_of=clock.now()),
            "guide": law.guide("record-fund-movement"),
            "p": row,
            "balance": found.balance,
            "sources": list(found.balance.sources.values()),
            "tranches": tranches(actor.scope, project_id),
            "year": year,
            "kpis": [
                {
                    "label": label,
                    "value": rates[name].text,
                    "unit": rates[name].unit_text,
                    "url": figure_url(rates[name], pinned=False),
                }
                for name, label in names
                if name in rates and rates[name].value is not None
            ],
            "wages_fen": found.wages_fen,
            "findings": [finding_document(f) for f in found.findings],
            "idle": [source for source in found.idle.sources if source.left_fen],
            "limit_days": found.idle.limit_days,
            "table": build_table(request, _PROJECT_MOVES, shown, caption="凭证", id="moves", row_css=_row_css),
            "page": shown,
            "may_record": allowed(actor, "money.record"),
            "kinds": FORM_TITLES.items(),
            "import_url": reverse("web:import-new", args=["fund_movement"]) if allowed(actor, "money.import") else "",
        },
    )


@page("money.record")
def money_new(request: ActingRequest, project_id: int, kind: str) -> HttpResponse:
    """The form of one receipt, payment, month of investment or year's plan."""
    if kind not in FORM_TITLES:
        raise NotFound("money.kind", "没有这种登记。")
    actor = request.actor
    row = projects.project_row(actor.scope, project_id)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            done = services.record(actor, [_entry(request, project_id, kind)])
            messages.success(request, f"{FORM_TITLES[kind]}完成，已入账。")
            for said in done.findings:
                messages.warning(request, f"{said.message}{said.remedy}（规则 {said.rule_id}）")
            return redirect("web:project-money", project_id)
        except SAID as err:
            error = err
    balance = queries.balances(actor.scope, [project_id])[project_id]
    return render(
        request,
        "funds/money_new.html",
        {
            "title": FORM_TITLES[kind],
            "crumbs": [
                (row.name, reverse("web:project", args=[project_id])),
                ("资金", reverse("web:project-money", args=[project_id])),
                (FORM_TITLES[kind], ""),
            ],
            "guide": law.guide("record-fund-movement"),
            "p": row,
            "kind": kind,
            "is_cash": kind in ("receipt", "payment"),
            "sources": list(balance.sources.values()),
            "funds": _fund_choices(balance.sources, kind),
            "payees": PayeeKind.choices,
            "given": request.POST
            if error
            else {"on": clock.today().isoformat(), "month": f"{clock.today():%Y-%m}", "year": clock.today().year},
            "error": error,
            "error_findings": [finding_document(f) for f in error.findings] if error else [],
            "today": clock.today().isoformat(),
        },
        status=error.status if error else 200,
    )


def _fund_choices(sources: Mapping[FundType, Any], kind: str) -> list[tuple[str, str]]:
    """The project's own sources first; investment and plans need not name one."""
    own = [(f.id, f.label) for f in sources]
    rest = [(f.id, f.label) for f in FundType if f not in sources]
    blank = [] if kind in ("receipt", "payment") else [("", "不分来源")]
    return [*blank, *own, *rest]


def _entry(request: ActingRequest, project_id: int, kind: str) -> services.MoveIn:
    """The form as an entry. Raises InvalidInput naming the field."""
    post = request.POST
    amount = wan_from(post.get("amount", ""), "金额")
    fund = _fund(post.get("fund", ""))
    tranche = whole_from(post["tranche"], "拨付批次") if post.get("tranche", "").strip() else 0
    remark = post.get("remark", "")
    if kind == "investment":
        month = listing.MonthField(required=False).clean(post.get("month", "")) if post.get("month") else None
        if month is None:
            raise InvalidInput("money.month", "请填写完成投资的月份，如 2022-07。")
        return services.investment(project_id, month, amount, fund_type=fund, remark=remark)
    if kind == "year_plan":
        return services.year_plan(
            project_id, whole_from(post.get("year", ""), "年度"), amount, fund_type=fund, remark=remark
        )
    if fund is None:
        raise InvalidInput("money.source", "请选择资金来源。")
    day = the_day(post.get("on", ""), "日期")
    voucher = post.get("voucher_no", "")
    if kind == "receipt":
        return services.receipt(
            project_id,
            fund,
            amount,
            day,
            voucher_no=voucher,
            tranche=tranche,
            payer=post.get("payer", ""),
            remark=remark,
        )
    return services.payment(
        project_id, fund, amount, day, voucher_no=voucher, payee_kind=post.get("payee_kind", ""),
        payee=post.get("payee", ""), tranche=tranche, purpose=post.get("purpose", ""), remark=remark,
    )  # fmt: skip


def _fund(text: str) -> FundType | None:
    try:
        return FundType.of_id(text) if text else None
    except ValueError as err:
        raise InvalidInput("money.source", "没有这种资金来源。") from err


@page("plan.view")
def money_move(request: ActingRequest, move_id: int) -> HttpResponse:
    """One voucher with all that was written on it, and the form that takes it back."""
    actor = request.actor
    row = queries.move(actor.scope, move_id)
    return render(
        request,
        "funds/move.html",
        {
            "title": f"{row.get_kind_display()}凭证",
            "crumbs": [
                (row.project.name, reverse("web:project", args=[row.project_id])),
                ("资金", reverse("web:project-money", args=[row.project_id])),
                (f"{row.get_kind_display()}凭证", ""),
            ],
            "guide": law.guide("record-fund-movement"),
            "row": row,
            "fund": _fund_label(row),
            "state": badge_of(FUND_MOVE.state(row.state)),
            "batch_url": listing.batch_url(actor, row.batch_id),
            "may_reverse": row.state == "posted" and allowed(actor, "money.reverse"),
        },
    )


@page("money.reverse")
@require_POST
def money_reverse(request: ActingRequest, move_id: int) -> HttpResponse:
    """Take a voucher back, with the reason."""
    try:
        row = services.reverse(request.actor, move_id, reason=request.POST.get("reason", ""))
    except SAID as err:
        messages.error(request, err.message)
        return redirect("web:money-move", move_id)
    messages.success(request, "已冲回，原凭证保留备查。登记正确的另行录入。")
    return redirect("web:project-money", row.project_id)


# ---------- idle money ----------


IDLE = (
    Column("project", "项目", value=lambda r: r[1].name if r[1] else ""),
    Column("code", "项目代码", value=lambda r: r[1].code if r[1] else ""),
    Column("place", "地区", value=lambda r: divisions.path_name(r[0].division_code)),
    Column("fund", "资金来源", value=lambda r: r[0].fund_type.label),
    Column("left", "到位未支付", kind="yuan", value=lambda r: r[0].left_fen),
    Column("late", "其中超期", kind="yuan", value=lambda r: r[2]),
    Column("days", "最早到位", kind="number", unit="天", value=lambda r: r[0].oldest_days),
)  # fmt: skip


@page("plan.view")
def idle(request: ActingRequest) -> HttpResponse:
    """Money that arrived and was not paid out, by age, place and project."""
    actor = request.actor
    division = listing.chosen_division(request, actor)
    level = _child_level(division or actor.home)
    found = queries.idle_money(actor.scope, division=division, level=level)
    refs = projects.refs(actor.scope, {source.project_id for source in found.late})
    if request.GET.get("export"):
        late = [(source, refs.get(source.project_id), source.older_fen(found.limit_days)) for source in found.late]
        return listing.export_rows(actor, "闲置资金", IDLE, late, demo=settings.DEMO_MODE)
    shown = paginate(request, found.late)
    return render(
        request,
        "funds/idle.html",
        {
            "title": "闲置资金",
            "crumbs": [("投资计划", reverse("web:plans")), ("闲置资金", "")],
            "stamp": Stamp(
                as_of=clock.now(), unit="万元", caliber="规则 J04", caliber_url=f"{reverse('web:law')}?q=J04"
            ),
            "guide": law.guide("record-fund-movement"),
            "tabs": tabs(actor, "idle"),
            "export_url": listing.export_url(request, shown),
            "found": found,
            "place": divisions.path_name(division or actor.home),
            "classes": [
                (c, found.by_class[c.id], AGE_TONES[min(i, len(AGE_TONES) - 1)]) for i, c in enumerate(found.classes)
            ],
            "places": [
                (divisions.name(code), _place_url(request, code, level), [by_class[c.id] for c in found.classes])
                for code, by_class in found.by_division.items()
            ],
            "late": [
                (source, refs.get(source.project_id), source.older_fen(found.limit_days)) for source in shown.items
            ],
            "page": shown,
            "up_url": query_url(request, division=None, page=None) if division else "",
        },
    )


def _child_level(division: str) -> Level:
    return Level.CITY if codes.level_of(division) <= Level.PROVINCE else Level.COUNTY


def _place_url(request: ActingRequest, code: str, level: Level) -> str:
    """One level down; a county's money is in the list beneath."""
    return query_url(request, division=codes.prefix_of(code), page=None) if level is Level.CITY else ""


# ---------- payment, completion and start rates ----------


@page("figures.view")
def rates(request: ActingRequest) -> HttpResponse:
    """I12–I14 of special-fund projects by place, with who falls behind time (J01, J02) in the running year."""
    actor = request.actor
    division = listing.chosen_division(request, actor)
    period = _period(request)
    place = division or actor.home
    by = "city" if _child_level(place) is Level.CITY else "county"
    where = {"track": (Track.SPECIAL_FUND.id,)}
    whole = queries.rates(actor.scope, period, by=(), division=division or None, where=where)
    table = queries.rates(actor.scope, period, by=(by,), division=division or None, where=where)
    is_running = period.year == clock.today().year
    behind = queries.behind_schedule(actor.scope, by=by) if is_running else {}
    names = [("payment_rate", "资金支付率"), ("completion_rate", "投资完成率"), ("start_rate", "开工率")]
    return render(
        request,
        "funds/rates.html",
        _of_year(request, "rates", "支付率与完成率", table.as_of, period, division)
        | {
            "kpis": _figure_kpis(whole.cells.get((), {}), names),
            "rows": [
                (row, [finding_document(f) for f in behind.get(row.key, ())])
                for row in rate_rows(
                    table, by, lambda code: query_url(request, division=codes.prefix_of(code)) if by == "city" else ""
                )
            ],
            "is_running": is_running,
        },
    )


# ---------- sources and leverage ----------


@page("figures.view")
def structure(request: ActingRequest) -> HttpResponse:
    """Where the money comes from, how far each source got, and how much other money each central yuan moved (S9)."""
    actor = request.actor
    division = listing.chosen_division(request, actor)
    period = _period(request)
    place = division or actor.home
    by = "city" if _child_level(place) is Level.CITY else "county"
    sources = queries.structure(actor.scope, period, division=division or None)
    whole = queries.leverage(actor.scope, period, by=(), division=division or None)
    levers = queries.leverage(actor.scope, period, by=(by,), division=division or None)
    return render(
        request,
        "funds/structure.html",
        _of_year(request, "structure", "资金来源与撬动", sources.as_of, period, division)
        | {
            "kpis": _lever_kpis(whole.cells.get((), {})),
            "chart": source_chart(sources, place),
            "lever_chart": leverage_chart(levers, by, place),
            "chart_height": "low" if len(levers) <= 6 else "",
            "sources": source_rows(sources),
            "levers": leverage_rows(
                levers, by, lambda code: query_url(request, division=codes.prefix_of(code)) if by == "city" else ""
            ),
        },
    )


# ---------- a year's money ----------


def _of_year(
    request: ActingRequest, tab: str, title: str, as_of: datetime, period: Period, division: str
) -> dict[str, Any]:
    """What the pages of a year's money have in common: head, tabs, place, years, and what the places below are called."""
    place = division or request.actor.home
    return {
        "title": title,
        "crumbs": [("投资计划", reverse("web:plans")), (title, "")],
        "stamp": Stamp(as_of=as_of if as_of.year > 2000 else None, unit="万元"),
        "guide": law.guide("record-fund-movement"),
        "tabs": tabs(request.actor, tab),
        "place": divisions.path_name(place),
        "year": period.year,
        "years": [(year, query_url(request, year=str(year))) for year in _years(period.year)],
        "word": "市" if _child_level(place) is Level.CITY else "县（市、区）",
        "up_url": query_url(request, division=None) if division else "",
    }


def _period(request: ActingRequest) -> Period:
    """The year asked for, else the newest with figures, as everywhere: a new year begins without any."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and 2015 <= int(asked) <= 2100 else newest_year()
    return Period(str(year))


def _years(shown: int) -> list[int]:
    newest = [int(year) for year, _ in listing.years()][:YEARS_SHOWN]
    return sorted({shown, *newest}, reverse=True)


def _lever_kpis(cells: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = [
        ("leverage", "批复撬动倍数"), ("central_planned", "批复中央资金"), ("others_planned", "批复其他资金"),
        ("leverage_received", "实际撬动倍数"), ("central_received", "到位中央资金"), ("others_received", "到位其他资金"),
    ]  # fmt: skip
    return _figure_kpis(cells, names)


def _figure_kpis(cells: Mapping[str, Any], names: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """The figures that have a value, each with its address."""
    return [
        {
            "label": label,
            "figure": cells[name],
            "url": figure_url(cells[name], pinned=False) if cells[name].value is not None else "",
        }
        for name, label in names
        if name in cells and cells[name].value is not None
    ]
