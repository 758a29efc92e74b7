"""指导目录: sector → construction task → labour link, by edition; the province edits drafts and issues them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.permissions import allowed, permit
from workrelief.base.divisions import queries as divisions
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Badge, Column, build_table
from workrelief.faces.web import listing
from workrelief.kernel import codes
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput
from workrelief.kernel.kinds import Sector
from workrelief.work.catalogue import queries, services

SECTORS = [(queries.GENERAL, "通用（各领域）"), *((s.id, s.label) for s in Sector if s is not Sector.OTHER)]
MARKS = {"证": Badge("证", "done", "circle-check"), "背": Badge("背", "", "book")}
LINK_FIELDS = ("subfield", "task", "name", "trades", "skill", "phase", "source_status")
HISTORY_SHOWN = 30


class LinkForm(listing.ListForm):
    """Filters of the catalogue."""

    text = forms.CharField(label="环节、任务或工种", max_length=40)
    sector = forms.ChoiceField(label="领域", choices=listing.any_of(SECTORS))
    skill = forms.ChoiceField(label="技能等级", choices=listing.any_of((s, s) for s in services.SKILLS))
    mark = forms.ChoiceField(label="来源", choices=listing.any_of([("证", "证：有公开来源"), ("背", "背：背景知识")]))
    edition = forms.CharField(widget=forms.HiddenInput)

    def wanted(self) -> queries.LinkFilter:
        return queries.LinkFilter(
            sector=self.value("sector") or "",
            skill=self.value("skill") or "",
            mark=self.value("mark") or "",
            text=self.value("text") or "",
        )


def _quotas(link: Any) -> str:
    """25 工日/100m³ · 18 工日/100m, or a dash."""
    return " · ".join(f"{q.days_x100}/100{q.unit}（{q.mark}）" for q in link.quotas.all()) or "—"


COLUMNS = (
    Column(
        "name", "用工环节", sub=lambda r: f"{r.subfield} · {r.task}", sub_label="子领域 · 建设任务", lead=True,
        link=lambda r: reverse("web:catalogue-link", args=[r.pk]),
    ),
    Column("code", "编号"),
    Column("sector_name", "领域"),
    Column("trades", "适用工种", wrap=True),
    Column("skill", "技能"),
    Column("phase", "阶段"),
    Column("quotas", "用工定额", value=_quotas, unit="工日", wrap=True),
    Column("mark", "来源", kind="badge", value=lambda r: MARKS[r.mark], sub=lambda r: "" if r.mark == "背" else r.source_status),
)  # fmt: skip


@page("catalogue.view")
def catalogue(request: ActingRequest) -> HttpResponse:
    """The links of an edition with filters; day rates beside them."""
    actor = request.actor
    editions = list(queries.editions(actor.scope))
    may_edit = allowed(actor, "catalogue.edit")
    base = {
        "title": "指导目录",
        "crumbs": [("指导目录", "")],
        "may_edit": may_edit,
        "may_match": allowed(actor, "catalogue.match"),
        "editions": editions,
    }
    if not editions:
        return render(request, "catalogue/none.html", base | {"year": services.FIRST_YEAR})
    edition = next((e for e in editions if str(e.pk) == request.GET.get("edition", "")), editions[0])
    form = LinkForm(request)
    rows = queries.links(actor.scope, edition.pk, form.wanted())
    if request.GET.get("export"):
        return listing.export_rows(actor, f"指导目录_{edition.year}年", COLUMNS, list(rows), demo=settings.DEMO_MODE)
    shown = paginate(request, rows)
    return render(
        request,
        "catalogue/list.html",
        base
        | {
            "edition": edition,
            "form": form,
            "table": build_table(request, COLUMNS, shown, caption="指导目录", id="links"),
            "page": shown,
            "next_year": edition.year + 1,
            "choices": [(e, query_url(request, edition=str(e.pk), page=None)) for e in editions],
            "rates": [
                (r, divisions.path_name(codes.normalise(r.division_prefix)))
                for r in queries.rates(actor.scope, edition.pk)
            ],
            "export_url": query_url(request, export="1", page=None) if allowed(actor, "export.create") else "",
        },
    )


@page("catalogue.view")
def link(request: ActingRequest, link_id: int) -> HttpResponse:
    """One link; in a draft the province may change it, giving the reason."""
    actor = request.actor
    found = queries.link(actor.scope, link_id)
    error: DomainError | None = None
    if request.method == "POST":
        permit(actor, "catalogue.edit")
        step, reason = request.POST.get("step", ""), request.POST.get("reason", "")
        try:
            if step == "drop":
                services.drop_link(actor, link_id, reason=reason)
                messages.success(request, f"已从草稿中删去 {found.code} {found.name}。")
                return _to(found.edition_id)
            if step == "drop_quota":
                services.drop_quota(actor, _of(request.POST.get("quota", "")), reason=reason)
                messages.success(request, "已从草稿中删去这条定额。")
            else:
                changes = {name: request.POST.get(name) for name in LINK_FIELDS}
                services.edit_link(actor, link_id, services.LinkChanges(**changes), reason=reason)
                messages.success(request, "已保存，修改前后的内容记入修改记录。")
            return redirect("web:catalogue-link", link_id)
        except (InvalidInput, Conflict) as err:
            error = err
    given = {name: request.POST.get(name, getattr(found, name)) for name in LINK_FIELDS}
    return render(
        request,
        "catalogue/link.html",
        {
            "title": found.name,
            "crumbs": [("指导目录", f"{reverse('web:catalogue')}?edition={found.edition_id}"), (found.name, "")],
            "link": found,
            "mark": MARKS[found.mark],
            "quotas": list(found.quotas.all()),
            "skills": services.SKILLS,
            "phases": services.PHASES,
            "given": given | {"reason": request.POST.get("reason", "") if error else ""},
            "error": error,
            "history": queries.history(actor.scope, link_code=found.code)[:HISTORY_SHOWN],
            "may_edit": allowed(actor, "catalogue.edit") and found.edition.state == "draft",
            "may_copy": allowed(actor, "catalogue.edit") and found.edition.state != "draft",
        },
        status=error.status if error else 200,
    )


@page("catalogue.edit")
def link_new(request: ActingRequest, edition_id: int) -> HttpResponse:
    """Add a labour link to a draft."""
    actor = request.actor
    edition = queries.edition(actor.scope, edition_id)
    error: DomainError | None = None
    if request.method == "POST":
        post = request.POST
        given = {name: post.get(name, "") for name in LINK_FIELDS}
        sector = post.get("sector", "")
        try:
            new = services.NewLink(sector="" if sector == queries.GENERAL else sector or "?", **given)
            made = services.add_link(actor, edition_id, new, reason=post.get("reason", ""))
            messages.success(request, f"已增加 {made.code} {made.name}。要测算工日的，再填用工定额。")
            return redirect("web:catalogue-link", made.pk)
        except (InvalidInput, Conflict) as err:
            error = err
    return render(
        request,
        "catalogue/link_new.html",
        {
            "title": "增加用工环节",
            "crumbs": [("指导目录", f"{reverse('web:catalogue')}?edition={edition.pk}"), ("增加用工环节", "")],
            "edition": edition,
            "sectors": SECTORS,
            "skills": services.SKILLS,
            "phases": services.PHASES,
            "given": request.POST,
            "error": error,
        },
        status=error.status if error else 200,
    )


def _of(text: str) -> int:
    if not text.isdigit() or len(text) > 18:
        raise InvalidInput("catalogue.number", "请先选择一条。")
    return int(text)


@page("catalogue.edit")
@require_POST
def load(request: ActingRequest) -> HttpResponse:
    """Load the edition that comes with the platform, as a draft."""
    made = services.load_edition(request.actor)
    messages.success(request, f"已载入 {made}，核对后印发。")
    return _to(made.pk)


@page("catalogue.edit")
@require_POST
def copy(request: ActingRequest, edition_id: int) -> HttpResponse:
    """A new draft, for the next year unless another is asked for (the same year gives its next version)."""
    former = queries.edition(request.actor.scope, edition_id)
    year = request.POST.get("year", "").strip() or str(former.year + 1)
    try:
        made = services.copy_edition(request.actor, edition_id, int(year) if year.isdigit() and len(year) == 4 else 0)
    except (InvalidInput, Conflict) as err:
        messages.error(request, err.message)
        return _to(edition_id)
    messages.success(request, f"已复制为 {made} 草稿。")
    return _to(made.pk)


@page("catalogue.edit")
@require_POST
def issue(request: ActingRequest, edition_id: int) -> HttpResponse:
    """Issue a draft."""
    made = services.issue_edition(request.actor, edition_id)
    messages.success(request, f"{made} 已印发，各地匹配时采用。")
    return _to(made.pk)


def _to(edition_id: int) -> HttpResponse:
    return redirect(f"{reverse('web:catalogue')}?edition={edition_id}")
