"""Storing files. There is no changing and no deleting: other content is another file."""

from __future__ import annotations

from collections.abc import Collection
from typing import BinaryIO

from django.conf import settings

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change
from workrelief.base.files import sniff
from workrelief.base.files.models import StoredFile
from workrelief.base.files.store import Draft, drafted, keep
from workrelief.kernel import clock
from workrelief.kernel.errors import InvalidInput

MOST_EXPANSION = 20
"""An archive may unpack to this many times the upload limit; more is no office file but an attempt to exhaust memory."""


def store(
    actor: Actor,
    stream: BinaryIO,
    name: str,
    *,
    division: str,
    sector: str = "",
    project_id: int | None = None,
    accept: Collection[str] | None = None,
) -> StoredFile:
    """Keep the content of `stream` and a row for it in `division` (12 digits).

    `accept` limits the media types (`sniff.SPREADSHEETS`); None takes everything that can be recognised. Give `project_id`
    or `sector` when the file belongs to one, so that persons limited to projects or sectors see it.
    Raises InvalidInput (empty, too large, of another kind), NotPermitted, NotFound (division out of scope).
    """
    with drafted(stream, most_bytes=int(settings.UPLOAD_BYTES)) as draft:
        media_type = _checked_type(draft, accept)
        with change(actor, "file.store", StoredFile) as c:
            stored = StoredFile(
                digest=draft.digest,
                size=draft.size,
                name=clean_name(name, media_type),
                media_type=media_type,
                division_code=division,
                sector=sector,
                project_id=project_id,
                uploaded_by=actor.user_id,
                uploaded_by_name=actor.name,
                at=clock.now(),
            )
            keep(draft)
            stored.save()
            c.target = stored
    return stored


def clean_name(name: str, media_type: str) -> str:
    """The last part of `name` without control characters, at most 200 long; a plain word when nothing is left."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if c.isprintable()).strip(" .")
    if not kept:
        return f"文件.{sniff.SUFFIXES.get(media_type, 'bin')}"
    stem, dot, suffix = kept.rpartition(".")
    return f"{stem[: 199 - len(suffix)]}{dot}{suffix}" if stem and len(suffix) < 10 else kept[:200]


def _checked_type(draft: Draft, accept: Collection[str] | None) -> str:
    media_type = sniff.media_type_of(draft.path)
    wanted = accept if accept is not None else sniff.SUFFIXES
    if media_type not in wanted:
        words = "、".join(sorted(sniff.SUFFIXES[kind] for kind in wanted))
        raise InvalidInput(
            "file.kind",
            f"文件内容不是可接受的格式（{words}）。文件可能已损坏，或只是改了扩展名；请用原软件另存后再上传。",
            facts={"media_type": media_type},
        )
    if sniff.expanded_size(draft.path) > MOST_EXPANSION * int(settings.UPLOAD_BYTES):
        raise InvalidInput("file.expands", "文件展开后过大，无法处理。请删除空白行列或拆分后再上传。")
    return media_type
