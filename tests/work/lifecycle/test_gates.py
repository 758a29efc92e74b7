"""The hard gates: each refuses alone with its rule, clause and remedy, and lets pass when it is met."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.work.lifecycle.walk import FIELDS, GOOD
from workrelief.base.law import resolve
from workrelief.base.law.parameters import Parameters, parameters
from workrelief.kernel.citation import Cite
from workrelief.kernel.findings import Finding, Severity, blockers
from workrelief.kernel.kinds import FundType
from workrelief.work.lifecycle import facts
from workrelief.work.lifecycle.rules import CHECKS, Case, PaperFacts, ProjectFacts, judge
from workrelief.work.lifecycle.rules.clocks import Clocks, deadline_of, last_day, next_deadline
from workrelief.work.lifecycle.states import MARKS, PAPERS, PROJECT_LIFE, TRANSITIONS, traits_of
from workrelief.work.projects.rules import Fund, LabourDemand

DAY = date(2022, 12, 31)
PROJECT = ProjectFacts(
    id=1, name="（演示）道路", code="2510-500156-04-05-923166", division_code="371422000000", track="special_fund",
    sector="transport", investment_fen=10_000_000_00, planned_workers=10, content="硬化道路", labour_tasks="", labour_links="清表",
    demand=LabourDemand("普工", 10, "3月至8月", "无"), funds=(Fund(FundType.CENTRAL_BUDGET, 10_000_000_00),),
)  # fmt: skip


def stored(fields: dict[str, object]) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}


def good_case(*changed: object, law: Parameters | None = None, **values: object) -> Case:
    """Everything a gate could ask for is there."""
    papers = {kind: (PaperFacts(kind, "演示1号", DAY, stored(FIELDS.get(kind, {})), True),) for kind in PAPERS}
    papers["photos"] = tuple(PaperFacts("photos", fields={"phase": p}) for p in ("before", "during", "after"))
    papers["signboard"] = (PaperFacts("signboard", fields={"has_rights_board": True}),)
    given = {type(one): one for one in changed}
    known = facts.Facts(*({**GOOD, **given}.values()))
    case = Case(
        project=PROJECT,
        state="",
        is_located=True,
        papers=papers,
        facts=known,
        law=law or parameters(on=DAY),
        note="演示说明",
        passed=frozenset({"accept"}),
    )
    return replace(case, **values)  # type: ignore[arg-type]


def said(step: str, case: Case, *, is_history: bool = False) -> list[Finding]:
    transition = next(t for t in PROJECT_LIFE.named(step) if t.holds_for({case.project.track, case.implementer_kind}))
    return judge(replace(case, state=transition.sources[0]), transition, is_history=is_history)


def without(case: Case, *kinds: str) -> Case:
    return replace(case, papers={k: v for k, v in case.papers.items() if k not in kinds})


def with_fields(case: Case, kind: str, **fields: object) -> Case:
    return replace(case, papers={**case.papers, kind: (PaperFacts(kind, "演示1号", DAY, fields),)})


@pytest.mark.parametrize("step", TRANSITIONS, ids=lambda t: f"{t.name}-{t.target}")
def test_no_gate_refuses_when_everything_is_there(step):
    track = (
        step.needs[0][0] if step.needs and step.needs[0][0] in ("special_fund", "agri_promotion") else "special_fund"
    )
    built = "self_build" if ("self_build", "council", "collective") in step.needs else "enterprise"
    case = good_case(project=replace(PROJECT, track=track), implementer_kind=built, state=step.sources[0])
    assert [f for f in judge(case, step) if f.severity in (Severity.BLOCKER, Severity.SERIOUS)] == []


PAY, SHARE, PLAN = GOOD[facts.PayFacts], GOOD[facts.ShareFacts], GOOD[facts.PlanFacts]
PROMOTED = replace(PROJECT, track="key_project")
REFUSALS = [
    ("list", "B02", lambda: good_case(project=replace(PROMOTED, labour_links=" "))),
    ("list", "B03", lambda: good_case(project=replace(PROMOTED, demand=LabourDemand("普工", 10, "", "无")))),
    ("list", "B03", lambda: good_case(project=replace(PROMOTED, planned_workers=9))),
    ("list", "B01", lambda: good_case(facts.ListFacts(), project=PROMOTED)),
    ("approve", "D08", lambda: good_case(project=replace(PROJECT, code=""))),
    ("approve", "D01", lambda: with_fields(good_case(), "implementation_plan", has_work_relief_chapter=False)),
    ("approve", "D01", lambda: without(good_case(), "implementation_plan")),
    ("apply", "C11a", lambda: without(good_case(), "approval")),
    ("apply", "C11a", lambda: replace(good_case(), papers={"approval": (PaperFacts("approval", "  "),)})),
    ("apply", "C06", lambda: good_case(project=replace(PROJECT, funds=()))),
    ("apply", "C06", lambda: good_case(project=replace(PROJECT, funds=(Fund(FundType.CENTRAL_BUDGET, 9_000_000_00),)))),
    ("apply", "C11", lambda: good_case(facts.PlanFacts())),
    ("issue_plan", "C04", lambda: good_case(replace(PLAN, targets=0))),
    ("decompose", "C03", lambda: good_case(replace(PLAN, stage="issued"))),
    ("announce", "H01", lambda: without(good_case(), "plan_notice")),
    ("contract", "D03", lambda: with_fields(good_case(), "contract", has_labour_clause=False, pay_cycle_days=30)),
    ("contract", "Q06", lambda: with_fields(good_case(), "contract", has_labour_clause=True, pay_cycle_days=32)),
    ("mobilise", "D07", lambda: without(good_case(), "labour_org_plan")),
    ("mobilise", "E03", lambda: good_case(facts.RosterFacts())),
    ("mobilise", "E04", lambda: good_case(facts.RosterFacts(people=10, without_agreement=1))),
    ("start", "D07", lambda: without(good_case(), "labour_org_plan")),
    ("start", "I01", lambda: without(good_case(), "start_order")),
    ("start", "C05", lambda: good_case(replace(PLAN, has_responsibilities=False))),
    ("start", "C05", lambda: good_case(replace(PLAN, two_responsibilities_missing=("监管责任人",)))),
    ("start", "C05", lambda: good_case(replace(PLAN, responsibilities_confirmed_on=None))),
    ("self_check", "I03", lambda: without(good_case(), "self_check_report")),
    ("accept", "F26", lambda: good_case(replace(PAY, unpaid_fen=1, unpaid_people=1))),
    ("accept", "I04", lambda: good_case(facts.PayFacts())),
    ("accept", "F12", lambda: good_case(replace(PAY, unposted_sheets=1))),
    ("accept", "H11", lambda: good_case(open_objections=1)),
    ("accept", "F01", lambda: good_case(replace(SHARE, paid_fen=299_999_99))),
    ("accept", "F01", lambda: good_case(facts.ShareFacts())),
    ("accept", "F04", lambda: good_case(promised_pay_fen=300_000_01)),
    ("accept", "F04", lambda: good_case(promised_share_bp=3001)),
    ("accept", "I04", lambda: with_fields(good_case(), "acceptance_record", is_passed=True, failed_items=1)),
    ("accept", "I04", lambda: without(good_case(), "acceptance_record")),
    ("announce_result", "H02", lambda: without(good_case(), "result_notice")),
    ("hand_over", "I07", lambda: with_fields(good_case(), "upkeep", unit="演示村委会")),
    ("archive", "I08", lambda: without(good_case(), "bank_receipts")),
    ("archive", "I08", lambda: without(good_case(facts.PayFacts()), "pay_sheets")),
    ("archive", "H11", lambda: good_case(open_objections=1)),
    ("archive", "F09", lambda: good_case(replace(PAY, unsigned_lines=3))),
    ("terminate", "F26", lambda: good_case(replace(PAY, unpaid_fen=1, unpaid_people=1))),
    ("terminate", "C09", lambda: good_case(note=" ")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "rule", "case"), REFUSALS, ids=[f"{s}-{r}-{n}" for n, (s, r, _) in enumerate(REFUSALS)]
)
def test_a_gate_refuses_alone_with_rule_clause_and_remedy(step, rule, case):
    stopping = blockers(said(step, case()))
    assert {f.rule_id for f in stopping} == {rule}
    for finding in stopping:
        assert finding.cite is not None
        assert resolve(finding.cite)
        assert finding.message.endswith("。")
        assert finding.remedy


@pytest.mark.parametrize(
    ("rule", "project"),
    [("B02", replace(PROJECT, labour_links=" ")), ("B03", replace(PROJECT, demand=LabourDemand("普工", 10, "", "无")))],
)
def test_an_application_cannot_do_without_labour_links_and_demand_once_the_process_gates_hold(rule, project):
    early = [f for f in said("apply", good_case(project=project)) if f.rule_id == rule]
    assert [f.severity for f in early] == [Severity.SERIOUS]
    now = good_case(project=project, law=parameters(on=date(2027, 1, 4)))
    assert {f.rule_id for f in blockers(said("apply", now))} == {rule}


def test_self_build_switches_the_checks_that_depend_on_who_builds():
    case = good_case(implementer_kind="council", project=PROJECT)
    assert blockers(said("confirm_self_build", case)) == []
    large = with_fields(case, "villager_decision", estimate_fen=4_000_000_00)
    assert [f.rule_id for f in blockers(said("confirm_self_build", large))] == ["D05"]
    assert blockers(said("confirm_self_build", with_fields(case, "villager_decision", estimate_fen=3_999_999_99))) == []
    bare = without(case, "contract", "supervision_contract", "wage_account", "payment_guarantee")
    assert said("contract", bare) == []
    asked = {f.rule_id for f in said("contract", replace(bare, implementer_kind="enterprise"))}
    assert {"D03", "D04", "F23", "F24"} <= asked


def test_exactly_at_the_floor_is_accepted_and_the_stricter_of_floor_and_promise_binds():
    assert blockers(said("accept", good_case())) == []
    both = good_case(promised_share_bp=3500)
    assert [f.rule_id for f in blockers(said("accept", both))] == ["F04"]
    two = replace(SHARE, floors=(*SHARE.floors, facts.Floor("F02", "中央衔接资金", Decimal("0.31"), 1_000_000_00)))
    assert [f.rule_id for f in blockers(said("accept", good_case(two)))] == ["F02"]


def test_a_project_of_2016_is_judged_by_the_floor_of_its_time():
    old = replace(
        SHARE, paid_fen=150_000_00, floors=(facts.Floor("F01", "中央预算内投资", Decimal("0.15"), 1_000_000_00),)
    )
    assert blockers(said("accept", good_case(old))) == []


def test_the_two_promotions_have_no_floor():
    assert blockers(said("accept", good_case(facts.ShareFacts(), project=PROMOTED))) == []


def test_publicity_is_asked_of_each_paid_month_once_the_process_gates_are_on():
    months = (facts.PaidMonth(202212, 1, 1), facts.PaidMonth(202701, 1, 1), facts.PaidMonth(202702, 1, 1))
    case = good_case(replace(PAY, months=months), law=parameters(on=date(2027, 6, 30)))
    shown = {"starts_on": "2027-02-01", "ends_on": "2027-02-08", "photos": 2}
    one = with_fields(case, "pay_publicity", month=202701, **shown)
    found = [f for f in said("accept", one) if f.rule_id == "H03"]
    assert [(f.severity, f.facts.get("months")) for f in found] == [
        (Severity.BLOCKER, ["2027年2月"]), (Severity.HINT, None),
    ]  # fmt: skip
    both = (
        PaperFacts("pay_publicity", fields={"month": 202701, **shown}),
        PaperFacts("pay_publicity", fields={"month": 202702, **shown, "ends_on": "2027-02-07"}),
    )
    short = replace(case, papers={**case.papers, "pay_publicity": both})
    assert ["不足7天" in f.message for f in blockers(said("accept", short))] == [True]
    enough = (*both, PaperFacts("pay_publicity", fields={"month": 202702, **shown}))
    assert blockers(said("accept", replace(case, papers={**case.papers, "pay_publicity": enough}))) == []


def test_history_lets_off_no_publicity_of_a_month_that_is_none():
    months = (facts.PaidMonth(202612, 1, 1), facts.PaidMonth(202701, 1, 1))
    case = without(good_case(replace(PAY, months=months), law=parameters(on=date(2026, 12, 31))), "pay_publicity")
    stopping = blockers(said("accept", case, is_history=True))
    assert [(f.rule_id, f.facts.get("months")) for f in stopping] == [("H03", ["2027年1月"])]


def test_history_cannot_put_away_what_is_not_there():
    found = blockers(said("archive", without(good_case(), "bank_receipts", "start_order"), is_history=True))
    assert [(f.rule_id, f.facts["archive_class"]) for f in found] == [("I08", 7), ("I08", 8)]


OWING = [
    ("F26", lambda: good_case(replace(PAY, unpaid_fen=1, unpaid_people=1))),
    ("F12", lambda: good_case(replace(PAY, unposted_sheets=1))),
    ("H03", lambda: without(
        good_case(replace(PAY, months=(facts.PaidMonth(202702, 1, 1),)), law=parameters(on=date(2027, 6, 30))),
        "pay_publicity",
    )),
    ("F01", lambda: good_case(replace(SHARE, paid_fen=299_999_99))),
    ("F04", lambda: good_case(promised_pay_fen=300_000_01)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "case"), OWING, ids=[rule for rule, _ in OWING])
@pytest.mark.parametrize("is_history", [False, True])
def test_a_life_taken_over_behind_the_acceptance_owes_its_gates_to_the_archive(rule, case, is_history):
    assert blockers(said("archive", case(), is_history=is_history)) == []
    taken_over = replace(case(), passed=frozenset({"correct"}))
    assert {f.rule_id for f in blockers(said("archive", taken_over, is_history=is_history))} == {rule}


MONEY = GOOD[facts.MoneyFacts]
ROSTER = GOOD[facts.RosterFacts]
LATE = date(2022, 12, 1)
REMARKS = [
    ("mobilise", "E01", Severity.SERIOUS, lambda: good_case(replace(ROSTER, local=9))),
    ("mobilise", "E09", Severity.HINT, lambda: good_case(facts.RosterFacts(people=9, local=9))),
    ("mobilise", "E10", Severity.SERIOUS, lambda: without(good_case(facts.TrainingFacts()), "safety_training")),
    ("announce", "H01", Severity.SERIOUS, lambda: good_case(due_on=LATE)),
    ("start", "C11b", Severity.SERIOUS, lambda: good_case(due_on=LATE)),
    ("start", "H09", Severity.WARNING, lambda: with_fields(good_case(), "signboard", has_rights_board=False)),
    ("complete_main", "E06", Severity.SERIOUS, lambda: without(good_case(), "roster_filing")),
    ("accept", "I06", Severity.WARNING, lambda: good_case(due_on=LATE)),
    ("accept", "G01", Severity.SERIOUS, lambda: good_case(facts.TrainingFacts())),
    ("recheck", "I05", Severity.SERIOUS, lambda: good_case(due_on=LATE)),
    ("announce_result", "H02", Severity.SERIOUS, lambda: good_case(due_on=LATE)),
    ("evaluate", "J01", Severity.WARNING, lambda: good_case(replace(MONEY, central_paid_fen=949_999_99))),
    ("evaluate", "J01", Severity.WARNING, lambda: good_case(replace(MONEY, central_issued_fen=0))),
    ("evaluate", "J02", Severity.WARNING, lambda: good_case(replace(MONEY, invested_fen=949_999_99))),
    ("evaluate", "L07", Severity.WARNING, lambda: with_fields(good_case(), "performance_report", satisfaction=89, sample=10)),
    ("evaluate", "L07", Severity.WARNING, lambda: with_fields(good_case(), "performance_report", satisfaction=99, sample=9)),
    ("evaluate", "L07", Severity.WARNING, lambda: with_fields(good_case(), "performance_report")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "rule", "severity", "case"), REMARKS, ids=[f"{s}-{r}-{n}" for n, (s, r, _, _) in enumerate(REMARKS)]
)
def test_a_rule_that_does_not_stop_is_said_with_its_level_and_clause(step, rule, severity, case):
    found = [f for f in said(step, case()) if f.rule_id == rule]
    assert [f.severity for f in found] == [severity]
    assert found[0].cite is not None
    assert found[0].remedy
    assert rule not in {f.rule_id for f in said(step, good_case())}


def test_papers_without_a_file_want_words_and_the_years_of_keeping_are_said():
    case = good_case(replace(PAY, last_paid_on=date(2022, 8, 10)))
    assert [(f.rule_id, f.severity, "2025年12月31日" in f.message) for f in said("archive", case)] == [
        ("F25", Severity.HINT, True)
    ]
    bare = replace(case, papers={**case.papers, "start_order": (PaperFacts("start_order"),)})
    serious = [f for f in said("archive", bare) if f.severity is Severity.SERIOUS]
    assert [(f.rule_id, "1种必备材料只登记了要素、没有上传文件：开工令" in f.message) for f in serious] == [
        ("I08", True)
    ]


def test_history_is_let_off_the_process_but_not_the_record():
    bare = replace(good_case(replace(PAY, unpaid_fen=5, unpaid_people=1), facts.RosterFacts()), papers={})
    found = said("accept", bare, is_history=True)
    assert [f.rule_id for f in blockers(found)] == ["F26"]
    hints = [f for f in found if "历史补录，未核流程" in f.message]
    assert [(f.severity, f.cite) for f in hints] == [(Severity.HINT, Cite("readings", "第10条", checked=True))]
    assert "I04" in hints[0].facts["rules"]


@pytest.mark.parametrize("mark", MARKS, ids=lambda m: m.id)
def test_a_mark_stops_what_it_names_and_never_the_end(mark):
    for step in ("contract", "start", "accept", "terminate", "archive"):
        stopped = [f for f in blockers(said(step, good_case(marks=(mark.id,)))) if f.facts.get("mark") == mark.id]
        assert bool(stopped) is (step in mark.stops)
    assert "terminate" not in mark.stops


def test_every_check_names_rules_of_the_book_and_is_asked_somewhere():
    asked = {name for t in TRANSITIONS for name in t.checks}
    assert asked == CHECKS.keys()


def test_deadlines_count_working_days_and_months_by_the_value_of_their_day():
    assert last_day("plan_notice_working_days", date(2022, 9, 28)) == date(2022, 10, 17)
    assert last_day("acceptance_after_completion_months", date(2022, 8, 31)) == date(2023, 2, 28)
    traits = traits_of("special_fund", "enterprise")
    reached = {"decomposed": date(2022, 3, 1), "main_completed": date(2022, 8, 31)}
    assert next_deadline("self_checked", traits, reached, Clocks()) == date(2023, 2, 28)
    assert next_deadline("announced", traits, {"decomposed": date(2022, 3, 1)}, Clocks()) == last_day(
        "plan_start_working_days", date(2022, 3, 1)
    )
    accept = PROJECT_LIFE.named("accept")[0]
    assert deadline_of(accept, "self_checked", {}, Clocks()) is None


def test_the_notice_is_due_from_the_day_the_county_got_the_document():
    announce = PROJECT_LIFE.named("announce")[0]
    received, decomposed = date(2022, 9, 14), date(2022, 9, 20)
    case = good_case(facts.PlanFacts(received_on=received), reached={"decomposed": decomposed})
    assert deadline_of(announce, "decomposed", case.reached, case.clocks) == date(2022, 9, 28)
    assert next_deadline("decomposed", traits_of("special_fund", "enterprise"), case.reached, case.clocks) == date(
        2022, 9, 28
    )
    unknown = good_case(facts.PlanFacts(), reached={"decomposed": decomposed})
    assert deadline_of(announce, "decomposed", unknown.reached, unknown.clocks) == last_day(
        "plan_notice_working_days", decomposed
    )
