"""What lies on the desks when the demo year is closed: next year's reserve, lists on their way up, plan money on its way down.

Six projects a city, all invented. They count in no figure yet: nothing of them was issued. Through the services, like the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from zlib import crc32

from django.db import transaction

from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.access.scope import Scope
from workrelief.base.accounts.seeds import FEIXIAN, NINGJIN
from workrelief.faces.commands.demo import names
from workrelief.faces.commands.demo.papers import papers_of
from workrelief.faces.commands.demo.plan import CENT_WAN, WAN, County
from workrelief.faces.commands.demo.plans import PROVINCE, usual_targets
from workrelief.faces.commands.demo.sites import sites_of
from workrelief.faces.commands.demo.told import Told
from workrelief.faces.commands.demo.walking import WHY, groups, walk
from workrelief.faces.commands.demo.works import Work, works_of
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.kinds import FundType, Track
from workrelief.work.catalogue import services as catalogue
from workrelief.work.catalogue.rules.bill import parse_text
from workrelief.work.funds import queries as funds_queries
from workrelief.work.funds import services as funds
from workrelief.work.lifecycle import services as lifecycle
from workrelief.work.lists import services as listing
from workrelief.work.projects import queries as registered
from workrelief.work.projects import services as projects
from workrelief.work.projects.rules import Fund, LabourDemand

_KEY, _AGRI, _SPECIAL = Track.KEY_PROJECT, Track.AGRI_PROMOTION, Track.SPECIAL_FUND
_SHOWN = (NINGJIN, FEIXIAN)
"""Counties whose officers one can be: their city's county projects are theirs, so that their desks are not empty."""
_OWN_STEPS = ("survey", "reserve", "approve", "publicise_plan")
"""Steps that wait for nobody else's list or plan."""


@dataclass(frozen=True)
class Slot:
    """One of a city's projects: track and list level, when works are to start, how often its list entry was passed on
    (None: not entered), and whether the labour demand is written down."""

    track: Track
    level: str
    starts: tuple[int, int]
    passed: int | None = None
    has_demand: bool = True


SLOTS = (
    Slot(_KEY, "province", (3, 15), passed=3),
    Slot(_KEY, "city", (4, 10), passed=2),
    Slot(_AGRI, "county", (3, 20), passed=1),
    Slot(_AGRI, "county", (5, 8), passed=0),
    Slot(_AGRI, "county", (7, 5), has_demand=False),
    Slot(_SPECIAL, "county", (4, 25)),
)


@dataclass
class Ahead:
    """What was prepared for the year ahead."""

    projects: int = 0
    entries: int = 0
    applications: int = 0
    documents: int = 0
    matches: int = 0
    held_up: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Planned:
    """A project of the year ahead before and after it has a number."""

    slot: Slot
    city: int
    entry: projects.NewProject

    def told(self, pk: int, plan_days: Mapping[str, date]) -> Told:
        assert self.entry.starts_on is not None
        assert self.entry.ends_on is not None
        return Told(
            pk, self.entry.code, self.slot.track.id, self.entry.starts_on, self.entry.ends_on, self.entry.planned_pay_fen,
            self.entry.investment_fen, self.entry.division_code, self.entry.owner_name, crc32(self.entry.code.encode()),
            "enterprise", plan_days=plan_days,
        )  # fmt: skip


Pair = tuple[Told, _Planned]


