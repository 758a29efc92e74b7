"""Unit labour quotas and local day rates of an edition with their history, and two editions side by side."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed, permit
from workrelief.base.divisions import queries as divisions
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Badge, Column, build_table
from workrelief.faces.web import listing
from workrelief.faces.web.views.catalogue import SECTORS
from workrelief.kernel import codes
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, NotFound
from workrelief.kernel.money import fen_from_cell
from workrelief.work.catalogue import queries, services
from workrelief.work.catalogue.rules.units import UNITS

MARKS = [("核", "核：建议值，待核"), ("证", "证：有公开来源"), ("背", "背：背景知识")]
BADGES = {"证": Badge("证", "done"), "背": Badge("背", "", "book"), "核": Badge("核", "warn")}
CHANGES = {
    "in": Badge("新增", "done", "plus"),
    "out": Badge("删去", "stop", "minus"),
    "changed": Badge("变更", "warn", "pencil"),
}
HISTORY_SHOWN = 30
DIFFERENCES_SHOWN = 300

QUOTAS = (
    Column("link", "用工环节", value="link.name", sub="link.code", sub_label="编号", lead=True,
           link=lambda r: reverse("web:catalogue-link", args=[r.link_id])),
    Column("sector", "领域", value="link.sector_name"),
    Column("work", "工作内容"),
    Column("days", "工日", kind="number", value="days_x100"),
    Column("unit", "计量", value=lambda r: f"每 100 {r.unit}"),
    Column("valid_from", "执行起", kind="date"),
    Column("mark", "来源", kind="badge", value=lambda r: BADGES[r.mark], sub="source"),
)  # fmt: skip
RATES = (
    Column("trade", "工种或技能等级", lead=True),
    Column("place", "地区", value=lambda r: divisions.path_name(codes.normalise(r.division_prefix))),
    Column("day_fen", "日工价", kind="yuan"),
    Column("valid_from", "执行起", kind="date"),
    Column("valid_until", "停止", kind="date"),
    Column("mark", "来源", kind="badge", value=lambda r: BADGES[r.mark]),
    Column("source", "出处", wrap=True),
)  # fmt: skip


class QuotaForm(listing.ListForm):
    """Filters of the quotas."""

    text = forms.CharField(label="环节或工作内容", max_length=40)
    sector = forms.ChoiceField(label="领域", choices=listing.any_of(SECTORS))
    mark = forms.ChoiceField(label="来源", choices=listing.any_of(MARKS))
    unit = forms.ChoiceField(label="计量单位", choices=listing.any_of((u, u) for u in UNITS))
    edition = forms.CharField(widget=forms.HiddenInput)

    def wanted(self) -> queries.QuotaFilter:
        return queries.QuotaFilter(
            sector=self.value("sector") or "",
            mark=self.value("mark") or "",
            unit=self.value("unit") or "",
            text=self.value("text") or "",
        )


def _editions(request: ActingRequest) -> tuple[Any, list[tuple[Any, str]]]:
    """The edition asked for (the newest when none is), and all with their addresses. Raises NotFound."""
    found = list(queries.editions(request.actor.scope))
    if not found:
        raise NotFound("catalogue.none", "还没有指导目录。")
    chosen = next((e for e in found if str(e.pk) == request.GET.get("edition", "")), found[0])
    return chosen, [(e, query_url(request, edition=str(e.pk), page=None)) for e in found]


@page("catalogue.view")
def quotas(request: ActingRequest) -> HttpResponse:
    """Quotas of an edition; the province sets one below, with its source and the reason."""
    actor = request.actor
    edition, choices = _editions(request)
    error = _saved(request, actor, edition) if request.method == "POST" else None
    if isinstance(error, HttpResponse):
        return error
    form = QuotaForm(request)
    shown = paginate(request, queries.quotas(actor.scope, edition.pk, form.wanted()))
    return _drawn(
        request, "catalogue/quotas.html", edition, choices, error,
        {
            "title": "单位用工定额",
            "form": form,
            "page": shown,
            "noun": "条定额",
            "table": build_table(request, QUOTAS, shown, caption="单位用工定额", id="quotas"),
            "choosable": queries.links(actor.scope, edition.pk) if allowed(actor, "catalogue.edit") else [],
            "units": list(UNITS),
            "history": queries.history(actor.scope, edition_id=edition.pk, kind="quota")[:HISTORY_SHOWN],
        },
    )  # fmt: skip


@page("catalogue.view")
def rates(request: ActingRequest) -> HttpResponse:
    """Day rates of an edition by trade and place; the province sets one below."""
    actor = request.actor
    edition, choices = _editions(request)
    error = _saved(request, actor, edition) if request.method == "POST" else None
    if isinstance(error, HttpResponse):
        return error
    shown = paginate(request, queries.rates(actor.scope, edition.pk))
    return _drawn(
        request, "catalogue/rates.html", edition, choices, error,
        {
            "title": "日工价",
            "page": shown,
            "noun": "条日工价",
            "table": build_table(request, RATES, shown, caption="日工价", id="rates"),
            "droppable": [(r, divisions.path_name(codes.normalise(r.division_prefix))) for r in shown],
            "places": [("37", "山东省"), *((c.code, divisions.path_name(c.code)) for c in divisions.cities()),
                       *((c.code, divisions.path_name(c.code)) for c in divisions.counties())],
            "history": queries.history(actor.scope, edition_id=edition.pk, kind="rate")[:HISTORY_SHOWN],
        },
    )  # fmt: skip


def _drawn(
    request: ActingRequest, template: str, edition: Any, choices: Any, error: DomainError | None, extra: dict[str, Any]
) -> HttpResponse:
    base = {
        "crumbs": [("指导目录", f"{reverse('web:catalogue')}?edition={edition.pk}"), (extra["title"], "")],
        "edition": edition,
        "choices": choices,
        "may_edit": allowed(request.actor, "catalogue.edit"),
        "marks": MARKS,
        "given": request.POST,
        "error": error,
    }
    return render(request, template, base | extra, status=error.status if error else 200)


def _saved(request: ActingRequest, actor: Actor, edition: Any) -> HttpResponse | DomainError:
    """Set the value of the form; the page again when that went well, else the error."""
    permit(actor, "catalogue.edit")
    post = request.POST
    try:
        if post.get("step") == "drop":
            drop = services.drop_rate if "rate" in post else services.drop_quota
            drop(
                actor,
                _number(post.get("rate") or post.get("quota") or "", "要删去的一条"),
                reason=post.get("reason", ""),
            )
            messages.success(request, "已从草稿中删去，原值记入下面的修改记录。")
            return redirect(f"{request.path}?edition={edition.pk}")
        if "trade" in post:
            amount = fen_from_cell(post.get("day", ""), unit="元")
            services.set_rate(
                actor, edition.pk,
                services.NewRate(
                    trade=post.get("trade", ""), division=post.get("division", ""), day_fen=amount or 0,
                    valid_from=_day(post.get("valid_from", "")), source=post.get("source", ""), mark=post.get("mark", ""),
                    until=_day(post["until"]) if post.get("until") else None,
                ),
                reason=post.get("reason", ""),
            )  # fmt: skip
        else:
            services.set_quota(
                actor, _number(post.get("link", ""), "用工环节"),
                services.NewQuota(
                    unit=post.get("unit", ""), days_x100=_number(post.get("days", ""), "工日"), work=post.get("work", ""),
                    valid_from=_day(post.get("valid_from", "")), source=post.get("source", ""), mark=post.get("mark", ""),
                ),
                reason=post.get("reason", ""),
            )  # fmt: skip
    except (InvalidInput, Conflict) as err:
        return err
    messages.success(request, "已保存，修改前后的值记入下面的修改记录。")
    return redirect(f"{request.path}?edition={edition.pk}")


def _number(text: str, label: str) -> int:
    plain = text.strip().replace(",", "")
    if not plain.isdigit() or len(plain) > 9:
        raise InvalidInput("catalogue.number", f"{label}“{text[:12]}”请填整数。")
    return int(plain)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as err:
        raise InvalidInput("catalogue.from", "日期请写成 2023-01-01 的样子。") from err


@page("catalogue.view")
def compare(request: ActingRequest) -> HttpResponse:
    """Two editions: tasks, links, quotas and day rates that came, went or changed."""
    actor = request.actor
    choices = list(queries.editions(actor.scope))
    older, newer = request.GET.get("older", ""), request.GET.get("newer", "")
    if not (older and newer) and len(choices) > 1:
        newer, older = str(choices[0].pk), str(choices[1].pk)
    found = queries.compare(actor.scope, int(older), int(newer)) if older.isdigit() and newer.isdigit() else None
    groups = (
        [("建设任务", found.tasks), ("用工环节", found.links), ("用工定额", found.quotas), ("日工价", found.rates)]
        if found
        else []
    )
    return render(
        request,
        "catalogue/compare.html",
        {
            "title": "目录比较",
            "crumbs": [("指导目录", reverse("web:catalogue")), ("目录比较", "")],
            "choices": choices,
            "older": older,
            "newer": newer,
            "found": found,
            "groups": [
                (name, len(rows), [(CHANGES[d.change], d) for d in rows[:DIFFERENCES_SHOWN]]) for name, rows in groups
            ],
        },
    )
