"""From a spreadsheet to sheets, lines and facts."""

from __future__ import annotations

import pytest

from tests.work.payroll.build import identity, line, project, workbook
from workrelief.base.access.actor import Actor
from workrelief.base.intake import queries, services
from workrelief.figures.ledger.models import FACT_MODELS, Posting
from workrelief.work.payroll.models import PayLine, PaySheet

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
    assert (str(fact.occurred_on), fact.period, fact.wage_period, fact.source_ref) == ("2022-08-10", 202208, 202207, first.pk)
    assert (fact.due_fen, fact.paid_fen, fact.own_card_fen, fact.on_time_fen, fact.days_x10) == (300_000, 300_000, 300_000, 300_000, 200)
    assert first.worker.identity_masked == identity(1)[:6] + "********" + identity(1)[-4:]
    assert Posting.objects.get().totals["paid_fen"] == 3_000_000
