"""Registering training sessions with their attendance, and taking them back; the only writers of this room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change_many
from workrelief.figures.ledger.facts import TRAINING
from workrelief.figures.ledger.post import post, reverse_sources
from workrelief.figures.ledger.seal import require_open
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, RuleViolated
from workrelief.kernel.findings import Finding, Severity, blockers
from workrelief.kernel.kinds import Audience, Sector, Track, TrainingType
from workrelief.kernel.period import month_index
from workrelief.work.projects import queries as projects
from workrelief.work.projects.queries import ProjectRef
from workrelief.work.training import queries, rules
from workrelief.work.training.models import TrainingAttendee, TrainingAudience, TrainingSession
from workrelief.work.training.rules import Attendance
from workrelief.work.workers import queries as workers

WRITE_ROWS = 500
Row = tuple[int | date | None, ...]


@dataclass(frozen=True)
class Attendee:
    """A worker known by identity who attended."""

    worker_id: int
    result: str = ""
    certificate: str = ""


@dataclass(frozen=True, kw_only=True)
class NewSession:
    """One session to be registered; `division_code` organised it, `hours_x10` are lessons × 10, `cost_fen` fen.

    `total` is the sum a form states for all audiences, checked against them (G04).
    """

    number: str
    division_code: str
    training_type: TrainingType | None
    held_on: date | None
    topic: str
    organiser: str
    attendances: tuple[Attendance, ...]
    attendees: tuple[Attendee, ...] = ()
    total: int | None = None
    project_id: int | None = None
    form: str = ""
    place: str = ""
    teacher: str = ""
    hours_x10: int = 0
    cost_fen: int = 0
    cost_source: str = ""

    def facts(self) -> rules.Session:
        """What the rules see."""
        return rules.Session(
            training_type=self.training_type,
            held_on=self.held_on,
            attendances=self.attendances,
            has_project=self.project_id is not None,
            total=self.total,
            known_workers=len({a.worker_id for a in self.attendees}),
        )


@dataclass(frozen=True)
class Registered:
    """What a registration did; `session_ids` in the order of the entries."""

    session_ids: tuple[int, ...]
    person_times: int
    known_workers: int
    findings: tuple[Finding, ...] = ()


def register_session(actor: Actor, entry: NewSession, *, reason: str = "") -> TrainingSession:
    """Register one session by hand."""
    done = register_sessions(actor, [entry], reason=reason)
    return queries.session_row(actor.scope, done.session_ids[0])


def register_sessions(
    actor: Actor,
    entries: Sequence[NewSession],
    *,
    action: str = "training.register",
    batch_id: int = 0,
    label: str = "",
    reason: str = "",
) -> Registered:
    """Register sessions with audiences, known attendees and facts in one transaction; all or nothing.

    Raises RuleViolated (G03, G04), Conflict for a number used before in that division, NotFound for a division, project or
    person that is not there or not in scope.
    """
    if not entries:
        raise InvalidInput("training.empty", "没有可以登记的培训。")
    findings = _require_rules(entries)
    refs = _require_scope(actor, entries)
    with change_many(actor, action, kind="training.trainingsession", reason=reason) as opened:
        _require_new(entries)
        _require_people(entries)
        sessions = _write(entries, batch_id)
        person_times = _post(actor, action, entries, sessions, refs)
        opened.label = label or entries[0].topic
        opened.totals = {"batch_id": batch_id, "sessions": len(sessions), "person_times": person_times}
    known = sum(len(e.attendees) for e in entries)
    return Registered(tuple(s.pk for s in sessions), person_times, known, tuple(findings))


def _require_rules(entries: Sequence[NewSession]) -> list[Finding]:
    today = clock.today()
    findings: list[Finding] = []
    for entry in entries:
        said = rules.session(entry.facts(), today)
        if stopping := blockers(said):
            raise RuleViolated(stopping[0].rule_id, f"“{entry.number}”：{stopping[0].message}", findings=said)
        if not entry.number.strip():
            raise InvalidInput("training.number", f"“{entry.topic}”没有培训编号。")
        findings += [f for f in said if f.severity is not Severity.HINT]
    return findings


def _require_scope(actor: Actor, entries: Sequence[NewSession]) -> dict[int, ProjectRef]:
    for code in {e.division_code for e in entries}:
        if not actor.scope.covers_division(code):
            raise NotFound("object.scope", "该行政区划不在您的数据范围内。")
    wanted = {e.project_id for e in entries if e.project_id is not None}
    refs = projects.refs(actor.scope, wanted)
    if wanted - refs.keys():
        raise NotFound("project.missing", "有培训所依托的项目没有登记，或不在您的数据范围内。")
    return refs


def _require_new(entries: Sequence[NewSession]) -> None:
    pairs = [(e.division_code, e.number.strip()) for e in entries]
    if len(set(pairs)) < len(pairs):
        raise Conflict("training.twice", "同一单位的培训编号出现两次。")
    if taken := queries.registered_numbers(pairs):
        raise Conflict("training.once", f"培训编号{sorted(taken)[0][1]}已经登记。")


def _require_people(entries: Sequence[NewSession]) -> None:
    wanted = {a.worker_id for e in entries for a in e.attendees}
    there: set[int] = set()
    for part in projects.in_parts(wanted):
        rows = workers.everyone("attendees of a training session must be registered persons").filter(pk__in=part)
        there.update(rows.values_list("pk", flat=True))
    if wanted - there:
        raise NotFound("worker.missing", "有签到人员没有登记。")


def _write(entries: Sequence[NewSession], batch_id: int) -> list[TrainingSession]:
    sessions = [_session(entry, batch_id) for entry in entries]
    TrainingSession.rows.bulk_create(sessions, batch_size=WRITE_ROWS)
    audiences = [
        TrainingAudience(session=s, audience=a.audience.id, expected=a.expected, attended=a.attended)
        for s, entry in zip(sessions, entries, strict=True)
        for a in entry.attendances
    ]
    TrainingAudience.objects.bulk_create(audiences, batch_size=WRITE_ROWS)
    attendees = [
        TrainingAttendee(session=s, worker_id=a.worker_id, result=a.result, certificate=a.certificate)
        for s, entry in zip(sessions, entries, strict=True)
        for a in {a.worker_id: a for a in entry.attendees}.values()
    ]
    TrainingAttendee.objects.bulk_create(attendees, batch_size=WRITE_ROWS)
    return sessions


def _session(entry: NewSession, batch_id: int) -> TrainingSession:
    if entry.training_type is None or entry.held_on is None:
        raise InvalidInput("training.kind", f"“{entry.number}”没有培训类型或时间。")
    return TrainingSession(
        number=entry.number.strip(), division_code=entry.division_code, project_id=entry.project_id,
        training_type=entry.training_type.id, form=entry.form, topic=entry.topic, held_on=entry.held_on, place=entry.place,
        organiser=entry.organiser, teacher=entry.teacher, hours_x10=entry.hours_x10, cost_fen=entry.cost_fen,
        cost_source=entry.cost_source, batch_id=batch_id,
    )  # fmt: skip


def _post(
    actor: Actor,
    action: str,
    entries: Sequence[NewSession],
    sessions: Sequence[TrainingSession],
    refs: dict[int, ProjectRef],
) -> int:
    """Post the facts; returns the person-times."""
    sources: dict[int, dict[str, int]] = {}
    for part in projects.in_parts([s.pk for s in sessions]):
        found = TrainingAudience.objects.filter(session__in=part).values_list("session_id", "audience", "id")
        for session_id, audience, key in found:
            sources.setdefault(session_id, {})[audience] = key
    rows: list[Row] = []
    for session, entry in zip(sessions, entries, strict=True):
        project = refs.get(entry.project_id) if entry.project_id is not None else None
        rows += _rows(session, entry, project, sources[session.pk])
    post(TRAINING, rows, actor=actor, action=action)
    return sum(a.attended for e in entries for a in e.attendances)


def _rows(
    session: TrainingSession, entry: NewSession, project: ProjectRef | None, sources: dict[str, int]
) -> Iterator[Row]:
    """One row for each audience; known workers have a row of their own, taken off the row of their audience (G03).

    The session itself counts once, on its first row.
    """
    common: Row = (
        session.held_on, month_index(session.held_on), int(session.division_code),
        Track.of_id(project.track).code if project else 0, Sector.of_id(project.sector).code if project else 0,
        project.id if project else 0,
    )  # fmt: skip
    kind = TrainingType.of_id(session.training_type).code
    known = tuple({a.worker_id for a in entry.attendees})
    first = 1
    for part in sorted(entry.attendances, key=lambda a: a.audience.code):
        people = sorted(known) if part.audience is Audience.WORKER else []
        counts: list[tuple[int, int | None]] = [(1, worker) for worker in people]
        if part.attended > len(people) or not people:
            counts.insert(0, (part.attended - len(people), None))
        for person_times, worker in counts:
            source = (sources[part.audience.id], session.batch_id, None)
            yield (*common, *source, session.pk, kind, part.audience.code, first, person_times, worker)
            first = 0


def cancel_session(actor: Actor, session_id: int, *, reason: str) -> None:
    """Take a wrongly registered session out, with its facts; while its month is open. Raises NotFound, Conflict."""
    if not reason.strip():
        raise InvalidInput("training.reason", "撤销培训须说明理由。")
    with change_many(actor, "training.register", kind="training.trainingsession", reason=reason) as opened:
        row = queries.session_row(actor.scope, session_id)
        opened.label, opened.target_id = row.topic, str(row.pk)
        opened.totals = {"withdrawn": _withdraw(actor, [row], "training.register")}


def withdraw_batch(actor: Actor, batch_id: int, *, reason: str = "") -> int:
    """Undo what the import `batch_id` brought; returns the number of sessions. Raises NotFound, Conflict (sealed)."""
    if batch_id <= 0:
        raise InvalidInput("import.batch", "没有指明要撤销的批次。")
    with change_many(actor, "import.undo", kind="training.trainingsession", reason=reason) as opened:
        rows = list(TrainingSession.rows.filter(batch_id=batch_id))
        if any(not actor.scope.covers_division(r.division_code) for r in rows):
            raise NotFound("object.scope", "该批次有培训不在您的数据范围内。")
        done = _withdraw(actor, rows, "import.undo")
        opened.target_id = str(batch_id)
        opened.totals = {"batch_id": batch_id, "sessions": done}
    return done


def _withdraw(actor: Actor, rows: Sequence[TrainingSession], action: str) -> int:
    require_open({month_index(r.held_on) for r in rows})
    for part in projects.in_parts([r.pk for r in rows]):
        sources = list(TrainingAudience.objects.filter(session__in=part).values_list("id", flat=True))
        reverse_sources(TRAINING, sources, on=clock.today(), actor=actor, action=action)
        TrainingAttendee.objects.filter(session__in=part).delete()
        TrainingAudience.objects.filter(session__in=part).delete()
        TrainingSession.rows.filter(pk__in=part).delete()
    return len(rows)
