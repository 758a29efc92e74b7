"""What one pay file has told so far, and the look-ups it needs: a few statements for each block of rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import repeat

from workrelief.base.intake.importer import ImportContext, RowBlock, RowId
from workrelief.base.law.parameters import parameter
from workrelief.kernel import clock
from workrelief.work.payroll import queries, rules
from workrelief.work.projects import queries as projects
from workrelief.work.workers import queries as workers
from workrelief.work.workers import rules as person_rules

ProjectMonth = tuple[int, int]


@dataclass
class Tally:
    """How the lines of one spreadsheet sheet arrive at 应发 (reading 1): lines that tell, by way."""

    gross: list[RowId] = field(default_factory=list)
    net: list[RowId] = field(default_factory=list)

    @property
    def rule(self) -> rules.DueRule:
        return rules.sheet_due_rule({"gross": len(self.gross), "net": len(self.net)})


@dataclass
class Session:
    """One reading of one file. `places` gives the project for a (code, name) as written."""

    gates_from: int
    places: dict[tuple[str, str], projects.ProjectRef | None] = field(default_factory=dict)
    standing: dict[ProjectMonth, tuple[int, int]] = field(default_factory=dict)
    limits: dict[tuple[int, str], rules.Limits] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)
    people: dict[str, workers.KnownPerson | None] = field(default_factory=dict)
    rosters: dict[tuple[int, int], workers.RosterFacts] = field(default_factory=dict)
    rosters_of: set[int] = field(default_factory=set)
    seen: dict[ProjectMonth, dict[str, RowId]] = field(default_factory=dict)
    seen_back: dict[ProjectMonth, dict[str, RowId]] = field(default_factory=dict)
    days: dict[int, dict[str, int]] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    off_roster: int = 0
    without_holder: int = 0
    without_contact: int = 0
    without_proof: int = 0

    @classmethod
    def start(cls) -> Session:
        return cls(gates_from=parameter("process_gates_from", on=clock.today()).whole)

    def limits_of(self, month: int, division: str) -> rules.Limits:
        key = (month, division)
        found = self.limits.get(key)
        if found is None:
            found = self.limits[key] = rules.Limits.of(month, division)
        return found

    def project(self, code: str, name: str) -> projects.ProjectRef | None:
        return self.places.get((code, name))

    def prepare(self, ctx: ImportContext, rows: RowBlock) -> None:
        """Look up what the block names and is not known yet: projects, standing sheets, persons, rosters."""
        self._find_projects(ctx, rows)
        identities, normal = self.identities, person_rules.normal_identity
        numbers = [n if n in identities else normal(n) for n in rows.columns["identity"]]
        rows.columns["identity"] = numbers
        for number in numbers:
            if number not in identities:
                identities[number] = person_rules.read_identity(number)[1] if number else ""
        people = self.people
        unknown = [n for n in dict.fromkeys(numbers) if n and n not in people and not identities[n]]
        if unknown:
            known = workers.known_people(None, unknown)
            people.update(zip(unknown, map(known.get, unknown), strict=True))

    def _find_projects(self, ctx: ImportContext, rows: RowBlock) -> None:
        pairs = set(zip(rows.columns["project_code"], rows.columns["project_name"], strict=True)) - self.places.keys()
        if not pairs:
            return
        scope = ctx.actor.scope
        codes = {code for code, _ in pairs if code}
        names = {name for code, name in pairs if name} | {code for code in codes if not code.isascii()}
        home = ctx.actor.home
        found = projects.find_for_import(scope, codes=codes, names=set(zip(repeat(home), names)))
        for code, name in pairs:
            by_code = found.get(code) if code else None
            by_name = found.get((home, name)) if not code else found.get((home, code)) if not code.isascii() else None
            self.places[code, name] = by_code or by_name
        ids = {p.id for p in self.places.values() if p is not None} - self.rosters_of
        self.standing.update(queries.standing_sheets(scope, ids))
        self.rosters.update(workers.roster_facts(ids))
        self.rosters_of |= ids
