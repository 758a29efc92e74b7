"""The committed division files and the tree built from them."""

import csv
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workrelief.base.divisions import files
from workrelief.base.divisions.tree import Kind, Tree
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import NotFound

TREE = Tree(files.read_nodes(), files.read_successors())

COUNTIES_BY_CITY = {
    "济南市": 12, "青岛市": 10, "淄博市": 8, "枣庄市": 6, "东营市": 5, "烟台市": 11, "潍坊市": 12, "济宁市": 11,
    "泰安市": 6, "威海市": 4, "日照市": 4, "临沂市": 12, "德州市": 11, "聊城市": 8, "滨州市": 7, "菏泽市": 9,
}  # fmt: skip


def names(found):
    return [TREE.path_name(node.code) for node in found]


def current(level):
    return [node for node in TREE if node.level is level and not node.is_former]


# ---------- the data ----------
def test_the_province_has_sixteen_cities_and_136_counties():
    counties = [node for node in current(Level.COUNTY) if node.kind is not Kind.ZONE]
    assert len(current(Level.CITY)) == 16
    assert len(counties) == 136
    assert Counter(TREE.path(node.code)[0].name for node in counties) == COUNTIES_BY_CITY


def test_counties_are_58_districts_26_cities_and_52_counties():
    kinds = Counter(node.kind for node in current(Level.COUNTY))
    assert (kinds[Kind.DISTRICT], kinds[Kind.COUNTY_CITY], kinds[Kind.COUNTY]) == (58, 26, 52)


def test_townships_number_1853():
    assert len(current(Level.TOWNSHIP)) == 1853


def test_every_division_stands_under_a_known_parent_one_level_up():
    for node in TREE:
        parent = codes.parent_of(node.code)
        if parent is None:
            assert node.code == "370000000000"
        else:
            assert TREE.node(parent).level == node.level - 1, node.name


def test_the_level_in_the_file_is_the_level_of_the_code():
    assert all(codes.level_of(node.code) == node.level for node in TREE)


def test_names_are_unique_among_existing_siblings():
    for node in TREE:
        siblings = Counter(child.name for child in TREE.children(node.code))
        assert all(count == 1 for count in siblings.values()), node.name


def test_every_former_division_has_a_successor_that_begins_when_it_ends():
    former = {node.code: node for node in TREE if node.is_former}
    with (files.DATA / "successors.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["code"] for row in rows} == set(former)
    for row in rows:
        successor = TREE.node(row["successor"])
        assert former[row["code"]].valid_to == date.fromisoformat(row["changed_on"])
        assert not successor.is_former
        assert successor.valid_from <= date.fromisoformat(row["changed_on"])


# ---------- structure ----------
def test_children_of_a_city_are_its_counties_and_zones():
    found = TREE.children("371400000000")
    assert len(found) == 12
    assert [node.name for node in found if node.kind is Kind.ZONE] == ["德州天衢新区"]


def test_children_on_a_day_before_a_merger_are_the_old_ones():
    then = {node.name for node in TREE.children("370600000000", on=date(2020, 1, 1))}
    now = {node.name for node in TREE.children("370600000000")}
    assert {"蓬莱市", "长岛县"} <= then
    assert "蓬莱区" not in then
    assert "蓬莱区" in now
    assert "长岛县" not in now


def test_the_day_of_the_change_belongs_to_the_new_division():
    assert not TREE.node("370684000000").exists_on(date(2020, 6, 5))
    assert TREE.node("370614000000").exists_on(date(2020, 6, 5))


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("371325000000", "临沂市费县"),
        ("371300000000", "临沂市"),
        ("370000000000", "山东省"),
        ("370176001000", "济南高新技术产业开发区舜华路街道"),
        ("370502000000", "东营市东营区"),
        ("371203000000", "莱芜市钢城区"),
        ("371723110000", "菏泽市成武县党集镇"),
        ("371422999201", "德州市宁津县"),
        ("379900000000", ""),
    ],
)
def test_path_names_begin_with_the_city(code, name):
    assert TREE.path_name(code) == name


