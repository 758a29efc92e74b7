"""Batches: upload, check, commit, undo; whose eyes see them; what they leave when stopped."""

from __future__ import annotations

import io
from collections.abc import Iterator

import openpyxl
import pytest

from tests.base.intake.build import StrictUnitImporter, UnitImporter, xlsx
from tests.conftest import make_actor
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.accounts.models import Unit
from workrelief.base.audit.models import AccessEntry, AuditEntry
from workrelief.base.intake import importer as registry
from workrelief.base.intake import jobs, queries, services
from workrelief.base.intake.models import ImportBatch, RowIssue
from workrelief.base.jobs.context import JobCancelled
from workrelief.base.jobs.registry import kinds as job_kinds
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, RuleViolated

pytestmark = pytest.mark.django_db
HEAD = ["单位名称", "代码", "金额", "日期", "已建成"]


@pytest.fixture(autouse=True)
def importers() -> Iterator[None]:
    registry.register(UnitImporter())
    registry.register(StrictUnitImporter())
    yield
    registry._importers.pop("test_units")
    registry._importers.pop("test_units_strict")


def file(*names: str, money: object = 1) -> io.BytesIO:
    return io.BytesIO(xlsx([HEAD, *([n, f"62284800{i:04d}", money, "2022-07-05", "√"] for i, n in enumerate(names))]))


def bring(actor: Actor, content: io.BytesIO, kind: str = "test_units") -> ImportBatch:
    return services.check(actor, services.upload(actor, content, "单位.xlsx", kind).pk)


def test_a_file_goes_from_upload_to_commit(ningjin_officer: Actor) -> None:
    batch = services.upload(ningjin_officer, file("演示一", "坏二", "演示三"), "单位.xlsx", "test_units")
    assert (batch.state, batch.division_code, batch.rows_read) == ("uploaded", "371422000000", 0)
    batch = services.check(ningjin_officer, batch.pk)
    assert (batch.state, batch.rows_read, batch.rows_good, batch.rows_bad, batch.errors) == ("checked", 3, 2, 1, 1)
    assert not Unit.objects.exists()
    issue = queries.issues(ningjin_officer.scope, batch.pk).get()
    assert (issue.row, issue.column, issue.title, issue.value, issue.reason) == (
        3,
        "A",
        "单位名称",
        "坏二",
        "名称不可用",
    )
    batch = services.commit(ningjin_officer, batch.pk)
    assert batch.state == "committed"
    assert sorted(Unit.objects.values_list("name", flat=True)) == ["演示一", "演示三"]
    entry = AuditEntry.objects.get(action="roster.import")
    assert entry.difference["file_sm3"] == batch.file_sm3
    assert (entry.difference["rows_read"], entry.difference["rows_left_out"], entry.difference["money_fen"]) == (
        3,
        1,
        200,
    )


def test_the_same_content_is_committed_once_and_again_after_an_undo(
    ningjin_officer: Actor, feixian_officer: Actor
) -> None:
    first = services.commit(ningjin_officer, bring(ningjin_officer, file("演示一")).pk)
    second = services.upload(feixian_officer, file("演示一"), "改了名.xlsx", "test_units")
    with pytest.raises(Conflict, match=f"第 {first.pk} 批") as caught:
        services.check(feixian_officer, second.pk)
    assert caught.value.facts["batch"] == first.pk
    with pytest.raises(Conflict, match="同样内容"):
        services.commit(feixian_officer, second.pk)
    services.undo(ningjin_officer, first.pk)
    assert not Unit.objects.exists()
    assert services.commit(feixian_officer, second.pk).state == "committed"


def test_a_batch_is_committed_once(ningjin_officer: Actor) -> None:
    batch = services.commit(ningjin_officer, bring(ningjin_officer, file("演示一")).pk)
    with pytest.raises(Conflict, match="已导入"):
        services.commit(ningjin_officer, batch.pk)
    assert Unit.objects.count() == 1


def test_master_data_stops_at_one_bad_row(ningjin_officer: Actor) -> None:
    batch = bring(ningjin_officer, file("演示一", "坏二"), "test_units_strict")
    with pytest.raises(RuleViolated, match="1 行"):
        services.commit(ningjin_officer, batch.pk)
    batch.refresh_from_db()
    assert batch.state == "checked"
    assert not Unit.objects.exists()


def test_nothing_good_is_nothing_to_commit(ningjin_officer: Actor) -> None:
    with pytest.raises(InvalidInput, match="没有一行可以导入"):
        services.commit(ningjin_officer, bring(ningjin_officer, file("坏一")).pk)


def test_a_file_without_a_head_ends_as_failed_with_its_reason(ningjin_officer: Actor) -> None:
    batch = bring(ningjin_officer, io.BytesIO(xlsx([["甲", "乙"], [1, 2]])))
    assert batch.state == "failed"
    assert "单位名称" in batch.message
    assert queries.issues(ningjin_officer.scope, batch.pk).get().row == 0
    with pytest.raises(Conflict):
        services.commit(ningjin_officer, batch.pk)


