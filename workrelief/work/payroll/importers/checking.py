"""Judging the lines of a pay file. The loop asks cheap questions over whole columns; only a doubtful line costs more."""

from __future__ import annotations

from collections.abc import Iterator

from workrelief.base.intake.importer import ImportContext, Issue, RowBlock, RowId
from workrelief.kernel import clock
from workrelief.kernel.findings import Finding, Severity
from workrelief.work.payroll import queries, rules
from workrelief.work.payroll.importers.session import ProjectMonth, Session, Tally
from workrelief.work.projects.queries import ProjectRef
from workrelief.work.workers import rules as person_rules

_READ = (
    "project_code", "project_name", "month", "name", "identity", "contact", "days", "basis", "unit", "quantity", "rate",
    "due", "deducted", "deduction_note", "extra", "paid", "route", "holder", "account", "paid_on", "receipt_no", "status",
    "is_back_pay", "back_pay_month", "signature",
)  # fmt: skip
_FOREIGN_FIX = "先导入项目清单，或核对项目代码"


def check_block(ctx: ImportContext, session: Session, rows: RowBlock) -> Iterator[Issue]:
    """What is wrong with, or worth saying about, each line of a block whose look-ups are done."""
    today = clock.today()
    sheet = rows.sheet
    say = _Say(ctx, sheet)
    places, identities, people, rosters = session.places, session.identities, session.people, session.rosters
    cards, gates_from, standing = session.cards, session.gates_from, session.standing
    columns = zip(*(rows.columns[name] for name in _READ), strict=True)
    for number, (
        code, project_name, month, name, identity, contact, days, basis, unit, quantity, rate, due, deducted, deduction_note,
        extra, paid, route, holder, account, paid_on, receipt_no, status, is_back_pay, back_month, signature,
    ) in zip(rows.numbers, columns, strict=True):  # fmt: skip
        where = (sheet, number)
        project = places[code, project_name]
        if project is None:
            if code or project_name:
                yield say.error(
                    where,
                    "project_code" if code else "project_name",
                    _NO_PROJECT,
                    _FOREIGN_FIX,
                    value=code or project_name,
                )
            else:
                yield say.error(where, "project_code", "项目代码和项目名称都没有填写", "至少填一项")
            continue
        if month is None or not identity:
            continue
        if reason := identities[identity]:
            yield say.error(where, "identity", reason, "对照证件原件改正后重新上传", value=identity, rule_id="N04")
            continue
        limits = session.limits_of(month, project.division_code)

        # amounts and days
        if days is not None and days > limits.days_x10:
            yield say.finding(where, "days", rules.too_many_days(days, limits), value=f"{days / 10:g}")
        if due is not None and paid is not None and quantity is not None and rate is not None:
            earned = (quantity * rate * 2 + 100) // 200 + (extra or 0)
            if deducted or due - earned not in limits.near or paid - due not in limits.near:
                case = rules.Amounts(quantity, rate, extra or 0, deducted or 0, due, paid)
                yield from _judge_amounts(say, session, where, case, limits)
                if deducted and not deduction_note:
                    yield say.remark(
                        where,
                        "deduction_note",
                        f"扣款 {deducted / 100:.2f} 元没有写明项目",
                        "补写扣除项目与依据",
                        rule_id="Q03",
                    )
        if rate is not None and rate < limits.most_minimum_fen:
            found = rules.below_minimum(basis or "time", unit or "day", rate, limits)
            if found is not None:
                yield say.finding(where, "rate", found, value=f"{rate / 100:.2f}")

        # payment
        is_gated = month >= gates_from
        if route == "cash":
            yield say.finding(where, "route", rules.cash(paid or 0), value="现金")
        elif holder != name:
            if holder:
                yield say.finding(where, "holder", rules.holder_differs(holder, name), value=holder)
            elif status != "due" and paid_on is not None:
                session.without_holder += 1
        if account and cards.setdefault(account, identity) != identity:
            yield say.remark(
                where, "account", "同一卡号用于两个人", "填本人银行卡或一卡通", value=account, rule_id="F16"
            )
        if paid_on is None:
            if status == "paid":
                yield say.error(
                    where, "paid_on", "状态为已到账，但没有发放日期", "补填发放日期，或改为未到账", rule_id="Q03"
                )
        else:
            if paid_on > today:
                yield say.error(where, "paid_on", f"发放日期 {paid_on} 晚于今天", "核对日期", value=paid_on)
            if not receipt_no and not signature and status in ("", "paid"):
                session.without_proof += 1
                if is_gated:
                    yield say.error(
                        where, "signature", "既无银行流水号，也无本人签字", "补填其一（代发凭证或签字）", rule_id="Q03"
                    )
            earned_in = limits if back_month is None else session.limits_of(back_month, project.division_code)
            if paid_on > earned_in.on_time_until:
                yield say.finding(where, "paid_on", rules.paid_late(paid_on, earned_in), value=paid_on)
            elif paid_on < earned_in.first_day:
                yield say.remark(where, "paid_on", "发放日期早于所属月份", "核对所属月份和发放日期", value=paid_on)
        if not contact:
            session.without_contact += 1
            if is_gated:
                yield say.error(where, "contact", "没有联系方式", "补填务工者本人电话", rule_id="Q03")

        # place in the file, in the register and on the roster
        key = (project.id, month)
        if is_back_pay:
            yield from _judge_back_pay(say, session, where, key, identity, back_month)
        else:
            first = session.seen.setdefault(key, {}).setdefault(identity, where)
            if first is not where:
                yield say.finding(where, "identity", rules.doubled(first), value=identity)
            if key in standing:
                yield say.error(
                    where, "month", _stands(key, standing), "确需补发的，填“是否补发”和“补发月份”", value=month
                )
            of_month = session.days.setdefault(month, {})
            of_month[identity] = of_month.get(identity, 0) + (days or 0)
        person = people[identity]
        if person is not None and person.name != name:
            yield say.error(
                where,
                "name",
                f"该证件号登记的姓名为“{person_rules.mask_name(person.name)}”，与表上不同",
                "核对姓名和证件号",
                value=name,
                rule_id="E05",
            )
        if person is None or (person.id, project.id) not in rosters:
            if is_gated:
                yield say.error(
                    where, "identity", "不在该项目用工名册内", "先导入花名册", value=identity, rule_id="E03"
                )
            else:
                session.off_roster += 1
                yield from _judge_newcomer(say, where, identity, limits)
        if not _inside(month, project):
            yield say.remark(
                where,
                "month",
                "所属月份不在项目开工日与完工日之间",
                "核对月份，或更新项目开完工日期",
                value=month,
                rule_id="F19",
            )


