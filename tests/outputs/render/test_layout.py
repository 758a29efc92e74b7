"""Measures and small decisions of GB/T 9704."""

from __future__ import annotations

from datetime import date

import pytest

from workrelief.outputs.render import layout
from workrelief.outputs.render.blocks import Attachment, Column, Table
from workrelief.outputs.render.layout import title_lines


def test_text_area_is_156_by_225_with_22_lines_of_28_characters():
    assert [layout.TEXT_WIDTH_MM, layout.TEXT_HEIGHT_MM] == [156, 225]
    height_pt = layout.TEXT_HEIGHT_MM * layout.POINTS_PER_MM
    assert int(height_pt / layout.LINE_PITCH_PT) == 22
    assert 28.8 <= layout.LINE_PITCH_PT <= 29
    assert pytest.approx(156 * layout.POINTS_PER_MM) == layout.CHARACTER_PITCH_PT * 28


def test_short_title_stays_on_one_line():
    assert title_lines("关于开展以工代赈工作的通知") == ("关于开展以工代赈工作的通知",)


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于2022年下半年全省以工代赈工作情况的通报", ("关于2022年下半年全省", "以工代赈工作情况的通报")),
        (
            "山东省发展和改革委员会关于2022年度全省以工代赈工作成效综合评价结果的通报",
            ("山东省发展和改革委员会关于2022年度", "全省以工代赈工作成效综合评价结果的通报"),
        ),
    ],
)
def test_long_title_breaks_between_words_into_a_trapezoid(title, lines):
    assert title_lines(title) == lines


def test_no_title_line_is_wider_than_the_text_or_begins_with_a_particle():
    title = "山东省发展和改革委员会 山东省财政厅等17部门关于在重点工程项目中大力实施以工代赈促进当地群众就业增收有关事项的通知"
    lines = title_lines(title)
    assert "".join(lines) == title
    assert all(layout.text_width(line) * layout.TITLE_PT <= 156 * layout.POINTS_PER_MM for line in lines)
    assert not any(line[0] in "的和与及、" for line in lines)


def test_author_may_break_the_title_himself():
    assert title_lines("关于某事\n的通知") == ("关于某事", "的通知")


def test_title_of_unknown_words_is_still_broken_within_the_width():
    lines = title_lines("甲" * 70)
    assert "".join(lines) == "甲" * 70
    assert max(map(len, lines)) <= 20


@pytest.mark.parametrize(
    "written", ["鲁发改赈[2023]05号", "鲁发改赈(2023)5号", "鲁发改赈〔2023〕第5号", "鲁发改赈【2023】005号"]
)
def test_document_number_gets_hexagon_brackets_and_no_padding(written):
    assert layout.official_number(written) == "鲁发改赈〔2023〕5号"


def test_date_has_no_leading_zeros_and_room_when_open():
    assert layout.official_date(date(2023, 1, 5)) == "2023年1月5日"
    assert layout.official_date(None) == "　　　年　月　日"


def test_date_stands_four_characters_in_and_a_short_signer_is_centred_on_it():
    signer, day = layout.signature_indents("山东省发展改革委", "2023年1月20日")
    assert day == 4
    assert signer + 8 / 2 == pytest.approx(day + layout.text_width("2023年1月20日") / 2)


def test_long_signer_pushes_the_date_left_and_keeps_two_characters_free():
    signer, day = layout.signature_indents("山东省以工代赈工作协调机制办公室", "2023年1月20日")
    assert signer == 2
    assert day > 4


def test_annexes_are_numbered_only_when_there_are_several():
    one, two = Attachment("甲表"), Attachment("乙表")
    assert [(x.lead, x.title) for x in layout.attachment_lines((one,))] == [("附件：", "甲表")]
    assert [x.lead + x.title for x in layout.attachment_lines((one, two))] == ["附件：1.甲表", "　　　2.乙表"]
    assert layout.attachment_label(1, 1) == "附件"
    assert layout.attachment_label(2, 2) == "附件2"


def test_long_red_head_is_narrowed_and_fits_the_line():
    for mark in ("山东省人民政府文件", "山东省发展和改革委员会文件", "山东省以工代赈工作协调机制联席会议办公室文件"):
        size, scale = layout.mark_shape(mark)
        assert size * scale * layout.text_width(mark) <= 156 * layout.POINTS_PER_MM
        assert 0.7 <= scale <= 1


def test_grouped_columns_make_two_head_rows():
    table = Table("", "", (Column("市"), Column("个", group="重点"), Column("人", group="重点"), Column("备注")), ())
    upper, lower = layout.head_rows(table)
    assert [(c.text, c.columns, c.rows) for c in upper] == [("市", 1, 2), ("重点", 2, 1), ("备注", 1, 2)]
    assert [c.text for c in lower] == ["个", "人"]


def test_table_text_shrinks_until_numbers_fit_their_columns():
    narrow = Table("", "", tuple(Column("数", "right") for _ in range(12)), (("1,234,567.89",) * 12,))
    wide = Table("", "", (Column("市"), Column("数", "right")), (("济南市", "1.00"),))
    assert layout.table_size_pt(wide, 156) == 12
    assert layout.table_size_pt(narrow, 156) < 9


def test_table_refuses_rows_of_another_length():
    with pytest.raises(ValueError, match="row 1: 1 cells for 2 columns"):
        Table("表", "", (Column("甲"), Column("乙")), (("只一格",),))
