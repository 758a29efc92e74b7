"""What all commands share: progress on a terminal, one JSON document with --json, clear errors with their status.

Exit status: 0 done · 1 refused (a rule, a conflict, a missing thing) · 2 wrong input (arguments, an unreadable file).
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workrelief.base.access.actor import Actor, system_actor
from workrelief.faces.shared.errors import finding_document
from workrelief.kernel.errors import DomainError, InvalidInput


class DocumentCommand(BaseCommand):
    """A command that ends in one document: printed as JSON, or as lines by `text()`."""

    task = "命令行"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        self.arguments(parser)

    def arguments(self, parser: ArgumentParser) -> None:
        """Own arguments of the command."""

    def run(self, **options: Any) -> dict[str, Any]:
        raise NotImplementedError

    def text(self, document: dict[str, Any]) -> None:
        """Print the document for people."""
        for key, value in document.items():
            self.stdout.write(f"{key}: {value}")

    def actor(self) -> Actor:
        """Commands act for the platform; who may start them is a matter of the machine."""
        return system_actor(self.task)

    def say(self, line: str) -> None:
        """Progress, on stderr and only for people."""
        if not self.quiet:
            self.stderr.write(line)
            self.stderr.flush()

    def handle(self, *args: object, **options: Any) -> None:
        as_json: bool = options["json"]
        self.quiet = as_json or not sys.stderr.isatty()
        try:
            document = self.run(**options)
        except DomainError as err:
            self._refuse(err, as_json=as_json)
            sys.exit(2 if isinstance(err, InvalidInput) else 1)
        if as_json:
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str))
        else:
            self.text(document)
        if status := document.get("exit_status"):
            sys.exit(int(status))

    def _refuse(self, err: DomainError, *, as_json: bool) -> None:
        findings = [finding_document(f) for f in err.findings]
        if as_json:
            problem = {"error": err.code, "message": err.message, "facts": err.facts, "findings": findings}
            self.stdout.write(json.dumps(problem, ensure_ascii=False, indent=2, default=str))
            return
        self.stderr.write(self.style.ERROR(f"错误：{err.message}"))
        for finding in findings:
            self.stderr.write(
                f"  [{finding['rule_id']}] {finding['message']} {finding['remedy']} {finding['clause']}".rstrip()
            )
