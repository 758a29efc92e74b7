"""The history of the demo year's projects: lives, papers, editions of the lists and money, all through the services.

Most projects went the way they should; by a fixed share of their codes some are late, suspended, being changed or short of
papers, so that boards, gates and reminders have something to show. Entered afterwards, as history (reading 10), in the
name of the platform and marked as demo data like everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from zlib import crc32

from django.db import transaction

from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.access.scope import Scope
from workrelief.faces.commands.demo.batches import with_days
from workrelief.faces.commands.demo.papers import papers_of
from workrelief.faces.commands.demo.plans import hand_down
from workrelief.faces.commands.demo.sites import sites_of
from workrelief.faces.commands.demo.told import Told, listed_on
from workrelief.faces.commands.demo.walking import WHY, groups, walk
from workrelief.kernel import clock
from workrelief.kernel.kinds import FundType, Track
from workrelief.work.funds.services import money
from workrelief.work.funds.services.applications import PLAN_FUNDS
from workrelief.work.lifecycle import queries as lives
from workrelief.work.lifecycle import services as lifecycle
from workrelief.work.lists import queries as lists
from workrelief.work.lists import services as listing
from workrelief.work.projects import queries as projects

PROVINCE = "370000000000"
_SELF_BUILT = ("self_build", "council", "collective")
_TRANCHES = (("首批", 40), ("第二批", 60))


@dataclass
class History:
    """What was told: lives, steps, papers, places on the map, plan documents, editions and money."""

    lives: int = 0
    steps: int = 0
    papers: int = 0
    sites: int = 0
    documents: int = 0
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
            lifecycle.set_implementer(actor, one.id, one.implementer, reason=WHY)
        if one.track == Track.SPECIAL_FUND.id:
            lifecycle.set_commitment(actor, one.id, pay_fen=one.planned_pay_fen, reason=WHY)
    told.papers = lifecycle.attach_papers(actor, [paper for one in wanted for paper in papers_of(one)], reason=WHY)
    told.sites = lifecycle.set_sites(actor, sites_of(wanted), reason=WHY)
    for group in groups(wanted):
        walked = walk(actor, group)
        told.steps += walked.steps
        for step, number in walked.held_up.items():
            told.held_up[step] = told.held_up.get(step, 0) + number
    told.documents = hand_down(actor, year, wanted)
    told.editions = _editions(actor, year, cities)
    told.moves = _money(actor, wanted)
    _beside(actor, wanted)
    return told


def _untold(actor: Actor, year: int) -> list[Told]:
    found = projects.projects(actor.scope, projects.ProjectFilter(year=year, order="place"))
    rows = list(
        found.values_list(
            "pk", "code", "track", "starts_on", "ends_on", "planned_pay_fen", "investment_fen", "division_code",
            "owner_name",
        )
    )  # fmt: skip
    known = lives.lives_of(actor.scope, [row[0] for row in rows])
    untold = []
    special = [row[0] for row in rows if row[2] == Track.SPECIAL_FUND.id]
    given = projects.fund_sources(actor.scope, special)
    for pk, code, track, starts_on, ends_on, pay, investment, division, owner in rows:
        if pk in known or starts_on is None or ends_on is None:
            continue
        number = crc32(code.encode())
        self_built = track == Track.AGRI_PROMOTION.id and number % 10 < 3
        implementer = _SELF_BUILT[number % 3] if self_built else "enterprise"
        granted = {f.fund_type: f.issued_fen for f in given.get(pk, ()) if f.issued_fen and f.fund_type in PLAN_FUNDS}
        untold.append(
            Told(pk, code, track, starts_on, ends_on, pay, investment, division, owner, number, implementer, granted)
        )
    return with_days(year, untold)


def _first_day(one: Told) -> date:
    first = one.day("survey")
    assert first is not None
    return first - timedelta(days=10)


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
            elif source.fund_type not in PLAN_FUNDS and source.planned_fen:
                entries += _own_share(one, source.fund_type, source.planned_fen)
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


def _own_share(one: Told, kind: FundType, planned_fen: int) -> Iterator[money.MoveIn]:
    """What the county itself put in, at once; it is not given by a plan, so nothing of it is issued."""
    arrived = one.starts_on - timedelta(days=12)
    if arrived <= clock.today():
        voucher = f"演示{one.number % 10_000:04d}-{kind.code}1"
        yield money.receipt(
            one.id, kind, planned_fen, arrived, voucher_no=f"到{voucher}", tranche=1, payer="演示县财政局"
        )


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
