"""What a person accepted of a matched bill of works, carried to its project: tasks, links, demand, pay and persons."""

from __future__ import annotations

from dataclasses import dataclass

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound
from workrelief.kernel.money import wan_text
from workrelief.work.catalogue import queries as catalogue
from workrelief.work.projects import queries
from workrelief.work.projects.models import Project
from workrelief.work.projects.rules import LabourDemand
from workrelief.work.projects.services.editing import ProjectChanges, edit_project


@dataclass(frozen=True)
class MatchDraft:
    """What would be written: the changes, and each particular as (label, before, after) in words; amounts in 万元."""

    run_id: int
    changes: ProjectChanges
    lines: tuple[tuple[str, str, str], ...]
    links: int
    waiting: int
    """Lines of the bill nobody has accepted, corrected or refused yet."""


def draft_from_match(
    actor: Actor, project_id: int, run_id: int, *, days_each: int, season: str, with_plan: bool = True
) -> MatchDraft:
    """What the accepted lines of a bill would change in its project, nothing written.

    `days_each` is how many days one person is expected to work: posts of a trade are its person-days over it, rounded up.
    `with_plan` asks for planned pay and persons too, which only officers who register projects may change.
    Raises NotFound (also for a bill of another project), Conflict when no line was accepted, InvalidInput.
    """
    project = queries.project_row(actor.scope, project_id)
    run = catalogue.run(actor.scope, run_id)
    if run.project_id != project_id:
        raise NotFound("catalogue.run", "这份清单不是本项目的。")
    if not 1 <= days_each <= 365:
        raise InvalidInput("match.days", "每人出工天数应在 1 至 365 天之间。")
    labour = catalogue.accepted_labour(actor.scope, run_id)
    if not labour:
        raise Conflict("match.accepted", "还没有采纳或更正的清单行。请先逐行核对，再写入项目。")
    by_trade: dict[str, int] = {}
    for one in labour:
        by_trade[one.trade or one.skill] = by_trade.get(one.trade or one.skill, 0) + one.days_x10
    posts = {trade: -(-days // (10 * days_each)) for trade, days in by_trade.items() if days}
    number = sum(posts.values())
    demand = LabourDemand(
        "、".join(f"{trade}{count}人" for trade, count in posts.items()),
        number or None,
        season.strip()[:60],
        "、".join(dict.fromkeys(one.skill for one in labour)),
    )
    plans = with_plan and allowed(actor, "project.register")
    changes = ProjectChanges(
        labour_tasks="、".join(dict.fromkeys(one.task for one in labour)),
        labour_links="、".join(dict.fromkeys(one.name for one in labour)),
        demand=demand,
        planned_pay_fen=sum(one.pay_fen for one in labour) if plans else None,
        planned_workers=max(number, project.planned_priority_workers) if plans and number else None,
    )
    waiting = catalogue.totals(actor.scope, run_id).by_state.get("proposed", 0)
    return MatchDraft(run_id, changes, _lines(project, changes), len({one.code for one in labour}), waiting)


def write_from_match(
    actor: Actor, project_id: int, run_id: int, *, days_each: int, season: str, with_plan: bool = True, reason: str = ""
) -> Project:
    """Write the draft to the project through `edit_project`, after a person saw before and after and confirmed.

    Raises as `draft_from_match` and `edit_project` do; Conflict when nothing would be different.
    """
    draft = draft_from_match(actor, project_id, run_id, days_each=days_each, season=season, with_plan=with_plan)
    if not draft.lines:
        raise Conflict("match.same", "项目里已经是这些内容，不必再写入。")
    said = reason.strip() or f"按工程量清单匹配结果（第 {run_id} 份）写入"
    return edit_project(actor, project_id, draft.changes, reason=said)


def _lines(project: Project, changes: ProjectChanges) -> tuple[tuple[str, str, str], ...]:
    demand = changes.demand.text.replace("｜｜", "｜未填｜") if changes.demand else ""
    rows = [
        ("适用的建设任务", project.labour_tasks, changes.labour_tasks or ""),
        ("用工环节", project.labour_links, changes.labour_links or ""),
        ("用工需求", project.labour_demand, demand),
    ]
    if changes.planned_pay_fen is not None:
        rows.append(("拟发劳务报酬（万元）", wan_text(project.planned_pay_fen), wan_text(changes.planned_pay_fen)))
    if changes.planned_workers is not None:
        rows.append(("拟吸纳人数", str(project.planned_workers), str(changes.planned_workers)))
    return tuple((label, before, after) for label, before, after in rows if before != after)
