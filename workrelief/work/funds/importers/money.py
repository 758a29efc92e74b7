"""The month's ledger of money: receipts, payments, completed investment and year plans, one voucher or month a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workrelief.base.intake.columns import Column
from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, Issue, Row, RowBlock, RowId
from workrelief.base.intake.places import Places
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.kinds import FundType, Kind
from workrelief.kernel.money import yuan_text
from workrelief.work.funds.importers.finding import projects_of, unknown
from workrelief.work.funds.models import MoveKind, PayeeKind
from workrelief.work.funds.queries import money as queries
from workrelief.work.funds.rules import money as rules
from workrelief.work.funds.rules.money import ProjectBalance
from workrelief.work.funds.services import money
from workrelief.work.projects.queries import ProjectRef

_COLUMN_OF = {
    "money.source": "fund_type", "money.voucher": "voucher_no", "money.day": "happened_on", "money.payee": "payee",
    "money.amount": "amount", "money.month": "month",
}  # fmt: skip


class Movement(Kind):
    """业务类型 as offices write it; ids are those of MoveKind."""

    RECEIPT = "receipt", 1, "到位", "资金到位", "到账", "拨入"
    PAYMENT = "payment", 2, "支付", "资金支付", "拨付", "支出"
    INVESTMENT = "investment", 3, "完成投资", "本月完成投资"
    YEAR_PLAN = "year_plan", 4, "年度计划投资", "年度计划"


@dataclass
class _Session:
    """What one file has told so far: where each key stood first, and each project's money with the rows before."""

    places: Places
    first: dict[money.Key, RowId] = field(default_factory=dict)
    standing: set[money.Key] = field(default_factory=set)
    balances: dict[int, ProjectBalance] = field(default_factory=dict)


class FundMovementImporter(Importer):
    """资金收支台账. Row by row: a voucher that does not hold is left out and named, the others are taken over."""

    kind = "fund_movement"
    title = "资金到位支付与完成投资台账"
    permission = "money.import"
    guide = "record-fund-movement"
    forms = ("资金收支月台账", "资金到位支付台账")
    mode = "row_by_row"
    sort_order = 45
    columns = (
        Column("code", "项目代码", "code", note="与“市县＋项目名称”至少填一样", example="2208-371422-04-01-123455"),
        Column("place", "市县", aliases=("市、县", "地区", "县（市、区）"), example="德州市宁津县"),
        Column("name", "项目名称", max_length=160, example="演示镇道路改造工程"),
        Column("kind", "业务类型", "choice", required=True, choices=Movement, aliases=("类型", "收支类型"), example="支付"),
        Column("fund_type", "资金来源", "choice", choices=FundType, aliases=("资金类型",), example="中央预算内投资",
               note="到位和支付必填；完成投资、年度计划可不分来源"),
        Column("amount", "金额", "money", required=True, default_unit="元", aliases=("发生额", "本月发生额"), example="350000"),
        Column("happened_on", "发生日期", "date", aliases=("日期", "到账日期", "支付日期"), fill_down=False,
               note="到位填到账日，支付填支付日", example="2022-09-05"),
        Column("month", "所属月份", "month", aliases=("月份",), note="完成投资填所属月份；年度计划填该年任一月份"),
        Column("tranche", "拨付批次", "int", aliases=("批次", "期次"), example="1"),
        Column("voucher_no", "凭证号", "code", aliases=("凭证编号", "单据号", "支付令号"), fill_down=False, example="记-0905-12"),
        Column("payer", "拨款单位", max_length=120, note="到位填写"),
        Column("payee_kind", "收款对象类别", "choice", choices=dict(PayeeKind.choices), note="支付必填", example="施工单位"),
        Column("payee", "收款单位", max_length=120, aliases=("收款人", "收款单位或收款人"), note="支付必填",
               example="演示施工有限公司"),
        Column("purpose", "用途", max_length=160, aliases=("款项用途", "摘要"), example="工程进度款"),
        Column("remark", "备注", max_length=200),
    )  # fmt: skip

    def open(self, ctx: ImportContext) -> object:
        return _Session(Places(ctx.actor.scope))

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterator[Issue]:
        session: _Session = ctx.session
        found = projects_of(ctx, session.places, rows)
        ids = {ref.id for ref, _ in found if ref}
        session.standing |= money.standing_keys(ids)
        session.balances |= queries.balances(ctx.actor.scope, ids - session.balances.keys())
        for row, (ref, place) in zip(rows, found, strict=True):
            if ref is None:
                yield unknown(ctx, row, place)
            elif row["kind"] and row["amount"] is not None:
                yield from _check(ctx, session, row, ref)

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        session: _Session = ctx.session
        entries = []
        for block in blocks:
            for row, (ref, _) in zip(block, projects_of(ctx, session.places, block), strict=True):
                entry = _entry(row, ref) if ref else None
                if entry is not None:
                    entries.append(entry)
        done = money.record(
            ctx.actor, entries, batch_id=ctx.batch_id, label=ctx.file_name, action="money.import"
        )  # fmt: skip
        totals = {f"{k}_fen": sum(e.amount_fen for e in entries if e.kind is k) for k in MoveKind}
        notes = [
            f"{k.label}{sum(e.kind is k for e in entries)}笔，共{yuan_text(totals[f'{k}_fen'])}元"
            for k in MoveKind
            if totals[f"{k}_fen"]
        ]
        notes += [f"{said.message}{said.remedy}" for said in done.findings]
        return CommitReport(rows=len(entries), created=len(done.ids), totals=totals, notes=notes)

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        return dict(money.take_back(ctx.actor, batch_id=ctx.batch_id))


