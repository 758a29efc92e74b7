"""Registering and changing a project by hand, the same for pages and API: what the rules only ask about is asked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from workrelief.base.access.actor import Actor
from workrelief.kernel import clock
from workrelief.kernel.errors import InvalidInput, RuleViolated
from workrelief.kernel.findings import Finding, Severity, blockers
from workrelief.work.lifecycle import services as lifecycle
from workrelief.work.lists import queries as lists
from workrelief.work.lists import services as list_services
from workrelief.work.projects import queries, rules, services

LEAST_REASON = 4


def register(actor: Actor, entry: services.NewProject, *, confirmed: bool) -> int:
    """Register a project for the reserve, begin its life and note its look-alikes (C10, asked when it is put into the
    reserve); answers its id.

    Raises RuleViolated when a rule blocks, or when it asks (a wrong check digit, a missing particular) and the officer has
    not `confirmed`; Conflict for a double.
    """
    _require_settled(services.said_of(entry), confirmed)
    with transaction.atomic():
        made = services.register_project(actor, entry)
        lifecycle.begin(actor, [made.pk])
        list_services.look_for_duplicates(actor, entry.year, project_ids=[made.pk])
    return made.pk


def edit(
    actor: Actor, detail: queries.ProjectDetail, changes: services.ProjectChanges, *, reason: str, confirmed: bool,
    expected: datetime | None,
) -> None:  # fmt: skip
    """Change a project. What the rules said of it before is not asked again; on an issued list the reason is required (B04).

    Raises InvalidInput (nothing different, no reason), RuleViolated, Conflict.
    """
    if not changes.given():
        raise InvalidInput("project.unchanged", "没有要修改的内容。")
    if lists.is_on_issued_list(actor.scope, detail.id) and len(reason.strip()) < LEAST_REASON:
        raise InvalidInput("B04", "项目在已印发的清单上，修改须写明理由，不少于4个字（规则B04）。")
    before = listing(detail)
    said = services.said_of(_changed(before, changes))
    known = services.said_of(before)
    _require_settled([finding for finding in said if finding not in known], confirmed)
    services.edit_project(actor, detail.id, changes, reason=reason.strip(), expected=expected)


def listing(detail: queries.ProjectDetail) -> rules.Listing:
    """The stored project as the rules see it, on its newest list or in the reserve."""
    year = detail.years[0].year if detail.years else clock.today().year
    return replace(queries.listing_of(detail.row, year, stored_funds(detail)), is_reserve=not detail.years)


def _changed(before: rules.Listing, changes: services.ProjectChanges) -> rules.Listing:
    asked = {name: value for name, value in changes.given().items() if hasattr(before, name)}
    return replace(before, **asked)  # type: ignore[arg-type] # same names, same kinds


def stored_funds(detail: queries.ProjectDetail) -> tuple[rules.Fund, ...]:
    return tuple(rules.Fund(f.fund_type, f.planned_fen, f.issued_fen, f.issued_on) for f in detail.funds)


def asks_only(said: Sequence[Finding]) -> bool:
    """Whether these findings ask for a look and do not block."""
    return bool(said) and not blockers(said)


def _require_settled(said: Sequence[Finding], confirmed: bool) -> None:
    stops, asks = blockers(said), [f for f in said if f.severity is not Severity.HINT]
    if stops:
        raise RuleViolated(stops[0].rule_id, stops[0].message, findings=said)
    if asks and not confirmed:
        words = f"有{len(asks)}处请与批复文件核对：{asks[0].message}核对无误的，确认后再保存。"
        raise RuleViolated(asks[0].rule_id, words, findings=asks)
