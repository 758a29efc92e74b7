"""三级清单: the entries of a year by level, track and state, and steps taken with many of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.base.divisions import queries as divisions
from workrelief.base.law import registry
from workrelief.faces.shared.acting import ActingRequest, page
from workrelief.faces.shared.errors import finding_document
from workrelief.faces.shared.paging import MANY, paginate, query_url
from workrelief.faces.shared.stamp import Stamp
from workrelief.faces.shared.tables import Column, build_table, ordered
from workrelief.faces.shared.text import fen_yi, number
from workrelief.faces.web import listing
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, RuleViolated
from workrelief.kernel.kinds import Sector, Track
from workrelief.work.lists import queries, services
from workrelief.work.lists.queries.blocking import StepLine, StepPreview, step_preview
from workrelief.work.lists.queries.counting import counts as counts_of_list
from workrelief.work.lists.rules.turns import office_of
from workrelief.work.lists.states import LEVEL_LABELS, LEVELS, LIST_ENTRY

LINES_SHOWN = 200
NAMED = 5
ORDER = ("draft", "submitted", "county_confirmed", "city_confirmed", "prov_confirmed", "published", "adjusted",
         "closed", "promoted", "taken_out")  # fmt: skip


class EntryForm(listing.ListForm):
    """Filters of the lists; level, track and state are tabs and travel hidden."""

    text = forms.CharField(label="项目名称", max_length=80, widget=forms.TextInput(attrs={"placeholder": "名称或代码"}))
    year = forms.TypedChoiceField(
        label="年度", coerce=int, empty_value=None, choices=lambda: [(str(y), f"{y} 年") for y in _years()]
    )
    sector = forms.ChoiceField(label="领域", choices=listing.any_of(Sector.choices()))
    waits_for = forms.ChoiceField(
        label="等待办理", choices=listing.any_of([(k, f"{LEVEL_LABELS[k]}发改部门") for k in LEVELS])
    )
    level = forms.ChoiceField(choices=listing.any_of(LEVEL_LABELS.items()), widget=forms.HiddenInput)
    track = forms.ChoiceField(choices=listing.any_of((t.id, t.short) for t in Track), widget=forms.HiddenInput)
    state = forms.ChoiceField(choices=listing.any_of(LIST_ENTRY.choices()), widget=forms.HiddenInput)
    division = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest, year: int) -> None:
        super().__init__(request)
        self.data = request.GET.copy()
        self.data["year"] = str(year)  # the list is always of one year: what stands here is what is shown

    def wanted(self, division: str, year: int) -> queries.EntryFilter:
        state = self.value("state") or ""
        return queries.EntryFilter(
            year=year,
            level=self.value("level") or "",
            division=division,
            tracks=self.values("track"),
            sectors=self.values("sector"),
            states=(state,) if state else (),
            waits_for=self.value("waits_for") or "",
            is_standing=None if state else True,
            text=self.value("text") or "",
        )


def _years() -> list[int]:
    newest = max(clock.today().year + 1, 2023)
    return list(range(newest, 2019, -1))


def chosen_year(request: HttpRequest, actor: Actor) -> int:
    """The year asked for, else the newest with entries in scope, else this year."""
    asked = request.GET.get("year", "") or request.POST.get("year", "")
    if asked.isdigit() and int(asked) in _years():
        return int(asked)
    there = queries.years(actor.scope)
    return there[0] if there else clock.today().year


COLUMNS = (
    Column(
        "name", "项目名称", value="project.name", sub=lambda r: r.project.code or "未赋码", sub_label="代码", lead=True,
        link=lambda r: reverse("web:lists-entry", args=[r.pk]), sort="project__name_key",
    ),
    Column("level", "级次", value="level_label"),
    Column(
        "track", "项目线", value=lambda r: Track.of_id(r.track).short, sub=lambda r: Sector.of_id(r.sector).label,
        sub_label="领域",
    ),
    listing.place_column(sort="division_code"),
    Column("investment", "总投资", kind="wan", value="investment_fen", sort="investment_fen"),
    Column("planned_workers", "拟吸纳", kind="number", unit="人", sort="planned_workers"),
    Column("planned_pay", "拟发报酬", kind="wan", value="planned_pay_fen", sort="planned_pay_fen"),
    Column(
        "state", "状态", kind="badge", value=lambda r: LIST_ENTRY.state(r.state),
        sub=lambda r: f"等待{LEVEL_LABELS[r.waits_for]}" if r.waits_for and r.state != "draft" else "",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Tab:
    """A choice with its number and address."""

    label: str
    count: int
    url: str
    is_on: bool


@page("list.view")
def entry_list(request: ActingRequest) -> HttpResponse:
    """The year's entries: tabs, filters, tree, table with check boxes, sums, export."""
    actor = request.actor
    year = chosen_year(request, actor)
    form = EntryForm(request, year)
    division = listing.chosen_division(request, actor)
    wanted = form.wanted(division, year)
    if request.GET.get("export"):
        rows = _in_order(request, queries.entries(actor.scope, wanted))
        return listing.export_rows(actor, f"{year}年适用项目清单", COLUMNS, rows, demo=settings.DEMO_MODE)
    counts = counts_of_list(actor.scope, wanted, listing.deepest(actor, division))
    total, sums = listing.standing(counts.under, division)
    rows = _in_order(request, queries.entries(actor.scope, wanted, along_order=total >= MANY))
    shown = paginate(request, rows, total=total)
    steps = _bulk_steps(actor)
    doubles = queries.duplicates(actor.scope, year).count() if allowed(actor, "list.decide_duplicate") else 0
    return render(
        request,
        "lists/list.html",
        {
            "title": "三级清单",
            "crumbs": [("三级清单", "")],
            "stamp": Stamp(as_of=clock.now()),
            "guide": registry.guide("list-submit"),
            "form": form,
            "year": year,
            "levels": _tabs(request, "level", [("", "全部级次"), *((k, LEVEL_LABELS[k]) for k in reversed(LEVELS))],
                            counts.by_level, wanted.level),
            "tracks": _tabs(request, "track", [("", "全部"), *((t.id, t.short) for t in Track)], counts.by_track,
                            wanted.tracks[0] if wanted.tracks else ""),
            "states": _state_tabs(request, counts.by_state, wanted.states[0] if wanted.states else ""),
            "table": build_table(request, COLUMNS, shown, caption="三级清单", id="entries", select="entry" if steps else ""),
            "steps": steps,
            "whole": query_url(request, page=None).partition("?")[2],
            "page": shown,
            "noun": "个项目",
            "sums": _sums(sums) if total else "",
            "place": divisions.path_name(division or actor.home),
            "tree": listing.division_tree(request, actor, division, counts.under.numbers),
            "export_url": query_url(request, export="1", page=None) if allowed(actor, "export.create") else "",
            "may_issue": allowed(actor, "list.issue") and bool(office_of(actor)),
            "doubles": doubles,
            "empty_title": f"{year} 年没有符合条件的清单项目",
            "empty_cause": "项目在项目页“列入清单”后进入储备，也可由适用项目清单导入",
            "empty_url": reverse("web:projects"),
            "empty_action": "到项目清单",
        },
    )  # fmt: skip


