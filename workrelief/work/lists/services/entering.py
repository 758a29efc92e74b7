"""Putting projects on the reserve of a year's list, by hand or with an imported form F."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change_many
from workrelief.base.law.parameters import parameters
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.findings import blockers
from workrelief.kernel.money import wan_text
from workrelief.work.lists import queries
from workrelief.work.lists.models import ListEntry
from workrelief.work.lists.rules import gates
from workrelief.work.lists.rules.turns import published_refusal
from workrelief.work.lists.services.doubles import drop_open_pairs
from workrelief.work.lists.services.writing import insert, note_steps, require_open_lists
from workrelief.work.lists.states import LEVEL_LABELS, LEVELS, chain, next_office, office_level
from workrelief.work.projects import queries as projects
from workrelief.work.projects.services import YearListing, put_on_year

FIRST_YEAR = 2015
"""Lists of earlier years are not kept here; nothing is planned further ahead than the year to come."""
START_STATES = ("draft", "published")


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """One project for one year's list. Amounts in fen; None takes what the project says."""

    project_id: int
    year: int
    level: str
    investment_fen: int | None = None
    planned_investment_fen: int = 0
    done_investment_fen: int = 0
    planned_workers: int | None = None
    planned_pay_fen: int | None = None
    reason: str = ""


def enter(
    actor: Actor, project_id: int, year: int, level: str, *, planned_investment_fen: int = 0, reason: str = ""
) -> ListEntry:
    """Put a registered project on the reserve (draft) of a year's list.

    Raises NotFound, InvalidInput (a level below the project's own office), Conflict B01 when it stands on a list of that
    year already.
    """
    project = projects.stored(actor.scope, {project_id}).get(project_id)
    if project is not None and planned_investment_fen > project.investment_fen > 0:
        total = wan_text(project.investment_fen)
        raise InvalidInput(
            "list.planned_investment", f"年度计划投资不能超过项目总投资（{total}万元）。", facts={"field": "planned_investment"}
        )  # fmt: skip
    new = NewEntry(
        project_id=project_id, year=year, level=level, planned_investment_fen=planned_investment_fen, reason=reason
    )
    return queries.entry(actor.scope, enter_many(actor, [new])[0])


def enter_many(
    actor: Actor, new: Sequence[NewEntry], *, state: str = "draft", action: str = "list.enter", batch_id: int = 0
) -> list[int]:
    """Enter many in one change; ids of the entries in order. `state` published is for lists of past years that were
    issued before this platform, and for a list of this year its own office issued elsewhere; those projects are put on the
    year. Constant number of statements for every 500.

    Raises NotFound, InvalidInput, Conflict B01; for a list of this year NotPermitted A02 and RuleViolated B02, B03.
    """
    if state not in START_STATES:
        raise InvalidInput("list.state", f"不能以“{state}”状态列入清单。")
    if not new:
        raise InvalidInput("list.empty", "没有可以列入清单的项目。")
    now = clock.now()
    with change_many(actor, action, kind="lists.listentry", reason=new[0].reason) as opened:
        known = projects.stored(actor.scope, {one.project_id for one in new})
        _require_free(new, known)
        if state == "published":
            _require_issued(actor, new, known)
        rows = []
        for one in new:
            project = known[one.project_id]
            _require_level(project.name, project.division_code, one)
            rows.append(
                ListEntry(
                    project=project, year=one.year, level=one.level, track=project.track, sector=project.sector,
                    division_code=project.division_code, state=state, is_standing=True,
                    waits_for=next_office(project.division_code, one.level, state),
                    investment_fen=_or(one.investment_fen, project.investment_fen),
                    planned_investment_fen=one.planned_investment_fen, done_investment_fen=one.done_investment_fen,
                    planned_workers=_or(one.planned_workers, project.planned_workers),
                    planned_pay_fen=_or(one.planned_pay_fen, project.planned_pay_fen),
                    reason=one.reason[:200], batch_id=batch_id, updated_at=now, version=1,
                )
            )  # fmt: skip
        require_open_lists(rows)
        try:
            insert(rows)
        except IntegrityError as err:
            raise Conflict("B01", "同一时刻有人把其中的项目列入了清单。请刷新后再试。") from err
        note_steps(actor, rows, "enter", {row.pk: state for row in rows}, reason=new[0].reason, before={})
        if state == "published":
            _put_on_years(actor, rows, action, batch_id)
        opened.label = rows[0].project.name + (f"等{len(rows)}个项目" if len(rows) > 1 else "")
        opened.target_id = str(rows[0].pk) if len(rows) == 1 else ""
        opened.totals = {
            "entries": len(rows), "state": state, "batch_id": batch_id, "years": sorted({r.year for r in rows}),
        }  # fmt: skip
    return [row.pk for row in rows]


