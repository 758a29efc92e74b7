"""One project with everything that hangs on it: listings, funding, progress tables, and its figures from the ledger."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from workrelief.base.access.scope import Scope
from workrelief.figures.indicators.read import read
from workrelief.kernel.figure import FigureTable
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.kernel.period import Period
from workrelief.work.projects.models import ProgressReport, ProgressStage, Project
from workrelief.work.projects.queries.lists import project_row

PROJECT_FIGURES = (
    "headcount_project", "person_days", "wages_paid", "wages_due", "wages_per_head", "labour_pay_share",
)  # fmt: skip


@dataclass(frozen=True)
class FundLine:
    """One source of the money; amounts in fen."""

    id: int
    fund_type: FundType
    planned_fen: int
    issued_fen: int
    issued_on: date | None


@dataclass(frozen=True)
class YearLine:
    """The project on one year's list; amounts in fen."""

    id: int
    year: int
    listed_on: date
    investment_fen: int
    planned_workers: int
    planned_pay_fen: int
    planned_investment_fen: int
    done_investment_fen: int
    batch_id: int


@dataclass(frozen=True)
class ProjectDetail:
    """A project as its page shows it. `row` is the stored project; figures are those of the newest listed year."""

    row: Project
    track: Track
    sector: Sector
    stage: ProgressStage
    years: tuple[YearLine, ...]
    funds: tuple[FundLine, ...]
    progress: tuple[ProgressReport, ...]
    figures: FigureTable | None

    @property
    def id(self) -> int:
        return int(self.row.pk)

    @property
    def latest_year(self) -> int | None:
        """The newest year the project stands on a list."""
        return self.years[0].year if self.years else None

    @property
    def planned_fen(self) -> int:
        """Sum of the sources as approved, fen."""
        return sum(f.planned_fen for f in self.funds)

    @property
    def issued_fen(self) -> int:
        """Sum issued from all sources, fen."""
        return sum(f.issued_fen for f in self.funds)

    @property
    def central_issued_fen(self) -> int:
        """Issued central money, the denominator of the labour pay share (reading 16), fen."""
        return sum(f.issued_fen for f in self.funds if f.fund_type.is_central)


def project(scope: Scope, project_id: int) -> ProjectDetail:
    """A project with its listings (newest first), sources, progress tables and figures. Raises NotFound."""
    row = project_row(scope, project_id)
    years = tuple(
        YearLine(
            y.pk, y.year, y.listed_on, y.investment_fen, y.planned_workers, y.planned_pay_fen, y.planned_investment_fen,
            y.done_investment_fen, y.batch_id,
        )
        for y in row.years.filter(taken_off_on=None).order_by("-year")
    )  # fmt: skip
    funds = tuple(
        FundLine(f.pk, FundType.of_id(f.fund_type), f.planned_fen, f.issued_fen, f.issued_on)
        for f in sorted(row.fund_sources.all(), key=lambda f: FundType.of_id(f.fund_type).code)
    )
    period = Period(str(years[0].year)) if years else None
    return ProjectDetail(
        row=row,
        track=Track.of_id(row.track),
        sector=Sector.of_id(row.sector),
        stage=ProgressStage(row.stage),
        years=years,
        funds=funds,
        progress=tuple(ProgressReport.objects.within(scope).filter(project=row).order_by("-as_of")),
        figures=project_figures(scope, [row.pk], period) if period else None,
    )


def project_figures(scope: Scope, ids: Collection[int], period: Period) -> FigureTable:
    """Heads, days and pay of these projects in `period`, one key for each project id (as text) that has any."""
    return read(
        PROJECT_FIGURES, scope=scope, period=period, by=("project",), where={"project": tuple(map(str, sorted(ids)))}
    )
