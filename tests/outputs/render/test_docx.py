"""The Word file: opened again with python-docx, and laid out by LibreOffice."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import docx
import pypdf
import pytest
from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn

from tests.outputs.render.sample import CITIES, CITY_TABLE, TRAINING_TABLE, bulletin
from workrelief.outputs.render.blocks import Attachment, Paragraph, Run, Signature, Table, paragraph
from workrelief.outputs.render.docx import docx_bytes

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# The schema's order of the children we use; Word refuses or repairs files that mix it up.
ORDER = {
    "pPr": "pStyle keepNext pageBreakBefore widowControl pBdr tabs autoSpaceDE autoSpaceDN snapToGrid spacing ind jc outlineLvl sectPr",
    "rPr": "rFonts snapToGrid color spacing w sz szCs lang",
    "tblPr": "tblStyle tblpPr tblW jc tblBorders tblLayout tblCellMar tblLook",
    "tcPr": "tcW gridSpan vMerge vAlign",
    "trPr": "cantSplit tblHeader",
    "sectPr": "headerReference headerReference footerReference footerReference type pgSz pgMar cols docGrid",
    "style": "name basedOn qFormat pPr rPr tblPr",
    "settings": "zoom bordersDoNotSurroundHeader bordersDoNotSurroundFooter defaultTabStop evenAndOddHeaders "
    "drawingGridHorizontalSpacing characterSpacingControl compat themeFontLang decimalSymbol listSeparator",
}


def opened(doc):
    return docx.Document(io.BytesIO(docx_bytes(doc)))


def parts(doc):
    with zipfile.ZipFile(io.BytesIO(docx_bytes(doc))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def by_text(document, text):
    return next(p for p in document.paragraphs if p.text == text)


def test_page_is_a4_with_the_margins_of_the_standard():
    section = opened(bulletin()).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    assert [round(m.mm, 1) for m in margins] == [37, 35, 28, 26]


def test_grid_is_22_lines_of_28_characters():
    grid = opened(bulletin()).sections[0]._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    assert grid.get(qn("w:linePitch")) == "579"
    pitch_pt = 16 + int(grid.get(qn("w:charSpace"))) / 4096
    assert int(156 / 25.4 * 72 / pitch_pt) == 28


def test_body_is_16_pt_fangsong_on_exact_lines():
    document = opened(bulletin())
    defaults = document.styles.element.find(f".//{W}docDefaults")
    fonts = defaults.find(f".//{W}rFonts")
    assert {fonts.get(f"{W}{name}") for name in ("ascii", "hAnsi", "eastAsia")} == {"仿宋_GB2312"}
    assert defaults.find(f".//{W}sz").get(f"{W}val") == "32"
    spacing = defaults.find(f".//{W}spacing")
    assert (spacing.get(f"{W}line"), spacing.get(f"{W}lineRule")) == ("579", "exact")


@pytest.mark.parametrize(
    ("style", "font", "half_points"),
    [
        ("Title", "方正小标宋简体", "44"),
        ("Heading1", "黑体", None),
        ("Heading2", "楷体_GB2312", None),
        ("Heading3", "仿宋_GB2312", None),
        ("Heading4", "仿宋_GB2312", None),
        ("footer", "宋体", "28"),
        ("AnnexLabel", "黑体", None),
        ("Imprint", None, "28"),
    ],
)
def test_styles_carry_the_official_fonts_and_sizes(style, font, half_points):
    styles = ElementTree.fromstring(parts(bulletin())["word/styles.xml"])
    element = next(s for s in styles.iter(f"{W}style") if s.get(f"{W}styleId") == style)
    fonts, size = element.find(f"{W}rPr/{W}rFonts"), element.find(f"{W}rPr/{W}sz")
    assert (fonts.get(f"{W}eastAsia") if fonts is not None else None) == font
    assert (size.get(f"{W}val") if size is not None else None) == half_points


def test_red_head_number_title_and_addressee_stand_in_order():
    texts = [p.text for p in opened(bulletin()).paragraphs if p.text.strip()]
    assert texts[:6] == [
        "000001",
        "平急",
        "山东省发展和改革委员会文件",
        "鲁发改赈演〔2023〕5号",
        "关于2022年下半年全省\n以工代赈工作情况的通报",
        "各市发展改革委：",
    ]


def test_red_head_is_red_and_a_red_rule_runs_under_the_number():
    styles = ElementTree.fromstring(parts(bulletin())["word/styles.xml"])
    look = {s.get(f"{W}styleId"): s for s in styles.iter(f"{W}style")}
    assert look["IssuerMark"].find(f"{W}rPr/{W}color").get(f"{W}val") == "D7000F"
    assert look["DocumentNumber"].find(f".//{W}bottom").get(f"{W}color") == "D7000F"


def test_signature_is_centred_on_a_date_four_characters_from_the_right():
    document = opened(bulletin())
    day = by_text(document, "2023年1月20日")
    signer = next(p for p in reversed(document.paragraphs) if p.text == "山东省发展和改革委员会")
    character_pt = 156 / 28 / 25.4 * 72
    assert day.paragraph_format.right_indent.pt == pytest.approx(4.25 * character_pt, abs=0.1)
    assert signer.paragraph_format.right_indent.pt == pytest.approx(2 * character_pt, abs=0.1)


def test_own_signature_block_replaces_the_one_at_the_end():
    doc = bulletin(
        blocks=(paragraph("正文。"), Signature("省以工代赈协调机制办公室")), attachments=(), print_organ=None
    )
    texts = [p.text for p in opened(doc).paragraphs]
    assert "省以工代赈协调机制办公室" in texts
    assert "山东省发展和改革委员会" not in texts


def test_annex_is_listed_and_begins_a_page_with_its_label():
    document = opened(bulletin())
    texts = [p.text for p in document.paragraphs]
    assert "附件：1.2022年各市以工代赈工作情况表" in texts
    label = by_text(document, "附件1")
    assert label.paragraph_format.page_break_before
    after = texts[texts.index("附件1") :]
    assert after[1] == ""
    assert after[2] == "2022年各市以工代赈工作情况表"


def test_wide_annex_gets_a_landscape_section_of_its_own():
    document = opened(bulletin())
    assert [s.page_width > s.page_height for s in document.sections] == [False, True, False]
    turned = document.sections[1]
    assert [
        round(m.mm) for m in (turned.top_margin, turned.right_margin, turned.bottom_margin, turned.left_margin)
    ] == [28, 37, 26, 35]


def test_annexed_tables_have_a_page_each():
    doc = bulletin(attachments=(Attachment("两张表", (CITY_TABLE, TRAINING_TABLE)),), print_organ=None)
    body = parts(doc)["word/document.xml"].decode()
    between = body[body.rindex("2022年各市以工代赈工作情况") : body.rindex("2022年以工代赈业务培训情况")]
    assert 'w:br w:type="page"' in between


def test_table_repeats_its_head_and_carries_unit_total_and_notes():
    document = opened(bulletin())
    table = document.tables[1]
    heads = [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert heads == [True, True] + [False] * 17
    assert [cell.text for cell in table.rows[-1].cells] == [
        "",
        "全省",
        "218",
        "74,700",
        "160,300.00",
        "664",
        "101,900",
        "120,200.00",
    ]
    assert [row.cells[1].text for row in table.rows[2:-1]] == CITIES
    texts = [p.text for p in document.paragraphs]
    assert "单位：个、人、万元" in texts
    assert "　　2.因四舍五入，分项和可能与合计略有出入。" in texts


def test_page_numbers_stand_outside_between_dashes():
    files = parts(bulletin())
    odd, even = files["word/footer_default.xml"].decode(), files["word/footer_even.xml"].decode()
    assert 'w:jc w:val="right"' in odd
    assert 'w:right="280"' in odd
    assert 'w:jc w:val="left"' in even
    assert 'w:left="280"' in even
    assert "— </w:t>" in odd
    assert " PAGE " in odd
    assert b"evenAndOddHeaders" in files["word/settings.xml"]


def test_demo_document_is_marked_on_every_page_and_a_real_one_is_not():
    marked, plain = parts(bulletin()), parts(bulletin(demo=False))
    for name in ("word/header_default.xml", "word/header_even.xml"):
        assert "PowerPlusWaterMarkObject" in marked[name].decode()
        assert "演示数据　非正式文件" in marked[name].decode()
        assert "演示数据" not in plain[name].decode()


def test_fonts_name_their_stand_ins():
    files = parts(bulletin())
    table = files["word/fontTable.xml"].decode()
    assert '<w:font w:name="方正小标宋简体"><w:altName w:val="FZXiaoBiaoSong-B05S"/>' in table
    assert "仿宋_GB2312→FangSong_GB2312" in files["docProps/custom.xml"].decode()


def test_every_figure_stands_in_a_bookmark_named_after_its_reference():
    body = ElementTree.fromstring(parts(bulletin())["word/document.xml"])
    names = [b.get(f"{W}name") for b in body.iter(f"{W}bookmarkStart")]
    assert any(name.endswith("_wages_key") for name in names)
    assert len(names) == len(set(names))
    assert all(len(name) <= 40 and name.isascii() for name in names)


@pytest.mark.parametrize("name", ["word/document.xml", "word/styles.xml", "word/settings.xml"])
def test_elements_follow_the_order_of_the_schema(name):
    root = ElementTree.fromstring(parts(bulletin())[name])
    seen = set()
    for element in root.iter():
        tag = element.tag.removeprefix(W)
        if tag in ORDER:
            allowed = iter(ORDER[tag].split())
            children = [child.tag.removeprefix(W) for child in element]
            assert all(child in allowed for child in children), (tag, children)
            seen.add(tag)
    assert seen


def test_markup_in_texts_stays_text():
    nasty = '</w:t></w:r><w:p/>&amp;"<script>]]>'
    doc = bulletin(
        title="标题<b>&", number=nasty, addressee=nasty, blocks=(Paragraph((Run(nasty, nasty),)),), signer=nasty,
        attachments=(Attachment(nasty, (Table(nasty, nasty, CITY_TABLE.columns[:1], ((nasty,),), (nasty,)),)),),
    )  # fmt: skip
    document = opened(doc)
    assert nasty in [p.text for p in document.paragraphs]
    assert document.tables[0].rows[1].cells[0].text == nasty


def test_characters_that_xml_cannot_hold_are_dropped():
    document = opened(bulletin(blocks=(paragraph("甲\x00\x0b乙\ud800丙"),)))
    assert "甲乙丙" in [p.text for p in document.paragraphs]


def test_equal_documents_are_equal_files_dated_by_the_document():
    assert docx_bytes(bulletin()) == docx_bytes(bulletin())
    properties = opened(bulletin()).core_properties
    assert (properties.title, properties.created.date().isoformat()) == (
        "关于2022年下半年全省以工代赈工作情况的通报",
        "2023-01-20",
    )


def test_chart_is_a_picture_with_alternative_text():
    document = opened(bulletin())
    (picture,) = document.inline_shapes
    assert round(picture.width.mm) == 156
    assert "临沂市19,236.00" in picture._inline.docPr.get("descr")


def test_plain_paper_without_red_head_keeps_its_number_under_the_title():
    doc = bulletin(issuer_mark="", copy_no=None, urgency=None, attachments=(), print_organ=None)
    texts = [p.text for p in opened(doc).paragraphs if p.text.strip()]
    assert texts[:2] == ["关于2022年下半年全省\n以工代赈工作情况的通报", "鲁发改赈演〔2023〕5号"]


def test_title_lines_are_set_exactly_on_the_grid():
    document = opened(bulletin())
    title = next(p for p in document.paragraphs if p.style.name == "Title")
    assert title.paragraph_format.line_spacing_rule in (None, WD_LINE_SPACING.EXACTLY)


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_lays_it_out_with_28_characters_a_line_and_22_lines_a_page(tmp_path: Path):
    long = bulletin(blocks=(paragraph("国" * 28 * 60),), attachments=(), print_organ=None, demo=False)
    source = tmp_path / "long.docx"
    source.write_bytes(docx_bytes(long))
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf", "--outdir", tmp_path, source],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    second = pypdf.PdfReader(tmp_path / "long.pdf").pages[1].extract_text()
    lines = [line for line in second.splitlines() if line.startswith("国")]
    assert len(lines) == 22
    assert {len(line.strip()) for line in lines} == {28}
