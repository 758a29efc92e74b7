"""manage.py machine NAME --format svg,md [--out DIR]: a life cycle drawn from the code."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from workrelief.faces.commands import machines
from workrelief.faces.commands.output import DocumentCommand
from workrelief.kernel.errors import InvalidInput

FORMATS = ("svg", "md")


class Command(DocumentCommand):
    help = "从代码画出流程图：manage.py machine project --format svg,md --out 目录"

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help=f"流程：{'、'.join(machines.MACHINES)}")
        parser.add_argument("--format", default="md", help="svg、md，可用逗号分隔")
        parser.add_argument("--out", default="", help="写入的目录；不写则打印")

    def run(self, **options: Any) -> dict[str, Any]:
        name, wanted = options["name"], [f.strip() for f in options["format"].split(",") if f.strip()]
        if not wanted or (unknown := set(wanted) - set(FORMATS)):
            raise InvalidInput(
                "machine.format", f"没有“{'、'.join(sorted(unknown)) if wanted else ''}”这种格式，可用：svg、md。"
            )
        machines.drawn(name)
        texts = {f: machines.picture(name) if f == "svg" else "" for f in wanted}
        if "md" in wanted:
            texts["md"] = machines.page(name, picture_name=f"{name}.svg" if "svg" in wanted else "")
        if not options["out"]:
            return {"machine": name, "texts": texts}
        folder = Path(options["out"])
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for suffix, text in texts.items():
            path = folder / f"{name}.{suffix}"
            path.write_text(text, encoding="utf-8")
            files.append(str(path))
        return {"machine": name, "files": files}

    def text(self, document: dict[str, Any]) -> None:
        for line in document.get("files", ()):
            self.stdout.write(line)
        for text in document.get("texts", {}).values():
            self.stdout.write(text)
