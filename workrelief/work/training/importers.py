"""The training register (form E) in the shapes offices use.

One row for a session with a column for each audience, or one row for each audience of a session, or one row for each person
who signed in (also on a sheet of its own, 签到). Rows belong together by their 培训编号, wherever in the file they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workrelief.base.divisions import queries as divisions
from workrelief.base.intake.columns import Column
from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, Issue, Row, RowBlock, RowId
from workrelief.base.intake.places import Place, Places
from workrelief.kernel import clock, codes
from workrelief.kernel.codes import Level
from workrelief.kernel.findings import Severity
from workrelief.kernel.kinds import Audience, TrainingType
from workrelief.work.projects import queries as projects
from workrelief.work.training import queries, rules, services
from workrelief.work.training.rules import Attendance
from workrelief.work.workers import queries as workers
from workrelief.work.workers import rules as identity_rules

AUDIENCE_COLUMNS = {
    "government": Audience.GOVERNMENT,
    "owner": Audience.OWNER,
    "contractor": Audience.CONTRACTOR,
    "worker": Audience.WORKER,
}
_DETAILS = (
    "training_type",
    "held_on",
    "topic",
    "organiser",
    "form",
    "place",
    "teacher",
    "project_code",
    "project_name",
)
_LABELS = {"training_type": "培训类型", "held_on": "培训时间", "topic": "培训主题", "project_code": "项目代码"}


@dataclass
class _Draft:
    """One session as its rows tell it. `details` keeps the first value of each particular that is given."""

    first: RowId
    details: dict[str, Any] = field(default_factory=dict)
    attendances: dict[Audience, Attendance] = field(default_factory=dict)
    total: int | None = None
    place: Place = field(default_factory=Place)
    hours_x10: int = 0
    cost_fen: int = 0
    cost_source: str = ""
    signed: dict[str, tuple[RowId, str, str]] = field(default_factory=dict)

    def counted(self) -> tuple[Attendance, ...]:
        """The attendances; sign-ins alone make the workers' attendance where no row counts them."""
        found = dict(self.attendances)
        if self.signed and Audience.WORKER not in found:
            found[Audience.WORKER] = Attendance(Audience.WORKER, len(self.signed))
        return tuple(found[a] for a in Audience if a in found)


@dataclass
class _Session:
    """What one file has told so far: sessions by number, projects and persons looked up."""

    places: Places
    drafts: dict[str, _Draft] = field(default_factory=dict)
    projects: dict[Any, projects.ProjectRef] = field(default_factory=dict)
    people: dict[str, workers.KnownPerson] = field(default_factory=dict)


