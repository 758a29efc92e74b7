"""The parts of a Word file that do not depend on its text: styles, settings, fonts, headers, properties, package."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date

from workrelief.outputs.render.fonts import OFFICIAL_FONTS, FontRole, substitution_note
from workrelief.outputs.render.layout import (
    BODY_PT,
    DEMO_HEADER,
    DEMO_TEXT,
    PAGE_NUMBER_PT,
    RED,
    TITLE_PT,
)
from workrelief.outputs.render.markup import element, text_xml
from workrelief.outputs.render.wordml import CHARACTER, LINE, field, fonts, paragraph, run, size

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_INDENT = f'<w:ind w:firstLineChars="200" w:firstLine="{round(2 * CHARACTER)}"/>'
_TIGHT = '<w:spacing w:val="-6"/>'
"""16 pt less 0.3: 28 characters in 156 mm in every word processor, whatever it makes of the character grid."""
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def part(root: str, *content: str) -> str:
    """A whole XML part with the namespaces of a Word document."""
    return f"{_DECLARATION}<{root} {NAMESPACES}>{''.join(content)}</{root}>"


# --- styles ------------------------------------------------------------------------------------------------------


def _style(
    style_id: str, name: str, *, based_on: str = "Normal", paragraph_look: str = "", run_look: str = "", kind: str = ""
) -> str:
    return element(
        "w:style",
        {"w:type": "paragraph", "w:styleId": style_id, **({"w:customStyle": 1} if kind == "custom" else {})},
        f'<w:name w:val="{name}"/>',
        f'<w:basedOn w:val="{based_on}"/>',
        "<w:qFormat/>",
        element("w:pPr", None, paragraph_look) if paragraph_look else "",
        element("w:rPr", None, run_look) if run_look else "",
    )


def _font(role: FontRole) -> str:
    return fonts(OFFICIAL_FONTS[role].name)


def _heading(level: int, role: FontRole) -> str:
    look = f'<w:keepNext/>{_INDENT}<w:outlineLvl w:val="{level - 1}"/>'
    return _style(f"Heading{level}", f"heading {level}", paragraph_look=look, run_look=_font(role) + _TIGHT)


def styles_xml() -> str:
    """Defaults of the standard (仿宋 16 pt, exact lines), then one style for each element of a document."""
    centred = '<w:jc w:val="center"/>'
    exact = f'<w:spacing w:before="0" w:after="0" w:line="{LINE}" w:lineRule="exact"/>'
    # No gap between Chinese and figures in official documents; 22 lines a page, so no widow control.
    plain = '<w:widowControl w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>'
    off_grid = '<w:snapToGrid w:val="0"/>'
    loose = '<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
    roomy = loose.replace('w:before="0" w:after="0"', 'w:before="160" w:after="40"')
    red = f'<w:color w:val="{RED}"/>'
    rule = f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="6" w:color="{RED}"/></w:pBdr>'
    language = '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    defaults = element(
        "w:docDefaults",
        None,
        f"<w:rPrDefault><w:rPr>{_font('body')}{off_grid}{size(BODY_PT)}{language}</w:rPr></w:rPrDefault>",
        f'<w:pPrDefault><w:pPr>{exact}<w:jc w:val="both"/></w:pPr></w:pPrDefault>',
    )
    normal = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        f"<w:pPr>{plain}</w:pPr><w:rPr>{_font('body')}{size(BODY_PT)}</w:rPr></w:style>"
    )
    return part(
        "w:styles",
        defaults,
        normal,
        _style("Official", "公文顶格", run_look=_TIGHT, kind="custom"),
        _style("OfficialBody", "公文正文", paragraph_look=_INDENT, run_look=_TIGHT, kind="custom"),
        _heading(1, "hei"),
        _heading(2, "kai"),
        _heading(3, "body"),
        _heading(4, "body"),
        _style("Title", "Title", paragraph_look=centred, run_look=_font("title") + size(TITLE_PT)),
        _style("Corner", "公文份号密级", run_look=_font("hei"), kind="custom"),
        _style(
            "IssuerMark",
            "发文机关标志",
            paragraph_look=f'<w:spacing w:line="1160" w:lineRule="exact"/>{centred}',
            run_look=_font("title") + red,
            kind="custom",
        ),
        _style("DocumentNumber", "发文字号", paragraph_look=rule + centred, kind="custom"),
        _style("AnnexLabel", "附件序号", run_look=_font("hei"), kind="custom"),
        _style(
            "AnnexTitle", "附件标题", paragraph_look=centred, run_look=_font("title") + size(TITLE_PT), kind="custom"
        ),
        _style(
            "Caption",
            "caption",
            paragraph_look="<w:keepNext/>" + centred,
            run_look=_font("hei") + size(14),
        ),
        _style(
            "TableUnit",
            "表格单位",
            paragraph_look=f'<w:keepNext/>{roomy}<w:jc w:val="right"/>',
            run_look=size(10.5),
            kind="custom",
        ),
        _style("TableText", "表格文字", paragraph_look=loose, run_look=size(10.5), kind="custom"),
        _style("TableHead", "表格表头", based_on="TableText", run_look=_font("hei"), kind="custom"),
        _style("TableNote", "表格注释", paragraph_look=loose, run_look=size(10.5), kind="custom"),
        _style("Picture", "图", paragraph_look="<w:keepNext/>" + loose + centred, kind="custom"),
        _style("Imprint", "版记", run_look=size(14), kind="custom"),
        _style("header", "header", paragraph_look=loose + centred, run_look=_font("hei") + size(10.5)),
        _style("footer", "footer", run_look=_font("song") + size(PAGE_NUMBER_PT)),
        _table_style(),
    )


def _table_style() -> str:
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for edge in edges)
    margins = "".join(
        f'<w:{edge} w:w="{width}" w:type="dxa"/>'
        for edge, width in (("top", 40), ("left", 70), ("bottom", 40), ("right", 70))
    )
    return (
        '<w:style w:type="table" w:customStyle="1" w:styleId="OfficialTable"><w:name w:val="公文表格"/>'
        f"<w:tblPr><w:tblBorders>{borders}</w:tblBorders><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr></w:style>"
    )


# --- header and footer -------------------------------------------------------------------------------------------


def header_xml(*, demo: bool, position: str) -> str:
    """An empty header, or the mark 演示数据 in words and as a pale slanting word behind the text."""
    if not demo:
        return part("w:hdr", paragraph("header"))
    grey = '<w:color w:val="8A8A8A"/>'
    return part("w:hdr", paragraph("header", run(DEMO_HEADER, grey) + _watermark(position)))


def _watermark(position: str) -> str:
    """Word's own form of a watermark: a WordArt behind the page, the same that "remove watermark" finds."""
    style = (
        "position:absolute;margin-left:0;margin-top:0;width:420pt;height:105pt;rotation:320;z-index:-251658752;"
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        "mso-position-vertical:center;mso-position-vertical-relative:margin"
    )
    formulas = (
        *("sum #0 0 10800", "prod #0 2 1", "sum 21600 0 @1", "sum 0 0 @2", "sum 21600 0 @3", "if @0 @3 0"),
        *("if @0 21600 @1", "if @0 0 @2", "if @0 @4 21600", "mid @5 @6", "mid @8 @5", "mid @7 @8", "mid @6 @7"),
        "sum @6 0 @5",
    )
    shape_type = (
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"'
        ' path="m@7,l@8,m@5,21600l@6,21600e">'
        f"<v:formulas>{''.join(element('v:f', {'eqn': one}) for one in formulas)}</v:formulas>"
        '<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800"'
        ' o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/>'
        '<v:handles><v:h position="#0,bottomRight" xrange="6629,14971"/></v:handles>'
        '<o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>'
    )
    family = OFFICIAL_FONTS["hei"].name
    shape = (
        f'<v:shape id="PowerPlusWaterMarkObject{position}" o:spid="_x0000_s2{len(position):03d}" type="#_x0000_t136"'
        f' alt="{DEMO_TEXT}" style="{style}" o:allowincell="f" fillcolor="#b8c4d4" stroked="f">'
        '<v:fill opacity="19661f"/>'
        f'<v:textpath style="font-family:&quot;{family}&quot;;font-size:1pt" string="{DEMO_TEXT}"/></v:shape>'
    )
    return f"<w:r><w:pict>{shape_type}{shape}</w:pict></w:r>"


