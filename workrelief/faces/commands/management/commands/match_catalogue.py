"""manage.py match_catalogue FILE [--year Y] --json: a bill of works → labour links, person-days and pay. Nothing is stored."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from workrelief.faces.commands.output import DocumentCommand
from workrelief.faces.shared.match_document import match_document
from workrelief.kernel import codes
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.kinds import Sector
from workrelief.work.catalogue import services
from workrelief.work.catalogue.importers import read_bill


class Command(DocumentCommand):
    help = "把工程量清单与以工代赈指导目录匹配：给出用工环节、依据的词、工日和报酬。只测算，不保存。"
    task = "清单匹配"

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="清单文件（xlsx、xls、csv、txt …）")
        parser.add_argument("--year", type=int, default=None, help="目录年度，缺省为最新印发的目录")
        parser.add_argument("--division", default="37", help="工程所在地的行政区划代码，决定日工价；缺省为全省")
        parser.add_argument(
            "--sector", default="", help="领域：" + "、".join(f"{i}（{label}）" for i, label in Sector.choices())
        )

    def run(self, **options: Any) -> dict[str, Any]:
        path = Path(options["file"])
        if not path.is_file():
            raise InvalidInput("bill.file", f"找不到文件 {path}。")
        if options["sector"] and options["sector"] not in dict(Sector.choices()):
            raise InvalidInput("match.sector", f"没有领域“{options['sector']}”。")
        actor = self.actor()
        bill = read_bill(actor, path, path.name)
        services.issued_edition(actor)
        run, lines = services.propose(
            actor,
            services.MatchRequest(
                bill=bill, division_code=codes.normalise(options["division"]), sector=options["sector"], year=options["year"],
                file_name=path.name,
            ),
        )  # fmt: skip
        return match_document(run, lines)

    def text(self, document: dict[str, Any]) -> None:
        self.stdout.write(f"{document['file']} · 指导目录 {document['edition']}")
        for remark in document["remarks"]:
            self.stdout.write(f"提示：{remark}")
        for one in document["lines"]:
            if one["state"] == "heading":
                self.stdout.write(f"【{one['name']}】")
                continue
            link = (
                f"{one['link']['id']} {one['link']['name']}（{one['score']}，{'、'.join(one['words'])}）"
                if one["link"]
                else "未匹配"
            )
            self.stdout.write(
                f"第 {one['number']} 行 {one['name']} → {link} {one['person_days'] or '—'} 工日 {one['pay_yuan'] or '—'} 元"
            )
            for note in one["notes"]:
                self.stdout.write(f"    {note}")
        total = document["totals"]
        self.stdout.write(
            f"合计：匹配 {total['matched']}/{total['lines']} 行，{total['person_days']} 工日，{total['pay_yuan']} 元"
        )
