"""The filing cabinet of a demo project: the papers of every step that has been taken, with their particulars."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from workrelief.faces.commands.demo.told import Told
from workrelief.kernel import clock
from workrelief.kernel.kinds import Track
from workrelief.work.lifecycle import services as lifecycle
from workrelief.work.lifecycle.states import PAPERS


def papers_of(one: Told) -> Iterator[lifecycle.NewPaper]:
    """The papers of every step that has been taken, with their particulars; some projects are short of a few."""
    today = clock.today()
    missing = ("pay_review", "labour_estimate", "signboard", "supervision_contract") if one.lacks_papers else ()
    for kind, step, values in _cabinet(one):
        day = one.day(step)
        if day is None or day > today or kind in missing:
            continue
        number = one.paper_number(day) if PAPERS[kind].needs_number else ""
        yield lifecycle.NewPaper(project_id=one.id, kind=kind, number=number, dated_on=day, fields=values)


def _cabinet(one: Told) -> Iterator[tuple[str, str, dict[str, object]]]:
    """(kind of paper, step it belongs to, particulars)."""
    people, pay = one.number % 60 + 40, one.planned_pay_fen
    yield "labour_survey", "survey", {"willing_people": people + 200, "lifted_people": people // 5}
    yield "villager_meeting", "survey", {}
    yield "proposal", "reserve", {}
    yield "implementation_plan", "approve", {"has_work_relief_chapter": True, "pay_total_fen": pay}
    yield "approval", "approve", {}
    yield "labour_estimate", "approve", {"pay_total_fen": pay}
    if one.implementer == "enterprise":
        yield "tender_record", "tender", {"winner": "演示施工单位"}
        yield "contract", "contract", {"has_labour_clause": True, "pay_cycle_days": 30, "party": "演示施工单位"}
        yield "supervision_contract", "contract", {"covers_labour": True}
        yield "wage_account", "contract", {"bank": "演示银行"}
    else:
        yield "villager_decision", "confirm_self_build", {"estimate_fen": min(one.investment_fen, 3_900_000_00)}
        yield "self_build_agreement", "contract", {"has_labour_clause": True, "pay_cycle_days": 30}
    yield "labour_org_plan", "mobilise", {"planned_people": people}
    yield "recruitment_notice", "mobilise", {}
    yield "start_order", "start", {}
    yield "signboard", "start", {"has_rights_board": True}
    yield "photos", "start", {"phase": "before", "photos": 4}
    yield "photos", "build", {"phase": "during", "photos": 6}
    yield "completion_report", "complete_main", {}
    yield "self_check_report", "self_check", {}
    yield "pay_summary", "self_check", {}
    yield "pay_review", "self_check", {}
    yield "bank_receipts", "self_check", {}
    yield "final_account", "self_check", {"amount_fen": one.investment_fen * 97 // 100}
    yield "photos", "accept", {"phase": "after", "photos": 5}
    yield "acceptance_record", "accept", {"is_passed": True, "failed_items": 0}
    yield "result_notice", "announce_result", {}
    yield "handover", "hand_over", {}
    yield "upkeep", "hand_over", {"unit": "演示村民委员会", "person": "演示管护员"}
    yield "public_posts", "hand_over", {"posts": 2}
    if one.track == Track.SPECIAL_FUND.id:
        start = one.day("publicise_plan")
        assert start is not None
        window: dict[str, object] = {"starts_on": start - timedelta(days=10), "ends_on": start}
        yield "plan_publicity", "publicise_plan", window
        yield "pledge", "apply", {}
        yield "application", "apply", {}
        yield "targets", "issue_plan", {}
        yield "plan_document", "issue_plan", {}
        yield "decomposition", "decompose", {}
        yield "responsibilities", "decompose", {}
        yield "plan_notice", "announce", {"says_pay": True, "says_telephone": True}
        yield "performance_report", "evaluate", {"satisfaction": 96, "sample": 50}
