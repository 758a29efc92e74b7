"""A life as its pages draw it: phases, stations, offers with their gaps, guides with the standing of each clause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.urls import NoReverseMatch, reverse

from workrelief.base.law import registry
from workrelief.base.law.entries import Guide
from workrelief.faces.shared.tables import Badge
from workrelief.faces.web.menu import url_of
from workrelief.kernel.citation import Cite
from workrelief.kernel.findings import Finding, Severity, blockers
from workrelief.work.lifecycle.queries import LifeView, PaperView, StepOffer, TimelineStep
from workrelief.work.lifecycle.states import PROJECT_LIFE

PHASES = (("preparing", "前期工作"), ("building", "主体施工"), ("main_done", "主体完工"), ("in_use", "建成投用"))
SOON_DAYS = 3
"""With so many days left, or fewer, a limit is shown in amber."""
_TONES = {"grey": "", "blue": "run", "green": "done", "amber": "warn", "red": "stop"}
_GAP_TONES = {
    Severity.BLOCKER: ("stop", "缺项"),
    Severity.SERIOUS: ("stop", "须说明"),
    Severity.WARNING: ("warn", "提醒"),
    Severity.HINT: ("", "提示"),
}
_MARK_TONES = {"证": "done", "背": "", "核": "warn", "建议": ""}
_MARK_WORDS = {
    "证": "已查到原文",
    "背": "依据业务常识，未附原文",
    "核": "待与原文核对",
    "建议": "平台建议，须业务处室确认",
}
_ROOMS = {"funds": ("web:plans", "投资计划"), "lists": ("web:lists", "三级清单")}
_LISTS = {"E": ("web:workers", "看花名册"), "F": ("web:paysheets", "看发放表"), "G": ("web:training", "看培训")}
"""Where the rows behind a rule of this group stand, as a list narrowed to the project."""
_KEPT_AS = {
    "D02": "labour_estimate", "D04": "supervision_contract", "F23": "wage_account", "F24": "payment_guarantee",
    "E02": "recruitment_notice", "E06": "roster_filing", "H03": "pay_publicity", "H04": "pay_publicity",
    "H07": "signboard", "H09": "signboard", "I09": "photos", "Q22": "final_account", "G05": "public_posts",
    "B06": "labour_survey",
}  # fmt: skip
"""The paper that answers a rule, where one does: its form is one click away."""
_PAGES = {
    "C05": ("web:responsibilities", "填两个责任"),
    "Q05": ("web:project-money", "看资金"),
    "J": ("web:project-money", "看资金"),
    "F04": ("web:life-describe", "看承诺"),
}
"""Pages of the project where what a rule or a group asks for is kept."""


# ---------- days ----------


def days_badge(days_left: int | None) -> Badge | None:
    """剩 5 天, 今天到期, 逾期 3 天; None without a limit."""
    if days_left is None:
        return None
    if days_left < 0:
        return Badge(f"逾期 {-days_left} 天", "stop", "clock-exclamation")
    if days_left == 0:
        return Badge("今天到期", "warn", "clock")
    return Badge(f"剩 {days_left} 天", "warn" if days_left <= SOON_DAYS else "run", "clock")


def state_badge(state: str) -> Badge:
    """The state of a life as a badge."""
    found = PROJECT_LIFE.state(state)
    return Badge(found.label, _TONES[found.tone])


def mark_badge(mark: str) -> Badge:
    found = PROJECT_LIFE.marks[mark]
    return Badge(found.label, _TONES[found.tone])


# ---------- clauses and guides ----------


@dataclass(frozen=True)
class Clause:
    """A citation in words, and how well it stands: `mark` 证, 背, 核 or 建议 with a tone and an explanation."""

    text: str
    mark: str
    tone: str
    words: str


def clause_of(cite: Cite) -> Clause:
    """证 only when the document is at hand and somebody compared the clause."""
    document = registry.source(cite.source)
    if document.level == "平台":
        mark = "建议"
    elif document.status == "证":
        mark = "证" if cite.checked else "核"
    else:
        mark = document.status
    return Clause(document.cite_as + cite.clause, mark, _MARK_TONES.get(mark, ""), _MARK_WORDS.get(mark, ""))


@dataclass(frozen=True)
class RuleLine:
    """A rule the step is checked by: id, words, level."""

    id: str
    title: str
    level: str


@dataclass(frozen=True)
class ShownGuide:
    """A drawer: what to do, why, by which clause, with which papers, within which days, and who may."""

    id: str
    title: str
    why: str
    steps: tuple[str, ...]
    clauses: tuple[Clause, ...]
    papers: tuple[str, ...]
    days: str
    who: str
    rules: tuple[RuleLine, ...]


def guides_of(wanted: Iterable[tuple[str, Sequence[str]]]) -> tuple[ShownGuide, ...]:
    """The drawers of a page, each once: pairs of guide id and the duties that may act."""
    known = {guide.id: guide for guide in registry.guides()}
    who: dict[str, Sequence[str]] = {}
    for guide_id, duties in wanted:
        if guide_id in known and not who.get(guide_id):
            who[guide_id] = duties
    return tuple(_guide(known[guide_id], duties) for guide_id, duties in who.items())


def _guide(guide: Guide, duties: Sequence[str]) -> ShownGuide:
    rules = {rule.id: rule for rule in registry.rules()}
    days = guide.days_note or (f"{guide.days} 天" if guide.days is not None else "")
    return ShownGuide(
        id=guide.id,
        title=guide.title,
        why=guide.why,
        steps=guide.steps,
        clauses=tuple(map(clause_of, guide.cites)),
        papers=guide.papers,
        days=days,
        who="、".join(duties) or guide.audience,
        rules=tuple(RuleLine(r, rules[r].title, rules[r].severity.label) for r in guide.rules if r in rules),
    )


# ---------- what stands in the way ----------


@dataclass(frozen=True)
class Gap:
    """What a rule said: tone and word of its level, the sentence, what to do, the clause, and where to do it.

    `is_upload`: the address is the form of a paper, for those who may hand in papers.
    """

    tone: str
    word: str
    message: str
    remedy: str
    rule_id: str
    clause: Clause | None
    url: str
    action: str
    is_upload: bool = False


def gaps_of(findings: Sequence[Finding], project_id: int) -> tuple[Gap, ...]:
    """Findings, strongest first."""
    order = list(Severity)
    return tuple(_gap(f, project_id) for f in sorted(findings, key=lambda f: order.index(f.severity)))


def _gap(finding: Finding, project_id: int) -> Gap:
    tone, word = _GAP_TONES[finding.severity]
    paper = finding.facts.get("paper") or _KEPT_AS.get(finding.rule_id)
    if paper:
        url, action = f"{reverse('web:life-paper', args=[project_id])}?kind={paper}", "登记材料"
    else:
        url, action = _where(finding, project_id)
    clause = clause_of(finding.cite) if finding.cite else None
    return Gap(tone, word, finding.message, finding.remedy, finding.rule_id, clause, url, action, bool(paper))


def _where(finding: Finding, project_id: int) -> tuple[str, str]:
    if finding.rule_id == "H11":
        return f"{reverse('web:life', args=[project_id])}#objections", "看异议"
    if finding.rule_id == "I08":
        return reverse("web:archive", args=[project_id]), "看档案"
    own = _PAGES.get(finding.rule_id) or _PAGES.get(finding.rule_id[:1])
    if own:
        url = _page_of(own[0], project_id)
        return (url, own[1]) if url else ("", "")
    place = _LISTS.get(finding.rule_id[:1])
    return (f"{reverse(place[0])}?project={project_id}", place[1]) if place else ("", "")


def _page_of(name: str, project_id: int) -> str:
    """Address of a page of the project; "" when no such page is built."""
    try:
        return reverse(name, args=[project_id])
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class ShownOffer:
    """A step out of the present state. `button` opens its form; `elsewhere` leads to the room that takes it."""

    step: str
    label: str
    target: str
    who: str
    is_mine: bool
    is_open: bool
    gaps: tuple[Gap, ...]
    blocking: int
    guide: str
    due_on: date | None
    days: Badge | None
    form_url: str
    elsewhere: tuple[str, str]


def offers_of(offers: Sequence[StepOffer], life: LifeView) -> tuple[tuple[ShownOffer, ...], tuple[ShownOffer, ...]]:
    """(ways forward, detours and ends); of the latter only those the actor may take."""
    known = {guide.id for guide in registry.guides()}
    forward = tuple(_offer(o, life, known) for o in offers if o.kind == "main")
    aside = tuple(_offer(o, life, known) for o in offers if o.kind != "main" and o.permitted and not o.room)
    return forward, aside


def _offer(offer: StepOffer, life: LifeView, guides: set[str]) -> ShownOffer:
    name, label = _ROOMS.get(offer.room, ("", ""))
    return ShownOffer(
        step=offer.step,
        label=offer.label,
        target=offer.target.label,
        who="、".join(offer.who),
        is_mine=offer.permitted and not offer.room,
        is_open=offer.is_open,
        gaps=gaps_of(offer.findings, life.project_id),
        blocking=len(blockers(offer.findings)),
        guide=offer.guide if offer.guide in guides else "",
        due_on=offer.due_on,
        days=days_badge(offer.days_left),
        form_url=reverse("web:life-step", args=[life.project_id, offer.step]),
        elsewhere=(label, url_of(name)) if offer.room and offer.permitted else ("", ""),
    )


# ---------- the time line ----------


@dataclass(frozen=True)
class Station:
    """One line of 全程: `tone` done, run, late, todo or skip; papers are (title, address or "").

    `gaps` are what the rules remarked when it was done; of the current one `blocking` says how many stand in the way.
    """

    tone: str
    icon: str
    label: str
    state: str
    on: date | None
    who: str
    reference: str
    note: str
    papers: tuple[tuple[str, str], ...]
    days: Badge | None
    due_on: date | None
    guide: str
    gaps: tuple[Gap, ...]
    blocking: int
    is_history: bool
    is_detour: bool


@dataclass(frozen=True)
class Stretch:
    """Stations of one phase that follow each other; `is_open` unless all of it is done and something else is not."""

    label: str
    stations: tuple[Station, ...]
    is_open: bool
    words: str


@dataclass(frozen=True)
class Phase:
    """A field of the bar: `tone` done, run, late or todo; `cells` the tones of its steps; `words` below them."""

    label: str
    tone: str
    icon: str
    done: int
    total: int
    cells: tuple[str, ...]
    words: str


_STATION = {
    "done": ("done", "check"),
    "skipped": ("skip", "minus"),
    "current": ("run", "player-play"),
    "coming": ("todo", "point"),
}
_PHASE_ICONS = {"done": "circle-check", "run": "progress", "late": "clock-exclamation", "todo": "circle-dashed"}


def stretches(steps: Sequence[TimelineStep], life: LifeView) -> tuple[Stretch, ...]:
    """全程 in the order of time, cut where the phase changes."""
    labels = dict(PHASES)
    guides = {guide.id for guide in registry.guides()}
    found = []
    for phase, part in groupby(steps, key=lambda step: step.state.phase):
        rows = tuple(part)
        stations = tuple(_station(row, life, guides) for row in rows)
        is_past = all(row.status in ("done", "skipped") for row in rows)
        found.append(Stretch(labels.get(phase, "办结"), stations, not is_past, _span(rows)))
    if any(stretch.is_open for stretch in found):
        return tuple(found)
    return tuple(replace(stretch, is_open=True) for stretch in found)


def _span(rows: Sequence[TimelineStep]) -> str:
    """2022-03-01 至 2022-05-20 of what is done."""
    days = [row.on for row in rows if row.on and row.status in ("done", "current")]
    if not days:
        return ""
    return min(days).isoformat() if len(days) == 1 else f"{min(days).isoformat()} 至 {max(days).isoformat()}"


def _station(row: TimelineStep, life: LifeView, guides: set[str]) -> Station:
    tone, icon = _STATION[row.status]
    if row.status == "current" and row.days_left is not None and row.days_left < 0:
        tone, icon = "late", "clock-exclamation"
    who = "、".join(part for part in (row.by_name, row.by_post) if part) or "、".join(row.who)
    return Station(
        tone=tone,
        icon=icon,
        label=row.label,
        state=row.state.label,
        on=row.on,
        who=who,
        reference=row.reference,
        note=row.note,
        papers=tuple((_title(paper), paper_url(paper)) for paper in row.papers),
        days=days_badge(row.days_left) if row.status in ("current", "coming") else None,
        due_on=row.due_on,
        guide=row.guide if row.guide in guides else "",
        gaps=gaps_of(row.findings, life.project_id) if row.status == "done" else (),
        blocking=len(blockers(row.findings)) if row.status == "current" else 0,
        is_history=row.is_history,
        is_detour=row.is_detour,
    )


def _title(paper: PaperView) -> str:
    return "　".join(part for part in (paper.title or paper.kind.label, paper.number) if part)


def paper_url(paper: PaperView) -> str:
    """Address of the stored file, or "" when only its particulars are known."""
    return reverse("web:life-paper-file", args=[paper.id]) if paper.file_id is not None else ""


def phases(steps: Sequence[TimelineStep], life: LifeView) -> tuple[Phase, ...]:
    """The four stages of progress, one cell for each step of the way."""
    found = []
    for phase, label in PHASES:
        rows = [row for row in steps if row.state.phase == phase and not row.is_detour]
        cells = tuple(_cell(row, life) for row in rows)
        done = sum(cell in ("done", "skip") for cell in cells)
        tone = (
            "late"
            if "late" in cells
            else "run"
            if "run" in cells
            else "done"
            if cells and done == len(cells)
            else "todo"
        )
        if tone == "todo" and done:
            tone = "run"
        now = next((row for row in rows if row.status == "current"), None)
        words = f"待办：{now.label}" if now else _span(rows) or ("" if done else "尚未开始")
        found.append(Phase(label, tone, _PHASE_ICONS[tone], done, len(cells), cells, words))
    return tuple(found)


def _cell(row: TimelineStep, life: LifeView) -> str:
    if row.status == "current":
        return "late" if life.is_overdue else "run"
    return {"done": "done", "skipped": "skip"}.get(row.status, "todo")
