"""Verbs that change persons, accounts and rosters. Bulk doors for imports work inside the caller's open change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from workrelief.base.access.actor import Actor
from workrelief.base.access.scope import Scope
from workrelief.base.audit.change import change, viewed
from workrelief.base.intake.bulk import bulk_insert, fetch_by, reserve_ids
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput
from workrelief.kernel.kinds import WorkerGroup
from workrelief.work.workers import queries, rules
from workrelief.work.workers.crypto import blind, seal, unseal
from workrelief.work.workers.models import Engagement, Worker, WorkerAccount


@dataclass(frozen=True, slots=True)
class PersonIn:
    """A person as a form gives them; `identity` is normalised and checked, `division_code` the home, 12 digits."""

    name: str
    identity: str
    born_on: date
    sex: str
    division_code: str
    phone: str = ""
    ethnicity: str = ""
    village: str = ""
    group: str = "other"
    is_cadre_or_kin: bool = False
    skill_level: str = ""


@dataclass(frozen=True, slots=True)
class EngagementIn:
    """A roster entry; `division_code` is the project's, amounts in fen."""

    worker_id: int
    project_id: int
    division_code: str
    group: str
    is_local: bool
    trade: str = ""
    recruited_by: str = ""
    pay_basis: str = "time"
    pay_unit: str = "day"
    rate_fen: int = 0
    agreement_no: str = ""
    agreed_on: date | None = None
    trained_on: date | None = None
    entered_on: date | None = None
    left_on: date | None = None
    insurance: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class AccountIn:
    worker_id: int
    number: str
    holder: str
    bank: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """Keys in the order of the input, how many rows were new or changed, and what the changed ones held before.

    `before` rows begin with the key; they are plain values, fit for JSON.
    """

    ids: list[int]
    created: int
    updated: int = 0
    before: tuple[tuple[object, ...], ...] = ()


_WORKER_COLUMNS = (
    "id", "name", "identity_kind", "identity_cipher", "identity_index", "identity_masked", "phone_cipher", "phone_index",
    "sex", "born_on", "ethnicity", "division_code", "village", "group", "is_cadre_or_kin", "skill_level", "batch_id",
    "updated_at",
)  # fmt: skip
_UPDATED = ("division_code", "village", "group", "is_cadre_or_kin", "skill_level", "ethnicity")


def register_people(
    people: Sequence[PersonIn], *, batch_id: int, refresh: bool, within: Scope | None = None
) -> Registered:
    """Find or register each person by identity number; ids come back in the order given.

    `refresh` lets a roster bring known persons up to date (home, group …; never the name), a pay sheet never does; with
    `within`, only persons whose present home lies there. What the roster leaves empty stays. Inside the caller's transaction.
    """
    moment = clock.now()
    indexes = [blind("idcard", p.identity) for p in people]
    wanted = list(dict.fromkeys(indexes))
    known: dict[bytes, int] = {}
    stored: dict[bytes, tuple[Any, ...]] = {}
    columns = ("identity_index", "id", *_UPDATED)
    for found in fetch_by(
        queries.everyone("identity numbers are unique in the whole province"), "identity_index", wanted, columns
    ):
        index = bytes(found[0])
        known[index] = found[1]
        stored[index] = found[2:]
    fresh: dict[bytes, PersonIn] = {}
    changed: dict[bytes, tuple[Any, ...]] = {}
    for index, person in zip(indexes, people, strict=True):
        if index not in known:
            fresh.setdefault(index, person)
        elif refresh and (within is None or within.covers_division(stored[index][0])):
            given = (getattr(person, c) for c in _UPDATED)
            merged = tuple(old if new == "" else new for old, new in zip(stored[index], given, strict=True))
            if merged != stored[index]:
                changed[index] = merged
    rows = []
    for key, (index, p) in zip(reserve_ids(Worker, len(fresh)), fresh.items(), strict=True):
        known[index] = key
        rows.append(
            (
                key, p.name, "idcard", seal(p.identity), index, rules.mask_identity(p.identity),
                seal(p.phone) if p.phone else None, blind("phone", p.phone) if p.phone else None,
                p.sex, p.born_on, p.ethnicity, p.division_code, p.village, p.group, p.is_cadre_or_kin, p.skill_level,
                batch_id, moment,
            )
        )  # fmt: skip
    bulk_insert(Worker, _WORKER_COLUMNS, rows)
    _put(Worker, _UPDATED, [(known[index], *values) for index, values in changed.items()])
    before = tuple((known[index], *stored[index]) for index in changed)
    return Registered([known[index] for index in indexes], len(fresh), len(changed), before)


