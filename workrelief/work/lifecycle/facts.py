"""What a life needs to know from other rooms, as frozen facts; the rooms that own them register providers.

`lifecycle` stands below lists, funds, workers, training and payroll, so that those move a life inside their own transaction.
Each registers in `AppConfig.ready()`:

    facts.provide(facts.PayFacts, queries.pay_facts)

with a function (scope, project ids, day) → {project id: facts}. A project that is missing from the answer has the kind's
default, which is "nothing there": gates then refuse, they never pass by silence. `day` is the day the step is dated.
A handful of statements for any number of projects, please: steps are taken for hundreds at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, cast

from django.core import checks

from workrelief.base.access.scope import Scope


@dataclass(frozen=True)
class ListFacts:
    """lists: the standing entry of the newest year. `state` is a state of the list, `level` province, city or county."""

    year: int | None = None
    level: str = ""
    state: str = ""
    is_published: bool = False
    document_no: str = ""
    published_on: date | None = None


@dataclass(frozen=True)
class DoubleFacts:
    """lists: look-alikes of the project nobody has decided on yet (rule C10)."""

    waiting: int = 0


PLAN_STAGES = ("", "applied", "city_reviewed", "prov_reviewed", "issued", "decomposed")
"""How far a project's standing plan line has come, in order."""


@dataclass(frozen=True)
class PlanFacts:
    """funds (plans): the project's standing plan line. Amounts in fen; `stage` is one of PLAN_STAGES.

    `two_responsibilities` lists what is missing of the four items, their telephones and the confirmation (rule C05), in words;
    `has_responsibilities` is False until a record exists at all. `received_on` is the day the county got the document;
    `decompose_by` the last day of the office the money waits at, while it waits (C01, C02).
    """

    stage: str = ""
    batch: str = ""
    document_no: str = ""
    applied_fen: int = 0
    issued_fen: int = 0
    targets: int = 0
    has_responsibilities: bool = False
    two_responsibilities_missing: tuple[str, ...] = ()
    responsibilities_confirmed_on: date | None = None
    received_on: date | None = None
    decompose_by: date | None = None
    decomposed_on: date | None = None
    plan_papers: tuple[str, ...] = ()

    def has_reached(self, stage: str) -> bool:
        return PLAN_STAGES.index(self.stage) >= PLAN_STAGES.index(stage)


@dataclass(frozen=True)
class Floor:
    """A legal lower limit of labour pay: rule (F01, F02, F03), the fund it belongs to, share of `base_fen`, both exact."""

    rule_id: str
    label: str
    share: Decimal
    base_fen: int

    @property
    def required_fen(self) -> Decimal:
        """What must have been paid at the least, in fen and exact."""
        return self.share * self.base_fen


@dataclass(frozen=True)
class ShareFacts:
    """funds (money): labour pay that arrived, issued central (or provincial) money it is measured by, and the floors.

    `floors` are those that hold for this project, its fund types, region, batch and plan year (2016 is judged by its own);
    `received_fen` is money that reached the project.
    """

    paid_fen: int = 0
    issued_fen: int = 0
    received_fen: int = 0
    floors: tuple[Floor, ...] = ()


@dataclass(frozen=True)
class VoucherFacts:
    """funds (money): standing receipts and payments of all funds."""

    receipts: int = 0
    payments: int = 0


@dataclass(frozen=True)
class MoneyFacts:
    """funds (money): what the money came to over the whole life, in fen: central money issued and paid, investment planned
    and done."""

    central_issued_fen: int = 0
    central_paid_fen: int = 0
    investment_fen: int = 0
    invested_fen: int = 0


@dataclass(frozen=True)
class PaidMonth:
    """One month's standing pay sheets. `month` is a ledger month (202207), amounts in fen."""

    month: int
    due_fen: int
    arrived_fen: int
    is_history: bool = False


@dataclass(frozen=True)
class PayFacts:
    """payroll: what is owed and what arrived. Unpaid: due (less deductions) and not arrived, back pay counted in."""

    months: tuple[PaidMonth, ...] = ()
    sheets: int = 0
    unpaid_fen: int = 0
    unpaid_people: int = 0
    late_lines: int = 0
    unposted_sheets: int = 0
    unsigned_lines: int = 0
    last_paid_on: date | None = None

    @property
    def arrived_fen(self) -> int:
        return sum(m.arrived_fen for m in self.months)