def _entry(row: Row, ref: ProjectRef) -> money.MoveIn | None:
    """The row as it will be entered; None when its day or month is missing."""
    kind = MoveKind(row["kind"])
    fund = FundType.of_id(row["fund_type"]) if row["fund_type"] else None
    day: date | None = row["happened_on"]
    month: int | None = row["month"] or (day.year * 100 + day.month if day else None)
    if kind is MoveKind.INVESTMENT:
        return money.investment(ref.id, month, row["amount"], fund_type=fund, remark=row["remark"]) if month else None
    if kind is MoveKind.YEAR_PLAN:
        return (
            money.year_plan(ref.id, month // 100, row["amount"], fund_type=fund, remark=row["remark"])
            if month
            else None
        )
    if day is None:
        return None
    return money.MoveIn(
        project_id=ref.id, kind=kind, amount_fen=row["amount"], happened_on=day, fund_type=fund,
        tranche=row["tranche"] or 0, voucher_no=row["voucher_no"], payer=row["payer"], payee_kind=row["payee_kind"],
        payee=row["payee"], purpose=row["purpose"], remark=row["remark"],
    )  # fmt: skip


def _check(ctx: ImportContext, session: _Session, row: Row, ref: ProjectRef) -> Iterator[Issue]:
    entry = _entry(row, ref)
    if entry is None:
        column = "happened_on" if row["kind"] in ("receipt", "payment") else "month"
        yield ctx.error(row, column, "没有写明日期或月份", "到位填到账日，支付填支付日，完成投资填所属月份")
        return
    try:
        money.require_shape(entry)
    except InvalidInput as wrong:
        column = _COLUMN_OF.get(wrong.code, "")
        column = "payee_kind" if column == "payee" and not row["payee_kind"] else column
        yield ctx.error(row, column, wrong.message.rstrip("。"), "按凭证补填")
        return
    key = money.key_of(entry)
    first = session.first.setdefault(key, row.id)
    if first != row.id:
        yield ctx.error(row, "voucher_no", f"与第 {first[1]} 行是同一凭证或同一月份", "保留一行，删除其余")
        return
    if key in session.standing and entry.kind is not MoveKind.YEAR_PLAN:
        yield ctx.error(row, "voucher_no", "同一凭证或同一月份已经登记", "登记有误的先冲回原凭证，再导入更正后的行")
        return
    after, said = _with(session.balances[ref.id], entry)
    if not any(f.severity is Severity.BLOCKER for f in said):
        session.balances[ref.id] = after
    for one in said:
        say = ctx.error if one.severity is Severity.BLOCKER else ctx.remark
        yield say(row, "amount", one.message.rstrip("。"), one.remedy, rule_id=one.rule_id)


def _with(before: ProjectBalance, entry: money.MoveIn) -> tuple[ProjectBalance, list[Finding]]:
    """The project's money with this row, and what the rules say of it."""
    fund, fen = entry.fund_type, entry.amount_fen
    if entry.kind is MoveKind.PAYMENT and fund is not None:
        after = before.plus(fund, paid_fen=fen)
        return after, rules.balance(after, paying=[fund], receiving=[])
    if entry.kind is MoveKind.RECEIPT and fund is not None:
        after = before.plus(fund, received_fen=fen)
        return after, rules.balance(after, paying=[], receiving=[fund])
    if entry.kind is MoveKind.INVESTMENT:
        after = before.plus(None, invested_fen=fen)
        return after, rules.built(after)
    return before, []