class TrainingImporter(Importer):
    """培训台账. All or nothing, so that no session is taken over with a part of its audiences."""

    kind = "training"
    title = "培训台账"
    permission = "training.import"
    guide = "import-training-register"
    forms = ("培训台账", "培训签到表", "表E")
    mode = "all_or_nothing"
    sort_order = 40
    columns = (
        Column("number", "培训编号", "code", required=True, aliases=("编号", "培训期次", "场次编号"), example="PX2022-371422-0001",
               note="同一场培训的各行填同一编号，签到表也填"),
        Column("city", "市", aliases=("所属市",)),
        Column("county", "县（市、区）", aliases=("县", "区县", "县市区"), note="主办单位所在的县；市级培训留空"),
        Column("project_code", "项目代码", "code", note="依托项目举办的填写"),
        Column("project_name", "项目名称", aliases=("项目", "依托项目")),
        Column("training_type", "培训类型", "choice", choices=TrainingType, aliases=("类型",), example="政策培训"),
        Column("audience", "培训对象", "choice", choices=Audience, aliases=("对象",), example="项目业主",
               note="一行只填一类对象；一行一场的，人次填在各对象列"),
        Column("form", "培训形式", aliases=("形式", "培训方式"), max_length=20, example="集中培训"),
        Column("topic", "培训主题", aliases=("主题", "培训内容", "培训名称"), max_length=160, example="以工代赈政策解读"),
        Column("held_on", "培训时间", "date", aliases=("时间", "培训日期", "举办时间", "举办日期"), example="2022-03-15"),
        Column("place", "培训地点", aliases=("地点",), max_length=120),
        Column("organiser", "主办单位", aliases=("主办", "举办单位", "组织单位"), max_length=120),
        Column("teacher", "师资", aliases=("授课人", "教师", "讲师"), max_length=120),
        Column("hours", "课时", "tenths", aliases=("学时",)),
        Column("expected", "应到人数", "int", aliases=("应到",)),
        Column("attended", "实到人次", "int", aliases=("实到", "实到人数", "参训人次", "培训人次")),
        Column("government", "政府及部门", "int", group="培训人次", aliases=("政府部门", "部门")),
        Column("owner", "项目业主", "int", group="培训人次", aliases=("业主",)),
        Column("contractor", "施工单位", "int", group="培训人次"),
        Column("worker", "务工群众", "int", group="培训人次", aliases=("群众",)),
        Column("total", "总人次", "int", group="培训人次", aliases=("合计", "小计", "培训总人次", "合计人次"),
               note="填写时核对各对象之和"),
        Column("name", "姓名", max_length=40, fill_down=False),
        Column("identity", "证件号", "code", aliases=("身份证号", "证件号码", "身份证号码"), private="identity", fill_down=False,
               note="务工群众逐人签到的填写；只计已登记的人"),
        Column("result", "考核结果", aliases=("考核情况", "成绩"), max_length=20, fill_down=False),
        Column("certificate", "证书", aliases=("证书编号",), max_length=40, fill_down=False),
        Column("cost", "费用", "money", default_unit="元", aliases=("培训费用", "经费")),
        Column("cost_source", "费用来源", aliases=("经费来源", "资金来源"), max_length=60),
        Column("remark", "备注"),
    )  # fmt: skip

    def open(self, ctx: ImportContext) -> object:
        return _Session(Places(ctx.actor.scope))

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterator[Issue]:
        session: _Session = ctx.session
        _look_up_people(session, rows.columns["identity"])
        for row in rows:
            if row["number"]:
                yield from _take(ctx, session, row)

    def finish(self, ctx: ImportContext) -> Iterable[Issue]:
        session: _Session = ctx.session
        _look_up_projects(ctx, session)
        taken = queries.registered_numbers([(d.place.code, number) for number, d in session.drafts.items()])
        rosters = workers.engagement_ids({p.id for p in session.projects.values()})
        for number, draft in session.drafts.items():
            yield from _judge(ctx, session, number, draft)
            if (draft.place.code, number) in taken:
                yield ctx.error(draft.first, "number", f"培训编号{number}已经登记", "已导入过的不必再次导入")
            yield from _judge_people(ctx, session, draft, rosters)

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        session: _Session = ctx.session
        entries = [_entry(session, number, draft) for number, draft in session.drafts.items()]
        done = services.register_sessions(
            ctx.actor, entries, action=self.permission, batch_id=ctx.batch_id, label=ctx.file_name
        )
        return CommitReport(
            rows=sum(map(len, blocks)),
            created=len(entries),
            totals={"person_times": done.person_times, "known_workers": done.known_workers},
        )

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        return {"sessions": services.withdraw_batch(ctx.actor, ctx.batch_id, reason="撤销导入")}


# --- taking rows together ------------------------------------------------------------------------------------------


