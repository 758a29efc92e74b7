"""Importing the month's ledger of money: each row checked by itself and with those before it, taken back as a whole."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.build import project_code
from tests.work.funds.money_build import CENTRAL, COUNTY, NINGJIN, WAN, arrives, pays, special
from tests.work.projects.sheets import checked, committed, said, xlsx
from workrelief.base.access.actor import Actor
from workrelief.base.intake import services as intake
from workrelief.base.intake.importer import importer, template_spec
from workrelief.figures.ledger.models import FACT_MODELS
from workrelief.work.funds.models import FundMove
from workrelief.work.funds.queries import money as queries
from workrelief.work.funds.services import money

pytestmark = pytest.mark.django_db
HEAD = ["项目代码", "市县", "项目名称", "业务类型", "资金来源", "金额（万元）", "发生日期", "所属月份", "拨付批次", "凭证号",
        "拨款单位", "收款对象类别", "收款单位", "用途"]  # fmt: skip
CODE = project_code(NINGJIN, 1)


@pytest.fixture
def project(ningjin_officer: Actor) -> int:
    return special(ningjin_officer)


def line(kind: str = "支付", amount: object = 100, **changes: object) -> list[object]:
    values: dict[str, object] = {
        "code": CODE, "place": None, "name": None, "kind": kind, "fund": "中央预算内", "amount": amount,
        "on": date(2022, 9, 5), "month": None, "tranche": 1, "no": "付1", "payer": None, "payee_kind": "施工单位",
        "payee": "演示施工有限公司", "purpose": "进度款",
    }  # fmt: skip
    return list((values | changes).values())


def table(*rows: list[object]) -> Any:
    return xlsx([["2022年9月资金收支台账"], HEAD, *rows])


def test_receipts_payments_and_work_done_of_a_month_come_in_together(ningjin_officer, project):
    batch = committed(
        ningjin_officer,
        table(
            line("资金到位", 300, no="到1", payee_kind=None, payee=None, payer="演示县财政局"),
            line("拨付", "1,200,000元"),
            line("完成投资", 150, on=None, month="2022-09", no=None, fund=None, payee_kind=None, payee=None),
            line("年度计划", 200, on=None, month="2022-09", no=None, fund=None, payee_kind=None, payee=None),
        ),
        "fund_movement",
    )  # fmt: skip
    assert said(batch, "error") == []
    rows = FundMove.rows.order_by("id").values_list(
        "kind", "fund_type", "amount_fen", "happened_on", "month", "batch_id"
    )
    assert list(rows) == [
        ("receipt", "central_budget", 300 * WAN, date(2022, 9, 5), 0, batch.pk),
        ("payment", "central_budget", 120 * WAN, date(2022, 9, 5), 0, batch.pk),
        ("investment", "", 150 * WAN, date(2022, 9, 30), 202209, batch.pk),
        ("year_plan", "", 200 * WAN, date(2022, 1, 1), 2022, batch.pk),
    ]
    assert FACT_MODELS["fund_move_fact"]._default_manager.count() == 4


def test_the_row_that_goes_beyond_the_issued_money_is_the_one_that_is_named(ningjin_officer, project):
    money.record(ningjin_officer, [arrives(project, 400 * WAN), pays(project, 100 * WAN, no="前")])
    batch = committed(
        ningjin_officer,
        table(line(amount=200), line(amount="100.000001", no="付2"), line(amount=100, no="付3")),
        "fund_movement",
    )
    assert said(batch, "error") == [
        f"4 金额（万元）: “{_name()}”中央预算内投资累计支付4,000,000.01元，超过已下达的4,000,000.00元，多0.01元"
    ]
    assert (batch.rows_bad, queries.balances(ningjin_officer.scope, [project])[project].source(CENTRAL).paid_fen) == (
        1, 400 * WAN,
    )  # fmt: skip


def _name() -> str:
    return str(FundMove.rows.select_related("project").first().project.name)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"no": None}, "凭证号"), ({"fund": None}, "资金来源"), ({"payee": None}, "收款单位"), ({"payee_kind": None}, "收款对象类别"),
        ({"on": None}, "日期或月份"), ({"code": "2203-371422-04-01-999999"}, "没有这个代码的项目"), ({"amount": -5}, "负"),
        ({"code": None}, "没有写明是哪个项目"), ({"kind": "借支"}, "借支"), ({"amount": "约100"}, "约100"),
        ({"on": date(2999, 1, 1)}, "2999"),
    ],
)  # fmt: skip
def test_a_row_that_does_not_hold_is_named_and_left_out(ningjin_officer, project, changes, problem):
    money.record(ningjin_officer, [arrives(project, 400 * WAN)])
    batch = committed(ningjin_officer, table(line(**changes), line(no="付2", amount=7)), "fund_movement")
    (error,) = said(batch, "error")
    assert problem in error
    assert FundMove.rows.get(kind="payment").amount_fen == 7 * WAN


def test_a_project_may_be_named_by_county_and_name(ningjin_officer, project):
    money.record(ningjin_officer, [arrives(project, 400 * WAN)])
    row = line(code=None, place="德州市宁津县", name=_name())
    assert said(committed(ningjin_officer, table(row), "fund_movement"), "error") == []
    wrong = checked(
        ningjin_officer, table(line(code=None, place="宁津县", name="没有的项目")), "fund_movement", name="b.xlsx"
    )
    assert "该县没有这个名称的项目" in said(wrong, "error")[0]


def test_the_same_voucher_twice_or_again_is_an_error(ningjin_officer, project):
    money.record(ningjin_officer, [arrives(project, 400 * WAN), pays(project, 1, no="旧")])
    batch = checked(ningjin_officer, table(line(), line(amount=2), line(no="旧")), "fund_movement")
    assert [e.split(": ")[1] for e in said(batch, "error")] == [
        "与第 3 行是同一凭证或同一月份",
        "同一凭证或同一月份已经登记",
    ]


def test_what_is_odd_but_allowed_is_remarked(ningjin_officer, project):
    batch = checked(ningjin_officer, table(line(amount=5, fund="县级")), "fund_movement")
    assert said(batch, "error") == []
    assert "大于累计到位0.00元，多50,000.00元" in said(batch, "remark")[-1]


def test_a_batch_is_taken_back_as_a_whole_by_reversal(ningjin_officer, project):
    money.record(ningjin_officer, [arrives(project, 400 * WAN)])
    batch = committed(ningjin_officer, table(line(), line(no="付2", amount=50)), "fund_movement")
    intake.undo(ningjin_officer, batch.pk)
    assert queries.balances(ningjin_officer.scope, [project])[project].paid_fen == 0
    assert set(FundMove.rows.filter(batch_id=batch.pk).values_list("state", flat=True)) == {"reversed"}
    facts = FACT_MODELS["fund_move_fact"]._default_manager.filter(batch_id=batch.pk)
    assert sorted(f.paid_fen for f in facts) == [-100 * WAN, -50 * WAN, 50 * WAN, 100 * WAN]


def test_a_county_cannot_bring_money_of_another(feixian_officer, project):
    batch = checked(feixian_officer, table(line()), "fund_movement")
    assert "不在您的数据范围内" in said(batch, "error")[0]


def test_the_template_names_every_column_and_example_rows_fit():
    spec = template_spec("fund_movement")
    assert [c.head for c in spec.columns][:6] == ["项目代码", "市县", "项目名称", "业务类型", "资金来源", "金额（元）"]
    assert importer("fund_movement").guide == "record-fund-movement"


def test_county_money_is_held_against_the_approved_amount(ningjin_officer, project):
    money.record(ningjin_officer, [arrives(project, 100 * WAN, fund=COUNTY)])
    batch = checked(ningjin_officer, table(line(amount="100.000001", fund="县配套")), "fund_movement")
    assert "超过批复的1,000,000.00元" in said(batch, "error")[0]
