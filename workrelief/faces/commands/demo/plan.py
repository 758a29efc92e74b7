"""The numbers of the demo year, before any spreadsheet: projects, money, heads and training, adding up exactly.

The provincial totals of 2022 are the published ones (mission facts, S5 and S7); how they spread over cities, counties,
projects and people is synthetic, and so is the whole earlier year of the large size. Everything follows from the division tree and a fixed seed, on every machine the same:
only whole numbers and `random.Random` are used, no function of a mathematical library.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

from workrelief.faces.commands.demo import names
from workrelief.faces.commands.demo.shares import apportion, two_columns
from workrelief.faces.commands.demo.works import Work, works_of
from workrelief.kernel.kinds import Audience, FundType, PayRoute, Track, TrainingType

YEAR = 2022
Size = Literal["s", "m", "l"]
YEARS: dict[Size, tuple[int, ...]] = {"s": (2022,), "m": (2022,), "l": (2021, 2022)}
_PERSONS_A_YEAR = 180_000
YUAN = 100
WAN = 1_000_000
CENT_WAN = 10_000  # 0.01 万元, the grain of investments in project lists, in fen


@dataclass(frozen=True, slots=True)
class Town:
    """A township or street."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class County:
    """A county of the division tree with its city and townships; codes of 12 digits."""

    code: str
    name: str
    city_code: str
    city_name: str
    towns: tuple[Town, ...]


@dataclass(frozen=True, slots=True)
class TrackTotal:
    """What a track must add up to: projects, investment (fen), headcount I03, wages paid I07 (fen)."""

    projects: int
    investment_fen: int
    headcount: int
    wages_fen: int


@dataclass(frozen=True, slots=True)
class CityShare:
    """A city's part of the two promotions; the sums over the cities are the provincial totals. Synthetic."""

    code: str
    projects: int
    investment_yi_x100: int
    key_heads: int
    agri_heads: int
    wages_wan_x100: int


@dataclass(frozen=True, slots=True)
class Targets:
    """All totals of one size of the demo."""

    tracks: dict[Track, TrackTotal]
    special_projects: int
    special_central_wan: int
    sessions: int
    person_times: dict[Audience, int]
    cities: tuple[CityShare, ...]
    counties_per_city: int | None = None


CITIES = (
    CityShare("370100000000", 53, 16455, 4129, 6012, 1415328),
    CityShare("370200000000", 51, 19233, 6627, 5059, 1854744),
    CityShare("370300000000", 41, 10481, 3236, 4764, 1127788),
    CityShare("370400000000", 42, 10041, 3012, 4223, 1278353),
    CityShare("370500000000", 29, 9709, 2688, 3492, 980523),
    CityShare("370600000000", 61, 16956, 6236, 6799, 2217795),
    CityShare("370700000000", 70, 15488, 6175, 7244, 2328885),
    CityShare("370800000000", 63, 12226, 6170, 7841, 2164999),
    CityShare("370900000000", 48, 11577, 4375, 5425, 1529891),
    CityShare("371000000000", 26, 8313, 2913, 2951, 1058248),
    CityShare("371100000000", 33, 10603, 3423, 3094, 1131068),
    CityShare("371300000000", 110, 21134, 7554, 15408, 3479202),
    CityShare("371400000000", 85, 15391, 5572, 11879, 2282034),
    CityShare("371500000000", 70, 11394, 4582, 7095, 1955744),
    CityShare("371600000000", 44, 9264, 2899, 5189, 1370414),
    CityShare("371700000000", 56, 11891, 5109, 5425, 1874984),
)

