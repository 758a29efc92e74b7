"""Walking a project through its life in tests: papers and facts that satisfy every gate, taken away one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from tests.build import a_project
from tests.conftest import NINGJIN, make_actor
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.kernel.kinds import FundType, Track
from workrelief.work.lifecycle import facts, services
from workrelief.work.lifecycle.states import PAPERS, PROJECT_LIFE, traits_of
from workrelief.work.projects import rules as project_rules

WORKERS = tuple(Role(r) for r in ("province_officer", "city_officer", "county_officer", "owner", "village_cadre"))

GOOD: dict[type, Any] = {
    facts.ListFacts: facts.ListFacts(2022, "county", "published", True, "演示〔2022〕1号"),
    facts.PlanFacts: facts.PlanFacts(
        stage="decomposed", batch="演示第一批", issued_fen=1_000_000_00, targets=10, has_responsibilities=True,
        responsibilities_confirmed_on=date(2022, 3, 1),
    ),
    facts.ShareFacts: facts.ShareFacts(
        paid_fen=300_000_00, issued_fen=1_000_000_00, received_fen=1_000_000_00,
        floors=(facts.Floor("F01", "中央预算内投资", Decimal("0.30"), 1_000_000_00),),
    ),
    facts.PayFacts: facts.PayFacts(months=(facts.PaidMonth(202207, 300_000_00, 300_000_00, True),), sheets=1),
    facts.MoneyFacts: facts.MoneyFacts(1_000_000_00, 950_000_00, 1_000_000_00, 950_000_00),
    facts.TrainingFacts: facts.TrainingFacts(2, 1, 1, 10),
    facts.RosterFacts: facts.RosterFacts(people=10, local=10),
}  # fmt: skip

FIELDS: dict[str, dict[str, object]] = {
    "labour_survey": {"willing_people": 50},
    "implementation_plan": {"has_work_relief_chapter": True},
    "labour_estimate": {"pay_total_fen": 300_000_00},
    "plan_publicity": {"starts_on": date(2022, 2, 1), "ends_on": date(2022, 2, 11)},
    "plan_notice": {"says_pay": True, "says_telephone": True},
    "villager_decision": {"estimate_fen": 3_000_000_00},
    "contract": {"has_labour_clause": True, "pay_cycle_days": 30},
    "self_build_agreement": {"has_labour_clause": True, "pay_cycle_days": 30},
    "supervision_contract": {"covers_labour": True},
    "wage_account": {"bank": "演示银行"},
    "pay_publicity": {"month": 202207, "starts_on": date(2022, 8, 1), "ends_on": date(2022, 8, 8), "photos": 2},
    "photos": {"phase": "before"},
    "final_account": {"amount_fen": 9_900_000_00},
    "acceptance_record": {"is_passed": True},
    "upkeep": {"unit": "演示村委会", "person": "演示管护员"},
    "public_posts": {"posts": 1},
    "performance_report": {"satisfaction": 90, "sample": 10},
}


@contextmanager
def with_facts(**changed: Any) -> Iterator[None]:
    """Every project has good facts; `pay={"unpaid_fen": 1}` changes one kind (named as in `Facts`)."""
    names = {
        "listing": facts.ListFacts, "plan": facts.PlanFacts, "share": facts.ShareFacts, "pay": facts.PayFacts,
        "training": facts.TrainingFacts, "roster": facts.RosterFacts, "money": facts.MoneyFacts,
    }  # fmt: skip
    good = dict(GOOD)
    for name, values in changed.items():
        good[names[name]] = replace(good[names[name]], **values)
    with ExitStack() as stack:
        for kind, value in good.items():
            stack.enter_context(facts.provided(kind, lambda _s, ids, _on, value=value: dict.fromkeys(ids, value)))
        yield


DEMAND = project_rules.LabourDemand("普工", 10, "2022年3月至8月", "无要求")


def promoted_project(actor: Actor, number: int = 1, *, track: Track = Track.KEY_PROJECT, **changes: Any) -> int:
    return a_project(actor, NINGJIN, number=number, track=track, content="（演示）整治沟渠", demand=DEMAND, **changes)


def special_project(actor: Actor, number: int = 1, **changes: Any) -> int:
    return a_project(
        actor, NINGJIN, number=number, track=Track.SPECIAL_FUND, content="（演示）硬化村内道路", demand=DEMAND,
        funds=(project_rules.Fund(FundType.CENTRAL_BUDGET, 10_000_000_00),), **changes,
    )  # fmt: skip


def everybody(*prefixes: str) -> Actor:
    """An actor who carries every working duty; who may do what is tested apart."""
    one = make_actor(Role.COUNTY_OFFICER, *(prefixes or ("371422",)))
    return replace(one, roles=frozenset(r.value for r in WORKERS))


def all_papers(actor: Actor, project: int, *, leaving_out: frozenset[str] = frozenset()) -> None:
    """Every kind of paper with particulars that satisfy the gates."""
    for kind in PAPERS:
        if kind in leaving_out:
            continue
        services.attach_paper(actor, project, kind, number="演示〔2022〕1号", fields=FIELDS.get(kind))
    for phase in ("during", "after"):
        if "photos" not in leaving_out:
            services.attach_paper(actor, project, "photos", fields={"phase": phase})


def walk_to(actor: Actor, project: int, state: str, *, track: str, implementer: str = "enterprise") -> None:
    """Take every main step from the present state to `state`."""
    from workrelief.work.lifecycle import queries

    traits = traits_of(track, implementer)
    order = PROJECT_LIFE.order(traits)
    here = queries.life(actor.scope, project).state.id
    for step in PROJECT_LIFE.main_path(traits)[order.index(here) : order.index(state)]:
        services.take_step(actor, project, step.name, note="演示办理")