@transaction.atomic
def look_ahead(year: int, counties: Sequence[County]) -> Ahead:
    """Prepare the year after the demo's, whole or not at all; repeating it does nothing. The clock stands at the year's close."""
    actor = system_actor("演示数据", scope=Scope(divisions=("37",)))
    made = Ahead()
    if funds_queries.batches(actor.scope, year=year):
        return made
    planned = [_like_an_older_one(actor, one) for one in _planned(year, counties)]
    done = projects.register_many(actor, [one.entry for one in planned], label=f"{year}年储备项目（演示）", reason=WHY)
    made.projects = done.created
    days = _Calendar(year)
    told = [one.told(pk, days.of(one)) for pk, one in zip(done.project_ids, planned, strict=True)]
    lifecycle.begin(actor, [one.id for one in told], on=date(year - 1, 6, 1))
    for one in told:
        if one.track == _SPECIAL.id:
            lifecycle.set_commitment(actor, one.id, pay_fen=one.planned_pay_fen, reason=WHY)
    lifecycle.attach_papers(actor, [paper for one in told for paper in papers_of(one)], reason=WHY)
    lifecycle.set_sites(actor, sites_of(told), reason=WHY)
    for group in groups(told):
        for step, number in walk(actor, group, only=_OWN_STEPS).held_up.items():
            made.held_up[step] = made.held_up.get(step, 0) + number
    pairs = list(zip(told, planned, strict=True))
    made.entries = _lists(actor, year, pairs)
    made.matches = _matches(actor, [pair for pair in pairs if not pair[1].slot.has_demand])
    asked = [pair for pair in pairs if pair[1].slot.track is _SPECIAL]
    _early_batch(actor, days, [pair for pair in asked if days.is_early(pair[1])], made)
    _open_batch(actor, days, [pair for pair in asked if not days.is_early(pair[1])], made)
    return made


# ---------- the projects ----------


def _planned(year: int, counties: Sequence[County]) -> list[_Planned]:
    found: list[_Planned] = []
    taken: set[tuple[str, str]] = set()
    cities = list(dict.fromkeys(c.city_code for c in counties))
    for city, code in enumerate(cities):
        inside = [c for c in counties if c.city_code == code]
        shown = [c for c in inside if c.code in _SHOWN]
        for number, slot in enumerate(SLOTS):
            county = shown[0] if shown and slot.level == "county" else inside[(number * 3 + city) % len(inside)]
            found.append(_Planned(slot, city, _entry(year, len(found) + 1, slot, county, taken)))
    return found


