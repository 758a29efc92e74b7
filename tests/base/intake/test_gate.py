"""Files that must not be opened: each is refused with what it is and what to do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from tests.base.intake.build import xlsx
from tests.base.intake.test_reader import rezip_sheet
from workrelief.base.intake.gate import Limits, inspect
from workrelief.kernel.errors import InvalidInput

GOOD = xlsx([["单位名称", "金额"], ["演示一", 1]])


def refusal(folder: Path, content: bytes, name: str = "表.xlsx", **limits: int) -> str:
    path = folder / "upload"
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        inspect(path, name, limits=Limits(**limits))
    assert name in caught.value.message
    assert caught.value.facts["remedy"]
    return caught.value.message


def test_a_good_file_passes(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(GOOD)
    assert inspect(path, "表.xlsx").format == "xlsx"


def test_an_empty_file(tmp_path: Path) -> None:
    assert "0 字节" in refusal(tmp_path, b"")


@pytest.mark.parametrize(("content", "word"), [
    (b"%PDF-1.7 ...", "PDF"),
    (b"\x89PNG\r\n\x1a\n....", "图片"),
    (b"<html><body><table></table></body></html>", "网页"),
    (b"{\\rtf1 ...}", "RTF"),
    (b"MZ\x90\x00", "程序"),
    (b"hello", "不是 .xlsx 表格"),
    (b"PK\x03\x04 broken", "损坏"),
])  # fmt: skip
def test_impostors_are_called_by_their_name(tmp_path: Path, content: bytes, word: str) -> None:
    assert word in refusal(tmp_path, content)


def test_a_name_that_is_no_spreadsheet(tmp_path: Path) -> None:
    assert "不是表格文件" in refusal(tmp_path, GOOD, "表.exe")


def test_a_renamed_word_document(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", "<x/>")
    assert "Word" in refusal(tmp_path, target.getvalue())


def test_a_cut_off_file(tmp_path: Path) -> None:
    assert "损坏" in refusal(tmp_path, GOOD[: len(GOOD) // 2])


def test_a_file_whose_content_was_damaged(tmp_path: Path) -> None:
    content = bytearray(GOOD)
    where = content.find(b"xl/worksheets/sheet1.xml") + 60
    content[where : where + 8] = b"\x00" * 8
    assert "损坏" in refusal(tmp_path, bytes(content))


def test_an_encrypted_workbook(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le")
    assert "密码" in refusal(tmp_path, ole)


def test_an_old_word_document(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "WordDocument".encode("utf-16-le")
    assert "没有工作簿" in refusal(tmp_path, ole)


def test_an_archive_with_encrypted_entries(tmp_path: Path) -> None:
    content = bytearray(GOOD)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = content.find(magic)
        while position >= 0:
            content[position + offset] |= 1
            position = content.find(magic, position + 4)
    assert "加密" in refusal(tmp_path, bytes(content))


def bomb(sheet: bytes) -> bytes:
    return rezip_sheet(GOOD, sheet)


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    message = refusal(tmp_path, bomb(b"<worksheet>" + b"0" * (20 << 20)))
    assert "压缩比异常" in message


def test_a_bomb_is_refused_by_its_size_unpacked(tmp_path: Path) -> None:
    assert "解开后" in refusal(tmp_path, bomb(b"<worksheet>" + b"0" * (9 << 20)), unpacked=8 << 20)


def test_too_many_entries(tmp_path: Path) -> None:
    target = io.BytesIO(GOOD)
    with zipfile.ZipFile(target, "a") as archive:
        for i in range(50):
            archive.writestr(f"xl/media/{i}.png", b"x")
    assert "部件" in refusal(tmp_path, target.getvalue(), entries=40)


def test_a_lying_size_is_found_while_unpacking(tmp_path: Path) -> None:
    """The directory says little, the stream holds much: the checksum of what was promised does not fit."""
    content = bytearray(bomb(b"<worksheet>" + bytes(range(256)) * 400))
    name = b"xl/worksheets/sheet1.xml"
    position = content.rfind(name) - 46
    assert content[position : position + 4] == b"PK\x01\x02"
    content[position + 24 : position + 28] = (500).to_bytes(4, "little")
    assert "损坏" in refusal(tmp_path, bytes(content))


def far(row: int, column: int, *, value: bool = True) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet()
    page.write(0, 0, "单位名称")
    if value:
        page.write(row, column, 1)
    else:
        page.write_blank(row, column, None, book.add_format({"bold": True}))
    book.close()
    return target.getvalue()


def test_one_cell_at_the_far_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    assert "1048576 行" in refusal(tmp_path, far(1_048_575, 0))
    assert "XFD1" in refusal(tmp_path, far(0, 16_383))
    assert "超过可处理的大小" in refusal(tmp_path, far(150_000, 200))


def test_a_far_cell_with_a_format_only_is_harmless(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(far(1_048_575, 16_383, value=False))
    assert inspect(path, "表.xlsx").format == "xlsx"


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    assert "上限" in refusal(tmp_path, GOOD, bytes=1_000)


def test_binary_content_is_no_csv(tmp_path: Path) -> None:
    refusal(tmp_path, b"a,b\n\x00\x01\x02", "表.csv")
    assert "编码" in refusal(tmp_path, b"\xff\xff\xff\xfe,\x80\x81", "表.csv")


def test_an_open_document_with_huge_repetition_is_refused(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            '<table:table-row table:number-rows-repeated="900000"><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row>',
        )
    assert "900000" in refusal(tmp_path, target.getvalue(), "表.ods")


def record(kind: int, data: bytes) -> bytes:
    """A record of a binary workbook: kind, length, content."""
    return bytes([kind, len(data)]) + data


@pytest.mark.parametrize(
    ("row", "column", "word"), [(1_048_575, 0, "1048576 行"), (0, 16_383, "XFD1"), (150_000, 200, "超过可处理的大小")]
)
def test_a_far_cell_of_a_binary_workbook_is_found_too(tmp_path: Path, row: int, column: int, word: str) -> None:
    sheet = record(0, row.to_bytes(4, "little")) + record(2, column.to_bytes(4, "little") + bytes(8))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("xl/workbook.bin", b"")
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    assert word in refusal(tmp_path, target.getvalue(), "表.xlsb")


def test_a_binary_workbook_of_usual_size_passes(tmp_path: Path) -> None:
    sheet = b"".join(
        record(0, r.to_bytes(4, "little")) + record(2, (3).to_bytes(4, "little") + bytes(8)) for r in range(500)
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("xl/workbook.bin", b"")
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    path = tmp_path / "upload"
    path.write_bytes(target.getvalue())
    assert inspect(path, "表.xlsb").format == "xlsb"
