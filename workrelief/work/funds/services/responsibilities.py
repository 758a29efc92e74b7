"""The two responsibilities of projects (form I, rule C05)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from workrelief.base.access.actor import Actor
from workrelief.base.audit.change import change_many
from workrelief.kernel import clock
from workrelief.kernel.errors import InvalidInput, NotFound
from workrelief.work.funds.models import Responsibility
from workrelief.work.funds.rules import plans as rules
from workrelief.work.funds.rules.plans import Duties
from workrelief.work.projects import queries as projects

_NAMES = tuple(f.name for f in fields(Duties))


@dataclass(frozen=True, kw_only=True)
class NewResponsibility(Duties):
    """The two responsibilities of one project; empty texts and None for what is not known yet."""

    project_id: int


def set_responsibilities(actor: Actor, entries: Sequence[NewResponsibility], *, reason: str = "") -> int:
    """Record or correct them, with before and after in the audit trail; returns how many. All or nothing.

    Gaps do not stop the record (C05 stops the money); a telephone that is none does. Raises NotFound, InvalidInput.
    """
    if not entries:
        raise InvalidInput("plan.duties", "没有要登记的“两个责任”。")
    ids = [entry.project_id for entry in entries]
    if len(set(ids)) < len(ids):
        raise InvalidInput("plan.duties", "同一项目的“两个责任”出现两次，请合并。")
    with change_many(actor, "plan.responsibility", kind="funds.responsibility", reason=reason) as opened:
        refs = projects.refs(actor.scope, ids)
        known: dict[int, Responsibility] = {}
        for part in projects.in_parts(ids):
            rows = Responsibility.objects.within(actor.scope).filter(project__in=part).select_for_update()
            known.update((row.project_id, row) for row in rows)
        changed: dict[str, list[dict[str, str]]] = {}
        for entry in entries:
            if entry.project_id not in refs:
                raise NotFound("project.missing", "有项目没有登记，或不在您的数据范围内。")
            _require(refs[entry.project_id].name, entry)
            row = known.get(entry.project_id) or Responsibility(
                project_id=entry.project_id, division_code=refs[entry.project_id].division_code
            )
            before = {name: str(getattr(row, name) or "") for name in _NAMES}
            for name in _NAMES:
                value = getattr(entry, name)
                setattr(row, name, value.strip() if isinstance(value, str) else value)
            row.updated_at = clock.now()
            after = {name: str(getattr(row, name) or "") for name in _NAMES}
            changed[str(entry.project_id)] = [before, after]
            known[entry.project_id] = row
        fresh = [row for row in known.values() if row.pk is None]
        Responsibility.rows.bulk_create(fresh, batch_size=500)
        old = [row for row in known.values() if row not in fresh]
        Responsibility.rows.bulk_update(old, [*_NAMES, "updated_at"], batch_size=500)
        opened.totals = {"projects": len(entries), "changed": changed}
        opened.label = refs[ids[0]].name
        opened.target_id = str(ids[0]) if len(ids) == 1 else ""
    return len(entries)


def _require(name: str, entry: NewResponsibility) -> None:
    for phone, label in ((entry.owner_phone, "项目责任人电话"), (entry.supervisor_phone, "监管责任人电话")):
        if phone.strip() and not rules.is_phone(phone.strip()):
            raise InvalidInput("plan.phone", f"“{name}”的{label}“{phone}”不是有效的手机或固定电话号码。")
    for day, label in ((entry.owner_confirmed_on, "项目责任人"), (entry.supervisor_confirmed_on, "监管责任人")):
        if day and day > clock.today():
            raise InvalidInput("plan.day", f"“{name}”{label}确认日期{day}在今天之后。")
