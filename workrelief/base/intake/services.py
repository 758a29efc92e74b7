"""Upload, check, commit, undo: the one way in for spreadsheets.

A commit reads the file before it opens its transaction and judges the rows again inside it, under the row lock of the
batch: what was true when somebody pressed the button is what counts. Everything the batch brings, its postings and its
audit entry are one transaction, so a process killed in the middle leaves nothing and the commit can simply be repeated.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import xlsxwriter
from django.conf import settings
from django.db import IntegrityError

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import permit
from workrelief.base.audit.change import change, change_many, viewed
from workrelief.base.files import queries as files
from workrelief.base.files.services import store
from workrelief.base.intake import gate, queries
from workrelief.base.intake.bulk import bulk_insert
from workrelief.base.intake.importer import CommitReport, ImportContext, Importer, RowBlock, importer
from workrelief.base.intake.issues import IssueLog, unpacked_rows
from workrelief.base.intake.models import ImportBatch, RowIssue
from workrelief.base.intake.reader import SheetReport, open_workbook, option_value, raw_rows, read_blocks
from workrelief.base.intake.states import COMMITTED, IMPORT_BATCH, UNDONE
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotFound, RuleViolated

KIND = "intake.importbatch"


class Steps(Protocol):
    """What a long import tells about its progress (`jobs.JobContext`); `step` may raise to stop it."""

    def step(self, message: str = "", *, done: int | None = None, total: int | None = None) -> None: ...


class _Silent:
    def step(self, message: str = "", *, done: int | None = None, total: int | None = None) -> None:
        return None


def upload(
    actor: Actor, file: BinaryIO, name: str, kind: str, *, options: Mapping[str, str] | None = None
) -> ImportBatch:
    """Take a file in and judge what it is; rows are read by `check`.

    `options` answer the importer's questions (texts). Raises NotPermitted, NotFound (kind), InvalidInput saying what is
    wrong with the file and what to do.
    """
    permit(actor, "import.upload")
    one = importer(kind)
    permit(actor, one.permission)
    answers = _answers(one, options or {})
    with _at_rest(file) as path:
        passed = gate.inspect(path, name)
        with path.open("rb") as content:
            stored = store(actor, content, name, division=actor.home)
    with change(actor, "import.upload", ImportBatch) as c:
        c.target = ImportBatch(
            kind=kind, division_code=actor.home, file=stored, file_name=stored.name, file_sm3=stored.digest,
            file_size=stored.size, inspected=passed.kept(), options=answers, uploaded_by=actor.user_id,
            uploaded_by_name=actor.name, post_label=actor.post_label, uploaded_at=clock.now(),
        )  # fmt: skip
        c.row.save()
    return c.row


def check(actor: Actor, batch_id: int, job_ctx: Steps | None = None) -> ImportBatch:
    """Read and judge every row and keep what there is to say; may be repeated until the commit.

    A file without an understandable head ends as "failed" with its reason. Raises NotFound, NotPermitted, Conflict.
    """
    batch = queries.batch_for(actor, batch_id)
    one = importer(batch.kind)
    permit(actor, one.permission)
    IMPORT_BATCH.transition("check", batch.state)
    _refuse_second(batch)
    run = _Run(actor, batch, one, job_ctx or _Silent())
    refusal = ""
    try:
        run.read(keep=False)
    except InvalidInput as err:
        refusal = err.message
    with change(actor, "import.upload", queries.batch_row(actor, batch_id)) as c:
        c.fire(IMPORT_BATCH, "refuse" if refusal else "check")
        c.row.message = refusal
        c.row.checked_at = clock.now()
        if not refusal:
            run.describe(c.row)
        _replace_issues(c.row, run.log, refusal)
        c.row.save()
    return c.row


def commit(actor: Actor, batch_id: int, job_ctx: Steps | None = None) -> ImportBatch:
    """Write the good rows, all in one transaction with their postings.

    All-or-nothing imports stop at any error; registers leave bad rows out and list them. Raises NotFound, NotPermitted,
    Conflict (already committed, the same file committed before), RuleViolated (errors stop the batch), InvalidInput.
    """
    batch = queries.batch_for(actor, batch_id)
    one = importer(batch.kind)
    permit(actor, one.permission)
    IMPORT_BATCH.transition("commit", batch.state)
    _refuse_second(batch)
    run = _Run(actor, batch, one, job_ctx or _Silent(), is_commit=True)
    run.read(keep=True)
    try:
        with change_many(actor, one.permission, kind=KIND, division=_division(actor, batch)) as c:
            locked = _lock(actor, batch_id)
            IMPORT_BATCH.transition("commit", locked.state)
            _refuse_second(locked)
            good = run.judge()
            report = one.commit(run.ctx, good)
            run.describe(locked)
            _finish_commit(actor, locked, run, report)
            c.label, c.target_id = locked.file_name, str(locked.pk)
            c.totals.update(
                file_sm3=locked.file_sm3, kind=locked.kind, rows_read=locked.rows_read, rows_taken=report.rows,
                rows_left_out=locked.rows_bad, created=report.created, updated=report.updated, **report.totals,
            )  # fmt: skip
    except IntegrityError as err:
        _refuse_second(batch, cause=err)
        raise Conflict(
            "import.collision",
            "同一时刻有人导入了相同的记录（例如同一项目同一月份的发放表），本批没有导入。请重新校验后再试。",
        ) from err
    return locked


def undo(actor: Actor, batch_id: int) -> ImportBatch:
    """Take back everything a committed batch brought, while nothing depends on it.

    Raises NotFound, NotPermitted, Conflict (not committed, or something depends on it: the importer says what).
    """
    with change_many(actor, "import.undo", kind=KIND) as c:
        locked = _lock(actor, batch_id)
        one = importer(locked.kind)
        permit(actor, one.permission)
        IMPORT_BATCH.transition("undo", locked.state)
        ctx = _context(actor, locked, one)
        ctx.undo_data = locked.undo_data
        totals = one.undo(ctx)
        locked.state, locked.undone_at = UNDONE, clock.now()
        locked.save()
        c.label, c.target_id = locked.file_name, str(locked.pk)
        c.totals.update(file_sm3=locked.file_sm3, kind=locked.kind, **totals)
    return locked


def failed_rows_xlsx(actor: Actor, batch_id: int) -> bytes:
    """The rows left out, as they were in the file, with their reasons in a column in front; ready to be mended and sent.

    The file holds personal data as brought, so the download is recorded. Raises NotFound when no row was left out.
    """
    batch = queries.batch_for(actor, batch_id)
    failed = unpacked_rows(batch.failed_rows)
    if not failed:
        raise NotFound("import.no_failed_rows", "这批导入没有未通过的行。")
    viewed(
        actor, "import.upload", kind=KIND, ident=str(batch.pk), label=batch.file_name, division=batch.division_code,
        purpose="下载未通过行", rows=len(failed),
    )  # fmt: skip
    reasons = {(sheet, row): text for sheet, row, text in failed}
    wanted: dict[str, set[int]] = {}
    for sheet, row in reasons:
        wanted.setdefault(sheet, set()).add(row)
    heads = {s["name"]: (s["head_row"] - s["head_rows"] + 1, s["head_row"]) for s in batch.sheets if s["head_row"]}
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd", "strings_to_formulas": False, "strings_to_urls": False})  # fmt: skip
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter"})
    path = files.path_of(batch.file)
    with open_workbook(path, batch.file_name, passed=gate.Passed.from_kept(path, batch.inspected)) as source:
        page, name, line = None, None, 0
        for sheet, number, cells in raw_rows(source, wanted, heads):
            if page is None or sheet != name:
                page, name, line = book.add_worksheet(sheet[:31]), sheet, 0
                page.set_column(0, 0, 48)
                page.set_column(1, 1, 8)
            first, last = heads[sheet]
            is_head = number <= last
            said = (
                [reasons.get((sheet, number), ""), number]
                if not is_head
                else ["未通过原因", "原行号"]
                if number >= first
                else []
            )
            page.write_row(line, 0, said, bold if is_head else None)
            page.write_row(line, 2, cells, bold if number >= first and is_head else None)
            line += 1
    book.close()
    return target.getvalue()


# --- one run over the file -----------------------------------------------------------------------------------------


@dataclass
class _Run:
    """One reading and judging of a batch's file."""

    actor: Actor
    batch: ImportBatch
    importer: Importer
    steps: Steps
    is_commit: bool = False
    log: IssueLog = field(default_factory=IssueLog)
    reports: list[SheetReport] = field(default_factory=list)
    blocks: list[RowBlock] = field(default_factory=list)
    rows: int = 0
    began: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        self.ctx = _context(self.actor, self.batch, self.importer, is_commit=self.is_commit)

    def read(self, *, keep: bool) -> None:
        """Read all rows; judge them at once (`keep` false) or keep them to be judged under the lock."""
        path = files.path_of(self.batch.file)
        passed = gate.Passed.from_kept(path, self.batch.inspected)
        expected = self.batch.rows_read or None
        if not keep:
            self.ctx.session = self.importer.open(self.ctx)
        with open_workbook(path, self.batch.file_name, passed=passed) as book:
            for block in read_blocks(book, self.importer, self.ctx, self.log, self.reports):
                self.rows += len(block)
                if keep:
                    self.blocks.append(block)
                else:
                    self._say_all(self.importer.check_rows(self.ctx, block))
                self.steps.step("读取并校验" if not keep else "读取", done=self.rows, total=expected)
        if not keep:
            self._say_all(self.importer.finish(self.ctx))

    def judge(self) -> list[RowBlock]:
        """Judge the kept rows; the blocks without their bad rows. Raises RuleViolated or InvalidInput."""
        self.ctx.session = self.importer.open(self.ctx)
        done = 0
        for block in self.blocks:
            self._say_all(self.importer.check_rows(self.ctx, block))
            done += len(block)
            self.steps.step("校验", done=done, total=self.rows)
        self._say_all(self.importer.finish(self.ctx))
        if self.log.file_errors:
            first = self.log.file_errors[0]
            raise RuleViolated(first.rule_id or "import.file", f"{first.reason.rstrip('。')}。{first.remedy}")
        if self.log.bad and self.importer.mode == "all_or_nothing":
            raise RuleViolated(
                "import.errors",
                f"有 {len(self.log.bad)} 行存在错误。此类导入须全部正确才能导入，请下载未通过行，改正后重新上传。",
                facts={"rows": len(self.log.bad)},
            )
        bad = set(self.log.bad)
        good = [rest for b in self.blocks if len(rest := b.without(bad) if bad else b)]
        self.blocks = []
        if not good:
            raise InvalidInput("import.nothing", "没有一行可以导入：请查看问题清单，改正后重新上传。")
        self.steps.step("写入", done=self.rows, total=self.rows)
        return good

    def describe(self, batch: ImportBatch) -> None:
        """Write what was found onto the batch."""
        batch.rows_read = self.rows
        batch.rows_bad = len(self.log.bad)
        batch.rows_good = self.rows - batch.rows_bad
        batch.rows_remarked = len(self.log.remarked - self.log.bad.keys())
        batch.errors, batch.remarks = self.log.errors, self.log.remarks
        batch.by_column = [list(line) for line in self.log.columns()]
        batch.sheets = [asdict(r) for r in self.reports]
        batch.failed_rows = self.log.packed_rows()
        batch.seconds_x10 = round((time.perf_counter() - self.began) * 10)

    def _say_all(self, issues: Any) -> None:
        for issue in issues or ():
            self.log(issue)


