"""Words of the rooms' own values for templates."""

from __future__ import annotations

from typing import Any

from django import template

from workrelief.base.intake.states import IMPORT_BATCH
from workrelief.faces.shared.tables import Badge, badge_of
from workrelief.work.payroll.states import PAY_SHEET

register = template.Library()


@register.filter
def month_text(month: int | None) -> str:
    """202207 → 2022-07."""
    return f"{month // 100}-{month % 100:02d}" if month else "—"


@register.filter
def sheet_state(sheet: Any) -> Badge:
    return badge_of(PAY_SHEET.state(sheet.state))


@register.filter
def batch_state(batch: Any) -> Badge:
    return badge_of(IMPORT_BATCH.state(batch.state))


@register.filter
def tenths(value: int | None) -> str:
    """80 → 8, 75 → 7.5, of a number × 10."""
    return hundredths(None if value is None else value * 10)


@register.filter
def hundredths(value: int | None) -> str:
    """2250 → 22.5, of a quantity × 100."""
    if value is None:
        return "—"
    whole, rest = divmod(abs(value), 100)
    return f"{'−' if value < 0 else ''}{whole:,}.{rest:02d}".rstrip("0").rstrip(".")
