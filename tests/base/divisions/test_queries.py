"""Loading the table and asking it."""

import pytest

from workrelief.base.divisions import queries
from workrelief.base.divisions.models import Division
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import NotFound


@pytest.fixture
def loaded(db):
    load_divisions()
    yield
    queries.forget()


def test_loading_twice_changes_nothing(loaded):
    before = list(Division.objects.values_list())
    assert load_divisions() == len(before)
    assert list(Division.objects.values_list()) == before


def test_loading_again_reads_and_writes_nothing(loaded, django_assert_num_queries):
    with django_assert_num_queries(1):
        load_divisions()


def test_loading_repairs_a_changed_name_and_the_kept_tree(loaded):
    Division.objects.filter(code="371325000000").update(name="别名")
    queries.forget()
    assert queries.name("371325000000") == "别名"
    load_divisions()
    assert queries.name("371325000000") == "费县"


def test_the_tree_is_read_with_one_statement_and_kept(loaded, django_assert_num_queries):
    queries.forget()
    with django_assert_num_queries(1):
        queries.path_name("371325000000")
        queries.cities()
        queries.counties("3714")
        queries.find("市中区")
        queries.tree(["37"])


def test_an_empty_table_is_not_kept(db):
    for level in reversed(Level):
        Division.objects.filter(level=int(level)).delete()
    queries.forget()
    assert queries.cities() == []
    load_divisions()
    assert len(queries.cities()) == 16
    queries.forget()


def test_counties_leave_out_zones_and_county_units_include_them(loaded):
    assert len(queries.counties()) == 136
    assert len(queries.county_units()) == 151
    assert [node.name for node in queries.counties("371422")] == ["宁津县"]


def test_names_are_given_for_every_code(loaded):
    assert queries.name("371422000000") == "宁津县"
    assert queries.name("000000000000") == "全国"
    assert queries.name("999999999999") == "999999999999"
    assert queries.path_name("371422000000") == "德州市宁津县"
    assert queries.path_name("000000000000") == "全国"
    assert queries.path_name("999999999999") == "999999999999"


def test_a_division_is_a_plain_value_with_its_dates(loaded):
    node = queries.division("371200000000")
    assert node.is_former
    assert node.prefix == "3712"
    assert queries.exists("371200000000")
    with pytest.raises(NotFound):
        queries.division("999999999999")


def test_children_and_successors_answer_like_the_tree(loaded):
    assert [node.name for node in queries.successors("371203000000")] == ["钢城区"]
    assert {node.level for node in queries.children("371422000000")} == {Level.TOWNSHIP}
    (city,) = queries.tree(["3714"])
    assert len(city.children) == 12


def test_the_parent_column_follows_the_codes(loaded):
    ningjin = Division.objects.get(code="371422000000")
    assert ningjin.parent_id == "371400000000"
    assert ningjin.children.count() == len(queries.children("371422000000"))
    assert str(ningjin) == "宁津县"