def _context(actor: Actor, batch: ImportBatch, one: Importer, *, is_commit: bool = False) -> ImportContext:
    kinds = {o.name: o.type for o in one.options}
    answers = {name: option_value(text, kinds.get(name, "text")) for name, text in batch.options.items()}
    return ImportContext(actor, batch.pk, batch.file_name, answers, {c.name: c for c in one.columns}, is_commit)


def _answers(one: Importer, given: Mapping[str, str]) -> dict[str, str]:
    answers: dict[str, str] = {}
    for option in one.options:
        text = str(given.get(option.name, "")).strip()
        if option.required and not text:
            raise InvalidInput("import.option", f"请填写“{option.title}”。", facts={"option": option.name})
        if text:
            option_value(text, option.type)
        answers[option.name] = text
    return answers


def _division(actor: Actor, batch: ImportBatch) -> str:
    """Division of the audit entry: the batch's, or the actor's own when a narrowed post brought it."""
    return batch.division_code if actor.scope.covers_division(batch.division_code) else actor.home


def _lock(actor: Actor, batch_id: int) -> ImportBatch:
    found = queries.batch_row(actor, batch_id).select_for_update().first()
    if found is None:
        raise NotFound("import.missing", "没有找到这批导入，或不在您的数据范围内。")
    return found