def check_whole(ctx: ImportContext, session: Session) -> Iterator[Issue]:
    """What only the whole file can tell: one way of arriving at 应发, days over all projects, history."""
    for sheet, tally in session.tallies.items():
        if tally.gross and tally.net:
            yield from _mixed(ctx, sheet, tally)
        elif tally.net:
            yield ctx.file_remark("本表应发已先减扣款（应发＝实发），按此算法核对", sheet=sheet, rule_id="F13")
    if session.off_roster:
        yield ctx.file_remark(
            f"历史数据未核流程：{session.off_roster} 行人员不在花名册，将登记为历史补录（户籍按项目所在县、类别按其他）",
            "有花名册的，先导入花名册再导入本表", rule_id="E03",
        )  # fmt: skip
    for count, what, fix, rule_id in (
        (session.without_holder, "没有户名，不能认定到本人卡，不计入打卡发放和按时发放", "补填户名", "F08"),
        (session.without_contact, "没有联系方式", "补填务工者本人电话", "Q03"),
        (session.without_proof, "既无银行流水号，也无本人签字", "补填其一", "Q03"),
    ):
        if count:
            yield ctx.file_remark(f"共 {count} 行{what}", fix, rule_id=rule_id)
    yield from _too_many_days_over_projects(ctx, session)


_NO_PROJECT = "项目不在您的数据范围内的项目清单中"


class _Say:
    """Issues of one sheet by row number."""

    def __init__(self, ctx: ImportContext, sheet: str) -> None:
        self.error = ctx.error
        self.remark = ctx.remark

    def finding(self, where: RowId, column: str, found: Finding | None, *, value: object) -> Issue:
        assert found is not None, "asked for a finding where the rule has none"
        tell = self.error if found.severity is Severity.BLOCKER else self.remark
        return tell(where, column, found.message, found.remedy, value=value, rule_id=found.rule_id)


