"""manage.py write_reference [--check]: generate docs/reference, or say which page is out of date."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from workrelief.config.env import ROOT
from workrelief.faces.commands.output import DocumentCommand
from workrelief.faces.commands.reference import pages


class Command(DocumentCommand):
    help = "生成 docs/reference 各页。"

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="只检查，不写入")

    def run(self, **options: Any) -> dict[str, Any]:
        folder = ROOT / "docs" / "reference"
        folder.mkdir(parents=True, exist_ok=True)
        stale = []
        for name, text in pages().items():
            path = folder / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
                if not options["check"]:
                    path.write_text(text, encoding="utf-8")
        return {"stale": stale, "exit_status": 1 if stale and options["check"] else 0}

    def text(self, document: dict[str, Any]) -> None:
        self.stdout.write("、".join(document["stale"]) or "没有变化。")
