"""The monthly pay ledger (form C, 劳务报酬发放明细台账): one file may hold several projects and months.

Each project-month becomes one pay sheet. The arithmetic of a whole sheet of the workbook is judged by one of the two ways
of arriving at 应发 (reading 1); lines that follow the other way are named. Persons not on a roster are refused, except for
months before the process gates (historical entry, reading 10), where they are registered and the file says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workrelief.base.intake.columns import Column
from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, Issue, RowBlock, RowId
from workrelief.base.law.parameters import parameter
from workrelief.kernel import clock
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.kinds import PayBasis, PayRoute, PayStatus, PayUnit, WorkerGroup
from workrelief.work.payroll import queries, rules, services
from workrelief.work.projects import queries as projects
from workrelief.work.workers import queries as workers
from workrelief.work.workers import rules as person_rules
from workrelief.work.workers import services as worker_services

_Key = tuple[int, int]


@dataclass
class _Tally:
    """How the lines of one spreadsheet sheet arrive at 应发."""

    gross: int = 0
    net: int = 0
    lines: dict[str, list[RowId]] = field(default_factory=lambda: {"gross": [], "net": []})

    @property
    def rule(self) -> rules.DueRule:
        return rules.sheet_due_rule({"gross": self.gross, "net": self.net})


@dataclass
class _Session:
    """What the file has told so far."""

    projects: dict[str, projects.ProjectRef] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    standing: dict[_Key, tuple[int, int]] = field(default_factory=dict)
    limits: dict[tuple[int, str], rules.Limits] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)
    people: dict[str, workers.KnownPerson | None] = field(default_factory=dict)
    rosters: dict[tuple[int, int], workers.RosterFacts] = field(default_factory=dict)
    rosters_of: set[int] = field(default_factory=set)
    seen: dict[tuple[int, int, str], RowId] = field(default_factory=dict)
    days: dict[tuple[str, int], int] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    tallies: dict[str, _Tally] = field(default_factory=dict)
    off_roster: dict[_Key, int] = field(default_factory=dict)
    late: dict[_Key, int] = field(default_factory=dict)
    cash_fen: dict[_Key, int] = field(default_factory=dict)
    gates_from: int = 0

    def limits_of(self, month: int, division: str) -> rules.Limits:
        key = (month, division[:6])
        if key not in self.limits:
            self.limits[key] = rules.Limits.of(month, division)
        return self.limits[key]


class PaySheetImporter(Importer):
    """劳务报酬发放明细台账. Bad lines are left out and reported; good lines become sheets and are posted."""

    kind = "pay_sheet"
    title = "劳务报酬发放明细台账"
    permission = "paysheet.import"
    guide = "import-pay-sheet"
    forms = ("劳务报酬发放明细台账", "表C")
    mode = "row_by_row"
    sort_order = 30
    columns = (
        Column("project_code", "项目代码", "code", required=True, example="2204-371325-04-01-123450"),
        Column("month", "所属月份", "month", required=True, aliases=("期次", "期次年月", "所属期", "工资月份"), example="2022-07"),
        Column("employer", "用人单位名称", required=True, aliases=("用人单位", "单位名称", "施工单位"), max_length=120, example="演示施工有限公司"),
        Column("cycle", "支付周期", in_head=True, max_length=20, example="月"),
        Column("contact", "联系方式", "code", in_head=True, aliases=("联系电话", "手机号"), private="phone", fill_down=False),
        Column("identity_kind", "证件类型", example="居民身份证"),
        Column("name", "姓名", required=True, max_length=40, fill_down=False, example="演示甲"),
        Column("identity", "证件号", "code", required=True, aliases=("身份证号", "证件号码", "身份证号码"), private="identity",
               fill_down=False, example="37990019800101001X"),
        Column("trade", "工种", max_length=30, example="普工"),
        Column("days", "出工天数", "tenths", required=True, aliases=("出勤天数", "工日", "工日数"), example="22"),
        Column("basis", "计酬方式", "choice", choices=PayBasis, example="计时"),
        Column("unit", "计酬单位", "choice", choices=PayUnit, example="天"),
        Column("quantity", "计酬数量", "hundredths", required=True, aliases=("数量", "工时"), example="22"),
        Column("rate", "单价", "money", required=True, aliases=("日工资", "工价"), default_unit="元", example="150"),
        Column("due", "应发", "money", required=True, aliases=("应发金额", "应发报酬", "应发工资"), default_unit="元", example="3300"),
        Column("deducted", "代扣代缴及扣除", "money", in_head=True, default_unit="元",
               aliases=("扣款", "扣除数额", "代扣代缴", "代扣代缴及扣除数额", "代扣代缴及扣除项目与数额"), example="0"),
        Column("deduction_note", "扣除项目", max_length=60, aliases=("扣款说明", "扣除依据")),
        Column("extra", "其他增减", "money", default_unit="元", aliases=("增项", "津贴", "其他增减金额"), allow_negative=True),
        Column("extra_note", "增减依据", max_length=60, aliases=("其他增减依据",)),
        Column("paid", "实发", "money", required=True, aliases=("实发金额", "实发报酬", "实发工资"), default_unit="元", example="3300"),
        Column("route", "支付方式", "choice", required=True, aliases=("发放方式",), choices=PayRoute, example="一卡通"),
        Column("holder", "户名", aliases=("账户户名",), max_length=40, fill_down=False),
        Column("account", "卡号", "code", aliases=("银行卡号", "一卡通账号", "账号"), private="account", fill_down=False),
        Column("bank", "开户行", max_length=60),
        Column("paid_on", "发放日期", "date", in_head=True, aliases=("支付日期", "到账日期"), example="2022-08-10"),
        Column("receipt_no", "银行流水号", "code", aliases=("流水号", "回单号"), max_length=40, fill_down=False),
        Column("status", "状态", "choice", aliases=("发放状态",), choices=PayStatus, example="已到账"),
        Column("is_back_pay", "是否补发", "tick"),
        Column("back_pay_month", "补发月份", "month", aliases=("补发所属月份",)),
        Column("signature", "签名", in_head=True, aliases=("签名/确认", "签字", "签名（手印）", "本人签字"), max_length=20, fill_down=False),
        Column("remark", "备注"),
    )  # fmt: skip

    # -- check -------------------------------------------------------------------------------------------------------

    def open(self, ctx: ImportContext) -> object:
        return _Session(gates_from=parameter("process_gates_from", on=clock.today()).whole)

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterator[Issue]:
        session: _Session = ctx.session
        _prepare(ctx, session, rows)
        today = clock.today()
        for row in rows:
            project = session.projects.get(row["project_code"])
            if project is None:
                if row["project_code"]:
                    yield ctx.error(
                        row, "project_code", "项目不在您的数据范围内的项目清单中", "先导入项目清单，或核对项目代码"
                    )
                continue
            month, number = row["month"], row["identity"]
            if month is None or not number:
                continue
            reason = session.identities[number]
            if reason:
                yield ctx.error(row, "identity", reason, "对照证件原件改正后重新上传", rule_id="N04")
                continue
            limits = session.limits_of(month, project.division_code)
            yield from _check_amounts(ctx, session, row, limits)
            yield from _check_payment(ctx, session, row, project, limits, today)
            yield from _check_place(ctx, session, row, project)

    def finish(self, ctx: ImportContext) -> Iterator[Issue]:
        session: _Session = ctx.session
        for sheet, tally in session.tallies.items():
            if tally.rule == "net":
                yield ctx.file_remark("本表应发已先减扣款（应发＝实发），按此算法核对", sheet=sheet, rule_id="F13")
            other = "gross" if tally.rule == "net" else "net"
            for where in tally.lines[other]:
                yield ctx.error(
                    where,
                    "due",
                    "本行应发的算法与全表不同（扣款一处先减、一处后减）",
                    "统一为“应发＝数量×单价＋增项”",
                    rule_id="F13",
                )
        yield from _whole_file_remarks(ctx, session)

    # -- commit ------------------------------------------------------------------------------------------------------

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        session = _Session(gates_from=parameter("process_gates_from", on=clock.today()).whole)
        for block in blocks:
            _prepare(ctx, session, block)
        new_people = _register_missing(ctx, session, blocks)
        accounts = _register_accounts(session, blocks)
        sheets = _sheets(ctx, session, blocks, accounts)
        done = services.enter_sheets(ctx.actor, sheets, batch_id=ctx.batch_id, action="paysheet.import")
        return CommitReport(
            rows=done.lines,
            created=done.sheets,
            totals={
                "sheets": done.sheets,
                "lines": done.lines,
                "due_fen": done.due_fen,
                "paid_fen": done.paid_fen,
                "new_persons": new_people,
                "posted": done.is_posted,
            },
        )

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        return dict(services.take_back(ctx.actor, batch_id=ctx.batch_id))


def _prepare(ctx: ImportContext, session: _Session, rows: RowBlock) -> None:
    """Look up what the block names and is not known yet: projects, standing sheets, persons, rosters."""
    scope = ctx.actor.scope
    fresh = {c for c in rows.columns["project_code"] if c} - session.asked
    if fresh:
        session.asked |= fresh
        found = projects.by_codes(scope, fresh)
        session.projects.update(found)
        ids = {p.id for p in found.values()}
        session.standing.update(queries.standing_sheets(scope, ids))
        session.rosters.update(workers.roster_facts(ids - session.rosters_of))
        session.rosters_of |= ids
    numbers = rows.columns["identity"]
    for i, written in enumerate(numbers):
        if written and written not in session.identities:
            number = numbers[i] = person_rules.normal_identity(written)
            session.identities[number] = person_rules.read_identity(number)[1]
        elif written:
            numbers[i] = written
    unknown = [n for n in dict.fromkeys(numbers) if n and n not in session.people and not session.identities[n]]
    if unknown:
        known = workers.known_people(None, unknown)
        session.people.update({n: known.get(n) for n in unknown})


def _check_amounts(ctx: ImportContext, session: _Session, row: Any, limits: rules.Limits) -> Iterator[Issue]:
    amounts = (row["quantity"], row["rate"], row["due"], row["paid"])
    if row["days"] is not None and (found := rules.too_many_days(row["days"], limits)):
        yield _issue(ctx, row, "days", found)
    if None in amounts:
        return
    quantity, rate, due, paid = amounts
    deducted, extra = row["deducted"] or 0, row["extra"] or 0
    case = {
        "quantity_x100": quantity, "rate_fen": rate, "extra_fen": extra, "deducted_fen": deducted, "due_fen": due,
        "paid_fen": paid, "tolerance_fen": limits.tolerance_fen,
    }  # fmt: skip
    fit = rules.due_fit(**case)
    if fit == "neither":
        yield _issue(ctx, row, "due", rules.arithmetic(**case))
    elif fit != "both":
        tally = session.tallies.setdefault(row.sheet, _Tally())
        if fit == "gross":
            tally.gross += 1
        else:
            tally.net += 1
        tally.lines[fit].append(row.id)
    if deducted and not row["deduction_note"]:
        yield ctx.remark(
            row, "deduction_note", f"扣款 {deducted / 100:.2f} 元没有写明项目", "补写扣除项目与依据", rule_id="Q03"
        )
    if found := rules.below_minimum(row["basis"] or "time", row["unit"] or "day", rate, limits):
        yield _issue(ctx, row, "rate", found)


def _check_payment(
    ctx: ImportContext, session: _Session, row: Any, project: projects.ProjectRef, limits: rules.Limits, today: date
) -> Iterator[Issue]:
    paid_on, route, name = row["paid_on"], row["route"], row["name"]
    key = (project.id, row["month"])
    if found := rules.holder_differs(row["holder"], name):
        yield _issue(ctx, row, "holder", found)
    if route == "cash":
        session.cash_fen[key] = session.cash_fen.get(key, 0) + (row["paid"] or 0)
        yield _issue(ctx, row, "route", rules.cash(row["paid"] or 0))
    elif row["account"]:
        owner = session.cards.setdefault(row["account"], row["identity"])
        if owner != row["identity"]:
            yield ctx.error(row, "account", "同一卡号用于两个人", "填本人银行卡或一卡通", rule_id="F16")
    if paid_on is None:
        if row["status"] == "paid":
            yield ctx.error(row, "paid_on", "状态为已到账，但没有发放日期", "补填发放日期，或改为未到账", rule_id="Q03")
        return
    if paid_on > today:
        yield ctx.error(row, "paid_on", f"发放日期 {paid_on} 晚于今天", "核对日期")
    wage_month = (
        limits if not row["back_pay_month"] else session.limits_of(row["back_pay_month"], project.division_code)
    )
    if found := rules.paid_late(paid_on, wage_month):
        session.late[key] = session.late.get(key, 0) + 1
        yield _issue(ctx, row, "paid_on", found)
    if paid_on.year * 100 + paid_on.month < row["month"]:
        yield ctx.remark(row, "paid_on", "发放日期早于所属月份", "核对所属月份和发放日期")


def _check_place(ctx: ImportContext, session: _Session, row: Any, project: projects.ProjectRef) -> Iterator[Issue]:
    month, number = row["month"], row["identity"]
    key = (project.id, month)
    if row["is_back_pay"]:
        if row["back_pay_month"] is None:
            yield ctx.error(row, "back_pay_month", "标了补发，但没有补发月份", "补填补发所属月份")
    else:
        first = session.seen.setdefault((*key, number), row.id)
        if first != row.id:
            yield ctx.error(
                row,
                "identity",
                f"与第 {first[1]} 行是同一人同一项目同一月，且未标补发",
                "合并两行，或标明补发及月份",
                rule_id="F27",
            )
        if key in session.standing:
            batch = session.standing[key][1]
            yield ctx.error(
                row,
                "month",
                f"该项目 {month // 100}年{month % 100}月已有发放表（导入批次 {batch}）",
                "确需补发的，填“是否补发”和“补发月份”",
            )
        session.days[number, month] = session.days.get((number, month), 0) + (row["days"] or 0)
    person = session.people.get(number)
    if person is not None and person.name != row["name"]:
        yield ctx.error(row, "name", f"该证件号登记的姓名为“{person.name}”", "核对姓名和证件号", rule_id="E05")
    if person is None or (person.id, project.id) not in session.rosters:
        if month >= session.gates_from:
            yield ctx.error(row, "identity", "不在该项目用工名册内", "先导入花名册", rule_id="E03")
        else:
            session.off_roster[key] = session.off_roster.get(key, 0) + 1
    if not _inside(month, project):
        yield ctx.remark(
            row, "month", "所属月份不在项目开工日与完工日之间", "核对月份，或更新项目开完工日期", rule_id="F19"
        )


def _inside(month: int, project: projects.ProjectRef) -> bool:
    """Rule F19, reading 7: the month the wage was earned lies between start and completion."""
    starts, ends = project.starts_on, project.ends_on
    if starts is not None and month < starts.year * 100 + starts.month:
        return False
    return ends is None or month <= ends.year * 100 + ends.month


def _whole_file_remarks(ctx: ImportContext, session: _Session) -> Iterator[Issue]:
    history = {k: n for k, n in session.off_roster.items() if k[1] < session.gates_from}
    if history:
        yield ctx.file_remark(
            f"历史数据未核流程：{sum(history.values())} 行人员不在花名册，将登记为历史补录（户籍按项目所在县、类别按其他）",
            "有花名册的，先导入花名册再导入本表",
            rule_id="E03",
        )
    months = {month for _, month in session.days}
    registered = {n: p.id for n, p in session.people.items() if p is not None}
    elsewhere = (
        queries.days_elsewhere(None, registered.values(), months, besides={p.id for p in session.projects.values()})
        if registered
        else {}
    )
    numbers = {key: n for n, key in registered.items()}
    for (number, month), days in _sums(session.days, elsewhere, numbers).items():
        if days > rules.days_in(month) * 10:
            yield ctx.file_remark(
                f"证件号 {person_rules.mask_identity(number)} {month // 100}年{month % 100}月各项目出工合计 {days / 10:g} 天，超过当月天数",
                "核对各项目考勤",
                rule_id="F15",
            )


def _sums(
    own: dict[tuple[str, int], int], elsewhere: dict[tuple[int, int], int], numbers: dict[int, str]
) -> dict[tuple[str, int], int]:
    sums = dict(own)
    for (worker_id, month), days in elsewhere.items():
        key = (numbers[worker_id], month)
        if key in sums:
            sums[key] += days
    return sums


def _issue(ctx: ImportContext, row: Any, column: str, found: Finding) -> Issue:
    say = ctx.error if found.severity is Severity.BLOCKER else ctx.remark
    return say(row, column, found.message, found.remedy, rule_id=found.rule_id)


def _register_missing(ctx: ImportContext, session: _Session, blocks: Sequence[RowBlock]) -> int:
    """Persons and roster entries a historical file brings along (reading 10); the check has refused all others."""
    people: dict[str, worker_services.PersonIn] = {}
    for block in blocks:
        for number, name, code in zip(*(block.columns[c] for c in ("identity", "name", "project_code")), strict=True):
            if session.people.get(number) is None and number not in people:
                identity, _ = person_rules.read_identity(number)
                if identity is not None:
                    home = session.projects[code].division_code
                    people[number] = worker_services.PersonIn(name, number, identity.born_on, identity.sex, home)
    made = worker_services.register_people(list(people.values()), batch_id=ctx.batch_id, refresh=False)
    for (number, person), key in zip(people.items(), made.ids, strict=True):
        session.people[number] = workers.KnownPerson(key, person.name, person.division_code, person.group)
    entries: dict[tuple[int, int], worker_services.EngagementIn] = {}
    for block in blocks:
        columns = (block.columns[c] for c in ("identity", "project_code", "trade"))
        for number, code, trade in zip(*columns, strict=True):
            known, project = session.people[number], session.projects[code]
            if known is None or (known.id, project.id) in session.rosters or (known.id, project.id) in entries:
                continue
            entries[known.id, project.id] = worker_services.EngagementIn(
                worker_id=known.id,
                project_id=project.id,
                division_code=project.division_code,
                group=known.group,
                is_local=known.division_code[:6] == project.division_code[:6],
                trade=trade,
            )
    roster = worker_services.engage(list(entries.values()), batch_id=ctx.batch_id, from_history=True, refresh=False)
    for (key, entry), engagement_id in zip(entries.items(), roster.ids, strict=True):
        session.rosters[key] = workers.RosterFacts(engagement_id, entry.group, entry.is_local, None)
    return made.created


def _register_accounts(session: _Session, blocks: Sequence[RowBlock]) -> dict[tuple[int, str], int]:
    """Account ids by (person, number)."""
    wanted: dict[tuple[int, str], worker_services.AccountIn] = {}
    for block in blocks:
        columns = (block.columns[c] for c in ("identity", "account", "holder", "name", "bank"))
        for number, account, holder, name, bank in zip(*columns, strict=True):
            if account:
                person = session.people[number]
                if person is not None and (person.id, account) not in wanted:
                    wanted[person.id, account] = worker_services.AccountIn(person.id, account, holder or name, bank)
    made = worker_services.register_accounts(list(wanted.values()))
    return dict(zip(wanted, made.ids, strict=True))


def _sheets(
    ctx: ImportContext, session: _Session, blocks: Sequence[RowBlock], accounts: dict[tuple[int, str], int]
) -> list[services.SheetIn]:
    """The file's lines, gathered into one sheet per project, month and kind (ordinary or back pay)."""
    names = (
        "project_code", "month", "employer", "cycle", "contact", "identity", "name", "trade", "days", "basis", "unit",
        "quantity", "rate", "due", "deducted", "deduction_note", "extra", "extra_note", "paid", "route", "holder", "account",
        "paid_on", "receipt_no", "status", "is_back_pay", "back_pay_month", "signature",
    )  # fmt: skip
    sheets: dict[tuple[int, int, bool], services.SheetIn] = {}
    groups = {g.id: g.code for g in WorkerGroup}
    tallies = _tallies(blocks)
    for block in blocks:
        net = tallies[block.sheet].rule == "net"
        for row_no, (
            code, month, employer, cycle, contact, number, name, trade, days, basis, unit, quantity, rate, due, deducted,
            deduction_note, extra, extra_note, paid, route, holder, account, paid_on, receipt_no, status, is_back_pay,
            back_pay_month, signature,
        ) in zip(block.numbers, zip(*(block.columns[n] for n in names), strict=True), strict=True):  # fmt: skip
            project, person = session.projects[code], session.people[number]
            if person is None:
                continue
            key = (project.id, month, is_back_pay)
            sheet = sheets.get(key)
            if sheet is None:
                sheet = sheets[key] = services.SheetIn(
                    project_id=project.id, division_code=project.division_code, track=project.track, sector=project.sector,
                    month=month, issue_no=1, employer=employer, employer_contact=contact, cycle=cycle or "月",
                    due_rule="net" if net else "gross", is_history=month < session.gates_from,
                )  # fmt: skip
            facts = session.rosters[person.id, project.id]
            sheet.lines.append(
                services.LineIn(
                    row_no,
                    person.id,
                    facts.id,
                    accounts.get((person.id, account)),
                    trade,
                    days,
                    basis or "time",
                    unit or "day",
                    quantity,
                    rate,
                    due + (deducted or 0) if net else due,
                    deducted or 0,
                    deduction_note,
                    extra or 0,
                    extra_note,
                    paid,
                    route,
                    holder,
                    paid_on,
                    receipt_no,
                    status or ("paid" if paid_on is not None else "due"),
                    is_back_pay,
                    back_pay_month,
                    signature,
                    name,
                    groups[facts.group],
                    facts.is_local,
                )
            )
    _number_issues(session, sheets)
    return list(sheets.values())


