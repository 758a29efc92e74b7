"""工程量清单匹配: paste or upload a bill of works, correct the proposals line by line, download table J."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed, permit
from workrelief.base.divisions import queries as divisions
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.download import attachment
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.shared.paging import paginate, query_url
from workrelief.faces.shared.tables import Column, badge_of, build_table
from workrelief.faces.web.match_table import table_j_bytes, table_j_document
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, RuleViolated
from workrelief.kernel.kinds import Sector
from workrelief.kernel.money import fen_from_cell, round_half_up, yuan_text
from workrelief.outputs.render.blocks import OfficialDocument
from workrelief.outputs.render.docx import docx_bytes
from workrelief.outputs.render.pdf import pdf_bytes
from workrelief.work.catalogue import queries, services
from workrelief.work.catalogue.importers import read_bill
from workrelief.work.catalogue.rules.bill import Bill, parse_text
from workrelief.work.catalogue.rules.matching import SURE_SCORE
from workrelief.work.catalogue.rules.units import UNITS, quantity_text
from workrelief.work.catalogue.rules.words import dictionary
from workrelief.work.catalogue.states import MATCH_LINE
from workrelief.work.projects import queries as projects
from workrelief.work.projects import services as project_services
from workrelief.work.projects.rules import LabourDemand

LINES_PER_PAGE = 100
PAPERS: dict[str, Callable[[OfficialDocument], bytes]] = {"docx": docx_bytes, "pdf": lambda doc: pdf_bytes(doc).data}
EXAMPLE = "一、路基工程\n清表 m2 12000\n路基回填 m³ 约4000\n二、排水工程\nM7.5浆砌片石边沟 320m³\n管沟土方开挖 1.2万m³\n栽植国槐 400株"
TABS = {
    "": "全部",
    "proposed": "待核对",
    "unmatched": "未匹配",
    "accepted": "已采纳",
    "changed": "已更正",
    "refused": "不采用",
}

RUNS = (
    Column("title", "清单", sub="file_name", lead=True, link=lambda r: reverse("web:match-run", args=[r.pk])),
    Column("place", "所在地", value=lambda r: divisions.path_name(r.division_code)),
    Column("sector", "领域", value=lambda r: Sector.of_id(r.sector).label if r.sector else "—"),
    Column("edition", "目录", value=lambda r: str(r.edition)),
    Column("listing", "清单意见", value=lambda r: r.get_listing_display() or "—"),
    Column("made_by_name", "匹配人"),
    Column("made_at", "时间", kind="moment"),
)


@page("catalogue.match")
def match_new(request: ActingRequest) -> HttpResponse:
    """Paste a bill or upload one; former results stand below."""
    actor = request.actor
    error: DomainError | None = None
    if request.method == "POST":
        try:
            run = services.match_bill(actor, _wanted(actor, request))
            return redirect("web:match-run", run.pk)
        except (InvalidInput, NotFound) as err:
            error = err
    given = request.POST if error else request.GET
    asked = request.GET.get("of", "")
    project = projects.project_row(actor.scope, int(asked)) if asked.isdigit() else None
    found = queries.runs_of_project(actor.scope, project.pk) if project else queries.runs(actor.scope)
    shown = paginate(request, found, 10)
    return render(
        request,
        "catalogue/match.html",
        {
            "title": "清单匹配",
            "crumbs": [("指导目录", reverse("web:catalogue")), ("清单匹配", "")],
            "error": error,
            "given": given,
            "project": project,
            "example": EXAMPLE,
            "sectors": Sector.choices()[:-1],
            "places": _places(actor),
            "table": build_table(request, RUNS, shown, caption="匹配结果", id="runs"),
            "page": shown,
        },
        status=422 if error else 200,
    )


def _places(actor: Actor) -> list[tuple[str, str]]:
    """Where the work may be: the home of the post, and the counties in scope."""
    found = {actor.home: divisions.path_name(actor.home)}
    for prefix in actor.scope.divisions:
        if codes.level_of(codes.normalise(prefix)) < Level.COUNTY:
            found |= {c.code: divisions.path_name(c.code) for c in divisions.county_units(prefix)}
        else:
            found[codes.normalise(prefix)] = divisions.path_name(codes.normalise(prefix))
    return list(found.items())


def _wanted(actor: Actor, request: ActingRequest) -> services.MatchRequest:
    bill, file_name = _bill(actor, request)
    place, sector = request.POST.get("division", "") or actor.home, request.POST.get("sector", "")
    if sector and sector not in dict(Sector.choices()):
        raise InvalidInput("match.sector", "没有这个领域。")
    asked = request.POST.get("of", "")
    year = request.POST.get("year", "").strip()
    if year and not (year.isdigit() and 2000 <= int(year) <= 2100):
        raise InvalidInput("match.year", f"“{year}”不是年度。")
    title, project_id = request.POST.get("title", ""), None
    text = request.POST.get("project", "").strip()
    if asked.isdigit() or text:
        project = projects.project_row(actor.scope, int(asked) if asked.isdigit() else _project(actor, text))
        place, sector, project_id, title = project.division_code, project.sector, project.pk, title or project.name
    return services.MatchRequest(
        bill=bill, division_code=codes.normalise(place), title=title, project_id=project_id, sector=sector,
        year=int(year) if year else None, file_name=file_name,
    )  # fmt: skip


def _bill(actor: Actor, request: ActingRequest) -> tuple[Bill, str]:
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        name = file.name or "清单"
        with tempfile.TemporaryDirectory(prefix="bill-") as folder:
            path = Path(folder) / "bill"
            with path.open("wb") as handle:
                for chunk in file.chunks():
                    handle.write(chunk)
            return read_bill(actor, path, name), name
    return parse_text(request.POST.get("text", "")), ""


def _project(actor: Actor, text: str) -> int:
    """The one project whose name or code this is. Raises InvalidInput when there is none or several."""
    found = projects.search(actor.scope, text, limit=5)
    exact = [p for p in found if p.name == text] or found
    if len(exact) == 1:
        return exact[0].id
    if not exact:
        raise InvalidInput("match.project", f"没有找到项目“{text}”，或不在您的数据范围内。")
    names = "、".join(p.name for p in exact[:4])
    raise InvalidInput("match.project", f"“{text}”对应多个项目：{names}。请写全名称或代码。")


def marked(text: str, words: Collection[str]) -> SafeString:
    """The text with the words that matched set off."""
    parts: list[tuple[SafeString | str]] = []
    end = 0
    for hit in (h for h in dictionary().find(text) if h.word in words):
        parts += [(text[end : hit.start],), (format_html('<mark class="wr-hit">{}</mark>', text[hit.start : hit.end]),)]
        end = hit.end
    parts.append((text[end:],))
    return format_html_join("", "{}", parts)


@page("catalogue.match")
def match_run(request: ActingRequest, run_id: int) -> HttpResponse:
    """The result: sums, lines with matched words, and the decision on listing."""
    return _run_page(request, run_id)


def _run_page(request: ActingRequest, run_id: int, error: DomainError | None = None) -> HttpResponse:
    actor = request.actor
    run = queries.run(actor.scope, run_id)
    state = request.GET.get("state", "")
    state = state if state in TABS else ""
    shown = paginate(request, queries.lines(actor.scope, run_id, state), LINES_PER_PAGE)
    sums = queries.totals(actor.scope, run_id)
    names = {one.code: one.name for one in queries.links(actor.scope, run.edition_id)} if run.edition_id else {}
    return render(
        request,
        "catalogue/run.html",
        {
            "title": run.title,
            "crumbs": [("指导目录", reverse("web:catalogue")), ("清单匹配", reverse("web:match")), (run.title, "")],
            "run": run,
            "sector": Sector.of_id(run.sector).label if run.sector else "",
            "rows": [_shown(row, names) for row in shown],
            "here": urlencode({n: v for n, v in (("state", state), ("page", request.GET.get("page", ""))) if v}),
            "page": shown,
            "totals": sums,
            "trades": queries.by_trade(actor.scope, run_id),
            "state": state,
            "tabs": [
                (
                    key,
                    label,
                    sums.works if not key else sums.by_state.get(key, 0),
                    query_url(request, state=key or None, page=None),
                )
                for key, label in TABS.items()
            ],
            "sure": SURE_SCORE,
            "project": _project_name(actor, run.project_id),
            "may_write": run.project_id is not None and allowed(actor, "project.edit"),
            "error": error,
            "findings": [finding_document(f) for f in error.findings] if error else [],
            "reason": request.POST.get("reason", "") if error else run.listing_reason,
        },
        status=error.status if error else 200,
    )


def _project_name(actor: Actor, project_id: int | None) -> str:
    """Name of the project when it is (still) there for this actor."""
    if project_id is None:
        return ""
    try:
        return str(projects.project_row(actor.scope, project_id).name)
    except NotFound:
        return ""


def _shown(row: Any, names: dict[str, str]) -> dict[str, Any]:
    return {
        "row": row,
        "name": marked(row.name, row.words),
        "quantity": quantity_text(row.quantity_x100) if row.quantity_x100 is not None else "",
        "badge": badge_of(MATCH_LINE.state(row.state)),
        "others": [f"{names.get(code, code)} {score}" for code, score in row.others[:2]],
        "quota": quota_text(row),
        "may_accept": row.state == "proposed" and row.link_id is not None,
    }


def quota_text(row: Any) -> str:
    """25 工日/100m³; work counted in person-days needs no quota."""
    if row.quota_x100 is None:
        return "—"
    return "按工日" if row.unit == "工日" else f"{row.quota_x100} 工日/100{row.unit}"


@page("project.edit")
def to_project(request: ActingRequest, run_id: int) -> HttpResponse:
    """What the accepted lines would change in the project, before and after; written when a person confirms."""
    actor = request.actor
    run = queries.run(actor.scope, run_id)
    if run.project_id is None:
        raise NotFound("catalogue.run", "这份清单没有对应的项目，不能写入。")
    project = projects.project_row(actor.scope, run.project_id)
    given = request.POST or request.GET
    season = given.get("season") or LabourDemand.parse(project.labour_demand).season or _season(project)
    days_each, with_plan = given.get("days_each", "") or "60", given.get("with_plan", "1") == "1"
    error: DomainError | None = None
    draft: project_services.MatchDraft | None = None
    try:
        wanted: dict[str, Any] = {"days_each": _whole(days_each), "season": season, "with_plan": with_plan}
        if request.POST.get("confirmed"):
            project_services.write_from_match(actor, project.pk, run_id, **wanted, reason=given.get("reason", ""))
            messages.success(request, "已写入项目，修改前后的内容记入操作日志。")
            return redirect("web:project", project.pk)
        draft = project_services.draft_from_match(actor, project.pk, run_id, **wanted)
    except (InvalidInput, Conflict, RuleViolated) as err:
        error = err
    return render(
        request,
        "catalogue/to_project.html",
        {
            "title": "写入项目",
            "crumbs": [
                (project.name, reverse("web:project", args=[project.pk])),
                (run.title, reverse("web:match-run", args=[run_id])),
                ("写入项目", ""),
            ],
            "run": run,
            "p": project,
            "draft": draft,
            "error": error,
            "findings": [finding_document(f) for f in error.findings] if error else [],
            "season": season,
            "days_each": days_each,
            "with_plan": with_plan,
            "may_plan": allowed(actor, "project.register"),
        },
        status=error.status if error and request.method == "POST" else 200,
    )


def _season(project: Any) -> str:
    """3月至10月, from the project's own dates; "" when it has none."""
    if not (project.starts_on and project.ends_on):
        return ""
    return f"{project.starts_on.year}年{project.starts_on.month}月至{project.ends_on.year}年{project.ends_on.month}月"


