"""Rules of registration at their limits: project code, list, funding, labour demand, stage, progress table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from workrelief.base.law.parameters import parameters
from workrelief.kernel.findings import Severity, blockers
from workrelief.kernel.kinds import FundType, Sector, Track
from workrelief.work.projects import naming, rules
from workrelief.work.projects.naming import CodeStyle
from workrelief.work.projects.rules import Fund, LabourDemand, Listing

LAW = parameters(on=date(2022, 6, 1))
WAN = 1_000_000


def facts(**changes: object) -> Listing:
    complete = Listing(
        name="演示镇道路改造工程",
        track=Track.AGRI_PROMOTION,
        sector=Sector.TRANSPORT,
        year=2022,
        list_level="county",
        investment_fen=400 * WAN,
        planned_workers=30,
        funds=(Fund(FundType.CENTRAL_BUDGET, 300 * WAN), Fund(FundType.COUNTY, 100 * WAN)),
        labour_tasks="路基施工",
        labour_links="路肩培土",
        demand=LabourDemand("普工", 30, "2022年3月至10月", "不限"),
        planned_priority_workers=10,
        planned_pay_fen=90 * WAN,
    )
    return replace(complete, **changes)  # type: ignore[arg-type]


def ids(findings: list[rules.Finding]) -> list[str]:
    return [f.rule_id for f in findings]


def test_a_complete_project_gives_no_finding() -> None:
    assert rules.listing(facts(), LAW) == []


def test_every_finding_of_a_wrong_project_names_its_clause() -> None:
    wrong = facts(name="", track=None, sector=None, list_level="village", code="12", owner_uscc="x", investment_fen=-1)
    findings = rules.listing(wrong, LAW)
    assert {"A01", "A04", "B01", "C06", "N01", "N03"} <= set(ids(findings))
    assert all(f.cite is not None for f in findings)


# project code: N01, N02, reading 6


def test_a_real_code_of_2025_passes() -> None:
    code = rules.check_project_code("2510-500156-04-05-923166")
    assert (code.style, code.findings) == (CodeStyle.NEW, ())
    assert len(code.text) == 24


def test_the_sample_code_of_the_rule_book_fails_and_the_right_last_digit_is_named() -> None:
    code = rules.check_project_code("2204-370000-04-01-123456")
    assert code.style is CodeStyle.CHECK_DIGIT
    assert "末位应为5" in code.findings[0].message
    assert blockers(code.findings) == []
    assert rules.check_project_code("2204-370000-04-01-123455").style is CodeStyle.NEW


@pytest.mark.parametrize("head", ["2000", "2015", "2019", "2020"])
def test_a_year_as_first_segment_is_an_old_code_without_check_digit(head: str) -> None:
    code = rules.check_project_code(f"{head}-370000-04-01-123456")
    assert (code.style, code.findings) == (CodeStyle.OLD, ())


@pytest.mark.parametrize("head", ["2313", "2100", "1999", "1512", "2021"])
def test_a_first_segment_that_is_neither_month_nor_old_year_must_be_confirmed(head: str) -> None:
    code = rules.check_project_code(f"{head}-370000-04-01-123456")
    assert code.style is CodeStyle.HEAD
    assert ids(list(code.findings)) == ["N02"]
    assert blockers(code.findings) == []


@pytest.mark.parametrize(
    "text", ["2204-370000-04-01-12345", "2204-37000A-04-01-123455", "演示", "220437000004011234550"]
)
def test_a_code_of_another_shape_blocks(text: str) -> None:
    assert ids(blockers(rules.check_project_code(text).findings)) == ["N01"]


@pytest.mark.parametrize(
    "text",
    ["２２０４-370000-04-01-123455", "2204—370000—04—01—123455", " 2204 370000 04 01 123455 ", "22043700000401123455"],
)
def test_office_spellings_of_a_code_become_its_one_form(text: str) -> None:
    assert rules.check_project_code(text).text == "2204-370000-04-01-123455"


def test_no_code_yet_is_no_finding() -> None:
    assert rules.check_project_code("  ") == rules.NO_CODE


def test_a_social_credit_code_is_checked_and_made_plain() -> None:
    assert rules.check_uscc("9111 0000 6000 37341l") == ("91110000600037341L", ())
    assert ids(list(rules.check_uscc("911100006000373410")[1])) == ["N03"]


# the list


def test_another_sector_of_a_key_project_wants_a_word_of_explanation() -> None:
    bare = facts(track=Track.KEY_PROJECT, sector=Sector.OTHER)
    assert ids(rules.kind_of_project(bare)) == ["A04"]
    assert rules.kind_of_project(replace(bare, remark="文化旅游")) == []


def test_sources_may_miss_the_total_by_exactly_one_hundredth_wan() -> None:
    at_the_limit = (Fund(FundType.PROVINCIAL, 400 * WAN - 10_000),)
    beyond = (Fund(FundType.PROVINCIAL, 400 * WAN - 10_001),)
    assert rules.funding(400 * WAN, at_the_limit, LAW) == []
    assert ids(blockers(rules.funding(400 * WAN, beyond, LAW))) == ["C06"]


@pytest.mark.parametrize(
    ("track", "investment_fen", "word"),
    [
        (Track.AGRI_PROMOTION, 10_000_000, ""), (Track.AGRI_PROMOTION, 9_999_999, "过小"),
        (Track.AGRI_PROMOTION, 500_000_000_000, ""), (Track.AGRI_PROMOTION, 500_000_000_001, "过大"),
        (Track.KEY_PROJECT, 200_000_000, ""), (Track.KEY_PROJECT, 199_999_999, "过小"),
        (Track.KEY_PROJECT, 500_000_000_001, ""), (Track.KEY_PROJECT, 10_000_000_000_001, "过大"),
        (None, 9_999_999, "过小"), (Track.KEY_PROJECT, 0, ""),
    ],
)  # fmt: skip
def test_a_total_is_doubted_just_outside_its_bounds_and_never_blocks(track, investment_fen: int, word: str) -> None:
    law = parameters(on=date(2022, 6, 1))
    found = rules.plausible(facts(track=track, investment_fen=investment_fen), law)
    assert [word in f.message for f in found] == ([True] if word else [])
    assert not blockers(found)


def test_a_list_without_sources_is_a_hint_only() -> None:
    assert [f.severity for f in rules.funding(400 * WAN, (), LAW)] == [Severity.HINT]


def test_more_issued_than_approved_is_said() -> None:
    funds = (Fund(FundType.PROVINCIAL, 100 * WAN, issued_fen=101 * WAN),)
    assert ids(rules.funding(100 * WAN, funds, LAW)) == ["J03"]


def test_one_source_named_twice_blocks() -> None:
    twice = (Fund(FundType.PROVINCIAL, 60 * WAN), Fund(FundType.PROVINCIAL, 40 * WAN))
    assert ids(blockers(rules.funding(100 * WAN, twice, LAW))) == ["C06"]


def test_planned_workers_equal_to_the_posts_are_enough_and_one_fewer_is_not() -> None:
    assert rules.labour(facts(planned_workers=30), LAW.on) == []
    assert ids(blockers(rules.labour(facts(planned_workers=29), LAW.on))) == ["B03"]


def test_labour_demand_blocks_on_this_years_promotion_list_only() -> None:
    bare = {"labour_tasks": "", "labour_links": "", "demand": LabourDemand(), "planned_workers": 0}
    assert ids(blockers(rules.labour(facts(**bare), LAW.on))) == ["B02", "B03", "B03"]
    assert blockers(rules.labour(facts(**bare, year=2021), LAW.on)) == []
    assert blockers(rules.labour(facts(**bare, track=Track.SPECIAL_FUND), LAW.on)) == []
    assert len(rules.labour(facts(**bare, year=2021), LAW.on)) == 3


def test_demand_is_kept_as_one_text_and_read_back() -> None:
    demand = LabourDemand("普工、瓦工", 12, "3月至5月", "不限")
    assert demand.text == "普工、瓦工｜12｜3月至5月｜不限"
    assert LabourDemand.parse(demand.text) == demand
    assert LabourDemand.parse("普工若干") == LabourDemand(posts="普工若干")
    assert LabourDemand().text == ""


def test_work_that_ends_before_it_starts_blocks() -> None:
    assert ids(blockers(rules.plain_figures(facts(starts_on=date(2022, 5, 2), ends_on=date(2022, 5, 1))))) == ["B03"]
    assert rules.plain_figures(facts(starts_on=date(2022, 5, 1), ends_on=date(2022, 5, 1))) == []


def test_names_that_differ_in_width_spaces_and_marks_are_one() -> None:
    assert naming.name_key("演示镇 高标准农田（二期）") == naming.name_key("演示镇高标准农田(二期)")
    assert naming.name_key("（ ）") == ""


# stage and progress


def test_the_stage_may_stay_or_go_forward_but_not_back() -> None:
    order = ("preparing", "building", "main_done", "in_use")
    assert rules.stage_forward("building", "building", order=order) == []
    assert rules.stage_forward("preparing", "in_use", order=order) == []
    assert ids(blockers(rules.stage_forward("in_use", "main_done", order=order))) == ["I02"]


def test_relations_inside_a_progress_line() -> None:
    good = rules.ProgressFigures(
        issued_fen=100, investment_fen=200, paid_total_fen=150, paid_province_fen=100, wages_fen=150
    )
    assert rules.progress(good) == []
    assert ids(rules.progress(replace(good, paid_province_fen=151))) == ["J05", "J03"]
    assert ids(rules.progress(replace(good, wages_fen=151))) == ["J06"]
    assert ids(rules.progress(replace(good, integrated_fen=201))) == ["K04"]


def test_what_is_cumulated_must_not_fall() -> None:
    before = rules.Cumulated(10, 5, 3, 20, 4)
    assert rules.not_falling(before, before) == []
    said = rules.not_falling(before, replace(before, wages_fen=2, workers=19))
    assert ids(blockers(said)) == ["K03"]
    assert "已发放劳务报酬、已吸纳农村群众务工" in said[0].message
