"""The change door: permission, scope, row lock, transaction, difference and audit entry, in this order and nowhere else.

    with change(actor, "project.edit", lambda: queries.project(actor.scope, project_id), reason=note) as c:
        c.target.name = name
        c.target.save()
        c.after_commit(lambda: enqueue(...))

`change_many()` is the same for imports and other acts upon many rows: one entry with the file's hash, counts and totals.
`viewed()` records a read of personal data before it happens.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db import models, transaction

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import permit
from workrelief.base.audit.models import AccessEntry, AuditEntry, Trail
from workrelief.base.audit.sm3 import canonical, sm3_hex
from workrelief.kernel import clock
from workrelief.kernel.citation import Cite
from workrelief.kernel.errors import NotFound, RuleViolated
from workrelief.kernel.findings import Finding, blockers
from workrelief.kernel.statemachine import Machine

M = TypeVar("M", bound=models.Model)
MASKED_FIELDS = frozenset(
    {"password", "identity_cipher", "identity_index", "account_cipher", "account_index", "phone_cipher"}
)


@dataclass
class Change(Generic[M]):
    """An open change. `target` is the locked row (None while something new is being made: set it before leaving)."""

    actor: Actor
    action: str
    target: M | None
    reason: str = ""
    cite: Cite | None = None
    before: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    _after_commit: list[Callable[[], object]] = field(default_factory=list)

    @property
    def row(self) -> M:
        """The target, which must be there by now."""
        if self.target is None:
            raise RuntimeError(f"{self.action}: the change has no target yet")
        return self.target

    def require(self, findings: Sequence[Finding]) -> None:
        """Stop here when a finding blocks; the findings travel with the error."""
        stopping = blockers(findings)
        if stopping:
            raise RuleViolated(stopping[0].rule_id, stopping[0].message, findings=findings)

    def fire(self, machine: Machine, name: str) -> None:
        """Move `target.state` along a transition; its permission is asked too."""
        row: Any = self.row
        step = machine.transition(name, row.state)
        permit(self.actor, step.permission)
        row.state = step.target

    def after_commit(self, call: Callable[[], object]) -> None:
        """Run `call` when the transaction has been committed (enqueue a job, refresh a cache)."""
        self._after_commit.append(call)


def _plain(value: object) -> object:
    if isinstance(value, date | datetime | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return "●"
    return value


def _values(row: models.Model) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for f in row._meta.concrete_fields:
        values[f.attname] = "●" if f.attname in MASKED_FIELDS else _plain(getattr(row, f.attname))
    return values


def _division_of(row: models.Model | None, actor: Actor) -> str:
    code = getattr(row, "division_code", None)
    return str(code) if code else actor.home


def _sealed(entry: Trail, content: dict[str, Any]) -> None:
    entry.digest = sm3_hex(canonical(content))
    entry.save(force_insert=True)


def entry_content(entry: Trail) -> dict[str, Any]:
    """What an entry's digest covers: every column but the id and the digest itself."""
    content = {
        f.attname: getattr(entry, f.attname) for f in entry._meta.concrete_fields if f.attname not in ("id", "digest")
    }
    moment: datetime = content["at"]
    content["at"] = moment.astimezone(clock.CHINA).isoformat()
    return content


def _write(
    actor: Actor,
    action: str,
    *,
    kind: str,
    ident: str,
    label: str,
    division: str,
    difference: Mapping[str, Any],
    reason: str,
    cite: Cite | None,
) -> AuditEntry:
    entry = AuditEntry(
        at=clock.now(), user_id=actor.user_id, user_name=actor.name, post_label=actor.post_label, action=action,
        target_kind=kind, target_id=ident, target_label=label[:200], division_code=division, reason=reason,
        request_id=actor.request_id, difference=json.loads(json.dumps(dict(difference), default=str)),
        cite="" if cite is None else f"{cite.source} {cite.clause}".strip(),
    )  # fmt: skip
    _sealed(entry, entry_content(entry))
    return entry


@contextlib.contextmanager
def change(
    actor: Actor,
    action: str,
    target: Callable[[], models.QuerySet[M]] | models.QuerySet[M] | type[M],
    *,
    reason: str = "",
    cite: Cite | None = None,
) -> Iterator[Change[M]]:
    """Open the door for one object.

    `target` is a scoped queryset that finds exactly the row (it is read under a row lock), or a model class when the
    change makes a new row (then `c.target` is set inside). Raises NotPermitted, NotFound (also for rows out of scope).
    """
    permit(actor, action)
    with transaction.atomic():
        row: M | None = None
        if not isinstance(target, type):
            rows = target() if callable(target) else target
            row = rows.select_for_update().first()
            if row is None:
                raise NotFound("object.missing", "没有找到这条记录，或不在您的数据范围内。")
        opened: Change[M] = Change(actor, action, row, reason, cite, before=_values(row) if row else {})
        yield opened
        done = opened.row
        if row is None and not _covers_row(actor, done):
            raise NotFound("object.scope", "该记录所属行政区划不在您的数据范围内。")
        after = _values(done)
        difference: dict[str, Any] = {
            k: [opened.before.get(k), v] for k, v in after.items() if opened.before.get(k) != v
        }
        if opened.details:
            difference["_details"] = opened.details
        _write(
            actor, action, kind=done._meta.label_lower, ident=str(done.pk), label=str(done),
            division=_division_of(done, actor), difference=difference, reason=opened.reason, cite=opened.cite,
        )  # fmt: skip
        for call in opened._after_commit:
            transaction.on_commit(call)


def _covers_row(actor: Actor, row: models.Model) -> bool:
    code = getattr(row, "division_code", None)
    return code is None or actor.scope.covers_division(str(code))


@dataclass
class ManyChange:
    """An open change upon many rows; fill `totals` (counts, sums in fen, file hash) before leaving."""

    actor: Actor
    action: str
    totals: dict[str, Any] = field(default_factory=dict)
    label: str = ""
    target_id: str = ""
    _after_commit: list[Callable[[], object]] = field(default_factory=list)

    def after_commit(self, call: Callable[[], object]) -> None:
        self._after_commit.append(call)


@contextlib.contextmanager
def change_many(
    actor: Actor, action: str, *, kind: str, division: str | None = None, reason: str = "", cite: Cite | None = None
) -> Iterator[ManyChange]:
    """Open the door for many rows: one transaction, one entry. `kind` is the label of what is changed."""
    permit(actor, action)
    if division is not None and not actor.scope.covers_division(division):
        raise NotFound("object.scope", "该行政区划不在您的数据范围内。")
    with transaction.atomic():
        opened = ManyChange(actor, action)
        yield opened
        _write(
            actor, action, kind=kind, ident=opened.target_id, label=opened.label, division=division or actor.home,
            difference=opened.totals, reason=reason, cite=cite,
        )  # fmt: skip
        for call in opened._after_commit:
            transaction.on_commit(call)


def viewed(
    actor: Actor, action: str, *, kind: str, ident: str, label: str, division: str, purpose: str, rows: int = 1
) -> None:
    """Record a read of personal data; call it before reading. Raises NotPermitted."""
    permit(actor, action)
    entry = AccessEntry(
        at=clock.now(), user_id=actor.user_id, user_name=actor.name, post_label=actor.post_label, action=action,
        target_kind=kind, target_id=ident, target_label=label[:200], division_code=division, reason="",
        request_id=actor.request_id, purpose=purpose, rows=rows,
    )  # fmt: skip
    _sealed(entry, entry_content(entry))
