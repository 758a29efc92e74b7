"""Files are kept whole, once, judged by content, and seen only inside the scope."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.conftest import make_actor
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.access.scope import ScopeMissing
from workrelief.base.audit.models import AuditEntry
from workrelief.base.audit.sm3 import sm3_hex
from workrelief.base.files import queries, sniff
from workrelief.base.files.models import StoredFile
from workrelief.base.files.services import clean_name, store
from workrelief.kernel.errors import InvalidInput, NotFound, NotPermitted

pytestmark = pytest.mark.django_db
NINGJIN, FEIXIAN = "371422000000", "371325000000"


def xlsx(text: str = "姓名") -> bytes:
    book = Workbook()
    book.active["A1"] = text
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def content_files(folder: Path) -> list[Path]:
    return [p for p in (folder / "files").rglob("*") if p.is_file()]


def test_a_stored_file_lies_under_its_sm3_digest(ningjin_officer: Actor, data_dir: Path) -> None:
    content = xlsx()
    stored = store(ningjin_officer, io.BytesIO(content), "花名册.xlsx", division=NINGJIN)
    assert stored.digest == sm3_hex(content)
    assert queries.path_of(stored) == data_dir / "files" / stored.digest[:2] / stored.digest[2:]
    with queries.open_file(stored) as handle:
        assert handle.read() == content
    assert (stored.size, stored.media_type, stored.name) == (len(content), sniff.XLSX, "花名册.xlsx")


def test_equal_content_is_kept_once_and_each_bringing_is_a_row(
    ningjin_officer: Actor, feixian_officer: Actor, data_dir: Path
) -> None:
    content = xlsx()
    first = store(ningjin_officer, io.BytesIO(content), "甲.xlsx", division=NINGJIN)
    second = store(feixian_officer, io.BytesIO(content), "乙.xlsx", division=FEIXIAN)
    assert first.pk != second.pk
    assert first.digest == second.digest
    assert len(content_files(data_dir)) == 1


def test_storing_is_audited(ningjin_officer: Actor) -> None:
    stored = store(ningjin_officer, io.BytesIO(b"a,b\n1,2\n"), "表.csv", division=NINGJIN)
    entry = AuditEntry.objects.get(action="file.store")
    assert entry.target_id == str(stored.pk)
    assert entry.difference["digest"] == [None, stored.digest]


def test_a_file_out_of_scope_is_not_found(
    ningjin_officer: Actor, feixian_officer: Actor, dezhou_officer: Actor
) -> None:
    stored = store(ningjin_officer, io.BytesIO(b"a,b\n"), "表.csv", division=NINGJIN)
    assert queries.file(dezhou_officer.scope, stored.pk) == stored
    with pytest.raises(NotFound):
        queries.file(feixian_officer.scope, stored.pk)
    with pytest.raises(NotFound):
        queries.file_for(feixian_officer, stored.pk)


def test_a_person_limited_to_projects_sees_files_of_these_and_what_they_brought() -> None:
    limited = make_actor(Role.CONTRACTOR, "371422", projects=frozenset({7}))
    officer = make_actor(Role.COUNTY_OFFICER, "371422")
    own_project = store(officer, io.BytesIO(b"a\n"), "a.csv", division=NINGJIN, project_id=7)
    other_project = store(officer, io.BytesIO(b"b\n"), "b.csv", division=NINGJIN, project_id=8)
    of_no_project = store(officer, io.BytesIO(b"c\n"), "c.csv", division=NINGJIN)
    assert queries.file(limited.scope, own_project.pk) == own_project
    for hidden in (other_project, of_no_project):
        with pytest.raises(NotFound):
            queries.file_for(limited, hidden.pk)
    bringer = Actor(41, "演示施工员", 9, "演示施工单位·施工员", limited.roles, limited.scope)
    brought = store(bringer, io.BytesIO(b"d\n"), "d.csv", division=NINGJIN)
    assert queries.file_for(bringer, brought.pk) == brought


def test_nothing_can_be_stored_outside_the_scope_or_without_the_right(ningjin_officer: Actor, data_dir: Path) -> None:
    with pytest.raises(NotFound):
        store(ningjin_officer, io.BytesIO(b"a\n"), "a.csv", division=FEIXIAN)
    with pytest.raises(NotPermitted):
        store(make_actor(Role.AUDIT_ADMIN, "37"), io.BytesIO(b"a\n"), "a.csv", division=NINGJIN)
    assert StoredFile.rows.count() == 0


def test_the_table_is_closed_until_somebody_says_for_whom() -> None:
    with pytest.raises(ScopeMissing):
        list(StoredFile.objects.all())


def test_the_size_limit_holds_exactly_and_leaves_nothing_behind(
    ningjin_officer: Actor, settings, data_dir: Path
) -> None:
    settings.UPLOAD_BYTES = 1024
    store(ningjin_officer, io.BytesIO(b"x" * 1024), "a.csv", division=NINGJIN)
    with pytest.raises(InvalidInput) as refused:
        store(ningjin_officer, io.BytesIO(b"y" * 1025), "b.csv", division=NINGJIN)
    assert refused.value.code == "file.too_large"
    assert len(content_files(data_dir)) == 1


def test_an_empty_file_is_refused(ningjin_officer: Actor) -> None:
    with pytest.raises(InvalidInput) as refused:
        store(ningjin_officer, io.BytesIO(b""), "a.csv", division=NINGJIN)
    assert refused.value.code == "file.empty"


def test_the_kind_is_found_from_the_content_and_not_from_the_name(ningjin_officer: Actor) -> None:
    with pytest.raises(InvalidInput) as refused:
        store(ningjin_officer, io.BytesIO(b"%PDF-1.7 ..."), "花名册.xlsx", division=NINGJIN, accept=sniff.SPREADSHEETS)
    assert refused.value.code == "file.kind"
    renamed = store(ningjin_officer, io.BytesIO(xlsx()), "花名册.pdf", division=NINGJIN, accept=sniff.SPREADSHEETS)
    assert renamed.media_type == sniff.XLSX


def archive(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (xlsx(), sniff.XLSX),
        (archive("[Content_Types].xml", "word/document.xml"), sniff.DOCX),
        (archive("readme.txt"), sniff.ZIP),
        (b"PK\x03\x04 broken", sniff.UNKNOWN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le"), sniff.XLS),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"), sniff.UNKNOWN),
        (b"%PDF-1.7\n", sniff.PDF),
        (b"\x89PNG\r\n\x1a\n\0\0", sniff.PNG),
        ("姓名,天数\n".encode("gb18030"), sniff.CSV),
        ("姓名,天数\n".encode("utf-8-sig"), sniff.CSV),
        ("姓名\t天数\n".encode("utf-16"), sniff.CSV),
        (b'{"a": 1}', sniff.JSON),
        (("好" * 40_000).encode(), sniff.CSV),
        (b"\x7fELF\x02\x01\x01\0\0", sniff.UNKNOWN),
    ],
)
def test_sniffing(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "any.bin"
    path.write_bytes(content)
    assert sniff.media_type_of(path) == expected


def test_an_archive_that_expands_beyond_measure_is_refused(ningjin_officer: Actor, settings) -> None:
    settings.UPLOAD_BYTES = 64 * 1024
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "x")
        made.writestr("xl/workbook.xml", "x")
        made.writestr("xl/worksheets/sheet1.xml", b"0" * (2 * 1024 * 1024))
    with pytest.raises(InvalidInput) as refused:
        store(ningjin_officer, io.BytesIO(target.getvalue()), "a.xlsx", division=NINGJIN)
    assert refused.value.code == "file.expands"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (r"C:\表\花名册.xlsx", "花名册.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("a\nb\x00.csv", "ab.csv"),
        ("..", "文件.csv"),
    ],
)
def test_names_are_reduced_to_a_harmless_last_part(name: str, kept: str) -> None:
    assert clean_name(name, sniff.CSV) == kept


def test_long_names_keep_their_ending() -> None:
    name = clean_name("长" * 300 + ".xlsx", sniff.XLSX)
    assert len(name) <= 200
    assert name.endswith(".xlsx")


def test_content_lost_from_the_disk_is_said_plainly(ningjin_officer: Actor) -> None:
    stored = store(ningjin_officer, io.BytesIO(b"a\n"), "a.csv", division=NINGJIN)
    path = queries.path_of(stored)
    path.unlink()
    with pytest.raises(NotFound) as gone:
        queries.open_file(stored)
    assert gone.value.code == "file.gone"