def _refuse_second(batch: ImportBatch, *, cause: Exception | None = None) -> None:
    """Conflict when the same content was committed before for the same kind, naming that batch."""
    earlier = (
        ImportBatch.objects.unscoped("the same file is recognised wherever it was committed")
        .filter(kind=batch.kind, file_sm3=batch.file_sm3, state=COMMITTED)
        .exclude(pk=batch.pk)
        .values_list("id", "file_name", "committed_at", "committed_by_name")
        .first()
    )
    if earlier:
        number, name, at, by = earlier
        raise Conflict(
            "import.same_file",
            f"同样内容的文件已于 {at.astimezone(clock.CHINA):%Y-%m-%d %H:%M} 由{by}导入（第 {number} 批“{name}”）。"
            "如需重新导入，请先整批撤销那一批。",
            facts={"batch": number},
        ) from cause


def _finish_commit(actor: Actor, batch: ImportBatch, run: _Run, report: CommitReport) -> None:
    batch.state = COMMITTED
    batch.committed_at = clock.now()
    batch.committed_by_name = actor.name
    batch.message = ""
    batch.report = {
        "rows": report.rows, "created": report.created, "updated": report.updated, "totals": report.totals,
        "notes": report.notes,
    }  # fmt: skip
    batch.undo_data = report.undo
    batch.save()
    _replace_issues(batch, run.log, "")


