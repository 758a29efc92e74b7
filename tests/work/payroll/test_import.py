"""From a spreadsheet to sheets, lines and facts."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from tests.conftest import make_actor
from tests.work.payroll.build import identity, line, project, workbook
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.access.scope import Scope
from workrelief.base.intake import queries, services
from workrelief.figures.ledger.models import FACT_MODELS, Posting, SealedPeriod
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from workrelief.work.payroll import queries as payroll
from workrelief.work.payroll.models import PayLine, PaySheet
from workrelief.work.payroll.services import confirm_sheet, reverse_sheet

pytestmark = pytest.mark.django_db
PAY_FACT = FACT_MODELS["pay_fact"]._default_manager


def test_a_correct_file_becomes_a_posted_sheet_with_one_fact_for_each_line(bring, ningjin_officer: Actor) -> None:
    project_id = project()
    batch = bring(workbook([line(n) for n in range(1, 11)], title="劳务报酬发放明细台账"))
    assert (batch.state, batch.rows_read, batch.rows_bad) == ("checked", 10, 0), [
        (i.row, i.title, i.reason) for i in queries.issues(ningjin_officer.scope, batch.pk)
    ]

    batch = services.commit(ningjin_officer, batch.pk)

    assert batch.state == "committed"
    sheet = PaySheet.rows.get()
    assert (sheet.project_id, sheet.month, sheet.state, sheet.lines_count) == (project_id, 202207, "posted", 10)
    assert (sheet.due_fen, sheet.paid_fen, sheet.is_history) == (3_000_000, 3_000_000, True)
    fact = PAY_FACT.order_by("id").first()
    first = PayLine.objects.order_by("id").first()
    assert (str(fact.occurred_on), fact.period, fact.wage_period, fact.source_ref) == (
        "2022-08-10",
        202208,
        202207,
        first.pk,
    )
    assert (fact.due_fen, fact.paid_fen, fact.own_card_fen, fact.on_time_fen, fact.days_x10) == (
        300_000,
        300_000,
        300_000,
        300_000,
        200,
    )
    assert first.worker.identity_masked == identity(1)[:6] + "********" + identity(1)[-4:]
    assert Posting.objects.get().totals["paid_fen"] == 3_000_000


def test_money_counts_where_it_arrived_and_only_what_is_proven_counts_as_on_card_and_on_time(
    bring, ningjin_officer: Actor
) -> None:
    project()
    lines = [
        line(1),
        line(2, 发放日期=date(2022, 9, 1)),
        line(3, 支付方式="现金", 户名="", 卡号=""),
        line(4, 状态="未到账", 发放日期=""),
        line(5, 状态="发放失败"),
        line(6, 户名=""),
        line(7, 支付方式="一卡通", 发放日期=date(2022, 8, 31)),
    ]
    services.commit(ningjin_officer, bring(workbook(lines)).pk)
    names = ("occurred_on", "period", "due_fen", "paid_fen", "paid_on", "own_card_fen", "on_time_fen", "wage_period")
    found = [tuple(row) for row in PAY_FACT.order_by("id").values_list(*names)]
    end, day = date(2022, 7, 31), date(2022, 8, 10)
    assert found == [
        (day, 202208, 300_000, 300_000, day, 300_000, 300_000, 202207),
        (date(2022, 9, 1), 202209, 300_000, 300_000, date(2022, 9, 1), 300_000, 0, 202207),
        (day, 202208, 300_000, 300_000, day, 0, 0, 202207),
        (end, 202207, 300_000, 0, None, 0, 0, 202207),
        (end, 202207, 300_000, 0, None, 0, 0, 202207),
        (day, 202208, 300_000, 300_000, day, 0, 0, 202207),
        (date(2022, 8, 31), 202208, 300_000, 300_000, date(2022, 8, 31), 300_000, 300_000, 202207),
    ]
    sheet = PaySheet.rows.get()
    assert (sheet.due_fen, sheet.paid_fen) == (2_100_000, 1_500_000)


def test_undoing_a_batch_takes_its_facts_back_and_the_month_may_be_brought_again(bring, ningjin_officer: Actor) -> None:
    project()
    batch = services.commit(ningjin_officer, bring(workbook([line(1), line(2)])).pk)
    services.undo(ningjin_officer, batch.pk)
    assert PaySheet.rows.get().state == "reversed"
    sums = PAY_FACT.aggregate(
        paid=Sum("paid_fen"), due=Sum("due_fen"), days=Sum("days_x10"), on_time=Sum("on_time_fen")
    )
    assert sums == {"paid": 0, "due": 0, "days": 0, "on_time": 0}
    assert PAY_FACT.count() == 4
    again = services.commit(ningjin_officer, bring(workbook([line(1), line(2)])).pk)
    assert again.state == "committed"
    assert PAY_FACT.aggregate(paid=Sum("paid_fen"))["paid"] == 600_000


def test_reversing_one_sheet_needs_a_reason_and_takes_back_that_sheet_only(bring, ningjin_officer: Actor) -> None:
    project()
    services.commit(
        ningjin_officer, bring(workbook([line(1), line(1, 所属月份="2022-08", 发放日期=date(2022, 9, 10))])).pk
    )
    july = PaySheet.rows.get(month=202207)
    with pytest.raises(InvalidInput):
        reverse_sheet(ningjin_officer, july.pk, reason="错")
    reverse_sheet(ningjin_officer, july.pk, reason="重复录入，整表冲回")
    assert PAY_FACT.filter(wage_period=202207).aggregate(paid=Sum("paid_fen"))["paid"] == 0
    assert PAY_FACT.filter(wage_period=202208).aggregate(paid=Sum("paid_fen"))["paid"] == 300_000
    with pytest.raises(Conflict):
        reverse_sheet(ningjin_officer, july.pk, reason="重复录入，整表冲回")


def test_a_township_enters_a_draft_and_the_county_posts_it(bring, ningjin_officer: Actor) -> None:
    project(division="371422100000")
    clerk = make_actor(Role.TOWNSHIP_CLERK, "371422100")
    batch = services.commit(clerk, bring(workbook([line(1), line(2)]), actor=clerk).pk)
    assert batch.report["notes"] == ["发放表已录入，待县级确认后入账。"]
    sheet = PaySheet.rows.get()
    assert sheet.state == "draft"
    assert not PAY_FACT.exists()
    with pytest.raises(NotPermitted):
        confirm_sheet(clerk, sheet.pk)
    confirm_sheet(ningjin_officer, sheet.pk)
    assert PAY_FACT.aggregate(paid=Sum("paid_fen"), card=Sum("own_card_fen"), time=Sum("on_time_fen")) == {
        "paid": 600_000,
        "card": 600_000,
        "time": 600_000,
    }
    with pytest.raises(Conflict):
        confirm_sheet(ningjin_officer, sheet.pk)
    assert PAY_FACT.count() == 2


def test_an_undone_draft_leaves_no_facts(bring, ningjin_officer: Actor) -> None:
    project(division="371422100000")
    clerk = make_actor(Role.TOWNSHIP_CLERK, "371422100")
    batch = services.commit(clerk, bring(workbook([line(1)]), actor=clerk).pk)
    services.undo(clerk, batch.pk)
    assert PaySheet.rows.get().state == "reversed"
    assert not PAY_FACT.exists()


def test_a_sealed_month_refuses_the_whole_batch(bring, ningjin_officer: Actor) -> None:
    project()
    batch = bring(workbook([line(1)]))
    SealedPeriod.objects.create(month=202208, sealed_at=clock.now(), sealed_by="演示")
    with pytest.raises(Conflict, match="2022年8月"):
        services.commit(ningjin_officer, batch.pk)
    assert not PayLine.objects.exists()


def test_sheets_and_lines_are_seen_in_scope_only(
    bring, ningjin_officer: Actor, feixian_officer: Actor, dezhou_officer: Actor
) -> None:
    project_id = project()
    services.commit(ningjin_officer, bring(workbook([line(1), line(2)])).pk)
    sheet, first = PaySheet.rows.get(), PayLine.objects.order_by("id").first()
    assert [s.pk for s in payroll.pay_sheets(dezhou_officer.scope)] == [sheet.pk]
    assert payroll.pay_line(dezhou_officer.scope, first.pk).worker.name == "演示乙甲"
    assert payroll.lines(dezhou_officer.scope, sheet.pk).count() == 2
    assert payroll.lines_of_worker(dezhou_officer.scope, first.worker_id).count() == 1
    assert payroll.totals(dezhou_officer.scope).paid_fen == 600_000
    owner = make_actor(Role.OWNER, "371422", projects=frozenset({project_id + 1}))
    for foreign in (feixian_officer.scope, owner.scope, Scope.nothing()):
        assert not payroll.pay_sheets(foreign).exists()
        assert not payroll.lines_of_worker(foreign, first.worker_id).exists()
        for ask in (
            lambda s: payroll.pay_line(s, first.pk),
            lambda s: payroll.pay_sheet(s, sheet.pk),
            lambda s: payroll.lines(s, sheet.pk),
        ):
            with pytest.raises(NotFound):
                ask(foreign)
    own = make_actor(Role.OWNER, "371422", projects=frozenset({project_id}))
    assert payroll.pay_sheets(own.scope).count() == 1


def test_statements_grow_with_blocks_and_not_with_lines(bring, ningjin_officer: Actor) -> None:
    project()
    counts = []
    for size, month in ((100, "2022-07"), (1_900, "2022-08")):
        batch = bring(
            workbook(
                [
                    line(
                        n, 所属月份=month, 发放日期=date(2022, 9, 1), 证件号=identity(n, born=f"19{50 + n // 1000}0607")
                    )
                    for n in range(size)
                ]
            )
        )
        with CaptureQueriesContext(connection) as caught:
            services.commit(ningjin_officer, batch.pk)
        counts.append(len(caught))
    assert counts[1] <= counts[0] + 8, counts
    assert counts[1] / 1_900 <= 0.05


def test_one_bad_line_among_many_leaves_exactly_that_line_out(bring, ningjin_officer: Actor) -> None:
    project()
    lines = [line(n, 证件号=identity(n, born=f"19{50 + n // 1000}0607")) for n in range(6_000)]
    lines[4_321]["户名"] = "演示别人"
    batch = services.commit(ningjin_officer, bring(workbook(lines)).pk)
    assert (batch.rows_read, batch.rows_good, batch.rows_bad) == (6_000, 5_999, 1)
    assert batch.report["totals"]["paid_fen"] == 5_999 * 300_000
    assert queries.failed_rows(ningjin_officer, batch.pk)[0][1] == 4_323