def test_an_unknown_code_is_not_found():
    with pytest.raises(NotFound):
        TREE.node("379900000000")


def test_branches_follow_the_scope():
    (city,) = TREE.branches(["3714"], down_to=Level.COUNTY)
    assert city.node.name == "德州市"
    assert "宁津县" in [branch.node.name for branch in city.children]
    assert all(not branch.children for branch in city.children)
    (county,) = TREE.branches(["371422"], down_to=Level.TOWNSHIP)
    assert len(county.children) == len(TREE.children("371422000000")) > 5
    assert TREE.branches(["99"], down_to=Level.COUNTY) == ()


# ---------- successors ----------
@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("371200000000", "济南市"),
        ("371202000000", "莱芜区"),
        ("370181000000", "章丘区"),
        ("370634000000", "蓬莱区"),
        ("371626000000", "邹平市"),
        ("370125100203", "济阳区"),
        ("371422000000", "宁津县"),
    ],
)
def test_a_code_of_any_time_leads_to_what_exists(code, name):
    assert [node.name for node in TREE.successors(code)] == [name]


def test_an_unknown_code_leads_nowhere():
    assert TREE.successors("379900000000") == []


# ---------- office spellings ----------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("费县", ["临沂市费县"]),
        ("临沂市费县", ["临沂市费县"]),
        ("临沂费县", ["临沂市费县"]),
        ("山东省临沂市费县", ["临沂市费县"]),
        ("临沂市-费县", ["临沂市费县"]),
        (" 临沂市　费县 ", ["临沂市费县"]),
        ("宁津", ["德州市宁津县"]),
        ("费县上冶镇", ["临沂市费县上冶镇"]),
        ("市中区", ["济南市市中区", "枣庄市市中区"]),
        ("济南市中区", ["济南市市中区"]),
        ("东营", ["东营市"]),
        ("东营东营", ["东营市东营区"]),
        ("章丘", ["济南市章丘区"]),
        ("章丘市", ["济南市章丘市"]),
        ("莱芜市莱城区", ["莱芜市莱城区"]),
        ("苍山县", ["临沂市兰陵县"]),
        ("青岛西海岸新区", ["青岛市黄岛区"]),
        ("济南市高新区", ["济南高新技术产业开发区"]),
        ("潍城区城关街道办事处", ["潍坊市潍城区城关街道"]),
        ("371325", ["临沂市费县"]),
        ("３７１３２５００００００", ["临沂市费县"]),
        ("山东", ["山东省"]),
        ("不存在县", []),
        ("江苏省徐州市", []),
        ("", []),
    ],
)
def test_office_spellings_are_understood(text, expected):
    assert names(TREE.find(text)) == expected


def test_a_search_stays_within_its_prefix():
    assert names(TREE.find("市中区", within="3704")) == ["枣庄市市中区"]
    assert TREE.find("费县", within="3714") == []
    assert TREE.find("371325", within="3714") == []


def test_a_search_may_ask_for_a_level():
    assert names(TREE.find("东营", level=Level.COUNTY)) == ["东营市东营区"]
    assert TREE.find("费县", level=Level.CITY) == []


def test_a_search_on_a_day_knows_what_existed_then():
    assert names(TREE.find("市中区", on=date(2012, 6, 1))) == ["济南市市中区", "枣庄市市中区", "济宁市市中区"]
    assert TREE.find("章丘市", on=date(2023, 1, 1)) == []
    assert names(TREE.find("莱芜", on=date(2018, 1, 1))) == ["莱芜市"]


@given(node=st.sampled_from([node for node in TREE if node.level >= Level.CITY]))
def test_every_division_is_found_by_its_full_path_name(node):
    on = None if not node.is_former else node.valid_from
    assert node.code in [found.code for found in TREE.find(TREE.path_name(node.code), level=node.level, on=on)]


@given(text=st.text(max_size=20))
def test_any_text_is_answered_without_error(text):
    assert isinstance(TREE.find(text), list)
