"""manage.py seal PERIOD: close a period for posting and freeze its snapshot."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from workrelief.faces.commands.output import DocumentCommand
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel.period import Period


class Command(DocumentCommand):
    help = "锁版：关闭该期入账，冻结数据快照。"
    task = "锁版"

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("period", help="2022、2022H1、2022Q3 或 2022-07")
        parser.add_argument("--name", default=None, help="快照名，缺省按期间和版次")

    def run(self, **options: Any) -> dict[str, Any]:
        manifest = seal_period(self.actor(), Period(options["period"]), name=options["name"])
        return {
            "manifest": manifest.name,
            "period": manifest.period,
            "version": manifest.version,
            "rows": manifest.rows,
            "files": len(manifest.files),
            "digest": manifest.digest,
        }

    def text(self, document: dict[str, Any]) -> None:
        self.stdout.write(
            f"{document['period']} 已锁版：快照 {document['manifest']}，{document['files']} 个文件，"
            f"{document['rows']:,} 行，摘要 {document['digest'][:16]}…"
        )
