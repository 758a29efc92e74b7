"""Projects that look like one: found once, decided by a person, never asked again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.work.lists.build import NINGJIN, PLACES, WORKS, in_reserve, reserve, this_year
from workrelief.base.divisions.services import load_divisions
from workrelief.kernel.errors import Conflict, InvalidInput, RuleViolated
from workrelief.kernel.kinds import Track
from workrelief.work.lists import queries, services
from workrelief.work.lists.rules.likeness import Named, alike, likeness
from workrelief.work.projects.services import register_many

NAMES = ("宁津县", "宁津", "德州市")


def said(a: str, b: str, place_a: str = NINGJIN, place_b: str = NINGJIN):
    found = likeness(Named(1, a, place_a), Named(2, b, place_b), without=NAMES)
    return found.likeness if found else None


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("德州市宁津县2022年柴胡店镇农村道路改造提升以工代赈项目", "宁津县2023年柴胡店镇农村道路改造项目"),
        ("费县胡阳镇高标准农田建设项目", "费县胡阳镇高标准农田改造提升工程"),
        ("柴胡店镇张庄村道路硬化工程", "柴胡店镇张庄村村内道路硬化"),
    ],
)
def test_one_project_under_two_names_is_noticed(a, b):
    assert said(a, b) is not None


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("宁津县第1号道路项目", "宁津县第2号道路项目"),
        ("城区雨污分流一期", "城区雨污分流二期"),
        ("胡阳镇高标准农田建设项目", "朱田镇高标准农田建设项目"),
        ("柴胡店镇张庄村道路硬化工程", "柴胡店镇李庄村道路硬化工程"),
        ("柴胡店镇河道治理", "长官镇产业路"),
    ],
)
def test_projects_that_differ_in_number_or_village_are_left_in_peace(a, b):
    assert said(a, b) is None


def test_the_same_township_brings_names_nearer_and_another_one_apart():
    a, b = "农村道路改造及排水沟工程", "农村道路改造和排水工程"
    near = said(a, b, "371422100000", "371422100000")
    assert near is not None
    assert near > (said(a, b, "371422100000", "371422101000") or 0)


def test_the_same_work_in_two_townships_that_each_name_their_own_is_left_in_peace():
    places = (("垦利街道", "370505001000"), ("兴隆街道", "370505002000"))
    a, b = (Named(n, f"垦利区{name}老旧小区改造配套工程", place, 0, name) for n, (name, place) in enumerate(places))
    assert likeness(a, b, without=("垦利区", "垦利", "东营市")) is None
    unnamed = replace(b, name="垦利区老旧小区改造配套工程")
    assert likeness(a, unnamed, without=("垦利区", "垦利", "东营市")) is not None


def test_the_fast_way_finds_what_the_plain_way_finds():
    projects = [
        Named(i, f"{PLACES[i % 10]}镇{WORKS[i // 10 % 10]}{'及配套' if i % 3 else ''}工程", NINGJIN) for i in range(120)
    ]
    plain = {
        (a.id, b.id)
        for k, a in enumerate(projects)
        for b in projects[k + 1 :]
        if likeness(a, b, without=NAMES) is not None
    }
    fast = {(one.first, one.second) for one in alike(projects, without=NAMES)}
    assert plain
    assert fast == plain


@pytest.fixture
def pair(ningjin_officer):
    """A project of last year on another track, and this year's that looks like it."""
    old = reserve(
        0, name="2024年柴胡店镇农村道路改造提升以工代赈项目", year=this_year() - 1, track=Track.AGRI_PROMOTION
    )
    in_reserve(ningjin_officer, [old])
    (pk,) = in_reserve(ningjin_officer, [reserve(0, name="柴胡店镇农村道路改造项目", track=Track.KEY_PROJECT)])
    services.advance(ningjin_officer, [pk], "submit")
    (found,) = queries.duplicates(ningjin_officer.scope, this_year())
    return pk, found


