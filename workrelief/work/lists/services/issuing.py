"""Issuing an edition, withdrawing the newest one, closing a year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change_many
from workrelief.base.audit.sm3 import canonical, sm3_hex
from workrelief.base.divisions import queries as divisions
from workrelief.kernel import clock
from workrelief.kernel import codes as division_codes
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.findings import blockers
from workrelief.kernel.kinds import Track
from workrelief.work.lists import queries
from workrelief.work.lists.models import EditionLine, ListEdition, ListEntry
from workrelief.work.lists.queries.preview import (
    IssuePreview,
    PreviewLine,
    issue_preview,
    ready,
    series,
    title,
)
from workrelief.work.lists.rules.turns import issue_refusal
from workrelief.work.lists.services.entering import listing
from workrelief.work.lists.services.lives import enter_lists, leave_lists
from workrelief.work.lists.services.writing import closed_words, insert, move
from workrelief.work.lists.states import CONFIRMED, LEVEL_LABELS, LISTED
from workrelief.work.projects.queries import in_parts
from workrelief.work.projects.services import give_levels, put_on_year, take_off_year

_ACTION = "list.issue"
_MOST_NAMED = 10


def issue(
    actor: Actor, year: int, level: str, *, division: str, document_no: str, issued_on: date, track: str | None = None
) -> ListEdition:
    """Issue the list: confirmed entries are published, the edition frozen, the projects put on the year and the lives of
    the two promotions moved to `listed`, all in one transaction.

    Raises NotPermitted (not this office's list), InvalidInput (no document number, a day to come), Conflict (nothing
    changed since the edition before, or somebody issued meanwhile), RuleViolated (naming the projects that block).
    """
    division = division_codes.normalise(division)
    _require_paper(actor, level, division, document_no, issued_on, track)
    try:
        with change_many(actor, _ACTION, kind="lists.listedition", division=division, reason=document_no.strip()) as c:
            _lock_series(year, level, division, track or "")
            rows = _locked(actor, year, level, division, track or "")
            preview = issue_preview(actor.scope, year, level, division=division, track=track or "", rows=rows)
            _require_worth(preview)
            require_next_paper(year, level, division, track or "", document_no, issued_on)
            edition = _write(actor, preview, document_no.strip(), issued_on)
            c.label, c.target_id = edition.title, str(edition.pk)
            c.totals = {**edition.totals, "number": edition.number, "digest": edition.digest}
    except IntegrityError as err:
        raise Conflict("list.issued", "同一时刻有人印发了这份清单。请刷新后再看是否仍需印发。") from err
    return edition


def _require_paper(
    actor: Actor, level: str, division: str, document_no: str, issued_on: date, track: str | None
) -> None:
    if refusal := issue_refusal(actor, level, division):
        raise NotPermitted("list.turn", refusal)
    if not actor.scope.covers_division(division):
        raise NotFound("object.scope", "该行政区划不在您的数据范围内。")
    if not document_no.strip():
        raise InvalidInput("list.number", "请填写发文字号。", facts={"field": "document_no"})
    if issued_on > clock.today():
        raise InvalidInput("list.issued_on", "印发日期不能晚于今天。", facts={"field": "issued_on"})
    if track and track not in dict(Track.choices()):
        raise InvalidInput("list.track", f"没有项目线“{track}”。")


def require_next_paper(year: int, level: str, division: str, track: str, document_no: str, issued_on: date) -> None:
    """Raise InvalidInput when the document cannot follow the edition before: its number is taken, or it is the older one."""
    of_list = series(year, level, division_codes.normalise(division), track)
    previous = of_list.filter(state="issued").order_by("-number").first()
    if previous is None:
        return
    if previous.document_no == document_no.strip():
        raise InvalidInput(
            "list.document_no", f"发文字号“{previous.document_no}”已用于上一版清单，请核对。", facts={"field": "document_no"}
        )  # fmt: skip
    if issued_on < previous.issued_on:
        raise InvalidInput(
            "list.issued_on",
            f"印发日期不能早于上一版的印发日期（{previous.issued_on}）。",
            facts={"field": "issued_on"},
        )


def _lock_series(year: int, level: str, division: str, track: str) -> None:
    """The editions of a list under row locks, so that issuing and withdrawing follow one another."""
    list(series(year, level, division, track).order_by("pk").select_for_update().values_list("pk"))


def _locked(actor: Actor, year: int, level: str, division: str, track: str) -> list[ListEntry]:
    """Every entry of the list under row locks, so that two issues follow one another."""
    rows = ready(actor.scope, year, level, division=division, track=track)
    return list(rows.select_for_update(of=("self",)))


def _require_worth(preview: IssuePreview) -> None:
    if preview.is_closed:
        raise Conflict("list.closed", closed_words(preview.year, preview.level))
    if not preview.lines:
        raise Conflict("list.nothing", "没有已确认的项目，不能印发清单。请先逐级确认。")
    if not preview.has_changes:
        raise Conflict("list.unchanged", "与上一版清单相比没有变化，不必再次印发。")
    blocked = preview.blocked
    if blocked:
        first = blocked[0]
        stopping = blockers(preview.findings[first.entry.pk])
        names = "、".join(line.entry.project.name for line in blocked[:_MOST_NAMED])
        raise RuleViolated(
            stopping[0].rule_id, f"有{len(blocked)}个项目不符合列入条件：{names}。{stopping[0].message}",
            findings=preview.findings[first.entry.pk],
            facts={"entries": [line.entry.pk for line in blocked][:50], "blocked": len(blocked)},
        )  # fmt: skip


def _write(actor: Actor, preview: IssuePreview, document_no: str, issued_on: date) -> ListEdition:
    on_list = [line for line in preview.lines if line.change in ("in", "kept", "changed")]
    fresh = put_on_year(
        actor, [listing(line.entry) for line in on_list if line.change != "kept"], preview.year, listed_on=issued_on,
        action=_ACTION,
    )  # fmt: skip
    place = divisions.name(preview.division)
    totals = preview.totals
    edition = ListEdition.rows.create(
        year=preview.year, level=preview.level, division_code=preview.division, track=preview.track,
        number=preview.number, document_no=document_no[:60],
        title=title(preview.year, preview.level, place, preview.track, preview.number), issued_on=issued_on,
        issued_at=clock.now(), issued_by=actor.name[:60], previous=preview.previous, totals=vars(totals),
        digest=sm3_hex(b"\n".join(canonical(dict(line.fields) | {"change": line.change}) for line in preview.lines)),
    )  # fmt: skip
    insert([_line(edition, line, number, fresh) for number, line in enumerate(preview.lines, start=1)])
    _publish(actor, edition, on_list)
    moved = [line.entry.project_id for line in on_list if line.change == "in"]
    if moved:
        enter_lists(actor, moved, on=issued_on, reference=document_no, is_past=preview.year < clock.today().year)
    return edition


def _line(edition: ListEdition, line: PreviewLine, number: int, fresh: frozenset[int]) -> EditionLine:
    row = line.entry
    return EditionLine(
        edition=edition, entry=row, project_id=row.project_id, position=number, division_code=row.division_code,
        track=row.track, sector=row.sector, change=line.change, reason=line.reason[:200],
        difference={title: list(values) for title, values in line.difference.items()}, fields=dict(line.fields),
        was_listed_here=line.change == "in" and row.project_id in fresh, state_before=row.state,
    )  # fmt: skip


def _publish(actor: Actor, edition: ListEdition, lines: Sequence[PreviewLine]) -> None:
    """Entries of the edition are published; only those that moved get a step of their own."""
    moved = [line.entry for line in lines if line.entry.state not in ("published", "closed")]
    move(
        actor, moved, "publish", {row.pk: "published" for row in moved}, edition=edition,
        differences={line.entry.pk: line.difference for line in lines if line.difference},
    )  # fmt: skip
    rest = [line.entry.pk for line in lines if line.entry.edition_id != edition.pk]
    for part in in_parts(rest):
        ListEntry.rows.filter(pk__in=part).update(edition=edition)


def withdraw_edition(actor: Actor, edition_id: int, *, reason: str) -> ListEdition:
    """Take back the newest edition of a list: what it brought in goes back to confirmed, and the facts it posted are
    reversed; changed entries are `adjusted` again. What was promoted or taken out since stays as it is.

    Raises NotFound, NotPermitted, InvalidInput (no reason), Conflict (not the newest, or withdrawn already).
    """
    if not reason.strip():
        raise InvalidInput("B04", "撤回清单须写明理由（规则B04）。")
    with change_many(actor, _ACTION, kind="lists.listedition", reason=reason) as c:
        known = queries.edition_rows(actor.scope, edition_id).first()
        if known is None:
            raise NotFound("list.edition", "没有找到这份清单，或不在您的数据范围内。")
        _lock_series(known.year, known.level, known.division_code, known.track)
        edition = queries.edition_rows(actor.scope, edition_id).select_for_update().get()
        if refusal := issue_refusal(actor, edition.level, edition.division_code):
            raise NotPermitted("list.turn", refusal)
        if edition.state != "issued":
            raise Conflict("list.withdrawn", "这份清单已经撤回。")
        of_list = series(edition.year, edition.level, edition.division_code, edition.track)
        if of_list.filter(state="issued", number__gt=edition.number).exists():
            raise Conflict("list.newer", "之后还印发过新版清单，请从最新一版起撤回。")
        lines = list(EditionLine.objects.within(actor.scope).filter(edition=edition))
        rows = _locked(actor, edition.year, edition.level, edition.division_code, edition.track)
        if any(row.state == "closed" for row in rows):
            raise Conflict("list.closed", closed_words(edition.year, edition.level))
        taken = _take_back(actor, edition, lines, {row.pk: row for row in rows}, reason)
        edition.state, edition.withdrawn_at = "withdrawn", clock.now()
        edition.withdrawn_reason = reason.strip()[:200]
        edition.save(update_fields=["state", "withdrawn_at", "withdrawn_reason"])
        c.label, c.target_id = edition.title, str(edition.pk)
        c.totals = {"taken_back": taken, "number": edition.number}
    found: ListEdition = edition
    return found


def _take_back(
    actor: Actor, edition: ListEdition, lines: Sequence[EditionLine], rows: dict[int, ListEntry], reason: str
) -> int:
    came = [line for line in lines if line.change == "in" and line.entry_id in rows]
    changed = [rows[line.entry_id] for line in lines if line.change == "changed" and line.entry_id in rows]
    back = {line.entry_id: line.state_before or CONFIRMED[edition.level] for line in came}
    imported = [rows[pk] for pk, state in back.items() if state in (*LISTED, "closed")]
    entered = [rows[pk] for pk in back if rows[pk] not in imported]
    move(actor, entered, "withdraw", back, reason=reason, edition=edition.previous)
    move(actor, changed, "withdraw", {row.pk: "adjusted" for row in changed}, reason=reason, edition=edition.previous)
    for part in in_parts([row.pk for row in rows.values() if row.edition_id == edition.pk]):
        ListEntry.rows.filter(pk__in=part, edition=edition).update(edition=edition.previous)
    off = [line.project_id for line in came if line.was_listed_here]
    if off:
        take_off_year(actor, off, edition.year, action=_ACTION, reason=reason)
        leave_lists(actor, off, note=f"撤回清单：{reason}")
    _give_levels_back(actor, [rows[line.entry_id] for line in came if not line.was_listed_here], reason)
    return len(entered)


def _give_levels_back(actor: Actor, entries: Sequence[ListEntry], reason: str) -> None:
    """Projects that this edition took over from a lower list are of that level again, as they were before."""
    below = {row.promoted_from_id: row.project_id for row in entries if row.promoted_from_id}
    levels: dict[int, str] = {}
    for part in in_parts(sorted(below)):
        former = ListEntry.rows.filter(pk__in=part).values_list("pk", "level")
        levels |= {below[pk]: level for pk, level in former}
    if levels:
        give_levels(actor, levels, action=_ACTION, reason=reason)


def close_year(actor: Actor, year: int, level: str, *, division: str) -> int:
    """Close the published entries of a list at the end of its year; returns how many.

    Raises NotPermitted, Conflict while entries of it wait for somebody, or were adjusted and not issued again.
    """
    division = division_codes.normalise(division)
    if refusal := issue_refusal(actor, level, division):
        raise NotPermitted("list.turn", refusal)
    with change_many(actor, "list.close", kind="lists.listentry", division=division) as c:
        rows = _locked(actor, year, level, division, "")
        preview = issue_preview(actor.scope, year, level, division=division, rows=rows)
        if preview.waiting or preview.unissued:
            raise Conflict(
                "list.open",
                f"{year}年{LEVEL_LABELS[level]}清单还有{preview.waiting}项待确认、{preview.unissued}项变动待印发，不能关闭。",
                facts={"waiting": preview.waiting, "unissued": preview.unissued},
            )
        published = [row for row in rows if row.state == "published"]
        move(actor, published, "close", {row.pk: "closed" for row in published})
        c.label = f"{year}年{LEVEL_LABELS[level]}清单"
        c.totals = {"closed": len(published), "year": year, "level": level}
    return len(published)