@pytest.mark.parametrize(("content", "word"), [(b"", "0 字节"), (b"%PDF-1.4", "PDF"), (b"PK\x03\x04", "损坏")])
def test_what_cannot_be_read_is_refused_at_upload(ningjin_officer: Actor, content: bytes, word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        services.upload(ningjin_officer, io.BytesIO(content), "单位.xlsx", "test_units")
    assert not ImportBatch.rows.exists()


def test_an_undo_stops_while_something_depends_on_the_batch(ningjin_officer: Actor) -> None:
    batch = services.commit(ningjin_officer, bring(ningjin_officer, file("演示一")).pk)
    Unit.objects.update(uscc="used")
    with pytest.raises(Conflict, match="被引用"):
        services.undo(ningjin_officer, batch.pk)
    batch.refresh_from_db()
    assert batch.state == "committed"


def test_an_undo_happens_once(ningjin_officer: Actor) -> None:
    batch = services.commit(ningjin_officer, bring(ningjin_officer, file("演示一")).pk)
    assert services.undo(ningjin_officer, batch.pk).state == "undone"
    with pytest.raises(Conflict):
        services.undo(ningjin_officer, batch.pk)
    assert AuditEntry.objects.get(action="import.undo").difference["removed"] == 1


def test_failed_rows_come_back_with_their_reasons_and_the_look_is_recorded(ningjin_officer: Actor) -> None:
    batch = bring(ningjin_officer, file("演示一", "坏二", "坏三"))
    book = openpyxl.load_workbook(io.BytesIO(services.failed_rows_xlsx(ningjin_officer, batch.pk)))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:3] == ("未通过原因", "原行号", "单位名称")
    assert [(r[0], r[1], r[2]) for r in rows[1:]] == [
        ("单位名称：名称不可用", 3, "坏二"),
        ("单位名称：名称不可用", 4, "坏三"),
    ]
    assert AccessEntry.objects.get().rows == 2


def test_the_returned_file_can_be_mended_and_sent_again(ningjin_officer: Actor) -> None:
    batch = bring(ningjin_officer, file("演示一", "坏二"))
    services.commit(ningjin_officer, batch.pk)
    book = openpyxl.load_workbook(io.BytesIO(services.failed_rows_xlsx(ningjin_officer, batch.pk)))
    book.active.cell(2, 3).value = "好二"
    mended = io.BytesIO()
    book.save(mended)
    mended.seek(0)
    again = services.commit(ningjin_officer, bring(ningjin_officer, mended).pk)
    assert (again.rows_read, again.rows_bad) == (1, 0)
    assert sorted(Unit.objects.values_list("name", flat=True)) == ["好二", "演示一"]


def test_the_returned_file_reads_as_the_first_did(ningjin_officer: Actor) -> None:
    rows = [
        ["某县单位一览表", "单位：万元"],
        ["单位名称", "", "金额", "日期"],
        ["", "", "", ""],
        ["演示一", "", 2],
        ["坏二", "", 1],
        ["坏三", "", 1],
    ]
    merges = [(1, c, 2, c, str(rows[1][c])) for c in (0, 2, 3)] + [(4, 3, 5, 3, "2022-07-05")]
    batch = bring(ningjin_officer, io.BytesIO(xlsx(rows, merges=merges)))
    book = openpyxl.load_workbook(io.BytesIO(services.failed_rows_xlsx(ningjin_officer, batch.pk)))
    page = book.active
    assert [c.value for c in page[1]][2:4] == ["某县单位一览表", "单位：万元"]
    line = 3 if page.cell(3, 1).value == "未通过原因" else 2
    assert [c.value for c in page[line]][:6] == ["未通过原因", "原行号", "单位名称", None, "金额", "日期"]
    assert [[c.value for c in row] for row in page.iter_rows(min_row=page.max_row - 1)] == [
        ["单位名称：名称不可用", 5, "坏二", None, 1, "2022-07-05"],
        ["单位名称：名称不可用", 6, "坏三", None, 1, "2022-07-05"],
    ]
    page.cell(page.max_row, 3).value, page.cell(page.max_row - 1, 3).value = "好三", "好二"
    mended = io.BytesIO()
    book.save(mended)
    mended.seek(0)
    again = services.commit(ningjin_officer, bring(ningjin_officer, mended).pk)
    assert again.report["totals"] == {"money_fen": 2_000_000}


def test_private_values_are_masked_in_stored_issues(ningjin_officer: Actor) -> None:
    rows = [HEAD, ["演示一", 6.22848e18, 1, "", ""]]
    batch = bring(ningjin_officer, io.BytesIO(xlsx(rows)))
    assert "6228" not in RowIssue.rows.get(batch=batch).value