def _whole(text: str) -> int:
    if not text.strip().isdigit() or len(text) > 4:
        raise InvalidInput("match.days", "每人出工天数请填整数。")
    return int(text)


@page("catalogue.match")
@require_POST
def accept_sure(request: ActingRequest, run_id: int) -> HttpResponse:
    """Accept every well-matched, estimated line at once."""
    done = services.accept_sure(request.actor, run_id, least=SURE_SCORE)
    messages.success(request, f"已采纳 {done} 行。")
    return redirect("web:match-run", run_id)


@page("catalogue.match")
@require_POST
def listing_decision(request: ActingRequest, run_id: int) -> HttpResponse:
    """Whether the project goes on the list (A06)."""
    queries.run(request.actor.scope, run_id)
    to_list = request.POST.get("listing") == "listed"
    try:
        services.decide_listing(request.actor, run_id, to_list=to_list, reason=request.POST.get("reason", ""))
    except RuleViolated as err:
        return _run_page(request, run_id, err)
    messages.success(request, "已登记为拟纳入清单。" if to_list else "已登记为不纳入清单，原因一并保存。")
    return redirect(f"{reverse('web:match-run', args=[run_id])}#listing")


@page("catalogue.match")
def table_j(request: ActingRequest, run_id: int) -> HttpResponse:
    """用工与报酬测算表 (forms J) as Excel, or as a Word or PDF paper (`format`)."""
    actor = request.actor
    permit(actor, "export.create")
    run = queries.run(actor.scope, run_id)
    lines, sums = queries.lines(actor.scope, run_id), queries.totals(actor.scope, run_id)
    place, demo, form = divisions.path_name(run.division_code), settings.DEMO_MODE, request.GET.get("format", "xlsx")
    if form in PAPERS:
        trades = queries.by_trade(actor.scope, run_id)
        data = PAPERS[form](table_j_document(run, lines, sums, trades, place=place, demo=demo))
    else:
        form, data = "xlsx", table_j_bytes(run, lines, sums, place=place, demo=demo)
    return attachment(data, f"用工与报酬测算表_{run.title[:40]}.{form}")


