"""The WordprocessingML vocabulary of an official document: runs, paragraphs, tables, sections, in the schema's order.

Lengths are in twentieths of a point (twips), sizes in half points, borders in eighths of a point. Paragraph looks live
in named styles (`docx_parts.styles_xml`), so that officials can edit the wording without losing the layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workrelief.outputs.render.blocks import Align, Row, Run, Table, cell_text
from workrelief.outputs.render.layout import (
    CHARACTER_PITCH_PT,
    LINE_PITCH_PT,
    MARGIN_BOTTOM_MM,
    MARGIN_LEFT_MM,
    MARGIN_RIGHT_MM,
    MARGIN_TOP_MM,
    PAGE_MM,
    POINTS_PER_MM,
    HeadCell,
    head_rows,
)
from workrelief.outputs.render.markup import Attributes, element, text_xml

LINE = int(LINE_PITCH_PT * 20)
CHARACTER = CHARACTER_PITCH_PT * 20
HEADER_MM, FOOTER_MM = 15, 24.5
_LOW = '<w:spacing w:line="20" w:lineRule="exact"/>'
UNSEEN = f"<w:p><w:pPr>{_LOW}</w:pPr></w:p>"


def twips(mm: float) -> int:
    return round(mm * POINTS_PER_MM * 20)


@dataclass(slots=True)
class Bookmarks:
    """Numbers the bookmarks of a document, so that each is unique."""

    count: int = 0

    def around(self, ref: str, content: str) -> str:
        """`content` between the marks of figure `ref`; Word allows 40 letters, figures and underlines in a name."""
        self.count += 1
        safe = "".join(char if char.isalnum() and char.isascii() else "_" for char in ref)
        name = f"fig{self.count}_{safe}"[:40]
        start = element("w:bookmarkStart", {"w:id": self.count, "w:name": name})
        return start + content + element("w:bookmarkEnd", {"w:id": self.count})


def run(text: str, properties: str = "") -> str:
    """A run; line breaks in the text become line breaks, tabs become tabs."""
    inner = "<w:br/>".join(
        "<w:tab/>".join(f'<w:t xml:space="preserve">{text_xml(piece)}</w:t>' for piece in line.split("\t"))
        for line in text.replace("\r\n", "\n").split("\n")
    )
    return f"<w:r>{element('w:rPr', None, properties) if properties else ''}{inner}</w:r>"


def runs(parts: Iterable[Run], bookmarks: Bookmarks, properties: str = "") -> str:
    made = []
    for part in parts:
        one = run(part.text, properties)
        made.append(bookmarks.around(part.figure_ref, one) if part.figure_ref else one)
    return "".join(made)


def fonts(name: str) -> str:
    """The same font for Chinese, Latin and figures, as the standard sets them."""
    return element("w:rFonts", {"w:ascii": name, "w:hAnsi": name, "w:eastAsia": name, "w:cs": name})


def size(points: float) -> str:
    half = int(points * 2)
    return f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'


def paragraph(style: str, content: str = "", properties: str = "") -> str:
    """A paragraph in a named style; `properties` follow the style in the schema's order."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>'


def blank_lines(count: int, *, keep: bool = False) -> str:
    return paragraph("Official", properties="<w:keepNext/>" if keep else "") * count


def right_indent(characters: float) -> str:
    return element("w:ind", {"w:right": round(characters * CHARACTER)})


def field(instruction: str, properties: str) -> str:
    """A field such as PAGE, with a shown value until Word updates it."""
    head = f"<w:rPr>{properties}</w:rPr>"
    return (
        f'<w:r>{head}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r>{head}<w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        f'<w:r>{head}<w:fldChar w:fldCharType="separate"/></w:r>'
        f"<w:r>{head}<w:t>1</w:t></w:r>"
        f'<w:r>{head}<w:fldChar w:fldCharType="end"/></w:r>'
    )


# --- sections ----------------------------------------------------------------------------------------------------


def section(*, landscape: bool) -> str:
    """Page size, margins and the grid of 22 lines with 28 characters; the last one stands at the end of the body.

    On a page turned by a quarter the binding edge comes to lie on top.
    """
    width, height = map(twips, PAGE_MM)
    top, right, bottom, left = MARGIN_TOP_MM, MARGIN_RIGHT_MM, MARGIN_BOTTOM_MM, MARGIN_LEFT_MM
    page: Attributes = {"w:w": width, "w:h": height}
    if landscape:
        page = {"w:w": height, "w:h": width, "w:orient": "landscape"}
        top, right, bottom, left = left, top, right, bottom
    # A turned page has 26 mm below, so the page number comes down with the margin.
    footer = FOOTER_MM - (MARGIN_BOTTOM_MM - MARGIN_RIGHT_MM if landscape else 0)
    margins: Attributes = {
        "w:top": twips(top),
        "w:right": twips(right),
        "w:bottom": twips(bottom),
        "w:left": twips(left),
        "w:header": twips(HEADER_MM),
        "w:footer": twips(footer),
        "w:gutter": 0,
    }
    # Grid pitch of characters: the difference to the 16 pt of the text, in 1/4096 pt, a hair less so that 28 fit.
    character_space = int((CHARACTER_PITCH_PT - 16) * 4096) - 2
    return element(
        "w:sectPr",
        None,
        *(element("w:headerReference", {"w:type": kind, "r:id": f"rIdHeader_{kind}"}) for kind in ("default", "even")),
        *(element("w:footerReference", {"w:type": kind, "r:id": f"rIdFooter_{kind}"}) for kind in ("default", "even")),
        '<w:type w:val="nextPage"/>',
        element("w:pgSz", page),
        element("w:pgMar", margins),
        '<w:cols w:space="425"/>',
        element("w:docGrid", {"w:type": "linesAndChars", "w:linePitch": LINE, "w:charSpace": character_space}),
    )


