"""Findings of the rules as issues of a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from workrelief.base.intake.importer import ImportContext, Issue, Row
from workrelief.kernel.findings import Finding, Severity


def issues_of(
    ctx: ImportContext,
    row: Row,
    findings: Iterable[Finding],
    columns: Mapping[str, str],
    needs: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[Issue]:
    """A blocker is an error, a hint is left out, anything else a remark; `columns` names the column of each rule.

    `needs` are the columns a rule judges: where a cell of them was refused, the row is told that, and no more.
    """
    for said in findings:
        if said.severity is Severity.HINT or (needs and row.is_unread(*needs.get(said.rule_id, ()))):
            continue
        say = ctx.error if said.severity is Severity.BLOCKER else ctx.remark
        yield say(row, columns.get(said.rule_id, ""), said.message, said.remedy, rule_id=said.rule_id)