@page("catalogue.match")
def line(request: ActingRequest, match_line_id: int) -> HttpResponse:
    """One line: accept it, change link, quantity, quota or rate, or refuse it."""
    actor = request.actor
    row = queries.line(actor.scope, match_line_id)
    back = _back(request, row)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            step = request.POST.get("step", "")
            # accepting takes the line as it stands: what was typed into the form is a correction and is not dropped silently
            if step == "accept" and _differs(row, _correction(request)):
                raise InvalidInput(
                    "match.accept", "表中内容有改动。要按改动后的内容采用，请填写原因后点“按以上内容更正”。"
                )
            services.decide_line(actor, row.pk, step, _correction(request))
            messages.success(request, f"第 {row.number} 行已登记。")
            return redirect(back)
        except (InvalidInput, Conflict) as err:
            error = err
    likely: dict[str, int] = dict(([[row.link.code, row.score]] if row.link else []) + row.others)
    links = list(queries.links(actor.scope, row.run.edition_id))
    return render(
        request,
        "catalogue/line.html",
        {
            "title": f"第 {row.number} 行：{row.name}",
            "crumbs": [
                ("清单匹配", reverse("web:match")),
                (row.run.title, reverse("web:match-run", args=[row.run_id])),
                (f"第 {row.number} 行", ""),
            ],
            "row": row,
            "name": marked(row.name, row.words),
            "badge": badge_of(MATCH_LINE.state(row.state)),
            "quantity": quantity_text(row.quantity_x100).replace(",", "") if row.quantity_x100 is not None else "",
            "chosen": request.POST.get("link") or str(row.link_id or ""),
            "chosen_unit": request.POST.get("unit") or row.unit,
            "back": back,
            "likely": [(one, likely[one.code]) for one in links if one.code in likely],
            "other_links": [one for one in links if one.code not in likely],
            "units": list(UNITS),
            "rate": yuan_text(row.rate_fen).replace(",", "") if row.rate_fen else "",
            "steps": {t.name for t in MATCH_LINE.available(row.state)},
            "error": error,
            "given": request.POST,
        },
        status=error.status if error else 200,
    )


