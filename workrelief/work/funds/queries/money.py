"""Reading money: vouchers, balances by source, idle money by age, rates and structure from the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from workrelief.base.access.scope import Scope
from workrelief.base.law.parameters import Parameters, parameters
from workrelief.figures.indicators.read import NO_FILTER, read
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import NotFound
from workrelief.kernel.figure import Figure, FigureTable
from workrelief.kernel.findings import Finding
from workrelief.kernel.kinds import FundType, Track
from workrelief.kernel.period import Period
from workrelief.work.funds.models import FundMove, MoveKind
from workrelief.work.funds.rules import money as rules
from workrelief.work.funds.rules.money import AgeClass, Arrival, ProjectBalance, Remainder, SourceBalance
from workrelief.work.lifecycle.facts import MoneyFacts
from workrelief.work.projects import queries as projects
from workrelief.work.projects.queries.lists import named
from workrelief.work.projects.queries.lookups import prefix_of
from workrelief.work.projects.rules import Fund

RATES = (
    "central_issued", "central_paid", "payment_rate", "year_plan", "investment_done", "completion_rate",
    "planned_projects", "begun_projects", "start_rate",
)  # fmt: skip
STRUCTURE = ("funds_planned", "funds_issued", "funds_received", "funds_paid")
LEVERAGE = (
    "central_planned", "others_planned", "leverage", "central_received", "others_received", "leverage_received",
)  # fmt: skip


# ---------- vouchers ----------


@dataclass(frozen=True)
class MoveFilter:
    """What the list of vouchers may be narrowed by; empty means everything. `division` is a prefix or 12-digit code.

    `text` is a part of the voucher number, of the payee or payer, or of the project's name or code; days are inclusive.
    """

    project_id: int | None = None
    division: str = ""
    kinds: tuple[str, ...] = ()
    fund_types: tuple[str, ...] = ()
    payee_kinds: tuple[str, ...] = ()
    state: str = ""
    first_day: date | None = None
    last_day: date | None = None
    batch_id: int | None = None
    text: str = ""


def moves(scope: Scope, wanted: MoveFilter | None = None) -> QuerySet[FundMove]:
    """Vouchers in scope, newest day first, with their project; nothing is read until sliced or counted."""
    wanted = wanted or MoveFilter()
    found = FundMove.objects.within(scope).select_related("project")
    if wanted.project_id is not None:
        found = found.filter(project_id=wanted.project_id)
    if wanted.division:
        found = found.filter(division_code__range=codes.code_range(prefix_of(wanted.division)))
    for name, values in (
        ("kind", wanted.kinds), ("fund_type", wanted.fund_types), ("payee_kind", wanted.payee_kinds),
    ):  # fmt: skip
        if values:
            found = found.filter(**{f"{name}__in": values})
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.first_day:
        found = found.filter(happened_on__gte=wanted.first_day)
    if wanted.last_day:
        found = found.filter(happened_on__lte=wanted.last_day)
    if wanted.batch_id is not None:
        found = found.filter(batch_id=wanted.batch_id)
    if text := wanted.text.strip():
        of_name = named(scope, text)
        found = found.filter(
            Q(voucher_no__contains=text) | Q(payee__contains=text) | Q(payer__contains=text) | Q(project__in=of_name)
        )
    return found.order_by("-happened_on", "-id")


def move_row(scope: Scope, move_id: int) -> QuerySet[FundMove]:
    """The one voucher as a scoped queryset, to be opened by `change()`."""
    return FundMove.objects.within(scope).filter(pk=move_id)


def move(scope: Scope, move_id: int) -> FundMove:
    """One voucher with its project. Raises NotFound."""
    found: FundMove | None = move_row(scope, move_id).select_related("project").first()
    if found is None:
        raise NotFound("money.missing", "没有找到这张凭证，或不在您的数据范围内。")
    return found


# ---------- balances ----------


def balances(scope: Scope, project_ids: Collection[int]) -> dict[int, ProjectBalance]:
    """Sources of each project in scope with what was issued, arrived and paid, and what was built, as entered by now.

    Three statements for every 500 projects.
    """
    stored = projects.stored(scope, project_ids)
    funds = projects.fund_sources(scope, project_ids)
    sums = _sums(stored.keys())
    return {
        pk: _balance(project.name, project.investment_fen, funds.get(pk, ()), sums.get(pk, {}))
        for pk, project in stored.items()
    }


_Sums = Mapping[tuple[str, str], int]
"""{(kind, fund type id or ""): fen} of standing rows."""


def money_facts(scope: Scope, project_ids: Sequence[int], on: date) -> dict[int, MoneyFacts]:
    """What the money of each project came to, as entered by now (provider of lifecycle)."""
    return {
        pk: MoneyFacts(
            central_issued_fen=sum(s.issued_fen for s in one.sources.values() if s.fund_type.is_central),
            central_paid_fen=sum(s.paid_fen for s in one.sources.values() if s.fund_type.is_central),
            investment_fen=one.investment_fen,
            invested_fen=one.invested_fen,
        )
        for pk, one in balances(scope, project_ids).items()
    }


def _sums(project_ids: Collection[int]) -> dict[int, dict[tuple[str, str], int]]:
    found: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for part in projects.in_parts(project_ids):
        rows = (
            FundMove.rows.filter(project__in=part, state="posted")
            .values_list("project_id", "kind", "fund_type")
            .annotate(total=Sum("amount_fen"))
            .order_by()
        )
        for project_id, kind, fund_type, total in rows:
            found[project_id][(kind, fund_type)] = int(total)
    return found


def _balance(name: str, investment_fen: int, funds: Sequence[Fund], sums: _Sums) -> ProjectBalance:
    approved = {f.fund_type: f for f in funds}
    moved = {FundType.of_id(fund) for kind, fund in sums if kind in (MoveKind.RECEIPT, MoveKind.PAYMENT)}
    sources = {
        kind: SourceBalance(
            kind,
            approved[kind].planned_fen if kind in approved else 0,
            approved[kind].issued_fen if kind in approved else 0,
            sums.get((MoveKind.RECEIPT, kind.id), 0),
            sums.get((MoveKind.PAYMENT, kind.id), 0),
        )
        for kind in sorted({*approved, *moved}, key=lambda f: f.code)
    }
    invested = sum(total for (kind, _), total in sums.items() if kind == MoveKind.INVESTMENT)
    return ProjectBalance(name, sources, invested, investment_fen)


# ---------- idle money ----------


@dataclass(frozen=True)
class IdleSource:
    """Money of one source of a project that arrived and was not paid out, oldest first; amounts in fen."""

    project_id: int
    division_code: str
    fund_type: FundType
    left: tuple[Remainder, ...]

    @property
    def left_fen(self) -> int:
        return sum(r.left_fen for r in self.left)

    @property
    def oldest_days(self) -> int:
        return self.left[0].days

    def older_fen(self, days: int) -> int:
        """What has been lying for more than `days`."""
        return sum(r.left_fen for r in self.left if r.days > days)


@dataclass(frozen=True)
class IdleMoney:
    """Idle money of a scope on a day. `by_class[class id]` and `by_division[code][class id]` in fen; `late` beyond J04."""

    on: date
    limit_days: int
    classes: tuple[AgeClass, ...]
    by_class: Mapping[str, int]
    by_division: Mapping[str, Mapping[str, int]]
    sources: tuple[IdleSource, ...]

    @property
    def total_fen(self) -> int:
        return sum(self.by_class.values())

    @property
    def late_fen(self) -> int:
        """What has been lying beyond the limit."""
        return sum(s.older_fen(self.limit_days) for s in self.sources)

    @property
    def late(self) -> tuple[IdleSource, ...]:
        """Sources with money beyond the limit, most days first."""
        late = [s for s in self.sources if s.older_fen(self.limit_days)]
        return tuple(sorted(late, key=lambda s: (-s.oldest_days, s.project_id)))


def idle_money(
    scope: Scope,
    *,
    on: date | None = None,
    division: str = "",
    project_ids: Collection[int] | None = None,
    level: Level = Level.CITY,
) -> IdleMoney:
    """Money that lies idle on the day (default today) by age class, in all and by division of `level` (J04).

    Receipts and payments dated after the day are left out; the money that came first is spent first. Two statements.
    """
    on = on or clock.today()
    law = parameters(on=on)
    rows = FundMove.objects.within(scope).filter(state="posted", happened_on__lte=on)
    if division:
        rows = rows.filter(division_code__range=codes.code_range(prefix_of(division)))
    if project_ids is not None:
        rows = rows.filter(project__in=sorted(project_ids))
    sources = _idle_sources(rows, on)
    classes = rules.age_classes(law)
    by_class = dict.fromkeys((c.id for c in classes), 0)
    by_division: dict[str, dict[str, int]] = {}
    for source in sources:
        place = codes.at_level(source.division_code, level)
        own = by_division.setdefault(place, dict.fromkeys(by_class, 0))
        for left in source.left:
            held = next(c.id for c in classes if c.holds(left.days))
            by_class[held] += left.left_fen
            own[held] += left.left_fen
    limit = law.get("idle_fund_days").whole
    return IdleMoney(on, limit, classes, by_class, dict(sorted(by_division.items())), tuple(sources))


def _idle_sources(rows: QuerySet[FundMove], on: date) -> list[IdleSource]:
    paid = {
        (project_id, fund): int(total)
        for project_id, fund, total in rows.filter(kind=MoveKind.PAYMENT)
        .values_list("project_id", "fund_type")
        .annotate(total=Sum("amount_fen"))
        .order_by()
    }
    arrivals: dict[tuple[int, str], list[Arrival]] = defaultdict(list)
    places: dict[int, str] = {}
    receipts = rows.filter(kind=MoveKind.RECEIPT).order_by("project_id", "happened_on", "id")
    for pk, project_id, division, fund, day, amount in receipts.values_list(
        "id", "project_id", "division_code", "fund_type", "happened_on", "amount_fen"
    ):
        arrivals[(project_id, fund)].append(Arrival(day, amount, pk))
        places[project_id] = division
    found = []
    for (project_id, fund), came in arrivals.items():
        left = rules.remainders(came, paid.get((project_id, fund), 0), on)
        if left:
            found.append(IdleSource(project_id, places[project_id], FundType.of_id(fund), tuple(left)))
    return found


# ---------- one project ----------


@dataclass(frozen=True)
class ProjectMoney:
    """A project's money for its page. `figures` are the rates of `year` from the ledger, `structure` its sources.

    `rows` are all vouchers, newest first, reversed ones included; `wages_fen` labour pay that arrived to date.
    """

    project_id: int
    balance: ProjectBalance
    rows: tuple[FundMove, ...]
    idle: IdleMoney
    year: int
    rates: FigureTable
    wages_fen: int
    findings: tuple[Finding, ...]


def project_money(scope: Scope, project_id: int, *, on: date | None = None) -> ProjectMoney:
    """Everything about one project's money, with what the rules say of it today. Raises NotFound."""
    on = on or clock.today()
    row = projects.project_row(scope, project_id)
    own = balances(scope, [project_id])[project_id]
    idle = idle_money(scope, on=on, project_ids=[project_id])
    where = {"project": (str(project_id),)}
    rates_of_year = rates(scope, Period(str(on.year)), by=("project",), where=where)
    to_date = read(["wages_to_date"], scope=scope, period=Period(str(on.year)), where=where)
    wages_fen = int(to_date.figure("wages_to_date").value or 0)
    law = parameters(on=on)
    said = rules.balance(own, paying=own.sources, receiving=own.sources) + rules.built(own)
    for source in idle.sources:
        said += rules.idle(row.name, source.fund_type, source.left, law)
    if row.track == Track.SPECIAL_FUND.id:
        said += rules.wages_within(row.name, wages_fen=wages_fen, paid_fen=own.paid_fen) if own.paid_fen else []
        said += _on_schedule(row.name, rates_of_year.cells.get((str(project_id),), {}), law)
    rows = tuple(moves(scope, MoveFilter(project_id=project_id)))
    return ProjectMoney(project_id, own, rows, idle, on.year, rates_of_year, wages_fen, tuple(said))


