"""Targets on their way down: what the parts promise together is what the whole asks; never below the floor."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.work.funds.plan_build import (
    DEZHOU,
    NINGJIN,
    TARGETS,
    TO_CITY,
    TO_COUNTY,
    TO_PROJECT,
    WAN,
    a_batch,
    a_root,
    lines_for,
    offices,
    pass_on,
    planned_project,
    responsible,
    reviewed,
    to,
)
from workrelief.kernel.errors import Conflict, RuleViolated
from workrelief.kernel.findings import Severity, blockers
from workrelief.work.funds import queries, services
from workrelief.work.funds.models import PlanLine
from workrelief.work.funds.rules import plans as rules
from workrelief.work.funds.rules.plans import Part

DAY = date(2022, 10, 20)


@pytest.fixture
def who():
    return offices()


def share(text: str) -> dict[str, str]:
    return TARGETS | {"wage_share": text}


def part(number: int, fen: int, text: str) -> Part:
    return Part(number, f"项目{number}", fen, share(text))


def test_parts_may_differ_as_long_as_together_they_hold_what_the_whole_asks():
    parts = [part(1, 100 * WAN, "0.4"), part(2, 100 * WAN, "0.3")]
    assert rules.targets_follow("上级文件第1行", share("0.35"), parts) == []


def test_a_fen_of_promised_pay_too_little_is_refused_with_the_difference_and_the_lowest_part():
    parts = [part(1, 100 * WAN, "0.4"), part(2, 100 * WAN - 10, "0.3"), part(3, 10, "0.2")]
    (said,) = rules.targets_follow("上级文件第1行", share("0.35"), parts)
    assert (said.rule_id, said.severity) == ("C04", Severity.BLOCKER)
    assert said.facts == {"target": "wage_share", "missing_fen": 1, "lowest": 3}
    assert "0.01元" in said.message


@pytest.mark.parametrize(
    ("target", "whole", "own", "words"),
    [
        ("decompose_days", "20", "25", "≤25工作日"),
        ("satisfaction", "0.9", "0.85", "≥85%"),
        ("over_limits", "0", "0.01", "1%"),
        ("problem_share", "0.01", "0.02", "≤2%"),
    ],
)
def test_any_other_target_that_is_looser_is_said_with_both_values(target, whole, own, words):
    (said,) = rules.targets_follow(
        "上级文件第1行", TARGETS | {target: whole}, [Part(4, "某项目", WAN, TARGETS | {target: own})]
    )
    assert (said.rule_id, said.severity, said.facts["line"]) == ("C04", Severity.WARNING, 4)
    assert words in said.message
    assert (
        rules.targets_follow(
            "上级文件第1行", TARGETS | {target: own}, [Part(4, "某项目", WAN, TARGETS | {target: own})]
        )
        == []
    )


@given(
    st.lists(st.tuples(st.integers(1, 10**12), st.integers(0, 10_000)), min_size=1, max_size=12), st.integers(0, 10_000)
)
def test_the_weighing_agrees_with_whole_number_arithmetic(rows, asked):
    parts = [part(n, fen, str(Decimal(points) / 10_000)) for n, (fen, points) in enumerate(rows, start=1)]
    said = rules.targets_follow("上级", share(str(Decimal(asked) / 10_000)), parts)
    short = sum(fen * (asked - points) for fen, points in rows)
    assert [one.facts["missing_fen"] for one in said] == ([-(-short // 10_000)] if short > 0 else [])


def test_a_target_below_the_floor_of_its_day_is_refused_and_exactly_on_it_is_not():
    from workrelief.kernel.kinds import FundType

    def said(text: str, on: date) -> list[str]:
        found = rules.target_floor(
            "第1行", share(text), FundType.CENTRAL_BUDGET, on=on, division=NINGJIN, batch="2022-central_budget-1"
        )
        return [one.rule_id for one in blockers(found)]

    assert said("0.2999", date(2022, 7, 1)) == ["F01"]
    assert said("0.3", date(2022, 7, 1)) == []
    assert said("0.15", date(2022, 6, 30)) == []
    assert said("0.1499", date(2022, 6, 30)) == ["F01"]


@pytest.mark.django_db
def test_an_application_below_the_floor_is_not_handed_in(who):
    project, batch = planned_project(who.county, 1), a_batch(who)
    row = services.save_application(
        who.county, batch.pk, NINGJIN, lines_for({project: 100 * WAN}, targets=share("0.25"))
    )
    with pytest.raises(RuleViolated, match=r"25\.00%，低于") as err:
        services.submit_application(who.county, row.pk, document_no="演1", on=date(2022, 8, 10), is_truthful=True)
    assert err.value.code == "F01"


@pytest.mark.django_db
def test_a_lump_without_targets_takes_those_of_the_line_above(who):
    root = services.register_plan(
        who.province, a_batch(who).pk, services.DocumentHead(), total_fen=100 * WAN, targets=share("0.36")
    )
    services.check_document(who.province, root.pk)
    services.issue_document(who.province, root.pk, document_no="国1", on=date(2022, 9, 1))
    made = services.draft_decomposition(
        who.province, root.pk, services.DocumentHead(),
        [services.NewLine(division_code=DEZHOU, amount_fen=100 * WAN)],
    )  # fmt: skip
    assert PlanLine.rows.get(document=made).targets == share("0.36")


@pytest.mark.django_db
@pytest.mark.parametrize(("on", "is_refused"), [(date(2022, 6, 30), False), (date(2022, 7, 1), True)])
def test_a_document_entered_late_is_judged_by_the_floor_of_its_own_day(who, on, is_refused):
    root = services.register_plan(
        who.province, a_batch(who).pk, services.DocumentHead(), total_fen=100 * WAN, targets=share("0.15")
    )
    services.check_document(who.province, root.pk)
    if is_refused:
        with pytest.raises(RuleViolated, match=r"目标15\.00%，低于"):
            services.issue_document(who.province, root.pk, document_no="国1", on=on)
    else:
        services.issue_document(who.province, root.pk, document_no="国1", on=on)


def forwarded_at(who, shares: dict[int, str], asked: str):
    """A draft of the county that forwards 100 万元 to each project with its own share, under a lump that asks `asked`."""
    batch = a_batch(who)
    reviewed(who, batch, dict.fromkeys(shares, 100 * WAN))
    total = 100 * WAN * len(shares)
    province = pass_on(who.province, a_root(who, batch, total), [_asks(DEZHOU, total, asked)], TO_CITY, no="鲁1")
    city = pass_on(who.city, province, [_asks(NINGJIN, total, asked)], TO_COUNTY, no="德1")
    responsible(who.county, list(shares))
    lines = [
        services.NewLine(project_id=one, amount_fen=100 * WAN, targets=share(text)) for one, text in shares.items()
    ]
    return batch, services.draft_decomposition(who.county, city.pk, services.DocumentHead(), lines)


def _asks(place: str, fen: int, text: str) -> services.NewLine:
    return services.NewLine(division_code=place, amount_fen=fen, targets=share(text))


@pytest.mark.django_db
def test_a_document_whose_parts_promise_less_is_refused_until_a_line_is_raised(who):
    first, second = planned_project(who.county, 1), planned_project(who.county, 2)
    _, draft = forwarded_at(who, {first: "0.38", second: "0.3"}, "0.35")
    with pytest.raises(RuleViolated, match=r"低于上级目标≥35\.00%，少20,000\.00元"):
        services.check_document(who.county, draft.pk)
    line = PlanLine.rows.get(document=draft, project=second)
    services.set_line_targets(who.county, draft.pk, line.pk, share("32%"))
    services.check_document(who.county, draft.pk)
    services.issue_document(who.county, draft.pk, document_no="宁1", on=TO_PROJECT)
    line.refresh_from_db()
    assert line.targets == share("0.32")
    with pytest.raises(Conflict, match="不能修改"):
        services.set_all_targets(who.county, draft.pk, share("0.3"))
    with pytest.raises(Conflict, match="不能修改"):
        services.set_line_targets(who.county, draft.pk, line.pk, share("0.3"))


@pytest.mark.django_db
def test_one_set_of_targets_goes_on_every_line_of_a_draft_and_a_stale_page_is_told(who):
    first, second = planned_project(who.county, 1), planned_project(who.county, 2)
    _, draft = forwarded_at(who, {first: "0.3", second: "0.31"}, "0.35")
    services.set_all_targets(who.county, draft.pk, share("35%"), version=draft.version)
    assert [line.targets for line in PlanLine.rows.filter(document=draft)] == [share("0.35")] * 2
    with pytest.raises(Conflict, match="已被他人修改"):
        services.set_all_targets(who.county, draft.pk, share("36%"), version=draft.version)
    services.check_document(who.county, draft.pk)


@pytest.mark.django_db
def test_neither_a_shift_nor_lower_targets_leave_the_whole_short(who):
    first, second = planned_project(who.county, 1), planned_project(who.county, 2)
    batch, draft = forwarded_at(who, {first: "0.4", second: "0.3"}, "0.35")
    services.check_document(who.county, draft.pk)
    services.issue_document(who.county, draft.pk, document_no="宁1", on=TO_PROJECT)
    shifts = [services.MoneyShift(first, 90 * WAN), services.MoneyShift(second, 110 * WAN)]
    order = services.propose_shift(who.county, batch.pk, shifts, reason="征地变化")
    with pytest.raises(RuleViolated, match=r"加权为34\.50%，低于上级目标≥35\.00%，少10,000\.00元") as err:
        services.approve_change(who.city, order.pk, document_no="德批1", on=DAY)
    assert err.value.code == "C04"
    assert set(PlanLine.rows.filter(document=draft).values_list("amount_fen", flat=True)) == {100 * WAN}
    services.cancel_change(who.county, order.pk, reason="另行测算")
    lower = services.propose_targets(who.county, batch.pk, first, {"wage_share": "39%"}, reason="用工减少")
    with pytest.raises(RuleViolated, match=r"少10,000\.00元"):
        services.approve_change(who.city, lower.pk, document_no="德批2", on=DAY)
    services.cancel_change(who.county, lower.pk, reason="不再申请")
    raised = services.propose_targets(who.county, batch.pk, second, {"wage_share": "31%"}, reason="用工增加")
    services.approve_change(who.city, raised.pk, document_no="德批3", on=DAY)
    assert queries.project_plan(who.county.scope, second).targets["wage_share"] == "0.31"


@pytest.mark.django_db
def test_projects_named_above_are_weighed_in_the_same_number_of_statements_for_any_number(who):
    counted = []
    for batch_number, number in ((1, 2), (2, 12)):
        ids = [planned_project(who.county, batch_number * 100 + n, central=10 * WAN) for n in range(number)]
        batch = a_batch(who, number=batch_number)
        reviewed(who, batch, dict.fromkeys(ids, 10 * WAN))
        lines = [to(one, 10 * WAN) for one in ids]
        root = a_root(who, batch, 10 * WAN * number)
        province = pass_on(who.province, root, lines, TO_CITY, no=f"鲁{batch_number}")
        draft = services.draft_decomposition(who.city, province.pk, services.DocumentHead(), lines)
        with CaptureQueriesContext(connection) as seen:
            services.check_document(who.city, draft.pk)
        counted.append(len(seen))
    assert counted[0] == counted[1]
