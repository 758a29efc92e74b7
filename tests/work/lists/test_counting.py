"""The numbers of a list page: one statement for tabs, tree and sums says what counting each by itself would say."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import make_actor
from tests.work.lists.build import FEIXIAN, NINGJIN, in_reserve, reserve, this_year
from workrelief.base.access.permissions import Role
from workrelief.kernel import clock
from workrelief.kernel.codes import Level
from workrelief.work.lists import queries, services
from workrelief.work.lists.queries import EntryFilter
from workrelief.work.lists.queries.counting import counts
from workrelief.work.lists.states import COUNTED, STANDING

pytestmark = pytest.mark.django_db


@pytest.fixture
def scope():
    """Two counties: drafts, submitted, published, promoted and taken-out entries of two tracks."""
    for code, first in ((NINGJIN, 0), (FEIXIAN, 50)):
        officer = make_actor(Role.COUNTY_OFFICER, code[:6])
        ids = in_reserve(officer, [reserve(first + n, division_code=code) for n in range(7)])
        services.advance(officer, ids[:5], "submit")
        services.advance(officer, ids[:4], "confirm")
        services.promote(make_actor(Role.CITY_OFFICER, code[:4]), ids[3], "city", reason="演示：带动多")
        services.issue(
            officer, this_year(), "county", division=code, document_no=f"演示{first}号", issued_on=clock.today()
        )
        services.take_out(officer, ids[6], reason="演示：另行安排")
    return make_actor(Role.PROVINCE_OFFICER, "37").scope


FILTERS = [
    EntryFilter(
        year=year, level=level, tracks=tracks, states=states, waits_for=waits, is_standing=standing, text=text, division=place
    )
    for year, level, tracks, (states, standing), waits, text, place in product(
        (None, this_year()), ("", "city"), ((), ("key_project",)),
        (((), True), ((), None), (("published",), None), (("promoted", "draft"), None)),
        ("", "county"), ("", "演示"), ("", NINGJIN, "3713"),
    )
]  # fmt: skip


def test_each_number_is_what_counting_it_alone_gives(scope):
    for wanted in FILTERS:
        found = counts(scope, wanted, Level.COUNTY)
        every = list(queries.entries(scope, replace(wanted, division="")))
        for prefix in ("", "37", "3713", "371422"):
            inside = [e for e in every if e.division_code.startswith(prefix)]
            counted = [e for e in inside if e.state in COUNTED]
            assert found.under.numbers.get(prefix, 0) == len(inside), (wanted, prefix)
            assert found.under.sums.get(prefix, (0, 0, 0)) == (
                len(counted), sum(e.investment_fen for e in counted), sum(e.planned_workers for e in counted),
            ), (wanted, prefix)  # fmt: skip
        of_tabs = replace(wanted, level="", tracks=(), states=(), waits_for="", is_standing=None)
        rows = list(queries.entries(scope, of_tabs))
        assert found.by_state == _tally(
            [e.state for e in rows if _fits(e, wanted, level=True, track=True)], standing=STANDING
        )
        assert found.by_level == _tally([e.level for e in rows if e.state in STANDING and _fits(e, wanted, track=True)])
        assert found.by_track == _tally([e.track for e in rows if e.state in STANDING and _fits(e, wanted, level=True)])


def test_something_of_everything_is_counted(scope):
    found = counts(scope, EntryFilter(year=this_year()), Level.COUNTY)
    assert found.by_level == {"": 12, "county": 10, "city": 2}
    assert found.by_state == {"": 12, "published": 6, "county_confirmed": 2, "submitted": 2, "draft": 2, "promoted": 2,
                              "taken_out": 2}  # fmt: skip
    assert found.under.sums["371422"] == (3, sum((400 + n) * 1_000_000 for n in range(3)), 90)


def test_all_of_it_takes_one_statement(scope):
    with CaptureQueriesContext(connection) as asked:
        counts(scope, EntryFilter(year=this_year(), text="演示", division=NINGJIN), Level.TOWNSHIP)
    assert len(asked) == 1


def _fits(entry, wanted, *, level=False, track=False):
    return (not level or not wanted.level or entry.level == wanted.level) and (
        not track or not wanted.tracks or entry.track in wanted.tracks
    )


def _tally(keys, standing=None):
    found = {"": sum(1 for key in keys if standing is None or key in standing)}
    for key in keys:
        found[key] = found.get(key, 0) + 1
    return found
