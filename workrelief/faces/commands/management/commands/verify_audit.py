"""manage.py verify_audit: prove that nobody changed or removed an audit entry."""

from __future__ import annotations

from typing import Any

from workrelief.base.audit.chain import verify_audit
from workrelief.faces.commands.output import DocumentCommand


class Command(DocumentCommand):
    help = "校验审计链：逐条重算摘要和链接，发现改动或缺失时以状态 1 结束。"
    task = "校验审计链"

    def run(self, **options: Any) -> dict[str, Any]:
        report = verify_audit()
        return {
            "entries": report.entries,
            "links": report.links,
            "unlinked": report.unlinked,
            "last_link": report.last_link,
            "sound": report.sound,
            "faults": report.faults,
            "exit_status": 0 if report.sound else 1,
        }

    def text(self, document: dict[str, Any]) -> None:
        self.stdout.write(
            f"审计记录 {document['entries']:,} 条，已入链 {document['links']:,} 条，待入链 {document['unlinked']:,} 条"
        )
        self.stdout.write(f"链尾 {document['last_link']}")
        for fault in document["faults"]:
            self.stderr.write(self.style.ERROR(f"× {fault}"))
        if document["sound"]:
            self.stdout.write("审计链校验通过。")
        else:
            self.stderr.write(self.style.ERROR("审计链校验未通过。请立即保全数据库，并报告审计管理员。"))
