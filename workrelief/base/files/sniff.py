"""What a file is, judged by its content alone: names and browser headers may say anything."""

from __future__ import annotations

import zipfile
from pathlib import Path

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV = "text/csv"
PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
ZIP = "application/zip"
JSON = "application/json"
UNKNOWN = "application/octet-stream"

SPREADSHEETS = frozenset({XLSX, XLS, CSV})
SUFFIXES = {
    XLSX: "xlsx",
    XLS: "xls",
    DOCX: "docx",
    CSV: "csv",
    PDF: "pdf",
    PNG: "png",
    JPEG: "jpg",
    ZIP: "zip",
    JSON: "json",
}

_MAGIC = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_HEAD = 64 * 1024


def media_type_of(path: Path) -> str:
    """Media type of the file at `path`; UNKNOWN when it is none of the kinds offices exchange here."""
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_archive(path)
    if head.startswith(_OLE):
        return XLS if _has_workbook_stream(path) else UNKNOWN
    return _kind_of_text(head)


def expanded_size(path: Path) -> int:
    """Bytes an archive would fill when unpacked, as its directory states; 0 for anything that is no archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        return 0


def _kind_of_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return UNKNOWN
    if "[Content_Types].xml" not in names:
        return ZIP
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return XLSX
    return DOCX if "word/document.xml" in names else ZIP


def _has_workbook_stream(path: Path) -> bool:
    """Whether an OLE container names a workbook; the directory may lie anywhere, so the file is searched in blocks."""
    overlap = max(len(name) for name in _WORKBOOK_STREAMS)
    rest = b""
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            window = rest + block
            if any(name in window for name in _WORKBOOK_STREAMS):
                return True
            rest = window[-overlap:]
    return False


def _kind_of_text(head: bytes) -> str:
    """CSV or JSON for readable text. Office software in China writes GB 18030 as often as UTF-8, and sometimes UTF-16."""
    if not head:
        return UNKNOWN
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return CSV if _reads_as(head[: len(head) // 2 * 2], "utf-16") else UNKNOWN
    if b"\x00" in head:
        return UNKNOWN
    if not any(_reads_as(head, encoding) for encoding in ("utf-8-sig", "gb18030")):
        return UNKNOWN
    return JSON if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["} else CSV


def _reads_as(head: bytes, encoding: str) -> bool:
    """Whether `head` decodes; a character cut off at the end of the block is forgiven."""
    try:
        text = head.decode(encoding)
    except UnicodeDecodeError as err:
        if len(head) < _HEAD or err.start < len(head) - 4:
            return False
        text = head[: err.start].decode(encoding)
    return all(c.isprintable() or c.isspace() or c == "\ufeff" for c in text[:2_000])
