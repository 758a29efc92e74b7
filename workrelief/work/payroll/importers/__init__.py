"""The monthly pay ledger (form C, 劳务报酬发放明细台账): one file may hold several projects and months.

Each project-month becomes one pay sheet. The arithmetic of a whole sheet of the workbook is judged by one of the two ways
of arriving at 应发 (reading 1). Persons not on a roster are refused, except for months before the process gates
(historical entry, reading 10), where they are registered and the file says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, Issue, RowBlock
from workrelief.work.payroll import services
from workrelief.work.payroll.importers.checking import check_block, check_whole
from workrelief.work.payroll.importers.columns import COLUMNS
from workrelief.work.payroll.importers.session import Session
from workrelief.work.payroll.importers.taking import take_over


class PaySheetImporter(Importer):
    """劳务报酬发放明细台账. Bad lines are left out and reported; good lines become sheets and are posted."""

    kind = "pay_sheet"
    title = "劳务报酬发放明细台账"
    permission = "paysheet.import"
    guide = "import-pay-sheet"
    forms = ("劳务报酬发放明细台账", "表C")
    mode = "row_by_row"
    sort_order = 30
    columns = COLUMNS

    def open(self, ctx: ImportContext) -> object:
        return Session.start()

    def check_rows(self, ctx: ImportContext, rows: RowBlock) -> Iterator[Issue]:
        session: Session = ctx.session
        session.prepare(ctx, rows)
        return check_block(ctx, session, rows)

    def finish(self, ctx: ImportContext) -> Iterator[Issue]:
        return check_whole(ctx, ctx.session)

    def commit(self, ctx: ImportContext, blocks: Sequence[RowBlock]) -> CommitReport:
        return take_over(ctx, ctx.session, blocks)

    def undo(self, ctx: ImportContext) -> dict[str, Any]:
        return dict(services.take_back(ctx.actor, batch_id=ctx.batch_id))
