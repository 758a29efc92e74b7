"""Everything that differs between machines: one environment variable a line, with type, default and meaning.

Policy belongs to `base/law`, facts about one organisation to rows; only machine matters stand here.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass, field, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _truth(text: str) -> bool:
    return text.strip().lower() in {"1", "true", "yes", "on"}


def _setting(name: str, default: str, meaning: str) -> str:
    return field(
        default_factory=lambda: os.environ.get(name, default),
        metadata={"env": name, "default": default, "meaning": meaning},
    )


@dataclass(frozen=True)
class Env:
    """The process environment, read once. Values are text; properties below give them their type."""

    mode: str = _setting("WORKRELIEF_MODE", "development", "development, demo, test or production")
    data_dir: str = _setting("DATA_DIR", str(ROOT / "var"), "folder for the database, stored files, mirror and assets")
    database_url: str = _setting("DATABASE_URL", "", "postgresql://user@host:port/name; empty for SQLite")
    db_path: str = _setting("DB_PATH", "", "SQLite file; empty for DATA_DIR/db.sqlite3")
    secret_key: str = _setting(
        "SECRET_KEY", "", "signing key; required in production, else kept in DATA_DIR/secret.key"
    )
    data_key: str = _setting("DATA_KEY", "", "32 hex digits: SM4 key of personal data; required in production")
    index_key: str = _setting("INDEX_KEY", "", "64 hex digits: HMAC-SM3 key of blind indexes; required in production")
    allowed_hosts: str = _setting("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver", "comma separated host names")
    debug: str = _setting("DEBUG", "0", "1 shows technical error pages; never in production")
    https: str = _setting("HTTPS", "0", "1 when served over HTTPS: secure cookies, HSTS")
    proxies: str = _setting("TRUSTED_PROXIES", "0", "number of reverse proxies in front")
    upload_mb: str = _setting("UPLOAD_MB", "100", "largest file accepted, in MB")
    demo_password: str = _setting(
        "DEMO_PASSWORD", "", "password of the demo accounts; empty: a random one nobody knows"
    )
    duckdb_memory: str = _setting("DUCKDB_MEMORY", "2GB", "memory limit of the embedded engine")
    duckdb_threads: str = _setting("DUCKDB_THREADS", "2", "threads of the embedded engine")
    spark_url: str = _setting("SPARK_URL", "", "Spark master; empty: never use Spark")
    spark_above_rows: str = _setting("SPARK_ABOVE_ROWS", "500000000", "manifest rows above which Spark is used")

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir)

    @property
    def is_production(self) -> bool:
        return self.mode == "production"

    @property
    def is_demo(self) -> bool:
        return self.mode == "demo"

    @property
    def wants_debug(self) -> bool:
        return _truth(self.debug) and not self.is_production

    @property
    def wants_https(self) -> bool:
        return _truth(self.https)

    def secret(self, name: str, value: str, *, digits: int) -> str:
        """`value`, or outside production a key kept in DATA_DIR (made on first use, readable by the owner only)."""
        if value:
            return value
        if self.is_production:
            raise RuntimeError(f"{name} must be set in production")
        path = self.data_path / "keys" / f"{name.lower()}.key"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(digits // 2))
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        return path.read_text().strip()


def documented() -> list[tuple[str, str, str]]:
    """(variable, default, meaning) of every setting, for the reference page."""
    return [
        (f.metadata["env"], "" if f.name == "data_dir" else f.metadata["default"], f.metadata["meaning"])
        for f in fields(Env)
    ]


ENV = Env()