@dataclass(frozen=True)
class TrainingFacts:
    """training: sessions tied to the project, by type, and how many different people were trained in a skill."""

    sessions: int = 0
    safety_sessions: int = 0
    skill_sessions: int = 0
    skilled_people: int = 0


@dataclass(frozen=True)
class RosterFacts:
    """workers: the project's roster."""

    people: int = 0
    local: int = 0
    without_agreement: int = 0
    without_training: int = 0
    from_history: int = 0


F = TypeVar("F")
Provider = Callable[[Scope, Sequence[int], date], Mapping[int, F]]
KINDS: tuple[type, ...] = (
    ListFacts, DoubleFacts, PlanFacts, ShareFacts, VoucherFacts, MoneyFacts, PayFacts, TrainingFacts, RosterFacts,
)  # fmt: skip

_providers: dict[type, Provider[Any]] = {}


def provide(kind: type[F], fn: Provider[F]) -> None:
    """Register the function that answers for `kind`; once for each kind. Raises ValueError for a second one."""
    if kind not in KINDS:
        raise ValueError(f"{kind.__name__} is no kind of fact")
    if kind in _providers and _providers[kind] is not fn:
        raise ValueError(f"{kind.__name__} has a provider already")
    _providers[kind] = fn


def missing() -> list[str]:
    """Kinds nobody answers for."""
    return [kind.__name__ for kind in KINDS if kind not in _providers]


def check_providers(**_options: object) -> list[checks.CheckMessage]:
    """System check: every kind of fact has a room that answers for it."""
    return [
        checks.Warning(f"no room answers for {name}; gates that ask it refuse", id="lifecycle.W001")
        for name in missing()
    ]


@contextmanager
def provided(kind: type[F], fn: Provider[F]) -> Iterator[None]:
    """Let `fn` answer for `kind` inside the block; for tests."""
    before = _providers.get(kind)
    _providers[kind] = fn
    try:
        yield
    finally:
        if before is None:
            del _providers[kind]
        else:
            _providers[kind] = before


class Book:
    """Facts of some projects on one day. A provider is asked when its kind is first looked at, once for all of them."""

    def __init__(self, scope: Scope, project_ids: Sequence[int], on: date) -> None:
        self._scope, self._ids, self._on = scope, list(project_ids), on
        self._answers: dict[type, Mapping[int, Any]] = {}

    def of(self, kind: type[F], project_id: int) -> F:
        """The project's facts of this kind; the kind's default when nobody answers."""
        if kind not in self._answers:
            provider = _providers.get(kind)
            self._answers[kind] = provider(self._scope, self._ids, self._on) if provider and self._ids else {}
        found: F = self._answers[kind].get(project_id) or kind()
        return found


class Facts:
    """All facts of one project: those given, else those of the book, else "nothing there"."""

    def __init__(self, *given: object, book: Book | None = None, project_id: int = 0) -> None:
        self._given = {type(one): one for one in given}
        self._book, self._project_id = book, project_id

    def _of(self, kind: type[F]) -> F:
        if kind in self._given:
            return cast(F, self._given[kind])
        return self._book.of(kind, self._project_id) if self._book else kind()

    @property
    def listing(self) -> ListFacts:
        return self._of(ListFacts)

    @property
    def doubles(self) -> DoubleFacts:
        return self._of(DoubleFacts)

    @property
    def plan(self) -> PlanFacts:
        return self._of(PlanFacts)

    @property
    def share(self) -> ShareFacts:
        return self._of(ShareFacts)

    @property
    def vouchers(self) -> VoucherFacts:
        return self._of(VoucherFacts)

    @property
    def money(self) -> MoneyFacts:
        return self._of(MoneyFacts)

    @property
    def pay(self) -> PayFacts:
        return self._of(PayFacts)

    @property
    def training(self) -> TrainingFacts:
        return self._of(TrainingFacts)

    @property
    def roster(self) -> RosterFacts:
        return self._of(RosterFacts)