def _take(ctx: ImportContext, session: _Session, row: Row) -> Iterator[Issue]:
    """Add a row to the session of its number; say where it contradicts an earlier row."""
    draft = session.drafts.setdefault(row["number"], _Draft(row.id))
    for name in _DETAILS:
        given = row[name]
        if not given:
            continue
        known = draft.details.setdefault(name, given)
        if known != given and name in _LABELS:
            yield ctx.error(
                row, name, f"与第 {draft.first[1]} 行同一编号，{_LABELS[name]}不同", "同一编号只能是同一场培训"
            )
    place = _place(ctx, session, row)
    if place.reason and (row["county"] or row["city"]):
        yield ctx.error(row, "county", place.reason, place.remedy, rule_id="N05")
    elif place.code and (not draft.place.code or row["county"]):
        draft.place = place
    draft.hours_x10 = draft.hours_x10 or row["hours"] or 0
    draft.cost_fen = draft.cost_fen or row["cost"] or 0
    draft.cost_source = draft.cost_source or row["cost_source"]
    if row["total"] is not None:
        draft.total = row["total"]
    yield from _take_attendances(ctx, draft, row)
    if row["identity"] or (row["name"] and not _counts(row)):
        yield from _take_person(ctx, draft, row)


def _counts(row: Row) -> bool:
    return row["attended"] is not None or any(row[name] is not None for name in AUDIENCE_COLUMNS)


def _place(ctx: ImportContext, session: _Session, row: Row) -> Place:
    """The county or city of the row, else the one the title names, else the actor's own."""
    titled = next((p for line in ctx.titles.get(row.sheet, ()) if (p := session.places.leading(line)).code), Place())
    if not row["county"] and not row["city"]:
        return titled if titled.code else Place(ctx.actor.home)
    found = session.places.find(row["city"], row["county"])
    if not found.code and not row["city"] and titled.code:
        city = divisions.name(codes.at_level(titled.code, Level.CITY))
        inside = session.places.find(city, row["county"])
        return inside if inside.code else found
    return found


def _take_attendances(ctx: ImportContext, draft: _Draft, row: Row) -> Iterator[Issue]:
    given = {kind: row[name] for name, kind in AUDIENCE_COLUMNS.items() if row[name]}
    if row["attended"] is not None:
        if given and row["audience"]:
            yield ctx.error(row, "attended", "既填了实到人次，又按对象分列了人次", "两种填法只用一种", rule_id="G04")
            return
        if row["audience"]:
            given = {Audience.of_id(row["audience"]): row["attended"]}
        elif given:
            draft.total = row["attended"]
        else:
            yield ctx.error(
                row, "audience", "没有写明培训对象", "填写政府及部门、项目业主、施工单位或务工群众", rule_id="G04"
            )
            return
    for kind, attended in given.items():
        if kind in draft.attendances:
            said = f"{kind.label}的人次在第 {draft.first[1]} 行起的同一编号内出现两次"
            yield ctx.error(row, "audience" if row["audience"] else "number", said, "合并为一行", rule_id="G04")
        expected = (row["expected"] or 0) if len(given) == 1 else 0
        draft.attendances[kind] = Attendance(kind, attended, expected)


def _take_person(ctx: ImportContext, draft: _Draft, row: Row) -> Iterator[Issue]:
    if not row["identity"]:
        yield ctx.remark(row, "identity", "没有证件号，不计入培训人数", "补填证件号", rule_id="G01")
        return
    number = identity_rules.normal_identity(row["identity"])
    found, reason = identity_rules.read_identity(number)
    if found is None:
        yield ctx.error(row, "identity", reason, "对照证件原件改正后重新上传", rule_id="N04")
        return
    earlier = draft.signed.get(number)
    if earlier:
        said = f"与第 {earlier[0][1]} 行是同一人，同一场培训只签到一次"
        yield ctx.error(row, "identity", said, "保留一行，删除其余", rule_id="G03")
        return
    draft.signed[number] = (row.id, row["result"], row["certificate"])


# --- judging whole sessions ----------------------------------------------------------------------------------------


