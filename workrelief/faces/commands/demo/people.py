"""The people of one county and every line of their pay: what a roster and a pay ledger are written from.

For each project the lines add up to its wages to the fen and its people to its headcount. Each line is worked out as an
office would: 应发 = quantity × rate + extras, 实发 = 应发 − deductions. What the days cannot settle becomes one small
allowance on one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from workrelief.faces.commands.demo import names
from workrelief.faces.commands.demo.plan import YUAN, County, CountyYear, Project, Town
from workrelief.faces.commands.demo.works import Trade
from workrelief.kernel.kinds import PayBasis, PayUnit, Track, WorkerGroup

_GROUPS = (
    (WorkerGroup.LIFTED, 280), (WorkerGroup.MONITORED, 60), (WorkerGroup.RETURNING, 240), (WorkerGroup.LOW_INCOME, 80),
    (WorkerGroup.HARD_TO_EMPLOY, 42), (WorkerGroup.VETERAN, 7), (WorkerGroup.GRADUATE, 6), (WorkerGroup.DISASTER, 5),
    (WorkerGroup.OTHER, 280),
)  # fmt: skip
_RATE_RANGE = (120, 300)
_KEY_RATE_RANGE = (120, 320)
_HOUR_RATE_RANGE = (22, 25)
_PIECES = ((4, "米"), (5, "米"), (8, "平方米"), (10, "平方米"))
"""Yuan for one piece and what a piece is; most offices write 件 for all of them."""
_DOUBLE_PERCENT = 8


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist. `number` counts through the province."""

    number: int
    name: str
    identity: str
    is_male: bool
    born: date
    ethnicity: str
    home: County
    town: Town | None
    village: str
    phone: str
    card: str
    group: WorkerGroup

    @property
    def bank(self) -> str:
        return "（演示）农村商业银行"


@dataclass(frozen=True, slots=True)
class Engagement:
    """A person on a project's roster. `price_fen` is for one `unit`; `half_day_fen` what half a day earns with it."""

    person: Person
    project: Project
    trade: Trade
    basis: PayBasis
    unit: PayUnit
    unit_text: str
    price_fen: int
    half_day_fen: int
    months: tuple[int, ...]
    recruited_by: str
    agreement: str


@dataclass(slots=True)
class Line:
    """One month of one engagement; amounts in fen, days in halves."""

    engagement: Engagement
    month: int
    paid_on: date
    half_days: int = 0
    extra_fen: int = 0
    extra_note: str = ""
    deducted_fen: int = 0
    deduction_note: str = ""

    @property
    def quantity_x100(self) -> int:
        return self.half_days * self.engagement.half_day_fen * 100 // self.engagement.price_fen

    @property
    def due_fen(self) -> int:
        return self.half_days * self.engagement.half_day_fen + self.extra_fen

    @property
    def paid_fen(self) -> int:
        return self.due_fen - self.deducted_fen


@dataclass(frozen=True, slots=True)
class ProjectBook:
    """Roster and pay lines of one project, lines by month."""

    project: Project
    engagements: tuple[Engagement, ...]
    lines: tuple[Line, ...]


def county_books(year: CountyYear, neighbours: tuple[County, ...]) -> Iterator[ProjectBook]:
    """The county's projects in the order of the year; `neighbours` are the city's counties, where some people live."""
    number = year.person_base
    shared: list[Person] = []
    for project, after in zip(year.projects, (*year.projects[1:], None), strict=True):
        rng = Random(f"people/{project.year}/{project.number}")
        early = _shared_count(project, after)
        fresh = [_person(number + i, project, neighbours) for i in range(project.headcount - len(shared))]
        number += len(fresh)
        people = [(p, "late") for p in shared]
        people += [(p, "early" if i < early else "") for i, p in enumerate(fresh)]
        yield _book(project, people, rng)
        shared = fresh[:early]


