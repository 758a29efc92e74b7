"""Project years and fund sources as rows of the ledger."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from workrelief.figures.ledger.seal import sealed_among
from workrelief.kernel import clock
from workrelief.kernel.kinds import FundType, ProjectEvent, Sector, Track
from workrelief.kernel.period import month_index
from workrelief.work.projects.models import FundSource, Project, ProjectYear

Row = tuple[int | date | None, ...]


def _common(project: Project, *, on: date, source: int, batch_id: int) -> Row:
    return (
        on,
        month_index(on),
        int(project.division_code),
        Track.of_id(project.track).code,
        Sector.of_id(project.sector).code,
        project.pk,
        source,
        batch_id,
        None,
    )


def year_row(project: Project, listed: ProjectYear, *, on: date | None = None) -> Row:
    """A project_fact: the project is implemented in that year. `on` moves a correction into an open month."""
    return (
        *_common(project, on=on or listed.listed_on, source=listed.pk, batch_id=listed.batch_id),
        ProjectEvent.IMPLEMENTED.code,
        1,
        listed.investment_fen,
        listed.planned_workers,
        listed.planned_pay_fen,
    )


def fund_row(project: Project, fund: FundSource, *, on: date) -> Row:
    """A fund_fact on the day `on`: that of issuing the money, or the listing day while it is only planned."""
    return (
        *_common(project, on=on, source=fund.pk, batch_id=fund.batch_id),
        FundType.of_id(fund.fund_type).code,
        fund.planned_fen,
        fund.issued_fen,
    )


def open_day(day: date) -> date:
    """The day itself while its month is open, otherwise today: a late fact is a correction in the open period."""
    return clock.today() if sealed_among([month_index(day)]) else day


def fund_rows(
    project: Project,
    fund: FundSource,
    *,
    listed_on: date | None,
    closed: Collection[int] = (),
    late: date | None = None,
) -> list[Row]:
    """All fund_facts of a source: one row, or with money from plans the planned amount and one row for each issue.

    Without `listed_on` the project stands on no list yet and the planned amount waits. A row whose month is in `closed`
    counts on the day `late`.
    """
    if not fund.issues:
        day = fund.issued_on or listed_on
        rows = [fund_row(project, fund, on=day)] if day and listed_on else []
    else:
        rows = [planned_row(project, fund, on=listed_on)] if listed_on else []
        kind = FundType.of_id(fund.fund_type).code
        for text, fen in fund.issues:
            common = _common(project, on=date.fromisoformat(text), source=fund.pk, batch_id=fund.batch_id)
            rows.append((*common, kind, 0, fen))
    if late is None:
        return rows
    return [(late, month_index(late), *row[2:]) if row[1] in closed else row for row in rows]


def planned_row(project: Project, fund: FundSource, *, on: date) -> Row:
    """A fund_fact of the planned amount alone; the issued money has rows of its own."""
    common = _common(project, on=on, source=fund.pk, batch_id=fund.batch_id)
    return (*common, FundType.of_id(fund.fund_type).code, fund.planned_fen, 0)


def listing_day(year: int, listed_on: date | None) -> date:
    """The day a listing counts for: as given when it lies in the year, otherwise 31 December of the year."""
    return listed_on if listed_on and listed_on.year == year else date(year, 12, 31)