@pytest.mark.django_db
def test_submitting_looks_across_years_and_tracks(ningjin_officer, pair):
    pk, found = pair
    (view,) = queries.open_pairs(ningjin_officer.scope, [found])
    assert {view.first_years, view.second_years} == {(this_year(),), (this_year() - 1,)}
    assert {view.first.track, view.second.track} == {"agri_promotion", "key_project"}
    assert any(
        f.rule_id == "C10" for f in queries.findings(ningjin_officer.scope, queries.entry(ningjin_officer.scope, pk))
    )


@pytest.mark.django_db
def test_a_decision_is_kept_with_its_reason_and_never_asked_again(ningjin_officer, pair):
    pk, found = pair
    with pytest.raises(InvalidInput, match="理由"):
        services.decide_duplicate(ningjin_officer, found.pk, "different", reason=" ")
    services.decide_duplicate(ningjin_officer, found.pk, "different", reason="演示：两条路")
    assert services.look_for_duplicates(ningjin_officer, this_year()) == 0
    assert not queries.duplicates(ningjin_officer.scope, this_year()).exists()
    with pytest.raises(Conflict, match="演示：两条路"):
        services.decide_duplicate(ningjin_officer, found.pk, "same", reason="演示：再想想")
    assert not any(
        f.rule_id == "C10" for f in queries.findings(ningjin_officer.scope, queries.entry(ningjin_officer.scope, pk))
    )


@pytest.mark.django_db
def test_a_wrong_decision_is_put_right_and_the_former_one_stays_written(ningjin_officer, pair):
    _, found = pair
    services.decide_duplicate(ningjin_officer, found.pk, "same", reason="演示：同一条路")
    with pytest.raises(InvalidInput, match="与原判定不同"):
        services.decide_duplicate(ningjin_officer, found.pk, "same", reason="演示：再看", expected="same")
    made = services.decide_duplicate(ningjin_officer, found.pk, "different", reason="演示：两条路", expected="same")
    assert made.state == "different"
    assert "演示：两条路" in made.reason
    assert "同一项目”：演示：同一条路" in made.reason
    with pytest.raises(Conflict):
        services.decide_duplicate(ningjin_officer, found.pk, "different", reason="演示：晚了", expected="same")


@pytest.mark.django_db
def test_two_entries_of_one_year_called_the_same_block_each_other(ningjin_officer):
    a, b = in_reserve(
        ningjin_officer, [reserve(0, name="柴胡店镇农村道路改造提升"), reserve(0, name="柴胡店镇农村道路改造工程")]
    )
    services.advance(ningjin_officer, [a, b], "submit")
    (found,) = queries.duplicates(ningjin_officer.scope, this_year())
    services.decide_duplicate(ningjin_officer, found.pk, "same", reason="演示：同一条路")
    with pytest.raises(RuleViolated) as stopped:
        services.advance(ningjin_officer, [a], "confirm")
    assert stopped.value.code == "C10"
    services.take_out(ningjin_officer, b, reason="演示：重复")
    assert services.advance(ningjin_officer, [a], "confirm") == 1


@pytest.mark.django_db
def test_another_city_sees_no_pair(linyi_officer, pair):
    assert not queries.duplicates(linyi_officer.scope).exists()


@pytest.mark.django_db
def test_projects_of_an_imported_finished_list_are_compared_and_shown_with_their_years(ningjin_officer):
    """Such projects stand in the register's year only: no entry ever walked for them."""
    old = reserve(0, name="柴胡店镇农村道路改造提升", year=2021)
    new = reserve(0, name="柴胡店镇农村道路改造工程", year=2022)
    load_divisions()
    register_many(ningjin_officer, [replace(one, is_reserve=False) for one in (old, new)])
    assert services.look_for_duplicates(ningjin_officer, 2022) == 1
    (found,) = queries.duplicates(ningjin_officer.scope, 2022)
    assert queries.duplicates(ningjin_officer.scope, 2021).count() == 1
    assert not queries.duplicates(ningjin_officer.scope, 2020).exists()
    (view,) = queries.open_pairs(ningjin_officer.scope, [found])
    assert {view.first_years, view.second_years} == {(2021,), (2022,)}
