"""Table J of a matched bill (用工与报酬测算表, forms.md §2 J) as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workrelief.outputs.render.xlsx import Sheet, SheetColumn, xlsx_bytes
from workrelief.work.catalogue.queries import RunTotals
from workrelief.work.catalogue.rules.units import quantity_text
from workrelief.work.catalogue.states import COUNTED

COLUMNS = (
    SheetColumn("分部工程", width=26),
    SheetColumn("用工环节", width=24),
    SheetColumn("工种", width=10),
    SheetColumn("工程量", width=14),
    SheetColumn("单位用工定额", width=18),
    SheetColumn("工日数", "days"),
    SheetColumn("单价", "money_yuan"),
    SheetColumn("报酬额", "money_yuan"),
    SheetColumn("机械替代说明", width=24),
)


def table_j_bytes(run: Any, lines: Iterable[Any], sums: RunTotals, *, place: str, demo: bool) -> bytes:
    """The workbook: lines that count, their sums, and what the figures rest on. `lines` come with their link."""
    rows = [line for line in lines if line.state in COUNTED]
    sheet = Sheet(
        title="用工与报酬测算表",
        caption="用工与报酬测算表",
        unit_note=f"{place} · {run.title[:40]} · 单价、报酬额单位：元",
        columns=COLUMNS,
        rows=[_row(line) for line in rows],
        total_row=("合计", None, None, None, None, sums.days_x10, None, sums.pay_fen, None),
        notes=_notes(run, rows, sums),
        demo=demo,
    )
    return xlsx_bytes([sheet])


def _row(line: Any) -> tuple[str | int | None, ...]:
    work = f"{line.part} / {line.name}" if line.part else line.name
    quantity = f"{quantity_text(line.quantity_x100)} {line.unit}" if line.quantity_x100 is not None else "—"
    quota = (
        "—"
        if line.quota_x100 is None
        else f"{line.quota_x100}工日/100{line.unit}{line.quota_mark and f'（{line.quota_mark}）'}"
    )
    return (
        work, line.link.name, line.trade, quantity, quota, line.days_x10 if line.days_x10 is not None else "—",
        line.rate_fen if line.rate_fen is not None else "—", line.pay_fen if line.pay_fen is not None else "—", line.machine_note,
    )  # fmt: skip


def _notes(run: Any, rows: list[Any], sums: RunTotals) -> tuple[str, ...]:
    notes = [
        f"依据指导目录 {run.edition}；用工定额和日工价按 {run.rates_on:%Y-%m-%d} 有效的取值，标“核”的为建议值，须经业务处室确认。"
    ]
    if waiting := sums.by_state.get("proposed", 0):
        notes.append(f"有 {waiting} 行尚未逐行核对。")
    if sums.unestimated:
        notes.append(f"有 {sums.unestimated} 行缺工程量、单位或定额，未测算，标“—”。")
    if missing := sums.by_state.get("unmatched", 0):
        notes.append(f"另有 {missing} 行未匹配到用工环节，未列入本表。")
    doubtful = [f"第 {r.number} 行{note}" for r in rows for note in r.notes if note.startswith("工程量")]
    return (*notes, *doubtful[:20])