def _tallies(blocks: Sequence[RowBlock]) -> dict[str, _Tally]:
    """The way each spreadsheet sheet arrives at 应发, judged again from the rows that are taken over."""
    tallies: dict[str, _Tally] = {}
    for block in blocks:
        tally = tallies.setdefault(block.sheet, _Tally())
        columns = (block.columns[c] for c in ("quantity", "rate", "extra", "deducted", "due", "paid"))
        for quantity, rate, extra, deducted, due, paid in zip(*columns, strict=True):
            if not deducted:
                continue
            fit = rules.due_fit(
                quantity_x100=quantity, rate_fen=rate, extra_fen=extra or 0, deducted_fen=deducted, due_fen=due, paid_fen=paid,
                tolerance_fen=1,
            )  # fmt: skip
            if fit == "gross":
                tally.gross += 1
            elif fit == "net":
                tally.net += 1
    return tallies


def _number_issues(session: _Session, sheets: dict[tuple[int, int, bool], services.SheetIn]) -> None:
    """Ordinary sheets are issue 1; back pay follows the highest issue that stands or comes with this file."""
    for (project_id, month, is_back_pay), sheet in sheets.items():
        if is_back_pay:
            standing = session.standing.get((project_id, month), (0, 0))[0]
            ordinary = 1 if (project_id, month, False) in sheets else 0
            sheet.issue_no = max(standing, ordinary, 1) + 1
