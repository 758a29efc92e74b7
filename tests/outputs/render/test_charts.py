"""ChartSpec on screen and in documents."""

from __future__ import annotations

import json
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from workrelief.kernel.chart import ChartSpec, Series
from workrelief.outputs.render.charts import echarts_option
from workrelief.outputs.render.drawing import chart_png, chart_svg

SVG = "{http://www.w3.org/2000/svg}"


def bars(*values, labels=(), names=None):
    names = names or tuple(f"市{i}" for i in range(len(values)))
    return ChartSpec("bar", "劳务报酬", "万元", names, (Series("重点工程", values, labels),))


def rects(svg):
    return [(float(r.get("x")), float(r.get("width"))) for r in ElementTree.fromstring(svg).iter(f"{SVG}rect")]


def test_spec_refuses_values_that_do_not_match_the_categories():
    with pytest.raises(ValueError, match="one value for each category"):
        ChartSpec("bar", "题", "个", ("甲", "乙"), (Series("", (1,)),))
    with pytest.raises(ValueError, match="labels"):
        Series("", (1, 2), ("1",))
    with pytest.raises(ValueError, match="a map needs"):
        ChartSpec("map", "题", "个", ("甲",), (Series("", (1,)),))


def test_option_is_json_with_token_colours_and_bars_from_zero():
    option = json.loads(json.dumps(echarts_option(bars(Decimal("12.5"), 3))))
    assert option["yAxis"]["min"] == 0
    assert option["color"][0] == "--wr-t1"
    assert [point["value"] for point in option["series"][0]["data"]] == [12.5, 3]
    assert option["animation"] is False


def test_many_bars_lie_and_begin_at_the_top():
    option = echarts_option(bars(*range(16)))
    assert option["yAxis"]["type"] == "category"
    assert option["yAxis"]["inverse"] is True


def test_negative_values_keep_zero_inside_the_axis():
    assert echarts_option(bars(-3, 5))["yAxis"]["min"] is None


def test_missing_value_is_not_zero():
    option = echarts_option(bars(None, 5))
    assert option["series"][0]["data"][0] == {"value": None, "text": "—"}


def test_map_is_joined_by_the_six_digit_code():
    spec = ChartSpec(
        "map", "题", "人", ("济南市",), (Series("人数", (7,), ("7",)),), codes=("370100000000",), area="370000000000"
    )
    series = echarts_option(spec)["series"][0]
    assert (series["map"], series["nameProperty"]) == ("370000000000", "adcode")
    assert series["data"][0]["name"] == "370100"


def test_drawn_bars_start_at_zero_and_are_proportional():
    (x1, w1), (x2, w2) = rects(chart_svg(bars(10, 5)).svg)
    assert x1 == x2
    assert w1 == pytest.approx(2 * w2, abs=0.02)


def test_drawn_negative_bar_ends_where_positive_ones_begin():
    (x1, w1), (x2, _) = rects(chart_svg(bars(-4, 8)).svg)
    assert x1 + w1 == pytest.approx(x2, abs=0.02)


def test_drawing_prints_the_given_labels_and_a_dash_for_no_data():
    svg = chart_svg(bars(12.345, None, labels=("12.35", "—"))).svg
    assert [t.text for t in ElementTree.fromstring(svg).iter(f"{SVG}text")] == ["市0", "12.35", "市1", "—"]


def test_names_with_markup_stay_text():
    root = ElementTree.fromstring(chart_svg(bars(1, names=("<script>&",))).svg)
    assert "<script>&" in [t.text for t in root.iter(f"{SVG}text")]


def test_line_has_a_gap_where_data_is_missing():
    spec = ChartSpec("line", "题", "个", ("一季度", "二季度", "三季度", "四季度"), (Series("", (1, 2, None, 4)),))
    root = ElementTree.fromstring(chart_svg(spec).svg)
    assert len(list(root.iter(f"{SVG}circle"))) == 3
    assert len([line for line in root.iter(f"{SVG}line") if line.get("stroke-width") == "1.6"]) == 1


def test_chart_without_values_can_be_drawn():
    for kind in ("bar", "line"):
        assert chart_svg(ChartSpec(kind, "题", "个", (), ())).svg.startswith("<svg")


def test_png_has_the_asked_resolution():
    data = chart_png(bars(1, 2), width_pt=360, dpi=200)
    assert data.startswith(b"\x89PNG")
    assert int.from_bytes(data[16:20], "big") == 1000
