"""A bulletin as a workbook: every bound number with its definition and exact value, and the annexed tables as printed."""

from __future__ import annotations

from decimal import Decimal

from workrelief.base.divisions import queries as divisions
from workrelief.figures.indicators.catalogue import definition
from workrelief.kernel.figure import Figure
from workrelief.kernel.kinds import Audience, Track, TrainingType
from workrelief.outputs.bulletins.compose import Composition
from workrelief.outputs.render.blocks import Table, cell_text
from workrelief.outputs.render.xlsx import Sheet, SheetColumn, xlsx_bytes

_KINDS = {"track": Track, "training_type": TrainingType, "audience": Audience}


def workbook_bytes(made: Composition) -> bytes:
    """One sheet 数据核对 with a row for each number in the order of the text, then one sheet for each annexed table."""
    document = made.document
    numbers = Sheet(
        title="数据核对",
        caption=f"{document.title}：数据核对表",
        columns=(
            SheetColumn("编号"),
            SheetColumn("文中数字"),
            SheetColumn("指标"),
            SheetColumn("范围", width=40),
            SheetColumn("原值"),
            SheetColumn("原值单位"),
            SheetColumn("数据快照"),
        ),
        rows=tuple(
            (
                b.ref, b.text, f"{definition(b.figure.indicator).code} {definition(b.figure.indicator).label}",
                _extent(b.figure), _exact(b.figure.value), _unit(b.figure), b.figure.manifest,
            )
            for b in made.bound.values()
        ),
        notes=("原值为台账精确值：金额为分，人数为人，工日为工日×10，比例为小数。",),
        demo=document.demo,
    )  # fmt: skip
    tables = [
        Sheet(
            title=annex.title[:28],
            caption=block.caption,
            unit_note=f"单位：{block.unit}",
            columns=tuple(SheetColumn(f"{c.group}·{c.title}" if c.group else c.title) for c in block.columns),
            rows=tuple(tuple(cell_text(cell) for cell in row) for row, _ in block.printed_rows),
            notes=block.notes,
            demo=document.demo,
        )
        for annex in document.attachments
        for block in annex.blocks
        if isinstance(block, Table)
    ]
    return xlsx_bytes([numbers, *tables])


def _exact(value: int | Decimal | None) -> str:
    return "" if value is None else str(value)


def _unit(figure: Figure) -> str:
    return {"fen": "分", "fen_per_person": "分/人", "person_day": "工日×10", "ratio": "小数"}.get(
        figure.unit.id, figure.unit_text
    )


def _extent(figure: Figure) -> str:
    """Division, place inside the table, and conditions, in words."""
    parts = [figure.period.label, divisions.path_name(figure.division)]
    parts += [divisions.path_name(key) if key.isdigit() and len(key) == 12 else key for key in figure.key]
    for name, values in figure.filters:
        kind = _KINDS.get(name)
        parts.append("、".join(kind.of_id(v).label if kind else v for v in values))
    return "，".join(parts)
