"""Distrust at the gate: what a file really is, and that opening it cannot hurt, before any reader touches it.

Archives are judged by their directory (entries, sizes, ratio) and then unpacked once in a stream, which proves the
declared sizes and, on the way, finds what the reader cannot see: hidden rows, formulas without a kept result, error
cells, and cells so far out that a dense table of them would not fit into memory.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal
from xml.etree import ElementTree

from workrelief.kernel.errors import InvalidInput

Format = Literal["xlsx", "xls", "xlsb", "ods", "csv"]
SUFFIXES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".et", ".ods", ".csv", ".txt")
_MEBI = 1 << 20
_CHUNK = 4 * _MEBI
_MARKS_KEPT = 20_000


@dataclass(frozen=True)
class Limits:
    """Most a file may hold. Ratio is asked only of entries large enough to matter."""

    bytes: int = 80 * _MEBI
    entries: int = 2_000
    unpacked: int = 400 * _MEBI
    ratio: int = 200
    ratio_from: int = 8 * _MEBI
    rows: int = 200_000
    columns: int = 256
    cells: int = 12_000_000


LIMITS = Limits()


@dataclass
class SheetMarks:
    """What stands in the XML but not in the values; rows 1-based, columns by letters, cells as (row, letters)."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[str] = field(default_factory=set)
    uncached: dict[tuple[int, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Passed:
    """A file that may be opened. `marks` by sheet name (xlsx only)."""

    path: Path
    format: Format
    marks: dict[str, SheetMarks]
    encoding: str = ""

    def kept(self) -> dict[str, Any]:
        """As JSON, to be kept with the stored file, whose content never changes afterwards."""
        marks = {
            sheet: {
                "hidden": sorted(m.hidden_rows),
                "hidden_columns": sorted(m.hidden_columns),
                "uncached": [[row, letters, what] for (row, letters), what in m.uncached.items()],
            }
            for sheet, m in self.marks.items()
            if m.hidden_rows or m.hidden_columns or m.uncached
        }
        return {"format": self.format, "encoding": self.encoding, "marks": marks}

    @classmethod
    def from_kept(cls, path: Path, kept: dict[str, Any]) -> Passed:
        marks = {
            sheet: SheetMarks(
                set(m["hidden"]),
                set(m.get("hidden_columns", ())),
                {(row, letters): what for row, letters, what in m["uncached"]},
            )
            for sheet, m in kept["marks"].items()
        }
        return cls(path, kept["format"], marks, kept["encoding"])


def inspect(path: Path, name: str, *, limits: Limits = LIMITS) -> Passed:
    """Judge the file at `path`, uploaded as `name`. Raises InvalidInput saying what, where and what to do."""
    size = path.stat().st_size
    if size == 0:
        raise _refused("empty", f"文件“{name}”是空文件（0 字节）。", "请确认文件已保存完整，再重新上传。")
    if size > limits.bytes:
        raise _refused(
            "large",
            f"文件“{name}”有 {size // _MEBI} MB，超过 {limits.bytes // _MEBI} MB 的上限。",
            "请按县或按月拆成几个文件分别导入。",
        )
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise _refused("suffix", f"文件“{name}”不是表格文件。", "请上传 .xlsx、.xls、.xlsb、.ods 或 .csv 文件。")
    with path.open("rb") as handle:
        start = handle.read(4096)
    if start.startswith(b"PK"):
        return _inspect_archive(path, name, limits)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _inspect_compound(path, name)
    _refuse_impostors(start, name)
    if suffix in (".csv", ".txt"):
        return Passed(path, "csv", {}, _encoding_of(path, name))
    raise _refused("magic", f"文件“{name}”的内容不是 {suffix} 表格。", "请用表格软件打开后“另存为”.xlsx，再上传。")


def _refused(code: str, message: str, remedy: str) -> InvalidInput:
    return InvalidInput(f"import.file.{code}", f"{message}{remedy}", facts={"remedy": remedy})


def _refuse_impostors(start: bytes, name: str) -> None:
    known = ((b"%PDF", "PDF 文档"), (b"\x89PNG", "图片"), (b"\xff\xd8\xff", "图片"), (b"{\\rtf", "RTF 文档"), (b"Rar!", "压缩包"), (b"7z\xbc\xaf", "压缩包"), (b"MZ", "程序"))  # fmt: skip
    for magic, what in known:
        if start.startswith(magic):
            raise _refused("magic", f"文件“{name}”其实是{what}，只是改了扩展名。", "请上传原始的表格文件。")
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise _refused("magic", f"文件“{name}”其实是网页格式。", "请用表格软件打开后“另存为”.xlsx，再上传。")


def _encoding_of(path: Path, name: str) -> str:
    with path.open("rb") as handle:
        marked = handle.read(2) in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding, newline="") as handle:
                while chunk := handle.read(_CHUNK):
                    if "\0" in chunk:
                        raise _refused("magic", f"文件“{name}”含二进制内容，不是 CSV 文本。", "请另存为 .xlsx 再上传。")
        except UnicodeDecodeError:
            continue
        return encoding
    raise _refused(
        "encoding",
        f"文件“{name}”的文字编码无法识别（既非 UTF-8 也非 GB18030）。",
        "请另存为“CSV UTF-8”或 .xlsx 再上传。",
    )


def _inspect_compound(path: Path, name: str) -> Passed:
    """An OLE container: an old .xls, or an encrypted newer workbook."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _refused("encrypted", f"文件“{name}”设有打开密码。", "请在表格软件中取消密码保护后重新保存，再上传。")
    if "Workbook".encode("utf-16-le") not in content and "Book".encode("utf-16-le") not in content:
        raise _refused("magic", f"文件“{name}”里没有工作簿（可能是旧版 Word 或其他文档）。", "请上传原始的表格文件。")
    return Passed(path, "xls", {})


def _inspect_archive(path: Path, name: str, limits: Limits) -> Passed:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _judge_directory(entries, name, limits)
            names = {e.filename for e in entries}
            form = _archive_format(archive, names, name)
            marks: dict[str, SheetMarks] = {}
            sheet_names = _sheet_names(archive, names) if form == "xlsx" else {}
            for entry in entries:
                if entry.is_dir() or _is_never_read(entry.filename):
                    continue
                with archive.open(entry) as stream:
                    if entry.filename in sheet_names:
                        marks[sheet_names[entry.filename]] = _scan_sheet(
                            stream, name, sheet_names[entry.filename], limits
                        )
                    elif form == "xlsb" and entry.filename.startswith("xl/worksheets/"):
                        _scan_binary_sheet(stream, name, limits)
                    elif form == "ods" and entry.filename == "content.xml":
                        _scan_open_document(stream, name, limits)
                    else:
                        for _ in _pieces(stream):
                            pass
            return Passed(path, form, marks)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        ElementTree.ParseError,
        KeyError,
    ) as err:
        raise _refused(
            "broken", f"文件“{name}”已损坏，无法打开。", "请用表格软件打开并重新保存；打不开的，请向提供人重新索取。"
        ) from err
    except RuntimeError as err:  # zipfile's answer to an encrypted entry
        raise _refused("encrypted", f"文件“{name}”是加密的压缩内容。", "请取消密码后重新保存，再上传。") from err


def _is_never_read(entry: str) -> bool:
    return entry.startswith(("xl/media/", "xl/drawings/", "Pictures/", "Thumbnails/", "docProps/", "xl/embeddings/"))


def _judge_directory(entries: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise _refused(
            "bomb",
            f"文件“{name}”内含 {len(entries)} 个部件，超过 {limits.entries} 个，不像正常表格，已拒绝。",
            "请另存为一个新的 .xlsx 再上传。",
        )
    if len({e.filename for e in entries}) != len(entries):
        raise _refused("broken", f"文件“{name}”内部有重名部件，已拒绝。", "请用表格软件打开并重新保存，再上传。")
    if any(e.flag_bits & 1 for e in entries):
        raise _refused("encrypted", f"文件“{name}”是加密的压缩内容。", "请取消密码后重新保存，再上传。")
    total = sum(e.file_size for e in entries)
    if total > limits.unpacked:
        raise _refused(
            "bomb",
            f"文件“{name}”解开后有 {total // _MEBI} MB，超过 {limits.unpacked // _MEBI} MB 的上限，已拒绝。",
            "请删去无关工作表和图片，或拆成几个文件。",
        )
    for entry in entries:
        if entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(entry.compress_size, 1):
            raise _refused(
                "bomb",
                f"文件“{name}”的部件“{entry.filename}”压缩比异常（1:{entry.file_size // max(entry.compress_size, 1)}），已拒绝。",
                "请另存为一个新的 .xlsx 再上传。",
            )


def _archive_format(archive: zipfile.ZipFile, names: set[str], name: str) -> Format:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "mimetype" in names and archive.read("mimetype").startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise _refused("encrypted", f"文件“{name}”设有打开密码。", "请取消密码保护后重新保存，再上传。")
        return "ods"
    what = "Word 文档" if "word/document.xml" in names else "压缩包或其他文档"
    raise _refused("magic", f"文件“{name}”其实是{what}，不是表格。", "请上传原始的表格文件。")


def _sheet_names(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Archive entry of each worksheet → its name."""
    space = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
    targets: dict[str, str] = {}
    for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels")):  # noqa: S314 - expat ≥ 2.4.1 limits entity expansion; sizes were judged
        target = relation.get("Target", "")
        targets[relation.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    found: dict[str, str] = {}
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():  # noqa: S314 - as above
        if element.tag.endswith("}sheet"):
            relation_id = next((v for k, v in element.attrib.items() if k == f"{space}id" or k.endswith("}id")), "")
            entry = targets.get(relation_id, "")
            if entry in names:
                found[entry] = element.get("name", "")
    return found


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(_CHUNK):
        yield piece


_ROW = re.compile(rb'<row r="(\d+)"')
_ANY_ROW = re.compile(
    rb'<(?:\w+:)?row [^>]*?\br="(\d+)"'
)  # ten times slower; for writers that put other attributes first
_HIDDEN = re.compile(rb'<(?:\w+:)?row [^>]*?\br="(\d+)"[^>]*?\bhidden="(?:1|true)"')
_HIDDEN_COLUMNS = re.compile(rb'<(?:\w+:)?col (?=[^>]*\bhidden="(?:1|true)")[^>]*>')
_COLUMN_SPAN = re.compile(rb'\b(min|max)="(\d+)"')
_WIDE = re.compile(rb'<c r="([A-Z]{2,})(\d+)"[^>]*>')
_UNCACHED = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*)><f(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')
_ERROR = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]*\bt="e"[^>]*>(?:<f(?:[^>]*/>|[^>]*>[^<]*</f>))?<v>([^<]*)</v>')


def _scan_sheet(stream: IO[bytes], name: str, sheet: str, limits: Limits) -> SheetMarks:
    marks = SheetMarks()
    last_row, width, rest = 0, 26, b""
    for piece in _pieces(stream):
        text = rest + piece
        cut = text.rfind(b"</row>")
        # whole rows only; what is left over waits for the next piece (and is bounded, a row being limited by columns)
        text, rest = (text[: cut + 6], text[cut + 6 :]) if cut >= 0 else (b"", text)
        if len(rest) > 8 * _CHUNK:
            raise _refused(
                "wide", f"文件“{name}”工作表“{sheet}”中有一行长得异常，已拒绝。", "请检查表格并删去多余的列。"
            )
        if not text:
            continue
        for found in _WIDE.finditer(text):
            letters, row = found.group(1), int(found.group(2))
            if text[found.end() : found.end() + 4] != b"</c>" and not found.group(0).endswith(b"/>"):
                width = max(width, column_number(letters.decode()))
                if width > limits.columns:
                    raise _too_wide(name, sheet, f"{letters.decode()}{row}", limits)
        numbers = list(map(int, _ROW.findall(text)))
        pattern = _ROW
        if len(numbers) != text.count(b"</row>"):
            pattern = _ANY_ROW
            numbers = [int(n) for n in _ANY_ROW.findall(text)]
        if numbers and max(numbers) > limits.rows:
            far = (f for f in pattern.finditer(text) if int(f.group(1)) > limits.rows)
            last_row = max([last_row, *(int(f.group(1)) for f in far if _has_value(text, f.end()))])
        last_row = max([last_row, *(n for n in numbers if n <= limits.rows)])
        if last_row > limits.rows:
            raise _too_long(name, sheet, last_row, limits)
        if last_row * width > limits.cells:
            raise _refused(
                "cells",
                f"文件“{name}”工作表“{sheet}”占用 {last_row} 行 × {width} 列，超过可处理的大小。",
                "请删去远处的零散单元格和多余的列，或拆成几个文件。",
            )
        if b"hidden=" in text:
            marks.hidden_rows.update(int(f.group(1)) for f in _HIDDEN.finditer(text))
            for one in _HIDDEN_COLUMNS.finditer(text):
                ends = {end: int(number) for end, number in _COLUMN_SPAN.findall(one.group(0))}
                span = range(ends.get(b"min", 1), min(ends.get(b"max", 0), limits.columns) + 1)
                marks.hidden_columns.update(column_letters(n) for n in span)
        if b"<f" in text:
            _mark(marks, text, _UNCACHED, "公式没有保存计算结果")
        if b't="e"' in text:
            _mark(marks, text, _ERROR, "公式出错")
    return marks


def _has_value(text: bytes, position: int) -> bool:
    end = text.find(b"</row>", position)
    inside = text[position : end if end >= 0 else None]
    return b"<v>" in inside or b"<t" in inside


def _mark(marks: SheetMarks, text: bytes, pattern: re.Pattern[bytes], what: str) -> None:
    for found in pattern.finditer(text):
        if len(marks.uncached) >= _MARKS_KEPT:
            return
        if pattern is _UNCACHED and b't="str"' in found.group(3):
            continue  # a formula whose kept result is the empty text
        kind = f"{what} {found.group(3).decode(errors='replace')}" if pattern is _ERROR else what
        marks.uncached[int(found.group(2)), found.group(1).decode()] = kind


def _too_long(name: str, sheet: str, row: int, limits: Limits) -> InvalidInput:
    return _refused(
        "rows",
        f"文件“{name}”工作表“{sheet}”到第 {row} 行，超过 {limits.rows} 行的上限。",
        "请按县或按月拆成几个文件；若远处只有零散内容，请删去。",
    )


def _too_wide(name: str, sheet: str, cell: str, limits: Limits) -> InvalidInput:
    return _refused(
        "columns",
        f"文件“{name}”工作表“{sheet}”在 {cell} 处有内容，超过 {limits.columns} 列的上限。",
        "请删去右侧多余的列再上传。",
    )


def _scan_binary_sheet(stream: IO[bytes], name: str, limits: Limits) -> None:
    """Walk the records of an .xlsb sheet: rows (record 0) and cells (records 1–11) say where they stand."""
    content, position, last_row, width, pending_row = stream.read(), 0, 0, 0, 0
    while position + 2 <= len(content):
        kind = content[position]
        position += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (content[position] << 7)
            position += 1
        length = shift = 0
        while position < len(content):
            byte = content[position]
            position += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift == 28:
                break
        if kind == 0:
            pending_row = int.from_bytes(content[position : position + 4], "little") + 1
        elif 2 <= kind <= 11:
            last_row = max(last_row, pending_row)
            width = max(width, int.from_bytes(content[position : position + 4], "little") + 1)
            if last_row > limits.rows:
                raise _too_long(name, "", last_row, limits)
            if width > limits.columns:
                raise _too_wide(name, "", f"{column_letters(width)}{last_row}", limits)
        position += length
    if last_row * width > limits.cells:
        raise _refused(
            "cells",
            f"文件“{name}”占用 {last_row} 行 × {width} 列，超过可处理的大小。",
            "请删去多余内容，或拆成几个文件。",
        )


_ODS_ROWS = re.compile(rb'<table:table-row [^>]*number-rows-repeated="(\d+)"[^>]*>')
_ODS_CELLS = re.compile(rb'<table:table-cell [^>]*number-columns-repeated="(\d+)"[^>]*>')


def _scan_open_document(stream: IO[bytes], name: str, limits: Limits) -> None:
    """Repetition counts may stand for millions of cells: refuse those that carry a value."""
    rest = b""
    for piece in _pieces(stream):
        text = rest + piece
        cut = text.rfind(b"</table:table-row>")
        text, rest = (text[: cut + 18], text[cut + 18 :]) if cut >= 0 else (b"", text)
        for found in _ODS_CELLS.finditer(text):
            if int(found.group(1)) > limits.columns and not found.group(0).endswith(b"/>"):
                raise _too_wide(name, "", f"连续 {int(found.group(1))} 列相同内容", limits)
        for found in _ODS_ROWS.finditer(text):
            end = text.find(b"</table:table-row>", found.end())
            if int(found.group(1)) > 10_000 and b"<text:p" in text[found.end() : end]:
                raise _too_long(name, "", int(found.group(1)), limits)


def column_letters(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