def _on_schedule(name: str, figures: Mapping[str, Figure], law: Parameters) -> list[Finding]:
    """J01 and J02 for one line of a table of rates."""
    said: list[Finding] = []
    for rule_id, indicator in (("J01", "payment_rate"), ("J02", "completion_rate")):
        value = figures[indicator].value if indicator in figures else None
        said += rules.on_schedule(name, rule_id, Decimal(value) if value is not None else None, law)
    return said


def behind_schedule(scope: Scope, *, on: date | None = None, by: str = "county") -> dict[str, tuple[Finding, ...]]:
    """Places whose payment or completion rate of the year falls behind time (J01, J02), by 12-digit code."""
    on = on or clock.today()
    law = parameters(on=on)
    table = rates(scope, Period(str(on.year)), by=(by,), where={"track": (Track.SPECIAL_FUND.id,)})
    found = {key: tuple(_on_schedule(table.label(by, key[0]), figures, law)) for key, figures in table}
    return {key[0]: said for key, said in found.items() if said}


# ---------- the ledger ----------


def rates(
    scope: Scope,
    period: Period,
    *,
    by: Sequence[str] = ("city",),
    division: str | None = None,
    where: Mapping[str, Sequence[str]] = NO_FILTER,
) -> FigureTable:
    """I12 payment rate, I13 completion rate, I14 start rate with their terms, laid out by place or project."""
    return read(RATES, scope=scope, period=period, by=by, division=division, where=where)


def structure(
    scope: Scope,
    period: Period,
    *,
    by: Sequence[str] = (),
    division: str | None = None,
    where: Mapping[str, Sequence[str]] = NO_FILTER,
) -> FigureTable:
    """Approved, issued, arrived and paid money by source (last key), inside each place of `by`."""
    return read(STRUCTURE, scope=scope, period=period, by=(*by, "fund_type"), division=division, where=where)


def leverage(
    scope: Scope,
    period: Period,
    *,
    by: Sequence[str] = ("city",),
    division: str | None = None,
    where: Mapping[str, Sequence[str]] = NO_FILTER,
) -> FigureTable:
    """S9: how much other money each central yuan moved, as approved and as arrived, with the terms."""
    return read(LEVERAGE, scope=scope, period=period, by=by, division=division, where=where)
