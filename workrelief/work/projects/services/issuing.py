"""Money that plans gave to projects: the issued amount of a source is the sum of what plans brought on which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change_many
from workrelief.figures.ledger.facts import FUND
from workrelief.figures.ledger.post import post, reverse_sources
from workrelief.figures.ledger.seal import sealed_among
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.kernel.kinds import FundType
from workrelief.kernel.money import wan_text
from workrelief.kernel.period import month_index
from workrelief.work.projects.models import FundSource, Project, ProjectYear
from workrelief.work.projects.queries.lookups import in_parts
from workrelief.work.projects.services.postings import fund_rows


@dataclass(frozen=True)
class IssuedFund:
    """All a project has from plans of one fund: pairs (day of issue, fen), recalled money left out."""

    project_id: int
    fund_type: FundType
    parts: tuple[tuple[date, int], ...]

    @property
    def total_fen(self) -> int:
        return sum(fen for _, fen in self.parts)


def issue_funds(
    actor: Actor, entries: Sequence[IssuedFund], *, action: str, on: date, label: str = "", reason: str = ""
) -> list[str]:
    """Make plans speak for the issued amounts of these sources; facts are taken back and posted anew, never deleted.

    Rows of open months are taken back where they stood, those of sealed months on the day `on`; a constant number of
    statements for each 500 projects. Returns sentences for amounts that were entered by hand and differed. Raises NotFound
    for a project out of scope or without that source, InvalidInput for an amount below zero.
    """
    if not entries:
        return []
    wanted = {(e.project_id, e.fund_type.id): e for e in entries}
    if any(fen < 0 for e in entries for _, fen in e.parts):
        raise InvalidInput("fund.negative", "下达额不能为负。")
    with change_many(actor, action, kind="projects.fundsource", reason=reason) as opened:
        projects = _projects(actor, {e.project_id for e in entries})
        sources = _sources(wanted)
        said = [_take(row, wanted[row.project_id, row.fund_type], projects[row.project_id]) for row in sources]
        FundSource.objects.bulk_update(sources, ["issued_fen", "issued_on", "issues"], batch_size=500)
        reverse_sources(FUND, [row.pk for row in sources], on=on, actor=actor, action=action)
        listed = _listing_days(projects)
        closed = set(sealed_among({month_index(day) for row in sources for day in _days(row, listed)}))
        rows = [
            row
            for source in sources
            for row in fund_rows(
                projects[source.project_id], source, listed_on=listed.get(source.project_id), closed=closed, late=on
            )
        ]
        if rows:
            post(FUND, rows, actor=actor, action=action)
        opened.label = label
        opened.totals = {"sources": len(sources), "issued_fen": sum(e.total_fen for e in entries)}
    return [sentence for sentence in said if sentence]


def _projects(actor: Actor, ids: set[int]) -> dict[int, Project]:
    found: dict[int, Project] = {}
    for part in in_parts(ids):
        rows = Project.objects.within(actor.scope).select_for_update().filter(pk__in=part).order_by("pk")
        found.update((row.pk, row) for row in rows)
    if ids - found.keys():
        raise NotFound("project.missing", "有项目没有登记，或不在您的数据范围内。")
    return found


def _sources(wanted: dict[tuple[int, str], IssuedFund]) -> list[FundSource]:
    found: dict[tuple[int, str], FundSource] = {}
    for part in in_parts({project_id for project_id, _ in wanted}):
        for row in FundSource.objects.filter(project__in=part):
            if (row.project_id, row.fund_type) in wanted:
                found[row.project_id, row.fund_type] = row
    lacking = wanted.keys() - found.keys()
    if lacking:
        project_id, kind = min(lacking)
        raise NotFound(
            "fund.source",
            f"项目（编号{project_id}）的资金来源里没有{FundType.of_id(kind).label}，请先在项目页补填。",
            facts={"project": project_id, "fund_type": kind},
        )
    return [found[key] for key in sorted(found)]


def _take(row: FundSource, entry: IssuedFund, project: Project) -> str:
    """Put the plans' amount on the source; a differing amount entered by hand is named."""
    before, was_by_hand = row.issued_fen, not row.issues
    row.issues = [[day.isoformat(), fen] for day, fen in entry.parts]
    row.issued_fen = entry.total_fen
    row.issued_on = entry.parts[-1][0] if entry.parts else None
    if was_by_hand and before and before != row.issued_fen:
        return (
            f"“{project.name}”原登记{entry.fund_type.label}已下达{wan_text(before)}万元，与计划文件的"
            f"{wan_text(row.issued_fen)}万元不同，已按计划文件更新；以前批次的请补录计划文件。"
        )
    return ""


def _listing_days(projects: dict[int, Project]) -> dict[int, date]:
    """The first listing day of each project that is listed, for the row that carries the planned amount."""
    found: dict[int, date] = {}
    for part in in_parts(projects.keys()):
        days = ProjectYear.objects.filter(project__in=part).order_by("-year").values_list("project", "listed_on")
        found.update(days)
    return found


def _days(row: FundSource, listed: dict[int, date]) -> list[date]:
    days = [date.fromisoformat(text) for text, _ in row.issues]
    return [*days, listed[row.project_id]] if row.project_id in listed else days
