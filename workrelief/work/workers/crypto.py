"""Sealing of personal numbers: SM4-GCM for storage, HMAC-SM3 as a blind index for equality (rule O06).

A sealed value is nonce (12 bytes) + tag (16 bytes) + cipher text. Keys come from the environment (`DATA_KEY`, `INDEX_KEY`).
"""

from __future__ import annotations

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

from workrelief.kernel.errors import Conflict

_NONCE = 12
_TAG = 16


@lru_cache(maxsize=4)
def _algorithm(key: str) -> algorithms.SM4:
    return algorithms.SM4(bytes.fromhex(key))


@lru_cache(maxsize=4)
def _mac(key: str) -> hmac.HMAC:
    return hmac.HMAC(bytes.fromhex(key), hashes.SM3())


def seal(text: str) -> bytes:
    """Encrypt; the same text gives different bytes each time."""
    nonce = os.urandom(_NONCE)
    encryptor = Cipher(_algorithm(settings.DATA_KEY), modes.GCM(nonce)).encryptor()
    body = encryptor.update(text.encode()) + encryptor.finalize()
    return nonce + encryptor.tag + body


def unseal(sealed: bytes | memoryview) -> str:
    """Decrypt. Raises Conflict when the value was changed or sealed with another key."""
    raw = bytes(sealed)
    nonce, tag, body = raw[:_NONCE], raw[_NONCE : _NONCE + _TAG], raw[_NONCE + _TAG :]
    decryptor = Cipher(_algorithm(settings.DATA_KEY), modes.GCM(nonce, tag)).decryptor()
    try:
        return (decryptor.update(body) + decryptor.finalize()).decode()
    except InvalidTag as err:
        raise Conflict("crypto.tag", "加密数据无法校验，可能被改动或密钥不符，请联系系统管理员。") from err


def blind(kind: str, text: str) -> bytes:
    """32 bytes that are equal exactly for equal `kind` and `text`, and tell nothing without the key."""
    mac = _mac(settings.INDEX_KEY).copy()
    mac.update(f"{kind}:{text}".encode())
    return mac.finalize()
