"""The history of the demo year's projects: lives, papers, editions of the lists and money, all through the services.

Most projects went the way they should; by a fixed share of their codes some are late, suspended, being changed or short of
papers, so that boards, gates and reminders have something to show. Entered afterwards, as history (reading 10), in the
name of the platform and marked as demo data like everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zlib import crc32

from django.db import transaction

from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.access.scope import Scope
from workrelief.kernel import clock
from workrelief.kernel.errors import RuleViolated
from workrelief.kernel.kinds import FundType, Track
from workrelief.kernel.statemachine import Transition
from workrelief.work.funds.services import money
from workrelief.work.lifecycle import queries as lives
from workrelief.work.lifecycle import services as lifecycle
from workrelief.work.lifecycle.states import PAPERS, PROJECT_LIFE, traits_of
from workrelief.work.lists import queries as lists
from workrelief.work.lists import services as listing
from workrelief.work.projects import queries as projects

PROVINCE = "370000000000"
_WHY = "演示数据：历史补录"

BEFORE_START: Mapping[str, int] = {
    "survey": 190, "reserve": 170, "approve": 150, "publicise_plan": 140, "apply": 128, "city_review": 118,
    "prov_review": 106, "issue_plan": 90, "decompose": 70, "announce": 58, "tender": 12,
    "confirm_self_build": 12, "contract": 7, "mobilise": 3, "start": 0,
}  # fmt: skip
"""Days before the start of work on which a step was taken."""
AFTER_START = {"build": 4}
AFTER_END: Mapping[str, int] = {
    "complete_main": 0, "self_check": 6, "accept": 14, "announce_result": 20, "hand_over": 26, "put_in_use": 28,
    "archive": 60, "evaluate": 75,
}  # fmt: skip
_SELF_BUILT = ("self_build", "council", "collective")
_TRANCHES = (("首批", 40), ("第二批", 60))


def listed_on(year: int) -> date:
    """When the lists of a year were issued."""
    return date(year, 1, 10)


@dataclass(frozen=True)
class Told:
    """One project and how its story goes. `number` decides what is unusual about it."""

    id: int
    code: str
    track: str
    starts_on: date
    ends_on: date
    planned_pay_fen: int
    investment_fen: int
    division_code: str
    number: int
    implementer: str

    @property
    def is_suspended(self) -> bool:
        return self.number % 61 == 7

    @property
    def is_changing(self) -> bool:
        return self.number % 47 == 5

    @property
    def is_late(self) -> bool:
        """Everything after completion took a season longer."""
        return self.number % 11 == 3

    @property
    def lacks_papers(self) -> bool:
        return self.number % 9 == 4

    def day(self, step: str) -> date | None:
        """When the step was taken; None when it has not been."""
        if step == "list":
            return min(listed_on(self.starts_on.year), self.starts_on - timedelta(days=BEFORE_START["tender"] + 2))
        if step in BEFORE_START:
            return self.starts_on - timedelta(days=BEFORE_START[step])
        if step in AFTER_START:
            return self.starts_on + timedelta(days=AFTER_START[step])
        if self.is_suspended:
            return None
        late = 100 if self.is_late and step not in ("complete_main", "self_check") else 0
        return self.ends_on + timedelta(days=AFTER_END[step] + late)


@dataclass
class History:
    """What was told: lives, steps, papers, editions and money."""

    lives: int = 0
    steps: int = 0
    papers: int = 0
    editions: int = 0
    moves: int = 0
    held_up: dict[str, int] = field(default_factory=dict)


@transaction.atomic
def tell(year: int, cities: Iterable[str]) -> History:
    """Tell the year's projects that have no life yet, whole or not at all; repeating it does nothing.

    The clock stands where the caller put it.
    """
    actor = system_actor("演示数据", scope=Scope(divisions=("37",)))
    told = History()
    wanted = _untold(actor, year)
    if not wanted:
        return told
    ids = [one.id for one in wanted]
    told.lives = lifecycle.begin(actor, ids, on=min(_first_day(one) for one in wanted))
    for one in wanted:
        if one.implementer in _SELF_BUILT:
            lifecycle.set_implementer(actor, one.id, one.implementer, reason=_WHY)
        if one.track == Track.SPECIAL_FUND.id:
            lifecycle.set_commitment(actor, one.id, pay_fen=one.planned_pay_fen, reason=_WHY)
    told.papers = lifecycle.attach_papers(actor, [paper for one in wanted for paper in _papers(one)], reason=_WHY)
    for group in _groups(wanted):
        _walk(actor, group, told)
    told.editions = _editions(actor, year, cities)
    told.moves = _money(actor, wanted)
    _beside(actor, wanted)
    return told


def _untold(actor: Actor, year: int) -> list[Told]:
    rows = list(
        projects.projects(actor.scope, projects.ProjectFilter(year=year, order="place")).values_list(
            "pk", "code", "track", "starts_on", "ends_on", "planned_pay_fen", "investment_fen", "division_code"
        )
    )
    known = lives.lives_of(actor.scope, [row[0] for row in rows])
    found = []
    for pk, code, track, starts_on, ends_on, pay, investment, division in rows:
        if pk in known or starts_on is None or ends_on is None:
            continue
        number = crc32(code.encode())
        self_built = track == Track.AGRI_PROMOTION.id and number % 10 < 3
        implementer = _SELF_BUILT[number % 3] if self_built else "enterprise"
        found.append(
            Told(pk, code, track, starts_on, ends_on, pay, investment, division, number, implementer)
        )  # fmt: skip
    return found


def _first_day(one: Told) -> date:
    return one.starts_on - timedelta(days=200)


def _groups(wanted: Sequence[Told]) -> Iterator[list[Told]]:
    """Projects that go the same way: one track, one kind of implementer."""
    ways: dict[tuple[str, str], list[Told]] = {}
    for one in wanted:
        ways.setdefault((one.track, one.implementer), []).append(one)
    yield from ways.values()


def _walk(actor: Actor, group: Sequence[Told], told: History) -> None:
    """Take step after step for all of the group whose day has come; what a gate holds up goes no further."""
    path: Sequence[Transition] = PROJECT_LIFE.main_path(traits_of(group[0].track, group[0].implementer))
    walking, today = list(group), clock.today()
    for step in path:
        days = {one.id: day for one in walking if (day := one.day(step.name)) is not None and day <= today}
        walking = [one for one in walking if one.id in days]
        while days:
            try:
                told.steps += lifecycle.take_steps(
                    actor, list(days), step.name, on=max(days.values()), days=days, history=True, note=_WHY,
                    reference=f"演示〔{max(days.values()).year}〕{step.label}",
                )  # fmt: skip
                break
            except RuleViolated as err:
                blocked = _blocked(err)
                if not blocked:
                    raise
                told.held_up[step.name] = told.held_up.get(step.name, 0) + len(blocked)
                days = {i: day for i, day in days.items() if i not in blocked}
        walking = [one for one in walking if one.id in days]


def _blocked(err: RuleViolated) -> set[int]:
    found = err.facts.get("blocked")
    return {int(i) for i in found} if isinstance(found, dict) else set()


def _papers(one: Told) -> Iterator[lifecycle.NewPaper]:
    """The papers of every step that has been taken, with their particulars; some projects are short of a few."""
    today = clock.today()
    missing = ("pay_review", "labour_estimate", "signboard", "supervision_contract") if one.lacks_papers else ()
    for kind, step, values in _cabinet(one):
        day = one.day(step)
        if day is None or day > today or kind in missing:
            continue
        number = f"演示〔{day.year}〕{one.number % 900 + 1}号" if PAPERS[kind].needs_number else ""
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


def _editions(actor: Actor, year: int, cities: Iterable[str]) -> int:
    """The lists of the province and of the cities, as they were issued that spring."""
    made = 0
    for division, level in [(PROVINCE, "province"), *((city, "city") for city in sorted(cities))]:
        if not lists.issue_preview(actor.scope, year, level, division=division).has_changes:
            continue
        listing.issue(
            actor, year, level, division=division, document_no=f"演示发改农经〔{year}〕{made + 1}号",
            issued_on=listed_on(year),
        )  # fmt: skip
        made += 1
    return made


def _money(actor: Actor, wanted: Sequence[Told]) -> int:
    """Arrivals and payments of the special-fund projects in two tranches each; one project in eight let its money lie."""
    special = [one for one in wanted if one.track == Track.SPECIAL_FUND.id]
    funds = projects.fund_sources(actor.scope, [one.id for one in special])
    entries: list[money.MoveIn] = []
    for one in special:
        entries.append(money.year_plan(one.id, one.starts_on.year, one.investment_fen))
        for source in funds.get(one.id, ()):
            if source.issued_fen:
                entries += _tranches(one, source.fund_type, source.issued_fen)
        entries += _built(one)
    return len(money.record(actor, entries, label="演示数据：资金到位、支付和完成投资").ids) if entries else 0


def _tranches(one: Told, kind: FundType, issued_fen: int) -> Iterator[money.MoveIn]:
    first = issued_fen * _TRANCHES[0][1] // 100
    for number, fen in enumerate((first, issued_fen - first), start=1):
        arrived = one.starts_on - timedelta(days=20) + timedelta(days=60 * (number - 1))
        paid = arrived + timedelta(days=35)
        if fen <= 0 or arrived > clock.today():
            continue
        voucher = f"演示{one.number % 10_000:04d}-{kind.code}{number}"
        yield money.receipt(one.id, kind, fen, arrived, voucher_no=f"到{voucher}", tranche=number, payer="演示财政局")
        if paid <= clock.today() and one.number % 8:
            yield money.payment(
                one.id, kind, fen * 96 // 100, paid, voucher_no=f"付{voucher}", tranche=number,
                payee_kind=money.PayeeKind.CONTRACTOR, payee="演示施工单位", purpose="工程进度款",
            )  # fmt: skip


def _built(one: Told) -> Iterator[money.MoveIn]:
    """Investment done month by month, evenly over the months of work that are over."""
    months = list(_months(one.starts_on, one.ends_on))
    done = [month for month in months if month < clock.today().year * 100 + clock.today().month]
    each = one.investment_fen * 98 // 100 // len(months)
    for month in done:
        yield money.investment(one.id, month, each)


def _months(first: date, last: date) -> Iterator[int]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield year * 100 + month
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _beside(actor: Actor, wanted: Sequence[Told]) -> None:
    """Marks beside the state, and a few objections, settled and open."""
    standing = lives.states_of(actor.scope, [one.id for one in wanted])
    for one in wanted:
        if one.is_suspended and standing[one.id] == "under_construction":
            lifecycle.set_mark(actor, one.id, "suspended", reason="演示：汛期影响，暂停施工，待复工通知。")
        elif one.is_changing and standing[one.id] in ("started", "under_construction"):
            lifecycle.set_mark(actor, one.id, "adjusting", reason="演示：建设内容调整，变更审批中。")
        if one.number % 149 == 2:
            raised = lifecycle.raise_objection(
                actor, one.id, "wages", "演示：反映七月份工日少记两天。", raised_on=clock.today() - timedelta(days=3)
            )
            if one.number % 2:
                lifecycle.settle_objection(
                    actor, raised.pk, outcome="演示：核对考勤后补记两天，已补发。", is_upheld=True
                )