def _in_order(request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    return ordered(request, rows, COLUMNS, default="division_code") if request.GET.get("sort") else rows


def _tabs(request: HttpRequest, name: str, choices: list[tuple[str, str]], counts: Any, chosen: str) -> list[Tab]:
    return [
        Tab(label, counts.get(key, 0), query_url(request, **{name: key or None, "page": None}), key == chosen)
        for key, label in choices
    ]


def _state_tabs(request: HttpRequest, counts: Any, chosen: str) -> list[Tab]:
    """All standing ones, then each state that has any or is chosen."""
    keys = [key for key in ORDER if counts.get(key) or key == chosen]
    return _tabs(request, "state", [("", "全部"), *((k, LIST_ENTRY.state(k).label) for k in keys)], counts, chosen)


def _sums(totals: tuple[int, ...]) -> str:
    published, investment_fen, planned_workers = totals
    return f"已发布 {number(published)} 个，总投资 {fen_yi(investment_fen)} 亿元 · 拟吸纳 {number(planned_workers)} 人"


def _bulk_steps(actor: Actor) -> list[tuple[str, str]]:
    """(step, word) of the buttons above the table, for the duties of this post."""
    office = office_of(actor)
    if not office:
        return []
    found = [("submit", "上报")] if allowed(actor, "list.enter") else []
    if allowed(actor, _confirm_right(office)):
        found.append(("confirm", f"{LEVEL_LABELS[office]}确认"))
    if allowed(actor, "list.return"):
        found.append(("return", "退回"))
    if allowed(actor, "list.promote"):
        found.append(("promote", "提级"))
    if allowed(actor, "list.adjust"):
        found.append(("take_out", "调出"))
    return found


def _confirm_right(office: str) -> str:
    return {
        "county": "list.confirm_county",
        "city": "list.confirm_city",
        "province": "list.confirm_province",
    }[office]


# ---------- steps with many ----------


@page("list.view")
@require_POST
def step(request: ActingRequest) -> HttpResponse:
    """First what each chosen project meets, with clauses; then, confirmed, the step with all that are ready."""
    actor = request.actor
    name = request.POST.get("step", "")
    seen = _seen(actor, request)
    preview = step_preview(actor, list(seen), name)
    error: DomainError | None = None
    if request.POST.get("confirmed"):
        try:
            done = _take(actor, preview, seen, request)
            messages.success(request, f"{preview.label}：已办理 {done} 个项目。")
            _tell_left(request, preview, seen)
            return redirect(f"{reverse('web:lists')}?{request.POST.get('back', '')}")
        except (InvalidInput, Conflict, RuleViolated) as err:
            error = err
            preview = step_preview(actor, list(seen), name)
    return render(
        request,
        "lists/step.html",
        {
            "title": f"{preview.label}：核对所选项目",
            "crumbs": [("三级清单", reverse("web:lists")), (preview.label, "")],
            "guide": registry.guide(preview.guide) if preview.guide else None,
            "preview": preview,
            "ready": [shown_line(line) for line in preview.ready[:LINES_SHOWN]],
            "blocked": [shown_line(line) for line in preview.blocked[:LINES_SHOWN]],
            "most": LINES_SHOWN,
            "levels": [(k, LEVEL_LABELS[k]) for k in preview.levels],
            "chosen": ",".join(f"{line.entry.pk}:{line.entry.state}" for line in preview.ready),
            "back": request.POST.get("back", ""),
            "given": request.POST,
            "error": error,
        },
        status=error.status if error else 200,
    )


def _tell_left(request: ActingRequest, preview: StepPreview, seen: dict[int, str]) -> None:
    """Name those that were ready when the officer looked and were not any more when the button was pressed."""
    left = [line for line in preview.blocked if line.entry.pk in seen]
    if not left:
        return
    names = "；".join(f"“{line.entry.project.name}”{line.refusal or '不再符合列入条件。'}" for line in left[:NAMED])
    messages.warning(request, f"核对期间有 {len(left)} 个项目已有变动，这次没有办理：{names}")


def shown_line(line: StepLine) -> dict[str, Any]:
    """An entry with what stands in its way, in words."""
    return {
        "entry": line.entry,
        "track": Track.of_id(line.entry.track).short,
        "state": LIST_ENTRY.state(line.entry.state),
        "refusal": line.refusal,
        "findings": [finding_document(f) for f in line.findings],
    }


def _seen(actor: Actor, request: ActingRequest) -> dict[int, str]:
    """{entry: the state the officer saw} from the second form, or from the boxes (or the whole result) of the first."""
    if request.POST.get("confirmed"):
        pairs = (part.partition(":") for part in request.POST.get("chosen", "").split(",") if part)
        return {int(pk): state for pk, _, state in pairs if pk.isdigit()}
    if request.POST.get("whole"):
        narrowed = HttpRequest()
        narrowed.GET = type(request.GET)(request.POST.get("back", ""))
        year = chosen_year(narrowed, actor)
        wanted = EntryForm(narrowed, year).wanted(listing.chosen_division(narrowed, actor), year)
        return dict(queries.entries(actor.scope, wanted).values_list("pk", "state")[:2_001])
    ids = [int(pk) for pk in request.POST.getlist("entry") if pk.isdigit()]
    return dict(queries.entry_rows(actor.scope, ids).values_list("pk", "state"))


def _take(actor: Actor, preview: StepPreview, seen: dict[int, str], request: ActingRequest) -> int:
    reason = request.POST.get("reason", "").strip()
    if preview.needs_reason and len(reason) < 4:
        raise InvalidInput("list.reason", "请写明理由，不少于 4 个字；理由随清单留存。")
    ids = [line.entry.pk for line in preview.ready]
    if not ids:
        raise InvalidInput("list.none", "所选项目都不能办理此步，请按所列原因处理。")
    if preview.step == "promote":
        level = request.POST.get("level", "")
        if level not in preview.levels:
            raise InvalidInput("list.level", "请选择提到哪一级清单。")
        services.promote_many(actor, ids, level, reason=reason, expected=seen)
    elif preview.step == "take_out":
        services.take_out_many(actor, ids, reason=reason, expected=seen)
    else:
        services.advance(actor, ids, preview.step, expected={pk: seen[pk] for pk in ids}, reason=reason)
    return len(ids)