def section_break(*, landscape: bool) -> str:
    """The end of a section, in a paragraph too low to be seen."""
    return f"<w:p><w:pPr>{_LOW}{section(landscape=landscape)}</w:pPr></w:p>"


# --- tables ------------------------------------------------------------------------------------------------------


def table(spec: Table, *, width_mm: float, text_pt: float, bookmarks: Bookmarks) -> str:
    """The ruled table: fixed widths, head rows repeated on each page, rows that do not break."""
    total = sum(column.width for column in spec.columns)
    widths = [twips(width_mm * column.width / total) for column in spec.columns]
    properties = element(
        "w:tblPr",
        None,
        '<w:tblStyle w:val="OfficialTable"/>',
        element("w:tblW", {"w:w": sum(widths), "w:type": "dxa"}),
        '<w:jc w:val="center"/><w:tblLayout w:type="fixed"/>',
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0"'
        ' w:noHBand="1" w:noVBand="1"/>',
    )
    grid = element("w:tblGrid", None, *(element("w:gridCol", {"w:w": width}) for width in widths))
    body = (_row(row, spec, widths, text_pt, bookmarks, is_total=is_total) for row, is_total in spec.printed_rows)
    return element("w:tbl", None, properties, grid, *_head(spec, widths, text_pt), *body)


def ruled_lines(lines: Sequence[str], *, width: int, left: int, top: int) -> str:
    """Finished paragraphs one beneath the other at a fixed place of the page: 0.35 mm rules outside, 0.25 mm between."""
    place: Attributes = {"w:vertAnchor": "page", "w:horzAnchor": "page", "w:tblpX": left, "w:tblpY": top}
    borders = "".join(
        element(f"w:{edge}", {"w:val": "single", "w:sz": thick, "w:space": 0, "w:color": "000000"})
        for edge, thick in (("top", 8), ("bottom", 8), ("insideH", 6))
    )
    properties = element(
        "w:tblPr",
        None,
        element("w:tblpPr", {"w:leftFromText": 0, "w:rightFromText": 0, **place}),
        element("w:tblW", {"w:w": width, "w:type": "dxa"}),
        element("w:tblBorders", None, borders),
        '<w:tblLayout w:type="fixed"/>',
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>',
    )
    cell = element("w:tcPr", None, element("w:tcW", {"w:w": width, "w:type": "dxa"}))
    rows = (element("w:tr", None, element("w:tc", None, cell, line)) for line in lines)
    grid = element("w:tblGrid", None, element("w:gridCol", {"w:w": width}))
    return element("w:tbl", None, properties, grid, *rows) + UNSEEN


def _cell(width: int, content: str, *, style: str, align: Align, merge: str = "") -> str:
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>{merge}<w:vAlign w:val="center"/>'
    return element(
        "w:tc", None, element("w:tcPr", None, properties), paragraph(style, content, f'<w:jc w:val="{align}"/>')
    )


def _head(spec: Table, widths: Sequence[int], text_pt: float) -> list[str]:
    """One or two head rows; a cell over both rows is restarted above and continued below."""
    rows = head_rows(spec)
    look = size(text_pt)
    made = [_table_row(_upper_cells(rows[0], widths, look), is_head=True)]
    if len(rows) == 2:
        below = [
            _cell(width, run(column.title, look), style="TableHead", align="center")
            if column.group
            else _cell(width, "", style="TableHead", align="center", merge="<w:vMerge/>")
            for column, width in zip(spec.columns, widths, strict=True)
        ]
        made.append(_table_row(below, is_head=True))
    return made


def _upper_cells(cells: Sequence[HeadCell], widths: Sequence[int], look: str) -> list[str]:
    made, first = [], 0
    for cell in cells:
        merge = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
        merge += '<w:vMerge w:val="restart"/>' if cell.rows > 1 else ""
        width = sum(widths[first : first + cell.columns])
        made.append(_cell(width, run(cell.text, look), style="TableHead", align="center", merge=merge))
        first += cell.columns
    return made


def _row(row: Row, spec: Table, widths: Sequence[int], text_pt: float, bookmarks: Bookmarks, *, is_total: bool) -> str:
    style = "TableHead" if is_total else "TableText"
    cells = []
    for cell, column, width in zip(row, spec.columns, widths, strict=True):
        ref = cell.figure_ref if isinstance(cell, Run) else None
        content = runs([Run(cell_text(cell), ref)], bookmarks, size(text_pt))
        cells.append(_cell(width, content, style=style, align=column.align))
    return _table_row(cells, is_head=False)


def _table_row(cells: Sequence[str], *, is_head: bool) -> str:
    properties = "<w:cantSplit/>" + ("<w:tblHeader/>" if is_head else "")
    return element("w:tr", None, element("w:trPr", None, properties), *cells)


# --- pictures ----------------------------------------------------------------------------------------------------


def picture(relation: str, number: int, *, width_mm: float, height_mm: float, alt: str) -> str:
    """An inline picture with its alternative text."""
    wide, high = round(width_mm * 36000), round(height_mm * 36000)
    name: Attributes = {"id": number, "name": f"图{number}", "descr": alt}
    return element(
        "w:r",
        None,
        element(
            "w:drawing",
            None,
            element(
                "wp:inline",
                {"distT": 0, "distB": 0, "distL": 0, "distR": 0},
                element("wp:extent", {"cx": wide, "cy": high}),
                element("wp:docPr", name),
                '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>',
                '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>',
                element("pic:nvPicPr", None, element("pic:cNvPr", name), "<pic:cNvPicPr/>"),
                f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>',
                f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>',
                '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>',
                "</pic:pic></a:graphicData></a:graphic>",
            ),
        ),
    )
