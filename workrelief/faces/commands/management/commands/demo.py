"""manage.py demo [--size s|m|l] [--load-only] [--json]: draw the demo year, import it, seal it and write its bulletin."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

from workrelief.base.divisions.services import load_divisions
from workrelief.config.env import ENV
from workrelief.faces.commands.demo import present
from workrelief.faces.commands.demo.ahead import look_ahead
from workrelief.faces.commands.demo.history import tell
from workrelief.faces.commands.demo.load import cities_of, counties_of, folder_of, load_years
from workrelief.faces.commands.demo.officers import assign_projects, officer
from workrelief.faces.commands.demo.plan import YEAR, YEARS, Size
from workrelief.faces.commands.output import DocumentCommand
from workrelief.figures.snapshots.services import refresh_live, seal_period
from workrelief.kernel import clock
from workrelief.kernel.period import Period
from workrelief.outputs.bulletins import services as bulletins

PROVINCE = "370000000000"


def closed_at(year: int) -> datetime:
    """When the annual figures of a year are closed."""
    return datetime(year + 1, 1, 12, 8, 0, tzinfo=clock.CHINA)


class Command(DocumentCommand):
    help = "生成2022年演示数据的表格，逐份导入，锁版，编写年度通报。中断后重新执行会接着做。"
    task = "演示数据"

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--size", choices=tuple(YEARS), default="m", help="s：三市九县；m：全省2022年；l：再加2021年"
        )
        parser.add_argument("--load-only", action="store_true", help="只导入，不启动网站")
        parser.add_argument("--processes", type=int, default=0, help="导入进程数，缺省比处理器多一个，最多 3")

    def run(self, **options: Any) -> dict[str, Any]:
        self.serves = not (options["load_only"] or options["json"])
        began = time.perf_counter()
        size: Size = options["size"]
        processes = options["processes"] or (1 if size == "s" else min((os.cpu_count() or 1) + 1, 3))
        call_command("migrate", verbosity=0, interactive=False)
        load_divisions()
        loaded = load_years(size, processes=processes, say=self.say, password=ENV.demo_password)
        assign_projects()
        refresh_live()  # what was imported is mirrored before the history asks the ledger, and not again by the seal
        loading = time.perf_counter() - began
        stories = []
        for year in YEARS[size]:
            self.say(f"补录{year}年项目全程 …")
            with clock.travel(closed_at(year) - timedelta(hours=1)):
                stories.append(tell(year, cities_of(size, year)))
        with clock.travel(closed_at(YEAR) - timedelta(hours=1)):
            ahead = look_ahead(YEAR + 1, counties_of(size, YEAR))
        telling = time.perf_counter() - began - loading
        self.say("锁版 …")
        actor = officer(PROVINCE)
        for year in YEARS[size]:
            with clock.travel(closed_at(year)):
                manifest = seal_period(actor, Period(str(year)))
        with clock.travel(closed_at(YEAR)):
            sealing = time.perf_counter() - began - loading - telling
            self.say("编写年度通报 …")
            bulletin = bulletins.compose_annual(actor, Period(str(YEAR)))
            made = bulletins.composition(actor.scope, bulletin)
            files = []
            for form in bulletins.FORMATS:
                path = self._out(size) / bulletins.file_name(bulletin, form)
                path.write_bytes(bulletins.rendered(actor.scope, bulletin, form))
                files.append(str(path))
        if settings.DEMO_MODE:
            present.keep(closed_at(YEAR) + timedelta(hours=1))
        total = time.perf_counter() - began
        return {
            "size": size,
            "spreadsheets": str(folder_of(size)),
            "files": loaded.files,
            "rows": loaded.rows,
            "remarks": loaded.remarks,
            "were_there": loaded.were_there,
            "manifest": manifest.name,
            "bulletin": bulletin.pk,
            "bulletin_files": files,
            "history": [asdict(story) for story in stories],
            "ahead": asdict(ahead),
            "headline": made.headline,
            "seconds": {
                "load": round(loading, 1),
                "history": round(telling, 1),
                "seal": round(sealing, 1),
                "bulletin": round(total - loading - telling - sealing, 1),
                "total": round(total, 1),
                "drawing": loaded.drawn_seconds,
                "importing": loaded.seconds,
            },
        }

    def text(self, document: dict[str, Any]) -> None:
        rows, seconds = document["rows"], document["seconds"]
        self.stdout.write(
            f"演示数据已就绪：{sum(document['files'].values())} 份表格，{rows['project_list']} 个项目，"
            f"{rows['roster']:,} 条花名册，{rows['pay_sheet']:,} 条发放明细；用时 {seconds['total']:.0f} 秒。"
        )
        self.stdout.write(f"表格在 {document['spreadsheets']}")
        for path in document["bulletin_files"]:
            self.stdout.write(f"通报 {path}")
        self.stdout.write("")
        self.stdout.write(document["headline"])
        if self.serves:
            self.stdout.flush()
            call_command("serve")

    def _out(self, size: Size) -> Path:
        path = folder_of(size) / "7 通报"
        path.mkdir(parents=True, exist_ok=True)
        return path
