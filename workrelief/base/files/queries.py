"""Finding and opening stored files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from django.db.models import Q

from workrelief.base.access.actor import Actor
from workrelief.base.access.scope import Scope
from workrelief.base.files.models import StoredFile
from workrelief.base.files.store import place_of
from workrelief.kernel.errors import NotFound


def file(scope: Scope, file_id: int) -> StoredFile:
    """The stored file within `scope`. Raises NotFound."""
    return _found(StoredFile.objects.within(scope).filter(pk=file_id).first())


def file_for(actor: Actor, file_id: int) -> StoredFile:
    """The stored file when it lies in the actor's scope or the actor brought it. Raises NotFound.

    Somebody limited to projects brings files before the project is known (a whole list), and may see them again.
    """
    seen = StoredFile.scope_fields
    own = Q(uploaded_by=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
    rows = StoredFile.objects.unscoped("in scope or brought by the actor").filter(own | actor.scope.q(seen))
    return _found(rows.filter(pk=file_id).first())


def files_for(actor: Actor, file_ids: Collection[int]) -> dict[int, StoredFile]:
    """Those of the stored files that `file_for` would find, by id; the others are left out."""
    own = Q(uploaded_by=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
    rows = StoredFile.objects.unscoped("in scope or brought by the actor").filter(pk__in=set(file_ids))
    return {found.pk: found for found in rows.filter(own | actor.scope.q(StoredFile.scope_fields))}


def path_of(stored: StoredFile) -> Path:
    """Where the content lies. Raises NotFound when it is gone from the disk."""
    path = place_of(stored.digest)
    if not path.is_file():
        raise NotFound("file.gone", f"文件“{stored.name}”的内容已不在存储中，请联系系统管理员从备份恢复。")
    return path


def open_file(stored: StoredFile) -> BinaryIO:
    """The content for reading; the caller closes it. Raises NotFound."""
    return path_of(stored).open("rb")


def _found(stored: StoredFile | None) -> StoredFile:
    if stored is None:
        raise NotFound("file.missing", "没有找到这个文件，或不在您的数据范围内。")
    return stored