def _put(model: type[Worker] | type[Engagement], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Set `columns` of the rows whose key stands first."""
    made = [model(id=row[0], **dict(zip(columns, row[1:], strict=True))) for row in rows]
    model.rows.bulk_update(made, list(columns), batch_size=100)  # type: ignore[arg-type] # one model at a time


_ACCOUNT_COLUMNS = ("id", "worker_id", "account_cipher", "account_index", "account_masked", "holder", "bank")


def register_accounts(accounts: Sequence[AccountIn]) -> Registered:
    """Find or register each (person, account number). Inside the caller's transaction."""
    keys = [(a.worker_id, blind("account", a.number)) for a in accounts]
    known: dict[tuple[int, bytes], int] = {}
    people = list(dict.fromkeys(k[0] for k in keys))
    for worker_id, index, account_id in fetch_by(
        WorkerAccount.objects.all(), "worker_id", people, ("worker_id", "account_index", "id")
    ):
        known[worker_id, bytes(index)] = account_id
    fresh: dict[tuple[int, bytes], AccountIn] = {}
    for key, account in zip(keys, accounts, strict=True):
        if key not in known:
            fresh.setdefault(key, account)
    rows = []
    for account_id, (key, a) in zip(reserve_ids(WorkerAccount, len(fresh)), fresh.items(), strict=True):
        known[key] = account_id
        rows.append((account_id, key[0], seal(a.number), key[1], rules.mask_account(a.number), a.holder, a.bank))
    bulk_insert(WorkerAccount, _ACCOUNT_COLUMNS, rows)
    return Registered([known[key] for key in keys], len(fresh))


_ENGAGEMENT_COLUMNS = (
    "id", "worker_id", "project_id", "division_code", "group", "is_local", "trade", "recruited_by", "pay_basis", "pay_unit",
    "rate_fen", "agreement_no", "agreed_on", "trained_on", "entered_on", "left_on", "insurance", "remark", "is_from_history",
    "batch_id",
)  # fmt: skip


_REFRESHED = (
    "group", "is_local", "trade", "recruited_by", "pay_basis", "pay_unit", "rate_fen", "agreement_no", "agreed_on",
    "trained_on", "entered_on", "left_on", "insurance", "is_from_history",
)  # fmt: skip


def engage(entries: Sequence[EngagementIn], *, batch_id: int, from_history: bool, refresh: bool) -> Registered:
    """Find or make each (person, project) on the roster; ids come back in the order given.

    `refresh` brings a known entry up to date (a roster sent again, or one that follows a historical pay sheet); what the
    roster leaves empty stays. Inside the caller's transaction.
    """
    keys = [(e.worker_id, e.project_id) for e in entries]
    rosters = Engagement.objects.unscoped("rosters of projects the caller holds")
    columns = ("worker_id", "project_id", "id", *(_REFRESHED if refresh else ()))
    known: dict[tuple[int, int], int] = {}
    stored: dict[tuple[int, int], tuple[Any, ...]] = {}
    for worker_id, project_id, engagement_id, *values in fetch_by(
        rosters, "project_id", sorted({k[1] for k in keys}), columns
    ):
        known[worker_id, project_id] = engagement_id
        stored[worker_id, project_id] = tuple(values)
    fresh: dict[tuple[int, int], EngagementIn] = {}
    changed: dict[tuple[int, int], tuple[Any, ...]] = {}
    for key, entry in zip(keys, entries, strict=True):
        if key not in known:
            fresh.setdefault(key, entry)
        elif refresh:
            given = [*(getattr(entry, c) for c in _REFRESHED[:-1]), from_history]
            merged = tuple(old if new in ("", None) else new for old, new in zip(stored[key], given, strict=True))
            if merged != stored[key]:
                changed[key] = merged
    rows = []
    for engagement_id, (key, e) in zip(reserve_ids(Engagement, len(fresh)), fresh.items(), strict=True):
        known[key] = engagement_id
        rows.append(
            (
                engagement_id, e.worker_id, e.project_id, e.division_code, e.group, e.is_local, e.trade, e.recruited_by,
                e.pay_basis, e.pay_unit, e.rate_fen, e.agreement_no, e.agreed_on, e.trained_on, e.entered_on, e.left_on,
                e.insurance, e.remark, from_history, batch_id,
            )
        )  # fmt: skip
    bulk_insert(Engagement, _ENGAGEMENT_COLUMNS, rows)
    _put(Engagement, _REFRESHED, [(known[key], *values) for key, values in changed.items()])
    before = tuple((known[key], *(str(v) if isinstance(v, date) else v for v in stored[key])) for key in changed)
    return Registered([known[key] for key in keys], len(fresh), len(changed), before)


def set_group(actor: Actor, worker_id: int, *, group: str, reason: str) -> Worker:
    """Correct a person's main category. Facts already posted keep the category of their day."""
    if WorkerGroup.find(group) is None:
        raise InvalidInput("worker.group", f"没有“{group}”这一人员类别。")
    with change(actor, "worker.register", queries.worker_row(actor.scope, worker_id), reason=reason) as c:
        c.row.group = group
        c.row.updated_at = clock.now()
        c.row.save()
    return c.row


@dataclass(frozen=True, slots=True)
class PersonalNumbers:
    """A person's numbers in clear; asked for with a purpose and logged before they are read."""

    identity: str
    phone: str
    accounts: tuple[str, ...]


def reveal_numbers(actor: Actor, worker_id: int, *, purpose: str) -> PersonalNumbers:
    """Identity, telephone and account numbers in clear. The look is logged first (rules O07, Q27).

    Raises NotPermitted, NotFound outside the scope, InvalidInput without a purpose.
    """
    if len(purpose.strip()) < 4:
        raise InvalidInput("worker.purpose", "请填写查看证件号的事由（至少 4 个字），查看情况会留痕。")
    detail = queries.worker(actor.scope, worker_id)
    viewed(
        actor,
        "worker.view_identity",
        kind="workers.worker",
        ident=str(worker_id),
        label=detail.name,
        division=detail.division_code,
        purpose=purpose.strip(),
    )
    row = queries.worker_row(actor.scope, worker_id).get()
    numbers = row.accounts.order_by("id").values_list("account_cipher", flat=True)
    return PersonalNumbers(
        unseal(row.identity_cipher),
        unseal(row.phone_cipher) if row.phone_cipher else "",
        tuple(unseal(n) for n in numbers),
    )


def take_back_roster(*, batch_id: int, before: Mapping[str, Sequence[Sequence[Any]]]) -> dict[str, int]:
    """Remove what a roster batch brought and restore what it changed, inside the caller's transaction.

    `before` holds "people" and "entries" as `Registered.before` gave them. Raises Conflict while a pay line stands on one
    of its entries.
    """
    entries = Engagement.objects.unscoped("undo of one batch").filter(batch_id=batch_id, is_from_history=False)
    if entries.filter(pay_lines__isnull=False).exists():
        raise Conflict("roster.used", "本批人员已有劳务报酬记录，不能整批撤销。请先冲回相应发放表。")
    removed, _ = entries.delete()
    people = Worker.objects.unscoped("undo of one batch").filter(
        batch_id=batch_id, engagements__isnull=True, pay_lines__isnull=True, trainings__isnull=True
    )
    WorkerAccount.objects.filter(worker__in=people.values("id")).delete()
    persons, _ = people.delete()
    old_people = [tuple(row) for row in before.get("people", ())]
    old_entries = [tuple(row) for row in before.get("entries", ())]
    _put(Worker, _UPDATED, old_people)
    _put(Engagement, _REFRESHED, old_entries)
    return {"engagements": removed, "workers": persons, "restored": len(old_people) + len(old_entries)}
