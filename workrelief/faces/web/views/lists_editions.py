"""Issued lists: preview and issue of an edition, its lines and downloads, two editions side by side, taking one back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed, permit
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.download import attachment
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.shared.list_document import (
    FORMATS,
    ListSource,
    comparison_workbook,
    list_file,
    of_draft,
    of_edition,
)
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Action, Badge, Column, build_table
from workrelief.faces.web import job_parts, listing
from workrelief.faces.web.views.lists import chosen_year
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import DomainError, InvalidInput, NotFound, NotPermitted
from workrelief.kernel.kinds import Sector, Track
from workrelief.work.lists import jobs, queries, services
from workrelief.work.lists.rules.turns import office_of
from workrelief.work.lists.states import LEVEL_LABELS, LEVELS

CHANGES = {
    "in": Badge("调入", "done", "plus"),
    "kept": Badge("保留", ""),
    "changed": Badge("变更", "warn", "pencil"),
    "out": Badge("调出", "stop", "minus"),
    "promoted": Badge("提级", "run", "arrow-up"),
}
LINES_SHOWN = 300
STATES = {"issued": Badge("已印发", "done"), "withdrawn": Badge("已撤回", "stop")}
job_parts.result_page(
    "lists.issue", lambda job: reverse("web:lists-edition", args=[(job.result or {})["edition"]]), "查看清单"
)

EDITIONS = (
    Column("title", "清单", sub="document_no", sub_label="发文字号", lead=True,
           link=lambda r: reverse("web:lists-edition", args=[r.pk])),
    Column("level", "级次", value=lambda r: LEVEL_LABELS[r.level]),
    Column("office", "印发地", value=lambda r: divisions.name(r.division_code)),
    Column("track", "项目线", value=lambda r: Track.of_id(r.track).short if r.track else "全部"),
    Column("projects", "项目", kind="number", unit="个", value=lambda r: r.totals["projects"]),
    Column("investment", "总投资", kind="wan", value=lambda r: r.totals["investment_fen"]),
    Column("changes", "较上版", value=lambda r: change_words(r.totals["changes"])),
    Column("issued_on", "印发日期", kind="date"),
    Column("state", "状态", kind="badge", value=lambda r: STATES[r.state]),
)  # fmt: skip


def change_words(changes: Any) -> str:
    """调入 3 · 调出 1, or nothing changed."""
    words = [f"{CHANGES[k].label} {changes[k]}" for k in ("in", "changed", "out", "promoted") if changes.get(k)]
    return " · ".join(words) or "无变化"


@page("list.view")
def edition_list(request: ActingRequest) -> HttpResponse:
    """Editions of offices in scope and above, newest first; tick two to compare."""
    actor = request.actor
    asked = request.GET.get("year", "")
    level = request.GET.get("level", "")
    level = level if level in LEVELS else ""
    rows = queries.editions(actor.scope, year=int(asked) if asked.isdigit() else None, level=level)
    shown = paginate(request, rows)
    return render(
        request,
        "lists/editions.html",
        {
            "title": "已印发清单",
            "crumbs": [("三级清单", reverse("web:lists")), ("已印发清单", "")],
            "levels": [
                (label, query_url(request, level=key or None, page=None), key == level)
                for key, label in [("", "全部级次"), *((k, LEVEL_LABELS[k]) for k in reversed(LEVELS))]
            ],
            "page": shown,
            "noun": "份清单",
            "table": build_table(
                request, EDITIONS, shown, caption="已印发清单", id="editions",
                actions=lambda r: (
                    [Action("与上版比较", f"{reverse('web:lists-compare')}?older={r.previous_id}&newer={r.pk}")]
                    if r.previous_id
                    else []
                ),
            ),
            "choices": list(rows[:60]),
            "may_issue": allowed(actor, "list.issue") and bool(office_of(actor)),
            "empty_title": "还没有印发的清单",
            "empty_cause": "清单逐级确认后由本级发展改革部门印发，每版的调入、调出和理由都留存",
        },
    )  # fmt: skip


def line_columns() -> tuple[Column, ...]:
    """Columns of the frozen lines."""
    return (
        Column("position", "序号", kind="number"),
        Column("change", "变动", kind="badge", value=lambda r: CHANGES[r.change]),
        Column(
            "name", "项目名称", value="fields.name", sub=lambda r: r.fields["code"] or "未赋码", sub_label="代码", lead=True,
            link=lambda r: reverse("web:lists-entry", args=[r.entry_id]),
        ),
        Column("track", "项目线", value=lambda r: Track.of_id(r.track).short, sub=lambda r: Sector.of_id(r.sector).label,
               sub_label="领域"),
        listing.place_column(),
        Column("investment", "总投资", kind="wan", value="fields.investment_fen"),
        Column("workers", "拟吸纳", kind="number", unit="人", value="fields.planned_workers"),
        Column("pay", "拟发报酬", kind="wan", value="fields.planned_pay_fen"),
        Column("reason", "理由", wrap=True, value=lambda r: r.reason or difference_words(r.difference) or "—"),
    )  # fmt: skip


def difference_words(difference: Any) -> str:
    """总投资（万元）：100.00 → 120.00；…"""
    return "；".join(f"{what}：{before or '空'} → {after or '空'}" for what, (before, after) in difference.items())


@page("list.view")
def edition(request: ActingRequest, edition_id: int) -> HttpResponse:
    """One edition: totals, lines by change, downloads."""
    actor = request.actor
    found = queries.edition(actor.scope, edition_id)
    totals = queries.edition_totals(actor.scope, edition_id)
    change = request.GET.get("change", "")
    change = change if change in CHANGES else ""
    shown = paginate(request, queries.edition_lines(actor.scope, edition_id, change=change))
    newest = queries.editions(actor.scope, year=found.year, level=found.level, division=found.division_code)
    is_own = allowed(actor, "list.issue") and office_of(actor) == found.level
    return render(
        request,
        "lists/edition.html",
        {
            "title": found.title,
            "crumbs": [
                ("三级清单", reverse("web:lists")),
                ("已印发清单", reverse("web:lists-editions")),
                (found.title, ""),
            ],
            "edition": found,
            "badge": STATES[found.state],
            "office": divisions.path_name(found.division_code),
            "totals": totals,
            "tabs": [
                (label, totals.changes.get(key, 0) if key else None, query_url(request, change=key or None, page=None),
                 key == change)
                for key, label in [("", "全部"), *((k, b.label) for k, b in CHANGES.items())]
                if not key or totals.changes.get(key)
            ],
            "table": build_table(request, line_columns(), shown, caption="清单项目", id="lines"),
            "page": shown,
            "noun": "行",
            "compare_url": f"{reverse('web:lists-compare')}?older={found.previous_id}&newer={found.pk}"
            if found.previous_id
            else "",
            "may_export": allowed(actor, "export.create"),
            "may_withdraw": is_own
            and found.state == "issued"
            and next((e.pk for e in newest if e.state == "issued" and e.track == found.track), None) == found.pk,
        },
    )  # fmt: skip


@page("list.view")
def as_file(request: ActingRequest, edition_id: int, form: str) -> HttpResponse:
    """Form F of the edition (xlsx), or the document that issued it with the list as its annex (docx)."""
    permit(request.actor, "export.create")
    return _downloaded(of_edition(request.actor.scope, edition_id), form)


def _downloaded(source: ListSource, form: str) -> HttpResponse:
    if form not in FORMATS:
        raise NotFound("list.format", "清单只能下载为 Excel 或 Word 文件。")
    draft = "" if source.edition_id else "（送审稿）"
    return attachment(list_file(source, form), f"{source.title}{draft}.{form}")


@page("list.issue")
@require_POST
def withdraw(request: ActingRequest, edition_id: int) -> HttpResponse:
    """Take back the newest edition of a list."""
    made = services.withdraw_edition(request.actor, edition_id, reason=request.POST.get("reason", ""))
    messages.success(request, f"已撤回《{made.title}》，调入的项目退回到已确认。")
    return redirect("web:lists-edition", edition_id)


# ---------- issuing ----------


@page("list.issue")
def issue(request: ActingRequest) -> HttpResponse:
    """What would go in, out and change, with reasons; then document number and day; then the job."""
    actor = request.actor
    level = office_of(actor)
    if not level:
        raise NotPermitted("list.turn", "清单由县级以上发展改革部门印发。")
    year = chosen_year(request, actor)
    track = request.GET.get("track", "") or request.POST.get("track", "")
    track = track if track in dict(Track.choices()) else ""
    division = _office_division(actor, level)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            job = jobs.request_issue(
                actor, year, level, division=division, track=track,
                document_no=request.POST.get("document_no", ""), issued_on=_day(request.POST.get("issued_on", "")),
            )  # fmt: skip
            return redirect("web:job", job.pk)
        except InvalidInput as err:
            error = err
    preview = queries.issue_preview(actor.scope, year, level, division=division, track=track)
    blocked = [
        (line, [finding_document(f) for f in preview.findings.get(line.entry.pk, ())]) for line in preview.blocked
    ]
    return render(
        request,
        "lists/issue.html",
        {
            "title": f"印发{LEVEL_LABELS[level]}清单",
            "crumbs": [("三级清单", reverse("web:lists")), ("印发清单", "")],
            "guide": registry.guide("list-issue"),
            "preview": preview,
            "office": divisions.path_name(division),
            "level": LEVEL_LABELS[level],
            "words": change_words(preview.totals.changes),
            "years": [(y, query_url(request, year=str(y))) for y in queries.years(actor.scope)],
            "tracks": [
                (label, query_url(request, track=key or None), key == track)
                for key, label in [("", "三条线合并"), *((t.id, t.short) for t in Track)]
            ],
            "track": track,
            "blocked": blocked[:LINES_SHOWN],
            "lines": [
                (line, CHANGES[line.change], line.reason or difference_words(line.difference))
                for line in sorted(preview.lines, key=lambda x: x.change == "kept")
                if line.change != "kept"
            ][:LINES_SHOWN],
            "most": LINES_SHOWN,
            "today": clock.today(),
            "drafts": [
                (word, f"{reverse('web:lists-draft', args=[form])}?year={year}&track={track}")
                for form, word in (("docx", "送审稿 Word"), ("xlsx", "清单表 Excel"))
            ]
            if preview.lines and preview.has_changes and allowed(actor, "export.create")
            else [],
            "may_close": allowed(actor, "list.close") and not track and preview.may_close,
            "given": request.POST,
            "error": error,
        },
        status=error.status if error else 200,
    )


@page("list.issue")
def draft(request: ActingRequest, form: str) -> HttpResponse:
    """The list as it would be issued now, to be read by those who sign it."""
    actor = request.actor
    permit(actor, "export.create")
    level = office_of(actor)
    if not level:
        raise NotPermitted("list.turn", "清单由县级以上发展改革部门印发。")
    track = request.GET.get("track", "")
    source = of_draft(
        actor.scope, chosen_year(request, actor), level, division=_office_division(actor, level),
        track=track if track in dict(Track.choices()) else "",
    )  # fmt: skip
    if not source.lines:
        raise NotFound("list.nothing", "没有已确认的项目，还没有可以送审的清单。")
    return _downloaded(source, form)


@page("list.close")
@require_POST
def close(request: ActingRequest) -> HttpResponse:
    """Close the own office's list of a year: nothing on it changes any more."""
    actor = request.actor
    level, year = office_of(actor), chosen_year(request, actor)
    if not level:
        raise NotPermitted("list.turn", "清单由县级以上发展改革部门印发和关闭。")
    done = services.close_year(actor, year, level, division=_office_division(actor, level))
    messages.success(request, f"{year}年{LEVEL_LABELS[level]}清单已关闭，共 {done} 个项目。")
    return redirect(f"{reverse('web:lists')}?year={year}&state=closed")


