"""Money of one project by source and tranche: what arrived and what was paid of each 拨付批次."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workrelief.base.access.scope import Scope
from workrelief.kernel.kinds import FundType
from workrelief.work.funds.models import FundMove, MoveKind


@dataclass(frozen=True)
class Tranche:
    """One tranche of one source; `number` is 0 for vouchers that name none. Amounts in fen, less what was reversed."""

    fund_type: FundType
    number: int
    received_fen: int
    received_on: date | None
    paid_fen: int
    last_paid_on: date | None
    vouchers: int

    @property
    def left_fen(self) -> int:
        """Arrived and not paid under this tranche; below 0 where payments were booked to another one."""
        return self.received_fen - self.paid_fen


def tranches(scope: Scope, project_id: int) -> tuple[Tranche, ...]:
    """Tranches of a project's standing receipts and payments, by source, then number. One statement."""
    rows = (
        FundMove.objects.within(scope)
        .filter(project=project_id, state="posted", kind__in=(MoveKind.RECEIPT, MoveKind.PAYMENT))
        .order_by("happened_on", "id")
    )
    groups: dict[tuple[FundType, int], list[FundMove]] = {}
    for row in rows:
        groups.setdefault((FundType.of_id(row.fund_type), row.tranche), []).append(row)
    found = []
    for (fund_type, number), moves in groups.items():
        came = [m for m in moves if m.kind == MoveKind.RECEIPT]
        went = [m for m in moves if m.kind == MoveKind.PAYMENT]
        found.append(
            Tranche(
                fund_type=fund_type,
                number=number,
                received_fen=sum(m.amount_fen for m in came),
                received_on=came[0].happened_on if came else None,
                paid_fen=sum(m.amount_fen for m in went),
                last_paid_on=went[-1].happened_on if went else None,
                vouchers=len(moves),
            )
        )
    return tuple(sorted(found, key=lambda t: (t.fund_type.code, t.number or 999)))
