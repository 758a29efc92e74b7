"""What payroll, training and rosters tell the life of a project, from real ledgers."""

from __future__ import annotations

from datetime import date

import pytest

from tests.build import PAY_HEAD, ROSTER_HEAD, a_county, bring, pay_rows, roster_rows, workbook
from tests.conftest import FEIXIAN, NINGJIN, make_actor
from workrelief.base.access.permissions import Role
from workrelief.work.lifecycle.facts import PaidMonth
from workrelief.work.payroll.life_facts import pay_facts
from workrelief.work.payroll.models import PaySheet
from workrelief.work.payroll.queries import PaySheetFilter, totals
from workrelief.work.payroll.services import reverse_sheet
from workrelief.work.training.life_facts import training_facts
from workrelief.work.workers.life_facts import roster_facts

pytestmark = pytest.mark.django_db

PEOPLE = (301, 302, 303)
DAY = date(2022, 12, 31)


@pytest.fixture
def county(ningjin_officer):
    return a_county(ningjin_officer, NINGJIN, number=3, people=PEOPLE)


def facts_of(actor, county):
    return pay_facts(actor.scope, [county.project], DAY)[county.project]


def paid(actor, county, month, *changes, name):
    """A sheet of three people, 3000 yuan each; `changes` are (person, column, value)."""
    rows = pay_rows(county.code, month, PEOPLE, paid_on="2022-09-10")
    for person, column, value in changes:
        rows[person][PAY_HEAD.index(column)] = value
    bring(actor, "pay_sheet", workbook([PAY_HEAD, *rows]), name)


def test_a_fully_paid_month_owes_nothing(county, ningjin_officer):
    found = facts_of(ningjin_officer, county)
    assert found.months == (PaidMonth(202207, 9_000_00, 9_000_00, is_history=True),)
    assert (found.sheets, found.unpaid_fen, found.unpaid_people, found.late_lines) == (1, 0, 0, 0)
    assert found.last_paid_on == date(2022, 8, 10)


def test_what_failed_is_owed_until_back_pay_arrives(county, ningjin_officer):
    paid(ningjin_officer, county, "2022-08", (0, "状态", "发放失败"), (0, "发放日期", None), name="八月.xlsx")
    found = facts_of(ningjin_officer, county)
    assert (found.unpaid_fen, found.unpaid_people) == (3_000_00, 1)
    rows = pay_rows(county.code, "2022-09", PEOPLE[:1], paid_on="2022-10-20")
    rows[0][PAY_HEAD.index("是否补发")], rows[0][PAY_HEAD.index("补发月份")] = "是", "2022-08"
    bring(ningjin_officer, "pay_sheet", workbook([PAY_HEAD, *rows]), "补发.xlsx")
    found = facts_of(ningjin_officer, county)
    assert (found.unpaid_fen, found.unpaid_people) == (0, 0)
    assert found.late_lines == 1


def test_back_pay_is_due_once_and_a_reversed_sheet_not_at_all(county, ningjin_officer):
    """July 9,000 paid; August 9,000 due, one failed (3,000), paid back in September; October is reversed."""
    paid(ningjin_officer, county, "2022-08", (0, "状态", "发放失败"), (0, "发放日期", None), name="八月.xlsx")
    rows = pay_rows(county.code, "2022-09", PEOPLE[:1], paid_on="2022-10-20")
    rows[0][PAY_HEAD.index("是否补发")], rows[0][PAY_HEAD.index("补发月份")] = "是", "2022-08"
    bring(ningjin_officer, "pay_sheet", workbook([PAY_HEAD, *rows]), "补发.xlsx")
    paid(ningjin_officer, county, "2022-10", name="十月.xlsx")
    sheet = PaySheet.rows.get(month=202210)
    reverse_sheet(ningjin_officer, sheet.pk, reason="重复录入，整表冲回")
    found = totals(ningjin_officer.scope, PaySheetFilter(project=county.project))
    assert (found.sheets, found.lines, found.due_fen, found.paid_fen) == (4, 7, 18_000_00, 18_000_00)


def test_money_that_arrived_in_another_month_does_not_pay_this_one(county, ningjin_officer):
    paid(
        ningjin_officer, county, "2022-08", (1, "状态", "未到账"), (1, "发放日期", None), (2, "状态", "未到账"),
        (2, "发放日期", None), name="八月.xlsx",
    )  # fmt: skip
    assert (facts_of(ningjin_officer, county).unpaid_fen, facts_of(ningjin_officer, county).unpaid_people) == (
        6_000_00,
        2,
    )


def test_a_project_outside_the_scope_tells_nothing(county):
    stranger = make_actor(Role.COUNTY_OFFICER, FEIXIAN[:6])
    for provider in (pay_facts, roster_facts, training_facts):
        assert provider(stranger.scope, [county.project], DAY) == {}


def test_the_roster_counts_people_and_missing_agreements(county, ningjin_officer):
    found = roster_facts(ningjin_officer.scope, [county.project], DAY)[county.project]
    assert (found.people, found.local, found.without_agreement) == (3, 3, 3)
    head = [*ROSTER_HEAD, "协议编号", "签订日期"]
    rows = [[*row, "演示协议1", "2022-02-28"] for row in roster_rows(county.code, "山东省德州市宁津县", PEOPLE[:1])]
    bring(ningjin_officer, "roster", workbook([head, *rows]), "补协议.xlsx")
    assert roster_facts(ningjin_officer.scope, [county.project], DAY)[county.project].without_agreement == 2


def test_the_number_of_statements_stands_still(county, ningjin_officer, django_assert_max_num_queries):
    other = a_county(ningjin_officer, "371422000000", number=4, people=(401, 402))
    with django_assert_max_num_queries(6):
        assert len(pay_facts(ningjin_officer.scope, [county.project, other.project], DAY)) == 2
