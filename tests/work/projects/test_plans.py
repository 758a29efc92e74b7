"""The project list stays quick at a hundred thousand rows: every filter and order is answered through an index."""

from __future__ import annotations

import pytest
from django.db import connection

from workrelief.base.access.scope import Scope
from workrelief.work.projects import queries
from workrelief.work.projects.models import Project
from workrelief.work.projects.queries import ProjectFilter

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="reads the plans of SQLite"),
]

CITY = Scope(("3714",))


def plan(wanted: ProjectFilter) -> str:
    return str(queries.projects(CITY, wanted)[:50].explain())


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (ProjectFilter(), "project_list (division_code>"),
        (ProjectFilter(tracks=("key_project",)), "project_list (division_code>"),
        (ProjectFilter(sectors=("water",), stages=("building",)), "project_list (division_code>"),
        (ProjectFilter(division="371422"), "project_list (division_code>"),
        (ProjectFilter(year=2022), "project_year_list (year=? AND taken_off_on=?)"),
        (ProjectFilter(text="治理"), "project_name_key"),
        (ProjectFilter(text="2204-3714"), "project_code (code>"),
    ],
    ids=lambda v: "" if isinstance(v, str) else repr(v),
)
def test_a_filter_is_answered_through_its_index(wanted: ProjectFilter, index: str) -> None:
    found = plan(wanted)
    assert index in found
    assert "SCAN projects_project\n" not in found + "\n"


@pytest.mark.parametrize(
    ("order", "index"), [("recent", "project_recent"), ("investment", "project_size"), ("name", "project_name_key")]
)
def test_an_order_without_a_place_reads_its_index_and_stops(order: str, index: str) -> None:
    rows = Project.rows.order_by(*queries.ORDERS[order])[:50]
    assert str(rows.explain()).endswith(f"SCAN projects_project USING INDEX {index}")


def test_totals_and_counts_read_the_index_alone() -> None:
    columns = ("investment_fen", "planned_workers", "planned_pay_fen", "stage", "sector")
    rows = queries.projects(CITY, ProjectFilter(stages=("building",), sectors=("water",))).order_by().values(*columns)
    assert "COVERING INDEX project_list" in str(rows.explain())


def test_a_look_up_by_code_uses_the_index_of_codes() -> None:
    rows = Project.objects.within(CITY).filter(code__in=["2204-371422-04-01-100008", "2015-371422-04-01-100008"])
    assert "project_code (code=?)" in str(rows.explain())