def _shared_count(project: Project, after: Project | None) -> int:
    """How many people of `project` also work on the next one: only when the months do not meet."""
    if after is None or project.months[1] >= after.months[-2]:
        return 0
    return min(project.headcount, after.headcount) * _DOUBLE_PERCENT // 100


def _person(number: int, project: Project, neighbours: tuple[County, ...]) -> Person:
    rng = Random(number)
    born, order = names.birth(number)
    is_male = rng.randint(1, 100) <= 58
    home = project.county if rng.randint(1, 1000) <= 921 else rng.choice(neighbours)
    town = rng.choice(home.towns) if home.towns else None
    if home is project.county and rng.randint(1, 10) <= 7:
        town = project.town
    draw, group = rng.randint(1, 1000), WorkerGroup.OTHER
    for kind, weight in _GROUPS:
        if draw <= weight:
            group = kind
            break
        draw -= weight
    return Person(
        number=number,
        name=names.person_name(number),
        identity=names.identity_number(born, order, is_male=is_male),
        is_male=is_male,
        born=born,
        ethnicity="回族" if rng.randint(1, 100) == 1 else "汉族",
        home=home,
        town=town,
        village=f"演示{'甲乙丙丁戊己庚辛壬癸'[rng.randrange(10)]}村",
        phone=names.phone(number),
        card=names.card(number),
        group=group,
    )


def _book(project: Project, people: list[tuple[Person, str]], rng: Random) -> ProjectBook:
    average_x100 = project.wages_fen * 100 // (project.headcount * project.monthly_yuan * YUAN)
    spans = [_span(project, when, average_x100, rng) for _, when in people]
    count = sum(len(months) for months in spans)
    wanted_days = 21 if project.track is Track.AGRI_PROMOTION else 23
    level = project.wages_fen // YUAN // (count * wanted_days)
    engagements = tuple(
        _engagement(project, person, months, level, i, rng)
        for i, ((person, _), months) in enumerate(zip(people, spans, strict=True), start=1)
    )
    days = {month: _payday(month, rng) for month in project.months}
    lines = [Line(e, month, days[month]) for month in project.months for e in engagements if month in e.months]
    _fill(project, lines, rng)
    _some_later(lines, rng)
    return ProjectBook(project, engagements, tuple(lines))


def _span(project: Project, when: str, average_x100: int, rng: Random) -> tuple[int, ...]:
    """The months a person works: the first or last two with two projects, else a run of about the average."""
    months = project.months
    if when:
        return months[:2] if when == "early" else months[-2:]
    length = average_x100 // 100 + (rng.randint(1, 100) <= average_x100 % 100) + rng.choice((-1, 0, 0, 0, 1))
    length = min(max(length, 1), len(months))
    start = rng.randint(0, len(months) - length)
    return months[start : start + length]


