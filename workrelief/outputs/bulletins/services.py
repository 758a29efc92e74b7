"""Writing, checking and issuing bulletins. Numbers stay bound to the snapshot; an issued file is never made again."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Literal

from django.conf import settings
from django.db.models import QuerySet

from workrelief.base.access.actor import Actor
from workrelief.base.access.scope import Scope
from workrelief.base.audit.change import Change, change
from workrelief.base.divisions import queries as divisions
from workrelief.base.files import queries as stored_files
from workrelief.base.files import services as files
from workrelief.figures.snapshots import queries as snapshots
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, InvalidInput, NotPermitted
from workrelief.kernel.period import Period
from workrelief.outputs.bulletins import queries
from workrelief.outputs.bulletins.compose import Composition, Frame, compose, markdown_text
from workrelief.outputs.bulletins.models import Bulletin
from workrelief.outputs.bulletins.states import BULLETIN
from workrelief.outputs.bulletins.workbook import workbook_bytes
from workrelief.outputs.render.docx import docx_bytes
from workrelief.outputs.render.pdf import pdf_bytes

Format = Literal["docx", "pdf", "xlsx", "md"]
FORMATS: tuple[Format, ...] = ("docx", "pdf", "xlsx", "md")
KIND_LABELS = {"annual": "年度通报", "half_year": "半年通报"}


def compose_annual(
    actor: Actor, period: Period, *, manifest: str | None = None, division: str | None = None
) -> Bulletin:
    """Begin the annual bulletin of `period` from the standing text, bound to the newest sealed snapshot of the period.

    When it exists already it is returned, re-bound to a newer snapshot while still a draft. Raises InvalidInput when the
    period is not a year, Conflict when it has not been sealed.
    """
    if period.kind != "year":
        raise InvalidInput("bulletin.period", f"年度通报的期间应为整年，现为{period.label}。")
    place = division or actor.home
    sealed = manifest or _newest_sealed(period)
    if sealed is None:
        raise Conflict("bulletin.unsealed", f"{period.label}数据尚未锁版。请先执行锁版（seal {period}），再编写通报。")
    standing = Bulletin.objects.within(actor.scope).filter(kind="annual", period=str(period), division_code=place)
    existing: Bulletin | None = standing.first()
    if existing is not None and (existing.state != "draft" or existing.manifest == sealed):
        return existing
    with change(actor, "bulletin.compose", standing if existing else Bulletin) as c:
        if c.target is None:
            c.target = Bulletin(
                kind="annual",
                period=str(period),
                division_code=place,
                title=f"关于{period.label}{divisions.name(place)}以工代赈工作情况的通报",
                source=queries.template("annual"),
                made_at=clock.now(),
            )
        c.row.manifest = sealed
        c.row.made_by_id = actor.user_id
        c.row.save()
        made: Bulletin = c.row
    return made


def save_source(actor: Actor, bulletin_id: int, *, source: str, version: int) -> Bulletin:
    """Store an edited text; it must compose, and nobody else may have saved since `version` was read."""
    with _draft(actor, "bulletin.compose", bulletin_id) as c:
        row = c.row
        if row.source_version != version:
            raise Conflict("bulletin.version", "正文已被他人修改。请打开最新版本，把您的改动合并后再保存。")
        row.source = source
        composition(actor.scope, row)
        row.source_version += 1
        row.made_by_id = actor.user_id
        row.save()
    return row


def rebind(actor: Actor, bulletin_id: int) -> Bulletin:
    """Bind a draft to the newest sealed snapshot of its period."""
    with _draft(actor, "bulletin.compose", bulletin_id) as c:
        newest = _newest_sealed(Period(c.row.period))
        if newest is None:
            raise Conflict("bulletin.unsealed", "该期数据没有锁版。")
        c.row.manifest = newest
        c.row.save()
    return c.row


def check_bulletin(actor: Actor, bulletin_id: int) -> Bulletin:
    """A second person confirms text and numbers (four eyes)."""
    with change(actor, "bulletin.check", _one(actor, bulletin_id)) as c:
        _another_person(actor, c.row.made_by_id, "核数人不得是拟稿人")
        c.fire(BULLETIN, "check")
        c.row.checked_by_id = actor.user_id
        c.row.save()
    return c.row


def return_bulletin(actor: Actor, bulletin_id: int, *, reason: str) -> Bulletin:
    """Send a checked bulletin back to its writer."""
    if not reason.strip():
        raise InvalidInput("bulletin.reason", "请写明退回修改的原因。")
    with change(actor, "bulletin.compose", _one(actor, bulletin_id), reason=reason) as c:
        c.fire(BULLETIN, "return")
        c.row.save()
    return c.row


def issue_bulletin(actor: Actor, bulletin_id: int, *, number: str) -> Bulletin:
    """Issue a checked bulletin: its files are made once, stored by content, and served from there ever after."""
    if not number.strip():
        raise InvalidInput("bulletin.number", "请填写发文字号，例如“鲁发改赈演〔2023〕1号”。")
    with change(actor, "bulletin.issue", _one(actor, bulletin_id)) as c:
        row = c.row
        _another_person(actor, row.made_by_id, "印发人不得是拟稿人")
        c.fire(BULLETIN, "issue")
        row.number = number.strip()
        row.issued_at = clock.now()
        made = composition(actor.scope, row)
        row.issued_files = {}
        for form in ("docx", "pdf"):
            data = _rendered(made, form)
            stored = files.store(actor, io.BytesIO(data), file_name(row, form), division=row.division_code)
            row.issued_files[form] = stored.pk
        row.save()
    return row


def composition(scope: Scope, row: Bulletin) -> Composition:
    """The bulletin with every number filled in from its snapshot. `scope` is the reader's."""
    place = divisions.name(row.division_code)
    frame = Frame(
        title=row.title,
        issuer_mark=f"{place}发展和改革委员会文件",
        number=row.number or f"鲁发改赈演〔{int(row.period[:4]) + 1}〕×号",
        addressee="各市发展改革委：" if row.division_code.endswith("0" * 10) else "各县（市、区）发展改革局：",
        signer=f"{place}发展和改革委员会",
        signed_on=row.issued_at.astimezone(clock.CHINA).date() if row.issued_at else None,
        demo=settings.DEMO_MODE,
    )
    return compose(
        row.source,
        scope=scope,
        period=Period(row.period),
        division=row.division_code,
        manifest=row.manifest,
        frame=frame,
    )