def test_batches_are_seen_in_scope_and_by_their_bringer(
    ningjin_officer: Actor, feixian_officer: Actor, dezhou_officer: Actor, stranger: Actor
) -> None:
    batch = bring(ningjin_officer, file("坏一"))
    assert list(queries.batches(dezhou_officer.scope)) == [batch]
    assert not queries.batches(feixian_officer.scope).exists()
    assert not queries.batches_for(stranger).exists()
    for act in (services.check, services.commit, services.undo, services.failed_rows_xlsx):
        with pytest.raises(NotFound):
            act(feixian_officer, batch.pk)
    with pytest.raises(NotFound):
        queries.issues_for(feixian_officer, batch.pk)


def test_somebody_limited_to_projects_sees_what_he_brought(ningjin_officer: Actor) -> None:
    owner = make_actor(Role.OWNER, "371422", projects=frozenset({1}))
    owner = Actor(99, owner.name, 1, owner.post_label, owner.roles, owner.scope)
    batch = bring(owner, file("演示一"))
    assert queries.batch_for(owner, batch.pk).pk == batch.pk
    with pytest.raises(NotFound):
        queries.batch(owner.scope, batch.pk)
    assert services.commit(owner, batch.pk).state == "committed"


def test_a_post_without_the_right_is_refused(ningjin_officer: Actor) -> None:
    inspector = make_actor(Role.INSPECTOR, "371422")
    with pytest.raises(NotPermitted):
        services.upload(inspector, file("演示一"), "单位.xlsx", "test_units")
    batch = bring(ningjin_officer, file("演示一"))
    for act in (services.check, services.commit, services.undo):
        with pytest.raises(NotPermitted):
            act(inspector, batch.pk)


def test_a_cancelled_commit_leaves_nothing_and_may_be_repeated(ningjin_officer: Actor) -> None:
    batch = bring(ningjin_officer, file("演示一"))

    class Stop:
        def step(self, message: str = "", *, done: int | None = None, total: int | None = None) -> None:
            if message == "写入":
                raise JobCancelled

    with pytest.raises(JobCancelled):
        services.commit(ningjin_officer, batch.pk, Stop())
    batch.refresh_from_db()
    assert batch.state == "checked"
    assert not Unit.objects.exists()
    assert services.commit(ningjin_officer, batch.pk).state == "committed"


def test_an_error_in_the_middle_of_writing_leaves_nothing(
    ningjin_officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = bring(ningjin_officer, file("演示一"))
    with monkeypatch.context() as patch:
        patch.setattr(services, "_finish_commit", lambda *_: (_ for _ in ()).throw(RuntimeError("power cut")))
        with pytest.raises(RuntimeError):
            services.commit(ningjin_officer, batch.pk)
    assert not Unit.objects.exists()
    assert services.commit(ningjin_officer, batch.pk).state == "committed"
    assert Unit.objects.count() == 1


def test_checking_again_replaces_the_issues(ningjin_officer: Actor) -> None:
    batch = bring(ningjin_officer, file("坏一"))
    services.check(ningjin_officer, batch.pk)
    assert RowIssue.rows.filter(batch=batch).count() == 1


def test_check_and_commit_run_as_jobs(province_officer: Actor) -> None:
    assert {"intake.check", "intake.commit"} <= {k.id for k in job_kinds()}
    batch = services.upload(province_officer, file("演示一"), "单位.xlsx", "test_units")

    class Steps:
        actor = province_officer
        said: list[str] = []

        def step(self, message: str = "", *, done: int | None = None, total: int | None = None) -> None:
            self.said.append(message)

    context = Steps()
    assert jobs.check_batch(context, batch_id=batch.pk)["state"] == "checked"  # type: ignore[arg-type]
    assert jobs.commit_batch(context, batch_id=batch.pk) == {
        "batch": batch.pk,
        "state": "committed",
        "rows": 1,
        "left_out": 0,
    }  # type: ignore[arg-type]
    assert context.said[0] == "读取并校验"
    assert context.said[-1] == "写入"


def test_a_kind_is_registered_once_and_unknown_kinds_are_not_found(ningjin_officer: Actor) -> None:
    class Other(UnitImporter):
        pass

    with pytest.raises(ValueError, match="twice"):
        registry.register(Other())
    with pytest.raises(NotFound):
        services.upload(ningjin_officer, file("演示一"), "单位.xlsx", "nonsense")
    assert registry.template_spec("test_units").columns[0].title == "单位名称"


def test_a_text_file_with_wide_spaces_and_old_encoding_goes_in(ningjin_officer: Actor) -> None:
    text = '单位\u3000名称,代码,金额（元）\r\n演示一,001,"1,234.5"\r\n合\u3000计,,1234.5\r\n'
    upload = services.upload(ningjin_officer, io.BytesIO(text.encode("gb18030")), "单位.csv", "test_units")
    batch = services.commit(ningjin_officer, upload.pk)
    assert (batch.rows_read, batch.report["totals"]["money_fen"]) == (1, 123_450)