FULL = Targets(
    tracks={
        Track.KEY_PROJECT: TrackTotal(218, 1_765_870_000 * CENT_WAN, 74_700, 1_603_000_000 * YUAN),
        Track.AGRI_PROMOTION: TrackTotal(664, 335_690_000 * CENT_WAN, 101_900, 1_202_000_000 * YUAN),
    },
    special_projects=30,
    special_central_wan=12_000,
    sessions=648,
    person_times={Audience.GOVERNMENT: 7_620, Audience.OWNER: 7_087, Audience.CONTRACTOR: 9_689},
    cities=CITIES,
)
SMALL = Targets(
    tracks={
        Track.KEY_PROJECT: TrackTotal(10, 81_234_560 * CENT_WAN, 900, 19_313_000 * YUAN),
        Track.AGRI_PROMOTION: TrackTotal(24, 12_198_760 * CENT_WAN, 1_500, 17_694_000 * YUAN),
    },
    special_projects=4,
    special_central_wan=1_500,
    sessions=18,
    person_times={Audience.GOVERNMENT: 212, Audience.OWNER: 197, Audience.CONTRACTOR: 269},
    cities=tuple(c for c in CITIES if c.code[:4] in ("3707", "3713", "3714")),
    counties_per_city=3,
)
EARLIER = Targets(
    tracks={
        Track.KEY_PROJECT: TrackTotal(120, 903_400_000 * CENT_WAN, 41_300, 842_000_000 * YUAN),
        Track.AGRI_PROMOTION: TrackTotal(402, 201_750_000 * CENT_WAN, 60_800, 686_000_000 * YUAN),
    },
    special_projects=22,
    special_central_wan=8_600,
    sessions=420,
    person_times={Audience.GOVERNMENT: 5_130, Audience.OWNER: 4_420, Audience.CONTRACTOR: 5_980},
    cities=CITIES,
)


def targets_of(size: Size, year: int) -> Targets:
    """The totals of one year of a size."""
    if year != YEAR:
        return EARLIER
    return SMALL if size == "s" else FULL


@dataclass(frozen=True, slots=True)
class Fund:
    """One source of a project's money, fen."""

    kind: FundType
    planned_fen: int
    issued_fen: int


@dataclass(frozen=True, slots=True)
class Project:
    """One project of the demo. `headcount` (I03) and `wages_fen` (I07) are what its pay lines add up to exactly.

    `months` are the ledger months wages are earned in; `person_base` is the number of its county's first person.
    """

    year: int
    number: int
    code: str
    name: str
    county: County
    town: Town | None
    track: Track
    work: Work
    list_level: str
    construction: str
    investment_fen: int
    funds: tuple[Fund, ...]
    headcount: int
    wages_fen: int
    monthly_yuan: int
    months: tuple[int, ...]
    starts_on: date
    ends_on: date
    route: PayRoute
    planned_workers: int
    planned_pay_fen: int
    planned_training: int
    owner: str
    implementer: str
    content: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """One audience at one session."""

    audience: Audience
    expected: int
    attended: int


@dataclass(frozen=True, slots=True)
class Session:
    """A training session: policy training of the three audiences, or skill training of a project's workers."""

    number: str
    kind: TrainingType
    city_code: str
    county: County | None
    project: Project | None
    form: str
    topic: str
    held_on: date
    place: str
    organiser: str
    teacher: str
    hours: int
    audiences: tuple[Attendance, ...]


