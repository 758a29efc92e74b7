"""Reading projects: every public function takes the scope first."""

from workrelief.work.projects.queries.detail import FundLine, ProjectDetail, YearLine, project, project_figures
from workrelief.work.projects.queries.facts import fund_sources, in_year, listing_facts, listing_of, years_of
from workrelief.work.projects.queries.known import Known, registered
from workrelief.work.projects.queries.lists import (
    ORDERS,
    STAGES,
    ProjectFilter,
    fits_text,
    listed_anywhere,
    named,
    named_anywhere,
    project_row,
    projects,
    row,
    search,
)
from workrelief.work.projects.queries.lookups import (
    NameKey,
    ProjectRef,
    by_codes,
    find_for_import,
    in_parts,
    names_in,
    prefix_of,
    refs,
    stored,
)

__all__ = [
    "ORDERS",
    "STAGES",
    "FundLine",
    "Known",
    "NameKey",
    "ProjectDetail",
    "ProjectFilter",
    "ProjectRef",
    "YearLine",
    "by_codes",
    "find_for_import",
    "fits_text",
    "fund_sources",
    "in_parts",
    "in_year",
    "listed_anywhere",
    "listing_facts",
    "listing_of",
    "named",
    "named_anywhere",
    "names_in",
    "prefix_of",
    "project",
    "project_figures",
    "project_row",
    "projects",
    "refs",
    "registered",
    "row",
    "search",
    "stored",
    "years_of",
]
