"""What must not stand in the tree: machine paths, registry hosts, lock files with addresses."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOSTS = re.compile(
    "|".join(("registry" + r"\.npmjs", "pypi" + r"\.org", "files\\.python" + "hosted", "deb" + r"\.debian"))
)
PATHS = re.compile(r"(?<![\w.])/(?:" + "work" + r"|root)/[\w.]")


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_registry_host_and_no_machine_path_in_any_file():
    found = []
    for path in _tracked():
        if path.suffix in {".png", ".docx", ".xlsx", ".pdf", ".jpg"}:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        if HOSTS.search(text) or PATHS.search(text):
            found.append(str(path.relative_to(ROOT)))
    assert found == []


def test_nothing_built_or_foreign_is_tracked():
    names = [str(p.relative_to(ROOT)) for p in _tracked()]
    assert [
        n for n in names if n.startswith(("node_modules/", "var/")) or n.endswith((".min.js", ".min.css", ".woff2"))
    ] == []
