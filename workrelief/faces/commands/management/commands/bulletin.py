"""manage.py bulletin 2022 --format docx,pdf,md --out DIR: compose the annual bulletin and write its files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from workrelief.faces.commands.output import DocumentCommand
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.period import Period
from workrelief.outputs.bulletins import services


class Command(DocumentCommand):
    help = "编写年度通报并输出文件；数据取自该期最新锁版快照。"
    task = "编写通报"

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("period", help="年度，例如 2022")
        parser.add_argument("--format", default="docx,pdf,md", help="docx、pdf、xlsx、md，逗号分隔")
        parser.add_argument("--out", default=".", help="输出目录")

    def run(self, **options: Any) -> dict[str, Any]:
        formats = [f for f in options["format"].split(",") if f]
        unknown = set(formats) - set(services.FORMATS)
        if unknown:
            raise InvalidInput("bulletin.format", f"不支持的格式：{'、'.join(sorted(unknown))}。")
        out = Path(options["out"])
        actor = self.actor()
        row = services.compose_annual(actor, Period(options["period"]))
        made = services.composition(actor.scope, row)
        out.mkdir(parents=True, exist_ok=True)
        files = []
        for form in formats:
            self.say(f"正在生成 {form} …")
            path = out / services.file_name(row, form)
            path.write_bytes(services.rendered(actor.scope, row, form))
            files.append(str(path))
        return {
            "bulletin": row.pk,
            "title": row.title,
            "manifest": row.manifest,
            "state": row.state,
            "headline": made.headline,
            "figures": [
                {"ref": b.ref, "indicator": b.figure.indicator, "value": str(b.figure.value), "text": b.text}
                for b in made.bound.values()
            ],
            "files": files,
        }

    def text(self, document: dict[str, Any]) -> None:
        self.stdout.write(f"{document['title']}（数据快照 {document['manifest']}）")
        self.stdout.write(document["headline"])
        for path in document["files"]:
            self.stdout.write(f"已生成 {path}")
