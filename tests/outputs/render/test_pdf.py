"""The PDF: same layout, fonts embedded, texts never evaluated."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest

from tests.outputs.render.sample import CITY_TABLE, bulletin
from workrelief.kernel.chart import ChartSpec, Series
from workrelief.outputs.render.blocks import Attachment, Chart, Heading, Table, paragraph
from workrelief.outputs.render.fonts import OFFICIAL_FONTS, find_fonts
from workrelief.outputs.render.pdf import pdf_bytes

NASTY = [
    "#panic()",
    '#read("/etc/passwd")',
    "*粗*_斜_`码`",
    "$x^2$",
    "\\ #set page()",
    '"]) #foo',
    "<label> @ref",
    "// 注释",
    "= 标题",
]


def reader(doc):
    return pypdf.PdfReader(io.BytesIO(pdf_bytes(doc).data))


def texts(doc):
    return [page.extract_text() for page in reader(doc).pages]


def squeezed(text):
    return "".join(text.split())


def test_pages_are_counted_and_a4():
    made = pdf_bytes(bulletin())
    pages = pypdf.PdfReader(io.BytesIO(made.data)).pages
    assert made.page_count == len(pages) >= 4
    assert [round(float(x) / 72 * 25.4) for x in pages[0].mediabox[2:]] == [210, 297]


def test_body_has_22_lines_of_28_characters():
    doc = bulletin(blocks=(paragraph("国" * 28 * 60),), attachments=(), print_organ=None, demo=False)
    lines = [line for line in texts(doc)[1].splitlines() if "国" in line]
    assert [line.count("国") for line in lines] == [28] * 22


def test_first_page_carries_head_title_addressee_and_text():
    first = squeezed(texts(bulletin())[0])
    for wanted in (
        "000001",
        "平急",
        "山东省发展和改革委员会文件",
        "鲁发改赈演〔2023〕5号",
        "以工代赈工作情况的通报",
        "各市发展改革委：",
        "1765.87亿元",
    ):
        assert wanted in first


def test_page_numbers_run_between_dashes():
    for number, text in enumerate(texts(bulletin(print_organ=None)), start=1):
        assert f"—{number}—" in squeezed(text)


def test_wide_annex_is_turned_and_repeats_its_head():
    pages = reader(bulletin()).pages
    turned = [page for page in pages if page.mediabox.width > page.mediabox.height]
    assert len(turned) == 2
    assert all("务工人数" in squeezed(page.extract_text()) for page in turned)


def test_imprint_after_a_turned_annex_has_an_even_page_of_its_own_without_number():
    pages = texts(bulletin())
    assert len(pages) % 2 == 0
    assert "2023年1月20日印发" in squeezed(pages[-1])
    assert f"—{len(pages)}—" not in squeezed(pages[-1])


@pytest.mark.parametrize("length", range(0, 1_300, 50))
def test_imprint_stands_on_the_last_even_page_whatever_the_length(length):
    pages = texts(bulletin(blocks=(paragraph("国" * length),), attachments=()))
    assert len(pages) % 2 == 0
    assert "2023年1月20日印发" in squeezed(pages[-1])


def test_demo_mark_is_on_every_page_of_a_demo_document_only():
    assert all("演示数据" in squeezed(text) for text in texts(bulletin()))
    assert not any("演示数据" in squeezed(text) for text in texts(bulletin(demo=False)))


def test_texts_are_never_evaluated():
    spec = ChartSpec("bar", NASTY[0], "个", tuple(NASTY), (Series("<svg onload='x'>&", tuple(range(len(NASTY)))),))
    doc = bulletin(
        title=NASTY[0], number=NASTY[1], addressee=NASTY[2], signer=NASTY[3], urgency=NASTY[4], remark=NASTY[5],
        blocks=(*(paragraph(text) for text in NASTY), *(Heading(1, text) for text in NASTY), Chart(spec)),
        attachments=(Attachment(NASTY[6], (Table(NASTY[7], NASTY[8], CITY_TABLE.columns[:1], tuple((t,) for t in NASTY)),)),),
    )  # fmt: skip
    everything = squeezed("".join(texts(doc)))
    for text in NASTY:
        assert everything.count(squeezed(text)) >= 3, text


def test_equal_documents_are_equal_files():
    assert pdf_bytes(bulletin()).data == pdf_bytes(bulletin()).data


def test_fonts_are_embedded_and_missing_official_ones_are_named():
    made = pdf_bytes(bulletin())
    pages = pypdf.PdfReader(io.BytesIO(made.data)).pages
    for font in pages[0]["/Resources"]["/Font"].values():
        descriptor = font.get_object()["/DescendantFonts"][0]["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
    missing = {one.official for one in made.substituted_fonts}
    choices = find_fonts().choices
    assert missing == {font.name for role, font in OFFICIAL_FONTS.items() if not choices[role].official}
    assert all(one.used for one in made.substituted_fonts)


def test_folder_without_fonts_is_no_obstacle(tmp_path: Path):
    assert pdf_bytes(bulletin(attachments=()), font_folders=(tmp_path,)).page_count >= 2


def test_rare_characters_of_names_are_not_lost():
    text = squeezed("".join(texts(bulletin(blocks=(paragraph("演示㛃、演示𬱖。"),)))))
    assert "演示㛃、演示𬱖。" in text


@pytest.mark.parametrize(
    "changes", [{"issuer_mark": ""}, {"signed_on": None}, {"addressee": ""}, {"blocks": ()}, {"copies_to": None}]
)
def test_parts_may_be_missing(changes):
    assert pdf_bytes(bulletin(**changes)).page_count >= 1
