"""Taking good lines over: missing persons of historical files, accounts, and one sheet per project and month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from workrelief.base.intake.importer import CommitReport, ImportContext, RowBlock
from workrelief.kernel.kinds import WorkerGroup
from workrelief.work.payroll import services
from workrelief.work.payroll.importers.session import Session
from workrelief.work.workers import queries as workers
from workrelief.work.workers import rules as person_rules
from workrelief.work.workers import services as worker_services

AccountIds = dict[tuple[int, str], int]
SheetKey = tuple[int, int, bool]


def take_over(ctx: ImportContext, session: Session, blocks: Sequence[RowBlock]) -> CommitReport:
    """Enter (and, where the actor may, post) the lines of `blocks`, which were judged with this `session`."""
    new_people = _register_missing(ctx, session, blocks)
    accounts = _register_accounts(session, blocks)
    sheets = _sheets(session, blocks, accounts)
    done = services.enter_sheets(ctx.actor, sheets, batch_id=ctx.batch_id, action="paysheet.import")
    notes = [] if done.is_posted else ["发放表已录入，待县级确认后入账。"]
    totals = {
        "sheets": done.sheets,
        "lines": done.lines,
        "due_fen": done.due_fen,
        "paid_fen": done.paid_fen,
        "new_persons": new_people,
        "posted": done.is_posted,
    }
    return CommitReport(rows=done.lines, created=done.sheets, totals=totals, notes=notes)


def _columns(blocks: Sequence[RowBlock], *names: str) -> Iterator[tuple[Any, ...]]:
    """Tuples of these columns over all blocks."""
    for block in blocks:
        yield from zip(*(block.columns[n] for n in names), strict=True)


def _register_missing(ctx: ImportContext, session: Session, blocks: Sequence[RowBlock]) -> int:
    """Persons and roster entries a historical file brings along (reading 10); the check has refused all others."""
    people: dict[str, worker_services.PersonIn] = {}
    entries: dict[tuple[str, int], worker_services.EngagementIn] = {}
    found: list[tuple[str, Any, str]] = []
    for code, place, number, name, contact, trade in _columns(
        blocks, "project_code", "project_name", "identity", "name", "contact", "trade"
    ):
        project, known = session.places[code, place], session.people[number]
        if project is None or (known is not None and (known.id, project.id) in session.rosters):
            continue
        found.append((number, project, trade))
        if known is None and number not in people:
            read, _ = person_rules.read_identity(number)
            if read is not None:
                people[number] = worker_services.PersonIn(
                    name, number, read.born_on, read.sex, project.division_code, phone=contact
                )
    made = worker_services.register_people(list(people.values()), batch_id=ctx.batch_id, refresh=False)
    for (number, person), key in zip(people.items(), made.ids, strict=True):
        session.people[number] = workers.KnownPerson(key, person.name, person.division_code, person.group)
    for number, project, trade in found:
        known = session.people[number]
        if known is not None and (number, project.id) not in entries:
            entries[number, project.id] = worker_services.EngagementIn(
                worker_id=known.id,
                project_id=project.id,
                division_code=project.division_code,
                group=known.group,
                is_local=known.division_code[:6] == project.division_code[:6],
                trade=trade,
            )
    roster = worker_services.engage(list(entries.values()), batch_id=ctx.batch_id, from_history=True, refresh=False)
    for entry, engagement_id in zip(entries.values(), roster.ids, strict=True):
        session.rosters[entry.worker_id, entry.project_id] = workers.RosterFacts(
            engagement_id, entry.group, entry.is_local, None
        )
    return made.created


def _register_accounts(session: Session, blocks: Sequence[RowBlock]) -> AccountIds:
    """Account ids by (person, number)."""
    wanted: dict[tuple[int, str], worker_services.AccountIn] = {}
    people = session.people
    for number, account, holder, name, bank in _columns(blocks, "identity", "account", "holder", "name", "bank"):
        person = people[number]
        if account and person is not None and (person.id, account) not in wanted:
            wanted[person.id, account] = worker_services.AccountIn(person.id, account, holder or name, bank)
    made = worker_services.register_accounts(list(wanted.values()))
    return dict(zip(wanted, made.ids, strict=True))


_TAKEN = (
    "project_code", "project_name", "month", "employer", "employer_contact", "cycle", "identity", "name", "trade", "days",
    "basis", "unit", "quantity", "rate", "due", "deducted", "deduction_note", "extra", "extra_note", "paid", "route",
    "holder", "account", "paid_on", "receipt_no", "status", "is_back_pay", "back_pay_month", "signature",
)  # fmt: skip


def _sheets(session: Session, blocks: Sequence[RowBlock], accounts: AccountIds) -> list[services.SheetIn]:
    """The lines gathered into one sheet per project, month and kind. A back-pay sheet stands in the month it is for."""
    sheets: dict[SheetKey, services.SheetIn] = {}
    groups = {g.id: g.code for g in WorkerGroup}
    places, people, rosters = session.places, session.people, session.rosters
    for block in blocks:
        tally = session.tallies.get(block.sheet)
        is_net = tally is not None and tally.rule == "net"
        taken = zip(*(block.columns[n] for n in _TAKEN), strict=True)
        for row_no, (
            code, place, month, employer, employer_contact, cycle, number, name, trade, days, basis, unit, quantity, rate, due,
            deducted, deduction_note, extra, extra_note, paid, route, holder, account, paid_on, receipt_no, status,
            is_back_pay, back_pay_month, signature,
        ) in zip(block.numbers, taken, strict=True):  # fmt: skip
            project, person = places[code, place], people[number]
            assert project is not None, "the check refuses lines without a project"
            assert person is not None, "missing persons were registered just before"
            if is_back_pay:
                month = back_pay_month
            key = (project.id, month, is_back_pay)
            sheet = sheets.get(key)
            if sheet is None:
                sheet = sheets[key] = services.SheetIn(
                    project_id=project.id, division_code=project.division_code, track=project.track, sector=project.sector,
                    month=month, issue_no=1, employer=employer, employer_contact=employer_contact, cycle=cycle or "月",
                    due_rule="net" if is_net else "gross", is_history=month < session.gates_from,
                )  # fmt: skip
            facts = rosters[person.id, project.id]
            deducted = deducted or 0
            sheet.lines.append(
                services.LineIn(
                    row_no, person.id, facts.id, accounts[person.id, account] if account else None, trade, days,
                    basis or "time", unit or "day", quantity, rate, due + deducted if is_net else due, deducted,
                    deduction_note, extra or 0, extra_note, paid, route, holder, paid_on, receipt_no,
                    status or ("due" if paid_on is None else "paid"), is_back_pay, back_pay_month, signature, name,
                    groups[facts.group], facts.is_local,
                )
            )  # fmt: skip
    _number_issues(session, sheets)
    return list(sheets.values())


def _number_issues(session: Session, sheets: dict[SheetKey, services.SheetIn]) -> None:
    """Ordinary sheets are issue 1; back pay follows the highest issue that stands or comes with this file."""
    for (project_id, month, is_back_pay), sheet in sheets.items():
        if is_back_pay:
            sheet.issue_no = max(session.standing.get((project_id, month), (0, 0))[0], 1) + 1
