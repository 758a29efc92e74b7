"""Findings of the rules as issues of a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workrelief.base.intake.importer import ImportContext, Issue, Row
from workrelief.kernel.findings import Finding, Severity


def issues_of(ctx: ImportContext, row: Row, findings: Iterable[Finding], columns: Mapping[str, str]) -> Iterator[Issue]:
    """A blocker is an error, a hint is left out, anything else a remark; `columns` names the column of each rule."""
    for said in findings:
        if said.severity is Severity.HINT:
            continue
        say = ctx.error if said.severity is Severity.BLOCKER else ctx.remark
        yield say(row, columns.get(said.rule_id, ""), said.message, said.remedy, rule_id=said.rule_id)