def _engagement(
    project: Project, person: Person, months: tuple[int, ...], level: int, order: int, rng: Random
) -> Engagement:
    """Trade and rate: by the day, some by the hour, few by the piece; within the published rates."""
    trade = rng.choice(project.work.trades)
    low, high = _KEY_RATE_RANGE if project.track is Track.KEY_PROJECT else _RATE_RANGE
    day_yuan = min(max(level * (trade.percent + rng.randint(-5, 5)) // 100 // 5 * 5, low), high)
    draw = rng.randint(1, 100)
    basis, unit, unit_text, price, half_day = PayBasis.TIME, PayUnit.DAY, "天", day_yuan * YUAN, day_yuan * YUAN // 2
    if draw <= 8 and _HOUR_RATE_RANGE[0] * 8 <= day_yuan <= _HOUR_RATE_RANGE[1] * 8 + 20:
        hour = min(day_yuan // 8, _HOUR_RATE_RANGE[1])
        unit, unit_text, price, half_day = PayUnit.HOUR, "小时", hour * YUAN, hour * 4 * YUAN
    elif draw > 95:
        each, piece = rng.choice(_PIECES)
        unit_text = piece if int(project.county.code[:6]) % 12 == 1 else "件"
        basis, unit, price = PayBasis.PIECE, PayUnit.PIECE, each * YUAN
        half_day = day_yuan * YUAN // 2 // price * price
    origin = rng.randint(1, 100)
    return Engagement(
        person=person,
        project=project,
        trade=trade,
        basis=basis,
        unit=unit,
        unit_text=unit_text,
        price_fen=price,
        half_day_fen=half_day,
        months=months,
        recruited_by="村组织" if origin <= 62 else "劳务合作社" if origin <= 86 else "公开招聘",
        agreement=f"XY{project.year}-{project.number:04d}-{order:04d}",
    )


def _month_days(month: int) -> int:
    first = date(month // 100, month % 100, 1)
    return ((first + timedelta(days=31)).replace(day=1) - first).days


def _fill(project: Project, lines: list[Line], rng: Random) -> None:
    """Extras, deductions and days, so that what is paid adds up to the project's wages exactly."""
    for line in lines:
        _extras(project, line, rng)
    caps = [2 * _month_days(line.month) - (6 if line.month % 100 != 12 else 10) for line in lines]
    fixed = sum(line.extra_fen - line.deducted_fen for line in lines)
    worth = sum(line.engagement.half_day_fen for line in lines)
    average = (project.wages_fen - fixed) // worth
    left = project.wages_fen - fixed
    for line, cap in zip(lines, caps, strict=True):
        line.half_days = min(max(average + rng.randint(-9, 9), 8), cap)
        left -= line.half_days * line.engagement.half_day_fen
    order = rng.sample(range(len(lines)), len(lines))
    left = _settle(lines, caps, order, left)
    if left:
        line = next(lines[i] for i in order if not lines[i].extra_fen)
        line.extra_fen, line.extra_note = left, "交通补贴"


def _extras(project: Project, line: Line, rng: Random) -> None:
    draw = rng.randint(1, 1000)
    if draw <= 60 and line.month % 100 in (6, 7, 8, 9):
        line.extra_fen, line.extra_note = rng.randint(10, 20) * 10 * YUAN, "高温津贴"
    elif 60 < draw <= 75 and project.track is Track.KEY_PROJECT:
        line.extra_fen, line.extra_note = rng.randint(4, 15) * 20 * YUAN, "加班"
    elif draw > 988:
        line.deducted_fen, line.deduction_note = rng.randint(2, 20) * 10 * YUAN, "预支生活费（本人签字）"


def _settle(lines: list[Line], caps: list[int], order: list[int], left: int) -> int:
    """Move half days until what is left is less than half a day's pay and not negative; returns it."""
    while True:
        moved = False
        for i in order:
            line, worth = lines[i], lines[i].engagement.half_day_fen
            if left >= worth and line.half_days < caps[i]:
                line.half_days, left, moved = line.half_days + 1, left - worth, True
            elif left < 0 and line.half_days > 4:
                line.half_days, left, moved = line.half_days - 1, left + worth, True
        if not moved:
            break
    cheapest = min(line.engagement.half_day_fen for line in lines)
    if left < 0 or left >= 4 * cheapest:
        raise ValueError(f"{lines[0].engagement.project.name}: {left} fen cannot be settled by days")
    return left


def _payday(month: int, rng: Random) -> date:
    """The day a month's sheet is paid: within 31 days after the month for nearly all, always within the year."""
    end = date(month // 100, month % 100, _month_days(month))
    after = rng.randint(34, 50) if rng.randint(1, 100) <= 2 else rng.randint(7, 27)
    day = min(end + timedelta(days=after), _last_day(month))
    if day > end:
        day = max(day - timedelta(days=max(day.weekday() - 4, 0)), end)
    return day


def _some_later(lines: list[Line], rng: Random) -> None:
    """A few persons get their pay after the others of their sheet."""
    for line in lines:
        if rng.randint(1, 400) == 1:
            line.paid_on = min(line.paid_on + timedelta(days=rng.randint(12, 40)), _last_day(line.month))


def _last_day(month: int) -> date:
    return date(month // 100, 12, 31)
