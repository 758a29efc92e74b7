"""The pages made of figures keep to their stored number of SQL statements, whatever the ledger holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.build import a_county
from tests.conftest import make_actor
from tests.faces.web.people import signed_in
from tests.faces.web.rooms_world import MOST_STATEMENTS, a_rooms_world
from workrelief.base.access.permissions import Role
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel.period import Period
from workrelief.outputs.bulletins import services as bulletins

pytestmark = pytest.mark.django_db(transaction=True)

COUNTS = Path(__file__).with_name("figure_query_counts.json")
FEIXIAN, MENGYIN = "371325000000", "371328000000"
PAGES = {
    "workbench": "/",
    "statistics, province": "/statistics/",
    "statistics, county": f"/statistics/?d={FEIXIAN}",
    "figure": f"/figure/?i=wages_paid&p=2022&d={FEIXIAN}",
    "snapshots": "/snapshots/",
    "bulletins": "/bulletins/",
}


def counts(bulletin: int) -> dict[str, int]:
    province = signed_in(Role.PROVINCE_OFFICER)[0]
    found = {}
    for name, url in (PAGES | {"bulletin": f"/bulletins/{bulletin}/"}).items():
        province.get(url)  # what a process keeps (divisions, law, cells of the ledger) is read now
        with CaptureQueriesContext(connection) as asked:
            assert province.get(url).status_code == 200, url
        found[name] = len(asked)
    return found


@pytest.mark.parametrize("more", [(), (MENGYIN,)], ids=["two counties", "three counties"])
def test_pages_of_figures_ask_the_stored_number_of_statements_whatever_the_counties(more):
    a_rooms_world()
    for number, county in enumerate(more, start=7):
        a_county(make_actor(Role.CITY_OFFICER, "3713"), county, number=number)
    province = make_actor(Role.PROVINCE_OFFICER, "37")
    seal_period(province, Period("2022"))
    bulletin = bulletins.compose_annual(province, Period("2022"))

    found = counts(bulletin.pk)

    assert found == json.loads(COUNTS.read_text())
    assert max(found.values()) <= MOST_STATEMENTS