@dataclass(frozen=True, slots=True)
class CountyYear:
    """A county with its projects, and the number of its first person."""

    year: int
    county: County
    projects: tuple[Project, ...]
    person_base: int


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The whole year."""

    year: int
    targets: Targets
    counties: tuple[CountyYear, ...]
    sessions: tuple[Session, ...]

    @property
    def projects(self) -> tuple[Project, ...]:
        return tuple(p for c in self.counties for p in c.projects)

    @property
    def cities(self) -> tuple[str, ...]:
        """Names of the cities in the order of their codes."""
        return tuple(dict.fromkeys(c.county.city_name for c in self.counties))

    def policy_sessions(self, city_code: str) -> list[Session]:
        """Business training held in a city, 12-digit code."""
        return [s for s in self.sessions if s.kind is TrainingType.POLICY and s.city_code == city_code]

    def skill_sessions(self, county: County) -> list[Session]:
        """Skill training of the projects of a county."""
        return [s for s in self.sessions if s.project is not None and s.project.county.code == county.code]

    def in_city(self, name: str) -> tuple[CountyYear, ...]:
        return tuple(c for c in self.counties if c.county.city_name == name)


def plan_year(tree: Sequence[County], size: Size = "m", year: int = YEAR) -> YearPlan:
    """The year over the counties of `tree`, which must hold the cities of the size."""
    targets = targets_of(size, year)
    counties = _counties(tree, targets)
    slots = _slots(counties, targets) + _special_slots(counties, targets)
    by_county: dict[str, list[Project]] = {c.code: [] for c in counties}
    taken: set[tuple[str, str]] = set()
    for number, slot in enumerate(slots, start=1):
        by_county[slot.county.code].append(_project(year, number, slot, taken))
    base, years = (YEAR - year) * _PERSONS_A_YEAR, []
    for county in counties:
        projects = tuple(sorted(by_county[county.code], key=lambda p: (p.months[0], p.number)))
        years.append(CountyYear(year, county, projects, base))
        base += sum(p.headcount for p in projects)
    sessions = _policy_sessions(year, counties, targets) + _skill_sessions(years)
    return YearPlan(year, targets, tuple(years), sessions)


def _counties(tree: Sequence[County], targets: Targets) -> list[County]:
    chosen = []
    for city in targets.cities:
        inside = sorted((c for c in tree if c.city_code == city.code), key=lambda c: c.code)
        rural = [c for c in inside if not c.name.endswith("区")] if targets.counties_per_city else inside
        chosen += rural[: targets.counties_per_city]
    return chosen


@dataclass(frozen=True, slots=True)
class _Slot:
    """A project before it has a name: where, on which track, how much."""

    county: County
    track: Track
    investment_fen: int
    headcount: int
    wages_fen: int
    central_fen: int = 0


def _slots(counties: Sequence[County], targets: Targets) -> list[_Slot]:
    """The two promotions: totals to cities, cities to counties, counties to projects."""
    key, agri = targets.tracks[Track.KEY_PROJECT], targets.tracks[Track.AGRI_PROMOTION]
    cities = targets.cities
    heads = list(
        zip(
            apportion(key.headcount, [c.key_heads for c in cities]),
            apportion(agri.headcount, [c.agri_heads for c in cities]),
            strict=True,
        )
    )
    rows = apportion(key.projects + agri.projects, [c.projects for c in cities])
    counts = two_columns(rows, key.projects, [(k * 10 // 34 + 1, a * 10 // 15 + 1) for k, a in heads])
    rows = apportion((key.investment_fen + agri.investment_fen) // CENT_WAN, [c.investment_yi_x100 for c in cities])
    seeds = [(k * 800, a * 50) for k, a in counts]
    investments = two_columns(rows, key.investment_fen // CENT_WAN, seeds)
    rows = apportion((key.wages_fen + agri.wages_fen) // YUAN, [c.wages_wan_x100 for c in cities])
    wages = two_columns(rows, key.wages_fen // YUAN, [(k * 21_459, a * 11_796) for k, a in heads])
    slots: list[_Slot] = []
    for i, city in enumerate(cities):
        inside = [c for c in counties if c.city_code == city.code]
        for column, track in enumerate((Track.KEY_PROJECT, Track.AGRI_PROMOTION)):
            amounts = (counts[i][column], investments[i][column], heads[i][column], wages[i][column])
            slots += _city_slots(inside, track, *amounts)
    return slots


def _city_slots(
    counties: Sequence[County], track: Track, count: int, investment: int, heads: int, wages: int
) -> list[_Slot]:
    """Projects of one track in one city; `investment` in units of 0.01 万元, `wages` in yuan."""
    is_key = track is Track.KEY_PROJECT
    rng = Random(f"{counties[0].city_code}/{track.id}/{count}")
    sizes = [_county_size(c, is_key=is_key) for c in counties]
    places = [
        county
        for county, n in zip(counties, apportion(count, sizes, at_least=0 if is_key else 1), strict=True)
        for _ in range(n)
    ]
    spread = [rng.randint(35, 100) * rng.randint(35, 100) for _ in places]
    head_parts = apportion(heads, spread, at_least=40 if is_key else 18)
    money_weights = [h * rng.randint(50, 150) for h in head_parts]
    money_parts = apportion(investment, money_weights, at_least=300_000 if is_key else 20_000)
    wage_parts = apportion(wages, [h * rng.randint(88, 112) for h in head_parts])
    return [
        _Slot(place, track, money * CENT_WAN, head, wage * YUAN)
        for place, money, head, wage in zip(places, money_parts, head_parts, wage_parts, strict=True)
    ]


def _county_size(county: County, *, is_key: bool) -> int:
    """A synthetic size: rural counties have more rural projects, districts more key projects."""
    size = Random(f"size/{county.code}").randint(70, 150)
    is_district = county.name.endswith("区")
    return size * (3 if is_district == is_key else 2) // 2


def _special_slots(counties: Sequence[County], targets: Targets) -> list[_Slot]:
    """Special-fund projects, paid for by the central budget; two of them stay below the floor of 30 %."""
    rural = [c for c in counties if not c.name.endswith("区")]
    count = targets.special_projects
    rng = Random(f"special/{count}")
    places = sorted(rng.sample(rural, count), key=lambda c: c.code)
    central = apportion(targets.special_central_wan, [rng.randint(70, 130) for _ in places])
    slots = []
    for i, (place, wan) in enumerate(zip(places, central, strict=True)):
        share = {count // 3: 2_740, count - 2: 2_265}.get(i, rng.randint(3_110, 3_790))
        wages_yuan = wan * share
        heads = wages_yuan // rng.randint(12_500, 16_000)
        investment = (wan + wan * rng.randint(0, 16) // 100) * WAN
        slots.append(_Slot(place, Track.SPECIAL_FUND, investment, heads, wages_yuan * YUAN, wan * WAN))
    return slots


MONTHLY_YUAN = {Track.KEY_PROJECT: 5_150, Track.AGRI_PROMOTION: 3_680, Track.SPECIAL_FUND: 3_600}
_DEPARTMENT = {"农业农村局": "01", "住房和城乡建设局": "03", "交通运输局": "04", "水利局": "05"}


def _project(year: int, number: int, slot: _Slot, taken: set[tuple[str, str]]) -> Project:
    rng = Random(f"project/{year}/{number}/{slot.county.code}")
    work, town, name = _named(rng, slot, year, taken)
    monthly, months = _season(rng, slot, year)
    starts_on = date(months[0] // 100, months[0] % 100, 1) - timedelta(days=rng.randint(0, 12))
    after = date(year + months[-1] % 100 // 12, months[-1] % 100 % 12 + 1, 1)
    ends_on = after + timedelta(days=rng.choice((-1, 14, 29, 60, 120, 240)))
    is_key = slot.track is Track.KEY_PROJECT
    place = f"{slot.county.name}{town.name if town else ''}"
    builder = f"{slot.county.name}{rng.choice(('城乡建设', '水利工程', '路桥工程', '园林绿化'))}有限公司"
    council = f"{place}劳务合作社"
    planned = max(slot.headcount * rng.randint(88, 118) // 100, 1)
    level = rng.choice(("省级", "省级", "市级", "县级")) if is_key else rng.choice(("市级", "县级", "县级", "县级"))
    return Project(
        year=year,
        number=number,
        code=_code(year, number, slot, work),
        name=name,
        county=slot.county,
        town=town,
        track=slot.track,
        work=work,
        list_level=level,
        construction=rng.choice(("新建", "新建", "改扩建")),
        investment_fen=slot.investment_fen,
        funds=_funds(rng, slot),
        headcount=slot.headcount,
        wages_fen=slot.wages_fen,
        monthly_yuan=monthly,
        months=months,
        starts_on=starts_on,
        ends_on=ends_on,
        route=PayRoute.ONE_CARD if rng.randint(1, 100) <= (12 if is_key else 34) else PayRoute.DIRECT_BANK,
        planned_workers=planned,
        planned_pay_fen=slot.wages_fen // WAN * rng.randint(86, 116) // 100 * WAN or WAN,
        planned_training=planned * rng.randint(60, 100) // 100,
        owner=f"（演示）{slot.county.name}{work.department}" if is_key else f"（演示）{place}人民政府",
        implementer=f"（演示）{builder if is_key or rng.randint(0, 2) else council}",
        content=work.content.format(n=max(slot.investment_fen // WAN // (20 if is_key else 2), 200)),
    )


def _named(rng: Random, slot: _Slot, year: int, taken: set[tuple[str, str]]) -> tuple[Work, Town | None, str]:
    """A kind of works and a town whose name is still free in the county."""
    choices = works_of(slot.track)
    for attempt in range(400):
        work = rng.choice(choices)
        town = rng.choice(slot.county.towns) if slot.county.towns else None
        part = "" if attempt < 200 else f"（{'一二三四五六七八九十'[rng.randrange(10)]}标段）"
        when = "" if year == YEAR else f"{year}年"
        name = f"（演示）{slot.county.name}{town.name if town else ''}{when}{work.title}{part}"
        if (slot.county.code, name) not in taken:
            taken.add((slot.county.code, name))
            return work, town, name
    raise ValueError(f"no free project name left in {slot.county.name}")


def _season(rng: Random, slot: _Slot, year: int) -> tuple[int, tuple[int, ...]]:
    """Wanted pay a month (yuan) and the months work goes on: long enough for the average person's share."""
    monthly = MONTHLY_YUAN[slot.track] * rng.randint(93, 107) // 100
    average_x10 = slot.wages_fen * 10 // (slot.headcount * monthly * YUAN)
    monthly = max(monthly, slot.wages_fen // (slot.headcount * 6 * YUAN))
    length = min(max(average_x10 // 10 + 2, 3), 9)
    last = 12 if rng.randint(1, 100) <= 5 else 11
    first = rng.randint(max(min(2, last - length + 1), 1), min(last - length + 1, 6))
    return monthly, tuple(year * 100 + first + i for i in range(length))


def _code(year: int, number: int, slot: _Slot, work: Work) -> str:
    """A code of GB/T 40058; as in real lists, some are of the old style and some have a wrong last digit."""
    rng = Random(f"code/{year}/{number}")
    month = rng.choice((8, 10, 11, 12, 1, 2, 3))
    head = f"{(year - (month > 3)) % 100:02d}{month:02d}"
    if number % 97 == 20:
        head = str(rng.choice((2018, 2019, 2020)))
    department = _DEPARTMENT.get(work.department, "99")
    code = names.project_code(head, slot.county.code[:6], department, "01", 10_000 + number * 83 + (YEAR - year) * 41)
    if number % 97 in (20, 55):
        return code[:-1] + str((int(code[-1]) + 1) % 10)
    return code


def _funds(rng: Random, slot: _Slot) -> tuple[Fund, ...]:
    """Sources that add up to the investment; grain 0.01 万元 except for the last one."""
    total = slot.investment_fen
    if slot.track is Track.SPECIAL_FUND:
        rest = total - slot.central_fen
        county = (Fund(FundType.COUNTY, rest, rest),) if rest else ()
        return (Fund(FundType.CENTRAL_BUDGET, slot.central_fen, slot.central_fen), *county)
    kinds = (FundType.PROVINCIAL, FundType.CITY, FundType.COUNTY, FundType.OTHER)
    weights = [rng.randint(0, 30), rng.randint(0, 20), rng.randint(15, 60), rng.randint(20, 120)]
    parts = [p * CENT_WAN for p in apportion(total // CENT_WAN, weights)]
    parts[-1] += total % CENT_WAN
    return tuple(
        Fund(kind, part, part * rng.randint(70, 100) // 100 // WAN * WAN)
        for kind, part in zip(kinds, parts, strict=True)
        if part
    )


_FORMS = ("集中培训", "集中培训", "现场推进", "电视电话会议")
_TOPICS = (
    "以工代赈政策与操作流程", "劳务报酬发放台账填报", "务工组织与实名管理", "重点工程推广以工代赈工作推进",
    "农业农村基础设施领域推广以工代赈", "项目清单与调度统计填报", "国办函〔2022〕58号文件解读",
)  # fmt: skip
_AUDIENCES = (
    (Audience.GOVERNMENT, Audience.OWNER, Audience.CONTRACTOR), (Audience.GOVERNMENT,), (Audience.OWNER,),
    (Audience.GOVERNMENT, Audience.OWNER), (Audience.OWNER, Audience.CONTRACTOR), (Audience.CONTRACTOR,),
)  # fmt: skip


def _workday(rng: Random, first: date, last: date) -> date:
    day = first + timedelta(days=rng.randint(0, (last - first).days))
    return day - timedelta(days=max(day.weekday() - 4, 0))


def _policy_sessions(year: int, counties: Sequence[County], targets: Targets) -> tuple[Session, ...]:
    """The business training of the year: 648 sessions, each audience's person-times exact."""
    rng = Random(f"training/{year}/{targets.sessions}")
    per_city = apportion(targets.sessions, [c.projects for c in targets.cities])
    hosts: list[tuple[str, County | None]] = []
    for city, count in zip(targets.cities, per_city, strict=True):
        inside = [c for c in counties if c.city_code == city.code]
        hosts += [(city.code, None if i % 6 == 0 else inside[i % len(inside)]) for i in range(count)]
    kinds = [_AUDIENCES[i] if i < len(_AUDIENCES) else rng.choice(_AUDIENCES) for i in range(len(hosts))]
    attended: list[dict[Audience, int]] = [{} for _ in hosts]
    for audience, total in targets.person_times.items():
        there = [i for i, kind in enumerate(kinds) if audience in kind]
        for i, n in zip(there, apportion(total, [rng.randint(30, 90) for _ in there], at_least=3), strict=True):
            attended[i][audience] = n
    names_of = {c.city_code: c.city_name for c in counties}
    sessions = []
    for i, (city_code, county) in enumerate(hosts):
        where = names_of[city_code] if county is None else county.name
        sessions.append(
            Session(
                number=f"PX{year}-{city_code[:4]}-{i + 1:04d}",
                kind=TrainingType.POLICY,
                city_code=city_code,
                county=county,
                project=None,
                form=rng.choice(_FORMS),
                topic=rng.choice(_TOPICS),
                held_on=_workday(rng, date(year, 2, 15), date(year, 12, 20)),
                place=f"{where}会议中心",
                organiser=f"（演示）{where}{'发展和改革委员会' if county is None else '发展和改革局'}",
                teacher="（演示）以工代赈讲师团",
                hours=rng.choice((2, 3, 4, 6)),
                audiences=tuple(Attendance(a, n + rng.randint(0, 3), n) for a, n in attended[i].items()),
            )
        )
    return tuple(sessions)


def _skill_sessions(years: Sequence[CountyYear]) -> tuple[Session, ...]:
    """Skill training of workers, one or more sessions a project, counted apart from the business training."""
    sessions = []
    for year in years:
        for p in year.projects:
            rng = Random(f"skill/{p.year}/{p.number}")
            trained = p.headcount * rng.randint(45, 92) // 100
            classes = trained // 90 + 1
            for i, n in enumerate(apportion(trained, [1] * classes)):
                sessions.append(
                    Session(
                        number=f"JN{p.year}-{p.county.code[:6]}-{p.number:04d}-{i + 1}",
                        kind=TrainingType.SKILL,
                        city_code=p.county.city_code,
                        county=p.county,
                        project=p,
                        form="现场推进" if i else "集中培训",
                        topic=f"{p.work.trades[i % len(p.work.trades)].name}岗位技能与安全操作",
                        held_on=_workday(
                            rng, max(p.starts_on, date(p.year, 1, 10)), date(p.year, p.months[1] % 100, 25)
                        ),
                        place=f"{p.county.name}{p.town.name if p.town else ''}项目现场",
                        organiser=p.implementer,
                        teacher="（演示）县技工学校教师",
                        hours=rng.choice((4, 8, 16)),
                        audiences=(Attendance(Audience.WORKER, n + rng.randint(0, 4), n),),
                    )
                )
    return tuple(sessions)