def _office_division(actor: Actor, level: str) -> str:
    """The division whose list this office issues."""
    return codes.at_level(actor.home, {"county": Level.COUNTY, "city": Level.CITY, "province": Level.PROVINCE}[level])


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError as err:
        raise InvalidInput("list.issued_on", "印发日期请写成 2026-03-01 的样子。") from err
    if found > clock.today():
        raise InvalidInput("list.issued_on", "印发日期不能晚于今天。")
    return found


# ---------- two side by side ----------


@page("list.view")
def compare(request: ActingRequest) -> HttpResponse:
    """From the older edition to the newer one: in, out, changed, promoted."""
    actor = request.actor
    choices = list(queries.editions(actor.scope)[:200])
    older, newer = request.GET.get("older", ""), request.GET.get("newer", "")
    found = None
    if older.isdigit() and newer.isdigit():
        found = queries.compare(actor.scope, int(older), int(newer))
    if found and request.GET.get("export"):
        permit(actor, "export.create")
        names = f"清单比较_{found.older.document_no}_{found.newer.document_no}.xlsx"
        return attachment(comparison_workbook(found), names)
    return render(
        request,
        "lists/compare.html",
        {
            "title": "清单比较",
            "crumbs": [
                ("三级清单", reverse("web:lists")),
                ("已印发清单", reverse("web:lists-editions")),
                ("比较", ""),
            ],
            "choices": choices,
            "older": older,
            "newer": newer,
            "found": found,
            "export_url": query_url(request, export="1") if found and allowed(actor, "export.create") else "",
            "sections": _parts(found) if found else [],
        },
    )


def _parts(found: queries.Comparison) -> list[tuple[Badge, list[dict[str, Any]]]]:
    return [
        (CHANGES[key], [_compared(actor_line) for actor_line in lines])
        for key, lines in (
            ("in", found.added),
            ("out", found.removed),
            ("changed", found.changed),
            ("promoted", found.promoted),
        )
        if lines
    ]


def _compared(line: queries.LineChange) -> dict[str, Any]:
    return {
        "line": line,
        "place": divisions.path_name(line.division_code),
        "older": _amount(line.older),
        "newer": _amount(line.newer if line.newer is not None and line.newer.is_on_list else None),
        "difference": [(what, before, after) for what, (before, after) in line.difference.items()],
        "reason": line.reason,
    }


def _amount(line: Any) -> int | None:
    return int(line.fields["investment_fen"]) if line is not None else None
