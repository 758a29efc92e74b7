"""manage.py lists YEAR --level province --format xlsx,docx --out DIR: form F and the official document of a list."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from workrelief.base.divisions import queries as divisions
from workrelief.faces.commands.output import DocumentCommand
from workrelief.faces.shared.list_document import FORMATS, list_document, list_file, of_edition, of_list
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.kernel.kinds import Track
from workrelief.kernel.money import wan_text
from workrelief.work.lists.states import LEVEL_LABELS

_OFFICES = {"province": Level.PROVINCE, "city": Level.CITY, "county": Level.COUNTY}


class Command(DocumentCommand):
    help = "输出某年某级适用项目清单：最近印发的一版；还没有印发的，输出现在印发会有的内容。"
    task = "输出清单"

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, help="年度，例如 2022")
        parser.add_argument("--level", choices=sorted(LEVEL_LABELS), default="province", help="清单级次")
        parser.add_argument("--division", default="37", help="印发单位的行政区划代码；缺省为全省")
        parser.add_argument("--track", choices=[t.id for t in Track], default="", help="只输出一条项目线单独印发的清单")
        parser.add_argument("--edition", type=int, help="只输出这一版（编号），不看级次和区划")
        parser.add_argument("--format", default="xlsx,docx", help="xlsx、docx，逗号分隔")
        parser.add_argument("--out", default=".", help="输出目录")

    def run(self, **options: Any) -> dict[str, Any]:
        forms = list(dict.fromkeys(f.strip() for f in options["format"].split(",") if f.strip()))
        if not forms:
            raise InvalidInput("list.format", f"请写明输出格式（--format）：{'、'.join(FORMATS)}。")
        if unknown := set(forms) - set(FORMATS):
            raise InvalidInput("list.format", f"不支持的格式：{'、'.join(sorted(unknown))}。")
        actor = self.actor()
        if options["edition"]:
            source = of_edition(actor.scope, options["edition"])
        else:
            division = codes.normalise(options["division"])
            if codes.level_of(division) != _OFFICES[options["level"]]:
                wanted = LEVEL_LABELS[options["level"]]
                raise InvalidInput("list.division", f"{wanted}清单要用{wanted}单位的行政区划代码（--division）。")
            if not divisions.exists(division):
                raise NotFound("division.unknown", f"没有代码为“{options['division']}”的行政区划。")
            source = of_list(actor.scope, options["year"], options["level"], division=division, track=options["track"])
        if not source.lines:
            raise NotFound("list.none", f"{source.title}还没有已确认或已发布的项目。")
        out = Path(options["out"])
        out.mkdir(parents=True, exist_ok=True)
        files = []
        for form in forms:
            self.say(f"正在生成 {form} …")
            path = out / f"{source.title}.{form}"
            path.write_bytes(list_file(source, form))
            files.append(str(path))
        return list_document(source) | {"files": files}

    def text(self, document: dict[str, Any]) -> None:
        issued = f"{document['document_no']}，{document['issued_on']}" if document["is_issued"] else "尚未印发"
        totals = document["totals"]
        self.stdout.write(f"{document['title']}（{issued}）")
        self.stdout.write(
            f"项目 {totals['projects']:,} 个，总投资 {wan_text(totals['investment_fen'])} 万元，"
            f"拟吸纳 {totals['planned_workers']:,} 人，拟发劳务报酬 {wan_text(totals['planned_pay_fen'])} 万元"
        )
        for path in document["files"]:
            self.stdout.write(f"已生成 {path}")
