"""The roster of workers (form A, 务工人员花名册): persons, accounts and roster entries of one or several projects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workrelief.base.divisions import queries as divisions
from workrelief.base.intake.columns import Column
from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, Issue, RowBlock, RowId
from workrelief.base.law.parameters import parameter
from workrelief.kernel import clock, codes
from workrelief.kernel.findings import Severity
from workrelief.kernel.kinds import PayBasis, PayUnit, WorkerGroup
from workrelief.work.projects import queries as projects
from workrelief.work.workers import queries, rules, services

SEXES = {"M": "男", "F": "女"}


@dataclass
class _Session:
    """What one file has told so far: projects looked up, and who stood where."""

    projects: dict[str, projects.ProjectRef] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    seen: dict[tuple[str, str], RowId] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    phones: dict[str, set[str]] = field(default_factory=dict)
    accounts: dict[str, tuple[str, RowId]] = field(default_factory=dict)


class RosterImporter(Importer):
    """务工人员花名册. Bad rows are left out and reported; good rows register persons and roster entries."""

    kind = "roster"
    title = "务工人员花名册"
    permission = "roster.import"
    guide = "import-roster"
    forms = ("务工人员花名册", "表A")
    mode = "row_by_row"
    sort_order = 20
    columns = (
        Column("project_code", "项目代码", "code", required=True, example="2204-371325-04-01-123450", note="项目须已在项目清单中"),
        Column("name", "姓名", required=True, max_length=40, fill_down=False, example="演示甲"),
        Column("sex", "性别", "choice", choices=SEXES, note="可不填，以证件号为准"),
        Column("identity_kind", "证件类型", aliases=("证件名称",), example="居民身份证"),
        Column("identity", "证件号", "code", required=True, aliases=("身份证号", "证件号码", "身份证号码", "居民身份证号"),
               private="identity", fill_down=False, example="37990019800101001X"),
        Column("born_on", "出生日期", "date", aliases=("出生年月日",)),
        Column("ethnicity", "民族", max_length=20, example="汉族"),
        Column("home", "户籍地", required=True, aliases=("户籍地址", "户籍所在地", "户籍地区划代码", "家庭住址"),
               note="县（市、区）名称，或 6 至 12 位区划代码", example="临沂市费县"),
        Column("residence", "现居地", aliases=("常住地", "现住址")),
        Column("village", "所在村", aliases=("村", "村组", "所在村组", "村（社区）"), max_length=60),
        Column("phone", "联系电话", "code", aliases=("手机号", "电话", "手机号码"), private="phone", fill_down=False),
        Column("group", "人员类别", "choice", required=True, aliases=("主类", "人员类型", "人员类别（主类）"), choices=WorkerGroup,
               example="脱贫人口", note="每人只填一个主类"),
        Column("is_cadre_or_kin", "是否村干部或近亲属", "tick",
               aliases=("是否村（社区）干部/公职人员或其近亲属", "是否村干部公职人员或其近亲属")),
        Column("recruited_by", "来源", max_length=20, aliases=("组织方式",), example="村组织"),
        Column("trade", "工种", max_length=30, example="普工"),
        Column("skill_level", "技能等级", max_length=20),
        Column("trained_on", "培训日期", "date", aliases=("技能/安全培训日期", "安全培训日期", "技能培训日期")),
        Column("agreement_no", "协议编号", max_length=40),
        Column("agreed_on", "协议签订日期", "date", aliases=("签订日期",)),
        Column("pay_basis", "计酬方式", "choice", choices=PayBasis, example="计时"),
        Column("rate", "单价", "money", default_unit="元", example="150"),
        Column("pay_unit", "计酬单位", "choice", choices=PayUnit, aliases=("单位",), example="天"),
        Column("bank", "开户行", max_length=60),
        Column("account", "卡号", "code", aliases=("银行卡号", "一卡通账号", "卡号/一卡通账号", "账号", "银行账号"), private="account",
               fill_down=False),
        Column("holder", "账户户名", aliases=("户名",), max_length=40, fill_down=False),
        Column("entered_on", "进场日", "date", aliases=("进场日期", "进场时间")),
        Column("left_on", "退场日", "date", aliases=("退场日期", "退场时间")),
        Column("insurance", "保险", max_length=40),
        Column("remark", "备注"),
    )  # fmt: skip

    def open(self, ctx: ImportContext) -> object:
        return _Session()

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterator[Issue]:
        session: _Session = ctx.session
        _look_up_projects(ctx, session, rows.columns["project_code"])
        numbers = rows.columns["identity"] = [rules.normal_identity(n) for n in rows.columns["identity"]]
        registered = queries.known_people(None, [n for n in numbers if n])
        today = clock.today()
        limits = _Limits.on(today)
        for row in rows:
            code, number = row["project_code"], row["identity"]
            if code and code not in session.projects:
                yield ctx.error(
                    row, "project_code", "项目不在您的数据范围内的项目清单中", "先导入项目清单，或核对项目代码"
                )
            if number:
                identity, reason = rules.read_identity(number)
                if identity is None:
                    yield ctx.error(row, "identity", reason, "对照证件原件改正后重新上传", rule_id="N04")
                else:
                    yield from _check_person(ctx, row, identity, limits, today)
                    yield from _check_registered(ctx, row, registered.get(number))
                    first = session.seen.setdefault((code, number), row.id)
                    if first != row.id:
                        yield ctx.error(
                            row, "identity", f"与第 {first[1]} 行是同一人，同一项目只登记一次", "保留一行，删除其余"
                        )
            if row["home"] and _home_code(session, row["home"]) is None:
                yield ctx.error(
                    row, "home", "户籍地无法对应到唯一的县（市、区）", "写明市和县，例如“临沂市费县”，或填 6 位区划代码"
                )
            yield from _check_numbers(ctx, row, session, number)

    def finish(self, ctx: ImportContext) -> Iterable[Issue]:
        most = parameter("phone_shared_by_max", on=clock.today()).whole
        for phone, people in ctx.session.phones.items():
            if len(people) > most:
                yield ctx.file_remark(
                    f"手机号 {rules.mask_phone(phone)} 登记在 {len(people)} 人名下，超过 {most} 人",
                    "核实本人联系电话",
                    rule_id="F16",
                )

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        session = _Session()
        people: list[services.PersonIn] = []
        kept: list[Any] = []
        for block in blocks:
            _look_up_projects(ctx, session, block.columns["project_code"])
            for row in block:
                number = row["identity"]
                identity, _ = rules.read_identity(number)
                if identity is None:
                    continue
                people.append(
                    services.PersonIn(
                        name=row["name"],
                        identity=number,
                        born_on=identity.born_on,
                        sex=identity.sex,
                        division_code=_home_code(session, row["home"])
                        or session.projects[row["project_code"]].division_code,
                        phone=row["phone"],
                        ethnicity=row["ethnicity"],
                        village=row["village"],
                        group=row["group"],
                        is_cadre_or_kin=row["is_cadre_or_kin"],
                        skill_level=row["skill_level"],
                    )
                )
                kept.append(row)
        persons = services.register_people(people, batch_id=ctx.batch_id, refresh=True, within=ctx.actor.scope)
        entries, accounts = [], []
        for row, person, worker_id in zip(kept, people, persons.ids, strict=True):
            project = session.projects[row["project_code"]]
            entries.append(
                services.EngagementIn(
                    worker_id=worker_id,
                    project_id=project.id,
                    division_code=project.division_code,
                    group=person.group,
                    is_local=is_local(person.division_code, project.division_code),
                    trade=row["trade"],
                    recruited_by=row["recruited_by"],
                    pay_basis=row["pay_basis"] or "time",
                    pay_unit=row["pay_unit"] or "day",
                    rate_fen=row["rate"] or 0,
                    agreement_no=row["agreement_no"],
                    agreed_on=row["agreed_on"],
                    trained_on=row["trained_on"],
                    entered_on=row["entered_on"],
                    left_on=row["left_on"],
                    insurance=row["insurance"],
                    remark=row["remark"],
                )
            )
            if row["account"]:
                accounts.append(
                    services.AccountIn(worker_id, row["account"], row["holder"] or person.name, row["bank"])
                )
        roster = services.engage(entries, batch_id=ctx.batch_id, from_history=False, refresh=True)
        cards = services.register_accounts(accounts)
        return CommitReport(
            rows=len(kept),
            created=roster.created,
            updated=roster.updated,
            totals={
                "new_persons": persons.created,
                "updated_persons": persons.updated,
                "new_engagements": roster.created,
                "new_accounts": cards.created,
                "projects": len({e.project_id for e in entries}),
            },
            undo={"people": persons.before, "entries": roster.before},
        )

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        return dict(services.take_back_roster(batch_id=ctx.batch_id, before=ctx.undo_data or {}))


def is_local(home: str, project_division: str) -> bool:
    """Home and project lie in the same county (rule E01, reading 3)."""
    return home[:6] == project_division[:6]


@dataclass(frozen=True)
class _Limits:
    minimum: int
    male: int
    female: int

    @classmethod
    def on(cls, day: date) -> _Limits:
        return cls(
            parameter("min_working_age", on=day).whole,
            parameter("over_age_hint", on=day, sex="male").whole,
            parameter("over_age_hint", on=day, sex="female").whole,
        )


def _look_up_projects(ctx: ImportContext, session: _Session, project_codes: Iterable[str]) -> None:
    fresh = {c for c in project_codes if c} - session.asked
    if fresh:
        session.asked |= fresh
        session.projects.update(projects.by_codes(ctx.actor.scope, fresh))


def _home_code(session: _Session, text: str) -> str | None:
    """12-digit home of an office spelling; None when unknown or ambiguous."""
    if text not in session.homes:
        session.homes[text] = _find_home(text)
    return session.homes[text] or None


def _find_home(text: str) -> str:
    compact = text.strip()
    if compact.isdigit() and len(compact) in (6, 9, 12):
        return codes.normalise(compact)
    found = divisions.find(compact)
    return found[0].code if len(found) == 1 else ""


def _check_person(
    ctx: ImportContext, row: Any, identity: rules.Identity, limits: _Limits, today: date
) -> Iterator[Issue]:
    if row["born_on"] and row["born_on"] != identity.born_on:
        yield ctx.error(
            row, "born_on", f"与证件号中的出生日期 {identity.born_on} 不一致", "对照证件原件改正", rule_id="N04"
        )
    if row["sex"] and row["sex"] != identity.sex:
        yield ctx.error(row, "sex", f"与证件号不一致，证件号为{SEXES[identity.sex]}", "对照证件原件改正", rule_id="N04")
    found = rules.working_age(
        identity.born_on,
        row["entered_on"] or today,
        sex=identity.sex,
        minimum=limits.minimum,
        retirement_male=limits.male,
        retirement_female=limits.female,
    )
    if found is not None:
        say = ctx.error if found.severity is Severity.BLOCKER else ctx.remark
        yield say(row, "identity", found.message, found.remedy, rule_id=found.rule_id)
    if row["agreed_on"] and row["entered_on"] and row["agreed_on"] > row["entered_on"]:
        yield ctx.remark(row, "agreed_on", f"协议晚于进场日 {row['entered_on']}", "补正协议日期或进场日", rule_id="E04")


def _check_registered(ctx: ImportContext, row: Any, known: queries.KnownPerson | None) -> Iterator[Issue]:
    """One number is one person: another name is refused, without telling the registered one in full."""
    if known is None:
        return
    if known.name != row["name"]:
        yield ctx.error(
            row, "name", f"该证件号登记的姓名为“{rules.mask_name(known.name)}”，与表上不同", "核对姓名和证件号", rule_id="E05"
        )  # fmt: skip
    elif not ctx.actor.scope.covers_division(known.division_code):
        yield ctx.remark(row, "identity", "已由其他县登记，只加入本项目名册，个人信息不改", "信息有变的，请户籍县更正")


def _check_numbers(ctx: ImportContext, row: Any, session: _Session, identity: str) -> Iterator[Issue]:
    phone, account = row["phone"], row["account"]
    if phone:
        if not rules.phone_is_plausible(phone):
            yield ctx.remark(row, "phone", "不像电话号码", "核对后改正")
        session.phones.setdefault(phone, set()).add(identity)
    if account:
        if not rules.luhn_holds(account):
            yield ctx.remark(row, "account", "卡号校验不符（部分旧卡不合此规则）", "对照卡面核对", rule_id="N07")
        other, where = session.accounts.setdefault(account, (identity, row.id))
        if other != identity:
            yield ctx.remark(
                row, "account", f"与第 {where[1]} 行他人的卡号相同，一卡只能一人", "填本人银行卡或一卡通", rule_id="F16"
            )
        if row["holder"] and row["holder"] != row["name"]:
            yield ctx.error(row, "holder", f"户名与姓名“{row['name']}”不一致", "改为本人账户", rule_id="F08a")
