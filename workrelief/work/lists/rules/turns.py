"""Whose turn it is: a list is confirmed and issued by the reform commission of its own level only (rule A02)."""

from __future__ import annotations

from typing import Final

from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role, allowed
from workrelief.kernel import codes
from workrelief.kernel.codes import Level
from workrelief.work.lists.states import CONFIRM_STEPS, LEVEL_LABELS, LEVELS, LIST_ENTRY, LISTED

_OFFICES: Final = {Level.PROVINCE: "province", Level.CITY: "city", Level.COUNTY: "county"}
_CONFIRMS: Final = {step: level for level, step in CONFIRM_STEPS.items()}
_OWN_ROLE: Final = {
    "county": Role.COUNTY_OFFICER,
    "city": Role.CITY_OFFICER,
    "province": Role.PROVINCE_OFFICER,
}


def office_of(actor: Actor) -> str:
    """List level of the actor's own office: county, city or province; "" below the county or without scope."""
    if actor.scope.is_empty:
        return ""
    return _OFFICES.get(codes.level_of(actor.home), "")


def is_system(actor: Actor) -> bool:
    return Role.SYSTEM in actor.roles


def turn_refusal(actor: Actor, step: str, *, level: str, state: str, waits_for: str) -> str:
    """Why this actor may not take `step` on an entry of `level` in `state`; "" when the turn is theirs."""
    sources = [t for t in LIST_ENTRY.transitions if t.name == step]
    if not sources:
        return f"没有“{step}”这一步。"
    if is_system(actor):
        return ""
    office = office_of(actor)
    if not office:
        return "清单由县级以上发展改革部门办理。"
    wanted = _CONFIRMS.get(step) or (level if step == "publish" else waits_for if step == "return" else "")
    if wanted and office != wanted:
        return f"此步由{LEVEL_LABELS[wanted]}发展改革部门办理（规则A02）。"
    if not allowed(actor, sources[0].permission):
        return "当前岗位没有办理此事的权限。"
    if step == "promote" and LEVELS.index(office) <= LEVELS.index(level):
        return f"提级由{LEVEL_LABELS[level]}以上的发展改革部门办理。"
    if step in ("adjust", "take_out") and state in LISTED and LEVELS.index(office) < LEVELS.index(level):
        return f"{LEVEL_LABELS[level]}清单已印发，由{LEVEL_LABELS[level]}发展改革部门调整。"
    if step == "take_out" and state not in LISTED and state != "draft" and office != waits_for:
        return f"此项正等待{LEVEL_LABELS[waits_for]}办理，由其退回或调出。" if waits_for else "此项不能调出。"
    return ""


def issue_refusal(actor: Actor, level: str, division: str) -> str:
    """Why this actor may not issue or close the list of `level` of the office at `division`; "" when they may."""
    if not allowed(actor, "list.issue"):
        return "当前岗位没有印发清单的权限。"
    if level not in LEVELS:
        return f"清单级次“{level}”不是省、市、县三级之一。"
    if _OFFICES.get(codes.level_of(division)) != level:
        return f"{LEVEL_LABELS[level]}清单由{LEVEL_LABELS[level]}发展改革部门印发，与所给行政区划不符。"
    if not is_system(actor) and (office_of(actor) != level or _OWN_ROLE[level] not in actor.roles):
        return f"{LEVEL_LABELS[level]}清单由{LEVEL_LABELS[level]}发展改革部门印发（规则A02）。"
    return ""


def published_refusal(actor: Actor, level: str, division: str) -> str:
    """Why this actor may not enter a project of `division` as published on this year's list of `level`."""
    depth = next((depth for depth, name in _OFFICES.items() if name == level), None)
    return issue_refusal(actor, level, codes.at_level(division, depth) if depth else division)
