"""manage.py figures 2022 --by track [--division CODE] [--as-of SNAPSHOT] --json: indicators with id, value, unit, manifest."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from workrelief.faces.commands.output import DocumentCommand
from workrelief.figures.indicators.catalogue import all_definitions, definition
from workrelief.figures.indicators.read import LIVE, Snapshot, read
from workrelief.kernel import codes
from workrelief.kernel.errors import InvalidInput
from workrelief.kernel.period import Period


class Command(DocumentCommand):
    help = "打印指标值：每个指标给出编号、数值、单位和数据快照。"
    task = "统计指标"

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("period", help="2022、2022H1、2022Q3 或 2022-07")
        parser.add_argument("--by", default="", help="维度，逗号分隔：city、county、track、sector、group、quarter …")
        parser.add_argument("--division", default="", help="行政区划代码，缺省为全省")
        parser.add_argument("--indicators", default="", help="指标，逗号分隔；缺省为全部")
        parser.add_argument("--track", default="", help="项目线，逗号分隔")
        parser.add_argument("--as-of", dest="as_of", default="", help="数据快照名，缺省为实时")

    def run(self, **options: Any) -> dict[str, Any]:
        ids = [i for i in options["indicators"].split(",") if i] or [d.id for d in all_definitions()]
        by = tuple(b for b in options["by"].split(",") if b)
        where = {"track": tuple(options["track"].split(","))} if options["track"] else {}
        actor = self.actor()
        try:
            table = read(
                ids,
                scope=actor.scope,
                period=Period(options["period"]),
                by=by,
                division=codes.normalise(options["division"]) if options["division"] else None,
                where=where,
                source=Snapshot(options["as_of"]) if options["as_of"] else LIVE,
            )
        except KeyError as err:
            raise InvalidInput("figures.unknown", f"没有指标或维度 {err.args[0]}。") from err
        return {
            "period": str(table.period),
            "division": table.division,
            "by": list(table.by),
            "where": {k: list(v) for k, v in where.items()},
            "manifest": table.manifest,
            "as_of": table.as_of.isoformat(),
            "figures": [
                {
                    "key": list(key),
                    "labels": [table.label(d, k) for d, k in zip(table.by, key, strict=True)],
                    "indicator": id_,
                    "code": definition(id_).code,
                    "label": definition(id_).label,
                    "value": None if f.value is None else str(f.value),
                    "unit": f.unit.id,
                    "status": f.status,
                    "text": f.headline,
                }
                for key, cells in table
                for id_, f in cells.items()
            ],
        }

    def text(self, document: dict[str, Any]) -> None:
        self.stdout.write(f"{document['period']} · {document['division']} · 数据快照 {document['manifest']}")
        for f in document["figures"]:
            place = "·".join(f["labels"]) or "合计"
            self.stdout.write(f"{place}\t{f['code']} {f['label']}\t{f['text']}")
