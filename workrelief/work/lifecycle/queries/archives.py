"""The archive index of a project, filling itself from papers and from what the other rooms hold."""

from __future__ import annotations

from collections.abc import Sequence

from workrelief.base.access.scope import Scope
from workrelief.kernel import clock
from workrelief.work.lifecycle.queries.cases import cases
from workrelief.work.lifecycle.queries.lives import life_or_inferred
from workrelief.work.lifecycle.queries.papers import papers
from workrelief.work.lifecycle.queries.views import ArchiveClass, ArchiveIndex, ArchiveItem, PaperView
from workrelief.work.lifecycle.rules import Case
from workrelief.work.lifecycle.rules import archive as rules
from workrelief.work.lifecycle.states import ARCHIVE_CLASSES


def archive(scope: Scope, project_id: int) -> ArchiveIndex:
    """The eight classes with their papers, what the platform holds itself, and what is missing and why (I08).

    Raises NotFound, also outside the scope.
    """
    row, _ = life_or_inferred(scope, project_id)
    return index_of(cases(scope, [row], on=clock.today())[project_id], papers(scope, project_id))


def index_of(case: Case, standing: Sequence[PaperView]) -> ArchiveIndex:
    """The same for a case and papers that were read already."""
    by_kind: dict[str, list[PaperView]] = {}
    for one in standing:
        by_kind.setdefault(one.kind.id, []).append(one)
    return ArchiveIndex(
        case.project.id,
        tuple(
            ArchiveClass(
                number,
                ARCHIVE_CLASSES[number],
                tuple(
                    ArchiveItem(
                        item.kind, tuple(by_kind.get(item.kind.id, ())), item.from_system, item.is_required,
                        item.is_missing, item.kind.rule_id, item.why,
                    )
                    for item in items
                ),
            )
            for number, items in rules.index(case).items()
        ),
    )  # fmt: skip
