"""manage.py link_audit: link new audit entries into the chain now; the worker does the same each minute."""

from __future__ import annotations

from typing import Any

from workrelief.base.audit.chain import link_new_entries
from workrelief.faces.commands.output import DocumentCommand


class Command(DocumentCommand):
    help = "把新的审计记录串入审计链。"
    task = "串联审计记录"

    def run(self, **options: Any) -> dict[str, Any]:
        return {"linked": link_new_entries()}

    def text(self, document: dict[str, Any]) -> None:
        self.stdout.write(f"已入链 {document['linked']:,} 条。")
