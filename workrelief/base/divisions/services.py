"""Loading the division files into the table; safe to repeat."""

from __future__ import annotations

from django.db import transaction

from workrelief.base.divisions import files, queries
from workrelief.base.divisions.models import Division
from workrelief.kernel import codes

_CHANGEABLE = ["name", "short_name", "level", "kind", "parent_id", "valid_from", "valid_to", "aliases"]


def load_divisions() -> int:
    """Write every division of the committed files into the table; returns their number.

    Rows that differ are brought up to date and only they are written; rows the files no longer name stay, because old data
    may point to them.
    """
    rows = [
        Division(
            code=node.code,
            name=node.name,
            short_name=node.short_name,
            level=int(node.level),
            kind=node.kind.value,
            parent_id=codes.parent_of(node.code),
            valid_from=node.valid_from,
            valid_to=node.valid_to,
            aliases=" ".join(node.aliases),
        )
        for node in files.read_nodes()
    ]
    known = {code: tuple(values) for code, *values in Division.objects.values_list("code", *_CHANGEABLE)}
    changed = [row for row in rows if known.get(row.code) != tuple(getattr(row, name) for name in _CHANGEABLE)]
    if not changed:
        return len(rows)
    with transaction.atomic():
        for level in sorted({row.level for row in changed}):
            Division.objects.bulk_create(
                [row for row in changed if row.level == level],
                update_conflicts=True,
                unique_fields=["code"],
                update_fields=[name.removesuffix("_id") for name in _CHANGEABLE],
            )
    queries.forget()
    return len(rows)