_ISSUE_COLUMNS = ("batch_id", "sheet", "row", "column", "title", "level", "value", "reason", "remedy", "rule_id")


def _replace_issues(batch: ImportBatch, log: IssueLog, refusal: str) -> None:
    RowIssue.objects.unscoped("replaced as a whole by a new check").filter(batch=batch).delete()
    rows = [
        (
            batch.pk,
            i.sheet[:80],
            i.row,
            i.column,
            i.title[:120],
            i.level,
            i.value[:80],
            i.reason[:300],
            i.remedy[:200],
            i.rule_id,
        )
        for i in log.kept
    ]
    if refusal:
        rows.append((batch.pk, "", 0, "", "", "error", "", refusal[:300], "", ""))
    bulk_insert(RowIssue, _ISSUE_COLUMNS, rows)


@contextmanager
def _at_rest(file: BinaryIO) -> Iterator[Path]:
    """The upload as a file on disk, within the size limit."""
    limit = int(settings.UPLOAD_BYTES)
    with tempfile.TemporaryDirectory(prefix="intake-") as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as target:
            shutil.copyfileobj(_Bounded(file, limit), target, 1 << 20)
        yield path


class _Bounded:
    """Reads a stream and refuses to go past a limit."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file, self._left, self._limit = file, limit, limit

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._left -= len(piece)
        if self._left < 0:
            raise InvalidInput(
                "import.file.large", f"文件超过 {self._limit >> 20} MB 的上限。请按县或按月拆成几个文件分别导入。"
            )
        return piece