def _entry(year: int, number: int, slot: Slot, county: County, taken: set[tuple[str, str]]) -> projects.NewProject:
    rng = Random(f"ahead/{year}/{number}/{county.code}")
    work, town, name = _named(rng, year, slot, county, taken)
    investment = rng.randint(900, 9_000) * WAN if slot.track is not _SPECIAL else rng.randint(320, 680) * WAN
    if slot.track is _KEY:
        investment *= 12
    central = investment * rng.randint(86, 100) // 100 // WAN * WAN
    pay = (central * rng.randint(31, 36) if slot.track is _SPECIAL else investment * rng.randint(6, 14)) // 100
    pay = max(pay // CENT_WAN * CENT_WAN, WAN)
    heads = max(pay // (1_400_000 if slot.track is _SPECIAL else 1_800_000), 12)
    own = Fund(FundType.COUNTY, investment - central) if slot.track is _SPECIAL else Fund(FundType.COUNTY, investment)
    given = (Fund(FundType.CENTRAL_BUDGET, central),) if slot.track is _SPECIAL else ()
    starts_on = date(year, *slot.starts) + timedelta(days=rng.randint(-12, 20))
    trades = "、".join(dict.fromkeys(t.name for t in work.trades))
    demand = LabourDemand(trades, heads, f"{year}年{starts_on.month}月至11月", work.trades[-1].skill)
    return projects.NewProject(
        name=name, division_code=town, track=slot.track, sector=work.sector, year=year, list_level=slot.level,
        investment_fen=investment, planned_workers=heads, planned_pay_fen=pay, planned_training=heads * 8 // 10,
        code=names.project_code(f"{(year - 1) % 100:02d}11", county.code[:6], "99", "01", 96_000 + number),
        funds=(*given, own) if own.planned_fen else given, owner_name=f"（演示）{county.name}{work.department}",
        industry_department=f"（演示）{county.name}{work.department}", construction_kind="新建",
        content=work.content.format(n=max(investment // WAN // 3, 200)), labour_tasks=work.task, labour_links=work.links,
        demand=demand if slot.has_demand else LabourDemand(), starts_on=starts_on, ends_on=date(year, 12, 20),
        is_reserve=True,
    )  # fmt: skip


def _named(rng: Random, year: int, slot: Slot, county: County, taken: set[tuple[str, str]]) -> tuple[Work, str, str]:
    """A kind of works, the 12-digit place and a name still free in the county."""
    while True:
        work, town = rng.choice(works_of(slot.track)), rng.choice(county.towns) if county.towns else None
        name = f"（演示）{county.name}{town.name if town else ''}{year}年{work.title}"
        if (county.code, name) not in taken:
            taken.add((county.code, name))
            return work, town.code if town else county.code, name


def _like_an_older_one(actor: Actor, one: _Planned) -> _Planned:
    """In the counties one can visit, a project on its way up looks like one of the year before, so that a pair is to decide."""
    county = codes.at_level(one.entry.division_code, Level.COUNTY)
    if one.slot.passed != 1 or county not in _SHOWN:
        return one
    known = registered.ProjectFilter(division=county, tracks=(_AGRI.id,), year=one.entry.year - 1, order="place")
    older = registered.projects(actor.scope, known).first()
    if older is None:
        return one
    name = f"{older.name.removesuffix('项目').removesuffix('工程')}续建工程"
    return replace(one, entry=replace(one.entry, name=name, division_code=older.division_code))


# ---------- the lists ----------


def _lists(actor: Actor, year: int, pairs: Sequence[Pair]) -> int:
    """Entries at every stage of the way up; one city in five got one back."""
    entered = [(told, one) for told, one in pairs if one.slot.passed is not None]
    ids = listing.enter_many(
        actor, [listing.NewEntry(project_id=told.id, year=year, level=one.slot.level) for told, one in entered]
    )
    for passed, step in enumerate(("submit", "confirm", "confirm"), start=1):
        further = [pk for pk, (_, one) in zip(ids, entered, strict=True) if (one.slot.passed or 0) >= passed]
        listing.advance(actor, further, step)
    back = [pk for pk, (_, one) in zip(ids, entered, strict=True) if one.slot.passed == 1 and one.city % 5 == 0]
    listing.advance(actor, back, "return", reason="演示：用工时段请写到旬，并与群众农忙错开。")
    return len(ids)


def _matches(actor: Actor, pairs: Sequence[Pair]) -> int:
    """Bills of works of projects on no list: some have said why (rule A06), the others are asked."""
    for told, one in pairs:
        bill = parse_text(
            f"一、{one.entry.labour_tasks}\n"
            + "\n".join(f"{link}\t800\t米" for link in one.entry.labour_links.split("；"))
        )
        run = catalogue.match_bill(
            actor,
            catalogue.MatchRequest(
                bill=bill, division_code=told.division_code, title=f"{one.entry.name}工程量清单", project_id=told.id,
                sector=one.entry.sector.id if one.entry.sector else "", year=one.entry.year - 1,
            ),
        )  # fmt: skip
        if one.city % 3 == 0:
            catalogue.decide_listing(actor, run.pk, to_list=False, reason="演示：资金尚未落实，待批复后再列入清单。")
    return len(pairs)


# ---------- the plan money ----------


class _Calendar:
    """The days of two batches: an early one that is on its way down, and one that counties can still apply for.

    Two cities in three share in the early batch; the others apply for the second, each a step further than the one before.
    """

    def __init__(self, year: int) -> None:
        self.year = year
        self.early = {
            "apply": date(year - 1, 11, 21), "city_review": date(year - 1, 11, 28), "prov_review": date(year - 1, 12, 7),
        }  # fmt: skip
        self.nation_on, self.province_on, self.city_on = date(year - 1, 12, 26), date(year, 1, 3), date(year, 1, 6)
        self.late = {"apply": date(year, 1, 4), "city_review": date(year, 1, 9), "prov_review": date(year, 1, 11)}

    def is_early(self, one: _Planned) -> bool:
        return one.city % 3 != 0

    def of(self, one: _Planned) -> Mapping[str, date]:
        """The day a special-fund project asked for money (the rest of its way the plans take themselves)."""
        if one.slot.track is not _SPECIAL:
            return {}
        return {"apply": (self.early if self.is_early(one) else self.late)["apply"]}


def _apply(
    actor: Actor, batch: int, pairs: Sequence[Pair], days: Mapping[str, date], made: Ahead, *, stage: int
) -> None:
    """One county's application, brought to a stage: 0 written, 1 handed in, 2 agreed by the city, 3 by the province."""
    county = codes.at_level(pairs[0][0].division_code, Level.COUNTY)
    lines = [
        funds.NewApplicationLine(
            project_id=told.id, requested_fen=_central(one), targets=usual_targets(days["apply"]), approval_no=told.approval_no,
            approval_on=told.day("approve"),
        )
        for told, one in pairs
    ]  # fmt: skip
    row = funds.save_application(actor, batch, county, lines)
    made.applications += 1
    if stage > 0:
        said = f"演示发改字〔{days['apply'].year}〕{made.applications}号"
        funds.submit_application(actor, row.pk, document_no=said, on=days["apply"], is_truthful=True)
    if stage > 1:
        funds.review_application(actor, row.pk, "city", on=days["city_review"], opinion="演示：同意上报。")
    if stage > 2:
        funds.review_application(actor, row.pk, "province", on=days["prov_review"], opinion="演示：同意支持。")


def _early_batch(actor: Actor, days: _Calendar, pairs: Sequence[Pair], made: Ahead) -> None:
    """Money that the province passed on to the cities; every second city passed it on to its county in time."""
    if not pairs:
        return
    batch = funds.open_batch(
        actor,
        funds.NewBatch(
            year=days.year, fund_type=FundType.CENTRAL_BUDGET, number=1, opened_on=date(days.year - 1, 11, 7),
            apply_by=date(days.year - 1, 11, 30), note="提前批",
        ),
    )  # fmt: skip
    for pair in pairs:
        _apply(actor, batch.pk, [pair], days.early, made, stage=3)
    total = sum(_central(one) for _, one in pairs)
    root = funds.register_plan(
        actor, batch.pk, funds.DocumentHead(), total_fen=total, targets=usual_targets(days.nation_on)
    )
    _issue(actor, root.pk, f"发改投资（演示）〔{days.year - 1}〕901号", days.nation_on, made)
    lumps = [_lump(codes.at_level(told.division_code, Level.CITY), one, days.nation_on) for told, one in pairs]
    province = funds.draft_decomposition(actor, root.pk, funds.DocumentHead(), lumps, division=PROVINCE)
    _issue(actor, province.pk, f"鲁发改投资（演示）〔{days.year}〕1号", days.province_on, made)
    for number, (told, one) in enumerate(pairs):
        if number % 2:
            continue
        city = codes.at_level(told.division_code, Level.CITY)
        line = _lump(codes.at_level(told.division_code, Level.COUNTY), one, days.province_on)
        document = funds.draft_decomposition(actor, province.pk, funds.DocumentHead(), [line], division=city)
        _issue(actor, document.pk, f"市发改投资（演示）〔{days.year}〕1号", days.city_on, made)


def _open_batch(actor: Actor, days: _Calendar, pairs: Sequence[Pair], made: Ahead) -> None:
    if not pairs:
        return
    batch = funds.open_batch(
        actor,
        funds.NewBatch(
            year=days.year, fund_type=FundType.CENTRAL_BUDGET, number=2, opened_on=date(days.year - 1, 12, 20),
            apply_by=date(days.year, 1, 20),
        ),
    )  # fmt: skip
    for number, pair in enumerate(pairs):
        _apply(actor, batch.pk, [pair], days.late, made, stage=(number + 1) % 4)


def _issue(actor: Actor, document: int, no: str, on: date, made: Ahead) -> None:
    funds.check_document(actor, document)
    funds.issue_document(actor, document, document_no=no, on=on)
    made.documents += 1


def _lump(place: str, one: _Planned, on: date) -> funds.NewLine:
    return funds.NewLine(division_code=place, amount_fen=_central(one), targets=usual_targets(on))


def _central(one: _Planned) -> int:
    return next(f.planned_fen for f in one.entry.funds if f.fund_type is FundType.CENTRAL_BUDGET)