def _judge_amounts(
    say: _Say, session: Session, where: RowId, case: rules.Amounts, limits: rules.Limits
) -> Iterator[Issue]:
    fit = rules.due_fit(case, tolerance_fen=limits.tolerance_fen)
    if fit == "neither":
        yield say.finding(
            where, "due", rules.arithmetic(case, tolerance_fen=limits.tolerance_fen), value=f"{case.due_fen / 100:.2f}"
        )
    elif fit != "both":
        tally = session.tallies.setdefault(where[0], Tally())
        (tally.gross if fit == "gross" else tally.net).append(where)


def _judge_back_pay(
    say: _Say, session: Session, where: RowId, key: ProjectMonth, identity: str, back_month: int | None
) -> Iterator[Issue]:
    if back_month is None:
        yield say.error(where, "back_pay_month", "标了补发，但没有补发月份", "补填补发所属月份")
        return
    first = session.seen_back.setdefault((key[0], back_month), {}).setdefault(identity, where)
    if first is not where:
        yield say.finding(where, "identity", rules.doubled(first, is_back_pay=True), value=identity)


def _judge_newcomer(say: _Say, where: RowId, identity: str, limits: rules.Limits) -> Iterator[Issue]:
    """A person a historical file brings along: the age of somebody nobody registered must be looked at here (E07a)."""
    read, _ = person_rules.read_identity(identity)
    if read is not None and limits.year - read.born_on.year <= limits.min_age:
        age = person_rules.age_on(read.born_on, limits.last_day)
        if age < limits.min_age:
            yield say.error(
                where, "identity", f"用工时 {age} 周岁，未满 {limits.min_age} 周岁，不得招用", "删除该行；已上岗的立即停工并报告",
                value=identity, rule_id="E07a",
            )  # fmt: skip


def _stands(key: ProjectMonth, standing: dict[ProjectMonth, tuple[int, int]]) -> str:
    batch = standing[key][1]
    brought = f"（第 {batch} 批导入）" if batch else ""
    return f"该项目 {key[1] // 100}年{key[1] % 100}月已有发放表{brought}"


def _inside(month: int, project: ProjectRef) -> bool:
    """Rule F19, reading 7: the month the wage was earned lies between start and completion."""
    starts, ends = project.starts_on, project.ends_on
    if starts is not None and month < starts.year * 100 + starts.month:
        return False
    return ends is None or month <= ends.year * 100 + ends.month


def _mixed(ctx: ImportContext, sheet: str, tally: Tally) -> Iterator[Issue]:
    """Two ways in one sheet: the sheet is refused, and the lines that go the rarer way are named (reading 1)."""
    names = {"gross": "应发未减扣款", "net": "应发已减扣款"}
    rarer = tally.gross if tally.rule == "net" else tally.net
    way = names["gross" if tally.rule == "net" else "net"]
    for where in rarer:
        yield ctx.error(where, "due", f"本行{way}，与全表算法不同", "统一为“应发＝计酬数量×单价＋增项”", rule_id="F13")
    yield ctx.file_error(
        f"工作表“{sheet}”混用两种应发算法：{names[tally.rule]}的多数，另有 {len(rarer)} 行{way}，全表一致才能导入",
        "按问题清单改正这些行后重新上传", sheet=sheet, rule_id="F13",
    )  # fmt: skip


def _too_many_days_over_projects(ctx: ImportContext, session: Session) -> Iterator[Issue]:
    """Rule F15 without attendance (reading 9): a person's days of one month over all projects, in the whole province."""
    ids = {person.id: number for number, person in session.people.items() if person is not None}
    elsewhere = queries.days_of(None, ids, session.days) if ids else {}
    for month, people in session.days.items():
        most = rules.days_in(month) * 10
        own = elsewhere.get(month, {})
        by_number = {ids[worker_id]: days for worker_id, days in own.items()}
        for number, days in people.items():
            total = days + by_number.get(number, 0)
            if total > most:
                yield ctx.file_remark(
                    f"证件号 {person_rules.mask_identity(number)} {month // 100}年{month % 100}月各项目出工合计 {total / 10:g} 天，超过当月天数",
                    "核对各项目考勤", rule_id="F15",
                )  # fmt: skip