def _judge(ctx: ImportContext, session: _Session, number: str, draft: _Draft) -> Iterator[Issue]:
    if not draft.details.get("topic"):
        yield ctx.error(draft.first, "topic", f"编号{number}的各行都没有培训主题", "填写培训主题")
    if not draft.details.get("organiser"):
        yield ctx.remark(draft.first, "organiser", "没有填写主办单位", "补填主办单位")
    wanted = draft.details.get("project_code") or draft.details.get("project_name")
    if wanted and _project(session, draft) is None:
        column = "project_code" if draft.details.get("project_code") else "project_name"
        yield ctx.error(
            draft.first, column, f"项目“{wanted}”不在您的数据范围内的项目清单中", "先导入项目清单，或核对项目"
        )
    for said in rules.session(_entry(session, number, draft).facts(), clock.today()):
        if said.severity is not Severity.HINT:
            say = ctx.error if said.severity is Severity.BLOCKER else ctx.remark
            column = {"G01": "project_code", "G03": "attended", "G04": "training_type"}[said.rule_id]
            yield say(draft.first, column, said.message, said.remedy, rule_id=said.rule_id)


def _judge_people(
    ctx: ImportContext, session: _Session, draft: _Draft, rosters: dict[tuple[int, int], int]
) -> Iterator[Issue]:
    """Who signed in but is not registered counts as a person-time only; who is on no roster of the project is said."""
    project = _project(session, draft)
    for number, (where, _, _) in draft.signed.items():
        person = session.people.get(number)
        masked = identity_rules.mask_identity(number)
        if person is None:
            said = f"{masked}没有登记过，只计人次，不计培训人数"
            yield ctx.remark(where, "identity", said, "先导入花名册再导入签到表", rule_id="G01")
        elif project is not None and (person.id, project.id) not in rosters:
            yield ctx.remark(
                where, "identity", f"{masked}不在该项目的花名册中", "核对签到表或补登花名册", rule_id="G01"
            )
    stated = draft.attendances.get(Audience.WORKER)
    if draft.signed and stated and stated.attended != len(draft.signed):
        said = f"务工群众实到{stated.attended}人次，签到{len(draft.signed)}人"
        yield ctx.remark(draft.first, "attended", said, "人次按实到计，人数按签到计", rule_id="G03")


def _entry(session: _Session, number: str, draft: _Draft) -> services.NewSession:
    details = draft.details
    project = _project(session, draft)
    kind = details.get("training_type")
    held_on: date | None = details.get("held_on")
    return services.NewSession(
        number=number,
        division_code=draft.place.code,
        training_type=TrainingType.of_id(kind) if kind else None,
        held_on=held_on,
        topic=details.get("topic", ""),
        organiser=details.get("organiser", ""),
        attendances=draft.counted(),
        attendees=tuple(
            services.Attendee(session.people[number].id, result, certificate)
            for number, (_, result, certificate) in draft.signed.items()
            if number in session.people
        ),
        total=draft.total,
        project_id=project.id if project else None,
        form=details.get("form", ""),
        place=details.get("place", ""),
        teacher=details.get("teacher", ""),
        hours_x10=draft.hours_x10,
        cost_fen=draft.cost_fen,
        cost_source=draft.cost_source,
    )


# --- looking up ----------------------------------------------------------------------------------------------------


def _look_up_people(session: _Session, identities: Iterable[str]) -> None:
    fresh = []
    for text in identities:
        number = identity_rules.normal_identity(text) if text else ""
        if number and number not in session.people and identity_rules.read_identity(number)[0]:
            fresh.append(number)
    if fresh:
        session.people.update(workers.known_people(None, fresh))


def _project_key(draft: _Draft) -> str | tuple[str, str] | None:
    if code := draft.details.get("project_code"):
        return str(code)
    if name := draft.details.get("project_name"):
        return draft.place.code, str(name)
    return None


def _project(session: _Session, draft: _Draft) -> projects.ProjectRef | None:
    return session.projects.get(_project_key(draft))


def _look_up_projects(ctx: ImportContext, session: _Session) -> None:
    keys = {key for draft in session.drafts.values() if (key := _project_key(draft))}
    session.projects.update(
        projects.find_for_import(
            ctx.actor.scope,
            codes={k for k in keys if isinstance(k, str)},
            names={k for k in keys if isinstance(k, tuple)},
        )
    )
