"""The content store: FILES_DIR/ab/cdef…, named by the SM3 digest. A file is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes
from django.conf import settings

from workrelief.kernel.errors import InvalidInput

BLOCK = 1 << 20


@dataclass(frozen=True)
class Draft:
    """A file written completely to a temporary place, not yet under its digest."""

    path: Path
    digest: str
    size: int


def place_of(digest: str) -> Path:
    """Where content with this digest lies (or would lie)."""
    return Path(settings.FILES_DIR) / digest[:2] / digest[2:]


@contextmanager
def drafted(stream: BinaryIO, *, most_bytes: int) -> Iterator[Draft]:
    """Write `stream` to a temporary file beside the store, digesting on the way; the draft is gone afterwards.

    Raises InvalidInput when it is empty or longer than `most_bytes`; nothing is left behind then.
    """
    folder = Path(settings.FILES_DIR) / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            digest, size = _copy(stream, target, most_bytes)
            target.flush()
            os.fsync(target.fileno())
        yield Draft(path, digest, size)
    finally:
        path.unlink(missing_ok=True)


def keep(draft: Draft) -> Path:
    """Put the draft under its digest; content that is there already stays as it is."""
    place = place_of(draft.digest)
    if place.exists() and place.stat().st_size == draft.size:
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    draft.path.replace(place)
    place.chmod(0o440)
    _sync_folder(place.parent)
    return place


def _copy(stream: BinaryIO, target: BinaryIO, most_bytes: int) -> tuple[str, int]:
    digest, size = hashes.Hash(hashes.SM3()), 0
    while block := stream.read(BLOCK):
        size += len(block)
        if size > most_bytes:
            raise InvalidInput(
                "file.too_large",
                f"文件超过 {most_bytes // (1024 * 1024)} MB 的上限。请拆分后分批上传。",
                facts={"most_bytes": most_bytes},
            )
        digest.update(block)
        target.write(block)
    if size == 0:
        raise InvalidInput("file.empty", "文件是空的，没有任何内容。请检查后重新上传。")
    return digest.finalize().hex(), size


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable, not only the content."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