def _require_issued(actor: Actor, new: Sequence[NewEntry], known: Mapping[int, Any]) -> None:
    """What is published this year was issued by this office, and complete: the same gates as on the way up."""
    on = clock.today()
    fresh = [one for one in new if one.year >= on.year]
    if not fresh:
        return
    facts = projects.listing_facts(actor.scope, {one.project_id: one.year for one in fresh})
    for one in fresh:
        project = known[one.project_id]
        if refusal := published_refusal(actor, one.level, project.division_code):
            raise NotPermitted("A02", f"“{project.name}”不能以已发布列入：{refusal}")
        if stopping := blockers(gates.entry(facts[one.project_id], parameters(on=on))):
            raise RuleViolated(stopping[0].rule_id, f"“{project.name}”：{stopping[0].message}", findings=stopping)


def withdraw_entries(actor: Actor, batch_id: int) -> int:
    """Take back the entries an import brought, before its projects go. Raises Conflict when one has moved on since."""
    with change_many(actor, "import.undo", kind="lists.listentry") as opened:
        rows = ListEntry.objects.within(actor.scope).filter(batch_id=batch_id)
        moved = rows.filter(version__gt=1).select_related("project").first()
        if moved is not None or rows.filter(lines__isnull=False).exists():
            name = f"“{moved.project.name}”" if moved is not None else "有项目"
            raise Conflict("import.in_use", f"该批次的{name}已在清单上办理或印发过，不能撤销。请先撤回清单或调出项目。")
        ids = list(rows.values_list("project_id", flat=True))
        done = rows.count()
        drop_open_pairs(ids)
        rows.delete()
        opened.target_id, opened.totals = str(batch_id), {"batch_id": batch_id, "entries": done}
    return done


def _or(given: int | None, otherwise: int) -> int:
    return otherwise if given is None else given


def _require_level(name: str, division: str, one: NewEntry) -> None:
    if not FIRST_YEAR <= one.year <= clock.today().year + 1:
        raise InvalidInput("B01", f"清单年度“{one.year}”不合理，请填写{FIRST_YEAR}年至明年之间的年度。")
    if one.level not in LEVELS:
        raise InvalidInput("B01", f"清单级次“{one.level}”不是省、市、县三级之一。")
    if not chain(division, one.level):
        own = LEVEL_LABELS[office_level(division)]
        raise InvalidInput("B01", f"“{name}”为{own}项目，不能列入{LEVEL_LABELS[one.level]}清单。")


def _require_free(new: Sequence[NewEntry], known: Mapping[int, Any]) -> None:
    """One project stands once on the lists of a year (B01)."""
    wanted = {(one.project_id, one.year) for one in new}
    if missing := {one.project_id for one in new} - known.keys():
        raise NotFound("project.missing", f"有 {len(missing)} 个项目不存在，或不在您的数据范围内。")
    if len(wanted) < len(new):
        raise Conflict("B01", "同一项目在同一年度只列一次。")
    for part in projects.in_parts({one.project_id for one in new}):
        standing = ListEntry.objects.unscoped("a place taken elsewhere is taken all the same")
        rows = standing.filter(project__in=part, is_standing=True).values_list("project_id", "year", "level", "state")
        for project_id, year, level, _ in rows:
            if (project_id, year) in wanted:
                raise Conflict(
                    "B01",
                    f"“{known[project_id].name}”已在{year}年{LEVEL_LABELS[level]}清单内，同一项目在同一年度只列一级。",
                    facts={"project": project_id, "level": level},
                )


def _put_on_years(actor: Actor, rows: Sequence[ListEntry], action: str, batch_id: int) -> None:
    by_year: dict[int, list[ListEntry]] = {}
    for row in rows:
        by_year.setdefault(row.year, []).append(row)
    for year, entries in by_year.items():
        put_on_year(actor, [listing(row) for row in entries], year, listed_on=None, action=action, batch_id=batch_id)


def listing(row: ListEntry) -> YearListing:
    """An entry as the register takes it over."""
    return YearListing(
        project_id=row.project_id, list_level=row.level, investment_fen=row.investment_fen,
        planned_workers=row.planned_workers, planned_pay_fen=row.planned_pay_fen,
        planned_investment_fen=row.planned_investment_fen, done_investment_fen=row.done_investment_fen,
    )  # fmt: skip
