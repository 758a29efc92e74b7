"""OfficialDocument → Word file in the layout of GB/T 9704.

The file is written directly as WordprocessingML: small, the same bytes for the same document, and with the page grid
the standard asks for. Paragraph looks are named styles. Each figure stands in a bookmark named after its reference, so
that an edited file can still be traced. Fonts are named, not embedded; stand-ins are listed in the property 字体说明.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from math import ceil

from workrelief.outputs.render import layout, wordml
from workrelief.outputs.render.blocks import (
    Attachment,
    Block,
    Chart,
    Heading,
    OfficialDocument,
    Paragraph,
    Signature,
    Table,
)
from workrelief.outputs.render.charts import described
from workrelief.outputs.render.docx_parts import package, part
from workrelief.outputs.render.drawing import chart_png, chart_svg
from workrelief.outputs.render.fonts import OFFICIAL_FONTS
from workrelief.outputs.render.wordml import Bookmarks, blank_lines, paragraph, run, twips

_UNDATED = date(2020, 1, 1)


def docx_bytes(doc: OfficialDocument) -> bytes:
    """The document as .docx; equal documents give equal bytes."""
    writer = _Writer()
    body = writer.first_page(doc)
    body += "".join(writer.block(block, layout.TEXT_WIDTH_MM) for block in doc.blocks)
    body += writer.closing(doc)
    landscape = False
    for position, one in enumerate(doc.attachments, start=1):
        if one.blocks:
            body += wordml.section_break(landscape=landscape) if one.landscape or landscape else ""
            starts_page = not (one.landscape or landscape)
            body += writer.annex(one, layout.attachment_label(position, len(doc.attachments)), starts_page=starts_page)
            landscape = one.landscape
    if doc.print_organ:
        if landscape:
            body += wordml.section_break(landscape=True)
            landscape = False
        body += imprint(doc)
    body += wordml.section(landscape=landscape)
    return package(
        part("w:document", f"<w:body>{body}</w:body>"),
        writer.pictures,
        title=doc.title.replace("\n", ""),
        creator=doc.signer.replace("\n", " "),
        day=doc.signed_on or _UNDATED,
        demo=doc.demo,
    )


@dataclass(slots=True)
class _Writer:
    """One run of writing: numbers bookmarks and collects pictures."""

    bookmarks: Bookmarks = field(default_factory=Bookmarks)
    pictures: dict[str, bytes] = field(default_factory=dict)

    def first_page(self, doc: OfficialDocument) -> str:
        """Corner lines, red head with its rule, title and addressee."""
        return _head(doc) + _title(doc) + _addressee(doc)

    def block(self, block: Block, width_mm: float, *, with_caption: bool = True) -> str:
        match block:
            case Heading():
                return paragraph(f"Heading{block.level}", run(block.text))
            case Paragraph():
                style = "OfficialBody" if block.indent else "Official"
                return paragraph(style, wordml.runs(block.runs, self.bookmarks))
            case Table():
                return self.table(block, width_mm, with_caption=with_caption)
            case Chart():
                return self.chart(block, width_mm)
            case Signature():
                return signature(block)

    def table(self, table: Table, width_mm: float, *, with_caption: bool) -> str:
        text_pt = layout.table_size_pt(table, width_mm)
        parts = []
        if with_caption and table.caption:
            parts.append(paragraph("Caption", run(table.caption)))
        if table.unit:
            parts.append(paragraph("TableUnit", run(f"单位：{table.unit}", wordml.size(text_pt))))
        elif not with_caption:
            parts.append(paragraph("TableUnit"))  # the title of the annex stands right above: leave it some room
        parts.append(wordml.table(table, width_mm=width_mm, text_pt=text_pt, bookmarks=self.bookmarks))
        notes = layout.note_lines(table.notes)
        look = wordml.size(min(text_pt, 10.5))
        parts += [paragraph("TableNote", run(note, look)) for note in notes]
        if not notes:
            parts.append(paragraph("TableNote"))  # two tables in a row would melt into one
        return "".join(parts)

    def chart(self, block: Chart, width_mm: float) -> str:
        width_pt = min(width_mm * layout.POINTS_PER_MM, 600.0)
        drawn = chart_svg(block.spec, width_pt)
        name = f"chart{len(self.pictures) + 1}"
        self.pictures[name] = chart_png(block.spec, width_pt)
        image = wordml.picture(
            name,
            len(self.pictures),
            width_mm=drawn.width_pt / layout.POINTS_PER_MM,
            height_mm=drawn.height_pt / layout.POINTS_PER_MM,
            alt=described(block.spec),
        )
        caption = paragraph(
            "Caption", run(layout.chart_caption(block.spec), wordml.size(12)), '<w:keepNext w:val="0"/>'
        )
        note = paragraph("TableNote", run(block.spec.note)) if block.spec.note else ""
        return paragraph("Picture", image) + caption + note

    def closing(self, doc: OfficialDocument) -> str:
        """Note on annexes, signature and remark."""
        parts = [_attachment_note(doc.attachments)]
        if not doc.has_own_signature:
            parts.append(signature(Signature(doc.signer, doc.signed_on)))
        if doc.remark:
            parts.append(blank_lines(1) + paragraph("OfficialBody", run(f"（{doc.remark}）")))
        return "".join(parts)

    def annex(self, one: Attachment, label: str, *, starts_page: bool) -> str:
        """An annex from the top of a page: label, title on the third line, its blocks, one page for each table."""
        width_mm = layout.text_width_mm(landscape=one.landscape)
        limit = int(width_mm * layout.POINTS_PER_MM // layout.TITLE_PT)
        captions = not layout.stands_for_caption(one)
        title = "\n".join(layout.title_lines(one.title, limit))
        parts = [
            paragraph("AnnexLabel", run(label), "<w:pageBreakBefore/>" if starts_page else ""),
            blank_lines(1),
            paragraph("AnnexTitle", run(title)),
        ]
        parts += [] if captions is False else [blank_lines(1)]
        before: Block | None = None
        for block in one.blocks:
            if isinstance(block, Table) and isinstance(before, Table):
                parts.append('<w:p><w:r><w:br w:type="page"/></w:r></w:p>')
            parts.append(self.block(block, width_mm, with_caption=captions))
            before = block
        return "".join(parts)


def _head(doc: OfficialDocument) -> str:
    """The red head begins 35 mm below the top of the text; corner lines stand in that room."""
    corner = [
        paragraph("Corner", run(line.text, wordml.fonts(OFFICIAL_FONTS[line.role].name)))
        for line in layout.corner_lines(doc)
    ]
    if not doc.issuer_mark:
        return "".join(corner) + (blank_lines(1) if corner else "")
    size_pt, scale = layout.mark_shape(doc.issuer_mark)
    room = layout.MARK_TOP_MM * layout.POINTS_PER_MM * 20 - 3 * wordml.LINE
    look = f'<w:w w:val="{round(scale * 100)}"/>' + wordml.size(size_pt)
    mark = paragraph("IssuerMark", run(doc.issuer_mark, look), f'<w:spacing w:before="{round(room)}"/>')
    number = paragraph("DocumentNumber", run(layout.official_number(doc.number)))
    return "".join(corner) + blank_lines(3 - len(corner)) + mark + blank_lines(2) + number + blank_lines(2)


def _title(doc: OfficialDocument) -> str:
    title = paragraph("Title", run("\n".join(layout.title_lines(doc.title))))
    if not doc.issuer_mark and doc.number:
        title += paragraph("Official", run(layout.official_number(doc.number)), '<w:jc w:val="center"/>')
    return title + blank_lines(1)


def _addressee(doc: OfficialDocument) -> str:
    return paragraph("Official", run(layout.addressee_line(doc.addressee))) if doc.addressee else ""


def _attachment_note(attachments: tuple[Attachment, ...]) -> str:
    """The list of annexes one line below the text; a long title comes back under its own first character."""
    lines = []
    for line in layout.attachment_lines(attachments):
        lead = round(layout.text_width(line.lead) * wordml.CHARACTER)
        left = round(2 * wordml.CHARACTER) + lead
        look = f'<w:ind w:left="{left}" w:hanging="{lead}"/><w:jc w:val="left"/>'
        lines.append(paragraph("Official", run(line.lead + line.title), look))
    return blank_lines(1) + "".join(lines) if lines else ""


def signature(block: Signature) -> str:
    """Room for the seal, signing organ, date; kept on one page."""
    day = layout.official_date(block.signed_on)
    signer_indent, date_indent = layout.signature_indents(block.signer, day)
    right = '<w:jc w:val="right"/>'
    signers = [
        paragraph("Official", run(line), "<w:keepNext/>" + wordml.right_indent(signer_indent) + right)
        for line in block.signer.splitlines()
    ]
    dated = paragraph("Official", run(day), wordml.right_indent(date_indent) + right)
    return blank_lines(2, keep=True) + "".join(signers) + dated


def imprint(doc: OfficialDocument) -> str:
    """The imprint at the bottom of the last page: copies to, printing organ and date, between rules.

    A floating table whose place is worked out here. Word cannot know whether the last page is an even one; a PDF of the
    same document sees to that. LibreOffice before 24.2 leaves the table where the text ends.
    """
    width, character = twips(layout.TEXT_WIDTH_MM), round(layout.IMPRINT_PT * 20)
    lines: list[tuple[str, int]] = []
    if doc.copies_to:
        text = layout.copies_line(doc.copies_to)
        room = layout.TEXT_WIDTH_MM * layout.POINTS_PER_MM / layout.IMPRINT_PT - 2 - 3
        hanging = f'<w:ind w:left="{character * 4}" w:right="{character}" w:hanging="{character * 3}"/>'
        lines.append((paragraph("Imprint", run(f"抄送：{text}"), hanging), ceil(layout.text_width(text) / room)))
    printed = f"{doc.print_organ}\t{layout.print_date_text(doc.print_date)}"
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{width - character}"/></w:tabs>'
    lines.append((paragraph("Imprint", run(printed), f'{tab}<w:ind w:left="{character}"/><w:jc w:val="left"/>'), 1))
    top = twips(layout.PAGE_MM[1] - layout.MARGIN_BOTTOM_MM) - sum(count for _, count in lines) * wordml.LINE
    return wordml.ruled_lines([line for line, _ in lines], width=width, left=twips(layout.MARGIN_LEFT_MM), top=top)
