"""Rows of this room in and out by hundreds: a constant number of statements for every 500 entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.db.models import F, Model

from workrelief.base.access.actor import Actor
from workrelief.base.intake.bulk import bulk_insert, reserve_ids
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, NotFound
from workrelief.work.lists import queries
from workrelief.work.lists.models import EntryStep, ListEntry
from workrelief.work.lists.queries.preview import closed_lists
from workrelief.work.lists.states import LEVEL_LABELS, LIST_ENTRY, STANDING, next_office
from workrelief.work.projects.queries import in_parts

Expected = Mapping[int, str] | str | None
"""State the officer saw: of all entries, or by entry id."""


def insert(rows: Sequence[Model]) -> None:
    """Insert rows by the fast path of the database and give each its number."""
    if not rows:
        return
    model = type(rows[0])
    for row, number in zip(rows, reserve_ids(model, len(rows)), strict=True):
        row.pk = number
    columns = [f.attname for f in model._meta.concrete_fields]
    bulk_insert(model, columns, list(map(attrgetter(*columns), rows)))


def locked(actor: Actor, ids: Collection[int], expected: Expected = None) -> list[ListEntry]:
    """The entries with their projects, under row locks in one order. Raises NotFound, Conflict (somebody was faster)."""
    rows: list[ListEntry] = []
    for part in in_parts(set(ids)):
        chosen = queries.entry_rows(actor.scope, part).select_related("project").order_by("id")
        rows += chosen.select_for_update(of=("self",))
    if len(rows) < len(set(ids)) or not rows:
        raise NotFound("list.entry", "有清单记录不存在，或不在您的数据范围内。")
    for row in rows:
        seen = expected if isinstance(expected, str) or expected is None else expected.get(row.pk)
        if seen and seen != row.state:
            raise moved_on(row)
    return rows


def moved_on(row: ListEntry) -> Conflict:
    """Somebody else decided first: says who, what and when."""
    last = EntryStep.objects.filter(entry=row).order_by("-id").first()
    done = "已有变动"
    if last is not None:
        label = next((t.label for t in LIST_ENTRY.transitions if t.name == last.step), "办理")
        done = f"已由{last.by_name}于{last.at.astimezone(clock.CHINA):%m月%d日%H:%M}办理“{label}”"
    return Conflict(
        "list.moved", f"“{row.project.name}”{done}，现为“{row.state_label}”。请刷新后再定。",
        facts={"entry": row.pk, "state": row.state},
    )  # fmt: skip


def closed_words(year: int, level: str) -> str:
    return f"{year}年{LEVEL_LABELS[level]}清单已年度关闭，不再变动。需要安排的项目请列入以后年度的清单。"


def require_open_lists(rows: Sequence[ListEntry]) -> None:
    """Raise Conflict when an entry stands, or would stand, on a list whose year is closed."""
    closed = closed_lists({(row.year, row.level, row.division_code) for row in rows})
    for row in rows:
        if (row.year, row.level, row.division_code) in closed:
            raise Conflict("list.closed", f"“{row.project.name}”：{closed_words(row.year, row.level)}")


def move(
    actor: Actor, rows: Sequence[ListEntry], step: str, states: Mapping[int, str], *, reason: str = "",
    differences: Mapping[int, Mapping[str, Any]] | None = None, **values: Any,
) -> None:  # fmt: skip
    """Bring entries to their new states (by entry id), note the step of each; `values` are set on all of them."""
    note_steps(actor, rows, step, states, reason=reason, differences=differences)
    groups: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        row.state = states[row.pk]
        row.waits_for = next_office(row.division_code, row.level, row.state)
        row.is_standing = row.state in STANDING
        groups.setdefault((row.state, row.waits_for), []).append(row.pk)
    if reason:
        values["reason"] = reason[:200]
    for (state, waits_for), ids in groups.items():
        for part in in_parts(ids):
            ListEntry.rows.filter(pk__in=part).update(
                state=state, waits_for=waits_for, is_standing=state in STANDING, version=F("version") + 1,
                updated_at=clock.now(), **values,
            )  # fmt: skip


def note_steps(
    actor: Actor, rows: Iterable[ListEntry], step: str, states: Mapping[int, str], *, reason: str = "",
    differences: Mapping[int, Mapping[str, Any]] | None = None, before: Mapping[int, str] | None = None,
) -> None:  # fmt: skip
    """Keep who did what, when and why, one line for each entry (rule B04)."""
    now = clock.now()
    insert(
        [
            EntryStep(
                entry=row, step=step, state_before=row.state if before is None else before.get(row.pk, ""),
                state_after=states[row.pk], at=now, by_name=actor.name[:60], post_label=actor.post_label[:120],
                reason=reason[:200], difference=dict((differences or {}).get(row.pk, {})),
            )
            for row in rows
        ]
    )  # fmt: skip
