"""manage.py machine: a life cycle drawn from the code, on the screen or into files."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import call_command

from workrelief.work.lifecycle.states import PROJECT_LIFE

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference"


def test_both_formats_are_written_and_are_those_of_the_documentation(tmp_path: Path) -> None:
    call_command("machine", "project", "--format", "svg,md", "--out", str(tmp_path / "drawn"))
    assert sorted(p.name for p in (tmp_path / "drawn").iterdir()) == ["project.md", "project.svg"]
    text, picture = ((tmp_path / "drawn" / f"project.{suffix}").read_text(encoding="utf-8") for suffix in ("md", "svg"))
    drawn = "".join(ElementTree.fromstring(picture).itertext())
    for state in PROJECT_LIFE.states.values():
        assert state.label in text
        assert state.label in drawn
    assert picture == (DOCS / "lifecycle.svg").read_text(encoding="utf-8")


def test_without_a_folder_it_is_printed_for_people_and_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("machine", "project")
    assert "已公告" in capsys.readouterr().out
    call_command("machine", "project", "--format", "md", "--json")
    assert json.loads(capsys.readouterr().out)["texts"]["md"]


@pytest.mark.parametrize(
    ("arguments", "said"), [(("nothing",), "nothing"), (("project", "--format", "pdf"), "可用：svg、md")]
)
def test_an_unknown_name_or_format_is_told_by_name(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as told:
        call_command("machine", *arguments)
    assert told.value.code
    assert said in capsys.readouterr().err
