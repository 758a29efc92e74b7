"""What would stop projects from coming on the reserve of a year's list, one by one, before anybody presses the button."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from workrelief.base.access.actor import Actor
from workrelief.kernel.errors import InvalidInput
from workrelief.work.lists.models import ListEntry
from workrelief.work.lists.queries.blocking import MOST_AT_ONCE
from workrelief.work.lists.queries.preview import closed_lists
from workrelief.work.lists.states import LEVEL_LABELS, LIST_ENTRY, chain, office_level
from workrelief.work.projects import queries as projects


@dataclass(frozen=True)
class EnterLine:
    """One project: `refusal` says why it cannot be entered, "" when it can."""

    project: Any
    refusal: str


@dataclass(frozen=True)
class EnterPreview:
    """The chosen projects, those that may be entered first."""

    year: int
    level: str
    ready: tuple[EnterLine, ...]
    blocked: tuple[EnterLine, ...]


def enter_preview(actor: Actor, project_ids: Collection[int], year: int, level: str) -> EnterPreview:
    """What entering these projects on this list would meet. Constant number of statements for every 500. Raises InvalidInput."""
    if not project_ids:
        raise InvalidInput("list.none", "请先在项目清单里勾选项目。")
    if len(project_ids) > MOST_AT_ONCE:
        raise InvalidInput("list.many", f"一次最多列入 {MOST_AT_ONCE:,} 个项目，请分次办理。")
    known = projects.stored(actor.scope, set(project_ids))
    places: dict[int, ListEntry] = {}
    for part in projects.in_parts(known.keys()):
        standing = ListEntry.objects.unscoped("a place taken elsewhere is taken all the same")
        places |= {row.project_id: row for row in standing.filter(project__in=part, year=year, is_standing=True)}
    closed = closed_lists({(year, level, p.division_code) for p in known.values()})
    lines = [
        EnterLine(p, _refusal(p, year, level, places.get(p.pk), is_closed=(year, level, p.division_code) in closed))
        for p in sorted(known.values(), key=lambda p: (p.division_code, p.pk))
    ]
    return EnterPreview(
        year, level, tuple(x for x in lines if not x.refusal), tuple(x for x in lines if x.refusal)
    )  # fmt: skip


def _refusal(project: Any, year: int, level: str, taken: ListEntry | None, *, is_closed: bool) -> str:
    if taken is not None:
        state = LIST_ENTRY.state(taken.state).label
        return f"已在{year}年{taken.level_label}清单内（{state}），同一项目在同一年度只列一级（规则B01）。"
    if not chain(project.division_code, level):
        own = LEVEL_LABELS[office_level(project.division_code)]
        return f"{own}本级项目，不能列入{LEVEL_LABELS[level]}清单。"
    if is_closed:
        return f"{year}年{LEVEL_LABELS[level]}清单已年度关闭，请列入以后年度的清单。"
    return ""
