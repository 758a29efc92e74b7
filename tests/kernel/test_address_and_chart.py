"""The address of a figure reads back as itself; a chart refuses values that do not fit its categories."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from workrelief.kernel.address import Address, address_of, parse_address
from workrelief.kernel.chart import ChartSpec, Series
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.figure import Figure
from workrelief.kernel.period import Period
from workrelief.kernel.units import FEN

FIGURE = Figure(
    "wages_paid", 1, FEN, Period("2022Q3"), "371400000000", "2022-v1", by=("county", "track"),
    key=("371422000000", "key_project"), filters=(("group", ("lifted", "monitored")), ("track", ("key_project",))),
)  # fmt: skip


def decoded(address: Address) -> dict[str, str]:
    return dict(parse_qsl(address.query))


def test_an_address_reads_back_as_itself() -> None:
    address = address_of(FIGURE)
    assert parse_address(decoded(address)) == address
    assert address.query.startswith("i=wages_paid&p=2022Q3&d=371400000000&m=2022-v1&by=county,track")


def test_a_live_address_leaves_the_state_open() -> None:
    live = address_of(FIGURE, live=True)
    assert "m" not in decoded(live)
    assert parse_address(decoded(live)).manifest == ""


@pytest.mark.parametrize("change", [{"i": ""}, {"p": "去年"}, {"d": "37142"}, {"key": "371422000000"}])
def test_a_broken_address_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        parse_address({**decoded(address_of(FIGURE)), **change})


def test_a_series_has_one_value_and_one_label_for_each_category() -> None:
    with pytest.raises(ValueError):
        Series("报酬", (1, 2), ("1",))
    with pytest.raises(ValueError):
        ChartSpec("bar", "报酬", "万元", ("德州市", "临沂市"), (Series("报酬", (1,)),))
    series = Series("报酬", (1, None))
    assert (series.label(0), series.label(1)) == ("1", "—")
    assert Series("报酬", (1,), ("1.00",)).label(0) == "1.00"


def test_a_map_needs_its_area_and_the_code_of_each_part() -> None:
    one = Series("报酬", (1,))
    with pytest.raises(ValueError):
        ChartSpec("map", "报酬", "万元", ("德州市",), (one,))
    chart = ChartSpec("map", "报酬", "万元", ("德州市",), (one,), codes=("371400000000",), area="370000000000")
    assert chart.area == "370000000000"
