"""Fast password hashes: these tests are about rules, not about the cost of a hash."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def quick_hashes(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