def footer_xml(*, even: bool) -> str:
    """The page number between dashes: right on odd pages, left on even ones, one character from the edge (P05)."""
    side, edge = ("left", "left") if even else ("right", "right")
    look = f'<w:ind w:{edge}="{round(PAGE_NUMBER_PT * 20)}"/><w:jc w:val="{side}"/>'
    number = run("— ") + field("PAGE", "") + run(" —")
    return part("w:ftr", paragraph("footer", number, look))


# --- settings, fonts, properties ---------------------------------------------------------------------------------


def settings_xml() -> str:
    """Odd and even pages differ; Chinese line breaking; the grid is kept as it is in Word 2013 and later."""
    uri = "http://schemas.microsoft.com/office/word"
    return part(
        "w:settings",
        '<w:zoom w:percent="100"/>',
        '<w:bordersDoNotSurroundHeader/><w:bordersDoNotSurroundFooter/><w:defaultTabStop w:val="420"/>',
        "<w:evenAndOddHeaders/>",
        '<w:drawingGridHorizontalSpacing w:val="158"/>',
        '<w:characterSpacingControl w:val="compressPunctuation"/>',
        "<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/>",
        "<w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:useFELayout/>",
        f'<w:compatSetting w:name="compatibilityMode" w:uri="{uri}" w:val="15"/></w:compat>',
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/>',
        '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/>',
    )