def rendered(scope: Scope, row: Bulletin, form: Format) -> bytes:
    """The file of a bulletin: the stored one once issued, otherwise made from the current text."""
    if form in row.issued_files:
        with stored_files.open_file(stored_files.file(scope, row.issued_files[form])) as handle:
            return handle.read()
    return _rendered(composition(scope, row), form)


def file_name(row: Bulletin, form: str) -> str:
    return f"{row.title}.{form}"


def _rendered(made: Composition, form: Format) -> bytes:
    match form:
        case "docx":
            return docx_bytes(made.document)
        case "pdf":
            return pdf_bytes(made.document).data
        case "xlsx":
            return workbook_bytes(made)
        case "md":
            return markdown_text(made).encode()


def _one(actor: Actor, bulletin_id: int) -> QuerySet[Bulletin]:
    rows: QuerySet[Bulletin] = Bulletin.objects.within(actor.scope).filter(pk=bulletin_id)
    return rows


@contextlib.contextmanager
def _draft(actor: Actor, action: str, bulletin_id: int) -> Iterator[Change[Bulletin]]:
    """`change()` on a bulletin that is still a draft."""
    with change(actor, action, _one(actor, bulletin_id)) as opened:
        if opened.row.state != "draft":
            raise Conflict("bulletin.state", "通报已核数或已印发，不能修改。需要修改的，请先退回拟稿。")
        yield opened


def _newest_sealed(period: Period) -> str | None:
    """Name of the newest sealed snapshot of exactly this period."""
    newest = snapshots.sealed_manifests().filter(period=str(period)).order_by("-version", "-id").first()
    return None if newest is None else newest.name


def _another_person(actor: Actor, first: int | None, message: str) -> None:
    if actor.user_id is not None and actor.user_id == first:
        raise NotPermitted("bulletin.four_eyes", f"{message}，请由另一位同事办理。")
