"""manage.py import KIND FILE [--check-only]: bring a spreadsheet in through the same door as the page."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workrelief.base.intake import queries, services
from workrelief.base.intake.importer import kinds
from workrelief.base.intake.states import IMPORT_BATCH
from workrelief.faces.commands.output import DocumentCommand
from workrelief.faces.shared.import_reading import sheet_reading
from workrelief.kernel.errors import InvalidInput

SHOWN = 20
KEPT_ROWS = ("rows", "total_rows", "foot_rows", "example_rows", "other_rows")


class Command(DocumentCommand):
    help = "导入表格：读取、校验并写入；--check-only 只校验。"
    task = "导入"

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="类型：" + "、".join(f"{k.kind}（{k.title}）" for k in kinds()))
        parser.add_argument("file", help="表格文件（xlsx、xls、csv …）")
        parser.add_argument("--check-only", action="store_true", help="只校验，不写入")
        parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="该类导入要求的说明项")
        parser.add_argument(
            "--issues", type=int, default=None, help=f"最多列出多少处问题，缺省为屏幕上 {SHOWN} 处、--json 时全部"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        path = Path(options["file"])
        if not path.is_file():
            raise InvalidInput("import.file", f"找不到文件 {path}。")
        answers = dict(o.split("=", 1) for o in options["option"] if "=" in o)
        actor = self.actor()
        with path.open("rb") as handle:
            batch = services.upload(actor, handle, path.name, options["kind"], options=answers)
        self.say(f"已上传 {path.name}，正在校验 …")
        batch = services.check(actor, batch.pk, self)
        if batch.state != "failed" and not options["check_only"]:
            batch = services.commit(actor, batch.pk, self)
        most = options["issues"] if options["issues"] is not None else None if options["json"] else SHOWN
        issues = list(queries.issues_for(actor, batch.pk)[:most])
        return {
            "batch": batch.pk,
            "kind": batch.kind,
            "file": batch.file_name,
            "state": batch.state,
            "message": batch.message,
            "rows_read": batch.rows_read,
            "rows_good": batch.rows_good,
            "rows_bad": batch.rows_bad,
            "errors": batch.errors,
            "remarks": batch.remarks,
            "report": batch.report,
            "sheets": [_sheet(one) for one in batch.sheets],
            "issues": [
                {
                    "sheet": i.sheet,
                    "row": i.row,
                    "column": f"{i.column} {i.title}".strip(),
                    "level": i.level,
                    "value": i.value,
                    "reason": i.reason,
                    "remedy": i.remedy,
                    "rule": i.rule_id,
                }
                for i in issues
            ],
            "issues_unlisted": batch.errors + batch.remarks - len(issues) if batch.state != "failed" else 0,
            "exit_status": 1 if batch.state == "failed" else 0,
        }

    def step(self, message: str = "", *, done: int | None = None, total: int | None = None) -> None:
        """Progress of the import."""
        share = f" {done:,}/{total:,}" if done is not None and total else ""
        self.say(message + share)

    def text(self, document: dict[str, Any]) -> None:
        if document["message"]:
            self.stderr.write(self.style.ERROR(f"错误：{document['message']}"))
        for sheet in document["sheets"]:
            for line in sheet["understood"]:
                self.stdout.write(line)
        for i in document["issues"]:
            place = f"{i['sheet']} 第 {i['row']} 行 {i['column']}".rstrip() if i["row"] else "整个文件"
            word = "错误" if i["level"] == "error" else "提示"
            self.stdout.write(f"[{word}] {place}：{i['reason'].rstrip('。')}。{i['remedy']}")
        if document["issues_unlisted"]:
            self.stdout.write(f"另有 {document['issues_unlisted']:,} 处未列出，用 --issues 增加条数，或到导入页查看")
        self.stdout.write(
            f"{document['file']}：读取 {document['rows_read']:,} 行，可导入 {document['rows_good']:,} 行，"
            f"有错误 {document['rows_bad']:,} 行；{IMPORT_BATCH.state(document['state']).label}，第 {document['batch']} 批"
        )


def _sheet(kept: dict[str, Any]) -> dict[str, Any]:
    """How one sheet was understood: for programs by part, for people in sentences."""
    reading = sheet_reading(kept)
    return {
        "name": reading.name,
        "is_read": bool(reading.head),
        "head": reading.head,
        "columns": [asdict(column) for column in reading.columns],
        "unknown_columns": list(reading.unknown),
        "understood": list(reading.sentences),
    } | {name: kept.get(name, 0 if name == "rows" else []) for name in KEPT_ROWS}