def font_table_xml() -> str:
    """The official fonts, each with another name of the same design, which Word tries when the first is missing."""
    family = {"title": "script", "body": "modern", "kai": "modern", "hei": "modern", "song": "auto"}
    return part(
        "w:fonts",
        *(
            element(
                "w:font",
                {"w:name": font.name},
                element("w:altName", {"w:val": font.same[0]}),
                '<w:charset w:val="86"/>',
                element("w:family", {"w:val": family[role]}),
                element("w:pitch", {"w:val": "default"}),
            )
            for role, font in OFFICIAL_FONTS.items()
        ),
    )


def core_xml(*, title: str, creator: str, day: date) -> str:
    """Title, organ and date; the date is that of the document, so that equal documents are equal files."""
    namespaces = (
        f'xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    moment = f"{day.isoformat()}T00:00:00Z"
    return (
        f"{_DECLARATION}<cp:coreProperties {namespaces}><dc:title>{text_xml(title)}</dc:title>"
        f"<dc:creator>{text_xml(creator)}</dc:creator><cp:lastModifiedBy>{text_xml(creator)}</cp:lastModifiedBy>"
        f'<cp:revision>1</cp:revision><dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified><dc:language>zh-CN</dc:language>'
        "</cp:coreProperties>"
    )


def custom_xml() -> str:
    """The list of fonts and their stand-ins, readable in Word under File, Properties (P06)."""
    return (
        f'{_DECLARATION}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"'
        ' xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="字体说明">'
        f"<vt:lpwstr>{text_xml(substitution_note())}</vt:lpwstr></property></Properties>"
    )


# --- package -----------------------------------------------------------------------------------------------------


def package(document: str, pictures: Mapping[str, bytes], *, title: str, creator: str, day: date, demo: bool) -> bytes:
    """The finished file. `pictures` are PNG files by relation id; equal arguments give equal bytes."""
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _root_relations(),
        "word/document.xml": document,
        "word/_rels/document.xml.rels": _document_relations(pictures),
        "word/styles.xml": styles_xml(),
        "word/settings.xml": settings_xml(),
        "word/fontTable.xml": font_table_xml(),
        "word/header_default.xml": header_xml(demo=demo, position="Odd"),
        "word/header_even.xml": header_xml(demo=demo, position="Even"),
        "word/footer_default.xml": footer_xml(even=False),
        "word/footer_even.xml": footer_xml(even=True),
        "docProps/core.xml": core_xml(title=title, creator=creator, day=day),
        "docProps/custom.xml": custom_xml(),
        **{f"word/media/{name}.png": data for name, data in pictures.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def _content_types() -> str:
    kinds = {"document": "document.main", "styles": "styles", "settings": "settings", "fontTable": "fontTable"}
    kinds |= {f"header_{kind}": "header" for kind in ("default", "even")}
    kinds |= {f"footer_{kind}": "footer" for kind in ("default", "even")}
    overrides = [(f"/word/{name}.xml", f"{_WORD_TYPE}.{kind}+xml") for name, kind in kinds.items()]
    overrides.append(("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"))
    overrides.append(("/docProps/custom.xml", "application/vnd.openxmlformats-officedocument.custom-properties+xml"))
    return (
        f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        + "".join(element("Override", {"PartName": name, "ContentType": kind}) for name, kind in overrides)
        + "</Types>"
    )


def _relations(rows: list[tuple[str, str, str]]) -> str:
    made = (element("Relationship", {"Id": key, "Type": kind, "Target": target}) for key, kind, target in rows)
    return f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(made)}</Relationships>'


def _root_relations() -> str:
    return _relations(
        [
            ("rId1", f"{_OFFICE}/officeDocument", "word/document.xml"),
            ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ("rId3", f"{_OFFICE}/custom-properties", "docProps/custom.xml"),
        ]
    )


def _document_relations(pictures: Mapping[str, bytes]) -> str:
    rows = [(f"rId_{kind}", f"{_OFFICE}/{kind}", f"{kind}.xml") for kind in ("styles", "settings", "fontTable")]
    for kind in ("default", "even"):
        rows.append((f"rIdHeader_{kind}", f"{_OFFICE}/header", f"header_{kind}.xml"))
        rows.append((f"rIdFooter_{kind}", f"{_OFFICE}/footer", f"footer_{kind}.xml"))
    rows += [(name, f"{_OFFICE}/image", f"media/{name}.png") for name in pictures]
    return _relations(rows)
