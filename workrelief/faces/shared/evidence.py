"""证据包: everything the platform holds of one project, as one zip with an index, for an inspector or an audit.

The pack holds 目录.xlsx and 目录.pdf, eight numbered folders (the archive classes of forms.md 三) with the stored files, and
tables made from the rooms' own records. Tables made here mask names, identity numbers and accounts (rule H10); papers are
handed out as they were brought. What the reader may not see is left out, and the index says so. Every download is recorded.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.db.models import QuerySet

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import allowed, permit
from workrelief.base.audit.change import viewed
from workrelief.base.divisions import queries as divisions
from workrelief.base.files import queries as files
from workrelief.base.files.models import StoredFile
from workrelief.kernel import clock
from workrelief.kernel.kinds import Track, WorkerGroup
from workrelief.outputs.render import xlsx
from workrelief.outputs.render.blocks import Column as PaperColumn
from workrelief.outputs.render.blocks import OfficialDocument, Table, paragraph
from workrelief.outputs.render.pdf import pdf_bytes
from workrelief.work.funds import queries as plans
from workrelief.work.funds.queries import money
from workrelief.work.funds.rules.targets import TARGETS, target_text
from workrelief.work.lifecycle import queries
from workrelief.work.lifecycle.queries import (
    ArchiveIndex,
    ArchiveItem,
    LifeView,
    ObjectionView,
    PaperView,
    TimelineStep,
)
from workrelief.work.payroll import queries as payroll
from workrelief.work.payroll.states import PAY_SHEET
from workrelief.work.projects import queries as projects
from workrelief.work.training import queries as training
from workrelief.work.workers import queries as workers
from workrelief.work.workers import rules as masks

ACTION: Final = "lifecycle.evidence"
JOB: Final = "lifecycle.evidence"
"""Kind of the job that makes a big pack."""
MOST_FILES_AT_ONCE: Final = 30
MOST_BYTES_AT_ONCE: Final = 20 * 1024 * 1024
"""A pack of more files or bytes than this is made by a job; a smaller one while the reader waits (about a second)."""
INDEX_NAME: Final = "目录"
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_EPOCH = (2020, 1, 1, 0, 0, 0)
_STATUS = {"done": "已办", "current": "当前", "skipped": "未经此步", "coming": "待办"}

Say = Callable[[str, int, int], None]
"""Told what is being packed, how many entries are done, and of how many."""


@dataclass(frozen=True)
class Entry:
    """One file of the pack: where it lies, and where its bytes come from."""

    path: str
    read: Callable[[], bytes]


@dataclass
class Pack:
    """A pack before it is written: its entries in order, and where each paper lies (by paper id)."""

    name: str
    entries: list[Entry] = field(default_factory=list)
    places: dict[int, str] = field(default_factory=dict)
    bytes: int = 0

    @property
    def is_big(self) -> bool:
        """Whether it should be made by a job."""
        return len(self.entries) > MOST_FILES_AT_ONCE or self.bytes > MOST_BYTES_AT_ONCE


def evidence(actor: Actor, project_id: int) -> Pack:
    """What the pack of this project holds for this reader. Reads no file yet. Raises NotPermitted, NotFound."""
    permit(actor, ACTION)
    scope = actor.scope
    life, index = queries.life(scope, project_id), queries.archive(scope, project_id)
    steps = queries.timeline(scope, project_id)
    pack = Pack(f"证据包_{safe_name(life.name, 60)}_{clock.today():%Y%m%d}.zip")
    stored = files.files_for(actor, [p.file_id for p in _papers(index) if p.file_id is not None])
    taken: set[str] = set()
    papers: list[Entry] = []
    for item in _items(index):
        for paper in item.papers:
            file = stored.get(paper.file_id or 0)
            if file is None:
                continue
            path = unused(_paper_path(index, paper, file), taken)
            pack.places[paper.id] = path
            pack.bytes += file.size
            papers.append(Entry(path, _reader(file)))
    tables = list(_tables(actor, project_id, index, taken))
    pack.entries = [
        Entry(f"{INDEX_NAME}.xlsx", lambda: _index_xlsx(life, index, steps, pack)),
        Entry(f"{INDEX_NAME}.pdf", lambda: _index_pdf(actor, life, index, pack)),
        *papers,
        *tables,
    ]
    return pack


def write(actor: Actor, project_id: int, target: BinaryIO, *, say: Say | None = None) -> str:
    """Write the pack to `target` and record the download; its file name. Raises NotPermitted, NotFound."""
    pack = evidence(actor, project_id)
    row = projects.project_row(actor.scope, project_id)
    viewed(
        actor, ACTION, kind="projects.Project", ident=str(project_id), label=row.name, division=row.division_code,
        purpose="下载项目证据包", rows=len(pack.entries),
    )  # fmt: skip
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, entry in enumerate(pack.entries):
            if say:
                say(f"打包 {entry.path}", number, len(pack.entries))
            info = zipfile.ZipInfo(entry.path, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, entry.read())
    return pack.name


# ---------- names ----------


def safe_name(text: str, most: int = 80) -> str:
    """`text` as a file name on every system: no separators, no control characters, no leading or closing dots."""
    return _UNSAFE.sub("_", text).strip(" ._")[:most].strip(" .") or "未命名"


def unused(path: str, taken: set[str]) -> str:
    """`path`, or with a number before its ending when the pack has it already; noted as taken."""
    chosen, number = path, 2
    while chosen.casefold() in taken:
        plain = PurePosixPath(path)
        chosen = str(plain.with_name(f"{plain.stem}_{number}{plain.suffix}"))
        number += 1
    taken.add(chosen.casefold())
    return chosen


def folder(index: ArchiveIndex, number: int) -> str:
    """7_劳务报酬"""
    label = next(one.label for one in index.classes if one.number == number)
    return f"{number}_{safe_name(label)}"


def _paper_path(index: ArchiveIndex, paper: PaperView, file: StoredFile) -> str:
    ending = PurePosixPath(file.name).suffix.lower()
    parts = [paper.title or paper.kind.label, paper.number]
    name = safe_name("_".join(part for part in parts if part))
    return f"{folder(index, paper.archive_class)}/{name}{safe_name(ending, 8) and ending if ending else ''}"


def _reader(file: StoredFile) -> Callable[[], bytes]:
    def read() -> bytes:
        with files.open_file(file) as handle:
            return handle.read()

    return read


# ---------- the index ----------


def _items(index: ArchiveIndex) -> Iterator[ArchiveItem]:
    return (item for one in index.classes for item in one.items)


def _papers(index: ArchiveIndex) -> Iterator[PaperView]:
    return (paper for item in _items(index) for paper in item.papers)


def _index_rows(index: ArchiveIndex, places: Mapping[int, str]) -> Iterator[tuple[str, str, str, str, str, str]]:
    """(class, kind, title and number, date, where, remark) of everything that is there or should be."""
    for one in index.classes:
        label = f"{one.number} {one.label}"
        for item in one.items:
            for paper in item.papers:
                where = places.get(paper.id) or (
                    "文件不在您的数据范围内" if paper.file_id else "只登记了要素，没有文件"
                )
                words = "　".join(part for part in (paper.title, paper.number) if part)
                yield label, item.kind.label, words, _day(paper.dated_on), where, f"{paper.by_name}登记"
            if item.from_system:
                yield label, item.kind.label, item.from_system, "", "系统记录，见本册生成的表", ""
            if item.is_missing:
                yield label, item.kind.label, "缺", "", "", f"{item.why}（规则 {item.rule_id}）"


def _index_xlsx(life: LifeView, index: ArchiveIndex, steps: Sequence[TimelineStep], pack: Pack) -> bytes:
    demo = _is_demo()
    note = f"生成时间 {clock.now():%Y-%m-%d %H:%M}"
    archive = xlsx.Sheet(
        title="档案目录",
        caption=f"{life.name}档案目录",
        unit_note=note,
        columns=(
            xlsx.SheetColumn("档案类别", width=20), xlsx.SheetColumn("材料", width=28), xlsx.SheetColumn("题名与文号", width=40),
            xlsx.SheetColumn("日期", width=12), xlsx.SheetColumn("位置", width=44), xlsx.SheetColumn("备注", width=36),
        ),
        rows=_index_rows(index, pack.places),
        notes=(f"八类档案中 {index.complete} 类齐全。", "证件号、姓名和账号在生成的表中已脱敏；原件按上传时保存。"),
        demo=demo,
    )  # fmt: skip
    history = xlsx.Sheet(
        title="办理记录",
        caption=f"{life.name}办理记录",
        unit_note=note,
        columns=(
            xlsx.SheetColumn("状态", width=10), xlsx.SheetColumn("环节", width=20), xlsx.SheetColumn("日期", width=12),
            xlsx.SheetColumn("办理人", width=20), xlsx.SheetColumn("岗位", width=32), xlsx.SheetColumn("文号", width=24),
            xlsx.SheetColumn("期限", width=12), xlsx.SheetColumn("说明", width=40),
        ),
        rows=(
            (
                _STATUS.get(step.status, step.status), step.label, _day(step.on), step.by_name, step.by_post, step.reference,
                _day(step.due_on), step.note,
            )
            for step in steps
        ),
        demo=demo,
    )  # fmt: skip
    return xlsx.xlsx_bytes([archive, history])


def _index_pdf(actor: Actor, life: LifeView, index: ArchiveIndex, pack: Pack) -> bytes:
    """The index to print and sign."""
    rows = tuple(
        (label, kind, words if words != "缺" else f"缺：{remark}", day or "—")
        for label, kind, words, day, _, remark in _index_rows(index, pack.places)
    )
    facts = (
        f"项目代码：{life.code or '未赋码'}。所在地：{divisions.path_name(life.division_code)}。"
        f"项目线：{Track.of_id(life.track).label}。当前环节：{life.state.label}。"
        f"八类档案中 {index.complete} 类齐全。"
    )
    table = Table(
        caption="档案目录",
        unit="",
        columns=(
            PaperColumn("档案类别", width=1.5), PaperColumn("材料", width=2.0), PaperColumn("题名与文号", width=3.2),
            PaperColumn("日期", "center", width=1.2),
        ),
        rows=rows or (("—", "—", "尚无材料", "—"),),
        notes=("姓名、证件号和账号在生成的表中已脱敏；原件按上传时保存。",),
    )  # fmt: skip
    document = OfficialDocument(
        issuer_mark="",
        number="",
        title=f"{life.name}\n证据包目录",
        addressee="",
        blocks=(paragraph(facts), table),
        signer=actor.post_label,
        signed_on=clock.today(),
        demo=_is_demo(),
    )
    return pdf_bytes(document).data


# ---------- tables from the rooms' records ----------


def _tables(actor: Actor, project_id: int, index: ArchiveIndex, taken: set[str]) -> Iterator[Entry]:
    """Tables of money, roster, training and pay, as far as the reader may see them and there is anything."""
    made: list[tuple[int, str, Callable[[], bytes]]] = [(2, "资金来源与下达", lambda: _funds(actor, project_id))]
    if allowed(actor, "worker.view") and workers.roster(actor.scope, project_id).exists():
        made.append((6, "务工人员花名册（脱敏）", lambda: _roster(actor, project_id)))
    if training.sessions(actor.scope, training.SessionFilter(project=project_id)).exists():
        made.append((6, "培训登记", lambda: _training(actor, project_id)))
    if allowed(actor, "paysheet.view") and _sheets(actor, project_id).exists():
        made.append((7, "劳务报酬发放汇总", lambda: _pay_sums(actor, project_id)))
        made.append((7, "劳务报酬发放明细（脱敏）", lambda: _pay_lines(actor, project_id)))
    if allowed(actor, "plan.view"):
        made += _plan_tables(actor, project_id)
    life = queries.life(actor.scope, project_id)
    if life.marks or life.past_marks:
        made.append((8, "变更、暂停、整改记录", lambda: _marks(life)))
    if raised := queries.objections(actor.scope, project_id=project_id):
        made.append((8, "异议与投诉办理", lambda: _objections(raised)))
    for number, name, read in made:
        yield Entry(unused(f"{folder(index, number)}/系统台账_{name}.xlsx", taken), read)


def _plan_tables(actor: Actor, project_id: int) -> Iterator[tuple[int, str, Callable[[], bytes]]]:
    """Money of the plans with its targets, the two responsibilities, and each voucher."""
    plan = plans.project_plan(actor.scope, project_id)
    if plan.money or plan.duties:
        yield 2, "计划下达、绩效目标与两个责任", lambda: _plan(plan)
    if money.moves(actor.scope, money.MoveFilter(project_id=project_id)).exists():
        yield 2, "资金到位与支付", lambda: _moves(actor, project_id)


def _sheets(actor: Actor, project_id: int) -> QuerySet[Any]:
    return payroll.pay_sheets(actor.scope, payroll.PaySheetFilter(project=project_id))


_NONE_WIDE: Mapping[str, int] = {}


def _table(
    title: str, columns: Sequence[tuple[str, xlsx.ColumnKind]], rows: Iterator[Sequence[xlsx.CellValue]],
    total: Sequence[xlsx.CellValue] | None = None, *, wide: Mapping[str, int] = _NONE_WIDE,
) -> bytes:  # fmt: skip
    sheet = xlsx.Sheet(
        title=title, caption=title, unit_note=f"生成时间 {clock.now():%Y-%m-%d %H:%M}",
        columns=tuple(xlsx.SheetColumn(name, kind, width=wide.get(name, 0)) for name, kind in columns), rows=rows, total_row=total, demo=_is_demo(),
    )  # fmt: skip
    return xlsx.xlsx_bytes([sheet])


def _funds(actor: Actor, project_id: int) -> bytes:
    detail = projects.project(actor.scope, project_id)
    return _table(
        "资金来源与下达",
        (("资金来源", "text"), ("批复（万元）", "money_wan"), ("已下达（万元）", "money_wan"), ("下达日期", "date")),
        ((f.fund_type.label, f.planned_fen, f.issued_fen, f.issued_on) for f in detail.funds),
        ("合计", detail.planned_fen, detail.issued_fen, None),
    )


def _plan(plan: plans.ProjectPlan) -> bytes:
    def rows() -> Iterator[Sequence[xlsx.CellValue]]:
        for m in plan.money:
            yield "计划下达", m.batch_title, f"{m.document_no}　{_day(m.issued_on)}", m.amount_fen
        for target in TARGETS if plan.targets else ():
            yield "绩效目标", target.label, target_text(target, plan.targets.get(target.id, "")), None
        if plan.duties:
            duties = plan.duties
            yield "两个责任", "项目法人单位与责任人", _named(duties.owner_unit, duties.owner_person), None
            yield "两个责任", "日常监管单位与监管责任人", _named(duties.supervisor_unit, duties.supervisor_person), None
            confirmed = [_day(day) for day in (duties.owner_confirmed_on, duties.supervisor_confirmed_on) if day]
            yield "两个责任", "确认日期", "、".join(confirmed) or "未确认", None
        if plan.missing_duties:
            yield "两个责任", "缺", "、".join(plan.missing_duties), None

    columns: Sequence[tuple[str, xlsx.ColumnKind]]
    columns = (("类别", "text"), ("项目", "text"), ("内容", "text"), ("金额（万元）", "money_wan"))
    return _table("计划下达、绩效目标与两个责任", columns, rows(), wide={"项目": 34, "内容": 52})


def _named(unit: str, person: str) -> str:
    return "　".join(part for part in (unit, person) if part) or "未填写"


def _moves(actor: Actor, project_id: int) -> bytes:
    rows = money.moves(actor.scope, money.MoveFilter(project_id=project_id))
    return _table(
        "资金到位与支付",
        (
            ("事项", "text"), ("资金来源", "text"), ("金额（万元）", "money_wan"), ("日期", "date"), ("凭证号", "text"),
            ("付款或收款单位", "text"), ("用途", "text"), ("状态", "text"),
        ),
        (
            (
                m.get_kind_display(), m.get_fund_type_display() if m.fund_type else "", m.amount_fen, m.happened_on, m.voucher_no,
                masks.mask_name(m.payee) if m.payee_kind == "workers" else m.payee or m.payer, m.purpose,
                "已冲回" if m.reversed_on else "有效",
            )
            for m in rows.iterator(chunk_size=2_000)
        ),
        wide={"凭证号": 20, "付款或收款单位": 30, "用途": 24},
    )  # fmt: skip


def _marks(life: LifeView) -> bytes:
    return _table(
        "变更、暂停、整改记录",
        (
            ("标记", "text"), ("加标记日期", "date"), ("办理人", "text"), ("原因", "text"), ("文号", "text"), ("解除日期", "date"),
            ("解除人", "text"), ("处理结果", "text"),
        ),
        (
            (m.label, m.set_on, m.set_by, m.reason, m.reference, m.cleared_on, m.cleared_by, m.outcome)
            for m in (*life.past_marks, *life.marks)
        ),
        wide={"原因": 40, "文号": 20, "处理结果": 40},
    )  # fmt: skip


def _objections(raised: Sequence[ObjectionView]) -> bytes:
    return _table(
        "异议与投诉办理",
        (
            ("提出日期", "date"), ("事项", "text"), ("提出人", "text"), ("内容", "text"), ("办结期限", "date"), ("办结日期", "date"),
            ("是否属实", "text"), ("处理结果", "text"),
        ),
        (
            (
                o.raised_on, o.subject_label, o.raised_by if o.raised_by == "匿名" else masks.mask_name(o.raised_by), o.content,
                o.due_on, o.settled_on, "" if o.is_upheld is None else "属实" if o.is_upheld else "不属实", o.outcome,
            )
            for o in raised
        ),
        wide={"内容": 44, "处理结果": 44},
    )  # fmt: skip


def _roster(actor: Actor, project_id: int) -> bytes:
    return _table(
        "务工人员花名册（脱敏）",
        (
            ("姓名", "text"), ("证件号", "text"), ("人员类别", "text"), ("是否本县", "text"), ("工种", "text"),
            ("单价（元）", "money_yuan"), ("协议编号", "text"), ("培训日期", "date"), ("进场日", "date"), ("退场日", "date"),
        ),
        (
            (
                masks.mask_name(e.worker.name), e.worker.identity_masked, WorkerGroup.of_id(e.group).label,
                "是" if e.is_local else "否", e.trade, e.rate_fen, e.agreement_no, e.trained_on, e.entered_on, e.left_on,
            )
            for e in workers.roster(actor.scope, project_id).iterator(chunk_size=2_000)
        ),
    )  # fmt: skip


def _training(actor: Actor, project_id: int) -> bytes:
    rows: QuerySet[Any] = training.sessions(actor.scope, training.SessionFilter(project=project_id))
    return _table(
        "培训登记",
        (
            ("日期", "date"),
            ("编号", "text"),
            ("主题", "text"),
            ("类型", "text"),
            ("主办", "text"),
            ("实到（人次）", "int"),
        ),
        ((s.held_on, s.number, s.topic, s.get_training_type_display(), s.organiser, s.attended) for s in rows),
    )


def _pay_sums(actor: Actor, project_id: int) -> bytes:
    sums = payroll.totals(actor.scope, payroll.PaySheetFilter(project=project_id))
    return _table(
        "劳务报酬发放汇总",
        (
            ("所属期", "text"), ("期次", "int"), ("状态", "text"), ("人次", "int"), ("应发（元）", "money_yuan"),
            ("实发（元）", "money_yuan"),
        ),
        (
            (_month(s.month), s.issue_no, PAY_SHEET.state(s.state).label, s.lines_count, s.due_fen, s.paid_fen)
            for s in _sheets(actor, project_id)
        ),
        ("合计", None, "", sums.lines, sums.due_fen, sums.paid_fen),
    )  # fmt: skip


def _pay_lines(actor: Actor, project_id: int) -> bytes:
    def rows() -> Iterator[Sequence[xlsx.CellValue]]:
        for sheet in list(_sheets(actor, project_id)):
            for line in payroll.lines(actor.scope, sheet.pk).iterator(chunk_size=2_000):
                yield (
                    _month(sheet.month), masks.mask_name(line.worker.name), line.worker.identity_masked, line.trade,
                    line.days_x10, line.rate_fen, line.due_fen, line.deducted_fen, line.paid_fen, line.get_route_display(),
                    line.account.account_masked if line.account else "", line.paid_on, line.receipt_no,
                    line.get_status_display(),
                )  # fmt: skip

    return _table(
        "劳务报酬发放明细（脱敏）",
        (
            ("所属期", "text"), ("姓名", "text"), ("证件号", "text"), ("工种", "text"), ("出工天数", "days"),
            ("单价（元）", "money_yuan"), ("应发（元）", "money_yuan"), ("扣除（元）", "money_yuan"), ("实发（元）", "money_yuan"),
            ("支付方式", "text"), ("账号", "text"), ("发放日期", "date"), ("银行流水号", "text"), ("状态", "text"),
        ),
        rows(),
    )  # fmt: skip


def _month(month: int) -> str:
    return f"{month // 100}-{month % 100:02d}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _is_demo() -> bool:
    return bool(settings.DEMO_MODE)