def _back(request: ActingRequest, row: Any) -> str:
    """The bill at this line, in the part and page of it one came from."""
    asked = {name: value for name in ("state", "page") if (value := request.GET.get(name, ""))}
    kept = urlencode({n: v for n, v in asked.items() if (v in TABS if n == "state" else v.isdigit())})
    return f"{reverse('web:match-run', args=[row.run_id])}{'?' + kept if kept else ''}#line-{row.pk}"


def _differs(row: Any, said: services.LineCorrection) -> bool:
    """Whether a form says other values than the line has; fields that were not sent say nothing."""
    names = ("link_id", "quantity_x100", "unit", "quota_x100", "rate_fen")
    has_note = said.machine_note is not None and said.machine_note.strip() != row.machine_note
    return has_note or any((value := getattr(said, n)) is not None and value != getattr(row, n) for n in names)


def _correction(request: ActingRequest) -> services.LineCorrection:
    """The form's fields; an empty one leaves the value. Raises InvalidInput for text that is no number."""
    post = request.POST
    unit = post.get("unit", "")
    if unit and unit not in UNITS:
        raise InvalidInput("match.unit", f"没有计量单位“{unit}”。")
    link = post.get("link", "")
    rate = post.get("rate", "").strip()
    return services.LineCorrection(
        link_id=int(link) if link.isdigit() else None,
        quantity_x100=_scaled(post.get("quantity", ""), 100, "工程量"),
        unit=unit or None,
        quota_x100=_scaled(post.get("quota", ""), 1, "用工定额"),
        rate_fen=fen_from_cell(rate, unit="元") if rate else None,
        machine_note=post.get("machine_note"),
        reason=post.get("reason", ""),
    )


def _scaled(text: str, scale: int, label: str) -> int | None:
    plain = text.strip().replace(",", "")
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation as err:
        raise InvalidInput("match.number", f"{label}“{text}”不是数字。") from err
    if not value.is_finite() or abs(value) > 10**12:
        raise InvalidInput("match.number", f"{label}“{text}”过大。")
    return int(round_half_up(value * scale))
