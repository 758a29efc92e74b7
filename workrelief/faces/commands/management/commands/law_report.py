"""manage.py law_report: citations and parameters still to be compared with the official text."""

from __future__ import annotations

from typing import Any

from workrelief.base.law import report
from workrelief.faces.commands.output import DocumentCommand


class Command(DocumentCommand):
    help = "列出尚待对照原文确认的条款。"

    def run(self, **options: Any) -> dict[str, Any]:
        return {"unchecked": [str(line) for line in report.unchecked()]}

    def text(self, document: dict[str, Any]) -> None:
        for line in document["unchecked"]:
            self.stdout.write(line)
        self.stdout.write(f"共 {len(document['unchecked'])} 处待确认。")
