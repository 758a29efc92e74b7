"""OfficialDocument → PDF through typst, in the layout of GB/T 9704.

The text never becomes typst source: it travels as JSON beside a fixed template (`official.typ`), which sets it as plain
strings. Nothing is fetched; fonts are those of this machine, embedded. Equal documents give equal bytes.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import typst

from workrelief.outputs.render import layout
from workrelief.outputs.render.blocks import (
    Attachment,
    Block,
    Chart,
    Heading,
    OfficialDocument,
    Paragraph,
    Signature,
    Table,
    cell_text,
)
from workrelief.outputs.render.charts import described
from workrelief.outputs.render.drawing import chart_svg
from workrelief.outputs.render.fonts import FontSet, FontSubstitution, find_fonts

_TEMPLATE = Path(__file__).parent / "official.typ"
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)

Json = dict[str, Any]  # the template's input, written once below and read only there


@dataclass(frozen=True, slots=True)
class PdfResult:
    """The file, its number of pages, and the official fonts that were not at hand."""

    data: bytes
    page_count: int
    substituted_fonts: tuple[FontSubstitution, ...]


def pdf_bytes(doc: OfficialDocument, *, font_folders: tuple[Path, ...] = ()) -> PdfResult:
    """The document as PDF; `font_folders` are searched for the official fonts before the system's."""
    fonts = find_fonts(font_folders)
    inputs = {"doc": json.dumps(_document(doc, fonts), ensure_ascii=False)}
    compiler = typst.Compiler(_TEMPLATE, font_paths=fonts.fonts, sys_inputs=inputs)
    made_on = datetime.combine(doc.signed_on, time(), tzinfo=UTC) if doc.signed_on else _EPOCH
    data = compiler.compile(format="pdf", timestamp=made_on)
    assert isinstance(data, bytes)
    pages = int(json.loads(compiler.query("<pages>", field="value", one=True)))
    return PdfResult(data, pages, fonts.substitutions)


def _document(doc: OfficialDocument, fonts: FontSet) -> Json:
    size, scale = layout.mark_shape(doc.issuer_mark)
    return {
        "measures": _measures(),
        "fonts": {
            role: {"families": c.families, "official": c.official, "bold": c.bold} for role, c in fonts.choices.items()
        },
        "latin": fonts.latin,
        "demo": doc.demo,
        "mark": {"text": doc.issuer_mark, "size": size, "scale": scale},
        "corner": [asdict(line) for line in layout.corner_lines(doc)],
        "number": layout.official_number(doc.number),
        "title": layout.title_lines(doc.title),
        "addressee": layout.addressee_line(doc.addressee),
        "blocks": [_block(block) for block in doc.blocks],
        "attachment_lines": _attachment_lines(doc),
        "signer": doc.signer.replace("\n", " "),
        "signature": None if doc.has_own_signature else _signature(Signature(doc.signer, doc.signed_on)),
        "remark": doc.remark or "",
        "annexes": [_annex(position, doc) for position, one in enumerate(doc.attachments, start=1) if one.blocks],
        "imprint": _imprint(doc),
    }


def _measures() -> Json:
    return {
        "top": layout.MARGIN_TOP_MM,
        "bottom": layout.MARGIN_BOTTOM_MM,
        "left": layout.MARGIN_LEFT_MM,
        "right": layout.MARGIN_RIGHT_MM,
        "line_pitch": layout.LINE_PITCH_PT,
        "character_pitch": layout.CHARACTER_PITCH_PT,
        "body": layout.BODY_PT,
        "title": layout.TITLE_PT,
        "imprint": layout.IMPRINT_PT,
        "page_number": layout.PAGE_NUMBER_PT,
        "page_number_drop": layout.PAGE_NUMBER_DROP_MM,
        "mark_top": layout.MARK_TOP_MM,
        "rule_gap": layout.RULE_GAP_MM,
        "red": layout.RED,
        "demo_text": layout.DEMO_TEXT,
        "demo_header": layout.DEMO_HEADER,
    }


def _block(block: Block, *, width_mm: float = layout.TEXT_WIDTH_MM, with_caption: bool = True) -> Json:
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "text": block.text}
        case Paragraph():
            return {"kind": "paragraph", "runs": [run.text for run in block.runs], "indent": block.indent}
        case Table():
            return _table(block, width_mm, with_caption=with_caption)
        case Chart():
            return _chart(block, width_mm)
        case Signature():
            return {"kind": "signature", **_signature(block)}


def _table(table: Table, width_mm: float, *, with_caption: bool) -> Json:
    return {
        "kind": "table",
        "caption": table.caption if with_caption else "",
        "unit": table.unit,
        "size": layout.table_size_pt(table, width_mm),
        "columns": [{"align": column.align, "width": column.width} for column in table.columns],
        "head": [
            [{"text": cell.text, "colspan": cell.columns, "rowspan": cell.rows} for cell in row]
            for row in layout.head_rows(table)
        ],
        "rows": [{"cells": [cell_text(cell) for cell in row], "total": total} for row, total in table.printed_rows],
        "notes": layout.note_lines(table.notes),
    }


def _chart(block: Chart, width_mm: float) -> Json:
    picture = chart_svg(block.spec, min(width_mm * layout.POINTS_PER_MM, 600.0))
    return {
        "kind": "chart",
        "svg": picture.svg,
        "width": picture.width_pt,
        "alt": described(block.spec),
        "caption": layout.chart_caption(block.spec),
        "note": block.spec.note,
    }


def _signature(signature: Signature) -> Json:
    day = layout.official_date(signature.signed_on)
    signer_indent, date_indent = layout.signature_indents(signature.signer, day)
    return {
        "signers": signature.signer.splitlines(),
        "date": day,
        "signer_indent": signer_indent,
        "date_indent": date_indent,
    }


def _attachment_lines(doc: OfficialDocument) -> list[Json]:
    return [asdict(line) for line in layout.attachment_lines(doc.attachments)]


def _annex(position: int, doc: OfficialDocument) -> Json:
    one: Attachment = doc.attachments[position - 1]
    width_mm = layout.text_width_mm(landscape=one.landscape)
    captions = not layout.stands_for_caption(one)
    limit = int(width_mm * layout.POINTS_PER_MM // layout.TITLE_PT)
    return {
        "label": layout.attachment_label(position, len(doc.attachments)),
        "title": layout.title_lines(one.title, limit),
        "landscape": one.landscape,
        "blocks": [_block(block, width_mm=width_mm, with_caption=captions) for block in one.blocks],
    }


def _imprint(doc: OfficialDocument) -> Json | None:
    if not doc.print_organ:
        return None
    return {
        "copies_to": layout.copies_line(doc.copies_to),
        "organ": doc.print_organ,
        "date": layout.print_date_text(doc.print_date),
    }
