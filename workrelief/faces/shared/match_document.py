"""A matched bill as one document, the same for the command and the API. Money in fen and in yuan text, days as text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from workrelief.kernel.money import yuan_text
from workrelief.work.catalogue.services import tally


def match_document(run: Any, lines: Sequence[Any]) -> dict[str, Any]:
    """The run with its lines (stored or only proposed), each with link, words, score and estimate, and their totals."""
    sums = tally(lines)
    return {
        "file": run.file_name,
        "edition": str(run.edition),
        "division": run.division_code,
        "sector": run.sector,
        "rates_on": run.rates_on.isoformat(),
        "remarks": list(run.remarks),
        "totals": {
            "lines": sums.works,
            "matched": sums.counted,
            "unmatched": sums.by_state.get("unmatched", 0),
            "unestimated": sums.unestimated,
            "person_days": _tenths(sums.days_x10),
            "pay_fen": sums.pay_fen,
            "pay_yuan": yuan_text(sums.pay_fen),
        },
        "lines": [_line(line) for line in lines],
    }


def _line(line: Any) -> dict[str, Any]:
    link = line.link
    return {
        "number": line.number,
        "part": line.part,
        "name": line.name,
        "unit_text": line.unit_text,
        "quantity_text": line.quantity_text,
        "unit": line.unit,
        "quantity": None if line.quantity_x100 is None else str(Decimal(line.quantity_x100) / 100),
        "state": line.state,
        "link": {"id": link.code, "name": link.name, "task": link.task, "sector": link.sector_name} if link else None,
        "score": line.score,
        "words": list(line.words),
        "others": [{"id": code, "score": score} for code, score in line.others],
        "trade": line.trade,
        "quota_per_100": line.quota_x100,
        "quota_mark": line.quota_mark,
        "person_days": None if line.days_x10 is None else _tenths(line.days_x10),
        "day_rate_fen": line.rate_fen,
        "day_rate_mark": line.rate_mark,
        "pay_fen": line.pay_fen,
        "pay_yuan": None if line.pay_fen is None else yuan_text(line.pay_fen),
        "notes": list(line.notes),
    }


def _tenths(value: int) -> str:
    return str(Decimal(value) / 10)
