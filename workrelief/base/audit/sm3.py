"""SM3 digests (GB/T 32905) in hex, and a canonical text form to digest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes


def sm3_hex(data: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def sm3_file(path: Path, *, block: int = 1 << 20) -> str:
    """Digest of a file, read in blocks."""
    digest = hashes.Hash(hashes.SM3())
    with path.open("rb") as handle:
        while chunk := handle.read(block):
            digest.update(chunk)
    return digest.finalize().hex()


def canonical(content: dict[str, Any]) -> bytes:
    """The one byte form of a JSON document: keys sorted, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()
