"""What the life of a project asks of the lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from workrelief.base.access.scope import Scope
from workrelief.work.lifecycle.facts import DoubleFacts, ListFacts
from workrelief.work.lists.models import DuplicatePair, ListEntry
from workrelief.work.lists.states import COUNTED
from workrelief.work.projects import queries as projects


def list_facts(scope: Scope, project_ids: Sequence[int], on: date) -> dict[int, ListFacts]:
    """The published entry of the newest year of each project, else the newest that waits: the reserve of the next year does
    not hide the list a project stands on. With the edition that has it; one statement for every 500."""
    found: dict[int, ListFacts] = {}
    for part in projects.in_parts(project_ids):
        rows = ListEntry.objects.within(scope).filter(project__in=part, is_standing=True).select_related("edition")
        for row in sorted(rows.order_by("year"), key=lambda row: row.state in COUNTED):
            edition = row.edition
            found[row.project_id] = ListFacts(
                year=row.year, level=row.level, state=row.state, is_published=row.state in COUNTED,
                document_no=edition.document_no if edition else "", published_on=edition.issued_on if edition else None,
            )  # fmt: skip
    return found


def double_facts(scope: Scope, project_ids: Sequence[int], on: date) -> dict[int, DoubleFacts]:
    """How many look-alikes of each project wait for a decision, those out of the officer's sight too; one statement for 500."""
    counted: Counter[int] = Counter()
    for part in projects.in_parts(project_ids):
        asked = set(part)
        every = DuplicatePair.objects.unscoped("facts of projects the caller may act upon").filter(state="open")
        for pair in every.filter(Q(first__in=part) | Q(second__in=part)).values_list("first_id", "second_id"):
            counted.update(asked.intersection(pair))
    return {project_id: DoubleFacts(number) for project_id, number in counted.items()}
