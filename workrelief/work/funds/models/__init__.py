"""Tables of the room: plans (applications, documents, changes) and money (receipts, payments, work done)."""

from workrelief.work.funds.models.money import FundMove, MoveKind, PayeeKind
from workrelief.work.funds.models.plans import (
    Application,
    ApplicationLine,
    ChangeItem,
    ChangeOrder,
    Delivery,
    PlanBatch,
    PlanDocument,
    PlanLine,
    Responsibility,
)

__all__ = [
    "Application",
    "ApplicationLine",
    "ChangeItem",
    "ChangeOrder",
    "Delivery",
    "FundMove",
    "MoveKind",
    "PayeeKind",
    "PlanBatch",
    "PlanDocument",
    "PlanLine",
    "Responsibility",
]
