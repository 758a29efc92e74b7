"""Table J of a matched bill (用工与报酬测算表, forms.md §2 J): as a spreadsheet, and as a paper with the table across its annex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from workrelief.kernel.money import wan_text, yuan_text
from workrelief.outputs.render.blocks import Attachment, Block, Column, Heading, OfficialDocument, Table, paragraph
from workrelief.outputs.render.xlsx import Sheet, SheetColumn, xlsx_bytes
from workrelief.work.catalogue.queries import LabourRow, RunTotals
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
        notes=(*_notes(run, sums), *_doubtful(rows)),
        demo=demo,
    )
    return xlsx_bytes([sheet])


_PRINTED = (
    Column("分部工程", width=2.6), Column("用工环节", width=2.0), Column("工种", width=1.0), Column("工程量", "right", 1.4),
    Column("单位用工定额", width=1.9), Column("工日数", "right", 1.0), Column("单价（元）", "right", 1.1),
    Column("报酬额（元）", "right", 1.5), Column("机械替代说明", width=1.6),
)  # fmt: skip


def table_j_document(
    run: Any, lines: Iterable[Any], sums: RunTotals, trades: Sequence[LabourRow], *, place: str, demo: bool
) -> OfficialDocument:
    """The estimate as a paper to go with the project's documents: what it says and rests on, then table J as its annex."""
    rows = [line for line in lines if line.state in COUNTED]
    text: list[Block] = [
        Heading(1, "一、测算结果"),
        paragraph(
            f"“{run.title}”，工程所在地为{place}。工程量清单共{sums.works}行，其中可用人工{sums.counted}行，测算用工{_days(sums.days_x10)}个工日，"
            f"劳务报酬{wan_text(sums.pay_fen)}万元。"
        ),
    ]
    if trades:
        said = "；".join(f"{t.trade}{_days(t.days_x10)}个工日、报酬{wan_text(t.pay_fen)}万元" for t in trades)
        text.append(paragraph(f"按工种：{said}。"))
    text += [Heading(1, "二、测算依据和说明"), paragraph("".join(_notes(run, sums)))]
    table = Table(
        caption="",
        unit="",
        columns=_PRINTED,
        notes=_doubtful(rows),
        rows=tuple(_printed(_row(line)) for line in rows),
        total=_printed(("合计", None, None, None, None, sums.days_x10, None, sums.pay_fen, None)),
    )
    return OfficialDocument(
        issuer_mark="", number="", title="用工与报酬测算说明", addressee="", blocks=tuple(text), signer="填报单位（盖章）",
        attachments=(Attachment("用工与报酬测算表", (table,), landscape=True),), demo=demo,
    )  # fmt: skip


def _days(days_x10: int) -> str:
    return f"{days_x10 // 10:,}" + (f".{days_x10 % 10}" if days_x10 % 10 else "")


def _printed(row: Sequence[str | int | None]) -> tuple[str, ...]:
    """A row of the spreadsheet in words: days at place 5, amounts in yuan at 6 and 7."""
    shown = []
    for place, value in enumerate(row):
        if not isinstance(value, int):
            shown.append(value or "")
        else:
            shown.append(_days(value) if place == 5 else yuan_text(value))
    return tuple(shown)


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


def _notes(run: Any, sums: RunTotals) -> tuple[str, ...]:
    notes = [
        f"依据指导目录 {run.edition}；用工定额和日工价按{run.rates_on:%Y年%-m月%-d日}有效的取值，标“核”的为建议值，须经业务处室确认。"
    ]
    if waiting := sums.by_state.get("proposed", 0):
        notes.append(f"有 {waiting} 行尚未逐行核对。")
    if sums.unestimated:
        notes.append(f"有 {sums.unestimated} 行缺工程量、单位或定额，未测算，标“—”。")
    if missing := sums.by_state.get("unmatched", 0):
        notes.append(f"另有 {missing} 行未匹配到用工环节，未列入本表。")
    return tuple(notes)


def _doubtful(rows: Iterable[Any]) -> tuple[str, ...]:
    """Quantities that were no certain numbers, as they were understood; the first twenty."""
    found = [f"第 {r.number} 行{note}。" for r in rows for note in r.notes if note.startswith("工程量")]
    more = (f"另有 {len(found) - 20} 行工程量不是确定的数，见匹配结果。",) if len(found) > 20 else ()
    return (*found[:20], *more)
